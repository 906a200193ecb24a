"""What the handbook adds to Markdown.

Terms: the usual `*[QP]: …` lines, whose text may be inline Markdown, explain each abbreviation
at its first occurrence in running text; headings, links, code and notes stay plain. The
explanation is a button with a description beside it, which shows on hover, focus and tap, and
which screen readers read.

Notes: footnotes are numbered in the order in which a reader meets them; Python-Markdown numbers
them as it happens to work through nested lists and blocks. The search leaves them out: what they
say stands in the list of references.

Tables: a header cell says what it heads: its column or, where the first column has no name, its
row. A table stands in a region that scrolls where it is too wide, which the keyboard reaches and
which is named by the table's header.

Languages: `[sakkunnig person]{lang=sv}` marks words in another language (Pandoc's bracketed span).

Code: the @ that `prose.prepare` hid inside code comes back.

Time: Python-Markdown tries each of its patterns on each piece of a text. Here those are left out
whose sign is nowhere in the text, and pieces without any sign: the same HTML in less time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from markdown import Extension, Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.inlinepatterns import InlineProcessor
from markdown.postprocessors import Postprocessor
from markdown.treeprocessors import InlineProcessor as InlineStep
from markdown.treeprocessors import Treeprocessor

from handbook.prose import BACKSLASH, CODE_AT

_DEFINITION = re.compile(r"^ {0,3}\*\[([^\]\n]+)\]:[ ]*(.+)$", re.MULTILINE)
_PLAIN = {"h1", "h2", "h3", "h4", "h5", "h6", "a", "code", "pre", "abbr", "button", "summary"}
_BOX = "handbook-terms"


class _Definitions(BlockProcessor):
    def test(self, parent: Element, block: str) -> bool:
        """Only at the top level: inside lists and quotes such a line is text like any other."""
        if parent is not self.parser.root:
            return False
        return bool(_DEFINITION.search(block))

    def run(self, parent: Element, blocks: list[str]) -> bool:
        del parent
        block = blocks.pop(0)
        root = self.parser.root
        box = root.find(f"div[@class='{_BOX}']")
        if box is None:
            box = SubElement(root, "div", {"class": _BOX})
        for match in _DEFINITION.finditer(block):
            SubElement(box, "span", {"data-term": match[1]}).text = match[2]
        rest = _DEFINITION.sub("", block).strip("\n")
        if rest.strip():
            blocks.insert(0, rest)
        return True


class _FirstOccurrences(Treeprocessor):
    def run(self, root: Element) -> None:
        box = root.find(f"div[@class='{_BOX}']")
        if box is None:
            return
        root.remove(box)
        waiting = {span.attrib.pop("data-term"): span for span in box}
        words = sorted(map(re.escape, waiting), key=len, reverse=True)
        pattern = re.compile(rf"(?<![\w-])({'|'.join(words)})s?(?![\w-])")
        for parent, holder in list(_texts(root)):
            if not waiting:
                return
            self._explain(parent, holder, pattern, waiting)

    def _explain(
        self,
        parent: Element,
        holder: Element,
        pattern: re.Pattern[str],
        waiting: dict[str, Element],
    ) -> None:
        """Explain in one text: `holder.text` where holder is the parent, else `holder.tail`."""
        inside = holder is parent
        text = (holder.text if inside else holder.tail) or ""
        place = 0 if inside else list(parent).index(holder) + 1
        position = 0
        for match in pattern.finditer(text):
            span = waiting.pop(match[1], None)
            if span is None:
                continue
            before, opening = _parted(text[position : match.start()])
            if position == 0 and inside:
                parent.text = before
            elif position == 0:
                holder.tail = before
            else:
                parent[place - 1].tail = before
            parent.insert(place, _explained(match[0], match[1], span, opening))
            place += 1
            position = match.end()
        if position:
            parent[place - 1].tail = text[position:]


def _parted(before: str) -> tuple[str, str]:
    """A text without the brackets and quotation marks at its end, and those."""
    rest = before.rstrip("([{\"'“‘„«‹")
    return rest, before[len(rest) :]


def _explained(shown: str, term: str, tip: Element, opening: str) -> Element:
    """A word with its explanation.

    A line may end before any button, whatever stands there: so opening marks stand inside, where
    the stylesheet keeps them and the button together.
    """
    name = "term-" + re.sub(r"[^\w]", lambda sign: f"-{ord(sign[0]):x}", term.lower())
    holder = Element("span", {"class": "term"})
    holder.text = opening
    button = SubElement(
        holder, "button", {"type": "button", "class": "term__word", "aria-describedby": name}
    )
    SubElement(button, "abbr").text = shown
    tip.attrib |= {"class": "term__tip", "id": name, "data-search-exclude": ""}
    tip.tail = None
    holder.append(tip)
    return holder


def _texts(element: Element) -> Iterator[tuple[Element, Element]]:
    """Every text in reading order as (parent, holder), without those that stay plain."""
    if element.tag in _PLAIN or element.get("class") == "footnote":
        return
    yield element, element
    for child in list(element):
        yield from _texts(child)
        yield element, child


_NOTE_LABEL = "Note {}"
_BACK_LABEL = "Back to note {}, place {}"


class _NotesInOrder(Treeprocessor):
    def run(self, root: Element) -> None:
        box = next((div for div in root.iter("div") if div.get("class") == "footnote"), None)
        entries = box.find("ol") if box is not None else None
        if box is None or entries is None:
            return
        box.set("data-search-exclude", "")
        inside = set(entries.iter("a"))
        links = [a for a in root.iter("a") if a.get("class") == "footnote-ref"]
        links.sort(key=lambda link: link in inside)
        numbers: dict[str, int] = {}
        for link in links:
            link.text = str(numbers.setdefault(link.get("href", ""), len(numbers) + 1))
            link.set("aria-label", _NOTE_LABEL.format(link.text))
        known = {f"#{entry.get('id')}": entry for entry in entries}
        for parent in root.iter():
            for one, following in pairwise(parent):
                if one.tag == following.tag == "sup" and not one.tail:
                    following.set("class", "note-beside")
        ordered = [known.pop(target) for target in list(numbers) if target in known]
        entries[:] = [*ordered, *known.values()]
        for number, entry in enumerate(entries, 1):
            backs = [back for back in entry.iter("a") if back.get("class") == "footnote-backref"]
            for place, back in enumerate(backs, 1):
                back.attrib.pop("title", None)
                back.set("aria-label", _BACK_LABEL.format(number, place))


class _Tables(Treeprocessor):
    def run(self, root: Element) -> None:
        for parent in list(root.iter()):
            for place, table in enumerate(parent):
                if table.tag == "table" and parent.get("class") != "scroll":
                    parent[place] = _scrolling(table)


def _scrolling(table: Element) -> Element:
    for cell in table.iter():
        if "align" in cell.attrib:  # obsolete in HTML, and a style would be refused
            cell.set("class", f"to-{cell.attrib.pop('align')}")
    heads = table.findall("thead/tr/th")
    named = [bool(_plain_text(head)) for head in heads]
    for head, has_name in zip(heads, named, strict=True):
        head.tag = "th" if has_name else "td"
        if has_name:
            head.set("scope", "col")
    if not named[0]:  # then the first column says what each row is about
        for cell in table.findall("tbody/tr/td[1]"):
            cell.tag = "th"
            cell.set("scope", "row")
    name = ", ".join(filter(None, (_plain_text(head) for head in heads)))
    region = Element("div", {"class": "scroll", "tabindex": "0", "role": "group"})
    region.set("aria-label", name)
    region.tail, table.tail = table.tail, "\n"
    region.append(table)
    return region


def _plain_text(element: Element) -> str:
    """The words of an element, without its notes and what Python-Markdown puts back later."""
    words = element.text or ""
    for child in element:
        words += ("" if child.tag == "sup" else _plain_text(child)) + (child.tail or "")
    return " ".join(re.sub(r"\x02wzxhzdk:\d+\x03", "", words).split())


class _Languages(InlineProcessor):
    def handleMatch(  # type: ignore[override]  # noqa: N802 - Python-Markdown's name
        self, m: re.Match[str], data: str
    ) -> tuple[Element, int, int]:
        del data
        span = Element("span", {"lang": m[2]})
        span.text = m[1]
        return span, m.start(0), m.end(0)


_LANGUAGE = r"\[([^\[\]]+)\]\{lang=([A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*)\}"


class _Inlines(InlineStep):
    """Python-Markdown's own step for what stands in lines, given only what it can change."""

    def run(self, tree: Element, ancestors: list[str] | None = None) -> Element:
        text = "".join(tree.itertext())
        patterns = self.md.inlinePatterns
        signs = dict.fromkeys(patterns, "")
        signs |= {patterns[name]: sign for name, sign in _SIGNS.items() if name in patterns}
        found = [pattern for pattern, sign in signs.items() if re.search(sign, text)]
        self.inlinePatterns = found  # type: ignore[assignment]  # it is only read, by place
        any_sign = re.compile("|".join(signs[pattern] for pattern in found))
        plain = [
            (element, name, words)
            for element in tree.iter()
            for name in ("text", "tail")
            if (words := getattr(element, name)) and not any_sign.search(words)
        ]
        for element, name, _ in plain:
            setattr(element, name, None)
        super().run(tree, ancestors)
        for element, name, words in plain:
            setattr(element, name, words)
        return tree


_SIGNS = {
    "backtick": "`",
    "escape": r"\\",
    "footnote": r"\[\^",
    "reference": r"\[",
    "handbook_languages": r"\]\{lang=",
    "link": r"\[",
    "image_link": r"!\[",
    "image_reference": r"!\[",
    "short_reference": r"\[",
    "short_image_ref": r"!\[",
    "autolink": "<",
    "automail": "<",
    "linebreak": "  \n",
    "html": "<",
    "entity": "&",
    "em_strong": "[*_]",
}
"""What stands in every match of an inline pattern, by the pattern's name; of others, nothing."""


class _RestoreCode(Postprocessor):
    def run(self, text: str) -> str:
        return text.replace(CODE_AT, "@").replace(BACKSLASH, "\\")


class HandbookExtension(Extension):
    """See the module."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        """Register the parts; after attr_list (8), before the contents are made (5)."""
        md.treeprocessors.register(_Inlines(md), "inline", 20)  # in place of the one there
        md.treeprocessors.register(_NotesInOrder(md), "handbook_notes", 7)
        md.treeprocessors.register(_Tables(md), "handbook_tables", 6.5)
        md.inlinePatterns.register(_Languages(_LANGUAGE, md), "handbook_languages", 165)
        md.parser.blockprocessors.register(_Definitions(md.parser), "handbook_terms", 16)
        md.treeprocessors.register(_FirstOccurrences(md), "handbook_terms", 6)
        md.postprocessors.register(_RestoreCode(md), "handbook_code", 0)


def makeExtension(**options: Any) -> HandbookExtension:  # noqa: N802 - Python-Markdown's name
    """The entry point that Python-Markdown asks for."""
    return HandbookExtension(**options)
