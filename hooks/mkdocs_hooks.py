"""The only module that meets MkDocs: it hands the core's pages to a build, and publishes it.

MkDocs calls the functions whose names begin with `on_`. A hook file can import its neighbours
only here at the top: its folder is on the path only while it is loaded.
"""

from __future__ import annotations

import atexit
import gc
import logging
import os
import re
import shutil
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment
from markupsafe import Markup, escape
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page
from mkdocs.utils import CountHandler
from mkdocs_bibtex.citation import Citation, CitationBlock, InlineReference
from mkdocs_bibtex.registry import SimpleRegistry

import handbook.extension  # noqa: F401 - Python-Markdown imports it later by name
from handbook import (
    addresses,
    cards,
    chronicle,
    dates,
    jsonld,
    markup,
    offline,
    pages,
    publication,
    report,
    security,
    views,
)
from handbook.bibliography import Bibliography
from handbook.compose import Composition, NotATimeError, compose, printed
from handbook.pdf import PdfError
from handbook.problem import Problem
from handbook.redaction import LeftoverError

log = logging.getLogger("mkdocs.plugins.handbook")


@dataclass
class _Build:
    """What one build knows. A new one begins with each build, so nothing goes stale in `serve`."""

    composition: Composition
    pages: dict[str, pages.Page]
    warnings: CountHandler
    blocked: list[str] = field(default_factory=list)
    stage: FilePath | None = None
    target: FilePath | None = None


_builds: list[_Build] = []
_command = {"name": "build", "dirty": False}


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
    if _command["name"] == "build" and not _command["dirty"]:
        target = publication.place(FilePath(config.site_dir))
        publication.recover(target)
    strict = bool(config.strict)
    try:
        composition = compose(root, base=config.site_url or "")
        _speak(composition, strict=strict)
        if _command["name"] == "build":  # a save under `serve` need not wait for the PDF
            told = composition.problems
            composition = printed(composition, root, config.site_url or "")
            _speak(composition, strict=strict, told=told)
    except (NotATimeError, LeftoverError, PdfError) as error:
        raise PluginError(str(error)) from error
    build = _Build(composition, {page.uri: page for page in composition.pages}, CountHandler())
    build.warnings.setLevel(logging.WARNING)
    logging.getLogger("mkdocs").addHandler(build.warnings)
    _builds.append(build)
    if target:
        build.target, build.stage = target, publication.stage(target)
        # After an exchange the old site is there: nobody needs to wait until it is deleted.
        atexit.register(shutil.rmtree, build.stage, ignore_errors=True)
        config.site_dir = str(build.stage)
    bibtex = config.plugins["bibtex"]
    if not (root / "data" / "references.bib").exists():
        bibtex.config["bib_file"] = str(FilePath(__file__).with_name("handbook") / "empty.bib")
    course = composition.book.course
    config.site_name = escape(course.short or course.title)
    config.site_description = escape(course.summary or "")
    if _command["name"] == "build":
        gc.freeze()  # the book stays to the end: no use in looking for garbage in it again
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

    What the theme would bring along and no page uses stays out.
    """
    for unused in [one for one in files if _UNUSED.match(one.src_uri)]:
        if unused.src_dir != config.docs_dir:
            files.remove(unused)
    root = FilePath(config.config_file_path).parent
    in_nav = set(_uris(config.nav))
    for page in _builds[0].composition.pages:
        file = files.get_file_from_path(page.uri)
        if file is None:
            file = File.generated(config, page.uri, content=page.body)
            source = os.path.relpath(root / page.source, config.docs_dir)
            file.edit_uri = FilePath(source).as_posix()
            files.append(file)
        if page.uri not in in_nav:
            file.inclusion = InclusionLevel.NOT_IN_NAV
    for export in _builds[0].composition.exports:
        files.append(File.generated(config, export.path, content=export.content))
    return files


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
    """Escape in our own templates, which MkDocs does not; and give them their few tools."""
    del files
    build = _builds[0]
    site = pages.plain(views.site(build.composition.book, build.composition.today))
    language = site["language"]
    references = build.composition.book.references
    ours = _template_names(FilePath(config.theme.custom_dir or ""))
    env.autoescape = lambda name: name in ours
    env.filters |= {
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
        "published": {"policy": security.POLICY} if _command["name"] == "build" else None,
        "subscription": addresses.subscription(config.site_url or ""),
        "span": lambda starts, ends: dates.span(starts, ends, language),
        "week_span": lambda starts, ends: dates.week(starts, ends, language),
        "by_hand": pages.by_hand(build.composition.pages),
        "cards": cards.words(FilePath(config.theme.custom_dir or "")).names,
        "card_of": addresses.card,
    }
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
    for words in build.blocked:
        log.error("%s", words)
    if build.blocked:
        raise PluginError("The browser would block what some pages hold; nothing was published.")
    if build.stage is None or build.target is None:
        return
    (build.stage / "offline.json").write_bytes(_offline(build.composition, build.stage))
    if config.strict and build.warnings.get_counts():
        return
    publication.exchange(build.stage, build.target)
    log.info("Published to %s", build.target)


def on_build_error(error: Exception) -> None:
    """Nothing to publish: the last good site stays as it is. A full disk is told in words."""
    for build in _builds:
        logging.getLogger("mkdocs").removeHandler(build.warnings)
        if build.stage is not None:
            shutil.rmtree(build.stage, ignore_errors=True)
    if isinstance(error, OSError):
        raise PluginError(f"{_in_words(error)}; nothing was published.") from error


# --- Behind the events -----------------------------------------------------------------------


_UNUSED = re.compile(
    r"assets/(?:javascripts|images)/|assets/stylesheets/(?:palette|.*\.map$)|(?:pages|fonts|pdf)/"
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


def _offline(composition: Composition, site: FilePath) -> bytes:
    """The list for the service worker: all pages, and the files that pages load."""
    parts = [*site.glob("assets/**/*"), *site.glob("search/*")]
    found = [path for path in parts if path.is_file() and path.suffix not in (".html", ".txt")]
    files = {
        path.relative_to(site).as_posix().removesuffix("index.html"): path.read_bytes()
        for path in sorted([*site.rglob("*.html"), *found])
    }
    return offline.listing(files, offline.wanted(composition.book, composition.today))


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
