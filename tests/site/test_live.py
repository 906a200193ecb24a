"""`mkdocs serve`: an edit is shown at once, and all is as a fresh server would have it."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from conftest import EPOCH
from rebuilding import CHANGES, SESSION, afresh, course, files

PATIENCE = 60.0
"""Seconds until a server that says nothing is taken for dead."""


class Server:
    """A running `mkdocs serve`, its address, and what it said."""

    def __init__(self, project: Path, port: int, log: Path) -> None:
        self.project = project
        self.base = f"http://127.0.0.1:{port}/"
        self.log = log

    def get(self, address: str) -> str:
        """What is at an address; nothing where there is no page."""
        try:
            with urlopen(self.base + address, timeout=PATIENCE) as answer:  # noqa: S310 - ours
                page: str = answer.read().decode()
        except HTTPError:
            return ""
        return page

    def until(self, address: str, wanted: Callable[[str], bool]) -> str:
        """What is at an address once it is as wanted."""
        end = time.monotonic() + PATIENCE
        while not wanted(page := self.get(address)):
            assert time.monotonic() < end, self.log.read_text("utf-8")[-3000:]
            time.sleep(0.01)
        return page

    @property
    def site(self) -> Path:
        """The folder that is served."""
        found = re.findall(r"Published to (\S+)", self.log.read_text("utf-8"))
        return Path(found[-1])


@contextmanager
def serving(project: Path, port: int = 0) -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", port))
        port = free.getsockname()[1]
    log = project.with_suffix(".log")
    environment = os.environ | {
        "SOURCE_DATE_EPOCH": EPOCH,
        "NO_MKDOCS_2_WARNING": "1",
        "SITE_URL": f"http://127.0.0.1:{port}/",
    }
    command = [sys.executable, "-m", "mkdocs", "serve", "--livereload", "-a", f"127.0.0.1:{port}"]
    with log.open("w") as said:
        running = subprocess.Popen(
            command, cwd=project, env=environment, stdout=said, stderr=subprocess.STDOUT
        )
    server = Server(project, port, log)
    try:
        end = time.monotonic() + PATIENCE
        while "Serving on" not in log.read_text("utf-8"):
            assert running.poll() is None, log.read_text("utf-8")
            assert time.monotonic() < end, log.read_text("utf-8")
            time.sleep(0.05)
        yield server
    finally:
        running.terminate()
        running.wait()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving(course(tmp_path / "project")) as running:
        yield running


def has_overlay(page: str) -> bool:
    return 'class="overlay"' in page


def settled(server: Server) -> dict[str, bytes]:
    """The site, once no build has followed for a while."""
    before = -1
    while before != (before := server.log.stat().st_size):
        time.sleep(2)
    return files(server.site)


def test_edits_give_what_a_fresh_build_gives(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, keys = server.project, "sessions/keys/"
    CHANGES["a body"](project)
    server.until(keys, lambda page: "<em>bark</em>" in page)
    CHANGES["a page by hand"](project)
    server.until("privacy/", lambda page: "More of it." in page)
    CHANGES["a template"](project)
    server.until("sessions/naming/", lambda page: "Comes only after" in page)
    CHANGES["a stylesheet"](project)
    server.until("assets/handbook.css", lambda text: "/* new */" in text)
    CHANGES["a new record"](project)
    server.until("sessions/drying/", lambda page: "Paper, weight" in page)
    CHANGES["another address"](project)
    server.until("places/skerry/", bool)
    server.until("places/islet/", lambda page: "skerry" in page)
    CHANGES["a record less"](project)
    server.until("sessions/drying/", lambda page: not page)
    monkeypatch.setenv("SITE_URL", server.base)

    assert differing(settled(server), afresh(project, tmp_path / "clean")) == []


def differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    return sorted(path for path in {*one, *other} if one.get(path) != other.get(path))


def test_what_is_wrong_lies_over_the_last_good_page(server: Server) -> None:
    path = server.project / "data" / "sessions" / "keys.yml"
    right = path.read_text("utf-8")
    keys = "sessions/keys/"

    path.write_text(right.replace("kind:", "kindd:"), encoding="utf-8")
    page = server.until(keys, has_overlay)
    assert "<code>data/sessions/keys.yml:2:1</code> HB101 error" in page
    assert "On rock?" in page
    assert has_overlay(server.get("outcomes/"))

    CHANGES["a summary"](server.project)
    server.until("sessions/naming/", lambda page: "nine pieces" in page)
    assert has_overlay(server.get("sessions/naming/"))

    path.write_text(right.replace("On rock?", "On sand?"), encoding="utf-8")
    assert not has_overlay(server.until(keys, lambda page: "On sand?" in page))

    path.write_text(f"{right}needs: [nothing-such]\n", encoding="utf-8")
    assert "HB102 error" in server.until(keys, has_overlay)

    path.write_text(right, encoding="utf-8")
    assert "On rock?" in server.until(keys, lambda page: not has_overlay(page))


def test_a_template_that_is_wrong_lies_over_the_last_good_page(server: Server) -> None:
    path = server.project / "overrides" / "session.html"
    right = path.read_text("utf-8")

    path.write_text(f"{right}{{% nonsense %}}", encoding="utf-8")
    page = server.until("sessions/keys/", has_overlay)
    assert "nonsense" in page
    assert "On rock?" in page

    path.write_text(right, encoding="utf-8")
    assert "On rock?" in server.until("sessions/keys/", lambda page: not has_overlay(page))


def test_many_files_at_once_and_one_after_them(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `git checkout` does it."""
    sessions = server.project / "data" / "sessions"
    for number in range(300):
        (sessions / f"drying-{number}.yml").write_text(SESSION, encoding="utf-8")
    CHANGES["a body"](server.project)
    server.until("sessions/drying-299/", bool)
    for number in range(300):
        (sessions / f"drying-{number}.yml").unlink()
    server.until("sessions/drying-299/", lambda page: not page)
    monkeypatch.setenv("SITE_URL", server.base)

    assert differing(settled(server), afresh(server.project, tmp_path / "clean")) == []


def test_two_servers_of_one_folder(server: Server) -> None:
    with serving(server.project) as other:
        CHANGES["a body"](server.project)

        for one in (server, other):
            assert "<em>bark</em>" in one.until("sessions/keys/", lambda page: "bark" in page)
