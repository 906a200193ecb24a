"""The rules of time beyond the example folders: hints that work, and nothing that is overseen."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from pathlib import Path

import pytest
from conftest import EXAMPLES
from hypothesis import given, settings
from hypothesis import strategies as st
from test_examples import faulty

from handbook import bibliography, clashes, schedule, schema, workdays
from handbook.book import Book, Origin
from handbook.compose import inspect
from handbook.source import Source

FITS = re.compile(r"it would fit at (\d\d:\d\d)–(\d\d:\d\d)(?: on \w+ (\d+) \w+)?")
HINTED = sorted(
    path.parent.name
    for path in (EXAMPLES / "faults").glob("HB2*/problems.txt")
    if "it would fit at" in path.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", HINTED)
def test_the_time_of_a_hint_is_free(name: str, tmp_path: Path) -> None:
    """Move the slot to where the hint says, and nothing is wrong any more."""
    root = faulty(name, tmp_path)
    found = inspect(root).problems
    problem = next(one for one in found if "it would fit at" in one.hint)
    start, end, day = FITS.search(problem.hint).groups()  # type: ignore[union-attr]
    path = root / problem.file
    lines = path.read_text(encoding="utf-8").split("\n")
    slot = lines.pop(problem.line - 1)
    slot = re.sub(r"start: [\d:]+, end: [\d:]+", f"start: {start}, end: {end}", slot)
    above = (
        next(
            n for n, line in enumerate(lines) if line.endswith(f"-{int(day):02}") and "date" in line
        )
        + 1
        if day
        else problem.line - 2
    )
    lines.insert(above + 1, slot)
    path.write_text("\n".join(lines), encoding="utf-8")

    assert [one for one in inspect(root).problems if one.code == problem.code] == []


# --- Against every pair of slots -------------------------------------------------------------

TIMES = st.integers(8 * 4, 17 * 4)
SLOTS = st.lists(
    st.tuples(
        TIMES,
        st.integers(1, 12),
        st.sampled_from(["s", "t", None]),
        st.sampled_from(["hall", "room", "field", None]),
        st.lists(st.sampled_from(["alex", "kim"]), unique=True, max_size=2),
        st.sampled_from([[], ["a"], ["b"], ["a", "b"]]),
        st.sampled_from(["confirmed", "cancelled"]),
    ),
    max_size=9,
)


def time(quarters: int) -> str:
    return f"{quarters // 4:02}:{quarters % 4 * 15:02}"


def a_book(slots: list[dict[str, object]]) -> Book:
    """A course with two lecturers, two groups, and a room in an exclusive hall."""
    source = Source("data/x.yml")
    course = schema.Course.model_validate({"title": "C", "time_zone": "Europe/Stockholm"})
    edition = schema.Edition.model_validate(
        {
            "title": "E",
            "when": "2026",
            "groups": {"a": "Group A", "b": "Group B"},
            "days": [{"date": "2026-10-12", "slots": slots}],
        }
    )
    places = {
        "hall": schema.Place.model_validate({"name": "Hall", "exclusive": "true"}),
        "room": schema.Place.model_validate({"name": "Room", "within": "hall"}),
        "field": schema.Place.model_validate({"name": "Field"}),
    }
    people = {one: schema.Lecturer.model_validate({"name": one}) for one in ("alex", "kim")}
    sessions = {
        one: schema.Session.model_validate({"title": one, "kind": "lecture"}) for one in ("s", "t")
    }
    found: dict[str, dict[str, schema.Model]] = {
        "outcomes": {},
        "stages": {},
        "glossary": {},
        "organisations": {},
        "lecturers": dict(people),
        "places": dict(places),
        "cases": {},
        "frameworks": {},
        "sessions": dict(sessions),
        "editions": {"e": edition},
        "waivers": {},
        "courses": {"course": course},
    }
    return Book(
        **found,  # type: ignore[arg-type] # each is a mapping to its own model
        references=bibliography.load(source, Path("/nonexistent")),
        workdays=workdays.workdays(None, "en", []),
        documents=(),
        files=frozenset(),
        origins={("editions", "e"): Origin(source)},
        unread={},
        unreadable=frozenset(),
    )


def rows(slots: list[tuple[int, int, str | None, str | None, list[str], list[str], str]]) -> Book:
    return a_book(
        [
            {
                "start": time(start),
                "end": time(start + length),
                "place": place,
                "lecturers": lecturers,
                "groups": groups,
                "status": status,
                "key": f"k{number}",
                **({"session": session} if session else {"title": "T", "kind": "other"}),
            }
            for number, (start, length, session, place, lecturers, groups, status) in enumerate(
                slots
            )
        ]
    )


def really(one: schedule.Entry, other: schedule.Entry) -> set[str]:
    """What is wrong between two slots, asked without any index."""
    first, second = one.slot, other.slot
    if not (first.start < second.end and second.start < first.end):
        return set()
    found = set()
    together = (
        first.session
        and first.place
        and (first.session, first.place, first.start, first.end)
        == (second.session, second.place, second.start, second.end)
    )
    if set(first.lecturers) & set(second.lecturers) and not together:
        found.add("HB205")
    if {first.place, second.place} <= {"hall", "room"}:
        found.add("HB206")
    if not first.groups or not second.groups or set(first.groups) & set(second.groups):
        found.add("HB207" if bool(first.groups) == bool(second.groups) else "HB208")
    return found


@settings(max_examples=300, deadline=None)
@given(SLOTS)
def test_no_clash_is_overseen_and_none_is_made_up(
    slots: list[tuple[int, int, str | None, str | None, list[str], list[str], str]],
) -> None:
    made = schedule.gather(rows(slots))
    expected: set[str] = set()
    for one, other in itertools.combinations(made.entries, 2):
        expected |= really(one, other)
    told = {one.code for one in clashes.check(made, dt.date(2026, 12, 10))} & {
        "HB205",
        "HB206",
        "HB207",
        "HB208",
    }

    assert told - expected == set()
    # A group may meet a slot for everyone and another group's at once; one of the two is told.
    assert bool(told) == bool(expected)
    assert {"HB205", "HB206"} & told == {"HB205", "HB206"} & expected


@settings(max_examples=150, deadline=None)
@given(SLOTS)
def test_a_free_time_is_free(
    slots: list[tuple[int, int, str | None, str | None, list[str], list[str], str]],
) -> None:
    made = schedule.gather(rows(slots))
    for entry in made.entries:
        free = schedule.next_free(made, entry)
        if free is not None:
            others = [one for one in made.entries if one is not entry]
            assert not any(really(free, one) for one in others)


# --- Instants --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "start", "end", "minutes"),
    [
        ("2026-10-24", "01:00", "04:00", 180),
        ("2026-10-25", "01:00", "04:00", 240),  # the clocks go back at three
        ("2026-10-26", "01:00", "04:00", 180),
        ("2027-03-28", "01:00", "04:00", 120),  # and forward at two
    ],
)
def test_a_slot_has_the_minutes_of_its_day(day: str, start: str, end: str, minutes: int) -> None:
    zone = schedule.ZoneInfo("Europe/Stockholm")
    date = dt.date.fromisoformat(day)
    begin = schedule.instant(date, dt.time.fromisoformat(start), zone)

    assert schedule.instant(date, dt.time.fromisoformat(end), zone) - begin == minutes


@pytest.mark.parametrize(
    ("day", "time", "exists"),
    [
        ("2027-03-28", "01:59", True),
        ("2027-03-28", "02:00", False),
        ("2027-03-28", "02:59", False),
        ("2027-03-28", "03:00", True),
        ("2026-10-25", "02:30", True),
    ],
)
def test_the_clocks_skip_an_hour(day: str, time: str, exists: bool) -> None:  # noqa: FBT001
    zone = schedule.ZoneInfo("Europe/Stockholm")

    found = schedule.exists(dt.date.fromisoformat(day), dt.time.fromisoformat(time), zone)

    assert found is exists


@pytest.mark.parametrize(
    ("busy", "free"),
    [
        ([("09:00", "12:00"), ("13:00", "15:00")], 60),
        ([("09:00", "11:30"), ("11:45", "12:30"), ("13:00", "15:00")], 30),
        ([("09:00", "15:00")], 0),
        ([("09:00", "12:59")], None),
        ([("09:00", "13:00")], None),
        ([("12:00", "15:00")], None),
        ([("11:59", "13:01")], 59),
        ([("08:00", "10:00"), ("14:00", "15:00")], 180),
        ([], None),
    ],
)
def test_a_lunch_is_free_time_around_noon(busy: list[tuple[str, str]], free: int | None) -> None:
    made = schedule.gather(a_book([]))
    day = dt.date(2026, 10, 12)
    spans = [
        (
            schedule.instant(day, dt.time.fromisoformat(begin), made.zone),
            schedule.instant(day, dt.time.fromisoformat(end), made.zone),
        )
        for begin, end in busy
    ]

    assert schedule.lunch(made, day, spans) == free
