"""The host's manners, and what a crawl of it tells; on a site of a few files."""

from __future__ import annotations

import gzip
import subprocess
import sys
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from urllib.request import Request, urlopen

import crawl
import pytest
from conftest import ROOT
from hosting import Answer, answer, hosted

Tree = Callable[[Mapping[str, str | bytes]], Path]

BASE = "/course/"
ADDRESS = "https://example.org/course/"
FILES: Mapping[str, str | bytes] = {
    "index.html": '<link rel=stylesheet href="assets/a.css"><p id="top">Home',
    "404.html": '<link rel=stylesheet href="/course/assets/a.css"><a id="x" href="#x">Nothing',
    "cases/index.html": "<h1>Cases",
    "cases/å/index.html": "<h1>Å",
    "plain.html": "<h1>Plain",
    "empty/x.txt": "x",
    "assets/a.css": "p { background: url('b.png') } q { background: url(data:,x) }",
    "assets/b.png": b"\x89PNG",
    "assets/c.js": "1",
    "a.ics": "BEGIN:VCALENDAR",
    "strange.thing": "?",
    ".git/config": "secret",
}


@pytest.mark.parametrize(
    ("target", "status", "kind", "start"),
    [
        ("/course/", 200, "text/html; charset=utf-8", b"<link"),
        ("/course/?a=b", 200, "text/html; charset=utf-8", b"<link"),
        ("/course/cases/", 200, "text/html; charset=utf-8", b"<h1>Cases"),
        ("/course/cases/%C3%A5/", 200, "text/html; charset=utf-8", "<h1>Å".encode()),
        ("/course/plain", 200, "text/html; charset=utf-8", b"<h1>Plain"),
        ("/course/plain.html", 200, "text/html; charset=utf-8", b"<h1>Plain"),
        ("/course/assets/c.js", 200, "application/javascript; charset=utf-8", b"1"),
        ("/course/assets/b.png", 200, "image/png", b"\x89PNG"),
        ("/course/a.ics", 200, "text/calendar", b"BEGIN"),
        ("/course/strange.thing", 200, "application/octet-stream", b"?"),
        ("/course/plain/", 404, "text/html; charset=utf-8", b"<link"),
        ("/course/empty/", 404, "text/html; charset=utf-8", b"<link"),
        ("/course/Cases/", 404, "text/html; charset=utf-8", b"<link"),
        ("/course/no/such/page/", 404, "text/html; charset=utf-8", b"<link"),
        ("/course/.git/config", 404, "text/html; charset=utf-8", b"<link"),
        ("/course/../secret", 404, "text/html; charset=utf-8", b"<link"),
        ("/course/a%00b", 404, "text/html; charset=utf-8", b"<link"),
        ("/", 404, "text/plain", b"Another site."),
        ("/other/", 404, "text/plain", b"Another site."),
    ],
)
def test_files_are_served_as_the_host_does(
    tree: Tree, target: str, status: int, kind: str, start: bytes
) -> None:
    said = answer(tree(FILES), BASE, target)

    assert (said.status, said.headers["Content-Type"]) == (status, kind)
    assert said.body.startswith(start)


@pytest.mark.parametrize(
    ("target", "location"),
    [
        ("/course", "/course/"),
        ("/course?a=b", "/course/?a=b"),
        ("/course/cases", "/course/cases/"),
        ("/course/cases?kind=x", "/course/cases/?kind=x"),
        ("/course/cases/%C3%A5", "/course/cases/%C3%A5/"),
        ("/course/empty", "/course/empty/"),
    ],
)
def test_a_folder_is_sent_to_its_slash(tree: Tree, target: str, location: str) -> None:
    moved = Answer(HTTPStatus.MOVED_PERMANENTLY, {"Location": location})

    assert answer(tree(FILES), BASE, target) == moved


def test_texts_are_packed_for_those_who_take_it_and_pictures_are_not(tree: Tree) -> None:
    site = tree(FILES)
    with hosted(site, ADDRESS) as here:

        def ask(path: str, **headers: str) -> tuple[str | None, bytes]:
            asked = Request(here + path, headers=headers)  # noqa: S310 - our own server
            with urlopen(asked, timeout=10) as said:  # noqa: S310 - the same
                return said.headers["Content-Encoding"], said.read()

        packed = ask("cases/", **{"Accept-Encoding": "gzip, br"})
        assert (packed[0], gzip.decompress(packed[1])) == ("gzip", b"<h1>Cases")
        assert ask("cases/") == (None, b"<h1>Cases")
        assert ask("assets/b.png", **{"Accept-Encoding": "gzip"}) == (None, b"\x89PNG")


def test_a_sound_site_has_no_faults(tree: Tree) -> None:
    assert crawl.faults(tree(FILES), ADDRESS) == []


@pytest.mark.parametrize(
    ("file", "text", "fault"),
    [
        ("index.html", '<a href="gone/">', "/: gone/ is not there (404)"),
        ("index.html", '<img src="gone.png">', "/: gone.png is not there (404)"),
        ("index.html", '<img srcset="gone.png 2x">', "/: gone.png is not there (404)"),
        ("index.html", '<a href="cases">', "/: cases is sent on to /course/cases/"),
        (
            "index.html",
            '<a href="cases/#x">',
            "/: cases/#x names a place that is not on the page",
        ),
        ("index.html", '<a href="#x">', "/: #x names a place that is not on the page"),
        ("index.html", '<a href="/cases/">', "/: /cases/ leads out of the site"),
        ("index.html", '<a href="../x/">', "/: ../x/ leads out of the site"),
        (
            "index.html",
            '<a href="https://example.org/">',
            "/: https://example.org/ leads out of the site",
        ),
        (
            "index.html",
            '<a href="http://example.org/course/gone">',
            "/: http://example.org/course/gone is not there (404)",
        ),
        (
            "index.html",
            '<a href="webcal://example.org/course/b.ics">',
            "/: webcal://example.org/course/b.ics is not there (404)",
        ),
        (
            "index.html",
            '<meta property="og:image" content="https://example.org/course/gone.png">',
            "/: https://example.org/course/gone.png is not there (404)",
        ),
        (
            "cases/old/index.html",
            '<meta http-equiv="refresh" content="0; url=../new/">',
            "cases/old/: ../new/ is not there (404)",
        ),
        (
            "assets/b.css",
            "p { background: url(gone.png) }",
            "assets/b.css: gone.png is not there (404)",
        ),
        (
            "sitemap.xml",
            "<loc>https://example.org/course/gone/</loc>",
            "sitemap.xml: https://example.org/course/gone/ is not there (404)",
        ),
        (
            "robots.txt",
            "Sitemap: https://example.org/course/gone.xml",
            "robots.txt: https://example.org/course/gone.xml is not there (404)",
        ),
        # A page for what is not there that only works where it lies.
        (
            "404.html",
            '<link rel="stylesheet" href="assets/a.css">',
            "no/such/page/at-all/: assets/a.css is not there (404)",
        ),
    ],
)
def test_what_leads_nowhere_is_told(tree: Tree, file: str, text: str, fault: str) -> None:
    assert crawl.faults(tree({**FILES, file: text}), ADDRESS) == [fault]


@pytest.mark.parametrize(
    "link", ["https://example.com/gone", "mailto:a@example.org", "data:,x", "", "#top", "?q=x"]
)
def test_what_is_elsewhere_or_here_is_no_fault(tree: Tree, link: str) -> None:
    page = f'<a id="top" href="{link}">'

    assert crawl.faults(tree({**FILES, "index.html": page}), ADDRESS) == []


def test_the_script_says_faults_one_a_line(tree: Tree) -> None:
    site = tree({**FILES, "index.html": '<a href="a/"><a href="b/">'})

    done = subprocess.run(
        [sys.executable, ROOT / ".github" / "scripts" / "crawl.py", site, ADDRESS],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (
        1,
        "/: a/ is not there (404)\n/: b/ is not there (404)\n",
    )
