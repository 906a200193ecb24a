"""Whom and what a change reaches: calendar entries, lecturers and groups, pages of the site."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from handbook import addresses, history
from handbook.book import Book, Key, Occurrence
from handbook.changes import Change
from handbook.history import UnreadableError


@dataclass(frozen=True)
class Event:
    """A calendar entry that comes, goes or changes; `uid` is its identifier (RFC 5545, 3.8.4.7)."""

    uid: str
    kind: Literal["added", "removed", "changed"]
    edition: str
    slot: str


@dataclass(frozen=True)
class Person:
    """A lecturer with a calendar entry that comes, goes or changes."""

    id: str
    name: str


@dataclass(frozen=True)
class Group:
    """A group with such an entry; without id and name all who attend an edition without groups."""

    edition: str
    id: str
    name: str


@dataclass(frozen=True)
class Reach:
    """What a change reaches. The first three are None where the data cannot be read.

    `pages` are addresses below the site's base. They follow from what pages are made of, not from
    making them: rather one too many, which turns out the same, than one too few.
    """

    events: tuple[Event, ...] | None
    lecturers: tuple[Person, ...] | None
    groups: tuple[Group, ...] | None
    pages: tuple[str, ...]


def of(old: Book, new: Book, changes: Sequence[Change]) -> Reach:
    """What some changes from one book to another reach."""
    pages = tuple(sorted(_pages(old, new, changes)))
    renamed = {
        change.old: change.new
        for change in changes
        if change.kind == "renamed" and change.key[0] == "lecturers"
    }
    try:
        before, after = _entries(old, renamed), _entries(new, {})
    except UnreadableError:
        return Reach(None, None, None, pages)
    events = []
    lecturers: set[str] = set()
    groups: set[tuple[str, str]] = set()
    for uid in {**before, **after}:
        was, now = before.get(uid), after.get(uid)
        if was == now:
            continue
        told = [entry for entry in (was, now) if entry]
        kind: Literal["added", "removed", "changed"] = (
            "changed" if was and now else "added" if now else "removed"
        )
        events.append(Event(uid, kind, told[-1].edition, told[-1].slot))
        lecturers |= {one for entry in told for one in entry.lecturers}
        groups |= {(entry.edition, one) for entry in told for one in entry.groups or ("",)}
    return Reach(
        tuple(events),
        tuple(Person(one, _person(old, new, one)) for one in sorted(lecturers)),
        tuple(Group(*one, _group(old, new, *one)) for one in sorted(groups)),
        pages,
    )


def _person(old: Book, new: Book, lecturer: str) -> str:
    found = new.lecturers.get(lecturer) or old.lecturers.get(lecturer)
    return found.name if found else lecturer


def _group(old: Book, new: Book, edition: str, group: str) -> str:
    for book in (new, old):
        if edition in book.editions and group in book.editions[edition].groups:
            return book.editions[edition].groups[group].name
    return group


# --- Calendar entries ------------------------------------------------------------------------


@dataclass(frozen=True)
class _Entry:
    """All that a calendar tells of a slot, and whose calendars it is in."""

    edition: str
    slot: str
    shown: history.Shown
    lecturers: tuple[str, ...]
    groups: tuple[str, ...]
    words: tuple[Any, ...]


def _entries(book: Book, renamed: Mapping[str, str]) -> dict[str, _Entry]:
    """Every calendar entry by its identifier, with lecturers under the ids that they get."""
    told = ("course", "editions", "sessions", "places", "lecturers")
    if any(collection in told for collection, _ in book.unread):
        raise UnreadableError(str(book.unread))
    occurrences = {(one.edition, one.slot.identity): one for one in book.occurrences}
    found = {}
    for edition, run in history.state_of(book).items():
        for key, (shown, _) in run.slots.items():
            occurrence = occurrences.get((edition, key))
            if occurrence is None:
                raise UnreadableError(edition)
            slot = occurrence.slot
            found[addresses.event(book, edition, key)] = _Entry(
                edition,
                key,
                shown,
                tuple(renamed.get(one, one) for one in slot.lecturers),
                tuple(slot.groups or book.editions[edition].groups),
                tuple(_words(book, occurrence)),
            )
    return found


def _words(book: Book, occurrence: Occurrence) -> Iterator[Any]:
    """What else the description of an entry is made of, and the place on the map."""
    slot = occurrence.slot
    yield slot.note
    yield [book.lecturers[one].name for one in slot.lecturers if one in book.lecturers]
    yield [book.organisations[one].name for one in slot.hosts if one in book.organisations]
    named = book.editions[occurrence.edition].groups
    yield [named[one].name for one in slot.groups if one in named]
    session = book.sessions.get(slot.session or "")
    if session:
        yield session.summary, session.bring, session.wear, session.meet, session.phone
    place, met = book.place_of(occurrence), set()
    while place and place in book.places and place not in met:
        met.add(place)
        yield book.places[place].coordinates
        place = book.places[place].within


# --- Pages -----------------------------------------------------------------------------------

_SHOWN_ELSEWHERE = {
    *("name", "title", "term", "text", "short", "abbreviation", "summary", "definition"),
    *("status", "kind", "native_name", "editions", "changes", "address", "stages", "zone"),
}
"""Fields of a record that pages of other records show with a link to it."""
_SHOWN_EVERYWHERE = {
    "course": {"title", "short", "notices", "language", "time_zone", "publisher"},
    "stages": {"", "title", "short", "zone"},
}
"""Fields that every page shows, or the map on it; empty for the records and their order."""
_OWN = {"body", "before", "questions", "materials", "getting_there"}
"""Fields that only a record's own page shows."""

_Keys: TypeAlias = set[Key]


def _pages(old: Book, new: Book, changes: Sequence[Change]) -> set[str]:
    found: set[str] = set()
    sought: _Keys = set()  # references and terms, which texts anywhere may name
    for change in changes:
        name, record_id = change.key
        if name == "waivers":
            continue
        field = change.field[1:].partition("/")[0]
        was = change.old if change.kind == "renamed" else record_id
        if name == "outcomes" and not field:  # they are shown with their numbers
            found |= {addresses.of("sessions", one) for one in new.sessions}
        found |= {page for one in {was, record_id} for page in _home((name, one))}
        if field in _SHOWN_EVERYWHERE.get(name, ()):
            return set(addresses.all_pages(old)) | set(addresses.all_pages(new))
        if change.slot:
            found |= _of_slot(old, change) | _of_slot(new, change)
        elif field not in _OWN and record_id:
            found |= _of_record(old, new, (name, was), (name, record_id), field)
        if name in ("references", "glossary"):
            sought.add((name, record_id))
        if name == "references" or any("[@" in str(one) for one in (change.old, change.new)):
            found.add("references/")
    found |= _naming(old, sought) | _naming(new, sought)
    there = addresses.all_pages(old).keys() | addresses.all_pages(new)
    return found & there


def _home(key: Key) -> set[str]:
    """The pages that are about a record."""
    name, record_id = key
    if name == "documents":
        return {addresses.of_uri(record_id)}
    own = addresses.of(name, record_id).partition("#")[0]
    also = {
        "editions": {"", "timetable/", "practical/"},
        "course": {""},
        "stages": {""},
        "outcomes": {"outcomes/"},
    }
    return also.get(name, set()) | ({own} if own else set())


def _of_slot(book: Book, change: Change) -> set[str]:
    """The pages that show a slot."""
    slot = (change.key[1], change.slot)
    return _showing(
        book, [one for one in book.occurrences if (one.edition, one.slot.identity) == slot]
    )


def _showing(book: Book, occurrences: Iterable[Occurrence]) -> set[str]:
    """The pages that show some slots, and the lists that these stand in.

    They are those of a slot's place and people, of its session, and of the sessions before and
    after, each of which names its neighbours.
    """
    taught = [one for one in book.occurrences if one.slot.session]
    positions = {(one.edition, one.path): number for number, one in enumerate(taught)}
    found: _Keys = set()
    for one in occurrences:
        found |= {("places", book.place_of(one) or ""), ("sessions", one.slot.session or "")}
        found |= {("lecturers", lecturer) for lecturer in one.slot.lecturers}
        position = positions.get((one.edition, one.path))
        if position is not None:
            for others in (reversed(taught[:position]), taught[position + 1 :]):
                names = (other.slot.session or "" for other in others)
                found.add(("sessions", next((n for n in names if n != one.slot.session), "")))
    return {page for key in found if key[1] for page in (*_home(key), f"{key[0]}/")}


def _of_record(old: Book, new: Book, was: Key, now: Key, field: str) -> set[str]:
    """The pages that show something of a record on which a field, or all, was changed."""
    name = now[0]
    found = {f"{name}/"} if name in addresses.ENTITY_PAGES else set()
    if name in ("sessions", "frameworks", "outcomes", "cases", "stages"):
        found |= {"outcomes/", "pipeline/", ""}
    if field in ("identify", "bring", "wear"):
        found |= {"practical/"}
    mentions = _mentions(old, was) ^ _mentions(new, now)
    near: _Keys = set(mentions)
    if not field or field in _SHOWN_ELSEWHERE or name == "organisations":
        near |= _mentions(old, was) | _mentions(new, now)
        near |= {*old.backlinks.get(was, ()), *new.backlinks.get(now, ())}
        found |= {"references/"}  # which names the pages that cite
        for book, key in ((old, was), (new, now)):
            found |= _showing(book, book.occurrences_of.get(key, ()))
            if name != "sessions":  # a slot tells of all others that it names
                editions = {one for where, one in near if where == "editions"}
                found |= _showing(book, [o for o in book.occurrences if o.edition in editions])
    if name == "places" and field in ("", "within", "name", "address", "organisation"):
        near |= {key for book in (old, new) for key in _inside(book, {was, now})}
    found |= {page for key in near for page in _home(key)}
    return found | {f"{one}/" for one, _ in near if one in addresses.ENTITY_PAGES}


def _mentions(book: Book, key: Key) -> _Keys:
    return {(one.collection, one.id) for one in book.mentions.get(key, ())}


def _inside(book: Book, keys: _Keys) -> Iterable[Key]:
    """The places that lie in one of some places."""
    ids = {record_id for _, record_id in keys}
    return [("places", one) for one, place in book.places.items() if place.within in ids]


def _naming(book: Book, sought: _Keys) -> set[str]:
    """The pages of texts that cite a reference or use the abbreviation of a term."""
    if not sought:
        return set()
    keys = {record_id for name, record_id in sought if name == "references"}
    terms = [book.glossary.get(record_id) for name, record_id in sought if name == "glossary"]
    words = {term.abbreviation for term in terms if term and term.abbreviation}
    owners: dict[str, set[str]] = {}
    for key, origin in book.origins.items():
        owners.setdefault(origin.source.file, set()).update(_home(key))
    for document in book.documents:
        owners[document.source.file] = {addresses.of_uri(document.uri)}
    found = set()
    for text in book.texts:
        cited = {one.name for group in text.citations for one in group.citations}
        if cited & keys or any(word in text.masked for word in words):
            found |= owners.get(text.source.file, set())
    return found
