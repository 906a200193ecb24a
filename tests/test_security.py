from __future__ import annotations

import pytest

from handbook.security import offences


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<p style="color: red">', ['style="color: red" on <p>']),
        ("<P STYLE=color:red>", ['style="color:red" on <p>']),
        ("<p title='a > b' onclick='go()'>", ['onclick="go()" on <p>']),
        ("<svg\nonload=go()>", ['onload="go()" on <svg>']),
        ('<a href=" javascript:go()">', ['href=" javascript:go()" on <a>']),
        ("<script>go()</script>", ["a script inside the page"]),
        ('<script type="module">go()</script>', ["a script inside the page"]),
        ('<script type="importmap">{}</script>', ["a script inside the page"]),
        ('<script type="application/json">{}</script>', ["a script inside the page"]),
        ("<style>p {}</style>", ["an element <style>"]),
        ('<iframe src="x.html"></iframe>', ["an element <iframe>"]),
        (
            '<script src="https://a.example/x.js">',
            ["<script> from elsewhere: https://a.example/x.js"],
        ),
        ('<img src="//a.example/x.png">', ["<img> from elsewhere: //a.example/x.png"]),
        ('<img src="data:image/png;base64,x">', ["<img> from elsewhere: data:image/png;base64,x"]),
        (
            '<link rel="stylesheet" href="https://a.example/x.css">',
            ["<link> from elsewhere: https://a.example/x.css"],
        ),
        ('<form action="https://a.example/">', ["<form> from elsewhere: https://a.example/"]),
        ("<p style='a'><p style='a'>", ['style="a" on <p>']),
    ],
)
def test_what_a_browser_would_refuse_is_named(html: str, expected: list[str]) -> None:
    assert offences(html) == expected


@pytest.mark.parametrize(
    "html",
    [
        '<link rel="canonical" href="https://a.example/">',
        '<a href="https://a.example/" title="on this page: style=x">',
        '<script src="../assets/a.js" defer></script>',
        '<script type="application/ld+json">{"a": "<b"}</script>',
        "<p>style=x, onclick=y, 1 < 2</p>",
        "<!-- <style> -->",
        "<code>&lt;p style=&quot;x&quot;&gt;</code>",
        '<circle r="2" stroke-width="1"/>',
        "<!doctype html><html lang=en>",
    ],
)
def test_what_a_browser_lets_be_is_let_be(html: str) -> None:
    assert offences(html) == []
