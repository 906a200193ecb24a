"""Dates in words, in the handbook's language (Unicode CLDR, through Babel)."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from zoneinfo import ZoneInfo

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_date


def is_date(text: str) -> bool:
    """Whether a text is a year, a month or a day in ISO form."""
    return bool(re.fullmatch(r"\d{4}(-\d{2}){0,2}", text))


def day(date: str, language: str) -> str:
    """An ISO date in words: 'Monday 12 October 2026'."""
    return format_date(dt.date.fromisoformat(date), "EEEE d MMMM y", locale=_locale(language))


def partial(date: str, language: str) -> str:
    """A year, a month or a day in words, as precise as it was: 'October 2025'.

    What is no date stays as it is.
    """
    if not is_date(date):
        return date
    parts = date.split("-")
    if len(parts) == 1:
        return date
    pattern = "MMMM y" if len(parts) == len("ym") else "d MMMM y"
    return format_date(
        dt.date.fromisoformat(f"{date}-01"[: len("2026-10-12")]), pattern, locale=_locale(language)
    )


def instant(date: dt.date, time: dt.time, zone: str) -> str:
    """A local time as an ISO instant with the zone's offset on that day.

    Of a time that comes twice, when clocks go back, the first is meant; one that never comes, when
    they go forward, is counted on from before (PEP 495, fold=0).
    """
    return dt.datetime.combine(date, time, ZoneInfo(zone)).isoformat(timespec="minutes")


def week(starts: str, ends: str, language: str) -> str:
    """Two days of a week as one span, without the year: '12–16 October'."""
    first, last = dt.date.fromisoformat(starts), dt.date.fromisoformat(ends)
    end = format_date(last, "d MMMM", locale=_locale(language))
    if first == last:
        return end
    if first.month == last.month:
        return f"{first.day}–{end}"
    return f"{format_date(first, 'd MMMM', locale=_locale(language))} – {end}"


def weekday(date: str, language: str) -> str:
    """The weekday of an ISO date: 'Monday'."""
    return format_date(dt.date.fromisoformat(date), "EEEE", locale=_locale(language))


def span(starts: str, ends: str, language: str) -> str:
    """Two ISO dates as one span: '12–24 October 2026'."""
    first, last = dt.date.fromisoformat(starts), dt.date.fromisoformat(ends)
    pattern = "d MMMM y"
    if first.year == last.year:
        pattern = "d" if first.month == last.month else "d MMMM"
    begin = format_date(first, pattern, locale=_locale(language))
    end = format_date(last, "d MMMM y", locale=_locale(language))
    return end if first == last else f"{begin}–{end}" if pattern == "d" else f"{begin} – {end}"


def month_of(word: str, language: str) -> int:
    """The month that a word names, in full or by its first three letters or more; 0 for none."""
    return _named(word, _names("months", language))


def weekday_of(word: str, language: str) -> int:
    """The day of the week that a word names, likewise; from Monday 1, 0 for none."""
    return _named(word, _names("days", language))


ABBREVIATED = 3
"""The fewest letters that stand for a month or a day of the week."""


def _named(word: str, names: tuple[tuple[str, int], ...]) -> int:
    if len(word) < ABBREVIATED:
        return 0
    return next((number for name, number in names if name.startswith(word)), 0)


@cache
def _names(kind: str, language: str) -> tuple[tuple[str, int], ...]:
    """Months or days in full, as they stand in a date and by themselves, also as a first word."""
    forms = getattr(_locale(language), kind)
    first = 1 if kind == "months" else 0  # Babel counts months from 1, days from Monday 0
    return tuple(
        (written, number - first + 1)
        for form in ("format", "stand-alone")
        for number, name in forms[form]["wide"].items()
        for written in (name, name[:1].upper() + name[1:])
    )


@cache
def _locale(language: str) -> Locale:
    """The language's own way with dates; English where Unicode knows none."""
    for name in (language.replace("-", "_"), language.partition("-")[0]):
        try:
            return Locale.parse(name)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en")
