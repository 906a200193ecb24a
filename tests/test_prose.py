"""Markdown as authors write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handbook import prose


@pytest.mark.parametrize(
    ("text", "visible"),
    [
        ("a `[@x]` b", "a        b"),
        ("``a ` b`` c", " " * 9 + " c"),
        ("~~~\n[@x]\n~~~\nb", "   \n    \n   \nb"),
        ("```yaml\n[@x]\n```", "       \n    \n   "),
        ("```\nnever closed [@x]", "```\nnever closed [@x]"),
        ("```\n[@x]\n`````", "```\n[@x]\n`````"),
        ("`a\n\n[@x]` b", "`a\n\n[@x]` b"),
        ("text\n\n    [@x]\n\nmore", "text\n\n        \n\nmore"),
        ("- item\n\n    still the item [@x]", "- item\n\n    still the item [@x]"),
        ("[^1]: note\n\n    more of it", "[^1]: note\n\n    more of it"),
        (r"\`not code [@x]\`", r"\`not code [@x]\`"),
    ],
)
def test_code_is_blanked_out_and_nothing_else(text: str, visible: str) -> None:
    assert prose.mask(text) == visible


@given(st.text("ab`~[]@^:()\n #\t\\", max_size=80))
def test_a_mask_keeps_every_position(text: str) -> None:
    masked = prose.mask(text)

    assert len(masked) == len(text)
    assert [i for i, sign in enumerate(masked) if sign == "\n"] == [
        i for i, sign in enumerate(text) if sign == "\n"
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[@a]", [("a", "")]),
        ("[@a, ch. 9]", [("a", "ch. 9")]),
        ("[@a; @b, p. 3, 4]", [("a", ""), ("b", "p. 3, 4")]),
        ("x [@a][@b]", [("a", ""), ("b", "")]),
        ("`[@a]`", []),
        (r"\[@a]", []),
        ("[me@example.org]", []),
        ("[@handle](https://example.org)", []),
        ("see a@b.c", []),
    ],
)
def test_citations_are_found(text: str, found: list[tuple[str, str]]) -> None:
    assert [(one.name, one.locator) for one in prose.citations(text)] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("In 2018 and 1999.", ["2018", "1999"]),
        ("Since 22 May 2018, 25% were lost.", ["2018", "25%"]),
        ("It cost SEK 160 million, or 14 million euro.", ["SEK 160", "14 million"]),
        ("Regulation 1394/2007, AFS 2023:13, ISO 2015-2, page 2020a, 1899 and 3 tubes.", []),
        ("| until 2027 | old |", ["2027"]),
        ("`2018`", []),
    ],
)
def test_years_and_amounts_are_found(text: str, found: list[str]) -> None:
    assert [one.name for one in prose.numbers(prose.mask(text))] == found


def test_paragraphs_are_running_text() -> None:
    text = "### Head\n\nOne\nline.\n\n| a |\n|---|\n\n- item\n\n[^1]: note\n"

    assert [one.name for one in prose.paragraphs(text)] == ["One\nline.", "- item"]


@pytest.mark.parametrize("text", ["[see @a]", "[@a p. 3]", "[@a; and b]"])
def test_a_citation_that_would_be_lost_is_told(text: str) -> None:
    assert [group.understood for group in prose.citation_groups(text)] == [False]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[a](/cases/x/)", ["/cases/x/"]),
        ('[a](/x/ "title") ![b](/y.png)', ["/x/", "/y.png"]),
        ("[a](</a b/>)", ["/a b/"]),
        ("[a](https://x.org/a_(b))", ["https://x.org/a_(b)"]),
        ("[a][1]\n\n[1]: /x/#y", ["/x/#y"]),
        ("`[a](/x/)`", []),
    ],
)
def test_links_are_found(text: str, found: list[str]) -> None:
    assert [mention.name for mention in prose.links(text)] == found


B = prose.BACKSLASH


def ready(text: str, under: int = 2) -> tuple[str, dict[str, str]]:
    return prose.prepare(
        text,
        prefix="body",
        under=under,
        link=lambda target: f"..{target}" if target.startswith("/") else target,
        notes_of=lambda key: f"The reference {key}.",
    )


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("A claim [@a].", "A claim[@a]."),
        ("A claim\n[@a].", "A claim[@a]."),
        ("- [@a]\n\n[@a]", "- [@a]\n\n[@a]"),
        ("1. [@a]\n2. b [@a]", "1. [@a]\n2. b[@a]"),
        ("| a | [@a] |", "| a | [@a] |"),
        ("#### H\n[@a]", "#### H\n[@a]"),
        ("One.[^1]\n\n[^1]: Note.", "One.[^note-body-1]\n\n[^note-body-1]: Note."),
        ("# Big\n\n## Less", "### Big\n\n#### Less"),
        ("#### Small", "#### Small"),
        ("Title\n=====\n\nOne\n---\n\ntext", "### Title\n\n#### One\n\ntext"),
        ("[@a;\n@b]", "[@a][@b]"),
        (
            "[x][1], [y][], [1]\n\n[1]: /y/\n[y]: /z/",
            "[x][body 1], [y][body y], [1][body 1]\n\n[body 1]: ../y/\n[body y]: ../z/",
        ),
        ("\\bibliography `\\bibliography`", f"{B}bibliography `{B}bibliography`"),
        ("[x](/cases/y/)", "[x](../cases/y/)"),
        ("`[@a]` and `# b`", f"`[{prose.CODE_AT}a]` and `# b`"),
    ],
)
def test_a_field_is_made_ready_to_stand_with_others(text: str, becomes: str) -> None:
    assert ready(text) == (becomes, {})


def test_a_citation_with_a_locator_becomes_a_note_of_its_own() -> None:
    assert ready("See [@a, ch. 9; @b].") == (
        "See[^a--ch-9][@b].",
        {"a--ch-9": "The reference a, ch. 9."},
    )


def test_plain_text_shows_as_it_is_in_markdown() -> None:
    assert prose.escape("CD34+ <b> *a* [x](y) _z_") == (
        "CD34&#43; &#60;b&#62; &#42;a&#42; &#91;x&#93;&#40;y&#41; &#95;z&#95;"
    )


def test_citations_can_be_left_out() -> None:
    assert prose.without_citations("It glows [@a; @b, p. 3].") == "It glows."


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("H<sub>2</sub>O<br>", []),
        ("<https://example.org> <me@example.org> a < b > c", []),
        ("`<div>`", []),
        ("<div>x</div>", ["<div>", "</div>"]),
        ("<img src=x onerror=alert(1)>", ["<img src=x onerror=alert(1)>"]),
        ("<!-- part: days -->", ["<!-- part: days -->"]),
        ("*x*{: onclick=alert(1) }", ["{: onclick=alert(1) }"]),
        ("*x*{onclick=alert(1)}", ["{onclick=alert(1)}"]),
        ("{a} *x*{: b { onclick = c }", ["{ onclick = c }"]),
        ("{: onclick=never closed", []),
        ("{ \nonclick=x }", []),
        ("<!-- a <b> --> <!-- never closed", ["<!-- a <b> -->"]),
        ('<a title="<" href=x> <a', ['<a title="<" href=x>']),
        ("*x*{: lang=sv } and {a}", []),
    ],
)
def test_html_in_prose_is_found(text: str, found: list[str]) -> None:
    assert [mention.name for mention in prose.markup(text)] == found


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("```\na\n```", None),
        ("a\n\n```\nb", 3),
        ("~~~\na\n```", 0),
        ("    ```\n", None),
        ("~~~ x\n~~~ y\n~~~\n", None),
        ("```\na\n```\n```\nb", 10),
        ("````\n```\n````\n", None),
    ],
)
def test_a_code_block_that_never_ends_is_found(text: str, start: int | None) -> None:
    assert prose.unclosed_fence(text) == start
