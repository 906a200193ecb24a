"""All files are written, or none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from handbook import rehearsal


def test_line_breaks_and_the_mark_at_the_beginning_stay(tree: Callable[..., Path]) -> None:
    root = tree({"a.yml": b"\xef\xbb\xbfa: 1\r\nb: 2\r\n", "gone.yml": "g"})

    rehearsal.write(root, {"a.yml": "a: 3\nb: 2\n", "gone.yml": None, "new/b.yml": "å\n"})

    assert (root / "a.yml").read_bytes() == b"\xef\xbb\xbfa: 3\r\nb: 2\r\n"
    assert (root / "new" / "b.yml").read_bytes() == "å\n".encode()
    assert sorted(path.name for path in root.rglob("*")) == ["a.yml", "b.yml", "new"]


@pytest.mark.parametrize(
    "bad", [{"not-there.yml": None}, {"folder": "text"}, {"a.yml/below.yml": "text"}]
)
def test_where_one_cannot_be_written_none_is(
    bad: dict[str, str | None], tree: Callable[..., Path]
) -> None:
    root = tree({"a.yml": "a: 1\n", "folder/b.yml": "b: 1\n"})

    with pytest.raises(OSError, match=r"not-there|folder|a\.yml"):
        rehearsal.write(root, {"folder/b.yml": "b: 2\n", "new.yml": "n\n", **bad})

    found = {path.name: path.read_text() for path in root.rglob("*") if path.is_file()}
    assert found == {"a.yml": "a: 1\n", "b.yml": "b: 1\n"}
