"""What a page may load and run, and what in its HTML the browser would refuse therefore.

The policy (Content Security Policy Level 3, W3C) stands in a `meta` element, because a host of
static pages lets nobody set headers. It names this host only. Nothing inline is allowed, so there
is nothing to hash, and one policy holds for all pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'self'; "
    "form-action 'self'; object-src 'none'"
)

_ATTRIBUTE = re.compile(
    r"(?P<name>[^\s=\"'/]+)(?:\s*=\s*(?:\"(?P<a>[^\"]*)\"|'(?P<b>[^']*)'|(?P<c>[^\s\"'>]+)))?"
)
_DATA = "application/ld+json"
"""The one type of a script that is data: it is read by others and never runs (HTML, 4.12.1)."""
_RUNS = re.compile(r"\s*javascript:", re.IGNORECASE)
_ELSEWHERE = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)
_LOADING = frozenset(
    {("script", "src"), ("img", "src"), ("source", "src"), ("image", "href"), ("use", "href")}
)
"""What is fetched with the page; a `link` depends on its `rel`."""
_LINKED = frozenset({"stylesheet", "icon", "preload", "modulepreload", "manifest", "prefetch"})
_REFUSED = frozenset({"style", "iframe", "object", "embed", "audio", "video"})
_LOOKED_AT = _REFUSED | {tag for tag, _ in _LOADING} | {"link", "form"}
_SUSPECT = (re.compile(rb"style\s*="), re.compile(rb"on[a-z]+\s*="))
"""Attributes that run or colour something; each begins with letters that are found fast."""


def _tags(names: str) -> re.Pattern[bytes]:
    return re.compile(
        rf"<(?:!--.*?--|(?P<name>{names})(?P<attributes>\b(?:[^<>\"']|\"[^\"]*\"|'[^']*')*))>".encode(),
        re.DOTALL,
    )


_ANY_TAG, _FEW_TAGS = _tags("[a-z][a-z0-9-]*"), _tags("|".join(sorted(_LOOKED_AT)))
"""Every tag is looked at only where a page holds something suspect anywhere: few pages do."""


def offences(html: str) -> list[str]:
    """Everything in a page that the policy would block, in words, each once."""
    found: dict[str, None] = {}
    text = html.encode(errors="replace")
    lower = text.lower()  # of bytes, so that everything stays where it was
    for match in (_ANY_TAG if _is_suspect(lower) else _FEW_TAGS).finditer(lower):
        if match["name"]:
            attributes = text[slice(*match.span("attributes"))].decode()
            found |= dict.fromkeys(_in_tag(match["name"].decode(), attributes))
    return list(found)


def _is_suspect(html: bytes) -> bool:
    found = (match.start() for pattern in _SUSPECT for match in pattern.finditer(html))
    return b"javascript:" in html or any(html[start - 1 : start] in _BEFORE for start in found)


_BEFORE = frozenset(bytes([sign]) for sign in b" \t\n\r\f\v\"'/")
"""What stands before the name of an attribute."""


def _in_tag(tag: str, text: str) -> Iterator[str]:
    attributes = {
        match["name"].lower(): match["a"] or match["b"] or match["c"] or ""
        for match in _ATTRIBUTE.finditer(text)
    }
    if tag in _REFUSED:
        yield f"an element <{tag}>"
    if tag == "script" and "src" not in attributes and attributes.get("type", "") != _DATA:
        yield "a script inside the page"
    for name, value in attributes.items():
        if name == "style" or name.startswith("on") or _RUNS.match(value):
            yield f'{name}="{value}" on <{tag}>'
        elif _loads(tag, name, attributes) and _ELSEWHERE.match(value):
            yield f"<{tag}> from elsewhere: {value}"


def _loads(tag: str, name: str, attributes: dict[str, str]) -> bool:
    if tag == "link":
        return name == "href" and bool(_LINKED & set(attributes.get("rel", "").lower().split()))
    return (tag, name) in _LOADING or (tag, name) == ("form", "action")
