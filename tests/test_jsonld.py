"""What pages are about, for machines: read by independent parsers, and judged by the profiles."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import html5lib
import pytest
from conftest import EXAMPLES, ROOT
from rdflib import RDF, SDO, Graph, URIRef
from test_api import book_of

from handbook import addresses, jsonld, pages
from handbook.book import Book

# rdflib's own parser of JSON-LD still uses what rdflib wants nobody to use any more.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")

TODAY = dt.date(2026, 12, 10)
BASE = "https://example.org/course/"

MINIMUM = {
    "Course": {"description", "keywords", "name"},
    "CourseInstance": {"courseMode", "location"},
    "TrainingMaterial": {"description", "keywords", "name"},
}
RECOMMENDED = {
    "Course": {
        *("about", "abstract", "citation", "coursePrerequisites", "educationalLevel"),
        *("hasCourseInstance", "license", "mentions", "provider", "teaches", "timeRequired", "url"),
    },
    "CourseInstance": {"endDate", "instructor", "startDate", "url"},
    "TrainingMaterial": {
        *("about", "abstract", "competencyRequired", "educationalLevel", "identifier"),
        *("inLanguage", "learningResourceType", "license", "mentions", "teaches"),
        *("timeRequired", "url"),
    },
}
"""Bioschemas 1.0-RELEASE, without what no field of the data tells.

That is aggregateRating; inLanguage (of teaching) and offers of a run; audience and author.
"""


def told(book: Book, base: str = BASE) -> dict[str, Any]:
    """Every page's data, by the page's address."""
    made = pages.make(book, ROOT / "overrides", TODAY)
    made = jsonld.add(book, made, ROOT / "overrides", base, TODAY)
    return {
        addresses.of_uri(page.uri): page.meta["linked_data"]
        for page in made
        if page.meta and page.meta["linked_data"]
    }


@pytest.fixture(scope="module", params=["lichens", "tiny", "real"])
def course(request: pytest.FixtureRequest) -> tuple[Book, dict[str, Any]]:
    book = book_of(ROOT if request.param == "real" else EXAMPLES / request.param)
    return book, told(book)


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every node of a page that says more than what and where it is."""
    if isinstance(value, dict):
        if "@type" in value:
            yield value
        for one in value.values():
            yield from nodes(one)
    elif isinstance(value, list):
        for one in value:
            yield from nodes(one)


def expanded(data: Mapping[str, Any]) -> Graph:
    """A page as RDF; the context that lies on the net is replaced by one that needs no net."""
    remote, ours = data["@context"]
    assert remote == "https://schema.org/"
    local = {**data, "@context": [{"@vocab": remote}, ours]}
    return Graph().parse(data=json.dumps(local), format="json-ld")


def test_every_type_and_property_is_schema_org_s(course: tuple[Book, dict[str, Any]]) -> None:
    known = {f"https://schema.org/{name}" for name in SDO.__annotations__}
    unknown = set()
    for data in course[1].values():
        for _, predicate, value in expanded(data):
            if predicate == RDF.type:
                unknown |= {str(value)} - known
            elif str(predicate) != "http://purl.org/dc/terms/conformsTo":
                unknown |= {str(predicate)} - known

    assert unknown == set()


def test_every_thing_has_its_lasting_address(course: tuple[Book, dict[str, Any]]) -> None:
    book, made = course
    there = {*addresses.all_pages(book), *addresses.data_files(book)}
    fragments = addresses.fragments(book)
    for data in made.values():
        for subject in expanded(data).subjects(RDF.type):
            if isinstance(subject, URIRef) and not subject.startswith("https://bioschemas.org/"):
                page, _, fragment = subject.removeprefix(BASE).partition("#")
                assert page in there, subject
                assert not fragment or fragment in fragments[page], subject


def test_one_thing_has_one_name(course: tuple[Book, dict[str, Any]]) -> None:
    """Merged, as a registry does it, the pages do not contradict each other."""
    whole = Graph()
    for data in course[1].values():
        whole += expanded(data)
    name = URIRef("https://schema.org/name")

    twice = {
        subject: names
        for subject in whole.subjects(unique=True)
        if isinstance(subject, URIRef)
        and len(names := {str(one) for one in whole.objects(subject, name)}) > 1
    }

    assert twice == {}


def test_what_names_a_profile_has_what_that_asks_for(course: tuple[Book, dict[str, Any]]) -> None:
    book, made = course
    found: dict[str, list[str]] = {profile: [] for profile in MINIMUM}
    for data in made.values():
        for node in nodes(data):
            if "dct:conformsTo" in node:
                profile = node["dct:conformsTo"]["@id"].split("/")[-2]
                found[profile].append(node["@id"])
                assert MINIMUM[profile] <= set(node), node["@id"]

    placed = [one for one, edition in book.editions.items() if edition.place]
    is_described = book.course.summary or book.course.description
    assert found["Course"] == ([BASE] if is_described else [])
    assert set(found["CourseInstance"]) == {BASE + addresses.of("editions", one) for one in placed}
    described = {
        BASE + addresses.of(name, one)
        for name in ("sessions", "cases")
        for one, record in book.records(name).items()
        if record.body or record.summary  # type: ignore[attr-defined] # both have these
    }
    assert set(found["TrainingMaterial"]) == described


@pytest.mark.parametrize("profile", list(RECOMMENDED))
def test_what_a_profile_recommends_and_the_data_knows_is_told_somewhere(profile: str) -> None:
    """Of each recommended property, at least one page of the real course or the second has it."""
    has: set[str] = set()
    for root in (ROOT, EXAMPLES / "lichens"):
        for data in told(book_of(root)).values():
            for node in nodes(data):
                if node.get("dct:conformsTo", {}).get("@id", "").split("/")[-2:-1] == [profile]:
                    has |= set(node)

    assert RECOMMENDED[profile] - has == set()


def test_every_record_with_a_page_is_told_as_what_it_is(
    course: tuple[Book, dict[str, Any]],
) -> None:
    book, made = course
    kinds = {
        "sessions": "LearningResource",
        "cases": "LearningResource",
        "lecturers": "Person",
        "places": "Place",
        "frameworks": "CreativeWork",
    }
    for name, kind in kinds.items():
        for one in book.records(name):
            first = made[addresses.of(name, one)]["@graph"][0]
            assert (first["@type"], first["@id"]) == (kind, BASE + addresses.of(name, one))
    for edition in book.editions:
        assert made[addresses.of("editions", edition)]["@graph"][0]["@type"] == "CourseInstance"
    events = [
        node["@id"]
        for data in made.values()
        for node in nodes(data)
        if node["@type"] == "EducationEvent"
    ]
    taught = [o for o in book.occurrences if o.slot.session]
    assert set(events) == {
        f"{BASE}{addresses.of('editions', o.edition)}#{o.slot.identity}" for o in taught
    }


def test_only_what_is_confirmed_is_scheduled() -> None:
    made = told(book_of(EXAMPLES / "lichens"))
    said = {
        node["@id"].partition("#")[2]: (
            node["name"],
            node.get("eventStatus", "").rpartition("/")[2],
        )
        for node in nodes(made["timetable/2031/"])
        if node["@type"] == "EducationEvent"
    }

    assert said == {
        "looking": ("Example: Looking slowly", ""),
        "collecting-a": ("Provisional: Collecting on the islet", ""),
        "collecting-b": ("Provisional: Collecting on the islet", ""),
        "supper": ("Cancelled: Supper", "EventCancelled"),
        "keys": ("Keys and their traps", "EventScheduled"),
        "naming": ("Naming your finds", "EventScheduled"),
    }


def test_the_second_course_is_told_like_this(golden: Callable[[Path, str], str]) -> None:
    made = told(book_of(EXAMPLES / "lichens"))
    text = json.dumps(made, ensure_ascii=False, indent=1) + "\n"

    assert golden(EXAMPLES / "lichens" / "linked-data.json", text) == text


def test_without_an_address_of_its_own_the_site_is_where_the_page_is() -> None:
    made = told(book_of(EXAMPLES / "lichens"), "")

    assert made[""]["@graph"][0]["@id"] == "./"
    assert made["timetable/2031/"]["@graph"][0]["@id"] == "../../timetable/2031/"


HOSTILE = 'a </script><script>alert(1)</script> <!-- " \\ &amp; \u2028 ]]> å'


def test_hostile_text_comes_out_as_typed() -> None:
    block = jsonld.written({"name": HOSTILE})
    html = f'<!doctype html><title>t</title><script type="application/ld+json">{block}</script><p>'
    parsed = html5lib.parse(html, namespaceHTMLElements=False)
    scripts = parsed.findall(".//script")

    assert [json.loads(one.text) for one in scripts] == [{"name": HOSTILE}]
    assert not re.search("[<>&]", block)


def test_hostile_names_stay_names(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "lichens" / "data", tmp_path / "data")
    path = tmp_path / "data" / "sessions" / "looking.yml"
    title = "Looking </script><script>alert(1)</script> {{ 7 * 7 }}"
    path.write_text(path.read_text().replace("title: Looking slowly", f"title: '{title}'"))
    made = told(book_of(tmp_path))

    assert made["sessions/looking/"]["@graph"][0]["name"] == title
