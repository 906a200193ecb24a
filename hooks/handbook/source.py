"""YAML text becomes plain data plus the place of everything in it.

Every scalar stays text until the schema types it: `13:00` is a time and not 780, `no` is a word,
`0320` is a room. What YAML can do beyond mappings, lists and text (tags, aliases, several
documents) is refused with a problem, because nobody needs it here and it surprises.

The text is read as a stream of parser events, not composed into nodes: libyaml's recursive
composer can be made to overflow the C stack by deep nesting, a stream cannot.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path as FilePath
from typing import Any, Protocol, TypeAlias

import yaml

from handbook.codes import catalogue
from handbook.problem import Instead, Path, Problem

FOLDERS = ("data", "docs")
"""What people edit. No link leads elsewhere, and nothing is written elsewhere."""
MAX_BYTES = 1024 * 1024
MAX_DEPTH = 50

Mark: TypeAlias = tuple[int, int]
"""Line and column, both from 1."""

Drafts: TypeAlias = Mapping[str, bytes]
"""What files are to hold, by name, to be read in place of what they hold now."""

Plain: TypeAlias = "str | list[Plain] | dict[str, Plain] | None"


@dataclass
class Source:
    """One file: its text, its plain data, and where each value and key stands.

    `data` is None when the file could not be read; `problems` then says why.
    """

    file: str
    text: str = ""
    data: Plain = None
    values: dict[Path, Mark] = field(default_factory=dict)
    keys: dict[Path, Mark] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    kept: dict[Hashable, Any] = field(repr=False, compare=False, default_factory=dict)
    """What was made of the text further on, by what it is."""

    def mark(self, path: Path, *, key: bool = False) -> Mark:
        """Where the value at `path` stands; what is not there points at its nearest parent."""
        if key and path in self.keys:
            return self.keys[path]
        while path:
            if path in self.values:
                return self.values[path]
            path = path[:-1]
        return self.values.get((), (1, 1))

    def problem(
        self,
        code: str,
        path: Path,
        message: str,
        hint: str = "",
        *,
        key: bool = False,
        instead: Instead | None = None,
    ) -> Problem:
        """A problem at the value (or the key) at `path`."""
        return self.problem_at(code, self.mark(path, key=key), message, hint, path, instead)

    def problem_at(
        self,
        code: str,
        mark: Mark,
        message: str,
        hint: str = "",
        path: Path = (),
        instead: Instead | None = None,
    ) -> Problem:
        """A problem at a line and column."""
        severity = catalogue()[code].severity
        return Problem(self.file, mark[0], mark[1], code, severity, message, hint, path, instead)


class _Refused(Exception):  # noqa: N818 - it carries a problem, it is not an error of the program
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class Tree(Protocol):
    """The files of a handbook, on disk or in an older version. Paths count from its root."""

    def names(self, folder: str) -> list[str]:
        """What lies directly in a folder, in order; nothing where there is no such folder."""

    def files(self, folder: str) -> list[str]:
        """The paths of all files below a folder, however deep, in order."""

    def astray(self, folder: str) -> list[Problem]:
        """The problems with links below a folder that lead to no file of the handbook."""

    def has(self, file: str) -> bool:
        """Whether anything has this path, be it readable or not."""

    def read(self, file: str) -> Source:
        """One YAML file. Never raises for what a person can mend in the file."""

    def read_text(self, file: str) -> Source:
        """One text file: its text with plain newlines, or the problem with it."""


@dataclass(frozen=True)
class Folder:
    """The files as they lie on disk below `root`; a file that has a draft is read as that.

    `known` are sources that were read before: one with the same text need not be parsed again.
    """

    root: FilePath
    drafts: Drafts = field(default_factory=dict)
    known: Mapping[str, Source] = field(default_factory=dict)

    def names(self, folder: str) -> list[str]:
        """What lies directly in a folder, in order; nothing where there is no such folder."""
        path = self.root / folder
        return sorted(one.name for one in path.iterdir()) if path.is_dir() else []

    def files(self, folder: str) -> list[str]:
        """The paths of all files below a folder, however deep, in order."""
        found = []
        for where, _, names in os.walk(self.root / folder):
            above = FilePath(where).relative_to(self.root).as_posix()
            found += [f"{above}/{name}" for name in names]
        return sorted(found, key=lambda path: path.split("/"))

    def astray(self, folder: str) -> list[Problem]:
        """The problems with links below a folder that lead to no file of the handbook.

        Likewise with what is no plain file, at which a build would wait for ever, and with names
        that no page and no list of files could hold.
        """
        top = self.root / folder
        if top.is_symlink():
            return [leads_astray(Source(folder))]
        found = []
        for where, folders, names in os.walk(top):
            for path in (FilePath(where, name) for name in (*folders, *names)):
                source = Source(path.relative_to(self.root).as_posix())
                mode = path.lstat().st_mode
                if stat.S_ISLNK(mode):
                    if not self._is_ours(path):
                        found.append(leads_astray(source))
                elif not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
                    found.append(_no_plain_file(source).problem)
                elif not source.file.isprintable():
                    found.append(_no_plain_name(source).problem)
        return sorted(found)

    def _is_ours(self, link: FilePath) -> bool:
        """Whether a link leads to a plain file that lies in one of the handbook's folders."""
        there = os.path.realpath(link)
        top = self._real(str(self.root))
        inside = there.startswith(tuple(f"{top}{os.sep}{one}{os.sep}" for one in FOLDERS))
        return inside and FilePath(there).is_file()

    def has(self, file: str) -> bool:
        """Whether anything has this path, be it readable or not."""
        path = self.root / file
        return path.exists() or path.is_symlink()

    def read(self, file: str) -> Source:
        """One YAML file."""
        source, before = self.read_text(file), self.known.get(file)
        if before is not None and before.text == source.text and not source.problems:
            return before
        return parsed(source)

    def read_text(self, file: str) -> Source:
        """One text file."""
        source = Source(file)
        draft = self.drafts.get(file)
        try:
            source.text = _decoded(self._bytes(source) if draft is None else draft, source)
        except _Refused as refusal:
            source.problems.append(refusal.problem)
        return source

    def _bytes(self, source: Source) -> bytes:
        path = f"{self.root}{os.sep}{source.file}"  # a thousand FilePaths take their time
        try:
            folder, found = self._real(path.rpartition("/")[0]), os.lstat(path)
            if stat.S_ISLNK(found.st_mode):
                folder, found = os.path.realpath(path), os.stat(path)  # noqa: PTH116 - as above
            if not f"{folder}{os.sep}".startswith(f"{self._real(str(self.root))}{os.sep}"):
                raise _Refused(leads_out(source))
            if not stat.S_ISREG(found.st_mode):
                raise _no_plain_file(source)
            _limit(found.st_size, source)
            with open(path, "rb") as file:  # noqa: PTH123 - as above
                return file.read()
        except (OSError, RuntimeError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise _refusal(
                source,
                "HB015",
                f"the file cannot be read: {reason}",
                "check that it exists and that you may read it",
            ) from error

    @cached_property
    def _real(self) -> Callable[[str], str]:
        """Where a folder really is, looked up once: there are few folders and many files."""
        return cache(os.path.realpath)


def read_bytes(file: str, raw: bytes) -> Source:
    """Read one YAML file that is no file any more, such as an older version of one."""
    return parsed(text_of(file, raw))


def text_of(file: str, raw: bytes) -> Source:
    """Read one text file that is no file any more, as `Folder.read_text` does."""
    source = Source(file)
    try:
        source.text = _decoded(raw, source)
    except _Refused as refusal:
        source.problems.append(refusal.problem)
    return source


def parsed(source: Source) -> Source:
    """The same file with its text read as YAML."""
    if "\n=======\n" in source.text and not source.problems:
        source.problems.append(_conflict(source, source.text.index("\n=======\n") + 1))
    if not source.problems:
        _parse(source)
    return source


def parse(file: str, text: str) -> Source:
    """Read YAML text that stands in no file yet; `file` is the name it is to have."""
    source = Source(file, text)
    _parse(source)
    return source


_HASH = re.compile(r"#(?<=[ \t]#)[^\W_]")
"""The sign that begins a remark, with no space after it: as people write it in a text."""
_HIDDEN = re.compile(r"[ \t]++(#[^\W_][^\n]*+)")


def swallowed(source: Source) -> Iterator[Problem]:
    """HB019: what a # hides after a value without quotes, where it does not look like a remark."""
    if source.data is None or not _HASH.search(source.text):
        return
    for event in yaml.parse(source.text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.ScalarEvent) and not event.style:
            end: Any = event.end_mark
            hidden = _HIDDEN.match(source.text, end.index)
            if hidden:
                yield source.problem_at(
                    "HB019",
                    (end.line + 1, end.column + hidden.start(1) - end.index + 1),
                    f'"{_short(hidden[1].rstrip())}" is not read: after a space, # begins a remark',
                    "put quotes around the whole text, or a space after # if it is a remark",
                )


def leads_out(source: Source) -> Problem:
    """The problem with a link to a file that is no part of the project."""
    return source.problem_at(
        "HB012",
        (1, 1),
        "this link leads out of the project",
        "put a copy of the file here instead of the link",
    )


def leads_astray(source: Source) -> Problem:
    """The problem with a link, in a folder that a site is made of, to no file that people edit.

    A link to a folder is one even if that lies in docs/: two that lead to each other have no end.
    """
    return source.problem_at(
        "HB012",
        (1, 1),
        "this link leads to no file in data/ or docs/",
        "put a copy of the file here instead of the link",
    )


def read_plain(path: FilePath, most: int) -> bytes:
    """What a file holds that is no part of the project.

    Raises OSError where it is none that ends: a device, a pipe, or one of more than `most` bytes.
    """
    with open(path, "rb", opener=_without_waiting) as file:  # a path has no opener
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "this is no plain file", str(path))
        if found.st_size > most:
            words = f"the file has {found.st_size:,} bytes; at most {most:,} are read"
            raise OSError(errno.EFBIG, words, str(path))
        return file.read(most)


def _without_waiting(path: str, flags: int) -> int:
    """Open a file; a pipe without waiting for somebody to write to it."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _no_plain_file(source: Source) -> _Refused:
    return _refusal(source, "HB015", "this is no plain file", "put a text file here, or delete it")


def _no_plain_name(source: Source) -> _Refused:
    message = "its name has bytes or signs that are no letters and cannot be written"
    return _refusal(source, "HB015", message, "give it a name of letters, digits and hyphens")


def _refusal(source: Source, code: str, message: str, hint: str, mark: Mark = (1, 1)) -> _Refused:
    return _Refused(source.problem_at(code, mark, message, hint))


def _limit(size: int, source: Source) -> None:
    if size > MAX_BYTES:
        raise _refusal(
            source,
            "HB011",
            f"the file has {size:,} bytes; at most {MAX_BYTES:,} are read",
            "keep one record a file, and long texts or pictures in docs/",
        )


def _decoded(raw: bytes, source: Source) -> str:
    _limit(len(raw), source)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        mark = (before.count(b"\n") + 1, len(before) - before.rfind(b"\n"))
        raise _refusal(
            source,
            "HB001",
            "the file is not UTF-8 text",
            "save it again with the encoding UTF-8",
            mark,
        ) from error
    source.text = _with_plain_lines(text)
    offset = _control_character(source.text, raw)
    if offset is not None:
        raise _refusal(
            source,
            "HB002",
            "a control character stands here",
            "delete it and type the text again",
            _offset_mark(source.text, offset),
        )
    if "<<<<<<<" in source.text or ">>>>>>>" in source.text:
        conflict = re.search(r"^(<{7}|>{7})( |$)", source.text, re.MULTILINE)
        if conflict:
            raise _Refused(_conflict(source, conflict.start()))
    return source.text


def _with_plain_lines(text: str) -> str:
    """The text with one kind of line break.

    YAML takes three signs more for line breaks, and nobody else does: plain spaces in their place
    keep the count.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if any(sign in text for sign in _LINE_BREAKS):
        text = re.sub(f"[{_LINE_BREAKS}]", " ", text)
    return text


def _control_character(text: str, raw: bytes) -> int | None:
    """Where the first one stands. Looking at the bytes first is quick, and mostly enough."""
    if raw.translate(None, _NOT_CONTROL) or any(sign in text for sign in _PRIVATE):
        found = re.search(f"[{_CONTROL}{_PRIVATE}]", text)
        return found.start() if found else None
    return None


_LINE_BREAKS = "\u0085\u2028\u2029"
_PRIVATE = "\ue000\ue001\ue002"
"""Characters that the program itself marks places with."""
_CONTROL = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f"
_NOT_CONTROL = re.sub(f"[{_CONTROL}]".encode(), b"", bytes(range(256)))


def _conflict(source: Source, offset: int) -> Problem:
    return source.problem_at(
        "HB005",
        _offset_mark(source.text, offset),
        "a merge conflict was left in the file",
        "keep one of the two versions and delete the lines with <<<<<<<, ======= and >>>>>>>",
    )


def _parse(source: Source) -> None:
    try:
        _build(source)
    except _Refused as refusal:
        source.data = None
        source.problems.append(refusal.problem)
    except yaml.YAMLError as error:
        source.data = None
        source.problems.append(_syntax_problem(source, error))


def _build(source: Source) -> None:
    """Consume the parser's events; fill `data`, `values`, `keys` and `problems`."""
    # The parser itself, because yaml.parse() asks it twice for each event.
    events = iter(yaml.CSafeLoader(source.text).get_event, None)
    documents = 0
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise _Refused(
                    source.problem_at(
                        "HB006",
                        _mark(event.start_mark),
                        "a second document begins here",
                        "one file holds one record: delete the line with --- or make two files",
                    )
                )
        elif isinstance(event, yaml.NodeEvent):
            source.data = _node(source, event, events, ())
    if source.data is None and not source.problems:
        source.problems.append(
            source.problem_at(
                "HB007", (1, 1), "the file is empty", "write the record, or delete the file"
            )
        )


def _node(source: Source, event: Any, events: Iterator[Any], path: Path) -> Plain:
    mark = _mark(event.start_mark)
    source.values[path] = mark
    if isinstance(event, yaml.AliasEvent):
        raise _Refused(
            source.problem_at(
                "HB010",
                mark,
                f"*{event.anchor} is a YAML alias, which is not used here",
                "write the value out, or put quotes around text that begins with *",
            )
        )
    if event.tag is not None:
        raise _Refused(
            source.problem_at(
                "HB009",
                mark,
                f"the tag {_short(event.tag.replace('tag:yaml.org,2002:', '!!'))} is not used here",
                "delete it, or put quotes around text that begins with !",
            )
        )
    if isinstance(event, yaml.ScalarEvent):
        empty = not event.style and event.value in ("", "~", "null")
        return None if empty else str(event.value)
    if len(path) > MAX_DEPTH:
        raise _Refused(
            source.problem_at(
                "HB002",
                mark,
                f"the data is nested more than {MAX_DEPTH} levels deep",
                "look for brackets that were opened and not closed",
            )
        )
    if isinstance(event, yaml.SequenceStartEvent):
        items: list[Plain] = []
        for item in events:
            if isinstance(item, yaml.SequenceEndEvent):
                break
            items.append(_node(source, item, events, (*path, len(items))))
        return items
    return _mapping(source, events, path)


def _mapping(source: Source, events: Iterator[Any], path: Path) -> dict[str, Plain]:
    mapping: dict[str, Plain] = {}
    for event in events:
        if isinstance(event, yaml.MappingEndEvent):
            break
        mark = _mark(event.start_mark)
        if not isinstance(event, yaml.ScalarEvent):
            raise _Refused(
                source.problem_at(
                    "HB002", mark, "a field's name must be plain text", "write name: value"
                )
            )
        name = str(event.value)
        bare = name.strip(_INVISIBLE)
        if bare != name:
            source.problems.append(
                source.problem_at(
                    "HB014",
                    mark,
                    f'an invisible character stands beside the field name "{_short(bare)}"',
                    "delete the name and type it again",
                    (*path, bare),
                    (name, f" {bare}" if _follows_a_comma(source, event) else bare),
                )
            )
            name = bare
        here = (*path, name)
        if name in mapping:
            source.problems.append(
                source.problem_at(
                    "HB004",
                    mark,
                    f'"{_short(name)}" stands here a second time '
                    f"(first in line {source.keys[here][0]})",
                    "keep one of the two",
                    here,
                )
            )
            _node(source, next(events), events, (*path, name, "(again)"))
            continue
        source.keys[here] = mark
        mapping[name] = _node(source, next(events), events, here)
    return mapping


def _follows_a_comma(source: Source, event: yaml.ScalarEvent) -> bool:
    """Whether a field's name begins right after the comma of the one before it."""
    mark: Any = event.start_mark
    return source.text[mark.index - 1 : mark.index] == ","


SPACES = "\u00a0\u2007\u202f"
"""Spaces that do not break a line. Word and web pages have them; YAML takes them for letters."""
NOTHING = "\u200b\u200c\u200d\u2060\ufeff"
"""Characters that take no room at all."""
_INVISIBLE = SPACES + NOTHING
_MISPLACED_SPACE = re.compile(rf"^ *[{_INVISIBLE}]|^[ -]*+[\w-]++:[{_INVISIBLE}]")


_IN_WORD_QUOTES = re.compile(
    r"""(?:(?<=[:,-][ ])|(?<=[\[{]))
    (?: [“”„‟"] (?P<double>[^"“”„‟\n]*+) [“”„‟"]  |  [‘’‚‛'] (?P<single>[^"\n]{0,200}?) [‘’‚‛'] )
    (?=[ ]*(?:[,\]}]|$|[ ]\#))""",
    re.VERBOSE,
)


def word_quotes(line: str) -> Iterator[tuple[int, str, str]]:
    """Values in the quotes of a word processor: where each begins, how it is written and should be.

    One plain quote of the two is not enough.
    """
    for match in _IN_WORD_QUOTES.finditer(line):
        inner = match["double"] if match["double"] is not None else match["single"]
        if (match[0][0] not in "\"'" or match[0][-1] not in "\"'") and "\\" not in inner:
            yield match.start(), match[0], f'"{inner}"'


def _syntax_problem(source: Source, error: yaml.YAMLError) -> Problem:
    """Say in plain words what the YAML parser met."""
    found = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    mark = _mark(found) if found else (1, 1)
    opened = getattr(error, "context_mark", None)
    lines = source.text.split("\n")
    last = max(mark[0], opened.line + 1 if opened else 0)
    lines += [""] * (last - len(lines))  # the parser counts a line after the end
    near = {*range(max(mark[0] - 2, 0), mark[0]), *([opened.line] if opened else [])}
    sign = next(
        filter(None, (_sign(source, number, lines[number]) for number in sorted(near))), None
    )
    if sign:
        return sign
    bare = _text_in_braces(lines, opened or found, last) if found else None
    if bare:
        return source.problem_at("HB002", *bare)
    words, hint = _plain_words(str(getattr(error, "problem", "") or error))
    instead: Instead | None = None
    if opened and words == _NO_COLON:
        mark = _mark(opened)
        field = re.match(r"[ -]*+([\w-]++):(?=(\S.*))", lines[opened.line])
        if field:
            written = f"{field[1]}: {_short(field[2])}"
            words, hint = "a space is missing after the colon", f"write {written}"
            mark = mark[0], field.start(1) + 1
            instead = f"{field[1]}:", f"{field[1]}: "
    item = _no_item(lines, words, mark)
    if item:
        mark, words, hint = item, *_NO_ITEM
    before = lines[mark[0] - 1][: mark[1] - 1] if words == _EXTRA_COLON else ":"
    if before[:1] == " " and not re.search(r":(?:\s|$)", before):
        mark = mark[0], len(before) - len(before.lstrip()) + 1
        words = "this line is indented more than the one above it, which is finished"
        hint = "begin it in the same column as the field above"
    quoted = re.search(
        r"""[:,-] +(['"]).*\1$""", lines[mark[0] - 1][: mark[1] - 1].rstrip()[-NEAR:]
    )
    if quoted:
        other = {"'": "double", '"': "single"}[quoted[1]]
        words = "the quoted text ends before this, and more follows"
        hint = f"put {other} quotes around text that has a {quoted[1]} in it"
    elif opened and "never closed" in words:
        # Where it was opened helps; where the file ends does not.
        mark = _mark(opened) if _mark(opened) != mark else _last_bracket(lines, mark)
    return source.problem_at("HB002", mark, words, hint, instead=instead)


NEAR = 1000
"""Characters of a line that are looked at before a fault in it."""


def _no_item(lines: list[str], words: str, mark: Mark) -> Mark | None:
    """Where an item in brackets begins that lacks its dash, if it does."""
    if words == _NO_COLON and re.match(r" *[\[{]", lines[mark[0] - 1]):
        return mark
    above = lines[mark[0] - 2] if mark[0] > 1 else ""
    if words == _MISFIT and re.match(rf" {{{mark[1] - 1}}}[\[{{]", above):
        return mark[0] - 1, mark[1]  # it was taken for all of the field's value
    return None


def _sign(source: Source, number: int, line: str) -> Problem | None:
    """The problem with a character that looks sound and is not YAML: the first of a line."""
    indent = line[: len(line) - len(line.lstrip(" \t"))]
    if "\t" in indent:
        return source.problem_at(
            "HB003",
            (number + 1, indent.index("\t") + 1),
            "a tab is used to indent",
            "use spaces instead, so that it begins below its neighbours",
        )
    space = _MISPLACED_SPACE.search(line)
    if space:
        sign = space[0][-1]
        return source.problem_at(
            "HB014",
            (number + 1, space.end()),
            "a non-breaking space stands where YAML needs a plain one",
            "delete it and type a space",
            instead=(sign, " " if sign in SPACES or ":" in space[0] else ""),
        )
    curly = next(word_quotes(line), None)
    if curly:
        start, was, plain = curly
        return source.problem_at(
            "HB002",
            (number + 1, start + 1),
            "YAML does not know these quotation marks",
            f"type plain ones: {_short(plain)}",
            instead=(was, plain),
        )
    return None


_FIELD = re.compile(r"(?:^ *+|(?<=[,{]) *+)([\w-]++): ++")
_FIELD_NAME = re.compile(r"(?:[,{] *+|^[ -]*+)([\w-]++):(?= |$)", re.MULTILINE)
_COLON = re.compile(r"(?<![\w-])([\w-]++):(?: |$)")
_BRACKETED = re.compile(r"\[[^\[\]{}]*\]|\{[^\[\]{}]*\}")


def _text_in_braces(lines: list[str], opened: Any, last: int) -> tuple[Mark, str, str] | None:
    """The text without quotes that the parser stumbled over in a {…}: place, words and hint."""
    outer = _indent(lines[opened.line])
    for number in range(opened.line, last):
        line = lines[number]
        start = opened.column if number == opened.line else 0
        if number == opened.line and line[start : start + 1] not in ("{", "["):
            before = _BRACKETED.sub(lambda pair: " " * len(pair[0]), line[:start])
            start = before.rfind("{")
            if start < 0:
                return None
        if number > opened.line and _indent(line) <= outer:
            return None  # the next field, or the next item
        found = list(_FIELD.finditer(line, start))
        ends = [match.start() for match in found] + [len(line)]
        for match, end in zip(found, ends[1:], strict=True):
            text = _without_closers(line[match.end() : end].rstrip(", "))
            sign = _unreadable_sign(text)
            colon = _COLON.search(text) if sign else None
            if colon and colon[1] in _FIELD_NAME.findall("\n".join(lines)):
                return None  # a comma is missing before that field
            if sign:
                written = f"{_short(match[1])}: {in_quotes(_short(text, NEAR))}"
                hint = f"put quotes around the text: {written}"
                if colon:
                    hint += f'; or, if "{_short(colon[1])}" is a field, put a comma before it'
                place = number + 1, match.end() + 1
                return place, f"text with {sign} needs quotes where it stands in braces", hint
    return None


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _without_closers(text: str) -> str:
    """A text without the closing brackets at its end that were opened before it."""
    spare = sum(map(text.count, "]}")) - sum(map(text.count, "[{"))
    end = len(text)
    while spare > 0 and text[end - 1] in "]} ":
        spare -= text[end - 1] != " "
        end -= 1
    return text[:end].rstrip()


def _unreadable_sign(text: str) -> str:
    """What a text without quotes cannot have in it where it stands in braces; or nothing."""
    if text.startswith(("'", '"')):
        return ""
    if text.startswith(("[", "{")):
        return "a bracket" if re.match(rf"(?:{_BRACKETED.pattern}) +\S", text) else ""
    if text.startswith(("- ", "? ")):
        return f"a {text[0]} at the beginning"
    if _HASH.search(text):
        return "a # after a space"
    if re.search(r":(?: |$)", text):
        return "a colon"
    return "a bracket" if re.search(r"[\[\]{}]", text) else ""


def in_quotes(text: str) -> str:
    """A text as it can stand in braces."""
    if '"' in text or "\\" in text:
        return "'" + text.replace("'", "''") + "'"
    return f'"{text}"'


def _last_bracket(lines: list[str], mark: Mark) -> Mark:
    """The last opening bracket before a place that has no closing one on its line."""
    for number in range(mark[0] - 1, 0, -1):
        line = re.sub(
            r"\[[^\[\]{}]*\]|\{[^\[\]{}]*\}", lambda pair: " " * len(pair[0]), lines[number - 1]
        )
        start = max(line.rfind("["), line.rfind("{"))
        if start >= 0:
            return number, start + 1
    return mark


def _plain_words(problem: str) -> tuple[str, str]:
    for sign, words, hint in _SYNTAX:
        if sign in problem:
            return words, hint
    return f"this is not YAML: {problem}", "compare with the lines around it"


_EXTRA_COLON = "a colon stands where no field can begin"
_NO_COLON = "this line is no field, and is not indented as a part of the text above it"
_MISFIT = "this line or the one above it does not fit the indentation here"
_NO_ITEM = "this line is no item of the list that it stands in", "begin it with -"
_SYNTAX = (
    (
        "mapping values are not allowed",
        _EXTRA_COLON,
        "put quotes around text that contains a colon",
    ),
    (
        "end of stream",
        "a quotation mark is opened and never closed",
        "add the closing quotation mark",
    ),
    (
        "expected ',' or",
        "a bracket is opened and never closed, or a comma is missing",
        "add the closing bracket or the comma",
    ),
    (
        "expected node content",
        "a bracket is opened and never closed, or a comma is missing",
        "add the closing bracket or the comma",
    ),
    (
        "cannot start any token",
        "text cannot begin with this character",
        "put quotes around the text",
    ),
    (
        "expected alphabetic or numeric",
        "text cannot begin with * or &",
        "put quotes around the text",
    ),
    (
        "expected '-' indicator",
        "this line is indented like the list above it, but is no item of it",
        "begin it with -, or in the same column as its neighbours",
    ),
    (
        "expected key",
        _MISFIT,
        "begin both in the same column as their neighbours, and with - if these have one",
    ),
    (
        "could not find expected ':'",
        _NO_COLON,
        "write name: value; or, if it belongs to the text above, begin it with two spaces more",
    ),
)


def _mark(mark: Any) -> Mark:
    return mark.line + 1, mark.column + 1


def _offset_mark(text: str, offset: int) -> Mark:
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    line = bisect_right(starts, offset)
    return line, offset - starts[line - 1] + 1


def _short(text: str, limit: int = 40) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
