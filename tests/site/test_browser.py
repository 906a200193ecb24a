"""The site in a real browser: hostile text stays text, filters filter, nothing leaves the house."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import EXAMPLES, assemble, mkdocs
from markdown import Markdown

from handbook import markup

HOSTILE = 'CD34+ </title><script>alert(1)</script> "q" | a_b_ [x](javascript:1)'
TITLES = {
    "title",
    "name",
    "short",
    "summary",
    "label",
    "value",
    "term",
    "native_name",
    "zone",
    "recurs",
    "what",
    "version",
    "role",
    "bring",
    "wear",
    "reason",
    "swedish",
}


def hostile(value: Any, key: str = "") -> Any:
    """The data with the hostile text at the end of everything that is a title or a name."""
    if isinstance(value, dict):
        return {name: hostile(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [hostile(one, key) for one in value]
    if isinstance(value, str) and key in TITLES | {"aliases", "documents", "look_for", "questions"}:
        return f"{value} {HOSTILE}"
    return value


@pytest.fixture(scope="module")
def hostile_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = assemble(EXAMPLES / "lichens", tmp_path_factory.mktemp("hostile") / "project")
    for path in (folder / "data").rglob("*.yml"):
        data = yaml.load(path.read_text(), Loader=yaml.CBaseLoader)  # noqa: S506 - it makes text only
        path.write_text(yaml.safe_dump(hostile(data), allow_unicode=True, sort_keys=False))
    built = mkdocs(folder, "--strict")
    assert built.returncode == 0, built.stderr
    return folder / "site"


def test_hostile_text_comes_out_as_text_everywhere(
    hostile_site: Path, serve: Any, browser: Any
) -> None:
    base = serve(hostile_site)
    page = browser.new_page()
    ran: list[str] = []
    page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
    wanted = {
        "sessions/looking/": "Looking slowly",
        "lecturers/aino-esimerkki/": "Aino Esimerkki",
        "places/islet/": "The islet",
        "cases/wall-survey/": "The wall survey",
        "frameworks/collecting-code/": "The collecting code",
        "": "Field lichenology",
    }
    for path in sorted(hostile_site.rglob("index.html")):
        address = path.relative_to(hostile_site).as_posix().removesuffix("index.html")
        page.goto(base + address)
        if 'http-equiv="refresh"' in path.read_text(encoding="utf-8"):
            page.wait_for_url(lambda url, left=base + address: url != left)  # an old address
        runs = page.locator('script:not([type="application/ld+json"])', has_text="alert(1)")
        assert runs.count() == 0, address
        assert page.locator('a[href^="javascript:1"]').count() == 0, address
        title = wanted.get(address)
        if title:
            assert page.locator("h1").inner_text() == f"{title} {HOSTILE}"
            assert page.title().startswith(f"{title} {HOSTILE}")
            description = page.locator('meta[name="description"]').get_attribute("content")
            assert description.endswith(HOSTILE)
    page.goto(base)
    page.get_by_role("button", name="Search").click()
    page.keyboard.type("looking")
    result = page.locator(".result__title", has_text="Looking slowly").first
    result.wait_for()
    assert result.inner_text() == f"Looking slowly {HOSTILE}"
    page.get_by_role("combobox").fill(HOSTILE)
    page.locator(".result mark").first.wait_for()
    assert ran == []
    page.close()


def test_lists_filter_by_kind_and_stage_and_keep_it_in_the_address(
    lichens: Path, serve: Any, browser: Any
) -> None:
    page = browser.new_page()
    page.goto(serve(lichens) + "sessions/")
    cards = page.locator(".card:visible h2")

    assert cards.count() == 5
    page.select_option("select[name=kind]", "lab")
    assert cards.all_inner_texts() == ["Naming your finds"]
    assert page.locator("[data-filters-count]").inner_text() == "1 of 5 shown"
    assert page.url.endswith("sessions/?kind=lab")
    page.reload()
    assert cards.all_inner_texts() == ["Naming your finds"]
    page.get_by_role("button", name="Show all").click()
    page.select_option("select[name=stage]", "search")
    assert cards.all_inner_texts() == ["Looking slowly"]
    page.close()


def test_without_javascript_lists_are_plain_and_complete(
    lichens: Path, serve: Any, browser: Any
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(serve(lichens) + "sessions/")

    assert page.locator(".card:visible").count() == 5
    assert page.locator("form[data-filters]").is_visible() is False
    context.close()


def test_a_term_is_explained_on_hover_focus_and_to_screen_readers(
    lichens: Path, serve: Any, browser: Any
) -> None:
    page = browser.new_page()
    page.goto(serve(lichens) + "sessions/looking/")
    word = page.get_by_role("button", name="UV")
    tip = page.locator("#term-uv")

    assert word.count() == 1
    assert tip.is_visible() is False
    word.hover()
    assert tip.is_visible()
    page.keyboard.press("Escape")
    assert tip.is_visible() is False
    page.mouse.move(0, 0)
    word.focus()
    assert tip.is_visible()
    assert word.get_attribute("aria-describedby") == "term-uv"
    assert tip.locator("[lang=fi]").inner_text() == "ultraviolettivalo"
    page.close()


def test_a_tap_opens_an_explanation_and_another_closes_it(
    lichens: Path, serve: Any, browser: Any
) -> None:
    context = browser.new_context(has_touch=True, viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(serve(lichens) + "sessions/looking/")
    word = page.get_by_role("button", name="UV")
    tip = page.locator("#term-uv")
    shown = []
    for step in (word.tap, word.tap, word.tap, page.locator("h1").tap):
        step()
        shown.append((tip.is_visible(), word.get_attribute("aria-expanded")))

    assert shown == [(True, "true"), (False, "false"), (True, "true"), (False, "false")]
    word.focus()
    page.keyboard.press("Escape")
    assert tip.is_visible() is False
    page.keyboard.press("Enter")
    assert tip.is_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Glossary: UV"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.innerText") == "UV"
    assert word.get_attribute("aria-expanded") == "false"
    context.close()


def test_only_a_table_that_is_too_wide_is_a_stop_for_the_keyboard(
    lichens: Path, serve: Any, browser: Any
) -> None:
    page = browser.new_page()
    page.goto(serve(lichens) + "outcomes/")
    region = page.locator(".scroll").first

    page.set_viewport_size({"width": 1280, "height": 800})
    page.wait_for_timeout(100)
    wide = region.get_attribute("tabindex")
    page.set_viewport_size({"width": 320, "height": 800})
    page.wait_for_timeout(100)
    assert (wide, region.get_attribute("tabindex")) == (None, "0")


LINES = """(html) => {
  const prose = document.querySelector(".prose");
  prose.innerHTML = html;
  const box = (node, from, to) => {
    const range = document.createRange();
    range.setStart(node, from);
    range.setEnd(node, to);
    return range.getBoundingClientRect();
  };
  const button = prose.querySelector("p .term__word");
  const { previousSibling: before, parentNode: { nextSibling: after } } = button;
  const cell = prose.querySelector("td").firstChild;
  const links = [...prose.querySelectorAll("td a")];
  const found = { parted: [], gaps: new Set() };
  for (let width = 60; width < 400; width += 3) {
    prose.style.width = `${width}px`;
    const word = button.getBoundingClientRect();
    const beside = [box(before, 0, before.length), box(after, 0, 3)];
    const end = box(cell, cell.length - 1, cell.length);
    const number = box(links[0].firstChild, 0, 1);
    const parted = (one, other) => one.top > other.bottom || one.bottom < other.top;
    if (beside.some((one) => parted(one, word))) found.parted.push(["term", width]);
    if (parted(number, end)) found.parted.push(["note", width]);
    found.gaps.add(Math.round(number.left - end.right));
  }
  const targets = links.map((link) => link.getBoundingClientRect());
  return {
    parted: found.parted,
    gaps: [...found.gaps],
    targets: targets.map(({ width, height }) => width >= 24 && height >= 24),
  };
}"""


def test_a_line_never_ends_between_a_term_or_a_note_and_what_belongs_to_it(
    lichens: Path, serve: Any, browser: Any
) -> None:
    text = (
        "They follow the word of a (QP's) own hand, and go on.\n\n"
        "| A |\n|--|\n| What was said and written here[^1][^2] |\n\n"
        "[^1]: One\n[^2]: Two\n\n*[QP]: **Qualified Person**\n"
    )
    made = Markdown(extensions=list(markup.EXTENSIONS), extension_configs=markup.OPTIONS)
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(serve(lichens) + "sessions/looking/")

    assert page.evaluate(LINES, made.convert(text)) == {
        "parted": [],
        "gaps": [1],
        "targets": [True, True],
    }
    page.close()


@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_scrolls_sideways_or_asks_another_host(
    real: Path, serve: Any, browser: Any, width: int
) -> None:
    base = serve(real)
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    wide = []
    kinds: dict[str, str] = {}
    for path in sorted(real.rglob("index.html")):
        address = path.relative_to(real).as_posix().removesuffix("index.html")
        parts = address.split("/")
        kinds.setdefault(f"{parts[0]}/*" if len(parts) > 2 else address, address)
    for address in kinds.values():
        page.goto(base + address)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(address)
    context.close()

    assert wide == []
    assert [url for url in asked if not re.match(rf"{re.escape(base)}|data:", url)] == []
    assert errors == []
