"""Another course: the same program, and not a word of this one."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import ROOT

from handbook import cli, start
from handbook.commands import FINE
from handbook.compose import inspect


def test_a_new_course_passes_the_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """That it builds, and says nothing of this course, is shown where its recipe is followed."""
    folder = tmp_path / "courses" / "birds"
    title = 'Birds: an "introduction"'

    assert cli.main(["init", str(folder), "--title", title]) == FINE
    assert capsys.readouterr() == ("", f"made {folder}: its README.md says how to go on\n")
    assert cli.main(["check", "--strict", "--root", str(folder)]) == FINE

    assert sorted(path.name for path in folder.parent.iterdir()) == ["birds"]
    assert (folder / "data" / "references.bib").read_text(encoding="utf-8").startswith("% ")
    assert inspect(folder).book.course.title == title
    assert (folder / "README.md").read_text(encoding="utf-8").startswith(f"# {title}\n")


def test_a_title_is_text_in_the_readme_too(tmp_path: Path) -> None:
    start.start(tmp_path / "new", "<script>x</script> & [y](z)\n# two")

    first = (tmp_path / "new" / "README.md").read_text(encoding="utf-8").split("\n")[0]
    assert first == r"# \<script\>x\</script\> \& \[y\](z) \# two"


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
