"""The one Markdown configuration, for the site and for everything made beside it."""

from __future__ import annotations

from typing import Any

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
    # An attribute and not a style, which a strict content security policy would refuse.
    "tables": {"use_align_attribute": True},
    "toc": {"permalink": False},
}
