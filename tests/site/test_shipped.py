"""Every file that is published: which there are, how large, the same from any folder."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import crawl
import pytest
from conftest import EPOCH, EXAMPLES, ROOT, assemble, mkdocs

from handbook import addresses

KIB = 1024
WHOLE_SITE = 12 * KIB * KIB
ENTITY_PAGE = 60 * KIB
PACKED_LIST = 60 * KIB

EXPECTED = re.compile(
    r"""(?:[\w-]+/){0,2}index\.html | 404\.html | 503\.html
    | assets/[\w-]+\.(?:css|js) | assets/favicon\.svg
    | assets/fonts/(?:[\w-]+\.woff2|LICENSE-[\w-]+\.txt)
    | assets/search/\w+\.js | assets/stylesheets/main\.\w+\.min\.css
    | assets/timetable/[\w-]+\.css
    | assets/vendor/(?:[\w.-]+\.min\.js|LICENSE-[\w-]+\.txt)
    | calendar/[\w-]+(?:/(?:lecturers|groups|slots)/[\w-]+)?\.ics
    | cards/\w+\.png | search/(?:names|text)\.json
    | api/(?:schema/)?[\w-]+\.json | api/[\w-]+/[\w-]+\.json
    | changes\.xml | handbook\.pdf | offline\.json | robots\.txt | sitemap\.xml | sw\.js""",
    re.VERBOSE,
)


def contents(site: Path) -> dict[str, bytes]:
    return {
        path.relative_to(site).as_posix(): path.read_bytes()
        for path in site.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("name", ["lichens", "real"])
def test_nothing_is_shipped_that_nobody_expects(name: str, request: pytest.FixtureRequest) -> None:
    files = contents(request.getfixturevalue(name))

    assert [path for path in files if not EXPECTED.fullmatch(path)] == []
    assert [path for path, content in files.items() if b"sourceMappingURL" in content] == []


@pytest.mark.parametrize("name", ["lichens", "real"])
def test_every_asset_is_asked_for_somewhere(name: str, request: pytest.FixtureRequest) -> None:
    """By its name, in a page, a style sheet or a script; licences are there by law."""
    files = contents(request.getfixturevalue(name))
    asking = b"\n".join(
        content for path, content in files.items() if path.endswith((".html", ".css", ".js"))
    )

    unused = [
        path
        for path in files
        if path.startswith(("assets/", "cards/")) and "LICENSE" not in path
        if path.rpartition("/")[2].encode() not in asking
    ]
    assert unused == []


def test_the_site_and_each_of_its_pages_are_small(real: Path) -> None:
    files = contents(real)
    entities = re.compile(rf"(?:{'|'.join(addresses.ENTITY_PAGES)})/[^/]+/index\.html")
    pages = {path: content for path, content in files.items() if path.endswith(".html")}
    records = [path for path in pages if entities.fullmatch(path)]

    whole = sum(len(content) for path, content in files.items() if path != "handbook.pdf")
    assert whole <= WHOLE_SITE
    assert len(records) > 100
    assert {one: len(pages[one]) for one in records if len(pages[one]) > ENTITY_PAGE} == {}
    packed = {one: len(gzip.compress(content)) for one, content in pages.items()}
    assert {one: size for one, size in packed.items() if size > PACKED_LIST} == {}


# --- The same bytes --------------------------------------------------------------------------


def test_the_real_site_is_the_same_from_another_folder(real: Path, tmp_path: Path) -> None:
    folder = assemble(ROOT, tmp_path / "elsewhere" / "å deep" / "folder")
    assert mkdocs(folder, "--strict").returncode == 0

    assert contents(folder / "site") == contents(real)


def test_two_clones_of_one_commit_give_the_same_site(tmp_path: Path) -> None:
    origin = assemble(EXAMPLES / "lichens", tmp_path / "origin")
    shutil.copy(ROOT / ".gitignore", origin)
    person = ["-c", "user.name=N", "-c", "user.email=n@example.org"]
    for words in (["init", "-q"], ["add", "."], [*person, "commit", "-q", "-m", "All of it"]):
        subprocess.run(["git", *words], cwd=origin, check=True)
    sites = []
    for name in ("one", "another place"):
        clone = tmp_path / name
        subprocess.run(["git", "clone", "-q", origin, clone], check=True)
        built = mkdocs(clone, "--strict")
        assert built.returncode == 0, built.stderr
        sites.append(contents(clone / "site"))

    assert sites[0] == sites[1]
    assert b"<lastmod>" in sites[0]["sitemap.xml"]


# --- What may be missing ---------------------------------------------------------------------

LONELY = """
import sys
def listen(name, words):
    if name in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        raise OSError(f"there is no network for {words}")
sys.addaudithook(listen)
"""


@pytest.fixture
def build(tmp_path: Path) -> Callable[[dict[str, str]], subprocess.CompletedProcess[str]]:
    """Build the second course in `tmp_path / "project"`, in another environment."""
    folder = assemble(EXAMPLES / "lichens", tmp_path / "project")

    def run(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        settled = {"SOURCE_DATE_EPOCH": EPOCH, "NO_MKDOCS_2_WARNING": "1"}
        return subprocess.run(
            [sys.executable, "-m", "mkdocs", "build", "--strict"],
            cwd=folder,
            env=os.environ | settled | environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_without_a_network_all_is_built(
    build: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path, lichens: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(LONELY)

    done = build({"PYTHONPATH": f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}"})

    assert done.returncode == 0, done.stderr
    assert contents(tmp_path / "project" / "site") == contents(lichens)


def test_without_git_all_is_built_and_a_remark_says_what_is_not_known(
    build: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    done = build({"PATH": "/nowhere"})

    assert done.returncode == 0, done.stderr
    assert "HB230 info" in done.stderr
    assert "git is missing" in done.stderr
    assert "<lastmod>" not in (tmp_path / "project" / "site" / "sitemap.xml").read_text()


def test_names_of_files_may_hold_any_letter(
    build: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    project = tmp_path / "project"
    pictures = project / "docs" / "assets" / "images"
    pictures.mkdir()
    shutil.copy(ROOT / "docs" / "assets" / "favicon.svg", pictures / "blå bild.svg")
    page = "# Översikt\n\n![A picture](assets/images/blå%20bild.svg)\n\n[Home](/)\n"
    (project / "docs" / "översikt.md").write_text(page)
    base = "https://example.org/courses/lichens/"

    done = build({"SITE_URL": base})

    assert done.returncode == 0, done.stderr
    assert (project / "site" / "översikt" / "index.html").is_file()
    assert (project / "site" / "assets" / "images" / "blå bild.svg").is_file()
    assert crawl.faults(project / "site", base) == []
