"""Answers kept in parts, and what is made of damaged ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from handbook import kept
from handbook.compose import inspect
from handbook.sheets import Sheet

SHEETS = {f"{name}.md": Sheet("key", f"{name}1", ("top",), {}) for name in "abcdefgh"}


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("sheets-*/*.pickle"))}


def test_what_was_written_is_read(tmp_path: Path) -> None:
    kept.write(tmp_path, "sheets", "one", {}, SHEETS)

    assert kept.read(tmp_path, "sheets", "one") == SHEETS
    assert kept.read(tmp_path, "sheets", "other") == {}
    assert kept.read(None, "sheets", "one") == {}


def test_after_an_edit_only_one_part_is_written(tmp_path: Path) -> None:
    kept.write(tmp_path, "sheets", "one", {}, SHEETS)
    before = files(tmp_path)
    now = SHEETS | {"a.md": Sheet("new", "a2", (), {})}

    kept.write(tmp_path, "sheets", "one", SHEETS, now)

    after = files(tmp_path)
    assert len([name for name in after if after[name] != before[name]]) == 1
    assert kept.read(tmp_path, "sheets", "one") == now


def test_what_is_gone_is_forgotten(tmp_path: Path) -> None:
    kept.write(tmp_path, "sheets", "one", {}, SHEETS)
    kept.write(tmp_path, "sheets", "one", SHEETS, {})

    assert kept.read(tmp_path, "sheets", "one") == {}


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[: len(content) // 2],
        lambda _: b"",
        lambda content: content[:-1] + bytes([content[-1] ^ 1]),
        lambda content: b"\0" * len(content),
    ],
    ids=["truncated", "empty", "a bit turned", "zeros"],
)
def test_damaged_parts_are_dropped(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    kept.write(tmp_path, "sheets", "one", {}, SHEETS)
    for path in tmp_path.glob("sheets-one/*.pickle"):
        path.write_bytes(damage(path.read_bytes()))

    assert kept.read(tmp_path, "sheets", "one") == {}


class Harm:
    """What would run a function when it is unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return print, ("harm",)


def test_what_names_a_function_is_not_unpickled(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept.write(tmp_path, "sheets", "one", {}, {"a.md": Harm()})

    assert kept.read(tmp_path, "sheets", "one") == {}
    assert capsys.readouterr().out == ""


def test_the_oldest_keys_are_swept_away(tmp_path: Path) -> None:
    for number in range(kept.KEYS + 2):
        kept.write(tmp_path, "sheets", str(number), {}, SHEETS)

    assert len(list(tmp_path.glob("sheets-*"))) == kept.KEYS


def test_a_folder_that_cannot_be_written_to_is_no_harm(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    kept.write(tmp_path / "file", "sheets", "one", {}, SHEETS)

    assert kept.read(tmp_path / "file", "sheets", "one") == {}


def test_files_are_read_again_only_where_their_text_is_another(
    tree: Callable[[dict[str, str]], Path],
) -> None:
    outcome = "a:\n  text: do it\n"
    root = tree({"data/outcomes.yml": outcome, "data/stages.yml": "s: {title: S, zone: Z}\n"})
    first = inspect(root)
    (root / "data" / "outcomes.yml").write_text(outcome.replace("do it", "do more"), "utf-8")
    second = inspect(root)

    assert second.book.outcomes["a"].text == "do more"
    assert second.book.stages == first.book.stages
    kinds = {path.name.partition("-")[0] for path in (root / ".cache" / "handbook").iterdir()}
    assert "readings" in kinds
