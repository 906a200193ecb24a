"""Measures what the project promises about speed. Not a test: it prints, and judges nothing.

Run it with `.venv/bin/python tests/benchmarks/measure.py`; `--runs 5` for steadier figures,
`--number 200` for a smaller corpus. Every figure is a median of whole processes, run in turn.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
ENVIRONMENT = os.environ | {"SOURCE_DATE_EPOCH": "1796860800", "NO_MKDOCS_2_WARNING": "1"}
PARAGRAPH = (
    "A process is written down, tried, changed and tried again, until somebody else can run it "
    "and get the same result. What changed, and why, is part of the record. "
)


def corpus(folder: Path, number: int, *, cited: bool) -> Path:
    """The real course with `number` sessions of about 300 words and five citations each."""
    shutil.copytree(ROOT / "data", folder / "data")
    for name in ("docs", "overrides", "hooks"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "mkdocs.yml", folder)
    keys = re.findall(
        r"^@\w+\{([\w-]+),", (ROOT / "data" / "references.bib").read_text(), re.MULTILINE
    )
    sessions = folder / "data" / "sessions"
    have = len(list(sessions.glob("*.yml")))
    for index in range(number - have):
        cites = [f" [@{keys[(index * 5 + n) % len(keys)]}]" if cited else "" for n in range(5)]
        body = "\n\n".join(f"  ### Step {n + 1}\n\n  {PARAGRAPH * 2}{cites[n]}" for n in range(5))
        (sessions / f"corpus-{index:04}.yml").write_text(
            f"title: Corpus session {index}\nkind: lecture\nsummary: Made to measure with.\n"
            "outcomes: [trace-the-pipeline]\nstages: [discovery, qc-release]\n"
            "frameworks: [glp, gmp-part4]\ncases: [vecura]\n"
            f"body: |\n{body}\n",
            encoding="utf-8",
        )
    return folder


def seconds(command: list[str], folder: Path) -> tuple[float, str]:
    """One run of a command as a whole process: wall seconds, and what it said."""
    begun = time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    taken = time.perf_counter() - begun
    if done.returncode:
        sys.exit(f"{command} failed:\n{done.stderr[-2000:]}")
    return taken, done.stdout


TIMED = """
import time
from mkdocs.commands import build
from mkdocs.config import load_config
spent = {}
def timed(event):
    def call(*arguments, **named):
        begun = time.perf_counter()
        try:
            return event(*arguments, **named)
        finally:
            name = event.__name__
            spent[name] = spent.get(name, 0) + time.perf_counter() - begun
    return call
begun = time.perf_counter()
config = load_config("mkdocs.yml")
for name, events in config.plugins.events.items():
    events[:] = [timed(e) if getattr(e, "__module__", "").endswith("mkdocs_hooks.py") else e
                 for e in events]
config.plugins.on_startup(command="build", dirty=False)
build.build(config)
whole = time.perf_counter() - begun
told = ", ".join(f"{name} {seconds:.2f}" for name, seconds in spent.items())
print(f"{sum(spent.values()) / whole:.1%} of {whole:.1f} s ({told})")
"""


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--number", type=int, default=1000)
    options = parser.parse_args()
    handbook = [str(Path(sys.executable).parent / "handbook"), "check"]
    mkdocs = [sys.executable, "-m", "mkdocs", "build"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with_citations = corpus(folder / "cited", options.number, cited=True)
        without = corpus(folder / "plain", options.number, cited=False)
        small, large, cited, plain = [], [], [], []
        seconds(handbook, ROOT)
        for _ in range(options.runs):
            small.append(seconds(handbook, ROOT)[0])
            large.append(seconds(handbook, with_citations)[0])
        tell("handbook check, real data", small)
        tell(f"handbook check, {options.number} sessions", large)
        print(f"  ratio {statistics.median(large) / statistics.median(small):.2f}")
        for _ in range(options.runs):
            cited.append(seconds(mkdocs, with_citations)[0])
            plain.append(seconds(mkdocs, without)[0])
        tell(f"build, {options.number} sessions with citations", cited)
        tell(f"build, {options.number} sessions without", plain)
        print(f"  ratio {statistics.median(cited) / statistics.median(plain):.2f}")
        share = seconds([sys.executable, "-c", TIMED], with_citations)[1]
        print(f"the hook's own events: {share.strip()}")


def tell(what: str, runs: list[float]) -> None:
    """One line: median and spread, in seconds."""
    print(f"{what}: {statistics.median(runs):.2f} s ({min(runs):.2f}–{max(runs):.2f})", flush=True)


if __name__ == "__main__":
    main()
