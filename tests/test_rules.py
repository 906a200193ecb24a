"""Rules beyond the example folders: boundaries, and what waivers silence."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
from conftest import EXAMPLES

from handbook import schema
from handbook.compose import inspect

FRAMEWORK = schema.Framework.model_validate(
    {
        "title": "F",
        "summary": "S",
        "kind": "K",
        "issuer": "i",
        "body": "B",
        "editions": [
            {"version": "one", "from": "2020", "until": "2026-10-16"},
            {"version": "two", "from": "2026-10-17"},
        ],
    }
)


@pytest.mark.parametrize(
    ("day", "version"),
    [
        ("2019-12-31", None),
        ("2020-01-01", "one"),
        ("2026-10-16", "one"),
        ("2026-10-17", "two"),
        ("2040-01-01", "two"),
    ],
)
def test_the_edition_in_force_on_a_day(day: str, version: str | None) -> None:
    found = schema.in_force(FRAMEWORK, dt.date.fromisoformat(day))

    assert (found.version if found else None) == version


WAIVER = (
    "- {{rule: HB106, place: {place}, reason: She is back in 2032., owner: Curator, "
    "expires: {expires}}}\n"
)


@pytest.mark.parametrize(
    ("place", "expires", "codes"),
    [
        ("data/lecturers/nobody.yml", "2026-12-10", []),
        ("data/lecturers/nobody.yml", "2026-12-09", ["HB106", "HB109"]),
        ("data/lecturers/aino-esimerkki.yml", "2026-12-10", ["HB106", "HB112"]),
        ("data/lecturers", "2026-12-10", ["HB106", "HB112"]),
    ],
)
def test_a_waiver_silences_one_rule_at_one_place_until_its_day(
    tmp_path: Path, place: str, expires: str, codes: list[str]
) -> None:
    root = tmp_path / "project"
    shutil.copytree(EXAMPLES / "lichens", root)
    (root / "data" / "lecturers" / "nobody.yml").write_text("name: Nobody\nsummary: Not named.\n")
    (root / "data" / "waivers.yml").write_text(WAIVER.format(place=place, expires=expires))

    assert [problem.code for problem in inspect(root).problems] == codes


LAPSED = """\
editions:
  - {version: second edition, from: 2015, until: '2026', clauses: {3b: Take two}}
  - {version: third edition, from: '2027', clauses: {3a: Take one}}
"""
UNTAUGHT = """\
title: Pressing
kind: lab
outcomes: [find-lichens]
frameworks: [{framework: collecting-code, clauses: [CLAUSE]}]
"""
HELD = """\
- {rule: HB301, place: data/sessions/pressing.yml, reason: R., owner: O, expires: '2026-12-31'}
"""


@pytest.mark.parametrize(
    ("clause", "waivers", "before", "after"),
    [
        ("3b", "", [], ["HB304 warning"]),
        ("9z", "", ["HB304 error"], ["HB304 error"]),
        ("", HELD, [], ["HB301 warning", "HB109 warning"]),
    ],
    ids=["an edition ends", "a clause that never was", "a waiver ends"],
)
def test_what_comes_with_the_day_is_no_error(
    tmp_path: Path, clause: str, waivers: str, before: list[str], after: list[str]
) -> None:
    """Else the nightly publication would stop, and with it what has to be taken off the site."""
    root = tmp_path / "project"
    shutil.copytree(EXAMPLES / "lichens", root)
    session = UNTAUGHT.replace("CLAUSE", clause) if clause else "title: Pressing\nkind: lab\n"
    (root / "data" / "sessions" / "pressing.yml").write_text(session)
    if waivers:
        (root / "data" / "waivers.yml").write_text(waivers)
    code = root / "data" / "frameworks" / "collecting-code.yml"
    text = code.read_text()
    code.write_text(text[: text.index("editions:")] + LAPSED + text[text.index("body:") :])

    def told(day: dt.date) -> list[str]:
        found = inspect(root, day).problems
        here = [one for one in found if "collecting.yml" not in one.file]
        return [f"{one.code} {one.severity}" for one in here]

    assert told(dt.date(2026, 12, 31)) == before
    assert told(dt.date(2027, 1, 1)) == after


def test_no_example_has_an_error_on_a_later_day_that_it_has_not_today(tmp_path: Path) -> None:
    """But for HB234, which warns of it: what cannot be told without must not be told at all."""
    for example in sorted((EXAMPLES / "faults").iterdir()):
        if example.name.startswith("HB234"):
            continue
        root = tmp_path / example.name
        shutil.copytree(EXAMPLES / "lichens", root)
        shutil.copytree(example, root, dirs_exist_ok=True)
        today, later = (
            {str(one) for one in inspect(root, day).problems if one.severity == "error"}
            for day in (dt.date(2026, 12, 10), dt.date(2041, 1, 1))
        )
        assert later <= today, example.name
