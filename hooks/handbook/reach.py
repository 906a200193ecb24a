"""Whom and what a change reaches: calendar entries, lecturers and groups, pages of the site."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from handbook import addresses, history, prose
from handbook.book import Book, Key, Occurrence
from handbook.changes import Change
from handbook.compose import Composition
from handbook.history import UnreadableError

if TYPE_CHECKING:
    from handbook.pages import Page
    from handbook.views import Site


@dataclass(frozen=True)
class Event:
    """A calendar entry that comes, goes or changes, and what it is called now, or was.

    `uid` is its identifier (RFC 5545, 3.8.4.7).
    """

    uid: str
    kind: Literal["added", "removed", "changed"]
    edition: str
    slot: str
    title: str


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

    `pages` are addresses below the site's base: of all that differ for people, and of no other;
    what machines find in a page's head (`jsonld.py`) does not count. Only where an error is in the
    way of making them, or in a handbook of more than MADE pages, they follow from what pages are
    made of: rather one too many, which turns out the same, than one too few.
    """

    events: tuple[Event, ...] | None
    lecturers: tuple[Person, ...] | None
    groups: tuple[Group, ...] | None
    pages: tuple[str, ...]


def of(
    before: Composition, after: Composition, changes: Sequence[Change], templates: FilePath
) -> Reach:
    """What some changes from one state to another reach; `templates` make the pages of both."""
    old, new = before.book, after.book
    near = _pages(old, new, changes)
    reached = tuple(sorted(_different(before, after, near, templates)))
    renamed = {
        change.old: change.new
        for change in changes
        if change.kind == "renamed" and change.key[0] == "lecturers"
    }
    try:
        entries, now_entries = _entries(old, renamed), _entries(new, {})
    except UnreadableError:
        return Reach(None, None, None, reached)
    events = []
    lecturers: set[str] = set()
    groups: set[tuple[str, str]] = set()
    for uid in {**entries, **now_entries}:
        was, now = entries.get(uid), now_entries.get(uid)
        if was == now:
            continue
        told = [entry for entry in (was, now) if entry]
        kind: Literal["added", "removed", "changed"] = (
            "changed" if was and now else "added" if now else "removed"
        )
        last = told[-1]
        events.append(Event(uid, kind, last.edition, last.slot, last.shown.title))
        lecturers |= {one for entry in told for one in entry.lecturers}
        groups |= {(entry.edition, one) for entry in told for one in entry.groups or ("",)}
    return Reach(
        tuple(events),
        tuple(Person(one, _person(old, new, one)) for one in sorted(lecturers)),
        tuple(Group(*one, _group(old, new, *one)) for one in sorted(groups)),
        reached,
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

MADE = 400
"""Pages of a handbook up to which those that may differ are made and compared, in about half a
second; in a larger one, lists alone would take longer."""
_IN_NO_WAY = ("HB2", "HB3")
"""The beginnings of the codes of errors in spite of which pages can be made: what is planned or
taught is wrong, but each record can be read, and all that it names is there."""


def _different(
    before: Composition, after: Composition, near: set[str], templates: FilePath
) -> set[str]:
    """Of pages that may differ, those that do; so they are made, of both states, and compared."""
    states = (before, after)
    known = [addresses.all_pages(state.book) for state in states]
    everything = {*known[0], *known[1]}
    can_be_made = templates.is_dir() and all(map(_has_pages, states))
    if not near or not can_be_made or len(everything) > MADE:
        return near
    from handbook import pages, views  # noqa: PLC0415 - slow to load; a large handbook needs none

    sites = [views.site(state.book, state.today) for state in states]
    if _around(sites[0]) != _around(sites[1]):
        return everything
    made = [
        {
            addresses.of_uri(page.uri): page
            for page in pages.make(
                state.book, templates, state.today, {uris[one] for one in near if one in uris}
            )
        }
        for state, uris in zip(states, known, strict=True)
    ]
    if pages.by_hand(made[0].values()) != pages.by_hand(made[1].values()):
        return everything  # each leads to these
    altered = _altered(before.book, after.book)
    told = _ABOUT_THE_COURSE if sites[0] != sites[1] else set()
    return {
        address
        for address in near
        if address in told or _seen(made[0].get(address), altered) != _seen(made[1].get(address))
    }


_ABOUT_THE_COURSE = {"", "practical/"}
"""The pages that tell all of the course's own facts, such as its credits."""


def _around(site: Site) -> tuple[Any, ...]:
    """What stands around every page."""
    host = site.host.name if site.host else ""
    words = (site.short, site.summary, site.language, host, site.publisher)
    return *words, site.notices, site.time_zone


def _has_pages(state: Composition) -> bool:
    return all(one.severity != "error" or one.code.startswith(_IN_NO_WAY) for one in state.problems)


def _altered(old: Book, new: Book) -> set[str]:
    """The references that notes tell otherwise, where they are cited."""
    was, now = old.references, new.references
    both = was.lines.keys() & now.lines.keys()
    return {
        key for key in both if was.fields[key] != now.fields[key] and was.note(key) != now.note(key)
    }


def _seen(page: Page | None, altered: Iterable[str] = ()) -> Any:
    """What of a page is compared; for one that cites what is altered, what is like no other."""
    if page is None:
        return None
    groups = prose.citation_groups(page.body) if altered else ()
    cited = {one.name for group in groups for one in group.citations}
    return page.title, page.body, page.meta, sorted(cited.intersection(altered))


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
        if field in _SHOWN_EVERYWHERE.get(name, ()) or _is_around(old, new, change):
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


def _is_around(old: Book, new: Book, change: Change) -> bool:
    """Whether a change may be of what stands around every page.

    That is who is behind the course, and the names of the pages written by hand.
    """
    if change.key[0] == "documents":
        heads = {re.search("^#.*", str(one), re.MULTILINE) for one in (change.old, change.new)}
        return len({one and one[0] for one in heads}) > 1
    return change.key[0] == "organisations" and any(
        where == "course" for book in (old, new) for where, _ in book.backlinks.get(change.key, ())
    )


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
    """The pages that show some slots, and the lists of sessions, which are in their order.

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
    return {page for key in found if key[1] for page in _home(key)} | {"sessions/", "outcomes/"}


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
            if name in ("editions", "organisations"):  # a slot tells of its run and its hosts
                told = [o for o in book.occurrences if key[1] in (o.edition, *o.slot.hosts)]
                found |= _showing(book, told)
    if name == "places" and field in ("", "within", "name", "address", "organisation"):
        near |= {key for book in (old, new) for key in _inside(book, {was, now})}
    found |= {page for key in near for page in _home(key)}
    lists = [one for one, _ in near if one in addresses.ENTITY_PAGES]
    return found | ({f"{one}/" for one in lists} if name in ("organisations", "stages") else set())


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
