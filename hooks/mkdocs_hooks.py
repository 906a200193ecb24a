"""The only module that meets MkDocs: it hands the core's pages to a build, and publishes it.

MkDocs calls the functions whose names begin with `on_`. A hook file can import its neighbours
only here at the top: its folder is on the path only while it is loaded.
"""

from __future__ import annotations

import atexit
import errno
import gc
import json
import logging
import os
import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path as FilePath
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, TemplateError, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape
from mkdocs.commands.build import get_context
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils import CountHandler, normalize_url
from mkdocs_bibtex.citation import Citation, CitationBlock, InlineReference
from mkdocs_bibtex.registry import SimpleRegistry

import handbook.extension  # noqa: F401 - Python-Markdown imports it later by name
from handbook import (
    addresses,
    chronicle,
    compiled,
    dates,
    jsonld,
    markup,
    offline,
    overlay,
    pages,
    processors,
    publication,
    report,
    security,
    sheets,
    signposts,
    store,
    views,
)
from handbook.bibliography import Bibliography
from handbook.compose import (
    Composition,
    NotATimeError,
    UnprintableError,
    compose,
    keeping_everything,
    preview,
    printed,
)
from handbook.exports import Export, only_pages
from handbook.overlay import Verdict
from handbook.problem import Problem
from handbook.sheets import Print, Rack, Sheet
from handbook.source import FOLDERS

if TYPE_CHECKING:
    from mkdocs.livereload import LiveReloadServer

log = logging.getLogger("mkdocs.plugins.handbook")


@dataclass
class _Build:
    """What one build knows. A new one begins with each build, so nothing goes stale in `serve`."""

    composition: Composition
    pages: dict[str, pages.Page]
    warnings: CountHandler
    strict: bool
    blocked: list[str] = field(default_factory=list)
    stage: FilePath | None = None
    target: FilePath | None = None
    folders: FilePath | None = None
    nav: Navigation | None = None
    press: _Press | None = None
    paper: Callable[[], tuple[Export, tuple[Problem, ...]]] | None = None
    """Waits for the PDF, which a save under `serve` need not do."""

    @property
    def beside(self) -> FilePath:
        """Where pages lie meanwhile that the store cannot keep; a stage, as `publication` knows."""
        stage = self.stage or FilePath(tempfile.gettempdir(), f".site-{os.getpid()}-")
        return stage.with_name(f"{stage.name}-pages")

    def clear(self) -> None:
        """Delete what was only needed while it was made; the folders are the next build's."""
        if self.stage and self.stage.exists():
            publication.put_away(self.stage, self.folders)
        shutil.rmtree(self.beside, ignore_errors=True)


_builds: list[_Build] = []
_desks: list[_Desk] = []
_problems: list[Problem] = []
"""What kept the last build from its end, if it was something in the data."""
_command = {"name": "build", "dirty": False}


class _SupersededError(Exception):
    """Another edit has come while a build was being made."""


def _step() -> None:
    """Stop a build here, under `serve`, if what it makes is out of date already."""
    if any(desk.changed for desk in _desks):
        raise _SupersededError


def on_startup(*, command: str, dirty: bool) -> None:
    """Remember what was asked for; that this event exists keeps plugins alive under `serve`."""
    _command.update(name=command, dirty=dirty)


@event_priority(100)
def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Compose before any other plugin reads the data, and stop here if it is not sound.

    MkDocs has not touched `site/` yet. A build that goes on writes to an empty folder beside it,
    because MkDocs counts strict-mode warnings only after it has written everything.
    """
    root = FilePath(config.config_file_path).parent
    _builds.clear()
    target = None
    # What `gh-deploy` pushes is the folder that it names, so there it is no stage.
    if _command["name"] != "gh-deploy" and not _command["dirty"]:
        target = publication.place(FilePath(config.site_dir))
        publication.recover(target)
    strict = bool(config.strict)
    try:
        composition = compose(root, base=config.site_url or "", step=_step)
        _speak(composition, strict=strict)
    except NotATimeError as error:
        raise PluginError(str(error)) from error
    paged = {page.uri: page for page in composition.pages}
    build = _Build(composition, paged, CountHandler(), strict)
    build.warnings.setLevel(logging.WARNING)
    logging.getLogger("mkdocs").addHandler(build.warnings)
    _builds.append(build)
    if target:
        kept = store.of(root)
        build.folders = kept / "folders" if kept else None
        build.target, build.stage = target, publication.stage(target)
        # After an exchange the old site is there: nobody needs to wait until it is deleted.
        atexit.register(build.clear)
        config.site_dir = str(build.stage)
    bibtex = config.plugins["bibtex"]
    # It would read the whole file again; its notes are the core's (see `_Notes`).
    bibtex.config["bib_file"] = str(FilePath(__file__).with_name("handbook") / "empty.bib")
    course = composition.book.course
    config.site_name = escape(course.short or course.title)
    config.site_description = escape(course.summary or "")
    if _command["name"] != "serve":
        gc.freeze()  # the book stays to the end: no use in looking for garbage in it again
        if not only_pages():
            build.paper = processors.beside(
                partial(printed, composition, root, config.site_url or "")
            )
    config.theme.static_templates.discard("sitemap.xml")  # ours is an export
    config.theme["language"] = _theme_language(config, course.language)
    config.markdown_extensions = list(markup.EXTENSIONS)
    config.mdx_configs = dict(markup.OPTIONS)
    return config


def on_pre_build(config: MkDocsConfig) -> None:
    """Give mkdocs-bibtex the core's notes: it would format each reference anew on every page."""
    build = _builds[0]
    bibtex = config.plugins["bibtex"]
    bibtex.registry = _Notes(build.composition.book.references)  # type: ignore[attr-defined]


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages, each with the file that 'edit this page' opens; and the exports.

    What the theme would bring along and no page uses stays out. MkDocs has just emptied the stage.
    """
    build = _builds[0]
    if build.stage and build.folders:
        publication.furnish(build.stage, build.folders)
    theirs = [one for one in files if one.src_dir != config.docs_dir]
    for unused in [one for one in theirs if _UNUSED.match(one.src_uri)]:
        files.remove(unused)
    root = FilePath(config.config_file_path).parent
    in_nav = set(_uris(config.nav))
    takes_over = _takes_over(config)
    for page in build.composition.pages:
        file = files.get_file_from_path(page.uri)
        if file is None:
            file = _Leaf.generated(config, page.uri, content=page.body)
            source = os.path.relpath(root / page.source, config.docs_dir)
            file.edit_uri = FilePath(source).as_posix()
            files.append(file)
        elif takes_over and file.inclusion.value > InclusionLevel.DRAFT.value:
            files.remove(file)
            file = _Leaf(page.uri, config.docs_dir, config.site_dir, config.use_directory_urls)
            files.append(file)
        if page.uri not in in_nav:
            file.inclusion = InclusionLevel.NOT_IN_NAV
        if takes_over and isinstance(file, _Leaf):
            file.take()
    for export in build.composition.exports:
        files.append(File.generated(config, export.path, content=export.content))
    if build.paper:
        files.append(_Paper.generated(config, addresses.PAPER, content=b""))
    return files


def on_nav(nav: Navigation, *, config: MkDocsConfig, files: Files) -> Navigation:
    """Remember the menu, which all pages share, for the press."""
    del config, files
    _builds[0].nav = nav
    return nav


@event_priority(100)
def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Before mkdocs-bibtex sees the text: the core's body and values; titles escaped once.

    Material prints titles and descriptions as they are, without escaping; as `Markup` they come
    out right there and in our own templates, which escape everything else.
    """
    del files
    made = _builds[0].pages.get(page.file.src_uri)
    if made is None:
        return markdown
    words = made.meta or made.front
    page.meta = dict(made.meta)
    for name in ("title", "description"):
        if words.get(name):
            page.meta[name] = escape(str(words[name]))
    page.meta["control"] = made.control
    if page.edit_url and not FilePath(made.source).suffix:
        # A list is made from a folder, which GitHub shows under tree/ and cannot edit.
        page.edit_url = re.sub(r"/edit/", "/tree/", page.edit_url, count=1)
    del config
    return made.body


def on_page_content(html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Tell MkDocs' link check about the anchors that templates will add."""
    del config, files
    made = _builds[0].pages.get(page.file.src_uri)
    if made and page.present_anchor_ids is not None:
        page.present_anchor_ids |= set(made.anchors)
    return html


def on_env(env: Environment, *, config: MkDocsConfig, files: Files) -> Environment:
    """Escape in our own templates, which MkDocs does not; and give them their few tools.

    Then all that pages are made of is there: they are printed, or found as they were printed once.
    """
    build, root = _builds[0], FilePath(config.config_file_path).parent
    site = pages.plain(views.site(build.composition.book, build.composition.today))
    language = site["language"]
    references = build.composition.book.references
    ours = _template_names(FilePath(config.theme.custom_dir or ""))
    env.autoescape = lambda name: name in ours
    env.auto_reload = False  # a build has its own templates: no need to look each time
    env.bytecode_cache = compiled.of(root, "pages")
    env.filters |= {
        "url": _url,
        "day": lambda date: dates.day(date, language),
        "record_id": addresses.record_id,
        "version": lambda commit: commit[: chronicle.SHORT],
        "weekday": lambda date: dates.weekday(date, language),
        "day_of_month": lambda date: dates.week(date, date, language),
        "as_of": lambda date: dates.partial(date, language),
        "data_block": lambda data: Markup(jsonld.written(data)),  # noqa: S704 - it escapes
        "pieces": lambda content: _pieces(content, references),
    }
    env.globals |= {
        "site": site,
        # Under `serve`, the reload script stands inside the page, and a copy would be in the way.
        "published": None if _command["name"] == "serve" else {"policy": security.POLICY},
        "subscription": addresses.subscription(config.site_url or ""),
        "span": lambda starts, ends: dates.span(starts, ends, language),
        "week_span": lambda starts, ends: dates.week(starts, ends, language),
        "by_hand": pages.by_hand(build.composition.pages),
        "cards": signposts.cards(FilePath(config.theme.custom_dir or "")).names,
        "card_of": addresses.card,
    }
    if build.nav and _takes_over(config):
        _print_all(build, config, files, build.nav, env)
    return env


def on_post_page(output: str, *, page: Page, config: MkDocsConfig) -> str:
    """A page without the theme's dead boxes; and a look at what its policy would block."""
    del config
    return _framed(output, page.file.src_uri)


def on_post_template(output: str, *, template_name: str, config: MkDocsConfig) -> str:
    """The same for pages that no Markdown stands behind, such as 404.html."""
    del config
    return _framed(output, template_name) if template_name.endswith(".html") else output


@event_priority(-100)
def on_post_build(config: MkDocsConfig) -> None:
    """Publish the finished build, if it passed; in strict mode a warning means it did not."""
    build = _builds[0]
    if build.press:
        _check_anchors(build.press)
        build.press.rack.save()
    logging.getLogger("mkdocs").removeHandler(build.warnings)
    for words in build.blocked:
        log.error("%s", words)
    if build.blocked:
        raise PluginError("The browser would block what some pages hold; nothing was published.")
    site = FilePath(config.site_dir)
    (site / "offline.json").write_bytes(_offline(build, site))
    if build.stage is None or build.target is None:
        return
    if config.strict and build.warnings.get_counts():
        return
    publication.exchange(build.stage, build.target)
    if _command["name"] == "serve":
        build.clear()
    log.info("Published to %s", build.target)


def on_serve(server: LiveReloadServer, *, config: MkDocsConfig, builder: Any) -> LiveReloadServer:
    """Show an edit at once, before all that follows from it; and what is wrong, in the browser."""
    from handbook import watching  # noqa: PLC0415 - only here; the package is found already

    gc.freeze()  # what the first build made stays: an edit need not wait for a look at all of it
    desk = _Desk(FilePath(config.config_file_path).parent, FilePath(server.root), builder)
    _desks[:] = [desk]
    watched = [config.docs_dir, config.config_file_path]
    for path in watched:  # by the observer that MkDocs chose
        server.unwatch(path)
    folders = [path for path in (config.docs_dir, *config.watch) if FilePath(path).is_dir()]
    watch = watching.Watch(desk.changed.add, folders)
    desk.wake = watch.wake
    server.observer = watch.observer
    server.build_delay = _SILENCE
    server.builder = desk.rebuild
    for path in watched:
        server.watch(path)
    server.set_app(overlay.over(server.serve_request, lambda: desk.overlay))
    return server


def on_shutdown() -> None:
    """Leave nothing running, and nothing behind, that `serve` has begun."""
    for desk in _desks:
        desk.leave_off()
        publication.recover(desk.site)


def on_build_error(error: Exception) -> None:
    """Nothing to publish: the last good site stays as it is. A full disk is told in words."""
    for build in _builds:
        logging.getLogger("mkdocs").removeHandler(build.warnings)
        build.clear()
    if isinstance(error, OSError):
        raise PluginError(f"{_in_words(error)}; nothing was published.") from error


# --- The press -------------------------------------------------------------------------------
#
# MkDocs makes every page of a site anew at each build, one after the other. The press does for each
# page what MkDocs does (mkdocs.commands.build), with the same plugin events, by public names only;
# but only for those of which it has no sheet, and with all processors. For MkDocs, pages are then
# files that are copied. Where a plugin that is not known here takes part, MkDocs makes the pages.


_KNOWN = frozenset({"bibtex", "hooks/mkdocs_hooks.py"})
"""Plugins that make of one page always the same, whatever other pages there are."""


def _takes_over(config: MkDocsConfig) -> bool:
    return set(config.plugins) <= _KNOWN and not _command["dirty"]


class _Leaf(File):
    """The file of a page; once the press takes it, one that MkDocs has only to copy."""

    _taken = False
    key = ""
    sheet: Sheet | None = None
    is_there = False

    def take(self) -> None:
        """Be no page for MkDocs any more, at the address that a page has."""
        self._taken = bool(self.url)

    def is_documentation_page(self) -> bool:
        """Whether MkDocs has to make it."""
        return not self._taken and super().is_documentation_page()

    def copy_file(self, dirty: bool = False) -> None:  # noqa: FBT001, FBT002 - it is MkDocs' own
        """Put its HTML where the site is made; print it again if the store has lost it."""
        press = _builds[0].press
        if press is None or self.sheet is None:
            super().copy_file(dirty)
            return
        if self.is_there:
            return
        target = self.abs_dest_path
        if not press.rack.place(self.sheet, target):
            self.sheet = _print(self.src_uri).sheet
            if not press.rack.place(self.sheet, target):
                raise OSError(errno.EIO, "the store lost it while it was made", target)


class _Paper(File):
    """The PDF, which is made while the pages are."""

    def copy_file(self, dirty: bool = False) -> None:  # noqa: FBT001, FBT002 - it is MkDocs' own
        """Put it where the site is made, once it is finished."""
        del dirty
        build = _builds[0]
        if build.paper is None:
            return
        try:
            paper, problems = build.paper()
        except UnprintableError as error:
            raise PluginError(str(error)) from error
        told = build.composition.problems
        build.composition = replace(build.composition, problems=(*told, *problems))
        _speak(build.composition, strict=build.strict, told=told)
        FilePath(self.abs_dest_path).write_bytes(paper.content)


@dataclass
class _Press:
    """All that the pages of one build have in common."""

    config: MkDocsConfig
    files: Files
    nav: Navigation
    env: Environment
    rack: Rack

    @property
    def leaves(self) -> list[_Leaf]:
        """The files of all pages."""
        return [file for file in self.files if isinstance(file, _Leaf)]


def _print_all(
    build: _Build, config: MkDocsConfig, files: Files, nav: Navigation, env: Environment
) -> None:
    """Give every page its sheet: from the store, or made anew."""
    for item in nav.pages:
        item.title = item.title or escape(build.pages[item.file.src_uri].title)
    folder = store.of(FilePath(config.config_file_path).parent)
    rack = Rack(folder, sheets.frame(*_frame(config, nav, env)), build.beside)
    press = build.press = _Press(config, files, nav, env, rack)
    for leaf in press.leaves:
        leaf.key = _key(build, press, build.pages[leaf.src_uri])
        leaf.sheet = press.rack.find(leaf.src_uri, leaf.key)
    _step()
    missing = [leaf for leaf in press.leaves if leaf.sheet is None]
    if len(missing) == len(press.leaves) and env.bytecode_cache:
        # Else each of the processes would compile all that it meets.
        ours = _template_names(FilePath(config.theme.custom_dir or ""))
        list(processors.spread(_compile, sorted(ours)))
    # The last are lists and tables of all the others: no process should begin with them at the end.
    order = [leaf.src_uri for leaf in reversed(missing)]
    found = {}
    for uri, answer in zip(order, processors.spread(_print_there, order), strict=True):
        _step()
        found[uri] = answer
    for leaf in missing:
        made, is_there = found[leaf.src_uri]
        leaf.sheet, leaf.is_there = made.sheet, is_there
        for name, level, words in made.said:
            logging.getLogger(name).log(level, "%s", words)
        build.blocked += made.blocked
        if not made.said and not made.blocked:  # else it is to be said again next time
            press.rack.keep(leaf.src_uri, made.sheet)


def _key(build: _Build, press: _Press, page: pages.Page) -> str:
    """What the sheet of a page depends on.

    Of links in data, the core has made sure; in a page by hand, MkDocs has to try each again.
    """
    book = build.composition.book
    notes = [book.references.html(key) for key in page.cited]
    others = () if page.meta else (*sorted(build.pages), *sorted(book.files))
    return sheets.key(press.rack.frame, page, [*notes, *others])


def _frame(
    config: MkDocsConfig, nav: Navigation, env: Environment
) -> tuple[FilePath, str, str, str]:
    """The folder of the templates, and in words: the settings, the menu, the templates' values."""
    # Where a site is written says nothing of what is written.
    settings = {name: value for name, value in config.items() if name != "site_dir"}
    told = {
        name: pages.plain(env.globals[name])
        for name in ("site", "published", "subscription", "by_hand", "cards")
    }
    return (
        FilePath(config.theme.custom_dir or ""),
        json.dumps(settings, default=_settled),
        repr([(item.title, item.url) for item in nav.pages]),
        FilePath(__file__).read_text("utf-8") + repr(told),
    )


def _settled(value: Any) -> Any:
    """A setting as JSON has it: what it is made of, or how Python writes it.

    What Python writes by its place in memory is never the same again, and so no page is found.
    """
    if isinstance(value, Mapping):  # a part of the settings, or the theme
        return dict(value)
    if isinstance(value, BasePlugin):
        return dict(value.config)
    if isinstance(value, ModuleType):
        return value.__name__
    words = repr(value)
    return vars(value) if " at 0x" in words and hasattr(value, "__dict__") else words


def _compile(template: str) -> None:
    """Compile a template into the store; what is wrong with it is told where it is used."""
    press = _builds[0].press
    if press:
        with suppress(TemplateError):
            press.env.get_template(template)


def _print_there(uri: str) -> tuple[Print, bool]:
    """Make one page, and put it where the site is made; and whether it is there."""
    made, press = _print(uri), _builds[0].press
    file = press.files.get_file_from_path(uri) if press else None
    return made, bool(press and file and press.rack.place(made.sheet, file.abs_dest_path))


def _print(uri: str) -> Print:
    """Make one page, as MkDocs would."""
    build = _builds[0]
    press = build.press
    file = press.files.get_file_from_path(uri) if press else None
    if press is None or not isinstance(file, _Leaf):
        raise PluginError(f"{uri}: there is no such page.")
    before, build.blocked = build.blocked, []
    with _listening() as said:
        try:
            page = file.page or Page(None, file, press.config)
            html = _html(press, page)
        except PluginError:
            raise
        except Exception as error:
            raise PluginError(f"Error making page '{uri}': {error}") from error
    links = {target.src_uri: ids for target, ids in (page.links_to_anchors or {}).items()}
    ids = tuple(sorted(page.present_anchor_ids or ()))
    kept = press.rack.write(html.encode(errors="xmlcharrefreplace"))
    sheet = Sheet(file.key, kept, ids, links)
    blocked, build.blocked = build.blocked, before
    return Print(sheet, tuple(said), tuple(blocked))


def _html(press: _Press, page: Page) -> str:
    config, files, plugins = press.config, press.files, press.config.plugins
    page = plugins.on_pre_page(page, config=config, files=files)
    page.read_source(config)
    page.markdown = plugins.on_page_markdown(
        page.markdown or "", page=page, config=config, files=files
    )
    page.render(config, files)
    page.content = plugins.on_page_content(
        page.content or "", page=page, config=config, files=files
    )
    page.active = True
    try:
        context = get_context(press.nav, (), config, page)
        template = press.env.get_template(page.meta.get("template", "main.html"))
        context = plugins.on_page_context(context, page=page, config=config, nav=press.nav)
        return plugins.on_post_page(template.render(context), page=page, config=config)
    finally:
        page.active = False


class _Listener(logging.Handler):
    """Takes down what is said from a warning on: by whom, how loud, and in which words."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[tuple[str, int, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Take one thing down."""
        self.said.append((record.name, record.levelno, record.getMessage()))


@contextmanager
def _listening() -> Iterator[list[tuple[str, int, str]]]:
    """What is said from a warning on, instead of its being said."""
    listener = _Listener()
    top = logging.getLogger("mkdocs")
    handlers, spreads = top.handlers, top.propagate
    top.handlers, top.propagate = [listener], False
    try:
        yield listener.said
    finally:
        top.handlers, top.propagate = handlers, spreads


def _check_anchors(press: _Press) -> None:
    """Let MkDocs say where a page links to an id that another one has no more, or never had."""
    level = press.config.validation.links.anchors
    known = {leaf.src_uri: leaf.sheet for leaf in press.leaves if leaf.sheet}
    ids = {uri: frozenset(sheet.anchors) for uri, sheet in known.items()}
    for uri, sheet in known.items():
        astray = {
            target: dict(links)
            for target, links in sheet.links.items()
            if target in ids and not ids[target].issuperset(links)
        }
        if astray:
            page = _paged(press, uri, ids)
            page.links_to_anchors = {
                _paged(press, target, ids).file: links for target, links in astray.items()
            }
            page.validate_anchor_links(files=press.files, log_level=level)


def _paged(press: _Press, uri: str, ids: dict[str, frozenset[str]]) -> Page:
    """A page of MkDocs with the ids of one that the press has made."""
    file = press.files.get_file_from_path(uri)
    if file is None:
        raise PluginError(f"{uri}: there is no such page.")
    page = file.page or Page(None, file, press.config)
    page.present_anchor_ids = set(ids[uri])
    return page


# --- While a handbook is worked on -----------------------------------------------------------


_SILENCE = 0.01
"""Seconds without another change until a build begins: a program may write many files at once."""
_PAUSE = 0.3
"""Seconds without another change until all that follows from an edit is made."""


@dataclass
class _Desk:
    """Where a handbook is worked on under `serve`.

    The page of a file that was edited is shown at once; all that follows from the edit, the rules
    too, after a pause, by a whole build: of a copy of this process, so that the next edit need not
    wait for it. What is wrong lies over the last good page.
    """

    root: FilePath
    site: FilePath
    builder: Callable[[], None]
    changed: set[str] = field(default_factory=set)
    overlay: bytes = b""
    wake: Callable[[], None] = lambda: None
    later: threading.Timer | None = None
    aside: processors.Aside | None = None
    turn: int = 0
    verdict: Verdict | None = None
    said: Verdict = field(default_factory=Verdict)

    def rebuild(self) -> None:
        """Make what an edit needs now: the server calls it after each."""
        files = []
        while self.changed:
            files.append(os.path.relpath(self.changed.pop(), self.root).replace(os.sep, "/"))
        if self.verdict and not files:
            self._say(self.verdict)
            self.verdict = None
            return
        self.leave_off()
        if files and self._shown(files):
            self.later = threading.Timer(_PAUSE, self._follow, [self.turn])
            self.later.daemon = True
            self.later.start()
        else:
            self._say(self._whole())

    def leave_off(self) -> None:
        """End what is out of date by now."""
        self.turn += 1
        self.verdict = None
        if self.later:
            self.later.cancel()
        if self.aside:
            self.aside.stop()
        self.later = self.aside = None

    def _follow(self, turn: int) -> None:
        """Begin with all that follows from an edit, if there was none since."""
        if turn != self.turn:
            return
        if processors.count() > 1:
            self.aside = processors.Aside(self._whole, self._judged)
        else:
            self.wake()

    def _judged(self, verdict: Verdict | None) -> None:
        self.verdict = verdict
        self.wake()

    @keeping_everything()
    def _shown(self, files: list[str]) -> bool:
        """Whether the pages of these files could be shown, or what is wrong in the files."""
        build = _builds[0] if _builds else None
        if build is None or build.press is None or not all(map(self._is_source, files)):
            return False
        try:
            base = build.press.config.site_url or ""
            texts = {file for file in files if not self._is_copied(file)}
            for file in set(files) - texts:
                shutil.copyfile(self.root / file, self.site / file.removeprefix("docs/"))
            found = preview(build.composition, self.root, base, texts)
            if found is None:
                return False
            if not found.sound:
                self._say(Verdict(found.problems))
                return True
            _show(build, build.press, found, self.site)
        except Exception as error:  # noqa: BLE001 - a whole build finds out what is wrong
            log.debug("No preview: %s", error)
            return False
        if all(problem.file in files for problem in self.said.problems) and not self.said.words:
            self._say(Verdict())
        return True

    def _is_source(self, file: str) -> bool:
        return file.startswith(FOLDERS) and (self.root / file).is_file()

    def _is_copied(self, file: str) -> bool:
        """Whether a file is published as it is, and was before."""
        is_text = file.endswith(".md") or not file.startswith("docs/")
        return not is_text and (self.site / file.removeprefix("docs/")).is_file()

    def _whole(self) -> Verdict:
        """Make all. If what the data says is in the way, an edit can still be shown at once."""
        before = _builds[:]
        _problems.clear()
        told = logging.getLogger("mkdocs")
        listener = _Listener()
        told.addHandler(listener)
        try:
            self.builder()
        except _SupersededError:
            _builds[:] = before
            log.info("Stopped: another change has come")
        except (Exception, SystemExit) as error:  # noqa: BLE001 - it stands in the browser
            _builds[:] = before if _problems else []
            words = "\n".join(dict.fromkeys(words for _, _, words in listener.said))
            return Verdict(tuple(_problems), words or str(error))
        finally:
            told.removeHandler(listener)
        return Verdict()

    def _say(self, verdict: Verdict) -> None:
        self.said = verdict
        self.overlay = overlay.written(self.root / "overrides", verdict)


def _show(build: _Build, press: _Press, found: Composition, site: FilePath) -> None:
    """Put the pages of a preview where a site is served."""
    for page in found.pages:
        leaf = press.files.get_file_from_path(page.uri)
        if isinstance(leaf, _Leaf):
            build.pages[page.uri] = page
            leaf.key = _key(build, press, page)
            leaf.sheet = press.rack.find(page.uri, leaf.key) or _print(page.uri).sheet
            press.rack.place(leaf.sheet, str(site / leaf.dest_uri))
    pages = tuple(build.pages[page.uri] for page in build.composition.pages)
    build.composition = replace(build.composition, book=found.book, pages=pages)


# --- Behind the events -----------------------------------------------------------------------


_UNUSED = re.compile(
    r"assets/(?:javascripts|images)/|assets/stylesheets/(?:palette|.*\.map$)|(?:pages|fonts|pdf)/"
    r"|sitemap\.xml$"
)
"""Of the theme: scripts, which are ours; palettes; its picture. And what the core alone reads."""
_BOXES = re.compile(r'<input class="md-toggle".*?(?=<div data-md-component="announce">)', re.DOTALL)
"""The theme's hidden check boxes for its menu and its search, and its own skip link."""


def _framed(html: str, name: str) -> str:
    html, found = _BOXES.subn("", html, count=1)
    if found != 1:
        raise PluginError("The theme's page has changed: look at _BOXES in hooks/mkdocs_hooks.py.")
    blocked = security.offences(html)
    _builds[0].blocked += [f"{name}: the security policy would block {words}" for words in blocked]
    return html


@pass_context
def _url(context: Context, value: object) -> str:
    """MkDocs' filter `url`, quicker for addresses of the site itself, which are most."""
    page, address = context["page"], str(value)
    if page is None or not _ADDRESS.fullmatch(address):
        return normalize_url(address, page, context["base_url"])
    return addresses.relative(address, page.url)


_ADDRESS = re.compile(r"(?:[\w-]+/)+(?:[\w-]+\.[\w.-]+|[?#][^/]*)?")


def _offline(build: _Build, site: FilePath) -> bytes:
    """The list for the service worker: all pages, and the files that pages load."""
    leaves = build.press.leaves if build.press else []
    printed = {leaf.dest_uri: leaf.sheet.html for leaf in leaves if leaf.sheet}
    made = build.composition
    return offline.listing(offline.found(site, printed), offline.wanted(made.book, made.today))


class _Notes(SimpleRegistry):
    """mkdocs-bibtex's registry, answered from the core: each reference is formatted once.

    A note's text passes through Markdown and the search as a short mark, and becomes HTML when
    the page is written. The core has checked every citation, so nothing is left to validate.
    """

    def __init__(self, references: Bibliography) -> None:
        self.references = references
        self.bib_data = SimpleNamespace(entries=references.lines)
        self.footnote_format = "{key}"

    def validate_citation_blocks(self, citation_blocks: list[CitationBlock]) -> None:
        """Nothing: see the class."""

    def reference_text(self, citation: Citation | InlineReference) -> str:
        """The mark of a note."""
        return f"{_NOTE}{citation.key}{_NOTE}"


_NOTE = "\ue001"
"""Stands around a reference's key until the page is written."""


def _pieces(content: str, references: Bibliography) -> list[dict[str, str]]:
    """Content split at its part markers: HTML, and the names of the parts between it."""
    if _NOTE in content:
        content = re.sub(f"{_NOTE}([\\w-]+){_NOTE}", lambda mark: references.html(mark[1]), content)
    found = []
    for number, piece in enumerate(re.split(r"<!-- part: ([\w -]+?) -->", content)):
        if number % 2:
            name, _, argument = piece.partition(" ")
            found.append({"part": name, "argument": argument})
        elif piece.strip():
            found.append({"html": Markup(piece)})  # noqa: S704 - Python-Markdown made it
    return found


def _speak(composition: Composition, *, strict: bool, told: Container[Problem] = ()) -> None:
    """Tell every problem that has not been `told`, and stop where nothing can be built."""
    for problem in composition.problems:
        if problem in told:
            continue
        log.log(_LEVELS[problem.severity], "%s", problem)
    if not composition.sound or (strict and not composition.spotless):
        _problems.extend(composition.problems)
        counted = report.count(composition.problems)
        raise PluginError(f"The data has {counted}; nothing was built.")


_LEVELS = {"error": logging.ERROR, "warning": logging.WARNING, "info": logging.INFO}


def _in_words(error: OSError) -> str:
    """What could not be read or written, and why; a file of the stage as the site will have it."""
    name = os.fsdecode(error.filename2 or error.filename or "")
    for build in _builds:
        if build.stage and build.target:
            name = name.replace(str(build.stage), str(build.target))
    reason = error.strerror or str(error)
    return f"{name}: {reason}" if name else reason


def _theme_language(config: MkDocsConfig, language: str) -> str:
    """The language of the theme's own words: the course's if the theme speaks it, else English."""
    for name in (language, language.partition("-")[0]):
        if any(
            FilePath(folder, f"partials/languages/{name}.html").exists()
            for folder in config.theme.dirs
        ):
            return name
    return "en"


def _uris(nav: Any) -> Iterator[str]:
    if isinstance(nav, str):
        yield nav
    elif isinstance(nav, dict):
        for entry in nav.values():
            yield from _uris(entry)
    else:
        for entry in nav or []:
            yield from _uris(entry)


def _template_names(folder: FilePath) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*.html")}
