"""Next year's edition, planned from one that has days.

Course days are shifted, not dates. Where the new edition starts on the same day of the week, each
day moves by the same number of weeks, so weeks and days of the week stay; else the day that was
the k-th working day of the course is the k-th working day again. Public holidays are passed over,
and days keep their order: a day whose place is taken moves on as well.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

from handbook import dates, schema, source, stale, writing
from handbook.book import Book, Key
from handbook.problem import Path
from handbook.schema import closest, quoted
from handbook.source import Plain
from handbook.stale import Era
from handbook.workdays import Workdays, workdays
from handbook.writing import EACH, Comments

Record: TypeAlias = dict[str, Plain]


class NotRollableError(ValueError):
    """No edition can be made. `asked` says whether what was asked for is at fault, or the data."""

    def __init__(self, message: str, *, asked: bool = True) -> None:
        super().__init__(message)
        self.asked = asked


@dataclass(frozen=True)
class CourseDay:
    """A teaching day: when it was, when it will be, and when it would be but for `why`."""

    number: int
    old: dt.date
    new: dt.date
    meant: dt.date
    why: str = ""


@dataclass(frozen=True, order=True)
class Remark:
    """A note or comment of the old edition: where it stands, what it says."""

    line: int
    words: str


@dataclass(frozen=True)
class Plan:
    """The new edition as data and as the text of its file, and how it came from the old one."""

    edition: str
    origin: str
    file: str
    data: Record
    text: str
    title: str
    era: Era
    starts: dt.date
    ends: dt.date
    days: tuple[CourseDay, ...]
    calendar: Workdays
    dropped: tuple[Remark, ...]
    kept: tuple[Remark, ...]


# --- What may be rolled ----------------------------------------------------------------------


def origin(book: Book, wanted: str | None) -> str:
    """The edition to roll from: the wanted one, else the latest that has days."""
    with_days = [one for one, edition in book.editions.items() if edition.days]
    if wanted is None:
        if not with_days:
            raise NotRollableError("there is no edition with days to roll from", asked=False)
        return max(with_days, key=lambda one: (_starts(book.editions[one]), one))
    if wanted in with_days:
        return wanted
    if wanted in book.editions:
        raise NotRollableError(f"the edition {quoted(wanted)} has no days to roll from")
    near = closest(wanted, list(book.editions))
    hint = f" (did you mean {quoted(near)}?)" if near else ""
    raise NotRollableError(f"there is no edition {quoted(wanted)}{hint}")


def check_start(book: Book, year: str, starts: dt.date, origin_id: str) -> None:
    """Raise NotRollableError for a year or a start that cannot be the next edition's.

    A start on a weekend or a holiday is refused and not shifted: it is more likely a slip than
    meant, and the day that everything else is counted from should not be guessed.
    """
    if book.known("editions", year):
        raise NotRollableError(f"data/editions/{year}.yml exists already, and is not overwritten")
    if not re.fullmatch(r"[0-9]{4}", year) or starts.year != int(year):
        raise NotRollableError(f"{starts} is not in the year {year}")
    if starts.year == dt.MAXYEAR:
        raise NotRollableError(f"{starts} is so late that no calendar has the days after it")
    edition = book.editions[origin_id]
    begun = _starts(edition)
    if starts <= begun:
        raise NotRollableError(
            f"{starts} is not after {begun}, when the edition {origin_id} starts"
        )
    calendar = _calendar(book, edition, starts)
    day = dates.day(starts.isoformat(), "en")
    free = dates.day(calendar.onward(starts).isoformat(), "en")
    if starts in calendar.holidays:
        raise NotRollableError(
            f"{day} is a public holiday, {calendar.holidays[starts]}; "
            f"the next working day is {free}"
        )
    if calendar.rests(starts) and starts.weekday() != begun.weekday():
        raise NotRollableError(f"{day} is on a weekend; the next working day is {free}")


def _starts(edition: schema.Edition) -> dt.date:
    return edition.starts or min(day.date for day in edition.days)


def _ends(edition: schema.Edition) -> dt.date:
    return edition.ends or max(day.date for day in edition.days)


def _calendar(book: Book, edition: schema.Edition, starts: dt.date) -> Workdays:
    """The working days of both editions; the new one may end in the year after it starts."""
    old = {_starts(edition).year, _ends(edition).year}
    span = _ends(edition).year - _starts(edition).year
    years = old | set(range(starts.year, starts.year + span + 2))
    return workdays(book.course.country, book.course.language, years)


# --- Days ------------------------------------------------------------------------------------


def course_days(
    old: Sequence[dt.date], begun: dt.date, starts: dt.date, calendar: Workdays
) -> tuple[CourseDay, ...]:
    """The old days, in order, each with its new date.

    A weekday's slots never move to a weekend, unless it is a day of the weekend that the old
    edition used in the same place. Where the day of the week of the start changes, there is no
    such place, and a taught day of the weekend counts as a working day.
    """
    ordered = sorted(set(old))
    if starts.weekday() == begun.weekday():
        meant = [day + (starts - begun) for day in ordered]
    else:
        meant = _kth_working_days(ordered, begun, starts, calendar)
    used = {day for day in meant if day not in calendar.holidays}
    found: list[CourseDay] = []
    for number, (before, ideal) in enumerate(zip(ordered, meant, strict=True), 1):
        earliest = max(ideal, found[-1].new + dt.timedelta(days=1)) if found else ideal
        why = calendar.holidays.get(ideal, "")
        found.append(CourseDay(number, before, calendar.onward(earliest, used), ideal, why))
    return tuple(found)


def _kth_working_days(
    old: Sequence[dt.date], begun: dt.date, starts: dt.date, calendar: Workdays
) -> list[dt.date]:
    meant = []
    before, after = begun, calendar.onward(starts)
    for day in old:
        while before < day:
            if calendar.works(before) or before in old:
                after = calendar.onward(after + dt.timedelta(days=1))
            before += dt.timedelta(days=1)
        meant.append(after)
    return meant


# --- The new edition -------------------------------------------------------------------------

BLOCKS = ((), ("groups",), ("days",), ("days", EACH), ("days", EACH, "slots"))
"""What of an edition's file gets a line for each of its items."""
WEAKER = {"confirmed": "provisional"}


def plan(book: Book, year: str, starts: dt.date, origin_id: str) -> Plan:
    """The edition of a year, made from another. What may be asked for is `check_start`'s to say."""
    old = book.editions[origin_id]
    begun, key = _starts(old), ("editions", origin_id)
    calendar = _calendar(book, old, starts)
    kept = [
        day
        for day in old.days
        if not day.slots or any(not ending(book, slot, starts) for slot in day.slots)
    ]
    if not kept:
        raise NotRollableError(
            f"every slot of the edition {origin_id} is cancelled, or of a session that is "
            f"cancelled or retired",
            asked=False,
        )
    days = course_days([day.date for day in kept], begun, starts, calendar)
    ends = max(_new_end(old, starts, calendar), days[-1].new)
    era = Era(begun, _ends(old), book.course.language)
    made = _Rolled(book, key, era, {day.old: day.new for day in days}, starts, ends)
    file = f"data/editions/{year}.yml"
    text = writing.written(
        made.data, BLOCKS, made.comments, f"Rolled from {made.source.file}; nothing is confirmed."
    )
    _check(file, text, made.data)
    return Plan(
        edition=year,
        origin=origin_id,
        file=file,
        data=made.data,
        text=text,
        title=made.title,
        era=era,
        starts=starts,
        ends=ends,
        days=days,
        calendar=calendar,
        dropped=tuple(sorted(made.dropped)),
        kept=tuple(sorted(made.kept)),
    )


Ending: TypeAlias = Literal["", "cancelled", "session cancelled", "session retired"]


def ending(book: Book, slot: schema.Slot, starts: dt.date) -> Ending:
    """Why a slot is not carried on to an edition that starts then; empty if it is."""
    if slot.status == "cancelled":
        return "cancelled"
    session = book.sessions[slot.session] if slot.session else None
    if session and session.status == "cancelled":
        return "session cancelled"
    if session and session.retired is not None and session.retired <= starts.year:
        return "session retired"
    return ""


def _new_end(old: schema.Edition, starts: dt.date, calendar: Workdays) -> dt.date:
    """The last day of the span: shifted with the rest, or the same working day of the course."""
    begun, ends = _starts(old), _ends(old)
    if starts.weekday() == begun.weekday():
        return ends + (starts - begun)
    taught = {day.date for day in old.days}
    while ends > begun and not (calendar.works(ends) or ends in taught):
        ends -= dt.timedelta(days=1)
    return _kth_working_days([*sorted(taught - {ends}), ends], begun, starts, calendar)[-1]


def _check(file: str, text: str, data: Record) -> None:
    """What was written is what was meant, and an edition that the schema takes."""
    read = source.parse(file, text)
    _, problems = schema.parse(schema.Edition, read)
    problems = [*read.problems, *problems]
    if problems or read.data != data:
        reason = str(problems[0]) if problems else f"{file} would not be read as it was written"
        raise NotRollableError(reason, asked=False)


class _Rolled:
    """The old edition's plain data, changed; and what was changed by the way."""

    def __init__(
        self,
        book: Book,
        key: Key,
        era: Era,
        moved: Mapping[dt.date, dt.date],
        starts: dt.date,
        ends: dt.date,
    ) -> None:
        self.book = book
        self.source = book.origins[key].source
        self.old = book.editions[key[1]]
        self.era, self.moved, self.starts, self.ends = era, moved, starts, ends
        self.dropped: list[Remark] = []
        self.kept: list[Remark] = []
        self.places: dict[Path, Path] = {}
        """Where what stands at a path of the old file stands in the new one."""
        self.data: Record = {}
        for name, value in cast("Record", self.source.data).items():
            self._field(name, value)
        self.comments = self._comments()

    def _field(self, name: str, value: Plain) -> None:
        if name == "days":
            self.data[name] = cast("Plain", self._days(cast("list[Record]", value)))
        elif name == "when" or (name in ("starts", "ends") and "starts" in self.data):
            pass  # written already, where the first of them stood
        elif name == "note" and not self._stays(("note",), cast("str", value)):
            return
        else:
            self.data[name] = self._changed(name, value)
        if name in ("starts", "ends", "when"):
            self.data["starts"] = self.starts.isoformat()
            self.data["ends"] = self.ends.isoformat()
        self.places[name,] = (name,)

    def _changed(self, name: str, value: Plain) -> Plain:
        if name == "title":
            return self.title
        if name == "status":
            return "provisional" if value in ("confirmed", "provisional") else "example"
        return value

    @property
    def title(self) -> str:
        """The old title with the new year in it."""
        later = self.starts.year - self.era.starts.year
        years = "|".join(map(str, sorted(self.era.years)))
        return re.sub(
            rf"(?<!\d)(?:{years})(?!\d)", lambda year: str(int(year[0]) + later), self.old.title
        )

    def _days(self, plain: list[Record]) -> list[Record]:
        numbers = sorted(
            (number for number, day in enumerate(self.old.days) if day.date in self.moved),
            key=lambda number: self.old.days[number].date,
        )
        days = []
        for place, number in enumerate(numbers):
            day = dict(plain[number])
            day["date"] = self.moved[self.old.days[number].date].isoformat()
            self.places["days", number] = ("days", place)
            if day.get("slots"):
                slots = self._slots(number, cast("list[Record]", day["slots"]))
                day["slots"] = cast("Plain", slots)
            days.append(day)
        return days

    def _slots(self, number: int, plain: list[Record]) -> list[Record]:
        slots: list[Record] = []
        for index, record in enumerate(plain):
            slot, here = dict(record), ("days", number, "slots", index)
            if ending(self.book, self.old.days[number].slots[index], self.starts):
                continue
            self.places[here] = (*self.places["days", number], "slots", len(slots))
            if slot.get("status") in WEAKER:
                slot["status"] = WEAKER[cast("str", slot["status"])]
            if slot.get("note") and not self._stays((*here, "note"), cast("str", slot["note"])):
                del slot["note"]
            slots.append(slot)
        return slots

    def _stays(self, path: Path, words: str | None) -> bool:
        """Whether a note names neither the old year nor the old dates; told either way."""
        if not words:
            return True
        return self._told(self.source.mark(path)[0], words)

    def _told(self, line: int, words: str) -> bool:
        stays = not stale.mentions(words, self.era, year_alone=True)
        (self.kept if stays else self.dropped).append(Remark(line, words))
        return stays

    def _comments(self) -> Comments:
        """The comments that still stand beside something, and name nothing old."""
        old = writing.comments(self.source, BLOCKS)
        above = {
            place: tuple(words for words in lines if self._told_of(path, words))
            for path, lines in old.above.items()
            if (place := self._place(path))
        }
        beside = {
            place: words
            for path, words in old.beside.items()
            if (place := self._place(path)) and self._told_of(path, words)
        }
        return Comments(above, beside)

    def _told_of(self, path: Path, words: str) -> bool:
        return self._told(self.source.mark(path, key=True)[0], words)

    def _place(self, path: Path) -> Path | None:
        for length in range(len(path), 0, -1):
            if path[:length] in self.places:
                rest = path[length:]
                gone = len(rest) > 1 and rest[0] == "slots"  # the slot itself was left out
                return None if gone else (*self.places[path[:length]], *rest)
        return None
