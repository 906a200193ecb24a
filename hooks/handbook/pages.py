"""From the book to pages: one Markdown body each, and the values that templates show.

`overrides/pages/<kind>.md` is the body of a kind of page: its prose fields in order under their
headings, and `<!-- part: NAME -->` where the theme's template of the same part inserts structure.
Everything else that a theme template reads stands in `Page.meta`.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cache, partial
from pathlib import Path as FilePath
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from handbook import addresses, api, compiled, dates, kept, prose, schema, store, timetable, views
from handbook.book import Book, Document
from handbook.chronicle import Chronicle, Control, control
from handbook.codes import catalogue
from handbook.source import parse

Values: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Page:
    """One page: `uri` is the Markdown file it would be, `source` the file that its text is from.

    `meta` is all that its theme template reads: plain values, and views made of plain values, so
    that `plain(meta)` is JSON. `anchors` are the ids that its parts add to those of its headings.
    `sought` is what else people call the page, and its sections by their ids: names with commas.
    `front` is the title and the description that a page written by hand gives itself. `control` is
    what makes it a document that can be quoted; none for pages of the site's own. `cited` are the
    references in its text, `sections` its text cut at its headings. `made_from` is a digest of all
    that the text and the values in `meta` follow from.
    """

    uri: str
    title: str
    body: str
    source: str
    meta: Values = field(default_factory=dict)
    anchors: tuple[str, ...] = ()
    sought: Mapping[str, str] = field(default_factory=dict)
    front: Mapping[str, str] = field(default_factory=dict)
    control: Control | None = None
    cited: tuple[str, ...] = ()
    sections: tuple[prose.Section, ...] = ()
    made_from: str = ""


@dataclass(frozen=True)
class Draft:
    """The text of a page: what its template makes of its values. `key` is what it was made from."""

    key: str
    title: str
    description: str
    body: str
    sought: Mapping[str, str]
    cited: tuple[str, ...]
    sections: tuple[prose.Section, ...]


def make(
    book: Book,
    templates: FilePath,
    today: dt.date,
    wanted: Collection[str] | None = None,
    history: Chronicle | None = None,
    store_in: FilePath | None = None,
) -> tuple[Page, ...]:
    """All pages of the handbook, or those whose uri is wanted.

    The list of references then says only of these that they cite. `history` is what git tells.
    With `store_in`, a store, only the drafts are made anew whose values are others than before.
    """
    shared = _shared(book, templates) if store_in else ""
    before: dict[str, Draft] = kept.read(store_in, _KIND, shared)
    press = _Press(book, templates, today, history or Chronicle(), before)
    made = tuple(page() for uri, page in press.pages() if wanted is None or uri in wanted)
    kept.write(store_in, _KIND, shared, before, press.drafts)
    return made


_KIND = "drafts"


def _shared(book: Book, templates: FilePath) -> str:
    """What all drafts depend on besides their own values."""
    found = sorted(path for path in (templates / "pages").rglob("*") if path.is_file())
    texts = [f"{path.name} {store.digest_of(path.read_bytes())}" for path in found]
    common = [book.course, *book.stages.values(), *book.glossary.values()]
    records = [f"{type(one).__name__} {one.model_dump_json()}" for one in common]
    ids = [*book.stages, *book.glossary, *book.references.lines, *addresses.all_pages(book)]
    return store.digest(store.code(), *texts, *records, *ids, book.references.source.text)


def by_hand(made: Iterable[Page]) -> tuple[views.Link, ...]:
    """The pages written by hand that every page leads to; a folder's first stands for the rest."""
    return tuple(
        views.Link(page.title, addresses.of_uri(page.uri))
        for page in made
        if not page.meta and ("/" not in page.uri or page.uri.endswith("/index.md"))
    )


# --- What each kind of page shows ------------------------------------------------------------


def _session(book: Book, record_id: str, today: dt.date) -> Values:
    session = book.sessions[record_id]
    current = views.current_edition(book, today)
    return {
        "kind": session.kind,
        "status": session.status,
        "stops": views.stops(book, session.stages),
        "slots": views.slots_of(book, "sessions", record_id),
        "outcomes": views.outcomes(book, session.outcomes),
        "cases": views.summarised(book, "cases", session.cases),
        "frameworks": views.cited_frameworks(book, session),
        "needs": views.links(book, "sessions", session.needs),
        "needed_by": views.links(
            book, "sessions", book.pointing_at("sessions", record_id, "sessions")
        ),
        "terms": views.links(book, "glossary", session.terms),
        "materials": [material.model_dump() for material in session.materials],
        "practical": {
            name: getattr(session, name)
            for name in ("identify", "bring", "wear", "meet", "phone")
            if getattr(session, name)
        },
        "visits": timetable.visits(book, record_id, current)
        if session.kind == "site-visit"
        else (),
        "retired": session.retired,
        "checked": session.checked,
        **views.neighbours(book, record_id, current),
    }


def _lecturer(book: Book, record_id: str, today: dt.date) -> Values:
    lecturer = book.lecturers[record_id]
    return {
        "initials": views.initials(lecturer.name),
        "position": lecturer.title,
        "organisations": views.names(book, lecturer.organisations),
        "email": lecturer.email,
        "orcid": lecturer.orcid,
        "url": lecturer.url,
        "days": timetable.programme(views.slots_of(book, "lecturers", record_id)),
        "calendars": views.lecturer_calendars(book, record_id, today),
        "checked": lecturer.checked,
        "backlinks": views.pointing(book, "lecturers", record_id),
    }


def _place(book: Book, record_id: str, today: dt.date) -> Values:
    del today
    place = book.places[record_id]
    return {
        "kind": place.kind or "",
        "place": views.link(book, "places", record_id),
        "within": views.link(book, "places", place.within) if place.within else None,
        "organisation": views.name(book, place.organisation),
        "address": place.address,
        "capacity": place.capacity,
        "url": place.url,
        "days": timetable.programme(views.slots_of(book, "places", record_id)),
        "checked": place.checked,
        "backlinks": views.pointing(book, "places", record_id),
    }


def _case(book: Book, record_id: str, today: dt.date) -> Values:
    del today
    case = book.cases[record_id]
    return {
        "kind": case.kind or "",
        "stops": views.stops(book, case.stages),
        "organisation": views.name(book, case.organisation),
        "town": case.town,
        "place": views.link(book, "places", case.place) if case.place else None,
        "makes": case.makes,
        "licence": case.licence,
        "website": case.website,
        "used": views.links(book, "editions", case.used),
        "frameworks": views.links(book, "frameworks", case.frameworks),
        "checked": case.checked,
        "backlinks": views.pointing(book, "cases", record_id),
    }


def _framework(book: Book, record_id: str, today: dt.date) -> Values:
    framework = book.frameworks[record_id]
    return {
        "kind": framework.kind or "",
        "short": framework.short,
        "stops": views.stops(book, framework.stages),
        "issuer": views.name(book, framework.issuer),
        "identifier": framework.identifier,
        "in_force": framework.in_force,
        "applies_to": framework.applies_to,
        "supervisors": views.names(book, framework.supervisors),
        "stands_on": views.links(book, "frameworks", framework.stands_on),
        "changes": [change.model_dump() for change in framework.changes],
        "changes_as_of": framework.changes_as_of,
        "editions": [
            {"version": edition.version, "from": edition.from_, "until": edition.until}
            for edition in framework.editions
        ],
        "clauses": views.clauses(book, record_id, today),
        "url": framework.url,
        "checked": framework.checked,
        "backlinks": views.pointing(book, "frameworks", record_id),
    }


def _regulation(book: Book) -> Values:
    return {"supervision": views.supervision(book), "rule_changes": views.rule_changes(book)}


@dataclass(frozen=True)
class Kind:
    """A kind of page with one page a record: its collection, its template, its values."""

    collection: str
    template: str
    values: Callable[[Book, str, dt.date], Values]
    overview: Callable[[Book], Values] = lambda _: {}
    """What the list of the collection shows besides its items."""


KINDS: tuple[Kind, ...] = (
    Kind("sessions", "session", _session),
    Kind("lecturers", "lecturer", _lecturer),
    Kind("places", "place", _place),
    Kind("cases", "case", _case),
    Kind("frameworks", "framework", _framework, _regulation),
)


def _home(book: Book, today: dt.date) -> Values:
    current = views.current_edition(book, today)
    return {
        "edition": _edition(book, current, today),
        "board_slots": timetable.board(book, current, today) if current else (),
        "zones": views.zones(book),
        "line": [{"stop": stop} for stop in views.stops(book, ())],
    }


def _pipeline(book: Book, today: dt.date) -> Values:
    del today
    return {
        "zones": views.zones(book),
        "line": [
            {
                "stop": stop,
                "recurs": stage.recurs or "",
                "summary": stage.summary or "",
                "documents": stage.documents,
                "groups": views.stage_groups(book, stop.id),
            }
            for stop, stage in zip(views.stops(book, ()), book.stages.values(), strict=True)
        ],
    }


def _edition(book: Book, edition_id: str | None, today: dt.date) -> Values | None:
    if edition_id is None:
        return None
    edition = book.editions[edition_id]
    return {
        "id": edition_id,
        "title": edition.title,
        "status": edition.status,
        "href": addresses.of("editions", edition_id),
        "starts": edition.starts.isoformat() if edition.starts else "",
        "ends": edition.ends.isoformat() if edition.ends else "",
        "when": edition.when or "",
        "phase": views.phase(edition, today),
        "place": views.link(book, "places", edition.place) if edition.place else None,
        "lecturers": views.links(book, "lecturers", edition.lecturers),
        "groups": views.group_views(edition),
    }


def _timetable(book: Book, today: dt.date, edition_id: str | None = None) -> Values:
    shown = edition_id or views.current_edition(book, today)
    order = sorted(book.editions, key=lambda one: views.begins(book.editions[one]), reverse=True)
    slots = timetable.slots(book, shown) if shown else ()
    return {
        "edition": _edition(book, shown, today),
        "weeks": timetable.weeks(book, shown) if shown else (),
        "stylesheet": timetable.stylesheet(book, shown) if shown else "",
        "choices": timetable.choices(slots),
        "hours": timetable.hours(book, shown) if shown else None,
        "calendars": views.calendars(book, shown, today) if shown else (),
        "has_examples": any(slot.status == "example" for slot in slots),
        "others": views.links(book, "editions", [one for one in order if one != shown]),
    }


def _outcomes(book: Book, today: dt.date) -> Values:
    del today
    matrix, frameworks = views.outcome_matrix(book), views.framework_matrix(book)
    totals = list(zip(views.outcomes(book), matrix.totals, strict=True))
    return {
        "outcomes": views.outcomes(book),
        "official": all(outcome.official for outcome in book.outcomes.values()),
        "covered_by": {
            outcome: views.links(
                book, "sessions", book.pointing_at("outcomes", outcome, "sessions")
            )
            for outcome in book.outcomes
        },
        "matrix": matrix,
        "framework_matrix": frameworks,
        "uncovered": [view for view, total in totals if total == 0],
        "thin": [view for view, total in totals if total == 1],
        "untaught": [
            views.link(book, "frameworks", one)
            for one in book.frameworks
            if not book.pointing_at("frameworks", one, "sessions")
        ],
    }


def _glossary(book: Book, today: dt.date) -> Values:
    del today
    shown = {term_id: term.abbreviation or term.term for term_id, term in book.glossary.items()}
    order = sorted(shown, key=lambda term_id: _sorting(shown[term_id]))
    return {
        "letters": _letters((shown[term_id], term_id) for term_id in order),
        "terms": {
            term_id: {
                "term": term.term,
                "abbreviation": term.abbreviation,
                "translations": views.translations(term),
                "aliases": term.aliases,
                "see": views.links(book, "glossary", term.see),
                "introduced": views.links(
                    book, "sessions", book.pointing_at("glossary", term_id, "sessions")
                ),
            }
            for term_id, term in ((one, book.glossary[one]) for one in order)
        },
    }


def _letters(entries: Iterable[tuple[str, str]]) -> list[Values]:
    """Where each letter begins in a sorted list of words and anchors; all digits are one."""
    first: dict[str, str] = {}
    for words, anchor in entries:
        sign = _sorting(words)[:1].upper()
        first.setdefault("0–9" if sign.isdigit() else sign, anchor)
    return [{"letter": letter, "anchor": anchor} for letter, anchor in first.items()]


def _practical(book: Book, today: dt.date) -> Values:
    course = book.course
    edition = views.current_edition(book, today)
    place = book.editions[edition].place if edition else None
    return {
        "edition": _edition(book, edition, today),
        "seats": book.editions[edition].seats if edition else None,
        "place": views.link(book, "places", place) if place else None,
        "address": book.places[place].address if place else None,
        "directions": bool(place and book.places[place].getting_there),
        "assessments": [
            views.link(book, "sessions", one)
            for one, session in book.sessions.items()
            if session.kind == "assessment"
        ],
        "contacts": [
            contact.model_dump(exclude={"organisation"})
            | {"organisation": views.name(book, contact.organisation)}
            for contact in course.contacts
        ],
        "links": [one.model_dump() for one in course.links],
        "bring": [
            {
                "session": views.link(book, "sessions", one),
                "status": s.status,
                "identify": s.identify or "",
                "bring": s.bring or "",
                "wear": s.wear or "",
            }
            for one, s in views.in_time(book)
            if s.identify or s.bring or s.wear
        ],
    }


def _api(book: Book, today: dt.date) -> Values:
    del book, today
    return {"shapes": api.shapes(), "handbook_file": addresses.HANDBOOK}


def _nothing(book: Book, today: dt.date) -> Values:
    del book, today
    return {}


@dataclass(frozen=True)
class Hub:
    """A page that every handbook has once: its uri, template, values, and source file."""

    uri: str
    template: str
    values: Callable[[Book, dt.date], Values]
    source: str


HUBS: tuple[Hub, ...] = (
    Hub("index.md", "home", _home, "data/course.yml"),
    Hub("pipeline.md", "pipeline", _pipeline, "data/stages.yml"),
    Hub("outcomes.md", "outcomes", _outcomes, "data/outcomes.yml"),
    Hub("glossary.md", "glossary", _glossary, "data/glossary.yml"),
    Hub("references.md", "references", _nothing, "data/references.bib"),
    Hub("practical.md", "practical", _practical, "data/course.yml"),
    Hub("whats-new.md", "whats-new", _nothing, "overrides/pages/whats-new.md"),
    Hub("search.md", "search", _nothing, "overrides/pages/search.md"),
    Hub("api.md", "api", _api, "overrides/pages/api.md"),
    Hub("contributing/rules.md", "rules", _nothing, "hooks/handbook/codes.yml"),
)


# --- Putting a page together -----------------------------------------------------------------


class _Press:
    """Makes pages of one book; holds what all pages share."""

    def __init__(
        self,
        book: Book,
        templates: FilePath,
        today: dt.date,
        history: Chronicle,
        before: Mapping[str, Draft],
    ) -> None:
        self.before = before
        self.drafts: dict[str, Draft] = {}
        self.book = book
        self.today = today
        self.history = history
        self.zone = ZoneInfo(book.course.time_zone)
        self.uris = addresses.all_pages(book)
        self.environment = environment(templates / "pages")
        words = [term.abbreviation for term in book.glossary.values() if term.abbreviation]
        choice = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
        begins = "".join(sorted({re.escape(word[0]) for word in words}))
        self.abbreviation = (
            re.compile(rf"(?<![\w-])(?=[{begins}])({choice})s?(?![\w-])") if words else None
        )
        self.terms = {
            term.abbreviation: (term_id, term)
            for term_id, term in book.glossary.items()
            if term.abbreviation
        }
        self.tip = self.environment.get_template("term.md").module.tip  # type: ignore[attr-defined]
        self.cited_on: dict[str, dict[str, str]] = {}
        self.explanations: dict[tuple[str, int], str] = {}

    def pages(self) -> Iterator[tuple[str, Callable[[], Page]]]:
        """Every page's uri, and what makes it.

        The references come last, because they say where each is cited.
        """
        for kind in KINDS:
            for record_id in self.book.records(kind.collection):
                yield _of_record(kind, record_id), partial(self.record, kind, record_id)
        for kind in KINDS:
            yield _of_list(kind), partial(self.listing, kind)
        for edition_id in (*self.book.editions, None):
            yield _of_edition(edition_id), partial(self.edition, edition_id)
        last = [hub for hub in HUBS if hub.template == "references"]
        first = [hub for hub in HUBS if hub not in last]
        for hub in first:
            yield hub.uri, partial(self.hub, hub)
        for document in self.book.documents:
            yield document.uri, partial(self.document, document)
        for hub in last:
            yield hub.uri, partial(self.hub, hub)

    def record(self, kind: Kind, record_id: str) -> Page:
        """The page of one record."""
        entity = self.book.records(kind.collection)[record_id]
        uri = _of_record(kind, record_id)
        values = kind.values(self.book, record_id, self.today)
        anchors = tuple(clause.id for clause in values.get("clauses", ()))
        title = views.title_of(entity, record_id)
        for mention in self.book.mentions[kind.collection, record_id]:
            if mention.collection == "references":
                self._cite(mention.id, uri, title)
        return self._page(
            uri,
            kind.template,
            {"record": entity, "id": record_id, **values},
            source=self.book.origins[kind.collection, record_id].source.file,
            title=title,
            description=views.text_of(entity, "summary"),
            section=kind.collection,
            data=addresses.data(kind.collection, record_id),
            anchors=anchors,
        )

    def listing(self, kind: Kind) -> Page:
        """The list of a collection."""
        items = views.items(self.book, kind.collection)
        values = {"items": items, "stops": views.stops(self.book, ()), **kind.overview(self.book)}
        return self._page(
            _of_list(kind),
            kind.collection,
            values,
            source=f"data/{kind.collection}",
            section=kind.collection,
            layout="list",
        )

    def edition(self, edition_id: str | None) -> Page:
        """The timetable of an edition, or of the current one."""
        values = _timetable(self.book, self.today, edition_id)
        shown = values["edition"]["id"] if values["edition"] else None
        record = self.book.editions[shown] if shown else None
        return self._page(
            _of_edition(edition_id),
            "timetable",
            {"record": record, **values},
            source=f"data/editions/{shown}.yml" if shown else "data/editions",
            section="timetable",
            data=addresses.data("editions", shown) if shown else "",
            anchors=tuple(
                placed.slot.key
                for week in values["weeks"]
                for day in week.days
                for placed in day.slots
            ),
        )

    def document(self, document: Document) -> Page:
        """A page written by hand: the same Markdown, links and citations as everywhere."""
        uri, whole = document.uri, document.source.text
        front = _FRONT_MATTER.match(whole)
        key = store.digest(uri, whole)
        draft = self.before.get(uri)
        if draft is None or draft.key != key:
            text = whole[front.end() if front else 0 :]
            heading = re.search(r"^# +(.+?) *#*$", prose.mask(text), re.MULTILINE)
            title = heading[1] if heading else uri.removesuffix(".md").rpartition("/")[2]
            located: dict[str, str] = {}
            body = self._prepared(uri, located)("page", text, 0)
            body, cited = self._text(uri, body, located)
            draft = Draft(key, title, "", body, {}, cited, prose.sections(body))
        self.drafts[uri] = draft
        for reference in draft.cited:
            self._cite(reference, uri, draft.title)
        return Page(
            uri,
            draft.title,
            draft.body,
            document.source.file,
            front=_front(uri, front[1]) if front else {},
            control=self._control(uri, document.source.file, None),
            cited=draft.cited,
            sections=draft.sections,
            made_from=draft.key,
        )

    def hub(self, hub: Hub) -> Page:
        """A page that every handbook has once."""
        values = hub.values(self.book, self.today)
        if hub.template == "references":
            values["references"] = self._references()
            values["letters"] = _letters(
                (one["text"], f"ref-{one['key']}") for one in values["references"]
            )
        if hub.template == "whats-new":
            language = self.book.course.language
            values["days"] = [
                {"name": dates.day(day.date, language), "id": f"day-{day.date}", "news": day}
                for day in self.history.news
            ]
        if hub.template == "rules":
            values["codes"] = list(catalogue().values())
        return self._page(
            hub.uri,
            hub.template,
            values,
            source=hub.source,
            section=hub.uri.removesuffix(".md"),
            data=addresses.HANDBOOK if hub.uri == "index.md" else "",
        )

    def _references(self) -> list[Values]:
        references = self.book.references
        return [
            {
                "key": key,
                "text": references.note(key),
                "use": references.text(key, "annote"),
                "cited": [
                    views.Link(title, href) for href, title in self.cited_on.get(key, {}).items()
                ],
            }
            for key in sorted(references.lines, key=lambda key: _sorting(references.note(key)))
        ]

    def _page(
        self,
        uri: str,
        template: str,
        values: Values,
        *,
        source: str,
        section: str,
        title: str = "",
        description: str = "",
        layout: str = "",
        data: str = "",
        anchors: tuple[str, ...] = (),
    ) -> Page:
        record = values.get("record")
        shown = {name: value for name, value in values.items() if name != "record"}
        key = store.digest(
            *(uri, template, title, description, written(shown)),
            record.model_dump_json() if record else "",
        )
        draft = self.before.get(uri)
        if draft is None or draft.key != key:
            draft = self._draft(uri, template, values, title, description, key)
        self.drafts[uri] = draft
        for cited in draft.cited:
            self._cite(cited, uri, draft.title)
        meta = {
            "title": draft.title,
            "description": draft.description,
            "template": f"{layout or template}.html",
            "section": section,
            "generated": True,
            "data": data,
            **shown,
        }
        return Page(
            uri,
            draft.title,
            draft.body,
            source,
            meta,
            anchors,
            draft.sought,
            control=self._control(uri, source, record),
            cited=draft.cited,
            sections=draft.sections,
            made_from=draft.key,
        )

    def _draft(
        self, uri: str, template: str, values: Values, title: str, description: str, key: str
    ) -> Draft:
        located: dict[str, str] = {}
        module = self.environment.get_template(f"{template}.md").make_module(
            {
                "course": self.book.course,
                "course_stages": self.book.stages,
                "course_terms": self.book.glossary,
                **values,
                "prose": self._prepared(uri, located),
                "here": lambda target: self.relative(target, uri),
            }
        )
        body, cited = self._text(uri, str(module), located)
        return Draft(
            key,
            title or str(getattr(module, "title", "")),
            description or str(getattr(module, "description", "")),
            body,
            getattr(module, "sought", {}),
            cited,
            prose.sections(body),
        )

    def _control(self, uri: str, source: str, record: schema.Model | None) -> Control | None:
        if not source.startswith(("data", "docs")):
            return None
        document = addresses.of_uri(uri).rstrip("/") or "home"
        return control(self.history, document, source, self.zone, record)

    def _prepared(self, uri: str, located: dict[str, str]) -> Callable[..., str]:
        """What templates call `prose`: makes one field ready for the page at `uri`."""

        def ready(name: str, text: str | None, under: int = 2) -> str:
            if not text:
                return ""
            prepared, notes = prose.prepare(
                text,
                prefix=name,
                under=under,
                link=lambda target: self.relative(target, uri),
                notes_of=self.book.references.note,
            )
            located.update(notes)
            return prepared

        return ready

    def _text(self, uri: str, body: str, located: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
        """A body with its notes and its explained abbreviations; and the references it cites."""
        masked = prose.mask(body)
        groups = prose.citation_groups(body)
        keys = [citation.name for group in groups for citation in group.citations]
        cited = dict.fromkeys([*keys, *(label.split("--")[0] for label in located)])
        tail = [f"[^{label}]: {note}" for label, note in located.items()]
        explained = self._abbreviations(masked, uri)
        if explained:
            tail += ["", *explained]
        if groups:
            tail += ["", "\\bibliography"]
        # The first line stays empty, so that no line of it is taken for front matter.
        return "\n".join(["", body.strip("\n"), "", *tail, ""]), tuple(cited)

    def _cite(self, key: str, uri: str, title: str) -> None:
        self.cited_on.setdefault(key, {}).setdefault(addresses.of_uri(uri), title)

    def _abbreviations(self, masked: str, uri: str) -> list[str]:
        """The lines that explain the abbreviations of a page."""
        if self.abbreviation is None or uri in _PLAIN:
            return []
        words = sorted({match[1] for match in self.abbreviation.finditer(masked)})
        return [f"*[{word}]: {self._explanation(word, uri)}" for word in words]

    def _explanation(self, word: str, uri: str) -> str:
        """One line of Markdown; made once for all pages of the same depth."""
        depth = uri.count("/")
        if (word, depth) not in self.explanations:
            term_id, term = self.terms[word]
            definition = prose.without_citations(term.definition)
            tip = self.tip(
                term=term,
                translations=views.translations(term),
                definition=self._prepared(uri, {})("tip", definition),
                href=self.relative(f"/{addresses.of('glossary', term_id)}", uri),
            )
            self.explanations[word, depth] = " ".join(str(tip).split())
        return self.explanations[word, depth]

    def relative(self, target: str, uri: str) -> str:
        """A site address as the path from one Markdown file to another; anything else unchanged."""
        if not target.startswith("/") or target.startswith("//"):
            return target
        page, hash_sign, fragment = target[1:].partition("#")
        to = self.uris.get(page, page)
        up = "../" * uri.count("/")
        return f"{up}{to}{hash_sign}{fragment}"


@cache
def environment(folder: FilePath) -> Environment:
    """What reads templates, each once for all books; one that changes is read anew."""
    environment = Environment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - it writes Markdown; `text` escapes plain text
    )
    environment.bytecode_cache = compiled.of(folder.parent.parent, "bodies")
    environment.globals["text"] = prose.escape
    return environment


def _of_record(kind: Kind, record_id: str) -> str:
    return f"{kind.collection}/{record_id}.md"


def _of_list(kind: Kind) -> str:
    return f"{kind.collection}/index.md"


def _of_edition(edition_id: str | None) -> str:
    return f"timetable/{edition_id or 'index'}.md"


_PLAIN = ("glossary.md", "references.md")
"""Pages whose own subject is the words: no abbreviation is explained there."""
_FRONT_MATTER = re.compile(r"\A---\n(.*?\n)(?:---|\.\.\.)\n", re.DOTALL)


def _front(uri: str, text: str) -> dict[str, str]:
    found = parse(uri, text).data
    return {
        name: words
        for name, words in (found.items() if isinstance(found, dict) else ())
        if name in ("title", "description") and isinstance(words, str)
    }


def _sorting(words: str) -> str:
    return re.sub(r"^\W+", "", words).casefold()


def written(value: Any) -> str:
    """A value as JSON. Equal values are equal texts; much faster than `plain` first."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_fields)


def _fields(value: Any) -> Values:
    return dict(value) if isinstance(value, Mapping) else vars(value)


def plain(value: Any) -> Any:
    """A value as JSON knows it: dictionaries, lists, text, numbers, true, false, None."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
