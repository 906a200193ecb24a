"""Nothing that may not be told is in any byte of what is published, and the rest is whole."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import EXAMPLES, ROOT, assemble, mkdocs
from pypdf import PdfReader

from handbook import book as books
from handbook import redaction, schema, views
from handbook.compose import Composition, compose, inspect

TODAY = dt.date(2026, 12, 10)

PERSON = {
    "data/lecturers/aino-esimerkki.yml": """\
name: Aino Esimerkki
summary: Keeps the herbarium and teaches the keys.
organisations: [kuusi-university]
title: Curator
email: aino@kuusi.example
aliases: [Ainikki]
former_ids: [aino]
publish: {PUBLISH}
body: |
  Wrote the book on walls [@kuusi2024walls, ch. 2].
""",
    "data/sessions/naming.yml": """\
title: Naming with Aino Esimerkki
kind: lab
summary: Aino Esimerkki names what was found; ask Ainikki.
outcomes: [find-lichens]
body: |
  Meet [our curator](/lecturers/aino-esimerkki/#slots) and write to aino@kuusi.example. All that
  Aino Esimerkki names is kept, Aino
  Esimerkki says.
""",
    "docs/walls.md": """\
---
description: Walls, by Aino Esimerkki.
---
# Walls of Aino Esimerkki

[Aino](/lecturers/aino-esimerkki/) mapped them. See [the house](https://aino-esimerkki.example/a).
""",
}
SECRETS = ("Aino", "Esimerkki", "aino-esimerkki", "Ainikki", "aino@kuusi", "Curator", "2026-17")


def course(tmp_path: Path, files: Mapping[str, str], publish: str) -> Path:
    root = tmp_path / "course"
    shutil.copytree(EXAMPLES / "lichens", root)
    shutil.copytree(ROOT / "overrides", root / "overrides")
    for name, text in files.items():
        (root / name).write_text(text.replace("{PUBLISH}", publish), encoding="utf-8")
    return root


def said(made: Composition) -> str:
    """All that is published, as one text."""
    assert made.sound, made.problems
    pages = [f"{page.uri} {page.title} {page.meta} {page.body}" for page in made.pages]
    exports = [f"{one.path} {one.content.decode()}" for one in made.exports]
    notes = [made.book.references.note(key) for key in made.book.references.lines]
    return "\n".join([*pages, *exports, *notes])


def given_away(made: Composition) -> list[str]:
    text = said(made)
    return [secret for secret in SECRETS if secret in text]


@pytest.mark.parametrize(
    "publish",
    [
        "withheld",
        "{withheld: true}",
        "{until: 2026-12-09, agreement: 2026-17}",  # the day before: see HB233
        "{from: 2026-12-11}",
        "{scope: [bio, contact]}",
    ],
)
def test_nothing_of_a_person_is_told_without_their_consent(tmp_path: Path, publish: str) -> None:
    made = compose(course(tmp_path, PERSON, publish), TODAY)

    assert given_away(made) == []
    assert "With: a lecturer" in said(made)


@pytest.mark.parametrize(
    "publish",
    [
        "{until: 2031-12-10, agreement: 2026-17}",
        "{from: 2026-12-10}",
        "{scope: [name, bio, contact]}",
    ],
)
def test_on_the_last_and_first_day_all_is_told_but_the_agreement(
    tmp_path: Path, publish: str
) -> None:
    made = compose(course(tmp_path, PERSON, publish), TODAY)

    assert given_away(made) == [one for one in SECRETS if one != "2026-17"]


def test_of_a_scope_only_its_fields_are_told(tmp_path: Path) -> None:
    made = compose(course(tmp_path, PERSON, "{scope: [name], agreement: 2026-17}"), TODAY)
    person = made.book.lecturers["aino-esimerkki"]

    assert (person.name, person.title, person.email, person.body) == (
        "Aino Esimerkki",
        None,
        None,
        None,
    )


def test_words_stand_where_the_name_stood(tmp_path: Path) -> None:
    book = compose(course(tmp_path, PERSON, "withheld"), TODAY).book
    naming = book.sessions["naming"]
    walls = next(one.source.text for one in book.documents if one.uri == "walls.md")

    assert naming.title == "Naming with a lecturer"
    assert naming.summary == "A lecturer names what was found; ask a lecturer."
    assert naming.body == (
        "Meet a lecturer and write to a lecturer. All that\n"
        "a lecturer names is kept, a lecturer says.\n"
    )
    assert walls.endswith("# Walls of a lecturer\n\nA lecturer mapped them. See the house.\n")
    assert book.references.note("kuusi2024walls").startswith("a lecturer. *Lichens")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("Ask _Aino Esimerkki_ now.", "Ask a lecturer now."),
        ("Ask __Aino Esimerkki__ now.", "Ask a lecturer now."),
        ("Ask **Aino** Esimerkki now.", "Ask a lecturer now."),
        ("Ask *Aino* **Esimerkki**.", "Ask a lecturer."),
        ("Ask Aino&nbsp;Esimerkki now.", "Ask a lecturer now."),
        ("Ask Aino\\\nEsimerkki now.", "Ask a lecturer now."),
        ("> Ask Aino\n> Esimerkki now.", "> Ask a lecturer now."),
        ("Ask AINO ESIMERKKI now.", "Ask a lecturer now."),
        ("Ask Aino\u00a0Esimerkki now.", "Ask a lecturer now."),
        ("Ask [her][a].\n\n[a]: /lecturers/aino-esimerkki/\n", "Ask a lecturer.\n\n\n"),
        ("Ask [x [y]](/lecturers/aino-esimerkki/) now.", "Ask a lecturer now."),
        ('[t](/lecturers/aino-esimerkki/ "Our (old) curator") asks.', "A lecturer asks."),
        ("See ![her](/lecturers/aino-esimerkki/).", "See a lecturer."),
        ("Write to <aino@kuusi.example>.", "Write to a lecturer."),
        ("Write [me](mailto:aino@kuusi.example).", "Write me."),
        ("See <https://people.example/aino-esimerkki>.", "See ."),
        ("See [page](https://people.example/(old)/Aino%20Esimerkki).", "See page."),
        ("Ainoastaan Esimerkkinä.", "Ainoastaan Esimerkkinä."),
        ("`code` stays.", "`code` stays."),
    ],
)
def test_a_name_is_found_in_all_that_markdown_makes_of_it(
    tmp_path: Path, written: str, told: str
) -> None:
    book, _ = books.load(course(tmp_path, PERSON, "withheld"))

    assert redaction.veil(book, TODAY).text(written) == told


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("lecturers/aino-esimerkki.yml", "name: Aino Esimerkki", "name: Teofrastos"),
        (
            "course.yml",
            "contacts:\n",
            "contacts:\n  - {name: Aino Esimerkki, role: Curator, email: aino@kuusi.example}\n",
        ),
        ("lecturers/aino-esimerkki.yml", "name: Aino Esimerkki", "name: workshop"),
        ("lecturers/aino-esimerkki.yml", "name: Aino Esimerkki", "name: kuusi2024walls"),
        ("lecturers/aino-esimerkki.yml", "name: Aino Esimerkki", "name: find-lichens"),
    ],
)
def test_what_is_no_free_text_keeps_its_form(tmp_path: Path, file: str, old: str, new: str) -> None:
    root = course(tmp_path, PERSON, "withheld")
    path = root / "data" / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")

    made = compose(root, TODAY)

    assert made.sound, made.problems
    assert "aino@kuusi" not in said(made)
    assert "Teofrastos" not in said(made)


def test_every_case_and_lecturer_of_the_real_course_can_be_withheld() -> None:
    whole = inspect(ROOT, TODAY).book
    withheld = schema.Publish.model_validate({"withheld": "true"})
    left = {}
    for name in ("cases", "lecturers"):
        for record_id, record in whole.records(name).items():
            hidden = record.model_copy(update={"publish": withheld})
            records = {**whole.records(name), record_id: hidden}
            book = replace(whole, kept={}, **{name: records})  # type: ignore[arg-type]
            told, _ = redaction.redacted(ROOT, book, TODAY)
            title = views.title_of(record, record_id)
            left[name, record_id] = [
                text.source.file for text in told.texts if f"{title} " in text.text
            ]

    assert len(left) > 20
    assert {key: files for key, files in left.items() if files} == {}


COMPANY = {
    "data/cases/wall-survey.yml": """\
title: Seinäkuvat Oy
summary: Two thousand metres of old walls, mapped in a summer.
kind: company
organisation: seinakuvat
website: https://www.seinäkuvat.example/
used: ['2031']
stages: [search, collect]
frameworks: [collecting-code]
body: |
  Walls hold what fields have lost [@kuusi2024walls]. It has a licence [@walls_licence].
publish: {PUBLISH}
""",
    "data/organisations/seinakuvat.yml": """\
name: Seinäkuvat Pictures of Walls
native_name: Seinäkuvat
native_language: fi
kind: company
country: FI
url: https://www.seinäkuvat.example/
""",
    "data/sessions/looking.yml": """\
title: Looking slowly at Seinäkuvat Oy
kind: lecture
outcomes: [find-lichens]
cases: [wall-survey]
materials: [{title: Slides, url: 'https://seinäkuvat-oy.example/a.pdf'}]
body: |
  [Seinäkuvat Oy](/cases/wall-survey/) looks slowly [@kuusi2024walls].
""",
    "data/references.bib": """\
@book{kuusi2024walls,
  author    = {Esimerkki, Aino and Seinäkuvat Oy},
  title     = {Lichens of old walls, with Seinäkuvat Oy},
  publisher = {Kuusi University Press},
  url       = {https://seinäkuvat-oy.example/book},
  year      = {2024}
}
@misc{walls_licence,
  title = {Licence of the company that maps walls}
}
""",
}


def test_a_company_is_gone_with_its_organisation_its_addresses_and_its_own_sources(
    tmp_path: Path,
) -> None:
    made = compose(course(tmp_path, COMPANY, "withheld"), TODAY)
    text = said(made)
    looking = made.book.sessions["looking"]

    secrets = ("seinäkuvat", "seinakuvat", "wall-survey", "walls_licence", "two thousand")
    assert [one for one in secrets if one in text.lower()] == []
    assert (looking.title, looking.materials) == ("Looking slowly at a company", [])
    assert looking.body == "A company looks slowly [@kuusi2024walls].\n"


def git(root: Path, *words: str) -> None:
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run(["git", "-C", str(root), *who, *words], check=True, env=clean)


def test_no_byte_of_a_built_site_tells_of_them_or_of_their_past(tmp_path: Path) -> None:
    root = assemble(EXAMPLES / "lichens", tmp_path / "project")
    edition = root / "data" / "editions" / "2031.yml"
    confirmed = edition.read_text(encoding="utf-8")
    for name, text in (PERSON | COMPANY).items():
        (root / name).write_text(text.replace("{PUBLISH}", "withheld"), encoding="utf-8")
    last = "title: Boat"
    edition.write_text(confirmed.replace(last, "title: Boat of Aino Esimerkki"), encoding="utf-8")
    (root / ".gitignore").write_text("site/\n.cache/\n__pycache__/\n", encoding="utf-8")
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "Aino Esimerkki drives the boat")
    edition.write_text(
        "\n".join(line for line in confirmed.split("\n") if last not in line), encoding="utf-8"
    )

    built = mkdocs(root)

    assert built.returncode == 0, built.stderr
    site = root / "site"
    files = {
        str(path.relative_to(site)): path.read_bytes() for path in site.rglob("*") if path.is_file()
    }
    paper = PdfReader(site / "handbook.pdf")
    said_there = "\n".join(page.extract_text() for page in paper.pages)
    files["handbook.pdf, read"] = f"{said_there}{paper.metadata}{paper.outline}".encode()
    secrets = [*SECRETS, "Seinäkuvat", "seinakuvat", "wall-survey", "walls_licence"]
    assert [
        (name, secret)
        for name, content in files.items()
        for secret in secrets
        if secret.encode() in content or secret in name
    ] == []
    assert "with a lecturer" in said_there
    assert b"Boat of a lecturer" in files["calendar/2031.ics"]
    assert b"<title>Walls of a lecturer" in files["walls/index.html"]
    assert b"Walls, by a lecturer." in files["walls/index.html"]
