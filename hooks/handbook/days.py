"""The days of the timetable that a change reaches, as they were and as they will be.

What is compared are states as `changes.told` has them: plain data, in which a broken record may
hold anything. So whatever is no text is not shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from handbook import changes, dates
from handbook.changes import Record, Told


@dataclass(frozen=True)
class Cell:
    """A slot as the timetable shows it: names, and not ids."""

    title: str
    place: str
    lecturers: tuple[str, ...]
    groups: tuple[str, ...]
    is_cancelled: bool


@dataclass(frozen=True)
class Row:
    """A slot at a time of the day, before and after; None where it is not there at that time."""

    start: str
    end: str
    before: Cell | None
    after: Cell | None


@dataclass(frozen=True)
class Day:
    """A day of an edition, named as people say it, with all its slots in order of time."""

    edition: str
    name: str
    rows: tuple[Row, ...]


def changed(old: Told, new: Told) -> tuple[Day, ...]:
    """Every day on which something of what the timetable shows is different, in order."""
    before, after = _days(old), _days(new)
    found = []
    for edition, date in sorted({**before, **after}):
        rows = _rows(before.get((edition, date), {}), after.get((edition, date), {}))
        if any(row.before != row.after for row in rows):
            title = titled(new["editions"].get(edition) or old["editions"].get(edition), edition)
            found.append(Day(title, spoken(date), tuple(rows)))
    return tuple(found)


def titled(record: Any, record_id: str) -> str:
    """What a record is called; its id where it does not say."""
    says = record if isinstance(record, dict) else {}
    names = (says.get(one) for one in ("name", "title", "term", "text"))
    return next((one for one in names if isinstance(one, str) and "\n" not in one), record_id)


def spoken(date: str) -> str:
    """A date as people say it; what is no date as it is written."""
    try:
        return dates.day(date, "en")
    except ValueError:
        return date


def place_of(state: Told, edition: Any, slot: Mapping[str, Any]) -> str:
    """The name of the place of a slot, as `Book.place_of` has it; empty where there is none."""
    session = state["sessions"].get(str(slot.get("session")), {})
    place = slot.get("place") or ""
    if not place and isinstance(session, dict) and session and session.get("kind") != "site-visit":
        place = edition.get("place") or ""
    return titled(state["places"].get(str(place)), str(place)) if place else ""


_Times = tuple[str, str]
_Slots = dict[str, tuple[_Times, Cell]]


def _days(state: Told) -> dict[tuple[str, str], _Slots]:
    """The slots of each day of each edition, by their keys."""
    found: dict[tuple[str, str], _Slots] = {}
    for edition_id, edition in state["editions"].items():
        for key, slot in (changes.slots(edition) or {}).items():
            times = (_time(slot.get("start")), _time(slot.get("end")))
            on = found.setdefault((edition_id, slot["date"]), {})
            on[key] = (times, _cell(state, edition, slot))
    return found


def _time(value: Any) -> str:
    return value.zfill(len("09:00")) if isinstance(value, str) else "?"


def _cell(state: Told, edition: Record, slot: Record) -> Cell:
    session = str(slot.get("session"))
    own = slot.get("title")
    groups = edition.get("groups")
    named = groups if isinstance(groups, dict) else {}
    return Cell(
        own if isinstance(own, str) else titled(state["sessions"].get(session), session),
        place_of(state, edition, slot),
        tuple(titled(state["lecturers"].get(one), one) for one in _texts(slot.get("lecturers"))),
        tuple(
            name if isinstance(name := named.get(one), str) else titled(name, one)
            for one in _texts(slot.get("groups"))
        ),
        slot.get("status") == "cancelled",
    )


def _texts(value: Any) -> Iterator[str]:
    return (one for one in value if isinstance(one, str)) if isinstance(value, list) else iter(())


def _rows(before: _Slots, after: _Slots) -> list[Row]:
    rows = []
    for key in {**before, **after}:
        was, now = before.get(key), after.get(key)
        if was and now and was[0] == now[0]:
            rows.append(Row(*was[0], was[1], now[1]))
        else:
            rows += [Row(*was[0], was[1], None)] if was else []
            rows += [Row(*now[0], None, now[1])] if now else []
    return sorted(rows, key=lambda row: (row.start, row.end))
