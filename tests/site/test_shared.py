"""What stands in the head of each page for those who share a link to it."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest
from conftest import EXAMPLES, assemble, mkdocs

BASE = "https://example.org/courses/lichens/"
TITLE = 'Looking "slowly" & </title><script>alert(1)</script>'


class Head(HTMLParser):
    """The properties and the canonical address of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.said: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag == "meta" and (name := named.get("property") or named.get("name")):
            assert name not in self.said
            self.said[name] = named["content"]
        elif tag == "link" and named.get("rel") == "canonical":
            self.said["canonical"] = named["href"]


def head(page: Path) -> dict[str, str]:
    found = Head()
    found.feed(page.read_text(encoding="utf-8"))
    shared = ("og:", "twitter:", "canonical", "robots")
    return {name: said for name, said in found.said.items() if name.startswith(shared)}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = assemble(EXAMPLES / "lichens", tmp_path / "project")
    session = folder / "data" / "sessions" / "looking.yml"
    session.write_text(session.read_text().replace("title: Looking slowly", f"title: '{TITLE}'"))
    return folder


def test_a_link_says_what_it_leads_to(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITE_URL", BASE)
    built = mkdocs(project, "--strict")
    assert built.returncode == 0, built.stderr
    site = project / "site"

    assert head(site / "sessions" / "looking" / "index.html") == {
        "canonical": f"{BASE}sessions/looking/",
        "og:type": "article",
        "og:title": TITLE,
        "og:site_name": "Field lichenology",
        "og:description": "What a lichen is, and why it is overlooked.",
        "og:url": f"{BASE}sessions/looking/",
        "og:image": f"{BASE}cards/sessions.png",
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": "Sessions: Field lichenology",
        "twitter:card": "summary_large_image",
    }
    home = head(site / "index.html")
    assert (home["og:type"], home["og:image"]) == ("website", f"{BASE}cards/page.png")
    assert home["og:image:alt"] == "Field lichenology"
    for page in site.rglob("*.html"):
        address = BASE + page.relative_to(site).as_posix().removesuffix("index.html")
        said = head(page)
        if page.name != "index.html":
            assert said == {}
        elif "robots" not in said:
            assert said["canonical"] == said["og:url"] == address
            assert (site / said["og:image"].removeprefix(BASE)).is_file()


def test_without_an_address_no_picture_is_named_or_drawn(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SITE_URL", "")
    assert mkdocs(project, "--strict").returncode == 0

    said = head(project / "site" / "cases" / "index.html")
    assert list(said) == ["og:type", "og:title", "og:site_name", "og:description", "twitter:card"]
    assert said["twitter:card"] == "summary"
    assert not (project / "site" / "cards").exists()
