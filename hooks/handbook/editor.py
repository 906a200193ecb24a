"""What editors complete and check by: a JSON Schema (2020-12) of each kind of file in data/.

The shapes are the models' own and change with the program; the ids that exist stand apart, in one
file that all others point at, so that a new record changes that file and no other. Editors read
YAML 1.2, where `2026` is a number and `13:00` is text: so text may be a number there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path as FilePath
from typing import Any, TypeAlias

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from handbook import files as files_
from handbook.book import Book, Key
from handbook.schema import COLLECTIONS, DIALECT, Collection, Id

FOLDER = "data/.schema"
"""Beside what it describes; no reader of data/ looks at names that begin with a dot."""
IDS = "ids.json"

Json: TypeAlias = "dict[str, Any]"


def files(book: Book) -> dict[str, str]:
    """Every schema as a file: its path below the root, and its text."""
    schemas = {f"{one.singular}.json": of(one) for one in COLLECTIONS.values()}
    schemas[IDS] = ids(known(book))
    return {f"{FOLDER}/{name}": _written(schema) for name, schema in schemas.items()}


def current(
    root: FilePath, book: Book, added: Iterable[Key], gone: Key | None = None
) -> dict[str, str | None]:
    """The file of ids once records have come, or one has gone; nothing where it is not used."""
    try:
        is_used = files_.place(root, f"{FOLDER}/{IDS}").is_file()
    except OSError:
        is_used = False
    if not is_used:
        return {}
    there = known(book)
    for collection, record_id in added:
        there[collection] = [*there[collection], record_id]
    if gone:
        there[gone[0]].remove(gone[1])
    return {f"{FOLDER}/{IDS}": _written(ids(there))}


def renewed(root: FilePath, book: Book) -> dict[str, str | None]:
    """The file of ids, if it is used and lacks some, or has some that are gone.

    It may: whoever adds a record in a browser cannot write it, and only completion misses that.
    Nothing where a file of many records cannot be read, for their ids would be lost.
    """
    if book.unreadable:
        return {}
    return {
        file: text
        for file, text in current(root, book, ()).items()
        if (root / file).read_text(encoding="utf-8", errors="replace") != text
    }


def _written(schema: Json) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def line(collection: Collection) -> str:
    """The comment that tells an editor the schema of a file of this kind (yaml-language-server)."""
    up = "../" if collection.layout == "folder" else ""
    return f"# yaml-language-server: $schema={up}.schema/{collection.singular}.json"


def of(collection: Collection) -> Json:
    """The schema of a file: of one record, or of all of them where they stand in one."""
    made = _tidy(collection.model.model_json_schema(schema_generator=_Generator))
    shared = made.pop("$defs", {})
    record = made
    if collection.layout == "map":
        made = {
            "description": record["description"],
            "type": "object",
            "propertyNames": TypeAdapter(Id).json_schema(),
            "additionalProperties": record,
        }
    elif collection.layout == "list":
        made = {"description": record["description"], "type": "array", "items": record}
    return {"$schema": DIALECT, **made, **({"$defs": shared} if shared else {})}


def known(book: Book) -> dict[str, list[str]]:
    """The ids of each kind that something may refer to."""
    names = [name for name, one in COLLECTIONS.items() if one.layout in ("map", "folder")]
    return {name: book.ids(name) for name in (*names, "references")}


def ids(there: Mapping[str, Sequence[str]]) -> Json:
    """The schema that all others point at: which ids are there. Where there are none, any is good.

    One a line, so that two people who add a record each seldom touch the same line.
    """
    return {
        "$schema": DIALECT,
        "description": "The ids that exist. Renewed by `handbook check --fix`.",
        "$defs": {name: _one_of(sorted(found)) for name, found in there.items()},
    }


def _one_of(known: list[str]) -> Json:
    """An editor takes an id such as 2026 for a number, unless it stands in quotes."""
    numbers = [int(one) for one in known if re.fullmatch("[0-9]+", one)]
    return {"enum": [*known, *numbers]} if known else {"type": ["string", "number"]}


class _Generator(GenerateJsonSchema):
    """Pydantic's own, but that a mapping says what its keys may be."""

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        found = super().dict_schema(schema)
        keys = self.generate_inner(schema["keys_schema"]) if "keys_schema" in schema else {}
        if "ids of" in keys:
            found["propertyNames"] = keys
        elif "patternProperties" in found:
            found["additionalProperties"] = False
        return found


_NAMED = ("properties", "patternProperties", "$defs")
_AS_IT_IS = ("examples", "enum", "required", "dependentRequired")


def _tidy(node: Any) -> Any:
    """A schema without what tells an editor nothing; a field that may be left out may be empty."""
    if isinstance(node, list):
        return [_tidy(one) for one in node]
    if not isinstance(node, dict):
        return node
    found: Json = {}
    for key, value in node.items():
        if key == "ids of":
            found["$ref"] = f"{IDS}#/$defs/{value}"
        elif key in _NAMED:
            found[key] = {name: _tidy(one) for name, one in value.items()}
        elif key in _AS_IT_IS:
            found |= {key: value} if value else {}
        elif key not in ("title", "default"):
            found[key] = _tidy(value)
    needed = found.get("required", ())
    for name, field in found.get("properties", {}).items():
        if name not in needed:
            found["properties"][name] = _may_be_empty(field)
    return found


def _may_be_empty(field: Json) -> Json:
    """The same field, or nothing after its colon."""
    if {"type": "null"} in field.get("anyOf", ()):
        return field
    about: Json = {key: field[key] for key in ("description", "examples") if key in field}
    rest = {key: value for key, value in field.items() if key not in about}
    return {"anyOf": [rest, {"type": "null"}], **about}
