"""Barriers that a program can find (axe-core; WCAG 2.0 to 2.2, A and AA, and best practice)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from reading import barriers, kinds, sitemap

THEMES_AND_WIDTHS = [(theme, width) for theme in ("light", "dark") for width in (320, 1280)]


def found(
    browser: Any, base: str, addresses: Iterable[str], theme: str, width: int
) -> dict[str, list[str]]:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=theme, service_workers="block"
    )
    page = context.new_page()
    everywhere = {}
    for address in addresses:
        page.goto(base + address)
        here = barriers(page)
        if here:
            everywhere[address] = here
    context.close()
    return everywhere


@pytest.mark.parametrize("half", [0, 1])
def test_no_page_has_barriers(real: Path, serve: Any, browser: Any, half: int) -> None:
    assert found(browser, serve(real), sitemap(real)[half::2], "light", 1280) == {}


@pytest.mark.parametrize(("theme", "width"), THEMES_AND_WIDTHS)
def test_no_kind_of_page_has_barriers_in_any_theme_and_width(
    real: Path, serve: Any, browser: Any, theme: str, width: int
) -> None:
    assert found(browser, serve(real), kinds(real).values(), theme, width) == {}


@pytest.mark.full
@pytest.mark.parametrize(("theme", "width"), THEMES_AND_WIDTHS)
def test_no_page_has_barriers_in_any_theme_and_width(
    real: Path, serve: Any, browser: Any, theme: str, width: int
) -> None:
    assert found(browser, serve(real), sitemap(real), theme, width) == {}


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
