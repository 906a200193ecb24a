"""The addresses elsewhere that the handbook leads to, and where it names them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from handbook import prose, schema
from handbook.book import Book


@dataclass(frozen=True, order=True)
class Place:
    """Where something stands; lines and columns count from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True)
class Outward:
    """An address on the web, and every place that names it, in order."""

    url: str
    places: tuple[Place, ...]


def of(book: Book) -> tuple[Outward, ...]:
    """Every address elsewhere: of prose, of fields and of references; each once, sorted."""
    found: dict[str, set[Place]] = {}
    for url, place in _found(book):
        found.setdefault(url, set()).add(place)
    return tuple(Outward(url, tuple(sorted(places))) for url, places in sorted(found.items()))


_WEB = re.compile(r"https?://[^\s/?#]", re.IGNORECASE)
_BARE = re.compile(r"<(https?://[^\s<>]+)>", re.IGNORECASE)


def _found(book: Book) -> Iterator[tuple[str, Place]]:
    for text in book.texts:
        named = [(one.name, one.start) for one in prose.links(text.text, text.masked)]
        named += [(match[1], match.start(1)) for match in _BARE.finditer(text.masked)]
        for url, start in named:
            if _WEB.match(url):
                yield url, Place(text.source.file, *text.mark(start))
    for key, entity in book.entities():
        origin = book.origins[key]
        for field in schema.urls(entity):
            mark = origin.source.mark((*origin.path, *field.path))
            yield field.text, Place(origin.source.file, *mark)
    if not book.references.problems:  # else its fields may be unreadable, which is told already
        for name, line in book.references.lines.items():
            place = Place(book.references.source.file, line, 1)
            if url := book.references.text(name, "url"):
                yield url, place
            if doi := book.references.text(name, "doi"):
                yield f"https://doi.org/{quote(doi, safe='/:;,()._-')}", place
