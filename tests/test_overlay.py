"""What lies over a page while a handbook is worked on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from conftest import ROOT

from handbook import overlay
from handbook.overlay import Verdict
from handbook.source import Source

TEMPLATES = ROOT / "overrides"


def answer(content: bytes, kind: str) -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        del environ
        length = str(len(content))
        start_response("200 OK", [("Content-Type", kind), ("Content-Length", length)])
        return [content]

    return app


def asked(app: Callable[[dict[str, Any], Any], Iterable[bytes]]) -> tuple[bytes, dict[str, str]]:
    told: dict[str, str] = {}
    return b"".join(app({}, lambda _, headers: told.update(headers))), told


def test_it_stands_at_the_end_of_a_page() -> None:
    page, headers = asked(overlay.over(answer(b"<p>A</p></body>", "text/html"), lambda: b"<i>"))

    assert page == b"<p>A</p><i></body>"
    assert headers == {"Content-Type": "text/html", "Content-Length": str(len(page))}


def test_it_is_in_no_other_file_and_nowhere_if_nothing_is_wrong() -> None:
    css, page = answer(b"a{}", "text/css"), answer(b"<p></body>", "text/html")

    assert asked(overlay.over(css, lambda: b"<i>"))[0] == b"a{}"
    assert asked(overlay.over(page, lambda: b""))[0] == b"<p></body>"
    assert overlay.written(TEMPLATES, Verdict()) == b""


def test_it_says_where_and_what_and_means_no_markup() -> None:
    problem = Source("data/a.yml").problem_at("HB101", (2, 1), 'no field "<b>" here', "delete it")

    html = overlay.written(TEMPLATES, Verdict((problem,))).decode()
    other = overlay.written(TEMPLATES, Verdict((), "no <template>")).decode()

    assert "<code>data/a.yml:2:1</code> HB101 error: no field &#34;&lt;b&gt;&#34; here" in html
    assert "Delete it" in html
    assert "<code>no &lt;template&gt;</code>" in other
