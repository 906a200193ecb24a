"""The course as a handbook: the data that organisers would write, in a project of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterable
from pathlib import Path

from sites import wording
from sites.course import CLAUSES, HALLS, OUTCOMES, STAGES, Course, Run
from sites.running import Site, environment

ROOT = Path(__file__).parents[3]
_IDENTITY = ("-c", "user.name=Nobody", "-c", "user.email=nobody@example.org")


def invented(folder: Path, number: int, *, everything: bool) -> Site:
    """A handbook of so many records: this project's program and templates, invented data."""
    _started(folder)
    course = Course(number)
    data = folder / "data"
    _put(data / "course.yml", _COURSE)
    _put(data / "outcomes.yml", "".join(map(_outcome, range(OUTCOMES))))
    _put(data / "stages.yml", "".join(map(_stage, range(STAGES))))
    terms = range(course.count("terms"))
    _put(data / "glossary.yml", "".join(_term(course, term) for term in terms))
    references = range(course.count("references"))
    _put(data / "references.bib", "".join(_reference(course, one) for one in references))
    for kind, write in _WRITERS.items():
        for one in range(course.count(kind)):
            _put(data / kind / f"{course.id(kind, one)}.yml", write(course, one))
    for place, text in _places().items():
        _put(data / "places" / f"{place}.yml", text)
    for run in course.runs:
        _put(data / "editions" / f"{run.id}.yml", _edition(course, run))
    _commit(folder)
    return site(folder, everything=everything)


def real(folder: Path) -> tuple[Site, list[str]]:
    """A copy of this repository's own handbook, with its history; and its sessions' ids."""
    shutil.rmtree(folder, ignore_errors=True)
    clone = ["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(folder)]
    subprocess.run(clone, check=True)
    for name in ("data", "docs", "hooks", "overrides"):
        shutil.rmtree(folder / name)
        ignored = shutil.ignore_patterns("__pycache__", ".cache")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    ids = []
    for session in sorted((folder / "data" / "sessions").glob("*.yml")):
        text = session.read_text(encoding="utf-8")
        if text.count("\nbody: |\n  ") == 1:
            said = f"\nbody: |\n  The latest trial was {wording.MARK}. "
            session.write_text(text.replace("\nbody: |\n  ", said), encoding="utf-8")
            ids.append(session.stem)
    return site(folder, everything=True), ids


def site(folder: Path, *, everything: bool) -> Site:
    """A handbook that stands in a folder; without `everything`, most exports are left out."""
    more = {"PYTHONPATH": str(folder / "hooks")}
    if not everything:
        more["HANDBOOK_ONLY"] = "pages"
    mkdocs = (sys.executable, "-m", "mkdocs")
    return Site(
        name="handbook, all exports" if everything else "handbook",
        folder=folder,
        build=(*mkdocs, "build", "--quiet"),
        serve=(*mkdocs, "serve", "--dev-addr", "127.0.0.1:{port}"),
        check=(sys.executable, "-m", "handbook.cli", "check"),
        sources="data/sessions/{id}.yml",
        leftovers=("site", ".cache"),
        environment=environment(folder, more),
    )


def _started(folder: Path) -> None:
    """A new project by the program's own command, which copies all of it but the tests."""
    shutil.rmtree(folder, ignore_errors=True)
    command = [sys.executable, "-m", "handbook.cli", "init", str(folder), "--title", "C"]
    more = {"PYTHONPATH": str(ROOT / "hooks")}
    subprocess.run(command, env=environment(folder, more), check=True, capture_output=True)


def _commit(folder: Path) -> None:
    for arguments in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "All")):
        subprocess.run(["git", *_IDENTITY, *arguments], cwd=folder, check=True)


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


# How a value is written


def _line(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _list(items: Iterable[str]) -> str:
    return f"[{', '.join(items)}]"


def _block(text: str) -> str:
    return "|\n" + textwrap.indent(text, "  ")


# The records


_COURSE = """\
title: An invented course
short: Invented course
summary: Made to measure with; no word of it means anything.
description: |
  A course of any size, in which nothing is taught.
credits: 7.5
language: en
time_zone: Europe/Helsinki
contacts:
  - {name: Course office, role: Questions, email: office@course.example}
calendar_domain: course.example
licence: https://creativecommons.org/licenses/by/4.0/
"""


def _outcome(number: int) -> str:
    return f"outcome-{number}:\n  text: do thing {number} and say why\n  short: Thing {number}\n"


def _stage(number: int) -> str:
    zone = "First part" if number < STAGES // 2 else "Second part"
    return (
        f"stage-{number}:\n  title: Stage {number} of the line\n  short: Stage {number}\n"
        f"  zone: {zone}\n  summary: What happens at stop {number}.\n"
        "  documents: [Plan, Report]\n"
    )


def _term(course: Course, number: int) -> str:
    short = course.abbreviation(number)
    said = wording.sentence(course.random("terms", number))
    other = course.id("terms", number + 1)
    return (
        f"{course.id('terms', number)}:\n  term: {course.title('terms', number)}\n"
        + (f"  abbreviation: {short}\n" if short else "")
        + f"  definition: {said}\n  see: [{other}]\n"
    )


def _reference(course: Course, number: int) -> str:
    key = course.id("references", number)
    return (
        f"@article{{{key},\n  author = {{{course.author(number)}, A. and Other, B.}},\n"
        f"  title = {{{{{course.title('references', number)}}}}},\n"
        f"  journal = {{Journal of Nothing}},\n  year = {{{2000 + number % 26}}},\n"
        f"  doi = {{10.1000/{key}}},\n  url = {{https://journal.example/{key}}}\n}}\n"
    )


def _organisation(course: Course, number: int) -> str:
    title, address = course.title("organisations", number), course.id("organisations", number)
    return f"name: {title}\nkind: authority\nurl: https://{address}.example\n"


def _lecturer(course: Course, number: int) -> str:
    made = course.record("lecturers", number)
    employer = course.id("organisations", number)
    return (
        f"name: {made.title}\nsummary: {_line(made.summary)}\ntitle: Lecturer\n"
        f"organisations: [{employer}]\nemail: {made.id}@{employer}.example\n"
        f"checked: 2026\nbody: {_block(made.body)}\n"
    )


def _case(course: Course, number: int) -> str:
    made, facts = course.record("cases", number), course.case_facts(number)
    stages = [f"stage-{stage}" for stage in course.stages_of(number)]
    frameworks = [course.id("frameworks", one) for one in course.frameworks_of(number)]
    figures = [
        f"  - value: '{value}'\n    label: {label}\n    source: {source}\n"
        for value, label, source in facts.figures
    ]
    events = [
        f"  - date: '{year}'\n    text: {text}\n    source: {source}\n"
        for year, text, source in facts.events
    ]
    asked = [f"  - {question}\n" for question in facts.asked]
    return (
        f"title: {made.title}\nsummary: {_line(made.summary)}\nkind: company\n"
        f"organisation: {course.id('organisations', number)}\ntown: Exampletown\n"
        f"makes: {facts.makes}\nstages: {_list(stages)}\n"
        f"frameworks: {_list(frameworks)}\nfigures:\n{''.join(figures)}"
        f"look_for:\n{''.join(asked)}events:\n{''.join(events)}checked: 2026\n"
        f"body: {_block(made.body)}\n"
    )


def _framework(course: Course, number: int) -> str:
    made, facts = course.record("frameworks", number), course.framework_facts(number)
    stages = [f"stage-{stage}" for stage in facts.asks]
    asks = [f"  stage-{stage}: {text}\n" for stage, text in facts.asks.items()]
    clauses = [f"      {clause}: {text}\n" for clause, text in facts.clauses.items()]
    base = course.id("frameworks", number - 1)
    return (
        f"title: {made.title}\nshort: {made.id.capitalize()}\nsummary: {_line(made.summary)}\n"
        f"kind: Guideline\nissuer: {course.id('organisations', number)}\n"
        f"supervisors: [{course.id('organisations', number + 1)}]\n"
        f"identifier: G {number}\nin_force: 1 January 2012\napplies_to: all of it\n"
        + (f"stands_on: [{base}]\n" if number else "")
        + f"stages: {_list(stages)}\nasks:\n{''.join(asks)}"
        f"editions:\n  - version: First\n    from: 2012-01-01\n    clauses:\n{''.join(clauses)}"
        f"url: https://rules.example/{made.id}\nchecked: 2026\nbody: {_block(made.body)}\n"
    )


def _session(course: Course, number: int) -> str:
    made, facts = course.record("sessions", number), course.session_facts(number)
    outcomes = sorted({f"outcome-{number % OUTCOMES}", f"outcome-{number // OUTCOMES % OUTCOMES}"})
    stages = [f"stage-{stage}" for stage in course.stages_of(number)]
    first, *others = (course.id("frameworks", one) for one in course.frameworks_of(number))
    cited = f"{{framework: {first}, clauses: [C{number % CLAUSES}]}}"
    needs = [course.id("sessions", one) for one in course.needed(number)]
    terms = [course.id("terms", one) for one in course.terms_of(number)]
    return (
        f"title: {_line(made.title)}\nkind: {course.kind_of(number)}\nstatus: confirmed\n"
        f"summary: {_line(made.summary)}\noutcomes: {_list(outcomes)}\nstages: {_list(stages)}\n"
        f"frameworks: {_list([cited, *others])}\n"
        f"cases: {_list(course.id('cases', one) for one in course.cases_of(number))}\n"
        + (f"needs: {_list(needs)}\n" if needs else "")
        + f"terms: {_list(terms)}\n"
        f"materials: [{{title: Slides, url: 'https://slides.example/{made.id}', kind: slides}}]\n"
        "bring: Notebook and pen\nchecked: 2026\n"
        f"before: {_block(facts.before)}\n"
        f"body: {_block(made.body)}\nquestions:\n"
        + "".join(
            f"  - question: {question}\n    answer: |\n      {answer}\n"
            for question, answer in facts.questions
        )
    )


_WRITERS = {
    "organisations": _organisation,
    "lecturers": _lecturer,
    "cases": _case,
    "frameworks": _framework,
    "sessions": _session,
}


def _places() -> dict[str, str]:
    """A building with its halls and laboratories."""
    within = "within: house\nexclusive: true\ncapacity: 40\n"
    made = {"house": "name: House\nkind: building\naddress: Example street 1\n"}
    made |= {f"hall-{n}": f"name: Hall {n}\nkind: room\n{within}" for n in range(HALLS)}
    return made | {f"lab-{n}": f"name: Laboratory {n}\nkind: room\n{within}" for n in range(2)}


def _edition(course: Course, run: Run) -> str:
    lines = [
        f"title: {run.title}",
        "status: confirmed",
        f"starts: {min(run.days.values())}",
        f"ends: {max(run.days.values())}",
        "place: house",
        "seats: 16",
        "groups: {a: {name: Group A, size: 8}, b: {name: Group B, size: 8}}",
        "days:",
    ]
    for number, date in run.days.items():
        lines += [f"  - date: {date}", "    slots:"]
        for slot in course.slots(number):
            when = f"start: {slot.start}, end: {slot.end}, key: {slot.key}, status: confirmed"
            if slot.session is None:
                lines.append(f"      - {{{when}, title: Lunch, kind: break}}")
                continue
            groups = f", groups: [{slot.group}]" if slot.group else ""
            who = course.id("lecturers", course.lecturer_of(slot.session))
            session = course.id("sessions", slot.session)
            lines.append(
                f"      - {{{when}, session: {session}, place: {slot.place}, lecturers: [{who}]"
                f"{groups}}}"
            )
    return "\n".join(lines) + "\n"
