"""Weeks, hours, visits and choices, from an edition's data."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from conftest import EXAMPLES

from handbook import book as books
from handbook import schema, timetable, views
from handbook.book import Book
from handbook.timetable import Choice, Hours


@pytest.fixture(scope="module")
def lichens_book() -> Book:
    book, problems = books.load(EXAMPLES / "lichens")
    assert problems == []
    return book


def slot(start: str, end: str, key: str, **fields: Any) -> dict[str, Any]:
    what = {} if "session" in fields else {"title": key, "kind": "other"}
    return {"start": start, "end": end, "key": key, **what, **fields}


def with_days(book: Book, days: dict[str, list[dict[str, Any]]], **course: Any) -> Book:
    """The second course with one edition of the days given."""
    edition = schema.Edition.model_validate(
        {
            "title": "E",
            "status": "confirmed",
            "starts": min(days),
            "ends": max(days),
            "groups": {"a": "Group A", "b": "Group B"},
            "days": [{"date": date, "slots": slots} for date, slots in days.items()],
        }
    )
    changed = schema.Course.model_validate(
        {"title": "C", "time_zone": "Europe/Stockholm", **course}
    )
    return replace(book, editions={"e": edition}, courses={"course": changed})


@pytest.mark.parametrize(
    ("date", "time", "instant"),
    [
        ("2026-10-24", "09:00", "2026-10-24T09:00+02:00"),
        ("2026-10-26", "09:00", "2026-10-26T09:00+01:00"),
        # The night between: the clock shows 02:30 twice, and the first is meant.
        ("2026-10-25", "01:59", "2026-10-25T01:59+02:00"),
        ("2026-10-25", "02:30", "2026-10-25T02:30+02:00"),
        ("2026-10-25", "03:00", "2026-10-25T03:00+01:00"),
        ("2026-03-28", "09:00", "2026-03-28T09:00+01:00"),
        ("2026-03-29", "03:00", "2026-03-29T03:00+02:00"),
        # 02:30 never comes that night: half an hour after 02:00, which was 03:00.
        ("2026-03-29", "02:30", "2026-03-29T02:30+01:00"),
    ],
)
def test_a_slot_has_the_offset_of_its_day(
    lichens_book: Book, date: str, time: str, instant: str
) -> None:
    book = with_days(lichens_book, {date: [slot(time, "23:00", "one")]})

    assert [one.starts for one in timetable.slots(book, "e")] == [instant]


def test_weeks_run_from_monday_and_keep_empty_days(lichens_book: Book) -> None:
    book = with_days(
        lichens_book,
        {
            "2026-12-30": [slot("09:00", "09:45", "one", session="looking")],
            "2027-01-02": [],
            "2027-01-11": [slot("09:00", "09:20", "two", session="looking")],
        },
    )

    assert [
        (w.number, w.calendar_week, w.starts, w.ends, [d.date for d in w.days], w.grid, w.shortest)
        for w in timetable.weeks(book, "e")
    ] == [
        (1, 53, "2026-12-30", "2027-01-02", ["2026-12-30", "2027-01-02"], "grid--e-1", 45),
        (3, 2, "2027-01-11", "2027-01-11", ["2027-01-11"], "grid--e-3", 15),
    ]


def test_of_slots_that_begin_together_the_first_group_stands_first(lichens_book: Book) -> None:
    book = with_days(
        lichens_book,
        {
            "2026-10-16": [
                slot("13:00", "14:30", "b", groups=["b"]),
                slot("13:00", "16:30", "a", groups=["a"]),
                slot("14:45", "16:30", "b2", groups=["b"]),
            ]
        },
    )
    (week,) = timetable.weeks(book, "e")

    placed = {one.slot.key: (one.lane.number, one.lane.of) for one in week.days[0].slots}
    assert list(placed) == ["b", "a", "b2"]
    assert placed == {"a": (1, 2), "b": (2, 2), "b2": (2, 2)}
    assert (week.crowded, week.hours) == (False, ("13:00", "14:00", "15:00", "16:00"))


def test_what_is_taught_without_a_place_is_at_the_editions(lichens_book: Book) -> None:
    days = {
        "2026-10-12": [
            slot("09:00", "10:00", "taught", session="looking"),
            slot("10:00", "11:00", "elsewhere", session="looking", place="islet"),
            slot("11:00", "12:00", "visit", session="collecting"),
            slot("12:00", "13:00", "lunch", kind="break"),
            slot("13:00", "14:00", "bus", kind="travel"),
            slot("14:00", "15:00", "walk", kind="other"),
        ]
    }
    book = with_days(lichens_book, days)
    edition = book.editions["e"].model_copy(update={"place": "herbarium"})
    placed = replace(book, editions={"e": edition})

    def places(book: Book) -> dict[str, str | None]:
        shown = timetable.slots(book, "e")
        assert [one.place.title if one.place else None for one in shown] == [
            book.places[place].name if (place := book.place_of(one)) else None
            for one in book.occurrences
        ]
        return {o.slot.identity: book.place_of(o) for o in book.occurrences if book.place_of(o)}

    assert places(placed) == {"taught": "herbarium", "elsewhere": "islet"}
    assert places(book) == {"elsewhere": "islet"}
    assert [slot.key for slot in views.slots_of(placed, "places", "herbarium")] == ["taught"]


def test_a_week_with_more_than_four_side_by_side_is_an_agenda(lichens_book: Book) -> None:
    def many(number: int) -> list[dict[str, Any]]:
        return [slot("09:00", "10:00", f"s{number}-{one}") for one in range(number)]

    book = with_days(
        lichens_book, {"2026-10-12": many(4), "2026-10-19": many(1), "2026-10-20": many(5)}
    )

    assert [(w.agenda, w.crowded) for w in timetable.weeks(book, "e")] == [
        (False, True),
        (True, False),
    ]
    # An agenda has no grid.
    (sheet,) = timetable.stylesheets(book).values()
    assert ("lane-4-of-4" in sheet, "of-5" in sheet, "grid--e-2" in sheet) == (True, False, False)


def test_choices_are_only_what_has_more_than_one_value(lichens_book: Book) -> None:
    assert timetable.choices(timetable.slots(lichens_book, "2031")) == {
        "group": (Choice("a", "Group A"), Choice("b", "Group B")),
        "kind": (
            Choice("lab", "lab"),
            Choice("lecture", "lecture"),
            Choice("site-visit", "site-visit"),
            Choice("social", "social"),
            Choice("workshop", "workshop"),
        ),
        "place": (Choice("herbarium", "Herbarium"), Choice("islet", "The islet")),
    }


DAY = [
    slot("09:00", "12:00", "all"),
    slot("12:00", "13:00", "lunch", kind="break", title="Lunch"),
    slot("13:00", "13:30", "bus", kind="travel", title="Bus"),
    slot("14:00", "16:00", "for-a", groups=["a"]),
    slot("14:00", "17:00", "for-b", groups=["b"]),
    slot("18:00", "20:00", "off", status="cancelled"),
]


@pytest.mark.parametrize(
    ("credits_and_hours", "slots", "found"),
    [
        ({"credits": "3", "hours_per_credit": "26.7"}, DAY, Hours(5, 6, 80)),
        ({"credits": "3", "hours_per_credit": "26.7"}, [], None),
        ({"credits": "3"}, DAY, None),
        ({"hours_per_credit": "26.7"}, DAY, None),
    ],
)
def test_hours_are_counted_for_one_participant(
    lichens_book: Book,
    credits_and_hours: dict[str, str],
    slots: list[dict[str, Any]],
    found: Hours | None,
) -> None:
    book = with_days(lichens_book, {"2026-10-12": slots}, **credits_and_hours)

    assert timetable.hours(book, "e") == found


def test_a_visit_has_the_travel_of_its_groups_and_day(lichens_book: Book) -> None:
    book = with_days(
        lichens_book,
        {
            "2026-10-12": [
                slot("08:00", "08:30", "early", kind="travel", title="Early bus"),
                slot("09:00", "09:30", "there", kind="travel", title="Bus", groups=["a"]),
                slot("09:00", "09:30", "other", kind="travel", title="Bus", groups=["b"]),
                slot("09:30", "11:00", "visit", session="collecting", groups=["a"]),
                slot("11:00", "11:30", "back", kind="travel", title="Bus back"),
            ],
            "2026-10-13": [slot("09:30", "11:00", "alone", session="collecting", groups=["b"])],
        },
    )

    assert [
        (one.slot.key, one.there and one.there.key, one.back and one.back.key)
        for one in timetable.visits(book, "collecting", "e")
    ] == [("visit", "there", "back"), ("alone", None, None)]
    assert timetable.visits(book, "collecting", None) == ()


def test_the_board_of_a_large_edition_has_the_days_around(
    lichens_book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = {
        date: [slot("09:00", "10:00", f"on-{date}")]
        for date in ("2026-10-12", "2026-10-19", "2026-10-20")
    }
    book = with_days(lichens_book, days)
    today = dt.date(2026, 10, 12)

    assert [one.date for one in timetable.board(book, "e", today)] == list(days)
    monkeypatch.setattr(timetable, "BOARD_SLOTS", 2)
    assert [one.date for one in timetable.board(book, "e", today)] == ["2026-10-12", "2026-10-19"]


def test_an_edition_of_which_only_the_month_is_known_has_no_weeks(lichens_book: Book) -> None:
    edition = schema.Edition.model_validate({"title": "E", "when": "2025-10"})
    book = replace(lichens_book, editions={"e": edition})

    assert timetable.weeks(book, "e") == ()
    assert timetable.stylesheets(book) == {"assets/timetable/e.css": ""}
