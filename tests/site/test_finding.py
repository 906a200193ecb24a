"""The search in a real browser: what it finds, how it is used, what it costs."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import EXAMPLES

KB = 1000

QUERIES = yaml.safe_load((EXAMPLES / "queries.yml").read_text(encoding="utf-8"))

FIND = """async (queries) => {
  const { load } = await import(new URL("assets/search/engine.js", document.baseURI));
  const search = await load(fetch(new URL("search/names.json", document.baseURI)));
  await search.texts;
  const first = (query) => search.find(query).results.slice(0, 3);
  return queries.map((query) => first(query).map(({ document }) => document.href));
}"""


@pytest.fixture
def page(browser: Any) -> Any:
    """A page that fails the test if anything in it does, or asks another host."""
    opened = browser.new_page(viewport={"width": 1280, "height": 800})
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("dialog", lambda dialog: (faults.append(dialog.message), dialog.dismiss()))
    yield opened
    opened.close()
    assert faults == []


def opened(page: Any, base: str, query: str = "") -> Any:
    """The dialog with a query typed, once its texts are there too."""
    page.goto(base)
    page.keyboard.press("/")
    page.locator("#search_dialog [role=option]").first.wait_for()
    page.evaluate(FIND, [])
    page.get_by_role("combobox").fill(query)
    return page.locator("#search_dialog")


# --- What it finds ---------------------------------------------------------------------------


def test_the_first_results_are_what_people_look_for(real: Path, serve: Any, page: Any) -> None:
    page.goto(serve(real))
    found = page.evaluate(FIND, [one["query"] for one in QUERIES])
    right = [
        next((place for place, href in enumerate(hrefs) if href in one["find"]), None)
        for one, hrefs in zip(QUERIES, found, strict=True)
    ]

    missed = [
        (one["query"], hrefs)
        for one, hrefs, place in zip(QUERIES, found, right, strict=True)
        if place is None
    ]
    assert missed == []
    assert right.count(0) / len(right) >= 0.9


def test_queries_look_for_documents_that_exist(real: Path) -> None:
    hrefs = set(json.loads((real / "search" / "names.json").read_text())["documents"]["href"])

    assert [one for one in QUERIES if not set(one["find"]) <= hrefs] == []
    assert len(QUERIES) >= 60


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("lookng", "sessions/looking/"),
        ("ultraviolettivalo", "glossary/#uv"),
        ("ultraviolet light", "glossary/#uv"),
        ("kuusi university", "lecturers/aino-esimerkki/"),
        ("schedule", "timetable/"),
    ],
)
def test_another_course_is_searched_by_the_same_code(
    lichens: Path, serve: Any, page: Any, query: str, found: str
) -> None:
    page.goto(serve(lichens))

    assert found in page.evaluate(FIND, [query])[0]


# --- How it is used --------------------------------------------------------------------------


def test_it_is_opened_and_walked_by_keyboard_alone(lichens: Path, serve: Any, page: Any) -> None:
    base = serve(lichens)
    page.goto(base)
    page.get_by_role("button", name="Search").focus()
    page.keyboard.press("Control+k")
    dialog = page.locator("#search_dialog")
    field = page.get_by_role("combobox")
    dialog.locator("[role=option]").first.wait_for()

    assert field.evaluate("field => field === document.activeElement")
    assert field.get_attribute("aria-expanded") == "true"
    assert field.get_attribute("aria-activedescendant") is None
    page.keyboard.type("looking")
    first = dialog.locator("[role=option][aria-selected=true]")
    assert first.locator(".result__title").inner_text() == "Looking slowly"
    assert field.get_attribute("aria-activedescendant") == first.get_attribute("id")
    page.keyboard.press("ArrowDown")
    second = field.get_attribute("aria-activedescendant")
    assert second == dialog.locator("[role=option]").nth(1).get_attribute("id")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    last = dialog.locator("[role=option]").last.get_attribute("id")
    assert field.get_attribute("aria-activedescendant") == last
    page.keyboard.press("Escape")
    assert dialog.is_visible() is False
    button = page.get_by_role("button", name="Search")
    assert button.evaluate("button => button === document.activeElement")
    page.keyboard.press("/")
    assert field.input_value() == "looking"
    page.keyboard.press("Enter")
    page.wait_for_url(f"{base}sessions/looking/")


def test_kinds_are_counted_and_filter(lichens: Path, serve: Any, page: Any) -> None:
    dialog = opened(page, serve(lichens), "looking")
    chips = dialog.locator("[data-search-kinds] button:visible")
    everything = dialog.locator("[role=option]").count()
    sessions = dialog.get_by_role("button", name="Sessions")
    number = int(sessions.locator("span").inner_text())

    assert chips.first.inner_text() == f"All {everything}"
    sessions.click()
    assert dialog.locator("[role=option]").count() == number
    assert dialog.locator(".search__group").all_inner_texts() == ["Sessions"]
    assert sessions.get_attribute("aria-pressed") == "true"
    assert dialog.get_by_role("status").inner_text().split()[0] == str(number)


def test_a_result_shows_why_it_was_found_and_where_it_lies(
    lichens: Path, serve: Any, page: Any
) -> None:
    dialog = opened(page, serve(lichens), "ultraviolettivalo")
    name = dialog.locator("[role=option]").first

    assert name.locator("mark").inner_text() == "ultraviolettivalo"
    page.get_by_role("combobox").fill("looking slowly")
    assert dialog.get_by_role("img").first.get_attribute("aria-label") == "Stops 1 of 3"


def test_a_part_of_a_page_is_an_answer_by_itself(lichens: Path, serve: Any, page: Any) -> None:
    base = serve(lichens)
    dialog = opened(page, base, "how do I apply?")
    first = dialog.locator("[role=option]").first

    assert first.get_attribute("href") == "/practical/#application"
    first.click()
    page.wait_for_url(f"{base}practical/#application")
    assert dialog.is_visible() is False


def test_a_search_is_a_link(lichens: Path, serve: Any, page: Any) -> None:
    base = serve(lichens)
    page.goto(f"{base}search/?q=looking")
    results = page.locator("#search_page [role=option]")
    results.first.wait_for()

    assert results.first.get_attribute("href") == "/sessions/looking/"
    page.get_by_role("combobox").fill("collecting & naming")
    page.wait_for_url(f"{base}search/?q=collecting%20%26%20naming")
    page.locator("h1").click()
    page.keyboard.press("/")
    assert page.locator("#search_dialog").is_visible() is False
    opened(page, base, "a b").get_by_role("link", name="As a page").click()
    page.wait_for_url(f"{base}search/?q=a%20b")


def test_the_single_key_can_be_turned_off(lichens: Path, serve: Any, page: Any) -> None:
    dialog = opened(page, serve(lichens))
    dialog.get_by_role("button", name="Open with").click()
    dialog.get_by_role("button", name="Close").click()
    page.keyboard.press("/")
    assert dialog.is_visible() is False
    page.reload()
    page.keyboard.press("/")
    assert dialog.is_visible() is False
    page.keyboard.press("Control+k")
    assert dialog.is_visible()


def test_a_slash_that_is_typed_into_a_field_stays_there(
    lichens: Path, serve: Any, page: Any
) -> None:
    opened(page, serve(lichens))
    page.keyboard.type("1/2")

    assert page.get_by_role("combobox").input_value() == "1/2"


def test_without_javascript_there_is_no_button_but_a_page_of_ways(
    lichens: Path, serve: Any, browser: Any
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{serve(lichens)}search/?q=looking")

    assert page.locator("[data-search-open]").is_visible() is False
    assert page.locator("form:visible").count() == 0
    assert page.locator(".page__body a:visible").all_inner_texts()[:2] == ["Timetable", "Sessions"]
    context.close()


def test_names_that_cannot_be_loaded_are_no_dead_end(lichens: Path, serve: Any, page: Any) -> None:
    page.route("**/names.json", lambda route: route.fulfill(status=503))
    page.goto(serve(lichens))
    page.keyboard.press("/")
    page.get_by_text("The search could not be loaded.").wait_for()
    assert page.locator("#search_dialog").get_by_role("link", name="Glossary").is_visible()
    page.unroute("**/names.json")
    page.keyboard.press("Escape")
    page.locator("#search_dialog").wait_for(state="hidden")
    page.keyboard.press("/")
    page.locator("#search_dialog [role=option]").first.wait_for()


# --- Bad input -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        "<img src=x onerror=zqxj(1)>",
        "qxz" * 4000,
        "?!… –– ((([[[ \\ ///",
        "שלום עולם",
        "مرحبا",
        "\u202egnihtyna\u202c",
        "🧪",
        "a" * 300,
    ],
)
def test_what_finds_nothing_is_answered_honestly(
    lichens: Path, serve: Any, page: Any, query: str
) -> None:
    dialog = opened(page, serve(lichens), query)
    said = dialog.get_by_role("status").inner_text()

    assert said.startswith(f"Nothing found for “{query[:40]}")
    assert len(said) < 100
    assert dialog.locator("[role=listbox]").is_visible() is False
    assert page.get_by_role("combobox").get_attribute("aria-expanded") == "false"
    assert dialog.get_by_role("link", name="Glossary").is_visible()


@pytest.mark.parametrize(
    "query",
    [
        "looking <img src=x onerror=alert(1)>",
        "</script><script>alert(1)</script> looking",
        "looking constructor __proto__ toString hasOwnProperty",
        "' OR 1=1 --",
        "שלום looking",
        "looking " * 1250,
    ],
)
def test_a_query_is_only_ever_text(lichens: Path, serve: Any, page: Any, query: str) -> None:
    dialog = opened(page, serve(lichens), query)

    assert dialog.get_by_role("status").inner_text().endswith((".", "…”"))
    assert dialog.locator("img, script").count() == 0


def test_a_long_text_in_the_address_is_no_trouble(lichens: Path, serve: Any, page: Any) -> None:
    page.goto(f"{serve(lichens)}search/?q={'zq%20' * 2000}")

    told = page.get_by_text("Nothing found for")
    told.wait_for()
    assert told.inner_text().startswith("Nothing found for “zq zq")


# --- What it costs ---------------------------------------------------------------------------


def test_nothing_is_loaded_until_somebody_searches(lichens: Path, serve: Any, page: Any) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    base = serve(lichens)
    page.goto(base)
    page.wait_for_load_state("networkidle")
    parts = ("assets/search/", "vendor/", "search/names.json", "search/text.json")
    before = [url for url in asked if any(part in url for part in parts)]
    opened(page, base)
    after = {url.removeprefix(base).partition("?")[0] for url in asked} - {""}

    assert before == []
    assert {
        "assets/vendor/minisearch-7.2.0.min.js",
        "assets/search/engine.js",
        "assets/search/ui.js",
        "search/names.json",
        "search/text.json",
    } <= after


def zipped(*files: Path) -> int:
    return sum(len(gzip.compress(path.read_bytes(), 6)) for path in files)


def test_the_search_is_small_on_the_wire(real: Path) -> None:
    assets = real / "assets"
    code = [assets / "search" / name for name in ("engine.js", "ui.js")]
    engine = assets / "vendor" / "minisearch-7.2.0.min.js"
    own = [path for path in assets.rglob("*.js") if path.parent.name in ("assets", "search")]

    assert zipped(engine, *code, real / "search" / "names.json") <= 40 * KB
    assert zipped(real / "search" / "text.json") <= 250 * KB
    assert zipped(*own) <= 40 * KB
    assert not list(real.rglob("search_index.json"))
