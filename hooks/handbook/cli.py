"""The `handbook` command."""

from __future__ import annotations

import argparse
import datetime as dt
import re
import sys
from collections.abc import Sequence
from pathlib import Path as FilePath

from handbook import report
from handbook import roll as rolling
from handbook.codes import catalogue
from handbook.compose import Composition, NotATimeError, inspect, keeping_everything
from handbook.problem import on_one_line
from handbook.schema import closest, quoted

FINE, PROBLEMS, USAGE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the value is its exit status."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    if chosen.command == "check":
        return _check(chosen.root, chosen.format, strict=chosen.strict)
    if chosen.command == "diff":
        return _diff(chosen.root, chosen.base, chosen.format)
    if chosen.command == "roll":
        return _roll(chosen.root, chosen.year, chosen.starts, chosen.origin)
    return _explain(chosen.code)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="handbook", description="Check a course handbook and explain its rules."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    check = commands.add_parser("check", help="show every problem in the data at once")
    _root_option(check)
    check.add_argument(
        "--format",
        choices=list(report.FORMATS),
        default="text",
        help="text for people, json for programs, github for annotations (default: text)",
    )
    check.add_argument("--strict", action="store_true", help="let warnings count as errors")
    diff = commands.add_parser("diff", help="say what a change means for people")
    diff.add_argument(
        "base",
        metavar="BASE",
        nargs="?",
        help="the revision to compare with (default: where this left origin/main, else HEAD)",
    )
    _root_option(diff)
    diff.add_argument(
        "--format",
        choices=["text", "markdown", "json"],
        default="text",
        help="text for people, markdown for pull requests, json for programs (default: text)",
    )
    explain = commands.add_parser("explain", help="say what a rule means, with examples")
    explain.add_argument("code", metavar="CODE", help="the rule's code, such as HB102")
    roll = commands.add_parser("roll", help="write the next edition, and list what to look at")
    roll.add_argument("year", metavar="YEAR", help="the year of the new edition, such as 2027")
    roll.add_argument(
        "--starts", required=True, metavar="DATE", help="its first day, such as 2027-10-11"
    )
    _root_option(roll)
    roll.add_argument(
        "--from",
        dest="origin",
        metavar="EDITION",
        help="the edition to make it from (default: the latest that has days)",
    )
    return parser


def _root_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--root",
        type=FilePath,
        default=FilePath(),
        metavar="DIR",
        help="the handbook's folder (default: this one)",
    )


def _check(root: FilePath, form: str, *, strict: bool) -> int:
    found = _inspected(root)
    if found is None:
        return USAGE
    sys.stdout.write(report.FORMATS[form](found.problems))
    print(report.count(found.problems), file=sys.stderr)
    return FINE if found.spotless or (found.sound and not strict) else PROBLEMS


def _inspected(root: FilePath) -> Composition | None:
    """The handbook in a folder; nothing, and a word about it, where none can be there."""
    if not root.is_dir():
        _say(f"there is no folder {root}")
        return None
    if not (root / "data").is_dir():
        _say(f"{root.resolve()} has no data/ folder")
        return None
    try:
        return inspect(root)
    except NotATimeError as error:
        _say(str(error))
        return None


@keeping_everything()
def _diff(root: FilePath, base: str | None, form: str) -> int:
    """Say what is different from a revision; problems in the data are told, and stop nothing."""
    from handbook import diff, revision  # noqa: PLC0415 - a check needs neither

    new = _inspected(root)
    if new is None:
        return USAGE
    try:
        commit = revision.base(root, base)
        now = {one.file: one for one in new.book.sources}
        old = inspect(root, new.today, revision.Snapshot(root, commit, now))
    except revision.UnknownRevisionError as error:
        _say(str(error))
        return USAGE
    sys.stdout.write(diff.FORMATS[form](diff.of(commit, old, new)))
    return FINE


def _say(message: str) -> None:
    print(f"handbook: {on_one_line(message)}", file=sys.stderr)


def _roll(root: FilePath, year: str, starts: str, origin: str | None) -> int:
    """Write the new edition; print the checklist and keep it.

    A maintainer runs this in a terminal and proposes the file as a pull request. The checklist is
    that request's text: its boxes are then ticked by organisers, who only ever see a browser. So it
    goes to stdout, for a pipe, and into the folder of things made, which is in no commit and on no
    site.
    """
    from handbook import checklist  # noqa: PLC0415 - Jinja is slow to load, and a check needs none

    first = _day(starts)
    if first is None:
        _say(f"{quoted(starts)} is no date: write year-month-day, such as 2027-10-11")
        return USAGE
    found = _inspected(root)
    if found is None:
        return USAGE
    if not found.sound:
        _say(f"there are faults in the data ({report.count(found.problems)}): run handbook check")
        return PROBLEMS
    try:
        edition = rolling.origin(found.book, origin)
        rolling.check_start(found.book, year, first, edition)
        plan = rolling.plan(found.book, year, first, edition)
    except rolling.NotRollableError as error:
        _say(str(error))
        return USAGE if error.asked else PROBLEMS
    tasks = checklist.markdown(checklist.of(found.book, plan))
    kept = root / ".cache" / "handbook" / f"roll-{year}.md"
    try:
        with (root / plan.file).open("x", encoding="utf-8") as file:
            file.write(plan.text)
        sys.stdout.write(tasks)
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(tasks, encoding="utf-8")
    except OSError as error:
        _say(f"{error.filename}: {error.strerror}")
        return PROBLEMS
    print(f"wrote {plan.file}, and this checklist to {kept}", file=sys.stderr)
    return FINE


def _day(text: str) -> dt.date | None:
    try:
        return (
            dt.date.fromisoformat(text)
            if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text)
            else None
        )
    except ValueError:
        return None


def _explain(name: str) -> int:
    codes = catalogue()
    code = codes.get(name.upper())
    if code is None:
        near = closest(name, list(codes))
        hint = f"did you mean {near}?" if near else f"the codes are {', '.join(codes)}"
        _say(f"there is no rule {name} ({hint})")
        return USAGE
    sys.stdout.write(report.explanation(code))
    return FINE


if __name__ == "__main__":
    sys.exit(main())
