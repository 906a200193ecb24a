"""Several files as one change, even where the command that makes it is killed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from conftest import EXAMPLES

from handbook import cli, files

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills processes as POSIX does")

KILLED = """
import os, signal, sys
from handbook import cli
left = int(sys.argv.pop(1))
def counted(name):
    really = getattr(os, name)
    def call(*arguments, **options):
        global left
        left -= str(arguments[0]).startswith(sys.argv[-1])
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return really(*arguments, **options)
    return call
os.replace, os.unlink = counted("replace"), counted("unlink")
sys.exit(cli.main(sys.argv[1:]))
"""
"""Runs a command on the folder that it ends with. Before so many changes there it is killed."""
RENAME = ("rename", "place", "herbarium", "museum")


def project(folder: Path) -> Path:
    for name in ("data", "docs"):
        shutil.copytree(EXAMPLES / "lichens" / name, folder / name)
    return folder


def texts(root: Path) -> dict[str, str]:
    """All files in data/ and docs/, hidden ones too."""
    paths = [path for folder in ("data", "docs") for path in (root / folder).rglob("*")]
    return {
        path.relative_to(root).as_posix(): path.read_bytes().decode("latin-1")
        for path in paths
        if path.is_file()
    }


def killed(root: Path, calls: int) -> bool:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(calls), *RENAME, "--root", str(root)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        check=False,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode != 0


def test_a_rename_that_is_killed_at_any_moment_is_whole_after_the_next_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = texts(project(tmp_path / "before"))
    assert cli.main([*RENAME, "--root", str(project(tmp_path / "after"))]) == 0
    after = texts(tmp_path / "after")
    capsys.readouterr()

    seen = []
    for calls in range(100):
        root = project(tmp_path / str(calls))
        if not killed(root, calls):
            assert texts(root) == after
            break
        cut = texts(root)
        assert cli.main(["check", "--root", str(root)]) == 0
        now, told = texts(root), capsys.readouterr().err
        assert now in (before, after)
        assert list((root / ".cache" / "handbook").glob("unfinished-*")) == []
        assert ("as a command that was interrupted was about to" in told) == (cut != now == after)
        seen.append("old" if now == before else "cut" if cut not in (before, after) else "new")

    assert seen[0] == "old"
    assert "cut" in seen
    assert seen == sorted(seen, key=["old", "cut", "new"].index)


OLD = hashlib.sha256(b"old").hexdigest()


def left_undone(root: Path, **other: object) -> Path:
    """A note of a command that was killed when it was about to make `data/a.yml` new."""
    step = {"name": "data/a.yml", "beside": ".handbook-1-0", "before": OLD}
    note = root / ".cache" / "handbook" / f"unfinished-{2**40}.json"
    note.parent.mkdir(parents=True)
    note.write_text(json.dumps({"ready": True, "steps": [step | other]}))
    return note


THERE = {"data/a.yml": "old", "data/.handbook-1-0": "new", "mkdocs.yml": "site_name: x"}


def test_what_somebody_changed_in_the_meantime_stays(tree: Callable[..., Path]) -> None:
    root = tree(THERE | {"data/a.yml": "mine"})
    note = left_undone(root)

    assert files.finish(root) == [
        "data/a.yml: not changed by an interrupted command, for it is another now"
    ]
    assert texts(root) == {"data/a.yml": "mine"}
    assert not note.exists()


def test_what_a_running_command_is_about_to_do_is_left_to_it(tree: Callable[..., Path]) -> None:
    root = tree(THERE)
    note = left_undone(root)
    note = note.rename(note.with_name(f"unfinished-{os.getpid()}.json"))

    assert files.finish(root) == []
    assert note.exists()
    os.utime(note, (0, 0))  # another process has that number by now
    assert len(files.finish(root)) == 1
    assert texts(root) == {"data/a.yml": "new"}


@pytest.mark.parametrize(
    "other",
    [{"beside": "../mkdocs.yml"}, {"beside": ".handbook-1-0/x"}, {"beside": 7}, {"name": None}],
)
def test_a_note_that_is_none_of_ours_moves_nothing(
    other: Mapping[str, object], tree: Callable[..., Path]
) -> None:
    root = tree(THERE)
    note = left_undone(root, **other)

    assert files.finish(root) == []
    assert texts(root) == {name: text for name, text in THERE.items() if name != "mkdocs.yml"}
    assert not note.exists()


@pytest.mark.parametrize("name", ["mkdocs.yml", "data/../mkdocs.yml", "/etc/hostname"])
def test_a_note_about_a_file_elsewhere_is_refused(name: str, tree: Callable[..., Path]) -> None:
    root = tree(THERE)
    left_undone(root, name=name)

    with pytest.raises(OSError, match="leads out"):
        files.finish(root)
    assert (root / "mkdocs.yml").read_text() == "site_name: x"


def test_two_commands_at_a_time_do_not_finish_each_other(tree: Callable[..., Path]) -> None:
    root = tree({"data/a.yml": "0"})
    said: list[list[str]] = []
    end = time.monotonic() + 0.3

    def look() -> None:
        while time.monotonic() < end:
            said.append(files.finish(root))

    other = threading.Thread(target=look)
    other.start()
    number = 0
    while time.monotonic() < end:
        number += 1
        files.write(root, {"data/a.yml": str(number).encode()})
    other.join()

    assert texts(root) == {"data/a.yml": str(number)}
    assert [one for one in said if one] == []
