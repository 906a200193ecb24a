"""Measures the PDF of the real course. Not a test: it prints, and judges nothing.

Run it with `.venv/bin/python tests/benchmarks/pdf.py`; `--runs 5` for steadier figures. Every run
is a process of its own, as a build is; the figures are medians. `value` is from pages to plain
values, `typeset` from those to the PDF, the start of Typst with it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
TODAY = dt.date(2026, 12, 10)


def once() -> dict[str, float]:
    """One PDF: seconds for each step, and how large it is."""
    from handbook import pages, pdf  # noqa: PLC0415 - in the measured process only
    from handbook.compose import inspect, keeping_everything  # noqa: PLC0415

    found = inspect(ROOT, TODAY)
    with keeping_everything():
        shown = pages.make(found.book, ROOT / "overrides", TODAY)
        begun, busy = time.perf_counter(), time.process_time()
        value = pdf.value(found.book, shown, "https://course.example/", TODAY, "0123456789")
        between = time.perf_counter()
        content, _ = pdf.typeset(ROOT, value, TODAY)
    end = time.perf_counter()
    return {
        "value": between - begun,
        "typeset": end - between,
        "whole": end - begun,
        "processor": time.process_time() - busy,
        "megabytes": len(content) / 1e6,
    }


def main() -> None:
    """Measure, and print JSON; all times in seconds."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--once", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.once:
        print(json.dumps(once()))
        return
    told = [
        json.loads(
            subprocess.run(
                [sys.executable, __file__, "--once"], capture_output=True, text=True, check=True
            ).stdout
        )
        for _ in range(given.runs)
    ]
    print(
        json.dumps(
            {name: round(statistics.median(one[name] for one in told), 2) for name in told[0]},
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
