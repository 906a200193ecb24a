"""What must hold between records: one small pure function a rule.

A rule takes the book and today, and yields problems. Rules that ask whether anything *uses* a
record count a misspelt reference to it as a use, and so every mention in a file that could not
be read: a fault elsewhere never makes a second problem here.

What comes with the day, and with no change of the data, is never an error: it would hold back the
nightly publication, and with it what has to be taken off the site that night.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import TypeAlias, cast

from handbook import addresses, clashes, deadlines, processors, prose, schedule, schema
from handbook.book import INSTEAD, Book, Key, Occurrence
from handbook.codes import catalogue
from handbook.deadlines import Deadline
from handbook.problem import Path, Problem
from handbook.schema import COLLECTIONS, UNWRITTEN, closest, instead, meaning, quoted
from handbook.spelling import folded
from handbook.text import Text

Problems: TypeAlias = Iterator[Problem]
Rule: TypeAlias = Callable[[Book, dt.date], Problems]


def check(book: Book, today: dt.date) -> list[Problem]:
    """All that is wrong between the records, waivers applied."""
    on_citations: Callable[[], list[Problem]] = partial(_broken, ON_CITATIONS, book, today)
    if len(book.texts) >= _MANY:
        on_citations = processors.beside(on_citations)
    problems = _broken(RULES, book, today)
    if book.courses:
        problems += clashes.check(schedule.gather(book), today)
    return _waive(book, today, [*problems, *on_citations()])


def _broken(rules: Iterable[Rule], book: Book, today: dt.date) -> list[Problem]:
    return [problem for rule in rules for problem in rule(book, today)]


_MANY = 1000
"""Texts that take longer to read than a copy of this process to begin."""


# --- References ------------------------------------------------------------------------------


def references_exist(book: Book, today: dt.date) -> Problems:
    """HB102, HB103, HB401: every id that a record names is the id of a record of that kind."""
    del today
    for key, mentions in book.mentions.items():
        for mention in mentions:
            if book.known(mention.collection, mention.id):
                continue
            if mention.collection == "references":
                yield _unknown_citation(book, key, mention)
                continue
            wanted = COLLECTIONS[mention.collection]
            other = _kind_of(book, mention.id)
            if other:
                yield book.problem(
                    "HB103",
                    key,
                    mention.path,
                    f"{quoted(mention.id)} is {COLLECTIONS[other].article}, "
                    f"and {wanted.article} is expected here",
                    f"name {wanted.article} here, or {_where_to_add(wanted, mention.id)}",
                    at_key=mention.at_key,
                )
            else:
                ids = book.ids(mention.collection)
                now = book.renamed.get((mention.collection, mention.id))
                parted = _with_commas(book, mention)
                named = _named(book, mention)
                right = now or parted or (named[0] if len(named) == 1 else "")
                yield book.problem(
                    "HB102",
                    key,
                    mention.path,
                    f"there is no {wanted.singular} {quoted(mention.id)}",
                    _renamed(now)
                    or (f"a comma is missing: write {parted}" if parted else "")
                    or (meaning(mention.id, named[0]) if named else _near(mention.id, ids))
                    or _where_to_add(wanted, mention.id),
                    at_key=mention.at_key,
                    instead=(mention.id, right) if right else instead(mention.id, ids),
                )


def _renamed(now: str | None) -> str:
    """What a record is called that had another id before."""
    return f"it was renamed: write {now}" if now else ""


def _with_commas(book: Book, mention: schema.Reference) -> str:
    """Several ids in one place, with the commas that lack between them; or nothing."""
    ids = mention.id.split()
    several = len(ids) > 1 and all(book.known(mention.collection, one) for one in ids)
    return ", ".join(ids) if several else ""


def _named(book: Book, mention: schema.Reference) -> list[str]:
    """The records that a mention calls by their name in place of their id."""
    if schema.is_id(mention.id):
        return []
    word = folded(mention.id)
    return [
        record_id
        for record_id, record in book.records(mention.collection).items()
        for name in ("name", "title", "term", "short", "abbreviation")
        if folded(getattr(record, name, None) or "") == word
    ]


def groups_exist(book: Book, today: dt.date) -> Problems:
    """HB102: a slot's groups are groups of its edition."""
    del today
    for occurrence in book.occurrences:
        groups = book.editions[occurrence.edition].groups
        for index, group in enumerate(occurrence.slot.groups):
            if group not in groups:
                named = [
                    one for one, known in groups.items() if folded(known.name) == folded(group)
                ]
                yield book.problem(
                    "HB102",
                    ("editions", occurrence.edition),
                    (*occurrence.path, "groups", index),
                    f"there is no group {quoted(group)} in this edition",
                    (meaning(group, named[0]) if named else _near(group, list(groups)))
                    or "add it to groups: at the top of the file",
                    instead=(group, named[0]) if len(named) == 1 else instead(group, list(groups)),
                )


def nothing_is_named_twice(book: Book, today: dt.date) -> Problems:
    """HB228: a list names each record once."""
    del today
    for key, mentions in book.mentions.items():
        seen: set[tuple[Path, str]] = set()
        named = [
            (mention.path[:-1], mention.id, mention.path)
            for mention in mentions
            if mention.path and isinstance(mention.path[-1], int)
        ]
        if key[0] == "editions":
            named += [
                ((*o.path, "groups"), group, (*o.path, "groups", index))
                for o in book.occurrences
                if o.edition == key[1]
                for index, group in enumerate(o.slot.groups)
            ]
        for place, record_id, path in named:
            if (place, record_id) in seen:
                yield book.problem(
                    "HB228",
                    key,
                    path,
                    f"{quoted(record_id)} is named twice",
                    "delete one of the two",
                )
            seen.add((place, record_id))


def former_ids_are_free(book: Book, today: dt.date) -> Problems:
    """HB107: an address leads to one page only."""
    del today
    taken: dict[Key, Key] = {}
    written = {addresses.of_uri(one.uri): one.source.file for one in book.documents}
    written |= {file.removesuffix("index.html"): f"docs/{file}" for file in book.files}
    for key, entity in book.entities():
        if not isinstance(entity, schema.Record):
            continue
        for index, former in enumerate(entity.former_ids):
            former_key = (key[0], former)
            owner = former_key if book.known(*former_key) else taken.get(former_key)
            if owner:
                yield book.problem(
                    "HB107",
                    key,
                    ("former_ids", index),
                    f"{quoted(former)} already leads to {quoted(owner[1])}",
                    "an old address can lead to one record: delete it here or there",
                )
            elif file := written.get(addresses.of(*former_key)):
                yield book.problem(
                    "HB107",
                    key,
                    ("former_ids", index),
                    f"the old address of {quoted(former)} is that of {file}",
                    "give the page another name, or delete the old id here",
                )
            else:
                taken[former_key] = key


def pages_do_not_collide(book: Book, today: dt.date) -> Problems:
    """HB108: a page written by hand does not stand on a generated page's address."""
    del today
    generated = addresses.generated(book)
    for document in book.documents:
        address = addresses.of_uri(document.uri)
        if address in generated:
            yield document.source.problem_at(
                "HB108",
                (1, 1),
                f"the handbook makes a page at /{address} itself",
                "give this file another name, or move its text into the record",
            )


# --- Time ------------------------------------------------------------------------------------


def slot_keys_are_unique(book: Book, today: dt.date) -> Problems:
    """HB201: a slot's key is its identity within its edition."""
    del today
    seen: dict[Key, Occurrence] = {}
    taken = {(occurrence.edition, occurrence.slot.identity) for occurrence in book.occurrences}
    for occurrence in sorted(book.occurrences, key=lambda found: (found.edition, found.path)):
        slot = occurrence.slot
        identity = (occurrence.edition, slot.identity)
        if identity in seen:
            first = book.origins["editions", occurrence.edition].source.mark(seen[identity].path)
            yield book.problem(
                "HB201",
                ("editions", occurrence.edition),
                (*occurrence.path, "key" if slot.key else "session"),
                f"a slot with the key {quoted(slot.identity)} stands already in line {first[0]}",
                f"give this slot a key of its own, such as key: {_free_key(taken, identity)}",
            )
        else:
            seen[identity] = occurrence


def _free_key(taken: set[Key], identity: Key) -> str:
    """A key that no slot of the edition has; it is taken from now on."""
    numbered = (f"{identity[1]}-{number}" for number in itertools.count(2))
    free = next(key for key in numbered if (identity[0], key) not in taken)
    taken.add((identity[0], free))
    return free


def days_stand_once(book: Book, today: dt.date) -> Problems:
    """HB204: all slots of a day stand in one place."""
    del today
    for edition_id, edition in book.editions.items():
        first: dict[dt.date, int] = {}
        for index, day in enumerate(edition.days):
            if first.setdefault(day.date, index) != index:
                yield book.problem(
                    "HB204",
                    ("editions", edition_id),
                    ("days", index, "date"),
                    f"{day.date} stands here a second time",
                    "move its slots to the day above, or correct the date",
                )


def slots_lie_inside_their_edition(book: Book, today: dt.date) -> Problems:
    """HB202: no day before the edition starts or after it ends."""
    del today
    for edition_id, edition in book.editions.items():
        for index, day in enumerate(edition.days):
            if schedule.is_outside(edition, day.date):
                yield book.problem(
                    "HB202",
                    ("editions", edition_id),
                    ("days", index, "date"),
                    f"{day.date} lies outside the edition, "
                    f"which runs from {edition.starts or 'an unknown day'} "
                    f"to {edition.ends or 'an unknown day'}",
                    _swapped(edition, day.date)
                    or "correct the day, or starts: and ends: at the top of the file",
                )


def _swapped(edition: schema.Edition, day: dt.date) -> str:
    """The day that is meant where day and month are swapped, if it lies inside the edition."""
    try:
        meant = day.replace(month=day.day, day=day.month)
    except ValueError:
        return ""
    inside = edition.starts and edition.ends and edition.starts <= meant <= edition.ends
    return f"did you swap day and month? write {meant}" if inside else ""


def ends_follow_starts(book: Book, today: dt.date) -> Problems:
    """HB203: whatever begins also ends, and later."""
    del today
    hint = "the end comes after the start; did you swap the two?"
    for edition_id, edition in book.editions.items():
        key = ("editions", edition_id)
        if edition.starts and edition.ends and edition.ends < edition.starts:
            yield book.problem(
                "HB203",
                key,
                ("ends",),
                f"the edition ends on {edition.ends}, before it starts on {edition.starts}",
                hint,
            )
    for occurrence in book.occurrences:
        slot = occurrence.slot
        if slot.end <= slot.start:
            yield book.problem(
                "HB203",
                ("editions", occurrence.edition),
                (*occurrence.path, "end"),
                f"the slot ends at {slot.end:%H:%M}, and starts at {slot.start:%H:%M}",
                f"{hint} What goes on past midnight is two slots",
            )
    for key, path, begin, end in _spans(book):
        if begin and end and end < begin[: len(end)]:
            message = f"the span ends on {end}, before it starts on {begin}"
            yield book.problem("HB203", key, path, message, hint)


def _spans(book: Book) -> Iterator[tuple[Key, Path, str, str]]:
    """Every span of days in the records: where its end stands, its begin and its end."""
    for key, entity in book.entities():
        if isinstance(entity, schema.Lecturer | schema.Place):
            for index, span in enumerate(entity.unavailable):
                path: Path = ("unavailable", index, "to")
                yield key, path, span.from_.isoformat(), span.to.isoformat()
        elif isinstance(entity, schema.Framework):
            for index, edition in enumerate(entity.editions):
                path = ("editions", index, "until")
                yield key, path, edition.from_ or "", edition.until or ""
        elif isinstance(entity, schema.Course):
            for index, notice in enumerate(entity.notices):
                begin = notice.from_.isoformat() if notice.from_ else ""
                yield key, ("notices", index, "until"), begin, notice.until.isoformat()


def agreements_have_not_ended(book: Book, today: dt.date) -> Problems:
    """HB233: nobody is left out of the site without an organiser's knowing."""
    people = [(("lecturers", one), who.name, who.publish) for one, who in book.lecturers.items()]
    cases = [(("cases", one), what.title, what.publish) for one, what in book.cases.items()]
    for key, name, publish in (*people, *cases):
        if publish and publish.until and publish.until < today:
            yield book.problem(
                "HB233",
                key,
                ("publish", "until"),
                f"the agreement with {name} ended on {publish.until}: "
                f'the site says "{INSTEAD[key[0]]}" instead',
                "ask for a longer agreement, or delete the record and all that names it",
            )


def calendars_have_a_domain(book: Book, today: dt.date) -> Problems:
    """HB232: before there is an event, it is settled what its identifier ends in."""
    del today
    if book.courses and not book.course.calendar_domain and book.occurrences:
        yield book.problem(
            "HB232",
            ("course", "course"),
            ("calendar_domain",),
            "the events of the calendars have no domain of this course in their identifiers",
            "write calendar_domain: with a domain of yours, such as course.example.org, before the "
            "first calendar is published, and never change it afterwards",
        )


# --- Learning and regulation -----------------------------------------------------------------


def sessions_have_outcomes(book: Book, today: dt.date) -> Problems:
    """HB301: a session teaches towards something; only social ones need not."""
    del today
    first = next(iter(book.outcomes), None)
    hint = (
        f"add outcomes: [{first}] or another of data/outcomes.yml"
        if first
        else "write an outcome in data/outcomes.yml, and then outcomes: with its id here"
    )
    for session_id, session in book.sessions.items():
        if not session.outcomes and session.kind != "social":
            yield book.problem(
                "HB301",
                ("sessions", session_id),
                (),
                "the session serves no learning outcome",
                hint,
            )


def outcomes_are_covered(book: Book, today: dt.date) -> Problems:
    """HB302: every outcome is served by a session that is still taught."""
    del today
    yield from _unused(
        book,
        "HB302",
        "outcomes",
        {"sessions"},
        "no session serves this outcome",
        "name it under outcomes: in a session, or delete it",
    )


def frameworks_are_used(book: Book, today: dt.date) -> Problems:
    """HB303: every framework is taught, met in a case, or rested upon."""
    del today
    yield from _unused(
        book,
        "HB303",
        "frameworks",
        {"sessions", "cases", "frameworks"},
        "nothing uses this framework",
        "name it under frameworks: in a session or a case, or delete the file",
    )


def records_are_used(book: Book, today: dt.date) -> Problems:
    """HB106: lecturers, places, organisations and cases are used somewhere."""
    del today
    for collection in ("organisations", "lecturers", "places", "cases"):
        singular = COLLECTIONS[collection].singular
        yield from _unused(
            book,
            "HB106",
            collection,
            set(COLLECTIONS),
            f"nothing uses this {singular}",
            f"name it in {_USED_IN[collection]}, or delete the file",
        )


_USED_IN = {
    "organisations": "a lecturer, a place, a case, a framework or the course",
    "lecturers": "lecturers: of a slot in data/editions/",
    "places": "place: of a slot in data/editions/, or of another record",
    "cases": "cases: of a session",
}


def clauses_exist(book: Book, today: dt.date) -> Problems:
    """HB304: a cited clause stands in the edition of its framework in force on the slot's day.

    Where the session has no slot, the edition in force today is asked, and only warned of.
    """
    for session_id, session in book.sessions.items():
        days = sorted(
            {
                o.date
                for o in book.occurrences_of.get(("sessions", session_id), ())
                if not schedule.is_outside(book.editions[o.edition], o.date)
            }
        )
        for index, citation in enumerate(session.frameworks):
            framework = book.frameworks.get(citation.framework)
            if framework is None:
                continue
            for position, clause in enumerate(citation.clauses):
                path: Path = ("frameworks", index, "clauses", position)
                missing = _missing_clause(
                    book, ("sessions", session_id), path, framework, clause, days or [today]
                )
                stood = any(clause in edition.clauses for edition in framework.editions)
                yield from missing if days or not stood else (one.of_the_day() for one in missing)


def _missing_clause(
    book: Book,
    key: Key,
    path: Path,
    framework: schema.Framework,
    clause: str,
    days: list[dt.date],
) -> Problems:
    for day in days:
        edition = schema.in_force(framework, day)
        if edition is not None and clause in edition.clauses:
            continue
        known = list(edition.clauses) if edition else []
        version = edition.version if edition else f"no edition in force on {day}"
        others = [e.version for e in framework.editions if clause in e.clauses]
        hint = _near(clause, known)
        if not hint and others:
            hint = f"it stands in {' and '.join(others)}: look up its number in the new edition"
        yield book.problem(
            "HB304",
            key,
            path,
            f"{framework.title} ({version}) has no clause {quoted(clause)}",
            hint or "add it under clauses: of that edition, with its title",
        )
        return


# --- Prose and citations ---------------------------------------------------------------------


def citations_exist(book: Book, today: dt.date) -> Problems:
    """HB401, HB407: every citation is understood, and its key stands in references.bib."""
    del today
    for text in book.texts:
        for bare in prose.bare_citations(text.text):
            if bare.name in book.references:
                yield text.problem(
                    "HB407",
                    bare.start,
                    f"@{bare.name} stands outside square brackets",
                    f"write [@{bare.name}]",
                    (f"@{bare.name}", f"[@{bare.name}]"),
                )
        for mention in _unmarked(book, text):
            yield text.problem(
                "HB407",
                mention.start,
                f"the key of a source shows as typed: [{mention.name}{mention.locator}]",
                f"write [@{mention.name}{mention.locator}]",
                (f"[{mention.name}", f"[@{mention.name}"),
            )
        for group in text.citations:
            if not group.understood:
                yield text.problem(
                    "HB407",
                    group.start,
                    "this citation is not understood",
                    "write [@key], [@key, p. 3], or [@one; @two] with a semicolon between",
                )
            for citation in group.citations:
                if not book.known("references", citation.name):
                    yield text.problem(
                        "HB401",
                        citation.start,
                        f"there is no reference {quoted(citation.name)} in data/references.bib",
                        _near(citation.name, list(book.references.lines))
                        or "add its entry to data/references.bib",
                        instead(citation.name, list(book.references.lines)),
                    )


def _unmarked(book: Book, text: Text) -> list[prose.Mention]:
    """Keys of sources that stand in brackets without their @."""
    return [one for one in prose.bracketed(text.text) if one.name in book.references]


def _lies_in(places: list[int], start: int, end: int) -> bool:
    """Whether one of some places, in order, lies between two others."""
    at = bisect_left(places, start)
    return at < len(places) and places[at] < end


def references_are_cited(book: Book, today: dt.date) -> Problems:
    """HB402: every entry of references.bib is cited somewhere."""
    del today
    if book.references.problems:
        return  # a broken entry is problem enough
    used = {
        mention.name
        for text in book.texts
        for group in text.citations
        for mention in group.citations
    }
    used |= {mention.name for text in book.texts for mention in _unmarked(book, text)}
    used |= {
        mention.id
        for mentions in book.mentions.values()
        for mention in mentions
        if mention.collection == "references"
    }
    keys = list(book.references.lines)
    used |= {meant for key in used if key not in book.references and (meant := closest(key, keys))}
    broken = _broken_text(book)
    for key, line in book.references.lines.items():
        if key not in used and not _names(broken, key):
            yield book.references.source.problem_at(
                "HB402",
                (line, 1),
                f"nobody cites {quoted(key)}",
                f"cite it with [@{key}], or delete the entry",
                (key,),
            )


def links_lead_somewhere(book: Book, today: dt.date) -> Problems:
    """HB403, HB408: links in prose lead to a page of this site or to the web."""
    del today
    pages = set(addresses.all_pages(book))
    fragments = addresses.fragments(book)
    files = book.files | addresses.calendars(book) | addresses.data_files(book)
    moved = {
        addresses.of(name, former): addresses.of(name, now)
        for (name, former), now in book.renamed.items()
        if name in addresses.ENTITY_PAGES
    }
    for name in (*addresses.ENTITY_PAGES, "editions"):
        pages |= {addresses.of(name, record) for record in book.ids(name)}
    for text in book.texts:
        for mention in prose.links(text.text, text.masked):
            target = mention.name
            if target.startswith("//"):
                target = f"https:{target}"
                yield text.problem(
                    "HB408",
                    mention.start,
                    "a link may not begin with //",
                    f"write {target}",
                    (mention.name, target),
                )
            scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", target)
            if scheme:
                if scheme[1].lower() not in ("http", "https", "mailto", "tel"):
                    yield text.problem(
                        "HB408",
                        mention.start,
                        f"a link may not begin with {scheme[1]}:",
                        "use https://, mailto:, tel: or an address of this site such as /sessions/",
                    )
            elif target.startswith("/"):
                yield from _bad_address(text, mention, target[1:], pages, fragments, files, moved)
            elif not target.startswith("#") and not text.by_hand:
                yield text.problem(
                    "HB403",
                    mention.start,
                    f"{quoted(target)} is no address of this site",
                    "begin with / for a page of this site, or with https://",
                )


def pictures_are_our_own(book: Book, today: dt.date) -> Problems:
    """HB414: a picture from another host would tell that host who reads the page."""
    del today
    for text in book.texts:
        for mention in prose.pictures(text.text, text.masked):
            if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|//", mention.name):
                yield text.problem(
                    "HB414",
                    mention.start,
                    "the picture is on another host",
                    "put it into docs/assets/, where you may use it, or link to it",
                )


def _bad_address(
    text: Text,
    mention: prose.Mention,
    target: str,
    pages: set[str],
    fragments: Mapping[str, set[str]],
    files: frozenset[str],
    moved: Mapping[str, str],
) -> Problems:
    page, _, fragment = target.partition("#")
    if page in files:
        return
    if page not in pages:
        slashed = page if page.endswith("/") else f"{page}/"
        now = moved.get(slashed) or (slashed if slashed in pages else None)
        meant = now or _page_meant(page, pages)
        yield text.problem(
            "HB403",
            mention.start,
            f"there is no page /{page}",
            f'did you mean "/{meant}"?' if meant else "see the site's menu for its pages",
            (f"/{page}", f"/{now}") if now else instead(f"/{page}", [f"/{one}" for one in pages]),
        )
    elif fragment and page in fragments and fragment not in fragments[page]:
        there = instead(fragment, sorted(fragments[page]))
        yield text.problem(
            "HB403",
            mention.start,
            f"there is no {quoted(fragment)} on the page /{page}",
            _near(fragment, sorted(fragments[page])) or "leave out what follows #",
            (mention.name, f"/{page}#{there[1]}") if there else None,
        )


def _page_meant(page: str, pages: set[str]) -> str | None:
    """The page that was probably meant: one whose own name is like it, in its folder if there."""
    folder, _, name = page.rstrip("/").rpartition("/")
    known = [(*one.rstrip("/").rpartition("/"), one) for one in sorted(pages)]
    beside = {last: one for above, _, last, one in known if above == folder}
    near = closest(name, list(beside))
    if near:
        return beside[near]
    alike = closest(name, [last for above, _, last, _ in known if above != folder])
    there = [one for _, _, last, one in known if last == alike and alike]
    return closest(page, there) if there else None


def notes_match(book: Book, today: dt.date) -> Problems:
    """HB404, HB406: within one field, each note that is used is defined, and once."""
    del today
    for text in book.texts:
        defined, used = prose.notes(text.text, text.masked)
        labels: set[str] = set()
        for mention in defined:
            if mention.name in labels:
                yield text.problem(
                    "HB404",
                    mention.start,
                    f"the note [^{mention.name}] is defined a second time in this field",
                    "give one of the two another label",
                )
            labels.add(mention.name)
        for mention in used:
            if mention.name not in labels:
                yield text.problem(
                    "HB406",
                    mention.start,
                    f"the note [^{mention.name}] is used here and defined nowhere in this field",
                    f"add a line [^{mention.name}]: with its text at the end of the field",
                )
                labels.add(mention.name)


def markup_stays_out(book: Book, today: dt.date) -> Problems:
    """HB409, HB410: no HTML in prose beyond a few plain tags, and every code block ends."""
    del today
    for text in book.texts:
        for mention in prose.markup(text.text, text.masked, by_hand=text.by_hand):
            yield text.problem(
                "HB409",
                mention.start,
                f"{quoted(mention.name, 40)} may not stand here",
                "write it in Markdown; of HTML only sub, sup, br, kbd, mark and wbr are known",
            )
        fence = prose.unclosed_fence(text.text)
        if fence is not None:
            yield text.problem(
                "HB410",
                fence,
                "a code block begins here and never ends",
                "add a line with the same signs, at the very beginning of the line, after the code",
            )


def abbreviations_are_unique(book: Book, today: dt.date) -> Problems:
    """HB405: an abbreviation means one thing."""
    del today
    seen: dict[str, str] = {}
    for term_id, term in book.glossary.items():
        if term.abbreviation is None:
            continue
        if term.abbreviation in seen:
            yield book.problem(
                "HB405",
                ("glossary", term_id),
                ("abbreviation",),
                f"{quoted(term.abbreviation)} already stands for "
                f"{quoted(book.glossary[seen[term.abbreviation]].term)}",
                "use the other form of one of the two, or make it an alias",
            )
        else:
            seen[term.abbreviation] = term_id


def claims_are_cited(book: Book, today: dt.date) -> Problems:
    """HB411: every paragraph about a company or a rule names its source."""
    del today
    for _, text in _bodies(book, "cases", "frameworks"):
        meant = [mention.start for mention in _unmarked(book, text)]
        for paragraph in prose.paragraphs(text.masked):
            told = _lies_in(meant, paragraph.start, paragraph.start + len(paragraph.name))
            if not told and not text.cited_in(paragraph):
                yield text.problem(
                    "HB411",
                    paragraph.start,
                    "this paragraph cites nothing",
                    "name the source of what it says, [@key], or join it to the one above",
                )


def numbers_are_cited(book: Book, today: dt.date) -> Problems:
    """HB413: a year or an amount has a citation after it, in its own paragraph."""
    del today
    for key, text in _bodies(book, "cases", "frameworks", "sessions"):
        checked = getattr(book.records(key[0])[key[1]], "checked", None) or ""
        meant = [mention.start for mention in _unmarked(book, text)]
        for numbers in prose.uncited_numbers(text.text):
            number = next((one for one in numbers if one.name != checked[:4]), None)
            if number is None:
                continue
            end = text.text.find("\n\n", number.start)
            if not _lies_in(meant, number.start, len(text.text) if end < 0 else end):
                yield text.problem(
                    "HB413",
                    number.start,
                    f"nothing is cited for {quoted(number.name)}",
                    "name the source after it in the same paragraph, [@key]",
                )


def bodies_have_a_size(book: Book, today: dt.date) -> Problems:
    """HB412: a text that is read before a session is neither a note nor a chapter."""
    del today
    if not book.courses:
        return  # the limits are the course's
    limits = book.course.limits
    for _, text in _bodies(book, "sessions", "cases", "frameworks"):
        words = prose.size(text.text)
        if not limits.shortest_text <= words <= limits.longest_text:
            yield text.problem(
                "HB412",
                0,
                f"the text has {words} words",
                f"write between {limits.shortest_text} and {limits.longest_text}, "
                "or set other limits: in data/course.yml",
            )


def _bodies(book: Book, *collections: str) -> Iterator[tuple[Key, Text]]:
    """The main texts of the records of some collections."""
    bodies = {(text.source.file, text.path): text for text in book.texts if not text.by_hand}
    for collection in collections:
        for record_id in book.records(collection):
            origin = book.origins[collection, record_id]
            text = bodies.get((origin.source.file, (*origin.path, "body")))
            if text:
                yield (collection, record_id), text


# --- Upkeep ----------------------------------------------------------------------------------


def nothing_is_left_to_write(book: Book, today: dt.date) -> Problems:
    """HB114: what a new record says in place of words is replaced by them."""
    del today
    files = {one.file for one in book.sources if UNWRITTEN in one.text}
    for key, origin in book.origins.items():
        if origin.source.file not in files:
            continue
        data: object = origin.source.data
        for step in origin.path:
            data = cast("dict[str | int, object]", data)[step]
        left = list(_left_to_write(data, ()))
        if left:
            names = ", ".join(dict.fromkeys(str(path[0]) for path in left if path))
            yield book.problem(
                "HB114",
                key,
                left[0],
                f"{UNWRITTEN!r} still stands in {names}",
                f"write {names} in {origin.source.file}",
            )


def _left_to_write(data: object, path: Path) -> Iterator[Path]:
    """Where a value says that it is still to be written."""
    if isinstance(data, str) and data.strip().rstrip(".") == UNWRITTEN:
        yield path
    elif isinstance(data, dict | list):
        for step, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from _left_to_write(value, (*path, step))


def reviews_are_due(book: Book, today: dt.date) -> Problems:
    """HB111: a record is looked at again when its review said so."""
    for one in deadlines.reviews(book):
        yield from _past(book, today, one, f"the review was due on {one.day}")


def sources_are_fresh(book: Book, today: dt.date) -> Problems:
    """HB113: what a source said more than a year ago is read again."""
    for one in deadlines.sources(book):
        checked = getattr(book.records(one.key[0])[one.key[1]], "checked", None)
        words = f"the sources were read in {checked}, more than a year ago"
        yield from _past(book, today, one, words)


def waivers_hold(book: Book, today: dt.date) -> Problems:
    """HB109: what was agreed for a time is looked at again."""
    for one in deadlines.waivers(book):
        rule = book.waivers[one.key[1]].rule
        yield from _past(book, today, one, f"this waiver of {rule} expired on {one.day}")


def _past(book: Book, today: dt.date, deadline: Deadline, message: str) -> Problems:
    if deadline.code and deadline.day < today:
        yield book.problem(deadline.code, deadline.key, deadline.path, message, deadline.hint)


RULES: tuple[Rule, ...] = (
    references_exist,
    groups_exist,
    nothing_is_named_twice,
    former_ids_are_free,
    pages_do_not_collide,
    slot_keys_are_unique,
    days_stand_once,
    slots_lie_inside_their_edition,
    ends_follow_starts,
    agreements_have_not_ended,
    calendars_have_a_domain,
    sessions_have_outcomes,
    outcomes_are_covered,
    frameworks_are_used,
    records_are_used,
    clauses_exist,
    references_are_cited,
    links_lead_somewhere,
    pictures_are_our_own,
    notes_match,
    markup_stays_out,
    abbreviations_are_unique,
    nothing_is_left_to_write,
    reviews_are_due,
    sources_are_fresh,
    waivers_hold,
)
ON_CITATIONS: tuple[Rule, ...] = (
    citations_exist,
    claims_are_cited,
    numbers_are_cited,
    bodies_have_a_size,
)
"""The rules for which the citations of each text are looked for: half of all the work."""


# --- Waivers ---------------------------------------------------------------------------------


def _waive(book: Book, today: dt.date, problems: list[Problem]) -> list[Problem]:
    """Drop what a waiver silences; report waivers that cannot, or that silence nothing.

    What one silenced that has expired is no more than a warning.
    """
    kept = problems
    for waiver_id, waiver in book.waivers.items():
        key = ("waivers", waiver_id)
        if waiver.expires < today:
            if _can_be_waived(waiver.rule):
                kept = [one.of_the_day() if _silences(waiver, one) else one for one in kept]
            continue
        if not _can_be_waived(waiver.rule):
            waivable = [name for name, known in catalogue().items() if known.waivable]
            kept = [
                *kept,
                book.problem(
                    "HB110",
                    key,
                    ("rule",),
                    f"{quoted(waiver.rule)} is no rule that can be waived",
                    f"the rules that can be are {', '.join(waivable)}",
                ),
            ]
            continue
        left = [problem for problem in kept if not _silences(waiver, problem)]
        if len(left) == len(kept) and _is_readable(book, waiver.place):
            kept = [
                *kept,
                book.problem(
                    "HB112",
                    key,
                    (),
                    f"this waiver silences nothing: {waiver.rule} does not speak at "
                    f"{quoted(waiver.place)}",
                    "delete it, or correct its place",
                ),
            ]
        else:
            kept = left
    return kept


def is_waived(book: Book, problem: Problem, day: dt.date) -> bool:
    """Whether a waiver silences a problem on some day."""
    return any(
        waiver.expires >= day and _can_be_waived(waiver.rule) and _silences(waiver, problem)
        for waiver in book.waivers.values()
    )


def _can_be_waived(rule: str) -> bool:
    return rule in catalogue() and catalogue()[rule].waivable


def _is_readable(book: Book, place: str) -> bool:
    """Whether a rule could have spoken at a place: its file is whole, and nothing hides it."""
    file = place.partition("#")[0]
    if any(source.file == file for source in book.unread.values()):
        return False
    return not _names(_broken_text(book), file.rpartition("/")[2].removesuffix(".yml"))


def _silences(waiver: schema.Waiver, problem: Problem) -> bool:
    file, _, inside = waiver.place.partition("#")
    path = ".".join(str(step) for step in problem.path)
    near = not inside or path == inside or path.startswith(f"{inside}.")
    return problem.code == waiver.rule and problem.file == file and near


# --- What rules share ------------------------------------------------------------------------


def _unused(
    book: Book, code: str, collection: str, users: set[str], message: str, hint: str
) -> Problems:
    broken = _broken_text(book)
    meant = _meant(book, collection)
    for record_id in book.records(collection):
        pointing = book.backlinks.get((collection, record_id), ())
        used = any(other[0] in users and other != (collection, record_id) for other in pointing)
        if not used and record_id not in meant and not _names(broken, record_id):
            yield book.problem(code, (collection, record_id), (), message, hint, at_key=True)


def _meant(book: Book, collection: str) -> set[str]:
    """Ids that a misspelt reference probably means."""
    ids = book.ids(collection)
    return {
        near
        for mentions in book.mentions.values()
        for mention in mentions
        if mention.collection == collection and not book.known(collection, mention.id)
        if (near := book.renamed.get((collection, mention.id)) or closest(mention.id, ids))
    }


def _broken_text(book: Book) -> str:
    """All that stands in files of which a record could not be read."""
    return "\n".join({id(source): source.text for source in book.unread.values()}.values())


def _names(text: str, record_id: str) -> bool:
    return bool(text) and bool(re.search(rf"(?<![\w-]){re.escape(record_id)}(?![\w-])", text))


def _kind_of(book: Book, record_id: str) -> str | None:
    for name, collection in COLLECTIONS.items():
        if collection.layout in ("map", "folder") and book.known(name, record_id):
            return name
    return None


def _near(word: str, choices: list[str]) -> str:
    match = closest(word, choices)
    return meaning(word, match) if match else ""


def _where_to_add(collection: schema.Collection, record_id: str) -> str:
    right = "-".join(re.findall("[a-z0-9]+", folded(record_id)))
    if not schema.is_id(right):
        return f"an id has {schema.id_rule(record_id)}"
    written = "" if right == record_id else f"write {right}, and "
    if collection.layout == "folder":
        return f"{written}add data/{collection.name}/{right}.yml"
    return f"{written}add {right if written else 'it'} to data/{collection.name}.yml"


def _unknown_citation(book: Book, key: Key, mention: schema.Reference) -> Problem:
    return book.problem(
        "HB401",
        key,
        mention.path,
        f"there is no reference {quoted(mention.id)} in data/references.bib",
        _near(mention.id, list(book.references.lines)) or "add its entry to data/references.bib",
        instead=instead(mention.id, list(book.references.lines)),
    )
