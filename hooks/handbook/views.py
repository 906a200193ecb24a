"""What pages show, as values: pure functions from the book to small frozen records.

Everything here is plain data (`dataclasses.asdict` gives JSON), without markup and without
sentences: those stand in the templates. An `href` is an address from the site's root.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from handbook import addresses, dates, schema
from handbook.book import INSTEAD, WITHHELD, Book, Occurrence
from handbook.schema import in_force

MATRIX_CELLS = 20_000
"""Above this number of cells a matrix is told as a list."""


@dataclass(frozen=True)
class Link:
    """A way to another record: its title, its address, and a line about it where that is shown."""

    title: str
    href: str
    summary: str = ""


@dataclass(frozen=True)
class Group:
    """Links of one kind, under the name of their collection."""

    collection: str
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Stop:
    """A stage on the pipeline as one page sees it: `on` where the page touches it."""

    number: int
    id: str
    title: str
    short: str
    zone: str
    href: str
    on: bool
    first_of_zone: bool


@dataclass(frozen=True)
class Name:
    """An organisation as it is shown where it is used."""

    name: str
    short: str
    native_name: str
    native_language: str
    url: str


@dataclass(frozen=True)
class GroupView:
    """A group of an edition: its id, its name, and its place among the groups, from 1."""

    id: str
    name: str
    number: int


@dataclass(frozen=True)
class SlotView:
    """One slot, ready to be shown anywhere.

    Dates are ISO, times HH:MM of the course's zone; `starts` and `ends` are the same as instants,
    with the zone's offset on that day.
    """

    key: str
    edition: str
    edition_title: str
    href: str
    date: str
    start: str
    end: str
    starts: str
    ends: str
    title: str
    session: Link | None
    kind: str
    status: str
    place: Link | None
    lecturers: tuple[Link, ...]
    hosts: tuple[Name, ...]
    groups: tuple[GroupView, ...]
    note: str
    calendar: str


@dataclass(frozen=True)
class OutcomeView:
    """A learning outcome by its number."""

    number: int
    id: str
    text: str
    short: str
    official: bool
    href: str


@dataclass(frozen=True)
class ClauseView:
    """A clause of a framework's edition."""

    id: str
    title: str
    href: str
    sessions: tuple[Link, ...] = ()
    only_in: str = ""


@dataclass(frozen=True)
class CitedFramework:
    """A framework as a session cites it."""

    framework: Link
    clauses: tuple[ClauseView, ...]


@dataclass(frozen=True)
class Row:
    """A row of a matrix: what it is about, and for each column whether they meet."""

    head: Link
    group: str
    cells: tuple[bool, ...]


@dataclass(frozen=True)
class Matrix:
    """Rows against columns; `rows` is empty and `pairs` told instead when it would be too large."""

    columns: tuple[Link, ...]
    rows: tuple[Row, ...]
    totals: tuple[int, ...]
    pairs: tuple[Group, ...] = ()


@dataclass(frozen=True)
class ListItem:
    """A record in the list of its collection."""

    title: str
    href: str
    summary: str
    kind: str
    stages: tuple[str, ...]
    stops: tuple[int, ...]
    status: str = ""
    initials: str = ""


def link(book: Book, collection: str, record_id: str) -> Link:
    """The link to a record of any collection; words alone where it may not be told of."""
    if record_id == WITHHELD and record_id not in book.records(collection):
        return Link(INSTEAD[collection], "")
    key = ("link", collection, record_id)
    if key not in book.kept:
        entity = book.records(collection)[record_id]
        book.kept[key] = Link(
            title_of(entity, record_id),
            addresses.of(collection, record_id),
        )
    found: Link = book.kept[key]
    return found


def title_of(entity: schema.Model, record_id: str) -> str:
    """What a record is called, whichever field says so."""
    for field in ("name", "title", "term", "text"):
        title = text_of(entity, field)
        if title:
            return title
    return record_id


def text_of(entity: schema.Model, field: str) -> str:
    """A field's text; empty where this kind of record has no such field, or has nothing in it."""
    return str(getattr(entity, field) or "") if field in _fields(type(entity)) else ""


@cache
def _fields(kind: type[schema.Model]) -> frozenset[str]:
    return frozenset(kind.model_fields)


def links(book: Book, collection: str, ids: Iterable[str]) -> tuple[Link, ...]:
    """Links to several records, in the order given."""
    return tuple(link(book, collection, record_id) for record_id in ids)


def summarised(book: Book, collection: str, ids: Iterable[str]) -> tuple[Link, ...]:
    """The same, each with the summary of its record."""
    return tuple(
        replace(link(book, collection, one), summary=text_of(entity, "summary") if entity else "")
        for one, entity in ((one, book.records(collection).get(one)) for one in ids)
    )


def pointing(book: Book, collection: str, record_id: str) -> tuple[Group, ...]:
    """What points at a record, by collection; what has no page of its own is left out."""
    groups = []
    for source in ("sessions", "cases", "frameworks", "lecturers", "places", "editions"):
        ids = book.pointing_at(collection, record_id, source)
        ids = [other for other in ids if (source, other) != (collection, record_id)]
        if ids:
            groups.append(Group(source, links(book, source, ids)))
    return tuple(groups)


def stops(book: Book, touched: Iterable[str]) -> tuple[Stop, ...]:
    """The whole line, with the stops that a record touches."""
    on = frozenset(touched)
    if ("stops", on) not in book.kept:
        book.kept["stops", on] = tuple(_stops(book, on))
    found: tuple[Stop, ...] = book.kept["stops", on]
    return found


def _stops(book: Book, on: frozenset[str]) -> Iterator[Stop]:
    zone = ""
    for number, (stage_id, stage) in enumerate(book.stages.items(), 1):
        yield Stop(
            number,
            stage_id,
            stage.title,
            stage.short or stage.title,
            stage.zone or "",
            addresses.of("stages", stage_id),
            stage_id in on,
            bool(stage.zone) and stage.zone != zone,
        )
        zone = stage.zone or ""


@dataclass(frozen=True)
class Station:
    """A stop in the full form of the line.

    `counts` are how many records of each collection touch it. `recurs` is what comes again here;
    `bracket` says which part of the bracket over such stops this one draws: its first, its last,
    both ends, or neither; and `label` whether its words stand here, over the middle one.
    """

    stop: Stop
    counts: tuple[tuple[str, int], ...]
    recurs: str
    bracket: tuple[str, ...]
    label: bool


@dataclass(frozen=True)
class Zone:
    """A part of the line: its name, and its stops."""

    title: str
    stations: tuple[Station, ...]


COUNTED = ("sessions", "cases", "frameworks")


def zones(book: Book) -> tuple[Zone, ...]:
    """The whole line in its zones."""
    recurring = [stage.recurs or "" for stage in book.stages.values()]
    found: list[tuple[str, list[Station]]] = []
    for index, stop in enumerate(stops(book, ())):
        words = recurring[index]
        first = last = index
        while words and first > 0 and recurring[first - 1] == words:
            first -= 1
        while words and last + 1 < len(recurring) and recurring[last + 1] == words:
            last += 1
        ends = {"first": first, "last": last} if words else {}
        counts = tuple((one, len(book.pointing_at("stages", stop.id, one))) for one in COUNTED)
        bracket = tuple(end for end, place in ends.items() if place == index)
        station = Station(
            stop, counts, words, bracket, bool(words) and index == (first + last) // 2
        )
        if not found or found[-1][0] != stop.zone:
            found.append((stop.zone, []))
        found[-1][1].append(station)
    return tuple(Zone(title, tuple(stations)) for title, stations in found)


def translations(term: schema.Term) -> dict[str, str]:
    """A term in other languages, by language code."""
    swedish = {"sv": term.swedish} if term.swedish else {}
    return swedish | term.translations


def name(book: Book, organisation_id: str | None) -> Name | None:
    """An organisation, or None where none is given."""
    if organisation_id is None:
        return None
    found = book.organisations[organisation_id]
    return Name(
        found.name,
        found.short or "",
        found.native_name or "",
        found.native_language or "",
        found.url or "",
    )


def names(book: Book, ids: Iterable[str]) -> tuple[Name, ...]:
    """Several organisations."""
    return tuple(found for found in (name(book, one) for one in ids) if found)


# --- Regulation ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Supervision:
    """An authority, and the frameworks that it supervises."""

    authority: Name
    frameworks: tuple[Link, ...]


def supervision(book: Book) -> tuple[Supervision, ...]:
    """Who supervises what: authorities by name."""
    found: dict[str, list[str]] = {}
    for framework_id, framework in book.frameworks.items():
        for authority in framework.supervisors:
            found.setdefault(authority, []).append(framework_id)
    return tuple(
        Supervision(called, tuple(_short(book, framework) for framework in found[one]))
        for one in sorted(found, key=lambda one: book.organisations[one].name.casefold())
        if (called := name(book, one))
    )


def _short(book: Book, framework_id: str) -> Link:
    """A framework by its short name."""
    called = book.frameworks[framework_id].short
    full = link(book, "frameworks", framework_id)
    return replace(full, title=called) if called else full


@dataclass(frozen=True)
class RuleChange:
    """A step in a change of a rule; `as_of` is when it was known."""

    date: str
    what: str
    state: str
    as_of: str
    framework: Link


def rule_changes(book: Book) -> tuple[RuleChange, ...]:
    """What changed and what is to change: in time, steps without a date last."""
    found = [
        RuleChange(
            change.date,
            change.what,
            change.state,
            framework.changes_as_of or "",
            _short(book, framework_id),
        )
        for framework_id, framework in book.frameworks.items()
        for change in framework.changes
    ]
    return tuple(sorted(found, key=lambda one: (not dates.is_date(one.date), one.date)))


# --- Time ------------------------------------------------------------------------------------

_STRENGTH = ("example", "provisional", "confirmed")


def weakest(*statuses: str) -> str:
    """What may be claimed of something that several records speak of; cancelled wins."""
    if "cancelled" in statuses:
        return "cancelled"
    return min(statuses, key=_STRENGTH.index)


def group_views(edition: schema.Edition) -> tuple[GroupView, ...]:
    """The groups of an edition, in order."""
    return tuple(
        GroupView(group_id, group.name, number)
        for number, (group_id, group) in enumerate(edition.groups.items(), 1)
    )


def slot_view(book: Book, occurrence: Occurrence) -> SlotView:
    """One slot with everything it names."""
    key = ("slot", occurrence.edition, occurrence.path)
    if key not in book.kept:
        book.kept[key] = _slot_view(book, occurrence)
    found: SlotView = book.kept[key]
    return found


def _slot_view(book: Book, occurrence: Occurrence) -> SlotView:
    slot, place = occurrence.slot, book.place_of(occurrence)
    edition = book.editions[occurrence.edition]
    session = book.sessions[slot.session] if slot.session else None
    statuses = [edition.status, slot.status, *([session.status] if session else [])]
    address = addresses.of("editions", occurrence.edition)
    groups = {one.id: one for one in group_views(edition)}
    return SlotView(
        key=slot.identity,
        edition=occurrence.edition,
        edition_title=edition.title,
        href=f"{address}#{slot.identity}",
        date=occurrence.date.isoformat(),
        start=f"{slot.start:%H:%M}",
        end=f"{slot.end:%H:%M}",
        starts=dates.instant(occurrence.date, slot.start, book.course.time_zone),
        ends=dates.instant(occurrence.date, slot.end, book.course.time_zone),
        title=slot.title or (session.title if session else slot.identity),
        session=link(book, "sessions", slot.session) if slot.session else None,
        kind=session.kind if session else slot.kind or "other",
        status=weakest(*statuses),
        place=link(book, "places", place) if place else None,
        lecturers=links(book, "lecturers", slot.lecturers),
        hosts=names(book, slot.hosts),
        groups=tuple(groups[group] for group in slot.groups),
        note=slot.note or "",
        calendar=addresses.calendar(occurrence.edition, f"slots/{slot.identity}"),
    )


def slots_of(book: Book, collection: str, record_id: str) -> tuple[SlotView, ...]:
    """The slots of a session, lecturer or place, in time."""
    found = book.occurrences_of.get((collection, record_id), ())
    return tuple(slot_view(book, occurrence) for occurrence in found)


@dataclass(frozen=True)
class CalendarFeed:
    """A calendar to subscribe to: whose it is (nothing for a whole edition's), and its file."""

    title: str
    href: str


def calendars(book: Book, edition_id: str, today: dt.date) -> tuple[CalendarFeed, ...]:
    """The calendars of an edition and its groups; none where nothing is in them, or will be."""
    edition = book.editions[edition_id]
    if phase(edition, today) == "after" and not any(day.slots for day in edition.days):
        return ()
    return (
        CalendarFeed("", addresses.calendar(edition_id)),
        *(
            CalendarFeed(group.name, addresses.calendar(edition_id, f"groups/{group_id}"))
            for group_id, group in edition.groups.items()
        ),
    )


def lecturer_calendars(book: Book, lecturer: str, today: dt.date) -> tuple[CalendarFeed, ...]:
    """A lecturer's calendars: of the editions they teach in, and of the one that is to come."""
    teaching = {o.edition for o in book.occurrences_of.get(("lecturers", lecturer), ())}
    current = current_edition(book, today)
    if current and phase(book.editions[current], today) != "after":
        teaching.add(current)
    return tuple(
        CalendarFeed(book.editions[one].title, addresses.calendar(one, f"lecturers/{lecturer}"))
        for one in sorted(teaching, key=lambda one: begins(book.editions[one]), reverse=True)
    )


def begins(edition: schema.Edition) -> str:
    """When an edition begins, as precisely as known, for sorting."""
    return edition.starts.isoformat() if edition.starts else edition.when or ""


def current_edition(book: Book, today: dt.date) -> str | None:
    """The running edition, else the next, else the latest."""
    by_time = sorted(book.editions, key=lambda one: begins(book.editions[one]))
    for edition_id in by_time:
        edition = book.editions[edition_id]
        if edition.ends and today <= edition.ends:
            return edition_id
        if edition.ends is None and today.isoformat()[: len(edition.when or "")] <= (
            edition.when or ""
        ):
            return edition_id
    return by_time[-1] if by_time else None


def phase(edition: schema.Edition, today: dt.date) -> str:
    """Where an edition stands today: 'before', 'during' or 'after'."""
    if edition.starts is None or edition.ends is None:
        month = edition.when or ""
        return "after" if month < today.isoformat()[: len(month)] else "before"
    if today < edition.starts:
        return "before"
    return "during" if today <= edition.ends else "after"


@dataclass(frozen=True)
class Neighbour:
    """A session's slot as the page of the session before or after it names it."""

    title: str
    href: str
    date: str


def neighbours(book: Book, session_id: str, edition_id: str | None) -> dict[str, Neighbour | None]:
    """The sessions just before and just after this one in an edition."""
    slots, own = _taught(book, edition_id)
    first, last = own.get(session_id, (0, len(slots)))
    before, after = slots[:first][-1:], slots[last + 1 :][:1]
    return {
        "earlier": _neighbour(book, before[0]) if before else None,
        "later": _neighbour(book, after[0]) if after else None,
    }


def _taught(
    book: Book, edition_id: str | None
) -> tuple[tuple[Occurrence, ...], dict[str, tuple[int, int]]]:
    """The slots of sessions in an edition, in time; and the first and the last of each session."""
    key = ("taught", edition_id)
    if key not in book.kept:
        slots = [o for o in book.occurrences if o.edition == edition_id and o.slot.session]
        own: dict[str, tuple[int, int]] = {}
        for index, one in enumerate(slots):
            session = one.slot.session or ""
            own[session] = (own.get(session, (index, 0))[0], index)
        book.kept[key] = tuple(slots), own
    found: tuple[tuple[Occurrence, ...], dict[str, tuple[int, int]]] = book.kept[key]
    return found


def _neighbour(book: Book, occurrence: Occurrence) -> Neighbour:
    slot = slot_view(book, occurrence)
    return Neighbour(slot.title, slot.session.href if slot.session else "", slot.date)


# --- Learning and regulation -----------------------------------------------------------------


def outcomes(book: Book, ids: Iterable[str] | None = None) -> tuple[OutcomeView, ...]:
    """Outcomes by number; all of them, or those named."""
    wanted = None if ids is None else set(ids)
    return tuple(
        OutcomeView(
            number,
            outcome_id,
            outcome.text,
            outcome.short or outcome.text,
            outcome.official,
            addresses.of("outcomes", outcome_id),
        )
        for number, (outcome_id, outcome) in enumerate(book.outcomes.items(), 1)
        if wanted is None or outcome_id in wanted
    )


def cited_frameworks(book: Book, session: schema.Session) -> tuple[CitedFramework, ...]:
    """A session's frameworks with the titles of the clauses it cites."""
    found = []
    for citation in session.frameworks:
        framework = book.frameworks[citation.framework]
        titles = {clause: t for e in framework.editions for clause, t in e.clauses.items()}
        address = addresses.of("frameworks", citation.framework)
        clauses = tuple(
            ClauseView(clause, titles.get(clause, ""), f"{address}#{clause}")
            for clause in citation.clauses
        )
        found.append(CitedFramework(link(book, "frameworks", citation.framework), clauses))
    return tuple(found)


def clauses(book: Book, framework_id: str, today: dt.date) -> tuple[ClauseView, ...]:
    """The clauses of the edition in force, with the sessions that teach each.

    And those of other editions that a session cites: what was right on its day still leads here.
    """
    framework = book.frameworks[framework_id]
    current = in_force(framework, today) or next(iter(framework.editions[-1:]), None)
    if current is None:
        return ()
    teaching: dict[str, list[str]] = {}
    for session_id in book.pointing_at("frameworks", framework_id, "sessions"):
        for citation in book.sessions[session_id].frameworks:
            if citation.framework == framework_id:
                for clause in citation.clauses:
                    teaching.setdefault(clause, []).append(session_id)
    address = addresses.of("frameworks", framework_id)
    found: dict[str, ClauseView] = {}
    for edition in (current, *framework.editions):
        for clause, title in edition.clauses.items():
            if clause not in found and (edition is current or clause in teaching):
                taught = links(book, "sessions", teaching.get(clause, ()))
                only_in = "" if edition is current else edition.version
                found[clause] = ClauseView(clause, title, f"{address}#{clause}", taught, only_in)
    return tuple(found.values())


def _matrix(columns: tuple[Link, ...], rows: Sequence[tuple[Link, str, frozenset[int]]]) -> Matrix:
    counted = Counter(column for _, _, touched in rows for column in touched)
    totals = tuple(counted[column] for column in range(len(columns)))
    if len(columns) * len(rows) > MATRIX_CELLS:
        pairs = tuple(
            Group(column.title, tuple(head for head, _, touched in rows if number in touched))
            for number, column in enumerate(columns)
        )
        return Matrix(columns, (), totals, pairs)
    return Matrix(
        columns,
        tuple(
            Row(head, group, tuple(number in touched for number in range(len(columns))))
            for head, group, touched in rows
        ),
        totals,
    )


def outcome_matrix(book: Book) -> Matrix:
    """Sessions against learning outcomes."""
    position = {outcome: number for number, outcome in enumerate(book.outcomes)}
    columns = tuple(
        Link(outcome.short or outcome.text, addresses.of("outcomes", outcome_id))
        for outcome_id, outcome in book.outcomes.items()
    )
    rows = [
        (
            link(book, "sessions", session_id),
            session.kind,
            frozenset(position[outcome] for outcome in session.outcomes),
        )
        for session_id, session in in_time(book)
    ]
    return _matrix(columns, rows)


def framework_matrix(book: Book) -> Matrix:
    """Frameworks (rows) against the sessions and cases (columns) that use them."""
    users = [
        (("sessions", session_id), {citation.framework for citation in session.frameworks})
        for session_id, session in in_time(book)
    ]
    users += [(("cases", case_id), set(case.frameworks)) for case_id, case in book.cases.items()]
    users = [(key, used) for key, used in users if used]
    columns = tuple(link(book, collection, one) for (collection, one), _ in users)
    touched: dict[str, set[int]] = {}
    for number, (_, used) in enumerate(users):
        for framework_id in used:
            touched.setdefault(framework_id, set()).add(number)
    rows = [
        (
            Link(framework.short or framework.title, addresses.of("frameworks", framework_id)),
            framework.kind or "",
            frozenset(touched.get(framework_id, ())),
        )
        for framework_id, framework in book.frameworks.items()
    ]
    return _matrix(columns, rows)


def in_time(book: Book) -> list[tuple[str, schema.Session]]:
    """Sessions as the latest edition orders them; those without a slot come last, by id."""
    first: dict[str, tuple[str, int]] = {}
    for number, occurrence in enumerate(book.occurrences):
        session = occurrence.slot.session
        if session:
            edition = book.editions[occurrence.edition]
            rank = (begins(edition), -number)
            first[session] = max(first.get(session, rank), rank)
    ordered = sorted(
        (one for one in book.sessions if one in first),
        key=lambda one: (_reverse(first[one][0]), -first[one][1]),
    )
    ordered += [one for one in book.sessions if one not in first]
    return [(one, book.sessions[one]) for one in ordered]


def _reverse(text: str) -> tuple[int, ...]:
    return tuple(-ord(letter) for letter in text)


def stage_groups(book: Book, stage_id: str) -> tuple[Group, ...]:
    """What a stage is taught by, who works there and which rules bite."""
    return pointing(book, "stages", stage_id)


def items(book: Book, collection: str) -> tuple[ListItem, ...]:
    """All records of a collection as its list shows them."""
    numbers = {stage: number for number, stage in enumerate(book.stages, 1)}
    pairs = (
        [(one, entity) for one, entity in in_time(book)]
        if collection == "sessions"
        else list(book.records(collection).items())
    )
    found = []
    for record_id, entity in pairs:
        stages = tuple(getattr(entity, "stages", ()))
        title = title_of(entity, record_id)
        found.append(
            ListItem(
                title,
                addresses.of(collection, record_id),
                text_of(entity, "summary"),
                text_of(entity, "kind"),
                stages,
                tuple(numbers[stage] for stage in stages if stage in numbers),
                text_of(entity, "status"),
                initials(title) if collection == "lecturers" else "",
            )
        )
    return tuple(found)


def initials(person: str) -> str:
    """The first letters of a person's first and last name."""
    words = [word for word in person.split() if word[0].isalpha()]
    return "".join(word[0].upper() for word in (words[:1] + words[1:][-1:]))


# --- The site --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Site:
    """What every page shows around its own content."""

    title: str
    short: str
    summary: str
    language: str
    locale: str
    time_zone: str
    host: Name | None
    school: Name | None
    publisher: Name | None
    credits: str
    level: str
    notices: tuple[str, ...]


def site(book: Book, today: dt.date) -> Site:
    """The course as the header, the footer and the home page show it, with today's notices."""
    course = book.course
    return Site(
        course.title,
        course.short or course.title,
        course.summary or "",
        course.language,
        _locale(course),
        course.time_zone,
        name(book, course.host),
        name(book, course.school),
        name(book, course.publisher),
        str(course.credits) if course.credits is not None else "",
        course.level or "",
        tuple(
            notice.text
            for notice in course.notices
            if (notice.from_ is None or notice.from_ <= today) and today <= notice.until
        ),
    )


def _locale(course: schema.Course) -> str:
    """The language with the country that it is read in, `en_GB`; empty where that is not known."""
    language, *others = course.language.split("-")
    region = others[-1] if others and others[-1].isupper() else ""
    country = region or (course.country or "").partition("-")[0]
    return f"{language}_{country}" if country else ""
