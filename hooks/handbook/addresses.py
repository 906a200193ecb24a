"""Where everything lives on the site: the addresses that people bookmark.

An address is written from the root of the site without a leading slash: `cases/wall-survey/`,
`glossary/#qp`. The uri of a page is the Markdown file that a site generator makes it from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from handbook.book import Book

ENTITY_PAGES = ("sessions", "lecturers", "cases", "frameworks", "places")
"""The collections whose records have a page each, and a list page together."""

_ANCHORS = {
    "outcomes": "outcomes/#{}",
    "stages": "pipeline/#{}",
    "glossary": "glossary/#{}",
    "references": "references/#ref-{}",
    "editions": "timetable/{}/",
    "course": "practical/",
}

HUBS = {
    "": "index.md",
    "timetable/": "timetable/index.md",
    "pipeline/": "pipeline.md",
    "outcomes/": "outcomes.md",
    "glossary/": "glossary.md",
    "references/": "references.md",
    "practical/": "practical.md",
    "search/": "search.md",
    "whats-new/": "whats-new.md",
    "api/": "api.md",
    "contributing/rules/": "contributing/rules.md",
    **{f"{name}/": f"{name}/index.md" for name in ENTITY_PAGES},
}
"""The generated pages that every handbook has: address → uri."""

FEED = "changes.xml"
"""Where the feed of what has changed is."""

PAPER = "handbook.pdf"
"""The whole handbook on paper."""

GUIDE = "contributing/"
"""Where the pages for organisers are."""


def of(collection: str, record_id: str) -> str:
    """The address of a record; empty for one that is only shown where it is used."""
    if collection in ENTITY_PAGES:
        return f"{collection}/{record_id}/"
    return _ANCHORS.get(collection, "").format(record_id)


def record_id(address: str) -> str:
    """The id of the record that a page is about: `wall-survey` of `cases/wall-survey/`."""
    return address.rstrip("/").rpartition("/")[2]


def relative(address: str, page: str) -> str:
    """An address below the root, of a page or of a file in a folder, as a page links to it."""
    here, there = page.split("/")[:-1], address.split("/")
    common = 0
    for mine, its in zip(here, there[:-1], strict=False):
        if mine != its:
            break
        common += 1
    return "../" * (len(here) - common) + "/".join(there[common:]) or "./"


def of_uri(uri: str) -> str:
    """The address of the page that is made from a Markdown file."""
    folder, slash, name = uri.removesuffix(".md").rpartition("/")
    if name in ("index", "README"):
        return f"{folder}{slash}"
    return f"{folder}{slash}{name}/"


def calendar(edition: str, feed: str = "") -> str:
    """A calendar's file: of an edition, or of its feed `groups/<id>` or `lecturers/<id>`.

    `slots/<key>` is the calendar of one slot.
    """
    return f"calendar/{edition}/{feed}.ics" if feed else f"calendar/{edition}.ics"


def card(kind: str) -> str:
    """The picture of links to a kind of page."""
    return f"cards/{kind}.png"


def event(book: Book, edition: str, key: str) -> str:
    """The identifier of a slot in every calendar, for ever (RFC 5545, 3.8.4.7).

    It ends with the course's `calendar_domain`. A course that names none gets the same ending as
    every such course, so that no other change of its data changes an identifier; with the slot's
    key and the edition before it, it is unique in the course only. That ending lies in `.invalid`,
    a domain that nobody can own (RFC 2606).
    """
    return f"{key}.{edition}@{book.course.calendar_domain or 'handbook.invalid'}"


def calendars(book: Book) -> set[str]:
    """Every calendar that is made from what the data says now."""
    found = set()
    for edition_id, edition in book.editions.items():
        feeds = ["", *(f"groups/{group}" for group in edition.groups)]
        feeds += [f"lecturers/{lecturer}" for lecturer in book.lecturers]
        feeds += [f"slots/{slot.identity}" for day in edition.days for slot in day.slots]
        found |= {calendar(edition_id, feed) for feed in feeds}
    return found


HANDBOOK = "api/handbook.json"
"""The whole handbook as data."""

DATA = (
    "course",
    "outcomes",
    "stages",
    "glossary",
    "organisations",
    "lecturers",
    "places",
    "cases",
    "frameworks",
    "sessions",
    "editions",
    "references",
)
"""The collections that are published as data."""


def data(collection: str, record_id: str) -> str:
    """The file of a record as data; of the course there is one."""
    return "api/course.json" if collection == "course" else f"api/{collection}/{record_id}.json"


def data_schema(name: str) -> str:
    """The JSON Schema of the files of a collection, or of the whole `handbook`."""
    return f"api/schema/{name}.json"


def data_files(book: Book) -> set[str]:
    """Every file of data that is made from what the data says now."""
    records = {data(name, record) for name in DATA for record in book.ids(name)}
    return {HANDBOOK, data_schema("handbook"), *map(data_schema, DATA), *records}


def subscription(base: str) -> str:
    """The base address as calendar programs want it: they subscribe to what begins with webcal."""
    return re.sub(r"^https?:", "webcal:", base)


def generated(book: Book) -> dict[str, str]:
    """Every page that is made from data: address → uri."""
    found = dict(HUBS)
    found |= {f"timetable/{edition}/": f"timetable/{edition}.md" for edition in book.editions}
    for name in ENTITY_PAGES:
        found |= {of(name, record): f"{name}/{record}.md" for record in book.records(name)}
    return found


def all_pages(book: Book) -> dict[str, str]:
    """Every page of the site, generated and written by hand: address → uri."""
    written = {of_uri(document.uri): document.uri for document in book.documents}
    return generated(book) | written


def fragments(book: Book) -> Mapping[str, set[str]]:
    """The places inside pages whose names are ids of records; other pages are not listed."""
    pages = {"outcomes/": "outcomes", "pipeline/": "stages", "glossary/": "glossary"}
    found = {page: set(book.ids(name)) for page, name in pages.items()}
    pages["references/"] = "references"
    found["references/"] = {f"ref-{key}" for key in book.references.lines}
    for edition in book.editions:
        found[f"timetable/{edition}/"] = {
            o.slot.identity for o in book.occurrences if o.edition == edition
        }
    found["frameworks/"] = {"supervision", "rule-changes"}
    return {page: ids for page, ids in found.items() if pages.get(page) not in book.unreadable}


def based(base: str) -> str:
    """The site's absolute address with a slash at its end; empty where it has none."""
    return f"{base.rstrip('/')}/" if base else ""


def public(base: str) -> str:
    """The site's absolute address; empty where it only leads to the own machine."""
    here = re.match(r"https?://(?:localhost|127\.|\[::1\]|0\.0\.0\.0)", base)
    return "" if here else base
