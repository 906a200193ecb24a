"""What the workflow that publishes runs: a whole clone, built as of today in the course's zone."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import midnight
import pytest
from conftest import EXAMPLES, ROOT, assemble

BASE = "https://example.org/courses/lichens/"


def git(folder: Path, *words: str) -> None:
    told = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run(["git", "-C", folder, *told, *words], check=True, capture_output=True)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone of the second course whose `.ci/install` only puts this Python where it belongs."""
    origin = assemble(EXAMPLES / "lichens", tmp_path / "origin")
    for folder in (".ci", ".github"):
        shutil.copytree(ROOT / folder, origin / folder, ignore=shutil.ignore_patterns("node*"))
    shutil.copy(ROOT / ".gitignore", origin)
    programs = "\n".join(
        f"printf '#!/bin/sh\\nexec {sys.executable} {words} \"$@\"\\n' >.venv/bin/{name}"
        for name, words in (("python", ""), ("mkdocs", "-m mkdocs"))
    )
    install = f"#!/bin/sh\nmkdir -p .venv/bin\n{programs}\nchmod +x .venv/bin/*\n"
    (origin / ".ci" / "install").write_text(install)
    git(origin, "init", "-q", "-b", "main")
    git(origin, "add", ".")
    git(origin, "commit", "-q", "-m", "All of it")
    git(origin, "commit", "-q", "--allow-empty", "-m", "Once more")
    git(tmp_path, "clone", "-q", str(origin), "clone")
    return tmp_path / "clone"


def publish(
    folder: Path, base: str = BASE, event: str = "push"
) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if "EPOCH" not in name}
    return subprocess.run(
        [folder / ".ci" / "publish"],
        env=environment
        | {"SITE_URL": base, "NO_MKDOCS_2_WARNING": "1", "GITHUB_EVENT_NAME": event},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_whole_clone_is_published_under_its_address(clone: Path) -> None:
    done = publish(clone)

    assert done.returncode == 0, done.stderr
    home = (clone / "site" / "index.html").read_text()
    assert f'<link rel="canonical" href="{BASE}">' in home


def test_a_dead_link_stops_a_change_but_not_the_night(clone: Path) -> None:
    (clone / "docs" / "walls.md").write_text("# Walls\n\n[Where?](#nowhere)\n", encoding="utf-8")
    dead = "walls/: #nowhere names a place that is not on the page\n"

    by_day, by_night = publish(clone), publish(clone, event="schedule")

    assert (by_day.returncode, by_day.stderr.endswith(dead)) == (1, True)
    assert (by_night.returncode, by_night.stderr.endswith(dead)) == (0, True)


def test_a_shallow_clone_is_not_published(clone: Path) -> None:
    git(clone.parent, "clone", "-q", "--depth=1", f"file://{clone.parent / 'origin'}", "shallow")

    done = publish(clone.parent / "shallow")

    assert done.returncode == 1
    assert "HB231 error" in done.stderr
    assert not (clone.parent / "shallow" / "site").exists()


@pytest.mark.parametrize("base", ["", "/", "https://example.org", "example.org/courses/"])
def test_what_is_no_address_is_refused_before_anything_is_done(clone: Path, base: str) -> None:
    done = publish(clone, base)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"SITE_URL is '{base}': it must be the site's address")
    assert not (clone / ".venv").exists()


@pytest.mark.parametrize(
    ("now", "zone", "began"),
    [
        ("2026-12-10T22:59:59+00:00", "Europe/Stockholm", "2026-12-10T00:00:00+01:00"),
        ("2026-12-10T23:00:00+00:00", "Europe/Stockholm", "2026-12-11T00:00:00+01:00"),
        ("2026-10-25T12:00:00+00:00", "Europe/Stockholm", "2026-10-25T00:00:00+02:00"),
        ("2026-12-10T23:17:00+00:00", "America/Bogota", "2026-12-10T00:00:00-05:00"),
        # In Cairo, 00:00 of that day was 01:00.
        ("2026-04-24T12:00:00+00:00", "Africa/Cairo", "2026-04-24T01:00:00+03:00"),
    ],
)
def test_a_day_begins_at_midnight_where_the_course_is(now: str, zone: str, began: str) -> None:
    found = midnight.midnight(dt.datetime.fromisoformat(now), ZoneInfo(zone))

    assert found == int(dt.datetime.fromisoformat(began).timestamp())


def test_a_course_without_a_zone_says_so(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "course.yml").write_text("title: T\n")

    done = subprocess.run(
        [sys.executable, ROOT / ".github" / "scripts" / "midnight.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.startswith('data/course.yml:1:1: HB104 error: "time_zone" is missing')
