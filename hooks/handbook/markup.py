"""The one Markdown configuration, for the site and for everything made beside it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, cast
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.treeprocessors import InlineProcessor, Treeprocessor

EXTENSIONS: tuple[str, ...] = (
    "tables",
    "fenced_code",
    "footnotes",
    "attr_list",
    "md_in_html",
    "def_list",
    "admonition",
    "sane_lists",
    "toc",
    "handbook.extension",
)

OPTIONS: dict[str, dict[str, Any]] = {
    "footnotes": {"BACKLINK_TEXT": "↩"},
    # An attribute and not a style; handbook.extension makes a class of it.
    "tables": {"use_align_attribute": True},
    "toc": {"permalink": False},
}


class _Unwrapped(Treeprocessor):
    """Takes the only paragraph away, and leaves what is in it."""

    def run(self, root: Element) -> None:
        if [child.tag for child in root] == ["p"]:
            paragraph = root[0]
            root.text = paragraph.text
            root[:] = list(paragraph)


class _Converter:
    """Python-Markdown, which tries each of its patterns on each piece of a text.

    Those whose sign is nowhere in the text are left out, and half of the time with them.
    """

    def __init__(self, extensions: Iterable[str], *, unwrapped: bool) -> None:
        options = {name: OPTIONS[name] for name in extensions if name in OPTIONS}
        self.made = Markdown(extensions=list(extensions), extension_configs=options)
        if unwrapped:
            self.made.treeprocessors.register(_Unwrapped(self.made), "unwrapped", LAST)
        patterns = self.made.inlinePatterns
        self.signs = dict.fromkeys(patterns, "")
        self.signs |= {patterns[name]: sign for name, sign in _SIGNS.items() if name in patterns}

    def html(self, text: str) -> str:
        """A text as HTML."""
        inline = cast("InlineProcessor", self.made.treeprocessors["inline"])
        inline.inlinePatterns = [one for one, sign in self.signs.items() if sign in text]  # type: ignore[assignment]
        return self.made.reset().convert(text)


_SIGNS = {
    "backtick": "`",
    "escape": "\\",
    "footnote": "[^",
    "reference": "[",
    "handbook_languages": "]{lang=",
    "link": "[",
    "image_link": "![",
    "image_reference": "![",
    "short_reference": "[",
    "short_image_ref": "![",
    "autolink": "<",
    "automail": "<",
    "html": "<",
    "entity": "&",
}
"""What stands in every match of an inline pattern, by the pattern's name; of others, nothing."""

LAST = -1
"""After Python-Markdown's own steps, which set paragraphs apart with line breaks."""


@cache
def _inline() -> _Converter:
    return _Converter(EXTENSIONS, unwrapped=True)


def inline(text: str) -> str:
    """One paragraph of Markdown as HTML, without the paragraph around it."""
    return _inline().html(text)


@cache
def _blocks() -> _Converter:
    # Nobody looks for ids of headings here.
    return _Converter([one for one in EXTENSIONS if one != "toc"], unwrapped=False)


def blocks(text: str) -> str:
    """A Markdown text as HTML; its citations are whatever they are for Markdown."""
    return _blocks().html(text)
