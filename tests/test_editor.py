"""The schemas for editors, judged by an independent validator that reads YAML as editors do."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import EXAMPLES, ROOT
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from test_examples import FAULTS, faulty

from handbook import book as books
from handbook import cli, editor
from handbook.commands import FINE, PROBLEMS
from handbook.schema import COLLECTIONS


class Yaml12(yaml.CSafeLoader):
    """The core schema of YAML 1.2, which editors use: `no` and `13:00` are text, 2026 a number."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own way


for tag, form, signs in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
):
    Yaml12.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{form})$"), signs)
Yaml12.add_constructor("tag:yaml.org,2002:int", lambda _, node: int(node.value))


def kind_of(path: Path, data: Path) -> str:
    name = path.relative_to(data).parts[0].removesuffix(".yml")
    return COLLECTIONS[name].singular


def validators(schemas: Mapping[str, str]) -> dict[str, Draft202012Validator]:
    found = {Path(name).stem: json.loads(text) for name, text in schemas.items()}
    ids = Resource.from_contents(found["ids"])
    registry: Registry[Any] = Registry().with_resource(editor.IDS, ids)
    return {
        name: Draft202012Validator(
            one, registry=registry, format_checker=Draft202012Validator.FORMAT_CHECKER
        )
        for name, one in found.items()
    }


def complaints(root: Path) -> list[str]:
    """What an editor would underline in the data below a folder: file, path, words."""
    book, _ = books.load(root)
    judges = validators(editor.files(book))
    return [
        f"{path.relative_to(root)} {'.'.join(map(str, error.absolute_path))}"
        for path in sorted((root / "data").rglob("*.yml"))
        for error in judges[kind_of(path, root / "data")].iter_errors(
            yaml.load(path.read_text(encoding="utf-8"), Yaml12)  # noqa: S506 - a safe loader
        )
    ]


def test_the_committed_schemas_are_current() -> None:
    """Where this fails, `handbook schema --write` mends it.

    The ids may lag behind: whoever adds a record in a browser cannot renew them.
    """
    ids = f"{editor.FOLDER}/{editor.IDS}"
    current = editor.files(books.load(ROOT)[0])
    committed = {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for path in (ROOT / editor.FOLDER).iterdir()
    }

    assert committed.keys() == current.keys()
    assert committed | {ids: ""} == current | {ids: ""}
    assert json.loads(committed[ids])["$defs"].keys() == json.loads(current[ids])["$defs"].keys()


def added_in_a_browser(folder: Path) -> Path:
    """The second course with its schemas, and then a record that these do not know."""
    root = folder / "project"
    for name in ("data", "docs"):
        shutil.copytree(EXAMPLES / "lichens" / name, root / name)
    assert cli.main(["schema", "--write", "--root", str(root)]) == FINE
    session = root / "data" / "sessions" / "drying.yml"
    session.write_text("title: Drying\nkind: social\n")
    return root


def test_a_record_added_in_a_browser_fails_nothing_and_fix_makes_its_id_known(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = added_in_a_browser(tmp_path)
    ids = root / editor.FOLDER / editor.IDS
    before = ids.read_text()
    capsys.readouterr()

    assert cli.main(["check", "--strict", "--root", str(root)]) == FINE
    assert (ids.read_text(), capsys.readouterr()) == (before, ("", "no problems\n"))
    assert cli.main(["check", "--fix", "--root", str(root)]) == FINE
    assert capsys.readouterr().err == (
        "data/.schema/ids.json: has the ids that exist now\nno problems\n"
    )
    assert "drying" in json.loads(ids.read_text())["$defs"]["sessions"]["enum"]
    assert ids.read_text() == editor.files(books.load(root)[0])[f"{editor.FOLDER}/{editor.IDS}"]
    assert cli.main(["check", "--fix", "--root", str(root)]) == FINE
    assert capsys.readouterr().err == "no problems\n"


@pytest.mark.parametrize("left", ["<<<<<<< HEAD\n{}\n=======\n", "\udcff", ""])
def test_whatever_the_file_of_ids_holds_it_stops_nothing(left: str, tmp_path: Path) -> None:
    root = added_in_a_browser(tmp_path)
    ids = root / editor.FOLDER / editor.IDS
    ids.write_bytes(left.encode("utf-8", "surrogateescape"))

    assert cli.main(["check", "--strict", "--root", str(root)]) == FINE
    assert cli.main(["check", "--fix", "--root", str(root)]) == FINE
    assert "drying" in json.loads(ids.read_text())["$defs"]["sessions"]["enum"]


def test_ids_are_not_lost_where_a_file_cannot_be_read(tmp_path: Path) -> None:
    root = added_in_a_browser(tmp_path)
    ids = root / editor.FOLDER / editor.IDS
    before = ids.read_text()
    (root / "data" / "glossary.yml").write_text("a: [")

    assert cli.main(["check", "--fix", "--root", str(root)]) == PROBLEMS
    assert ids.read_text() == before


def test_ids_are_written_where_they_are_kept_and_nowhere_else(tmp_path: Path) -> None:
    root = added_in_a_browser(tmp_path)
    outside = tmp_path / "outside"
    (root / editor.FOLDER).rename(outside)
    before = (outside / editor.IDS).read_text()
    (root / editor.FOLDER).symlink_to(outside)

    assert cli.main(["check", "--fix", "--root", str(root)]) == FINE
    assert (outside / editor.IDS).read_text() == before
    (root / editor.FOLDER).unlink()
    assert cli.main(["check", "--fix", "--root", str(root)]) == FINE
    assert not (root / editor.FOLDER).exists()


def test_the_editor_is_told_the_schema_of_every_file() -> None:
    wanted = json.loads((ROOT / ".vscode" / "extensions.json").read_text())
    assert wanted == {"recommendations": ["redhat.vscode-yaml"]}
    settings = json.loads((ROOT / ".vscode" / "settings.json").read_text())

    assert settings["yaml.schemas"] == {
        f"./{editor.FOLDER}/{one.singular}.json": f"/data/{one.name}/*.yml"
        if one.layout == "folder"
        else f"/data/{one.name}.yml"
        for one in COLLECTIONS.values()
    }


def test_the_schemas_are_schemas() -> None:
    for text in editor.files(books.load(EXAMPLES / "tiny")[0]).values():
        Draft202012Validator.check_schema(json.loads(text))


@pytest.mark.parametrize("root", [ROOT, EXAMPLES / "lichens", EXAMPLES / "tiny"], ids=str)
def test_what_the_check_passes_the_editor_passes(root: Path) -> None:
    assert complaints(root) == []


@pytest.mark.parametrize("name", sorted(path.name for path in (EXAMPLES / "passes").iterdir()))
def test_what_is_just_right_is_not_underlined(name: str, tmp_path: Path) -> None:
    assert complaints(faulty(name, tmp_path, "passes")) == []


BEYOND_A_SCHEMA = {"HB102-unknown-group"}
"""An edition's groups are known in that edition only."""


@pytest.mark.parametrize(
    "name", [n for n in FAULTS if re.match("HB10[1-5]", n) and n not in BEYOND_A_SCHEMA]
)
def test_a_typical_fault_is_underlined_where_the_check_sees_it(name: str, tmp_path: Path) -> None:
    root = faulty(name, tmp_path)
    changed = {
        path.relative_to(EXAMPLES / "faults" / name).as_posix()
        for path in (EXAMPLES / "faults" / name).rglob("*.yml")
    }

    found = {words.partition(" ")[0] for words in complaints(root)}

    assert found
    assert found <= changed


def fields(node: Any) -> Iterator[dict[str, Any]]:
    """Every field of a schema, wherever it stands."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "properties":
                yield from value.values()
            yield from fields(value)
    elif isinstance(node, list):
        for value in node:
            yield from fields(value)


def test_every_field_says_what_it_is_and_its_examples_fit(tmp_path: Path) -> None:
    judges = validators(editor.files(books.load(tmp_path)[0]))  # no ids: so any is good
    for judge in judges.values():
        for field in fields(judge.schema):
            assert field["description"]
            for example in field.get("examples", ()):
                whole = {**field, "$defs": judge.schema.get("$defs", {})}
                assert judge.evolve(schema=whole).is_valid(example), (field, example)


def test_an_id_that_looks_like_a_number_may_be_written_as_one() -> None:
    used = validators(editor.files(books.load(EXAMPLES / "lichens")[0]))["case"]

    assert used.is_valid({"title": "T", "used": [2031]})
    assert used.is_valid({"title": "T", "used": ["2031"]})
    assert not used.is_valid({"title": "T", "used": [2032]})


def test_they_are_printed_for_programs_and_written_for_editors(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "data").mkdir()

    assert cli.main(["schema", "--root", str(tmp_path)]) == FINE
    printed = json.loads(capsys.readouterr().out)
    assert cli.main(["schema", "--write", "--root", str(tmp_path)]) == FINE
    assert capsys.readouterr() == ("", "wrote 13 schemas to data/.schema/\n")
    assert printed == {
        path.stem: json.loads(path.read_text()) for path in (tmp_path / editor.FOLDER).iterdir()
    }
