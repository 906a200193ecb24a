"""Every piece of prose of a handbook with the place it stands at, read once for all rules."""

from __future__ import annotations

import re
from bisect import bisect_left
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
            return self._mark_in_file(start)
        word = _WORD.match(self.text, start)
        places = self._places(word[0]) if word else []
        before = self.text.count(word[0], 0, start) if word else 0
        return (
            self._mark_in_file(places[before])
            if before < len(places)
            else self.source.mark(self.path)
        )

    def _places(self, word: str) -> list[int]:
        """Where a word stands in the file, from where the field begins."""
        if word not in self._found:
            line, column = self.source.mark(self.path)
            begin = (self._line_ends[line - 2] + 1 if line > 1 else 0) + column - 1
            found = re.compile(re.escape(word)).finditer(self.source.text, begin)
            self._found[word] = [match.start() for match in found]
        return self._found[word]

    @cached_property
    def _found(self) -> dict[str, list[int]]:
        return {}

    @cached_property
    def _line_ends(self) -> list[int]:
        return [match.start() for match in re.finditer("\n", self.source.text)]

    def _mark_in_file(self, position: int) -> Mark:
        above = bisect_left(self._line_ends, position)
        return above + 1, position - (self._line_ends[above - 1] if above else -1)


_WORD = re.compile(r"\S+")
