"""Every piece of prose of a handbook with the place it stands at, read once for all rules."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from handbook import prose
from handbook.problem import Instead, Path, Problem
from handbook.source import Mark, Source


@dataclass(frozen=True)
class Text:
    """A prose field of a record at `path` in its file, or a page written by hand."""

    source: Source
    path: Path
    text: str
    by_hand: bool = False

    @cached_property
    def masked(self) -> str:
        """The text with its code blanked out."""
        return prose.mask(self.text)

    @cached_property
    def citations(self) -> tuple[prose.CitationGroup, ...]:
        """Its citations, as they stand in brackets."""
        return prose.citation_groups(self.text)

    def cited_in(self, block: prose.Mention) -> list[prose.CitationGroup]:
        """The citations inside one block of it."""
        end = block.start + len(block.name)
        return [group for group in self.citations if block.start <= group.start < end]

    def problem(
        self, code: str, start: int, message: str, hint: str, instead: Instead | None = None
    ) -> Problem:
        """A problem at a position in the text."""
        mark = self.mark(start)
        return self.source.problem_at(code, mark, message, hint, self.path, instead)

    def mark(self, start: int) -> Mark:
        """The place in the file of a position in the text.

        The same words are looked for in the file, from where the field begins: a block scalar is
        indented there, a quoted one has its own line breaks.
        """
        if self.by_hand:
            return _mark_in(self.text, start)
        line, column = self.source.mark(self.path)
        lines = self.source.text.split("\n")
        position = sum(len(above) + 1 for above in lines[: line - 1]) + column - 1
        word = re.match(r"[^\s]+", self.text[start:])
        snippet = word[0] if word else ""
        before = len(re.findall(re.escape(snippet), self.text[:start])) if snippet else 0
        for _ in range(before + 1):
            found = self.source.text.find(snippet, position)
            if found < 0:
                return line, column
            position = found + 1
        return _mark_in(self.source.text, position - 1)


def _mark_in(text: str, start: int) -> Mark:
    return text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)
