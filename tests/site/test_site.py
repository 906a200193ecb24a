"""The built site: what MkDocs makes of the core's pages, and what it refuses to publish."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from urllib.request import urlopen

import crawl
import html5lib
import pytest
from conftest import EPOCH, EXAMPLES, assemble, mkdocs
from hypothesis import given, settings
from hypothesis import strategies as st
from mkdocs.utils import normalize_url
from reading import sitemap
from rebuilding import course

from handbook.addresses import relative

BASE = "http://127.0.0.1:8000/"


class Links(HTMLParser):
    """What a page points at, and the ids it has."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            elif name in ("href", "src") and tag != "form":
                self.targets.append(value or "")


def pages(site: Path) -> Iterator[tuple[str, Links]]:
    for path in sorted(site.rglob("*.html")):
        found = Links()
        found.feed(path.read_text(encoding="utf-8"))
        yield path.relative_to(site).as_posix(), found


@pytest.mark.parametrize("name", ["lichens", "real"])
def test_every_link_and_fragment_leads_somewhere(name: str, request: pytest.FixtureRequest) -> None:
    assert crawl.faults(request.getfixturevalue(name), BASE) == []


NAMES = st.sampled_from(["a", "b", "a-1", "å"])
FOLDERS = st.lists(NAMES, max_size=3).map(lambda names: "".join(f"{name}/" for name in names))
ENDS = st.sampled_from(["", "a.css", "a.b.json", "#a", "?a=b", "?a#b"])


@settings(deadline=None)
@given(page=FOLDERS, folder=FOLDERS.filter(bool), end=ENDS)
def test_addresses_are_relative_as_mkdocs_makes_them(page: str, folder: str, end: str) -> None:
    address = folder + end

    assert relative(address, page) == normalize_url(address, SimpleNamespace(url=page))


def test_every_link_leads_somewhere_below_a_folder_of_a_host(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = "https://example.org/courses/lichens/"
    monkeypatch.setenv("SITE_URL", base)
    assert mkdocs(project, "--strict").returncode == 0

    assert crawl.faults(project / "site", base) == []
    for page in ("404.html", "503.html"):
        assert 'href="/courses/lichens/sessions/"' in (project / "site" / page).read_text()


@pytest.mark.parametrize("name", ["lichens", "real"])
def test_no_page_has_an_id_twice(name: str, request: pytest.FixtureRequest) -> None:
    twice = {
        page: [one for one in found.ids if found.ids.count(one) > 1]
        for page, found in pages(request.getfixturevalue(name))
    }

    assert {page: ids for page, ids in twice.items() if ids} == {}


def test_the_markup_is_sound_to_a_strict_parser(lichens: Path) -> None:
    faults = {}
    for path in lichens.rglob("*.html"):
        parser = html5lib.HTMLParser()
        parser.parse(path.read_text(encoding="utf-8"))
        if parser.errors:
            faults[path.relative_to(lichens).as_posix()] = parser.errors
    assert faults == {}


def test_the_second_course_says_nothing_of_the_first(lichens: Path) -> None:
    words = re.compile(
        r"\bATMP|Karolinska|\bGMP\b|CAR T|Vecura|NextCell|JACIE|Stockholm|Swed|mRNA|patient|medicin"
        r"|bedside|\bcells?\b|gene therap|Läkemedel|Huddinge|Flemingsberg|leukapheresis",
        re.IGNORECASE,
    )
    said = {
        path.relative_to(lichens).as_posix(): sorted(set(found))
        for path in [*lichens.rglob("*.html"), lichens / "sitemap.xml"]
        if (found := words.findall(path.read_text(encoding="utf-8")))
    }

    assert said == {}


def test_every_generated_page_opens_its_own_file_for_editing(lichens: Path) -> None:
    edits = {
        page.removesuffix("index.html"): target.partition("/course-handbook/")[2]
        for page, found in pages(lichens)
        for target in found.targets
        if "/edit/" in target or "/tree/" in target
    }

    assert edits["sessions/looking/"] == "edit/main/data/sessions/looking.yml"
    assert edits["glossary/"] == "edit/main/data/glossary.yml"
    assert edits["timetable/"] == "edit/main/data/editions/2031.yml"
    assert edits["references/"] == "edit/main/data/references.bib"
    assert edits["sessions/"] == "tree/main/data/sessions"
    assert edits["privacy/"] == "edit/main/docs/privacy.md"
    assert set(edits) == {page.removesuffix("index.html") for page, _ in pages(lichens)} - {
        "404.html",
        "503.html",
        "places/old-herbarium/",
    }


def test_a_notice_shows_until_its_day(lichens: Path, tmp_path: Path) -> None:
    words = "The morning boat leaves at seven."
    after = assemble(EXAMPLES / "lichens", tmp_path / "project")
    assert mkdocs(after, epoch="1940000000").returncode == 0  # June 2031

    assert words in (lichens / "index.html").read_text()
    assert words not in (after / "site" / "index.html").read_text()


# --- What is no page -------------------------------------------------------------------------


def test_an_old_address_leads_on_and_is_named_nowhere(lichens: Path) -> None:
    old = "places/old-herbarium/"
    page = (lichens / old / "index.html").read_text()

    assert '<meta http-equiv="refresh" content="0; url=../herbarium/">' in page
    assert '<a href="../herbarium/">Herbarium</a>' in page
    assert f'<link rel="canonical" href="{BASE}places/herbarium/">' in page
    assert len(page) < 1024
    naming = [
        path.relative_to(lichens).as_posix()
        for path in lichens.rglob("*")
        if path.suffix in (".html", ".json", ".xml", ".txt") and "old-herbarium" in path.read_text()
    ]
    record = ["api/handbook.json", "api/places/herbarium.json"]  # whose former_ids are data, too
    assert sorted(naming) == [*record, "offline.json"]
    listed = json.loads((lichens / "offline.json").read_text())
    assert old in listed["files"]
    assert old not in listed["keep"]


def test_the_map_names_every_page_and_nothing_else(lichens: Path) -> None:
    assert sitemap(lichens)
    assert (lichens / "robots.txt").read_text().endswith(f"\nSitemap: {BASE}sitemap.xml\n")
    assert not (lichens / "sitemap.xml.gz").exists()


# --- Calendars -------------------------------------------------------------------------------


def calendar_links(site: Path, page: str) -> list[str]:
    found = Links()
    found.feed((site / page / "index.html").read_text(encoding="utf-8"))
    return [target for target in found.targets if target.endswith(".ics")]


def test_calendars_stand_where_one_looks_for_them(lichens: Path) -> None:
    webcal = "webcal://127.0.0.1:8000/calendar/2031"
    feeds = ["", "/groups/a", "/groups/b"]
    teacher = "/lecturers/aino-esimerkki"

    assert calendar_links(lichens, "timetable") == [
        link for feed in feeds for link in (f"{webcal}{feed}.ics", f"../calendar/2031{feed}.ics")
    ]
    assert calendar_links(lichens, "timetable/2031")[1::2] == [
        f"../../calendar/2031{feed}.ics" for feed in feeds
    ]
    assert calendar_links(lichens, "lecturers/aino-esimerkki") == [
        f"{webcal}{teacher}.ics",
        f"../../calendar/2031{teacher}.ics",
    ]
    assert calendar_links(lichens, "sessions/collecting") == [
        "../../calendar/2031/slots/collecting-a.ics",
        "../../calendar/2031/slots/collecting-b.ics",
    ]


@pytest.mark.parametrize(
    ("address", "subscription", "url"),
    [
        (
            "https://example.org/courses/lichens/",
            "webcal://example.org/courses/lichens/calendar/2031.ics",
            ["https://example.org/courses/lichens/sessions/looking/"],
        ),
        ("", None, []),
    ],
)
def test_one_can_subscribe_where_the_site_knows_its_address(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    subscription: str | None,
    url: list[str],
) -> None:
    monkeypatch.setenv("SITE_URL", address)
    assert mkdocs(project, "--strict").returncode == 0

    links = calendar_links(project / "site", "timetable")
    assert [link for link in links if link.startswith("webcal:")][:1] == (
        [subscription] if subscription else []
    )
    assert "../calendar/2031.ics" in links
    slot = (project / "site" / "calendar" / "2031" / "slots" / "looking.ics").read_text()
    assert re.findall("^URL:(.*)$", slot, re.MULTILINE) == url


# --- What is not published -------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a site that was published before."""
    folder = assemble(EXAMPLES / "lichens", tmp_path / "project")
    (folder / "site").mkdir()
    (folder / "site" / "index.html").write_text("the last good site")
    return folder


def test_gh_deploy_pushes_the_site_that_it_has_just_made(tmp_path: Path) -> None:
    folder = course(tmp_path / "project")
    remote = tmp_path / "remote.git"
    subprocess.run(["git", "init", "-q", "--bare", remote], check=True)
    subprocess.run(["git", "remote", "add", "origin", remote], cwd=folder, check=True)
    titles = []
    for title in ("First words", "Other words"):
        path = folder / "docs" / "privacy.md"
        path.write_text(f"# {title}\n", encoding="utf-8")
        done = mkdocs(folder, command="gh-deploy")
        assert done.returncode == 0, done.stderr
        page = ["git", "show", "gh-pages:privacy/index.html"]
        pushed = subprocess.run(page, cwd=remote, capture_output=True, text=True, check=True)
        titles.append(re.findall("<h1[^>]*>([^<]+)", pushed.stdout))
    tree = ["git", "ls-tree", "--name-only", "gh-pages"]
    names = subprocess.run(tree, cwd=remote, capture_output=True, text=True, check=True)

    assert titles == [["First words"], ["Other words"]]
    assert {"handbook.pdf", "offline.json"} <= set(names.stdout.split())


def untouched(folder: Path) -> bool:
    left = [path.name for path in folder.iterdir() if path.name.startswith(".site-")]
    return (folder / "site" / "index.html").read_text() == "the last good site" and left == []


def test_a_broken_record_stops_the_build_with_one_line_and_keeps_the_last_site(
    project: Path,
) -> None:
    session = project / "data" / "sessions" / "looking.yml"
    session.write_text(session.read_text().replace("kind: lecture", "kind: lectur"))

    built = mkdocs(project)

    assert built.returncode == 1
    assert built.stderr.splitlines()[:2] == [
        (
            "ERROR   -  data/sessions/looking.yml:2:7: HB105 error: "
            '"lectur" is not one of the words for this field (did you mean "lecture"?)'
        ),
        "ERROR   -  The data has 1 error; nothing was built.",
    ]
    assert "Traceback" not in built.stderr
    assert untouched(project)


def test_strict_makes_a_warning_in_the_data_count(project: Path) -> None:
    (project / "data" / "lecturers" / "nobody.yml").write_text("name: Nobody\nsummary: Unused.\n")

    strict = mkdocs(project, "--strict")

    assert strict.returncode == 1
    assert "HB106 warning" in strict.stderr
    assert untouched(project)
    assert mkdocs(project).returncode == 0
    assert (project / "site" / "sessions" / "looking" / "index.html").exists()


def test_what_is_refused_is_not_set_as_a_pdf_before(project: Path) -> None:
    (project / "data" / "lecturers" / "nobody.yml").write_text("name: Nobody\nsummary: Unused.\n")
    (project / "overrides" / "pdf" / "handbook.typ").write_text('#panic("set")')

    strict = mkdocs(project, "--strict")

    assert strict.returncode == 1
    assert strict.stderr.count("HB106 warning") == 1
    assert "The data has 1 warning, 1 remark; nothing was built." in strict.stderr
    assert "the PDF cannot be made" not in strict.stderr
    assert untouched(project)

    built = mkdocs(project)

    assert built.returncode == 1
    assert built.stderr.count("HB106 warning") == 1
    assert "the PDF cannot be made: " in built.stderr
    assert untouched(project)


def test_what_only_the_pdf_cannot_show_is_told_once(project: Path) -> None:
    session = project / "data" / "sessions" / "looking.yml"
    session.write_text(session.read_text().replace("body: |\n", "body: |\n  名.\n\n", 1))
    (project / "data" / "lecturers" / "nobody.yml").write_text("name: Nobody\nsummary: Unused.\n")

    built = mkdocs(project)

    assert built.returncode == 0
    assert built.stderr.count("HB415 info") == 1
    assert built.stderr.count("HB106 warning") == 1


def test_strict_makes_a_warning_of_mkdocs_count(project: Path) -> None:
    (project / "docs" / "privacy.md").write_text("# Privacy\n\n[x](nowhere.md)\n")

    built = mkdocs(project, "--strict")

    assert built.returncode == 1
    assert "nowhere.md" in built.stderr
    assert untouched(project)


def test_an_unreadable_bibliography_is_a_problem_and_no_traceback(project: Path) -> None:
    (project / "data" / "references.bib").write_text("@book{kuusi2024walls, title = {Open\n")

    built = mkdocs(project)

    assert built.returncode == 1
    assert "data/references.bib:1:1: HB018 error" in built.stderr
    assert "Traceback" not in built.stderr
    assert untouched(project)


def test_publishing_keeps_what_mkdocs_keeps_and_sweeps_what_a_killed_build_left(
    project: Path,
) -> None:
    (project / "site" / ".nojekyll").write_text("kept")
    left = project / ".site-999999999-left"
    left.mkdir()

    assert mkdocs(project).returncode == 0

    assert (project / "site" / ".nojekyll").read_text() == "kept"
    assert (project / "site" / "glossary" / "index.html").exists()
    assert [path.name for path in project.glob(".site-*")] == []


@pytest.mark.parametrize("kill", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_build_that_is_stopped_leaves_the_last_site(project: Path, kill: signal.Signals) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "mkdocs", "build"],
        cwd=project,
        env=os.environ | {"SOURCE_DATE_EPOCH": EPOCH, "NO_MKDOCS_2_WARNING": "1"},
        stderr=subprocess.DEVNULL,
    )
    while not list(project.glob(".site-*")) and running.poll() is None:
        time.sleep(0.005)
    running.send_signal(kill)

    assert running.wait(20) != 0
    assert (project / "site" / "index.html").read_text() == "the last good site"
    assert mkdocs(project).returncode == 0
    assert [path.name for path in project.glob(".site-*")] == []


def test_a_hand_written_page_cannot_bring_its_own_head(project: Path) -> None:
    (project / "docs" / "privacy.md").write_text(
        '---\ntitle: A <b> & "c"\ntemplate: nope.html\nstops: 3\n---\n\nHi.\n'
    )

    assert mkdocs(project, "--strict").returncode == 0

    page = (project / "site" / "privacy" / "index.html").read_text()
    assert "<title>A &lt;b&gt; &amp; &#34;c&#34; - Field lichenology</title>" in page


def test_the_smallest_course_builds(tmp_path: Path) -> None:
    """One record of each kind with nothing but what it must have, and no references."""
    folder = assemble(EXAMPLES / "tiny", tmp_path / "project")

    built = mkdocs(folder, "--strict")

    assert built.returncode == 0, built.stderr
    said = "".join(path.read_text() for path in (folder / "site").rglob("*.html"))
    assert "None" not in re.sub(r"<script.*?</script>", "", said, flags=re.DOTALL)


@pytest.mark.parametrize("language", ["en-GB", "sv", "xx"])
def test_any_language_builds(project: Path, language: str) -> None:
    course = project / "data" / "course.yml"
    course.write_text(course.read_text().replace("language: en", f"language: {language}"))

    assert mkdocs(project, "--strict").returncode == 0


def test_a_sound_build_says_nothing_but_its_progress(project: Path) -> None:
    built = mkdocs(project, "--strict")

    lines = [line for line in built.stderr.splitlines() if line.strip()]
    assert built.returncode == 0
    assert [line for line in lines if not line.startswith("INFO")] == []


def test_serve_survives_a_broken_record_and_recovers(project: Path) -> None:
    session = project / "data" / "sessions" / "looking.yml"
    good = session.read_text()
    log = project / "serve.log"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with log.open("w") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "mkdocs", "serve", "-a", f"127.0.0.1:{port}"],
            cwd=project,
            env=os.environ | {"SOURCE_DATE_EPOCH": EPOCH, "NO_MKDOCS_2_WARNING": "1"},
            stderr=out,
            stdout=out,
        )
    try:
        _until(log, "Serving on", 1)
        session.write_text(good.replace("kind: lecture", "kind: lectur"))
        _until(log, "HB105 error", 1)
        session.write_text(good)
        _until(log, "Documentation built", 2)
        calendar = f"http://127.0.0.1:{port}/calendar/2031/groups/a.ics"
        with urlopen(calendar, timeout=10) as answer:
            assert answer.read().startswith(b"BEGIN:VCALENDAR\r\n")
        with urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
            home = answer.read().decode()
        assert [word for word in ("Security-Policy", "offline.js") if word in home] == []
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(10)
    assert "Traceback" not in log.read_text()
    assert untouched(project)


def _until(log: Path, words: str, times: int) -> None:
    for _ in range(300):
        if log.read_text().count(words) >= times:
            return
        time.sleep(0.1)
    pytest.fail(f"{words!r} was not said {times} times:\n{log.read_text()}")
