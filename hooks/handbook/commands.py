"""What the `handbook` command does: each function is one command, and gives its exit status.

Answers for programs go to stdout, words for people about what was done to stderr. A command loads
what only it needs when it runs: a check is asked for at every turn, and need not wait for the rest.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import sys
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from handbook import report
from handbook.codes import catalogue
from handbook.compose import Composition, NotATimeError, inspect, keeping_everything
from handbook.problem import on_one_line
from handbook.schema import closest, quoted
from handbook.source import read_plain

if TYPE_CHECKING:
    from handbook.rehearsal import Changes

FINE, PROBLEMS, USAGE = 0, 1, 2
LARGEST = 16 * 1024 * 1024
"""Bytes of a file that somebody names; a sheet may have fewer still."""


def check(root: FilePath, form: str, *, strict: bool, fix: bool) -> int:
    """Show every problem; with `fix`, first mend what has one right answer."""
    found = _inspected(root)
    if found is None:
        return USAGE
    if fix:
        from handbook import editor, mend, rehearsal

        planned = mend.plan(root, found)
        renewed = editor.renewed(root, planned.found.book)
        try:
            mend.write(root, planned)
            rehearsal.write(root, renewed)
        except mend.ChangedMeanwhileError as error:
            _say(str(error))
            return PROBLEMS
        except OSError as error:
            _say_why(error)
            return PROBLEMS
        for one in planned.mends:
            print(one, file=sys.stderr)
        for file in renewed:
            print(f"{file}: has the ids that exist now", file=sys.stderr)
        found = planned.found
    sys.stdout.write(report.FORMATS[form](found.problems))
    print(report.count(found.problems), file=sys.stderr)
    return FINE if found.spotless or (found.sound and not strict) else PROBLEMS


@keeping_everything()
def diff(root: FilePath, base: str | None, form: str) -> int:
    """Say what is different from a revision; problems in the data are told, and stop nothing."""
    from handbook import diff, git, revision

    new = _inspected(root)
    if new is None:
        return USAGE
    try:
        commit = revision.base(root, base)
        now = {one.file: one for one in new.book.sources}
        old = inspect(root, new.today, revision.Snapshot(root, commit, now))
    except (revision.UnknownRevisionError, git.GitError) as error:
        _say(str(error))
        return USAGE
    sys.stdout.write(diff.FORMATS[form](diff.of(commit, old, new, root / "overrides")))
    return FINE


def due(root: FilePath, form: str, links: FilePath | None) -> int:
    """List what is due; problems in the data are told by a check, and stop nothing here."""
    from handbook import due

    found = _inspected(root)
    if found is None:
        return USAGE
    try:
        seen = due.seen(read_plain(links, LARGEST).decode()) if links else None
    except OSError as error:
        _say_why(error)
        return USAGE
    except (UnicodeDecodeError, due.NotSeenError) as error:
        _say(f"{links}: {error}")
        return USAGE
    listed = due.of(found.book, found.today, seen)
    sys.stdout.write(due.FORMATS[form](listed))
    print(due.count(listed), file=sys.stderr)
    return FINE


def roll(root: FilePath, year: str, starts: str, origin: str | None) -> int:
    """Write the new edition; print the checklist and keep it.

    A maintainer runs this in a terminal and proposes the file as a pull request. The checklist is
    that request's text: its boxes are then ticked by organisers, who only ever see a browser. So it
    goes to stdout, for a pipe, and into the folder of things made, which is in no commit and on no
    site.
    """
    from handbook import checklist, editor, rehearsal, store
    from handbook import roll as rolling

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
    ids = editor.current(root, found.book, [("editions", plan.edition)])
    try:
        rehearsal.write(root, {plan.file: plan.text, **ids})
    except OSError as error:
        _say_why(error)
        return PROBLEMS
    sys.stdout.write(tasks)
    kept = store.keep(root, f"roll-{year}.md", tasks)
    also = f", and this checklist to {kept}" if kept else ""
    print(f"wrote {plan.file}{also}", file=sys.stderr)
    return FINE


def schema(root: FilePath, *, write: bool) -> int:
    """Print or keep what editors check and complete by."""
    from handbook import editor

    found = _inspected(root)
    if found is None:
        return USAGE
    files = editor.files(found.book)
    if not write:
        named = {FilePath(path).stem: json.loads(text) for path, text in files.items()}
        print(json.dumps(named, ensure_ascii=False, indent=1))
        return FINE
    return _written(root, files, f"wrote {len(files)} schemas to {editor.FOLDER}/")


def new(root: FilePath, kind: str, record_id: str) -> int:
    """Write a new record, and say what has to be done with it next."""
    from handbook import skeleton

    found = _inspected(root)
    if found is None:
        return USAGE
    try:
        made = skeleton.made(root, found, kind, record_id)
    except skeleton.NotMadeError as error:
        _say(str(error))
        return USAGE if error.asked else PROBLEMS
    except OSError as error:
        _say_why(error, "; nothing was written")
        return PROBLEMS
    status = _written(root, made.changes, f"wrote {_ours(made.changes)}")
    for problem in made.left if status == FINE else ():
        print(f"next: {problem.hint}", file=sys.stderr)
    return status


def rename(root: FilePath, kind: str, old: str, new: str) -> int:
    """Give a record another id, and say where text still has the old one."""
    from handbook import renaming

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
    except OSError as error:
        _say_why(error, "; nothing was written")
        return PROBLEMS
    status = _written(root, done.changes, f"changed {_ours(done.changes)}")
    for place in done.left if status == FINE else ():
        print(f"{place} still names {quoted(old)}, where nothing checks it", file=sys.stderr)
    return status


def export_sheet(root: FilePath, file: FilePath) -> int:
    """Write the timetable as a sheet; one that holds changes is not overwritten."""
    from handbook import slotsheet

    found = _inspected(root)
    if found is None:
        return USAGE
    if file.suffix.lower() != ".csv":
        _say(f"{file} is no name for a sheet: it has to end in .csv")
        return USAGE
    try:
        sheet = slotsheet.exported(found)
        if file.exists() and not slotsheet.says_nothing_new(root, found, read_plain(file, LARGEST)):
            _say(f"{file} is there, and says something else than the data: import or delete it")
            return PROBLEMS
        file.write_bytes(sheet.raw)
    except slotsheet.NothingToExportError as error:
        _say(str(error))
        return PROBLEMS
    except OSError as error:
        _say_why(error)
        return PROBLEMS
    slots = "one slot" if sheet.slots == 1 else f"{sheet.slots} slots"
    print(f"wrote the {slots} of {sheet.edition} to {file}", file=sys.stderr)
    return FINE


def import_sheet(root: FilePath, file: FilePath) -> int:
    """Change the editions to what a sheet says, if nothing speaks against it."""
    from handbook import slotsheet

    found = _inspected(root)
    if found is None:
        return USAGE
    try:
        raw = read_plain(file, LARGEST)
    except OSError as error:
        _say_why(error)
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


def init(folder: FilePath, title: str | None) -> int:
    """Start another course."""
    from handbook import skeleton, start

    try:
        start.start(folder, title or skeleton.TO_DO)
    except start.NotStartedError as error:
        _say(str(error))
        return USAGE
    except OSError as error:
        _say_why(error)
        return PROBLEMS
    print(f"made {folder}: its README.md says how to go on", file=sys.stderr)
    return FINE


def explain(code: str) -> int:
    """Say what a rule means."""
    codes = catalogue()
    rule = codes.get(code.upper())
    if rule is None:
        begun = [one for one in codes if one.startswith(code.upper())] if code else []
        near = closest(code, list(codes))
        hint = f"did you mean {near}?" if near else f"the codes are {', '.join(codes)}"
        if begun:
            hint = f"these begin so: {', '.join(begun)}"
        _say(f"there is no rule {code} ({hint})")
        return USAGE
    sys.stdout.write(report.explanation(rule))
    return FINE


def _inspected(root: FilePath) -> Composition | None:
    """The handbook in a folder; nothing, and a word about it, where none can be there."""
    if not root.is_dir():
        _say(f"there is no folder {root}")
        return None
    if not (root / "data").is_dir():
        here = root.resolve()
        home = next((one for one in here.parents if (one / "data" / "course.yml").is_file()), None)
        whose = f", which is {home}" if home else ""
        _say(
            f"{here} has no data/ folder: go to the handbook's folder{whose}, "
            "or name it with --root"
        )
        return None
    try:
        for line in _finished(root):
            print(on_one_line(line), file=sys.stderr)
        return inspect(root)
    except NotATimeError as error:
        _say(str(error))
    except OSError as error:
        _say_why(error)
    return None


def _finished(root: FilePath) -> list[str]:
    """What is said of a command that was killed, and is done now."""
    if not any((root / ".cache" / "handbook").glob("unfinished-*.json")):
        return []
    from handbook import files

    return files.finish(root)


def _say(message: str) -> None:
    print(f"handbook: {on_one_line(message)}", file=sys.stderr)


def _say_why(error: OSError, more: str = "") -> None:
    _say(f"{error.filename}: {error.strerror}{more}" if error.strerror else f"{error}{more}")


def _ours(changes: Changes) -> str:
    """The files that people edit, among those that change."""
    from handbook import editor

    return ", ".join(name for name in changes if not name.startswith(editor.FOLDER))


def _written(root: FilePath, changes: Changes, words: str) -> int:
    from handbook import rehearsal

    try:
        rehearsal.write(root, changes)
    except OSError as error:
        _say_why(error, "; nothing was written")
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
