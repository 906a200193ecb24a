"""New records: they pass the check at once, and every field in them can be used."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import EXAMPLES

from handbook import book as books
from handbook import cli, editor, rehearsal, skeleton
from handbook.commands import FINE, PROBLEMS, USAGE
from handbook.compose import inspect
from handbook.schema import KINDS


def project(folder: Path) -> Path:
    """The second course, with its schemas."""
    root = folder / "project"
    for name in ("data", "docs"):
        shutil.copytree(EXAMPLES / "lichens" / name, root / name)
    rehearsal.write(root, editor.files(books.load(root)[0]))
    return root


def new_id(kind: str) -> str:
    return "2032" if kind == "edition" else "moss"


def texts(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
        for path in root.rglob("*.*")
        if path.is_file() and ".cache" not in path.parts
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_record_passes_the_check_at_once(
    kind: str,
    tmp_path: Path,
    golden: Callable[[Path, str], str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    root = project(tmp_path)
    before = texts(root)

    assert cli.main(["new", kind, new_id(kind), "--root", str(root)]) == FINE

    assert "\nnext: write " in capsys.readouterr().err
    problems = inspect(root).problems
    assert {one.code for one in problems} <= {"HB106", "HB114", "HB302", "HB303"}  # not used yet
    made = {name: text for name, text in texts(root).items() if before.get(name) != text}
    assert (
        made.pop("data/.schema/ids.json")
        == editor.files(books.load(root)[0])["data/.schema/ids.json"]
    )
    for name, text in made.items():
        assert golden(EXAMPLES / "new" / kind / name.removeprefix("data/"), text) == text


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_it_can_be_used_by_deleting_its_sign(kind: str, tmp_path: Path) -> None:
    root = project(tmp_path)
    made = skeleton.made(root, inspect(root), kind, new_id(kind))
    for name, text in made.changes.items():
        if text and name.endswith(".yml"):
            whole = re.sub(r"^( *)# (?=[a-z_]+:(?: |$)|  )", r"\1", text, flags=re.MULTILINE)
            whole = whole.replace("yaml-language-server:", "# yaml-language-server:")
            (root / name).write_text(whole, encoding="utf-8")

    faults = {str(one) for one in inspect(root).problems if one.severity == "error"}
    assert {words for words in faults if not re.search("HB(?:202|214|302|303|413)", words)} == set()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["case", "wall-survey"],
            (
                'there is a case "wall-survey" already in data/cases/wall-survey.yml: '
                "choose another id"
            ),
        ),
        (
            ["term", "UV light"],
            (
                '"UV light" is no id: it has lower-case letters, digits and single hyphens; '
                "write uv-light"
            ),
        ),
        (
            ["place", "index"],
            '"index" is no id: it has lower-case letters, digits and single hyphens',
        ),
        (
            ["edition", "spring"],
            "an edition's id begins with its year, such as 2027 or 2027-spring",
        ),
    ],
)
def test_an_id_that_cannot_be_had_is_refused_with_a_hint(
    arguments: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = project(tmp_path)
    before = texts(root)

    assert cli.main(["new", *arguments, "--root", str(root)]) == USAGE
    assert capsys.readouterr().err == f"handbook: {words}\n"
    assert texts(root) == before


def test_an_old_address_is_not_given_to_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = project(tmp_path)

    assert cli.main(["new", "place", "old-herbarium", "--root", str(root)]) == PROBLEMS
    assert '"old-herbarium" already leads to "old-herbarium"' in capsys.readouterr().err
    assert not (root / "data" / "places" / "old-herbarium.yml").exists()


def test_an_entry_stands_in_its_place_where_entries_stand_in_order(tmp_path: Path) -> None:
    root = project(tmp_path)
    glossary = root / "data" / "glossary.yml"

    assert cli.main(["new", "term", "tundra", "--root", str(root)]) == FINE

    lines = glossary.read_text(encoding="utf-8").split("\n")
    assert [line.partition(":")[0] for line in lines if line and line[0] not in " #"] == [
        "thallus",
        "tundra",
        "uv",
    ]


def test_a_session_without_outcomes_to_serve_has_to_wait_for_one(
    tree: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    root = tree({"data/course.yml": "title: T\ntime_zone: UTC\n", "docs/a.md": "# A"})

    assert cli.main(["new", "session", "one", "--root", str(root)]) == PROBLEMS
    assert "serves no learning outcome" in capsys.readouterr().err
    assert cli.main(["new", "outcome", "first", "--root", str(root)]) == FINE
    assert cli.main(["new", "session", "one", "--root", str(root)]) == FINE
    assert {one.code for one in inspect(root).problems} == {"HB114"}


@pytest.mark.parametrize(
    ("text", "slug"), [("Åsa's café", "asa-s-cafe"), ("My_Case 2", "my-case-2"), ("日本", "")]
)
def test_a_name_becomes_the_id_that_was_probably_meant(text: str, slug: str) -> None:
    assert skeleton.slug(text) == slug
