"""Another course: the same program, and not a word of this one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import ROOT, mkdocs

from handbook import cli, start

WORDS = re.compile(
    r"\bATMP|Karolinska|\bGMP\b|CAR T|Vecura|NextCell|JACIE|Stockholm|mRNA|patient|medicin"
    r"|bedside|gene therap|Läkemedel|Huddinge|Flemingsberg|leukapheresis|Swed(?!ish\b)",
    re.IGNORECASE,
)
"""Words of this course; that terms can have a Swedish form is a field of the schema."""


def test_a_new_course_builds_strictly_and_says_nothing_of_this_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "courses" / "birds"

    assert cli.main(["init", str(folder), "--title", 'Birds: an "introduction"']) == cli.FINE
    assert capsys.readouterr() == ("", f"made {folder}: its README.md says how to go on\n")
    assert cli.main(["check", "--strict", "--root", str(folder)]) == cli.FINE
    assert cli.main(["new", "outcome", "see-birds", "--root", str(folder)]) == cli.FINE
    assert cli.main(["new", "session", "herons", "--root", str(folder)]) == cli.FINE
    assert cli.main(["check", "--strict", "--root", str(folder)]) == cli.FINE
    built = mkdocs(folder, "--strict")
    assert built.returncode == 0, built.stderr

    assert sorted(path.name for path in folder.parent.iterdir()) == ["birds"]
    home = (folder / "site" / "index.html").read_text(encoding="utf-8")
    assert "Birds: an &#34;introduction&#34;" in home
    said = {
        path.relative_to(folder).as_posix(): found
        for path in folder.rglob("*")
        if path.is_file()
        and path.suffix in (".html", ".md", ".yml", ".json", ".toml", ".css", ".txt")
        and path.relative_to(folder).parts[0] != "hooks"
        and (found := WORDS.findall(path.read_text(encoding="utf-8")))
    }
    assert said == {}


def test_what_is_there_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "empty").mkdir()

    for folder, words in (
        (tmp_path, "is not empty"),
        (tmp_path / "mine", "is a file"),
        (ROOT / "hooks" / "new", "lies inside hooks"),
    ):
        with pytest.raises(start.NotStartedError, match=words):
            start.start(folder, "T")
    with pytest.raises(start.NotStartedError, match="not installed from a clone"):
        start.start(tmp_path / "new", "T", home=tmp_path)
    with pytest.raises(start.NotStartedError, match="cannot cite"):
        start.start(tmp_path / "new", "[@key]")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "mine"]

    start.start(tmp_path / "empty", "T")
    assert (tmp_path / "empty" / "data" / "course.yml").exists()
