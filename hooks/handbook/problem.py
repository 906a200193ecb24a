"""A problem is a value: what is wrong, where, and what to write instead."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

Severity: TypeAlias = Literal["error", "warning", "info"]

Path: TypeAlias = tuple[str | int, ...]
"""The way to a value inside a file: keys and list positions, `("days", 0, "slots", 2, "start")`."""

Instead: TypeAlias = tuple[str, str]
"""What stands in a file, and what is right there."""


def on_one_line(text: str) -> str:
    """The text without line breaks and control characters, so that it cannot pass for two lines."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text)


TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Signs that turn the direction of what follows, so that it reads as something else."""


def in_one_direction(text: str) -> str:
    """The text on one line, with the signs that would turn its direction written out."""
    return TURNING.sub(lambda sign: f"\\u{ord(sign[0]):04x}", on_one_line(text))


@dataclass(frozen=True, order=True)
class Problem:
    """One thing for a person to mend. Sorts by file, line, column and code.

    Lines and columns count from 1. `path` says which value is meant, for waivers; it is no part of
    what a reader is shown. Nor is `instead`: what stands at the place, and the one right thing to
    write for it, where there is only one.
    """

    file: str
    line: int
    column: int
    code: str
    severity: Severity
    message: str
    hint: str = ""
    path: Path = field(default=(), compare=False, repr=False)
    instead: Instead | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        place = f"{self.file}:{self.line}:{self.column}"
        return in_one_direction(f"{place}: {self.code} {self.severity}: {self.message}{hint}")

    def of_the_day(self) -> Problem:
        """The same where it comes with the day, and with no change of the data: no error.

        An error would hold back the nightly publication, and what has to be gone that night.
        """
        return replace(self, severity="warning") if self.severity == "error" else self

    def as_dict(self) -> dict[str, str | int]:
        """The shape that `handbook check --format json` prints."""
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "hint": self.hint,
        }


def more(problems: Iterable[Problem], others: Iterable[Problem]) -> Iterator[Problem]:
    """The problems that the others do not have; one that only moved down its file is the same."""
    left = Counter(map(_same, others))
    for problem in problems:
        if left[_same(problem)]:
            left[_same(problem)] -= 1
        else:
            yield problem


def _same(problem: Problem) -> tuple[str, str, str]:
    return problem.file, problem.code, re.sub(r"(\bline |\.\w+:)\d+", r"\1", problem.message)
