"""The schema: what it refuses, and what it tells those who fill it in."""

from __future__ import annotations

import pytest

from handbook import schema
from handbook.schema import COLLECTIONS, Model
from handbook.source import Source


def models(model: type[Model] = Model) -> list[type[Model]]:
    return [one for child in model.__subclasses__() for one in (child, *models(child))]


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_every_field_says_what_it_is_for_and_models_are_closed(model: type[Model]) -> None:
    assert model.model_config["frozen"]
    assert model.model_config["extra"] == "forbid"
    for name, info in model.model_fields.items():
        assert info.description, name
        assert info.description.endswith((".", "!", "?")), name


def test_every_collection_is_named_after_its_place() -> None:
    assert {name: c.layout for name, c in COLLECTIONS.items()} == {
        "course": "file",
        "outcomes": "map",
        "stages": "map",
        "glossary": "map",
        "organisations": "folder",
        "lecturers": "folder",
        "places": "folder",
        "cases": "folder",
        "frameworks": "folder",
        "sessions": "folder",
        "editions": "folder",
        "waivers": "list",
    }


def test_references_and_prose_are_found_through_types() -> None:
    session = schema.Session.model_validate(
        {
            "title": "T",
            "kind": "lab",
            "summary": "S",
            "frameworks": ["f", {"framework": "g", "clauses": ["C5"]}],
            "cases": ["c"],
            "body": "B",
            "questions": [{"question": "Q", "answer": "A"}],
        }
    )

    assert [(r.path, r.collection, r.id) for r in schema.references(session)] == [
        (("frameworks", 0, "framework"), "frameworks", "f"),
        (("frameworks", 1, "framework"), "frameworks", "g"),
        (("cases", 0), "cases", "c"),
    ]
    assert [(p.path, p.text) for p in schema.passages(session)] == [
        (("body",), "B"),
        (("questions", 0, "answer"), "A"),
    ]


def test_keys_of_a_mapping_can_be_references() -> None:
    place = schema.Place.model_validate(
        {"name": "N", "summary": "S", "kind": "K", "travel": {"clinic": "20"}}
    )

    assert [(r.path, r.id) for r in schema.references(place)] == [(("travel", "clinic"), "clinic")]


def problems(model: type[Model], **data: object) -> list[str]:
    source = Source("data/x.yml", data=data)  # type: ignore[arg-type]
    return [problem.message for problem in schema.parse(model, source)[1]]


@pytest.mark.parametrize(
    "written", ["9", "9:00", "25:00", "13.00", "9:00am", "24:00", "12:60", "0.541666", "１３:00"]
)
def test_a_time_is_hours_and_minutes(written: str) -> None:
    assert problems(schema.Slot, start=written, end="23:59", session="x") == [
        f'"{written}" is no time of day'
    ]


@pytest.mark.parametrize("written", ["2026-02-30", "12/10/2026", "2026-1-2", "20261012", "1790000"])
def test_a_date_is_year_month_day(written: str) -> None:
    assert problems(schema.Day, date=written) == [f'"{written}" is no date']


@pytest.mark.parametrize("written", ["yes", "no", "True", "1"])
def test_a_flag_is_true_or_false(written: str) -> None:
    assert problems(schema.Outcome, text="t", short="s", official=written) == [
        f'"{written}" is neither true nor false'
    ]


@pytest.mark.parametrize("written", ["0000-0002-1825-0097", "0000-0002-1694-233X"])
def test_an_orcid_is_checked_by_its_last_digit(written: str) -> None:
    assert problems(schema.Lecturer, name="N", summary="S", orcid=written) == []
    wrong = written[:-1] + "1"
    assert problems(schema.Lecturer, name="N", summary="S", orcid=wrong) == [
        f'"{wrong}" is no ORCID iD'
    ]


def test_a_long_or_broken_value_is_shown_short_and_on_one_line() -> None:
    assert schema.quoted("a\n::error::b" + "c" * 100) == f'"a ::error::b{"c" * 47}…"'


@pytest.mark.parametrize(
    ("word", "choices", "meant"),
    [
        ("daniella-silva", ["daniela-silva", "alex"], "daniela-silva"),
        ("Daniela Silva", ["daniela-silva"], "daniela-silva"),
        ("lookFor", ["look_for"], "look_for"),
        ("x", ["alex"], None),
    ],
)
def test_the_one_that_was_probably_meant(word: str, choices: list[str], meant: str | None) -> None:
    assert schema.closest(word, choices) == meant
