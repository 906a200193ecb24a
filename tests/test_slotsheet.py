"""The timetable as a spreadsheet: what programs write is read, and only what is changed changes."""

from __future__ import annotations

import csv
import difflib
import io
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import EXAMPLES, ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from handbook import cli, slotsheet, spreadsheet
from handbook.commands import FINE, PROBLEMS, USAGE
from handbook.compose import Composition, inspect
from handbook.source import Folder

CASES = sorted(path.name for path in (EXAMPLES / "spreadsheet").iterdir())


def project(folder: Path, case: str = "") -> Path:
    """The second course, with what a case has of its own."""
    root = folder / "project"
    shutil.copytree(EXAMPLES / "lichens" / "data", root / "data")
    (root / "docs").mkdir()
    if (EXAMPLES / "spreadsheet" / case / "data").is_dir():
        shutil.copytree(EXAMPLES / "spreadsheet" / case / "data", root / "data", dirs_exist_ok=True)
    return root


def texts(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes().decode()
        for path in sorted((root / "data").rglob("*.yml"))
    }


def differences(before: dict[str, str], after: dict[str, str]) -> Iterator[str]:
    for name, text in after.items():
        lines = difflib.unified_diff(
            before[name].splitlines(), text.splitlines(), name, name, n=0, lineterm=""
        )
        yield from lines


@pytest.mark.parametrize("case", CASES)
def test_a_sheet_is_read_or_refused_in_words(
    case: str,
    tmp_path: Path,
    golden: Callable[[Path, str], str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    root = project(tmp_path, case)
    monkeypatch.chdir(EXAMPLES / "spreadsheet" / case)
    before = texts(root)

    status = cli.main(["import", "sheet.csv", "--root", str(root)])

    out, told = capsys.readouterr()
    after = texts(root)
    lines = [*told.splitlines(), *differences(before, after)]
    text = "\n".join(lines) + "\n"
    assert golden(EXAMPLES / "spreadsheet" / case / "expected.txt", text) == text
    assert out == ""
    assert (status == PROBLEMS) == ("nothing was written" in lines[-1] and "says" not in told)
    if status == PROBLEMS:
        assert after == before
    else:
        assert inspect(root).sound
        assert cli.main(["import", "sheet.csv", "--root", str(root)]) == FINE
        assert texts(root) == after


def test_an_export_says_what_the_data_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root, sheet = project(tmp_path), tmp_path / "timetable.csv"
    before = texts(root)

    assert cli.main(["export", str(sheet), "--root", str(root)]) == FINE
    assert capsys.readouterr() == ("", f"wrote the 7 slots of 2031 to {sheet}\n")
    first = sheet.read_bytes()
    assert cli.main(["import", str(sheet), "--root", str(root)]) == FINE
    assert texts(root) == before
    assert cli.main(["export", str(sheet), "--root", str(root)]) == FINE
    assert sheet.read_bytes() == first
    assert first.decode() == (
        "\ufeffedition,date,start,end,session,title,kind,key,place,lecturers,hosts,groups,status,"
        "note\r\n"
        "2031,2031-05-30,09:00,10:00,looking,,,looking,herbarium,aino-esimerkki,,,confirmed,\r\n"
        "2031,2031-05-30,10:00,11:00,,Boat,travel,boat,,,,,confirmed,\r\n"
        "2031,2031-05-30,11:00,15:00,collecting,,,collecting-a,islet,,kuusi-university,a,"
        "provisional,\r\n"
        "2031,2031-05-30,11:00,15:00,collecting,,,collecting-b,islet,,kuusi-university,b,"
        "confirmed,\r\n"
        "2031,2031-05-30,18:00,20:00,supper,,,supper,,,,,cancelled,\r\n"
        "2031,2031-05-31,13:00,14:00,keys,,,keys,herbarium,aino-esimerkki,,,confirmed,\r\n"
        "2031,2031-05-31,14:00,16:00,naming,,,naming,herbarium,,,,confirmed,"
        "Microscopes are shared.\r\n"
    )


def test_a_sheet_with_changes_is_not_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root, sheet = project(tmp_path), tmp_path / "timetable.csv"
    assert cli.main(["export", str(sheet), "--root", str(root)]) == FINE
    changed = sheet.read_bytes().replace(b"09:00,10:00", b"09:00,10:15")
    sheet.write_bytes(changed)
    capsys.readouterr()

    assert cli.main(["export", str(sheet), "--root", str(root)]) == PROBLEMS
    assert sheet.read_bytes() == changed
    assert capsys.readouterr().err == (
        f"handbook: {sheet} is there, and says something else than the data: import or delete it\n"
    )


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["export", "timetable.xlsx"], USAGE, "timetable.xlsx is no name for a sheet"),
        (["import", "nowhere.csv"], USAGE, "nowhere.csv: No such file or directory"),
        (["export", "nowhere/timetable.csv"], PROBLEMS, "No such file or directory"),
        (["export", "x.csv", "--root", "/nowhere"], USAGE, "there is no folder /nowhere"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(
    arguments: list[str],
    status: int,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    root = ["--root", str(project(tmp_path))] if "--root" not in arguments else []
    monkeypatch.chdir(tmp_path)

    assert cli.main([*arguments, *root]) == status
    assert words in capsys.readouterr().err


def test_windows_line_ends_of_an_edition_stay(tmp_path: Path) -> None:
    root, sheet = project(tmp_path), tmp_path / "timetable.csv"
    edition = root / "data" / "editions" / "2031.yml"
    before = edition.read_bytes().replace(b"\n", b"\r\n")
    edition.write_bytes(b"\xef\xbb\xbf" + before)
    assert cli.main(["export", str(sheet), "--root", str(root)]) == FINE
    sheet.write_bytes(sheet.read_bytes().replace(b"09:00,10:00", b"09:00,09:45"))

    assert cli.main(["import", str(sheet), "--root", str(root)]) == FINE

    after = before.replace(b"start: 09:00, end: 10:00", b"start: 09:00, end: 09:45")
    assert edition.read_bytes() == b"\xef\xbb\xbf" + after


def test_a_sheet_mends_what_is_wrong_in_the_data(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root, sheet = project(tmp_path), tmp_path / "timetable.csv"
    edition = root / "data" / "editions" / "2031.yml"
    sound = edition.read_text(encoding="utf-8")
    edition.write_text(sound.replace("start: 13:00, end: 14:00", "start: 13:00, end: 15:00"))
    assert not inspect(root).sound
    assert cli.main(["export", str(sheet), "--root", str(root)]) == FINE
    sheet.write_bytes(sheet.read_bytes().replace(b"13:00,15:00", b"13:00,14:00"))

    assert cli.main(["import", str(sheet), "--root", str(root)]) == FINE
    assert edition.read_text(encoding="utf-8") == sound

    edition.write_text(f"{sound}  - [\n", encoding="utf-8")
    capsys.readouterr()
    for command in ("export", "import"):
        assert cli.main([command, str(sheet), "--root", str(root)]) == PROBLEMS
    assert capsys.readouterr().err.splitlines()[:2] == [
        "handbook: data/editions/2031.yml has faults: run handbook check",
        f"{sheet}: data/editions/2031.yml has faults: run handbook check",
    ]


def test_every_row_of_the_real_course_comes_back() -> None:
    found = inspect(ROOT)

    sheet = slotsheet.exported(found)

    assert slotsheet.imported(ROOT, found, sheet.raw) == slotsheet.Imported()
    assert sheet.raw.startswith(b"\xef\xbb\xbfedition;date;start;end;session;")


# --- Any edits --------------------------------------------------------------------------------

LICHENS = inspect(EXAMPLES / "lichens")
SPACE = st.sampled_from(["", "a note", "Boots: yes, #1", "'quoted' \"twice\"", "å – 🧪", "=1+1"])
EDITS = st.fixed_dictionaries(
    {},
    optional={
        "date": st.sampled_from([f"2031-05-{day}" for day in (30, 31)]),
        "start": st.sampled_from(["07:00", "08:05", "09:00"]),
        "end": st.sampled_from(["20:30", "21:00", "23:59"]),
        "place": st.sampled_from(["", "herbarium", "islet"]),
        "lecturers": st.sampled_from(["", "aino-esimerkki"]),
        "hosts": st.sampled_from(["", "kuusi-university"]),
        "groups": st.sampled_from(["", "a", "b", "a | b", "b | a"]),
        "status": st.sampled_from(["", "example", "cancelled", "confirmed"]),
        "note": SPACE,
    },
)
KEYS = [one.slot.identity for one in LICHENS.book.occurrences]


def rows_of(raw: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


@settings(deadline=None, max_examples=40)
@given(st.dictionaries(st.sampled_from(KEYS), EDITS), st.randoms(use_true_random=False))
def test_what_is_edited_and_nothing_else_comes_back(
    edits: dict[str, dict[str, str]], order: Any
) -> None:
    rows = rows_of(slotsheet.exported(LICHENS).raw)
    for row in rows:
        row |= {
            name: spreadsheet.guarded(value) if name == "note" else value
            for name, value in edits.get(row["key"], {}).items()
        }
    order.shuffle(rows)
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, list(rows[0]), delimiter=order.choice(",;\t"))
    table.writeheader()
    table.writerows(rows)

    after = written(LICHENS, text.getvalue().encode(order.choice(["utf-8", "utf-16"])))

    assert sorted(rows_of(slotsheet.exported(after).raw), key=str) == sorted(rows, key=str)
    before, now = (
        one.book.origins["editions", "2031"].source.text.split("\n") for one in (LICHENS, after)
    )
    taught = {row["date"] for row in rows}
    for line in before:
        touched = any(f" {key}," in line for key in edits)
        empty = line.startswith("  - date: ") and line.split()[-1] not in taught
        assert touched or empty or line in now


def written(found: Composition, raw: bytes) -> Composition:
    """The handbook with a sheet in it, whatever the rules of the timetable say."""
    reading = slotsheet.Reading(found.book, spreadsheet.read(raw, slotsheet.columns()))
    files = slotsheet.changed(found.book, reading)
    assert reading.refused == []
    drafts = {file: text.encode() for file, text in files.items()}
    return inspect(EXAMPLES / "lichens", found.today, Folder(EXAMPLES / "lichens", drafts))
