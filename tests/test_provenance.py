"""Who changed what: real git repositories with merges, renamings, strange names; and none."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from handbook import provenance, store
from handbook.git import GitError
from handbook.provenance import Commit

BEGUN = 1_790_000_000


class Repository:
    """Commits are an hour apart."""

    def __init__(self, folder: Path, below: str = "") -> None:
        self.top, self.root = folder, folder / below
        self.root.mkdir(parents=True, exist_ok=True)
        self.time = BEGUN
        self.git("init", "-q", "-b", "main")

    def git(self, *words: str) -> str:
        moment = f"{self.time} +0200"
        person = [
            "-c",
            "user.name=N",
            "-c",
            "user.email=n@example.org",
            "-c",
            "diff.renames=copies",
        ]
        return subprocess.run(
            ["git", *person, *words],
            cwd=self.top,
            env=os.environ | {"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    def commit(self, files: Mapping[str, str | None]) -> Commit:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                path.unlink()
            else:
                path.write_text(text)
        self.time += 3600
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "data/course.yml\n\nWords, not names.")
        return self.last()

    def last(self) -> Commit:
        return Commit(self.git("rev-parse", "HEAD"), dt.datetime.fromtimestamp(self.time, dt.UTC))


def test_each_file_has_its_own_commits_the_newest_first(tmp_path: Path) -> None:
    made = Repository(tmp_path)
    first = made.commit({"data/course.yml": "a", "docs/about.md": "a", "README.md": "a"})
    second = made.commit({"data/course.yml": "b"})
    made.commit({"README.md": "b"})

    assert provenance.read(tmp_path) == {
        "data/course.yml": (second, first),
        "docs/about.md": (first,),
    }


def test_a_renaming_begins_anew_and_what_is_gone_keeps_its_own(tmp_path: Path) -> None:
    made = Repository(tmp_path)
    first = made.commit({"data/cases/old.yml": "a long text that stays\n" * 9})
    second = made.commit(
        {"data/cases/old.yml": None, "data/cases/new.yml": "a long text that stays\n" * 9}
    )

    assert provenance.read(tmp_path) == {
        "data/cases/new.yml": (second,),
        "data/cases/old.yml": (second, first),
    }


@pytest.mark.parametrize(
    "name", ["docs/å b.md", "docs/ny\nrad.md", 'docs/"q"\t.md', "docs/\x01a 1.md"]
)
def test_any_name_comes_out_as_it_is(tmp_path: Path, name: str) -> None:
    first = Repository(tmp_path).commit({name: "a"})

    assert provenance.read(tmp_path) == {name: (first,)}
    assert provenance.read(tmp_path) == {name: (first,)}


def test_a_merge_counts_only_where_it_wrote_something_itself(tmp_path: Path) -> None:
    made = Repository(tmp_path)
    first = made.commit({"data/a.yml": "a", "data/b.yml": "a", "data/c.yml": "a"})
    made.git("checkout", "-q", "-b", "side")
    side = made.commit({"data/b.yml": "side", "data/c.yml": "side"})
    made.git("checkout", "-q", "main")
    main = made.commit({"data/a.yml": "main", "data/c.yml": "main"})
    made.git("merge", "-q", "--no-commit", "-s", "ours", "side")
    merge = made.commit({"data/b.yml": "side", "data/c.yml": "both"})

    assert provenance.read(tmp_path) == {
        "data/a.yml": (main, first),
        "data/b.yml": (side, first),
        "data/c.yml": (merge, main, side, first),
    }


def test_a_handbook_may_lie_in_a_folder_of_its_repository(tmp_path: Path) -> None:
    made = Repository(tmp_path, "courses/one")
    first = made.commit({"data/a.yml": "a"})
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "other.yml").write_text("a")
    made.commit({"docs/b.md": "a"})

    assert list(provenance.read(made.root)) == ["docs/b.md", "data/a.yml"]
    assert provenance.read(made.root)["data/a.yml"] == (first,)


def test_it_is_asked_once_a_commit_and_a_damaged_answer_anew(tmp_path: Path) -> None:
    made = Repository(tmp_path)
    made.commit({"data/a.yml": "a", ".gitignore": ".cache\n"})
    found = provenance.read(tmp_path)
    (kept,) = (tmp_path / ".cache" / "handbook").glob("provenance-*.json")
    text = kept.read_text()

    kept.write_text(text.replace("data/a.yml", "data/kept.yml"))
    assert list(provenance.read(tmp_path)) == ["data/kept.yml"]
    for damaged in ("", "{}", '{"commits": [], "files": {"data/a.yml": [0]}}', text[:-9], "[1]"):
        kept.write_text(damaged)
        assert provenance.read(tmp_path) == found
    second = made.commit({"data/a.yml": "b"})
    assert provenance.read(tmp_path)["data/a.yml"][0] == second


@pytest.mark.parametrize("below", ["shallow", "no repository", "nothing committed"])
def test_a_history_that_is_not_whole_is_none(tmp_path: Path, below: str) -> None:
    made = Repository(tmp_path / "whole")
    made.commit({"data/a.yml": "a"})
    made.commit({"data/a.yml": "b"})
    made.git("clone", "-q", "--depth=1", f"file://{made.root}", str(tmp_path / "shallow"))
    (tmp_path / "no repository").mkdir()
    made.git("init", "-q", str(tmp_path / "nothing committed"))
    words = {
        "shallow": "this is a shallow clone",
        "no repository": "this is no git repository",
        "nothing committed": "nothing is committed yet",
    }

    with pytest.raises(GitError, match=words[below]):
        provenance.read(tmp_path / below)


def test_without_git_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Repository(tmp_path).commit({"data/a.yml": "a"})
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(GitError, match="git is missing"):
        provenance.read(tmp_path)


def test_a_folder_is_as_new_as_the_newest_in_it(tmp_path: Path) -> None:
    made = Repository(tmp_path)
    first = made.commit({"data/cases/a.yml": "a", "data/cases-old.yml": "a"})
    second = made.commit({"data/cases/b.yml": "a"})
    made.commit({"data/cases-old.yml": "b"})
    commits = provenance.read(tmp_path)

    assert provenance.of(commits, "data/cases")[0] == second
    assert provenance.of(commits, "data/cases/a.yml") == (first,)
    assert provenance.of(commits, "hooks/handbook/codes.yml") == ()
    assert store.of(tmp_path)
