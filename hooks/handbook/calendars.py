"""Calendars (RFC 5545): an edition's, each group's, each lecturer's, and each slot's by itself.

All bytes follow from the data, its history and the day: no clock is read. A slot that was removed,
or taken from a group or a lecturer, stays where it was as cancelled until its edition ends, so that
a calendar that was subscribed to forgets it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import cache
from pathlib import Path as FilePath
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import (
    Calendar,
    Event,
    Timezone,
    TimezoneDaylight,
    TimezoneStandard,
    vRecur,
    vText,
)
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from handbook import addresses, views
from handbook.book import Book, Occurrence
from handbook.history import Entry, Past, PastRun
from handbook.zones import Observance, observances

REFRESH = "PT6H"
"""How often a subscriber may ask again: a duration of ISO 8601."""

_STATUS = {
    "example": "TENTATIVE",
    "provisional": "TENTATIVE",
    "confirmed": "CONFIRMED",
    "cancelled": "CANCELLED",
}


def make(
    book: Book, past: Past, templates: FilePath, base: str, today: dt.date
) -> dict[str, bytes]:
    """Every calendar: its path below the site's root, and what is in it.

    `base` is the site's absolute address; where it is empty, events have no address.
    """
    press = _Press(book, templates, base)
    found: dict[str, bytes] = {}
    for edition, run in past.items():
        is_over = run.ends < today.isoformat()
        if edition in book.editions or not is_over:
            found |= press.edition(edition, run, keep_gone=not is_over)
    return found


class _Press:
    """Makes the calendars of one book; holds what all of them share."""

    def __init__(self, book: Book, templates: FilePath, base: str) -> None:
        self.book = book
        self.base = base
        self.occurrences = {(o.edition, o.slot.identity): o for o in book.occurrences}
        environment = Environment(
            loader=FileSystemLoader(templates / "pages"),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            autoescape=False,  # noqa: S701 - it writes plain text, which icalendar escapes
        )
        self.events: dict[tuple[object, ...], bytes] = {}
        self.words: Any = environment.get_template("calendar.txt").module

    def edition(self, edition: str, run: PastRun, *, keep_gone: bool) -> dict[str, bytes]:
        """All calendars of one edition."""
        entries = dict(sorted(run.entries.items(), key=lambda one: (one[1].shown.start, one[0])))
        head, zones = (self.book.course.title, run.title), _zones(self.book, run)
        found = {}
        members: dict[str, dict[str, Entry]] = {"": entries}
        for key, entry in entries.items():
            for feed in entry.feeds:
                members.setdefault(feed, {})[key] = entry
        for feed, whose in self._feeds(edition, run).items():
            told = {key: entry.in_feed(feed) for key, entry in members.get(feed, {}).items()}
            events = [
                self._event(edition, key, entry)
                for key, entry in told.items()
                if entry.present or keep_gone
            ]
            name = self.words.name(*head, whose)
            found[addresses.calendar(edition, feed)] = _file(name, zones, events)
        for key, entry in entries.items():
            if entry.present or keep_gone:
                name = self.words.name(*head, entry.shown.title)
                event = self._event(edition, key, entry)
                found[addresses.calendar(edition, f"slots/{key}")] = _file(name, zones, [event])
        return found

    def _feeds(self, edition: str, run: PastRun) -> dict[str, str]:
        """Whose calendars there are, by name; also of those who have no slot, or none any more.

        A lecturer's is also under the ids that they had before.
        """
        once = sorted({feed for entry in run.entries.values() for feed in entry.feeds})
        names = {"": "", **{feed: feed.partition("/")[2] for feed in once}}
        if edition in self.book.editions:
            groups = self.book.editions[edition].groups
            names |= {f"groups/{one}": group.name for one, group in groups.items()}
        for one, who in self.book.lecturers.items():
            names |= {f"lecturers/{name}": who.name for name in (one, *who.former_ids)}
        return names

    def _event(self, edition: str, key: str, entry: Entry) -> bytes:
        """An event; made once for all the calendars that it stands in."""
        told = (edition, key, entry.shown, entry.present, entry.revision, entry.modified)
        if told not in self.events:
            self.events[told] = self._made(edition, key, entry)
        return self.events[told]

    def _made(self, edition: str, key: str, entry: Entry) -> bytes:
        shown = entry.shown
        occurrence = self.occurrences.get((edition, key))
        link = self._link(edition, occurrence)
        modified = dt.datetime.fromtimestamp(entry.modified, dt.UTC)
        event = Event()
        event.add("uid", addresses.event(self.book, edition, key))
        event.add("summary", self.words.summary(shown.title, shown.status))
        for name, time in (("dtstart", shown.start), ("dtend", shown.end)):
            event.add(name, dt.datetime.fromisoformat(time).replace(tzinfo=ZoneInfo(shown.zone)))
        event.add("status", _STATUS[shown.status])
        event.add("sequence", entry.revision)
        event.add("dtstamp", modified)
        event.add("last-modified", modified)
        event.add("description", self._description(occurrence, entry, link))
        if shown.location:
            event.add("location", shown.location)
        if link:
            event.add("url", link)
        if occurrence and (coordinates := self._coordinates(self.book.place_of(occurrence))):
            event.add("geo", coordinates)
        return bytes(event.to_ical())

    def _link(self, edition: str, occurrence: Occurrence | None) -> str:
        """The page of the session, else the slot in its timetable; empty where there is neither."""
        if not self.base or edition not in self.book.editions:
            return ""
        href = addresses.of("editions", edition)
        if occurrence:
            slot = occurrence.slot
            href = (
                addresses.of("sessions", slot.session)
                if slot.session
                else f"{href}#{slot.identity}"
            )
        return f"{self.base}{href}"

    def _description(self, occurrence: Occurrence | None, entry: Entry, link: str) -> str:
        slot = session = None
        if occurrence and entry.present:
            slot = views.slot_view(self.book, occurrence)
            named = occurrence.slot.session
            session = self.book.sessions[named] if named else None
        words = self.words.description(
            slot, session, entry.shown.status, link, elsewhere=occurrence is not None
        )
        return str(words).strip()

    def _coordinates(self, place: str | None) -> tuple[float, float] | None:
        """Where a place is, or the nearest one around it of which that is known."""
        met = set()
        while place and place not in met:
            met.add(place)
            record = self.book.places[place]
            if record.coordinates:
                north, east = record.coordinates.split(", ")
                return float(north), float(east)
            place = record.within
        return None


def _file(name: str, zones: bytes, events: Iterable[bytes]) -> bytes:
    """A whole calendar. Its parts are ready: an event stands in several."""
    calendar = Calendar()
    calendar.add("prodid", "-//course-handbook//calendars//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar["X-WR-CALNAME"] = vText(name)
    calendar["REFRESH-INTERVAL"] = vText(REFRESH, params={"VALUE": "DURATION"})
    calendar["X-PUBLISHED-TTL"] = vText(REFRESH)
    end = b"END:VCALENDAR\r\n"
    return b"".join([calendar.to_ical().removesuffix(end), zones, *events, end])


def _zones(book: Book, run: PastRun) -> bytes:
    """The time zones of an edition's slots, each with its rules for the edition's years."""
    shown = [entry.shown for entry in run.entries.values()]
    years = {int(run.ends[:4]), *(int(one.start[:4]) for one in shown)}
    names = {book.course.time_zone, *(one.zone for one in shown)}
    return b"".join(zone(name, min(years), max(years)) for name in sorted(names))


@cache
def zone(name: str, first: int, last: int) -> bytes:
    """A zone with its rules for these years, as a VTIMEZONE."""
    found = Timezone()
    found.add("tzid", name)
    for observance in observances(name, first, last):
        found.add_component(_observance(observance))
    return bytes(found.to_ical())


def _observance(observance: Observance) -> TimezoneStandard | TimezoneDaylight:
    found = TimezoneDaylight() if observance.is_summer else TimezoneStandard()
    found.add("dtstart", observance.onset)
    found.add("tzoffsetfrom", observance.before)
    found.add("tzoffsetto", observance.after)
    found.add("tzname", observance.name)
    if observance.rule:
        found.add("rrule", vRecur.from_ical(observance.rule))
    if observance.others:
        found.add("rdate", list(observance.others))
    return found
