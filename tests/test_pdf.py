"""The handbook on paper: its structure, its words, its links, its fonts; judged by other hands."""

from __future__ import annotations

import datetime as dt
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pdfua
import pypdf
import pytest
from conftest import EXAMPLES, ROOT
from hypothesis import given
from hypothesis import strategies as st
from markdown import Markdown

from handbook import addresses, markup, nodes, pages, pdf, schema, views
from handbook import book as books
from handbook.compose import Composition, UnprintableError, compose, inspect, printed
from handbook.problem import Problem

TODAY = dt.date(2026, 12, 10)
BASE = "https://kuusi.example/lichens/"


def course(folder: Path, *overlays: Path) -> Path:
    """The second course as a project of its own, with the files of others laid over it."""
    for name in ("data", "docs"):
        shutil.copytree(EXAMPLES / "lichens" / name, folder / name)
    shutil.copytree(ROOT / "overrides", folder / "overrides")
    for overlay in overlays:
        shutil.copytree(overlay, folder, dirs_exist_ok=True)
    return folder


def made(
    root: Path, base: str = BASE, version: str = "0123456789", today: dt.date = TODAY
) -> tuple[Composition, bytes, list[Problem]]:
    found = inspect(root, today)
    assert found.sound, found.problems
    shown = pages.make(found.book, root / "overrides", today)
    content, problems = pdf.make(found.book, shown, root, base, today, version)
    return found, content, problems


def read(content: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(content))


def words(content: bytes) -> str:
    return "\n".join(
        f"--- {number}\n{page.extract_text()}" for number, page in enumerate(read(content).pages, 1)
    )


@pytest.fixture(scope="module")
def lichens(tmp_path_factory: pytest.TempPathFactory) -> tuple[Composition, bytes, list[Problem]]:
    return made(course(tmp_path_factory.mktemp("lichens") / "project"))


@pytest.fixture(scope="module")
def real() -> tuple[Composition, bytes, list[Problem]]:
    return made(ROOT, "https://course.example/")


@pytest.fixture(params=["lichens", "real"])
def either(request: pytest.FixtureRequest) -> tuple[Composition, bytes, list[Problem]]:
    found: tuple[Composition, bytes, list[Problem]] = request.getfixturevalue(request.param)
    return found


# --- What stands in it -----------------------------------------------------------------------


def test_the_second_course_reads_like_this_printed(
    lichens: tuple[Composition, bytes, list[Problem]], golden: Callable[[Path, str], str]
) -> None:
    text = f"{words(lichens[1])}\n"

    assert golden(EXAMPLES / "lichens" / "handbook.txt", text) == text


def chapters(outline: list[Any]) -> Iterator[tuple[str, list[str]]]:
    """Each chapter of an outline with the titles below it."""
    for number, entry in enumerate(outline):
        if not isinstance(entry, list):
            below = outline[number + 1] if outline[number + 1 : number + 2] else []
            titles = [one.title for one in below] if isinstance(below, list) else []
            yield entry.title, titles


def test_the_outline_is_the_records_in_order(
    either: tuple[Composition, bytes, list[Problem]],
) -> None:
    found, content, _ = either
    book = found.book
    told = dict(chapters(read(content).outline))

    assert [name.partition(",")[0] for name in told] == [
        "Practical information",
        "Learning outcomes",
        "Timetable",
        "Sessions",
        "Cases",
        "Frameworks",
        "The pipeline",
        "Glossary",
        "References",
    ]
    assert told["Sessions"] == [one.title for _, one in views.in_time(book)]
    assert told["Cases"] == [one.title for one in book.cases.values()]
    assert told["Frameworks"] == [one.title for one in book.frameworks.values()]
    assert told["The pipeline"] == [
        f"{number} {one.title}" for number, one in enumerate(book.stages.values(), 1)
    ]


def test_no_page_is_empty_and_each_says_which_it_is(
    either: tuple[Composition, bytes, list[Problem]],
) -> None:
    shown = read(either[1]).pages
    texts = [" ".join(page.extract_text().split()) for page in shown]

    for number, text in enumerate(texts, 1):
        assert f"Page {number} of {len(texts)}" in text
        assert "Printed copies are uncontrolled." in text
        assert "Version 0123456789" in text
        assert len(text) > 150, (number, text)


def test_a_week_is_one_sheet_across(either: tuple[Composition, bytes, list[Problem]]) -> None:
    found, content, _ = either
    across = [page for page in read(content).pages if page.mediabox.width > page.mediabox.height]
    texts = [page.extract_text() for page in across]
    edition = views.current_edition(found.book, TODAY)
    weeks = {
        day.date.isocalendar().week
        for day in found.book.editions[edition or ""].days
        if edition is not None
    }

    assert [text.count("(calendar week") for text in texts[: len(weeks)]] == [1] * len(weeks)
    for occurrence in found.book.occurrences:
        if occurrence.edition == edition:
            slot = occurrence.slot
            time = f"{slot.start:%H:%M}–{slot.end:%H:%M}"
            assert any(time in text.replace("\n", "") for text in texts[: len(weeks)]), time


def test_a_week_with_too_much_at_once_is_told_day_by_day(tmp_path: Path) -> None:
    found, content, _ = made(course(tmp_path, EXAMPLES / "crowded"), today=dt.date(2034, 3, 20))
    text = words(content).partition("Timetable, ")[2].partition("Sessions\n")[0]
    slots = [slot for day in found.book.editions["2034"].days for slot in day.slots]

    assert len(slots) > 30
    for slot in slots:
        assert f"{slot.start:%H:%M}–{slot.end:%H:%M}" in text


# --- Links -----------------------------------------------------------------------------------


def links(content: bytes) -> tuple[list[Any], set[str]]:
    """Where links lead inside a PDF, and the addresses that others have."""
    inside, outside = [], set()
    for page in read(content).pages:
        for one in page.get("/Annots", []):
            action = one.get_object().get("/A", {})
            if "/URI" in action:
                outside.add(str(action["/URI"]))
            else:
                inside.append(one.get_object().get("/Dest", action.get("/D")))
    return inside, outside


def test_links_inside_lead_to_a_page(either: tuple[Composition, bytes, list[Problem]]) -> None:
    reader = read(either[1])
    places = reader.named_destinations
    inside, _ = links(either[1])

    assert len(inside) > 50
    for target in inside:
        found = places[target] if isinstance(target, str) else target.get_object()
        page = found["/Page"] if isinstance(target, str) else found[0]
        assert page.get_object()["/Type"] == "/Page", target


def test_links_outside_lead_to_the_site_or_to_where_the_data_says(
    either: tuple[Composition, bytes, list[Problem]],
) -> None:
    found, content, _ = either
    base = BASE if found.book.course.title == "Field lichenology" else "https://course.example/"
    text = "".join(source.text for source in found.book.sources)
    _, outside = links(content)
    known = {f"{base}{pages_uri}" for pages_uri in site_addresses(found)}

    for one in outside - {f"{base}whats-new/?v=0123456789"}:
        plain = one.removeprefix("mailto:").removeprefix("https://doi.org/").partition("#")[0]
        assert plain in known or plain.replace("%5F", "_") in text.replace("\\", ""), one


def site_addresses(found: Composition) -> set[str]:
    return set(addresses.all_pages(found.book))


def test_a_reference_is_cited_and_says_where(
    lichens: tuple[Composition, bytes, list[Problem]],
) -> None:
    last = read(lichens[1]).pages[-1].extract_text()

    assert "Cited on page" in last
    assert "[1]" in words(lichens[1]).partition("Sessions\n")[2]


@pytest.mark.parametrize("base", ["", "http://127.0.0.1:8000/", "http://localhost/x/"])
def test_without_an_address_nothing_leads_to_the_site(tmp_path: Path, base: str) -> None:
    _, content, _ = made(course(tmp_path), base)
    _, outside = links(content)

    assert {one for one in outside if "127.0.0.1" in one or "localhost" in one} == set()
    assert "QR" not in str(read(content).pages[0].extract_text())
    assert "whether this copy is still current" not in words(content)


def test_the_code_on_the_cover_is_the_live_page_with_the_version(tmp_path: Path) -> None:
    root = course(tmp_path)
    found = inspect(root, TODAY)
    shown = pages.make(found.book, root / "overrides", TODAY)

    told = pdf.value(found.book, shown, BASE, TODAY, "abc")["live"]
    assert told["address"] == f"{BASE}whats-new/?v=abc"
    assert told["picture"].startswith("<svg")
    assert pdf.value(found.book, shown, "", TODAY, "abc")["live"] is None


# --- Form ------------------------------------------------------------------------------------


def test_another_hand_finds_no_barrier(
    either: tuple[Composition, bytes, list[Problem]], tmp_path: Path
) -> None:
    path = tmp_path / "handbook.pdf"
    path.write_bytes(either[1])
    root = read(either[1]).trailer["/Root"]

    assert [one.message for one in pdfua.validate(str(path)).findings] == []
    assert root["/MarkInfo"]["/Marked"] is True or root["/MarkInfo"]["/Marked"] == True  # noqa: E712
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712
    assert read(either[1]).metadata.title == either[0].book.course.title
    assert b"pdfuaid:part" in root["/Metadata"].get_data()


OURS = {"PublicSans-Regular", "PublicSans-Bold", "DejaVuSans", "DejaVuSans-Bold"}


def test_only_our_fonts_are_in_it_and_all_of_them_are(
    either: tuple[Composition, bytes, list[Problem]],
) -> None:
    names = set()
    for page in read(either[1]).pages:
        for font in page["/Resources"].get("/Font", {}).values():
            for one in font.get("/DescendantFonts", [font]):
                below = one.get_object()
                descriptor = below["/FontDescriptor"]
                assert "/FontFile2" in descriptor or "/FontFile3" in descriptor
                names.add(str(below["/BaseFont"]).partition("+")[2])

    assert {"PublicSans-Regular", "PublicSans-Bold"} <= names <= OURS
    assert either[2] == []


def test_the_signs_that_texts_need_are_there(tmp_path: Path) -> None:
    signs = "å ö é ł ≥ ≤ – “ ” ’ → ✓ × ± ° µ μ α β Δ ′ ² ₂ € § … · Я"
    session = course(tmp_path) / "data" / "sessions" / "looking.yml"
    session.write_text(session.read_text().replace("body: |\n", f"body: |\n  {signs}\n\n", 1))
    _, content, problems = made(tmp_path)

    assert problems == []
    assert signs.replace(" ", "") in words(content).replace(" ", "").replace("\n", "")


def test_fonts_are_small_and_their_licences_beside_them() -> None:
    folder = ROOT / "overrides" / "fonts"
    sizes = [path.stat().st_size for path in folder.glob("*.ttf")]

    assert sum(sizes) <= 300_000
    assert "SIL OPEN FONT LICENSE" in (folder / "LICENSE-public-sans.txt").read_text()
    assert "Bitstream Vera" in (folder / "LICENSE-dejavu.txt").read_text()


def test_a_sign_that_no_font_has_is_a_square_and_is_told(tmp_path: Path) -> None:
    lecturer = course(tmp_path) / "data" / "sessions" / "looking.yml"
    lecturer.write_text(
        lecturer.read_text().replace("body: |\n", "body: |\n  名 and 名, 花.\n\n", 1)
    )
    _, content, problems = made(tmp_path)

    assert "□ and □, □." in words(content)
    assert [(one.code, one.file, one.severity, one.message) for one in problems] == [
        ("HB415", "data/sessions/looking.yml", "info", f"the PDF has no sign for {sign}")
        for sign in ("名 (U+540D)", "花 (U+82B1)")
    ]


def test_the_same_course_gives_the_same_bytes(tmp_path: Path) -> None:
    first = made(course(tmp_path / "one"))[1]
    second = made(course(tmp_path / "two" / "deeper"))[1]

    assert first == second


def test_equal_bytes_in_another_process(tmp_path: Path) -> None:
    script = (
        "import sys, datetime as dt, hashlib\nfrom pathlib import Path\n"
        "from handbook import pages, pdf\nfrom handbook.compose import inspect\n"
        "root, today = Path(sys.argv[1]), dt.date(2026, 12, 10)\nfound = inspect(root, today)\n"
        "shown = pages.make(found.book, root / 'overrides', today)\n"
        "made = pdf.make(found.book, shown, root, '', today, 'x')[0]\n"
        "print(hashlib.sha256(made).hexdigest())"
    )
    root = str(course(tmp_path))
    told = {
        subprocess.run(
            [sys.executable, "-c", script, root],
            env=os.environ | {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    }
    assert len(told) == 1


# --- What is typed comes out -----------------------------------------------------------------

HOSTILE = '#let x = 1; $a$ \\ "q" </title><script> *b* _c_ `d` <l> @e // [f] = #panic()'


def test_a_title_comes_out_as_typed(tmp_path: Path) -> None:
    quoted = "'" + HOSTILE.replace("'", "''") + "'"
    root = course(tmp_path)
    for name, field in (("sessions/looking", "title"), ("cases/wall-survey", "title")):
        file = root / "data" / f"{name}.yml"
        lines = [
            f"{field}: {quoted}" if line.startswith(f"{field}:") else line
            for line in file.read_text().splitlines()
        ]
        file.write_text("\n".join(lines) + "\n")
    _, content, _ = made(root)
    reader = read(content)
    told = dict(chapters(reader.outline))

    assert told["Sessions"][0] == HOSTILE
    assert HOSTILE in told["Cases"]
    joined = "".join(words(content).split())
    assert joined.count("".join(HOSTILE.split())) >= 3


def test_prose_comes_out_as_markdown_has_it(tmp_path: Path) -> None:
    session = course(tmp_path) / "data" / "sessions" / "looking.yml"
    body = "  Say #let y = 2 and $z$ and `#raw[@kuusi2024walls]` \\*star\\* a < b & c.\n\n"
    session.write_text(session.read_text().replace("body: |\n", f"body: |\n{body}", 1))
    _, content, _ = made(tmp_path)

    text = " ".join(words(content).split())
    assert "Say #let y = 2 and $z$ and #raw[@kuusi2024walls] *star* a < b & c." in text


# --- From Markdown to nodes ------------------------------------------------------------------


@pytest.mark.parametrize("root", [ROOT, EXAMPLES / "lichens"], ids=["real", "lichens"])
def test_all_prose_there_is_has_nodes_and_loses_no_words(root: Path) -> None:
    book, _ = books.load(root)
    numbers = {key: number for number, key in enumerate(book.references.lines, 1)}
    texts = [passage.text for _, one in book.entities() for passage in schema.passages(one)]
    texts += [document.source.text for document in book.documents]

    for text in texts:
        assert nodes.words(nodes.of(text, {}, numbers)).strip()


def p(*inside: nodes.Node) -> nodes.Node:
    return {"is": "p", "of": list(inside)}


def n(name: str, /, *inside: nodes.Node, **more: object) -> nodes.Node:
    return {"is": name, **more, "of": list(inside)}


def cite(*cited: tuple[str, int, str]) -> nodes.Node:
    told = [dict(zip(("key", "number", "locator"), one, strict=True)) for one in cited]
    return {"is": "cite", "of": [], "cited": told}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A *b* **c**.", [p("A ", n("em", "b"), " ", n("strong", "c"), ".")]),
        ("[@a; @b, ch. 9].", [p(cite(("a", 1, ""), ("b", 2, "ch. 9")), ".")]),
        ("`[@a]` [x](/y/#z)", [p(n("code", "[@a]"), " ", n("link", "x", to="/y/#z"))]),
        ("## H *x*", [n("heading", "H ", n("em", "x"), level=1)]),
        (
            "## A\n\n#### B\n\n### C\n\n# D",
            [
                n("heading", name, level=level)
                for name, level in zip("ABCD", (1, 2, 2, 1), strict=True)
            ],
        ),
        ("3. a\n4. b", [n("ol", n("li", "a"), n("li", "b"), start=3)]),
        ("- a\n\n    - b", [n("ul", n("li", p("a"), n("ul", n("li", "b"))))]),
        ("H<sub>2</sub>O<br>x^2", [p("H", n("sub", "2"), "O", n("br"), "x^2")]),
        ("x<sup>2</sup>", [p("x", n("sup", "2"))]),
        ("```\n<a>\n  b\n```", [n("pre", "<a>\n  b")]),
        ("> q", [n("quote", p("q"))]),
        ("---", [n("hr")]),
        ("T\n:   d", [n("dl", n("dt", "T"), n("dd", "d"))]),
        ('!!! note "Mind"\n    It.', [n("box", n("title", "Mind"), p("It."), kind="note")]),
        ("[ord]{lang=sv}", [p(n("span", "ord", lang="sv"))]),
        ("![a map](/m.png)", [p({"is": "image", "from": "/m.png", "alt": "a map", "of": []})]),
        (
            "One.[^1]\n\n[^1]: See [@a].",
            [p("One.", n("note", p("See ", cite(("a", 1, "")), ".\xa0")))],
        ),
        ("Turns.[^1]\n\n[^1]: To[^1] itself.", None),
        (
            "A QP signs, another QP not.",
            [p("A ", n("term", "QP", id="qp"), " signs, another QP not.")],
        ),
        (
            "| | b |\n|--|--:|\n| 1 | 2 |",
            [
                n(
                    "div",
                    n(
                        "table",
                        n(
                            "row",
                            n("cell", heads=False, align="left"),
                            n("cell", "b", heads=True, align="right"),
                            head=True,
                        ),
                        n(
                            "row",
                            n("cell", "1", heads=True, align="left"),
                            n("cell", "2", heads=False, align="right"),
                            head=False,
                        ),
                        widths=[[1, 1], [1, 1]],
                    ),
                )
            ],
        ),
    ],
)
def test_a_text_becomes_these_nodes(text: str, found: list[nodes.Node] | None) -> None:
    told = nodes.of(text, {"QP": "qp"} if "QP" in text else {}, {"a": 1, "b": 2})

    assert found is None or told == found


SIGNS = "ab \n\t\r*_`[]()!<>&;\\#-|{}^:="
WORDS = ("  \n", "\n\n", "[^1]", "[^1]: ", "](/x/)", "<b>", "</b>", "<br>", "&amp;", "&nbsp;")
MORE = ("{lang=sv}", "http://a.b", "a@b.c", "**", "```\n", "- ", "1. ", "> ")
MARKDOWN = st.lists(st.sampled_from([*SIGNS, *WORDS, *MORE]), max_size=30).map("".join)


@given(MARKDOWN)
def test_patterns_are_left_out_only_where_they_find_nothing(text: str) -> None:
    names = [name for name in markup.EXTENSIONS if name != "toc"]
    options = {name: one for name, one in markup.OPTIONS.items() if name in names}
    whole = Markdown(extensions=names, extension_configs=options)

    assert markup.blocks(text) == whole.convert(text)


@pytest.mark.parametrize("root", [ROOT, EXAMPLES / "lichens"], ids=["real", "lichens"])
def test_well_formed_or_not_a_text_has_the_same_nodes(root: Path) -> None:
    book, _ = books.load(root)
    numbers = {key: number for number, key in enumerate(book.references.lines, 1)}

    for _, one in book.entities():
        for passage in schema.passages(one):
            found = nodes.of(passage.text, {}, numbers)
            # HTML knows this entity, and XML does not.
            told = nodes.of(f"{passage.text}\n\nNo&nbsp;XML", {}, numbers)
            assert told == [*found, p("No\xa0XML")]


def test_an_element_that_no_node_is_for_is_an_error() -> None:
    with pytest.raises(nodes.UnknownElementError, match="<video>"):
        nodes.of("<video></video>", {}, {})


def with_no_picture(root: Path) -> None:
    """A picture in a session whose file is none."""
    (root / "docs" / "assets").mkdir(exist_ok=True)
    (root / "docs" / "assets" / "broken.png").write_bytes(b"no picture")
    session = root / "data" / "sessions" / "looking.yml"
    picture = "![A map](/assets/broken.png)"
    session.write_text(session.read_text().replace("body: |\n", f"body: |\n  {picture}\n\n", 1))


def test_a_picture_that_is_none_is_said_plainly(tmp_path: Path) -> None:
    root = course(tmp_path)
    with_no_picture(root)

    with pytest.raises(pdf.PdfError, match=r"PDF cannot be made: .*image"):
        made(root)


def test_a_composition_comes_on_paper_or_says_why_not(tmp_path: Path) -> None:
    root = course(tmp_path)
    paper, problems = printed(compose(root, TODAY), root)
    with_no_picture(root)

    assert (paper.path, paper.content[:5], problems) == ("handbook.pdf", b"%PDF-", ())
    with pytest.raises(UnprintableError, match="image"):
        printed(compose(root, TODAY), root)
