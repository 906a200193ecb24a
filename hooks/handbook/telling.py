"""Words for people about data that nobody vouches for: as text for a terminal, or as Markdown.

The words stand in templates beside this file, once for text and Markdown. What comes from data is
never markup there: in Markdown it stands in code spans, in which nobody is mentioned, nothing is
linked and no comment ends; in text it stands in quotes on its line.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path as FilePath
from typing import Any, Literal, TypeAlias

from handbook.problem import TURNING, on_one_line

Form: TypeAlias = Literal["text", "markdown"]

LIMIT = 60_000
"""Characters of Markdown: GitHub takes 65,536 in a comment and in an issue."""
MOST = (40, 10, 2)
"""Items of a list in Markdown; fewer if that is too long."""


def told(words: str, form: Form, **values: Any) -> str:
    """What the template `words` says with some values."""
    text = _template(words, form).render(**values)
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"


def within_limit(written: Callable[[int], str]) -> str:
    """What is written with as many items of each list as fit into one comment."""
    text = ""
    for text in map(written, MOST):
        if len(text) <= LIMIT:
            break
    return text


@cache
def _template(words: str, form: Form) -> Any:
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - slow, and JSON needs none
    from markupsafe import Markup  # noqa: PLC0415

    quoting = {"text": in_quotes, "markdown": in_code}[form]

    def ours(words: str) -> str:
        return Markup(words)  # noqa: S704 - it is no HTML

    def bare(value: object) -> str:
        """A name that no quotes need to set off, in text."""
        return ours(_tame(str(value)) if form == "text" else in_code(str(value)))

    def when(value: str) -> str:
        """A day or a time as it is, unless it is none."""
        return ours(value if _WHEN.fullmatch(value) else quoting(value))

    def cell(value: object) -> str:
        """A name in a cell of a table, which no line in it ends (GitHub's Markdown, 4.10)."""
        return ours(re.sub(r"\\(?=\|)", rf"\\{JOINER}", quoting(str(value))).replace("|", r"\|"))

    def safe(value: object) -> object:
        """What is no number and not written by the template itself is data."""
        is_ours = isinstance(value, int | Markup)
        return value if is_ours else ours(quoting(str(value)))

    environment = Environment(
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=True,
        finalize=safe,
    )
    environment.globals |= {
        "second": ours("## " if form == "markdown" else ""),
        "third": ours("### " if form == "markdown" else ""),
        "fourth": ours("#### " if form == "markdown" else ""),
    }
    environment.filters |= {"bare": bare, "when": when, "cell": cell}
    return environment.from_string(FilePath(__file__).with_name(words).read_text(encoding="utf-8"))


def in_quotes(data: str) -> str:
    """Data in a line of text."""
    return f'"{_tame(data)}"'


def in_code(data: str) -> str:
    """Data as a code span of Markdown (CommonMark, 6.1): a longer fence than any run inside."""
    tame = _tame(data)
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", tame)), default=0))
    return (
        f"{fence} {tame} {fence}" if "`" in tame or tame != tame.strip() else fence + tame + fence
    )


_COMMANDS = re.compile(r"(<)(!--)|(-)(->)|(:)(:)|(#)(#\[)|(\$)(\{\{)")
_WHEN = re.compile(r"(?:[^\W_]| |–|(?<=\d):(?=\d))+")
JOINER = "\u2060"
"""An invisible word joiner."""


def _tame(data: str) -> str:
    """Data on one line, in one direction, in which no comment ends and no command begins.

    A word joiner parts the signs of HTML comments and of the commands of GitHub's runner
    (`::error::`, `##[error]`, `${{ … }}`), wherever this is printed or pasted.
    """
    line = TURNING.sub("", on_one_line(data))

    def parted(match: re.Match[str]) -> str:
        one, other = filter(None, match.groups())
        return f"{one}{JOINER}{other}"

    while (safe := _COMMANDS.sub(parted, line)) != line:
        line = safe
    return line or " "
