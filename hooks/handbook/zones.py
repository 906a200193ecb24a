"""The rules of a time zone, as calendars tell them: when its clock changes, and by how much.

RFC 5545 (section 3.6.5) wants each calendar to bring its zone's rules along. They are found by
looking at the zone itself (the IANA database, through `zoneinfo`), so they hold for any zone: with
summer time in the north or the south, with none, or with changes that follow no rule.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

CYCLE = 28
"""Years after which the Gregorian calendar repeats: every day of a rule shows up in them."""


@dataclass(frozen=True)
class Observance:
    """An offset from UTC that begins at `onset`, by the clock before it.

    With a `rule` (the value of an RRULE) it begins anew each year; without one also at `others`.
    """

    onset: dt.datetime
    before: dt.timedelta
    after: dt.timedelta
    name: str
    rule: str = ""
    others: tuple[dt.datetime, ...] = ()

    @property
    def is_summer(self) -> bool:
        """Whether the clock is put forward. The law of some zones calls winter the exception."""
        return self.after > self.before


@dataclass(frozen=True)
class _Change:
    onset: dt.datetime
    before: dt.timedelta
    after: dt.timedelta
    name: str


@cache
def is_zone(name: str) -> bool:
    """Whether there is such a time zone."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


@cache
def observances(name: str, first: int, last: int) -> tuple[Observance, ...]:
    """The offsets of a zone from the first day of one year to the last day of another.

    Where the changes of a whole cycle of years follow one rule each, they are told as rules that
    begin in the year before; else one by one.
    """
    first, last = (min(max(year, dt.MINYEAR + 1), dt.MAXYEAR - CYCLE) for year in (first, last))
    zone = ZoneInfo(name)
    years = range(first - 1, max(last + 1, first - 1 + CYCLE))
    changes = {year: _changes(zone, year) for year in years}
    if not any(changes.values()):
        return (_still(zone, first - 1),)
    ruled = [_ruled(column) for column in _columns(list(changes.values()))]
    found = tuple(observance for observance in ruled if observance)
    if found and len(found) == len(ruled):
        return found
    return _listed(zone, first, [one for year in range(first, last + 1) for one in changes[year]])


def _changes(zone: ZoneInfo, year: int) -> tuple[_Change, ...]:
    """When the offset changes in a year. Two changes within a week were never seen."""
    begins = dt.datetime(year, 1, 1, tzinfo=dt.UTC)
    ends = dt.datetime(year + 1, 1, 1, tzinfo=dt.UTC)
    weeks = [begins + dt.timedelta(weeks=number) for number in range(53)]
    return tuple(
        _change(zone, before, after)
        for before, after in pairwise([*weeks, ends])
        if _offset(zone, before) != _offset(zone, after)
    )


def _change(zone: ZoneInfo, before: dt.datetime, after: dt.datetime) -> _Change:
    """The change between two moments, to the second."""
    old = _offset(zone, before)
    while after - before > dt.timedelta(seconds=1):
        middle = before + dt.timedelta(seconds=(after - before) // dt.timedelta(seconds=2))
        if _offset(zone, middle) == old:
            before = middle
        else:
            after = middle
    onset = (after + old).replace(tzinfo=None)
    local = after.astimezone(zone)
    return _Change(onset, old, _offset(zone, after), local.tzname() or "")


def _offset(zone: ZoneInfo, moment: dt.datetime) -> dt.timedelta:
    return moment.astimezone(zone).utcoffset() or dt.timedelta()


def _columns(years: Sequence[tuple[_Change, ...]]) -> Iterator[tuple[_Change, ...]]:
    """The first change of every year, then the second; nothing where years differ in number."""
    if len({len(changes) for changes in years}) == 1:
        yield from zip(*years, strict=True)


def _ruled(changes: tuple[_Change, ...]) -> Observance | None:
    """One change a year as a rule, if they follow one."""
    first = changes[0]
    same = {
        (one.before, one.after, one.name, one.onset.month, one.onset.weekday(), one.onset.time())
        for one in changes
    }
    days = _days([one.onset for one in changes])
    if len(same) > 1 or not days:
        return None
    weekday = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")[first.onset.weekday()]
    rule = f"FREQ=YEARLY;BYMONTH={first.onset.month};{days.format(weekday)}"
    return Observance(first.onset, first.before, first.after, first.name, rule)


def _days(onsets: Sequence[dt.datetime]) -> str:
    """Which days of its month a weekday falls on: the last, the second, the first from the 24th."""
    days = [one.day for one in onsets]
    if all((one + dt.timedelta(weeks=1)).month != one.month for one in onsets):
        return "BYDAY=-1{}"
    weeks = {(day - 1) // 7 + 1 for day in days}
    if len(weeks) == 1:
        return f"BYDAY={weeks.pop()}{{}}"
    if max(days) - min(days) < len("MTWTFSS"):
        return f"BYDAY={{}};BYMONTHDAY={','.join(map(str, range(min(days), max(days) + 1)))}"
    return ""


def _still(zone: ZoneInfo, year: int) -> Observance:
    """The offset at the beginning of a year, as if it began then."""
    begins = dt.datetime(year, 1, 1, tzinfo=zone)
    offset = begins.utcoffset() or dt.timedelta()
    return Observance(begins.replace(tzinfo=None), offset, offset, begins.tzname() or "")


def _listed(zone: ZoneInfo, first: int, changes: Sequence[_Change]) -> tuple[Observance, ...]:
    """Changes one by one, those to the same offset together."""
    onsets: dict[tuple[dt.timedelta, dt.timedelta, str], list[dt.datetime]] = {}
    for one in changes:
        onsets.setdefault((one.before, one.after, one.name), []).append(one.onset)
    return (
        _still(zone, first),
        *(
            Observance(found[0], before, after, name, others=tuple(found[1:]))
            for (before, after, name), found in onsets.items()
        ),
    )
