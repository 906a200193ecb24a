"""The faults that people make: told on their line, mended by the hint, and by `check --fix`.

Each folder of examples/mistakes, and each of these faults, is laid over the second course. What
its hint says, followed to the letter, stands in `followed/`, or is the second course as it was.
"""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable
from difflib import SequenceMatcher
from pathlib import Path

import pytest
from conftest import EXAMPLES
from hypothesis import given, settings
from hypothesis import strategies as st
from test_examples import faulty

from handbook import cli, mend, report, spelling
from handbook.commands import FINE, PROBLEMS
from handbook.compose import inspect

LICHENS = EXAMPLES / "lichens"
MISTAKES = [
    *(("mistakes", path.name) for path in sorted((EXAMPLES / "mistakes").iterdir())),
    ("faults", "HB002-colon-in-a-title"),
    ("faults", "HB002-no-space-after-the-colon"),
    ("faults", "HB002-open-bracket"),
    ("faults", "HB002-open-quote"),
    ("faults", "HB002-text-not-indented"),
    ("faults", "HB002-wrong-indent"),
    ("faults", "HB003-tab"),
    ("faults", "HB004-field-twice"),
    ("faults", "HB005-merge-conflict"),
    ("faults", "HB013-id-with-capitals"),
    ("faults", "HB014-no-break-space-after-colon"),
    ("faults", "HB014-no-break-space-in-a-name"),
    ("faults", "HB101-in-a-slot"),
    ("faults", "HB101-misspelt-field"),
    ("faults", "HB101-no-space-after-the-colon"),
    ("faults", "HB102-comma-missing"),
    ("faults", "HB102-misspelt-lecturer"),
    ("faults", "HB105-time-with-a-point"),
    ("faults", "HB105-unknown-kind"),
    ("faults", "HB201-key-twice"),
    ("faults", "HB203-slot-ends-before-it-starts"),
    ("faults", "HB403-no-such-page"),
    ("faults", "HB407-without-brackets"),
]


def files(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted((root / "data").rglob("*"))
        if path.is_file()
    }


def followed(kind: str, name: str) -> dict[str, bytes]:
    """The files of the second course after the hint was followed."""
    overlay = EXAMPLES / kind / name / "followed"
    return files(LICHENS) | (files(overlay) if overlay.is_dir() else {})


def lines_of(before: bytes, after: bytes) -> set[int]:
    """The lines of a text that change, or stand before a line that comes in."""
    old, new = before.decode().split("\n"), after.decode().split("\n")
    found = set()
    for tag, start, end, _, _ in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            found |= set(range(start, max(end, start + 1) + 1)) if tag == "insert" else set()
            found |= set(range(start + 1, end + 1))
    return found


@pytest.mark.parametrize("name", [name for kind, name in MISTAKES if kind == "mistakes"])
def test_a_mistake_gives_exactly_these_words(
    name: str, tmp_path: Path, golden: Callable[[Path, str], str]
) -> None:
    found = inspect(faulty(name, tmp_path, "mistakes")).problems

    told = report.text(found)
    assert golden(EXAMPLES / "mistakes" / name / "problems.txt", told) == told


@pytest.mark.parametrize(("kind", "name"), MISTAKES)
def test_a_mistake_is_told_on_its_line_and_its_hint_mends_it(
    kind: str, name: str, tmp_path: Path
) -> None:
    root = faulty(name, tmp_path, kind)
    right = followed(kind, name)
    found = inspect(root).problems

    assert 1 <= len(found) <= 2
    assert any(
        problem.line in lines_of(files(root)[problem.file], right[problem.file])
        for problem in found
    )
    for file, content in right.items():
        (root / file).write_bytes(content)
    assert inspect(root).problems == ()


def test_what_has_one_right_answer_is_mended_as_the_hint_says(
    tmp_path: Path, golden: Callable[[Path, str], str]
) -> None:
    told = []
    for kind, name in MISTAKES:
        root = faulty(name, tmp_path / name, kind)
        before = files(root)
        planned = mend.plan(root, inspect(root))
        assert files(root) == before
        told += [f"{kind}/{name}\n", *(f"  {one}\n" for one in planned.mends)]
        if planned.mends:
            mend.write(root, planned)
            assert files(root) == followed(kind, name)
            assert planned.found.problems == inspect(root).problems == ()

    text = "".join(told)
    assert golden(EXAMPLES / "mended.txt", text) == text


# --- Many at once ----------------------------------------------------------------------------

NO_BREAK = "\u00a0"
SEEDS = [
    ("data/editions/2031.yml", "start: 09:00", "start: 9:00"),
    ("data/editions/2031.yml", "end: 10:00", "end: 10.00"),
    ("data/editions/2031.yml", "session: looking", "session: “looking”"),
    ("data/editions/2031.yml", "session: supper", "sesion: supper"),
    ("data/editions/2031.yml", "session: naming", f"session: naming{NO_BREAK}"),
    ("data/editions/2031.yml", "kind: travel", "kind: Travel"),
    ("data/editions/2031.yml", "start: 13:00", "start: 0.541666"),
    ("data/editions/2031.yml", "- date: 2031-05-31", "- date: 31.05.2031"),
    ("data/editions/2031.yml", ", note:", f",{NO_BREAK}note:"),
    (
        "data/editions/2031.yml",
        "place: islet, hosts: [kuusi-uni",
        "place: Islet, hosts: [Kuusi_uni",
    ),
    ("data/sessions/looking.yml", "kind: lecture", "kind:lecture"),
    ("data/sessions/looking.yml", "before: |", f"before:{NO_BREAK}|"),
    ("data/sessions/looking.yml", "outcomes:", "Outcomes:"),
    ("data/sessions/keys.yml", "title: Keys and their traps", "tilte: Keys and their traps"),
    ("data/sessions/keys.yml", "[name-lichens]", "[name-lichen]"),
    ("data/glossary.yml", "uv:\n  term", "UV:\n  term"),
    ("data/glossary.yml", "  see:", "\tsee:"),
    ("data/places/islet.yml", "/places/herbarium/", "/places/old-herbarium/"),
    ("data/outcomes.yml", "official: true", "official: Yes"),
]


def remarked(text: str) -> str:
    """A text of YAML with comments above and below it that hold faults of all kinds."""
    remark = "# räksmörgås: “don't touch”\t9:00 kind:x\n"
    return f"{remark}\n{text}\n{remark}"


@settings(deadline=None, max_examples=30)
@given(
    seeds=st.sets(st.sampled_from(SEEDS), min_size=1),
    newline=st.sampled_from(["\n", "\r\n"]),
    mark=st.sampled_from(["", "\ufeff"]),
)
def test_all_else_survives_byte_by_byte_and_a_second_run_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory,
    seeds: set[tuple[str, str, str]],
    newline: str,
    mark: str,
) -> None:
    root = tmp_path_factory.mktemp("seeded")
    shutil.copytree(LICHENS / "data", root / "data")
    shutil.copytree(LICHENS / "docs", root / "docs")
    for file in {file for file, _, _ in SEEDS}:
        text = mark + remarked((root / file).read_text(encoding="utf-8"))
        (root / file).write_bytes(text.replace("\n", newline).encode())
    sound = files(root)
    assert inspect(root).problems == ()
    for file, right, wrong in seeds:
        content = (root / file).read_bytes()
        before, after = (text.replace("\n", newline).encode() for text in (right, wrong))
        assert before in content
        (root / file).write_bytes(content.replace(before, after, 1))

    planned = mend.plan(root, inspect(root))
    mend.write(root, planned)

    assert files(root) == sound
    assert planned.found.problems == ()
    assert mend.plan(root, inspect(root)).mends == ()


@pytest.mark.parametrize("name", sorted(path.name for path in (EXAMPLES / "faults").iterdir()))
def test_no_mend_adds_a_problem_of_reading_and_a_second_run_changes_nothing(
    name: str, tmp_path: Path
) -> None:
    root = faulty(name, tmp_path)
    found = inspect(root)

    planned = mend.plan(root, found)
    mend.write(root, planned)

    assert len(planned.found.problems) <= len(found.problems) - bool(planned.mends)
    assert mend.plan(root, inspect(root)).mends == ()


# --- What is left to people ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "right", "wrong"),
    [
        ("data/sessions/keys.yml", "[name-lichens]", "[name-lichens, name-lichen]"),  # twice
        ("data/sessions/keys.yml", "kind: workshop", "kind: workshop\ntitel: Keys"),  # twice
        ("data/editions/2031.yml", "end: 14:00", "end: 9:00"),  # before its start
        ("data/editions/2031.yml", "start: 13:00", "start: 1:00"),  # or 13:00
        ("data/editions/2031.yml", "start: 13:00", "start: 0.45"),  # or 10:48
        ("data/editions/2031.yml", "- date: 2031-05-31", "- date: 05/06/2031"),  # or May
        ("data/editions/2031.yml", "lecturers: [aino-esim", "lecturers: [aina-esim"),  # or Aina
        ("data/editions/2031.yml", "groups: [a]", "groups: [c]"),
        ("data/cases/wall-survey.yml", "[@kuusi2024walls]", "[@kuusi2023walls]"),
    ],
)
def test_what_only_a_person_knows_is_left_as_it_is(
    file: str, right: str, wrong: str, tmp_path: Path
) -> None:
    shutil.copytree(LICHENS, tmp_path, dirs_exist_ok=True)
    text = (tmp_path / file).read_text(encoding="utf-8")
    assert right in text
    (tmp_path / file).write_text(text.replace(right, wrong, 1), encoding="utf-8")
    found = inspect(tmp_path)

    assert found.problems != ()
    assert mend.plan(tmp_path, found).mends == ()


@pytest.mark.parametrize(
    ("word", "choices", "fixed", "meant"),
    [
        ("Daniela_Silva ", ["daniela-silva", "daniel-silva"], False, "daniela-silva"),
        ("daniella-silva", ["daniela-silva"], False, "daniela-silva"),
        ("Linköping", ["linkoping"], False, "linkoping"),
        ("anna-berg", ["anne-berg"], False, None),
        ("lunch-3", ["lunch-1", "lunch-2"], False, None),
        ("moss2018", ["moss2018a"], False, None),
        ("lab-a", ["lab-ab"], False, None),
        ("cells", ["cell", "scells"], False, None),
        ("knid", ["kind"], True, "kind"),
        ("kimd", ["kind"], True, "kind"),
        ("nde", ["end"], True, None),
    ],
)
def test_only_one_can_be_meant(
    word: str, choices: list[str], meant: str | None, *, fixed: bool
) -> None:
    assert spelling.neighbour(word, choices, fixed=fixed) == meant


# --- Writing ---------------------------------------------------------------------------------


def test_a_file_that_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    root = faulty("HB013-id-with-capitals", tmp_path)
    planned = mend.plan(root, inspect(root))
    (root / "data" / "glossary.yml").write_text("changed: by somebody\n")
    before = files(root)

    with pytest.raises(mend.ChangedMeanwhileError, match=r"data/glossary\.yml"):
        mend.write(root, planned)
    assert files(root) == before


def test_a_file_keeps_its_rights_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    root = faulty("HB105-time-with-a-point", tmp_path)
    path = root / "data" / "editions" / "2031.yml"
    path.chmod(0o640)

    mend.write(root, mend.plan(root, inspect(root)))

    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(path.parent.iterdir()) == [path]


def test_each_mend_is_told_and_then_what_remains(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = faulty("several-files-at-once", tmp_path)

    assert cli.main(["check", "--root", str(root), "--fix"]) == PROBLEMS

    told = capsys.readouterr()
    assert told.err == 'data/sessions/keys.yml:2: "workshp" became "workshop"\n3 errors\n'
    assert told.out == report.explained(inspect(root).problems)


def test_when_all_is_mended_the_check_passes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = faulty("HB014-no-break-space-in-a-name", tmp_path)

    assert cli.main(["check", "--root", str(root), "--fix"]) == FINE
    assert capsys.readouterr() == (
        "",
        'data/sessions/looking.yml:2: "kind\\u00a0" became "kind"\nno problems\n',
    )
