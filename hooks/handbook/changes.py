"""What a change of the data is, and whom it reaches: two states compared, as values without words.

`told` is a state as plain data, in which only what is said counts: no comments, no order of fields,
nothing of a field with nothing in it. `between` compares two of them in the terms of the domain;
`replayed` makes the second of the first and what was found, and so defines what a change means.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast

from handbook.book import Book, Key
from handbook.schema import COLLECTIONS
from handbook.source import Plain

# --- A state as plain data -------------------------------------------------------------------

Record: TypeAlias = dict[str, Any]
Told: TypeAlias = dict[str, dict[str, Any]]
"""Collection → id → record. `references` are those of the .bib file, `documents` the pages written
by hand, and a waiver's id says what it waives, because a place in a list is no name."""


def told(book: Book) -> Told:
    """What a book says, readable by the schema or not."""
    found: Told = {name: {} for name in COLLECTIONS}
    for (name, record_id), (data, path) in _places(book).items():
        if name not in book.unreadable:
            value = _bare(_at(data, path))
            if value is not None:
                found[name][_waived(value, found[name]) if name == "waivers" else record_id] = value
    for edition in found["editions"].values():
        if (parts := _parted(edition)) is not None:
            edition["days"] = _days(*parts)
            if not edition["days"]:
                del edition["days"]
    found["references"] = {}
    if "references" not in book.unreadable:
        found["references"] = {
            key: dict(sorted(book.references.fields[key].items())) for key in book.references.lines
        }
    found["documents"] = {
        one.uri: {"text": one.source.text} for one in book.documents if not one.source.problems
    }
    return found


def _places(book: Book) -> dict[Key, tuple[Plain, tuple[str | int, ...]]]:
    """Where each record stands, also of an id that cannot be one."""
    found = {key: (origin.source.data, origin.path) for key, origin in book.origins.items()}
    for key, source in book.unread.items():
        inside = COLLECTIONS[key[0]].layout == "map"
        found.setdefault(key, (source.data, (key[1],) if inside else ()))
    return found


def _at(data: Plain, path: Sequence[str | int]) -> Plain:
    found: Any = data
    for step in path:
        found = found[step]
    return cast("Plain", found)


def _bare(value: Any) -> Any:
    """The value without fields that have nothing in them, which count as left out."""
    if isinstance(value, dict):
        return {name: _bare(one) for name, one in value.items() if one is not None}
    return [_bare(one) for one in value] if isinstance(value, list) else value


def _waived(waiver: Any, others: Iterable[str]) -> str:
    says = waiver if isinstance(waiver, dict) else {}
    name = " ".join(str(says.get(part, "")) for part in ("rule", "place"))
    number = sum(one == name or one.startswith(f"{name} (") for one in others)
    return f"{name} ({number + 1})" if number else name


def unread(book: Book) -> frozenset[str]:
    """The files of which nobody can say what they hold."""
    found = {source.file for source in book.unread.values() if source.data is None}
    found |= {f"data/{one}.{'bib' if one == 'references' else 'yml'}" for one in book.unreadable}
    return frozenset(found | {one.source.file for one in book.documents if one.source.problems})


def without(state: Told, files: Iterable[str]) -> Told:
    """A state without what stands in some files, because the other state cannot tell of them."""
    left = {name: dict(records) for name, records in state.items()}
    for file in files:
        top, _, rest = file.partition("/")
        name, _, record = rest.removesuffix(".yml").partition("/")
        if top == "docs":
            left["documents"].pop(rest, None)
        elif record:
            left[name].pop(record, None)
        else:
            left[name.removesuffix(".bib")] = {}
    return left


# --- The timetable of an edition, by the keys of its slots -----------------------------------

Order: TypeAlias = list[tuple[str, list[str]]]
"""The days of an edition as they are written, each with the keys of its slots."""


def slots(edition: Any) -> dict[str, Record] | None:
    """The slots of an edition by key, each with its date; None where some have no key to go by."""
    parts = _parted(edition)
    return parts[1] if parts else None


def _parted(edition: Any) -> tuple[Order, dict[str, Record]] | None:
    """The order of an edition, and its slots by key, each with its date.

    Nothing where a slot has no key of its own, or something else stands in the way: such a
    timetable is compared as one field.
    """
    order: Order = []
    slots: dict[str, Record] = {}
    days = edition.get("days", []) if isinstance(edition, dict) else None
    for day in days if isinstance(days, list) else [None]:
        if not isinstance(day, dict) or not isinstance(day.get("date"), str):
            return None
        inside = day.get("slots", [])
        if set(day) - {"date", "slots"} or not isinstance(inside, list):
            return None
        order.append((day["date"], []))
        for slot in inside:
            key = _identity(slot)
            if not isinstance(key, str) or key in slots or "date" in slot:
                return None
            slots[key] = {"date": day["date"], **slot}
            order[-1][1].append(key)
    return order, slots


def _identity(slot: Any) -> Any:
    return slot.get("key") or slot.get("session") if isinstance(slot, dict) else None


def _days(order: Order, slots: Mapping[str, Record]) -> list[Record]:
    bare = {key: {k: v for k, v in slot.items() if k != "date"} for key, slot in slots.items()}
    return [{"date": date, "slots": [bare[key] for key in on]} for date, on in order]


def _ordered(order: Order, before: Mapping[str, Record], slots: Mapping[str, Record]) -> Order:
    """Where slots are written after some were added, taken away or given another day.

    Each of those stands before the first on its day that begins later, each new day before the
    first that comes later; a day of which nothing is left goes.
    """
    stay = {key for key in slots if key in before and before[key]["date"] == slots[key]["date"]}
    left = [(date, [key for key in on if key in stay], not on) for date, on in order]
    found: Order = [(date, on) for date, on, was_empty in left if on or was_empty]
    for key, slot in slots.items():
        if key in stay:
            continue
        day = next((on for date, on in found if date == slot["date"]), None)
        if day is None:
            day = []
            later = (number for number, (date, _) in enumerate(found) if date > slot["date"])
            found.insert(next(later, len(found)), (slot["date"], day))
        starts = str(slot.get("start", ""))
        after = (n for n, one in enumerate(day) if str(slots[one].get("start", "")) > starts)
        day.insert(next(after, len(day)), key)
    return found


# --- Changes ---------------------------------------------------------------------------------

What: TypeAlias = Literal[
    "added", "removed", "renamed", "changed", "moved", "cancelled", "reinstated", "reordered"
]


@dataclass(frozen=True)
class Change:
    """One difference between two states.

    `entity` is a collection and an id, `sessions/naming`, or a collection alone where its order
    changed. `slot` is the key of a slot of an edition. `field` is a way into that record or slot,
    a JSON pointer (RFC 6901), or empty for the whole. `old` and `new` are None for what is not
    there; they are ids where a record was renamed. `follows` is the record whose new name is all
    that changed here, or empty.

    The kinds: `moved` is a slot's date, start, end or place; `cancelled` and `reinstated` are a
    status; `renamed` is a record that names the old id in `former_ids`; `reordered` is what the
    other changes leave of an order: of records, or in `/days` that of a timetable as it is written.
    """

    kind: What
    entity: str
    slot: str = ""
    field: str = ""
    old: Any = None
    new: Any = None
    follows: str = ""

    @property
    def key(self) -> Key:
        """The collection and the id."""
        name, _, record_id = self.entity.partition("/")
        return name, record_id

    def as_dict(self) -> dict[str, Any]:
        """The shape that `handbook diff --format json` prints."""
        return {
            "kind": self.kind,
            "entity": self.entity,
            "slot": self.slot,
            "field": self.field,
            "old": self.old,
            "new": self.new,
            "follows": self.follows,
        }


ORDERED = ("outcomes", "stages")
"""The collections that are shown in the order in which they are written."""

_MOVES = ("/date", "/start", "/end", "/place")


def between(old: Told, new: Told) -> tuple[Change, ...]:
    """What is different in the new state, collection by collection, in its order."""
    renamed = {
        (name, was): now
        for name, records in new.items()
        for was, now in _renamed(old.get(name, {}), records)
    }
    found = [
        change
        for name in dict.fromkeys([*new, *old])
        for change in _collection(name, old.get(name, {}), new.get(name, {}), renamed)
    ]
    return tuple(found)


def _renamed(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    taken = set()
    for now, record in after.items():
        former = record.get("former_ids") if isinstance(record, dict) else None
        if now in before or not isinstance(former, list):
            continue
        for was in former:
            gone = isinstance(was, str) and was in before and was not in after
            if gone and was not in taken:
                taken.add(was)
                yield was, now
                break


def _collection(
    name: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    renamed: Mapping[Key, str],
) -> Iterator[Change]:
    names = {now: was for (collection, was), now in renamed.items() if collection == name}
    for record_id, record in before.items():
        if record_id not in after and record_id not in names.values():
            yield Change("removed", f"{name}/{record_id}", old=record)
    for record_id, record in after.items():
        entity, was = f"{name}/{record_id}", names.get(record_id, record_id)
        if was != record_id:
            yield Change("renamed", entity, old=was, new=record_id)
        if was not in before:
            yield Change("added", entity, new=record)
        elif before[was] != record:
            yield from _record(entity, before[was], record, renamed)
    kept = [names.get(one, one) for one in after]
    if name in ORDERED and kept != _kept(before, kept):
        yield Change("reordered", name, old=list(before), new=list(after))


def _kept(before: Iterable[str], after: Sequence[str]) -> list[str]:
    """The order of records after some went and some came: those come last."""
    stay = [one for one in before if one in after]
    return [*stay, *(one for one in after if one not in stay)]


def _record(entity: str, before: Any, after: Any, renamed: Mapping[Key, str]) -> Iterator[Change]:
    old, new = _parted(before), _parted(after)
    if not (entity.startswith("editions/") and old and new):
        yield from _fields(entity, "", before, after, renamed)
        return
    rest, now = ({k: v for k, v in one.items() if k != "days"} for one in (before, after))
    yield from _fields(entity, "", rest, now, renamed)
    for key, slot in old[1].items():
        if key not in new[1]:
            yield Change("removed", entity, key, old=slot)
    for key, slot in new[1].items():
        if key not in old[1]:
            yield Change("added", entity, key, new=slot)
        else:
            yield from _fields(entity, key, old[1][key], slot, renamed)
    slots = {key: new[1][key] for key in _kept(old[1], list(new[1]))}
    if _ordered(old[0], old[1], slots) != new[0]:
        yield Change("reordered", entity, "", "/days", _listed(old[0]), _listed(new[0]))


def _listed(order: Order) -> list[Record]:
    return [{"date": date, "slots": on} for date, on in order]


def _fields(
    entity: str, slot: str, before: Any, after: Any, renamed: Mapping[Key, str]
) -> Iterator[Change]:
    for field, old, new in _differences("", before, after):
        kind: What = "changed"
        if slot and field in _MOVES:
            kind = "moved"
        elif field == "/status" and (slot or entity.startswith(("editions/", "sessions/"))):
            kind = (
                "cancelled"
                if new == "cancelled"
                else "reinstated"
                if old == "cancelled"
                else "changed"
            )
        follows = next(
            (
                f"{name}/{now}"
                for (name, was), now in renamed.items()
                if _as_before(new, name, was, now) == old
            ),
            "",
        )
        yield Change(kind, entity, slot, field, old, new, follows)


def _differences(at: str, old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    if not (isinstance(old, dict) and isinstance(new, dict)):
        if old != new:
            yield at, old, new
        return
    for name in dict.fromkeys([*old, *new]):
        step = name.replace("~", "~0").replace("/", "~1")
        yield from _differences(f"{at}/{step}", old.get(name), new.get(name))


def _as_before(value: Any, collection: str, was: str, now: str) -> Any:
    """A value as it would stand if a record had kept its id."""
    if isinstance(value, dict):
        return {
            _as_before(name, collection, was, now): _as_before(one, collection, was, now)
            for name, one in value.items()
        }
    if isinstance(value, list):
        return [_as_before(one, collection, was, now) for one in value]
    if not isinstance(value, str):
        return value
    return was if value == now else value.replace(f"/{collection}/{now}/", f"/{collection}/{was}/")


# --- The same changes made -------------------------------------------------------------------


def replayed(state: Told, changes: Iterable[Mapping[str, Any]]) -> Told:
    """The state that comes of another by some changes, each as `Change.as_dict` has it."""
    found: Told = deepcopy(dict(state))
    timetables: dict[str, tuple[Order, dict[str, Record], dict[str, Record]]] = {}
    orders = {}
    for change in changes:
        name, _, record_id = change["entity"].partition("/")
        records, kind, new = found.setdefault(name, {}), change["kind"], deepcopy(change["new"])
        if kind == "reordered":
            orders[name, record_id] = new
        elif kind == "renamed":
            found[name] = {new if one == change["old"] else one: records[one] for one in records}
        elif change["slot"]:
            _, _, slots = _opened(timetables, records, change["entity"])
            slots[change["slot"]] = _changed(slots.get(change["slot"]), change["field"], new)
        else:
            records[record_id] = _changed(records.get(record_id), change["field"], new)
            if records[record_id] is None:
                del records[record_id]
    for (name, record_id), new in orders.items():
        if not record_id:
            found[name] = {one: found[name][one] for one in new}
        else:
            _opened(timetables, found[name], f"{name}/{record_id}")
    for entity, (order, before, slots) in timetables.items():
        name, _, record_id = entity.partition("/")
        left = {key: slot for key, slot in slots.items() if slot is not None}
        written = orders.get((name, record_id))
        days = _days(
            [(one["date"], one["slots"]) for one in written]
            if written is not None
            else _ordered(order, before, left),
            left,
        )
        found[name][record_id] = {**found[name][record_id], "days": days}
        if not days:
            del found[name][record_id]["days"]
    return found


def _opened(
    timetables: dict[str, tuple[Order, dict[str, Record], dict[str, Record]]],
    records: Mapping[str, Any],
    entity: str,
) -> tuple[Order, dict[str, Record], dict[str, Record]]:
    if entity not in timetables:
        parts = _parted(records[entity.partition("/")[2]])
        assert parts, entity  # noqa: S101 - a slot is only named where all have keys
        timetables[entity] = (*parts, deepcopy(parts[1]))
    return timetables[entity]


def _changed(record: Any, field: str, new: Any) -> Any:
    """A record with one field set, or taken out where the value is None."""
    if not field:
        return new
    *way, last = [step.replace("~1", "/").replace("~0", "~") for step in field[1:].split("/")]
    inner = record
    for step in way:
        inner = inner[step]
    if new is None:
        del inner[last]
    else:
        inner[last] = new
    return record
