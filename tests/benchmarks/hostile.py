"""Measures how long a text takes that was made to take long. Not a test: it prints.

Run it with `.venv/bin/python tests/benchmarks/hostile.py`; `--length 200000` for longer texts. Each
piece is repeated until the text is that long, and goes through everything that looks at prose; told
are the slowest pairs, in seconds.
"""

from __future__ import annotations

import argparse
import datetime as dt
import time

from handbook import prose, stale

PIECES = [
    "{:onx=", "{: ", "{", "}", " ", "\t", "\n", "~~~ x\n", "```x\n", "`", "``` ", "` ``", "[", "]",
    "](", "[a](", "[^a", "[@a", "[@a] ", "[@a, ", "[@a;", "![a", "![a](", "<a ", "<!--", "<", "# a",
    "#", "# a   b", "|", "| ", "- ", "1 123 ", "1,", "12 October ", "October ", "x", "_", "a_", "*",
    "@a ", ". ", "\\", "[a]: ", "[a]:\n", "    a\n", "    a\n\n\n", "[a][", '](a "', "2026 ",
    "EUR ", "1.", "\u00a0", " on=", "=\n", "a\n==\n", "[^a]:", "*[a]:", "!!! ", "&lt;",
]  # fmt: skip
AROUND = [("# a", " ", "b"), ("[@a, x", " ", "y]"), ("a", "_", "b"), ("    a", "\n", "    b")]
ERA = stale.Era(dt.date(2026, 10, 12), dt.date(2026, 10, 24), "en")

READERS = {
    "mask": prose.mask,
    "citations": prose.citation_groups,
    "keys in brackets": prose.bracketed,
    "bare citations": prose.bare_citations,
    "links": lambda text: list(prose.links(text)),
    "pictures": lambda text: list(prose.pictures(text, prose.mask(text))),
    "notes": prose.notes,
    "fences": prose.unclosed_fence,
    "markup": lambda text: list(prose.markup(text)),
    "sections": prose.sections,
    "numbers": prose.uncited_numbers,
    "size": prose.size,
    "old days": lambda text: stale.mentions(text, ERA),
    "prepare": lambda text: prose.prepare(
        text, prefix="x", under=2, link=lambda target: target, notes_of=lambda key: key
    ),
}


def main() -> None:
    """Print the slowest ten."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--length", type=int, default=30_000)
    length = parser.parse_args().length
    texts = [piece * (length // len(piece)) for piece in PIECES]
    texts += [first + piece * length + last for first, piece, last in AROUND]
    taken = []
    for text in texts:
        for name, read in READERS.items():
            begun = time.perf_counter()
            read(text)
            taken.append((time.perf_counter() - begun, name, text[:12]))
    for seconds, name, beginning in sorted(taken, reverse=True)[:10]:
        print(f"{seconds:6.2f}  {name:15} {beginning!r} …")


if __name__ == "__main__":
    main()
