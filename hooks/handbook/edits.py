"""Changes to a text by place, so that all else in a file stays as people wrote it.

Comments, order, quotes and empty lines survive because they are never read and written again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import yaml

from handbook.source import Mark


@dataclass(frozen=True, order=True)
class Edit:
    """The characters from `start` to before `end`, counted from 0, become `text`."""

    start: int
    end: int
    text: str


class OverlapError(ValueError):
    """Two edits want to change the same characters."""


def applied(text: str, edits: Iterable[Edit]) -> str:
    """The text with all edits made; their places are those of the text as it was.

    Raises OverlapError if two of them touch the same characters.
    """
    pieces = []
    position = 0
    for edit in sorted(set(edits)):
        if edit.start < position:
            raise OverlapError(f"two changes at {edit.start}")
        pieces += [text[position : edit.start], edit.text]
        position = edit.end
    return "".join([*pieces, text[position:]])


def offset(text: str, mark: Mark) -> int:
    """Where a line and column, both from 1, stand in the text, counted from 0."""
    line, column = mark
    return sum(len(one) + 1 for one in text.split("\n")[: line - 1]) + column - 1


def scalars(text: str) -> dict[Mark, tuple[int, int]]:
    """What each scalar of YAML text, a key or a value, takes up, quotes and all, by its place.

    The text has to be sound YAML.
    """
    starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
    found = {}
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.ScalarEvent):
            start: Any = event.start_mark
            end: Any = event.end_mark
            span = starts[start.line] + start.column, starts[end.line] + end.column
            found[start.line + 1, start.column + 1] = span
    return found
