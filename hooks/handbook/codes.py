"""The catalogue of problem codes: what each rule means, why, a bad and a good example.

The words stand in `codes.yml` beside this file, once: the severity that a problem gets, the text
of `handbook explain`, and the page of rules all come from there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from handbook.problem import Severity


@dataclass(frozen=True)
class Code:
    """One rule as it is told to people.

    Rules with a `waiver`, which is an example of one, may be silenced at one place by
    `data/waivers.yml`; the others protect the build itself.
    """

    code: str
    title: str
    severity: Severity
    why: str
    bad: str
    good: str
    waiver: str = ""

    @property
    def waivable(self) -> bool:
        """Whether `data/waivers.yml` may name it."""
        return bool(self.waiver)


@cache
def catalogue() -> dict[str, Code]:
    """All codes, in order. The file is part of the program, so it is read once a process."""
    text = Path(__file__).with_name("codes.yml").read_text(encoding="utf-8")
    entries = yaml.load(text, Loader=yaml.CSafeLoader)
    return {code: Code(code=code, **entry) for code, entry in entries.items()}
