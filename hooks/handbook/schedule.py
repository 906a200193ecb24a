"""The timetable as a machine for questions: who and what is where in which minute.

An entry is one slot that takes place, with its instants in minutes since 1970 (UTC), so that a
day on which the clocks change has as many minutes as it has. Spans are half open: a slot that ends
at ten and one that begins at ten only touch.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias
from zoneinfo import ZoneInfo

from handbook import schema
from handbook.book import Book, Occurrence

Resource: TypeAlias = tuple[str, ...]
"""What can be in one place only: a lecturer, a group of an edition, an exclusive place."""


@dataclass(frozen=True)
class Entry:
    """A slot that takes place.

    `groups` are all groups that attend; where an edition has none, its participants are one
    group without a name. `everyone` is true where the slot names no groups.
    """

    occurrence: Occurrence
    starts: int
    ends: int
    session: schema.Session | None
    place: str | None
    groups: tuple[str, ...]
    everyone: bool

    @cached_property
    def slot(self) -> schema.Slot:
        """The slot itself."""
        return self.occurrence.slot

    @property
    def edition(self) -> str:
        """The id of its edition."""
        return self.occurrence.edition

    @property
    def date(self) -> dt.date:
        """Its day."""
        return self.occurrence.date

    @property
    def length(self) -> int:
        """Its minutes."""
        return self.ends - self.starts

    @property
    def is_free_time(self) -> bool:
        """Whether it is a break: nobody teaches and nobody has to be there."""
        return self.slot.session is None and self.slot.kind == "break"

    @property
    def is_on_the_way(self) -> bool:
        """Whether it is the way itself, from one place to another."""
        return self.slot.session is None and self.slot.kind == "travel"

    @cached_property
    def people(self) -> tuple[Resource, ...]:
        """Who has to be there: lecturers, and groups."""
        lecturers = tuple(("lecturer", one) for one in dict.fromkeys(self.slot.lecturers))
        return lecturers + tuple(("group", self.edition, one) for one in self.groups)

    def overlaps(self, other: Entry) -> bool:
        """Whether the two have a minute in common."""
        return self.starts < other.ends and other.starts < self.ends


def instant(day: dt.date, time: dt.time, zone: ZoneInfo) -> int:
    """Minutes since 1970 of a local time; of one that comes twice, the first."""
    return int(dt.datetime.combine(day, time, zone).timestamp()) // 60


def exists(day: dt.date, time: dt.time, zone: ZoneInfo) -> bool:
    """Whether the clocks show a time on a day, and do not skip it in spring."""
    local = dt.datetime.combine(day, time, zone)
    return local.astimezone(dt.UTC).astimezone(zone).time() == time


@dataclass(frozen=True)
class Schedule:
    """All entries of a book, in time, found by day and by resource.

    `unclear` are the sessions (edition, id) with a slot of which not even the time or the groups
    are clear, or which it probably means but misspells, because another rule has spoken of it:
    nobody can say that they come too late.
    """

    book: Book
    entries: tuple[Entry, ...]
    unclear: frozenset[tuple[str, str]] = frozenset()

    @cached_property
    def zone(self) -> ZoneInfo:
        """The course's time zone."""
        return ZoneInfo(self.book.course.time_zone)

    @cached_property
    def of_resource(self) -> dict[Resource, list[Entry]]:
        """The entries that need a resource, in time."""
        found: dict[Resource, list[Entry]] = {}
        for entry in self.entries:
            for resource in (*entry.people, *self.exclusive(entry.place)):
                found.setdefault(resource, []).append(entry)
        return found

    @cached_property
    def of_place(self) -> dict[str, list[Entry]]:
        """The entries at a place, or in a room of it, in time."""
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            for place in self.chain(entry.place):
                found.setdefault(place, []).append(entry)
        return found

    def local(self, minutes: int) -> dt.time:
        """The time of day of an instant, by the course's clock."""
        return dt.datetime.fromtimestamp(minutes * 60, self.zone).time()

    @cached_property
    def hours(self) -> dict[str, tuple[dt.time, dt.time]]:
        """When each edition's first slot of any day begins, and the last one ends."""
        found: dict[str, tuple[dt.time, dt.time]] = {}
        for entry in self.entries:
            opens, closes = found.get(entry.edition, (entry.slot.start, entry.slot.end))
            found[entry.edition] = min(opens, entry.slot.start), max(closes, entry.slot.end)
        return found

    @cached_property
    def of_day(self) -> dict[tuple[str, dt.date], list[Entry]]:
        """The entries of a day of an edition, in time."""
        found: dict[tuple[str, dt.date], list[Entry]] = {}
        for entry in self.entries:
            found.setdefault((entry.edition, entry.date), []).append(entry)
        return found

    @cached_property
    def _on(self) -> dict[dt.date, list[Entry]]:
        found: dict[dt.date, list[Entry]] = {}
        for entry in self.entries:
            found.setdefault(entry.date, []).append(entry)
        return found

    def on(self, day: dt.date) -> list[Entry]:
        """The entries of a day, of all editions, in time."""
        return self._on.get(day, [])

    @cached_property
    def of_session(self) -> dict[tuple[str, str], list[Entry]]:
        """The entries of a session in an edition, in time."""
        found: dict[tuple[str, str], list[Entry]] = {}
        for entry in self.entries:
            if entry.slot.session:
                found.setdefault((entry.edition, entry.slot.session), []).append(entry)
        return found

    def dependants(self, entry: Entry) -> list[Entry]:
        """The later entries of its edition, of groups that attend it, that need its session."""
        return [
            later
            for later in self._needing.get((entry.edition, entry.slot.session or ""), ())
            if later.starts >= entry.ends and set(later.groups) & set(entry.groups)
        ]

    @cached_property
    def _needing(self) -> dict[tuple[str, str], list[Entry]]:
        found: dict[tuple[str, str], list[Entry]] = {}
        for entry in self.entries:
            for need in entry.session.needs if entry.session else ():
                found.setdefault((entry.edition, need), []).append(entry)
        return found

    @cached_property
    def _chains(self) -> dict[str, tuple[str, ...]]:
        return {}

    def chain(self, place: str | None) -> tuple[str, ...]:
        """A place and the places it lies in, from the inside out."""
        if place is None:
            return ()
        if place not in self._chains:
            found: list[str] = []
            inner: str | None = place
            while inner is not None and inner not in found and inner in self.book.places:
                found.append(inner)
                inner = self.book.places[inner].within
            self._chains[place] = tuple(found)
        return self._chains[place]

    def exclusive(self, place: str | None) -> tuple[Resource, ...]:
        """The places that a slot at a place has for itself: a room counts for its building."""
        return tuple(("place", one) for one in self.chain(place) if self.book.places[one].exclusive)

    def way(self, here: str | None, there: str | None) -> int | None:
        """Minutes from one place to another; None where nobody has said.

        What is said of the rooms counts before what is said of their buildings; a way is as long
        back as it is there.
        """
        if here == there:
            return 0
        for one in self.chain(here):
            for other in self.chain(there):
                if one == other:
                    return 0
                places = self.book.places
                for begin, end in ((one, other), (other, one)):
                    if end in places[begin].travel:
                        return places[begin].travel[end]
        return None

    def arrival(self, before: Entry, after: Entry) -> tuple[int, int]:
        """Minutes that people need between two entries: for the way, and to change clothes.

        Clothes are changed by who comes from elsewhere; what a building asks for counts for its
        rooms.
        """
        here, there = before.place, after.place
        if here is None or there is None or here == there:
            return 0, 0
        gowning = [self.book.places[one].gowning or 0 for one in self.chain(there)]
        shared = set(self.chain(here)) & set(self.chain(there))
        asked = [
            minutes
            for one, minutes in zip(self.chain(there), gowning, strict=True)
            if one not in shared
        ]
        return self.way(here, there) or 0, max(asked, default=0)

    def uses(self, place: str) -> list[Entry]:
        """The entries between which a place is made ready.

        Those at it, and in its rooms if it is exclusive; breaks and ways are none.
        """
        whole = self.book.places[place].exclusive
        return [
            entry
            for entry in self.of_place.get(place, ())
            if (whole or entry.place == place) and not (entry.is_free_time or entry.is_on_the_way)
        ]

    def changeover(self, before: Entry, after: Entry) -> int:
        """The minutes needed between two uses of places that both entries use."""
        if goes_on(before, after):
            return 0
        shared = set(self.chain(before.place)) & set(self.chain(after.place))
        return max(
            (
                self.book.places[one].changeover or 0
                for one in shared
                if self.book.places[one].exclusive or before.place == after.place == one
            ),
            default=0,
        )

    def size(self, entry: Entry) -> int | None:
        """How many come, at least: the sum of what is known, or the seats for everyone."""
        edition = self.book.editions[entry.edition]
        sizes = [edition.groups[one].size for one in entry.groups if one in edition.groups]
        everyone = entry.everyone or set(entry.groups) == set(edition.groups)
        if everyone and edition.seats is not None:
            return edition.seats
        known = [one for one in sizes if one is not None]
        return sum(known) if known else None

    def at(self, entry: Entry, day: dt.date, start: dt.time) -> Entry | None:
        """The same entry at another time of one day; None where it would end on the next."""
        starts = instant(day, start, self.zone)
        end = dt.datetime.fromtimestamp((starts + entry.length) * 60, self.zone)
        if end.date() != day or not exists(day, start, self.zone):
            return None
        slot = entry.slot.model_copy(update={"start": start, "end": end.time()})
        occurrence = replace(entry.occurrence, date=day, slot=slot)
        return replace(entry, occurrence=occurrence, starts=starts, ends=starts + entry.length)


def gather(book: Book) -> Schedule:
    """The schedule of a book: what is neither cancelled nor unclear."""
    zone = ZoneInfo(book.course.time_zone)
    entries = []
    unclear = set()
    for occurrence in book.occurrences:
        slot = occurrence.slot
        edition = book.editions[occurrence.edition]
        session = book.sessions.get(slot.session) if slot.session else None
        if is_cancelled(book, occurrence):
            continue
        if not _is_clear(edition, occurrence):
            unclear.add((occurrence.edition, slot.session or ""))
            continue
        if slot.session and session is None:
            meant = book.renamed.get(("sessions", slot.session))
            meant = meant or schema.closest(slot.session, book.ids("sessions"))
            unclear.add((occurrence.edition, meant or ""))
        entries.append(
            Entry(
                occurrence,
                instant(occurrence.date, slot.start, zone),
                instant(occurrence.date, slot.end, zone),
                session,
                book.place_of(occurrence),
                tuple(dict.fromkeys(slot.groups or edition.groups or ("",))),
                not slot.groups,
            )
        )
    entries.sort(key=lambda one: (one.starts, one.ends))
    return Schedule(book, tuple(entries), frozenset(unclear))


def goes_on(before: Entry, after: Entry) -> bool:
    """Whether the same people go on with the same session."""
    return before.slot.session is not None and (
        (before.slot.session, before.groups) == (after.slot.session, after.groups)
    )


def _is_clear(edition: schema.Edition, occurrence: Occurrence) -> bool:
    """Whether a slot has a length, groups that exist, and a day of its edition that stands once."""
    slot = occurrence.slot
    number = occurrence.path[1]
    first = next(n for n, day in enumerate(edition.days) if day.date == occurrence.date)
    if number != first or is_outside(edition, occurrence.date):
        return False
    return slot.start < slot.end and set(slot.groups) <= set(edition.groups)


def is_outside(edition: schema.Edition, day: dt.date) -> bool:
    """Whether a day lies before its edition starts or after it ends, where these are in order."""
    if edition.starts is None or edition.ends is None or edition.ends < edition.starts:
        return False
    return not edition.starts <= day <= edition.ends


def is_cancelled(book: Book, occurrence: Occurrence) -> bool:
    """Whether a slot does not take place: it, its session or its edition is cancelled."""
    session = book.sessions.get(occurrence.slot.session or "")
    return "cancelled" in (
        occurrence.slot.status,
        session.status if session else "",
        book.editions[occurrence.edition].status,
    )


# --- What stands in the way ------------------------------------------------------------------


def closed(
    schedule: Schedule, entry: Entry
) -> Iterator[tuple[tuple[str, str], int, schema.Unavailable]]:
    """Each lecturer and place (collection, id) that cannot be had on the entry's day.

    With it the span, and its number in the record.
    """
    book = schedule.book
    wanted = [("lecturers", one) for one in dict.fromkeys(entry.slot.lecturers)]
    wanted += [("places", one) for one in schedule.chain(entry.place)]
    for collection, record_id in wanted:
        record = book.records(collection).get(record_id)
        spans = record.unavailable if isinstance(record, _CLOSABLE) else ()
        for number, span in enumerate(spans):
            if span.from_ <= entry.date <= span.to:
                yield (collection, record_id), number, span
                break


_CLOSABLE = (schema.Lecturer, schema.Place)


def shared_people(one: Entry, other: Entry) -> list[Resource]:
    """Who would have to be at both entries.

    A lecturer who teaches two groups the same session in one place at the same time is in one
    place only.
    """
    together = (
        one.slot.session is not None
        and one.place is not None
        and (
            (one.slot.session, one.place, one.starts, one.ends)
            == (other.slot.session, other.place, other.starts, other.ends)
        )
    )
    theirs = set(other.people)
    return [
        resource
        for resource in one.people
        if resource in theirs and not (together and resource[0] == "lecturer")
    ]


def kept_busy(schedule: Schedule, first: Entry, second: Entry, who: Resource) -> int:
    """Minutes between two entries in which somebody has to be somewhere, nobody knows where."""
    return sum(
        one.length
        for one in schedule.of_resource[who]
        if first.ends <= one.starts
        and one.ends <= second.starts
        and one.place is None
        and not (one.is_free_time or one.is_on_the_way)
    )


def stand_in_each_others_way(schedule: Schedule, one: Entry, other: Entry) -> bool:
    """Whether two entries cannot both be as they are."""
    first, second = sorted((one, other), key=lambda entry: (entry.starts, entry.ends))
    people = shared_people(first, second)
    if first.overlaps(second):
        places = set(schedule.exclusive(first.place))
        return bool(people or places & set(schedule.exclusive(second.place)))
    gap = second.starts - first.ends
    ways = first.is_on_the_way or second.is_on_the_way
    if people and not ways:
        free = gap - kept_busy(schedule, first, second, people[0])
        if free < sum(schedule.arrival(first, second)):
            return True
    idle = {entry.is_free_time or entry.is_on_the_way for entry in (first, second)}
    return True not in idle and gap < schedule.changeover(first, second)


def scheduled(entries: Iterable[Entry], group: str) -> list[tuple[int, int]]:
    """The spans in which a group is busy: of what overlaps, the whole; breaks left out."""
    spans: list[tuple[int, int]] = []
    for entry in sorted(entries, key=lambda one: one.starts):
        if group not in entry.groups or entry.is_free_time:
            continue
        if spans and entry.starts <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], entry.ends))
        else:
            spans.append((entry.starts, entry.ends))
    return spans


LUNCH_FROM, LUNCH_UNTIL = dt.time(11, 0), dt.time(14, 0)
"""When people eat. A day needs a lunch if it has something before noon and something after one."""
NOON, ONE = dt.time(12, 0), dt.time(13, 0)


def lunch(schedule: Schedule, day: dt.date, busy: list[tuple[int, int]]) -> int | None:
    """The longest free time, in minutes, around noon of a day; None if it needs no lunch."""

    def at(time: dt.time) -> int:
        return instant(day, time, schedule.zone)

    if not busy or busy[0][0] >= at(NOON) or busy[-1][1] <= at(ONE):
        return None
    free, begin = 0, at(LUNCH_FROM)
    for start, end in [*busy, (at(LUNCH_UNTIL), at(LUNCH_UNTIL))]:
        free = max(free, min(start, at(LUNCH_UNTIL)) - begin)
        begin = max(begin, end)
    return free


def missed(schedule: Schedule, entry: Entry, session: str) -> tuple[str, ...]:
    """The groups of an entry that have not had a session before it begins."""
    if (entry.edition, session) in schedule.unclear:
        return ()
    had = {
        group
        for earlier in schedule.of_session.get((entry.edition, session), ())
        if earlier.ends <= entry.starts and earlier.occurrence is not entry.occurrence
        for group in earlier.groups
    }
    return tuple(group for group in entry.groups if group not in had)


# --- Where it would fit ----------------------------------------------------------------------

STEP = 15
"""Minutes between two times at which a free slot is looked for."""
EVENING = dt.time(18, 0)
"""Until when a day may last, whatever it holds now."""


def next_free(schedule: Schedule, entry: Entry) -> Entry | None:
    """The entry at the next time of its edition at which nothing stands in its way.

    Looked for on its own day from its start on, then on the later days of the edition, from the
    hour at which the edition begins its days to that at which it ends them, or to the evening;
    never on a day off, over somebody's lunch or beyond the limit of a day, and in the order that
    sessions need.
    """
    book = schedule.book
    if _waits_in_vain(schedule, entry):
        return None
    opens, closes = schedule.hours[entry.edition]
    closes = max(closes, EVENING)
    days = sorted({day.date for day in book.editions[entry.edition].days})
    for day in days[bisect_left(days, entry.date) :]:
        if day != entry.date and book.course.country and not book.workdays.works(day):
            continue
        rivals = [
            other
            for other in schedule.on(day)
            if other.occurrence is not entry.occurrence and _are_rivals(schedule, entry, other)
        ]
        minute = entry.slot.start if day == entry.date else opens
        while (moved := schedule.at(entry, day, minute)) and moved.slot.end <= closes:
            in_the_way = [
                other for other in rivals if stand_in_each_others_way(schedule, moved, other)
            ]
            if not in_the_way and _fits(schedule, entry, moved):
                return moved
            later = max((schedule.local(other.ends) for other in in_the_way), default=minute)
            minute = max(_after(minute), _round_up(later))
    return None


def _waits_in_vain(schedule: Schedule, entry: Entry) -> bool:
    """Whether the edition never gives the entry's groups what its session needs."""
    needs = entry.session.needs if entry.session else ()
    last = replace(entry, starts=max(one.ends for one in schedule.entries))
    return any(missed(schedule, last, need) for need in needs if need in schedule.book.sessions)


def _are_rivals(schedule: Schedule, entry: Entry, other: Entry) -> bool:
    """Whether two entries need something in common."""
    if set(entry.people) & set(other.people):
        return True
    return bool(set(schedule.chain(entry.place)) & set(schedule.chain(other.place)))


def _after(time: dt.time) -> dt.time:
    return _from_midnight(time.hour * 60 + time.minute + STEP)


def _round_up(time: dt.time) -> dt.time:
    return _from_midnight(-((time.hour * 60 + time.minute) // -STEP) * STEP)


def _from_midnight(minutes: int) -> dt.time:
    return dt.time(minutes // 60, minutes % 60) if minutes < MIDNIGHT else dt.time.max


MIDNIGHT = 24 * 60


def _fits(schedule: Schedule, entry: Entry, moved: Entry) -> bool:
    """Whether an entry may be at its new time, but for what else takes place then."""
    if any(closed(schedule, moved)):
        return False
    needs = entry.session.needs if entry.session else ()
    if any(missed(schedule, moved, need) for need in needs if need in schedule.book.sessions):
        return False
    if any(later.starts < moved.ends for later in schedule.dependants(entry)):
        return False
    others = [
        other for other in schedule.on(moved.date) if other.occurrence is not entry.occurrence
    ]
    return not any(
        _too_much(schedule, moved.date, [*others, moved], group) for group in moved.groups
    )


def _too_much(schedule: Schedule, day: dt.date, entries: list[Entry], group: str) -> bool:
    edition = entries[-1].edition
    limits = schedule.book.course.limits
    busy = scheduled([one for one in entries if one.edition == edition], group)
    if limits.day is not None and sum(end - start for start, end in busy) > limits.day:
        return True
    free = lunch(schedule, day, busy)
    return limits.lunch is not None and free is not None and free < limits.lunch
