"""`compose` is the program: from a folder to checked data and finished pages."""

from __future__ import annotations

import datetime as dt
import gc
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from handbook import addresses, redaction, rules
from handbook import book as books
from handbook.book import Book
from handbook.problem import Problem
from handbook.source import Tree

if TYPE_CHECKING:
    from handbook.exports import Export
    from handbook.pages import Page


@dataclass(frozen=True)
class Composition:
    """Everything one run gives. Without pages and exports where a problem is an error.

    `version` is that of the whole site: its last commit, or empty where that is not known.
    """

    book: Book
    problems: tuple[Problem, ...]
    today: dt.date
    pages: tuple[Page, ...] = ()
    exports: tuple[Export, ...] = ()
    version: str = ""

    @property
    def sound(self) -> bool:
        """Whether a site can be made of it: no errors, warnings allowed."""
        return not any(problem.severity == "error" for problem in self.problems)

    @property
    def spotless(self) -> bool:
        """Whether a strict check passes: nothing but remarks."""
        return all(problem.severity == "info" for problem in self.problems)


@contextmanager
def keeping_everything() -> Iterator[None]:
    """Nothing made meanwhile is garbage; looking for it would cost a tenth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@keeping_everything()
def inspect(root: FilePath, today: dt.date | None = None, tree: Tree | None = None) -> Composition:
    """Read and check everything below `root`, without making pages.

    `tree` is an older version of the files there, which is then read in their place.
    """
    book, problems = books.load(root, tree)
    today = today or day(book)
    problems = [*problems, *rules.check(book, today)]
    found = Composition(book, tuple(sorted(set(problems))), today)
    if tree or not found.sound:
        return found
    return replace(
        found, problems=tuple(sorted({*problems, *redaction.leftovers(root, book, today)}))
    )


@keeping_everything()
def compose(root: FilePath, today: dt.date | None = None, base: str = "") -> Composition:
    """Read, check, and, where nothing is wrong, make the pages and the exports.

    `base` is the absolute address that the site will have, for what is read away from it. The
    history is read only here: it may be long, and a check of what the files say needs none.
    """
    from handbook import chronicle, exports, jsonld, pages  # noqa: PLC0415 - slow to load

    base = addresses.based(base)
    found = inspect(root, today)
    if not found.sound:
        return found
    told, veil = redaction.redacted(root, found.book, found.today)
    veil = redaction.remembering(root, found.book, veil)
    history = chronicle.read(root, found.book, told, veil)
    found = replace(found, book=told)
    made, problems = exports.make(found.book, root, base, found.today, veil)
    found = replace(found, problems=tuple(sorted({*found.problems, *problems})))
    if not found.sound:
        return found
    templates = root / "overrides"
    shown = pages.make(found.book, templates, found.today, history=history)
    shown = jsonld.add(found.book, shown, templates, base, found.today)
    made += exports.of_pages(found.book, shown, history, templates, base, found.today)
    return replace(found, pages=shown, exports=made, version=history.version)


def printed(made: Composition, root: FilePath, base: str = "") -> Composition:
    """The same with the PDF among its exports, which takes as long as all pages together.

    A PdfError where it cannot be made.
    """
    from handbook import exports  # noqa: PLC0415 - as above

    if not made.sound:
        return made
    base = addresses.based(base)
    paper, problems = exports.on_paper(made.book, made.pages, root, base, made.today, made.version)
    return replace(
        made,
        problems=tuple(sorted({*made.problems, *problems})),
        exports=(*made.exports, paper),
    )


def day(book: Book) -> dt.date:
    """The one today: of SOURCE_DATE_EPOCH if set, else now; in the course's time zone."""
    zone = ZoneInfo(book.course.time_zone) if "course" in book.courses else dt.UTC
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is None:
        return dt.datetime.now(zone).date()
    if not re.fullmatch(r"[0-9]{1,11}", epoch):
        message = f"SOURCE_DATE_EPOCH is {epoch!r}: it must be seconds since 1970, in digits"
        raise NotATimeError(message)
    return dt.datetime.fromtimestamp(int(epoch), zone).date()


class NotATimeError(ValueError):
    """The environment names a time that is none."""
