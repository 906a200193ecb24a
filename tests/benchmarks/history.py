"""Measures reading the history of a timetable. Not a test: it prints, and judges nothing.

Run it with `.venv/bin/python tests/benchmarks/history.py`; `--commits 100` for a shorter history.
It makes a git repository of the real data in which each commit moves a slot, gives a session
another title or rewrites a text that no calendar shows, and reads it with nothing kept, with
everything kept, and with all but the last commit kept. Every figure is a median.
"""

from __future__ import annotations

import argparse
import datetime as dt
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from handbook import book as books
from handbook import history

ROOT = Path(__file__).parent.parent.parent
TODAY = dt.date(2026, 12, 10)
IDENTITY = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.org"]


def git(folder: Path, *arguments: str) -> None:
    """Run one git command."""
    subprocess.run(["git", *IDENTITY, *arguments], cwd=folder, check=True, capture_output=True)


def repository(folder: Path, commits: int) -> Path:
    """The real data with a made-up history."""
    shutil.copytree(ROOT / "data", folder / "data")
    (folder / "docs").mkdir()
    git(folder, "init", "-q")
    edition = max((folder / "data" / "editions").glob("*.yml"))
    sessions = sorted((folder / "data" / "sessions").glob("*.yml"))
    for number in range(commits):
        if number % 3 == 0:
            text = edition.read_text()
            times = list(re.finditer(r"end: (\d\d):(\d\d)", text))
            found = times[number // 3 % len(times)]
            minute = (int(found[2]) + 1) % 60
            edition.write_text(
                f"{text[: found.start()]}end: {found[1]}:{minute:02}{text[found.end() :]}"
            )
        else:
            session = sessions[number % len(sessions)]
            text = session.read_text()
            changed = re.sub("^title: .*", f"title: Title {number}", text, flags=re.MULTILINE)
            session.write_text(changed if number % 3 == 1 else f"{text}# {number}\n")
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", f"Change {number}")
    return folder


def seconds(root: Path) -> float:
    """One reading of the history."""
    book, _ = books.load(root)
    begun = time.perf_counter()
    _, problems = history.read(root, book, TODAY)
    taken = time.perf_counter() - begun
    assert problems == [], problems
    return taken


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--commits", type=int, default=500)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        root = repository(Path(name), options.commits)
        kept = root / ".cache" / "handbook"
        cold, warm, one_more = [], [], []
        for number in range(options.runs):
            for old in kept.glob("history-*.json"):
                old.unlink()
            cold.append(seconds(root))
            warm.append(seconds(root))
            course = root / "data" / "course.yml"
            course.write_text(f"{course.read_text()}# {number}\n")
            git(root, "commit", "-qam", "One more")
            one_more.append(seconds(root))
        for what, runs in (("cold", cold), ("warm", warm), ("one commit more", one_more)):
            print(
                f"history of {options.commits} commits, {what}: "
                f"{statistics.median(runs):.2f} s ({min(runs):.2f}–{max(runs):.2f})"
            )


if __name__ == "__main__":
    main()
