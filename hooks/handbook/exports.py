"""What is published beside the pages: calendars, stylesheets, data, what search engines read."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath

from handbook import addresses, search, signposts, timetable
from handbook.book import Book
from handbook.chronicle import Chronicle
from handbook.pages import Page
from handbook.problem import Problem
from handbook.redaction import Veil


@dataclass(frozen=True)
class Export:
    """A finished file: its path below the site's root, and its bytes."""

    path: str
    content: bytes


def only_pages() -> bool:
    """Whether only pages are wanted, with the search and the map that they need.

    Other tools make no calendars, data or paper: beside them, this measures what they make too.
    """
    return os.environ.get("HANDBOOK_ONLY") == "pages"


def make(
    book: Book, root: FilePath, base: str, today: dt.date, veil: Veil
) -> tuple[tuple[Export, ...], list[Problem]]:
    """Every export of the handbook at `root`, and what is wrong with its history.

    `base` is the site's absolute address, or empty where it has none; `veil` hides what the book
    has no more, but its history.
    """
    files = {path: css.encode() for path, css in timetable.stylesheets(book).items()}
    problems: list[Problem] = []
    if not only_pages():
        from handbook import api, calendars, cards  # noqa: PLC0415 - slow to load
        from handbook import history as revisions  # noqa: PLC0415

        past, problems = revisions.read(root, book, today)
        past = revisions.told(past, veil.text, {"/".join(key) for key in veil.ids})
        files |= calendars.make(book, past, root / "overrides", base, today)
        if base:  # a picture of a link is asked for by its absolute address
            files |= cards.make(book, root / "overrides")
        files |= api.make(book, base, today)
    return tuple(Export(path, content) for path, content in files.items()), problems


def of_pages(
    book: Book,
    pages: Sequence[Page],
    history: Chronicle,
    templates: FilePath,
    base: str,
    today: dt.date,
) -> tuple[Export, ...]:
    """The exports that say what the pages say, where they are, and what has changed."""
    files = search.make(book, pages, today)
    files |= signposts.make(book, pages, history.commits, templates, base)
    if not only_pages():
        from handbook import atom  # noqa: PLC0415 - as above

        files[addresses.FEED] = atom.make(book, history.news, templates, base)
    return tuple(Export(path, content) for path, content in files.items())


def on_paper(
    book: Book, pages: Sequence[Page], root: FilePath, base: str, today: dt.date, version: str
) -> tuple[Export, list[Problem]]:
    """The handbook as a PDF, and remarks on what it cannot show; a PdfError where it cannot be."""
    from handbook import pdf  # noqa: PLC0415 - as above

    content, problems = pdf.make(book, pages, root, base, today, version)
    return Export(addresses.PAPER, content), problems
