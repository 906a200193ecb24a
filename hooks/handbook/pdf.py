"""The handbook as one PDF: from the book and its pages to one plain value, which Typst sets.

`value` says what stands in the PDF, as JSON; `overrides/pdf/` says how it looks, and holds every
sentence and all of Typst's markup. The PDF is tagged and keeps to PDF/UA-1 (ISO 14289-1): Typst
refuses to write one that does not. Equal data, version and day give equal bytes.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path as FilePath
from typing import Any, TypeAlias, cast

from handbook import addresses, dates, grid, nodes, packing, prose, schema, views
from handbook.book import Book
from handbook.pages import Page, plain
from handbook.problem import Problem

Values: TypeAlias = dict[str, Any]

CHAPTERS = ("sessions", "cases", "frameworks")
"""The collections that are chapters, with a part for each record."""


class PdfError(Exception):
    """The PDF cannot be set; said in plain words."""


def make(
    book: Book, pages: Sequence[Page], root: FilePath, base: str, today: dt.date, version: str
) -> tuple[bytes, list[Problem]]:
    """The PDF, and a remark for each sign in it that no font has.

    `base` is the site's absolute address, or empty; `version` says which state of the site this
    is, or is empty where that is not known.

    Raises:
        PdfError: Typst refuses the templates or what is in the data.
    """
    shown = value(book, pages, addresses.public(base), today, version)
    content, unknown = typeset(root, shown, today)
    return content, list(_remarks(book, unknown))


# --- What stands in it -----------------------------------------------------------------------


def value(
    book: Book, pages: Sequence[Page], base: str, today: dt.date, version: str = ""
) -> Values:
    """Everything that the templates read, as JSON."""
    shown = {page.uri: page.meta for page in pages}
    edition = views.current_edition(book, today)
    place = book.editions[edition].place if edition else None
    timetable = plain(shown["timetable/index.md"])
    pipeline = plain(shown["pipeline.md"])
    references = shown["references.md"]["references"]
    numbers = {one["key"]: number for number, one in enumerate(references, 1)}
    writer = _Writer(book, numbers)
    found: Values = {
        "site": plain(views.site(book, today)),
        "course": writer.record("course", "course"),
        "base": base,
        "version": version,
        "today": today.isoformat(),
        "live": _live(base, version),
        "practical": plain(shown["practical.md"]),
        "directions": writer.record("places", place)["getting_there"] if place else None,
        "timetable": {
            "edition": timetable["edition"],
            "hours": timetable["hours"],
            "has_examples": timetable["has_examples"],
            "weeks": [_week(week) for week in timetable["weeks"]],
            "record": writer.record("editions", edition) if edition else None,
        },
        "outcomes": {
            name: plain(shown["outcomes.md"][name]) for name in ("outcomes", "covered_by")
        },
        **{
            chapter: [
                {
                    "id": one,
                    **_touching(plain(shown[f"{chapter}/{one}.md"])),
                    "record": writer.record(chapter, one),
                }
                for one in _order(book, chapter)
            ]
            for chapter in CHAPTERS
        },
        "pipeline": [
            {**entry, "record": writer.record("stages", entry["stop"]["id"])}
            for entry in pipeline["line"]
        ],
        "stops": [entry["stop"] for entry in pipeline["line"]],
        "zones": pipeline["zones"],
        "glossary": [
            {"id": one, **entry, "record": writer.record("glossary", one)}
            for one, entry in plain(shown["glossary.md"]["terms"]).items()
        ],
        "references": [
            {
                "key": one["key"],
                "text": nodes.of_line(one["text"]),
                "use": one["use"],
                "cited": writer.cited[one["key"]],
            }
            for one in references
        ],
    }
    found["words"] = _in_words(found, book.course.language)
    led: Values = _led(found, _targets(found, edition), base)
    return led


def _live(base: str, version: str) -> Values | None:
    """The page that says whether this version is the current one: its address, and as a picture."""
    if not base:
        return None
    import segno  # noqa: PLC0415 - only where there is an address

    address = f"{base}whats-new/?v={version}" if version else base
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", border=0, xmldecl=False)
    return {"address": address, "picture": drawn.getvalue().decode()}


def _order(book: Book, chapter: str) -> list[str]:
    if chapter == "sessions":
        return [one for one, _ in views.in_time(book)]
    return list(book.records(chapter))


def _touching(shown: Values) -> Values:
    """What a page shows, with the numbers of the stops that it touches in place of the line."""
    return {**shown, "stops": [stop["number"] for stop in shown["stops"] if stop["on"]]}


def _week(week: Values) -> Values:
    """A week with its rows: the times at which something begins or ends, and the full hours."""
    spans = [
        (_minutes(placed["slot"]["start"]), _minutes(placed["slot"]["end"]))
        for day in week["days"]
        for placed in day["slots"]
    ]
    return {**week, "lines": [f"{t // 60:02}:{t % 60:02}" for t in grid.lines(spans)]}


def _minutes(time: str) -> int:
    return grid.minutes(dt.time.fromisoformat(time))


class _Writer:
    """Makes plain values of records, with their prose as nodes.

    `cited` counts the texts, figures and events that cite each reference.
    """

    def __init__(self, book: Book, numbers: Mapping[str, int]) -> None:
        self.book = book
        self.numbers = numbers
        self.cited: Counter[str] = Counter()
        self.terms = {t.abbreviation: one for one, t in book.glossary.items() if t.abbreviation}
        words = "|".join(sorted(map(re.escape, self.terms), key=len, reverse=True))
        self.abbreviation = re.compile(rf"(?<![\w-])({words})s?(?![\w-])") if words else None

    def record(self, collection: str, record_id: str) -> Values:
        """A record as its author wrote it; each word of the glossary is explained in it once."""
        entity = self.book.records(collection)[record_id]
        found: Values = entity.model_dump(mode="json", by_alias=True)
        explained: set[str] = {record_id} if collection == "glossary" else set()
        for passage in schema.passages(entity):
            holder: Any = found
            for step in passage.path[:-1]:
                holder = holder[step]
            terms = self._terms(passage.text, explained)
            groups = prose.citation_groups(passage.text)
            self.cited.update({one.name for group in groups for one in group.citations})
            try:
                holder[passage.path[-1]] = nodes.of(passage.text, terms, self.numbers)
            except nodes.UnknownElementError as error:
                file = self.book.origins[collection, record_id].source.file
                raise PdfError(f"{file}: the PDF cannot show all of its text: {error}") from error
        for cited in (*found.get("figures", ()), *found.get("events", ())):
            cited["number"] = self.numbers[cited["source"]]
            self.cited[cited["source"]] += 1
        return found

    def _terms(self, text: str, explained: set[str]) -> dict[str, str]:
        if self.abbreviation is None:
            return {}
        used = {match[1] for match in self.abbreviation.finditer(prose.mask(text))}
        terms = {word: self.terms[word] for word in sorted(used)}
        terms = {word: term for word, term in terms.items() if term not in explained}
        explained.update(terms.values())
        return terms


def _targets(found: Values, edition: str | None) -> dict[str, str]:
    """Every address of the site that is a place in the PDF, and the name of that place."""
    records = [(chapter, one) for chapter in CHAPTERS for one in found[chapter]]
    slots = [
        placed["slot"]
        for week in found["timetable"]["weeks"]
        for day in week["days"]
        for placed in day["slots"]
    ]
    own = [
        *_HUBS,
        *(f"practical/#{name}" for name in _PRACTICAL),
        *(addresses.of(chapter, one["id"]) for chapter, one in records),
        *(clause["href"] for _, one in records for clause in one.get("clauses", ())),
        *(outcome["href"] for outcome in found["outcomes"]["outcomes"]),
        *(entry["stop"]["href"] for entry in found["pipeline"]),
        *(addresses.of("glossary", term["id"]) for term in found["glossary"]),
        *(addresses.of("references", one["key"]) for one in found["references"]),
        *(slot["href"] for slot in slots),
    ]
    current = {f"timetable/#{slot['key']}": slot["href"] for slot in slots}
    if edition:
        current[addresses.of("editions", edition)] = "timetable/"
    return {one: one for one in own} | current


def _led(value: Any, targets: Mapping[str, str], base: str) -> Any:
    """The same, with every address turned into where it leads from here.

    That is `#` and a place in the PDF, or an absolute address, or nothing: a page that is not in
    the PDF, of a site whose address is not known.
    """
    if isinstance(value, list):
        return [_led(one, targets, base) if isinstance(one, _HOLDERS) else one for one in value]
    return {
        name: _led(one, targets, base)
        if isinstance(one, _HOLDERS)
        else _leads_to(one, targets, base)
        if name in ("href", "to") and isinstance(one, str)
        else one
        for name, one in value.items()
    }


_HOLDERS = (list, dict)


def _leads_to(address: str, targets: Mapping[str, str], base: str) -> str:
    if not address or re.match(r"[a-z]+:", address):
        return address  # of what is withheld, there is none
    address = address.removeprefix("/")
    target = targets.get(address) or targets.get(address.partition("#")[0])
    if target:
        return f"#{target}"
    return f"{base}{address}" if base and not address.startswith("#") else ""


_HUBS = (
    "practical/",
    "timetable/",
    "pipeline/",
    "outcomes/",
    "glossary/",
    "references/",
    *(f"{chapter}/" for chapter in CHAPTERS),
)
_PRACTICAL = (
    "when",
    "entry-requirements",
    "application",
    "examination",
    "attendance",
    "getting-there",
    "bring",
    "contacts",
    "mistakes",
)


def _in_words(found: Values, language: str) -> Values:
    """Every date in words, by the date; and every span of dates, by both."""
    days = sorted(_dates(found))
    edition = found["timetable"]["edition"]
    spans = [(edition["starts"], edition["ends"])] if edition and edition["starts"] else []
    weeks = [(week["starts"], week["ends"]) for week in found["timetable"]["weeks"]]
    return {
        "as_of": {day: dates.partial(day, language) for day in days if _exists(day)},
        "day": {day: dates.day(day, language) for day in days if _exists(day, "2026-10-12")},
        "weekday": {
            day: dates.weekday(day, language) for day in days if _exists(day, "2026-10-12")
        },
        "day_of_month": {
            day: dates.week(day, day, language) for day in days if _exists(day, "2026-10-12")
        },
        "span": {"/".join(span): dates.span(*span, language) for span in spans},
        "week": {"/".join(span): dates.week(*span, language) for span in weeks},
    }


def _exists(date: str, like: str = "") -> bool:
    """Whether a text in the form of a date is one, and as long as another one."""
    try:
        dt.date.fromisoformat(f"{date}-01-01"[: len("2026-10-12")])
    except ValueError:
        return False
    return not like or len(date) == len(like)


def _dates(value: Any) -> set[str]:
    """Every text in it that has the form of a date; prose has none that is put into words."""
    found, waiting = set(), [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += () if "is" in one else one.values()
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, str) and len(one) in _LENGTHS and dates.is_date(one):
            found.add(one)
    return found


_LENGTHS = (len("2026"), len("2026-10"), len("2026-10-12"))


# --- Setting it ------------------------------------------------------------------------------

NO_SIGN = "\u25a1"
"""Stands for a sign that no font has."""


def typeset(root: FilePath, shown: Values, today: dt.date) -> tuple[bytes, set[str]]:
    """The PDF, and the signs that no font has: they were met in a first try."""
    import typst  # noqa: PLC0415 - slow to load, and only a build makes a PDF

    made_at = dt.datetime.combine(today, dt.time(), dt.UTC)
    unknown: set[str] = set()
    while True:
        given = _with_signs(shown, unknown) if unknown else shown
        compiler = typst.Compiler(
            root / "overrides" / "pdf" / "handbook.typ",
            root=root,
            font_paths=_fonts(root / "overrides" / "fonts"),
            ignore_system_fonts=True,
            sys_inputs={"handbook": json.dumps(given, ensure_ascii=False)},
        )
        try:
            content, warnings = compiler.compile_with_warnings(
                format="pdf", pdf_standards=["ua-1"], timestamp=made_at
            )
        except typst.TypstError as error:
            met = _without_sign(error.diagnostic) - unknown
            if not met:
                raise PdfError(f"the PDF cannot be made: {error}") from error
            unknown |= met
        else:
            if warnings:  # Typst leaves out what it cannot place, and only says so
                raise PdfError(f"the PDF would not be whole: {warnings[0]}")
            try:
                return packing.packed(cast("bytes", content)), unknown
            except packing.PackingError as error:
                raise PdfError(f"the PDF cannot be packed: {error}") from error


def _with_signs(value: Any, unknown: set[str]) -> Any:
    """The same words, with a square for each sign that no font has; addresses stay as they are.

    A sign that only changes how others are shown goes.
    """
    if isinstance(value, str):
        stand_in = {ord(sign): _stand_in(sign) for sign in unknown}
        return value.translate(stand_in)
    if isinstance(value, list):
        return [_with_signs(one, unknown) for one in value]
    if isinstance(value, dict):
        return {
            name: one if name in _ADDRESSES else _with_signs(one, unknown)
            for name, one in value.items()
        }
    return value


def _stand_in(sign: str) -> str:
    return "" if unicodedata.category(sign) == "Cf" else NO_SIGN


_ADDRESSES = ("href", "to", "url", "website", "from", "live")
"""Fields that say where something leads."""


@cache
def _fonts(folder: FilePath) -> Any:
    import typst  # noqa: PLC0415 - as above

    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)]
    )


def _without_sign(diagnostic: str) -> set[str]:
    """The signs that Typst says it has no glyph for."""
    found = re.findall(r'the text `"(.*?)"` could not be displayed', diagnostic, re.DOTALL)
    written = (re.sub(r"\\u\{([0-9a-f]+)\}", _from_number, one) for one in found)
    return {sign for text in written for sign in text}


def _from_number(match: re.Match[str]) -> str:
    return chr(int(match[1], 16))


def _remarks(book: Book, unknown: Iterable[str]) -> Iterator[Problem]:
    """Where each sign that no font has stands first."""
    for sign in sorted(one for one in unknown if _stand_in(one)):
        for source in book.sources:
            place = source.text.find(sign)
            if place >= 0:
                line = source.text.count("\n", 0, place) + 1
                column = place - source.text.rfind("\n", 0, place)
                yield source.problem_at(
                    "HB415",
                    (line, column),
                    f"the PDF has no sign for {sign} (U+{ord(sign):04X})",
                    f"it shows {NO_SIGN}: write it in other letters, or add a font in overrides/",
                )
                break
