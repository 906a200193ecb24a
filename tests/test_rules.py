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
