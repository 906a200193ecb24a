"""What is kept between runs."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from handbook import bibliography, store
from handbook.source import Source

BIB = Source(
    "data/references.bib",
    "@misc{a, title = {A}}\n@book{b, author = {B}, title = {T},\n publisher = {P}, year = 1999}\n",
)


def test_an_answer_is_found_again_by_what_it_was_made_from(tmp_path: Path) -> None:
    key = store.digest("text", "1.0")
    store.write(tmp_path / "kept", "notes", key, {"a": "A."})

    assert store.read(tmp_path / "kept", "notes", key) == {"a": "A."}
    assert store.read(tmp_path / "kept", "notes", store.digest("text", "1.1")) == {}


@pytest.mark.parametrize("damage", ["", "{", "[]", "null", '{"a": "tru'])
def test_a_damaged_answer_is_none(tmp_path: Path, damage: str) -> None:
    (tmp_path / "notes-x.json").write_text(damage)

    assert store.read(tmp_path, "notes", "x") == {}


DEEP = "[" * 100_000
HUGE = "0" * (store.LARGEST + 1)


@pytest.mark.parametrize("damage", [DEEP, '{"a": ' * 100_000, HUGE])
def test_an_answer_that_means_harm_is_none(tmp_path: Path, damage: str) -> None:
    (tmp_path / "notes-x.json").write_text(damage)

    assert store.read(tmp_path, "notes", "x") == {}


def test_a_pipe_a_device_and_a_link_are_no_answers(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "notes-pipe.json")
    (tmp_path / "notes-zero.json").symlink_to("/dev/zero")
    (tmp_path / "real.json").write_text('{"a": "A."}')
    (tmp_path / "notes-link.json").symlink_to("real.json")

    assert [store.read(tmp_path, "notes", key) for key in ("pipe", "zero", "link")] == [{}] * 3


def test_answers_that_came_with_a_clone_are_not_asked(tmp_path: Path) -> None:
    kept = tmp_path / ".cache" / "handbook"
    assert store.of(tmp_path) == kept
    store.write(kept, "notes", "x", {"a": "made up"})
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    assert store.of(tmp_path) == kept

    subprocess.run(["git", "add", "-f", ".cache"], cwd=tmp_path, check=True)
    assert store.of(tmp_path) is None
    assert store.keep(tmp_path, "roll.md", "text") is None


@pytest.mark.parametrize("link", [".cache", ".cache/handbook"])
def test_a_store_that_is_elsewhere_is_none(link: str, tmp_path: Path) -> None:
    (tmp_path / "p" / link).parent.mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "p" / link).symlink_to(tmp_path / "elsewhere")

    assert store.of(tmp_path / "p") is None
    assert store.keep(tmp_path / "p", "roll.md", "text") is None
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_only_the_latest_answers_are_kept(tmp_path: Path) -> None:
    for number in range(store.KEPT + 5):
        store.write(tmp_path, "notes", str(number), {})

    assert len(list(tmp_path.iterdir())) == store.KEPT


def test_where_nothing_can_be_written_the_answer_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")

    store.write(tmp_path / "file", "notes", "x", {"a": "A."})

    assert store.read(tmp_path / "file", "notes", "x") == {}


def test_notes_are_the_same_with_and_without_what_was_kept(tmp_path: Path) -> None:
    first = bibliography.load(BIB, tmp_path)
    notes = dict(first.notes)
    second = bibliography.load(BIB, tmp_path)

    assert dict(second.notes) == notes == dict(bibliography.load(BIB).notes)
    assert notes == {"a": "A.", "b": "B. *T*. P, 1999."}
    assert second.text("b", "year") == "1999"
    assert "_entries" not in vars(second)


@pytest.mark.parametrize(
    ("entry", "note"),
    [
        ("@misc{a, title = {{Lavar på Öland}}, langid = {swedish}}", "[Lavar på Öland]{lang=sv}."),
        ("@misc{a, title = {Lavar på Öland}, langid = {swedish}}", "[Lavar på Öland]{lang=sv}."),
        ("@misc{a, title = {Flechten}, langid = {ngerman}}", "[Flechten]{lang=de}."),
        (
            "@book{a, author = {B}, title = {T}, publisher = {P}, year = 1, langid = {finnish}}",
            "B. *[T]{lang=fi}*. P, 1.",
        ),
        ("@misc{a, title = {Klingon}, langid = {tlhingan}}", "Klingon."),
    ],
)
def test_a_title_in_another_language_is_marked_as_that(entry: str, note: str) -> None:
    assert bibliography.load(Source("data/references.bib", entry)).note("a") == note
