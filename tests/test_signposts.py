"""Old addresses, the map for search engines and their rules, from a real history."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from conftest import EXAMPLES, ROOT

from handbook.compose import compose

BASE = "https://example.org/courses/"
NAMES = {"": "http://www.sitemaps.org/schemas/sitemap/0.9"}


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """The second course, committed in two steps: first all of it, then a session and a place."""
    root = tmp_path / "course"
    shutil.copytree(EXAMPLES / "lichens" / "data", root / "data")
    shutil.copytree(EXAMPLES / "lichens" / "docs", root / "docs")
    shutil.copytree(ROOT / "overrides", root / "overrides")
    git(root, "init", "-q")
    commit(root, "2030-01-01T10:00:00+02:00")
    for name in ("sessions/looking", "places/herbarium"):
        path = root / "data" / f"{name}.yml"
        path.write_text(f"{path.read_text()}\n# looked through\n")
    commit(root, "2030-02-02T23:30:00-05:00")
    return root


def git(root: Path, *words: str, time: str = "") -> None:
    person = ["-c", "user.name=N", "-c", "user.email=n@example.org"]
    moment = {"GIT_AUTHOR_DATE": time, "GIT_COMMITTER_DATE": time} if time else {}
    subprocess.run(["git", *person, *words], cwd=root, env=os.environ | moment, check=True)


def commit(root: Path, time: str) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "A change", time=time)


def exported(root: Path, path: str, base: str = BASE) -> str | None:
    found = {one.path: one.content for one in compose(root, base=base).exports}
    return found[path].decode() if path in found else None


def mapped(root: Path) -> dict[str, str]:
    """Every address with its date, as an XML parser reads them."""
    tree = ET.fromstring(exported(root, "sitemap.xml") or "")  # noqa: S314 - our own
    return {
        entry.findtext("loc", "", NAMES).removeprefix(BASE): entry.findtext("lastmod", "", NAMES)
        for entry in tree.findall("url", NAMES)
    }


def test_a_page_was_changed_when_its_own_record_was(course: Path) -> None:
    found = mapped(course)
    early, late = "2030-01-01T08:00:00+00:00", "2030-02-03T04:30:00+00:00"

    assert {address for address, date in found.items() if date == late} == {
        "places/",
        "places/herbarium/",
        "sessions/",
        "sessions/looking/",
    }
    # What is made from templates or from the program has no record.
    assert {address for address, date in found.items() if not date} == {
        "api/",
        "search/",
        "contributing/rules/",
        "whats-new/",
    }
    assert set(found.values()) == {early, late, ""}


def test_building_on_another_day_changes_no_date(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = exported(course, "sitemap.xml")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1900000000")

    assert exported(course, "sitemap.xml") == before


def test_without_a_history_the_map_has_no_dates(course: Path) -> None:
    before = mapped(course)
    shutil.rmtree(course / ".git")

    assert mapped(course) == dict.fromkeys(before, "")


def test_without_an_address_there_is_no_map(course: Path) -> None:
    assert exported(course, "sitemap.xml", "") is None
    assert "Sitemap" not in (exported(course, "robots.txt", "") or "")
    assert "\nSitemap: https://example.org/courses/sitemap.xml\n" in (
        exported(course, "robots.txt", BASE.rstrip("/")) or ""
    )


def test_an_address_with_any_sign_is_one(course: Path) -> None:
    (course / "docs" / "å & <b>.md").write_text("# A page\n")

    assert "%C3%A5%20%26%20%3Cb%3E/" in mapped(course)


def test_a_title_comes_out_as_typed_at_an_old_address(course: Path) -> None:
    place = course / "data" / "places" / "herbarium.yml"
    title = 'A "<b>" & </title><script>'
    place.write_text(re.sub("(?m)^name: .*$", f"name: '{title}'", place.read_text()))

    page = exported(course, "places/old-herbarium/index.html", "")

    escaped = "A &#34;&lt;b&gt;&#34; &amp; &lt;/title&gt;&lt;script&gt;"
    assert page
    assert f"<title>{escaped} has moved</title>" in page
    assert f'<a href="../herbarium/">{escaped}</a>' in page
    assert "canonical" not in page


def test_every_old_address_has_a_page(course: Path) -> None:
    session = course / "data" / "sessions" / "looking.yml"
    session.write_text(f"{session.read_text()}former_ids: [gazing, staring]\n")

    paths = [one.path for one in compose(course).exports if one.path.endswith("index.html")]

    assert paths == [
        "places/old-herbarium/index.html",
        "sessions/gazing/index.html",
        "sessions/staring/index.html",
    ]
