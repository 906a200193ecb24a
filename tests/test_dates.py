"""Dates in words."""

from __future__ import annotations

import pytest

from handbook import dates


@pytest.mark.parametrize(
    ("starts", "ends", "words"),
    [
        ("2026-10-12", "2026-10-24", "12–24 October 2026"),
        ("2026-09-28", "2026-10-09", "28 September – 9 October 2026"),
        ("2026-12-28", "2027-01-08", "28 December 2026 – 8 January 2027"),
        ("2026-10-12", "2026-10-12", "12 October 2026"),
    ],
)
def test_a_span(starts: str, ends: str, words: str) -> None:
    assert dates.span(starts, ends, "en") == words


@pytest.mark.parametrize(
    ("date", "words"),
    [
        ("2025", "2025"),
        ("2025-10", "October 2025"),
        ("2025-10-01", "1 October 2025"),
        ("not known", "not known"),
    ],
)
def test_a_date_is_as_precise_as_it_was(date: str, words: str) -> None:
    assert dates.partial(date, "en") == words


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Monday 12 October 2026"),
        ("en-GB", "Monday 12 October 2026"),
        ("sv", "måndag 12 oktober 2026"),
        ("xx", "Monday 12 October 2026"),
    ],
)
def test_a_day_in_the_language_of_the_handbook(language: str, words: str) -> None:
    assert dates.day("2026-10-12", language) == words
