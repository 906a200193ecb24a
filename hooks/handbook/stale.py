"""Where text still names the days of an edition that is past.

Found are the days inside the edition's span however they are written, in figures or with the
month's name in the handbook's language: 2026-10-12, 12.10.2026, 12 October, 12–24 October 2026,
Monday 12 October, October 12. Outside the span a day is found only with a day of the week, if that
is right in the edition's year: 'by Friday 9 October' was written for that year.

A year by itself says little: laws, sources and companies have years too. So the edition's year is
found only beside a word that speaks of a course's time (`COURSE_WORDS`), in the same sentence and
at most `NEAR` characters away, and not as a part of a date that is not the course's.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from handbook import dates
from handbook.source import Mark, Source

NEAR = 40
"""Characters between a year and the word that makes it the course's year."""

COURSE_WORDS = re.compile(
    r"(?<![\w/-])(?:courses?|runs?|editions?|timetables?|dates?|days?|weeks?|terms?|semesters?"
    r"|groups?|participants?|teach(?:es|ing)?|taught|lectures?|sessions?|visit(?:s|ed)?)(?![\w/-])",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Era:
    """What belongs to one edition in time: its days, and the language that names them."""

    starts: dt.date
    ends: dt.date
    language: str

    @property
    def years(self) -> frozenset[int]:
        """The years it lies in."""
        return frozenset(range(self.starts.year, self.ends.year + 1))

    def has(self, year: int, month: int, first: int, last: int) -> bool:
        """Whether any of some days of a month lies inside."""
        return any(
            self.starts <= day <= self.ends
            for number in range(first, last + 1)
            if (day := _date(year, month, number))
        )


@dataclass(frozen=True)
class Stale:
    """Words that name an old day, and where they begin in their text."""

    words: str
    start: int

    @property
    def end(self) -> int:
        """Where they end."""
        return self.start + len(self.words)


_WORD = r"[^\W\d_]{3,30}"
_NUMBER = r"\d{1,2}(?:\.|:?[^\W\d_]{1,2})?(?![\w])"
_DAYS = rf"(?P<first>{_NUMBER})(?:\s*[–—-]\s*(?P<last>{_NUMBER}))?"
_YEAR = r"(?:\.?,?\s+(?P<year>\d{4})(?!\w))?"
_WRITTEN = (
    re.compile(rf"(?<![\w.,/:@-]){_DAYS}\s+(?:\w\w\s+)?(?P<month>{_WORD}){_YEAR}"),
    re.compile(rf"(?<![\w/@-])(?P<month>{_WORD})\.?\s+{_DAYS}(?!\s*[%€$£]){_YEAR}"),
)
_ISO = re.compile(r"(?<![\w/.@-])(\d{4})-(\d{2})-(\d{2})(?![\w-])")
_FIGURES = re.compile(r"(?<![\w/.@-])(\d{1,2})([./])(\d{1,2})\2(\d{4})(?![\w])")
_WEEKDAY = re.compile(rf"({_WORD})\.?,?\s+(?:\w\w\w?\s+)?$")
_BEFORE = re.compile(rf"({_WORD})\.?\s+$")
_STOP = re.compile(r"[.!?:]\s|\||\n\s*\n")
_TARGET = re.compile(r"\]\([^)\s]*\)")


def mentions(text: str, era: Era, *, year_alone: bool = False) -> tuple[Stale, ...]:
    """The old days that a text names; with `year_alone` also each old year, whatever is beside."""
    dated = list(_dates(text, era))
    found = [stale for stale, old in dated if old]
    taken = {place for stale, _ in dated for place in range(stale.start, stale.end)}
    for year in re.finditer(r"(?<![\w/.@-])\d{4}(?![\w-]|\.\d)", text):
        if int(year[0]) in era.years and year.start() not in taken:
            month = _BEFORE.search(text, max(year.start() - NEAR, 0), year.start())
            number = dates.month_of(month[1], era.language) if month else 0
            start = month.start() if month and number else year.start()
            theirs = not number or _in_month(int(year[0]), number, era)
            if year_alone or (theirs and _of_a_course(text, start, year.end())):
                found.append(Stale(text[start : year.end()], start))
    return tuple(sorted(found, key=lambda stale: stale.start))


def _dates(text: str, era: Era) -> Iterator[tuple[Stale, bool]]:
    """Every day that is named, and whether it is an old one."""
    taken = 0
    written = [
        (match, number)
        for form in _WRITTEN
        for match in form.finditer(text)
        if (number := dates.month_of(match["month"], era.language))
    ]
    for match, month in sorted(written, key=lambda pair: pair[0].start()):
        if match.start() < taken:
            continue
        taken = match.end()
        before = _WEEKDAY.search(text, max(match.start() - NEAR, 0), match.start())
        weekday = dates.weekday_of(before[1], era.language) if before else 0
        start = before.start() if before and weekday else match.start()
        yield Stale(text[start : match.end()], start), _is_old(match, month, weekday, era)
    for match in _ISO.finditer(text):
        year, month, day = (int(part) for part in match.groups())
        yield Stale(match[0], match.start()), era.has(year, month, day, day)
    for match in _FIGURES.finditer(text):
        one, other, year = int(match[1]), int(match[3]), int(match[4])
        old = era.has(year, other, one, one) or era.has(year, one, other, other)
        yield Stale(match[0], match.start()), old


def _is_old(match: re.Match[str], month: int, weekday: int, era: Era) -> bool:
    first = _figures(match["first"])
    last = _figures(match["last"]) if match["last"] else first
    for year in era.years if match["year"] is None else era.years & {int(match["year"])}:
        day = _date(year, month, first)
        if era.has(year, month, first, last) or (day and weekday == day.isoweekday()):
            return True
    return False


def _figures(number: str) -> int:
    return int(re.sub(r"\D", "", number))


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _in_month(year: int, month: int, era: Era) -> bool:
    return (era.starts.year, era.starts.month) <= (year, month) <= (era.ends.year, era.ends.month)


def _of_a_course(text: str, start: int, end: int) -> bool:
    """Whether words beside a year speak of a course's time."""
    before = _STOP.split(text[max(start - NEAR, 0) : start])[-1]
    after = _STOP.split(text[end : end + NEAR])[0]
    return any(COURSE_WORDS.search(_TARGET.sub("]", words)) for words in (before, after))


# --- In files --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """Old days in a file: where, and the words with some before and after, on one line."""

    file: str
    line: int
    column: int
    words: str


def in_file(source: Source, masked: str, era: Era) -> Iterator[Found]:
    """Old days in a file; `masked` is its text, or that text with parts of it blanked out.

    A value that is nothing but one word is not prose: `from: 2026-10-12` is a fact, and stays.
    """
    found = mentions(masked, era)
    facts = set(_facts(source)) if found else set()
    for stale in found:
        line = masked.count("\n", 0, stale.start) + 1
        column = stale.start - masked.rfind("\n", 0, stale.start)
        if not facts & {(line, column), (line, column - 1)}:  # with quotes, one earlier
            yield Found(source.file, line, column, _around(source.text, stale))


def _around(text: str, stale: Stale) -> str:
    """The old day in bold, between the words beside it on its line."""
    before = text[max(stale.start - NEAR, 0) : stale.start].rpartition("\n")[2]
    after = text[stale.end : stale.end + NEAR].partition("\n")[0]
    before = before.partition(" ")[2] if len(before) == NEAR else before
    after = after.rpartition(" ")[0] if len(after) == NEAR else after
    return " ".join(f"{before}**{stale.words}**{after}".split())


def _facts(source: Source) -> Iterator[Mark]:
    for path, mark in source.values.items():
        value = source.data
        for step in path:
            value = value[step] if isinstance(value, dict | list) else None  # type: ignore[index]
        if isinstance(value, str) and not re.search(r"\s", value):
            yield mark
