"""A build after a change gives the same bytes as the first build of a fresh copy."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import EPOCH, mkdocs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rebuilding import CHANGES, afresh, built, course, files

from handbook.compose import inspect


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The second course, built once."""
    folder = course(tmp_path / "project")
    built(folder)
    return folder


def differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    return sorted(path for path in {*one, *other} if one.get(path) != other.get(path))


def kept(project: Path) -> list[Path]:
    store = project / ".cache" / "handbook"
    return sorted(path for path in store.rglob("*") if path.is_file())


def test_a_warm_build_is_a_clean_build(project: Path, tmp_path: Path) -> None:
    wrong = {}
    for kind, change in CHANGES.items():
        change(project)
        if found := differing(built(project), afresh(project, tmp_path / "clean")):
            wrong[kind] = found

    assert wrong == {}


TEXTS = st.text(st.sampled_from("aå<&*_[]`|:\n #'\"{}%"), max_size=12)
EDITS = st.one_of(
    st.tuples(st.just("data/sessions/supper.yml"), st.sampled_from(["Nothing", "Soup"]), TEXTS),
    st.tuples(st.just("data/sessions/keys.yml"), st.sampled_from(["step", "rock"]), TEXTS),
    st.tuples(st.just("docs/privacy.md"), st.sampled_from(["\n\n", "."]), TEXTS),
)


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(edits=st.lists(EDITS, min_size=1, max_size=3))
def test_any_edits_one_after_another(
    edits: list[tuple[str, str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("edits")
    project = course(folder / "project")
    built(project)
    for file, before, after in edits:
        path = project / file
        path.write_text(path.read_text("utf-8").replace(before, after), encoding="utf-8")
        if inspect(project).sound:
            built(project)

    if inspect(project).sound:
        assert differing(built(project), afresh(project, folder / "clean")) == []


def test_what_has_not_changed_is_a_link_to_what_was_there(project: Path) -> None:
    page = project / "site" / "sessions" / "keys" / "index.html"
    before = page.stat().st_ino
    CHANGES["a body"](project)

    first = {path: (project / "site" / path).stat().st_ino for path in files(project / "site")}
    built(project)
    other = [
        path
        for path, inode in first.items()
        if path.endswith(".html") and (project / "site" / path).stat().st_ino != inode
    ]

    assert page.stat().st_ino != before
    # Those that MkDocs always makes, those that are exports, and the page.
    assert other == [
        "404.html",
        "503.html",
        "places/old-herbarium/index.html",
        "sessions/keys/index.html",
    ]


def test_another_process_finds_the_pages_of_the_one_before(project: Path) -> None:
    page = project / "site" / "sessions" / "keys" / "index.html"
    assert mkdocs(project, "--strict").returncode == 0
    before = page.stat().st_ino

    assert mkdocs(project, "--strict").returncode == 0

    assert page.stat().st_ino == before


def test_a_warning_is_told_again_of_a_page_that_has_not_changed(project: Path) -> None:
    path = project / "docs" / "privacy.md"
    path.write_text(f"{path.read_text('utf-8')}\n\nSee [this](/outcomes/#nothing).\n", "utf-8")

    said = [mkdocs(project, "--strict") for _ in range(2)]

    assert [done.returncode for done in said] == [1, 1]
    assert "nothing" in said[0].stderr
    assert said[0].stderr == said[1].stderr


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(bytes(byte ^ 1 for byte in path.read_bytes())),
        lambda path: path.unlink(),
    ],
    ids=["truncated", "emptied", "turned", "deleted"],
)
def test_a_damaged_store_changes_nothing(project: Path, damage: Callable[[Path], object]) -> None:
    before = files(project / "site")
    for path in kept(project)[::2]:
        damage(path)

    assert differing(built(project), before) == []


def test_a_store_of_another_version_changes_nothing(project: Path) -> None:
    """Another version has another key, and even so nothing of it may be believed."""
    before = files(project / "site")
    store = project / ".cache" / "handbook"
    for folder in [path for path in store.iterdir() if path.is_dir() and "-" in path.name]:
        kind = folder.name.partition("-")[0]
        folder.rename(store / f"{kind}-00000000000000000000000000000000")

    assert differing(built(project), before) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_store_that_is_read_only_changes_nothing(project: Path) -> None:
    before = files(project / "site")
    store = project / ".cache" / "handbook"
    for folder in [store, *(path for path in store.rglob("*") if path.is_dir())]:
        folder.chmod(0o555)
    try:
        CHANGES["a body"](project)
        built(project)
        CHANGES["a body"](project)
    finally:
        for folder in [store, *(path for path in store.rglob("*") if path.is_dir())]:
            folder.chmod(0o755)

    assert before


def test_a_store_that_is_no_folder_changes_nothing(project: Path) -> None:
    before = files(project / "site")
    shutil.rmtree(project / ".cache" / "handbook")
    (project / ".cache" / "handbook").write_text("", encoding="utf-8")

    assert differing(built(project), before) == []


def test_a_store_with_other_things_in_the_way_changes_nothing(
    project: Path, tmp_path: Path
) -> None:
    html = project / ".cache" / "handbook" / "html"
    shutil.rmtree(html)
    html.mkdir()
    for number in range(200):
        (html / f"{number:02x}").write_text("", encoding="utf-8")
    CHANGES["a body"](project)

    assert differing(built(project), afresh(project, tmp_path / "clean")) == []
    assert sorted(path.name for path in project.glob(".site-*")) == []


def test_a_store_that_is_deleted_meanwhile_changes_nothing(project: Path) -> None:
    before = files(project / "site")
    hook = project / "hooks" / "mkdocs_hooks.py"
    hook.write_text(
        hook.read_text("utf-8")
        + "\n_said = _check_anchors\n"
        + "def on_pre_template(template, *, template_name, config):\n"
        + "    shutil.rmtree(FilePath(config.config_file_path).parent / '.cache')\n"
        + "    return template\n",
        encoding="utf-8",
    )

    assert differing(built(project), before) == []


def test_two_builds_at_once_are_both_right(project: Path) -> None:
    CHANGES["a body"](project)
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir"]
    environment = os.environ | {"SOURCE_DATE_EPOCH": EPOCH, "NO_MKDOCS_2_WARNING": "1"}
    running = [
        subprocess.Popen([*command, name], cwd=project, env=environment)
        for name in ("one", "other")
    ]

    assert [one.wait() for one in running] == [0, 0]
    assert differing(files(project / "one"), files(project / "other")) == []


def test_a_clock_that_was_set_back_changes_nothing(project: Path) -> None:
    CHANGES["a body"](project)
    before = built(project)
    for path in [*kept(project), project / "data" / "sessions" / "keys.yml"]:
        os.utime(path, (4_000_000_000, 4_000_000_000))

    assert differing(built(project), before) == []


def test_a_plugin_that_is_not_known_has_all_pages_made_by_mkdocs(project: Path) -> None:
    before = files(project / "site")
    settings_file = project / "mkdocs.yml"
    settings_file.write_text(
        settings_file.read_text("utf-8").replace("plugins:", "plugins:\n  - search"), "utf-8"
    )

    after = built(project)

    differ = differing({name: after[name] for name in before}, before)
    assert differ == ["offline.json"]  # which names the files of the other search as well
