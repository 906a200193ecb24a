"""An edition's timetable as a sheet, one row a slot: written for a spreadsheet, and read back.

The columns are the fields of a slot as the schema has them, with its edition and its day. A row is
known by its edition and key; the order of rows and columns means nothing. A cell that says what the
data says changes nothing, and what is not in the sheet stays: but a slot whose row is missing is
asked about, because a sheet that was filtered and saved would take it out of every calendar.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path as FilePath
from typing import Any, Literal, TypeAlias, cast, get_args, get_origin

from handbook import dates, rehearsal, rescheduling, schema, spreadsheet
from handbook.book import Book
from handbook.compose import Composition, inspect
from handbook.problem import Path, Problem, more, on_one_line
from handbook.rescheduling import NotRescheduledError, Wish
from handbook.schema import Model, bare_type, closest, quoted
from handbook.source import Folder, Plain, Source
from handbook.spelling import folded
from handbook.spreadsheet import NotASheetError, NotReadError, Sheet
from handbook.views import current_edition

Kind: TypeAlias = Literal["date", "time", "list", "text"]

BETWEEN = " | "
"""What parts the items of a list in its cell: no separator of cells, no sign of a formula."""
_PARTS = re.compile(r"[|,;\n]")


@cache
def columns() -> Mapping[str, Kind]:
    """The columns in order, and what their cells hold: what of a slot fits into one."""
    known: dict[str, Kind] = {"edition": "text", "date": "date"}
    for name, info in schema.fields(schema.Slot).items():
        annotation = bare_type(info.annotation)
        item = bare_type(get_args(annotation)[0]) if get_origin(annotation) is list else annotation
        if get_origin(item) is dict or (isinstance(item, type) and issubclass(item, Model)):
            continue
        times = annotation is dt.time
        known[name] = "time" if times else "list" if item is not annotation else "text"
    return known


@cache
def _choices(column: str) -> tuple[str, ...]:
    """The words that a column can hold, where these are fixed."""
    annotation = bare_type(schema.fields(schema.Slot)[column].annotation)
    return get_args(annotation) if get_origin(annotation) is Literal else ()


# --- Writing ---------------------------------------------------------------------------------


class NothingToExportError(ValueError):
    """No edition has a timetable, or one cannot be read, which may be the one that is meant."""


@dataclass(frozen=True)
class Exported:
    """A sheet: the file, the edition in it, and how many slots that has."""

    raw: bytes
    edition: str
    slots: int


def exported(found: Composition) -> Exported:
    """The timetable of the current edition; where that has none, of the one that would be next.

    One edition, because a run that is over is not to be changed by a slip in a sheet.
    """
    book = found.book
    for (name, _), source in book.unread.items():
        if name == "editions":
            raise NothingToExportError(f"{source.file} has faults: run handbook check")
    taught = {name: one for name, one in book.editions.items() if any(d.slots for d in one.days)}
    edition = current_edition(replace(book, editions=taught), found.today)
    if edition is None:
        raise NothingToExportError("no edition has slots that could be exported")
    rows = [
        [_guarded(name, cell) for name, cell in _cells(edition, one.date, one.slot).items()]
        for one in book.occurrences
        if one.edition == edition
    ]
    country = book.course.country if book.courses else None
    raw = spreadsheet.written(list(columns()), rows, spreadsheet.separator(country))
    return Exported(raw, edition, len(rows))


def _guarded(name: str, cell: str) -> str:
    return spreadsheet.guarded(cell) if columns()[name] in ("text", "list") else cell


def _cells(edition: str, date: dt.date, slot: schema.Slot) -> dict[str, str]:
    """What the cells of a slot's row say; a field that is left out is empty, the key never is."""
    said = {"edition": edition, "date": date.isoformat()}
    for name in list(columns())[len(said) :]:
        said[name] = _cell(getattr(slot, name)) if name in slot.model_fields_set else ""
    return {**said, "key": slot.identity}


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return BETWEEN.join(map(str, value))
    return f"{value:%H:%M}" if isinstance(value, dt.time) else "" if value is None else str(value)


# --- Reading ---------------------------------------------------------------------------------


@dataclass(frozen=True, order=True)
class Refusal:
    """What is wrong in some cells of a sheet, or, where there are none, in all of it.

    A cell is its row, from 1, and its column, from 0. `rule` is the code and the severity of what
    the check would say.
    """

    cells: tuple[tuple[int, int], ...]
    message: str
    hint: str = ""
    rule: str = ""

    def __str__(self) -> str:
        cells = ", ".join(spreadsheet.cell(*one) for one in self.cells)
        hint = f" ({self.hint})" if self.hint else ""
        said = ": ".join(filter(None, (cells, self.rule, self.message)))
        return on_one_line(f"{said}{hint}")


@dataclass(frozen=True)
class Imported:
    """What is to be written, and what is said about it; nothing is, where anything is refused."""

    changes: rehearsal.Changes = field(default_factory=dict)
    told: tuple[str, ...] = ()
    refused: tuple[Refusal, ...] = ()
    warned: tuple[Refusal, ...] = ()


def imported(root: FilePath, found: Composition, raw: bytes) -> Imported:
    """A sheet read into the handbook below `root`, tried out before anything is written."""
    try:
        sheet = spreadsheet.read(raw, columns())
    except NotASheetError as error:
        return Imported(refused=(Refusal((), str(error)),))
    unknown = tuple(_headless(sheet))
    if unknown:
        return Imported(refused=unknown)
    reading = Reading(found.book, sheet)
    return _tried(root, found, reading)


def says_nothing_new(root: FilePath, found: Composition, raw: bytes) -> bool:
    """Whether a sheet can be written anew without a loss, because the data says all it says."""
    sheet = imported(root, found, raw)
    return not (sheet.refused or sheet.changes)


def _headless(sheet: Sheet) -> Iterator[Refusal]:
    """Columns that have no name or a wrong one, and those that cannot be missing."""
    seen: set[str] = set()
    for column, name in enumerate(sheet.names):
        if name in seen and name:
            yield Refusal(
                ((1, column),), f"there is a second column {quoted(name)}", "keep one of them"
            )
        elif name and name not in columns():
            near = closest(name, list(columns()))
            yield Refusal(
                ((1, column),),
                f"there is no column {quoted(name)}",
                f"did you mean {quoted(near)}?"
                if near
                else f"take it out; the columns are {', '.join(columns())}",
            )
        seen.add(name)
    for name in ("edition", "key"):
        if name not in seen:
            yield Refusal((), f"there is no column {quoted(name)}", "rows are known by it: add it")
    width = len(sheet.names)
    for row, cells in sheet.rows:
        for column, cell in enumerate(cells):
            if cell and (column >= width or not sheet.names[column]):
                yield Refusal(((row, column),), f"{quoted(cell)} stands below no name of a column")


@dataclass(frozen=True)
class _Row:
    """A row that could be read: what of its slot is to be other, and how that is told."""

    number: int
    edition: str
    wish: Wish
    new: bool
    told: tuple[str, ...]


class Reading:
    """The rows of a sheet beside the slots that they are about; and what is wrong in them."""

    def __init__(self, book: Book, sheet: Sheet) -> None:
        self.book = book
        self.language = book.course.language if book.courses else "en"
        self.columns = {name: at for at, name in enumerate(sheet.names) if name}
        self.refused: list[Refusal] = []
        self.slots = {(one.edition, one.slot.identity): one for one in reversed(book.occurrences)}
        named = Counter((one.edition, one.slot.identity) for one in book.occurrences)
        self.twice = {name for name, count in named.items() if count > 1}
        self.astray: set[str] = set()
        """The keys of rows whose edition nobody can tell."""
        self.numbers: dict[tuple[str, str], int] = {}
        """The number of each slot's row."""
        self.editions: dict[str, None] = {}
        self.rows: list[_Row] = []
        for number, cells in sheet.rows:
            row = self._row(number, cells)
            if row and (row.wish.fields or row.told):
                self.rows.append(row)
        self.refused += self._missing()

    def refuse(self, row: int, name: str, message: str, hint: str = "", rule: str = "") -> None:
        """Note what is wrong in a cell."""
        self.refused.append(Refusal((self.cell(row, name),), message, hint, rule))

    def cell(self, row: int, name: str) -> tuple[int, int]:
        """The cell of a column, or of the key if there is no such column."""
        return row, self.columns.get(name, self.columns["key"])

    def _row(self, number: int, cells: tuple[str, ...]) -> _Row | None:
        # Excel leaves out the last separators of some rows; what is not there is empty.
        said = {
            name: _unguarded(name, cells[at] if at < len(cells) else "")
            for name, at in self.columns.items()
        }
        edition, key = said["edition"], said["key"] or said.get("session", "")
        if not self._is_known(number, edition, key):
            return None
        slot = self.slots.get((edition, key))
        was = _cells(edition, slot.date, slot.slot) if slot else dict.fromkeys(columns(), "")
        plain = self._plain(edition, slot.path) if slot else {}
        wished, told, doubtful = self._wished(number, said, was, key)
        date = cast("str | None", wished.pop("date", was["date"])) or ""
        if not date and "date" not in doubtful:
            self.refuse(number, "date", "the date is missing", "write it, such as 2026-10-12")
        session = wished.get("session", plain.get("session"))
        if not plain.get("key") and key != session:
            wished["key"] = key
        changed = bool(wished) or slot is None
        if (changed and not self._fits(number, {**plain, **wished}, doubtful)) or doubtful:
            return None
        if slot is None:
            told = [f"{spreadsheet.cell(number, self.columns['key'])}: {quoted(key)} is new"]
        wish = Wish(key, date, wished)
        return _Row(number, edition, wish, slot is None, tuple(told)) if date else None

    def _wished(
        self, number: int, said: Mapping[str, str], was: Mapping[str, str], key: str
    ) -> tuple[dict[str, Plain], list[str], set[str]]:
        """What a row wants to be other, in data and in words; and the columns nobody can read."""
        wished: dict[str, Plain] = {}
        told: list[str] = []
        doubtful: set[str] = set()
        for name, text in said.items():
            if name in ("edition", "key") or text == was[name]:
                continue
            try:
                value = self._value(name, text, was[name])
            except NotReadError as error:
                self.refuse(number, name, str(error), error.hint)
                doubtful.add(name)
                continue
            if _shown(value) != was[name]:
                wished[name] = value
                told.append(self._told(number, name, key, was[name], _shown(value)))
        return wished, told, doubtful

    def _value(self, name: str, text: str, was: str) -> Plain:
        """What a cell says, as plain data; nothing for an empty one."""
        kind = columns()[name]
        if not text:
            return None
        if kind == "date":
            return spreadsheet.date(text, self.language).isoformat()
        if kind == "time":
            return spreadsheet.time(text)
        if spreadsheet.lost(text, was):
            raise NotReadError(
                f"{quoted(text)} has lost letters: it was {quoted(was)}",
                "save the sheet as CSV UTF-8",
            )
        if kind == "list":
            items = [" ".join(one.split()) for one in _PARTS.split(text)]
            return [one for one in items if one]
        meant = [one for one in _choices(name) if folded(one) == folded(text)]
        return meant[0] if len(meant) == 1 else text

    def _is_known(self, number: int, edition: str, key: str) -> bool:
        """Whether a row says which slot it is about, and is the only one about it."""
        if not self._has_edition(number, edition):
            self.astray.add(key)
            return False
        self.editions[edition] = None
        name = (edition, key)
        if not key:
            self.refuse(number, "key", "the row has no key", "name a session, or write a key")
        elif name in self.numbers:
            self.refuse(
                number,
                "key",
                f"the key {quoted(key)} stands in row {self.numbers[name]} already",
                "a slot has one row: give a second one of a session a key of its own",
            )
        elif name in self.twice:
            self.numbers[name] = number
            message = f"two slots of the edition have the key {quoted(key)}"
            self.refuse(number, "key", message, "run handbook check, and mend that first")
        else:
            self.numbers[name] = number
            return True
        return False

    def _has_edition(self, number: int, edition: str) -> bool:
        known = self.book.known("editions", edition)
        if edition in self.book.editions:
            return True
        if known:
            message = f"data/editions/{edition}.yml has faults: run handbook check"
            self.refused.append(Refusal((), message))
        elif not edition:
            self.refuse(number, "edition", "the row does not say which edition it is of")
        else:
            ids = self.book.ids("editions")
            near = closest(edition, ids)
            hint = f"did you mean {quoted(near)}?" if near else f"there are {', '.join(ids)}"
            self.refuse(number, "edition", f"there is no edition {quoted(edition)}", hint)
        return False

    def _plain(self, edition: str, path: Path) -> dict[str, Plain]:
        value: Any = self.book.origins["editions", edition].source.data
        for step in path:
            value = value[step]
        return cast("dict[str, Plain]", value)

    def _told(self, row: int, name: str, key: str, was: str, now: str) -> str:
        if name == "date" and was and now:
            was, now = dates.day(was, "en"), dates.day(now, "en")
        place = spreadsheet.cell(row, self.columns[name])
        return f"{place}: {name} of {key}: {was or 'nothing'} → {now or 'nothing'}"

    def _fits(self, number: int, slot: dict[str, Plain], doubtful: Collection[str]) -> bool:
        """Whether a row makes a slot; what is wrong in the cells of `doubtful` was said before."""
        said: Plain = {name: value for name, value in slot.items() if value is not None}
        _, problems = schema.parse(schema.Slot, Source("", data=said))
        for problem in problems:
            name, hint = _about(problem)
            if name not in doubtful:
                self.refuse(number, name, problem.message, hint, f"{problem.code} error")
        return not problems

    def _missing(self) -> Iterator[Refusal]:
        """Slots that have no row."""
        new = [row for row in self.rows if row.new][:_SOME]
        for edition in self.editions:
            gone = [
                one.slot.identity
                for one in self.book.occurrences
                if one.edition == edition
                and (edition, one.slot.identity) not in self.numbers
                and one.slot.identity not in self.astray
            ]
            for row in new:
                key = row.wish.key
                near = closest(key, gone) if row.edition == edition else None
                if near:
                    yield Refusal(
                        (self.cell(row.number, "key"),),
                        f"{quoted(key)} is no key of the edition {edition}, and one is missing",
                        f"did you mean {quoted(near)}? A key is never changed",
                    )
            if gone:
                some = ", ".join(gone[:_SOME])
                if len(gone) > _SOME:
                    some += f" and {len(gone) - _SOME} more"
                yield Refusal(
                    (),
                    f"the sheet lacks {len(gone)} of the slots of {edition}: {some}",
                    "put the rows back; a slot that does not take place has the status cancelled, "
                    f"and one that never was to be is taken out in data/editions/{edition}.yml",
                )


_SOME = 10


def _unguarded(name: str, text: str) -> str:
    text = spreadsheet.unguarded(text)
    return text if columns()[name] == "list" else " ".join(text.split())


def _shown(value: Plain) -> str:
    return BETWEEN.join(map(str, value)) if isinstance(value, list) else str(value or "")


def _about(problem: Problem) -> tuple[str, str]:
    """The column that a problem of a slot is about, and its hint as it is for a cell."""
    if problem.path:
        return str(problem.path[0]), problem.hint
    named = re.findall(r'"(\w+)"', problem.message)
    name = named[0] if named else "session"
    return name, re.sub(rf"^add {name}: ", "write it, such as ", problem.hint)


# --- Trying out ------------------------------------------------------------------------------


def _tried(root: FilePath, found: Composition, reading: Reading) -> Imported:
    """The files with all rows that could be read in them, and what the check says of them."""
    refused = reading.refused
    if not reading.editions and not refused:
        refused.append(Refusal((), "the sheet has no rows", "each row below the names is a slot"))
    texts = changed(found.book, reading)
    wrong, warned = _judged(root, found, reading, texts) if texts else ([], [])
    refused += wrong
    if refused:
        return Imported(refused=_once(refused))
    told = tuple(words for row in reading.rows for words in row.told)
    return Imported(texts, told, (), _once(warned))


def _once(refused: list[Refusal]) -> tuple[Refusal, ...]:
    """In the order of the sheet, and what is said of several cells said once."""
    cells: dict[Refusal, set[tuple[int, int]]] = {}
    for one in refused:
        cells.setdefault(replace(one, cells=()), set()).update(one.cells)
    return tuple(sorted(replace(one, cells=tuple(sorted(at))) for one, at in cells.items()))


def changed(book: Book, reading: Reading) -> dict[str, str]:
    """The files that are to be other, with the rows in them; which of these cannot be is noted."""
    texts: dict[str, str] = {}
    for edition in reading.editions:
        rows = [row for row in reading.rows if row.edition == edition]
        source = book.origins["editions", edition].source
        try:
            text = rescheduling.rescheduled(source.text, [row.wish for row in rows])
        except NotRescheduledError as error:
            reading.refused += _stubborn(reading, source, rows, str(error))
            continue
        if text != source.text:
            texts[source.file] = text
    return texts


def _judged(
    root: FilePath, found: Composition, reading: Reading, texts: Mapping[str, str]
) -> tuple[list[Refusal], list[Refusal]]:
    """The errors and the warnings that come up if files have these texts.

    What is taught beside a row that could not be read, nobody knows: of that, nothing is said.
    """
    drafts = {file: text.encode() for file, text in texts.items()}
    after = inspect(root, found.today, Folder(root, drafts))
    judged: dict[str, list[Refusal]] = {"error": [], "warning": [], "info": []}
    for problem in more(after.problems, found.problems):
        if problem.code < "HB2" or not reading.refused:
            judged[problem.severity].append(_in_the_sheet(reading, after.book, problem))
    return judged["error"], judged["warning"]


def _stubborn(reading: Reading, source: Source, rows: list[_Row], why: str) -> list[Refusal]:
    """The rows that cannot be written into a file: each tried by itself, and else all of them."""
    alone: list[tuple[list[_Row], str]] = []
    for row in rows:
        try:
            rescheduling.rescheduled(source.text, [row.wish])
        except NotRescheduledError as error:
            alone.append(([row], str(error)))
    return [
        Refusal(
            tuple(reading.cell(row.number, "key") for row in some),
            f"{source.file} is written in a way in which this cannot be changed by itself: {words}",
            "change it there, and export the sheet anew",
        )
        for some, words in alone or [(rows, why)]
    ]


def _in_the_sheet(reading: Reading, after: Book, problem: Problem) -> Refusal:
    """A problem of the data as it would be, at the cells that it comes from."""
    edition = FilePath(problem.file).stem
    rule = f"{problem.code} {problem.severity}"
    if problem.file != f"data/editions/{edition}.yml" or not (
        edition in reading.editions and edition in after.editions
    ):
        place = f"{problem.file}:{problem.line}"
        return Refusal((), f"{place}: {problem.message}", problem.hint, rule)
    rows = _rows_by_line(reading, after, edition)
    message = re.sub(
        rf"\b(?:line |{re.escape(problem.file)}:)(\d+)",
        lambda match: f"row {rows[int(match[1])]}" if int(match[1]) in rows else match[0],
        problem.message,
    )
    cells = _cells_of(reading, after, edition, problem.path)
    return Refusal(cells, message if cells else f"{problem.file}: {message}", problem.hint, rule)


def _cells_of(
    reading: Reading, after: Book, edition: str, path: Path
) -> tuple[tuple[int, int], ...]:
    """The cells that a value of an edition comes from: of its slot, or what moved to its day."""
    match path:
        case ("days", int(number), "slots", int(index), *inside):
            slot = after.editions[edition].days[number].slots[index]
            row = reading.numbers.get((edition, slot.identity))
            name = str(inside[0]) if inside else "key"
            return (reading.cell(row, name),) if row else ()
        case ("days", int(number), *_):
            date = after.editions[edition].days[number].date.isoformat()
            return tuple(
                reading.cell(row.number, "date")
                for row in reading.rows
                if (row.edition, row.wish.date) == (edition, date)
            )
    return ()


def _rows_by_line(reading: Reading, after: Book, edition: str) -> dict[int, int]:
    """The row of the slot on each line of an edition's file."""
    source = after.origins["editions", edition].source
    return {
        source.mark(one.path)[0]: reading.numbers[edition, one.slot.identity]
        for one in after.occurrences
        if one.edition == edition and (edition, one.slot.identity) in reading.numbers
    }
