"""The handbook by keyboard: everything is reached, seen and left, at every width."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from reading import kinds, size

FOCUSABLE = """() => {
  const all = "a[href], button, input, select, textarea, summary, [tabindex]";
  const isReachable = (one) =>
    one.tabIndex >= 0 && !one.disabled && one.checkVisibility({ visibilityProperty: true }) &&
    (one.type !== "radio" || one.checked); // of a group, Tab reaches one; arrows lead to the others
  window.reachable = [...document.querySelectorAll(all)].filter(isReachable);
  return reachable.length;
}"""

HERE = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const isRinged = (box) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(box);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  };
  const faults = [];
  const within = ({ left, right, top, bottom }) => [
    [Math.max(left, 0), Math.min(right, innerWidth)],
    [Math.max(top, 0), Math.min(bottom, innerHeight)],
  ];
  const boxes = [...one.getClientRects()].map(within);
  const seen = boxes.find((sides) => sides.every(([a, b]) => b > a));
  const over = seen && document.elementFromPoint(...seen.map(([a, b]) => (a + b) / 2));
  if (!seen) faults.push("off screen");
  if (over && !one.contains(over) && !over.contains(one)) faults.push(`under ${over.className}`);
  if (!isRinged(one) && !isRinged(one.parentElement)) faults.push("focus not seen");
  const number = reachable.indexOf(one);
  const opens = one.role === "combobox";
  const tag = one.outerHTML.slice(0, 90);
  return { number, opens, faults: faults.map((fault) => `${fault}: ${tag}`) };
}"""


def walk(page: Any) -> tuple[list[str], int]:
    """Press Tab to the end: what was wrong with a place, and how many places were not reached."""
    count = page.evaluate(FOCUSABLE)
    faults: list[str] = []
    reached: set[int] = set()
    for _ in range(2 * count + 5):
        page.keyboard.press("Tab")
        here = page.evaluate(HERE)
        if here is None or here["number"] in reached:
            break
        if here["number"] >= 0:
            reached.add(here["number"])
        faults += here["faults"]
        if here["opens"]:  # what it opens has to be there before the next step
            page.wait_for_selector("[role=combobox][aria-expanded=true]")
    return faults, count - len(reached)


LONGEST = 100_000
"""Bytes of a page that is walked in each run: longer ones are so by their lists."""


@pytest.mark.parametrize(
    ("width", "longest"),
    [
        (320, LONGEST),
        (1280, LONGEST),
        pytest.param(320, sys.maxsize, marks=pytest.mark.full),
        pytest.param(1280, sys.maxsize, marks=pytest.mark.full),
    ],
)
def test_tab_reaches_all_and_shows_where_it_is(
    real: Path, serve: Any, browser: Any, width: int, longest: int
) -> None:
    base = serve(real)
    context = browser.new_context(
        viewport={"width": width, "height": 720}, service_workers="block", reduced_motion="reduce"
    )
    page = context.new_page()
    walked = {}
    for address in kinds(real).values():
        if size(real, address) > longest:
            continue
        page.goto(base + address)
        walked[address] = walk(page)
    context.close()

    assert {address: found for address, found in walked.items() if found != ([], 0)} == {}


def test_the_first_tab_leads_to_the_content(lichens: Path, serve: Any, browser: Any) -> None:
    page = browser.new_page()
    page.goto(serve(lichens) + "sessions/looking/")

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Sessions"
    page.close()


@pytest.mark.parametrize(
    ("width", "name", "first"), [(320, "Menu", "Timetable"), (1280, "Theme", "Light")]
)
def test_a_button_opens_what_it_names_and_escape_leads_back(
    lichens: Path, serve: Any, browser: Any, width: int, name: str, first: str
) -> None:
    page = browser.new_context(viewport={"width": width, "height": 720}).new_page()
    page.goto(serve(lichens))
    button = page.get_by_role("button", name=name)
    focused = "document.activeElement.innerText"

    assert page.get_by_role("button", name="Light").is_visible() is False
    button.focus()
    page.keyboard.press("Enter")
    assert button.get_attribute("aria-expanded") == "true"
    page.keyboard.press("Tab")
    assert page.evaluate(focused) == first
    page.keyboard.press("Escape")
    assert page.evaluate(focused) == name
    assert page.get_by_role("button", name="Light").is_visible() is False
    page.keyboard.press("Space")
    for _ in range(12):
        page.keyboard.press("Tab")
    assert button.get_attribute("aria-expanded") == "false"
    page.context.close()


def test_without_javascript_the_menu_stands_open(lichens: Path, serve: Any, browser: Any) -> None:
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 320, "height": 720}, color_scheme="dark"
    )
    page = context.new_page()
    page.goto(serve(lichens))

    assert page.get_by_role("navigation", name="Sections").get_by_role("link").count() == 7
    assert page.get_by_role("navigation", name="Sections").is_visible()
    assert page.locator("header button:visible").count() == 0
    assert page.locator("body").evaluate("(one) => getComputedStyle(one).backgroundColor") == (
        "rgb(20, 23, 27)"
    )
    context.close()
