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

from handbook import bibliography, redaction, schema, views
from handbook import book as books
from handbook.compose import Composition, compose, inspect
from handbook.source import Source

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
        ("Write [me](mailto:Aino@kuusi.example?subject=x).", "Write me."),
        ("Write to <mailto:AINO@kuusi.example>.", "Write to a lecturer."),
        ("See [when](/calendar/2031/lecturers/aino-esimerkki.ics).", "See a lecturer."),
        ("See [data](/api/lecturers/aino.json).", "See a lecturer."),
        ("See [her](../lecturers/aino-esimerkki.md) now.", "See a lecturer now."),
        ("See [her](/lecturers/aino-other/).", "See [her](/lecturers/aino-other/)."),
        (
            "See [it](https://o.example/x/cases/aino/).",
            "See [it](https://o.example/x/cases/aino/).",
        ),
        ("See [it](https://o.example/x/lecturers/aino/).", "See it."),
        ("Ask [her][a].\n\n[a]: https://o.example/aino-esimerkki\n", "Ask her.\n\n\n"),
        ("See https://o.example/ainikki.", "See ."),
        ("[^1]: https://o.example/ainikki", "[^1]: "),
        ("See <https://people.example/aino-esimerkki>.", "See ."),
        ("See [page](https://people.example/(old)/Aino%20Esimerkki).", "See page."),
        ("Ainoastaan Esimerkkinä.", "Ainoastaan Esimerkkinä."),
        ("`code` stays.", "`code` stays."),
        ("<https://o.example/ainikki>", "withheld"),
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
            book = replace(whole, **{name: records})  # type: ignore[arg-type]
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


def written(root: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (root / name).write_text(text, encoding="utf-8")
    return root


ELSEWHERE = {
    "data/sessions/naming.yml": """\
title: Naming
kind: lab
summary: Write to aino@kuusi.example or Aino@Kuusi.example, see https://orcid.org/0000-0002-1825-0097.
outcomes: [find-lichens]
materials: [{title: Hers, url: 'https://aino.example/'}, {title: Ours, url: 'https://kuusi.example/'}]
body: |
  [Write](mailto:aino@kuusi.example?subject=names) to her. All is at https://www.aino.example.
  [Her page](https://aino.example), <https://aino.example/keys> and <https://kuusi.example/>.
""",
    "data/lecturers/other.yml": """\
name: Other Esimerkki
summary: Shares an address.
email: other@kuusi.example
url: https://kuusi.example/
publish: {scope: [name, bio]}
""",
}


def test_what_is_out_of_scope_is_told_in_no_other_text(tmp_path: Path) -> None:
    root = written(course(tmp_path, PERSON, "{scope: [name, bio]}"), ELSEWHERE)
    person = root / "data" / "lecturers" / "aino-esimerkki.yml"
    text = person.read_text(encoding="utf-8")
    person.write_text(f"orcid: 0000-0002-1825-0097\nurl: https://aino.example/\n{text}")
    about = root / "data" / "course.yml"
    contact = "{name: Aino Esimerkki, role: Curator, email: aino@kuusi.example}"
    text = about.read_text(encoding="utf-8").replace("contacts:\n", f"contacts:\n  - {contact}\n")
    about.write_text(f"{text}\nlinks: [{{title: Kuusi, url: 'https://kuusi.example/'}}]\n")

    made = compose(root, TODAY)
    naming = made.book.sessions["naming"]

    text = said(made)
    hers = ("aino@kuusi", "0000-0002-1825-0097", "https://aino.example", "other@kuusi")
    assert [one for one in hers if one in text.replace("https://aino.example/keys", "")] == []
    assert "Aino Esimerkki" in text
    assert naming.summary == "Write to Aino Esimerkki or Aino Esimerkki, see ."
    assert naming.body == (
        "Write to her. All is at Aino Esimerkki.\n"
        "Her page, <https://aino.example/keys> and <https://kuusi.example/>.\n"
    )
    assert [one.title for one in naming.materials] == ["Ours"]
    assert made.book.course.contacts[0].model_dump(exclude_none=True) == {
        "name": "Aino Esimerkki",
        "role": "Curator",
    }


def test_of_a_company_only_the_name_is_told_in_its_scope(tmp_path: Path) -> None:
    root = course(tmp_path, COMPANY, "{scope: [name]}")
    case = root / "data" / "cases" / "wall-survey.yml"
    text = case.read_text(encoding="utf-8")
    case.write_text(f"town: Tapiola\nmakes: maps of walls\nlicence: a permit\nplace: islet\n{text}")

    made = compose(root, TODAY)
    text = said(made)
    told = made.book.cases["wall-survey"].model_dump(exclude_defaults=True)

    secrets = ("Tapiola", "maps of walls", "a permit", "Two thousand", "seinäkuvat.example")
    assert [one for one in (*secrets, "walls_licence") if one in text] == []
    assert told == {
        "title": "Seinäkuvat Oy",
        "kind": "company",
        "organisation": "seinakuvat",
        "used": ["2031"],
        "stages": ["search", "collect"],
        "frameworks": ["collecting-code"],
    }


SWEDE = {
    "data/lecturers/anders-oberg.yml": """\
name: Anders von Öberg-Håål
aliases: [José García]
summary: Draws.
publish: {PUBLISH}
""",
}


ENTRIES = r"""
@string{who = {AUTHOR}}
@book{one, author = {AUTHOR and Other, Odd}, title = {Old walls}, publisher = {P}, year = {2024}}
@online{two, title = {By AUTHOR}, url = {https://o.example/jose-garcia}}
@misc{three, title = {{\AA}ngstr{\"o}m and \'Etudes}, author = who,
  howpublished = {\url{https://anders-von-oberg-haal.example/}},
  note = {At https://o.example/josegarcia and \'E there}}
"""


@pytest.mark.parametrize(
    "author",
    [
        r"{\"O}berg-H{\aa}{\aa}l, Anders von",
        r"{von \"Oberg-H\aa\aa l}, Anders",
        r"Anders von {\"{O}}berg-H\r{a}\r al",
        "{Anders} {von} {Öberg-Håål}",
        "Anders~von {O\u0308berg-H}åål",
        r"Garc{\'\i}a, Jos\'e",
        r"Garc\'{\i}a, Jos{\'{e}}",
        "Anders\n  von Öberg-Håål",
    ],
)
def test_in_references_a_name_is_found_however_latex_has_it(tmp_path: Path, author: str) -> None:
    root = course(tmp_path, SWEDE, "withheld")
    bib = root / "data" / "references.bib"
    entries = ENTRIES.replace("AUTHOR", author)
    bib.write_text(bib.read_text(encoding="utf-8") + entries, encoding="utf-8")
    whole, _ = books.load(root)

    told, _ = redaction.redacted(root, whole, TODAY)

    one, two, three = (told.references.note(key) for key in ("one", "two", "three"))
    assert one == "a lecturer and Odd Other. *Old walls*. P, 2024."
    assert two == "By a lecturer."
    assert three.startswith("a lecturer. Ångström and études.")
    assert three.endswith("At and É there.")


def test_letters_of_latex_read_as_before() -> None:
    names = [
        r"M{\"u}ller",
        r"\L{}ukasz",
        r"Ga{\ss}e",
        r"\c{C}elik",
        r"{\v S}ime\v{c}ek",
        r"\o{}rsted",
    ]
    entries = "".join(
        f"@misc{{k{number}, author = {{{name}}}, title = {{The {name} of {{{name}}}}}}}\n"
        for number, name in enumerate(names)
    )
    before, after = (
        bibliography.load(Source("data/references.bib", text))
        for text in (entries, bibliography.with_letters(entries))
    )

    assert [after.note(key) for key in after.lines] == [before.note(key) for key in before.lines]
    assert "Łukasz" in after.source.text


def test_the_days_to_come_are_tried_before_they_come(tmp_path: Path) -> None:
    """An alias that is a field of references.bib: without the name, that is no BibTeX."""
    root = course(tmp_path, {}, "")
    bib = root / "data" / "references.bib"
    bib.write_text(bib.read_text(encoding="utf-8").replace("title ", "Title "), encoding="utf-8")
    person = root / "data" / "lecturers" / "aino-esimerkki.yml"
    text = person.read_text(encoding="utf-8")

    def found(publish: str, today: dt.date = TODAY) -> list[str]:
        person.write_text(f"aliases: [Title]\npublish: {publish}\n{text}", encoding="utf-8")
        told = inspect(root, today).problems
        return [f"{one.severity}: {one.message[:21]}" for one in told if one.code == "HB234"]

    assert found("{until: 2032-01-31}") == ["warning: from 2032-02-01 on, n"]
    assert found("{from: 2027-01-01}") == ["error: from 2026-12-10 on, n"]
    assert found("{from: 2027-01-01, until: 2032-01-31}") == [
        "error: from 2026-12-10 on, n",
        "warning: from 2032-02-01 on, n",
    ]
    assert found("withheld") == ["error: from 2026-12-10 on, n"]
    assert found("{until: 2032-01-31}", dt.date(2032, 2, 1)) == ["error: from 2032-02-01 on, n"]
    assert found("{scope: [name]}") == []


def test_what_is_broken_anyway_is_told_once(tmp_path: Path) -> None:
    root = course(tmp_path, PERSON, "{until: 2032-01-31}")
    (root / "data" / "sessions" / "supper.yml").write_text("title: [Supper", encoding="utf-8")

    assert {one.code for one in inspect(root, TODAY).problems} == {"HB002"}


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
