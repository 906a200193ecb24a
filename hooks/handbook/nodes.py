"""Prose as plain values: what our Markdown gives, as a tree of JSON nodes that a template walks.

A node is a text, or a dictionary: `is` says what it is, `of` what is in it. Citations are nodes of
their own, and so is each word that the glossary explains. An element that is not known here is an
error, so that nothing can be lost without a word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, TypeAlias, cast
from xml.parsers.expat import ExpatError, ParserCreate

from handbook import markup, prose

Node: TypeAlias = str | dict[str, Any]
Cited: TypeAlias = list[list[dict[str, Any]]]
"""What each citation names: keys, numbers and locators of references."""

CITED = "\ue001"
"""Stands around the number of a citation while Markdown works on a text; no author can type it."""


class UnknownElementError(ValueError):
    """Markdown gave an element that has no node."""


def of(text: str, terms: Mapping[str, str], numbers: Mapping[str, int]) -> list[Node]:
    """A prose field as blocks.

    `terms` are the words to explain in it, word → id of the term; `numbers` are those of the
    references, by key.
    """
    groups = prose.citation_groups(text)
    pieces, position = [], 0
    for number, group in enumerate(groups):
        pieces += [text[position : group.start], f"{CITED}{number}{CITED}"]
        position = group.end
    pieces += [text[position:], "\n\n", *(f"*[{word}]: {terms[word]}\n" for word in terms)]
    cited: Cited = [
        [
            {"key": one.name, "number": numbers[one.name], "locator": one.locator}
            for one in group.citations
        ]
        for group in groups
    ]
    return _tree(markup.blocks("".join(pieces)), cited)


def of_line(text: str) -> list[Node]:
    """One paragraph of Markdown that cites nothing, without the paragraph around it."""
    return _tree(markup.inline(text), [])


def words(nodes: Iterable[Node]) -> str:
    """The plain words of nodes, without their citations and notes."""
    return "".join(
        node if isinstance(node, str) else words(node.get("of", ()))
        for node in nodes
        if isinstance(node, str) or node["is"] not in ("cite", "note")
    )


# --- From HTML to nodes ----------------------------------------------------------------------


@dataclass
class _Element:
    tag: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    inside: list[_Element | str] = field(default_factory=list)

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()

    def all(self) -> Iterator[_Element]:
        """The element and all those in it."""
        yield self
        for one in self.inside:
            if isinstance(one, _Element):
                yield from one.all()


def _read(html: str) -> _Element:
    """What Python-Markdown makes is well-formed XML too, which is read in a fifth of the time."""
    root = _Element("root")
    open_elements = [root]

    def start(tag: str, attributes: dict[str, str]) -> None:
        element = _Element(tag.lower(), attributes)
        open_elements[-1].inside.append(element)
        open_elements.append(element)

    def end(_: str) -> None:
        open_elements.pop()

    def data(text: str) -> None:
        open_elements[-1].inside.append(text)

    parser = ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = data
    try:
        parser.Parse(f"<root>{html}</root>", True)
    except ExpatError:
        reader = _Reader()
        reader.feed(html)
        reader.close()
        return reader.root
    return cast("_Element", root.inside[0])


class _Reader(HTMLParser):
    """Python-Markdown closes what it opens; what an author typed as HTML may not be closed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = _Element("root")
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = _Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(element)
        if tag not in _EMPTY:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag in (element.tag for element in self.open):
            while self.open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)


_EMPTY = ("br", "hr", "img", "wbr")


def _tree(html: str, cited: Cited) -> list[Node]:
    root = _read(html)
    notes = {
        f"#{one.attributes['id']}": one
        for box in (root.all() if "footnote" in html else ())
        if "footnote" in box.classes
        for one in box.all()
        if one.tag == "li" and one.attributes.get("id", "").startswith("fn:")
    }
    return _Walk(cited, notes).blocks(root)


_SAME = {
    "p": "p",
    "ul": "ul",
    "li": "li",
    "dl": "dl",
    "dt": "dt",
    "dd": "dd",
    "blockquote": "quote",
    "em": "em",
    "i": "em",
    "strong": "strong",
    "b": "strong",
    "sub": "sub",
    "kbd": "kbd",
    "mark": "mark",
    "del": "del",
    "details": "div",
    "summary": "p",
    "section": "div",
}
"""Elements that become the node of this name, with what is in them."""

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_BLOCKS = {*_HEADINGS, "p", "ul", "ol", "li", "dl", "dt", "dd", "table", "div", "blockquote", "pre"}
_BLOCKS |= {"hr", "details", "summary", "section"}
"""Elements that white space may stand between, which is none of the text."""


_SPACES = re.compile(r"[ \t\r\n]+")


class _Walk:
    """From elements to nodes: inside the notes `open`, below headings of the levels `levels`."""

    def __init__(self, cited: Cited, notes: Mapping[str, _Element]) -> None:
        self.cited = cited
        self.notes = notes
        self.open: list[str] = []
        self.levels: list[int] = []

    def blocks(self, element: _Element) -> list[Node]:
        """What is in an element."""
        found: list[Node] = []
        tags = {one.tag for one in element.inside if isinstance(one, _Element)}
        among_blocks = element.tag == "root" or not tags.isdisjoint(_BLOCKS)
        for one in element.inside:
            if isinstance(one, _Element):
                found += self.element(one)
            elif one.strip() or not among_blocks:
                found += self.text(one)
        return found

    def text(self, text: str) -> Iterator[Node]:
        """A text, and the citations in it."""
        for number, piece in enumerate(text.split(CITED)):
            if number % 2:
                yield {"is": "cite", "of": [], "cited": self.cited[int(piece)]}
            elif piece:
                yield _SPACES.sub(" ", piece)

    def element(self, element: _Element) -> list[Node]:
        """The nodes that an element becomes: mostly one."""
        if "admonition-title" in element.classes:
            return [{"is": "title", "of": self.blocks(element)}]
        if element.tag in _SAME:
            return [{"is": _SAME[element.tag], "of": self.blocks(element)}]
        make = _MADE.get(element.tag)
        if make is None:
            raise UnknownElementError(f"there is no node for <{element.tag}>")
        return make(self, element)

    def heading(self, element: _Element) -> list[Node]:
        """A heading with its level, from 1: one below the heading that it stands under."""
        level = int(element.tag[1])
        self.levels = [*(one for one in self.levels if one < level), level]
        return [{"is": "heading", "level": len(self.levels), "of": self.blocks(element)}]

    def ordered(self, element: _Element) -> list[Node]:
        """A numbered list, with the number that it begins at."""
        start = int(element.attributes.get("start") or 1)
        return [{"is": "ol", "start": start, "of": self.blocks(element)}]

    def link(self, element: _Element) -> list[Node]:
        """A link; one to a note is the note itself, and one back from it is nothing."""
        target = element.attributes.get("href", "")
        if "footnote-backref" in element.classes:
            return []
        if "footnote-ref" in element.classes:
            note = self.notes.get(target)
            if note is None or target in self.open:
                return []
            self.open.append(target)
            inside = self.blocks(note)
            self.open.pop()
            return [{"is": "note", "of": inside}]
        return [{"is": "link", "to": target, "of": self.blocks(element)}]

    def raised(self, element: _Element) -> list[Node]:
        """A superscript; the one around the number of a note goes."""
        inside = self.blocks(element)
        if any("footnote-ref" in one.classes for one in element.all()):
            return inside
        return [{"is": "sup", "of": inside}]

    def span(self, element: _Element) -> list[Node]:
        """Words in another language, or a word with its explanation."""
        if "term" in element.classes:
            return self.explained(element)
        language = element.attributes.get("lang", "")
        return [{"is": "span", "lang": language, "of": self.blocks(element)}]

    def explained(self, element: _Element) -> list[Node]:
        """A word of the glossary: the tip beside it says which."""
        word, tip = (one for one in element.inside if isinstance(one, _Element))
        opening = [one for one in element.inside if isinstance(one, str)]
        term = words(self.blocks(tip)).strip()
        return [*opening, {"is": "term", "id": term, "of": [words(self.blocks(word))]}]

    def image(self, element: _Element) -> list[Node]:
        """A picture, with what stands for it."""
        alt = re.sub(f"{CITED}[0-9]+{CITED}", "", element.attributes.get("alt", ""))
        return [{"is": "image", "from": element.attributes.get("src", ""), "alt": alt, "of": []}]

    def box(self, element: _Element) -> list[Node]:
        """A note with a title, or what only holds others; the notes stand where they are named."""
        if "footnote" in element.classes:
            return []
        inside = self.blocks(element)
        if "admonition" not in element.classes:
            return [{"is": "div", "of": inside}]
        return [{"is": "box", "kind": element.classes[-1], "of": inside}]

    def table(self, element: _Element) -> list[Node]:
        """A table of rows: those of its head, then the others; and how wide its columns are.

        That is the number of characters of the longest cell and of the longest word.
        """
        parts = [one for one in element.inside if isinstance(one, _Element)]
        found = [
            (part.tag == "thead", self.row(one))
            for part in parts
            for one in part.inside
            if isinstance(one, _Element)
        ]
        texts = [[words(cell["of"]) for cell in row] for _, row in found]
        widths = [
            [max(map(len, column)), max(map(len, " ".join(column).split()), default=0)]
            for column in zip(*texts, strict=False)
        ]
        rows = [{"is": "row", "head": head, "of": row} for head, row in found]
        return [{"is": "table", "widths": widths, "of": rows}]

    def row(self, element: _Element) -> list[dict[str, Any]]:
        """The cells of a row, each of which may head its column or row."""
        return [
            {
                "is": "cell",
                "heads": one.tag == "th",
                "align": next((c[3:] for c in one.classes if c.startswith("to-")), "left"),
                "of": self.blocks(one),
            }
            for one in element.inside
            if isinstance(one, _Element)
        ]

    def code(self, element: _Element) -> list[Node]:
        """Code in a text."""
        return [{"is": "code", "of": [_typed(element)]}]

    def block_of_code(self, element: _Element) -> list[Node]:
        """Code by itself, line by line."""
        return [{"is": "pre", "of": [_typed(element).rstrip("\n")]}]

    def line(self, element: _Element) -> list[Node]:
        """A break of a line, or a line across."""
        return [{"is": element.tag, "of": []}]

    def plain(self, element: _Element) -> list[Node]:
        """What is in an element that says nothing by itself."""
        return self.blocks(element)


def _typed(element: _Element) -> str:
    return "".join(one if isinstance(one, str) else _typed(one) for one in element.inside)


_MADE: Mapping[str, Callable[[_Walk, _Element], list[Node]]] = {
    **dict.fromkeys(_HEADINGS, _Walk.heading),
    "ol": _Walk.ordered,
    "a": _Walk.link,
    "sup": _Walk.raised,
    "span": _Walk.span,
    "img": _Walk.image,
    "div": _Walk.box,
    "table": _Walk.table,
    "code": _Walk.code,
    "pre": _Walk.block_of_code,
    "br": _Walk.line,
    "hr": _Walk.line,
    "wbr": _Walk.line,
    "button": _Walk.plain,
    "abbr": _Walk.plain,
}
