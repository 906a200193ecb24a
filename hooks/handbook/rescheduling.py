"""Slots of an edition changed, moved and added in its YAML, by place.

All else in the file stays as people wrote it: comments, order, quotes, brackets or lines. A slot
that moves to another day takes its entry along, with the comments above and beside it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, TypeAlias, cast

import yaml

from handbook import source, writing
from handbook.edits import Edit, applied
from handbook.problem import Path
from handbook.schema import Slot, fields
from handbook.source import Plain

Record: TypeAlias = dict[str, Plain]
Span: TypeAlias = tuple[int, int]


@dataclass(frozen=True)
class Wish:
    """What is to be other about the slot with a key: its day, and fields; None takes one out.

    A slot that the edition does not have is new, and `fields` is all it says.
    """

    key: str
    date: str
    fields: Mapping[str, Plain]


class NotRescheduledError(ValueError):
    """The file is written in a way in which this cannot be changed by itself."""


def identity(slot: Mapping[str, Plain]) -> str:
    """The key of a slot that is plain data."""
    return str(slot.get("key") or slot.get("session") or "")


def rescheduled(text: str, wishes: Sequence[Wish]) -> str:
    """The text of an edition's file with all wishes in it.

    Raises NotRescheduledError rather than write what would be read otherwise, or lose a comment.
    """
    before = _Layout(text)
    try:
        changed = _fulfilled(text, wishes)
        after = _Layout(changed)
    except (yaml.YAMLError, LookupError, ValueError) as error:
        raise NotRescheduledError(str(error)) from error
    said = before.said
    for wish in wishes:
        _, fields_now = said.get(wish.key, ("", {}))
        merged = {**fields_now, **wish.fields}
        said[wish.key] = wish.date, {k: v for k, v in merged.items() if v is not None}
    if after.said != said or after.rest != before.rest:
        raise NotRescheduledError("it would not be read as it is meant")
    if _comments(text) - _comments(changed):
        raise NotRescheduledError("a comment would be lost")
    return changed


def _comments(text: str) -> Counter[str]:
    return Counter(words for _, words, _ in writing.remarks_in(text))


def _fulfilled(text: str, wishes: Sequence[Wish]) -> str:
    """Fields first, all at once; then whole days; then, day by day, what moves or is new."""
    layout = _Layout(text)
    known = layout.slots
    edits = [
        edit
        for wish in wishes
        if wish.key in known
        for edit in _field_edits(layout, known[wish.key], wish.fields)
    ]
    layout = _Layout(applied(text, edits))
    taught = {day["date"] for day in layout.days if day.get("slots")}
    redated = _redated(layout, {wish.key: wish.date for wish in wishes})
    layout = _Layout(applied(layout.text, redated))
    left = list(wishes)
    while left:
        edits, left = _round(layout, left)
        layout = _Layout(applied(layout.text, edits)) if edits else layout
    return _without_empty_days(layout, taught)


def _round(layout: _Layout, wishes: Sequence[Wish]) -> tuple[list[Edit], list[Wish]]:
    """The edits of as many wishes as touch no day twice, and the wishes that are left for later."""
    slots, dates = layout.slots, [day["date"] for day in layout.days]
    edits: list[Edit] = []
    left: list[Wish] = []
    busy: set[str] = set()
    for wish in wishes:
        path = slots.get(wish.key)
        was = dates[cast("int", path[1])] if path else wish.date
        if path and was == wish.date:
            continue
        days = {was, wish.date, *(() if wish.date in dates else ("a new day",))}
        if days & busy:
            left.append(wish)
            continue
        busy |= days
        edits += _moved(layout, path, wish.date) if path else _added(layout, wish)
    return edits, left


class _Layout:
    """An edition's data, and where each value and each field's name begins and ends."""

    def __init__(self, text: str) -> None:
        self.text = text
        read = source.parse("", text)
        if read.problems:
            raise ValueError(read.problems[0].message)
        self.data = cast("Record", read.data)
        self.values: dict[Path, Span] = {}
        self.names: dict[Path, Span] = {}
        self.flow: set[Path] = set()
        """Lists and mappings in brackets."""
        events: Iterator[Any] = yaml.parse(text, Loader=yaml.CSafeLoader)
        for event in events:
            if isinstance(event, yaml.NodeEvent):
                self._walk(event, events, ())

    def _walk(self, event: Any, events: Iterator[Any], path: Path) -> int:
        """Note where a value is; the answer is where it ends. Lines end where their last word does.

        YAML's own marks of lists and mappings without brackets, and of blocks of text, lie behind
        the comments that follow.
        """
        start: int = event.start_mark.index
        end: int = event.end_mark.index
        if isinstance(event, yaml.ScalarEvent):
            end = start + len(self.text[start:end].rstrip())
        elif isinstance(event, yaml.CollectionStartEvent):
            end = self._inside(event, events, path)
        self.values[path] = start, end
        return end

    def _inside(self, event: Any, events: Iterator[Any], path: Path) -> int:
        end: int = event.start_mark.index
        count = 0
        for inner in events:
            if isinstance(inner, yaml.CollectionEndEvent):
                if event.flow_style:
                    self.flow.add(path)
                    mark: Any = inner.end_mark
                    end = mark.index
                break
            if isinstance(event, yaml.SequenceStartEvent):
                end = self._walk(inner, events, (*path, count))
                count += 1
                continue
            here = (*path, inner.value)
            self.names[here] = inner.start_mark.index, inner.end_mark.index
            colon = self.text.index(":", inner.end_mark.index) + 1
            end = max(colon, self._walk(next(events), events, here))
            if self.get(here) is None and self.values[here][0] == self.values[here][1]:
                self.values[here], end = (colon, colon), colon
        return end

    def get(self, path: Path) -> Any:
        """The value at a path; nothing where there is none."""
        value: Any = self.data
        for step in path:
            if isinstance(value, list):
                value = value[cast("int", step)]
            elif isinstance(value, dict):
                value = value.get(step)
            else:
                return None
        return value

    @property
    def days(self) -> list[dict[str, Any]]:
        """The days, as plain data."""
        return cast("list[dict[str, Any]]", self.data.get("days") or [])

    @property
    def slots(self) -> dict[str, Path]:
        """Where each slot is, by its key."""
        return {
            identity(slot): ("days", number, "slots", index)
            for number, day in enumerate(self.days)
            for index, slot in enumerate(day.get("slots") or ())
        }

    @property
    def said(self) -> dict[str, tuple[str, Record]]:
        """The day of each slot, and what it says."""
        return {
            identity(slot): (day["date"], {k: v for k, v in slot.items() if v is not None})
            for day in self.days
            for slot in day.get("slots") or ()
        }

    @property
    def rest(self) -> Record:
        """All that is said outside the days."""
        return {name: value for name, value in self.data.items() if name != "days"}

    def line(self, place: int) -> Span:
        """The line of a place, without its line break."""
        end = self.text.find("\n", place)
        return self.text.rfind("\n", 0, place) + 1, len(self.text) if end < 0 else end

    def indent(self, path: Path) -> int:
        """The column, from 0, of the dash of a list's item, or of a field's name."""
        if isinstance(path[-1], int):
            start, end = self.line(self._dash(path))
            line = self.text[start:end]
            return len(line) - len(line.lstrip())
        start = self.names[path][0]
        return start - self.line(start)[0]

    def _dash(self, path: Path) -> int:
        """A place on the line of the dash before a list's item."""
        start, end = self.line(self.values[path][0])
        while not self.text[start:end].lstrip(" ").startswith("-"):
            start, end = self.line(start - 1)
        return start

    def item(self, path: Path) -> Span:
        """The lines of an item that begins with a dash, with their line breaks.

        The comments directly above it at the dash's indentation belong to it, and those below it
        that are indented as its own fields are.
        """
        indent = self.indent(path)
        start = self._dash(path)
        while start:
            above, _ = self.line(start - 1)
            if not self.text[above:start].startswith(f"{' ' * indent}#"):
                break
            start = above
        _, end = self.line(self.values[path][1])
        while end < len(self.text):
            below, stop = self.line(end + 1)
            line = self.text[below:stop]
            words = line.lstrip(" ")
            if not words.startswith("#") or len(line) - len(words) <= indent:
                break
            end = stop
        return start, min(end + 1, len(self.text))


# --- Fields ----------------------------------------------------------------------------------

_ORDER = {name: number for number, name in enumerate(fields(Slot))}


def _field_edits(layout: _Layout, path: Path, wished: Mapping[str, Plain]) -> Iterator[Edit]:
    slot = layout.get(path)
    gone = {name for name, value in wished.items() if value is None and name in slot}
    yield from _taken_out(layout, path, list(slot), gone)
    added: dict[str, list[str]] = {}
    for name in sorted(wished, key=lambda name: _ORDER[name]):
        value = wished[name]
        if value is not None and name in slot:
            yield from _value_edits(layout, (*path, name), value)
        elif value is not None:
            before = [one for one in slot if one not in gone and _ORDER[one] < _ORDER[name]]
            added.setdefault(before[-1] if before else "start", []).append(
                f"{name}: {writing.flow(value)}"
            )
    for anchor, words in added.items():
        end = layout.values[*path, anchor][1]
        if path in layout.flow:
            yield Edit(end, end, "".join(f", {one}" for one in words))
        else:
            _, end = layout.line(end)
            indent = " " * _column(layout, path)
            yield Edit(end, end, "".join(f"\n{indent}{one}" for one in words))


def _column(layout: _Layout, path: Path) -> int:
    """Where the fields of a mapping without brackets begin on their lines."""
    start = layout.values[path][0]
    return start - layout.line(start)[0]


def _taken_out(layout: _Layout, path: Path, names: Sequence[str], gone: set[str]) -> Iterator[Edit]:
    """Fields out of a slot, which always keeps others: when it starts and ends."""
    if path in layout.flow:
        spans = [(layout.names[*path, one][0], layout.values[*path, one][1]) for one in names]
        yield from _cut(layout.text, spans, {names.index(one) for one in gone})
        return
    first = next(number for number, one in enumerate(names) if one not in gone)
    if first:  # what the dash stands before
        start, end = (layout.names[*path, names[number]][0] for number in (0, first))
        yield Edit(start, end, "")
    for name in names[first:]:
        if name not in gone:
            continue
        begin, end = layout.names[*path, name][0], layout.values[*path, name][1]
        start, stop = layout.line(begin)[0], layout.line(end)[1]
        rest = layout.text[end:stop]
        if rest.strip():  # a comment, which stays
            yield Edit(begin, stop - len(rest.lstrip()), "")
        else:
            yield Edit(start, min(stop + 1, len(layout.text)), "")


def _cut(text: str, spans: Sequence[Span], gone: set[int]) -> Iterator[Edit]:
    """Items out of brackets, with one comma each."""
    for first in sorted(gone):
        if first - 1 in gone:
            continue
        last = first
        while last + 1 in gone:
            last += 1
        start, end = spans[first][0], spans[last][1]
        if last + 1 < len(spans):
            end = spans[last + 1][0]
        elif first and text[spans[first - 1][1] : start].strip() == ",":
            start = spans[first - 1][1]
        yield Edit(start, end, "")


def _value_edits(layout: _Layout, path: Path, value: Plain) -> Iterator[Edit]:
    start, end = layout.values[path]
    typed, old = layout.text[start:end], layout.get(path)
    if not typed:
        yield Edit(start, end, f" {writing.flow(value)}")
    elif isinstance(value, list) and isinstance(old, list):
        if path in layout.flow:
            kept = {one: _typed(layout, (*path, number)) for number, one in enumerate(old)}
            words = [kept.get(str(one)) or writing.flow(one) for one in value]
            yield Edit(start, end, f"[{', '.join(words)}]")
        else:
            yield from _item_edits(layout, path, old, [str(one) for one in value])
    elif isinstance(value, str):
        yield Edit(start, end, _like(typed, value))
    else:
        yield Edit(start, end, writing.flow(value))


def _typed(layout: _Layout, path: Path) -> str:
    start, end = layout.values[path]
    return layout.text[start:end]


def _like(typed: str, value: str) -> str:
    """A text in the quotes that another has."""
    if typed[0] == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    if typed[0] == '"' and value.isprintable():
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return writing.scalar(value)


def _item_edits(layout: _Layout, path: Path, old: list[str], new: list[str]) -> Iterator[Edit]:
    """A list with a line for each item: the lines of those that stay are not touched."""
    indent = " " * layout.indent((*path, 0))
    for _, start, end, first, last in SequenceMatcher(None, old, new, False).get_opcodes():
        if old[start:end] == new[first:last]:
            continue
        for number in range(start, end):
            begin, stop = layout.item((*path, number))
            yield Edit(begin, stop, "")
        lines = "".join(f"{indent}- {writing.scalar(one)}\n" for one in new[first:last])
        if lines and start < len(old):
            place = layout.item((*path, start))[0]
            yield Edit(place, place, lines)
        elif lines:
            place = layout.line(layout.values[*path, start - 1][1])[1]
            yield Edit(place, place, f"\n{lines.rstrip()}")


# --- Days and slots --------------------------------------------------------------------------


def _redated(layout: _Layout, dates: Mapping[str, str]) -> list[Edit]:
    """New dates for days whose slots all go to the same day, where no day has it or stays on it.

    So a course that is shifted by a week keeps its days and what is said above them.
    """
    old = [str(day["date"]) for day in layout.days]
    new = []
    for day in layout.days:
        meant = {dates.get(identity(slot), day["date"]) for slot in day.get("slots") or ()}
        new.append(str(meant.pop()) if len(meant) == 1 else str(day["date"]))
    if len(set(new)) < len(new) or (old == sorted(old) and new != sorted(new)):
        return []
    return [
        Edit(*layout.values["days", number, "date"], _like(_typed(layout, path), after))
        for number, (before, after) in enumerate(zip(old, new, strict=True))
        if before != after
        for path in [("days", number, "date")]
    ]


def _added(layout: _Layout, wish: Wish) -> list[Edit]:
    """A new slot, on lines of its own where the edition's first slot is written so."""
    slot = {name: value for name, value in wish.fields.items() if value is not None}
    ordered: Record = {name: slot[name] for name in sorted(slot, key=lambda name: _ORDER[name])}
    other = next(iter(layout.slots.values()), None)
    lines = [f"- {writing.flow(ordered)}"]
    if other and other not in layout.flow and other[:-1] not in layout.flow:
        words = [line for name, one in ordered.items() for line in writing.field_lines(name, one)]
        lines = [f"{'  ' if number else '- '}{line}" for number, line in enumerate(words)]
    return _put(layout, wish.date, ordered, lines)


def _moved(layout: _Layout, path: Path, date: str) -> list[Edit]:
    """A slot's entry out of its day's list and into another's, as it is written."""
    slot, listed = layout.get(path), path[:-1]
    items = layout.get(listed)
    number = cast("int", path[-1])
    if listed in layout.flow:
        spans = [layout.values[*listed, one] for one in range(len(items))]
        edits = list(_cut(layout.text, spans, {number}))
        typed = _typed(layout, path)
        lines = ["- " + (writing.flow(slot) if "\n" in typed else typed)]
    else:
        start, end = layout.item(path)
        edits = [Edit(start, end, "")]
        indent = layout.indent(path)
        lines = [line[indent:] for line in layout.text[start:end].rstrip("\n").split("\n")]
        if len(items) == 1:
            name = layout.names[listed]
            colon = layout.text.index(":", name[1]) + 1
            edits.append(Edit(colon, colon, " []"))
    return [*edits, *_put(layout, date, slot, lines)]


def _put(layout: _Layout, date: str, slot: Record, lines: list[str]) -> list[Edit]:
    """A slot on a day: before the first one that starts later; on a new day, if it is one."""
    one_line = lines[0].startswith("- {") and len(lines) == 1 and lines[0].endswith("}")
    flow = lines[0][2:] if one_line else writing.flow(slot)
    for number, day in enumerate(layout.days):
        if day["date"] == date:
            others = day.get("slots") or ()
            at = _before(others, lambda one: (one["start"], one["end"]), slot)
            return _inserted(layout, ("days", number, "slots"), at, lines, flow)
    at = _before(layout.days, lambda one: one["date"], {"date": date})
    new_day = [f"- date: {date}", "  slots:", *(f"    {line}" for line in lines)]
    words = f"{{date: {date}, slots: [{flow}]}}"
    return _inserted(layout, ("days",), at, new_day, words)


def _before(items: Sequence[Any], order: Any, new: Any) -> int:
    """The position of the first item that comes later than a new one; the end, if none does."""
    later = [number for number, one in enumerate(items) if order(one) > order(new)]
    return later[0] if later else len(items)


def _inserted(layout: _Layout, path: Path, at: int, lines: Sequence[str], flow: str) -> list[Edit]:
    """One item more in a list, as lines or in brackets; the list may be empty, or not be there."""
    items, parent = layout.get(path) or [], path[:-1]
    if path in layout.flow and (items or parent in layout.flow):
        return [_into_brackets(layout, path, len(items), at, flow)]
    if at < len(items):
        indent, place = layout.indent((*path, at)), layout.item((*path, at))[0]
        return [Edit(place, place, "".join(f"{' ' * indent}{line}\n" for line in lines))]
    if items:
        last = (*path, at - 1)
        indent, place = layout.indent(last), layout.item(last)[1]
        words = "".join(f"{' ' * indent}{line}\n" for line in lines)
        ends = layout.text[place - 1] == "\n"
        return [Edit(place, place, words if ends else "\n" + words.rstrip("\n"))]
    names = (
        [one for one in layout.get(parent) if one != path[-1]] if path not in layout.names else []
    )
    if parent in layout.flow:
        end = layout.values[path][1] if not names else layout.values[*parent, names[-1]][1]
        return [Edit(end, end, f", {path[-1]}: [{flow}]" if names else f" [{flow}]")]
    column = _column(layout, parent)
    words = "".join(f"\n{' ' * (column + 2)}{line}" for line in lines)
    if names:
        _, end = layout.line(layout.values[*parent, names[-1]][1])
        return [Edit(end, end, f"\n{' ' * column}{path[-1]}:{words}")]
    colon = layout.text.index(":", layout.names[path][1]) + 1
    _, end = layout.values[path]
    _, stop = layout.line(end)
    return [Edit(colon, max(end, colon), ""), Edit(stop, stop, words)]


def _into_brackets(layout: _Layout, path: Path, count: int, at: int, flow: str) -> Edit:
    if not count:
        return Edit(*layout.values[path], f"[{flow}]")
    if at < count:
        place = layout.values[*path, at][0]
        return Edit(place, place, f"{flow}, ")
    place = layout.values[*path, count - 1][1]
    return Edit(place, place, f", {flow}")


def _without_empty_days(layout: _Layout, taught: set[str]) -> str:
    """The text without days whose slots have all gone, where nothing else is said of them."""
    for number in reversed(range(len(layout.days))):
        day, path = layout.days[number], ("days", number)
        if day["date"] not in taught or day.get("slots"):
            continue
        if ("days",) in layout.flow:
            spans = [layout.values["days", one] for one in range(len(layout.days))]
            edits = list(_cut(layout.text, spans, {number}))
        else:
            start, end = layout.item(path)
            if "#" in layout.text[start:end] or len(layout.days) == 1:
                continue
            edits = [Edit(start, end, "")]
        layout = _Layout(applied(layout.text, edits))
    return layout.text
