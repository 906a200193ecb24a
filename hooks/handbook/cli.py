"""The `handbook` command."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path as FilePath

from handbook import report
from handbook.codes import catalogue
from handbook.compose import NotATimeError, inspect
from handbook.schema import closest

FINE, PROBLEMS, USAGE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the value is its exit status."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    if chosen.command == "check":
        return _check(chosen.root, chosen.format, strict=chosen.strict)
    return _explain(chosen.code)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="handbook", description="Check a course handbook and explain its rules."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    check = commands.add_parser("check", help="show every problem in the data at once")
    check.add_argument(
        "--root",
        type=FilePath,
        default=FilePath(),
        metavar="DIR",
        help="the handbook's folder (default: this one)",
    )
    check.add_argument(
        "--format",
        choices=list(report.FORMATS),
        default="text",
        help="text for people, json for programs, github for annotations (default: text)",
    )
    check.add_argument("--strict", action="store_true", help="let warnings count as errors")
    explain = commands.add_parser("explain", help="say what a rule means, with examples")
    explain.add_argument("code", metavar="CODE", help="the rule's code, such as HB102")
    return parser


def _check(root: FilePath, form: str, *, strict: bool) -> int:
    if not root.is_dir():
        print(f"handbook: there is no folder {root}", file=sys.stderr)
        return USAGE
    if not (root / "data").is_dir():
        print(f"handbook: {root.resolve()} has no data/ folder", file=sys.stderr)
        return USAGE
    try:
        found = inspect(root)
    except NotATimeError as error:
        print(f"handbook: {error}", file=sys.stderr)
        return USAGE
    sys.stdout.write(report.FORMATS[form](found.problems))
    print(report.count(found.problems), file=sys.stderr)
    return FINE if found.spotless or (found.sound and not strict) else PROBLEMS


def _explain(name: str) -> int:
    codes = catalogue()
    code = codes.get(name.upper())
    if code is None:
        near = closest(name, list(codes))
        hint = f"did you mean {near}?" if near else f"the codes are {', '.join(codes)}"
        print(f"handbook: there is no rule {name} ({hint})", file=sys.stderr)
        return USAGE
    sys.stdout.write(report.explanation(code))
    return FINE


if __name__ == "__main__":
    sys.exit(main())
