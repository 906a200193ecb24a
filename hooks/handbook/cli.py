"""The `handbook` command."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path as FilePath

from handbook import editor, mend, rehearsal, renaming, report, skeleton
from handbook import roll as rolling
from handbook.codes import catalogue
from handbook.compose import Composition, NotATimeError, inspect, keeping_everything
from handbook.problem import on_one_line
from handbook.schema import closest, quoted

FINE, PROBLEMS, USAGE = 0, 1, 2


def main(  # noqa: PLR0911 - one line for each command
    arguments: Sequence[str] | None = None,
) -> int:
    """Run the command; the value is its exit status."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    if chosen.command == "check":
        return _check(chosen.root, chosen.format, strict=chosen.strict, fix=chosen.fix)
    if chosen.command == "diff":
        return _diff(chosen.root, chosen.base, chosen.format)
    if chosen.command == "due":
        return _due(chosen.root, chosen.format, chosen.links)
    if chosen.command == "roll":
        return _roll(chosen.root, chosen.year, chosen.starts, chosen.origin)
    if chosen.command == "schema":
        return _schema(chosen.root, write=chosen.write)
    if chosen.command == "new":
        return _new(chosen.root, chosen.kind, chosen.id)
    if chosen.command == "rename":
        return _rename(chosen.root, chosen.kind, chosen.old, chosen.new)
    if chosen.command == "export":
        return _export(chosen.root, chosen.file)
    if chosen.command == "import":
        return _import(chosen.root, chosen.file)
    if chosen.command == "init":
        return _init(chosen.folder, chosen.title)
    return _explain(chosen.code)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="handbook",
        description="Check a course handbook, explain its rules, and help to edit it.",
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
    check.add_argument(
        "--fix", action="store_true", help="first mend in the files what has one right answer"
    )
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
    due = commands.add_parser("due", help="list what falls due, and whom to ask")
    _root_option(due)
    due.add_argument(
        "--format",
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
    _editing(commands)
    _sheets(commands)
    return parser


def _editing(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The commands that help those who edit the data."""
    schema = commands.add_parser(
        "schema",
        help="JSON Schema of every kind of file, for editors",
        description="Print the JSON Schema of every kind of file in data/, by which editors "
        "complete and check; or keep it where editors look for it.",
    )
    schema.add_argument("--write", action="store_true", help=f"write them to {editor.FOLDER}/")
    _root_option(schema)
    new = commands.add_parser(
        "new",
        help="begin a new record, with every field it can have",
        description="Write a new record that passes the check at once: what must be said is "
        "'To be written', and all other fields stand there as comments, with an example each.",
        epilog="example: handbook new case my-company",
    )
    new.add_argument(
        "kind", choices=list(skeleton.KINDS), metavar="KIND", help=_kinds(skeleton.KINDS)
    )
    new.add_argument("id", metavar="ID", help="lower-case letters, digits and hyphens")
    _root_option(new)
    rename = commands.add_parser(
        "rename",
        help="give a record another id, everywhere",
        description="Give a record another id: its file or entry, every field and link that names "
        "it, and its old id in former_ids. All files are written, or none.",
        epilog="example: handbook rename case my-company our-company",
    )
    rename.add_argument(
        "kind", choices=list(renaming.KINDS), metavar="KIND", help=_kinds(renaming.KINDS)
    )
    rename.add_argument("old", metavar="OLD", help="the id it has")
    rename.add_argument("new", metavar="NEW", help="the id it is to have")
    _root_option(rename)
    init = commands.add_parser(
        "init",
        help="start another course",
        description="Make a folder with the same program and looks, an empty data/ that builds, "
        "and pages of its own in docs/ that say what is to be written.",
    )
    init.add_argument("folder", type=FilePath, metavar="DIR", help="a folder that is new or empty")
    init.add_argument("--title", default=skeleton.TO_DO, help="the course's title")


def _sheets(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The commands that take the timetable to a spreadsheet and back."""
    export = commands.add_parser(
        "export",
        help="write the timetable as a spreadsheet (CSV)",
        description="Write the timetable of the current edition as CSV, one row a slot, for Excel, "
        "LibreOffice or Google Sheets. Change cells, add rows, save as CSV UTF-8, and import it.",
        epilog="example: handbook export timetable.csv",
    )
    imports = commands.add_parser(
        "import",
        help="read the timetable from a spreadsheet (CSV)",
        description="Change the editions to what a sheet says that was exported before. What the "
        "sheet does not change stays byte by byte; where a cell is in doubt or the check finds "
        "fault, nothing is written. To cancel a slot, give it the status cancelled.",
        epilog="example: handbook import timetable.csv",
    )
    for one in (export, imports):
        one.add_argument("file", type=FilePath, metavar="FILE", help="such as timetable.csv")
        _root_option(one)


def _kinds(known: Iterable[str]) -> str:
    return f"what it is: {', '.join(known)}"


def _root_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--root",
        type=FilePath,
        default=FilePath(),
        metavar="DIR",
        help="the handbook's folder (default: this one)",
    )


def _check(root: FilePath, form: str, *, strict: bool, fix: bool) -> int:
    found = _inspected(root)
    if found is None:
        return USAGE
    if fix:
        planned = mend.plan(root, found)
        renewed = editor.renewed(root, planned.found.book)
        try:
            mend.write(root, planned)
            rehearsal.write(root, renewed)
        except mend.ChangedMeanwhileError as error:
            _say(str(error))
            return PROBLEMS
        except OSError as error:
            _say(f"{error.filename}: {error.strerror}")
            return PROBLEMS
        for one in planned.mends:
            print(one, file=sys.stderr)
        for file in renewed:
            print(f"{file}: has the ids that exist now", file=sys.stderr)
        found = planned.found
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


def _due(root: FilePath, form: str, links: FilePath | None) -> int:
    """List what is due; problems in the data are told by a check, and stop nothing here."""
    from handbook import due  # noqa: PLC0415 - a check needs none of it

    found = _inspected(root)
    if found is None:
        return USAGE
    try:
        seen = due.seen(links.read_text(encoding="utf-8")) if links else None
    except OSError as error:
        _say(f"{error.filename}: {error.strerror}")
        return USAGE
    except (UnicodeDecodeError, due.NotSeenError) as error:
        _say(f"{links}: {error}")
        return USAGE
    listed = due.of(found.book, found.today, seen)
    sys.stdout.write(due.FORMATS[form](listed))
    print(due.count(listed), file=sys.stderr)
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
        rehearsal.write(root, editor.current(root, found.book, [("editions", plan.edition)]))
        sys.stdout.write(tasks)
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(tasks, encoding="utf-8")
    except OSError as error:
        _say(f"{error.filename}: {error.strerror}")
        return PROBLEMS
    print(f"wrote {plan.file}, and this checklist to {kept}", file=sys.stderr)
    return FINE


def _schema(root: FilePath, *, write: bool) -> int:
    found = _inspected(root)
    if found is None:
        return USAGE
    files = editor.files(found.book)
    if not write:
        named = {FilePath(path).stem: json.loads(text) for path, text in files.items()}
        print(json.dumps(named, ensure_ascii=False, indent=1))
        return FINE
    return _written(root, files, f"wrote {len(files)} schemas to {editor.FOLDER}/")


def _new(root: FilePath, kind: str, record_id: str) -> int:
    found = _inspected(root)
    if found is None:
        return USAGE
    try:
        made = skeleton.made(root, found, kind, record_id)
    except skeleton.NotMadeError as error:
        _say(str(error))
        return USAGE if error.asked else PROBLEMS
    status = _written(root, made.changes, f"wrote {_ours(made.changes)}")
    for problem in made.left if status == FINE else ():
        print(f"next: {problem.hint}", file=sys.stderr)
    return status


def _rename(root: FilePath, kind: str, old: str, new: str) -> int:
    found = _inspected(root)
    if found is None:
        return USAGE
    if not found.sound:
        _say(f"there are faults in the data ({report.count(found.problems)}): run handbook check")
        return PROBLEMS
    try:
        done = renaming.renamed(root, found, kind, old, new)
    except renaming.NotRenamedError as error:
        _say(str(error))
        sys.stderr.write(report.text(error.problems))
        return PROBLEMS if error.problems else USAGE
    status = _written(root, done.changes, f"changed {_ours(done.changes)}")
    for place in done.left if status == FINE else ():
        print(f"{place} still names {quoted(old)}, where nothing checks it", file=sys.stderr)
    return status


def _export(root: FilePath, file: FilePath) -> int:
    """Write the timetable as a sheet; one that holds changes is not overwritten."""
    from handbook import slotsheet  # noqa: PLC0415 - a check needs none

    found = _inspected(root)
    if found is None:
        return USAGE
    if file.suffix.lower() != ".csv":
        _say(f"{file} is no name for a sheet: it has to end in .csv")
        return USAGE
    try:
        sheet = slotsheet.exported(found)
        if file.exists() and not slotsheet.says_nothing_new(root, found, file.read_bytes()):
            _say(f"{file} is there, and says something else than the data: import or delete it")
            return PROBLEMS
        file.write_bytes(sheet.raw)
    except slotsheet.NothingToExportError as error:
        _say(str(error))
        return PROBLEMS
    except OSError as error:
        _say(f"{error.filename}: {error.strerror}")
        return PROBLEMS
    print(f"wrote the {sheet.slots} slots of {sheet.edition} to {file}", file=sys.stderr)
    return FINE


def _import(root: FilePath, file: FilePath) -> int:
    """Change the editions to what a sheet says, if nothing speaks against it."""
    from handbook import slotsheet  # noqa: PLC0415 - a check needs none

    found = _inspected(root)
    if found is None:
        return USAGE
    try:
        raw = file.read_bytes()
    except OSError as error:
        _say(f"{file}: {error.strerror}")
        return USAGE
    sheet = slotsheet.imported(root, found, raw)
    for refusal in sheet.refused:
        print(on_one_line(f"{file}: {refusal}"), file=sys.stderr)
    if sheet.refused:
        _say("nothing was written")
        return PROBLEMS
    if not sheet.changes:
        print(f"{file} says what the data says: nothing was written", file=sys.stderr)
        return FINE
    for line in (*sheet.told, *sheet.warned):
        print(on_one_line(f"{file}: {line}"), file=sys.stderr)
    words = f"changed {_ours(sheet.changes)}; handbook diff says what that means for people"
    return _written(root, sheet.changes, words)


def _init(folder: FilePath, title: str) -> int:
    from handbook import start  # noqa: PLC0415 - it knows where it stands, and others need not

    try:
        start.start(folder, title)
    except start.NotStartedError as error:
        _say(str(error))
        return USAGE
    except OSError as error:
        _say(f"{error.filename}: {error.strerror}")
        return PROBLEMS
    print(f"made {folder}: its README.md says how to go on", file=sys.stderr)
    return FINE


def _ours(changes: rehearsal.Changes) -> str:
    """The files that people edit, among those that change."""
    return ", ".join(name for name in changes if not name.startswith(editor.FOLDER))


def _written(root: FilePath, changes: rehearsal.Changes, words: str) -> int:
    try:
        rehearsal.write(root, changes)
    except OSError as error:
        _say(f"{error.filename}: {error.strerror}; nothing was written")
        return PROBLEMS
    print(words, file=sys.stderr)
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
