"""On paper: how many sheets a page takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from reading import sheets, sitemap


@pytest.fixture
def printed(real: Path, serve: Any, browser: Any) -> Any:
    base = serve(real)
    page = browser.new_context(service_workers="block").new_page()

    def count(address: str) -> int:
        page.goto(base + address)
        return len(sheets(page))

    yield count
    page.context.close()


def test_the_home_page_is_one_sheet_and_so_is_each_matrix(printed: Any) -> None:
    assert printed("") == 1
    assert printed("outcomes/") == 3  # the outcomes, and two matrices


def test_a_case_is_the_two_sides_of_one_sheet(real: Path, printed: Any) -> None:
    cases = [address for address in sitemap(real) if address.startswith("cases/")]

    assert {one: sides for one in cases[1:] if (sides := printed(one)) > 2} == {}
