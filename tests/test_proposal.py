"""What a job says of a proposal, run for real on clones whose proposal means harm."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import EXAMPLES, ROOT


@dataclass
class Clone:
    """The second course with a commit on its main branch. Its .venv runs this project's code."""

    root: Path

    def git(self, *arguments: str) -> None:
        person = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.org"]
        environment = os.environ | {"GIT_CONFIG_GLOBAL": os.devnull}
        subprocess.run(["git", *person, *arguments], cwd=self.root, env=environment, check=True)

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def program(self, name: str, text: str) -> None:
        self.write(name, f"#!/bin/sh\n{text}\n")
        (self.root / name).chmod(0o755)

    def propose(self) -> tuple[int, str, str]:
        """Run the job: its exit status, what it printed, and the comment it leaves."""
        self.git("add", "-Af")
        self.git("commit", "-qm", "A proposal")
        done = subprocess.run(
            [self.root / ".ci" / "proposal", "HEAD~1", "proposal"],
            env=os.environ | {"PYTHONPATH": str(ROOT / "hooks")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stderr.count("Traceback") == 0
        return done.returncode, done.stdout, (self.root / "proposal" / "comment.md").read_text()


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    made = Clone(tmp_path / "clone")
    for folder in ("data", "docs"):
        shutil.copytree(EXAMPLES / "lichens" / folder, made.root / folder)
    made.git("init", "-q", "-b", "main")
    made.write(".ci/proposal", (ROOT / ".ci" / "proposal").read_text().replace("=200", "=20"))
    (made.root / ".ci" / "proposal").chmod(0o755)
    made.program(".ci/install", "")
    made.program(".venv/bin/handbook", f'exec {sys.executable} -m handbook.cli "$@"')
    made.program(".venv/bin/mkdocs", "echo built")
    made.git("add", "-Af")
    made.git("commit", "-qm", "The second course")
    return made


def test_a_sound_proposal_is_compared_and_built(clone: Clone) -> None:
    clone.write("docs/notes.md", "# Notes\n\nWritten by hand.\n")
    status, printed, comment = clone.propose()

    assert (status, printed) == (0, "")
    assert "notes" in comment.lower()
    assert (clone.root / "proposal" / "build.log").read_text() == "built\n"


def test_a_hostile_proposal_ends_with_its_faults_and_nothing_else(
    clone: Clone, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hunter2")
    docs = clone.root / "docs"
    (docs / "round").symlink_to(".")
    (docs / "up").symlink_to("..")
    (docs / "secret.md").symlink_to(secret)
    (docs / "passwords").symlink_to("/etc")
    clone.write("docs/a\n::error::b.txt", "")
    clone.write(f"data/cases/{'x' * 200}.yml", "title: '::warning::c ${{ d }} <!--'\n")
    clone.write("data/cases/\u202egnidliub.yml", "title: \x1b[31mred\n")
    clone.write("data/glossary.yml", "bomb: &a [*a, *a]\n")
    clone.write("data/references.bib", "@string{a = a # a}\n")
    clone.write(".cache/handbook/unfinished-1.json", '{"process": 1, "ready": true, "steps": [')
    (clone.root / ".cache" / "handbook" / "history-x.json").symlink_to("/dev/zero")
    (clone.root / "proposal").mkdir()
    (clone.root / "proposal" / "comment.md").symlink_to(secret)

    status, printed, comment = clone.propose()

    assert status == 1
    lines = printed.splitlines()
    assert [one for one in lines if not one.startswith(("::error file=", "::warning file="))] == []
    codes = {line.partition("title=")[2][:5] for line in lines}
    assert codes >= {"HB002", "HB012", "HB013", "HB018"}
    for sign in ("\x1b", "\u202e", "hunter2"):
        assert sign not in printed + comment
    assert "::error::b" not in comment
    assert secret.read_text() == "hunter2"
    assert not (clone.root / "proposal" / "build.log").exists()


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (".ci/install", "The program could not be installed: install.log, which this job left, "),
        (".venv/bin/handbook", "The comparison with the main branch could not be made.\n"),
        (".venv/bin/mkdocs", "\nThe handbook could not be built: build.log, which this job left, "),
    ],
)
def test_a_step_that_takes_too_long_is_stopped_and_named(
    step: str, words: str, clone: Clone
) -> None:
    script = clone.root / ".ci" / "proposal"
    script.write_text(script.read_text().replace("limit=20 ", "limit=0.3 "))
    clone.program(".venv/bin/handbook", "")
    clone.program(step, "sleep 30")
    status, printed, comment = clone.propose()

    assert status != 0
    assert printed == ""
    assert comment.startswith(words)
    assert "was stopped: it took more than 0.3 seconds, or all memory." in comment
