"""Reading: what YAML may look like, and that no file can make the program fall over."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from conftest import EXAMPLES, assemble, mkdocs
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from handbook.source import MAX_BYTES, Folder, Source

Tree = Callable[[Mapping[str, "str | bytes"]], Path]


def source(tree: Tree, text: str | bytes) -> Source:
    root = tree({"data/x.yml": text})
    return Folder(root).read("data/x.yml")


@pytest.mark.parametrize(
    "written",
    ["13:00", "9:30", "09:00", "no", "yes", "0320", "1.10", "12_000", "2026-03-02", "1e3", "0x1f"],
)
def test_every_scalar_stays_the_text_it_was(tree: Tree, written: str) -> None:
    assert source(tree, f"key: {written}\n").data == {"key": written}


@pytest.mark.parametrize("written", ["", "~", "null"])
def test_nothing_written_is_nothing(tree: Tree, written: str) -> None:
    assert source(tree, f"key: {written}\n").data == {"key": None}


@pytest.mark.parametrize("written", ['""', "''", "'null'", '"~"'])
def test_quoted_text_is_text(tree: Tree, written: str) -> None:
    assert source(tree, f"key: {written}\n").data == {"key": written[1:-1]}


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(tree: Tree) -> None:
    found = source(tree, "\ufefftitle: Öl\r\nbody: |\r\n  one\r\n  two\r\n".encode())

    assert found.problems == []
    assert found.data == {"title": "Öl", "body": "one\ntwo\n"}
    assert found.mark(("body",)) == (2, 7)


def test_a_non_breaking_space_inside_text_is_kept(tree: Tree) -> None:
    found = source(tree, "title: 3\u00a0credits\n")

    assert found.problems == []
    assert found.data == {"title": "3\u00a0credits"}


def test_each_value_and_key_has_its_place_and_a_missing_one_its_parent(tree: Tree) -> None:
    found = source(tree, "days:\n  - {date: 2026-10-12, slots: [a, b]}\n")

    assert found.mark(("days", 0, "slots", 1)) == (2, 35)
    assert found.mark(("days", 0, "slots"), key=True) == (2, 24)
    assert found.mark(("days", 0, "place")) == (2, 5)
    assert found.mark(("title",)) == (1, 1)


def test_a_file_over_the_limit_is_not_read(tree: Tree) -> None:
    found = source(tree, "a: " + "x" * MAX_BYTES)

    assert [problem.code for problem in found.problems] == ["HB011"]


def test_a_link_that_leaves_the_project_is_not_followed(tree: Tree) -> None:
    root = tree({"project/data/ok.yml": "a: b", "secret.yml": "password: x"})
    link = root / "project" / "data" / "x.yml"
    link.symlink_to(root / "secret.yml")

    found = Folder(root / "project").read("data/x.yml")

    assert [problem.code for problem in found.problems] == ["HB012"]
    assert found.text == ""


def astray(root: Path) -> list[tuple[str, str]]:
    return [(problem.code, problem.file) for problem in Folder(root).astray("docs")]


def test_links_below_docs_lead_to_files_that_people_edit(tree: Tree) -> None:
    root = tree({"p/docs/a/b.md": "B", "p/data/x.yml": "x", "p/mkdocs.yml": "m", "secret": "s"})
    docs = root / "p" / "docs"
    for name, target in {
        "ok.md": "a/b.md",
        "ok.yml": "../data/x.yml",
        "a/here": ".",
        "a/up": "../..",
        "folder": "a",
        "etc": "/etc",
        "out.md": "../../secret",
        "our-own": "../mkdocs.yml",
        "nowhere": "gone.md",
        "self": "self",
        "zero": "/dev/zero",
    }.items():
        (docs / name).symlink_to(target)

    assert astray(root / "p") == [
        ("HB012", f"docs/{name}")
        for name in (
            *("a/here", "a/up", "etc", "folder", "nowhere", "our-own", "out.md", "self", "zero"),
        )
    ]
    shutil.rmtree(docs)
    docs.symlink_to("data")
    assert astray(root / "p") == [("HB012", "docs")]


def test_what_is_no_plain_file_or_has_no_plain_name_is_no_page(tree: Tree) -> None:
    root = tree({"docs/a.md": "A", "docs/å b.md": "B", "docs/c\nd.md": "C"})
    os.mkfifo(root / "docs" / "pipe.md")
    (root / "docs" / os.fsdecode(b"\xff.md")).touch()

    assert astray(root) == [
        ("HB015", "docs/c\nd.md"),
        ("HB015", "docs/pipe.md"),
        ("HB015", os.fsdecode(b"docs/\xff.md")),
    ]


def test_a_pipe_is_not_waited_for(tree: Tree) -> None:
    root = tree({"data/a.yml": "a: b"})
    os.mkfifo(root / "data" / "x.yml")

    assert [problem.code for problem in Folder(root).read("data/x.yml").problems] == ["HB015"]


def test_a_build_stops_before_it_walks_what_has_no_end(tmp_path: Path) -> None:
    root = assemble(EXAMPLES / "lichens", tmp_path / "project")
    (root / "docs" / "round").symlink_to("..")
    (root / "docs" / "assets" / "again").symlink_to("..")
    os.mkfifo(root / "docs" / "pipe.md")

    built = mkdocs(root)

    assert built.returncode == 1
    assert [line.split()[2] for line in built.stderr.splitlines() if "docs/" in line] == [
        "docs/assets/again:1:1:",
        "docs/pipe.md:1:1:",
        "docs/round:1:1:",
    ]
    assert "The data has 3 errors; nothing was built." in built.stderr
    assert not (root / "site").exists()


@pytest.mark.parametrize("target", ["nowhere.yml", "x.yml"])
def test_a_link_to_nothing_or_to_itself_is_a_problem(tree: Tree, target: str) -> None:
    root = tree({"data/ok.yml": "a: b"})
    link = root / "data" / "x.yml"
    link.symlink_to(target)

    assert [problem.code for problem in Folder(root).read("data/x.yml").problems] == ["HB015"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_a_problem(tree: Tree) -> None:
    root = tree({"data/x.yml": "a: b"})
    (root / "data" / "x.yml").chmod(0)

    assert [problem.code for problem in Folder(root).read("data/x.yml").problems] == ["HB015"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=200) | st.text("ab:-[]{}#&*!|>'\"%@`\t\n \u00a0", max_size=60))
@example(b"[" * 5000)
@example(b"- " * 5000)
@example(b"? " * 5000)
@example(b"a: &a [*a]")
def test_no_bytes_make_reading_fail(tmp_path: Path, content: bytes | str) -> None:
    path = tmp_path / "x.yml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())

    found = Folder(tmp_path).read("x.yml")

    assert found.data is not None or found.problems
    assert all(problem.line >= 1 and problem.column >= 1 for problem in found.problems)
