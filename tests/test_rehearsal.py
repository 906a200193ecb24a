"""All files are written, or none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from handbook import rehearsal


def test_line_breaks_and_the_mark_at_the_beginning_stay(tree: Callable[..., Path]) -> None:
    root = tree({"data/a.yml": b"\xef\xbb\xbfa: 1\r\nb: 2\r\n", "docs/gone.md": "g"})
    new = {"data/a.yml": "a: 3\nb: 2\n", "docs/gone.md": None, "data/new/b.yml": "å\n"}

    rehearsal.write(root, new)

    assert (root / "data" / "a.yml").read_bytes() == b"\xef\xbb\xbfa: 3\r\nb: 2\r\n"
    assert (root / "data" / "new" / "b.yml").read_bytes() == "å\n".encode()
    found = sorted(path.relative_to(root).as_posix() for path in root.rglob("*"))
    assert [one for one in found if not one.startswith(".cache")] == [
        *("data", "data/a.yml", "data/new", "data/new/b.yml", "docs"),
    ]


@pytest.mark.parametrize(
    "bad",
    [
        {"data/not-there.yml": None},
        {"data/folder": "text"},
        {"data/a.yml/below.yml": "text"},
        {"README.md": "text"},
        {"data/../mkdocs.yml": "text"},
        {"/etc/hostname": "text"},
        {"data": "text"},
        {"data/out.yml": "text"},
        {"data/folder-out/new.yml": "text"},
    ],
)
def test_where_one_cannot_be_written_none_is(
    bad: dict[str, str | None], tree: Callable[..., Path]
) -> None:
    there = {"data/a.yml": "a: 1\n", "data/folder/b.yml": "b: 1\n", "elsewhere/c.yml": "c: 1\n"}
    root = tree(there)
    (root / "data" / "out.yml").symlink_to("../elsewhere/c.yml")
    (root / "data" / "folder-out").symlink_to("../elsewhere")

    with pytest.raises(OSError, match=r"not-there|no plain|leads out|a directory"):
        rehearsal.write(root, {"data/folder/b.yml": "b: 2\n", "data/new.yml": "n\n", **bad})

    assert files_below(root) == there


def test_a_link_inside_is_followed_and_stays(tree: Callable[..., Path]) -> None:
    root = tree({"data/a.yml": "a: 1\n"})
    (root / "docs").mkdir()
    (root / "docs" / "a.md").symlink_to("../data/a.yml")

    rehearsal.write(root, {"docs/a.md": "a: 2\n"})

    assert files_below(root) == {"data/a.yml": "a: 2\n"}
    assert (root / "docs" / "a.md").is_symlink()


def files_below(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): path.read_text()
        for path in root.rglob("*")
        if path.is_file() and not path.is_symlink()
    }
