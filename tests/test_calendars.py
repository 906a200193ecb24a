"""Calendars as calendar programs read them."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import EXAMPLES, ROOT
from ical.calendar_stream import IcsCalendarStream
from icalendar import Calendar

from handbook.compose import compose
from handbook.exports import Export

BASE = "https://example.org/handbook/"


def lichens(folder: Path) -> Path:
    for name in ("data", "docs"):
        shutil.copytree(EXAMPLES / "lichens" / name, folder / name)
    shutil.copytree(ROOT / "overrides", folder / "overrides")
    return folder


def files(root: Path, base: str = BASE) -> dict[str, bytes]:
    return {
        export.path: export.content
        for export in compose(root, base=base).exports
        if export.path.endswith(".ics")
    }


@pytest.fixture(scope="module")
def real() -> dict[str, bytes]:
    return files(ROOT)


@pytest.fixture
def small(tmp_path: Path) -> dict[str, bytes]:
    return files(lichens(tmp_path))


def test_there_is_one_for_each_edition_group_lecturer_and_slot(small: dict[str, bytes]) -> None:
    assert sorted(small) == [
        "calendar/2031.ics",
        "calendar/2031/groups/a.ics",
        "calendar/2031/groups/b.ics",
        "calendar/2031/lecturers/aino-esimerkki.ics",
        "calendar/2031/slots/boat.ics",
        "calendar/2031/slots/collecting-a.ics",
        "calendar/2031/slots/collecting-b.ics",
        "calendar/2031/slots/keys.ics",
        "calendar/2031/slots/looking.ics",
        "calendar/2031/slots/naming.ics",
        "calendar/2031/slots/supper.ics",
    ]


def test_the_calendars_of_the_second_course(
    small: dict[str, bytes], golden: Callable[[Path, str], str]
) -> None:
    for path, content in small.items():
        assert content == content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        text = content.decode().replace("\r\n", "\n")
        assert golden(EXAMPLES / "lichens" / path, text) == text
    expected = (EXAMPLES / "lichens" / "calendar").rglob("*.ics")
    assert {path.relative_to(EXAMPLES / "lichens").as_posix() for path in expected} == set(small)


def keys(content: bytes) -> list[str]:
    return re.findall(r"^UID:([\w-]+)\.", content.decode(), re.MULTILINE)


def test_each_has_the_slots_of_those_it_is_for(small: dict[str, bytes]) -> None:
    assert keys(small["calendar/2031.ics"]) == [
        "looking",
        "boat",
        "collecting-a",
        "collecting-b",
        "supper",
        "keys",
        "naming",
    ]
    assert keys(small["calendar/2031/groups/a.ics"]) == [
        "looking",
        "boat",
        "collecting-a",
        "supper",
        "keys",
        "naming",
    ]
    assert keys(small["calendar/2031/lecturers/aino-esimerkki.ics"]) == ["looking", "keys"]
    assert keys(small["calendar/2031/slots/boat.ics"]) == ["boat"]


@pytest.mark.parametrize("course", ["real", "small"])
def test_two_libraries_read_every_calendar_alike(
    course: str, request: pytest.FixtureRequest
) -> None:
    for path, content in request.getfixturevalue(course).items():
        first = Calendar.from_ical(content)
        second = IcsCalendarStream.calendar_from_ics(content.decode())
        one = {
            (str(e["UID"]), str(e["SUMMARY"]), e.decoded("DTSTART"), e.decoded("DTEND"))
            for e in first.walk("VEVENT")
        }
        other = {(e.uid, e.summary, e.dtstart, e.dtend) for e in second.events}
        assert (path, one) == (path, other)
        assert len(one) == len(first.walk("VEVENT")) == len({uid for uid, *_ in one})
        assert [c.errors for c in first.walk() if c.errors] == []
        assert first["METHOD"] == "PUBLISH"


@pytest.mark.parametrize("course", ["real", "small"])
def test_lines_are_short_and_end_as_they_must(course: str, request: pytest.FixtureRequest) -> None:
    for content in request.getfixturevalue(course).values():
        assert content.endswith(b"END:VCALENDAR\r\n")
        lines = content.removesuffix(b"\r\n").split(b"\r\n")
        assert max(map(len, lines)) <= 75
        assert b"\n" not in b"".join(lines)


def test_equal_data_gives_equal_bytes_and_another_day_only_another_day(tmp_path: Path) -> None:
    root = lichens(tmp_path)
    days = [dt.date(2031, 1, 1), dt.date(2031, 1, 1), dt.date(2031, 1, 2)]
    first, again, later = (compose(root, day, BASE).exports for day in days)

    assert first == again
    assert [
        Export(one.path, one.content.replace(b"20310102T000000Z", b"20310101T000000Z"))
        for one in later
    ] == list(first)


def test_without_an_address_of_the_site_nothing_has_one(tmp_path: Path) -> None:
    made = files(lichens(tmp_path), base="")

    assert len(made) == 11
    assert [path for path, content in made.items() if b"http" in content or b"URL" in content] == []


def test_both_sides_of_the_night_when_the_clock_goes_back(tmp_path: Path) -> None:
    """Stockholm leaves summer time on 25 October 2026 at 03:00."""
    root = lichens(tmp_path)
    course = root / "data" / "course.yml"
    course.write_text(course.read_text().replace("Europe/Helsinki", "Europe/Stockholm"))
    edition = root / "data" / "editions" / "2031.yml"
    text = (
        edition.read_text().replace("2031-05-30", "2026-10-24").replace("2031-05-31", "2026-10-25")
    )
    edition.write_text(text.replace("13:00, end: 14:00", "01:00, end: 04:00"))
    content = files(root)["calendar/2031.ics"]

    for events in (
        {
            str(e["UID"]).partition(".")[0]: (e.decoded("DTSTART"), e.decoded("DTEND"))
            for e in Calendar.from_ical(content).walk("VEVENT")
        },
        {
            (e.uid or "").partition(".")[0]: (e.dtstart, e.dtend)
            for e in IcsCalendarStream.calendar_from_ics(content.decode()).events
        },
    ):
        moments = {
            key: [f"{moment.astimezone(dt.UTC):%d %H:%M}" for moment in span]
            for key, span in events.items()
        }
        assert moments["looking"] == ["24 07:00", "24 08:00"]
        assert moments["keys"] == ["24 23:00", "25 03:00"]
        assert moments["naming"] == ["25 13:00", "25 15:00"]


def test_what_another_title_changes_and_what_it_does_not(tmp_path: Path) -> None:
    root = lichens(tmp_path)
    before = files(root)["calendar/2031.ics"]
    session = root / "data" / "sessions" / "keys.yml"
    session.write_text(session.read_text().replace("Keys and their traps", "Å; b, c\\\\d"))
    after = files(root)["calendar/2031.ics"]

    assert keys(after) == keys(before)
    assert re.findall(rb"^UID:.*", after, re.MULTILINE) == re.findall(
        rb"^UID:.*", before, re.MULTILINE
    )
    assert "SUMMARY:Å\\; b\\, c\\\\\\\\d\r\n".encode() in after


def identifiers(root: Path) -> set[str]:
    return set(re.findall(r"^UID:(.*)\r$", files(root)["calendar/2031.ics"].decode(), re.MULTILINE))


def test_identifiers_end_with_the_courses_domain(tmp_path: Path) -> None:
    found = identifiers(lichens(tmp_path))

    assert "keys.2031@kuusi.example" in found
    assert {one.partition("@")[2] for one in found} == {"kuusi.example"}


def test_without_a_domain_identifiers_do_not_hang_on_the_title(tmp_path: Path) -> None:
    root = lichens(tmp_path)
    course = root / "data" / "course.yml"
    text = course.read_text().replace("calendar_domain: kuusi.example\n", "")
    course.write_text(text)
    before = identifiers(root)
    course.write_text(text.replace("title: Field lichenology", "title: Lichens in the field"))

    assert before == identifiers(root)
    assert {one.partition("@")[2] for one in before} == {"handbook.invalid"}


def test_coordinates_are_the_places_own_or_those_of_what_it_lies_within(tmp_path: Path) -> None:
    root = lichens(tmp_path)
    place = root / "data" / "places" / "herbarium.yml"
    place.write_text(f"{place.read_text()}within: islet\n")
    islet = root / "data" / "places" / "islet.yml"
    islet.write_text(f"{islet.read_text()}coordinates: 60.1699, 24.9384\naddress: Rock 1\n")

    events = Calendar.from_ical(files(root)["calendar/2031.ics"]).walk("VEVENT")

    assert {
        str(event["UID"]).partition(".")[0]: (str(event["LOCATION"]), event["GEO"].to_ical())
        for event in events
        if "GEO" in event
    } == {
        "looking": ("Herbarium, The islet, Rock 1", "60.1699;24.9384"),
        "supper": ("Herbarium, The islet, Rock 1", "60.1699;24.9384"),
        "keys": ("Herbarium, The islet, Rock 1", "60.1699;24.9384"),
        "naming": ("Herbarium, The islet, Rock 1", "60.1699;24.9384"),
        "collecting-a": ("The islet, Rock 1", "60.1699;24.9384"),
        "collecting-b": ("The islet, Rock 1", "60.1699;24.9384"),
    }


def test_a_session_without_a_place_is_at_that_of_its_edition(tmp_path: Path) -> None:
    root = lichens(tmp_path)
    place = root / "data" / "places" / "herbarium.yml"
    place.write_text(f"{place.read_text()}coordinates: 60.1699, 24.9384\n")
    before = files(root)
    edition = root / "data" / "editions" / "2031.yml"
    edition.write_text(
        edition.read_text().replace("session: keys, place: herbarium,", "session: keys,")
    )

    assert files(root) == before

    edition.write_text(
        edition.read_text().replace("session: collecting, place: islet,", "session: collecting,")
    )
    events = Calendar.from_ical(files(root)["calendar/2031.ics"]).walk("VEVENT")
    nowhere = {
        str(e["UID"]).partition(".")[0] for e in events if "LOCATION" not in e and "GEO" not in e
    }
    assert nowhere == {"boat", "collecting-a", "collecting-b"}


def test_prose_may_link_to_a_calendar_that_is_there(tmp_path: Path) -> None:
    root = lichens(tmp_path)
    session = root / "data" / "sessions" / "keys.yml"
    good = session.read_text()
    session.write_text(f"{good}before: '[In your calendar](/calendar/2031/groups/a.ics)'\n")
    assert compose(root).sound

    session.write_text(f"{good}before: '[In your calendar](/calendar/2031/groups/c.ics)'\n")
    assert [problem.code for problem in compose(root).problems] == ["HB403"]
