"""What people must look at before a rolled edition is anybody's promise, as a list of tasks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path as FilePath
from typing import Any, TypeAlias, cast

from jinja2 import Environment, StrictUndefined, Template

from handbook import dates, prose, roll, schema, stale
from handbook.book import Book, Key
from handbook.roll import Plan
from handbook.schema import holds, quoted
from handbook.stale import Era, Found


@dataclass(frozen=True)
class SlotLine:
    """A slot as the checklist names it."""

    key: str
    title: str
    date: dt.date
    start: dt.time
    status: str


@dataclass(frozen=True)
class Person:
    """Somebody who is named in the new edition, with their slots there."""

    name: str
    file: str
    slots: tuple[SlotLine, ...]


@dataclass(frozen=True)
class Superseded:
    """A framework of which another version, or none, holds on the new days."""

    title: str
    file: str
    before: str
    after: str
    sessions: tuple[str, ...]


@dataclass(frozen=True)
class Ahead:
    """A change of a framework that was planned when its sources were read."""

    title: str
    file: str
    date: str
    what: str
    dated: bool


@dataclass(frozen=True)
class Unchecked:
    """A case whose sources may have been read more than a year before the new start."""

    title: str
    file: str
    checked: str


@dataclass(frozen=True)
class Ending:
    """Something that was agreed and ends before the new edition does."""

    what: str
    file: str
    line: int
    until: dt.date


@dataclass(frozen=True)
class Checklist:
    """What people must look at before the new edition is anybody's promise."""

    plan: Plan
    origin: schema.Edition
    origin_file: str
    country: str
    slots: int
    holidays: tuple[tuple[dt.date, str], ...]
    unconfirmed: tuple[SlotLine, ...]
    left_out: tuple[tuple[SlotLine, roll.Ending], ...]
    emptied: tuple[dt.date, ...]
    lecturers: tuple[Person, ...]
    hosts: tuple[Person, ...]
    superseded: tuple[Superseded, ...]
    ahead: tuple[Ahead, ...]
    unchecked: tuple[Unchecked, ...]
    prose: tuple[Found, ...]
    ending: tuple[Ending, ...]
    waived: tuple[Ending, ...]


def of(book: Book, plan: Plan) -> Checklist:
    """The tasks that a planned edition leaves to people."""
    old = book.editions[plan.origin]
    moved = {day.old: day.new for day in plan.days}
    by_time = sorted(old.days, key=lambda day: day.date)
    found = [
        (day.date, slot, roll.ending(book, slot, plan.starts))
        for day in by_time
        for slot in day.slots
    ]
    slots = [(day, slot) for day, slot, why in found if not why]
    lines = [_line(book, slot, moved[day]) for day, slot in slots]
    return Checklist(
        plan=plan,
        origin=old,
        origin_file=_file(book, ("editions", plan.origin)),
        country=book.course.country or "",
        slots=len(slots),
        holidays=tuple(
            (day, called)
            for day, called in plan.calendar.holidays.items()
            if plan.starts <= day <= plan.ends and not plan.calendar.rests(day)
        ),
        unconfirmed=tuple(line for line in lines if line.status == "confirmed"),
        left_out=tuple((_line(book, slot, day), why) for day, slot, why in found if why),
        emptied=tuple(day.date for day in by_time if day.date not in moved),
        lecturers=_people(
            book, "lecturers", old.lecturers, slots, lines, lambda slot: slot.lecturers
        ),
        hosts=_people(book, "organisations", [], slots, lines, lambda slot: slot.hosts),
        superseded=tuple(_superseded(book, slots, moved)),
        ahead=tuple(_ahead(book, slots, plan.ends)),
        unchecked=tuple(_unchecked(book, plan.starts)),
        prose=_stale_prose(book, plan.era),
        ending=tuple(_ending(book, plan.ends)),
        waived=tuple(_waived(book, plan.origin)),
    )


_Slots: TypeAlias = Sequence[tuple[dt.date, schema.Slot]]


def _file(book: Book, key: Key) -> str:
    return book.origins[key].source.file


def _line(book: Book, slot: schema.Slot, day: dt.date) -> SlotLine:
    title = slot.title or (book.sessions[slot.session].title if slot.session else slot.identity)
    return SlotLine(slot.identity, title, day, slot.start, slot.status)


def _people(
    book: Book,
    collection: str,
    always: Sequence[str],
    slots: _Slots,
    lines: Sequence[SlotLine],
    who: Callable[[schema.Slot], Sequence[str]],
) -> tuple[Person, ...]:
    named: dict[str, list[SlotLine]] = {one: [] for one in always}
    for (_, slot), line in zip(slots, lines, strict=True):
        for one in who(slot):
            named.setdefault(one, []).append(line)
    return tuple(
        Person(_name(book, (collection, one)), _file(book, (collection, one)), tuple(own))
        for one, own in named.items()
    )


def _name(book: Book, key: Key) -> str:
    entity = cast("Any", book.records(key[0])[key[1]])
    return str(entity.name if hasattr(entity, "name") else entity.title)


def _cited(book: Book, slots: _Slots) -> Mapping[str, list[tuple[dt.date, str]]]:
    """The frameworks that sessions of some slots teach, with those slots' days and sessions."""
    found: dict[str, list[tuple[dt.date, str]]] = {}
    for day, slot in slots:
        if slot.session:
            for citation in book.sessions[slot.session].frameworks:
                found.setdefault(citation.framework, []).append((day, slot.session))
    return {one: found[one] for one in book.frameworks if one in found}


def _superseded(
    book: Book, slots: _Slots, moved: Mapping[dt.date, dt.date]
) -> Iterator[Superseded]:
    for framework_id, uses in _cited(book, slots).items():
        framework = book.frameworks[framework_id]
        changes: dict[tuple[str, str], dict[str, None]] = {}
        for day, session in uses:
            versions = _versions(framework, day), _versions(framework, moved[day])
            if versions[0] != versions[1]:
                changes.setdefault(versions, {})[session] = None
        for (before, after), sessions in changes.items():
            file = _file(book, ("frameworks", framework_id))
            title = framework.short or framework.title
            yield Superseded(title, file, before, after, tuple(sessions))


def _versions(framework: schema.Framework, day: dt.date) -> str:
    return " and ".join(one.version for one in framework.editions if holds(one, day))


def _ahead(book: Book, slots: _Slots, ends: dt.date) -> Iterator[Ahead]:
    for framework_id in _cited(book, slots):
        framework = book.frameworks[framework_id]
        for change in framework.changes:
            dated = dates.is_date(change.date)
            soon = not dated or change.date <= ends.isoformat()[: len(change.date)]
            if change.state == "planned" and soon:
                title = framework.short or framework.title
                file = _file(book, ("frameworks", framework_id))
                yield Ahead(title, file, change.date, change.what, dated)


def _unchecked(book: Book, starts: dt.date) -> Iterator[Unchecked]:
    """Cases last checked a year before the start, or perhaps: '2026' may have been its January."""
    for case_id, case in book.cases.items():
        due = dt.date.min.isoformat()
        if case.checked:
            due = f"{int(case.checked[:4]) + 1}{case.checked[4:]}-01-01"[: len("2026-10-12")]
        if due < starts.isoformat():
            yield Unchecked(case.title, _file(book, ("cases", case_id)), case.checked or "")


def _stale_prose(book: Book, era: Era) -> tuple[Found, ...]:
    """Old days in what is read by those who come: cases and frameworks are full of other dates."""
    files = {
        origin.source.file: origin.source
        for (collection, _), origin in book.origins.items()
        if collection in ("course", "sessions", "places", "lecturers")
    }
    found = [one for read in files.values() for one in stale.in_file(read, read.text, era)]
    for page in book.documents:
        found += stale.in_file(page.source, prose.mask(page.source.text), era)
    return tuple(sorted(found, key=lambda one: (one.file, one.line, one.column)))


def _ending(book: Book, ends: dt.date) -> Iterator[Ending]:
    for collection in ("lecturers", "cases"):
        for record_id, entity in book.records(collection).items():
            publish = cast("Any", entity).publish
            if publish and publish.until and publish.until < ends:
                key = (collection, record_id)
                line = book.origins[key].source.mark(("publish", "until"))[0]
                yield Ending(_name(book, key), _file(book, key), line, publish.until)
    for number, waiver in book.waivers.items():
        if waiver.expires < ends:
            yield _waiver(book, number)


def _waived(book: Book, edition: str) -> Iterator[Ending]:
    for number, waiver in book.waivers.items():
        if waiver.place.partition("#")[0] == _file(book, ("editions", edition)):
            yield _waiver(book, number)


def _waiver(book: Book, number: str) -> Ending:
    waiver, where = book.waivers[number], book.origins["waivers", number]
    line = where.source.mark(where.path)[0]
    what = f"waiver of {waiver.rule} at {waiver.place}"
    return Ending(what, where.source.file, line, waiver.expires)


# --- Words -----------------------------------------------------------------------------------


def markdown(checklist: Checklist) -> str:
    """A checklist as a list of tasks, in the Markdown that pull requests understand."""
    return _template().render(list=checklist)


@cache
def _template() -> Template:
    environment = Environment(
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - it writes Markdown for a terminal and a pull request
    )
    environment.filters["day"] = lambda day: dates.day(day.isoformat(), "en")
    environment.filters["quoted"] = quoted
    words = FilePath(__file__).with_name("checklist.md").read_text(encoding="utf-8")
    return environment.from_string(words)
