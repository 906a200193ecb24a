"""A PDF as Typst writes it, made whole and small: its inner links lead to places, and it is packed.

Typst writes each tag as an object of its own, in the open: packed into compressed streams (ISO
32000-1, 7.5.7), a tagged PDF is a third as long. And a link to a label costs it a second layout of
all that holds one. So the templates link to addresses that begin with `page:`, and here, where all
places are known, they become links to places (12.3.2.3).

What is read is what Typst writes, and no other PDF: objects one after another, each without a
generation, and a table that says where each begins (7.5.4).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

INSIDE = b"page:"
"""What the address of an inner link begins with; and what is said of where it leads."""
TOGETHER = 200
"""How many objects stand in one compressed stream: whoever reads one must open all of them."""


class PackingError(ValueError):
    """It is not a PDF as Typst writes it, or a link in it leads nowhere."""


def packed(content: bytes) -> bytes:
    """The same document with its inner links, in few compressed streams.

    Raises:
        PackingError: See there.
    """
    objects, trailer = _objects(content)
    pages = _pages(objects)
    found = {number: _linked(one, pages) for number, one in objects.items()}
    streams = {number: one for number, one in found.items() if one.endswith(b"endstream")}
    others = [(number, one) for number, one in found.items() if number not in streams]

    size = len(objects) + 1
    places: dict[int, tuple[int, int, int]] = {0: (0, 0, 65535)}  # see `_table`
    written = [b"%PDF-1.7\n%\x80\x80\x80\x80\n"]
    position = len(written[0])

    def write(number: int, one: bytes) -> None:
        nonlocal position
        places[number] = (1, position, 0)
        written.append(b"%d 0 obj\n%b\nendobj\n" % (number, one))
        position += len(written[-1])

    for number, one in streams.items():
        write(number, one)
    groups = [others[start : start + TOGETHER] for start in range(0, len(others), TOGETHER)]
    with ThreadPoolExecutor() as pool:  # to compress is most of the work, and needs no lock
        for number, (group, stream) in enumerate(
            zip(groups, pool.map(_together, groups), strict=True), size
        ):
            places |= {one: (2, number, index) for index, (one, _) in enumerate(group)}
            write(number, stream)
    number = max(places) + 1
    places[number] = (1, position, 0)
    written.append(b"%d 0 obj\n%b\nendobj\n" % (number, _table(places, trailer)))
    written.append(b"startxref\n%d\n%%%%EOF\n" % position)
    return b"".join(written)


# --- Reading ---------------------------------------------------------------------------------


def _objects(content: bytes) -> tuple[dict[int, bytes], bytes]:
    """Every object by its number, and what the trailer says of the document."""
    end = re.search(rb"trailer\s*<<(.*)>>\s*startxref\s+(\d+)\s+%%EOF\s*\Z", content, re.DOTALL)
    head = re.compile(rb"xref\s+0 (\d+)\s+").match(content, int(end[2])) if end else None
    if end is None or head is None:
        raise PackingError("it has no table of its objects")
    size, table = int(head[1]), head.end()
    starts = [int(content[one : one + 10]) for one in range(table + 20, table + 20 * size, 20)]
    ends = dict(zip(sorted(starts), [*sorted(starts)[1:], int(end[2])], strict=True))
    found = {}
    for number, start in enumerate(starts, 1):
        opening, closing = b"%d 0 obj" % number, content.rfind(b"endobj", start, ends[start])
        if not content.startswith(opening, start) or closing < 0:
            raise PackingError(f"object {number} is not where its table says")
        found[number] = content[start + len(opening) : closing].strip()
    return found, re.sub(rb"/Size\s+\d+", b"", end[1])


def _pages(objects: Mapping[int, bytes]) -> dict[bytes, int]:
    """The number of the page, from 1, on which each named place stands."""
    root = next(one for one in objects.values() if b"/Type/Catalog" in one)
    tree = objects[int(_only(rb"/Pages (\d+) 0 R", root))]
    order = re.findall(rb"(\d+) 0 R", _only(rb"/Kids\[([^\]]*)\]", tree))
    numbers = {int(page): number for number, page in enumerate(order, 1)}
    names = re.search(rb"/Dests<</Names\[(.*?)\]>>", root, re.DOTALL)
    places = re.findall(rb"(\(.*?\)|<.*?>)(\d+) 0 R", names[1] if names else b"", re.DOTALL)
    return {name: numbers[int(_only(rb"\A\[(\d+) 0 R", objects[int(one)]))] for name, one in places}


def _only(pattern: bytes, text: bytes) -> bytes:
    found = re.search(pattern, text)
    if found is None:
        raise PackingError(f"it has no {pattern.decode()}")
    return found[1]


# --- Links -----------------------------------------------------------------------------------

_SIGN = b"/URI(" + INSIDE
_SIGN_IN_HEX = b"/URI<" + INSIDE.hex().upper().encode()
_LINK = re.compile(
    rb"/A<</Type/Action/S/URI(?:%b|%b)(.*?)([)>])>>(/F .*)/Contents(?:\(.*\)|<.*>)>>\Z"
    % (re.escape(_SIGN), _SIGN_IN_HEX),
    re.DOTALL,
)
"""What is not ASCII is written in hexadecimal digits, in addresses and in names of places alike."""


def _linked(one: bytes, pages: Mapping[bytes, int]) -> bytes:
    """An object; if it is a link within the document, then to a place, told as the place's page."""
    if not one.startswith(b"<</Type/Annot") or (_SIGN not in one and _SIGN_IN_HEX not in one):
        return one

    link = _LINK.search(one)
    if link is None:
        raise PackingError("a link in it is not as Typst writes them")
    name = b"(%b)" % link[1] if link[2] == b")" else b"<%b>" % link[1]
    if name not in pages:
        raise PackingError(f"no place in it is named {name.decode()[1:-1]}")
    said = INSIDE.replace(b":", b" ") + b"%d" % pages[name]
    return b"%b/Dest%b%b/Contents(%b)>>" % (one[: link.start()], name, link[3], said)


# --- Writing ---------------------------------------------------------------------------------


def _stream(entries: bytes, content: bytes) -> bytes:
    short = zlib.compress(content)
    head = b"<<%b/Filter/FlateDecode/Length %d>>" % (entries, len(short))
    return b"%b\nstream\n%b\nendstream" % (head, short)


def _together(objects: list[tuple[int, bytes]]) -> bytes:
    """Objects in one stream: before them, the number of each and where it begins."""
    where, position = [], 0
    for number, one in objects:
        where.append(b"%d %d" % (number, position))
        position += len(one) + 1
    head = b" ".join(where) + b"\n"
    entries = b"/Type/ObjStm/N %d/First %d" % (len(objects), len(head))
    return _stream(entries, head + b"\n".join(one for _, one in objects))


def _table(places: Mapping[int, tuple[int, int, int]], trailer: bytes) -> bytes:
    """Where each object is (7.5.8): free (0), at a byte (1), or in a stream, as its nth (2)."""
    size = max(places) + 1
    rows = b"".join(
        b"%c%b%b" % (kind, where.to_bytes(4), nth.to_bytes(2))
        for kind, where, nth in map(places.__getitem__, range(size))
    )
    return _stream(b"/Type/XRef/W[1 4 2]/Size %d%b" % (size, trailer), rows)
