"""A table as the file that spreadsheets write: CSV (RFC 4180), with the habits of each of them.

Excel, LibreOffice and Google Sheets separate cells by commas, semicolons or tabs, write UTF-8 or
UTF-16, and show dates and times as the computer's region does. What can be one thing only is read;
all else is refused, with what to write instead.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from babel.core import Locale, UnknownLocaleError
from babel.languages import get_official_languages

from handbook import schema
from handbook.schema import quoted
from handbook.source import MAX_BYTES
from handbook.spelling import bare

SEPARATORS = (",", ";", "\t")


class NotASheetError(ValueError):
    """The file cannot be read as a table."""


class NotReadError(ValueError):
    """A cell says nothing that is certain; `hint` is what to write instead."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True)
class Sheet:
    """The names of the columns, and below them the rows that hold anything, by their number.

    Rows count from 1, the names' own; cells have no spaces around them.
    """

    names: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def cell(row: int, column: int) -> str:
    """What spreadsheets call a cell, whose row counts from 1 and whose column from 0: `D7`."""
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = f"{chr(ord('A') + letter)}{letters}"
    return f"{letters}{row}"


# --- Writing ---------------------------------------------------------------------------------


def separator(country: str | None) -> str:
    """What parts the cells where spreadsheets have the settings of a country.

    They use a semicolon where a comma is the decimal sign (Unicode CLDR); a file that has the other
    is shown by Excel as one column. Reading takes any.
    """
    territory = (country or "").partition("-")[0]
    for language in get_official_languages(territory):
        try:
            symbols = Locale.parse(f"{language}_{territory}").number_symbols
        except UnknownLocaleError:
            continue
        return ";" if symbols.get("latn", symbols).get("decimal") == "," else ","
    return ","


def written(names: Sequence[str], rows: Iterable[Sequence[str]], sign: str) -> bytes:
    """A table as UTF-8 with a byte order mark, without which Excel takes it for another encoding.

    Cells are written as they are given: text by an author has to be `guarded`.
    """
    text = io.StringIO(newline="")
    table = csv.writer(text, delimiter=sign)
    table.writerow(names)
    table.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


_TAKEN = re.compile(
    r"""'*(?:
        [=+\-@\t\r\uff1d\uff0b\uff0d\uff20]      # a formula (OWASP, CSV injection)
        | (?!(?:0|[1-9][0-9]{0,14})$)           # a number that stays as it is typed
          (?:[0-9][0-9.,:/ -]*|[0-9.]+e[0-9]+)$ # another number, a date or a time
    )""",
    re.VERBOSE | re.IGNORECASE,
)
"""Text that a spreadsheet takes for something else."""


def guarded(text: str) -> str:
    """A text with an apostrophe before it where a spreadsheet would take it for something else."""
    return f"'{text}" if _TAKEN.match(text) else text


def unguarded(text: str) -> str:
    """The text that was guarded; any other is what it is."""
    return text[1:] if text.startswith("'") and _TAKEN.match(text) else text


# --- Reading ---------------------------------------------------------------------------------


def read(raw: bytes, known: Collection[str]) -> Sheet:
    """The table in a file, whose cells are parted by the sign that makes most `known` names.

    Raises NotASheetError for what is no table.
    """
    # A line break of any kind is one; within a cell, too.
    text = _text(raw).replace("\r\n", "\n").replace("\r", "\n")
    text = _SEPARATOR.sub("", text)
    first = text.partition("\n")[0]

    def names_by(sign: str) -> tuple[int, int]:
        try:
            names = [_name(name) for name in next(csv.reader([first], delimiter=sign), [])]
        except csv.Error:  # no name is that long
            return 0, 0
        return sum(name in known for name in names), len(names)

    sign = max(SEPARATORS, key=names_by)
    table = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)
    rows: list[tuple[str, ...]] = []
    try:
        rows.extend(tuple(one.strip() for one in row) for row in table)
    except csv.Error as error:
        why = (
            "a cell in it is too long"
            if "larger than field limit" in str(error)
            else "a quotation mark in it is not closed, or stands where none can be"
        )
        message = (
            f"row {len(rows) + 1} cannot be read: {why}; save the file once more from the "
            "spreadsheet"
        )
        raise NotASheetError(message) from error
    if not rows or not any(rows[0]):
        raise NotASheetError(f"the first row has to name the columns: {', '.join(known)}")
    names = tuple(map(_name, rows[0]))
    if not any(name in known for name in names):
        message = f"the first row names no column ({quoted(first)}): above the rows has to stand "
        raise NotASheetError(f"{message}{', '.join(known)}")
    return Sheet(
        names,
        tuple((number, row) for number, row in enumerate(rows[1:], 2) if any(row)),
    )


_SEPARATOR = re.compile(r"""\A"?sep=.?"?[,;\t]*\n""", re.IGNORECASE)
"""A line that tells Excel what parts the cells. Excel counts no row for it."""


def _name(text: str) -> str:
    return text.strip().lower()


def _text(raw: bytes) -> str:
    if len(raw) > MAX_BYTES:
        raise NotASheetError(f"the file has {len(raw):,} bytes; at most {MAX_BYTES:,} are read")
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise NotASheetError("this is a workbook: save it as CSV UTF-8 and import that file")
    wide = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = raw.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        row = raw[: error.start].count(b"\n") + 1
        message = (
            f"{'' if wide else f'in row {row}, '}the file is neither UTF-8 nor UTF-16: save it as "
            "CSV UTF-8, because in other encodings nobody can tell which letter is meant"
        )
        raise NotASheetError(message) from error
    if "\0" in text or "\ufffd" in text:
        what = "is no text" if "\0" in text else "has lost letters (\ufffd)"
        raise NotASheetError(f"the file {what}: save it as CSV UTF-8")
    return text


def lost(text: str, was: str) -> bool:
    """Whether a cell is what was there with `?` for letters that an encoding does not have."""
    pairs = list(zip(text, was, strict=False))
    return (
        len(text) == len(was)
        and text != was
        and all(one == two or (one == "?" and not two.isascii()) for one, two in pairs)
    )


# --- Dates and times -------------------------------------------------------------------------

_FORMAT = "or give the column the format"
_FIRST = dt.date(1899, 12, 30)
"""The day that spreadsheets count days from: 1 is the day after, as in the OpenDocument format."""


def date(text: str, language: str = "en") -> dt.date:
    """The day that a cell says, with the name of its month in English or another language, too.

    Raises NotReadError where it could be another day, or is none.
    """
    plain = re.sub(r"[ T]0?0:00(?::00)?(?:\.0+)?$", "", bare(text))
    if re.fullmatch(r"[1-9][0-9]{4}", plain):
        return _FIRST + dt.timedelta(days=int(plain))
    if re.fullmatch(r"(?:19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}", plain):
        try:
            return dt.date.fromisoformat(plain)
        except ValueError:
            pass  # the hint says what is wrong
    if named := _with_month(plain, language):
        return named
    hint, meant = schema.date_instead(plain)
    if meant is None:
        raise NotReadError(
            f"{quoted(text)} is no date that is certain", f"{hint}, {_FORMAT} yyyy-mm-dd"
        )
    return dt.date.fromisoformat(meant)


_DAY_FIRST = re.compile(r"([0-9]{1,2})\.?[ /-]([^\W\d_]+)\.?[ /-]([0-9]{4})")
_MONTH_FIRST = re.compile(r"([^\W\d_]+)\.? ([0-9]{1,2}), ?([0-9]{4})")


def _with_month(text: str, language: str) -> dt.date | None:
    """A day whose month has a name, `12 October 2026` or `Oct 12, 2026`, that no other one has."""
    found = _DAY_FIRST.fullmatch(text) or _MONTH_FIRST.fullmatch(text)
    if not found:
        return None
    day, name = found.group(1, 2) if found.re is _DAY_FIRST else found.group(2, 1)
    months = _months("en") | _months(language)
    numbers = [*{number for number, one in months if one == name.casefold()}]
    try:
        return dt.date(int(found[3]), numbers[0], int(day)) if len(numbers) == 1 else None
    except ValueError:
        return None


@cache
def _months(language: str) -> frozenset[tuple[int, str]]:
    """The names of the months in a language, long and short (Unicode CLDR), each with its number.

    In English, September is also short as Sept.
    """
    try:
        forms = Locale.parse(language, sep="-").months.values()
    except (UnknownLocaleError, ValueError):
        return frozenset()
    named = {
        (number, str(name).casefold().rstrip("."))
        for widths in forms
        for width in ("wide", "abbreviated")
        for number, name in widths.get(width, {}).items()
    }
    return frozenset(named | ({(9, "sept")} if language == "en" else set()))


_SHARE = re.compile(r"0[.,]([0-9]+)")
_PLAIN_ENOUGH = 3
"""Digits of a part of a day that can be nothing else: 0.45 may be a mistyped 00:45."""


def time(text: str) -> str:
    """The time of day that a cell says, as HH:MM. Raises NotReadError likewise."""
    plain = bare(text)
    if re.fullmatch(r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::00)?", plain):
        return plain[:5]
    hint, meant = schema.time_instead(plain)
    share = _SHARE.fullmatch(plain)
    if share:
        digits = len(share[1])
        near = schema.of_a_day(float(f"0.{share[1]}"), digits, 1 if digits > _PLAIN_ENOUGH else 5)
        meant = near if digits >= _PLAIN_ENOUGH else None
        hint = f"write {near}, if this part of a day is meant" if near else hint
    if meant is None or plain.isdigit():
        raise NotReadError(
            f"{quoted(text)} is no time of day that is certain", f"{hint}, {_FORMAT} hh:mm"
        )
    return meant
