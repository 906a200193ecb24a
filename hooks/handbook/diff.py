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
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path as FilePath
from typing import Any

from handbook import changes, days, reach
from handbook.book import Book
from handbook.changes import Change, Told
from handbook.compose import Composition
from handbook.days import place_of, spoken, titled
from handbook.problem import Problem, more
from handbook.reach import Reach
from handbook.schema import COLLECTIONS
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


@dataclass(frozen=True)
class Moment:
    """When and where a slot is, as people say it; the place as it is written, or empty."""

    day: str
    time: str
    place: str


@dataclass(frozen=True)
class Difference:
    """A field before and after, or, of a list, what went and what came; cut to what differs."""

    field: str
    old: str
    new: str
    gone: tuple[str, ...] = ()
    come: tuple[str, ...] = ()


@dataclass(frozen=True)
class Item:
    """A record or a slot with all that happened to it.

    `kind` is the chief of its changes, `former` the name before a renaming. `was` and `now` are set
    for slots.
    """

    kind: str
    what: str
    title: str
    name: str
    former: str = ""
    slot: str = ""
    was: Moment | None = None
    now: Moment | None = None
    differences: tuple[Difference, ...] = ()


_CHIEF = ("added", "removed", "cancelled", "reinstated", "moved", "renamed", "reordered", "changed")


def _items(diff: Diff) -> Iterator[Item]:
    """Everything that changed, by record and by slot; a name that only follows is left out."""
    grouped: dict[tuple[str, str], list[Change]] = {}
    for change in diff.changes:
        if change.kind == "reordered" and change.field:
            continue  # how a timetable is written is nobody's news
        grouped.setdefault((change.entity, change.slot), []).append(change)
    renamed = {change.entity: change.old for change in diff.changes if change.kind == "renamed"}
    for (entity, slot), found in grouped.items():
        shown = [change for change in found if not change.follows]
        if not shown:
            continue
        name, record_id = shown[0].key
        kinds = {change.kind for change in shown}
        before = diff.old.get(name, {}).get(renamed.get(entity, record_id))
        after = diff.new.get(name, {}).get(record_id)
        was, now = _slot(before, slot), _slot(after, slot)
        yield Item(
            kind=min(kinds, key=_CHIEF.index),
            what=COLLECTIONS[name].singular if name in COLLECTIONS else name.removesuffix("s"),
            title=_slot_title(diff, now or was) if slot else titled(after or before, record_id),
            name=entity,
            former=f"{name}/{renamed[entity]}" if entity in renamed and not slot else "",
            slot=slot,
            was=_moment(diff.old, before, was),
            now=_moment(diff.new, after, now),
            differences=tuple(_difference(change) for change in shown if _is_field(change, kinds)),
        )


def _is_field(change: Change, kinds: Collection[str]) -> bool:
    """Whether a change is told as that of a field, and not by what happened as a whole."""
    if change.kind == "changed":
        return not ("renamed" in kinds and change.field == "/former_ids")
    return change.kind == "reordered"


def _slot(edition: Any, key: str) -> Mapping[str, Any] | None:
    days = edition.get("days", []) if isinstance(edition, dict) and key else []
    for day in days:
        for slot in day["slots"]:
            if (slot.get("key") or slot.get("session")) == key:
                return {"date": day["date"], **slot}
    return None


def _moment(state: Told, edition: Any, slot: Mapping[str, Any] | None) -> Moment | None:
    if slot is None:
        return None
    time = f"{slot.get('start', '?')}–{slot.get('end', '?')}"
    return Moment(spoken(slot["date"]), time, place_of(state, edition, slot))


def _slot_title(diff: Diff, slot: Mapping[str, Any] | None) -> str:
    slot = slot or {}
    session = str(slot.get("session"))
    records = {**diff.old["sessions"], **diff.new["sessions"]}
    return str(slot.get("title") or titled(records.get(session), session))


def _difference(change: Change) -> Difference:
    field = change.field[1:].replace("/", ", ").replace("~1", "/").replace("~0", "~")
    old, new = change.old, change.new
    if change.kind == "reordered":
        return Difference("order", ", ".join(old), ", ".join(new))
    if isinstance(old, list | None) and isinstance(new, list | None):
        before, after = (list(map(_brief, one or ())) for one in (old, new))
        gone, come = _first(before, after), _first(after, before)
        if gone or come:
            return Difference(field, "", "", gone, come)
    return Difference(field, *_excerpts(_brief(old), _brief(new)))


def _first(items: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    """The items that the others do not have, or the first of them."""
    found = [_cut(one) for one in items if one not in others]
    return (*found[:FEW], "…") if len(found) > FEW else tuple(found)


def _brief(value: Any) -> str:
    """A value on one line, in words: of what has fields, each with its name before it."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {_inside(one)}" for name, one in value.items())
    if isinstance(value, list):
        nested = any(isinstance(one, list | dict) for one in value)
        return ("; " if nested else ", ").join(_brief(one) or "nothing" for one in value)
    return "" if value is None else " ".join(str(value).split())


def _inside(value: Any) -> str:
    """A value within another one: what is itself made of values stands in brackets."""
    words = _brief(value) or "nothing"
    return f"({words})" if isinstance(value, list | dict) and len(value) > 1 else words


LONGEST = 160
"""Characters of a value that are shown."""
FEW = 10
"""Items of a list in a field, and fields of a record, that are shown."""
AROUND = 4
"""Words shown before and after what differs in a long text."""


def _excerpts(old: str, new: str) -> tuple[str, str]:
    """Two texts, cut to where they differ if they are long."""
    if max(len(old), len(new)) <= LONGEST or not (old and new):
        return _cut(old), _cut(new)
    before, after = old.split(), new.split()
    first = _shared(before, after)
    last = _shared(before[first:][::-1], after[first:][::-1])
    return _piece(before, first, last), _piece(after, first, last)


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((number for number, (a, b) in pairs if a != b), min(len(one), len(other)))


def _piece(words: list[str], first: int, last: int) -> str:
    start, end = max(first - AROUND, 0), min(len(words) - last + AROUND, len(words))
    text = " ".join(words[start:end])
    return _cut(f"{'… ' if start else ''}{text}{' …' if end < len(words) else ''}")


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


# --- Words -----------------------------------------------------------------------------------


def text(diff: Diff) -> str:
    """For a terminal and a log: every line is ours, and begins with our words."""
    return _written(diff, "text", None)


def markdown(diff: Diff) -> str:
    """For a pull request: no longer than a comment may be, so long lists are cut."""
    return within_limit(lambda most: _written(diff, "markdown", most))


def _written(diff: Diff, form: Form, most: int | None) -> str:
    items = list(_items(diff))
    return told(
        "diff.md",
        form,
        diff=diff,
        most=most,
        few=FEW,
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
