"""A record under another id: everything that names it, and nothing else."""

from __future__ import annotations

import difflib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import EXAMPLES, ROOT
from test_skeleton import project, texts

from handbook import book as books
from handbook import cli, editor, renaming
from handbook.commands import FINE, PROBLEMS
from handbook.compose import inspect
from handbook.schema import KINDS

RECORDS = [
    (kind, record)
    for kind, collection in KINDS.items()
    if kind != "edition"
    for record in books.load(EXAMPLES / "lichens")[0].records(collection.name)
]


def changed(before: dict[str, str], after: dict[str, str], old: str, new: str) -> list[str]:
    """The lines of all files that are other, as -old and +new."""
    lines = []
    for name in sorted(after.keys() - {"data/.schema/ids.json"}):
        was = before.get(name, before.get(name.replace(f"/{new}.", f"/{old}."), ""))
        diff = difflib.unified_diff(was.split("\n"), after[name].split("\n"), n=0, lineterm="")
        lines += [line for line in list(diff)[2:] if not line.startswith("@@")]
    return lines


@pytest.mark.parametrize(("kind", "record"), RECORDS)
def test_what_names_a_record_names_it_by_its_new_id(
    kind: str, record: str, tmp_path: Path, golden: Callable[[Path, str], str]
) -> None:
    root = project(tmp_path)
    before, slots = texts(root), inspect(root).book.occurrences

    assert cli.main(["rename", kind, record, "renamed", "--root", str(root)]) == FINE

    after = inspect(root)
    assert after.problems == ()
    told = changed(before, texts(root), record, "renamed")
    text = "\n".join(told) + "\n"
    assert golden(EXAMPLES / "rename" / f"{kind}-{record}.txt", text) == text
    was, now = (
        [(one.date, one.slot.start, one.slot.identity) for one in slots]
        for slots in (slots, after.book.occurrences)
    )
    assert was == now  # so that every event keeps its identifier
    ids = (root / "data" / ".schema" / "ids.json").read_text(encoding="utf-8")
    assert ids == editor.files(after.book)["data/.schema/ids.json"]


def test_and_back_again_leaves_the_other_id_behind(tmp_path: Path) -> None:
    root = project(tmp_path)
    before = texts(root)

    for old, new in (("herbarium", "museum"), ("museum", "herbarium")):
        assert cli.main(["rename", "place", old, new, "--root", str(root)]) == FINE

    assert changed(before, texts(root), "", "") == [
        "-former_ids: [old-herbarium]",
        "+former_ids: [old-herbarium, museum]",
    ]


ODD = {
    "data/sessions/looking.yml": (
        "# about looking\n  title: 'Looking'  # seen\n  kind: lecture\n"
        "  outcomes:\n    - find-lichens  # one\n  former_ids:\n    - gazing  # before\n"
        "  body: >-\n    Folded, see\n    [this](/sessions/looking/#a) and `/sessions/looking/`.\n"
    ),
    "data/sessions/keys.yml": (
        'title: Keys\nkind: lab\noutcomes: ["name-lichens"]\nneeds:\n- "looking" # first\n'
        'body: "See [it](/sessions/looking/ \\"T\\")."\n'
    ),
    "data/waivers.yml": (
        "- {rule: HB412, place: data/sessions/looking.yml#body, reason: R, owner: O,"
        " expires: 2031-01-01}\n"
    ),
    "docs/page.md": '# P\n\n<a href="/sessions/looking/">a</a> [b](/sessions/looking/#x)\n\n'
    "    data/sessions/looking.yml\n",
}
ODD_EDITION = """\
title: Odd
when: 2032
days:
  - date: 2032-05-03
    slots:
      - session: looking # the first
        start: 09:00
        end: 10:00
        place: islet
      - {key: second, start: 11:00, end: 12:00, session: 'looking'}
"""


def test_comments_quotes_and_indentation_stay(
    tmp_path: Path, golden: Callable[[Path, str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    root = project(tmp_path)
    for name, text in {**ODD, "data/editions/2032.yml": ODD_EDITION}.items():
        (root / name).write_text(text, encoding="utf-8")
    course = root / "data" / "course.yml"  # the waiver has to silence something
    course.write_text(course.read_text().replace("shortest_text: 1}", "shortest_text: 8}"))
    before = texts(root)
    assert cli.main(["rename", "session", "looking", "null", "--root", str(root)]) == FINE

    told = changed(before, texts(root), "looking", "null")
    text = "\n".join(told) + "\n"
    assert golden(EXAMPLES / "rename" / "odd.txt", text) == text
    assert capsys.readouterr().err.endswith(
        'data/sessions/null.yml:11 still names "looking", where nothing checks it\n'
        'docs/page.md:5 still names "looking", where nothing checks it\n'
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["case", "wall-surve", "x"],
            'there is no case "wall-surve" (did you mean "wall-survey"?)',
        ),
        (["place", "islet", "herbarium"], 'there is a place "herbarium" already'),
        (["place", "islet", "old-herbarium"], '"old-herbarium" would bring 1 new problem'),
        (["edition", "2031", "2032"], "an edition keeps its id: it is a part of every entry's"),
        (["term", "uv", "U V"], '"U V" is no id: it has lower-case letters'),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    arguments: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = project(tmp_path)
    before = texts(root)

    assert cli.main(["rename", *arguments, "--root", str(root)]) != FINE
    assert capsys.readouterr().err.startswith(f"handbook: {words}")
    assert texts(root) == before


def test_a_handbook_with_faults_is_mended_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = project(tmp_path)
    (root / "data" / "cases" / "broken.yml").write_text("title: [")

    assert cli.main(["rename", "term", "uv", "ultra", "--root", str(root)]) == PROBLEMS
    assert "there are faults in the data (1 error): run handbook check" in capsys.readouterr().err


def test_every_real_record_can_be_renamed(tmp_path: Path) -> None:
    for name in ("data", "docs"):
        shutil.copytree(ROOT / name, tmp_path / name)
    found = inspect(tmp_path)

    for kind, record in (("case", "vecura"), ("term", "gmp"), ("session", "welcome")):
        done = renaming.renamed(tmp_path, found, kind, record, "renamed")
        assert len(done.changes) > 1
