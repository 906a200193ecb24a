"""What a change means, told: as text for a terminal, as Markdown for a pull request, as JSON.

The words stand in `diff.md` beside this file, once for text and Markdown; what comes from data is
never markup there (see `telling`).

The JSON is one object, and its shape lasts; no key is ever missing::

    base      the commit compared with
    changes   each with kind, entity, slot, field, old, new, follows: see `changes.Change`
    affected  events (uid, kind, edition, slot, title), lecturers (id, name) and groups (edition,
              id, name), each null where the data cannot be read; pages: addresses below the base
    problems  new and gone, each a list as `handbook check --format json` prints it
    unread    files that could not be read on one side or the other, and were not compared
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path as FilePath

from handbook import changes, days, differences, reach
from handbook.book import Book
from handbook.changes import Change, Told
from handbook.compose import Composition
from handbook.days import titled
from handbook.problem import Problem, more
from handbook.reach import Reach
from handbook.telling import Form, told, within_limit


@dataclass(frozen=True)
class Diff:
    """Two states of a handbook compared: `base` is the commit of the old one."""

    base: str
    old: Told
    new: Told
    changes: tuple[Change, ...]
    reach: Reach
    problems_new: tuple[Problem, ...]
    problems_gone: tuple[Problem, ...]
    unread: tuple[str, ...]


def of(base: str, old: Composition, new: Composition, templates: FilePath) -> Diff:
    """What is different in a new state of a handbook; `templates` make the pages of both."""
    unread = sorted(changes.unread(old.book) | changes.unread(new.book))
    before, after = (_told(one.book, unread) for one in (old, new))
    found = changes.between(before, after)
    return Diff(
        base,
        before,
        after,
        found,
        reach.of(old, new, found, templates),
        tuple(more(new.problems, old.problems)),
        tuple(more(old.problems, new.problems)),
        tuple(unread),
    )


def _told(book: Book, unread: Sequence[str]) -> Told:
    return changes.without(changes.told(book), unread)


# --- For programs ----------------------------------------------------------------------------


def as_json(diff: Diff) -> str:
    """One object, as the head of this module describes it."""
    found = asdict(diff.reach)
    told = {
        "base": diff.base,
        "changes": [change.as_dict() for change in diff.changes],
        "affected": found,
        "problems": {
            "new": [problem.as_dict() for problem in diff.problems_new],
            "gone": [problem.as_dict() for problem in diff.problems_gone],
        },
        "unread": diff.unread,
    }
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


# --- For people ------------------------------------------------------------------------------


def text(diff: Diff) -> str:
    """For a terminal and a log: every line is ours, and begins with our words."""
    return _written(diff, "text", None)


def markdown(diff: Diff) -> str:
    """For a pull request: no longer than a comment may be, so long lists are cut."""
    return within_limit(lambda most: _written(diff, "markdown", most))


def _written(diff: Diff, form: Form, most: int | None) -> str:
    items = list(differences.items(diff.old, diff.new, diff.changes))
    return told(
        "diff.md",
        form,
        diff=diff,
        most=most,
        few=differences.FEW,
        timetable=[item for item in items if item.slot],
        records=[item for item in items if not item.slot],
        days=days.changed(diff.old, diff.new) if form == "markdown" else (),
        number=Counter(item.kind for item in items if item.slot),
        nothing=not (diff.changes or diff.problems_new or diff.problems_gone or diff.unread),
        edition=lambda one: titled(
            diff.new["editions"].get(one) or diff.old["editions"].get(one), one
        ),
    )


FORMATS: Mapping[str, Callable[[Diff], str]] = {
    "text": text,
    "markdown": markdown,
    "json": as_json,
}
