"""The `handbook` command: what can be asked for. What is then done stands in `commands`."""

from __future__ import annotations

import argparse
import io
import re
import sys
from collections.abc import Sequence
from pathlib import Path as FilePath

from handbook import commands, report
from handbook.schema import KINDS, closest, quoted


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the value is its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a file's name can be any bytes
    chosen = vars(_parser().parse_args(arguments))
    run = chosen.pop("run")
    status: int = run(**chosen)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="handbook",
        description="Check a course handbook, explain its rules, and help to edit it.",
    )
    known = parser.add_subparsers(required=True, metavar="COMMAND")
    check = known.add_parser("check", help="show every problem in the data at once")
    check.set_defaults(run=commands.check)
    _root_option(check)
    check.add_argument(
        "--format",
        dest="form",
        choices=list(report.FORMATS),
        default="text",
        help="text for people, json for programs, github for annotations (default: text)",
    )
    check.add_argument("--strict", action="store_true", help="let warnings count as errors")
    check.add_argument(
        "--fix", action="store_true", help="first mend in the files what has one right answer"
    )
    diff = known.add_parser("diff", help="say what a change means for people")
    diff.set_defaults(run=commands.diff)
    diff.add_argument(
        "base",
        metavar="BASE",
        nargs="?",
        help="the revision to compare with (default: where this left origin/main, else HEAD)",
    )
    _root_option(diff)
    diff.add_argument(
        "--format",
        dest="form",
        choices=["text", "markdown", "json"],
        default="text",
        help="text for people, markdown for pull requests, json for programs (default: text)",
    )
    due = known.add_parser("due", help="list what falls due, and whom to ask")
    due.set_defaults(run=commands.due)
    _root_option(due)
    due.add_argument(
        "--format",
        dest="form",
        choices=["text", "markdown", "json"],
        default="text",
        help="text for people, markdown for an issue, json for programs (default: text)",
    )
    due.add_argument(
        "--links",
        type=FilePath,
        metavar="FILE",
        help="what another program found out about the links that --format json names",
    )
    explain = known.add_parser("explain", help="say what a rule means, with examples")
    explain.set_defaults(run=commands.explain)
    explain.add_argument("code", metavar="CODE", help="the rule's code, such as HB102")
    roll = known.add_parser("roll", help="write the next edition, and list what to look at")
    roll.set_defaults(run=commands.roll)
    roll.add_argument(
        "year", type=_year, metavar="YEAR", help="the year of the new edition, such as 2027"
    )
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
    _editing(known)
    _sheets(known)
    return parser


def _editing(known: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The commands that help those who edit the data."""
    schema = known.add_parser(
        "schema",
        help="JSON Schema of every kind of file, for editors",
        description="Print the JSON Schema of every kind of file in data/, by which editors "
        "complete and check; or keep it where editors look for it.",
    )
    schema.set_defaults(run=commands.schema)
    schema.add_argument("--write", action="store_true", help="write them to data/.schema/")
    _root_option(schema)
    new = known.add_parser(
        "new",
        help="begin a new record, with every field it can have",
        description="Write a new record: what must be said is 'To be written', and all other "
        "fields stand there as comments, with an example each. Where the check objects until "
        "another record names the new one, the command says in which field to name it.",
        epilog="example: handbook new case my-company",
    )
    new.set_defaults(run=commands.new)
    _kind_argument(new)
    new.add_argument(
        "record_id", type=_id, metavar="ID", help="lower-case letters, digits and hyphens"
    )
    _root_option(new)
    rename = known.add_parser(
        "rename",
        help="give a record another id, everywhere",
        description="Give a record another id: its file or entry, every field and link that names "
        "it, and its old id in former_ids. All files are written, or none.",
        epilog="example: handbook rename case my-company our-company",
    )
    rename.set_defaults(run=commands.rename)
    _kind_argument(rename)
    rename.add_argument("old", type=_id, metavar="OLD", help="the id it has")
    rename.add_argument("new", type=_id, metavar="NEW", help="the id it is to have")
    _root_option(rename)
    init = known.add_parser(
        "init",
        help="start another course",
        description="Make a folder with the same program and looks, an empty data/ that builds, "
        "and pages of its own in docs/ that say what is to be written.",
    )
    init.set_defaults(run=commands.init)
    init.add_argument("folder", type=FilePath, metavar="DIR", help="a folder that is new or empty")
    init.add_argument("--title", help="the course's title")


def _sheets(known: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The commands that take the timetable to a spreadsheet and back."""
    export = known.add_parser(
        "export",
        help="write the timetable as a spreadsheet (CSV)",
        description="Write the timetable of the current edition as CSV, one row a slot, for Excel, "
        "LibreOffice or Google Sheets. Change cells, add rows, save as CSV UTF-8, and import it.",
        epilog="example: handbook export timetable.csv",
    )
    export.set_defaults(run=commands.export_sheet)
    imports = known.add_parser(
        "import",
        help="read the timetable from a spreadsheet (CSV)",
        description="Change the editions to what a sheet says that was exported before. What the "
        "sheet does not change stays byte by byte; where a cell is in doubt or the check finds an "
        "error that was not there, nothing is written. A new warning is told, and stops nothing. "
        "To cancel a slot, give it the status cancelled.",
        epilog="example: handbook import timetable.csv",
    )
    imports.set_defaults(run=commands.import_sheet)
    for one in (export, imports):
        one.add_argument("file", type=FilePath, metavar="FILE", help="such as timetable.csv")
        _root_option(one)


def _kind_argument(parser: argparse.ArgumentParser) -> None:
    words = f"what it is: {', '.join(KINDS)}"
    parser.add_argument("kind", type=_kind, metavar="KIND", help=words)


def _kind(text: str) -> str:
    if text in KINDS:
        return text
    near = closest(text, list(KINDS))
    hint = f"did you mean {near}?" if near else f"there are {', '.join(KINDS)}"
    raise argparse.ArgumentTypeError(f"there is no kind {quoted(text)} ({hint})")


def _year(text: str) -> str:
    if re.fullmatch("[0-9]{4}", text):
        return text
    raise argparse.ArgumentTypeError(f"{quoted(text)} is no year: write 2027, for example")


def _id(text: str) -> str:
    """An id as it is typed; a file's name is none, and nobody would look for one made of it."""
    path = FilePath(text)
    if path.suffix in (".yml", ".yaml"):
        raise argparse.ArgumentTypeError(f"{quoted(text)} is a file's name: write {path.stem}")
    return text


def _root_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--root",
        type=FilePath,
        default=FilePath(),
        metavar="DIR",
        help="the handbook's folder (default: this one)",
    )


if __name__ == "__main__":
    sys.exit(main())
