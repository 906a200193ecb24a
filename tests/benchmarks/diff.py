"""Measures `handbook diff`. Not a test: it prints, and judges nothing.

Run it with `.venv/bin/python tests/benchmarks/diff.py`; `--number 200` for a smaller corpus. It
commits the corpus of `measure.py`, moves a slot, gives a session another title and rewrites a text,
and compares. Every figure is a median of whole processes; the time that the processor was busy is
told too, because other work on the machine does not change it.
"""

from __future__ import annotations

import argparse
import re
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import corpus, seconds, tell

IDENTITY = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.org"]


def repository(folder: Path, number: int) -> Path:
    """The corpus, committed and then changed in three places."""
    root = corpus(folder, number, cited=True)
    for arguments in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "All"]):
        subprocess.run(["git", *IDENTITY, *arguments], cwd=root, check=True, capture_output=True)
    edition = max((root / "data" / "editions").glob("*.yml"))
    edition.write_text(re.sub(r"start: 09:00", "start: 09:05", edition.read_text(), count=1))
    for name, old, new in (("0001", "session 1\n", "one\n"), ("0002", "tried, ", "tried out, ")):
        session = root / "data" / "sessions" / f"corpus-{name}.yml"
        session.write_text(session.read_text().replace(old, new, 1))
    return root


def busy() -> float:
    """Seconds that the processor worked for processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--number", type=int, default=1000)
    options = parser.parse_args()
    command = [sys.executable, "-m", "handbook.cli"]
    with tempfile.TemporaryDirectory() as name:
        root = repository(Path(name) / "corpus", options.number)
        for what in (["check"], ["diff"], ["diff", "--format", "json"]):
            seconds([*command, *what], root)
            runs, worked = [], []
            for _ in range(options.runs):
                before = busy()
                runs.append(seconds([*command, *what], root)[0])
                worked.append(busy() - before)
            tell(f"handbook {' '.join(what)}, {options.number} sessions", runs)
            print(f"  processor {statistics.median(worked):.2f} s")


if __name__ == "__main__":
    main()
