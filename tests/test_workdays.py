"""Working days and public holidays, and countries that nobody knows."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from handbook.workdays import workdays

ASCENSION = dt.date(2032, 5, 6)


@pytest.mark.parametrize(
    ("country", "language", "name"),
    [
        ("FI", "en", "Ascension Day"),
        ("FI", "fi", "Helatorstai"),
        ("FI", "sv", "Kristi himmelsfärdsdag"),
        ("FI", "pt-BR", "Helatorstai"),
        ("FI-ZZ", "en", "Ascension Day"),
    ],
)
def test_holidays_are_named_in_the_language_if_it_is_known(
    country: str, language: str, name: str
) -> None:
    found = workdays(country, language, [2032])

    assert (found.holidays[ASCENSION], found.known) == (name, True)
    assert not found.works(ASCENSION)


def test_a_subdivision_has_holidays_of_its_own() -> None:
    years = [2031]
    third = dt.date(2031, 1, 2)  # a holiday in Scotland only

    assert workdays("GB-SCT", "en", years).works(third) is False
    assert workdays("GB-ENG", "en", years).works(third) is True


@pytest.mark.parametrize("country", [None, "XX"])
def test_an_unknown_country_has_weekends_only(country: str | None) -> None:
    found = workdays(country, "en", [2032])

    assert (found.known, found.holidays, found.works(ASCENSION)) == (False, {}, True)
    assert found.onward(dt.date(2032, 5, 8)) == dt.date(2032, 5, 10)


def test_years_beyond_the_library_are_not_known() -> None:
    assert workdays("FI", "en", [2032, 2999]).known is False


def test_weekends_are_the_country_s() -> None:
    assert workdays("IL", "en", [2032]).rests(dt.date(2032, 5, 7))  # a Friday


def test_answers_are_kept(tmp_path: Path) -> None:
    answers = [workdays("FI", "en", [2032], tmp_path) for _ in range(2)]

    assert answers[0] == answers[1] == workdays("FI", "en", [2032])
    assert len(list(tmp_path.iterdir())) == 1


def test_the_day_before_midsummer_is_off_by_custom() -> None:
    assert workdays("FI", "en", [2032]).works(dt.date(2032, 6, 25)) is False
