"""Problems as text for a terminal, as JSON for programs, as annotations for GitHub."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence

from handbook.codes import Code, catalogue
from handbook.problem import Problem, in_one_direction


def text(problems: Sequence[Problem]) -> str:
    """One line a problem."""
    return "".join(f"{problem}\n" for problem in problems)


def explained(problems: Sequence[Problem]) -> str:
    """One line a problem, and then where each of their rules is explained, one line a rule."""
    titles = {one.code: catalogue()[one.code].title for one in sorted(problems, key=_by_code)}
    width = max((len(title) for title in titles.values()), default=0)
    places = "".join(f"{code} {title:{width}}  {place(code)}\n" for code, title in titles.items())
    return text(problems) + (f"\n{places}" if places else "")


def _by_code(problem: Problem) -> str:
    return problem.code


def place(code: str) -> str:
    """Where a rule stands on the site, below the site's address where the environment has one."""
    return f"{os.environ.get('SITE_URL', '').rstrip('/')}/contributing/rules/#{code}"


def as_json(problems: Sequence[Problem]) -> str:
    """One array, `[]` if there is nothing."""
    return json.dumps([p.as_dict() for p in problems], ensure_ascii=False, indent=2) + "\n"


def github(problems: Sequence[Problem]) -> str:
    """Workflow commands, so that GitHub shows each problem on its line.

    What comes from data is escaped as GitHub's runner does it (%25, %0A, and in properties %3A and
    %2C too): a name with a line break cannot begin a command of its own, and none colours the log.
    """
    return "".join(_annotation(problem) for problem in problems)


def _annotation(problem: Problem) -> str:
    parts = [problem.message, problem.hint, f"Why: {place(problem.code)}"]
    message = "\n".join(filter(None, parts))
    properties = {
        "file": problem.file,
        "line": problem.line,
        "col": problem.column,
        "title": problem.code,
    }
    written = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    command = {"info": "notice"}.get(problem.severity, problem.severity)
    return f"::{command} {written}::{_data(message)}\n"


def _data(value: str) -> str:
    return "%0A".join(in_one_direction(line).replace("%", "%25") for line in value.split("\n"))


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")


FORMATS = {"text": explained, "json": as_json, "github": github}


def count(problems: Sequence[Problem]) -> str:
    """The closing line: '2 errors, 1 warning'."""
    parts = []
    for severity, word in (("error", "error"), ("warning", "warning"), ("info", "remark")):
        number = sum(problem.severity == severity for problem in problems)
        if number:
            parts.append(f"{number} {word}{'s' if number > 1 else ''}")
    return ", ".join(parts) or "no problems"


def explanation(code: Code) -> str:
    """What `handbook explain` prints."""
    waivable = "It can be waived in data/waivers.yml." if code.waiver else ""
    waived = ["", "Or, where it is agreed on, in data/waivers.yml:", _indented(code.waiver)]
    return "\n".join(
        [
            f"{code.code} ({code.severity}): {code.title}",
            "",
            f"{code.why.strip()} {waivable}".strip(),
            "",
            "Not like this:",
            _indented(code.bad),
            "",
            "Like this:",
            _indented(code.good),
            *(waived if code.waiver else ()),
            "",
            f"On the site: {place(code.code)}",
            "",
        ]
    )


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.strip("\n").split("\n"))
