"""The course as Markdown pages: the same prose and the same facts, for other generators.

Links are addresses from the site's root, `/cases/x/`; citations are footnotes that are written out;
abbreviations stand at the end of the pages that use them, as Python-Markdown reads them. What a
handbook derives stands there too: back-links, programmes, the tables of lists, of outcomes and of
the pipeline. Its pages for organisers, of search and about itself have no counterpart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from sites import wording
from sites.course import CLAUSES, HALLS, KINDS, OUTCOMES, STAGES, Course, Slot

LISTS = ("timetable", "sessions", "pipeline", "cases", "frameworks", "outcomes", "lecturers")
"""What a menu leads to."""


def pages(course: Course) -> Iterator[tuple[str, str]]:
    """Each page's address below the root, which ends in a slash, and its Markdown."""
    keys = {course.id("references", n): n for n in range(course.count("references"))}
    terms = {short: n for n in range(course.count("terms")) if (short := course.abbreviation(n))}
    for address, title, text in _pages(course):
        head = f'---\ntitle: "{title}"\n---\n# {title}\n\n'
        yield address, head + _finished(course, text, keys, terms)


def _pages(course: Course) -> Iterator[tuple[str, str, str]]:
    backs = {name: course.back(name) for name in ("cases", "frameworks", "lecturers", "needs")}
    makers: Mapping[str, Callable[[int], str]] = {
        "sessions": lambda number: _session(course, number, backs["needs"]),
        "lecturers": lambda number: _lecturer(course, number, backs["lecturers"]),
        "cases": lambda number: _case(course, number, backs["cases"]),
        "frameworks": lambda number: _framework(course, number, backs["frameworks"]),
    }
    yield "", "An invented course", "A course of any size, in which nothing is taught.\n"
    for kind, write in makers.items():
        yield f"{kind}/", kind.capitalize(), _list(course, kind)
        for number in range(course.count(kind)):
            address = f"{kind}/{course.id(kind, number)}/"
            yield address, course.title(kind, number), write(number)
    yield from _timetables(course)
    yield from _places(course)
    yield "outcomes/", "Outcomes", _outcomes(course)
    yield "pipeline/", "Pipeline", _pipeline(course)
    yield "glossary/", "Glossary", _glossary(course)
    yield "references/", "References", _references(course)


def _finished(course: Course, text: str, keys: Mapping[str, int], terms: Mapping[str, int]) -> str:
    """A text with what its citations and abbreviations stand for."""
    cited = dict.fromkeys(re.findall(r"\[@(\w+)\]", text))
    text = re.sub(r"\[@(\w+)\]", r"[^\1]", text)
    notes = [f"[^{key}]: {_reference(course, keys[key])}" for key in cited]
    used = [short for short in dict.fromkeys(re.findall(r"\bQ[A-Z]{3}\b", text)) if short in terms]
    short = [f"*[{one}]: {course.title('terms', terms[one])}" for one in used]
    return "\n\n".join(filter(None, (text, "\n\n".join(notes), "\n".join(short)))) + "\n"


def _reference(course: Course, number: int) -> str:
    key = course.id("references", number)
    return (
        f"A. {course.author(number)} and B. Other. {course.title('references', number)}. "
        f"*Journal of Nothing*, {2000 + number % 26}. "
        f"[doi:10.1000/{key}](https://doi.org/10.1000/{key}), <https://journal.example/{key}>"
    )


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


def _parts(*parts: tuple[str, str]) -> str:
    """Texts under their headings, without those that are empty."""
    return "\n\n".join(f"## {head}\n\n{text}" if head else text for head, text in parts if text)


def _items(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _links(course: Course, kind: str, numbers: Iterable[int]) -> str:
    return ", ".join(course.link(kind, number) for number in numbers)


# Records


def _session(course: Course, number: int, needed_by: Mapping[int, Sequence[int]]) -> str:
    made, told = course.record("sessions", number), course.session_facts(number)
    first, *others = course.frameworks_of(number)
    clause = f"{course.link('frameworks', first)}, C{number % CLAUSES}"
    rules = [clause, *(course.link("frameworks", one) for one in others)]
    near = [one for one in (number - 1, number + 1) if 0 <= one < course.count("sessions")]
    terms = [f"[{course.title('terms', one)}](/glossary/)" for one in course.terms_of(number)]
    facts = [
        ("Kind", course.kind_of(number)),
        *_when(course, number),
        ("Who", course.link("lecturers", course.lecturer_of(number))),
        ("Bring", "Notebook and pen"),
    ]
    return _parts(
        ("", f"{made.summary}\n\n{_table(('Fact', 'What'), facts)}"),
        ("Before you come", told.before),
        ("After it you can", _items(_named(number))),
        ("What happens", made.body),
        ("Check yourself", "\n\n".join(_question(*one) for one in told.questions)),
        ("Cases", _items(course.link("cases", one) for one in course.cases_of(number))),
        ("Rules", _items(rules)),
        ("Comes after", _links(course, "sessions", course.needed(number))),
        ("Needed for", _links(course, "sessions", needed_by.get(number, ()))),
        ("Terms introduced", _items(terms)),
        ("Materials", f"- [Slides](https://slides.example/{made.id})"),
        ("Before and after in the timetable", _links(course, "sessions", near)),
    )


def _named(session: int) -> list[str]:
    numbers = sorted({session % OUTCOMES, session // OUTCOMES % OUTCOMES})
    return [f"[do thing {one} and say why](/outcomes/)" for one in numbers]


def _question(asked: str, answer: str) -> str:
    return f'<details markdown="1">\n<summary>{asked}</summary>\n\n{answer}\n\n</details>'


def _when(course: Course, session: int) -> Iterator[tuple[str, str]]:
    run, date, slots = course.when(session)
    for slot in slots:
        group = f", Group {slot.group.upper()}" if slot.group else ""
        yield f"When{group}", f"[{date:%A %-d %B %Y}](/timetable/{run.id}/), {_time(slot)}"
        yield "Where", f"[{_place(slot.place)}](/places/{slot.place}/)"


def _time(slot: Slot) -> str:
    return f"{slot.start}–{slot.end}"


def _place(place: str) -> str:
    return place.replace("lab", "laboratory").replace("-", " ").capitalize()


def _lecturer(course: Course, number: int, programme: Mapping[int, Sequence[int]]) -> str:
    made, employer = course.record("lecturers", number), course.id("organisations", number)
    facts = (
        ("Position", "Lecturer"),
        ("Works at", _organisation(course, number)),
        ("E-mail", f"<{made.id}@{employer}.example>"),
    )
    rows = [
        (course.link("sessions", one), *cells)
        for one in programme.get(number, ())
        for cells in _when(course, one)
    ]
    return _parts(
        ("", f"{made.summary}\n\n{_table(('Fact', 'What'), facts)}"),
        ("About", made.body),
        ("In the timetable", _table(("Session", "Fact", "What"), rows)),
    )


def _organisation(course: Course, number: int) -> str:
    address = course.id("organisations", number)
    return f"[{course.title('organisations', number)}](https://{address}.example)"


def _case(course: Course, number: int, taught: Mapping[int, Sequence[int]]) -> str:
    made, told = course.record("cases", number), course.case_facts(number)
    figures = [f"**{value}** {label}[@{source}]" for value, label, source in told.figures]
    events = [f"**{year}** {text}[@{source}]" for year, text, source in told.events]
    facts = (
        ("Organisation", _organisation(course, number)),
        ("Where", "Exampletown"),
        ("Makes", told.makes),
        ("Works at", _stops(course, number)),
    )
    return _parts(
        ("", f"{made.summary}\n\n{_table(('Fact', 'What'), facts)}\n{_items(figures)}"),
        ("What to look for", _items(told.asked)),
        ("The briefing", made.body),
        ("How it got here", _items(events)),
        ("Rules that bite here", _links(course, "frameworks", course.frameworks_of(number))),
        ("Taught in", _items(course.link("sessions", one) for one in taught.get(number, ()))),
    )


def _framework(course: Course, number: int, taught: Mapping[int, Sequence[int]]) -> str:
    made, told = course.record("frameworks", number), course.framework_facts(number)
    asks = [f"[Stage {stage}](/pipeline/) {text}" for stage, text in told.asks.items()]
    clauses = [f"{clause}: {text}" for clause, text in told.clauses.items()]
    facts = [
        ("Issued by", _organisation(course, number)),
        ("Identifier", f"G {number}"),
        ("In force", "1 January 2012"),
        ("Supervised by", _organisation(course, number + 1)),
        ("Bites at", _stops(course, number)),
    ]
    facts += [("Stands on", course.link("frameworks", number - 1))] if number else []
    return _parts(
        ("", f"{made.summary}\n\n{_table(('Fact', 'What'), facts)}"),
        ("What it asks, stage by stage", _items(asks)),
        ("In practice", made.body),
        ("Clauses worth knowing", _items(clauses)),
        ("Taught in", _items(course.link("sessions", one) for one in taught.get(number, ()))),
    )


def _stops(course: Course, number: int) -> str:
    return ", ".join(f"[Stage {stage}](/pipeline/)" for stage in course.stages_of(number))


# Lists


def _list(course: Course, kind: str) -> str:
    def row(number: int) -> tuple[str, ...]:
        said = course.record(kind, number).summary
        if kind == "sessions":
            run, date, slots = course.when(number)
            when = f"{date:%-d %B %Y}, {_time(slots[0])}"
            return course.link(kind, number), course.kind_of(number), when, run.title, said
        return course.link(kind, number), said

    heads = ("Session", "Kind", "When", "Run", "Summary") if kind == "sessions" else ("", "Summary")
    return _table(heads, map(row, range(course.count(kind))))


def _timetables(course: Course) -> Iterator[tuple[str, str, str]]:
    for place, run in enumerate(course.runs):
        text = _parts(
            *((f"{date:%A %-d %B %Y}", _day(course, day)) for day, date in run.days.items())
        )
        if not place:
            yield "timetable/", "Timetable", text
        yield f"timetable/{run.id}/", run.title, text


def _day(course: Course, day: int) -> str:
    def row(slot: Slot) -> tuple[str, ...]:
        if slot.session is None:
            return _time(slot), "Lunch", "", "", ""
        what = course.link("sessions", slot.session)
        who = course.link("lecturers", course.lecturer_of(slot.session))
        return _time(slot), what, f"[{_place(slot.place)}](/places/{slot.place}/)", who, slot.group

    return _table(("Time", "What", "Where", "Who", "Group"), map(row, course.slots(day)))


def _places(course: Course) -> Iterator[tuple[str, str, str]]:
    rooms = [*(f"hall-{number}" for number in range(HALLS)), "lab-0", "lab-1"]
    used: dict[str, list[str]] = {}
    for run in course.runs:
        for day, date in run.days.items():
            for slot in course.slots(day):
                if slot.session is not None:
                    what = course.link("sessions", slot.session)
                    row = f"| {date:%-d %B %Y} | {_time(slot)} | {what} |"
                    used.setdefault(slot.place, []).append(row)
    rows = [(f"[{_place(room)}](/places/{room}/)", "room") for room in rooms]
    yield "places/", "Places", _table(("Place", "Kind"), [("[House](/places/house/)", ""), *rows])
    yield "places/house/", "House", "Example street 1\n"
    for room in rooms:
        text = "\n".join(["| Day | Time | What |", "|---|---|---|", *used.get(room, [])])
        yield f"places/{room}/", _place(room), f"In the [house](/places/house/).\n\n{text}\n"


def _outcomes(course: Course) -> str:
    served: dict[int, list[str]] = {}
    for session in range(course.count("sessions")):
        for one in sorted({session % OUTCOMES, session // OUTCOMES % OUTCOMES}):
            served.setdefault(one, []).append(course.link("sessions", session))
    return _parts(
        *((f"Do thing {one} and say why", _items(found)) for one, found in served.items())
    )


def _pipeline(course: Course) -> str:
    def there(kind: str, stage: int) -> str:
        numbers = range(course.count(kind))
        return _items(course.link(kind, n) for n in numbers if stage in course.stages_of(n))

    return _parts(
        *(
            (f"Stage {stage} of the line", "\n\n".join(there(kind, stage) for kind in _AT_STAGES))
            for stage in range(STAGES)
        )
    )


_AT_STAGES = ("sessions", "cases", "frameworks")


def _glossary(course: Course) -> str:
    found: dict[int, list[str]] = {}
    for session in range(course.count("sessions")):
        for term in course.terms_of(session):
            found.setdefault(term, []).append(course.link("sessions", session))

    def text(number: int) -> str:
        said = wording.sentence(course.random("terms", number))
        other = f"[{course.title('terms', number + 1)}](/glossary/)"
        introduced = ", ".join(found.get(number, ()))
        return f"{course.abbreviation(number)} {said} See {other}. Introduced in {introduced}."

    return _parts(
        *((course.title("terms", number), text(number)) for number in range(course.count("terms")))
    )


def _references(course: Course) -> str:
    cited: dict[str, list[str]] = {}
    for kind in KINDS[:4]:
        for number in range(course.count(kind)):
            for key in course.cited(kind, number):
                cited.setdefault(key, []).append(course.link(kind, number))
    return _items(
        f"{_reference(course, number)} Cited in "
        + ", ".join(cited.get(course.id("references", number), ()))
        for number in range(course.count("references"))
    )
