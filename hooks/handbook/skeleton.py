"""A new record, to be filled in: what must be said is there, all else stands beside it as comments.

Made from the schema, so that it never lags behind it: the description of each field is its remark,
its example the value. What refers to a record names one that exists.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from handbook import editor, rehearsal, writing
from handbook.book import Book, Key
from handbook.compose import Composition
from handbook.edits import Edit, applied, offset
from handbook.problem import Problem
from handbook.schema import (
    COLLECTIONS,
    KINDS,
    UNWRITTEN,
    Collection,
    Model,
    Record,
    Ref,
    Short,
    bare_type,
    fields,
    id_rule,
    is_id,
    quoted,
)
from handbook.source import Folder, Plain, Source

TO_DO = UNWRITTEN
STAND_IN = "to-be-written"
"""The record that is named where one must be, and nobody has said which."""

_UNUSED = ("HB106", "HB302", "HB303")
"""Nothing can use a record that did not exist: to name it somewhere is the next step."""


class NotMadeError(ValueError):
    """No record can be made. `asked` says whether what was asked for is at fault, or the data."""

    def __init__(self, message: str, *, asked: bool = True) -> None:
        super().__init__(message)
        self.asked = asked


@dataclass(frozen=True)
class Made:
    """What is to be written, and the problems that will then be left for its author to mend."""

    changes: rehearsal.Changes
    left: tuple[Problem, ...]


def made(root: FilePath, found: Composition, kind: str, record_id: str) -> Made:
    """The files of a new record.

    Raises NotMadeError for an id that cannot be had, and where the record would not pass the check.
    """
    book, collection = found.book, KINDS[kind]
    _check(book, collection, record_id)
    records = list(_files(root, book, collection, record_id))
    changes: dict[str, str | None] = {file: text for _, file, text in records}
    changes |= editor.current(root, book, [key for key, _, _ in records])
    new = rehearsal.new_problems(root, found, changes)
    faults = [one for one in new if one.severity == "error" and one.code not in _UNUSED]
    if faults:
        raise NotMadeError(str(faults[0]), asked=False)
    return Made(changes, tuple(new))


def _check(book: Book, collection: Collection, record_id: str) -> None:
    if not is_id(record_id):
        raise NotMadeError(
            f"{quoted(record_id)} is no id: it has {id_rule(record_id)}"
            + (f"; write {meant}" if is_id(meant := slug(record_id)) else "")
        )
    if book.known(collection.name, record_id):
        origin = book.origins.get((collection.name, record_id))
        place = f" in {origin.source.file}" if origin else ""
        raise NotMadeError(
            f"there is {collection.article} {quoted(record_id)} already{place}: choose another id"
        )
    if collection.name == "editions" and not _YEAR.match(record_id):
        raise NotMadeError("an edition's id begins with its year, such as 2027 or 2027-spring")


_YEAR = re.compile(r"(?:19|20|21)[0-9]{2}(?![0-9])")


def slug(text: str) -> str:
    """A text as the id that was probably meant: `Åsa's café` becomes `asa-s-cafe`."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall("[a-z0-9]+", plain))


def course(book: Book, title: str) -> str:
    """The file about a course of which no more is known than its title."""
    collection = COLLECTIONS["course"]
    said: dict[str, Plain] = {"title": title, "time_zone": "UTC"}
    return _file(collection, _lines(book, collection, said))


def _file(collection: Collection, lines: Iterator[str]) -> str:
    about = (collection.model.__doc__ or "").partition("\n")[0].partition(" (`")[0].rstrip(".")
    head = [editor.line(collection), f"# {about}. To use a field, delete the # before it."]
    return "\n".join([*head, *lines]) + "\n"


def _files(
    root: FilePath, book: Book, collection: Collection, record_id: str
) -> Iterator[tuple[Key, str, str]]:
    """The record and, where it must name one that nobody knows, a stand-in: key, file, text."""
    key = (collection.name, record_id)
    lines = _lines(book, collection, _said(book, collection, record_id))
    if collection.layout == "folder":
        yield key, f"data/{collection.name}/{record_id}.yml", _file(collection, lines)
    else:
        entry = [f"{record_id}:", *(f"  {line}" for line in lines)]
        file = f"data/{collection.name}.yml"
        tree = Folder(root)
        if tree.has(file) and tree.read(file).data is not None:
            yield key, file, _with_entry(tree.read(file), record_id, entry)
        else:
            yield key, file, "\n".join([editor.line(collection), *entry]) + "\n"
    for info in fields(collection.model).values():
        ref = next((mark for mark in info.metadata if isinstance(mark, Ref)), None)
        if info.is_required() and ref and not book.known(ref.collection, STAND_IN):
            yield from _files(root, book, COLLECTIONS[ref.collection], STAND_IN)


def _with_entry(file: Source, record_id: str, entry: list[str]) -> str:
    """The file with one entry more: in its place if they stand in order, else at the end."""
    known = [str(path[0]) for path in file.keys if len(path) == 1]
    later = [one for one in known if one > record_id]
    indent = " " * (file.keys[(known[0],)][1] - 1) if known else ""
    words = "".join(f"{indent}{line}\n" for line in entry)
    if not later or len(later) == len(known) or known != sorted(known):
        return f"{file.text.rstrip()}\n{words}"
    above = file.text.split("\n")[: file.keys[(later[0],)][0] - 1]
    while above and (not above[-1].strip() or above[-1].lstrip().startswith("#")):
        above.pop()
    place = offset(file.text, (len(above) + 1, 1))
    return applied(file.text, [Edit(place, place, words)])


def _lines(book: Book, collection: Collection, said: Mapping[str, Plain]) -> Iterator[str]:
    """The fields of a record, line by line: what is said, then all others as comments."""
    model = collection.model
    known = dict(fields(model))
    if issubclass(model, Record):  # what all records share comes last
        known |= {name: known.pop(name) for name in fields(Record) if name != "former_ids"}
        del known["former_ids"]  # a rename writes it
    for name, value in said.items():
        yield from writing.field_lines(name, value, _remark(known[name]))
    for name, info in known.items():
        if name not in said:
            value = _sample(book, info.annotation, info.metadata, _first(info.examples))
            lines = writing.field_lines(name, value, _remark(info))
            yield from (f"# {line}" for line in lines)


def _said(book: Book, collection: Collection, record_id: str) -> dict[str, Plain]:
    """What a new record says: nothing that is not so, and no more than it must."""
    said: dict[str, Plain] = {}
    for name, info in fields(collection.model).items():
        if info.is_required():
            marked = any(isinstance(mark, Ref) for mark in info.metadata)
            choices = get_origin(info.annotation) is Literal
            example = _first(info.examples)
            said[name] = STAND_IN if marked else example if choices else TO_DO
    if collection.name == "editions":
        said["when"] = record_id[: len("2026")]
    if "status" in fields(collection.model):
        said["status"] = "example"
    if collection.name == "sessions" and book.outcomes:
        said["outcomes"] = [next(iter(book.outcomes))]
    return said


def _remark(info: FieldInfo) -> str:
    kind = bare_type(info.annotation)
    choices = get_args(kind) if get_origin(kind) is Literal else ()
    words = info.description or ""
    return f"{words.rstrip('.')}: {', '.join(choices)}." if choices else words


def _first(examples: list[Any] | None) -> Any:
    return examples[0] if examples else None


def _sample(  # noqa: PLR0911 - one line for each form that a type can have
    book: Book, annotation: Any, marks: Any, example: Any
) -> Plain:
    """A value as it could stand in a field: the example, but naming what exists."""
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _sample(book, inside[0], (*marks, *inside[1:]), example)
    if origin in (Union, UnionType):
        return _sample(book, inside[0], marks, example)
    for mark in marks:
        if isinstance(mark, Ref):
            return next(iter(book.ids(mark.collection)), example or STAND_IN)
        if isinstance(mark, Short) and isinstance(example, str):
            return _sample(book, mark.type, (), example)
        if mark == "prose":
            cited = next(iter(book.ids("references")), "key")
            return re.sub(r"\[@[\w-]+\]", f"[@{cited}]", example or f"{TO_DO}.\n")
    if origin is list:
        return [_flat(_sample(book, inside[0], (), _first(example)))]
    if origin is dict:
        key, value = _first(list(example.items())) if example else (None, None)
        named = str(_sample(book, inside[0], (), key))
        return {named: _flat(_sample(book, inside[1], (), value))}
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return _fields_of(book, annotation, example)
    return TO_DO if example is None else str(example)


def _fields_of(book: Book, model: type[Model], example: Any) -> dict[str, Plain]:
    known = fields(model)
    said = example or {
        name: _first(info.examples) for name, info in known.items() if info.is_required()
    }
    return {
        name: _flat(_sample(book, known[name].annotation, known[name].metadata, value))
        for name, value in said.items()
    }


def _flat(value: Plain) -> Plain:
    return value.strip() if isinstance(value, str) else value
