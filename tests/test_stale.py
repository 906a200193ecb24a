"""Old days in prose: every way to write them, and what only looks like one."""

from __future__ import annotations

import datetime as dt

import pytest

from handbook import source, stale
from handbook.stale import Era, Found

MAY = Era(dt.date(2031, 5, 12), dt.date(2031, 5, 24), "en")


def found(text: str, language: str = "en") -> list[str]:
    era = Era(MAY.starts, MAY.ends, language)
    return [one.words for one in stale.mentions(text, era)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It begins on 12 May.", "12 May"),
        ("It ends on 24 May, late.", "24 May"),
        ("From 12–24 May 2031.", "12–24 May 2031"),
        ("From 5-12 May we read.", "5-12 May"),
        ("From 28 April to 12 May", "12 May"),
        ("On Monday 12 May at nine", "Monday 12 May"),
        ("On Mon. 12 May", "Mon. 12 May"),
        ("On Monday, the 12 of May", "Monday, the 12 of May"),
        ("On May 12, 2031", "May 12, 2031"),
        ("On Monday, May 12", "Monday, May 12"),
        ("On the 13th of May", "13th of May"),
        ("on 2031-05-12 at nine", "2031-05-12"),
        ("on 12.5.2031", "12.5.2031"),
        ("on 5/12/2031", "5/12/2031"),
        ("by Friday 9 May\nbody", "Friday 9 May"),
        ("by Friday 2 May 2031", "Friday 2 May 2031"),
        ("the dates of 2031", "2031"),
        ("the run in May 2031", "May 2031"),
        ("the [timetable](/timetable/) of 2031", "2031"),
        ("2031: no. In 2031 the course is held here.", "2031"),
    ],
)
def test_old_days_are_found(text: str, words: str) -> None:
    assert found(text) == [words]


@pytest.mark.parametrize(
    "text",
    [
        "It begins on 11 May and ends on 25 May.",
        "The law of 12 May 1999 is about courses.",
        "The law of 12 May 2030.",
        "It was 2031-05-11 or 25/5/2031.",
        "By Thursday 9 May",  # a Thursday in other years
        "On Mondays in May",
        "A guideline of June 2031 is taught in the course",
        "In force since 1 April 2031; taught in this course",
        "Founded in 2031. The course visits it.",
        "It has 2031 sheets; [@course2031; @survey_2031]",
        "see https://kuusi.example/course/2031",
        "12 Mayflies, 12 may come, 99 May",
        "ISO 2031-1 and version 2031.5",
    ],
)
def test_what_only_looks_old_is_not(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("måndag 12 maj", "sv", "måndag 12 maj"),
        ("Måndag den 12 maj", "sv", "Måndag den 12 maj"),
        ("12. toukokuuta 2031", "fi", "12. toukokuuta 2031"),
        ("le lundi 12 mai", "fr", "lundi 12 mai"),
    ],
)
def test_days_in_the_language_of_the_handbook(text: str, language: str, words: str) -> None:
    assert found(text, language) == [words]


def test_a_year_alone_is_found_on_request() -> None:
    text = "The blue boat of 2031, or of May 2031; not [@boats2031]."

    assert [one.words for one in stale.mentions(text, MAY, year_alone=True)] == ["2031", "May 2031"]


def test_a_course_over_new_year_has_two_years() -> None:
    era = Era(dt.date(2031, 12, 29), dt.date(2032, 1, 9), "en")
    text = "From 29 December to 9 January; the course of 2031, the run in January 2032"

    assert [one.words for one in stale.mentions(text, era)] == [
        "29 December",
        "9 January",
        "2031",
        "January 2032",
    ]


def test_facts_of_one_word_are_no_prose() -> None:
    text = "from: 2031-05-12\nto: '2031-05-13'\nnote: Since 2031-05-14.\n"

    assert list(stale.in_file(source.parse("data/x.yml", text), text, MAY)) == [
        Found("data/x.yml", 3, 13, "note: Since **2031-05-14**.")
    ]
