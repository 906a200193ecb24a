"""What a reader takes along: the files that a browser keeps for where there is no network."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath

from handbook import addresses, store, views
from handbook.book import Book

LIMIT = 3_000_000
"""Bytes, before compression, of all that is kept without having been visited."""

ALONE = "503.html"
"""The page that says that there is no network and no copy."""


def wanted(book: Book, today: dt.date) -> tuple[str, ...]:
    """The pages that a student needs on a day of the course, the most needed first."""
    edition = views.current_edition(book, today)
    taught = [one for one in book.occurrences if one.edition == edition]
    places = [place for one in taught if (place := book.place_of(one))]
    sessions = [one.slot.session for one in taught if one.slot.session]
    found = [
        ALONE,
        "",
        "timetable/",
        *([addresses.of("editions", edition)] if edition else []),
        "practical/",
        *(addresses.of("places", one) for one in places),
        *(addresses.of("sessions", one) for one in sessions),
        "glossary/",
    ]
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True)
class Kept:
    """A file of the site as a browser may keep it: its digest, and its size in bytes."""

    digest: str
    size: int


def kept(content: bytes) -> Kept:
    """A file that holds this."""
    return Kept(store.digest_of(content), len(content))


def found(site: FilePath, digests: Mapping[str, str]) -> dict[str, Kept]:
    """All pages of a site, and the files that pages load, by address.

    `digests` has those that are known already, by path.
    """
    files = {}
    for where, _, names in os.walk(site):
        above = os.path.relpath(where, site).replace(os.sep, "/")
        for name in names:
            path = f"{above}/{name}".removeprefix("./")
            if path.endswith(".html") or (path.startswith(_LOADED) and not path.endswith(".txt")):
                file = site / path
                files[path] = (
                    Kept(digests[path], file.stat().st_size)
                    if path in digests
                    else kept(file.read_bytes())
                )
    return {path.removesuffix("index.html"): files[path] for path in sorted(files)}


_LOADED = ("assets/", "search/")


def listing(files: Mapping[str, Kept], pages: Iterable[str]) -> bytes:
    """`offline.json`: the digest of every file of the site, and which of them to keep unvisited.

    `files` are those that a browser may keep, by address; what is no page is kept always, because
    no page can be shown without it. Then come `pages`, in this order, as far as `LIMIT` allows.
    """
    keep = sorted(address for address in files if not _is_page(address))
    size = sum(files[address].size for address in keep)
    for address in pages:
        size += files[address].size
        if size > LIMIT:
            break
        keep.append(address)
    digests = {address: files[address].digest[:16] for address in files}
    return json.dumps({"files": digests, "keep": keep}, separators=(",", ":")).encode()


def _is_page(address: str) -> bool:
    return address.endswith(("/", ".html")) or not address
