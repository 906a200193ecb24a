"""Measures how long the rules of time take. Not a test: it prints, and judges nothing.

Run it with `.venv/bin/python tests/benchmarks/slots.py`: `--number` slots, four at a time, on as
many days as it takes; some clash on purpose (`--clashes` of them), because a hint is computed for
each.
"""

from __future__ import annotations

import argparse
import datetime as dt
import statistics
import sys
import tempfile
import time
from pathlib import Path

from handbook import book as books
from handbook import clashes, schedule

HOURS = ("08:00", "09:00", "10:00", "13:00", "14:00", "15:00")
ROOMS = 4


def corpus(folder: Path, number: int, wrong: int) -> Path:
    """A course with one group and one teacher a room; every n-th slot uses a room twice."""
    data = folder / "data"
    for name in ("editions", "lecturers", "places", "sessions"):
        (data / name).mkdir(parents=True)
    (data / "course.yml").write_text(
        "title: C\ntime_zone: Europe/Stockholm\ncountry: SE\nlimits: {day: 540, lunch: 45}\n"
    )
    for room in range(ROOMS):
        (data / "lecturers" / f"l{room}.yml").write_text(f"name: Lecturer {room}\n")
        (data / "places" / f"r{room}.yml").write_text(
            f"name: Room {room}\nexclusive: true\ncapacity: 12\ntravel: {{r0: 5}}\nchangeover: 0\n"
        )
        needs = "needs: [s0]\n" if room else ""
        (data / "sessions" / f"s{room}.yml").write_text(f"title: S{room}\nkind: lecture\n{needs}")
    lines = ["title: E", "groups: {g0: G0, g1: G1, g2: G2, g3: G3}"]
    days: list[str] = []
    day = dt.date(2026, 1, 7)
    first = day
    made = 0
    step = number // wrong if wrong else number + 1
    while made < number:
        if day.weekday() < len("Mon-F"):
            days += [f"  - date: {day}", "    slots:"]
            for start in HOURS:
                for room in range(ROOMS):
                    made += 1
                    used = room - 1 if made % step == 0 and room else room
                    end = f"{int(start[:2]) + 1:02}:00"
                    session = 0 if day == first else room
                    days.append(
                        f"      - {{start: {start}, end: {end}, session: s{session}, key: k{made}, "
                        f"place: r{used}, lecturers: [l{room}], groups: [g{room}]}}"
                    )
        last, day = day, day + dt.timedelta(days=1)
    lines += [f"starts: {first}", f"ends: {last}", "days:", *days]
    (data / "editions" / "2026.yml").write_text("\n".join(lines) + "\n")
    return folder


def main() -> None:
    """Print the median of several runs, with the number of problems."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=1000)
    parser.add_argument("--clashes", type=int, default=0)
    parser.add_argument("--runs", type=int, default=5)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        book, problems = books.load(corpus(Path(name), chosen.number, chosen.clashes))
        if problems:
            sys.exit("\n".join(map(str, problems)))
        taken, found = [], []
        for _ in range(chosen.runs):
            begun = time.perf_counter()
            found = list(clashes.check(schedule.gather(book), dt.date(2026, 12, 10)))
            taken.append(time.perf_counter() - begun)
    print(
        f"{len(book.occurrences)} slots, {len(found)} problems: "
        f"{statistics.median(taken):.3f} s ({min(taken):.3f}–{max(taken):.3f})"
    )


if __name__ == "__main__":
    main()
