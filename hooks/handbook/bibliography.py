"""`references.bib`: which keys there are, where they stand, and how each reads as a note.

References are formatted with pybtex in the style that mkdocs-bibtex uses, once each.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from handbook.problem import Problem
from handbook.source import Source

_ENTRY = re.compile(r"^[ \t]*@(\w+)[ \t]*\{[ \t]*([^,\s}]+)", re.MULTILINE)
_NOT_ENTRIES = {"comment", "string", "preamble"}
KEY_FORM = re.compile(r"[\w-]+")


@dataclass
class Bibliography:
    """The references of a handbook, by key."""

    source: Source
    lines: Mapping[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    _notes: dict[str, str] = field(default_factory=dict)
    _html: dict[str, str] = field(default_factory=dict)

    def __contains__(self, key: str) -> bool:
        return key in self.lines

    @cached_property
    def entries(self) -> Mapping[str, Any]:
        """Pybtex's entries; parsing them is left until somebody asks."""
        from pybtex.database import parse_string  # noqa: PLC0415 - slow, and rarely needed

        return dict(parse_string(self.source.text, "bibtex").entries)

    def note(self, key: str) -> str:
        """The reference as Markdown, ready to stand in a note."""
        if key not in self._notes:
            self._notes[key] = _format(self.entries[key])
        return self._notes[key]

    def html(self, key: str) -> str:
        """The reference as HTML, ready to stand in a note that Markdown has passed already."""
        from handbook import markup  # noqa: PLC0415 - Markdown is slow to load, a check needs none

        if key not in self._html:
            self._html[key] = markup.inline(self.note(key))
        return self._html[key]

    def text(self, key: str, name: str) -> str:
        """One field of an entry as plain text, or an empty text."""
        raw = self.entries[key].fields.get(name, "")
        return re.sub(r"\\([&%$#_{}])", r"\1", re.sub(r"(?<!\\)[{}]", "", raw)).strip()


def load(source: Source) -> Bibliography:
    """Find the entries and check that pybtex can read each."""
    bibliography = Bibliography(source, problems=list(source.problems))
    if source.problems:
        return bibliography
    lines: dict[str, int] = {}
    for match in _ENTRY.finditer(source.text):
        kind, key = match[1].lower(), match[2]
        if kind in _NOT_ENTRIES:
            continue
        line = source.text.count("\n", 0, match.start(1)) + 1
        if key in lines:
            bibliography.problems.append(
                source.problem_at(
                    "HB018",
                    (line, 1),
                    f'the key "{key}" stands here a second time (first in line {lines[key]})',
                    "give one of the two another key",
                )
            )
        elif not KEY_FORM.fullmatch(key):
            bibliography.problems.append(
                source.problem_at(
                    "HB018",
                    (line, 1),
                    f'the key "{key}" cannot be cited',
                    "use letters, digits, hyphens and underscores",
                )
            )
        else:
            lines[key] = line
    bibliography.lines = lines
    if not bibliography.problems:
        bibliography.problems.extend(_unreadable(bibliography))
    return bibliography


def _unreadable(bibliography: Bibliography) -> list[Problem]:
    from pybtex.exceptions import PybtexError  # noqa: PLC0415 - slow, and rarely needed

    source = bibliography.source
    try:
        found = set(bibliography.entries)
    except PybtexError as error:
        line = getattr(error, "lineno", None) or 1
        words = " ".join(str(error).split())
        return [
            source.problem_at(
                "HB018",
                (int(line), 1),
                f"this is not BibTeX: {words}",
                "look for a missing comma or a brace that is not closed, here or just above",
            )
        ]
    missing = set(bibliography.lines) - found
    return [
        source.problem_at(
            "HB018",
            (bibliography.lines[key], 1),
            f'the entry "{key}" cannot be read',
            "look for a brace that is not closed above it",
        )
        for key in sorted(missing)
    ]


def _format(entry: Any) -> str:
    """As mkdocs-bibtex writes it: pybtex's plain style as Markdown, on one line."""
    text = _style().format_entry("", entry).text.render(_backend())
    return str(text).replace("\n", " ").replace("\\(", "(").replace("\\)", ")").replace("\\.", ".")


@cache
def _style() -> Any:
    """The style; making one costs 30 ms, because pybtex looks through all installed packages."""
    from pybtex.style.formatting.plain import Style  # noqa: PLC0415 - slow, and rarely needed

    return Style()


@cache
def _backend() -> Any:
    from pybtex.backends.markdown import Backend  # noqa: PLC0415 - slow, and rarely needed

    return Backend()
