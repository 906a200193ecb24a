"""Tables as spreadsheets write them, cell by cell."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handbook import spreadsheet
from handbook.spreadsheet import NotASheetError, NotReadError, Sheet


def test_cells_are_called_as_spreadsheets_call_them() -> None:
    assert [spreadsheet.cell(7, column) for column in (0, 3, 25, 26, 701, 702)] == [
        "A7", "D7", "Z7", "AA7", "ZZ7", "AAA7",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("country", "sign"),
    [("SE", ";"), ("FI", ";"), ("GB", ","), ("US-CA", ","), (None, ","), ("XX", ",")],
)
def test_cells_are_parted_as_in_the_country(country: str | None, sign: str) -> None:
    assert spreadsheet.separator(country) == sign


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-10-12", "2026-10-12"),
        ("2026-10-12 00:00:00", "2026-10-12"),
        ("2026-10-12T00:00", "2026-10-12"),
        ("46307", "2026-10-12"),
        ("2026/10/12", "2026-10-12"),
        ("12.10.2026", "2026-10-12"),
        ("13/10/2026", "2026-10-13"),
        ("10/13/2026", "2026-10-13"),
        ("11/11/2026", "2026-11-11"),
        ("12/10/2026", "write 2026-10-12 or 2026-12-10, whichever is meant"),
        ("12-10-2026", "write 2026-10-12 or 2026-12-10, whichever is meant"),
        ("12/10/26", "write year-month-day"),
        ("46307.5", "write year-month-day"),
        ("2026-10-12 13:00:00", "write year-month-day"),
        ("2026-02-30", "February 2026 has 28 days"),
        ("12 Oct", "write year-month-day"),
        ("12 October 2026", "2026-10-12"),
        ("12-Oct-2026", "2026-10-12"),
        ("October 12, 2026", "2026-10-12"),
        ("Sept. 1, 2026", "2026-09-01"),
        ("12 okt. 2026", "2026-10-12"),
        ("12 Smarch 2026", "write year-month-day"),
        ("31 February 2026", "write year-month-day"),
        ("12-Oct-26", "write year-month-day"),
    ],
)
def test_a_date_is_certain_or_refused(text: str, day: str) -> None:
    try:
        found = spreadsheet.date(text, "sv").isoformat()
    except NotReadError as error:
        found = error.hint[: len(day)]
    assert found == day


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("13:00", "13:00"),
        ("13:00:00", "13:00"),
        ("9:00", "09:00"),
        ("09.30", "09:30"),
        ("1:00 PM", "13:00"),
        ("1:00:00 PM", "13:00"),
        ("0.375", "09:00"),
        ("0,375", "09:00"),
        ("0.541666", "13:00"),
        ("0,541666", "13:00"),
        ("0.541666666666667", "13:00"),
        ("0.546527778", "13:07"),
        ("0.5465", "13:07"),
        ("0.54653", "13:07"),
        ("0.542", "write hours:minutes"),
        ("0.5469", "write hours:minutes"),
        ("0.5", "write 12:00, if this part of a day is meant"),
        ("0,45", "write hours:minutes"),
        ("13:00:30", "write hours:minutes"),
        ("12:00 PM", "write 12:00"),
        ("13", "write 13:00"),
        ("1:00", "write 01:00, or 13:00 if the afternoon is meant"),
        ("24:00", "write hours:minutes"),
        ("46307.541666", "write hours:minutes"),
    ],
)
def test_a_time_is_certain_or_refused(text: str, time: str) -> None:
    try:
        found = spreadsheet.time(text)
    except NotReadError as error:
        found = error.hint[: len(time)]
    assert found == time


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("Lunch", "Lunch"),
        ("=1+1", "'=1+1"),
        ("@me", "'@me"),
        ("-5 °C", "'-5 °C"),
        ("\uff1dSUM(A1)", "'\uff1dSUM(A1)"),
        ("0320", "'0320"),
        ("1.10", "'1.10"),
        ("1-2", "'1-2"),
        ("1e5", "'1e5"),
        ("2026", "2026"),
        ("'tis", "'tis"),
        ("'=x", "''=x"),
    ],
)
def test_text_that_would_be_something_else_has_an_apostrophe(text: str, cell: str) -> None:
    assert spreadsheet.guarded(text) == cell
    assert spreadsheet.unguarded(cell) == text


@given(st.text(st.sampled_from("'=+-@10.e:ab\t ") | st.characters(codec="utf-8")))
def test_what_is_guarded_comes_back_and_is_no_formula(text: str) -> None:
    cell = spreadsheet.guarded(text)

    assert spreadsheet.unguarded(cell) == text
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=9).map(str.strip)


@given(
    st.lists(st.tuples(st.just("k"), CELLS, CELLS), max_size=5),
    st.sampled_from(spreadsheet.SEPARATORS),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_any_table_comes_back(rows: list[tuple[str, ...]], sign: str, encoding: str) -> None:
    raw = spreadsheet.written(["key", "note", "place"], rows, sign)
    raw = raw.decode("utf-8-sig").replace("\ufffd", "").encode(encoding)
    rows = [tuple(cell.replace("\ufffd", "").strip() for cell in row) for row in rows]

    assert spreadsheet.read(raw, ["key", "note"]) == Sheet(
        ("key", "note", "place"), tuple(enumerate(rows, 2))
    )


@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_refused(raw: bytes) -> None:
    with suppress(NotASheetError):
        assert spreadsheet.read(raw, ["key"]).names


def test_a_file_of_many_bytes_is_refused() -> None:
    with pytest.raises(NotASheetError, match="at most 1,048,576 are read"):
        spreadsheet.read(b"x" * 50_000_000, ["key"])
