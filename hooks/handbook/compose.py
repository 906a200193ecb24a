"""`compose` is the program: from a folder to checked data and finished pages."""

from __future__ import annotations

import datetime as dt
import gc
import os
import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path as FilePath
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from handbook import addresses, processors, redaction, rules, store
from handbook import book as books
from handbook.book import Book
from handbook.problem import Problem
from handbook.source import Folder, Tree

if TYPE_CHECKING:
    from handbook.chronicle import Chronicle
    from handbook.exports import Export
    from handbook.pages import Page


@dataclass(frozen=True)
class Composition:
    """Everything one run gives. Without pages and exports where a problem is an error.

    `history` is what git tells. `redacted` says whether the book holds less than the files do.
    """

    book: Book
    problems: tuple[Problem, ...]
    today: dt.date
    pages: tuple[Page, ...] = ()
    exports: tuple[Export, ...] = ()
    history: Chronicle | None = None
    redacted: bool = False

    @property
    def version(self) -> str:
        """That of the whole site: its last commit, or empty where that is not known."""
        return self.history.version if self.history else ""

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
def compose(
    root: FilePath,
    today: dt.date | None = None,
    base: str = "",
    step: Callable[[], None] = lambda: None,
) -> Composition:
    """Read, check, and, where nothing is wrong, make the pages and the exports.

    `base` is the absolute address that the site will have, for what is read away from it. The
    history is read only here: it may be long, and a check of what the files say needs none. `step`
    is called after each part of the work; it raises what is to end it.
    """
    from handbook import chronicle, exports, jsonld, pages  # noqa: PLC0415 - slow to load

    base, templates = addresses.based(base), root / "overrides"
    found = inspect(root, today)
    step()
    if not found.sound:
        return found
    told, veil = redaction.redacted(root, found.book, found.today)
    veil = redaction.remembering(root, found.book, veil)
    history = chronicle.read(root, found.book, told, veil)
    found = replace(found, book=told, history=history, redacted=told is not found.book)
    step()
    made = processors.beside(partial(exports.make, told, root, base, found.today, veil))
    shown = pages.make(told, templates, found.today, history=history, store_in=store.of(root))
    step()
    more = processors.beside(
        partial(exports.of_pages, told, shown, history, templates, base, found.today)
    )
    shown = jsonld.add(told, shown, templates, base, found.today)
    step()
    files, problems = made()
    found = replace(found, problems=tuple(sorted({*found.problems, *problems})))
    if not found.sound:
        return found
    return replace(found, pages=shown, exports=(*files, *more()))


@keeping_everything()
def preview(
    made: Composition, root: FilePath, base: str, files: Collection[str]
) -> Composition | None:
    """What an edit of some files makes of a composition at once, before all is checked and made.

    It has only the pages that are made from these files, and only the problems in them. None where
    it would take more than that: `compose` tells all of it.
    """
    from handbook import jsonld, pages  # noqa: PLC0415 - as above

    if made.redacted or not made.pages:
        return None
    book, problems = made.book, []
    for file in files:
        amended = books.amended(book, Folder(root), file)
        if amended is None:
            return None
        book = amended[0]
        problems += amended[1]
    found = replace(made, book=book, problems=tuple(sorted(set(problems))), pages=(), exports=())
    if not found.sound:
        return found
    wanted = {page.uri for page in made.pages if page.source in set(files)}
    templates = root / "overrides"
    shown = pages.make(book, templates, made.today, wanted, made.history)
    titles = {page.uri: page.title for page in (*made.pages, *shown)}
    shown = jsonld.add(book, shown, templates, addresses.based(base), made.today, titles)
    return replace(found, pages=shown)


@keeping_everything()
def printed(
    made: Composition, root: FilePath, base: str = ""
) -> tuple[Export, tuple[Problem, ...]]:
    """The handbook as a PDF, which takes some seconds, and remarks on what it cannot show.

    An UnprintableError where it cannot be made.
    """
    from handbook import exports  # noqa: PLC0415 - as above
    from handbook.pdf import PdfError  # noqa: PLC0415 - slower still

    base = addresses.based(base)
    try:
        paper, problems = exports.on_paper(
            made.book, made.pages, root, base, made.today, made.version
        )
    except PdfError as error:
        raise UnprintableError(str(error)) from error
    return paper, tuple(problems)


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


class UnprintableError(ValueError):
    """The handbook cannot be made as a PDF."""
