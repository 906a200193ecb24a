"""The feed of what has changed (Atom, RFC 4287): an entry a day, in the words of the page."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from pathlib import Path as FilePath

from handbook import addresses, dates, signposts
from handbook.book import Book
from handbook.news import Day


def make(book: Book, days: Sequence[Day], templates: FilePath, base: str) -> bytes:
    """The feed. `base` is the site's absolute address; without it, entries lead nowhere."""
    course = book.course
    entries = [
        {
            "name": dates.day(day.date, course.language),
            "id": f"day-{day.date}",
            "urn": _urn(book, day.date),
            "updated": _instant(day.at),
            "news": day,
        }
        for day in days
    ]
    text = (
        signposts.environment(templates)
        .get_template("changes.xml")
        .render(
            course=course,
            publisher=book.organisations[course.publisher].name
            if course.publisher
            else course.title,
            base=base,
            urn=_urn(book, "changes"),
            updated=_instant(days[0].at if days else 0),
            page="whats-new/",
            feed=addresses.FEED,
            entries=entries,
        )
    )
    return text.encode()


def _urn(book: Book, name: str) -> str:
    """An identifier that never changes, wherever the site moves (RFC 4287, 4.2.6; RFC 9562)."""
    course = book.course
    return uuid.uuid5(uuid.NAMESPACE_DNS, f"{course.calendar_domain or course.title}/{name}").urn


def _instant(time: int) -> str:
    """A time in seconds since 1970 as RFC 3339 writes it."""
    return dt.datetime.fromtimestamp(time, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
