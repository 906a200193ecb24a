"""Follows every link of a built site as readers' browsers would, once it is on GitHub Pages.

Each page, the page for addresses that are not there, and the sitemap are asked for from a server
that answers as that host does (`hosting`). Whatever they lead to or load on this site must be
there, at once and below the site's own path, and places inside pages too. No other host is asked.

Usage: `crawl.py SITE ADDRESS`, as in `crawl.py site https://example.org/course/`. Exit status: 0
all is there; 1 something is not, and one line each says what.
"""

from __future__ import annotations

import http.client
import re
import sys
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote, unquote, urldefrag, urljoin, urlsplit

from hosting import hosted

NOWHERE = "no/such/page/at-all/"
"""An address that no site has, deep enough to tell what is relative from what is not."""

_NAMED = ("href", "src", "action", "poster", "data", "xlink:href")
_ADDRESSES = ("og:url", "og:image")
_SAFE = "%/:?&=+,;@~!$'()*[]"
"""Signs that a browser sends as they are; it packs up all others but letters and digits."""
_IN_STYLES = re.compile(r"url\(\s*[\"']?([^\"')]+)")
_IN_MAPS = re.compile(r"<loc>([^<]+)</loc>")
_IN_ROBOTS = re.compile(r"^Sitemap: (.+)$", re.MULTILINE)


class Reader(HTMLParser):
    """What a page points at, and the places in it."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.places: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what one element says."""
        said = {name: value or "" for name, value in attrs}
        self.places |= {said[name] for name in ("id", "name") if name in said}
        self.targets += [said[name] for name in _NAMED if name in said]
        sources = said.get("srcset", "").split(",")
        self.targets += [source.split()[0] for source in sources if source.strip()]
        if tag == "meta":
            moved = re.match(r"\d+;\s*url=(.*)", said.get("content", ""), re.IGNORECASE)
            self.targets += [moved[1]] if moved else []
            self.targets += [said["content"]] if said.get("property") in _ADDRESSES else []


@dataclass(frozen=True)
class Found:
    """What the host answered: `leads` to addresses, and is a page where it has `places`."""

    status: int
    location: str
    leads: tuple[str, ...]
    places: frozenset[str]


class Crawl:
    """One look at a site that is published at `address` and served here."""

    def __init__(self, site: Path, address: str, server: http.client.HTTPConnection) -> None:
        self.site = site
        self.address = address
        self.host = "{0.scheme}://{0.netloc}/".format(urlsplit(address))
        self.server = server
        self.found: dict[str, Found] = {}

    def faults(self) -> list[str]:
        """Everything that leads nowhere, in words, by page."""
        said = []
        nowhere = urljoin(self.address, NOWHERE)
        if self.ask(nowhere).status != HTTPStatus.NOT_FOUND:
            said.append(f"{nowhere} is not there, and the host says it is")
        for url in (*self.starts, nowhere):
            found = self.ask(url)
            for target in dict.fromkeys(found.leads):
                why = self.fault(url, re.sub("^webcal:", "https:", target))
                said += [f"{url.removeprefix(self.address) or '/'}: {target} {why}"] if why else []
        return said

    @cached_property
    def starts(self) -> list[str]:
        """Every page, as its readers know it; style sheets; what is for search engines."""
        names = sorted(
            path.relative_to(self.site).as_posix()
            for ending in ("html", "css", "xml")
            for path in self.site.rglob(f"*.{ending}")
        )
        names += ["robots.txt"] if (self.site / "robots.txt").exists() else []
        names = [re.sub("(^|/)index.html$", r"\1", name) for name in names]
        return [self.address + quote(name, safe=_SAFE) for name in names]

    def fault(self, page: str, target: str) -> str:
        """Why a link of a page is not as it should be; nothing where it is, or leads elsewhere."""
        url, place = urldefrag(urljoin(page, target))
        url = quote(url, safe=_SAFE)
        url = re.sub("^https?:", self.host.partition("/")[0], url)
        if not f"{url}/".startswith(self.host):
            return ""
        if not url.startswith(self.address):
            return "leads out of the site"
        found = self.ask(url)
        if found.location:
            return f"is sent on to {found.location}"
        if found.status != HTTPStatus.OK and url != page:
            return f"is not there ({found.status})"
        if place and unquote(place) not in found.places:
            return "names a place that is not on the page"
        return ""

    def ask(self, url: str) -> Found:
        """What the host says of an address of this site; asked once."""
        if url not in self.found:
            path = "/" + url.removeprefix(self.host)
            self.server.request("GET", path)
            said = self.server.getresponse()
            kind, body = said.headers.get("Content-Type", ""), said.read()
            leads, places = _read(kind, body.decode("utf-8", "replace"))
            location = said.headers.get("Location", "")
            self.found[url] = Found(said.status, location, tuple(leads), frozenset(places))
        return self.found[url]


def _read(kind: str, text: str) -> tuple[list[str], set[str]]:
    if kind.startswith("text/html"):
        reader = Reader()
        reader.feed(text)
        return reader.targets, reader.places
    for begins, looks in (
        ("text/css", _IN_STYLES),
        ("application/xml", _IN_MAPS),
        ("text/plain", _IN_ROBOTS),
    ):
        if kind.startswith(begins):
            found = [match[1].strip() for match in looks.finditer(text)]
            return [one for one in found if not one.startswith("data:")], set()
    return [], set()


def faults(site: Path, address: str) -> list[str]:
    """Everything of a site that leads nowhere once it is published at an address."""
    with (
        hosted(site, address) as here,
        closing(http.client.HTTPConnection(urlsplit(here).netloc)) as server,
    ):
        return Crawl(site, address, server).faults()


def main(site: Path, address: str) -> int:
    """Say all faults."""
    found = faults(site, address)
    print(*found, sep="\n", file=sys.stderr, end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
