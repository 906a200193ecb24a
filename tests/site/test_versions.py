"""Whoever comes from paper, with its version in the address, is told what has become of it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from conftest import EXAMPLES, assemble, mkdocs
from test_history import KEYS_LINE, Repository

DAY = 24


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A site with three days of history, and the versions of all, the latest first."""
    folder = tmp_path_factory.mktemp("versions")
    made = Repository(folder / "repository")
    shutil.rmtree(made.root / "overrides")
    shutil.rmtree(made.root / "docs")
    shutil.rmtree(made.root / "data")
    assemble(EXAMPLES / "lichens", made.root)
    (made.root / ".gitignore").write_text(".cache/\nsite/\n__pycache__/\n", encoding="utf-8")
    made.commit("The course")
    made.commits = DAY
    made.edit("title: Looking slowly", "title: Looking well", "sessions/looking.yml")
    made.commit("In the morning")
    made.edit("title: Looking well", "title: Looking better", "sessions/looking.yml")
    made.commit("In the evening")
    made.commits = 2 * DAY
    made.edit(KEYS_LINE, "{start: 12:00, end: 13:30, session: keys,")
    made.commit("Another time")
    built = mkdocs(made.root)
    assert built.returncode == 0, built.stderr
    return made.root / "site", made.git("log", "--format=%h", "--abbrev=7").split()


CURRENT = "That is the current version."
OLDER = "That is not the current version."
ONE = f"{OLDER} One version has come after it: see the foot of this page."
TWO = f"{OLDER} 2 versions have come after it: see the foot of this page."
SINCE = f"{OLDER} What has changed since is told under the first day below."
SINCE_TWO = f"{OLDER} What has changed since is told under the first 2 days below."
UNKNOWN = "That version is not listed here: it is older, or was never published."


@pytest.mark.parametrize(
    ("address", "back", "words", "later"),
    [
        ("sessions/looking/", 1, CURRENT, 0),
        ("sessions/looking/", 2, ONE, 1),
        ("sessions/looking/", 3, TWO, 2),
        ("sessions/looking/", 0, UNKNOWN, 0),
        ("whats-new/", 0, CURRENT, 0),
        ("whats-new/", 1, SINCE, 1),
        ("whats-new/", 2, SINCE_TWO, 2),
        ("whats-new/", 3, SINCE_TWO, 2),
    ],
)
def test_a_version_is_judged(
    site: tuple[Path, list[str]],
    serve: Any,
    browser: Any,
    address: str,
    back: int,
    words: str,
    later: int,
) -> None:
    page = browser.new_page()
    page.goto(f"{serve(site[0])}{address}?v={site[1][back]}")
    told = page.locator("[data-versions]").inner_text()
    marked = page.locator(".is-later").count()
    page.close()

    assert " ".join(told.split()) == f"Your copy is version {site[1][back]}. {words}"
    assert marked == later


@pytest.mark.parametrize("query", ["", "?v=", "?v=<b>", "?v=zzzzzzz", "?v=123"])
def test_what_is_no_version_is_passed_over(
    site: tuple[Path, list[str]], serve: Any, browser: Any, query: str
) -> None:
    page = browser.new_page()
    page.goto(f"{serve(site[0])}sessions/looking/{query}")
    shown = page.locator("[data-versions]").is_visible()
    page.close()

    assert not shown
