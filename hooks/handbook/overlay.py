"""What is wrong, over the page that a browser shows while a handbook is worked on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any, TypeAlias

from handbook.problem import Problem
from handbook.signposts import environment

App: TypeAlias = Callable[[dict[str, Any], Any], Iterable[bytes]]
"""An application of WSGI (PEP 3333)."""


@dataclass(frozen=True)
class Verdict:
    """What a build has found to be wrong: in the data, or anything else, in words; or nothing."""

    problems: tuple[Problem, ...] = ()
    words: str = ""


def written(templates: FilePath, verdict: Verdict) -> bytes:
    """The HTML of an overlay; none where nothing is wrong."""
    if verdict == Verdict():
        return b""
    template = environment(templates).get_template("overlay.html")
    return template.render(problems=verdict.problems, words=verdict.words).encode()


def over(app: App, overlay: Callable[[], bytes]) -> App:
    """The same application, with the overlay of the moment at the end of each of its pages."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        head: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], *others: Any) -> None:
            head[:] = [status, headers, *others]

        body, added = app(environ, start), overlay()
        status, headers, *others = head
        if not added or ("Content-Type", "text/html") not in headers:
            start_response(status, headers, *others)
            return body
        page = b"".join(body)
        begin, end, rest = page.rpartition(b"</body>")
        page = begin + added + end + rest if end else page + added
        length = [("Content-Length", str(len(page)))]
        kept = [one for one in headers if one[0] != "Content-Length"]
        start_response(status, kept + length, *others)
        return [page]

    return answer
