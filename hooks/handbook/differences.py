"""What happened to each record and each slot between two states, in words for people."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from handbook.changes import Change, Told
from handbook.days import place_of, spoken, titled
from handbook.schema import COLLECTIONS


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


def items(old: Told, new: Told, found: Sequence[Change]) -> Iterator[Item]:
    """Everything that was found, by record and by slot; a name that only follows is left out."""
    grouped: dict[tuple[str, str], list[Change]] = {}
    for change in found:
        if change.kind == "reordered" and change.field:
            continue  # how a timetable is written is nobody's news
        grouped.setdefault((change.entity, change.slot), []).append(change)
    renamed = {change.entity: change.old for change in found if change.kind == "renamed"}
    for (entity, slot), ours in grouped.items():
        shown = [change for change in ours if not change.follows]
        if not shown:
            continue
        name, record_id = shown[0].key
        kinds = {change.kind for change in shown}
        before = old.get(name, {}).get(renamed.get(entity, record_id))
        after = new.get(name, {}).get(record_id)
        was, now = _slot(before, slot), _slot(after, slot)
        yield Item(
            kind=min(kinds, key=_CHIEF.index),
            what=COLLECTIONS[name].singular if name in COLLECTIONS else name.removesuffix("s"),
            title=_slot_title(old, new, now or was) if slot else titled(after or before, record_id),
            name=entity,
            former=f"{name}/{renamed[entity]}" if entity in renamed and not slot else "",
            slot=slot,
            was=_moment(old, before, was),
            now=_moment(new, after, now),
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


def _slot_title(old: Told, new: Told, slot: Mapping[str, Any] | None) -> str:
    slot = slot or {}
    session = str(slot.get("session"))
    records = {**old["sessions"], **new["sessions"]}
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
    known = set(others)
    found = [_cut(one) for one in items if one not in known]
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
