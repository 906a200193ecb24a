"""The data of the built site: found from its pages, and read by an independent parser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import html5lib
import pytest
from conftest import EXAMPLES, ROOT
from extruct.jsonld import JsonLdExtractor
from test_jsonld import told

from handbook import addresses
from handbook import book as books

BASE = "http://127.0.0.1:8000/"


def read(path: Path) -> list[Any]:
    found: list[Any] = JsonLdExtractor().extract(path.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("name", ["lichens", "real"])
def test_every_page_says_what_it_is_about(name: str, request: pytest.FixtureRequest) -> None:
    site: Path = request.getfixturevalue(name)
    book, _ = books.load(ROOT if name == "real" else EXAMPLES / name)
    wanted = told(book, BASE)
    found = {
        path.relative_to(site).as_posix().removesuffix("index.html"): read(path)
        for path in site.rglob("*.html")
    }

    assert {page: blocks for page, blocks in found.items() if blocks} == {
        page: [data] for page, data in wanted.items()
    }


@pytest.mark.parametrize("name", ["lichens", "real"])
def test_the_page_of_a_record_leads_to_its_data(name: str, request: pytest.FixtureRequest) -> None:
    site: Path = request.getfixturevalue(name)
    book, _ = books.load(ROOT if name == "real" else EXAMPLES / name)
    pages = {
        addresses.of(collection, one): addresses.data(collection, one)
        for collection in (*addresses.ENTITY_PAGES, "editions")
        for one in book.records(collection)
    }
    for page, data in {**pages, "": addresses.HANDBOOK}.items():
        text = (site / page / "index.html").read_text(encoding="utf-8")
        html = html5lib.parse(text, namespaceHTMLElements=False)
        (link,) = html.findall("head/link[@rel='alternate'][@type='application/json']")
        assert urljoin(BASE + page, link.get("href")) == BASE + data
        told_there = json.loads((site / data).read_text(encoding="utf-8"))
        assert told_there.get("page", BASE).removeprefix(BASE) == page


def test_the_browser_refuses_no_data_block(lichens: Path, serve: Any, browser: Any) -> None:
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda one: said.append(one.text))
    for address in ("", "sessions/looking/", "timetable/2031/", "glossary/", "api/"):
        page.goto(serve(lichens) + address)
        assert page.locator('script[type="application/ld+json"]').count() == 1
        policy = page.locator('meta[http-equiv="Content-Security-Policy"]').get_attribute("content")
        assert "script-src 'self';" in policy
    page.close()

    assert [one for one in said if "refused" in one.lower() or "violates" in one.lower()] == []


def test_an_entity_page_stays_small(real: Path) -> None:
    book, _ = books.load(ROOT)
    large = {
        page: size
        for name in addresses.ENTITY_PAGES
        for one in book.records(name)
        for page in [addresses.of(name, one)]
        if (size := (real / page / "index.html").stat().st_size) > 60_000
    }

    assert large == {}
