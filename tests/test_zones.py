"""A zone's rules say the same as the zone itself, wherever it is."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo, available_timezones

import pytest
from icalendar import Calendar

from handbook import calendars
from handbook.zones import is_zone, observances

NAMES = sorted(name for name in available_timezones() if "/" in name or name == "UTC")


def told(name: str, first: int, last: int) -> dt.tzinfo:
    """The zone as a calendar program understands it from our rules alone."""
    zone = calendars.zone(name, first, last)
    file = b"BEGIN:VCALENDAR\r\n" + zone + b"END:VCALENDAR\r\n"
    component = Calendar.from_ical(file).walk("VTIMEZONE")[0]
    return component.to_tz(lookup_tzid=False)


def differences(name: str, first: int, last: int) -> list[dt.datetime]:
    zone, ours = ZoneInfo(name), told(name, first, last)
    days = (dt.date(last + 1, 1, 1) - dt.date(first, 1, 1)).days
    dates = [dt.date(first, 1, 1) + dt.timedelta(days=day) for day in range(days)]
    noons = [dt.datetime.combine(date, dt.time(12)) for date in dates]
    return [
        noon
        for noon in noons
        if noon.replace(tzinfo=zone).utcoffset() != noon.replace(tzinfo=ours).utcoffset()
    ]


@pytest.mark.parametrize("name", NAMES[::7])
def test_every_day_of_a_year_has_the_offset_of_its_zone(name: str) -> None:
    assert differences(name, 2026, 2026) == []


@pytest.mark.parametrize(
    "name",
    [
        "Africa/Cairo",  # changes at midnight at the end of the last Thursday of October
        "Africa/Casablanca",  # puts the clock back for Ramadan
        "America/Nuuk",  # changes on the evening before the last Sunday
        "America/Santiago",  # the south, between the second and the eighth
        "Asia/Kolkata",  # half an hour off, and still
        "Australia/Lord_Howe",  # changes by half an hour
        "Europe/Dublin",  # calls winter the exception
        "Europe/Helsinki",
        "Europe/Stockholm",
        "Pacific/Kiritimati",
        "UTC",
    ],
)
def test_so_does_every_day_of_several_years(name: str) -> None:
    assert differences(name, 2025, 2033) == []


@pytest.mark.parametrize(
    ("name", "year"),
    [("America/New_York", 2007), ("Europe/Istanbul", 2016), ("Pacific/Apia", 2012)],
)
def test_a_year_in_which_the_rules_changed_is_told_as_it_was(name: str, year: int) -> None:
    assert differences(name, year, year) == []
    assert {one.rule for one in observances(name, year, year)} == {""}


def test_rules_are_compact() -> None:
    spring, autumn = observances("Europe/Stockholm", 2026, 2026)

    assert (spring.name, spring.rule) == ("CEST", "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU")
    assert (autumn.name, autumn.rule) == ("CET", "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU")
    assert (f"{spring.onset}", f"{autumn.onset}") == ("2025-03-30 02:00:00", "2025-10-26 03:00:00")
    assert (spring.is_summer, autumn.is_summer) == (True, False)
    assert len(observances("Asia/Tokyo", 2026, 2030)) == 1


def test_the_calendar_itself_has_an_end() -> None:
    assert [one.name for one in observances("Europe/Stockholm", 9999, 9999)] == ["CEST", "CET"]
    assert len(observances("Europe/Stockholm", 1, 1)) == 1


def test_a_zone_that_is_none() -> None:
    assert (is_zone("Europe/Stockholm"), is_zone("Mars/Olympus"), is_zone("")) == (
        True,
        False,
        False,
    )
