"""What each page is about, for machines: schema.org in JSON-LD, with Bioschemas' profiles.

A profile (`dct:conformsTo`) is named where all is known that it asks for at the least; of what it
recommends, all that the data knows is there, and nothing else: who may attend, what it costs and
in which language it is taught is not told by a handbook that does not know. Every thing has one
`@id` for ever, the address at which it is told, so that a registry that comes again finds it again.

Types: a framework is a CreativeWork and not Legislation, because guidelines and standards are no
law, and which of them one is the data says in words only. A case is a LearningResource about an
Organization, because a case can be a product or a survey of that organisation.

A calendar says of each event how certain it is, but schema.org has no word for 'an example'. So an
event says it in its name, in the words of the calendars, and only what is confirmed is 'scheduled'.

Sources: schema.org; Bioschemas' profiles Course, CourseInstance and TrainingMaterial, 1.0-RELEASE.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path as FilePath
from typing import Any, TypeAlias

from handbook import addresses, prose, schema, views
from handbook.api import instant
from handbook.book import Book, Occurrence
from handbook.pages import Page, environment

Json: TypeAlias = dict[str, Any]

CONTEXT = ["https://schema.org/", {"dct": "http://purl.org/dc/terms/"}]

PROFILES: Mapping[str, tuple[str, ...]] = {
    "Course": ("description", "keywords", "name"),
    "CourseInstance": ("courseMode", "location"),
    "TrainingMaterial": ("description", "keywords", "name"),
}
"""What each profile asks for at the least (Bioschemas 1.0-RELEASE, 'minimum')."""


def add(
    book: Book,
    pages: Sequence[Page],
    templates: FilePath,
    base: str,
    today: dt.date,
    known: Mapping[str, str] | None = None,
) -> tuple[Page, ...]:
    """The pages with what they are about in `meta.linked_data`; a page written by hand has none.

    `base` is the site's absolute address; where it is empty, addresses are relative to the page.
    `known` are the titles of all pages by uri, where these pages are only some.
    """
    known = known or {page.uri: page.title for page in pages}
    titles = {addresses.of_uri(uri): title for uri, title in known.items()}
    titles[""] = views.site(book, today).short
    words = environment(templates / "pages").get_template("calendar.txt").module
    told = []
    for page in pages:
        if page.meta:
            address = addresses.of_uri(page.uri)
            up = "../" * address.count("/") or "./"
            root = base or up
            site = _Site(book, root, words.summary, today)  # type: ignore[attr-defined]
            graph = [*_about(site, page), *_breadcrumbs(site, titles, address)]
            data = {"@context": CONTEXT, "@graph": graph} if graph else None
            page = replace(page, meta=page.meta | {"linked_data": data})  # noqa: PLW2901
        told.append(page)
    return tuple(told)


def written(data: Json) -> str:
    """The text of a data block inside HTML: nothing in it ends the block, or begins anything."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


@dataclass(frozen=True)
class _Site:
    """What all things of a page share: the book, where the site is, and the calendars' words."""

    book: Book
    root: str
    summary: Callable[[str, str], str]
    today: dt.date

    def at(self, address: str) -> str:
        """An address of the site."""
        return f"{self.root}{address}"


def _node(kind: str, identity: str, properties: Json) -> Json:
    """A thing with what is known of it."""
    known = {name: value for name, value in properties.items() if value not in (None, "", [])}
    return {"@type": kind, **({"@id": identity} if identity else {}), **known}


def _profiled(profile: str, node: Json) -> Json:
    """The same, naming its profile if it has what that asks for."""
    if not all(node.get(name) for name in PROFILES[profile]):
        return node
    address = f"https://bioschemas.org/profiles/{profile}/1.0-RELEASE"
    head = {name: node[name] for name in ("@type", "@id")}
    return {**head, "dct:conformsTo": {"@type": "CreativeWork", "@id": address}, **node}


def _about(site: _Site, page: Page) -> Iterator[Json]:
    """What a page is about; nothing for a list of what has pages of its own."""
    address, record_id = addresses.of_uri(page.uri), page.meta.get("id", "")
    if not address:
        yield _course(site)
    elif page.meta["section"] == "timetable":
        if page.meta["edition"]:
            yield _run(site, page.meta["edition"]["id"], whole=True)
    elif address in _TERMS:
        yield _terms(site, _TERMS[address], address, page.title)
    elif record_id:
        yield from _RECORDS[page.meta["section"]](site, record_id)


def _breadcrumbs(site: _Site, titles: Mapping[str, str], address: str) -> Iterator[Json]:
    parts = address.split("/")[:-1]
    steps = [f"{'/'.join(parts[:number])}/" for number in range(1, len(parts) + 1)]
    way = ["", *(step for step in steps if step in titles)]
    if address:
        yield {
            "@type": "BreadcrumbList",
            "itemListElement": [
                {"@type": "ListItem", "position": n, "name": titles[step], "item": site.at(step)}
                for n, step in enumerate(way, 1)
            ],
        }


# --- The course and its runs -----------------------------------------------------------------


def _course(site: _Site) -> Json:
    book, course = site.book, site.book.course
    credits_ = course.credits
    cited = dict.fromkeys(one.name for one in prose.citations(course.description or ""))
    return _profiled(
        "Course",
        _node(
            "Course",
            site.at(""),
            {
                "name": course.title,
                "alternateName": course.short,
                "url": site.at(""),
                "description": _plain(course.description) or course.summary,
                "abstract": course.summary,
                # One text, by the profile; commas part its words.
                "keywords": ", ".join(
                    (stage.short or stage.title).replace(",", "") for stage in book.stages.values()
                ),
                "about": _refs(site, "stages", book.stages),
                "provider": _organisation(site, course.host or course.school),
                "educationalLevel": course.level,
                "coursePrerequisites": _plain(course.entry_requirements),
                "numberOfCredits": _number(credits_),
                "timeRequired": _work(course),
                "license": course.licence,
                "teaches": _refs(site, "outcomes", book.outcomes),
                "mentions": _refs(site, "cases", book.cases),
                "citation": [prose.plain(book.references.note(key)) for key in cited],
                "hasPart": _refs(site, "sessions", (one for one, _ in views.in_time(book))),
                "hasCourseInstance": [_run(site, one) for one in book.editions],
            },
        ),
    )


def _work(course: schema.Course) -> str | None:
    """The hours of work that the course is, as a duration (ISO 8601)."""
    if course.credits is None or course.hours_per_credit is None:
        return None
    return _duration(round(course.credits * course.hours_per_credit) * 60)


def _run(site: _Site, edition_id: str, *, whole: bool = False) -> Json:
    """One run of the course, with its sessions in time if it is `whole`."""
    book, edition = site.book, site.book.editions[edition_id]
    address = addresses.of("editions", edition_id)
    held = [o for o in book.occurrences if o.edition == edition_id]
    teachers = dict.fromkeys([*edition.lecturers, *(one for o in held for one in o.slot.lecturers)])
    return _profiled(
        "CourseInstance",
        _node(
            "CourseInstance",
            site.at(address),
            {
                "name": f"{book.course.title}, {edition.title}",
                "url": site.at(address),
                "eventStatus": _event_status(edition.status),
                # A run that has a place is held there; of one without, nobody has said how.
                "courseMode": ["onsite"] if edition.place else None,
                "location": _where(site, edition.place),
                "startDate": edition.starts.isoformat() if edition.starts else None,
                "endDate": edition.ends.isoformat() if edition.ends else None,
                "instructor": _refs(site, "lecturers", teachers),
                "organizer": _organisation(site, book.course.host),
                "maximumAttendeeCapacity": edition.seats,
                **({"courseWorkload": _work(book.course)} if whole else {}),
                "subEvent": [_event(site, o) for o in held if o.slot.session] if whole else None,
            },
        ),
    )


def _event(site: _Site, occurrence: Occurrence) -> Json:
    """A slot: in few words, for a whole timetable."""
    shown = views.slot_view(site.book, occurrence)
    return _node(
        "EducationEvent",
        site.at(shown.href),
        {
            "name": site.summary(shown.title, shown.status),
            "startDate": instant(shown.starts),
            "endDate": instant(shown.ends),
            "eventStatus": _event_status(shown.status),
            "workFeatured": {"@id": site.at(shown.session.href)} if shown.session else None,
        },
    )


def _whole_event(site: _Site, occurrence: Occurrence, session: schema.Session) -> Json:
    """A slot with all that is known of it, as the page of its session tells it."""
    book, slot = site.book, occurrence.slot
    run = addresses.of("editions", occurrence.edition)
    title = f"{book.course.title}, {book.editions[occurrence.edition].title}"
    return {
        **_event(site, occurrence),
        **_node(
            "EducationEvent",
            "",
            {
                "description": session.summary,
                "url": site.at(f"{run}#{slot.identity}"),
                "location": _where(site, book.place_of(occurrence)),
                "performer": _refs(site, "lecturers", slot.lecturers),
                "organizer": [_organisation(site, one) for one in slot.hosts],
                "teaches": [
                    {"@id": site.at(addresses.of("outcomes", one))} for one in session.outcomes
                ],
                "superEvent": _node("CourseInstance", site.at(run), {"name": title}),
            },
        ),
    }


def _event_status(status: str) -> str | None:
    """What schema.org can say of it: it takes place as told, or not; of the rest, nothing."""
    words = {"confirmed": "EventScheduled", "cancelled": "EventCancelled"}
    return f"https://schema.org/{words[status]}" if status in words else None


# --- What has a page -------------------------------------------------------------------------


def _session(site: _Site, record_id: str) -> Iterator[Json]:
    book, session = site.book, site.book.sessions[record_id]
    held = book.occurrences_of.get(("sessions", record_id), ())
    lengths = {_minutes(o.slot) for o in held if o.slot.status != "cancelled"}
    words = [book.glossary[one].term for one in session.terms]
    stages = [book.stages[one].title for one in session.stages]
    needed = [book.sessions[one].title for one in session.needs]
    yield _material(
        site,
        "sessions",
        record_id,
        session,
        {
            "keywords": _keywords([*stages, *words, *session.aliases, session.kind]),
            "learningResourceType": session.kind,
            "about": _refs(site, "stages", session.stages),
            "teaches": _refs(site, "outcomes", session.outcomes),
            "competencyRequired": needed,
            "timeRequired": _duration(lengths.pop()) if len(lengths) == 1 else None,
            "mentions": [
                *_refs(site, "cases", session.cases),
                *_refs(site, "frameworks", dict.fromkeys(o.framework for o in session.frameworks)),
            ],
            "contributor": _refs(
                site, "lecturers", dict.fromkeys(one for o in held for one in o.slot.lecturers)
            ),
            "creativeWorkStatus": session.status,
            "hasPart": [
                {"@type": "CreativeWork", "name": one.title, "url": one.url}
                for one in session.materials
            ],
        },
    )
    for occurrence in held:
        yield _whole_event(site, occurrence, session)


def _case(site: _Site, record_id: str) -> Iterator[Json]:
    book, case = site.book, site.book.cases[record_id]
    stages = [book.stages[one].title for one in case.stages]
    organisation = _organisation(site, case.organisation)
    yield _material(
        site,
        "cases",
        record_id,
        case,
        {
            "keywords": _keywords([*stages, case.makes, case.kind, *case.aliases]),
            "learningResourceType": "case study",
            "about": [
                *([organisation] if organisation else []),
                *_refs(site, "stages", case.stages),
            ],
            "mentions": _refs(site, "frameworks", case.frameworks),
            "contentLocation": _where(site, case.place)
            or (_node("Place", "", {"name": case.town}) if case.town else None),
            "sameAs": case.website,
        },
    )


def _material(
    site: _Site,
    collection: str,
    record_id: str,
    record: schema.Session | schema.Case,
    more: Json,
) -> Json:
    """A page that one learns from."""
    course, address = site.book.course, addresses.of(collection, record_id)
    return _profiled(
        "TrainingMaterial",
        _node(
            "LearningResource",
            site.at(address),
            {
                "name": record.title,
                "alternateName": record.aliases,
                "identifier": record_id,
                "url": site.at(address),
                "description": _first(record.body) or record.summary,
                "abstract": record.summary,
                "inLanguage": course.language,
                "educationalLevel": course.level,
                "license": course.licence,
                "publisher": _organisation(site, course.publisher),
                "isPartOf": _node("Course", site.at(""), {"name": course.title}),
                **more,
            },
        ),
    )


def _lecturer(site: _Site, record_id: str) -> Iterator[Json]:
    lecturer = site.book.lecturers[record_id]
    page = site.at(addresses.of("lecturers", record_id))
    orcid = f"https://orcid.org/{lecturer.orcid}" if lecturer.orcid else None
    yield _node(
        "Person",
        page,
        {
            "name": lecturer.name,
            "alternateName": lecturer.aliases,
            "mainEntityOfPage": page,
            "description": lecturer.summary or _first(lecturer.body),
            "jobTitle": lecturer.title,
            "worksFor": [_organisation(site, one) for one in lecturer.organisations],
            "email": lecturer.email,
            "identifier": orcid,
            "sameAs": [one for one in (orcid, lecturer.url) if one],
        },
    )


def _place(site: _Site, record_id: str) -> Iterator[Json]:
    place = site.book.places[record_id]
    north, _, east = (place.coordinates or "").partition(", ")
    geo = (
        {"@type": "GeoCoordinates", "latitude": float(north), "longitude": float(east)}
        if east
        else None
    )
    yield {
        **(_where(site, record_id) or {}),
        **_node(
            "Place",
            site.at(addresses.of("places", record_id)),
            {
                "alternateName": place.aliases,
                "url": site.at(addresses.of("places", record_id)),
                "description": place.summary or _first(place.body),
                "geo": geo,
                "containedInPlace": _where(site, place.within),
                "maximumAttendeeCapacity": place.capacity,
                "sameAs": place.url,
            },
        ),
    }


def _framework(site: _Site, record_id: str) -> Iterator[Json]:
    framework = site.book.frameworks[record_id]
    current = schema.in_force(framework, site.today)
    page = site.at(addresses.of("frameworks", record_id))
    yield _node(
        "CreativeWork",
        page,
        {
            "name": framework.title,
            "alternateName": [one for one in (framework.short, *framework.aliases) if one],
            "mainEntityOfPage": page,
            "description": framework.summary or _first(framework.body),
            "genre": framework.kind,
            "identifier": framework.identifier,
            "version": current.version if current else None,
            "publisher": _organisation(site, framework.issuer),
            "about": _refs(site, "stages", framework.stages),
            "isBasedOn": _refs(site, "frameworks", framework.stands_on),
            "sameAs": framework.url,
        },
    )


_RECORDS: Mapping[str, Callable[[_Site, str], Iterator[Json]]] = {
    "sessions": _session,
    "lecturers": _lecturer,
    "places": _place,
    "cases": _case,
    "frameworks": _framework,
}


# --- Words that are defined ------------------------------------------------------------------

_TERMS = {"glossary/": "glossary", "outcomes/": "outcomes", "pipeline/": "stages"}
"""Pages that define terms: address → collection."""


def _terms(site: _Site, collection: str, address: str, title: str) -> Json:
    defined = site.book.records(collection)
    return _node(
        "DefinedTermSet",
        site.at(address),
        {
            "name": title,
            "inLanguage": site.book.course.language,
            "license": site.book.course.licence,
            "hasDefinedTerm": [_term(site, collection, one) for one in defined],
        },
    )


def _term(site: _Site, collection: str, record_id: str) -> Json:
    record = site.book.records(collection)[record_id]
    told: Json
    if isinstance(record, schema.Term):
        told = {
            "name": record.term,
            "termCode": record.abbreviation,
            "description": _plain(record.definition),
        }
    elif isinstance(record, schema.Outcome):
        told = {"name": record.text, "alternateName": record.short}
    else:
        summary = views.text_of(record, "summary")
        told = {"name": views.title_of(record, record_id), "description": summary}
    return _node("DefinedTerm", site.at(addresses.of(collection, record_id)), told)


# --- Small things ----------------------------------------------------------------------------

_KINDS = {
    "outcomes": "DefinedTerm",
    "stages": "DefinedTerm",
    "lecturers": "Person",
    "cases": "LearningResource",
    "sessions": "LearningResource",
    "frameworks": "CreativeWork",
}


def _refs(site: _Site, collection: str, ids: Iterable[str]) -> list[Json]:
    """Records that have pages, or places in one: what they are, where they are told, their names.

    Of an outcome, that is all of its text.
    """
    records = site.book.records(collection)
    return [
        _node(
            _KINDS[collection],
            site.at(addresses.of(collection, one)),
            {"name": views.text_of(records[one], "text") or views.title_of(records[one], one)},
        )
        for one in ids
        if one in records  # and not withheld
    ]


def _organisation(site: _Site, organisation_id: str | None) -> Json | None:
    """An organisation; it has no page of its own, so it is named after its data."""
    if organisation_id is None:
        return None
    found = site.book.organisations[organisation_id]
    others = [one for one in (found.short, found.native_name) if one and one != found.name]
    return _node(
        "Organization",
        site.at(addresses.data("organisations", organisation_id)),
        {"name": found.name, "alternateName": others, "url": found.url},
    )


def _where(site: _Site, place_id: str | None) -> Json | None:
    if place_id is None:
        return None
    place = site.book.places[place_id]
    identity = site.at(addresses.of("places", place_id))
    return _node("Place", identity, {"name": place.name, "address": place.address})


def _keywords(words: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(word for word in words if word))


def _plain(text: str | None) -> str:
    return prose.plain(prose.without_citations(text or ""))


def _first(text: str | None) -> str:
    """The first paragraph of a text, as plain words."""
    begun = next(prose.paragraphs(prose.mask(text or "")), None)
    return _plain((text or "")[begun.start : begun.start + len(begun.name)]) if begun else ""


def _number(value: Decimal | None) -> float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _minutes(slot: schema.Slot) -> int:
    return (slot.end.hour - slot.start.hour) * 60 + slot.end.minute - slot.start.minute


def _duration(minutes: int) -> str:
    """Minutes as a duration of ISO 8601."""
    hours, rest = divmod(minutes, 60)
    return f"PT{f'{hours}H' if hours else ''}{f'{rest}M' if rest or not hours else ''}"
