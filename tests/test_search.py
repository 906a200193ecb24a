"""What can be found: documents made of records and pages, and the plain words of a text."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import EXAMPLES, ROOT

from handbook import prose, search
from handbook.compose import Composition, compose


@pytest.fixture
def lichen_course(tmp_path: Path) -> Path:
    for name in ("data", "docs"):
        shutil.copytree(EXAMPLES / "lichens" / name, tmp_path / name)
    shutil.copytree(ROOT / "overrides", tmp_path / "overrides")
    return tmp_path


def exported(made: Composition, path: str) -> bytes:
    return next(export.content for export in made.exports if export.path == path)


def test_the_second_course_can_be_found_like_this(
    lichen_course: Path, golden: Callable[[Path, str], str]
) -> None:
    made = compose(lichen_course)
    names, texts = (json.loads(exported(made, path)) for path in (search.NAMES, search.TEXT))
    rules = names["documents"]["href"].index("contributing/rules/")
    documents = [
        {name: column[number] for name, column in names["documents"].items() if column[number]}
        | {"later": texts[number] if number != rules else "the rules"}
        for number in range(len(texts))
    ]

    written = json.dumps([names["suggestions"], *documents], ensure_ascii=False, indent=1)
    text = f"{written}\n"
    assert golden(EXAMPLES / "lichens" / "search.json", text) == text


def test_names_know_the_texts_that_belong_to_them(lichen_course: Path) -> None:
    first = compose(lichen_course)
    session = lichen_course / "data" / "sessions" / "looking.yml"
    session.write_text(session.read_text().replace("body: |\n", "body: |\n  Now quicker.\n\n", 1))
    second = compose(lichen_course)
    told = [json.loads(exported(made, search.NAMES))["text"] for made in (first, second)]

    assert [re.sub("[0-9a-f]{12}", "…", one) for one in told] == ["text.json?…", "text.json?…"]
    assert told[0] != told[1]


def test_the_same_course_gives_the_same_bytes() -> None:
    first, second = compose(ROOT), compose(ROOT)

    for path in (search.NAMES, search.TEXT):
        assert exported(first, path) == exported(second, path)


def test_every_record_and_page_is_one_document() -> None:
    made = compose(ROOT)
    hrefs = [href or "" for href in json.loads(exported(made, search.NAMES))["documents"]["href"]]
    book = made.book

    assert len(hrefs) == len(set(hrefs))
    assert len(hrefs) == len(json.loads(exported(made, search.TEXT)))
    for collection in ("sessions", "cases", "frameworks", "lecturers", "places"):
        assert {f"{collection}/{one}/" for one in book.records(collection)} <= set(hrefs)
    assert {f"glossary/#{one}" for one in book.glossary} <= set(hrefs)
    assert {f"outcomes/#{one}" for one in book.outcomes} <= set(hrefs)
    assert {f"pipeline/#{one}" for one in book.stages} <= set(hrefs)
    assert {"", "practical/", "timetable/", "privacy/", "references/"} <= set(hrefs)


@pytest.mark.parametrize(
    ("today", "sessions"),
    [
        (dt.date(2031, 1, 1), []),
        (dt.date(2031, 5, 30), ["sessions/looking/", "sessions/collecting/", "sessions/supper/"]),
        (dt.date(2032, 1, 1), []),
    ],
)
def test_during_a_run_the_next_day_is_suggested_first(
    lichen_course: Path, today: dt.date, sessions: list[str]
) -> None:
    book = compose(lichen_course).book
    first = ["timetable/", "practical/", "sessions/", "cases/", "frameworks/", "glossary/"]

    assert search.suggestions(book, today) == [*sessions, *first]


def test_a_former_id_is_another_name(lichen_course: Path) -> None:
    session = lichen_course / "data" / "sessions" / "looking.yml"
    session.write_text(f"{session.read_text()}former_ids: [slow-gazing]\n")
    documents = json.loads(exported(compose(lichen_course), search.NAMES))["documents"]

    assert documents["aliases"][documents["href"].index("sessions/looking/")] == ["slow gazing"]


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("A *b* **c** `d_e` f_g_h _i_.", "A b c d_e f_g_h i."),
        (
            "See [the code](../x.md#y), ![a map](m.png) and [two][1].",
            "See the code, a map and two.",
        ),
        ("Said[@kuusi2024, p. 3] twice[^n1].\n\n[^n1]: A note.", "Said twice."),
        ("*[UV]: **ultraviolet**\n\nLight\n\n\\bibliography", "Light"),
        ("| A | B |\n|:--|--:|\n| one | two |", "A B one two"),
        ("- one\n- two\n\n1. three\n\n> four", "one two three four"),
        ('<!-- part: days -->\n<div class="x" markdown="1">\n\nx\n\n</div>', "x"),
        ("CD34&#43; &lt;b&gt; \\*", "CD34+ <b> *"),
        ("```yaml\ntitle: x\n```", "title: x"),
        ("At https://example.org/a_b now", "At now"),
    ],
)
def test_only_the_words_of_a_text(markdown: str, words: str) -> None:
    assert prose.plain(markdown) == words


def test_a_text_is_cut_at_its_headings_and_not_at_code() -> None:
    text = "Above.\n\n## One *two* {: #one }\n\nx\n\n```\n# no heading\n```\n\n### Three\n\ny"

    assert prose.sections(text) == (
        prose.Section("", "", "Above."),
        prose.Section("One two", "one", "x no heading"),
        prose.Section("Three", "", "y"),
    )


def test_the_code_of_others_is_what_it_says() -> None:
    folder = ROOT / "docs" / "assets" / "vendor"
    digest = hashlib.sha256((folder / "minisearch-7.2.0.min.js").read_bytes()).hexdigest()

    assert digest in (folder / "README.txt").read_text()
    assert "Luca Ongaro" in (folder / "LICENSE-minisearch.txt").read_text()
