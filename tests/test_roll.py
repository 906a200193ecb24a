"""Next year's edition: course days, what is kept, what people must look at."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from conftest import EXAMPLES, ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from handbook import book as books
from handbook import checklist, cli, roll, schema, source, writing
from handbook.book import Book, Origin
from handbook.commands import FINE, PROBLEMS, USAGE
from handbook.compose import inspect
from handbook.workdays import workdays

_lichens, _ = books.load(EXAMPLES / "lichens")
LICHENS = replace(
    _lichens, courses={"course": _lichens.course.model_copy(update={"country": "FI"})}
)
"""A course in Finland."""
REAL, _ = books.load(ROOT)
DAY = dt.timedelta(days=1)


def handbook(folder: Path, *examples: str) -> Path:
    """Examples laid over each other."""
    for example in examples:
        shutil.copytree(EXAMPLES / example, folder, dirs_exist_ok=True)
    return folder


def with_edition(book: Book, edition: str, text: str) -> Book:
    """The book with this one edition."""
    read = source.parse(f"data/editions/{edition}.yml", text)
    record, problems = schema.parse(schema.Edition, read)
    assert (read.problems, problems) == ([], [])
    return replace(
        book,
        editions={edition: record},
        origins={**book.origins, ("editions", edition): Origin(read)},
    )


def there_and_back(book: Book, old: str, starts: dt.date) -> tuple[roll.Plan, roll.Plan]:
    """An edition rolled to a start, and from there to its own start."""
    there = roll.plan(book, str(starts.year), starts, old)
    later = with_edition(book, there.edition, there.text)
    begun = book.editions[old].starts
    assert begun
    return there, roll.plan(later, str(begun.year), begun, there.edition)


# --- Whole files -----------------------------------------------------------------------------


def test_the_example_becomes_this_edition_and_this_checklist(
    tmp_path: Path, golden: Callable[[Path, str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    root = handbook(tmp_path / "project", "lichens", "roll")
    before = {path: path.read_bytes() for path in root.rglob("*.yml")}

    assert cli.main(["roll", "2032", "--starts", "2032-05-03", "--root", str(root)]) == FINE

    made = root / "data" / "editions" / "2032.yml"
    kept = root / ".cache" / "handbook" / "roll-2032.md"
    told = capsys.readouterr()
    text = made.read_text(encoding="utf-8")
    assert golden(EXAMPLES / "roll" / "expected" / "2032.yml", text) == text
    assert golden(EXAMPLES / "roll" / "expected" / "checklist.md", told.out) == told.out
    assert kept.read_text(encoding="utf-8") == told.out
    assert told.err == f"wrote data/editions/2032.yml, and this checklist to {kept}\n"
    assert {path: path.read_bytes() for path in root.rglob("*.yml")} == {
        **before,
        made: made.read_bytes(),
    }
    faults = {one.code for one in inspect(root).problems if one.severity == "error"}
    assert faults == {"HB214"}  # another session needs the one that is retired


@pytest.mark.parametrize(
    ("changed", "year", "why"),
    [
        ({"retired": 2034}, 2033, ""),
        ({"retired": 2033}, 2033, "session retired"),
        ({"retired": 2032}, 2033, "session retired"),
        ({"status": "cancelled"}, 2033, "session cancelled"),
        ({"status": "cancelled", "retired": 2033}, 2033, "session cancelled"),
    ],
)
def test_slots_of_a_session_that_is_no_longer_taught_are_left_out(
    changed: dict[str, object], year: int, why: str
) -> None:
    keys = LICHENS.sessions["keys"].model_copy(update=changed)
    book = replace(LICHENS, sessions={**LICHENS.sessions, "keys": keys})

    plan = roll.plan(book, str(year), dt.date(year, 5, 27), "2031")
    told = checklist.of(book, plan)

    days: Any = plan.data["days"]
    taught = [slot.get("session", slot.get("key")) for day in days for slot in day["slots"]]
    assert ("keys" in taught) is not bool(why)
    assert [(line.key, reason) for line, reason in told.left_out] == [
        ("supper", "cancelled"),
        *([("keys", why)] if why else []),
    ]
    assert told.slots == len(taught)


# --- There and back --------------------------------------------------------------------------


def test_the_real_edition_comes_back() -> None:
    there, back = there_and_back(REAL, "2026", dt.date(2027, 10, 11))
    original: Any = REAL.origins["editions", "2026"].source.data

    expected = {name: value for name, value in original.items() if name != "note"}
    assert back.data == expected
    assert list(back.data) == list(expected)
    assert [day.new for day in there.days] == [
        dt.date(2027, 10, day) for day in (11, 12, 13, 14, 15, 18, 19, 20, 21, 22)
    ]
    assert (there.data["starts"], there.data["ends"]) == ("2027-10-11", "2027-10-23")


def test_the_new_file_of_the_real_edition_differs_in_dates_only() -> None:
    there, _ = there_and_back(REAL, "2026", dt.date(2027, 10, 11))
    old = REAL.origins["editions", "2026"].source.text

    def slots(text: str) -> list[str]:
        return [line for line in text.split("\n") if line.startswith("      - {")]

    assert slots(there.text) == slots(old)


TIMES = st.sampled_from(["08:00", "09:15", "13:00", "18:30"])
SLOTS = st.fixed_dictionaries(
    {"start": TIMES, "end": TIMES, "session": st.sampled_from(["looking", "keys", "supper"])},
    optional={
        "groups": st.lists(st.sampled_from("ab"), unique=True),
        "place": st.sampled_from(["herbarium", "islet"]),
        "lecturers": st.just(["aino-esimerkki"]),
        "hosts": st.just(["kuusi-university"]),
        "key": st.sampled_from(["keys-a", "keys-b", "1"]),
        "note": st.sampled_from(["Meet at the bus.", "1 and 2: both", "# boots"]),
        "status": st.sampled_from(["example", "provisional"]),
    },
)


def next_workday(day: dt.date) -> dt.date:
    return day if day.weekday() < 5 else day + (7 - day.weekday()) * DAY


@st.composite
def editions(draw: st.DrawFn, starts: dt.date, last: int) -> str:
    """An edition as YAML, with days up to the last one, counted from its start."""
    taught = sorted(draw(st.sets(st.integers(0, last), min_size=1, max_size=12)))
    data: Any = {
        "title": "A run",
        "starts": starts.isoformat(),
        "ends": (starts + taught[-1] * DAY).isoformat(),
        "groups": {"a": "Group A", "b": {"name": "Group B", "size": "8"}},
        "days": [
            {
                "date": (starts + number * DAY).isoformat(),
                "slots": draw(st.lists(SLOTS, max_size=3)),
            }
            for number in taught
        ],
    }
    return writing.written(data, roll.BLOCKS, writing.Comments(), "Generated.")


@st.composite
def late_summers(draw: st.DrawFn) -> tuple[dt.date, dt.date, str]:
    """Two starts and an edition at the first, all in the months without a holiday in Finland."""
    year, later = draw(st.lists(st.integers(2026, 2060), min_size=2, max_size=2, unique=True))
    starts = next_workday(dt.date(year, 7, 1) + draw(st.integers(0, 60)) * DAY)
    other = next_workday(dt.date(later, 7, 1) + draw(st.integers(0, 60)) * DAY)
    return starts, other, draw(editions(starts, 25))


def slots_of(data: Mapping[str, Any]) -> list[Any]:
    return [day["slots"] for day in data["days"]]


@settings(deadline=None)
@given(late_summers())
def test_with_the_same_day_of_the_week_every_day_comes_back(
    made: tuple[dt.date, dt.date, str],
) -> None:
    starts, other, text = made
    later = other + (starts.weekday() - other.weekday()) * DAY
    book = with_edition(LICHENS, str(starts.year), text)

    there, back = there_and_back(book, str(starts.year), later)

    assert back.data == source.parse("", text).data
    assert [day.new - later for day in there.days] == [day.old - starts for day in there.days]


@settings(deadline=None)
@given(late_summers())
def test_with_another_day_of_the_week_every_working_day_comes_back(
    made: tuple[dt.date, dt.date, str],
) -> None:
    starts, other, text = made
    later = next_workday(other + DAY) if other.weekday() == starts.weekday() else other
    book = with_edition(LICHENS, str(starts.year), text)

    there, back = there_and_back(book, str(starts.year), later)

    original: Any = source.parse("", text).data
    assert slots_of(back.data) == slots_of(there.data) == slots_of(original)
    assert back.data["groups"] == original["groups"]
    assert all(day.new.weekday() < 5 for day in there.days)
    if all(day.old.weekday() < 5 for day in there.days):
        assert back.data["days"] == original["days"]
    again, _ = there_and_back(with_edition(LICHENS, back.edition, back.text), back.edition, later)
    assert again.data["days"] == there.data["days"]


@settings(deadline=None)
@given(st.data(), st.dates(dt.date(2026, 1, 1), dt.date(2060, 1, 1)), st.integers(370, 3640))
def test_days_keep_their_order_and_no_slot_is_on_a_holiday(
    data: st.DataObject, begun: dt.date, days: int
) -> None:
    calendar = workdays("FI", "en", frozenset(range(2026, 2080)))
    starts, later = next_workday(begun), calendar.onward(begun + days * DAY)
    text = data.draw(editions(starts, 40))
    book = with_edition(LICHENS, str(starts.year), text)

    plan = roll.plan(book, str(later.year), later, str(starts.year))

    new = [day.new for day in plan.days]
    assert new == sorted(set(new))
    assert plan.starts <= new[0] <= new[-1] <= plan.ends
    assert not set(new) & set(calendar.holidays)
    if all(day.old.weekday() < 5 for day in plan.days):
        assert all(map(calendar.works, new))
    assert slots_of(plan.data) == slots_of(cast("Any", source.parse("", text).data))


# --- Days ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "starts", "new"),
    [
        # the same day of the week: weeks and days of the week stay, weekends too
        ("12 13 17 19", "2032-05-10", "05-10 05-11 05-15 05-17"),
        # Thursday 6 May 2032 is a holiday, and Friday is free
        ("12 15", "2032-05-03", "05-03 05-07"),
        # and Friday is taken: it moves on, over the weekend
        ("12 15 16 19", "2032-05-03", "05-03 05-07 05-10 05-11"),
        # until a free day takes up the delay
        ("12 15 16 20", "2032-05-03", "05-03 05-07 05-10 05-11"),
        ("12 15 16 21", "2032-05-03", "05-03 05-07 05-10 05-12"),
        # the old edition used this Saturday, so Friday may move there
        ("12 15 16 17 19", "2032-05-03", "05-03 05-07 05-08 05-10 05-11"),
        # another day of the week: the k-th working day, over the weekend
        ("12 13 14 15 16 19", "2032-05-12", "05-12 05-13 05-14 05-17 05-18 05-19"),
        # with its gaps, and over a holiday
        ("12 14 16", "2032-05-04", "05-04 05-07 05-11"),
        # a taught Saturday becomes a working day
        ("12 17 19", "2032-05-11", "05-11 05-18 05-19"),
    ],
)
def test_days_are_shifted_by_course_day(old: str, starts: str, new: str) -> None:
    days = [dt.date(2031, 5, int(day)) for day in old.split()]
    calendar = workdays("FI", "en", frozenset({2031, 2032}))

    found = roll.course_days(days, dt.date(2031, 5, 12), dt.date.fromisoformat(starts), calendar)

    assert " ".join(f"{day.new:%m-%d}" for day in found) == new
    assert [day.old for day in found] == days


# --- What is kept ----------------------------------------------------------------------------


def rolled(text: str, starts: str = "2032-05-10") -> tuple[roll.Plan, checklist.Checklist]:
    book = with_edition(LICHENS, "2031", text)
    plan = roll.plan(book, "2032", dt.date.fromisoformat(starts), "2031")
    return plan, checklist.of(book, plan)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("confirmed", "provisional"),
        ("provisional", "provisional"),
        ("example", "example"),
        ("cancelled", "example"),
        ("", None),
    ],
)
def test_the_status_of_the_edition(old: str, new: str | None) -> None:
    status = f"status: {old}\n" if old else ""
    plan, _ = rolled(f"title: R\n{status}when: 2031-05\ndays: [{{date: 2031-05-12}}]\n")

    assert plan.data.get("status") == new


def test_an_edition_that_said_when_gets_its_days() -> None:
    plan, _ = rolled("title: R\nwhen: 2031-05\nseats: 3\ndays: [{date: 2031-05-12}]\n")

    assert plan.text == (
        "# Rolled from data/editions/2031.yml; nothing is confirmed.\n"
        "title: R\nstarts: 2032-05-10\nends: 2032-05-10\nseats: 3\n"
        "days:\n  - date: 2032-05-10\n"
    )


def test_days_are_put_in_order() -> None:
    plan, _ = rolled(
        "title: R\nwhen: 2031-05\ndays:\n"
        "  - date: 2031-05-14  # later\n    slots: [{start: 09:00, end: 10:00, session: keys}]\n"
        "  - date: 2031-05-12  # earlier\n    slots: []\n"
    )

    assert plan.text.partition("days:\n")[2] == (
        "  - date: 2032-05-10  # earlier\n    slots: []\n"
        "  - date: 2032-05-12  # later\n    slots:\n"
        "      - {start: 09:00, end: 10:00, session: keys}\n"
    )


def test_a_comment_goes_with_its_slot() -> None:
    plan, _ = rolled(
        "title: R\nwhen: 2031-05\ndays:\n  - date: 2031-05-12\n    slots:\n"
        "      # swim\n"
        "      - {start: 09:00, end: 10:00, session: supper, status: cancelled}  # no\n"
        "      # read\n"
        "      - {start: 11:00, end: 12:00, session: keys}  # yes\n"
    )

    assert plan.text.partition("slots:\n")[2] == (
        "      # read\n      - {start: 11:00, end: 12:00, session: keys}  # yes\n"
    )


def test_where_the_country_is_not_known_somebody_looks_for_holidays() -> None:
    text = "title: R\nwhen: 2031-05\ndays: [{date: 2031-05-12}]\n"
    nowhere = LICHENS.course.model_copy(update={"country": None})
    book = replace(with_edition(LICHENS, "2031", text), courses={"course": nowhere})
    plan = roll.plan(book, "2032", dt.date(2032, 5, 6), "2031")

    assert plan.data["starts"] == "2032-05-06"
    assert "- [ ] Look for public holidays:" in checklist.markdown(checklist.of(book, plan))


def test_the_checklist_of_the_real_course_names_what_changes_by_then() -> None:
    there, _ = there_and_back(REAL, "2026", dt.date(2027, 10, 11))
    found = checklist.of(REAL, there)

    assert [(one.title, one.before != "", one.after != "") for one in found.superseded] == [
        ("Blood Directive", True, False),
        ("Tissues and Cells Directive", True, False),
        ("SoHO Regulation", False, True),
    ]
    assert {one.file for one in found.prose} >= {"data/sessions/welcome.yml", "docs/about.md"}


# --- Bad input -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["2031", "--starts", "2031-05-03"],
            "data/editions/2031.yml exists already, and is not overwritten",
        ),
        (["2032", "--starts", "2033-05-03"], "2033-05-03 is not in the year 2032"),
        (
            ["2030", "--starts", "2030-05-06"],
            "2030-05-06 is not after 2031-05-12, when the edition 2031 starts",
        ),
        (
            ["2026", "--starts", "2026-02-30"],
            '"2026-02-30" is no date: write year-month-day, such as 2027-10-11',
        ),
        (
            ["2032", "--starts", "3 May"],
            '"3 May" is no date: write year-month-day, such as 2027-10-11',
        ),
        (
            ["2032", "--starts", "2032-05-08"],
            "Saturday 8 May 2032 is on a weekend; the next working day is Monday 10 May 2032",
        ),
        (
            ["2032", "--starts", "2032-05-06"],
            (
                "Thursday 6 May 2032 is a public holiday, Ascension Day; "
                "the next working day is Friday 7 May 2032"
            ),
        ),
        (
            ["9999", "--starts", "9999-12-27"],
            "9999-12-27 is so late that no calendar has the days after it",
        ),
        (
            ["2032", "--starts", "2032-05-03", "--from", "203"],
            'there is no edition "203" (did you mean "2031"?)',
        ),
        (
            ["2032", "--starts", "2032-05-03", "--from", "2029"],
            'the edition "2029" has no days to roll from',
        ),
        (["2032", "--starts", "2032-05-03", "--root", "/nowhere"], "there is no folder /nowhere"),
    ],
)
def test_a_wrong_call_says_what_is_wrong_and_writes_nothing(
    arguments: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = handbook(tmp_path / "project", "lichens", "roll")
    (root / "data" / "editions" / "2029.yml").write_text("title: First\nwhen: 2029-05\n")
    before = sorted(path for path in root.rglob("*") if ".cache" not in path.parts)

    assert cli.main(["roll", "--root", str(root), *arguments]) == USAGE
    assert capsys.readouterr() == ("", f"handbook: {words}\n")
    assert sorted(path for path in root.rglob("*") if ".cache" not in path.parts) == before


@pytest.mark.parametrize(
    ("edition", "words"),
    [
        ("title: R\nwhen: 2031-05\n", "there is no edition with days to roll from"),
        (
            (
                "title: R\nwhen: 2031-05\ndays:\n  - date: 2031-05-12\n    slots:\n"
                "      - {start: 09:00, end: 10:00, session: supper, status: cancelled}\n"
            ),
            (
                "every slot of the edition 2031 is cancelled, "
                "or of a session that is cancelled or retired"
            ),
        ),
        (
            "title: R\nstatus: certain\nwhen: 2031-05\n",
            "there are faults in the data (1 error, 2 warnings): run handbook check",
        ),
    ],
)
def test_data_that_cannot_be_rolled(
    edition: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = handbook(tmp_path / "project", "lichens")
    (root / "data" / "editions" / "2031.yml").write_text(edition)

    arguments = ["roll", "2032", "--starts", "2032-05-03", "--root", str(root)]

    assert cli.main(arguments) == PROBLEMS
    assert capsys.readouterr() == ("", f"handbook: {words}\n")


def test_without_a_start_it_is_a_wrong_call(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(["roll", "2032"])

    assert stopped.value.code == USAGE
    assert "--starts" in capsys.readouterr().err


def test_a_file_that_appeared_meanwhile_is_not_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = handbook(tmp_path / "project", "lichens")
    made = root / "data" / "editions" / "2032.yml"
    made.mkdir()  # nothing that the handbook reads, but in the way

    assert cli.main(["roll", "2032", "--starts", "2032-05-28", "--root", str(root)]) != FINE
    assert made.is_dir()
    assert capsys.readouterr().err.count("\n") == 1
