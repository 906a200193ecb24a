"""Public holidays and weekends of a country, by the library that knows them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path as FilePath
from typing import Any

from handbook import store

SATURDAY, SUNDAY = 5, 6


@dataclass(frozen=True)
class DaysOff:
    """The days on which a country does not work.

    `names` are the holidays, in English; `weekend` counts from Monday, 0.
    """

    names: dict[dt.date, str] = field(default_factory=dict)
    weekend: frozenset[int] = frozenset()

    def name(self, day: dt.date) -> str:
        """The holiday that a day is, or else the weekday of the weekend; empty on a working day."""
        return self.names.get(day, "") or (f"{day:%A}" if day.weekday() in self.weekend else "")


def days_off(country: str | None, years: Iterable[int], kept: FilePath) -> DaysOff:
    """The days off of some years in a country (ISO 3166-1, or with its subdivision: `SE-AB`).

    None where no country is given; weekends only where the library does not know it. The library
    takes longer to load than all else of a check, so its answer is kept in the folder `kept`.
    """
    wanted = sorted(set(years))
    if country is None or not wanted:
        return DaysOff()
    key = store.digest(version("holidays"), country, *map(str, wanted))
    answer = store.read(kept, "holidays", key)
    if not answer:
        answer = _ask(country, wanted)
        store.write(kept, "holidays", key, answer)
    return DaysOff(
        {dt.date.fromisoformat(day): name for day, name in answer["names"].items()},
        frozenset(answer["weekend"]),
    )


_CATEGORIES = ("public", "de_facto")
"""By law, and by custom so strong that nobody works: Midsummer Eve."""


def _ask(country: str, years: list[int]) -> dict[str, Any]:
    import holidays  # noqa: PLC0415 - slow to load, and seldom needed: its answers are kept

    nation, _, part = country.partition("-")
    for subdivision in (part or None, None):
        try:
            known = holidays.country_holidays(nation, subdiv=subdivision).supported_categories
            found = holidays.country_holidays(
                nation,
                subdiv=subdivision,
                years=years,
                language="en_US",
                categories=[one for one in _CATEGORIES if one in known],
            )
        except NotImplementedError:
            continue
        names = {day.isoformat(): name for day, name in sorted(found.items())}
        return {"names": names, "weekend": sorted(found.weekend)}
    return {"names": {}, "weekend": [SATURDAY, SUNDAY]}
