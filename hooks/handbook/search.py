"""Search documents: what readers look for, by the names they look for it with.

Each record is one document, and so is each page that is not just the list of records that are
documents themselves. `names.json` holds all that the first results need: names, headings and
summaries. `text.json`, in the same order, holds the facts and what the pages say, and is loaded
after it. Nothing here depends on what a build skips.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from handbook import addresses, dates, prose, schema, timetable, views
from handbook.book import Book
from handbook.pages import Page, plain
from handbook.store import digest

NAMES = "search/names.json"
TEXT = "search/text.json"
_EXCERPT = 160
"""The most characters of a summary that is taken from the text."""


@dataclass(frozen=True)
class Part:
    """A section of a page that one can look for by itself; `sought` are other words for it."""

    id: str
    heading: str
    sought: str


@dataclass(frozen=True)
class Document:
    """What can be found. `kind` is a collection, or `clauses`, `days`, `pages`, `guide` or `lists`.

    `names` are proper names (in full, short, in other languages, numbers), `aliases` what people
    type for it; `facts` are lines that are searched, and shown where they are why it was found.
    """

    kind: str
    href: str
    title: str
    summary: str = ""
    names: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    facts: tuple[str, ...] = ()
    stops: tuple[int, ...] = ()
    text: str = ""


def make(book: Book, pages: Sequence[Page], today: dt.date) -> dict[str, bytes]:
    """Both files. The address of the texts has their digest in it, so that no cache mixes them up.

    The names have one address for ever, because every page would change with it; who asks for
    them asks the server whether they have changed.
    """
    found = tuple(documents(book, pages, today))
    text = _json([[document.text, *document.facts] for document in found])
    names = {
        "text": f"{TEXT.rpartition('/')[2]}?{digest(text.decode())[:12]}",
        "stops": len(book.stages),
        "suggestions": suggestions(book, today),
        "documents": _columns(found),
    }
    return {NAMES: _json(names), TEXT: text}


def _json(value: object) -> bytes:
    return f"{json.dumps(value, ensure_ascii=False, separators=(',', ':'))}\n".encode()


_EARLY = ("kind", "href", "title", "summary", "names", "aliases", "headings", "parts", "stops")


def _columns(documents: Sequence[Document]) -> dict[str, list[object]]:
    """The documents by field, which packs better than field by field; 0 where there is nothing."""
    return {name: [plain(getattr(one, name)) or 0 for one in documents] for name in _EARLY}


def suggestions(book: Book, today: dt.date) -> list[str]:
    """What is offered before anything is typed: the next day's sessions, then where to begin."""
    current = views.current_edition(book, today)
    coming = [
        occurrence
        for occurrence in book.occurrences
        if occurrence.edition == current and occurrence.slot.session and occurrence.date >= today
    ]
    if coming and current and views.phase(book.editions[current], today) == "during":
        day = [one for one in coming if one.date == coming[0].date]
        sessions = dict.fromkeys(addresses.of("sessions", one.slot.session or "") for one in day)
    else:
        sessions = {}
    return [*sessions, *_FIRST]


_FIRST = ("timetable/", "practical/", "sessions/", "cases/", "frameworks/", "glossary/")


# --- One document for each record ------------------------------------------------------------


def documents(book: Book, pages: Sequence[Page], today: dt.date) -> Iterator[Document]:
    """Everything that can be found, records first."""
    made = {addresses.of_uri(page.uri): page for page in pages}
    records = [*_records(book, made), *_clauses(book, today), *_days(book)]
    yield from records
    known = {document.href for document in records} | {"search/"}
    current = made["timetable/"].meta["edition"]
    if current:
        known.add(current["href"])  # the same page once more, as the timetable of today
    for address, page in made.items():
        if address not in known:
            yield _page(address, page, known)


def _records(book: Book, made: Mapping[str, Page]) -> Iterator[Document]:
    numbers = {stage: number for number, stage in enumerate(book.stages, 1)}
    for collection, describe in _DESCRIBED.items():
        for record_id, entity in book.records(collection).items():
            href = addresses.of(collection, record_id)
            told = describe(book, record_id)
            cut = made[href].sections if href in made else ()
            stages = (
                [record_id] if collection == "stages" else getattr(entity, "stages", None) or ()
            )
            title = told.title or views.title_of(entity, record_id)
            yield Document(
                collection,
                href,
                title,
                told.summary or views.text_of(entity, "summary"),
                (names := _other(told.names, title, *title.split(": "))),
                _other(
                    [*getattr(entity, "aliases", ()), *_former(entity)],
                    *(title, *title.split(": "), *names),
                ),
                # Headings with an id are the template's and stand on every page of the kind.
                tuple(one.heading for one in cut if one.heading and not one.id),
                facts=_unique(told.facts),
                stops=tuple(sorted(numbers[stage] for stage in stages)),
                text=told.text or " ".join(one.text for one in cut if one.text),
            )


@dataclass(frozen=True)
class _Told:
    """What a kind of record says of itself, besides what all records do."""

    names: Sequence[str | None] = ()
    facts: Sequence[str | None] = ()
    title: str = ""
    summary: str = ""
    text: str = ""


def _session(book: Book, record_id: str) -> _Told:
    session = book.sessions[record_id]
    slots = views.slots_of(book, "sessions", record_id)
    when = [
        ", ".join(
            [
                f"{dates.day(slot.date, book.course.language)} {slot.start}–{slot.end}",
                *([slot.place.title] if slot.place else []),
                *(one.title for one in slot.lecturers),
                *(one.name for one in slot.hosts),
                *(one.name for one in slot.groups),
            ]
        )
        for slot in slots
    ]
    practical = [
        f"{name.capitalize()}: {value}"
        for name in ("meet", "wear", "bring", "phone")
        if (value := getattr(session, name))
    ]
    return _Told(facts=[session.kind, *practical, *when])


def _lecturer(book: Book, record_id: str) -> _Told:
    lecturer = book.lecturers[record_id]
    return _Told(facts=[lecturer.title, *_called(book, lecturer.organisations), lecturer.orcid])


def _place(book: Book, record_id: str) -> _Told:
    place = book.places[record_id]
    within = book.places[place.within].name if place.within else None
    runs = [place.organisation] if place.organisation else []
    return _Told(facts=[place.address, within, place.kind, *_called(book, runs)])


def _case(book: Book, record_id: str) -> _Told:
    case = book.cases[record_id]
    about = _called(book, [case.organisation] if case.organisation else [])
    is_itself = any(_spelt(name).startswith(_spelt(case.title)) for name in about)
    facts = [case.makes, case.town, case.kind, case.licence]
    return _Told(about, facts) if is_itself else _Told(facts=[*facts, *about])


def _framework(book: Book, record_id: str) -> _Told:
    framework = book.frameworks[record_id]
    return _Told(
        [framework.short, *(framework.identifier or "").split("; ")],
        [
            framework.kind,
            framework.applies_to,
            framework.in_force,
            *_called(book, [framework.issuer, *framework.supervisors]),
            *(edition.version for edition in framework.editions),
            *(change.what for change in framework.changes),
        ],
    )


def _term(book: Book, record_id: str) -> _Told:
    term = book.glossary[record_id]
    foreign = [word for words in views.translations(term).values() for word in words.split(", ")]
    return _Told(
        foreign,
        title=f"{term.abbreviation}: {term.term}" if term.abbreviation else term.term,
        text=prose.plain(prose.without_citations(term.definition)),
    )


def _stage(book: Book, record_id: str) -> _Told:
    stage = book.stages[record_id]
    return _Told(
        [stage.short],
        [stage.zone, *stage.documents],
        text=prose.plain(prose.without_citations(stage.body or "")),
    )


def _outcome(book: Book, record_id: str) -> _Told:
    outcome = book.outcomes[record_id]
    return _Told(title=outcome.short or outcome.text, summary=outcome.text)


_DESCRIBED: Mapping[str, Callable[[Book, str], _Told]] = {
    "sessions": _session,
    "cases": _case,
    "frameworks": _framework,
    "lecturers": _lecturer,
    "places": _place,
    "glossary": _term,
    "stages": _stage,
    "outcomes": _outcome,
}


def _called(book: Book, organisations: Sequence[str]) -> list[str]:
    """All the names of some organisations."""
    found = views.names(book, organisations)
    return [name for one in found for name in (one.name, one.short, one.native_name) if name]


def _former(entity: schema.Model) -> list[str]:
    """The ids that a record once had, as words."""
    return [one.replace("-", " ") for one in getattr(entity, "former_ids", ())]


def _clauses(book: Book, today: dt.date) -> Iterator[Document]:
    """The clauses of each framework, as its page lists them."""
    for framework_id, framework in book.frameworks.items():
        called = framework.short or framework.title
        for clause in views.clauses(book, framework_id, today):
            title = f"{called}, {clause.id}: {clause.title}"
            yield Document("clauses", clause.href, title, facts=(framework.title,))


def _days(book: Book) -> Iterator[Document]:
    """The days on which something is taught; a day is found at its first slot."""
    for edition_id, edition in book.editions.items():
        for date, taught in groupby(timetable.slots(book, edition_id), key=lambda slot: slot.date):
            slots = tuple(taught)
            titles = ", ".join(dict.fromkeys(slot.title for slot in slots))
            notes = _unique([slot.note for slot in slots])
            yield Document(
                "days",
                slots[0].href,
                dates.day(date, book.course.language),
                aliases=(date,),
                facts=(titles, edition.title, *notes),
            )


# --- Pages that are no record ----------------------------------------------------------------

_LISTS = frozenset(
    ["timetable/", "pipeline/", "outcomes/", "glossary/", "references/"]
    + [f"{name}/" for name in addresses.ENTITY_PAGES]
)
"""Pages that gather what is to be found by itself."""


def _page(address: str, page: Page, known: set[str]) -> Document:
    """A page, without those of its sections that are documents of their own."""
    cut = [one for one in page.sections if f"{address}#{one.id}" not in known]
    # The same template also makes the timetables of past editions.
    sought = page.sought if address in addresses.HUBS else {}
    texts = [one.text for one in cut if one.text]
    own = [one.heading for one in cut if one.heading not in ("", page.title)]
    kind = _kind(address)
    # What is loaded first has few headings: none of a template's, nor of what only organisers read.
    is_plain = bool(page.meta) or kind == "guide"
    return Document(
        kind,
        address,
        page.title,
        str((page.meta or page.front).get("description") or _beginning(next(iter(texts), ""))),
        aliases=_listed(sought.get("", "")),
        headings=() if is_plain else tuple(own),
        parts=tuple(
            Part(one.id, one.heading, sought[one.id]) for one in cut if one.id and one.id in sought
        ),
        text=" ".join([*(own if is_plain and not sought else []), *texts]),
    )


def _kind(address: str) -> str:
    if address in _LISTS:
        return "lists"
    return "guide" if address.startswith(addresses.GUIDE) else "pages"


def _listed(words: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.split(",") if word.strip())


def _beginning(text: str) -> str:
    """The first sentences of a text, as many as a summary may have."""
    if len(text) <= _EXCERPT:
        return text
    ends = [match.end() for match in re.finditer(r"[.!?](?= )", text) if match.end() <= _EXCERPT]
    return text[: ends[-1]] if ends else f"{text[:_EXCERPT].rpartition(' ')[0]} …"


def _unique(words: Sequence[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in words if word))


def _other(words: Sequence[str | None], *known: str) -> tuple[str, ...]:
    """The words that are not just another spelling of a known one, or of one before."""
    met = {_spelt(one): "" for one in known}
    new = {_spelt(word): word for word in reversed(words) if word}
    return tuple(new[key] for key in dict.fromkeys(map(_spelt, _unique(words))) if key not in met)


def _spelt(word: str) -> str:
    """A name without what the search looks past: case, signs between words, a plural's s."""
    return re.sub(r"[\W_]", "", word).casefold().removesuffix("s")
