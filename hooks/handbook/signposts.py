"""What stands at addresses that are no pages: where a record was before, and what robots read.

A record that was renamed leaves a small page at each address that it had, which sends readers on
without a script. The map of the site (sitemaps.org, protocol 0.9) says of each page when its own
record was last changed, as the history of the data has it: a build changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path as FilePath
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from handbook import addresses, pages, provenance, security, views
from handbook.book import Book
from handbook.pages import Page
from handbook.provenance import Commit


def make(
    book: Book,
    pages: Iterable[Page],
    commits: Mapping[str, tuple[Commit, ...]],
    templates: FilePath,
    base: str,
) -> dict[str, bytes]:
    """All signposts by path below the site's root.

    `base` is the site's absolute address, or empty where it has none: then there is no map, which
    knows absolute addresses only.
    """
    press = environment(templates)
    found = _redirects(book, press.get_template("moved.html"), base)
    found["robots.txt"] = press.get_template("robots.txt").render(base=base)
    if base:
        by_address = sorted((addresses.of_uri(page.uri), page.source) for page in pages)
        entries = [
            {"address": base + quote(address), "commits": provenance.of(commits, source)}
            for address, source in by_address
        ]
        found["sitemap.xml"] = press.get_template("sitemap.xml").render(entries=entries)
    return {path: text.encode() for path, text in found.items()}


def environment(templates: FilePath) -> Environment:
    """What reads templates of HTML and XML, which escape what they are given."""
    return Environment(
        loader=FileSystemLoader([templates / "pages", templates]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=True,
    )


def _redirects(book: Book, template: Template, base: str) -> dict[str, str]:
    """A page at each address that a record had before; it leads to the one that it has now."""
    found = {}
    for (collection, former), now in book.renamed.items():
        address = addresses.of(collection, now)
        found[f"{addresses.of(collection, former)}index.html"] = template.render(
            title=views.title_of(book.records(collection)[now], now),
            here=f"../{addresses.record_id(address)}/",
            canonical=base + address if base else "",
            language=book.course.language,
            policy=security.POLICY,
        )
    return found


def cards(templates: FilePath) -> Any:
    """The `names` of the kinds of page that have a card, and the `colours` of all cards."""
    return pages.environment(templates / "pages").get_template("cards.txt").module
