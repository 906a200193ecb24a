"""An invented course of any size: every record follows from its number alone.

Of 100 records that have a page, 60 are sessions, 20 lecturers, 10 cases and 10 frameworks. A day
has six sessions, two of them twice, for two groups; a run has at most 100 days, 20 weeks; a larger
course has had more runs. So a day is never fuller, and a record never used by more others, however
large the course is. What a course has once, it has once here too: outcomes, stages, rooms.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random

from sites import wording

KINDS = ("sessions", "lecturers", "cases", "frameworks", "organisations", "terms", "references")
OUTCOMES, STAGES, HALLS = 10, 12, 4
A_DAY, A_RUN = 6, 100
"""Sessions a day, and days a run."""
LABS = (4, 5)
"""Which sessions of a day are taught to each group by itself."""
_TIMES = (("09:00", "09:50"), ("10:00", "10:50"), ("11:00", "11:50"), ("13:00", "13:50"))
_LAB_TIMES = (("14:00", "15:30"), ("15:45", "17:15"))
_SESSION_KINDS = ("lecture", "lecture", "seminar", "workshop", "lab", "lab")
CLAUSES = 5


@dataclass(frozen=True)
class Slot:
    """A session's time and place, or lunch (then without a session)."""

    start: str
    end: str
    key: str
    session: int | None = None
    place: str = ""
    group: str = ""


@dataclass(frozen=True)
class Record:
    """What all records have: where their page is, their names, and their texts."""

    id: str
    title: str
    summary: str
    body: str


@dataclass(frozen=True)
class Run:
    """A run of the course; its days have numbers that no other run's days have."""

    id: str
    title: str
    days: Mapping[int, dt.date]


@dataclass(frozen=True)
class SessionFacts:
    """What a session says besides its text: what to do before it, and questions with answers."""

    before: str
    questions: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class CaseFacts:
    """What a case says besides its text; each figure and each event with its source's key."""

    figures: tuple[tuple[int, str, str], ...]
    events: tuple[tuple[int, str, str], ...]
    asked: tuple[str, ...]
    makes: str


@dataclass(frozen=True)
class FrameworkFacts:
    """What a framework says besides its text: what it asks at each stage, and of its clauses."""

    asks: Mapping[int, str]
    clauses: Mapping[str, str]


@dataclass(frozen=True)
class Course:
    """A course with so many records."""

    number: int

    def count(self, kind: str) -> int:
        """How many records there are of a kind."""
        share = {"sessions": 60, "lecturers": 20, "terms": 10, "references": 25, "organisations": 4}
        return self.number * share.get(kind, 10) // 100

    def random(self, kind: str, number: int) -> Random:
        """Chance that is the same whenever the same record asks."""
        return Random(f"{kind} {number}")  # noqa: S311 - nothing secret hangs on it

    def id(self, kind: str, number: int) -> str:
        """The id of a record; of a reference, its key."""
        return wording.name(number % self.count(kind), KINDS.index(kind))

    def title(self, kind: str, number: int) -> str:
        """The title of a record."""
        name = self.id(kind, number).capitalize()
        random = self.random(f"title of {kind}", number % self.count(kind))
        pattern = {
            "sessions": f"{name}, or how the {{n}} {{v}} the {{n}}",
            "lecturers": f"{wording.name(number, 20).capitalize()} {name}",
            "cases": f"{name} {{n}} works",
            "frameworks": f"{name} rules for a {{a}} {{n}}",
            "organisations": f"{name} authority",
            "terms": f"{name} {{n}}",
            "references": f"On the {{a}} {{n}} of {name}",
        }[kind]
        return wording.filled(random, pattern)

    def link(self, kind: str, number: int) -> str:
        """A link to a record's page, as a handbook's prose has it."""
        return f"[{self.title(kind, number)}](/{kind}/{self.id(kind, number)}/)"

    def record(self, kind: str, number: int) -> Record:
        """A session, lecturer, case or framework, without its relations."""
        random = self.random(kind, number)
        others = [*KINDS[:4], *KINDS[:4]][KINDS.index(kind) + 1 :][:3]
        links = [self.link(other, random.randrange(self.count(other))) for other in others]
        terms = [short for term in self.terms_of(number) if (short := self.abbreviation(term))]
        body = wording.body(
            random, links, self.cited(kind, number), terms, claims=kind in ("cases", "frameworks")
        )
        said = wording.filled(random, "Why a {a} {n} {v} the {n} {w}.")
        return Record(self.id(kind, number), self.title(kind, number), said, body)

    def session_facts(self, number: int) -> SessionFacts:
        """What a session says besides its text."""
        random = self.random("facts of sessions", number)
        source = self.cited("sessions", number)[0]
        before = f"Read [@{source}]. {wording.sentence(random)}"
        return SessionFacts(
            before, tuple((_question(random), wording.sentence(random)) for _ in range(2))
        )

    def case_facts(self, number: int) -> CaseFacts:
        """What a case says besides its text."""
        random = self.random("facts of cases", number)
        sources = self.cited("cases", number)[:2]
        return CaseFacts(
            tuple(
                (random.randrange(1000), wording.filled(random, "counted {n}s"), source)
                for source in sources
            ),
            tuple(
                (2010 + event, wording.sentence(random), source)
                for event, source in enumerate(sources)
            ),
            tuple(_question(random) for _ in range(3)),
            wording.filled(random, "{a} {n}s"),
        )

    def framework_facts(self, number: int) -> FrameworkFacts:
        """What a framework says besides its text."""
        random = self.random("facts of frameworks", number)
        source = self.cited("frameworks", number)[0]
        return FrameworkFacts(
            {stage: f"{wording.sentence(random)}[@{source}]" for stage in self.stages_of(number)},
            {f"C{clause}": wording.filled(random, "{a} {n}") for clause in range(CLAUSES)},
        )

    # Relations: numbers of the others

    def cited(self, kind: str, number: int) -> list[str]:
        """The keys that a text cites; all references are cited by some text."""
        start = number * 5 + KINDS.index(kind) * 3
        return list(dict.fromkeys(self.id("references", start + step) for step in range(5)))

    def terms_of(self, session: int) -> list[int]:
        """The glossary's terms that a text is about."""
        many = self.count("terms")
        return sorted({session % many, (session * 3 + 1) % many})

    def cases_of(self, session: int) -> list[int]:
        """The cases that a session uses."""
        return [session % self.count("cases")]

    def frameworks_of(self, number: int) -> list[int]:
        """The frameworks that a session teaches, or that are met in a case."""
        many = self.count("frameworks")
        return sorted({number % many, (number * 7 + 3) % many})

    def lecturer_of(self, session: int) -> int:
        """Who teaches a session."""
        return session % self.count("lecturers")

    def needed(self, session: int) -> list[int]:
        """What must come earlier: for every fourth session, one of the day before."""
        before = session - A_DAY
        same_run = session // A_DAY // A_RUN == before // A_DAY // A_RUN
        return [before] if session % 4 == 0 and before >= 0 and same_run else []

    def stages_of(self, number: int) -> list[int]:
        """The stages of the pipeline that a record belongs to."""
        return sorted({number % STAGES, (number + 1 + number // STAGES) % STAGES})

    def back(self, relation: str) -> Mapping[int, Sequence[int]]:
        """A relation of sessions the other way round: which sessions have each of the others."""
        made: dict[int, list[int]] = {}
        of = {"cases": self.cases_of, "frameworks": self.frameworks_of, "needs": self.needed}
        for session in range(self.count("sessions")):
            others = of[relation](session) if relation in of else [self.lecturer_of(session)]
            for other in others:
                made.setdefault(other, []).append(session)
        return made

    def abbreviation(self, term: int) -> str:
        """A term's abbreviation; every other term has one."""
        return "" if term % 2 else wording.abbreviation(term)

    def author(self, reference: int) -> str:
        """The family name of who wrote a reference; its year is 2000 to 2025."""
        return wording.name(reference, 21).capitalize()

    # The timetable

    @cached_property
    def runs(self) -> list[Run]:
        """The runs of the course, the latest first."""
        days = -(-self.count("sessions") // A_DAY)
        return [_run(number, days) for number in range(-(-days // A_RUN))]

    def slots(self, day: int) -> Iterator[Slot]:
        """The slots of a day, in the order of their times."""
        first = day * A_DAY
        last = min(first + A_DAY, self.count("sessions"))
        for session in range(first, min(first + len(_TIMES), last)):
            if session == first + 3:
                yield Slot("12:00", "13:00", f"lunch-{day}")
            start, end = _TIMES[session - first]
            hall = f"hall-{session % HALLS}"
            yield Slot(start, end, self.id("sessions", session), session, hall)
        for turn, (start, end) in enumerate(_LAB_TIMES):
            for session in range(first + LABS[0], last):
                group = "ab"[(session + turn) % 2]
                key = f"{self.id('sessions', session)}-{group}"
                yield Slot(start, end, key, session, f"lab-{session % 2}", group)

    def kind_of(self, session: int) -> str:
        """Lecture, seminar, workshop or lab."""
        return _SESSION_KINDS[session % A_DAY]

    def when(self, session: int) -> tuple[Run, dt.date, list[Slot]]:
        """In which run, on which day and in which slots a session is taught."""
        day = session // A_DAY
        run = self.runs[day // A_RUN]
        return run, run.days[day], [slot for slot in self.slots(day) if slot.session == session]


def _question(random: Random) -> str:
    return f"Which {wording.filled(random, '{n} {v} the {n}')}?"


def _run(number: int, days: int) -> Run:
    """Autumn 2026 is the latest, spring 2026 the one before it; weekdays only."""
    year, spring = 2026 - number // 2, number % 2
    start = dt.date(year, 1, 20) if spring else dt.date(year, 8, 31)
    monday = start + dt.timedelta(days=-start.weekday() % 7)
    numbers = range(number * A_RUN, min((number + 1) * A_RUN, days))
    dates = [monday + dt.timedelta(weeks=one // 5, days=one % 5) for one in range(len(numbers))]
    season = "Spring" if spring else "Autumn"
    return Run(
        f"{year}-{season.lower()}", f"{season} {year}", dict(zip(numbers, dates, strict=True))
    )
