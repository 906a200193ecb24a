"""What the scripts that post on GitHub share: reading a text that may hold anything, and `gh`.

They run where they may write, after a job that may not, and take nothing of that job but one text.
It is untrusted: it is read as text, cut, and made harmless.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

LONGEST = 60_000
"""Characters; GitHub takes 65,536."""

_APART = "\u200b"
"""A space without width, which parts signs; unlike an entity it does so in code spans too."""
HARMLESS = {
    "&": f"&{_APART}",  # no sign is written as another (`&#64;`): this comes first
    "<": "&lt;",  # no tags, and no comment that hides or ends something
    "#": f"#{_APART}",  # no other proposal is linked
    "@": f"@{_APART}",  # nobody is called
    "](": f"]{_APART}(",  # no links and no pictures
    "]:": f"]{_APART}:",  # nor any that are defined elsewhere
    "://": f":{_APART}//",
}
_REFERENCES = re.compile(r"(?i)www(?=\.)|\bGH(?=-\d)|[0-9a-f]{6}(?=[0-9a-f])")
"""What GitHub makes links of without any sign: addresses, other proposals, and commits, which are
known by 7 digits of theirs or more."""
PAGE = 100
"""Things that are asked for at once: the most that GitHub gives."""


class NoTextError(ValueError):
    """There is no text to post."""


def read(file: Path) -> str:
    """What a file says, made harmless; a NoTextError where it is none."""
    if file.is_symlink() or not file.is_file():
        raise NoTextError("there is no text to post")
    with file.open(encoding="utf-8", errors="replace") as opened:
        return harmless(opened.read(2 * LONGEST))


def harmless(text: str) -> str:
    """Markdown that keeps its headings, lists and emphasis, and can do nothing else."""
    text = "".join(sign for sign in text if sign.isprintable() or sign == "\n")
    for sign, instead in HARMLESS.items():
        text = text.replace(sign, instead)
    text = _REFERENCES.sub(rf"\g<0>{_APART}", text)
    return "\n".join(map(_heading, text.split("\n")))[:LONGEST]


def _heading(line: str) -> str:
    """A line whose leading signs are a heading's again."""
    apart = HARMLESS["#"]
    plain = line.replace(apart, "#")
    level = len(plain) - len(plain.lstrip("#"))
    is_heading = 0 < level < 7 and plain[level : level + 1] == " "  # noqa: PLR2004 - h1 to h6
    return "#" * level + line[level * len(apart) :] if is_heading else line


def github(path: str, *, method: str = "GET", body: dict[str, str] | None = None) -> Any:
    """Ask GitHub's interface; raises CalledProcessError where it refuses."""
    done = subprocess.run(
        ["gh", "api", "--method", method, path, *(["--input", "-"] if body else [])],
        input=json.dumps(body) if body else None,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def pages(path: str, query: str = "") -> Iterator[dict[str, Any]]:
    """All that GitHub lists at a path, page by page."""
    for page in count(1):
        found = github(f"{path}?{query}per_page={PAGE}&page={page}")
        yield from found
        if len(found) < PAGE:
            return


def is_ours(posted: dict[str, Any], marker: str) -> bool:
    """Whether a comment or an issue was posted by a workflow, and begins with our marker.

    A person may write the marker too, and is no bot; one who has left is nobody.
    """
    author = posted["user"] or {}
    return author.get("type") == "Bot" and (posted["body"] or "").startswith(marker)
