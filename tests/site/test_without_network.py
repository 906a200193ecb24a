"""The handbook in a basement: copies in a real browser whose network is cut."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from serving import Quiet, served

from handbook import offline

NEVER_VISITED = "frameworks/collecting-code/"


class Slow(Quiet):
    """A server that says nothing for a while about the paths in `slow`."""

    slow: tuple[str, ...] = ()

    def do_GET(self) -> None:  # noqa: N802 - the library's name
        if self.path.endswith(Slow.slow or ("\n",)):
            time.sleep(8)
        super().do_GET()


@pytest.fixture
def site(lichens: Path, tmp_path: Path) -> Path:
    """A copy of the site that may change, in a folder of a host with other things."""
    return shutil.copytree(lichens, tmp_path / "handbook")


@pytest.fixture
def base(site: Path) -> Iterator[str]:
    with served(site.parent, Slow) as address:
        yield f"{address}handbook/"
    Slow.slow = ()


@pytest.fixture
def context(browser: Any) -> Iterator[Any]:
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture
def follow(context: Any) -> Callable[[], None]:
    """Let the worker look at the site again now, and wait until it has."""

    def now() -> None:
        workers = context.service_workers
        worker = workers[0] if workers else context.wait_for_event("serviceworker")
        worker.evaluate("async () => { followed = 0; await follow(); }")

    return now


def first_visit(context: Any, base: str, follow: Callable[[], None]) -> Any:
    page = context.new_page()
    page.goto(base)
    page.evaluate(
        """() => new Promise((done) => {
          const { serviceWorker } = navigator;
          if (serviceWorker.controller) done();
          else serviceWorker.addEventListener("controllerchange", () => done());
        })"""
    )
    follow()
    return page


def texts(page: Any) -> tuple[str, bool]:
    """A page's heading, and whether it says that it is a copy."""
    return page.locator("h1").inner_text(), page.locator("[data-copy-bar]").is_visible()


def test_what_a_student_needs_can_be_read_without_a_network(
    context: Any, base: str, follow: Callable[[], None]
) -> None:
    page = first_visit(context, base, follow)
    page.goto(base + "lecturers/aino-esimerkki/")
    page.goto(base + "sessions/")

    context.set_offline(True)

    for address, title in {
        "": "Field lichenology",
        "timetable/": "Timetable, Spring 2031",
        "sessions/looking/": "Looking slowly",
        "lecturers/aino-esimerkki/": "Aino Esimerkki",
    }.items():
        page.goto(base + address)
        assert texts(page) == (title, True)
    page.goto(base + "sessions/?kind=lab")
    assert page.locator(".card:visible h2").all_inner_texts() == ["Naming your finds"]
    bar = page.locator("[data-copy-bar]")
    page.goto(base + "timetable/")
    assert re.search(r"this is a copy of \d+ \w+ 20\d\d, \d\d:\d\d\.", bar.inner_text())
    style = "getComputedStyle(document.querySelector('.site-header')).position"
    assert page.evaluate(style) == "sticky"
    assert page.evaluate("document.fonts.ready.then((all) => all.check('16px \"Public Sans\"'))")


def test_a_page_without_a_copy_says_so_and_leads_on(
    context: Any, base: str, follow: Callable[[], None]
) -> None:
    page = first_visit(context, base, follow)
    context.set_offline(True)

    answer = page.goto(base + NEVER_VISITED)

    assert answer.status == 503
    assert texts(page) == ("There is no network, and no copy of this page", False)
    context.set_offline(False)
    page.get_by_role("link", name="Try again").click()
    assert texts(page) == ("The collecting code", False)


def test_the_network_comes_first_and_a_copy_says_its_time(
    context: Any, site: Path, base: str, follow: Callable[[], None]
) -> None:
    page = first_visit(context, base, follow)
    file = site / "timetable" / "index.html"
    file.write_text(file.read_text().replace("<h1>Timetable", "<h1>New timetable"))

    context.set_offline(True)
    page.goto(base + "timetable/")
    assert texts(page) == ("Timetable, Spring 2031", True)
    context.set_offline(False)
    page.get_by_role("link", name="Try again").click()
    assert texts(page) == ("New timetable, Spring 2031", False)
    context.set_offline(True)
    page.reload()
    assert texts(page) == ("New timetable, Spring 2031", True)


def test_copies_follow_the_site_without_being_visited(
    context: Any, site: Path, base: str, follow: Callable[[], None]
) -> None:
    page = first_visit(context, base, follow)
    page.goto(base + "lecturers/")
    for name in ("timetable", "lecturers"):
        file = site / name / "index.html"
        file.write_text(re.sub("<h1>.*?</h1>", f"<h1>Changed {name}</h1>", file.read_text()))
    shutil.rmtree(site / "practical")
    publish(site)

    follow()

    context.set_offline(True)
    for name in ("timetable", "lecturers"):
        page.goto(f"{base}{name}/")
        assert texts(page) == (f"Changed {name}", True)
    assert page.goto(base + "practical/").status == 503


def publish(site: Path) -> None:
    """Write the list of a site that was changed by hand."""
    before = json.loads((site / "offline.json").read_text())
    pages = {
        path.relative_to(site).as_posix().removesuffix("index.html"): path.read_bytes()
        for path in site.rglob("*.html")
    }
    parts = {name: (site / name).read_bytes() for name in before["keep"] if "assets/" in name}
    wanted = [name for name in before["keep"] if name in pages]
    files = {address: offline.kept(content) for address, content in (pages | parts).items()}
    (site / "offline.json").write_bytes(offline.listing(files, wanted))


def test_a_page_that_is_gone_is_forgotten_when_it_is_asked_for(
    context: Any, site: Path, base: str, follow: Callable[[], None]
) -> None:
    page = first_visit(context, base, follow)
    page.goto(base + "lecturers/")
    shutil.rmtree(site / "lecturers")

    assert page.goto(base + "lecturers/").status == 404
    context.set_offline(True)
    assert page.goto(base + "lecturers/").status == 503


def test_a_network_that_says_nothing_is_not_waited_for_forever(
    context: Any, base: str, follow: Callable[[], None]
) -> None:
    page = first_visit(context, base, follow)
    Slow.slow = ("/timetable/",)

    page.goto(base + "timetable/")

    assert texts(page) == ("Timetable, Spring 2031", True)


def test_only_so_many_visited_pages_are_kept(
    context: Any, site: Path, base: str, follow: Callable[[], None]
) -> None:
    for number in range(63):
        folder = site / "extra" / str(number)
        folder.mkdir(parents=True)
        (folder / "index.html").write_text("<!doctype html><title>Extra</title><p>Extra")
    publish(site)
    page = first_visit(context, base, follow)
    for number in range(63):
        page.goto(f"{base}extra/{number}/")

    follow()

    cached = page.evaluate(
        """async () => {
          const [name] = await caches.keys();
          return (await (await caches.open(name)).keys()).map(({ url }) => url);
        }"""
    )
    kept = [url for url in cached if "/extra/" in url]
    assert kept == [f"{base}extra/{number}/" for number in range(3, 63)]


def test_a_site_that_keeps_no_copies_any_more_leaves_none(
    context: Any, site: Path, base: str, follow: Callable[[], None]
) -> None:
    page = first_visit(context, base, follow)
    page.evaluate("caches.open('of another site on this host')")
    (site / "offline.json").unlink()

    follow()

    assert page.evaluate("caches.keys()") == ["of another site on this host"]
    assert (
        page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
    )
