"""The command line: exit status, streams, and plain words."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import EXAMPLES, ROOT

from handbook import cli, commands
from handbook.codes import catalogue
from handbook.commands import FINE, PROBLEMS, USAGE
from handbook.schema import KINDS

NO_DATA = " has no data/ folder: go to the handbook's folder"
ABOUT_FILES = [one for one in catalogue() if one.startswith("HB01")]
LICHENS = str(EXAMPLES / "lichens")


def test_a_sound_handbook_has_no_problems(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", "--root", LICHENS, "--strict"]) == FINE
    assert capsys.readouterr() == ("", "no problems\n")


def test_json_stands_alone_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", "--root", LICHENS, "--format", "json"]) == FINE
    assert json.loads(capsys.readouterr().out) == []


def test_warnings_count_only_when_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "project"
    shutil.copytree(EXAMPLES / "lichens", root)
    (root / "data" / "lecturers" / "nobody.yml").write_text("name: Nobody\nsummary: Unused.\n")

    assert cli.main(["check", "--root", str(root)]) == FINE
    assert cli.main(["check", "--root", str(root), "--strict"]) == PROBLEMS
    assert capsys.readouterr().err == "1 warning\n1 warning\n"


def test_errors_exit_with_one(tmp_path: Path) -> None:
    root = tmp_path / "project"
    shutil.copytree(EXAMPLES / "lichens", root)
    (root / "data" / "course.yml").unlink()

    assert cli.main(["check", "--root", str(root)]) == PROBLEMS


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "--root", "/nowhere"], "handbook: there is no folder /nowhere\n"),
        (
            ["check", "--root", str(ROOT / "tests")],
            f"handbook: {ROOT}/tests{NO_DATA}, which is {ROOT}, or name it with --root\n",
        ),
        (["check", "--root", "/"], f"handbook: /{NO_DATA}, or name it with --root\n"),
        (["explain", "HB-102"], "handbook: there is no rule HB-102 (did you mean HB102?)\n"),
        (
            ["explain", "hb01"],
            f"handbook: there is no rule hb01 (these begin so: {', '.join(ABOUT_FILES)})\n",
        ),
    ],
)
def test_a_wrong_call_says_what_is_wrong(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(arguments) == USAGE
    assert capsys.readouterr().err == words


@pytest.mark.parametrize("epoch", ["", "abc", "-5", "²", "99999999999999"])
def test_a_today_that_is_none_is_told(
    epoch: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)

    assert cli.main(["check", "--root", LICHENS]) == USAGE
    assert capsys.readouterr().err.startswith(f"handbook: SOURCE_DATE_EPOCH is {epoch!r}")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("new lecture x", 'argument KIND: there is no kind "lecture" (did you mean lecturer?)'),
        ("new zebra x", f'argument KIND: there is no kind "zebra" (there are {", ".join(KINDS)})'),
        (
            "new case case-x.yml",
            'argument ID: "case-x.yml" is a file\'s name: write case-x',
        ),
        (
            "roll next --starts 2032-05-31",
            'argument YEAR: "next" is no year: write 2027, for example',
        ),
        (
            "roll ../x --starts 2032-05-31",
            'argument YEAR: "../x" is no year: write 2027, for example',
        ),
        (
            "rename case data/cases/old.yml new",
            'argument OLD: "data/cases/old.yml" is a file\'s name: write old',
        ),
    ],
)
def test_what_was_typed_by_a_slip_is_told(
    arguments: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(arguments.split())

    assert stopped.value.code == USAGE
    assert capsys.readouterr().err.endswith(f": error: {words}\n")


@pytest.mark.parametrize("arguments", [("import",), ("due", "--links")])
def test_a_file_without_an_end_is_not_read(
    arguments: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.truncate(10**12)  # a hole that takes no place
    most = f"the file has {10**12:,} bytes; at most {commands.LARGEST:,} are read"

    for file, why in (
        (Path("/dev/zero"), "this is no plain file"),
        (pipe, "this is no plain file"),
        (large, most),
    ):
        assert cli.main([*arguments, str(file), "--root", LICHENS]) == USAGE
        assert capsys.readouterr() == ("", f"handbook: {file}: {why}\n")


def test_a_sheet_of_separators_is_refused_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = tmp_path / "sheet.csv"
    for text in (";" * 500_000, "day" + "," * 500_000, '"' + "a" * 500_000, "a" * 500_000):
        sheet.write_text(f"{text}\n{text}\n")
        assert cli.main(["import", str(sheet), "--root", LICHENS]) == PROBLEMS
        told = capsys.readouterr().err
        assert told.endswith("handbook: nothing was written\n")
        assert len(told) < 1000


@pytest.mark.parametrize("form", ["text", "json", "github"])
def test_a_name_that_is_no_utf_8_is_told(form: str, tmp_path: Path) -> None:
    root = tmp_path / "project"
    shutil.copytree(EXAMPLES / "lichens", root)
    (root / "data" / "cases" / os.fsdecode(b"\xff.yml")).write_text("title: X\n")
    (root / "docs" / os.fsdecode(b"\xfe.md")).write_text("# X\n")

    done = subprocess.run(
        [sys.executable, "-m", "handbook.cli", "check", "--format", form, "--root", root],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == PROBLEMS
    assert (done.stdout.count(r"\udcff.yml"), done.stdout.count(r"\udcfe.md")) == (1, 1)
    assert done.stderr == "2 errors\n"


def test_an_id_has_a_length_that_file_systems_bear(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "project"
    shutil.copytree(EXAMPLES / "lichens", root)
    words = f'handbook: "{"x" * 59}…" is no id: it has 100 characters at most\n'

    for command in (["new", "case"], ["rename", "place", "herbarium"]):
        assert cli.main([*command, "x" * 101, "--root", str(root)]) == USAGE
        assert capsys.readouterr().err == words
        assert cli.main([*command, "x" * 100, "--root", str(root)]) == FINE
        capsys.readouterr()


def test_an_unknown_option_is_a_wrong_call(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(["check", "--fromat", "json"])

    assert stopped.value.code == USAGE
    assert "--fromat" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["schema", "--write"], ["check", "--fix"]])
def test_nothing_is_written_through_a_link_that_leads_out(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root, elsewhere = tmp_path / "project", tmp_path / "elsewhere"
    shutil.copytree(EXAMPLES / "lichens", root)
    shutil.rmtree(root / "data" / ".schema", ignore_errors=True)
    elsewhere.mkdir()
    (elsewhere / "ids.json").write_text("{}")
    (elsewhere / "mine.yml").write_text("name:\u00a0Nobody\n")
    (root / "data" / ".schema").symlink_to(elsewhere)
    (root / "data" / "lecturers" / "mine.yml").symlink_to(elsewhere / "mine.yml")

    assert cli.main([*command, "--root", str(root)]) == PROBLEMS
    assert "HB012" in capsys.readouterr().out or command[0] == "schema"
    found = {path.name: path.read_text() for path in elsewhere.iterdir()}
    assert found == {"ids.json": "{}", "mine.yml": "name:\u00a0Nobody\n"}
