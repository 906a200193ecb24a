"""What the handbook adds to Markdown."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown import Markdown
from markdown.treeprocessors import InlineProcessor

from handbook import markup
from handbook.prose import CODE_AT

QP = "\n\n*[QP]: **Qualified Person**, *sakkunnig person*{: lang=sv }. [Glossary](g.md)\n"


def converter() -> Markdown:
    return Markdown(extensions=list(markup.EXTENSIONS), extension_configs=markup.OPTIONS)


def html(text: str) -> str:
    return converter().convert(text)


def explained(text: str) -> str:
    """HTML with the explanation itself cut short."""
    pattern = r'<span class="term">([^<]*)<button.*?</abbr>.*?</span></span>'
    return re.sub(pattern, r"<\1QP>", html(text))


def test_an_explanation_is_a_described_button_with_language_and_link() -> None:
    assert html("The QP signs." + QP) == (
        '<p>The <span class="term"><button aria-describedby="term-qp" class="term__word" '
        'type="button"><abbr>QP</abbr></button><span class="term__tip" data-search-exclude="" '
        'id="term-qp"><strong>Qualified Person</strong>, <em lang="sv">sakkunnig person</em>. '
        '<a href="g.md">Glossary</a></span></span> signs.</p>'
    )


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("QP and QP again.", "<p><QP> and QP again.</p>"),
        ("Two QPs.", "<p>Two <QP>.</p>"),
        ("pre-QP, QPX and QP", "<p>pre-QP, QPX and <QP></p>"),
        ("`QP` then QP", "<p><code>QP</code> then <QP></p>"),
        ("[QP](x.md) then QP", '<p><a href="x.md">QP</a> then <QP></p>'),
        ("## QP\n\n**The** QP", '<h2 id="qp">QP</h2>\n<p><strong>The</strong> <QP></p>'),
        ("- **QP** a\n- QP b", "<ul>\n<li><strong><QP></strong> a</li>\n<li>QP b</li>\n</ul>"),
        ("Nothing.", "<p>Nothing.</p>"),
        ("(QP's) and (QP)", "<p><(QP>'s) and (QP)</p>"),
        ('A "(QP)" x', '<p>A <"(QP>)" x</p>'),
    ],
)
def test_only_the_first_occurrence_in_running_text_is_explained(text: str, becomes: str) -> None:
    assert explained(text + QP) == becomes


def test_notes_stay_plain() -> None:
    assert "<QP>" not in explained("A.[^1]\n\n[^1]: The QP." + QP)


def test_notes_are_numbered_as_a_reader_meets_them() -> None:
    made = html("- a[^x]\n\nb[^y] c[^x] d[^z]\n\n[^z]: Z\n[^y]: Y\n[^x]: X\n")

    assert re.findall(r'footnote-ref" href="#fn:(\w)">(\d)<', made) == [
        ("x", "1"),
        ("y", "2"),
        ("x", "1"),
        ("z", "3"),
    ]
    assert re.findall(r'<li id="fn:(\w)">', made) == ["x", "y", "z"]
    assert re.findall(r"Back to note (\d), place (\d)", made) == [
        ("1", "1"),
        ("1", "2"),
        ("2", "1"),
        ("3", "1"),
    ]


def test_code_gets_its_sign_back() -> None:
    assert html(f"`[{CODE_AT}a]`") == "<p><code>[@a]</code></p>"


def test_notes_side_by_side_can_be_told_apart() -> None:
    made = html("a[^x][^y] b[^z]\n\n[^x]: X\n[^y]: Y\n[^z]: Z\n")

    assert re.findall(r'<sup (?:class="([\w-]+)" )?id="fnref:(\w)">', made) == [
        ("", "x"),
        ("note-beside", "y"),
        ("", "z"),
    ]


def test_a_table_stands_in_a_named_region_and_its_header_heads_columns() -> None:
    assert html("| CO~2~ [^1] & *b* | Yield |\n|---|--:|\n| 1 | 2 |\n\n[^1]: N").partition(
        '<div class="footnote'
    )[0].replace("\n", "") == (
        '<div aria-label="CO~2~ &amp; b, Yield" class="scroll" role="group" tabindex="0"><table>'
        '<thead><tr><th scope="col">CO~2~ <sup id="fnref:1"><a aria-label="Note 1" '
        'class="footnote-ref" href="#fn:1">1</a></sup> &amp; <em>b</em></th>'
        '<th class="to-right" scope="col">Yield</th></tr></thead>'
        '<tbody><tr><td>1</td><td class="to-right">2</td></tr></tbody></table></div>'
    )


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        (
            "the [naava *iso*]{lang=fi} lichen",
            'the <span lang="fi">naava <em>iso</em></span> lichen',
        ),
        ("[x]{lang=sr-Latn}", '<span lang="sr-Latn">x</span>'),
        ("[x](y.md){lang=fi}", '<a href="y.md" lang="fi">x</a>'),
        ("`[x]{lang=fi}`", "<code>[x]{lang=fi}</code>"),
        ("[x]{lang=fi onclick=go}", "[x]{lang=fi onclick=go}"),
    ],
)
def test_words_in_another_language_are_marked(text: str, becomes: str) -> None:
    assert html(text) == f"<p>{becomes}</p>"


WORDS = st.sampled_from(
    [
        *(
            "a",
            "b c",
            " ",
            "  \n",
            "\n",
            "\n\n",
            "- ",
            "1. ",
            "> ",
            "# ",
            "    ",
            "| a | b |\n|---|---|\n",
        ),
        *(
            "*",
            "**",
            "_",
            "`",
            "``",
            "\\",
            "\\*",
            "!",
            "[",
            "]",
            "[^1]",
            "[^1]: ",
            "[x](y)",
            "[x]: y",
        ),
        *("{lang=sv}", "<", ">", "<b>", "</b>", "<a@b.c>", "<http://a.b>", "&", "&amp;", "&#65;"),
        *("*[QP]: ", "QP", "<div markdown=1>", "</div>", "```\n", "{: .c }", "term\n: told", "å"),
    ]
)


@settings(deadline=None)
@given(text=st.lists(WORDS, max_size=30).map("".join))
def test_patterns_that_are_left_out_would_have_changed_nothing(text: str) -> None:
    patient = converter()
    patient.treeprocessors.register(InlineProcessor(patient), "inline", 20)

    assert converter().convert(text) == patient.convert(text)
