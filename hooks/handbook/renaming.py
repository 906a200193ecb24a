"""A record under another id: its file or entry, and all that names it, changed by place.

References are found through the types of their fields, links through the prose that is checked. A
slot is known to calendars by its key, which is its session's id where it has none of its own: so it
gets that as a key before the session is renamed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path as FilePath

from handbook import addresses, editor, prose, rehearsal, schema
from handbook.book import Book, Key
from handbook.compose import Composition
from handbook.edits import Edit, applied, offset, scalars
from handbook.problem import Path, Problem
from handbook.schema import COLLECTIONS, KINDS, closest, quoted
from handbook.source import Mark, Source
from handbook.text import Text


class NotRenamedError(ValueError):
    """Nothing was written. `problems` are those that would have come up."""

    def __init__(self, message: str, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems


@dataclass(frozen=True)
class Renaming:
    """What is to be written; and where the old name still stands, in words that nothing checks."""

    changes: rehearsal.Changes
    left: tuple[str, ...]


def renamed(root: FilePath, found: Composition, kind: str, old: str, new: str) -> Renaming:
    """The files of the handbook with one record renamed.

    Raises NotRenamedError for names that cannot be had, and where new problems would come up.
    """
    book, key = found.book, (KINDS[kind].name, old)
    _check(book, key, new)
    moved = _moved(key, new)
    changes: dict[str, str | None] = {}
    for file, edits in _edits(book, key, new).items():
        source = _source(book, file)
        changes[moved.get(file, file)] = applied(source.text, edits)
    for before, after in moved.items():
        changes.setdefault(after, _source(book, before).text)
        changes[before] = None
    changes |= editor.current(root, book, added=[(key[0], new)], gone=key)
    new_problems = rehearsal.new_problems(root, found, changes, moved)
    if new_problems:
        count = len(new_problems)
        raise NotRenamedError(
            f"{quoted(new)} would bring {count} new problem{'s' if count > 1 else ''}: "
            "nothing was written",
            tuple(new_problems),
        )
    return Renaming(changes, tuple(_left(book, key, changes, moved)))


def _check(book: Book, key: Key, new: str) -> None:
    collection, old = COLLECTIONS[key[0]], key[1]
    if key[0] == "editions":
        raise NotRenamedError(
            "an edition keeps its id: it is a part of every entry's identifier in calendars"
        )
    if not book.known(*key):
        near = closest(old, book.ids(key[0]))
        hint = f" (did you mean {quoted(near)}?)" if near else ""
        raise NotRenamedError(f"there is no {collection.singular} {quoted(old)}{hint}")
    if not schema.is_id(new):
        raise NotRenamedError(f"{quoted(new)} is no id: it has {schema.id_rule(new)}")
    if book.known(key[0], new):
        raise NotRenamedError(f"there is {collection.article} {quoted(new)} already")


def _moved(key: Key, new: str) -> dict[str, str]:
    """The record's own file, where it has one: before → after."""
    collection, old = key
    if COLLECTIONS[collection].layout != "folder":
        return {}
    return {f"data/{collection}/{old}.yml": f"data/{collection}/{new}.yml"}


def _source(book: Book, file: str) -> Source:
    return next(source for source in _sources(book) if source.file == file)


def _sources(book: Book) -> list[Source]:
    """Every file once, in order."""
    found = {origin.source.file: origin.source for origin in book.origins.values()}
    found |= {document.source.file: document.source for document in book.documents}
    return [found[file] for file in sorted(found)]


# --- The edits -------------------------------------------------------------------------------


def _edits(book: Book, key: Key, new: str) -> dict[str, list[Edit]]:
    """All edits, by file."""
    found: dict[str, list[Edit]] = {}
    for source, edit in (
        *_own(book, key, new),
        *_references(book, key, new),
        *_waivers(book, key, new),
        *_links(book, key, new),
    ):
        found.setdefault(source.file, []).append(edit)
    return found


def _own(book: Book, key: Key, new: str) -> Iterator[tuple[Source, Edit]]:
    """The record's name, in a file of several; and what it was called, where it has an address."""
    origin = book.origins[key]
    if origin.path:
        yield origin.source, _retyped(origin.source, origin.source.keys[origin.path], new)
    record = book.records(key[0])[key[1]]
    if isinstance(record, schema.Record):
        yield origin.source, _remembered(origin.source, record.former_ids, key[1], new)


def _remembered(source: Source, former: list[str], old: str, new: str) -> Edit:
    """`former_ids` with the old id in it, and without the new one."""
    old = _plain(old)
    if new in former:
        return _retyped(source, source.values["former_ids", former.index(new)], old)
    if former:
        return _item_after(source, ("former_ids", len(former) - 1), old)
    text = source.text
    if ("former_ids",) in source.keys:
        start = offset(text, source.values["former_ids",])
        empty = re.compile(r"\[\s*\]").match(text, start)
        place = offset(text, source.keys["former_ids",]) + len("former_ids:")
        return Edit(start, empty.end(), f"[{old}]") if empty else Edit(place, place, f" [{old}]")
    if text[offset(text, source.values[()])] == "{":
        place = offset(text, source.values[()]) + 1
        return Edit(place, place, f"former_ids: [{old}], ")
    indent = " " * (source.keys[next(iter(source.keys))][1] - 1)
    line = f"{indent}former_ids: [{old}]\n"
    return Edit(len(text), len(text), line if text.endswith("\n") else f"\n{line}")


def _item_after(source: Source, path: Path, value: str) -> Edit:
    """One item more in a list, after the one at `path`."""
    start, end = _span(source, source.values[path])
    if _in_brackets(source, path[:-1]):
        return Edit(end, end, f", {value}")
    line = source.text.rfind("\n", 0, start) + 1
    place = _line_end(source.text, end)
    indent = source.text[line : source.text.index("-", line)]
    return Edit(place, place, f"\n{indent}- {value}")


def _references(book: Book, key: Key, new: str) -> Iterator[tuple[Source, Edit]]:
    """Each field that names the record; and the key that a slot keeps when its session goes."""
    for other, mentions in book.mentions.items():
        origin = book.origins[other]
        for mention in mentions:
            if (mention.collection, mention.id) != key:
                continue
            path = (*origin.path, *mention.path)
            if mention.at_key:
                yield origin.source, _retyped(origin.source, origin.source.keys[path], new)
                continue
            # A short form has no path of its own: it stands where its fields would.
            yield origin.source, _retyped(origin.source, origin.source.mark(path), new)
    if key[0] == "sessions":
        for occurrence in book.occurrences:
            if occurrence.slot.session == key[1] and occurrence.slot.key is None:
                source = book.origins["editions", occurrence.edition].source
                yield source, _kept_key(source, occurrence.path, key[1])


def _kept_key(source: Source, slot: Path, key: str) -> Edit:
    """A key of its own for a slot, beside its session."""
    words = f"key: {_plain(key)}"
    if (*slot, "key") in source.keys:  # it is there, and nothing stands after it
        place = offset(source.text, source.keys[*slot, "key"]) + len("key:")
        return Edit(place, place, words.removeprefix("key:"))
    _, end = _span(source, source.values[*slot, "session"])
    if _in_brackets(source, slot):
        return Edit(end, end, f", {words}")
    place = _line_end(source.text, end)
    indent = " " * (source.keys[*slot, "session"][1] - 1)
    return Edit(place, place, f"\n{indent}{words}")


def _waivers(book: Book, key: Key, new: str) -> Iterator[tuple[Source, Edit]]:
    """The places of waivers: a file, and after # what is meant in it."""
    collection, old = key
    for number, waiver in book.waivers.items():
        file, sign, inside = waiver.place.partition("#")
        if file == f"data/{collection}/{old}.yml":
            place = f"data/{collection}/{new}.yml{sign}{inside}"
        elif file == f"data/{collection}.yml" and inside.partition(".")[0] == old:
            place = f"{file}#{new}{inside[len(old) :]}"
        else:
            continue
        origin = book.origins["waivers", number]
        mark = origin.source.values[*origin.path, "place"]
        yield origin.source, _retyped(origin.source, mark, place)


# --- Links in prose --------------------------------------------------------------------------

_ATTRIBUTE = re.compile(r"\b(?:href|src)\s*=\s*[\"'](/[^\"'\s]*)[\"']")


def _links(book: Book, key: Key, new: str) -> Iterator[tuple[Source, Edit]]:
    for text in book.texts:
        mentions = list(prose.links(text.text, text.masked))
        if text.by_hand:
            found = _ATTRIBUTE.finditer(text.masked)
            mentions += [prose.Mention(match[1], match.start(1)) for match in found]
        for mention in mentions:
            target = _target(mention.name, key, new)
            if target != mention.name:
                start = _in_file(text, mention)
                yield text.source, Edit(start, start + len(mention.name), target)


def _target(target: str, key: Key, new: str) -> str:
    """Where a link leads once the record has its new id."""
    collection, old = key
    page, sign, fragment = target.removeprefix("/").partition("#")
    if not target.startswith("/"):
        return target
    if collection in addresses.ENTITY_PAGES and page == addresses.of(collection, old):
        return f"/{addresses.of(collection, new)}{sign}{fragment}"
    if f"{page}{sign}{fragment}" == addresses.of(collection, old) and sign:
        return f"/{addresses.of(collection, new)}"
    if collection == "lecturers":
        feed = rf"^(/calendar/[^/]+/lecturers/){re.escape(old)}\.ics$"
        return re.sub(feed, rf"\g<1>{new}.ics", target)
    return target


def _in_file(text: Text, mention: prose.Mention) -> int:
    """Where a link's target stands in the file. It has no spaces, so no line break parts it."""
    if text.by_hand:
        return mention.start
    start, end = _span(text.source, text.source.values[text.path])
    pattern = re.compile(re.escape(mention.name))
    before = [match.start() for match in pattern.finditer(text.text)]
    places = [match.start() for match in pattern.finditer(text.source.text, start, end)]
    if len(places) != len(before):
        raise NotRenamedError(
            f"{text.source.file}:{text.source.values[text.path][0]}: a link to "
            f"{mention.name} is written in a way that cannot be changed by itself: change it first"
        )
    return places[before.index(mention.start)]


# --- What edits share ------------------------------------------------------------------------


@cache
def _scalars(text: str) -> dict[Mark, tuple[int, int]]:
    return scalars(text)


def _span(source: Source, mark: Mark) -> tuple[int, int]:
    return _scalars(source.text)[mark]


def _retyped(source: Source, mark: Mark, value: str) -> Edit:
    """Another text in the place of a scalar, in the quotes that it has."""
    start, end = _span(source, mark)
    typed = source.text[start:end]
    if typed[0] in "\"'":
        return Edit(start, end, f"{typed[0]}{value}{typed[0]}")
    rest = typed[len(typed.rstrip()) :]  # a block of lines ends with a line break
    return Edit(start, end, f"{_plain(value)}{rest}")


def _plain(value: str) -> str:
    """An id as YAML: the one that means nothing without quotes has them."""
    return f"'{value}'" if value == "null" else value


def _in_brackets(source: Source, path: Path) -> bool:
    return source.text[offset(source.text, source.values[path])] in "[{"


def _line_end(text: str, place: int) -> int:
    found = text.find("\n", place)
    return len(text) if found < 0 else found


# --- What is left to people ------------------------------------------------------------------


def _left(book: Book, key: Key, changes: rehearsal.Changes, moved: dict[str, str]) -> Iterator[str]:
    """Lines that still say where the record was: comments, and examples in code."""
    collection, old = key
    where = re.compile(rf"(?<![\w-]){re.escape(collection)}/{re.escape(old)}(?![\w-])")
    for source in _sources(book):
        file = moved.get(source.file, source.file)
        text = changes.get(file) or source.text
        for number, line in enumerate(text.split("\n"), 1):
            if where.search(line):
                yield f"{file}:{number}"
