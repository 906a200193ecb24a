"""Weekends and public holidays of a country, as the `holidays` library keeps them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path as FilePath
from types import MappingProxyType
from typing import Any

from handbook import store

SATURDAY, SUNDAY = 5, 6


@dataclass(frozen=True)
class Workdays:
    """Which days are worked on: `weekend` in days of the week from Monday 0, holidays by name.

    `known` says whether the library knows the country for all the years that were asked for; where
    it does not, there are no holidays, and somebody should be told.
    """

    weekend: frozenset[int]
    holidays: Mapping[dt.date, str]
    known: bool

    def works(self, day: dt.date) -> bool:
        """Whether people work on a day."""
        return not self.rests(day) and day not in self.holidays

    def rests(self, day: dt.date) -> bool:
        """Whether a day is one of the weekend."""
        return day.weekday() in self.weekend

    def onward(self, day: dt.date, also: Collection[dt.date] = ()) -> dt.date:
        """The first working day from this one on; `also` are days that count as such."""
        while not (self.works(day) or day in also):
            day += dt.timedelta(days=1)
        return day


def workdays(
    country: str | None, language: str, years: Iterable[int], kept: FilePath | None = None
) -> Workdays:
    """The working days of a country (ISO 3166, `SE`, or with a subdivision, `GB-SCT`).

    A subdivision that the library does not tell apart has its country's holidays. Their names are
    in `language` (BCP 47) where the library has it, else in the country's own. The library takes
    longer to load than all else of a check, so its answers are kept in the folder `kept`.
    """
    wanted = sorted(set(years))
    if country is None or not wanted:
        return Workdays(frozenset({SATURDAY, SUNDAY}), MappingProxyType({}), known=False)
    key = store.digest(version("holidays"), country, language, *map(str, wanted))
    answer = store.read(kept, "workdays", key) if kept else {}
    if not answer:
        answer = _ask(country, language, wanted)
        if kept:
            store.write(kept, "workdays", key, answer)
    names = {dt.date.fromisoformat(day): name for day, name in answer["holidays"].items()}
    return Workdays(frozenset(answer["weekend"]), MappingProxyType(names), answer["known"])


_CATEGORIES = ("public", "de_facto")
"""Holidays by law, and by custom so strong that nobody works: the day before Midsummer."""


def _ask(country: str, language: str, years: list[int]) -> dict[str, Any]:
    import holidays  # noqa: PLC0415 - it takes a third of a second, and few commands need it

    name, _, part = country.partition("-")
    if name not in holidays.list_supported_countries(include_aliases=False):
        return {"weekend": [SATURDAY, SUNDAY], "holidays": {}, "known": False}
    kind = type(holidays.country_holidays(name))
    found = kind(
        years=years,
        subdiv=part if part in kind.subdivisions else None,
        language=_spoken(language, kind.supported_languages, kind.default_language),
        categories=[one for one in _CATEGORIES if one in kind.supported_categories],
    )
    return {
        "weekend": sorted(found.weekend),
        "holidays": {day.isoformat(): words for day, words in sorted(found.items())},
        "known": all(kind.start_year <= year <= kind.end_year for year in years),
    }


def _spoken(language: str, choices: tuple[str, ...], own: str | None) -> str | None:
    """The library's name of a language; never none where it has one, or it asks the machine."""
    wanted = language.replace("-", "_")
    near = [one for one in choices if one.partition("_")[0] == wanted.partition("_")[0]]
    return wanted if wanted in choices else next(iter(near), own)
