"""What is published beside the pages: calendars, stylesheets, what the search looks in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath

from handbook import calendars, history, pdf, search, timetable
from handbook.book import Book
from handbook.pages import Page
from handbook.problem import Problem


@dataclass(frozen=True)
class Export:
    """A finished file: its path below the site's root, and its bytes."""

    path: str
    content: bytes


def make(
    book: Book, root: FilePath, base: str, today: dt.date
) -> tuple[tuple[Export, ...], list[Problem]]:
    """Every export of the handbook at `root`, and what is wrong with its history.

    `base` is the site's absolute address, or empty where it has none.
    """
    past, problems = history.read(root, book, today)
    files = calendars.make(book, past, root / "overrides", base, today)
    files |= {path: css.encode() for path, css in timetable.stylesheets(book).items()}
    return tuple(Export(path, content) for path, content in files.items()), problems


def of_pages(book: Book, pages: Sequence[Page], today: dt.date) -> tuple[Export, ...]:
    """The exports that say what the pages say."""
    files = search.make(book, pages, today)
    return tuple(Export(path, content) for path, content in files.items())


def on_paper(
    book: Book, pages: Sequence[Page], root: FilePath, base: str, today: dt.date
) -> tuple[Export, list[Problem]]:
    """The handbook as a PDF, and remarks on what it cannot show; a PdfError where it cannot be."""
    content, problems = pdf.make(book, pages, root, base, today, pdf.version(root))
    return Export(pdf.PATH, content), problems
