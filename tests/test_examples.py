"""Every example folder is a test: sound ones become the expected pages, faulty ones the words."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import EXAMPLES, ROOT

from handbook import report
from handbook.codes import catalogue
from handbook.compose import compose, inspect
from handbook.pages import Page

FAULTS = sorted(path.name for path in (EXAMPLES / "faults").iterdir())


def faulty(name: str, folder: Path, kind: str = "faults") -> Path:
    """The second course with the files of one example laid over it."""
    root = folder / "project"
    shutil.copytree(EXAMPLES / "lichens" / "data", root / "data")
    shutil.copytree(EXAMPLES / "lichens" / "docs", root / "docs")
    shutil.copytree(EXAMPLES / kind / name, root, dirs_exist_ok=True)
    deleted = root / "deleted.txt"
    for gone in deleted.read_text().split() if deleted.exists() else []:
        (root / gone).unlink()
    return root


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_gives_exactly_these_words(
    name: str, tmp_path: Path, golden: Callable[[Path, str], str]
) -> None:
    found = inspect(faulty(name, tmp_path)).problems

    told = report.text(found)
    assert golden(EXAMPLES / "faults" / name / "problems.txt", told) == told


@pytest.mark.parametrize("name", [name for name in FAULTS if name.startswith("HB")])
def test_one_fault_gives_its_code_and_at_most_two_problems(name: str, tmp_path: Path) -> None:
    found = inspect(faulty(name, tmp_path)).problems

    assert name.partition("-")[0] in {problem.code for problem in found}
    assert 1 <= len(found) <= 2


@pytest.mark.parametrize("name", sorted(path.name for path in (EXAMPLES / "passes").iterdir()))
def test_what_is_just_right_is_no_problem(name: str, tmp_path: Path) -> None:
    assert inspect(faulty(name, tmp_path, "passes")).problems == ()


def test_every_code_has_a_fault_that_shows_it() -> None:
    made_in_code = {"HB011", "HB012", "HB015"}  # too large, or links: see test_source
    made_in_code |= {"HB230", "HB231"}  # the git history: see test_history
    made_in_code |= {"HB415"}  # what is met when the PDF is made: see test_pdf

    assert {name.partition("-")[0] for name in FAULTS if name.startswith("HB")} == (
        set(catalogue()) - made_in_code
    )


def written(page: Page) -> str:
    """A page as one text: where it comes from, then its body."""
    return f"<!-- {page.title} | {page.source} | {page.meta.get('template', '')} -->\n{page.body}"


def test_the_second_course_becomes_these_pages(
    tmp_path: Path, golden: Callable[[Path, str], str]
) -> None:
    for name in ("data", "docs"):
        shutil.copytree(EXAMPLES / "lichens" / name, tmp_path / name)
    shutil.copytree(ROOT / "overrides", tmp_path / "overrides")

    made = compose(tmp_path)

    assert [problem.code for problem in made.problems] == ["HB230"]  # this copy has no history
    rules = next(page.body for page in made.pages if page.uri == "contributing/rules.md")
    assert [code for code in catalogue() if f"{{: #{code} }}" not in rules] == []
    for page in made.pages:
        if page.uri != "contributing/rules.md":
            text = written(page)
            assert golden(EXAMPLES / "lichens" / "pages" / page.uri, text) == text
    expected = {
        path.relative_to(EXAMPLES / "lichens" / "pages").as_posix()
        for path in (EXAMPLES / "lichens" / "pages").rglob("*.md")
    }
    assert expected == {page.uri for page in made.pages} - {"contributing/rules.md"}
