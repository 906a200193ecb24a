"""What pages show."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from conftest import EXAMPLES

from handbook import book as books
from handbook import schema, views
from handbook.book import Book


@pytest.fixture(scope="module")
def lichens_book() -> Book:
    book, problems = books.load(EXAMPLES / "lichens")
    assert problems == []
    return book


@pytest.mark.parametrize(
    ("statuses", "shown"),
    [
        (("confirmed", "confirmed", "confirmed"), "confirmed"),
        (("confirmed", "provisional"), "provisional"),
        (("confirmed", "example", "provisional"), "example"),
        (("cancelled", "example"), "cancelled"),
    ],
)
def test_the_weakest_status_shows_and_cancelled_wins(statuses: tuple[str, ...], shown: str) -> None:
    assert views.weakest(*statuses) == shown


def edition(**fields: str) -> schema.Edition:
    return schema.Edition.model_validate({"title": "E", **fields})


@pytest.mark.parametrize(
    ("today", "current", "phase"),
    [
        ("2025-09-30", "2025", "before"),
        ("2025-10-15", "2025", "before"),
        ("2025-11-01", "2026", "before"),
        ("2026-10-11", "2026", "before"),
        ("2026-10-12", "2026", "during"),
        ("2026-10-24", "2026", "during"),
        ("2026-10-25", "2026", "after"),
    ],
)
def test_the_current_edition_runs_or_comes_next_or_was_last(
    lichens_book: Book, today: str, current: str, phase: str
) -> None:
    editions = {
        "2026": edition(starts="2026-10-12", ends="2026-10-24"),
        "2025": edition(when="2025-10"),
    }
    book = replace(lichens_book, editions=editions)

    found = views.current_edition(book, dt.date.fromisoformat(today))

    assert found == current
    assert views.phase(editions[current], dt.date.fromisoformat(today)) == phase


def test_without_editions_none_is_current(lichens_book: Book) -> None:
    assert views.current_edition(replace(lichens_book, editions={}), dt.date(2026, 1, 1)) is None


def test_a_clause_that_was_right_on_its_day_keeps_its_address(lichens_book: Book) -> None:
    framework = lichens_book.frameworks["collecting-code"]
    (first,) = framework.editions
    editions = [
        first.model_copy(update={"until": "2031"}),
        first.model_copy(
            update={"version": "second", "from_": "2032", "clauses": {"3": "How little to take"}}
        ),
        first.model_copy(update={"from_": "2040", "clauses": {"5": "Not taught"}}),
    ]
    frameworks = {"collecting-code": framework.model_copy(update={"editions": editions})}
    book = replace(lichens_book, frameworks=frameworks)

    def shown(today: str) -> list[tuple[str, str, str]]:
        found = views.clauses(book, "collecting-code", dt.date.fromisoformat(today))
        return [(one.id, one.title, one.only_in) for one in found]

    assert shown("2031-12-31") == [("3", "How much to take", ""), ("4", "What to write down", "")]
    assert shown("2032-01-01") == [
        ("3", "How little to take", ""),
        ("4", "What to write down", "first edition"),
    ]


def test_the_matrix_joins_sessions_and_outcomes(lichens_book: Book) -> None:
    matrix = views.outcome_matrix(lichens_book)

    assert [column.title for column in matrix.columns] == ["Find lichens", "Name lichens"]
    assert {row.head.title: row.cells for row in matrix.rows} == {
        "Looking slowly": (True, False),
        "Collecting on the islet": (True, False),
        "Supper": (False, False),
        "Keys and their traps": (False, True),
        "Naming your finds": (False, True),
    }
    assert matrix.totals == (2, 2)


def test_a_matrix_too_large_to_read_is_told_as_a_list(
    lichens_book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "MATRIX_CELLS", 9)

    matrix = views.outcome_matrix(lichens_book)

    assert matrix.rows == ()
    assert {group.collection: [one.title for one in group.links] for group in matrix.pairs} == {
        "Find lichens": ["Looking slowly", "Collecting on the islet"],
        "Name lichens": ["Keys and their traps", "Naming your finds"],
    }


def test_back_links_know_what_points_at_a_record(lichens_book: Book) -> None:
    found = views.pointing(lichens_book, "frameworks", "collecting-code")

    assert [(group.collection, [one.title for one in group.links]) for group in found] == [
        ("sessions", ["Collecting on the islet", "Keys and their traps"]),
        ("cases", ["The wall survey"]),
    ]


def test_neighbours_in_time(lichens_book: Book) -> None:
    found = views.neighbours(lichens_book, "collecting", "2031")

    assert {name: slot.title if slot else None for name, slot in found.items()} == {
        "earlier": "Looking slowly",
        "later": "Supper",
    }


@pytest.mark.parametrize(
    ("person", "shown"), [("Aino Esimerkki", "AE"), ("Åsa", "Å"), ("Dr. A. B. von Öberg", "DÖ")]
)
def test_initials(person: str, shown: str) -> None:
    assert views.initials(person) == shown
