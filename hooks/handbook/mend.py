"""What has one right answer is put right in the files: `handbook check --fix`.

The rules say what is right (`Problem.instead`); here it is written, by place, so that everything
else stays as people wrote it. Nothing is written before the whole data with it was checked again:
a mend that leaves its problem, or makes one that was not there, is not made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath

from handbook import files
from handbook.compose import Composition, inspect
from handbook.edits import Edit, OverlapError, applied, offset
from handbook.problem import Path, Problem, on_one_line
from handbook.source import NOTHING, SPACES, Folder, read_bytes


@dataclass(frozen=True, order=True)
class Mend:
    """One thing put right: its line (from 1), what stood there, and what stands there instead."""

    file: str
    line: int
    was: str
    now: str

    def __str__(self) -> str:
        words = f"{_shown(self.was)} became {_shown(self.now)}"
        return on_one_line(f"{self.file}:{self.line}: {words}")


def _shown(text: str) -> str:
    """A text in quotes, with what nobody would see in it written out."""
    seen = re.sub(f"[{SPACES}{NOTHING}]", lambda sign: f"\\u{ord(sign[0]):04x}", text)
    sign = "'" if '"' in seen else '"'
    return sign + seen.replace("\t", "\\t") + sign


@dataclass(frozen=True)
class Plan:
    """What files held, what they are to hold, the mends between, and the handbook with them."""

    originals: Mapping[str, bytes]
    drafts: Mapping[str, bytes]
    mends: tuple[Mend, ...]
    found: Composition


class ChangedMeanwhileError(RuntimeError):
    """A file is not what it was when it was read; nothing was written."""


@dataclass(frozen=True)
class _Proposal:
    """A mend that may be made, the problem it is for, and the edits that make it."""

    mend: Mend
    problem: Problem
    edits: tuple[Edit, ...]


# --- Planning --------------------------------------------------------------------------------


def plan(root: FilePath, found: Composition) -> Plan:
    """All mends that can be made below `root`, tried out in memory until none is left."""
    originals: dict[str, bytes] = {}
    drafts: dict[str, bytes] = {}
    mends: list[Mend] = []
    while True:
        step = _step(root, found, drafts)
        if step is None:
            return Plan(originals, drafts, tuple(mends), found)
        made, written, found = step
        for file in written.keys() - originals.keys():
            originals[file] = (root / file).read_bytes()
        drafts |= written
        mends += [proposal.mend for proposal in made]


_Step = tuple[list[_Proposal], dict[str, bytes], Composition]


def _step(root: FilePath, found: Composition, drafts: Mapping[str, bytes]) -> _Step | None:
    """As many mends at once as do no harm together; nothing where each would.

    What cannot be read comes first: it hides whether the others do harm.
    """
    proposals = list(_proposals(root, found, drafts))
    hidden = _hidden(found)
    groups = [
        [one for one in proposals if one.mend.file not in hidden],
        [one for one in proposals if one.mend.file in hidden],
    ]
    while groups:
        group = groups.pop()
        if not group:
            continue
        tried = _tried(root, found, drafts, group)
        if tried:
            return group, *tried
        if len(group) > 1:
            half = len(group) // 2
            groups += [group[half:], group[:half]]
    return None


def _tried(
    root: FilePath, found: Composition, drafts: Mapping[str, bytes], group: list[_Proposal]
) -> tuple[dict[str, bytes], Composition] | None:
    """The files and the handbook after some mends, if these do no harm."""
    edits: dict[str, list[Edit]] = {}
    for proposal in group:
        edits.setdefault(proposal.mend.file, []).extend(proposal.edits)
    try:
        written = {
            file: _draft(_content(root, file, drafts), changes) for file, changes in edits.items()
        }
    except OverlapError:
        return None
    after = inspect(root, found.today, Folder(root, {**drafts, **written}))
    return None if _harm(found, after, group) else (written, after)


def _content(root: FilePath, file: str, drafts: Mapping[str, bytes]) -> bytes:
    return drafts[file] if file in drafts else (root / file).read_bytes()


def _draft(raw: bytes, edits: list[Edit]) -> bytes:
    """A file after edits, whose places are those in its text as it is read: with plain newlines.

    A byte order mark and the line ends of Windows stay.
    """
    text = raw.decode("utf-8")
    places = [
        at
        for at in range(text.startswith("\ufeff"), len(text))
        if text[at] != "\n" or text[at - 1 : at] != "\r"
    ]
    places.append(len(text))
    return applied(
        text, (Edit(places[edit.start], places[edit.end], edit.text) for edit in edits)
    ).encode("utf-8")


# --- What may be mended ----------------------------------------------------------------------


def _proposals(
    root: FilePath, found: Composition, drafts: Mapping[str, bytes]
) -> Iterator[_Proposal]:
    texts: dict[str, str] = {}
    for problem in found.problems:
        if problem.code != "HB003" and problem.instead is None:
            continue
        if problem.file not in texts:
            texts[problem.file] = Folder(root, drafts).read_text(problem.file).text
        text = texts[problem.file]
        if problem.code == "HB003":
            yield from _untabbed(root, found, drafts, problem, text)
        else:
            yield from _replaced(problem, text)


def _replaced(problem: Problem, text: str) -> Iterator[_Proposal]:
    """What stands at the problem's place, with or without quotes, becomes what is right there."""
    was, now = problem.instead or ("", "")
    start = offset(text, (problem.line, problem.column))
    if text.startswith(("'", '"'), start) and not was.startswith(("'", '"')):
        start += 1
    if text.startswith(was, start):
        mend = Mend(problem.file, problem.line, was, now)
        yield _Proposal(mend, problem, (Edit(start, start + len(was), now),))


def _untabbed(
    root: FilePath,
    found: Composition,
    drafts: Mapping[str, bytes],
    problem: Problem,
    text: str,
) -> Iterator[_Proposal]:
    """The tabs that indent some lines become spaces: as many as make the best record.

    Where two widths make records that are equally good and not the same, only a person knows.
    """
    raw = _content(root, problem.file, drafts)
    choices = []
    for edits in _widths(text, problem.line):
        draft = _draft(raw, list(edits))
        source = read_bytes(problem.file, draft)
        if source.problems:
            continue
        after = inspect(root, found.today, Folder(root, {**drafts, problem.file: draft}))
        faults = sum(one.file == problem.file for one in after.problems)
        choices.append((faults, source.data, edits))
    fewest = min((faults for faults, _, _ in choices), default=0)
    best = [(data, edits) for faults, data, edits in choices if faults == fewest]
    if best and all(data == best[0][0] for data, _ in best):
        first = best[0][1][0]
        mend = Mend(problem.file, problem.line, text[first.start : first.end], first.text)
        yield _Proposal(mend, problem, best[0][1])


def _widths(text: str, line: int) -> Iterator[tuple[Edit, ...]]:
    """The ways to write the tabs before a line, and before those below it, with spaces."""
    lines = text.split("\n")
    below = []
    for number in range(line - 1, len(lines)):
        indent = re.match(r"[ \t]*", lines[number])
        if indent is None or "\t" not in indent[0]:
            break
        below.append((offset(text, (number + 1, 1)), indent[0]))
    ways = [
        tuple(
            Edit(start, start + len(tabs), spaces)
            for (start, tabs), spaces in zip(below, way, strict=True)
        )
        for width in (2, 4, 6, 8)
        for way in (
            [tabs.replace("\t", " " * width) for _, tabs in below],
            [tabs.expandtabs(width) for _, tabs in below],
        )
    ]
    yield from dict.fromkeys(ways)


# --- Whether it does harm --------------------------------------------------------------------


def _hidden(found: Composition) -> set[str]:
    """The files of which something could not be read, so that nobody knows what is wrong in it."""
    unread = {source.file for source in found.book.unread.values()}
    return unread | {problem.file for problem in found.problems if problem.code < "HB1"}


def _harm(before: Composition, after: Composition, group: list[_Proposal]) -> bool:
    """Whether mends left what they were to mend, or made a problem.

    Where all was read before, any new problem is made by them. In a file that can be read only
    now, what it hid comes to light; made is what stands where the mend was.
    """
    old = {_identity(problem) for problem in before.problems}
    new = [problem for problem in after.problems if _identity(problem) not in old]
    left = {_identity(problem) for problem in after.problems}
    if any(_identity(proposal.problem) in left for proposal in group):
        return True
    if group[0].mend.file not in _hidden(before):
        return bool(new)
    return any(_made(problem, proposal) for problem in new for proposal in group)


def _identity(problem: Problem) -> tuple[str, str, str, Path]:
    """What stays of a problem when something before it on its line is mended."""
    path = problem.path or (problem.line, problem.column)
    return problem.file, problem.code, problem.message, path


def _made(problem: Problem, proposal: _Proposal) -> bool:
    """Whether a new problem in a file is the work of a mend there."""
    mended = proposal.problem
    if problem.file != mended.file or problem.instead:
        return False
    if mended.code < "HB1" and not mended.path:
        structure = ("HB002", "HB004", "HB008", "HB101")
        return problem.line == mended.line and problem.code in structure
    if mended.code == "HB101":  # the field has another name now; what it holds was not looked at
        place: Path = (*mended.path[:-1], proposal.mend.now.partition(":")[0])
        return (
            problem.path[: len(place)] == place and problem.code < "HB2" and problem.code != "HB102"
        )
    if problem.code == "HB203":
        return problem.path[:-1] == mended.path[:-1]
    return problem.path == mended.path


# --- Writing ---------------------------------------------------------------------------------


def write(root: FilePath, planned: Plan) -> None:
    """Replace the files, all or none.

    Raises ChangedMeanwhileError, before anything is written, if one of them is not what it was; and
    OSError.
    """
    for file, original in planned.originals.items():
        if (root / file).read_bytes() != original:
            message = f"{file} was changed meanwhile, so nothing was written: run it once more"
            raise ChangedMeanwhileError(message)
    files.write(root, planned.drafts)
