"""How problems are told."""

from __future__ import annotations

import json

import pytest

from handbook import cli, report, schema, source
from handbook.codes import Code, catalogue
from handbook.commands import FINE
from handbook.problem import Problem

PROBLEMS = (
    Problem("data/a,b.yml", 12, 15, "HB102", "error", 'no lecturer "x"', 'did you mean "y"?'),
    Problem("data/c.yml", 1, 1, "HB106", "warning", "nothing uses\n::error::this 100%"),
)


def test_text_is_one_line_a_problem() -> None:
    assert report.text(PROBLEMS[:1]) == (
        'data/a,b.yml:12:15: HB102 error: no lecturer "x" (did you mean "y"?)\n'
    )


def test_each_rule_is_linked_once_below_the_site_s_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    places = report.explained((*PROBLEMS, PROBLEMS[0])).split("\n\n")[1]

    assert places == (
        "HB102 A record is named that is not there  /contributing/rules/#HB102\n"
        "HB106 Nothing uses this record             /contributing/rules/#HB106\n"
    )
    assert report.explained(()) == ""
    monkeypatch.setenv("SITE_URL", "https://kuusi.example/handbook/")
    assert report.place("HB102") == "https://kuusi.example/handbook/contributing/rules/#HB102"


def test_json_is_one_array() -> None:
    assert json.loads(report.as_json(PROBLEMS))[0] == {
        "file": "data/a,b.yml",
        "line": 12,
        "column": 15,
        "code": "HB102",
        "severity": "error",
        "message": 'no lecturer "x"',
        "hint": 'did you mean "y"?',
    }
    assert report.as_json(()) == "[]\n"


def test_annotations_neither_colour_the_log_nor_turn_it_round() -> None:
    name = "\x1b[31mred\u202e\r\x85::error::"
    problem = Problem(f"data/{name}.yml", 1, 1, "HB106", "warning", name, name)

    assert report.github([problem]) == (
        r"::warning file=data/ [31mred\u202e %3A%3Aerror%3A%3A.yml,line=1,col=1,title=HB106::"
        r" [31mred\u202e ::error::%0A [31mred\u202e ::error::%0AWhy: /contributing/rules/#HB106"
        "\n"
    )
    assert {"\x1b", "\u202e", "\r", "\x85"}.isdisjoint(str(problem))


def test_annotations_cannot_carry_commands_of_their_own() -> None:
    assert report.github(PROBLEMS) == (
        "::error file=data/a%2Cb.yml,line=12,col=15,title=HB102::"
        'no lecturer "x"%0Adid you mean "y"?%0AWhy: /contributing/rules/#HB102\n'
        "::warning file=data/c.yml,line=1,col=1,title=HB106::"
        "nothing uses%0A::error::this 100%25%0AWhy: /contributing/rules/#HB106\n"
    )


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "no problems"), (1, "1 error"), (2, "1 error, 1 warning")],
)
def test_the_closing_line_counts(number: int, words: str) -> None:
    assert report.count(PROBLEMS[:number]) == words


@pytest.mark.parametrize("name", catalogue())
def test_every_code_is_explained_with_a_bad_and_a_good_example(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = catalogue()[name]

    assert cli.main(["explain", name.lower()]) == FINE

    out = capsys.readouterr().out
    assert out.startswith(f"{name} ({code.severity}): {code.title}\n")
    assert code.bad.strip() != code.good.strip()
    assert "Not like this:" in out
    assert code.why.strip().endswith(".")
    assert ("in data/waivers.yml:" in out) == code.waivable


@pytest.mark.parametrize("code", [one for one in catalogue().values() if one.waiver])
def test_a_waiver_that_is_shown_can_be_written_so(code: Code) -> None:
    waiver, problems = schema.parse(
        schema.Waiver, source.parse("data/waivers.yml", code.waiver), (0,)
    )

    assert problems == []
    assert waiver is not None
    assert waiver.rule == code.code
