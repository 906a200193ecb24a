"""Plain data written as YAML that people edit, with the comments that stood beside it.

A field a line, long text as a block, quotes only where they are needed. Which lists and mappings
get a line for each of their items is the caller's to say; all others stand in brackets, on one
line. That is said as paths, with `EACH` for any position in a list.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from handbook.problem import Path
from handbook.source import Mark, Plain, Source

EACH = "*"


@dataclass(frozen=True)
class Comments:
    """Remarks, without their sign, by the path of what they stand above or beside."""

    above: Mapping[Path, tuple[str, ...]] = field(default_factory=dict)
    beside: Mapping[Path, str] = field(default_factory=dict)


def comments(source: Source, blocks: Collection[Path]) -> Comments:
    """The comments of a file, but for those above its first field, which are about the file."""
    above: dict[Path, tuple[str, ...]] = {}
    beside: dict[Path, str] = {}
    anchors = sorted(
        (
            (mark[0], len(path), path)
            for path, mark in _items(source).items()
            if _general(path[:-1]) in blocks
        ),
        key=lambda anchor: anchor[:2],
    )
    for line, words, alone in remarks_in(source.text):
        before = [path for start, _, path in anchors if start <= line]
        after = [path for start, _, path in anchors if start > line]
        if not alone and before:
            beside[before[-1]] = " ".join(filter(None, (beside.get(before[-1]), words)))
        elif before and after:
            above[after[0]] = (*above.get(after[0], ()), words)
    return Comments(above, beside)


def _items(source: Source) -> dict[Path, Mark]:
    """Where each field and each item of a list begins."""
    return source.keys | {
        path: mark for path, mark in source.values.items() if path and isinstance(path[-1], int)
    }


def _general(path: Path) -> Path:
    return tuple(EACH if isinstance(step, int) else step for step in path)


def remarks_in(text: str) -> Iterator[tuple[int, str, bool]]:
    """Line, words, and whether it stands alone on its line, of each comment in YAML."""
    taken = [
        _span(event)
        for event in yaml.parse(text, Loader=yaml.CSafeLoader)
        if isinstance(event, yaml.ScalarEvent)
    ]
    position = 0
    for match in re.finditer(r"(?:^|(?<=[ \t]))#[ \t]*([^\n]*)", text, re.MULTILINE):
        while position < len(taken) and taken[position][1] <= match.start():
            position += 1
        if position < len(taken) and taken[position][0] <= match.start():
            continue  # the sign is a part of some text
        line = text.rfind("\n", 0, match.start()) + 1
        alone = not text[line : match.start()].strip()
        yield text.count("\n", 0, line) + 1, match[1].rstrip(), alone


def _span(event: Any) -> tuple[int, int]:
    return event.start_mark.index, event.end_mark.index


def written(
    data: Mapping[str, Plain], blocks: Collection[Path], remarks: Comments, top: str
) -> str:
    """A record as YAML, under a comment about the whole file."""
    lines = [f"# {top}", *_mapping(data, (), "", blocks, remarks)]
    return "\n".join(lines) + "\n"


def field_lines(name: str, value: Plain, beside: str = "") -> list[str]:
    """One field as lines of YAML, with a remark beside it; what is no text stands in brackets."""
    remarks = Comments(beside={(name,): beside} if beside else {})
    return list(_mapping({name: value}, (), "", (), remarks))


def _mapping(
    data: Mapping[str, Plain], path: Path, indent: str, blocks: Collection[Path], remarks: Comments
) -> Iterator[str]:
    for name, value in data.items():
        here = (*path, name)
        yield from (f"{indent}# {words}" for words in remarks.above.get(here, ()))
        yield from _field(f"{indent}{scalar(name)}:", value, here, indent, blocks, remarks)


def _field(
    head: str, value: Plain, path: Path, indent: str, blocks: Collection[Path], remarks: Comments
) -> Iterator[str]:
    beside = f"  # {remarks.beside[path]}" if path in remarks.beside else ""
    if value and isinstance(value, dict | list) and _general(path) in blocks:
        yield f"{head}{beside}"
        inner = f"{indent}  "
        if isinstance(value, dict):
            yield from _mapping(value, path, inner, blocks, remarks)
        else:
            yield from _list(value, path, inner, blocks, remarks)
    elif isinstance(value, str) and _is_block(value):
        chomp = "" if value.endswith("\n") else "-"
        yield f"{head} |{chomp}{beside}"
        yield from (
            f"{indent}  {line}" if line else "" for line in value.removesuffix("\n").split("\n")
        )
    elif isinstance(value, str):
        yield f"{head} {scalar(value, _PLAIN)}{beside}"
    else:
        yield f"{head}{'' if value is None else f' {flow(value)}'}{beside}"


def _list(
    items: list[Plain], path: Path, indent: str, blocks: Collection[Path], remarks: Comments
) -> Iterator[str]:
    for number, item in enumerate(items):
        here = (*path, number)
        yield from (f"{indent}# {words}" for words in remarks.above.get(here, ()))
        if item and isinstance(item, dict) and _general(here) in blocks:
            inner = list(_mapping(item, here, f"{indent}  ", blocks, remarks))
            first = next(n for n, line in enumerate(inner) if not line.lstrip().startswith("#"))
            inner[first] = f"{indent}- {inner[first].lstrip()}"
            yield from inner
        else:
            beside = f"  # {remarks.beside[here]}" if here in remarks.beside else ""
            yield f"{indent}- {flow(item)}{beside}"


def flow(value: Plain) -> str:
    """A value on one line, lists and mappings in brackets."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{scalar(name)}: {flow(one)}' for name, one in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(flow, value))}]"
    return "null" if value is None else scalar(value)


_PLAIN = re.compile(r"[^\W_](?:[^\s#:]|:(?=\S)|(?<! )#| (?=[^\s#]))*")
"""Text that means itself without quotes."""
_PLAIN_IN_BRACKETS = re.compile(r"[^\W_](?:[^\s,\[\]{}#:]|:(?=[^\s,\[\]{}])|(?<! )#| (?=[^\s#]))*")


def scalar(text: str, plain: re.Pattern[str] = _PLAIN_IN_BRACKETS) -> str:
    """A text on one line, in quotes only where it needs them; by default within brackets."""
    if plain.fullmatch(text) and text.isprintable() and text != "null":
        return text
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    quoted: str = yaml.dump(
        text, Dumper=yaml.CSafeDumper, default_style='"', allow_unicode=True, width=1_000_000
    )
    return quoted.rstrip("\n")


def _is_block(text: str) -> bool:
    """Whether a text can stand as a block of lines and come back as it was."""
    lines = text.removesuffix("\n").split("\n")
    plain = all(line.isprintable() for line in lines)
    return (
        "\n" in text and plain and not lines[0].startswith(" ") and "" not in (lines[0], lines[-1])
    )
