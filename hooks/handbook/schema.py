"""What one author may write: a typed, frozen model for each kind of record.

A field's description is written for the person who fills it in, with an example. A reference is
declared by its type (`CaseId` is an id of a case), and everything that follows from a reference
follows from that one declaration: existence checks, 'did you mean', back-links.

`parse` turns plain data into a model or into problems; it never raises for bad data.

Annotations are not postponed here: each would be compiled by itself, and every command waits.
"""

import datetime as dt
import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from functools import cache, cached_property
from types import UnionType
from typing import Annotated, Any, Literal, Self, TypeAlias, Union, get_args, get_origin
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, ErrorDetails, PydanticCustomError

from handbook.problem import Instead, Path, Problem
from handbook.source import NEAR, Plain, Source, in_quotes, word_quotes
from handbook.spelling import bare, folded, neighbour, unseen, visible
from handbook.writing import flow

# --- Words that fields are made of -----------------------------------------------------------


def _refuse(message: str, hint: str, right: str | None = None) -> PydanticCustomError:
    """A value that does not fit; `right` is what it has to be, where it can be one thing only."""
    told = {"message": message, "hint": hint, "right": right or ""}
    return PydanticCustomError("handbook", "{message}", told)


ID_FORM = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
CLAUSE_FORM = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")


def is_id(text: str) -> bool:
    """Whether a text can be an id. `index` is the name of each collection's own list."""
    return bool(ID_FORM.fullmatch(text)) and len(text) <= LONGEST_ID and text != "index"


DIALECT = "https://json-schema.org/draft/2020-12/schema"
"""What all our JSON Schemas are written in."""

UNWRITTEN = "To be written"
"""What a new record says where its author is to say something."""

LONGEST_ID = 100
"""Characters: an id is a part of file names, which have 255 bytes at most."""


def id_rule(text: str) -> str:
    """What an id has, and this text has not."""
    if len(text) > LONGEST_ID:
        return f"{LONGEST_ID} characters at most"
    return "lower-case letters, digits and single hyphens"


def id_hint(text: str) -> str:
    """What to write in place of a text that is no id."""
    return f"use {id_rule(text)}" + ("" if len(text) > LONGEST_ID else " only")


def as_id(text: str) -> Instead | None:
    """A text, and the id that it becomes in lower case with hyphens for spaces; if it is one."""
    found = folded(text)
    return (text, found) if is_id(found) else None


def quoted(value: object, limit: int = 60) -> str:
    """A value as it is shown inside a message: in quotes, on one line, not too long."""
    text = " ".join(str(value).split())
    return f'"{text if len(text) <= limit else text[: limit - 1] + "…"}"'


def _text(value: str) -> str:
    if not value.strip(WHITE):
        raise _refuse("the text is empty", "write it, or leave the field out")
    if re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ue000-\ue002]", value):
        raise _refuse("the text has a control character", "delete it and type the text again")
    return value


WHITE = " \t\n\u00a0\u200b\u200c\u200d\u2060\ufeff"
"""What shows as nothing."""


def _paragraph(value: str) -> str:
    if re.search(r"\n[ \t]*\n", _text(value).strip()):
        raise _refuse("one paragraph is expected here", "join the paragraphs, or keep the first")
    return " ".join(value.split())


def _abbreviation(value: str) -> str:
    if re.search(r"[\[\]*:]", value):
        raise _refuse(f"{quoted(value)} is no abbreviation", "leave out the characters [ ] * and :")
    return _line(value)


def _line(value: str) -> str:
    if re.search(r"\[@[A-Za-z0-9]", value):
        raise _refuse(
            "this field is plain text and cannot cite", "move the citation to a longer text field"
        )
    return " ".join(_text(value).split())


def _id(value: str) -> str:
    if not is_id(value):
        right = as_id(value)
        hint = f"an id has {id_rule(value)}"
        instead = f"write {right[1]}: {hint}" if right else hint
        raise _refuse(f"{quoted(value)} is no id", instead, right and right[1])
    return value


def _clause(value: str) -> str:
    if not CLAUSE_FORM.fullmatch(value):
        raise _refuse(
            f"{quoted(value)} cannot be a clause's number",
            "letters, digits, dots and hyphens, such as C5 or 8.123",
        )
    return value


def _date(value: object) -> object:
    if isinstance(value, str):
        try:
            if re.fullmatch(r"(?:19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}", value):
                return dt.date.fromisoformat(value)
        except ValueError:
            pass
        raise _refuse(f"{quoted(value)} is no date", *date_instead(bare(value)))
    return value


def date_instead(value: str) -> tuple[str, str | None]:
    """What to write instead of something that is no date; and the date, if it can be only one."""
    found = re.fullmatch(r"((?:19|20|21)[0-9]{2})([-/. ]?)([0-9]{1,2})\2([0-9]{1,2})", value)
    if found and (found[2] or len(value) == len("20261012")):
        year, month, day = int(found[1]), int(found[3]), int(found[4])
        if written := _day(year, month, day):
            return f"write {written}", written
        if swapped := _day(year, day, month):
            return f"day and month are swapped: write {swapped}", swapped
        if 1 <= month <= MONTHS:
            first = dt.date(year, month, 1)
            return f"{first:%B} {year} has {monthrange(year, month)[1]} days", None
        return "write year-month-day; a year has 12 months", None
    return _date_of_day_first(value) or ("write year-month-day, such as 2026-10-12", None)


def _date_of_day_first(value: str) -> tuple[str, str | None] | None:
    """The same for a date that ends in its year; with slashes, the month may stand first."""
    found = re.fullmatch(r"([0-9]{1,2})([-/.]) ?([0-9]{1,2})\2 ?((?:19|20|21)[0-9]{2})", value)
    if found:
        one, two, year = int(found[1]), int(found[3]), int(found[4])
        days = sorted({*filter(None, (_day(year, two, one), _day(year, one, two)))})
        if len(days) == 1 or (days and found[2] == "."):  # with points, the day comes first
            written = _day(year, two, one) or days[0]
            return f"write {written}", written
        if days:
            return f"write {' or '.join(days)}, whichever is meant", None
    return None


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return dt.date(year, month, day).isoformat()
    except ValueError:
        return None


MONTHS, HOURS, MINUTES = 12, 24, 60


def _time(value: object) -> object:
    if isinstance(value, str):
        if re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value):
            return dt.time.fromisoformat(value)
        raise _refuse(f"{quoted(value)} is no time of day", *time_instead(bare(value)))
    return value


def time_instead(value: str) -> tuple[str, str | None]:
    """What to write instead of something that is no time; and the time, if it can be only one."""
    share = re.fullmatch(r"0[.,]([0-9]{3,})", value)
    if share and (written := of_a_day(float(f"0.{share[1]}"), len(share[1]))):
        return f"a spreadsheet shows {written} like this: write {written}", written
    found = re.fullmatch(
        r"([0-9]{1,2})(?:[:.h ]?([0-9]{2}))?(?::00)?\s*(am|pm|a\.m\.|p\.m\.)?", value.lower()
    )
    hours, minutes = (int(found[1]), int(found[2] or 0)) if found else (HOURS, 0)
    half = found[3] if found and 1 <= hours <= HOURS // 2 else None
    if half:
        noon = hours == HOURS // 2  # 12 am and 12 pm are not understood alike by everybody
        hours = hours % 12 + (12 if half.startswith("p") else 0)
    unclear = re.match(r"0[.,]", value)  # a quarter to one, or a part of a day
    if not (found and hours < HOURS and minutes < MINUTES) or unclear:
        return (
            "write hours:minutes from 00:00 to 23:59; what goes on past midnight is two slots",
            None,
        )
    written = f"{hours:02}:{minutes:02}"
    if half:
        return f"write {written}", None if noon else written
    if len(found[1]) == 1 and 1 <= hours < MORNING:
        return f"write {written}, or {hours + 12}:{minutes:02} if the afternoon is meant", None
    return f"write {written}", written


MORNING = 7
"""The first hour that nobody takes for one of the afternoon where it stands without a zero."""


def of_a_day(share: float, digits: int, step: int = 5) -> str | None:
    """The time that a part of a day is, as spreadsheets keep it (0.375 is 09:00).

    Only one of whole steps, of five minutes in a file that people type, met as closely as the
    digits tell: 0.45 may be a mistyped 00:45.
    """
    day = HOURS * MINUTES
    minutes = round(share * day)
    near = min(day / 10**digits, 0.1) if digits > len("375") else 0.0
    if minutes % step or minutes >= day or abs(share * day - minutes) > near + 1e-9:
        return None
    return f"{minutes // MINUTES:02}:{minutes % MINUTES:02}"


def _partial_date(value: str) -> str:
    try:
        if re.fullmatch(r"[0-9]{4}(-[0-9]{2}){0,2}", value):
            dt.date.fromisoformat((value + "-01-01")[:10])
            return value
    except ValueError:
        pass
    raise _refuse(f"{quoted(value)} is no date", "write what is known: 2026, 2026-10 or 2026-10-12")


def _flag(value: object) -> object:
    if isinstance(value, str):
        if value in ("true", "false"):
            return value == "true"
        right = {"yes": "true", "no": "false"}.get(word := bare(value).lower(), word)
        raise _refuse(
            f"{quoted(value)} is neither true nor false",
            f"write {right}" if right in ("true", "false") else "write true or false",
            right if right in ("true", "false") else None,
        )
    return value


def _whole(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{1,9}", value):
        raise _refuse(f"{quoted(value)} is no whole number", "write digits only")
    return value


def _number(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", value):
        raise _refuse(f"{quoted(value)} is no number", "write digits, with a point for decimals")
    return value


def _url(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s<>\"'\\]+\.[^\s<>\"'\\]+", value):
        raise _refuse(f"{quoted(value)} is no web address", "begin with https:// and use no spaces")
    return value


def _coordinates(value: str) -> str:
    """Two decimal degrees of WGS 84, as maps and RFC 5545's GEO have them."""
    found = re.fullmatch(r"(-?[0-9]{1,2}(?:\.[0-9]+)?), ?(-?[0-9]{1,3}(?:\.[0-9]+)?)", value)
    if not found or abs(float(found[1])) > NORTH or abs(float(found[2])) > EAST:
        raise _refuse(
            f"{quoted(value)} is no place on earth",
            "write latitude and longitude in degrees, such as 60.1699, 24.9384",
        )
    return f"{found[1]}, {found[2]}"


NORTH, EAST = 90, 180


def _email(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}", value):
        raise _refuse(f"{quoted(value)} is no e-mail address", "write name@example.org")
    return value


def _orcid(value: str) -> str:
    """Checked by its last digit: ISO 7064 MOD 11-2, as ORCID's own guide describes it."""
    if re.fullmatch(r"[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]", value):
        total = 0
        for digit in value.replace("-", "")[:-1]:
            total = (total + int(digit)) * 2
        if "0123456789X"[(12 - total % 11) % 11] == value[-1]:
            return value
    raise _refuse(f"{quoted(value)} is no ORCID iD", "copy it from orcid.org: 0000-0002-1825-0097")


def _zone(value: str) -> str:
    try:
        if _is_a_place(value) or value == "UTC":
            ZoneInfo(value)
            return value
    except (KeyError, ValueError, OSError):
        pass
    near = get_close_matches(value, sorted(filter(_is_a_place, available_timezones())), 1)
    hint = f"did you mean {near[0]}?" if near else "use an IANA name, such as Europe/Stockholm"
    raise _refuse(f"{quoted(value)} is no time zone", hint)


def _is_a_place(zone: str) -> bool:
    """Whether a zone's name is that of a place; `Etc/GMT+2` means two hours less, not more."""
    return "/" in zone and zone.partition("/")[0] not in ("posix", "right", "Etc", "SystemV", "US")


def _language(value: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?", value):
        raise _refuse(f"{quoted(value)} is no language code", "use BCP 47, such as en, sv or pt-BR")
    return value


def _country(value: str) -> str:
    if not re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", value):
        raise _refuse(f"{quoted(value)} is no country code", "use ISO 3166, such as SE")
    return value


def _form(pattern: str, say: str = "", *types: str, **more: Any) -> WithJsonSchema:
    """What an editor can know of a type, as JSON Schema: what is text here is quoted by few.

    An editor takes `2026` for a number. The pattern holds for text only; `say` is shown where it
    does not match (a keyword of Visual Studio Code and its kin, which others pass over).
    """
    said = {"patternErrorMessage": say} if say else {}
    return WithJsonSchema(
        {"type": [*types] or ["string", "number"], "pattern": pattern, **said, **more}
    )


_WRITTEN = _form(r"\S", "The text is empty.")
_PLAIN = _form(
    r"^(?![\s\S]*\[@[A-Za-z0-9])[\s\S]*\S", "Some plain text is expected, and it cannot cite."
)
_DAY = {
    "type": "string",
    "format": "date",
    "pattern": "^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}$",
    "patternErrorMessage": "Write year-month-day, such as 2026-10-12.",
}

Line: TypeAlias = Annotated[str, AfterValidator(_line), _PLAIN]
"""One line of plain text: titles, names."""
Prose: TypeAlias = Annotated[str, AfterValidator(_text), "prose", _WRITTEN]
"""Markdown: may link, cite and have notes."""
Paragraph: TypeAlias = Annotated[
    str,
    AfterValidator(_paragraph),
    "prose",
    _form(r"^(?![\s\S]*\S[ \t]*\n[ \t]*\n\s*\S)[\s\S]*\S", "One paragraph is expected here."),
]
"""One paragraph of Markdown."""
Abbreviation: TypeAlias = Annotated[
    str, AfterValidator(_abbreviation), _form(r"^[^\[\]*:]*\S[^\[\]*:]*$")
]
Id: TypeAlias = Annotated[
    str,
    AfterValidator(_id),
    _form(
        f"^{ID_FORM.pattern.replace('?:', '')}$",
        "An id has lower-case letters, digits and single hyphens.",
    ),
]
ClauseId: TypeAlias = Annotated[
    str, AfterValidator(_clause), _form(f"^{CLAUSE_FORM.pattern.replace('?:', '')}$")
]
Date: TypeAlias = Annotated[dt.date, BeforeValidator(_date), WithJsonSchema(_DAY)]
PartialDate: TypeAlias = Annotated[
    str,
    AfterValidator(_partial_date),
    _form(
        "^[0-9]{4}(-[0-9]{2}){0,2}$",
        "Write what is known: 2026, 2026-10 or 2026-10-12.",
        "string",
        "integer",
        minimum=1000,
        maximum=9999,
    ),
]
"""A year, a month or a day, as precisely as it is known."""
Time: TypeAlias = Annotated[
    dt.time,
    BeforeValidator(_time),
    _form(
        "^([01][0-9]|2[0-3]):[0-5][0-9]$",
        "Write hours:minutes from 00:00 to 23:59, such as 09:00.",
        "string",
    ),
]
Flag: TypeAlias = Annotated[
    bool, BeforeValidator(_flag), WithJsonSchema({"enum": [True, False, "true", "false"]})
]
Whole: TypeAlias = Annotated[
    int,
    BeforeValidator(_whole),
    _form(
        "^[0-9]{1,9}$", "Write digits only.", "string", "integer", minimum=0, maximum=999_999_999
    ),
]
Number: TypeAlias = Annotated[
    Decimal,
    BeforeValidator(_number),
    _form(r"^[0-9]{1,9}(\.[0-9]{1,9})?$", "Write digits, with a point for decimals.", minimum=0),
]
Url: TypeAlias = Annotated[
    str,
    AfterValidator(_url),
    "url",
    _form(
        r"^https?://[^\s<>\"'\\]+\.[^\s<>\"'\\]+$",
        "Begin with https:// and use no spaces.",
        "string",
    ),
]
Coordinates: TypeAlias = Annotated[
    str,
    AfterValidator(_coordinates),
    _form(
        r"^-?[0-9]{1,2}(\.[0-9]+)?, ?-?[0-9]{1,3}(\.[0-9]+)?$",
        "Write latitude and longitude in degrees, such as 60.1699, 24.9384.",
        "string",
    ),
]
Email: TypeAlias = Annotated[
    str,
    AfterValidator(_email),
    _form(r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}$", "", "string"),
]
Orcid: TypeAlias = Annotated[
    str,
    AfterValidator(_orcid),
    _form(
        "^[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]$",
        "Copy it from orcid.org: 0000-0002-1825-0097.",
        "string",
    ),
]
Zone: TypeAlias = Annotated[
    str, AfterValidator(_zone), _form("^(UTC$|[A-Z][A-Za-z_]*/)", "Use an IANA name.", "string")
]
Language: TypeAlias = Annotated[
    str,
    AfterValidator(_language),
    _form(
        "^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$", "Use BCP 47, such as en or pt-BR.", "string"
    ),
]
Country: TypeAlias = Annotated[
    str, AfterValidator(_country), _form("^[A-Z]{2}(-[A-Z0-9]{1,3})?$", "Use ISO 3166.", "string")
]
Status: TypeAlias = Literal["example", "provisional", "confirmed", "cancelled"]


@dataclass(frozen=True)
class Ref:
    """Marks a text as the id of a record in another collection."""

    collection: str

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """For editors; `editor.py` knows where the ids stand."""
        del core, handler
        return {"ids of": self.collection}


@dataclass(frozen=True)
class Short:
    """Marks fields in whose place a single value may stand, of the type that is named here."""

    type: Any

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """For editors: either of the two."""
        return {"anyOf": [TypeAdapter(self.type).json_schema(), handler(core)]}


OutcomeId: TypeAlias = Annotated[str, Ref("outcomes")]
StageId: TypeAlias = Annotated[str, Ref("stages")]
TermId: TypeAlias = Annotated[str, Ref("glossary")]
OrganisationId: TypeAlias = Annotated[str, Ref("organisations")]
LecturerId: TypeAlias = Annotated[str, Ref("lecturers")]
PlaceId: TypeAlias = Annotated[str, Ref("places")]
CaseId: TypeAlias = Annotated[str, Ref("cases")]
FrameworkId: TypeAlias = Annotated[str, Ref("frameworks")]
SessionId: TypeAlias = Annotated[str, Ref("sessions")]
EditionId: TypeAlias = Annotated[str, Ref("editions")]
ReferenceKey: TypeAlias = Annotated[str, Ref("references")]


def _say(description: str, *examples: Any, default: Any = ...) -> Any:
    """A field: what it is for, for the person who fills it in, with examples."""
    if default is ...:
        return Field(description=description, examples=list(examples))
    if isinstance(default, list | dict):
        return Field(
            default_factory=type(default), description=description, examples=list(examples)
        )
    return Field(default=default, description=description, examples=list(examples))


@cache
def fields(model: "type[Model]") -> Mapping[str, FieldInfo]:
    """Fields by the name that the author writes (`from`, not `from_`)."""
    return {info.alias or name: info for name, info in model.model_fields.items()}


class Model(BaseModel):
    """What all records share: frozen, and unknown fields are refused."""

    # Models that stand inside others are built with those, and not once more by themselves.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _empty_is_missing(cls, data: Any) -> Any:
        """A field with nothing after its colon is a field left out."""
        if isinstance(data, dict):
            known = fields(cls)
            return {
                key: value for key, value in data.items() if value is not None or key not in known
            }
        return data

    @cached_property
    def marked(self) -> "tuple[_Marked, ...]":
        """Every reference and all prose in it: a record never changes, and is asked often."""
        return tuple(_marked(self, ()))


class Review(Model):
    """The last review by an organiser."""

    on: Date = _say("The day of the review.", "2026-09-01")
    by: Line | None = _say("Who reviewed it.", "The course leader", default=None)
    next: Date | None = _say("When it should be looked at again.", "2027-09-01", default=None)


def _review(value: Any) -> Any:
    return {"on": value} if isinstance(value, str) else value


class Link(Model):
    """A link out of the handbook."""

    title: Line = _say("The words of the link.", "Course page")
    url: Url = _say("The address.", "https://example.org/course")


class Record(Model):
    """What every file about one entity may say."""

    aliases: list[Line] = _say("Other names that people search for.", ["map-reading"], default=[])
    former_ids: list[Id] = _say(
        "Ids this record had before; their addresses lead here.", ["old-name"], default=[]
    )
    reviewed: Annotated[Review | None, BeforeValidator(_review), Short(Date)] = _say(
        "The last review by an organiser; leave it out until there was one.",
        {"on": "2026-09-01", "by": "The course leader", "next": "2027-09-01"},
        default=None,
    )
    checked: PartialDate | None = _say(
        "When the sources were last read; shown as 'as of'.", "2026-04", default=None
    )


# --- The course ------------------------------------------------------------------------------


class Limits(Model):
    """What a day and a text may hold."""

    day: Whole | None = _say("The most scheduled minutes on one day.", "480", default=None)
    lunch: Whole | None = _say("The least minutes of lunch.", "45", default=None)
    shortest_text: Whole = _say("The fewest words of a text on a page.", "120", default=120)
    longest_text: Whole = _say("The most words of a text on a page.", "900", default=900)


class Contact(Model):
    """Someone to ask."""

    name: Line = _say("The person or office.", "Doctoral education office")
    role: Line = _say("What they answer for.", "Course administration")
    organisation: OrganisationId | None = _say(
        "Where they work.", "example-university", default=None
    )
    email: Email | None = _say("E-mail.", "course@example.org", default=None)
    phone: Line | None = _say("Telephone.", "+46 8 000 00 00", default=None)
    url: Url | None = _say("A page about them.", "https://example.org/contact", default=None)
    checked: PartialDate | None = _say("When this was last checked.", "2026-04", default=None)


class Notice(Model):
    """A message shown on every page until its day."""

    text: Line = _say("The message, in one sentence.", "The laboratory moves to building B.")
    until: Date = _say("The last day it is shown.", "2026-10-12")
    from_: Annotated[Date | None, Field(alias="from")] = _say(
        "The first day it is shown.", "2026-10-01", default=None
    )


class Course(Model):
    """What holds every year (`data/course.yml`)."""

    title: Line = _say("The course's title.", "Finding your way")
    short: Line | None = _say("A shorter title for the header.", "Map handbook", default=None)
    summary: Line | None = _say(
        "What the course is, in one or two sentences.", "A two-week course on …", default=None
    )
    description: Prose | None = _say("What the course is, at more length.", default=None)
    credits: Number | None = _say("Credits, as the school counts them.", "3", default=None)
    hours_per_credit: Number | None = _say("Hours of work in a credit.", "26.7", default=None)
    level: Line | None = _say("Level of study.", "Doctoral", default=None)
    host: OrganisationId | None = _say(
        "The organisation that gives it.", "example-university", default=None
    )
    school: OrganisationId | None = _say(
        "The school it belongs to.", "example-school", default=None
    )
    publisher: OrganisationId | None = _say(
        "Who answers for this site; left out until somebody does.",
        "example-university",
        default=None,
    )
    licence: Url | None = _say(
        "The licence under which others may use the handbook's texts.",
        "https://creativecommons.org/licenses/by/4.0/",
        default=None,
    )
    language: Language = _say("Language of the handbook (BCP 47).", "en", default="en")
    time_zone: Zone = _say("IANA time zone of all times.", "Europe/Helsinki")
    country: Country | None = _say("Country whose public holidays count.", "FI", default=None)
    limits: Limits = _say(
        "What a day and a text may hold, in minutes and words.",
        {"day": "480", "lunch": "45"},
        default=Limits(),
    )
    entry_requirements: Prose | None = _say("Who may take the course.", default=None)
    application: Prose | None = _say("How to apply.", default=None)
    examination: Prose | None = _say("How the course is examined.", default=None)
    attendance: Prose | None = _say("What must be attended.", default=None)
    bring: Prose | None = _say("What to bring to the course.", default=None)
    report_mistake: Prose | None = _say(
        "How to report a mistake, also without an account anywhere.", default=None
    )
    contacts: list[Contact] = _say("Whom to ask.", default=[])
    notices: list[Notice] = _say("Messages on every page until their day.", default=[])
    links: list[Link] = _say("Pages elsewhere about the course.", default=[])
    calendar_domain: Line | None = _say(
        "The domain in the calendar's lasting identifiers.", "course.example.org", default=None
    )
    checked: PartialDate | None = _say("When the sources were last read.", "2026-04", default=None)


class Outcome(Model):
    """A learning outcome (`data/outcomes.yml`)."""

    text: Line = _say("What a participant can do afterwards.", "plan a walk with a map")
    short: Line | None = _say("Two or three words, for tables.", "Plan a walk", default=None)
    official: Flag = _say("true if it stands in the syllabus.", "false", default=False)


class Stage(Model):
    """A stage of the pipeline (`data/stages.yml`), in order."""

    title: Line = _say("The stage's name.", "Drawing")
    short: Line | None = _say("Its name on the map.", "Drawing", default=None)
    zone: Line | None = _say("The part of the pipeline it lies in.", "Make", default=None)
    recurs: Line | None = _say(
        "A note for what comes again, the same on each such stage.",
        "again for every sheet",
        default=None,
    )
    summary: Line | None = _say(
        "What happens here, in one sentence.", "The map is drawn.", default=None
    )
    body: Prose | None = _say("More about it.", default=None)
    documents: list[Line] = _say("Typical documents and decisions.", ["sketch"], default=[])


class Term(Model):
    """A glossary term (`data/glossary.yml`)."""

    term: Line = _say("The term in full.", "global positioning system")
    abbreviation: Abbreviation | None = _say("Its abbreviation.", "GPS", default=None)
    definition: Paragraph = _say("One plain sentence.", "Satellites that tell where you are.")
    swedish: Line | None = _say("The term in Swedish.", "satellitnavigering", default=None)
    translations: dict[Language, Line] = _say(
        "The term in other languages.", {"fi": "satelliittipaikannus"}, default={}
    )
    aliases: list[Line] = _say("Other forms that people search for.", ["sat-nav"], default=[])
    see: list[TermId] = _say("Related terms.", ["compass"], default=[])


class Organisation(Model):
    """An organisation (`data/organisations/<id>.yml`): shown where it is used."""

    name: Line = _say("Its name in the handbook's language.", "National Land Survey")
    short: Line | None = _say("Its short name.", "NLS", default=None)
    native_name: Line | None = _say("Its name at home.", "Lantmäteriet", default=None)
    native_language: Language | None = _say("The language of that name.", "sv", default=None)
    kind: Line | None = _say("What it is.", "authority", default=None)
    country: Country | None = _say("Where it is (ISO 3166).", "SE", default=None)
    url: Url | None = _say("Its website.", "https://example.org", default=None)


class Unavailable(Model):
    """A span in which a person or place cannot be used."""

    from_: Annotated[Date, Field(alias="from")] = _say("The first day.", "2026-10-12")
    to: Date = _say("The last day.", "2026-10-14")
    reason: Line | None = _say("Why, if that may be told.", "Inspection", default=None)


class Publish(Model):
    """What someone agreed may be published about them, and how long."""

    scope: list[Literal["name", "bio", "photo", "contact"]] = _say(
        "What may be shown.", ["name", "bio"], default=[]
    )
    from_: Annotated[Date | None, Field(alias="from")] = _say(
        "The first day it holds.", "2026-08-01", default=None
    )
    until: Date | None = _say("The last day it holds.", "2027-06-30", default=None)
    agreement: Line | None = _say(
        "Where the agreement is kept: a file number, never the agreement itself.",
        "2026-17",
        default=None,
    )
    withheld: Flag = _say("true if nothing may be shown.", "true", default=False)


def _publish(value: Any) -> Any:
    return {"withheld": "true"} if value == "withheld" else value


Agreement: TypeAlias = Annotated[Publish, BeforeValidator(_publish), Short(Literal["withheld"])]


class Lecturer(Record):
    """A person who teaches (`data/lecturers/<id>.yml`)."""

    name: Line = _say("The person's name.", "Alex Example")
    summary: Line | None = _say(
        "What they do in the course, in one sentence.", "Teaches map reading.", default=None
    )
    organisations: list[OrganisationId] = _say(
        "Where they work.", ["example-university"], default=[]
    )
    title: Line | None = _say("Their position.", "Assistant professor", default=None)
    body: Prose | None = _say("A short biography.", default=None)
    email: Email | None = _say("E-mail, if they agreed.", "alex@example.org", default=None)
    orcid: Orcid | None = _say("ORCID iD.", "0000-0002-1825-0097", default=None)
    url: Url | None = _say("Their page.", "https://example.org/alex", default=None)
    unavailable: list[Unavailable] = _say("When they cannot teach.", default=[])
    publish: Agreement | None = _say(
        "What they agreed may be published, and until when; or withheld.",
        {"until": "2027-06-30"},
        default=None,
    )


class Place(Record):
    """A building or a room (`data/places/<id>.yml`)."""

    name: Line = _say("The place's name.", "Main building")
    summary: Line | None = _say(
        "What it is, in one sentence.", "A building with a map room.", default=None
    )
    kind: Line | None = _say("What it is.", "building", default=None)
    within: PlaceId | None = _say("The place it lies in.", "north-campus", default=None)
    organisation: OrganisationId | None = _say("Who runs it.", "example-university", default=None)
    address: Line | None = _say("Street address.", "Example street 8, Exampletown", default=None)
    coordinates: Coordinates | None = _say(
        "Latitude and longitude in degrees.", "60.1699, 24.9384", default=None
    )
    getting_there: Prose | None = _say("How to get there.", default=None)
    body: Prose | None = _say("More about it.", default=None)
    url: Url | None = _say("Its page.", "https://example.org/place", default=None)
    exclusive: Flag = _say("true if only one group can use it at a time.", "true", default=False)
    capacity: Whole | None = _say("How many people it holds.", "16", default=None)
    changeover: Whole | None = _say("Minutes needed between two uses.", "15", default=None)
    gowning: Whole | None = _say(
        "Minutes to change clothes before one can go in.", "20", default=None
    )
    travel: dict[PlaceId, Whole] = _say("Minutes to other places.", {"clinic": "20"}, default={})
    unavailable: list[Unavailable] = _say("When it cannot be used.", default=[])


class Figure(Model):
    """A number worth remembering, with its source."""

    value: Line = _say("The number.", "13")
    label: Line = _say("What it counts, and when.", "sheets, 2025")
    source: ReferenceKey = _say("Key in references.bib.", "example2025")


class Event(Model):
    """Something that happened, with its source."""

    date: Line = _say("When, as it should be read.", "2011–2016")
    text: Paragraph = _say("What happened.", "The first map was printed.")
    source: ReferenceKey = _say("Key in references.bib.", "example2025")


class Case(Record):
    """A real organisation or product to learn from (`data/cases/<id>.yml`)."""

    title: Line = _say("Its name.", "Example Company")
    summary: Line | None = _say(
        "What it is, in one sentence.", "A company that draws maps.", default=None
    )
    kind: Line | None = _say("What kind of case it is.", "company", default=None)
    organisation: OrganisationId | None = _say("The organisation it is about.", default=None)
    town: Line | None = _say("Where it is, in words.", "Exampletown", default=None)
    place: PlaceId | None = _say("Where it is, if that place has a page.", "clinic", default=None)
    makes: Line | None = _say("What it makes.", "maps", default=None)
    licence: Line | None = _say("Under which licence.", "manufacturing authorisation", default=None)
    website: Url | None = _say("Its website.", "https://example.org", default=None)
    used: list[EditionId] = _say("Editions of the course that used it.", ["2025"], default=[])
    stages: list[StageId] = _say("Where it works on the pipeline.", ["second-stage"], default=[])
    frameworks: list[FrameworkId] = _say("The rules that bite here.", ["example-code"], default=[])
    figures: list[Figure] = _say("Up to three numbers, each with its source.", default=[])
    look_for: list[Line] = _say("What to look for, as questions.", default=[])
    events: list[Event] = _say("How it got here, each with its source.", default=[])
    body: Prose | None = _say("The briefing.", default=None)
    questions: list[Line] = _say("Questions to bring.", default=[])
    publish: Agreement | None = _say(
        "What may be published about it, and until when; or withheld.",
        {"until": "2027-06-30"},
        default=None,
    )


class Change(Model):
    """A step in a change of the rules."""

    date: Line = _say(
        "When, as precisely as it is known; in words where there is no date.", "2027-03"
    )
    what: Line = _say("What happens.", "Adoption")
    state: Literal["happened", "planned"] = _say("happened or planned.", "planned")


class FrameworkEdition(Model):
    """One version of a framework and the time it is in force."""

    version: Line = _say("What the version is called.", "9th edition")
    from_: Annotated[PartialDate | None, Field(alias="from")] = _say(
        "In force from; left out if not known.", "2018-05-22", default=None
    )
    until: PartialDate | None = _say("Last day in force.", "2027-08-06", default=None)
    clauses: dict[ClauseId, Line] = _say(
        "Clauses worth knowing, by number.", {"C5": "Scale"}, default={}
    )


def holds(edition: FrameworkEdition, day: dt.date) -> bool:
    """Whether an edition is in force on a day; one without dates always is."""
    begun = edition.from_ is None or edition.from_ <= day.isoformat()[: len(edition.from_)]
    return begun and (
        edition.until is None or day.isoformat()[: len(edition.until)] <= edition.until
    )


class Framework(Record):
    """A law, guideline or standard (`data/frameworks/<id>.yml`)."""

    title: Line = _say("What it is called here.", "The example code")
    short: Line | None = _say("Its short name.", "Code", default=None)
    summary: Line | None = _say(
        "What it does, in one sentence.", "How a map must be drawn.", default=None
    )
    kind: Line | None = _say("What kind of text it is.", "EU guideline", default=None)
    issuer: OrganisationId = _say("Who issued it.", "example-authority")
    identifier: Line | None = _say("Its number.", "Regulation (EC) No 1/2007", default=None)
    in_force: Line | None = _say("Since when, as it should be read.", "22 May 2018", default=None)
    applies_to: Line | None = _say("What it applies to.", "printed maps", default=None)
    supervisors: list[OrganisationId] = _say(
        "Who supervises it.", ["example-authority"], default=[]
    )
    stands_on: list[FrameworkId] = _say("The rules it rests on.", ["example-law"], default=[])
    stages: list[StageId] = _say("Where it bites.", ["second-stage"], default=[])
    asks: dict[StageId, Paragraph] = _say("What it asks, stage by stage.", default={})
    changes: list[Change] = _say("A coming change, step by step.", default=[])
    changes_as_of: PartialDate | None = _say("When those were known.", "2026-04", default=None)
    editions: list[FrameworkEdition] = _say("Its versions.", default=[])
    url: Url | None = _say("Where to read it.", "https://example.org/law", default=None)
    body: Prose | None = _say("What it asks for in practice.", default=None)


def in_force(framework: Framework, day: dt.date) -> FrameworkEdition | None:
    """The edition that holds on a day; the first, where several do."""
    return next((edition for edition in framework.editions if holds(edition, day)), None)


class Citation(Model):
    """A framework, or some of its clauses."""

    framework: FrameworkId = _say("Which framework.", "example-code")
    clauses: list[ClauseId] = _say("Which of its clauses.", ["C5", "C8"], default=[])


def _citation(value: Any) -> Any:
    return {"framework": value} if isinstance(value, str) else value


class Material(Model):
    """Something to read, see or take along."""

    title: Line = _say("Its title.", "Slides")
    url: Url = _say("Its address.", "https://example.org/slides.pdf")
    kind: Line | None = _say("What it is.", "slides", default=None)


class Question(Model):
    """A self-check question with its answer."""

    question: Line = _say("The question.", "Why does north move?")
    answer: Prose = _say("The answer.", "Because the magnetic pole does.")


SessionKind: TypeAlias = Literal[
    "lecture", "seminar", "workshop", "lab", "site-visit", "case", "assessment", "social"
]


class Session(Record):
    """What is taught, year after year (`data/sessions/<id>.yml`)."""

    title: Line = _say("The session's title.", "Reading a map")
    kind: SessionKind = _say("What kind of session it is.", "lecture")
    status: Status = _say("example until an organiser confirms it.", "example", default="example")
    summary: Line | None = _say(
        "One plain sentence that lists can show.",
        "How to find your way with a map and a compass.",
        default=None,
    )
    outcomes: list[OutcomeId] = _say("Learning outcomes it serves.", ["read-a-map"], default=[])
    stages: list[StageId] = _say(
        "Stages of the pipeline it is about.", ["second-stage"], default=[]
    )
    frameworks: list[Annotated[Citation, BeforeValidator(_citation), Short(FrameworkId)]] = _say(
        "Rules it teaches, whole or by clause.",
        ["example-law", {"framework": "example-code", "clauses": ["C5"]}],
        default=[],
    )
    cases: list[CaseId] = _say("Cases it uses.", ["example-company"], default=[])
    needs: list[SessionId] = _say("Must come earlier for everyone who attends.", default=[])
    terms: list[TermId] = _say("Glossary terms it introduces.", ["gps"], default=[])
    materials: list[Material] = _say("What to read or take along.", default=[])
    identify: Line | None = _say("How to identify oneself.", "Photo ID", default=None)
    bring: Line | None = _say("What to bring.", "Notebook and pen", default=None)
    wear: Line | None = _say("What to wear.", "Closed shoes", default=None)
    meet: Line | None = _say("Where to meet.", "The main entrance", default=None)
    phone: Line | None = _say("Whom to call if lost.", "+46 8 000 00 00", default=None)
    before: Prose | None = _say("What to do before.", "Read [@example2025].", default=None)
    body: Prose | None = _say("What happens.", default=None)
    questions: list[Question] = _say("Self-check questions.", default=[])
    retired: Whole | None = _say(
        "The year from which it is no longer taught.", "2027", default=None
    )


# --- Editions --------------------------------------------------------------------------------


class Group(Model):
    """A group that attends together."""

    name: Line = _say("Its name.", "Group A")
    size: Whole | None = _say("How many.", "8", default=None)


def _group(value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


class Slot(Model):
    """One occurrence in the timetable."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [{"required": ["session"]}, {"required": ["key", "title", "kind"]}]
        }
    )

    start: Time = _say("Begins at.", "09:00")
    end: Time = _say("Ends at.", "10:15")
    session: SessionId | None = _say("What is taught.", "welcome", default=None)
    title: Line | None = _say("What it is, if it is no session.", "Lunch", default=None)
    kind: Literal["break", "travel", "other"] | None = _say(
        "What it is, if it is no session.", "break", default=None
    )
    key: Id | None = _say("Its identity for ever; the session's id if left out.", default=None)
    place: PlaceId | None = _say(
        "Where. Without it a session is at the edition's place, but a site visit is not.",
        "main-building",
        default=None,
    )
    lecturers: list[LecturerId] = _say("Who teaches.", ["alex-example"], default=[])
    hosts: list[OrganisationId] = _say("Who receives the group.", ["example-clinic"], default=[])
    groups: list[Line] = _say("Which groups; everyone if left out.", ["a"], default=[])
    status: Status = _say("example until confirmed.", "example", default="example")
    note: Line | None = _say("A short note.", "Meet at the bus.", default=None)

    @model_validator(mode="after")
    def _names_what_it_is(self) -> Self:
        if self.session is None:
            missing = [name for name in ("key", "title", "kind") if getattr(self, name) is None]
            if missing:
                raise _refuse(
                    f"a slot without a session needs {' and '.join(missing)}",
                    "name a session, or write key, title and kind: break, travel or other",
                )
        return self

    @property
    def identity(self) -> str:
        """The key that links, calendars and diffs hang on."""
        return self.key or self.session or ""


class Day(Model):
    """One day of the timetable."""

    date: Date = _say("The day.", "2026-10-12")
    slots: list[Slot] = _say("What happens on it.", default=[])


class Edition(Model):
    """One run of the course (`data/editions/<year>.yml`)."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [{"required": ["starts", "ends"]}, {"required": ["when"]}],
            "dependentRequired": {"starts": ["ends"], "ends": ["starts"]},
        }
    )

    title: Line = _say("What this run is called.", "Autumn 2026")
    status: Status = _say("example until an organiser confirms it.", "example", default="example")
    starts: Date | None = _say("The first day.", "2026-10-12", default=None)
    ends: Date | None = _say("The last day.", "2026-10-24", default=None)
    when: PartialDate | None = _say("When, if the days are not known.", "2025-10", default=None)
    place: PlaceId | None = _say("The main place.", "main-building", default=None)
    seats: Whole | None = _say("How many can take part.", "16", default=None)
    note: Prose | None = _say("What is said about the run, below its timetable.", default=None)
    lecturers: list[LecturerId] = _say(
        "Who taught in this run, where its slots do not say.", ["alex-example"], default=[]
    )
    groups: dict[Id, Annotated[Group, BeforeValidator(_group), Short(Line)]] = _say(
        "Groups that attend together.", {"a": "Group A"}, default={}
    )
    days: list[Day] = _say(
        "The timetable.",
        [
            {
                "date": "2026-10-12",
                "slots": [{"start": "09:00", "end": "10:15", "session": "welcome"}],
            }
        ],
        default=[],
    )

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        if (self.starts is None) != (self.ends is None):
            raise _refuse(
                "starts and ends go together",
                "write both, or only when: 2027-10 if the days are not known",
            )
        if self.when is None and (self.starts is None or self.ends is None):
            raise _refuse(
                "the edition does not say when it is",
                "write starts and ends, or when: 2027-10 if the days are not known",
            )
        return self


class Waiver(Model):
    """Silences one rule at one place until a day (`data/waivers.yml`)."""

    rule: Line = _say("The rule's code.", "HB106")
    place: Line = _say("The file, and after # the record in it.", "data/cases/example.yml")
    reason: Line = _say("Why it is all right.", "The case is taught from 2027.")
    owner: Line = _say("Who answers for it.", "The course leader")
    expires: Date = _say("The last day it holds.", "2027-06-30")


# --- Collections -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Collection:
    """Where one kind of record lives and what it looks like.

    layout: `file` is one record in `data/<name>.yml`; `map` is id → record and `list` a list of
    records in that file; `folder` is one record in each `data/<name>/<id>.yml`.
    """

    name: str
    singular: str
    model: type[Model]
    layout: Literal["file", "map", "list", "folder"]

    @property
    def article(self) -> str:
        """The singular with its article: 'a case', 'an outcome'."""
        return f"{'an' if self.singular[0] in 'aeiou' else 'a'} {self.singular}"


COLLECTIONS: Mapping[str, Collection] = {
    collection.name: collection
    for collection in (
        Collection("course", "course", Course, "file"),
        Collection("outcomes", "outcome", Outcome, "map"),
        Collection("stages", "stage", Stage, "map"),
        Collection("glossary", "term", Term, "map"),
        Collection("organisations", "organisation", Organisation, "folder"),
        Collection("lecturers", "lecturer", Lecturer, "folder"),
        Collection("places", "place", Place, "folder"),
        Collection("cases", "case", Case, "folder"),
        Collection("frameworks", "framework", Framework, "folder"),
        Collection("sessions", "session", Session, "folder"),
        Collection("editions", "edition", Edition, "folder"),
        Collection("waivers", "waiver", Waiver, "list"),
    )
}

KINDS = {one.singular: one for one in COLLECTIONS.values() if one.layout in ("folder", "map")}
"""What has ids: of the course there is one, and a waiver is known by its rule and place."""


# --- From plain data to a model --------------------------------------------------------------


def parse(
    model: type[Model], source: Source, path: Path = ()
) -> tuple[Model | None, list[Problem]]:
    """The typed record at `path` of a file, or the problems that keep it from being one.

    What was made of a file is kept with it: two states of a handbook share most of their files.
    """
    if (model, path) not in source.kept:
        source.kept[model, path] = _parsed(model, source, path)
    found: tuple[Model | None, list[Problem]] = source.kept[model, path]
    return found


def _parsed(model: type[Model], source: Source, path: Path) -> tuple[Model | None, list[Problem]]:
    data: Any = source.data
    for step in path:
        data = data[step]
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=True)[:MOST]
        problems = {_problem(model, source, path, details) for details in found}
        return None, sorted(problem for problem in problems if not _is_meant(problem, problems))


MOST = 100
"""Faults of one record that are told: with more of them, the first have to be mended anyway."""


def _is_meant(missing: Problem, problems: set[Problem]) -> bool:
    """Whether a missing field is there under a misspelt name, which is problem enough."""
    return missing.code == "HB104" and any(
        other.code == "HB101"
        and other.path[:-1] == missing.path
        and other.hint == meaning(str(other.path[-1]), missing.message.split('"')[1])
        for other in problems
    )


def _problem(model: type[Model], source: Source, start: Path, details: ErrorDetails) -> Problem:
    location = _location(details["loc"], start)
    kind = details["type"]
    if kind == "missing":
        parent, name = location[:-1], str(location[-1])
        return source.problem(
            "HB104",
            parent,
            f'"{name}" is missing',
            _other_end(name, details["input"]) or _example(model, location, start),
        )
    if kind == "extra_forbidden":
        return _unknown_field(model, source, start, location, details["input"])
    context = details.get("ctx", {})
    found = details["input"]
    if kind == "handbook":
        right = context["right"]
        hint = context["hint"]
        if right and unseen(str(found)):
            hint = f"an invisible character stands in it: delete it and type {right}"
        return source.problem(
            "HB105",
            location,
            context["message"],
            hint,
            key="[key]" in details["loc"],
            instead=(str(found), right) if right else None,
        )
    if kind == "literal_error":
        choices = _choices(model, location[len(start) :])
        return source.problem(
            "HB105",
            location,
            f"{quoted(found)} is not one of the words for this field",
            _suggestion(str(found), choices) or f"write {_one_of(choices)}",
            instead=instead(str(found), choices, fixed=True),
        )
    message, hint = _SHAPES.get(kind, (details["msg"], "see the field's description"))
    if "{found}" in message:
        message = message.format(found=_kind_of(found))
        hint = _in_shape(kind, model, location[len(start) :], found) or hint
    return source.problem("HB105", location, message, hint)


_SHAPES = {
    "string_type": ("text is expected here, not {found}", "write one line of text after the colon"),
    "list_type": (
        "a list is expected here, not {found}",
        "write [one, two], or a line with - for each",
    ),
    "dict_type": ("fields are expected here, not {found}", "write name: value below it, indented"),
    "model_type": ("fields are expected here, not {found}", "write name: value below it, indented"),
    "model_attributes_type": (
        "fields are expected here, not {found}",
        "write name: value below it, indented",
    ),
    "date_type": ("a date is expected here, not {found}", "write year-month-day"),
    "time_type": ("a time is expected here, not {found}", "write hours:minutes"),
    "int_type": ("a number is expected here, not {found}", "write digits only"),
    "decimal_type": ("a number is expected here, not {found}", "write digits"),
    "bool_type": ("true or false is expected here, not {found}", "write true or false"),
}


def _kind_of(value: Any) -> str:
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "fields"
    return "nothing" if value is None else quoted(value, 30)


def _location(loc: tuple[Any, ...], start: Path) -> Path:
    """Pydantic's location, without the steps that it invents ('[key]', a shorthand's field)."""
    path = start
    for step in loc:
        if step == "[key]":
            break
        path = (*path, step)
    return path


# What could stand there instead


def _in_shape(kind: str, model: type[Model], path: Path, found: Any) -> str:
    """The hint that shows how a value of another shape would be written; or nothing."""
    if kind == "string_type":
        one = found[0] if isinstance(found, list) and len(found) == 1 else None
        if isinstance(one, str) and len(one) < NEAR:
            return f"write {flow(one)}"
        inside = isinstance(found, dict) and path and isinstance(path[-1], int)
        return "put quotes around text that has a colon in it" if inside else ""
    owner = _model_at(model, path[:-1])
    info = fields(owner).get(str(path[-1])) if owner and path else None
    examples = [
        one for one in (info.examples or () if info else ()) if isinstance(one, list | dict)
    ]
    word = bare(found) if isinstance(found, str) and len(found) < NEAR else ""
    if kind == "list_type" and info:
        item = get_args(bare_type(info.annotation))[0]
        sample: Plain = [found] if _is_flat(found) else _items(item, word)
        sample = sample or (examples[0] if examples else None)
    else:
        within = _model_at(model, path)
        made: Plain = _record(within, word) if within else None
        sample = examples[0] if examples else made
    return f"write {flow(sample)}" if sample else ""


def _is_flat(found: object) -> bool:
    """Whether these are fields that hold text only, so that they can stand on one line."""
    return (
        isinstance(found, dict)
        and all(isinstance(one, str) for one in found.values())
        and sum(map(len, found.values())) < NEAR
    )


def _items(item: Any, word: str) -> list[Plain]:
    """A list in whose place one word was written."""
    marks = get_args(item)[1:] if get_origin(item) is Annotated else ()
    short = next((mark.type for mark in marks if isinstance(mark, Short)), item)
    if isinstance(bare_type(short), type) and issubclass(bare_type(short), Model):
        made = _record(bare_type(short), word)
        return [made] if made else []
    if any(isinstance(mark, Ref) for mark in get_args(short)[1:]):
        ids = [folded(one) for one in re.split(r"\s*[,;&]\s*|\s+and\s+", word)]
        return [*ids] if all(map(is_id, ids)) else [word] if word else []
    choices = get_args(bare_type(short))
    return [word] if word and (not choices or word in choices) else []


def _record(model: type[Model], word: str) -> dict[str, Plain]:
    """The fields that a record must have: with a word where it fits, else as their examples."""
    form: Any = model.model_config.get("json_schema_extra") or {}
    needed = form.get("anyOf", [{"required": []}])[0]["required"]
    day = date_instead(word)[1]
    made: dict[str, Plain] = {}
    for name, info in fields(model).items():
        if not info.is_required() and name not in needed:
            continue
        if day and bare_type(info.annotation) is dt.date:
            made[name] = day
        elif word and not day and _is_free(info.annotation, info.metadata):
            made[name], word = word, ""
        else:
            made[name] = info.examples[0] if info.examples else "…"
    return made


def _is_free(annotation: Any, metadata: Any = ()) -> bool:
    """Whether a field takes any text."""
    if get_origin(annotation) is Annotated:
        inner, *marks = get_args(annotation)
        return _is_free(inner, marks)
    if get_origin(annotation) in (Union, UnionType):
        return _is_free(get_args(annotation)[0])
    return any(getattr(mark, "func", None) in (_line, _text, _paragraph) for mark in metadata)


def _other_end(name: str, data: object) -> str:
    """The hint for one end of a span or a slot that lacks, where the other is known."""
    beside = {"to": "from", "until": "from", "from": "to", "end": "start", "start": "end"}.get(name)
    there = data.get(beside) if isinstance(data, dict) else None
    if not isinstance(there, str):
        return ""
    if beside in ("from", "to"):
        return f"add {name}: {there}" if date_instead(there)[1] == there else ""
    if time_instead(there)[1] != there:
        return ""
    hours, minutes = map(int, there.split(":"))
    hour = {"end": f"{hours + 1:02}:{minutes:02}", "start": f"{hours - 1:02}:{minutes:02}"}[name]
    return f"add {name}: {hour}, or when it {name}s" if re.match("[01]|2[0-3]", hour) else ""


def _parted(owner: type[Model], source: Source, location: Path) -> Problem | None:
    """The problem with a text in braces of which commas made fields without a value.

    It is the same for each part of a text, and so told once.
    """
    parent = location[:-1]
    if ("parted", parent) not in source.kept:
        source.kept["parted", parent] = dict(_parts(owner, source, parent))
    found: Problem | None = source.kept["parted", parent].get(location[-1])
    return found


def _parts(owner: type[Model], source: Source, parent: Path) -> Iterator[tuple[str | int, Problem]]:
    """The fields in braces that have no value, and the problem with the text they are of."""
    lines = source.text.split("\n")
    data: Any = source.data
    for step in parent:
        data = data[step]
    before, parts = "", list[str]()
    for name, value in [*data.items(), ("", "the end")]:
        line, column = source.keys.get((*parent, name), (1, 1))
        if value is None and lines[line - 1][column - 1 + len(name) :][:NEAR].lstrip()[:1] in _NEXT:
            parts.append(name)
            continue
        told = next((one for one in parts if one not in fields(owner)), None)
        if told:
            problem = _cut_up(owner, source, lines, (*parent, told), (before, parts[-1]))
            yield from ((one, problem) for one in parts)
        before, parts = name, []


_NEXT = {",", "}"}


def _cut_up(
    owner: type[Model], source: Source, lines: list[str], path: Path, around: tuple[str, str]
) -> Problem:
    """The problem with one such text: it begins in one field, and ends with another's name."""
    (before, last), parent, known = around, path[:-1], fields(owner)
    message = f"there is no field {quoted(path[-1])} here"
    start, end = source.mark((*parent, before)), source.keys[(*parent, last)]
    hint = ""
    if before in known and start[0] == end[0]:
        text, first = lines[start[0] - 1], max(start[1] - 3, 0)
        for at, was, plain in word_quotes(text[first : first + NEAR]):
            if first + at == start[1] - 1:
                hint = f"YAML does not know these quotation marks: type plain ones: {plain}"
                there = (*parent, before)
                return source.problem("HB101", there, message, hint, instead=(was, plain))
        whole = text[start[1] - 1 : end[1] - 1 + len(last)]
        hint = _with_its_marks(known[before], before, whole) if len(whole) < NEAR else ""
    hint = hint or _suggestion(str(path[-1]), sorted(known))
    hint = hint or "put quotes around text that has a comma in it"
    return source.problem("HB101", path, message, hint, key=True)


def _with_its_marks(info: FieldInfo, name: str, text: str) -> str:
    """The hint for a text with commas: the brackets or quotes that it needs in braces, if any."""
    kind = bare_type(info.annotation)
    if get_origin(kind) is list and not text.startswith("["):
        items = _items(get_args(kind)[0], text)
        return f"put square brackets around the list: {name}: {flow(items)}" if items else ""
    if not _is_free(info.annotation, info.metadata):
        return ""
    if text.startswith(("'", '"')):
        return "put all of the text into the quotes"
    return f"put quotes around the whole text: {name}: {in_quotes(text)}"


def _unknown_field(
    model: type[Model], source: Source, start: Path, location: Path, found: object
) -> Problem:
    owner = _model_at(model, location[len(start) : -1])
    known = sorted(fields(owner)) if owner else []
    name = str(location[-1])
    field, colon, rest = name.partition(":")
    if colon and field in known:
        written = f"{field}: {visible(rest)}".rstrip()
        return source.problem(
            "HB101",
            location,
            f"there is no field {quoted(name)} here",
            f"a space is missing: write {written}",
            key=True,
            instead=(name, written) if rest else None,
        )
    parted = _parted(owner, source, location) if owner and found is None else None
    if parted:
        return parted
    return source.problem(
        "HB101",
        location,
        f"there is no field {quoted(name)} here",
        _suggestion(name, known) or f"the fields are {', '.join(known)}",
        key=True,
        instead=instead(name, known, fixed=True),
    )


def _suggestion(word: str, choices: list[str]) -> str:
    match = closest(word, choices)
    return meaning(word, match) if match else ""


def meaning(word: str, meant: str) -> str:
    """The hint for a word that is not known, and another that is."""
    if unseen(word):
        return f"an invisible character stands in it: delete it and type {meant}"
    return f"did you mean {quoted(meant)}?"


def instead(word: str, choices: list[str], *, fixed: bool = False) -> Instead | None:
    """A word, and the one choice that it can only have meant; if there is one."""
    meant = neighbour(word, choices, fixed=fixed)
    return (word, meant) if meant else None


def closest(word: str, choices: list[str]) -> str | None:
    """The one choice that was probably meant, if any is near enough."""
    folded = {choice.lower().replace("_", "-"): choice for choice in choices}
    wanted = "-".join(bare(word).lower().replace("_", "-").split())
    matches = get_close_matches(wanted, list(folded), n=1, cutoff=0.6)
    return folded[matches[0]] if matches else None


def _one_of(choices: list[str]) -> str:
    return f"{', '.join(choices[:-1])} or {choices[-1]}" if len(choices) > 1 else choices[0]


def _example(model: type[Model], location: Path, start: Path) -> str:
    owner = _model_at(model, location[len(start) : -1])
    info = fields(owner).get(str(location[-1])) if owner else None
    if info is None:
        return "add it"
    mark = next((mark for mark in info.metadata if isinstance(mark, Ref)), None)
    if mark:
        known = COLLECTIONS.get(mark.collection)
        which = f"the id of {known.article}" if known else "a key of data/references.bib"
        return f"add {location[-1]}: and {which}"
    sample = info.examples[0] if info.examples else None
    if isinstance(sample, str):
        return f"add {location[-1]}: {sample}"
    return f"add {location[-1]}: {info.description or ''}".rstrip()


def is_required(model: type[Model], path: Path) -> bool:
    """Whether the record or part that a field is in needs it."""
    owner = _model_at(model, path[:-1])
    return owner is not None and fields(owner)[str(path[-1])].is_required()


def _model_at(model: type[Model], path: Path) -> type[Model] | None:
    current: Any = model
    for step in path:
        if isinstance(current, type) and issubclass(current, Model):
            info = fields(current).get(str(step))
            if info is None:
                return None
            current = bare_type(info.annotation)
        else:
            current = bare_type(get_args(current)[-1]) if get_args(current) else None
    return current if isinstance(current, type) and issubclass(current, Model) else None


def _choices(model: type[Model], path: Path) -> list[str]:
    owner = _model_at(model, path[:-1])
    info = fields(owner).get(str(path[-1])) if owner else None
    annotation = bare_type(info.annotation) if info else None
    return [str(choice) for choice in get_args(annotation)]


def bare_type(annotation: Any) -> Any:
    """The bare type: without Annotated and without 'or None'."""
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation = get_args(annotation)[0]
        elif origin in (Union, UnionType):
            options = [option for option in get_args(annotation) if option is not type(None)]
            annotation = options[0]
        else:
            return annotation


# --- What a record refers to, and the prose it holds -----------------------------------------


@dataclass(frozen=True)
class Reference:
    """One mention of a record in another: where it stands and what it names."""

    path: Path
    collection: str
    id: str
    at_key: bool = False


@dataclass(frozen=True)
class Passage:
    """One field of prose, or one with an address: where it stands, and what it says."""

    path: Path
    text: str


def references(entity: Model) -> Iterator[Reference]:
    """Every reference in a record, found through the types of its fields."""
    for path, mark, value, at_key in entity.marked:
        if isinstance(mark, Ref):
            yield Reference(path, mark.collection, value, at_key)


def passages(entity: Model) -> Iterator[Passage]:
    """Every prose field of a record."""
    for path, mark, value, _ in entity.marked:
        if mark == "prose":
            yield Passage(path, value)


def urls(entity: Model) -> Iterator[Passage]:
    """Every field of a record that is an address on the web."""
    for found_path, mark, value, _ in _marked(entity, ()):
        if mark == "url":
            yield Passage(found_path, value)


def free(entity: Model) -> Iterator[Path]:
    """The way to every text of a record that its author words freely: titles, names and prose."""
    for path, *_ in _marked(entity, (), free=True):
        yield path


_Marked: TypeAlias = tuple[Path, Any, str, bool]
"""A path, the mark of its type, the text that stands there, and whether that is a key."""


def _marked(entity: Model, path: Path, *, free: bool = False) -> Iterator[_Marked]:
    for alias, name, plan in _plan(type(entity), free):
        value = getattr(entity, name)
        if value is not None:
            yield from _follow(plan, value, (*path, alias), free=free)


def _follow(
    plan: Any, value: Any, path: Path, *, at_key: bool = False, free: bool = False
) -> Iterator[_Marked]:
    kind, detail = plan
    if kind == "mark":
        yield path, detail, value, at_key
    elif kind == "model":
        yield from _marked(value, path, free=free)
    elif kind == "list":
        for index, item in enumerate(value):
            yield from _follow(detail, item, (*path, index), free=free)
    else:
        for_key, for_value = detail
        for key, item in value.items():
            if for_key:
                yield from _follow(for_key, key, (*path, key), at_key=True, free=free)
            if for_value:
                yield from _follow(for_value, item, (*path, key), free=free)


@cache
def _plan(model: type[Model], free: bool) -> tuple[tuple[str, str, Any], ...]:  # noqa: FBT001
    """Which fields of a model lead to a reference, prose or a url; no other is ever looked at.

    Or, if `free`, to what is worded freely.
    """
    plans = []
    for name, info in model.model_fields.items():
        plan = _plan_of(info.annotation, info.metadata, free=free)
        if plan:
            plans.append((info.alias or name, name, plan))
    return tuple(plans)


def _plan_of(  # noqa: PLR0911 - one line for each form that a type can have
    annotation: Any, metadata: list[Any] | tuple[Any, ...] = (), *, free: bool
) -> Any:
    for mark in metadata:
        if free and (mark == "prose" or mark is _PLAIN):
            return ("mark", "free")
        if not free and (isinstance(mark, Ref) or mark in ("prose", "url")):
            return ("mark", mark)
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *marks = get_args(annotation)
        return _plan_of(inner, marks, free=free)
    if origin in (Union, UnionType):
        options = [option for option in get_args(annotation) if option is not type(None)]
        return _plan_of(options[0], free=free)
    if origin is list:
        item = _plan_of(get_args(annotation)[0], free=free)
        return ("list", item) if item else None
    if origin is dict:
        key, value = (_plan_of(part, free=free) for part in get_args(annotation))
        return ("dict", (key, value)) if key or value else None
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return ("model", None) if _plan(annotation, free) else None
    return None
