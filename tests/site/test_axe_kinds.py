"""Barriers on each kind of page in every theme and width, and in what opens on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from reading import COLOURS, TAGS, THEMES_AND_WIDTHS, barriers, everywhere, kinds


@pytest.mark.parametrize(
    ("theme", "width", "tags"),
    [
        ("light", 320, TAGS),
        ("dark", 320, COLOURS),
        ("dark", 1280, COLOURS),
    ],
)
def test_no_kind_of_page_has_barriers_in_any_theme_and_width(
    real: Path, serve: Any, browser: Any, theme: str, width: int, tags: list[str]
) -> None:
    assert everywhere(browser, serve(real), kinds(real).values(), theme, width, tags) == {}


@pytest.mark.parametrize(("theme", "width"), THEMES_AND_WIDTHS)
def test_what_opens_has_no_barriers(
    lichens: Path, serve: Any, browser: Any, theme: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)
    page = context.new_page()
    base = serve(lichens)

    page.goto(base + "sessions/?kind=lab")
    page.get_by_role("button", name="Menu" if width == 320 else "Theme").click()
    assert page.get_by_role("button", name="Dark").is_visible()
    menu = barriers(page)
    page.goto(base + "sessions/looking/")
    page.get_by_role("button", name="UV").focus()
    assert page.locator("#term-uv").is_visible()
    term = barriers(page)
    context.close()

    assert (menu, term) == ([], [])
