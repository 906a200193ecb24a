from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

from conftest import EXAMPLES

from handbook import offline
from handbook.compose import inspect


def test_a_student_needs_the_run_first_and_the_words_last() -> None:
    book = inspect(EXAMPLES / "lichens").book

    assert offline.wanted(book, dt.date(2031, 6, 1)) == (
        "503.html",
        "",
        "timetable/",
        "timetable/2031/",
        "practical/",
        "places/herbarium/",
        "places/islet/",
        "sessions/looking/",
        "sessions/collecting/",
        "sessions/supper/",
        "sessions/keys/",
        "sessions/naming/",
        "glossary/",
    )


def test_the_edition_s_place_is_where_a_slot_without_one_is(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "lichens" / "data", tmp_path / "data")
    edition = tmp_path / "data" / "editions" / "2031.yml"
    said = edition.read_text(encoding="utf-8")
    edition.write_text(said.replace(" place: herbarium,", ""))

    wanted = offline.wanted(inspect(tmp_path).book, dt.date(2031, 6, 1))

    assert wanted == offline.wanted(inspect(EXAMPLES / "lichens").book, dt.date(2031, 6, 1))


def test_the_list_names_all_files_and_keeps_parts_and_what_fits() -> None:
    files = {
        "": b"home",
        "sessions/": b"",
        "timetable/": b"x" * (offline.LIMIT - 10),
        "practical/": b"y" * 10,
        "assets/a.css": b"a{}",
    }

    kept = {address: offline.kept(content) for address, content in files.items()}

    made = json.loads(offline.listing(kept, ["", "timetable/", "practical/"]))

    assert made["keep"] == ["assets/a.css", "", "timetable/"]
    assert list(made["files"]) == list(files)
    assert made["files"]["sessions/"] == "e3b0c44298fc1c14"
