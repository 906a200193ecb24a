"""Runs of whole processes, timed; and of servers, from a save to the page that shows it."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sites.wording import MARK

POLL = 0.002
"""Seconds between two requests for a page."""
PATIENCE = 900
"""Seconds until a server that does not answer is given up."""


@dataclass(frozen=True)
class Site:
    """A project, the commands that build, serve and check it, and the files of its sessions.

    `{port}` in `serve` and `{id}` in `sources` are filled in; `leftovers` are what a build keeps.
    """

    name: str
    folder: Path
    build: tuple[str, ...]
    serve: tuple[str, ...]
    sources: str
    leftovers: tuple[str, ...]
    environment: Mapping[str, str]
    check: tuple[str, ...] = ()

    def source(self, session: str) -> Path:
        """The file of a session."""
        return self.folder / self.sources.format(id=session)


@dataclass(frozen=True)
class Run:
    """What a process took, those that it started included.

    Seconds of the clock, seconds of processors, and the megabytes of the largest process.
    """

    seconds: float
    busy: float
    megabytes: float


def environment(folder: Path, more: Mapping[str, str]) -> dict[str, str]:
    """The environment of this process, without what would change a site; a fixed today.

    Modules that Python has compiled are kept, as they are wherever nobody forbids it.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("SITE_URL", "REPO_URL", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
        if not name.startswith(("HANDBOOK_", "HUGO_", "GIT_"))
    }
    scratch = folder.parent / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    fixed = {"SOURCE_DATE_EPOCH": "1796860800", "NO_MKDOCS_2_WARNING": "1"}
    return {**kept, **fixed, "TMPDIR": str(scratch), **more}


def cold(site: Site) -> Run:
    """One build with nothing kept from an earlier one."""
    for name in site.leftovers:
        shutil.rmtree(site.folder / name, ignore_errors=True)
    return timed(site, site.build)


def edited(site: Site, session: str) -> Run:
    """One build after one edit of a session's text."""
    _edit(site.source(session))
    return timed(site, site.build)


def timed(site: Site, command: tuple[str, ...]) -> Run:
    """One process from its start to its end; where it fails, so does this."""
    with (site.folder.parent / "log.txt").open("w+", encoding="utf-8") as log:
        begun = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=site.folder, env=site.environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            raise
        taken = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            log.seek(0)
            sys.exit(f"{' '.join(command)} failed in {site.folder}:\n{log.read()[-3000:]}")
    unit = 1_000_000 if sys.platform == "darwin" else 1_000
    return Run(taken, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit)


def live(site: Site, sessions: list[str]) -> Iterator[float]:
    """For each session, seconds from its save until the server gives its new page.

    The first edit is not told: it warms up. Servers that look at their files, or at what they heard
    of them, twice a second show an edit at once or half a second later, as it happens to fall. So
    the pauses between edits spread evenly over all that can happen.
    """
    with _served(site) as port:
        for number, session in enumerate(sessions):
            path = f"/sessions/{session}/"
            _wait(site, port, path, "")
            time.sleep(next(_pauses))
            begun = time.perf_counter()
            word = _edit(site.source(session))
            _wait(site, port, path, word)
            if number:
                yield time.perf_counter() - begun


GOLDEN = (5**0.5 - 1) / 2
"""Its multiples, without their whole part, lie evenly between 0 and 1 however many they are."""
_pauses = (1 + number * GOLDEN % 1 for number in itertools.count())
_words = (f"trial{number}" for number in itertools.count(1))


def _edit(source: Path) -> str:
    """Write a word into a file that was never there, as an editor saves: in place."""
    word = next(_words)
    text, found = re.subn(MARK.rstrip("0") + r"\d+", word, source.read_text(encoding="utf-8"))
    if found != 1:
        sys.exit(f"{source} has no place for an edit")
    source.write_text(text, encoding="utf-8")
    return word


@contextlib.contextmanager
def _served(site: Site) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [part.format(port=port) for part in site.serve]
    with (site.folder.parent / "log.txt").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            command, cwd=site.folder, env=site.environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            yield port
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(site: Site, port: int, path: str, word: str) -> None:
    """Ask for a page until a word is in it."""
    end = time.perf_counter() + PATIENCE
    while time.perf_counter() < end:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            if answer.status == http.client.OK and word.encode() in answer.read():
                return
        except (OSError, http.client.HTTPException):
            pass  # it does not listen yet, or is about to exchange the page
        finally:
            connection.close()
        time.sleep(POLL)
    log = (site.folder.parent / "log.txt").read_text(encoding="utf-8")
    sys.exit(f"{' '.join(site.serve)} in {site.folder} never showed {word}:\n{log[-3000:]}")
