"""What pre-commit does before a commit, in a real clone with the real hooks."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from conftest import EXAMPLES, ROOT, assemble

from handbook import cli
from handbook.commands import FINE

CONFIG = ".pre-commit-config.yaml"


def git(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    identity = {
        f"GIT_{who}_{what}": "a@b.example"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    return subprocess.run(
        ["git", *arguments],
        cwd=root,
        # The project's own program, and neither the hooks nor the settings of whoever runs the test
        env=os.environ
        | identity
        | {
            "GIT_CONFIG_GLOBAL": os.devnull,
            "PRE_COMMIT_HOME": str(root.parent / "pre-commit"),
            "PYTHONPATH": str(root / "hooks"),
        },
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone of the second course in which `pre-commit install` was run."""
    root = assemble(EXAMPLES / "lichens", tmp_path / "project")
    for file in (CONFIG, "pyproject.toml", ".gitignore"):
        shutil.copy(ROOT / file, root)
    assert cli.main(["schema", "--write", "--root", str(root)]) == FINE
    (root / ".venv").symlink_to(sys.prefix)
    git(root, "init", "-q")
    with (root / ".git" / "info" / "exclude").open("a") as exclude:
        exclude.write("/.venv\n")  # .gitignore knows it as a folder
    git(root, "add", "--all")
    assert git(root, "commit", "-q", "-m", "before").returncode == 0
    installed = subprocess.run(
        [sys.executable, "-m", "pre_commit", "install"],
        cwd=root,
        env=os.environ | {"GIT_CONFIG_GLOBAL": os.devnull},
        capture_output=True,
        text=True,
        check=False,
    )
    assert installed.returncode == 0, installed.stdout
    return root


def commit(root: Path) -> tuple[bool, str]:
    git(root, "add", "--all")
    done = git(root, "commit", "-m", "a change")
    return done.returncode == 0, done.stderr


def test_only_hooks_of_this_project_are_run() -> None:
    config = yaml.safe_load((ROOT / CONFIG).read_text())

    assert [one["repo"] for one in config["repos"]] == ["local"]
    assert {hook["language"] for one in config["repos"] for hook in one["hooks"]} == {"system"}


def test_a_sound_change_is_committed(clone: Path) -> None:
    case = clone / "data" / "cases" / "wall-survey.yml"
    case.write_text(case.read_text().replace("title: ", "title: The ", 1))

    assert commit(clone)[0]


def test_what_has_one_right_answer_is_mended_and_shown_before_it_is_committed(
    clone: Path,
) -> None:
    edition = clone / "data" / "editions" / "2031.yml"
    right = edition.read_text()
    edition.write_text(right.replace("start: 09:00", "start: 9.00", 1))
    assert edition.read_text() != right

    done, said = commit(clone)

    assert not done
    assert "files were modified by this hook" in said
    assert edition.read_text() == right
    assert git(clone, "status", "--short").stdout == "MM data/editions/2031.yml\n"


def test_a_fault_is_told_and_not_committed(clone: Path) -> None:
    case = clone / "data" / "cases" / "wall-survey.yml"
    case.write_text("title: [")

    done, said = commit(clone)

    assert not done
    assert "data/cases/wall-survey.yml:1:" in said
    assert "HB002" in said


def test_a_new_record_makes_its_id_known_to_editors(clone: Path) -> None:
    (clone / "data" / "sessions" / "drying.yml").write_text("title: Drying\nkind: social\n")

    first, said = commit(clone)
    again, _ = commit(clone)

    assert (first, again) == (False, True)
    assert "data/.schema/ids.json: has the ids that exist now" in said
    ids = json.loads(git(clone, "show", "HEAD:data/.schema/ids.json").stdout)
    assert "drying" in ids["$defs"]["sessions"]["enum"]


def test_code_is_linted_formatted_and_carries_its_schemas_along(clone: Path) -> None:
    schema = clone / "hooks" / "handbook" / "schema.py"
    schema.write_text(schema.read_text().replace('"The person\'s name."', "'Their name.'"))

    first, said = commit(clone)
    again, _ = commit(clone)

    assert (first, again) == (False, True)
    assert "1 file reformatted" in said
    lecturer = json.loads(git(clone, "show", "HEAD:data/.schema/lecturer.json").stdout)
    assert lecturer["properties"]["name"]["description"] == "Their name."
    (clone / "hooks" / "handbook" / "new.py").write_text("import os\n")
    assert "F401" in commit(clone)[1]
