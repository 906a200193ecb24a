"""The one Markdown configuration, for the site and for everything made beside it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor

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


LAST = -1
"""After Python-Markdown's own steps, which set paragraphs apart with line breaks."""


@cache
def _inline() -> Markdown:
    made = _converter(EXTENSIONS)
    made.treeprocessors.register(_Unwrapped(made), "unwrapped", LAST)
    return made


def inline(text: str) -> str:
    """One paragraph of Markdown as HTML, without the paragraph around it."""
    return _inline().reset().convert(text)


@cache
def _blocks() -> Markdown:
    # Nobody looks for ids of headings here.
    return _converter([one for one in EXTENSIONS if one != "toc"])


def blocks(text: str) -> str:
    """A Markdown text as HTML; its citations are whatever they are for Markdown."""
    return _blocks().reset().convert(text)


def _converter(extensions: Iterable[str]) -> Markdown:
    options = {name: OPTIONS[name] for name in extensions if name in OPTIONS}
    return Markdown(extensions=list(extensions), extension_configs=options)
