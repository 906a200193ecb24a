"""The handbook as data: a JSON file for each record and one for all, with their JSON Schemas.

Shapes follow from the models of `schema.py`: a field is published, and described, by being
declared there. Where a script wants another shape than an author, it has it: numbers are numbers,
a slot is an instant with its offset, relations stand at both of their ends, by id.

Prose is told twice: as its author's Markdown, which loses nothing, and as plain words to search,
count and quote. As HTML it stands on the page that each record names; a third copy would bind its
readers to the looks of this site.

What is not known is left out; lists are always there, and empty where nothing is in them. Equal
data, day and address give equal bytes.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin

from pydantic import Field, WithJsonSchema

from handbook import addresses, prose, schema, views
from handbook.book import Book, Key
from handbook.schema import (
    COLLECTIONS,
    DIALECT,
    CaseId,
    EditionId,
    FrameworkId,
    LecturerId,
    Line,
    Model,
    OrganisationId,
    OutcomeId,
    PlaceId,
    Prose,
    ReferenceKey,
    SessionId,
    StageId,
    TermId,
    Url,
)

Json: TypeAlias = dict[str, Any]

VERSION = 1
"""Of the shapes: it grows when a field goes or changes its meaning, not when one is added."""

UNPUBLISHED = frozenset({"publish", "reviewed", "unavailable", "limits", "calendar_domain"})
"""Fields that serve organisers and are on no page."""
_RESHAPED = frozenset({"notices", "days", "swedish", "coordinates"})
"""Fields that are told in another shape (`_Course`, `_Edition`, `_Term`, `_Place`)."""

Address: TypeAlias = Annotated[str, WithJsonSchema({"type": "string", "format": "uri-reference"})]
Instant: TypeAlias = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]


def _say(description: str, *, unknown: bool = False) -> Any:
    """A field as its readers are told of it; `unknown` where it may be left out."""
    return (
        Field(default=None, description=description) if unknown else Field(description=description)
    )


# --- What is published beside the fields of a record -----------------------------------------


class _Back(Model):
    """The records that refer to this one."""

    course: list[Literal["course"]] | None = _say("The course itself.", unknown=True)
    outcomes: list[OutcomeId] | None = _say("Learning outcomes.", unknown=True)
    stages: list[StageId] | None = _say("Stages of the pipeline.", unknown=True)
    glossary: list[TermId] | None = _say("Terms of the glossary.", unknown=True)
    organisations: list[OrganisationId] | None = _say("Organisations.", unknown=True)
    lecturers: list[LecturerId] | None = _say("Lecturers.", unknown=True)
    places: list[PlaceId] | None = _say("Places.", unknown=True)
    cases: list[CaseId] | None = _say("Cases.", unknown=True)
    frameworks: list[FrameworkId] | None = _say("Frameworks.", unknown=True)
    sessions: list[SessionId] | None = _say("Sessions.", unknown=True)
    editions: list[EditionId] | None = _say("Editions, also for one of their slots.", unknown=True)


class _About(Model):
    """What every record says of itself."""

    schema_: Annotated[Address, Field(alias="$schema")] = _say("The JSON Schema of this file.")
    version: int = _say("The version of this shape.")
    type: Line = _say("What kind of record it is.")
    id: Line = _say("Its id, unique in its collection, and lasting.")
    label: Line = _say("What it is called, whichever field says so.")
    page: Address | None = _say("The page that shows it to people.", unknown=True)
    data: Address = _say("The address of this file.")
    rights: Url | None = _say("The licence of its texts.", unknown=True)
    cites: list[ReferenceKey] = _say("The references that it cites, in order.")
    referenced_by: _Back = _say("The records that refer to it, by collection.")


class _Slot(Model):
    """One occurrence in the timetable."""

    key: Line = _say("Its identity in its edition, for ever.")
    uid: Line = _say("Its identifier in calendars.")
    title: Line = _say("What it is called.")
    kind: Line = _say("The kind of its session; else break, travel or other.")
    status: schema.Status = _say("The weakest of its own, its session's and its edition's.")
    date: schema.Date = _say("Its day, in the course's time zone.")
    start: schema.Time = _say("When it begins, in the course's time zone.")
    end: schema.Time = _say("When it ends, in the course's time zone.")
    starts: Instant = _say("When it begins, as an instant with the offset from UTC on that day.")
    ends: Instant = _say("When it ends, likewise.")
    session: SessionId | None = _say("What is taught.", unknown=True)
    place: PlaceId | None = _say("Where; the edition's place goes without saying.", unknown=True)
    lecturers: list[LecturerId] = _say("Who teaches.")
    hosts: list[OrganisationId] = _say("Who receives the group.")
    groups: list[Line] = _say("Which groups of the edition; everyone where there are none.")
    note: Line | None = _say("A short note.", unknown=True)
    page: Address = _say("Its place in the timetable.")
    calendar: Address = _say("Its calendar (RFC 5545).")


class _Meeting(Model):
    """A slot, by its edition and key, as a record tells of it that it concerns."""

    edition: EditionId = _say("The edition that it is in.")
    key: Line = _say("Its key there.")
    starts: Instant = _say("When it begins, with the offset from UTC.")
    ends: Instant = _say("When it ends, likewise.")
    status: schema.Status = _say("The weakest of its own, its session's and its edition's.")


class _Position(Model):
    """A place on earth (WGS 84)."""

    latitude: Decimal = _say("Degrees north.")
    longitude: Decimal = _say("Degrees east.")


class _Course(Model):
    current_edition: EditionId | None = _say(
        "The edition that runs, else the next, else the latest.", unknown=True
    )
    notices: list[Line] = _say("Messages that hold today.")


class _Numbered(Model):
    number: int = _say("Its place in the order, from 1.")


class _Term(Model):
    translations: dict[schema.Language, Line] = _say("The term in other languages.")


class _Place(Model):
    coordinates: _Position | None = _say("Where it is on earth.", unknown=True)
    slots: list[_Meeting] = _say("What takes place there, in time.")


class _Taught(Model):
    slots: list[_Meeting] = _say("When it is taught, in time.")


class _Teaching(Model):
    slots: list[_Meeting] = _say("What they teach, in time.")


class _Edition(Model):
    time_zone: schema.Zone = _say("The IANA time zone of its days and times.")
    calendar: Address = _say("Its calendar (RFC 5545).")
    dates: list[schema.Date] = _say("Its days, also those on which nothing is told yet.")
    slots: list[_Slot] = _say("Its timetable, in time.")


class _Reference(Model):
    """A source that the handbook cites."""

    kind: Line = _say("Its type in BibTeX.")
    text: Prose = _say("The reference in words.")
    title: Line | None = _say("Its title.", unknown=True)
    year: Line | None = _say("When it was published.", unknown=True)
    doi: Line | None = _say(
        "Its digital object identifier, without https://doi.org/.", unknown=True
    )
    url: Url | None = _say("Where to read it.", unknown=True)


_MORE: Mapping[str, type[Model]] = {
    "course": _Course,
    "outcomes": _Numbered,
    "stages": _Numbered,
    "glossary": _Term,
    "lecturers": _Teaching,
    "places": _Place,
    "sessions": _Taught,
    "editions": _Edition,
    "references": _Reference,
}
"""What a record of a collection has beside its own fields."""


# --- Every file ------------------------------------------------------------------------------


def make(book: Book, base: str, today: dt.date) -> dict[str, bytes]:
    """Every file: its path below the site's root, and what is in it.

    `base` is the site's absolute address; where it is empty, addresses begin at the site's root.
    """
    press = _Press(book, base, today)
    records = {name: list(press.records(name)) for name in addresses.DATA}
    found = {
        addresses.data(name, record["id"]): _json(record)
        for name, held in records.items()
        for record in held
    }
    found[addresses.HANDBOOK] = _json(press.handbook(records))
    for name in (*addresses.DATA, "handbook"):
        made = schema_of(name)
        if press.base:
            made = {"$id": press.at(addresses.data_schema(name)), **made}
        found[addresses.data_schema(name)] = _json({"$schema": DIALECT, **made})
    return found


def _json(value: Json) -> bytes:
    return f"{json.dumps(value, ensure_ascii=False, separators=(',', ':'))}\n".encode()


def instant(local: str) -> str:
    """An instant of a view, which has minutes, with the seconds that RFC 3339 asks for."""
    minutes = len("2026-10-12T09:00")
    return f"{local[:minutes]}:00{local[minutes:]}"


class _Press:
    """Makes the data of one book."""

    def __init__(self, book: Book, base: str, today: dt.date) -> None:
        self.book = book
        self.base = base
        self.today = today
        self.citing: dict[Key, dict[str, None]] = {}
        for key, entity in book.entities():
            typed = [one.id for one in book.mentions[key] if one.collection == "references"]
            told = [
                cited.name
                for passage in schema.passages(entity)
                for cited in prose.citations(passage.text)
            ]
            self.citing[key] = dict.fromkeys([*typed, *told])
        self.cited_by: dict[str, list[Key]] = {}
        for key, cites in self.citing.items():
            for one in cites:
                self.cited_by.setdefault(one, []).append(key)

    def at(self, address: str) -> str:
        """An address of the site, as it is written in the data."""
        return f"{self.base}{address}"

    def handbook(self, records: Mapping[str, list[Json]]) -> Json:
        """The whole handbook: the course, and all records of each collection in their order."""
        course = self.book.course
        return _known(
            {
                "$schema": self.at(addresses.data_schema("handbook")),
                "version": VERSION,
                "type": "handbook",
                "site": self.base,
                "data": self.at(addresses.HANDBOOK),
                "rights": course.licence,
                "language": course.language,
                "time_zone": course.time_zone,
                "course": records["course"][0],
                **{name: held for name, held in records.items() if name != "course"},
            }
        )

    def records(self, collection: str) -> Iterator[Json]:
        """Every record of a collection."""
        if collection == "references":
            for key in self.book.references.lines:
                yield self._record("references", key, key, self._reference(key))
            return
        for number, (record_id, entity) in enumerate(self.book.records(collection).items(), 1):
            fields = _told(entity) | self._more(collection, record_id, entity, number)
            yield self._record(collection, record_id, views.title_of(entity, record_id), fields)

    def _record(self, collection: str, record_id: str, label: str, fields: Json) -> Json:
        key = (collection, record_id)
        page = addresses.of(collection, record_id)
        is_cited = collection == "references"
        pointing = (
            self.cited_by.get(record_id, ()) if is_cited else self.book.backlinks.get(key, ())
        )
        back: dict[str, list[str]] = {}
        for name, other in pointing:
            if name in _fields(_Back):
                back.setdefault(name, []).append(other)
        return _known(
            {
                "$schema": self.at(addresses.data_schema(collection)),
                "version": VERSION,
                "type": _singular(collection),
                "id": record_id,
                "label": label,
                "page": self.at(page) if page else None,
                "data": self.at(addresses.data(collection, record_id)),
                "rights": self.book.course.licence,
                **fields,
                "cites": list(self.citing.get(key, ())),
                "referenced_by": back,
            }
        )

    def _more(self, collection: str, record_id: str, entity: Model, number: int) -> Json:
        """What a record has beside its own fields: see `_MORE`."""
        more: Json = {}
        if isinstance(entity, schema.Course):
            more["current_edition"] = views.current_edition(self.book, self.today)
            more["notices"] = list(views.site(self.book, self.today).notices)
        elif isinstance(entity, schema.Term):
            more["translations"] = views.translations(entity)
        elif isinstance(entity, schema.Edition):
            more["time_zone"] = self.book.course.time_zone
            more["calendar"] = self.at(addresses.calendar(record_id))
            more["dates"] = sorted({day.date.isoformat() for day in entity.days})
            more["slots"] = list(self._slots(record_id))
        elif collection in ("sessions", "lecturers", "places"):
            more["slots"] = [
                {
                    "edition": slot.edition,
                    "key": slot.key,
                    "starts": instant(slot.starts),
                    "ends": instant(slot.ends),
                    "status": slot.status,
                }
                for slot in views.slots_of(self.book, collection, record_id)
            ]
            if isinstance(entity, schema.Place) and entity.coordinates:
                north, east = entity.coordinates.split(", ")
                more["coordinates"] = {"latitude": float(north), "longitude": float(east)}
        elif collection in ("outcomes", "stages"):
            more["number"] = number
        return more

    def _slots(self, edition: str) -> Iterator[Json]:
        for occurrence in self.book.occurrences:
            if occurrence.edition == edition:
                slot, shown = occurrence.slot, views.slot_view(self.book, occurrence)
                yield _known(
                    {
                        "key": shown.key,
                        "uid": addresses.event(self.book, edition, shown.key),
                        "title": shown.title,
                        "kind": shown.kind,
                        "status": shown.status,
                        "date": shown.date,
                        "start": shown.start,
                        "end": shown.end,
                        "starts": instant(shown.starts),
                        "ends": instant(shown.ends),
                        "session": slot.session,
                        "place": self.book.place_of(occurrence),
                        "lecturers": slot.lecturers,
                        "hosts": slot.hosts,
                        "groups": slot.groups,
                        "note": slot.note,
                        "page": self.at(shown.href),
                        "calendar": self.at(shown.calendar),
                    }
                )

    def _reference(self, key: str) -> Json:
        references = self.book.references
        return {
            "kind": references.fields[key]["type"],
            "text": _prose(references.note(key)),
            **{
                name: references.text(key, name) or None for name in ("title", "year", "doi", "url")
            },
        }


def _known(fields: Json) -> Json:
    return {name: value for name, value in fields.items() if value not in (None, "")}


def _singular(collection: str) -> str:
    return COLLECTIONS[collection].singular if collection in COLLECTIONS else "reference"


# --- What a field says -----------------------------------------------------------------------


def _told(entity: Model) -> Json:
    """The published fields of a record, in the order of their declaration."""
    found = {}
    for name, (attribute, info) in _fields(type(entity)).items():
        value = getattr(entity, attribute)
        if value is not None:
            found[name] = _value(value, info.annotation, info.metadata)
    return found


@cache
def _fields(model: type[Model]) -> Mapping[str, tuple[str, Any]]:
    """The published fields of a model by their names: the attribute, and what is known of it."""
    return {
        info.alias or name: (name, info)
        for name, info in model.model_fields.items()
        if not (name in UNPUBLISHED | _RESHAPED and model.__module__ == schema.__name__)
    }


def _bare(annotation: Any, marks: Any = ()) -> tuple[Any, Any]:
    """A type without Annotated and without 'or None', and the marks that it has."""
    if get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        return _bare(inner, [*more, *marks])
    if get_origin(annotation) in (Union, UnionType):
        return _bare(next(one for one in get_args(annotation) if one is not type(None)), marks)
    return annotation, marks


def _value(  # noqa: PLR0911 - one line for each form
    value: Any, annotation: Any, marks: Any = ()
) -> Any:
    """A value as JSON has it."""
    if isinstance(value, str):
        return _prose(value) if "prose" in _bare(annotation, marks)[1] else value
    if isinstance(value, Model):
        return _told(value)
    if isinstance(value, list):
        (inner,) = get_args(_bare(annotation)[0])
        return [_value(one, inner) for one in value]
    if isinstance(value, dict):
        _, inner = get_args(_bare(annotation)[0])
        return {key: _value(one, inner) for key, one in value.items()}
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dt.time):
        return f"{value:%H:%M}"
    return value.isoformat() if isinstance(value, dt.date) else value


def _prose(text: str) -> Json:
    return {"markdown": text, "plain": prose.plain(prose.without_citations(text))}


# --- What a shape is -------------------------------------------------------------------------

_PROSE: Json = {
    "type": "object",
    "properties": {
        "markdown": {
            "type": "string",
            "description": "As it was written: Markdown, with citations such as [@key, ch. 9]. "
            "Links that begin with / are addresses from the site's root.",
        },
        "plain": {
            "type": "string",
            "description": "Its words on one line: no markup, notes or citations.",
        },
    },
    "required": ["markdown", "plain"],
    "additionalProperties": False,
}
_SIMPLE: Mapping[Any, Json] = {
    str: {"type": "string", "minLength": 1},
    bool: {"type": "boolean"},
    int: {"type": "integer", "minimum": 0},
    Decimal: {"type": "number"},
    dt.date: {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
    dt.time: {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"},
}


@cache
def schema_of(name: str) -> Json:
    """The JSON Schema of the files of a collection, or of the whole `handbook`."""
    if name == "handbook":
        return _schema_of_all()
    record = COLLECTIONS[name].model if name in COLLECTIONS else None
    parts = [part for part in (_About, record, _MORE.get(name)) if part]
    objects = [_object(part) for part in parts]
    title = _singular(name)
    return {
        "title": f"{title[0].upper()}{title[1:]}",
        "description": (record or _Reference).__doc__,
        "type": "object",
        "properties": {key: one for made in objects for key, one in made["properties"].items()}
        | {"type": {"const": title, "description": _fields(_About)["type"][1].description}}
        | {"version": {"const": VERSION, "description": _fields(_About)["version"][1].description}},
        "required": sorted({key for made in objects for key in made["required"]}),
        "additionalProperties": False,
        "$defs": {"prose": _PROSE},
    }


class _Handbook(Model):
    """The whole handbook: the course, and every record of each collection in its order."""

    schema_: Annotated[Address, Field(alias="$schema")] = _say("The JSON Schema of this file.")
    version: int = _say("The version of all shapes.")
    type: Literal["handbook"] = _say("What this file is.")
    site: Address | None = _say("The site's address; left out where it is not known.", unknown=True)
    data: Address = _say("The address of this file.")
    rights: Url | None = _say("The licence of the texts.", unknown=True)
    language: schema.Language = _say("The language of the texts (BCP 47).")
    time_zone: schema.Zone = _say("The IANA time zone of all days and times.")


def _schema_of_all() -> Json:
    made = _object(_Handbook)
    held = [name for name in addresses.DATA if name != "course"]
    return {
        "title": "Handbook",
        "description": _Handbook.__doc__,
        **made,
        "properties": made["properties"]
        | {"version": {"const": VERSION, "description": "The version of all shapes."}}
        | {"course": {"$ref": "course.json"}}
        | {name: {"type": "array", "items": {"$ref": f"{name}.json"}} for name in held},
        "required": [*made["required"], "course", *held],
    }


def _object(model: type[Model]) -> Json:
    """The shape of what a model publishes; `additionalProperties` because this is all of it."""
    found = _fields(model)
    return {
        "type": "object",
        "properties": {
            name: {**_shape(info.annotation, info.metadata), "description": info.description}
            for name, (_, info) in found.items()
        },
        "required": [
            name
            for name, (_, info) in found.items()
            if info.is_required() or info.get_default(call_default_factory=True) is not None
        ],
        "additionalProperties": False,
    }


def _shape(annotation: Any, marks: Any = ()) -> Json:  # noqa: PLR0911 - one line for each form
    bare, marks = _bare(annotation, marks)
    if "prose" in marks:
        return {"$ref": "#/$defs/prose"}
    if "url" in marks:
        return {"type": "string", "format": "uri"}
    for mark in marks:
        if isinstance(mark, schema.Ref):
            return {**_SIMPLE[str], "$comment": f"an id of {mark.collection}"}
    if get_origin(bare) is list:
        return {"type": "array", "items": _shape(*get_args(bare))}
    if get_origin(bare) is dict:
        key, value = get_args(bare)
        return {
            "type": "object",
            "propertyNames": _shape(key),
            "additionalProperties": _shape(value),
        }
    if get_origin(bare) is Literal:
        return {"enum": list(get_args(bare))}
    if issubclass(bare, Model):
        return _object(bare)
    form = (
        next((mark.json_schema for mark in marks if isinstance(mark, WithJsonSchema)), None) or {}
    )
    more: Json = {name: form[name] for name in ("format", "pattern") if name in form}
    # What looks ahead is the editors' way to say that a text is none; that it is not empty will do.
    is_told = bare is str and "(?" not in more.get("pattern", "")
    return {**_SIMPLE[bare], **more} if is_told else _SIMPLE[bare]


# --- What people are told --------------------------------------------------------------------


@dataclass(frozen=True)
class FieldTold:
    """A field as the page about the data tells of it."""

    name: str
    type: str
    description: str
    always: bool


@dataclass(frozen=True)
class Shape:
    """A collection as the page about the data tells of it: its fields, and where its schema is.

    `file` is the form of its files' addresses.
    """

    collection: str
    description: str
    file: str
    schema: str
    fields: tuple[FieldTold, ...]


def shapes() -> tuple[Shape, ...]:
    """Every collection: first what all records have in common, under an empty name."""
    common = _rows(_object(_About))
    known = {one.name for one in common}
    found = [Shape("", "", "", "", common)]
    for name in addresses.DATA:
        made = schema_of(name)
        rows = tuple(row for row in _rows(made) if row.name not in known)
        file = addresses.data(name, "<id>")
        found.append(Shape(name, made["description"], file, addresses.data_schema(name), rows))
    return tuple(found)


def _rows(made: Json) -> tuple[FieldTold, ...]:
    return tuple(
        FieldTold(name, _kind(one), one.get("description", ""), name in made["required"])
        for name, one in made["properties"].items()
    )


def _kind(shape: Json) -> str:
    """The kind of a value in a word or two."""
    if shape.get("type") == "array":
        return f"list of {_kind(shape['items'])}"
    if "enum" in shape:
        return ", ".join(shape["enum"])
    if "$ref" in shape:
        return "prose"
    return str(shape.get("$comment") or shape.get("format") or shape.get("type") or "text")
