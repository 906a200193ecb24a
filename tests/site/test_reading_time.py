"""The timetable in a real browser: its grid, its clock, its filters, its sheets."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from conftest import EXAMPLES, assemble, mkdocs
from reading import sheets

COURSE = ZoneInfo("Europe/Helsinki")
ZONES = [
    "Europe/Helsinki",
    "UTC",
    "America/Los_Angeles",
    "Asia/Kolkata",
    "Pacific/Kiritimati",
    "Australia/Lord_Howe",
]


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The second course with an edition that is hard to draw."""
    folder = assemble(EXAMPLES / "lichens", tmp_path_factory.mktemp("crowded") / "project")
    shutil.copytree(EXAMPLES / "crowded", folder, dirs_exist_ok=True)
    built = mkdocs(folder)
    assert built.returncode == 0, built.stderr
    return folder / "site"


@pytest.fixture
def open_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """Open an address in a context of its own, of which errors are none."""
    contexts = []
    errors: list[str] = []

    def go(address: str, *, at: dt.datetime | None = None, **options: Any) -> Any:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        if at:
            page.clock.set_fixed_time(at)
        page.goto(address)
        return page

    yield go
    for context in contexts:
        context.close()
    assert errors == []


# --- The grid --------------------------------------------------------------------------------

BOXES = """() => [...document.querySelectorAll(".day")].map((day) =>
  [...day.querySelectorAll(".slot")].map((slot) => {
    const { left, top, right, bottom } = slot.getBoundingClientRect();
    const inside = [...slot.querySelectorAll("p")].map((part) => part.getBoundingClientRect());
    return {
      id: slot.id, left, top, right, bottom,
      starts: slot.querySelectorAll("time")[0].dateTime,
      ends: slot.querySelectorAll("time")[1].dateTime,
      clipped: inside.some((part) => part.bottom > bottom + 1 || part.right > right + 1)
        || slot.scrollWidth > slot.clientWidth + 1,
    };
  }))"""


def faults(days: list[list[dict[str, Any]]]) -> list[str]:
    """Cards of a day that lie on each other, are out of place or clip their text."""
    found = []
    for cards in days:
        for number, one in enumerate(cards):
            if one["clipped"]:
                found.append(f"{one['id']} clips")
            for other in cards[number + 1 :]:
                apart = (
                    one["right"] <= other["left"]
                    or other["right"] <= one["left"]
                    or one["bottom"] <= other["top"]
                    or other["bottom"] <= one["top"]
                )
                if not apart:
                    found.append(f"{one['id']} lies on {other['id']}")
                if one["ends"] <= other["starts"] and one["bottom"] > other["top"]:
                    found.append(f"{one['id']} hangs into {other['id']}")
    return found


@pytest.mark.parametrize("width", [1200, 1280, 1440, 1920])
@pytest.mark.parametrize(
    ("site", "address"),
    [
        ("real", "timetable/"),
        ("lichens", "timetable/"),
        ("crowded", "timetable/2033/"),
        ("crowded", "timetable/2034/"),
    ],
)
def test_no_card_lies_on_another_or_clips(
    site: str,
    address: str,
    width: int,
    serve: Any,
    open_page: Any,
    request: pytest.FixtureRequest,
) -> None:
    base = serve(request.getfixturevalue(site))
    page = open_page(base + address, viewport={"width": width, "height": 900})
    days = page.evaluate(BOXES)

    assert sum(map(len, days)) > 5
    assert faults(days) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_slots_that_overlap_stand_side_by_side_and_equal_times_in_line(
    crowded: Path, serve: Any, open_page: Any
) -> None:
    page = open_page(serve(crowded) + "timetable/2033/", viewport={"width": 1440, "height": 900})
    cards = {card["id"]: card for day in page.evaluate(BOXES) for card in day}

    four = [cards[f"four-{group}"] for group in "abcd"]
    assert [card["top"] for card in four] == [four[0]["top"]] * 4
    assert [card["left"] for card in four] == sorted(card["left"] for card in four)
    assert cards["stairs-a"]["left"] < cards["stairs-b"]["left"]
    # Saturday's ten o'clock is Monday's ten o'clock.
    assert cards["saturday"]["top"] == cards["quarter-1"]["top"]


def test_a_week_with_more_than_four_side_by_side_is_an_agenda_in_two_columns(
    crowded: Path, serve: Any, open_page: Any
) -> None:
    page = open_page(serve(crowded) + "timetable/2034/", viewport={"width": 1440, "height": 900})
    cards = {card["id"]: card for day in page.evaluate(BOXES) for card in day}

    def spot(key: str) -> tuple[bool, bool]:
        """Whether a card is readably wide, and in the left half."""
        card = cards[key]
        return card["right"] - card["left"] > 240, card["right"] < 720

    for six in "abcdef":
        assert spot(f"six-{six}") == (True, True)
    assert spot("one-a") == (True, False)
    assert {spot(f"twelve-{twelve}") for twelve in "abcdefghijkl"} == {(True, True)}
    # Only the weeks that need it: four still stand side by side.
    assert {cards[f"four-{four}"]["top"] for four in "abcd"} == {cards["four-a"]["top"]}


def test_without_its_stylesheet_and_javascript_it_is_headings_and_lists_in_time(
    crowded: Path, serve: Any, open_page: Any
) -> None:
    page = open_page(serve(crowded) + "timetable/2033/", java_script_enabled=False)
    times = page.locator(".timetable .slot").evaluate_all(
        "slots => slots.map((slot) => slot.querySelector('time').dateTime)"
    )

    assert page.locator(".timetable :is(h2, h3)").all_text_contents() == [
        "Course week 1, 21–27 March calendar week 12",
        "Monday 21 March",
        "Tuesday 22 March",
        "Saturday 26 March",
        "Sunday 27 March",
        "Course week 2, 28 March calendar week 13",
        "Monday 28 March",
    ]
    assert times == sorted(times)
    assert page.locator(".timetable ol > li.slot:visible").count() == 20
    assert page.locator(".day__empty").inner_text() == "To be announced"
    assert page.locator("#saturday time").first.get_attribute("datetime") == (
        "2033-03-26T10:00+02:00"
    )
    assert page.locator("#monday time").first.get_attribute("datetime") == "2033-03-28T09:00+03:00"
    assert page.locator("form[data-choices]").is_visible() is False
    assert page.locator(".timetable__tools button:visible").count() == 0


@pytest.mark.parametrize(
    ("site", "edition", "words"),
    [
        ("real", "2025", "The days and times of this run are not recorded here."),
        ("crowded", "2035", "The days and times are to be announced."),
    ],
)
def test_a_run_without_days_says_what_is_known_of_them(
    site: str, edition: str, words: str, request: pytest.FixtureRequest
) -> None:
    page = request.getfixturevalue(site) / "timetable" / edition / "index.html"

    assert re.findall(r"<p>(The days and times[^<]*)</p>", page.read_text()) == [words]


@pytest.mark.parametrize("width", [320, 390, 768, 1100])
def test_the_agenda_fits_any_width(crowded: Path, serve: Any, open_page: Any, width: int) -> None:
    page = open_page(
        serve(crowded) + "timetable/2033/?group=a", viewport={"width": width, "height": 800}
    )

    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert faults(page.evaluate(BOXES.replace('".slot")', '".slot:not([hidden])")'))) == []


# --- Now and next ----------------------------------------------------------------------------


def board(page: Any) -> dict[str, Any]:
    """What the board says, in words."""
    return {
        "phase": " ".join(page.locator(".board__phase").inner_text().split()),
        "clock": page.locator("[data-board-clock]").inner_text(),
        "now": page.locator(".board__entry--now .slot__title").all_inner_texts(),
        "next": page.locator(".board__entry--next .slot__title").all_inner_texts(),
    }


QUIET = {"clock": "", "now": [], "next": []}
A = "Collecting on the islet"
MOMENTS = [
    ("2031-05-18T12:00", {"phase": "Next run, starts in 12 days", **QUIET}),
    ("2031-05-29T23:59", {"phase": "Next run, starts tomorrow", **QUIET}),
    ("2031-05-30T08:59", {"now": [], "next": ["Looking slowly"]}),
    ("2031-05-30T09:00", {"now": ["Looking slowly"], "next": ["Boat"]}),
    ("2031-05-30T09:59", {"now": ["Looking slowly"], "next": ["Boat"]}),
    ("2031-05-30T10:00", {"now": ["Boat"], "next": [A, A]}),
    ("2031-05-30T11:00", {"now": [A, A], "next": ["Keys and their traps"]}),
    # Supper is cancelled: it is never now.
    ("2031-05-30T18:30", {"now": [], "next": ["Keys and their traps"]}),
    ("2031-05-31T15:59", {"now": ["Naming your finds"], "next": []}),
    ("2031-05-31T16:00", {"now": [], "next": []}),
    ("2031-06-01T00:00", {"phase": "Latest run, ended", **QUIET}),
]


def expected(moment: str, said: dict[str, Any]) -> dict[str, Any]:
    day = {"30": "Friday 30 May", "31": "Saturday 31 May"}.get(moment[8:10], "")
    return {
        "phase": "Running now",
        "clock": f"{day}, {moment[11:]} in Helsinki" if "phase" not in said else "",
        **said,
    }


@pytest.mark.parametrize("zone", ZONES)
def test_now_and_next_go_by_the_clock_of_the_course_whatever_the_device_says(
    lichens: Path, serve: Any, open_page: Any, zone: str
) -> None:
    base = serve(lichens)
    for address in ("", "timetable/"):
        page = open_page(base + address, timezone_id=zone, locale="en-GB")
        shown = {}
        for moment, _ in MOMENTS:
            page.clock.set_fixed_time(dt.datetime.fromisoformat(moment).replace(tzinfo=COURSE))
            page.reload()
            shown[moment] = board(page)
        assert shown == {moment: expected(moment, said) for moment, said in MOMENTS}


@pytest.mark.parametrize("zone", ["Europe/Helsinki", "America/Los_Angeles"])
def test_any_moment_can_be_asked_for(lichens: Path, serve: Any, open_page: Any, zone: str) -> None:
    base = serve(lichens)
    page = open_page(base, timezone_id=zone)
    for moment, said in MOMENTS:
        page.goto(f"{base}?now={moment}")
        assert board(page) == expected(moment, said)


@pytest.mark.parametrize(
    "asked",
    [
        "yesterday",
        "0000-01-01T00:00",
        "0001-01-01T00:00",
        "9999-12-31T23:59",
        "2031-02-30T10:00",
        "2031-05-30T24:00",
        "2031-05-30T10:60",
        # The clocks of the course never show it.
        "2031-03-30T03:30",
    ],
)
def test_a_moment_that_never_is_is_now(
    lichens: Path, serve: Any, open_page: Any, asked: str
) -> None:
    moment = "2031-05-30T10:00"
    now = dt.datetime.fromisoformat(moment).replace(tzinfo=COURSE)
    for address in ("", "timetable/"):
        page = open_page(serve(lichens) + f"{address}?now={asked}", at=now)

        assert board(page) == expected(moment, dict(MOMENTS)[moment])


def test_the_card_that_is_on_says_so(lichens: Path, serve: Any, open_page: Any) -> None:
    page = open_page(serve(lichens) + "timetable/?now=2031-05-30T11:00")

    assert page.locator(".slot--now").evaluate_all("all => all.map((one) => one.id)") == [
        "collecting-a",
        "collecting-b",
    ]
    assert page.locator("#collecting-a .slot__now").inner_text() == "Now"
    assert "Provisional" in page.locator(".board__entry--now").inner_text()


def test_a_device_in_another_zone_is_told_and_sees_both_times(
    lichens: Path, serve: Any, open_page: Any
) -> None:
    address = serve(lichens) + "timetable/?now=2031-05-30T09:00"
    away = open_page(address, timezone_id="America/Los_Angeles", locale="en-GB")
    home = open_page(address, timezone_id="Europe/Riga")

    assert away.locator(".timetable [data-device]").inner_text() == (
        "Your device is in another time zone (America/Los_Angeles): "
        "its times stand after those of Helsinki."
    )
    assert away.locator("#looking .time__yours").inner_text() == "Thu 23:00–00:00 your time"
    assert away.locator("#naming .time__yours").inner_text() == "04:00–06:00 your time"
    # Riga has another name and the same clock.
    assert home.locator(".timetable [data-device]").is_visible() is False
    assert home.locator(".time__yours").count() == 0


def test_the_board_follows_the_minute(lichens: Path, serve: Any, open_page: Any) -> None:
    page = open_page("about:blank")
    page.clock.install(time=dt.datetime(2031, 5, 30, 9, 59, 30, tzinfo=COURSE))
    page.goto(serve(lichens))
    assert board(page)["now"] == ["Looking slowly"]

    page.clock.run_for(31_000)

    assert board(page) == expected("2031-05-30T10:00", {"now": ["Boat"], "next": [A, A]})


def test_the_clock_is_right_after_going_on_and_back(
    lichens: Path, serve: Any, open_page: Any
) -> None:
    page = open_page(serve(lichens), at=dt.datetime(2031, 5, 30, 9, 30, tzinfo=COURSE))
    page.get_by_role("link", name="Timetable", exact=True).first.click()
    page.locator(".timetable").wait_for()
    page.clock.set_fixed_time(dt.datetime(2031, 5, 30, 10, 30, tzinfo=COURSE))
    page.go_back()

    assert board(page)["now"] == ["Boat"]


# --- Filters ---------------------------------------------------------------------------------


def shown(page: Any) -> list[str]:
    found: list[str] = page.locator(".timetable .slot:visible").evaluate_all(
        "all => all.map((one) => one.id)"
    )
    return found


def test_filters_by_keyboard_keep_what_is_for_everyone_and_stand_in_the_address(
    lichens: Path, serve: Any, open_page: Any
) -> None:
    page = open_page(serve(lichens) + "timetable/2031/?now=2031-05-30T09:00#keys")
    count = page.locator("[data-count]")
    statuses = page.locator(".timetable [role=status]").count()
    assert (statuses, count.inner_text()) == (1, "")

    page.get_by_role("radio", name="Everyone").focus()
    page.keyboard.press("ArrowRight")

    assert shown(page) == ["looking", "boat", "collecting-a", "supper", "keys", "naming"]
    assert count.inner_text() == "6 of 7 shown"
    assert page.url.endswith("?now=2031-05-30T09%3A00&group=a#keys")
    page.keyboard.press("Tab")
    page.keyboard.type("Lab")
    assert shown(page) == ["naming"]
    assert page.url.endswith("&group=a&kind=lab#keys")
    page.reload()
    assert shown(page) == ["naming"]
    assert page.get_by_role("radio", name="Group A").is_checked()
    for _ in range(3):
        page.keyboard.press("Tab")
    page.get_by_role("button", name="Show all").press("Enter")
    page.get_by_text("All 7 shown").wait_for()
    assert len(shown(page)) == 7
    assert page.url.endswith("?now=2031-05-30T09%3A00#keys")


def test_only_what_has_more_than_one_value_can_be_chosen(
    lichens: Path, serve: Any, open_page: Any
) -> None:
    page = open_page(serve(lichens) + "timetable/?place=islet&kind=nonsense")

    assert page.locator("form[data-choices] select").evaluate_all(
        "all => all.map((one) => one.name)"
    ) == ["kind", "place"]
    assert shown(page) == ["collecting-a", "collecting-b"]


def test_a_group_alone_has_the_whole_day(crowded: Path, serve: Any, open_page: Any) -> None:
    page = open_page(
        serve(crowded) + "timetable/2033/?group=a", viewport={"width": 1440, "height": 900}
    )

    def width(key: str) -> float:
        return float(page.locator(f"#{key}").bounding_box()["width"])

    assert width("four-a") == width("evening")


def test_my_group_is_remembered_only_if_asked_and_can_be_removed(
    lichens: Path, serve: Any, open_page: Any
) -> None:
    address = serve(lichens) + "timetable/"
    page = open_page(address)
    page.get_by_role("radio", name="Group B").check()
    page.goto(address)
    assert page.get_by_role("radio", name="Everyone").is_checked()
    assert page.evaluate("localStorage.getItem('handbook.group')") is None

    page.get_by_role("radio", name="Group B").check()
    page.get_by_label("My group").check()
    page.goto(address)
    assert page.get_by_role("radio", name="Group B").is_checked()
    assert "collecting-a" not in shown(page)

    page.get_by_role("radio", name="Everyone").check()
    page.reload()
    assert page.get_by_role("radio", name="Everyone").is_checked()

    page.goto(address)
    page.get_by_label("My group").uncheck()
    assert page.evaluate("localStorage.getItem('handbook.group')") is None
    page.goto(address)
    assert page.get_by_role("radio", name="Everyone").is_checked()


def test_a_browser_that_stores_nothing_still_filters(
    lichens: Path, serve: Any, open_page: Any
) -> None:
    page = open_page("about:blank")
    page.add_init_script(
        """for (const name of ["getItem", "setItem", "removeItem"]) {
          const real = Storage.prototype[name];
          Storage.prototype[name] = function (key, ...rest) {
            if (key.startsWith("handbook")) throw new DOMException("denied", "SecurityError");
            return real.call(this, key, ...rest);
          };
        }"""
    )
    page.goto(serve(lichens) + "timetable/")
    page.get_by_role("radio", name="Group B").check()
    page.get_by_label("My group").click()

    assert "collecting-a" not in shown(page)


# --- Sheets ----------------------------------------------------------------------------------


LANDSCAPE, PORTRAIT = (297, 210), (210, 297)


@pytest.mark.parametrize(
    ("site", "address", "pages"),
    [
        ("real", "timetable/", [LANDSCAPE] * 2),
        ("real", "timetable/?group=b", [LANDSCAPE] * 2),
        ("real", "timetable/?day=2026-10-12", [PORTRAIT]),
        ("lichens", "timetable/", [LANDSCAPE]),
        ("crowded", "timetable/2033/", [LANDSCAPE] * 2),
        ("crowded", "timetable/2033/?day=2033-03-21", [PORTRAIT]),
        ("crowded", "timetable/2033/?day=never", [LANDSCAPE] * 2),
    ],
)
def test_a_week_is_one_sheet_and_so_is_a_day(
    site: str,
    address: str,
    pages: list[tuple[int, int]],
    serve: Any,
    open_page: Any,
    request: pytest.FixtureRequest,
) -> None:
    page = open_page(serve(request.getfixturevalue(site)) + address)

    assert sheets(page) == pages
    if pages[0] == LANDSCAPE:  # on paper, nothing is clipped either
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 1054, "height": 726})
        assert faults(page.evaluate(BOXES.replace('".slot")', '".slot:not([hidden])")'))) == []


def test_a_day_sheet_shows_its_day(lichens: Path, serve: Any, open_page: Any) -> None:
    page = open_page(serve(lichens) + "timetable/2031/")
    page.get_by_text("Day sheets").click()
    page.get_by_role("link", name="Saturday 31 May").click()

    page.get_by_text("Only Saturday 31 May.").wait_for()
    assert page.url.endswith("timetable/2031/?day=2031-05-31")
    assert shown(page) == ["keys", "naming"]
    page.get_by_role("link", name="All days").click()
    assert page.url.endswith("timetable/2031/")
    assert len(shown(page)) == 7


def test_a_visit_is_one_box_and_a_door_sign_begins_with_today(
    lichens: Path, serve: Any, open_page: Any
) -> None:
    base = serve(lichens)
    pack = open_page(base + "sessions/collecting/").locator(".pack")
    facts = [" ".join(fact.split()) for fact in pack.locator(".facts > div").all_inner_texts()]

    assert facts == [
        "When Friday 30 May 2031, 11:00–15:00 A Group A Provisional",
        "Where The islet",
        "Host Kuusi University (Kuusen yliopisto)",
        "Travel 10:00–11:00 Boat Confirmed",
        "When Friday 30 May 2031, 11:00–15:00 B Group B Provisional",
        "Where The islet",
        "Host Kuusi University (Kuusen yliopisto)",
        "Travel 10:00–11:00 Boat Confirmed",
        "Meet To be announced",
        "Identify yourself with To be announced",
        "Bring Hand lens",
        "Wear Rubber boots",
        "Ring, if lost or late To be announced",
    ]
    door = open_page(base + "places/herbarium/?now=2031-05-31T13:30")
    assert door.locator(".today .slot__title").all_inner_texts() == [
        "Keys and their traps",
        "Naming your finds",
    ]
    assert door.locator(".programme .slot__title").all_inner_texts() == [
        "Looking slowly",
        "Supper",
        "Keys and their traps",
        "Naming your finds",
    ]
    door.goto(base + "places/herbarium/?now=2031-06-01T13:30")
    assert door.locator(".today").is_visible() is False
