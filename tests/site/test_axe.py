"""Barriers that a program can find (axe-core; WCAG 2.0 to 2.2, A and AA, and best practice)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from reading import THEMES_AND_WIDTHS, everywhere, sitemap


def test_no_page_has_barriers(real: Path, serve: Any, browser: Any) -> None:
    assert everywhere(browser, serve(real), sitemap(real), "light", 1280) == {}


@pytest.mark.full
@pytest.mark.parametrize(("theme", "width"), THEMES_AND_WIDTHS)
def test_no_page_has_barriers_in_any_theme_and_width(
    real: Path, serve: Any, browser: Any, theme: str, width: int
) -> None:
    assert everywhere(browser, serve(real), sitemap(real), theme, width) == {}
