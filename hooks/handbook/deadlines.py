"""What holds until a day: reviews, sources, agreements, waivers, and changes that are planned.

Stated once: rules speak where the day is past, and `due` tells what lies past and what lies ahead.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from handbook import schema
from handbook.book import Book, Key
from handbook.problem import Path


@dataclass(frozen=True)
class Deadline:
    """Something in a record that holds until a day, and has to be looked at afterwards.

    `day` is the last on which all is well. `code` is the rule that speaks from the next day on, if
    one does. `who` can be asked, where the data knows; `about` is what it is about, if that is not
    the record as a whole.
    """

    kind: Literal["review", "sources", "contact", "agreement", "waiver", "change"]
    day: dt.date
    key: Key
    path: Path
    hint: str
    who: str = ""
    about: str = ""
    code: str = ""


def of(book: Book) -> Iterator[Deadline]:
    """Every deadline in the data."""
    for found in (reviews, sources, agreements, waivers, changes):
        yield from found(book)


def reviews(book: Book) -> Iterator[Deadline]:
    """When records are to be looked at again, as their own review said."""
    for key, entity in book.entities():
        if isinstance(entity, schema.Record) and entity.reviewed and entity.reviewed.next:
            yield Deadline(
                "review",
                entity.reviewed.next,
                key,
                ("reviewed", "next"),
                "read the record, correct it, and write the new dates",
                who=entity.reviewed.by or "",
                code="HB111",
            )


def sources(book: Book) -> Iterator[Deadline]:
    """Until when sources that were read count as fresh: for a year, to the end of that month."""
    for key, entity in book.entities():
        checked = getattr(entity, "checked", None)
        if isinstance(checked, str):
            reviewed = entity.reviewed if isinstance(entity, schema.Record) else None
            yield Deadline(
                "sources",
                a_year_after(checked),
                key,
                ("checked",),
                "read them again, correct what changed, and write the new month",
                who=(reviewed and reviewed.by) or "",
                code="HB113",
            )
    for index, contact in enumerate(book.course.contacts if book.courses else ()):
        if contact.checked:
            yield Deadline(
                "contact",
                a_year_after(contact.checked),
                ("course", "course"),
                ("contacts", index, "checked"),
                "ask whether it is still right, and write the new month",
                who=contact.name,
                about=contact.name,
            )


def agreements(book: Book) -> Iterator[Deadline]:
    """Until when people and companies agreed that something is published about them."""
    hint = "ask whether it may stay, and write the new day, or take out what may not"
    for person_id, person in book.lecturers.items():
        if person.publish and person.publish.until:
            key, day = ("lecturers", person_id), person.publish.until
            yield Deadline("agreement", day, key, ("publish", "until"), hint, who=person.name)
    for case_id, case in book.cases.items():
        if case.publish and case.publish.until:
            key, day = ("cases", case_id), case.publish.until
            who = _called(book, case.organisation) or case.title
            yield Deadline("agreement", day, key, ("publish", "until"), hint, who=who)


def waivers(book: Book) -> Iterator[Deadline]:
    """Until when rules are silenced."""
    for number, waiver in book.waivers.items():
        yield Deadline(
            "waiver",
            waiver.expires,
            ("waivers", number),
            ("expires",),
            "mend what it silenced and delete it, or agree on a later day",
            who=waiver.owner,
            about=f"{waiver.rule} at {waiver.place}",
            code="HB109",
        )


def changes(book: Book) -> Iterator[Deadline]:
    """When changes of frameworks were planned to happen; those without a date never come."""
    from handbook.dates import is_date  # noqa: PLC0415 - it loads Babel, and a check needs none

    for framework_id, framework in book.frameworks.items():
        for index, change in enumerate(framework.changes):
            if change.state == "planned" and is_date(change.date):
                yield Deadline(
                    "change",
                    _last_day(change.date),
                    ("frameworks", framework_id),
                    ("changes", index, "date"),
                    "find out whether it happened, and write state: happened or the new date",
                    who=_called(book, framework.issuer),
                    about=change.what,
                )


def _called(book: Book, organisation: str | None) -> str:
    found = book.organisations.get(organisation or "")
    return found.name if found else ""


def _last_day(date: str) -> dt.date:
    """The last day of a year, of a month, or the day itself."""
    year, month, day = (*map(int, date.split("-")), 0, 0)[:3]
    month = month or 12
    return dt.date(year, month, day or monthrange(year, month)[1])


def a_year_after(date: str) -> dt.date:
    """The last day of the same month one year later; of a year without a month, of December."""
    last = _last_day(date)
    year = last.year + 1
    return dt.date(year, last.month, monthrange(year, last.month)[1])
