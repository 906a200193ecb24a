"""The one Markdown configuration, for the site and for everything made beside it."""

from __future__ import annotations

from functools import cache
from typing import Any

from markdown import Markdown

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


@cache
def _markdown() -> Markdown:
    return Markdown(extensions=list(EXTENSIONS), extension_configs=OPTIONS)


def inline(text: str) -> str:
    """One paragraph of Markdown as HTML, without the paragraph around it."""
    return _markdown().reset().convert(text).removeprefix("<p>").removesuffix("</p>")
