"""The timetable as readers see it: weeks, days and slots, and what follows from them."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from handbook import addresses, grid, views
from handbook.book import Book
from handbook.grid import Grid, Lane
from handbook.views import SlotView

BOARD_SLOTS = 200
"""Up to so many slots the home page carries a whole edition; of a larger one, the days around."""
BOARD_DAYS = 7

FULL_DAY, FULL_LANES = 12, 2
"""With more slots on a day, or more side by side, a week needs small type to be one sheet."""

GRID_LANES = 4
"""So many cards side by side can still be read in a column of a wide screen's week."""

_NOT_TAUGHT = ("break", "travel")


@dataclass(frozen=True)
class PlacedSlot:
    """A slot with its lane among those at the same time."""

    slot: SlotView
    lane: Lane


@dataclass(frozen=True)
class DayView:
    """A day with its slots in time; `number` is its column in the week, from 1."""

    date: str
    number: int
    slots: tuple[PlacedSlot, ...]


@dataclass(frozen=True)
class WeekView:
    """A week of an edition, Monday to Sunday, with the days that are used.

    `number` counts the course's weeks from 1, `calendar_week` is that of ISO 8601. `grid` is the
    class of its rows, `hours` the times that are written beside them. `shortest` says how long the
    shortest session is (15, 30 or 45 minutes and more). `agenda` says that too many slots stand
    side by side for a grid, so that days stand below one another; `crowded` that a grid needs
    small type on paper.
    """

    number: int
    calendar_week: int
    starts: str
    ends: str
    days: tuple[DayView, ...]
    grid: str
    hours: tuple[str, ...]
    shortest: int
    agenda: bool
    crowded: bool


@dataclass(frozen=True)
class Choice:
    """One value that the timetable can be filtered by."""

    value: str
    label: str


@dataclass(frozen=True)
class Hours:
    """Whole hours: scheduled for a participant (least and most, by group), and of work in all."""

    least: int
    most: int
    whole: int


@dataclass(frozen=True)
class Visit:
    """A site visit with the ways there and back."""

    slot: SlotView
    there: SlotView | None
    back: SlotView | None


def slots(book: Book, edition_id: str) -> tuple[SlotView, ...]:
    """All slots of an edition, in time."""
    return tuple(
        views.slot_view(book, occurrence)
        for occurrence in book.occurrences
        if occurrence.edition == edition_id
    )


def weeks(book: Book, edition_id: str) -> tuple[WeekView, ...]:
    """An edition's weeks; a day without slots is kept, a day that the data does not name is not."""
    days: dict[dt.date, list[SlotView]] = {
        date: [] for date in sorted(day.date for day in book.editions[edition_id].days)
    }
    for slot in slots(book, edition_id):
        days[dt.date.fromisoformat(slot.date)].append(slot)
    found = []
    for monday, dates in groupby(days, key=_monday):
        number = 1 + (monday - _monday(min(days))).days // 7
        found.append(_week(edition_id, number, {date: days[date] for date in dates}))
    return tuple(found)


def _week(edition_id: str, number: int, days: dict[dt.date, list[SlotView]]) -> WeekView:
    shown = tuple(
        DayView(date.isoformat(), column, _placed(on_day))
        for column, (date, on_day) in enumerate(days.items(), 1)
    )
    in_week = [slot for on_day in days.values() for slot in on_day]
    lengths = [end - start for start, end in map(_span, (s for s in in_week if s.session))]
    first, last = min(days), max(days)
    widest = max((placed.lane.of for day in shown for placed in day.slots), default=1)
    agenda = widest > GRID_LANES
    return WeekView(
        number,
        first.isocalendar().week,
        first.isoformat(),
        last.isoformat(),
        shown,
        f"grid--{edition_id}-{number}",
        tuple(f"{t // grid.HOUR:02}:00" for t in grid.lines(map(_span, in_week)) if not t % 60),
        next((least for least in (45, 30) if min(lengths, default=45) >= least), 15),
        agenda,
        not agenda and (widest > FULL_LANES or any(len(day.slots) > FULL_DAY for day in shown)),
    )


def _placed(on_day: list[SlotView]) -> tuple[PlacedSlot, ...]:
    """A day's slots in time; of those that begin together, the first group stands first."""
    by_group = sorted(on_day, key=lambda s: (s.start, [group.number for group in s.groups]))
    found = grid.lanes([_span(slot) for slot in by_group])
    lane_of = {slot.key: lane for slot, lane in zip(by_group, found, strict=True)}
    return tuple(PlacedSlot(slot, lane_of[slot.key]) for slot in on_day)


def stylesheets(book: Book) -> dict[str, str]:
    """The stylesheet that places the cards of each edition: path on the site → text."""
    found = {}
    for edition_id in book.editions:
        grids = [
            Grid(
                week.grid,
                grid.lines(_span(p.slot) for day in week.days for p in day.slots),
                tuple(frozenset(placed.lane for placed in day.slots) for day in week.days),
            )
            for week in weeks(book, edition_id)
            if not week.agenda
        ]
        found[_path(edition_id)] = grid.stylesheet(grids)
    return found


def stylesheet(book: Book, edition_id: str) -> str:
    """The address of an edition's stylesheet, new whenever its text is, so that none is stale."""
    path = _path(edition_id)
    key = ("stylesheets",)
    if key not in book.kept:
        book.kept[key] = stylesheets(book)
    return f"{path}?{zlib.crc32(book.kept[key][path].encode()):08x}"


def _path(edition_id: str) -> str:
    return f"assets/timetable/{edition_id}.css"


def choices(shown: Iterable[SlotView]) -> dict[str, tuple[Choice, ...]]:
    """What slots can be filtered by; only what has more than one value."""
    found: dict[str, dict[str, str]] = {"group": {}, "kind": {}, "lecturer": {}, "place": {}}
    for slot in shown:
        found["group"] |= {group.id: group.name for group in slot.groups}
        if slot.session:
            found["kind"][slot.kind] = slot.kind
        found["lecturer"] |= {
            addresses.record_id(one.href): one.title for one in slot.lecturers if one.href
        }
        if slot.place:
            found["place"][addresses.record_id(slot.place.href)] = slot.place.title
    return {
        name: tuple(
            Choice(value, label)
            for value, label in sorted(labels.items(), key=lambda item: item[1].casefold())
        )
        for name, labels in found.items()
        if len(labels) > 1
    }


def hours(book: Book, edition_id: str) -> Hours | None:
    """How much of the course's work is in the timetable; None where either is not known.

    Counted for one participant: what is for everyone and what is for one group, without breaks,
    travel and what is cancelled. The whole is credits times `hours_per_credit`.
    """
    course, edition = book.course, book.editions[edition_id]
    if course.credits is None or course.hours_per_credit is None:
        return None
    taught = [
        slot
        for slot in slots(book, edition_id)
        if slot.status != "cancelled" and slot.kind not in _NOT_TAUGHT
    ]
    if not taught:
        return None
    sums = [
        sum(
            end - start
            for slot in taught
            if not slot.groups or group in {one.id for one in slot.groups}
            for start, end in [_span(slot)]
        )
        for group in edition.groups or [""]
    ]
    least, most = round(min(sums) / grid.HOUR), round(max(sums) / grid.HOUR)
    return Hours(least, most, round(course.credits * course.hours_per_credit))


def visits(book: Book, session_id: str, edition_id: str | None) -> tuple[Visit, ...]:
    """The slots of a session in an edition, each with the travel just before and after it.

    Travel belongs to a visit on the same day if one group at least is in both.
    """
    found = []
    for slot in views.slots_of(book, "sessions", session_id):
        if slot.edition != edition_id:
            continue
        travel = [
            other
            for other in slots(book, slot.edition)
            if other.date == slot.date and other.kind == "travel" and _together(slot, other)
        ]
        there = [other for other in travel if other.end <= slot.start]
        back = [other for other in travel if other.start >= slot.end]
        found.append(Visit(slot, there[-1] if there else None, back[0] if back else None))
    return tuple(found)


def programme(shown: Iterable[SlotView]) -> tuple[tuple[str, tuple[SlotView, ...]], ...]:
    """Slots by day, as the page of a lecturer or a place shows them: date → slots."""
    return tuple((date, tuple(on_day)) for date, on_day in groupby(shown, key=lambda s: s.date))


def board(book: Book, edition_id: str, today: dt.date) -> tuple[SlotView, ...]:
    """The slots among which the home page finds now and next."""
    found = slots(book, edition_id)
    if len(found) <= BOARD_SLOTS:
        return found
    near = dt.timedelta(days=BOARD_DAYS)
    return tuple(slot for slot in found if abs(dt.date.fromisoformat(slot.date) - today) <= near)


def _together(one: SlotView, other: SlotView) -> bool:
    return not one.groups or not other.groups or bool(set(one.groups) & set(other.groups))


def _span(slot: SlotView) -> grid.Span:
    start, end = dt.time.fromisoformat(slot.start), dt.time.fromisoformat(slot.end)
    return grid.minutes(start), grid.minutes(end)


def _monday(date: dt.date) -> dt.date:
    return date - dt.timedelta(days=date.weekday())
