from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handbook.edits import Edit, OverlapError, applied, offset, scalars

TEXT = """\
# a remark
name: "A: b"  # beside
list: [one, 'two']
text: |
  More
  lines
"""


def test_only_the_place_changes() -> None:
    start, end = scalars(TEXT)[2, 7]

    assert applied(TEXT, [Edit(start, end, "C")]) == TEXT.replace('"A: b"', "C")


def test_a_scalar_is_taken_with_its_quotes() -> None:
    assert [TEXT[start:end] for start, end in scalars(TEXT).values()] == [
        "name",
        '"A: b"',
        "list",
        "one",
        "'two'",
        "text",
        "|\n  More\n  lines\n",
    ]


def test_two_changes_of_one_place_are_refused_and_the_same_change_twice_is_one() -> None:
    with pytest.raises(OverlapError):
        applied("abc", [Edit(0, 2, "x"), Edit(1, 3, "y")])
    assert applied("abc", [Edit(0, 1, "x"), Edit(0, 1, "x"), Edit(1, 3, "")]) == "x"


@given(st.text(alphabet="ab\nå🧪"))
def test_a_place_is_found_again(text: str) -> None:
    marks = [
        (number, column)
        for number, line in enumerate(text.split("\n"), 1)
        for column in range(1, len(line) + 2)
    ]

    assert [offset(text, mark) for mark in marks] == list(range(len(text) + 1))
