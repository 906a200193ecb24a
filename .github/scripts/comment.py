"""Posts what a proposal means as one comment on it, and renews that comment with each change.

It runs where it may write, after the job that ran the contributor's data, which may not. What that
job left is untrusted: it may hold anything. So its text is read as text, cut, and made harmless,
and the proposal is found by asking GitHub, not by what the text says.

Usage: `comment.py FILE`, with GH_TOKEN, REPOSITORY, HEAD_OWNER, HEAD_BRANCH and HEAD_SHA in the
environment. Exit status: 0 posted, or nobody to post to; 1 the text is missing or GitHub refused.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

MARKER = "<!-- what this proposal means -->"
LONGEST = 60_000
"""Characters; GitHub takes 65,536."""

HARMLESS = {
    "#": "#&#8203;",  # no other proposal is linked (first, for the others use it)
    "<": "&lt;",  # no tags, and no comment that hides or ends something
    "@": "@&#8203;",  # nobody is called
    "](": "]&#8203;(",  # no links and no pictures
    "://": ":&#8203;//",
    "www.": "www&#8203;.",
}


def harmless(text: str) -> str:
    """Markdown that keeps its headings, lists and emphasis, and can do nothing else."""
    text = "".join(sign for sign in text if sign.isprintable() or sign == "\n")
    for sign, instead in HARMLESS.items():
        text = text.replace(sign, instead)
    lines = (heading(line) for line in text.split("\n"))
    return "\n".join(lines)[:LONGEST]


def heading(line: str) -> str:
    """A line whose leading signs are a heading's again."""
    plain = line.replace("#&#8203;", "#")
    level = len(plain) - len(plain.lstrip("#"))
    is_heading = 0 < level < 7 and plain[level : level + 1] == " "  # noqa: PLR2004 - h1 to h6
    return "#" * level + line[level * len("#&#8203;") :] if is_heading else line


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


def proposal(repository: str, owner: str, branch: str, sha: str) -> int | None:
    """The number of the open proposal of exactly this commit."""
    query = urlencode({"state": "open", "head": f"{owner}:{branch}"})
    found = github(f"repos/{repository}/pulls?{query}")
    return next((one["number"] for one in found if one["head"]["sha"] == sha), None)


def earlier(repository: str, number: int) -> int | None:
    """The comment that was posted before, if there is one."""
    found = github(f"repos/{repository}/issues/{number}/comments?per_page=100")
    own = (
        one["id"]
        for one in found
        if one["user"]["type"] == "Bot" and one["body"].startswith(MARKER)
    )
    return next(own, None)


def main() -> int:
    """Find the proposal, and post or renew the comment."""
    file = Path(sys.argv[1])
    if file.is_symlink() or not file.is_file():
        print("there is no text to post", file=sys.stderr)
        return 1
    with file.open(encoding="utf-8", errors="replace") as opened:
        text = harmless(opened.read(2 * LONGEST))
    repository = os.environ["REPOSITORY"]
    try:
        number = proposal(
            repository,
            os.environ["HEAD_OWNER"],
            os.environ["HEAD_BRANCH"],
            os.environ["HEAD_SHA"],
        )
        if number is None:
            print("no open proposal has this commit: nothing is posted", file=sys.stderr)
            return 0
        body = {"body": f"{MARKER}\n{text}"}
        before = earlier(repository, number)
        if before is None:
            github(f"repos/{repository}/issues/{number}/comments", method="POST", body=body)
        else:
            github(f"repos/{repository}/issues/comments/{before}", method="PATCH", body=body)
    except subprocess.CalledProcessError as error:
        print(error.stderr, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
