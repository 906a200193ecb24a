"""Markdown as authors write it: what it links, cites and notes, and how fields become one page.

Code spans and blocks are never touched: every search runs over a copy of the text in which code
is blanked out, so that positions in it are positions in the text.

Texts come from strangers too, so no search here takes more than a few steps a character: what is
repeated is possessive (`*+`) or bounded, and what has an end far off is found by its two ends.
"""

from __future__ import annotations

import html
import itertools
import re
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

CODE_AT = "\ue000"
"""Stands for @ inside code until a page is rendered, so that no plugin sees a citation there."""
BACKSLASH = "\ue002"
"""Stands for the backslash of mkdocs-bibtex's commands where an author only writes about them."""

_FENCE_MARK = re.compile(r"^(`{3,}+|~{3,}+)([^\n`]*+)$", re.MULTILINE)
_TICKS = re.compile(r"`++")
_EMPTY_LINE = re.compile(r"\n[ \t]*+\n")
_INDENTED = re.compile(
    r"(?:(?<=\n\n)|\A)(?: {4}|\t)[^\n]*(?:\n(?: {4}|\t)[^\n]*|\n+(?=\n(?: {4}|\t)))*"
)
_OWNER = re.compile(r"^(?:[-*+] |\d+[.)] |\[\^[^\]]+\]:|:   |!!! |\?\?\?)", re.MULTILINE)


_TEXTS = 65536
"""Answers on texts that are kept at most: more than a handbook has texts, lest none be kept."""


@lru_cache(maxsize=_TEXTS)
def mask(text: str) -> str:
    """The text with every character of code blanked out; as long as before, with the same lines.

    Rules and pages look at the same texts, so the answers are kept, by text.
    """

    def blank(match: re.Match[str]) -> str:
        return re.sub(r"[^\n]", " ", match[0])

    def blank_block(match: re.Match[str]) -> str:
        end = match.start()
        while end and text[end - 1].isspace():
            end -= 1
        above = text[text.rfind("\n\n", 0, end) + 1 : end].lstrip("\n")
        inside = _OWNER.match(above) or above.startswith((" ", "\t"))
        return match[0] if inside and above else blank(match)

    if "```" in text or "~~~" in text:
        text = _blanked(text, _fences(text)[0])
    if "    " in text or "\t" in text:
        text = _INDENTED.sub(blank_block, text)
    if "`" in text:
        text = _blanked(text, _spans(text))
    return text


def _blanked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with some parts of it, in order, blanked out."""
    pieces, position = [], 0
    for start, end in spans:
        pieces += [text[position:start], re.sub(r"[^\n]", " ", text[start:end])]
        position = end
    return "".join([*pieces, text[position:]])


def _fences(text: str) -> tuple[list[tuple[int, int]], int | None]:
    """Blocks of code between two lines of ticks or tildes, and where one begins that never ends.

    A block ends at the first line with the very marks that it began with, and nothing more.
    """
    marks = list(_FENCE_MARK.finditer(text))
    ends: dict[str, list[int]] = {}
    for number, match in enumerate(marks):
        if not match[2].strip(" "):
            ends.setdefault(match[1], []).append(number)
    found: list[tuple[int, int]] = []
    unclosed = None
    number = 0
    while number < len(marks):
        closing = ends.get(marks[number][1], [])
        place = bisect_right(closing, number)
        if place < len(closing):
            found.append((marks[number].start(), marks[closing[place]].end()))
            number = closing[place] + 1
        else:
            unclosed = marks[number].start() if unclosed is None else unclosed
            number += 1
    return found, unclosed


def _spans(text: str) -> list[tuple[int, int]]:
    """Code within running text: from some ticks to the next as many, in one paragraph."""
    found: list[tuple[int, int]] = []
    for start, end in itertools.pairwise(
        [0, *(one.end() for one in _EMPTY_LINE.finditer(text)), len(text)]
    ):
        runs = [one.span() for one in _TICKS.finditer(text, start, end)]
        by_length: dict[int, list[int]] = {}
        for number, (first, last) in enumerate(runs):
            by_length.setdefault(last - first, []).append(number)
        number = 0
        while number < len(runs):
            first, last = runs[number]
            alike = by_length[last - first]
            place = bisect_right(alike, number)
            if place < len(alike) and text[first - 1 : first] != "\\":
                found.append((first, runs[alike[place]][1]))
                number = alike[place]
            number += 1
    return found


# --- What a text mentions --------------------------------------------------------------------


@dataclass(frozen=True)
class Mention:
    """Something a text names: the words as typed, and where they begin."""

    name: str
    start: int
    locator: str = ""


_BARE = re.compile(r"@(?<![\w@\[;/.]@)([\w-]+)")


@lru_cache(maxsize=_TEXTS)
def bare_citations(text: str) -> tuple[Mention, ...]:
    """Words with @ before them that stand in no brackets of a citation; kept as in `mask`."""
    return tuple(_bare_citations(text)) if "@" in text else ()


def _bare_citations(text: str) -> Iterator[Mention]:
    groups = citation_groups(text)
    for match in _BARE.finditer(mask(text)):
        if not any(group.start <= match.start() < group.end for group in groups):
            yield Mention(match[1], match.start())


_KEYED = re.compile(r"\[(?<![\]!\\]\[)([\w-]++)(,[^\[\]@]*+)?\](?![(\[{:])")


@lru_cache(maxsize=_TEXTS)
def bracketed(text: str) -> tuple[Mention, ...]:
    """What stands in brackets like a citation without its @: `[key, ch. 9]`, but no link.

    The place is that of the bracket, and the locator has its comma. Kept, by text, as in `mask`.
    """
    if not _KEYED.search(text):
        return ()  # mostly
    masked = mask(text)
    links = {match[1].lower() for match in _DEFINITION.finditer(masked)}
    return tuple(
        Mention(match[1], match.start(), match[2] or "")
        for match in _KEYED.finditer(masked)
        if match[1].lower() not in links
    )


@dataclass(frozen=True)
class CitationGroup:
    """Brackets with citations: `[@a; @b, ch. 9]`; or, where not `understood`, a try at it."""

    start: int
    end: int
    citations: tuple[Mention, ...]
    understood: bool = True


_BRACKETS = re.compile(r"\[(?<!\\\[)([^\[\]^][^\[\]]*)\](?!\(|\[(?!@))")
_MARKER = re.compile(r"\s*(?:[-*+>]|\d+[.)]|\||.*\|)\s*|\s*[#|].*\n")
_TRIED = re.compile(r"(?:^|[\s;(])@\w")
_CITED = re.compile(r"@([\w-]++)(?:,\s*+(\S[^;]*))?")
_LINK = re.compile(
    r"(?<!\\)\]\(\s*+(<[^<>\n]*+>|[^\s()]*+(?:\([^\s()]*+\)[^\s()]*+)*+)"
    r"(?:\s++[\"'][^\n]{0,1000}?[\"'])?\s*+\)"
)
_TARGET = re.compile(r"\]\(\s*+<?([^\s<>()]++)")
_PICTURE = re.compile(r"(?<!\\)!\[")
_DEFINITION = re.compile(r"^ {0,3}\[(?!\^)([^\]\n]+)\]:(?=\s*\S)", re.MULTILINE)
_DEFINITION_USED = re.compile(
    r"(?<!\\)(?<!\])\[([^\[\]\n]++)\](?:\[\])?(?![(:\[])|\]\[([^\[\]\n]++)\]"
)
_DEFINED_LINK = re.compile(r"^ {0,3}\[(?!\^)[^\]\n]+\]:\s*(\S+)", re.MULTILINE)
_NOTE = re.compile(r"(?<!\\)\[\^([^\[\]\n]++)\](:)?")
_HEADING = re.compile(r"^(#{1,6})", re.MULTILINE)
_UNDERLINE = re.compile(r"\n(?:=+|-+)[ ]*(?:\n|\Z)")
_UNDERLINED = re.compile(r"(?:(?<=\n\n)|\A)([^\n]+)\n(=+|-+)[ ]*(?=\n|\Z)")
_TAG_OPENS = re.compile(r"<(?:(!--)|/?[A-Za-z][A-Za-z0-9-]*+(?=[\s/>])|[!?][A-Za-z])")
_HANDLER = re.compile(r"\b(?:on\w++|style|href|src)\s*+=", re.IGNORECASE)
_RUNS = re.compile(
    r"</?(?:script|style|iframe|object|embed|form|base|meta|link)\b|<!--\s*part:"
    r"|\s(?:on\w+|style|srcdoc)\s*=|javascript:",
    re.IGNORECASE,
)
_PLAIN_TAG = re.compile(r"/?(?:sub|sup|br|kbd|mark|wbr)\s*/?", re.IGNORECASE)
_COMMAND = re.compile(r"\\(?=(?:full_)?bibliography\b)")


@lru_cache(maxsize=_TEXTS)
def citation_groups(text: str) -> tuple[CitationGroup, ...]:
    """All bracketed citations of a text; kept, by text, as in `mask`."""
    return tuple(_citation_groups(text)) if "@" in text else ()


def _citation_groups(text: str) -> Iterator[CitationGroup]:
    masked = mask(text)
    for match in _BRACKETS.finditer(masked):
        if "@" not in match[1] or not _TRIED.search(match[1]):
            continue
        citations = []
        understood = True
        position = match.start(1)
        for part in match[1].split(";"):
            cited = _CITED.fullmatch(part.strip())
            if cited and "@" not in (cited[2] or ""):
                start = position + part.index("@") + 1
                citations.append(Mention(cited[1], start, cited[2] or ""))
            else:
                understood = False
            position += len(part) + 1
        yield CitationGroup(match.start(), match.end(), tuple(citations), understood)


_BLOCK = re.compile(r"\S[^\n]*(?:\n(?![ \t]*\n)[^\n]*)*")
_YEAR = re.compile(r"(?<![\w/:.,-])(?:19|20)\d\d(?![\w/:]|[-,.]\w)")
_DIGIT = re.compile(r"\d")
_CURRENCY = r"\b(?:EUR|USD|GBP|SEK|NOK|DKK|CHF)\b"
_AMOUNT = re.compile(
    rf"(?<![\w/:.,-])\d[\d,.]{{0,30}}(?:[ \u00a0]\d{{3}}){{0,6}}[ \u00a0]?"
    rf"(?:%|per cent\b|[mb]illion\b|{_CURRENCY})"
    rf"|(?:[€$£¥]|{_CURRENCY})[ \u00a0]?\d[\d,.]*"
)


def blocks(masked: str) -> Iterator[Mention]:
    """What blank lines part: paragraphs, lists, tables, headings."""
    for match in _BLOCK.finditer(masked):
        yield Mention(match[0], match.start())


def paragraphs(masked: str) -> Iterator[Mention]:
    """The blocks that are running text: no headings, tables, notes or boxes."""
    for block in blocks(masked):
        if not re.match(r"#|\||\[\^|\*\[|!!!|<", block.name):
            yield block


def numbers(masked: str, start: int = 0) -> Iterator[Mention]:
    """The years and the amounts (of money, of a hundred) that a text names from a place on."""
    if not _DIGIT.search(masked, start):
        return  # the forms below try much at every letter
    found = [match for form in (_YEAR, _AMOUNT) for match in form.finditer(masked, start)]
    for match in sorted(found, key=lambda one: one.start()):
        yield Mention(match[0], match.start())


@lru_cache(maxsize=_TEXTS)
def uncited_numbers(text: str) -> tuple[tuple[Mention, ...], ...]:
    """The numbers with no citation after them, block by block; kept, by text, as in `mask`."""
    groups = citation_groups(text)
    found = []
    for block in blocks(mask(text)):
        end = block.start + len(block.name)
        cited = [group.end for group in groups if block.start <= group.start < end]
        after = max(cited, default=block.start) - block.start
        bare = numbers(block.name, after)
        found.append(tuple(Mention(one.name, block.start + one.start) for one in bare))
    return tuple(filter(None, found))


def citations(text: str) -> Iterator[Mention]:
    """All citations of a text: key, locator, place of the key."""
    for group in citation_groups(text):
        yield from group.citations


def links(text: str, masked: str | None = None) -> Iterator[Mention]:
    """All targets of links and images of a text."""
    masked = mask(text) if masked is None else masked
    for pattern, sign in ((_LINK, "]("), (_DEFINED_LINK, "]:")):
        for match in pattern.finditer(masked) if sign in text else ():
            target, start = match[1], match.start(1)
            if target.startswith("<"):
                target, start = target[1:-1], start + 1
            yield Mention(target, start)


def pictures(text: str, masked: str) -> Iterator[Mention]:
    """All addresses of pictures of a text."""
    begun = [match.start() for match in _PICTURE.finditer(masked)] if "![" in text else []
    for match in _TARGET.finditer(masked) if begun else ():
        place = bisect_right(begun, match.start()) - 1
        if place >= 0 and masked.rfind("]", begun[place], match.start()) < 0:
            yield Mention(match[1], match.start(1))


def notes(text: str, masked: str | None = None) -> tuple[list[Mention], list[Mention]]:
    """The labels of a text's own footnotes: where they are defined, where they are used."""
    defined: list[Mention] = []
    used: list[Mention] = []
    if "[^" not in text:
        return defined, used
    masked = mask(text) if masked is None else masked
    for match in _NOTE.finditer(masked):
        at_line_start = not masked[masked.rfind("\n", 0, match.start()) + 1 : match.start()].strip()
        mention = Mention(match[1], match.start(1))
        (defined if match[2] and at_line_start else used).append(mention)
    return defined, used


def unclosed_fence(text: str) -> int | None:
    """Where a code block begins that never ends."""
    return _fences(text)[1]


def markup(text: str, masked: str | None = None, *, by_hand: bool = False) -> Iterator[Mention]:
    """HTML in a text that may not stand there, and attributes that run or dress things.

    A page written by hand may hold HTML, but nothing that runs.
    """
    masked = mask(text) if masked is None else masked
    for start, end in _tags(masked):
        tag = masked[start:end]
        if _RUNS.search(tag) or not (by_hand or _PLAIN_TAG.fullmatch(tag[1:-1])):
            yield Mention(tag, start)
    for match in _HANDLER.finditer(masked) if "{" in text else ():
        line = masked.rfind("\n", 0, match.start()) + 1
        start, end = masked.rfind("{", line, match.start()), masked.find("}", match.end())
        if start >= 0 and end >= 0 and "\n" not in masked[match.end() : end]:
            yield Mention(masked[start : end + 1], start)


def _tags(text: str) -> Iterator[tuple[int, int]]:
    """Where HTML's tags, comments and declarations begin and end."""
    last = {"-->": text.rfind("-->"), ">": text.rfind(">")}
    position = 0
    for match in _TAG_OPENS.finditer(text) if "<" in text else ():
        sign = "-->" if match[1] else ">"
        if match.start() < position or match.end() > last[sign]:
            continue
        position = text.index(sign, match.end()) + len(sign)
        yield match.start(), position


# --- From fields to one page -----------------------------------------------------------------


def escape(text: str) -> str:
    """Plain text as Markdown that shows exactly that text, in a heading or a paragraph."""
    return re.sub(r"[^\w\s,;/?%’–—]", lambda match: f"&#{ord(match[0])};", text).replace(
        "_", "&#95;"
    )


def footnote_label(key: str, locator: str) -> str:
    """The label of the note of a citation with a locator: one note for each place cited."""
    place = re.sub(r"[^\w]+", "-", locator.lower()).strip("-")
    unusual = re.search(r"[^\w\s.,–-]", locator)
    return f"{key}--{place}-{zlib.crc32(locator.encode()):x}" if unusual else f"{key}--{place}"


def prepare(
    text: str,
    *,
    prefix: str,
    under: int,
    link: Callable[[str], str],
    notes_of: Callable[[str], str],
) -> tuple[str, dict[str, str]]:
    """One prose field, ready to stand with others on a page.

    Footnote labels get the field's name before them, headings move below level `under`, site
    addresses go through `link`, and citations with a locator become notes of their own (the
    second value: label → note, from `notes_of(key)`), because mkdocs-bibtex drops locators.
    """
    masked = mask(text)
    located: dict[str, str] = {}
    edits = [
        *_citation_edits(text, masked, located, notes_of),
        *_link_edits(text, masked, link),
        *_label_edits(text, masked, prefix),
        *_heading_edits(masked, under),
        *(
            (mention.start, mention.start, f"note-{prefix}-")
            for mention in itertools.chain(*notes(text, masked))
        ),
        *(
            (match.start(), match.end(), CODE_AT)
            for match in re.finditer("@", text)
            if masked[match.start()] != "@"
        ),
        *((match.start(), match.end(), BACKSLASH) for match in _COMMAND.finditer(text)),
    ]
    return _edited(text, edits).strip("\n"), located


_Edit: TypeAlias = tuple[int, int, str]
"""Replace the text from one position to another."""


def _citation_edits(
    text: str, masked: str, located: dict[str, str], notes_of: Callable[[str], str]
) -> Iterator[_Edit]:
    for group in citation_groups(text):
        if _follows_a_word(masked, group.start):
            yield group.start - 1, group.start, ""  # a note's number joins its word
        if not group.understood:
            continue
        labels = []
        for citation in group.citations:
            if citation.locator:
                label = footnote_label(citation.name, citation.locator)
                located[label] = with_locator(notes_of(citation.name), citation.locator)
                labels.append(f"[^{label}]")
            else:
                labels.append(f"[@{citation.name}]")
        yield group.start, group.end, "".join(labels)


def _follows_a_word(masked: str, start: int) -> bool:
    """Whether what begins here comes one space or line break after running text."""
    near = max(start - NEAR, 0)
    line = masked[max(masked.rfind("\n", near, max(start - 1, 0)) + 1, near) : start]
    return line[-1:] in (" ", "\n") and bool(line[-2:-1].strip()) and not _MARKER.fullmatch(line)


NEAR = 1000
"""Characters of a line that are looked at before a place in it."""


def _link_edits(text: str, masked: str, link: Callable[[str], str]) -> Iterator[_Edit]:
    for mention in links(text, masked):
        target = link(mention.name)
        if target != mention.name:
            yield mention.start, mention.start + len(mention.name), target


def _label_edits(text: str, masked: str, prefix: str) -> Iterator[_Edit]:
    """Link definitions belong to their field: two fields may both say `[1]: …`."""
    if "]:" not in text:
        return
    own = {}
    for definition in _DEFINITION.finditer(masked):
        name = own[definition[1].lower()] = f"{prefix} {definition[1]}"
        yield definition.start(1), definition.end(1), name
    for use in _DEFINITION_USED.finditer(masked) if own else ():
        name = own.get((use[1] or use[2]).lower(), "")
        if name and use[2]:
            yield use.start(2), use.end(2), name
        elif name:
            yield use.start(), use.end(), f"[{use[1]}][{name}]"


def _heading_edits(masked: str, under: int) -> Iterator[_Edit]:
    headings = [(match, len(match[1])) for match in _HEADING.finditer(masked)]
    if _UNDERLINE.search(masked):
        found = _UNDERLINED.finditer(masked)
        headings += [(match, 1 if match[2][0] == "=" else 2) for match in found]
    shift = max(under + 1 - min((level for _, level in headings), default=under + 1), 0)
    for match, level in headings:
        hashes = "#" * min(level + shift, 6)
        if match.re is _HEADING:
            yield match.start(), match.end(), hashes
        else:
            yield match.start(), match.start(), f"{hashes} "
            yield match.end(1), match.end(), ""


def with_locator(note: str, locator: str) -> str:
    """A reference that names the place in it: '…, 2017, ch. 9'."""
    return f"{note.rstrip().rstrip('.')}, {locator.rstrip('.')}."


def without_citations(text: str) -> str:
    """The text without its citations, for places that have no notes."""
    edits = [(group.start, group.end, "") for group in citation_groups(text)]
    return re.sub(r"(?<!\s)\s++([.,;:])", r"\1", _edited(text, edits))


@lru_cache(maxsize=_TEXTS)
def size(text: str) -> int:
    """The number of words of a text, citations left out; kept, by text, as in `mask`."""
    return len(without_citations(text).split())


# --- Only the words --------------------------------------------------------------------------


@dataclass(frozen=True)
class Section:
    """A heading of a page with the text below it, both as plain text.

    `id` is the one its author gave it, or empty.
    """

    heading: str
    id: str
    text: str


_TITLED = re.compile(r"^#{1,6} ++(\S[^\n]*+)$", re.MULTILINE)
_OWN_ID = re.compile(r"\{: *+#([^\s{}]++) *+\}$")
_UNREAD = re.compile(
    r"\{:[^{}\n]*+\}|\[\^[^\[\]\n]++\](?!:)|\[@[^\[\]\n]++\]"
    r"|^ *+(?:\*\[[^\[\]\n]++\]:|\[\^[^\[\]\n]++\]:|\\(?:full_)?bibliography\b|[`~]{3})[^\n]*"
    r"|^(?=[^\n|]*+\|)[|:\- ]++$",
    re.MULTILINE,
)
_SIGNS = re.compile(
    r"^ *+(?:#{1,6} |>|[-*+] |\d+[.)] |:   |!!! \w+|\?\?\?\+? \w+|=+$)|(?<!\\)[`*|]+"
    r"|\bhttps?://\S+",
    re.MULTILINE,
)
_LOW = re.compile(r"(?<!\w)_++|(?<!_)_++(?!\w)")
_LINKED = re.compile(r"!?\[([^\[\]]*)\](?:\([^()\s]*(?:\([^()]*\)[^()\s]*)*\)|\[[^\]\n]*\])")


@lru_cache(maxsize=_TEXTS)
def sections(text: str) -> tuple[Section, ...]:
    """A Markdown text cut at its headings; what stands above the first has an empty heading.

    Kept, by text, as in `mask`: most pages are the same from one save to the next.
    """
    masked = mask(text)
    found = list(_TITLED.finditer(masked))
    ends = [*(match.start() for match in found), len(text)]
    cut = [Section("", "", plain(text[: ends[0]]))]
    for number, match in enumerate(found):
        below = plain(text[match.end() : ends[number + 1]])
        heading = text[match.start(1) : match.end(1)].rstrip(" ")
        own = _OWN_ID.search(match[1].rstrip(" "))
        heading = heading[: own.start()].rstrip(" ") if own else heading
        bare = heading.rstrip("#")
        heading = bare if bare.endswith(" ") else heading
        cut.append(Section(plain(heading), own[1] if own else "", below))
    return tuple(cut)


def plain(text: str) -> str:
    """The words of a Markdown text on one line: no markup, notes, citations or link targets.

    It is for searching and for excerpts, so code stays as words, and a sign too much does no harm.
    """
    comments = [(start, end, "") for start, end in _tags(text) if text.startswith("<!--", start)]
    text = _LINKED.sub(r"\1", _UNREAD.sub("", _edited(text, comments)))
    text = _edited(text, [(start, end, " ") for start, end in _tags(text)])
    text = _SIGNS.sub("", text).replace(CODE_AT, "@")
    text = _LOW.sub("", text) if "_" in text else text
    return " ".join(html.unescape(re.sub(r"\\([^\w\s])", r"\1", text)).split())


def _edited(text: str, edits: list[_Edit]) -> str:
    parts = []
    position = 0
    for start, end, words in sorted(edits):
        if start < position:
            continue
        parts += [text[position:start], words]
        position = end
    return "".join([*parts, text[position:]])
