"""What falls due: told in words and as JSON, by the day; the links that lead elsewhere."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import posting
import pytest
from conftest import EXAMPLES, ROOT
from hypothesis import given
from hypothesis import strategies as st
from test_examples import faulty

from handbook import cli, deadlines, due
from handbook.commands import FINE, USAGE
from handbook.compose import inspect

EVERYTHING = EXAMPLES / "due" / "everything"
ENDINGS = {"text": "txt", "markdown": "md", "json": "json"}
TODAY = dt.date(2026, 12, 10)
DAY = dt.timedelta(days=1)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return faulty("everything", tmp_path, "due")


@pytest.mark.parametrize("form", due.FORMATS)
def test_what_is_due_is_told_in_these_words(
    form: str, root: Path, golden: Callable[[Path, str], str]
) -> None:
    seen = due.seen((EVERYTHING / "links.json").read_text())

    listed = due.of(inspect(root).book, TODAY, seen)

    text = due.FORMATS[form](listed)
    assert golden(EVERYTHING / f"expected.{ENDINGS[form]}", text) == text


def test_the_words_change_only_when_what_is_due_does(root: Path) -> None:
    book = inspect(root).book

    said = {due.markdown(due.of(book, TODAY + number * DAY)) for number in range(1, 15)}

    assert len(said) == 1


@pytest.mark.parametrize("days", [0, 14, 15, 60, 61, 365])
def test_what_a_rule_speaks_of_is_overdue_and_nothing_else_is(days: int, root: Path) -> None:
    """So a record with a waiver is due only when that waiver has expired."""
    found = inspect(root, TODAY + days * DAY)
    spoken = [one for one in found.problems if one.code in ("HB109", "HB111", "HB113")]
    listed = due.of(found.book, found.today).items

    assert sorted((one.file, one.line, one.code) for one in spoken) == sorted(
        (one.file, one.line, one.code) for one in listed if one.overdue and one.code
    )


@given(st.dates(dt.date(1901, 1, 1), dt.date(2199, 1, 1)), st.integers(-40, 40))
def test_sources_are_fresh_to_the_end_of_the_same_month_a_year_later(
    checked: dt.date, days: int
) -> None:
    until = deadlines.a_year_after(f"{checked:%Y-%m}")
    day = until + days * DAY
    months = 12 * (day.year - checked.year) + day.month - checked.month

    assert (day > until) == (months > 12)
    assert deadlines.a_year_after(checked.isoformat()) == until
    assert deadlines.a_year_after(f"{checked:%Y}") == dt.date(checked.year + 1, 12, 31)


def test_where_nothing_is_due_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    words = "0 overdue, 0 due in the next 60 days\n"
    for form in ("text", "markdown"):
        assert cli.main(["due", "--root", str(EXAMPLES / "lichens"), "--format", form]) == FINE
        assert capsys.readouterr() == ("", words)


def test_a_link_that_could_not_be_looked_at_is_no_reason_to_write(tmp_path: Path) -> None:
    book = inspect(faulty("everything", tmp_path, "due")).book
    url = "https://walls.example/"
    early = dt.date(2020, 1, 1)

    assert due.markdown(due.of(book, early, {url: ("unseen", "403 Forbidden")})) == ""
    assert url in due.markdown(due.of(book, early, {url: ("dead", "410 Gone")}))


def test_what_is_found_out_of_links_is_handed_back(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["due", "--root", str(root), "--format", "json"]) == FINE
    links = json.loads(capsys.readouterr().out)["links"]
    file = tmp_path / "links.json"
    file.write_text(
        json.dumps([{"url": one["url"], "state": "dead", "why": "410 Gone"} for one in links])
    )
    told = ["due", "--root", str(root), "--links", str(file)]

    assert cli.main(told) == FINE
    assert capsys.readouterr().err == "2 overdue, 4 due in the next 60 days, 7 of 7 links dead\n"
    file.write_text('[{"url": "https://a.example", "state": "perhaps", "why": ""}]')
    assert cli.main(told) == USAGE
    assert capsys.readouterr().err == (
        f"handbook: {file}: no list of links and how they are: "
        "0.state: Input should be 'there', 'dead' or 'unseen'\n"
    )
    file.unlink()
    assert cli.main(told) == USAGE
    assert capsys.readouterr().err == f"handbook: {file}: No such file or directory\n"


def test_a_handbook_with_faults_tells_what_can_be_read(root: Path) -> None:
    (root / "data" / "course.yml").write_text("title: [")
    (root / "data" / "references.bib").write_text("@book{a,")

    listed = due.of(inspect(root).book, TODAY)

    assert [one.kind for one in listed.items] == ["change", "agreement", "waiver", "review"]
    assert [one.url for one in listed.links] == [
        "https://kuusi.example/",
        "https://kuusi.example/aino",
        "https://kuusi.example/key.pdf",
        "https://moss.example/",
        "https://walls.example/",
    ]


HOSTILE = "Aino ``` --> </details> ![x](//a.example/x.png) @everyone #1 ::error::x ${{ x }} [y]: z"


def test_hostile_names_are_names(root: Path) -> None:
    sound = due.of(inspect(root).book, TODAY)
    lecturer = root / "data" / "lecturers" / "aino-esimerkki.yml"
    lecturer.write_text(lecturer.read_text().replace("name: Aino Esimerkki", f"name: '{HOSTILE}'"))
    listed = due.of(inspect(root).book, TODAY)

    for written in (due.text, due.markdown):
        said = written(listed)
        assert said.count("\n") == written(sound).count("\n")
        assert not any(sign in said for sign in ("-->", "::", "${{"))
    posted = posting.harmless(due.markdown(listed))
    assert not any(sign in posted for sign in ("<", "](", "]:", "@e", "#1"))


def test_many_things_are_cut_to_what_an_issue_holds(root: Path) -> None:
    for number in range(2_000):
        (root / "data" / "lecturers" / f"x{number}.yml").write_text(
            f"name: {'X' * 300}\npublish: {{until: 2026-01-01}}\nurl: https://x.example/{number}\n"
        )
    book = inspect(root).book
    seen = {f"https://x.example/{number}": ("dead", "410 Gone") for number in range(2_000)}

    said = due.markdown(due.of(book, TODAY, seen))  # type: ignore[arg-type]

    assert len(said) < posting.LONGEST
    assert "- and 1962 more\n" in said
    assert "- and 1960 more\n" in said


def test_the_real_course_links_only_what_is_an_address() -> None:
    links = due.of(inspect(ROOT).book, TODAY).links

    assert links
    assert all(one.url.startswith(("https://", "http://")) and one.places for one in links)
