"""The handbook as data: every file, judged by an independent validator, and what is in some."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import EXAMPLES, ROOT
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from handbook import addresses, api, schema
from handbook import book as books
from handbook.book import Book

TODAY = dt.date(2026, 12, 10)
BASE = "https://example.org/course/"


def book_of(root: Path) -> Book:
    book, problems = books.load(root)
    assert [one for one in problems if one.severity == "error"] == []
    return book


@pytest.fixture(scope="module", params=["lichens", "tiny", "real"])
def book(request: pytest.FixtureRequest) -> Book:
    return book_of(ROOT if request.param == "real" else EXAMPLES / request.param)


def files(book: Book, base: str = BASE) -> dict[str, Any]:
    return {path: json.loads(content) for path, content in api.make(book, base, TODAY).items()}


def complaints(made: Mapping[str, Any]) -> Iterator[str]:
    """What a validator says of every file, by the schema that the file itself names."""
    resources = [
        (path, Resource.from_contents(one)) for path, one in made.items() if "schema/" in path
    ]
    registry: Registry[Any] = Registry().with_resources(resources)
    registry = registry.with_resources([(one.id() or path, one) for path, one in resources])
    for path, one in made.items():
        if path.startswith("api/schema/"):
            Draft202012Validator.check_schema(one)
            continue
        validator = Draft202012Validator(
            {"$ref": one["$schema"]},
            registry=registry,
            format_checker=Draft202012Validator.FORMAT_CHECKER,
        )
        yield from (
            f"{path}: {error.json_path}: {error.message}" for error in validator.iter_errors(one)
        )


@pytest.mark.parametrize("base", [BASE, ""])
def test_every_file_is_as_its_schema_says(book: Book, base: str) -> None:
    assert list(complaints(files(book, base))) == []


def test_every_record_has_its_file_and_stands_in_the_whole(book: Book) -> None:
    made = files(book)
    whole = made[addresses.HANDBOOK]

    assert set(made) == addresses.data_files(book)
    assert whole["course"] == made["api/course.json"]
    for name in addresses.DATA:
        if name != "course":
            assert [one["id"] for one in whole[name]] == book.ids(name)
            assert all(one == made[addresses.data(name, one["id"])] for one in whole[name])


def test_every_field_of_every_kind_is_described() -> None:
    def bare(shape: Any, path: str) -> Iterator[str]:
        for name, one in shape.get("properties", {}).items():
            if not one.get("description") and "$ref" not in one and name not in addresses.DATA:
                yield f"{path}.{name}"
            yield from bare(one, f"{path}.{name}")
        for inner in ("items", "additionalProperties"):
            if isinstance(shape.get(inner), dict):
                yield from bare(shape[inner], f"{path}.{inner}")

    found = [
        path for name in (*addresses.DATA, "handbook") for path in bare(api.schema_of(name), name)
    ]

    assert found == []


def test_a_new_field_is_published_or_withheld_on_purpose() -> None:
    """What stands in this list is not published; think before you make it longer."""
    withheld = set()
    for name in addresses.DATA:
        if name != "references":
            known = set(api.schema_of(name)["properties"])
            declared = set(schema.fields(schema.COLLECTIONS[name].model))
            withheld |= {f"{name}.{field}" for field in declared - known}

    assert withheld == {
        "course.limits",
        "course.calendar_domain",
        "glossary.swedish",  # is in translations
        "editions.days",  # are dates and slots
        *(f"{name}.reviewed" for name in addresses.ENTITY_PAGES),
        *(f"{name}.publish" for name in ("lecturers", "cases")),
        *(f"{name}.unavailable" for name in ("lecturers", "places")),
    }


def test_no_field_of_a_record_hides_what_all_records_say() -> None:
    common = {"$schema", "version", "type", "id", "label", "page", "data", "rights", "cites"}
    for collection in schema.COLLECTIONS.values():
        assert not (common | {"referenced_by"}) & set(schema.fields(collection.model))


def test_relations_stand_at_both_ends(book: Book) -> None:
    made = files(book)
    for key, pointing in book.backlinks.items():
        if key[0] != "references":
            back = made[addresses.data(*key)]["referenced_by"]
            assert [(name, one) for name, ids in back.items() for one in ids] == list(pointing)
    for path, one in made.items():
        if path.startswith("api/") and "schema/" not in path and path != addresses.HANDBOOK:
            for cited in one["cites"]:
                back = made[addresses.data("references", cited)]["referenced_by"]
                name = path.split("/")[1].removesuffix(".json")
                assert one["id"] in back[name], path


def test_every_page_and_calendar_that_is_named_is_there(book: Book) -> None:
    there = {*addresses.all_pages(book), *addresses.calendars(book), *addresses.data_files(book)}

    def named(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            for key, one in value.items():
                if key in ("page", "data", "calendar", "$schema"):
                    yield one
                else:
                    yield from named(one)
        elif isinstance(value, list):
            for one in value:
                yield from named(one)

    for address in named(files(book)[addresses.HANDBOOK]):
        assert address.startswith(BASE)
        assert address.removeprefix(BASE).partition("#")[0] in there


def test_a_slot_is_an_instant_with_the_offset_of_its_day(book: Book) -> None:
    for edition in files(book)[addresses.HANDBOOK]["editions"]:
        for slot in edition["slots"]:
            begins = dt.datetime.fromisoformat(slot["starts"])
            assert begins.utcoffset() is not None
            assert f"{begins:%Y-%m-%d %H:%M}" == f"{slot['date']} {slot['start']}"


def test_the_second_course_as_data(golden: Callable[[Path, str], str]) -> None:
    made = files(book_of(EXAMPLES / "lichens"))
    for path in (
        "editions/2031",
        "sessions/collecting",
        "places/herbarium",
        "glossary/thallus",
        "course",
    ):
        text = json.dumps(made[f"api/{path}.json"], ensure_ascii=False, indent=1) + "\n"
        assert golden(EXAMPLES / "lichens" / "api" / f"{path}.json", text) == text


def test_the_same_data_give_the_same_bytes() -> None:
    first, second = (api.make(book_of(ROOT), BASE, TODAY) for _ in range(2))

    assert list(first.items()) == list(second.items())


def test_odd_values_come_out_as_what_they_are(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "lichens" / "data", tmp_path / "data")
    with (tmp_path / "data" / "course.yml").open("a") as course:
        course.write("hours_per_credit: 26.7\n")
    with (tmp_path / "data" / "places" / "islet.yml").open("a") as islet:
        islet.write('coordinates: 60.1, -24.5\naddress: "</script> \\u2028 å \\"q\\""\n')
    made = files(book_of(tmp_path), "")

    assert (made["api/course.json"]["credits"], made["api/course.json"]["hours_per_credit"]) == (
        1,
        26.7,
    )
    islet_ = made["api/places/islet.json"]
    assert islet_["coordinates"] == {"latitude": 60.1, "longitude": -24.5}
    assert islet_["address"] == '</script> å "q"'
    assert (islet_["page"], islet_["data"]) == ("places/islet/", "api/places/islet.json")
    assert "site" not in made[addresses.HANDBOOK]
    assert list(complaints(made)) == []
