"""What must hold in time: who cannot be in two places, what must come first, what a day can hold.

Each rule takes the schedule and yields problems on the line of the slot that comes later; the
message names the other line, and the hint a time at which nothing stands in the way. The rules
look at neighbours in time only: each resource has its entries in order.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import TypeAlias

from handbook import schedule as schedules
from handbook import schema
from handbook.book import Key, Occurrence
from handbook.problem import Path, Problem
from handbook.schedule import Entry, Resource, Schedule
from handbook.schema import quoted

Problems: TypeAlias = Iterator[Problem]


def check(schedule: Schedule, today: dt.date) -> Problems:
    """All that is wrong in time."""
    for rule in RULES:
        yield from rule(schedule)
    yield from consent_lasts(schedule, today)


# --- Two at once -----------------------------------------------------------------------------


def nobody_is_in_two_places(schedule: Schedule) -> Problems:
    """HB205, HB207, HB208: lecturers and groups are in one slot at a time."""
    for first, second, people in _pairs(schedule, "lecturer", "group"):
        if not first.overlaps(second):
            continue
        meant = [one for one in people if one in schedules.shared_people(first, second)]
        lecturers = [one[1] for one in meant if one[0] == "lecturer"]
        groups = [one[2] for one in meant if one[0] == "group"]
        if lecturers:
            names = _names(_person(schedule, one) for one in lecturers)
            message = f"{names} would also be in {_there(schedule, first, second)}"
            where = _index("lecturers", second.slot.lecturers, lecturers)
            yield _clash(schedule, "HB205", second, where, message, "name another lecturer")
        if groups:
            code = "HB208" if first.everyone != second.everyone else "HB207"
            words = {
                (True, True): "everyone would also be in {other}",
                (False, False): "{groups} would also be in {other}",
                (True, False): "{groups} would also be in {other}, which is for everyone",
                (False, True): "this is for everyone, and {groups} would be in {other}",
            }[first.everyone, second.everyone]
            message = words.format(
                groups=_groups(schedule, second, groups), other=_there(schedule, first, second)
            )
            where = _index("groups", second.slot.groups, groups) or _what(second)
            yield _clash(schedule, code, second, where, message, "move the other one")


def exclusive_places_are_used_once(schedule: Schedule) -> Problems:
    """HB206: what one group at a time can use is used by one at a time."""
    for first, second, places in _pairs(schedule, "place"):
        if first.overlaps(second):
            name = quoted(schedule.book.places[places[0][1]].name)
            message = f"{name} is also used by {_there(schedule, first, second)}"
            yield _clash(schedule, "HB206", second, ("place",), message, "name another place")


# --- Not enough between two ------------------------------------------------------------------


def ways_can_be_gone(schedule: Schedule) -> Problems:
    """HB212: people who change places have the time for the way, and to change clothes."""
    for first, second, people in _pairs(schedule, "lecturer", "group", among=_is_placed):
        gap = second.starts - first.ends - schedules.kept_busy(schedule, first, second, people[0])
        way, gowning = schedule.arrival(first, second)
        if second.starts < first.ends or gap >= way + gowning:
            continue
        gap = max(gap, 0)
        who = _names(
            _person(schedule, one[1])
            if one[0] == "lecturer"
            else _groups(schedule, second, [one[2]])
            for one in people
        )
        parts = [f"{way} for the way"] * bool(way) + [f"{gowning} to change clothes"] * bool(
            gowning
        )
        message = (
            f"{who} would have {_minutes(gap)} after {_there(schedule, first, second)}, "
            f"and {' and '.join(parts)} are needed"
        )
        yield _clash(schedule, "HB212", second, ("start",), message, "end the other one earlier")


def places_are_made_ready(schedule: Schedule) -> Problems:
    """HB213: between two uses of a place lies its changeover."""
    told = set()
    for place_id, place in schedule.book.places.items():
        minutes = place.changeover or 0
        for first, second in _neighbours(schedule.uses(place_id) if minutes else ()):
            gap = second.starts - first.ends
            if not 0 <= gap < minutes or schedules.goes_on(first, second) or id(second) in told:
                continue
            told.add(id(second))
            message = (
                f"{quoted(place.name)} would be free for {_minutes(gap)} after "
                f"{_there(schedule, first, second)}, and {minutes} are needed between two uses"
            )
            yield _clash(schedule, "HB213", second, ("place",), message, "name another place")


# --- Not to be had ---------------------------------------------------------------------------


def nobody_is_away(schedule: Schedule) -> Problems:
    """HB209, HB210: lecturers and places can be had on the day."""
    for entry in schedule.entries:
        for (collection, record_id), index, span in schedules.closed(schedule, entry):
            place = _place(schedule, (collection, record_id), ("unavailable", index))
            until = f"from {span.from_} to {span.to}" if span.from_ != span.to else f"on {span.to}"
            reason = f", {span.reason}" if span.reason else ""
            if collection == "lecturers":
                message = f"{_person(schedule, record_id)} is unavailable {until}{reason} ({place})"
                where = _index("lecturers", entry.slot.lecturers, [record_id])
                yield _clash(schedule, "HB209", entry, where, message, "name another lecturer")
            else:
                name = quoted(schedule.book.places[record_id].name)
                message = f"{name} cannot be used {until}{reason} ({place})"
                yield _clash(schedule, "HB210", entry, ("place",), message, "name another place")


def everyone_fits_in(schedule: Schedule) -> Problems:
    """HB211: a place holds those who are in it, and in its rooms, at the same time."""
    for place_id, entries in schedule.of_place.items():
        place = schedule.book.places[place_id]
        if place.capacity is None:
            continue
        inside: list[Entry] = []
        for entry in entries:
            inside = [one for one in inside if one.ends > entry.starts] + [entry]
            size = sum(schedule.size(one) or 0 for one in inside)
            if size <= place.capacity:
                continue
            others = [_there(schedule, one, entry) for one in inside[:-1]]
            beside = f" with {_names(others)}" if others else ""
            message = f"{quoted(place.name)} holds {place.capacity}, and {size} come{beside}"
            yield _problem(
                schedule, "HB211", entry, ("place",), message, _larger(schedule, place_id, size)
            )


def _larger(schedule: Schedule, small: str, size: int) -> str:
    large = [
        one.name
        for record_id, one in schedule.book.places.items()
        if one.capacity is not None and one.capacity >= size and record_id != small
    ]
    return f"{_names(large[:3])} would hold them" if large else "let the groups come in turn"


# --- What must come first --------------------------------------------------------------------


def needs_come_first(schedule: Schedule) -> Problems:
    """HB214, HB218: what a session needs was taught before, to every group that attends."""
    book = schedule.book
    cancelled = _cancelled(schedule)
    for entry in schedule.entries:
        for number, need in enumerate(entry.session.needs if entry.session else ()):
            if need not in book.sessions or need == entry.slot.session:
                continue
            groups = schedules.missed(schedule, entry, need)
            if not groups:
                continue
            title = quoted(book.sessions[need].title)
            stated = _place(schedule, ("sessions", entry.slot.session or ""), ("needs", number))
            taught = schedule.of_session.get((entry.edition, need), [])
            called_off = next(
                (
                    one
                    for one in cancelled.get((entry.edition, need), ())
                    if not one.slot.groups or set(one.slot.groups) & set(groups)
                ),
                None,
            )
            if called_off and not any(set(one.groups) & set(groups) for one in taught):
                line = _line(schedule, called_off)
                message = f"this needs {title}, which is cancelled ({line})"
                hint = f"teach it again before, or take it out of needs: ({stated})"
                yield _problem(schedule, "HB218", entry, _what(entry), message, hint)
            elif taught:
                yield _not_yet(schedule, entry, groups, title, taught)
            else:
                message = f"this needs {title}, which is not in this edition"
                hint = f"add a slot for it before this one, or take it out of needs: ({stated})"
                yield _problem(schedule, "HB214", entry, _what(entry), message, hint)


def _not_yet(
    schedule: Schedule, entry: Entry, groups: tuple[str, ...], title: str, taught: list[Entry]
) -> Problem:
    """HB214: the needed session comes too late for some groups, or is not theirs at all."""
    who = _all_or(schedule, entry.edition, list(groups), entry.groups)
    had = f"{who} would not have had" if who != "everyone" else "nobody would have had"
    theirs = [one for one in taught if set(one.groups) & set(groups)]
    if theirs:
        last = max(theirs, key=lambda one: one.ends)
        message = (
            f"{had} {title} before, which this needs: it ends "
            f"{_when(last, entry)} ({_line(schedule, last.occurrence)})"
        )
        return _clash(schedule, "HB214", entry, _what(entry), message, "move the other one")
    line = _line(schedule, taught[0].occurrence)
    message = f"{had} {title} before, which this needs: it is not theirs ({line})"
    hint = f"let {who} attend it there, or add a slot for it before this one"
    return _problem(schedule, "HB214", entry, _what(entry), message, hint)


def needs_lead_somewhere(schedule: Schedule) -> Problems:
    """HB226: no session needs itself, directly or through others."""
    sessions = schedule.book.sessions
    told: set[str] = set()
    for begin in sessions:
        for number, need in enumerate(sessions[begin].needs):
            way = _way_back(sessions, need, begin)
            if way is None or told & {begin, *way}:
                continue
            told |= {begin, *way}
            chain = " needs ".join(quoted(sessions[one].title) for one in (begin, *way))
            yield schedule.book.problem(
                "HB226",
                ("sessions", begin),
                ("needs", number),
                f"a session needs itself: {chain}",
                "take out the one that need not come first",
            )


def _way_back(
    sessions: Mapping[str, schema.Session], need: str, begin: str
) -> tuple[str, ...] | None:
    """The sessions from a need back to where it began; None if it does not lead there."""
    ways: dict[str, tuple[str, ...]] = {need: (need,)}
    waiting = [need]
    while waiting:
        one = waiting.pop(0)
        if one == begin:
            return ways[one]
        for further in sessions[one].needs if one in sessions else ():
            if further not in ways:
                ways[further] = (*ways[one], further)
                waiting.append(further)
    return None


# --- Visits ----------------------------------------------------------------------------------


def visits_are_hosted(schedule: Schedule) -> Problems:
    """HB215, HB216: somebody receives the visitors, and they were briefed before."""
    told: set[str] = set()
    for entry in schedule.entries:
        if entry.session is None or entry.session.kind != "site-visit":
            continue
        if not entry.slot.hosts:
            yield _problem(
                schedule,
                "HB215",
                entry,
                _what(entry),
                "nobody hosts this visit",
                "add hosts: with the organisation that receives the group",
            )
        session = entry.slot.session or ""
        if not entry.session.needs and session not in told:
            told.add(session)
            yield schedule.book.problem(
                "HB216",
                ("sessions", session),
                ("kind",),
                f"this visit needs no briefing; it takes place in "
                f"{_line(schedule, entry.occurrence)}",
                "name under needs: the session in which visitors learn how to behave there",
            )


# --- Days ------------------------------------------------------------------------------------


def days_are_working_days(schedule: Schedule) -> Problems:
    """HB217: nothing is taught on a weekend or a public holiday of the course's country."""
    working = schedule.book.workdays
    if schedule.book.course.country is None:
        return
    for (edition, day), entries in schedule.of_day.items():
        name = working.holidays.get(day) or (f"{day:%A}" if working.rests(day) else "")
        taught = [entry for entry in entries if entry.slot.session]
        if name and taught:
            yield _of_day(
                schedule,
                "HB217",
                taught[0],
                f"{day} is a day off ({name}), and {quoted(_title(taught[0]))} is in "
                f"{_line(schedule, taught[0].occurrence)}",
                _next_working_day(schedule, edition, day),
            )


def days_end(schedule: Schedule) -> Problems:
    """HB219, HB220: no group's day is longer than the course allows, and there is a lunch."""
    limits = schedule.book.course.limits
    if limits.day is None and limits.lunch is None:
        return
    for (edition, day), entries in schedule.of_day.items():
        groups = dict.fromkeys(group for entry in entries for group in entry.groups)
        long: dict[int, list[str]] = {}
        hungry: dict[int, list[str]] = {}
        for group in groups:
            busy = schedules.scheduled(entries, group)
            minutes = sum(end - start for start, end in busy)
            if limits.day is not None and minutes > limits.day:
                long.setdefault(minutes, []).append(group)
            free = schedules.lunch(schedule, day, busy)
            if limits.lunch is not None and free is not None and free < limits.lunch:
                hungry.setdefault(free, []).append(group)
        for minutes, found in long.items():
            last = max((e for e in entries if set(found) & set(e.groups)), key=lambda e: e.ends)
            yield _of_day(
                schedule,
                "HB219",
                entries[0],
                f"{_all_or(schedule, edition, found, groups)} would have {minutes} minutes on "
                f"{day}, and the course allows {limits.day}",
                f"shorten or move {quoted(_title(last))} in {_line(schedule, last.occurrence)}",
            )
        for free, found in hungry.items():
            yield _of_day(
                schedule,
                "HB220",
                entries[0],
                f"{_all_or(schedule, edition, found, groups)} would have no lunch on {day}: "
                f"{_minutes(max(free, 0))} are free around noon",
                f"leave {limits.lunch} minutes free between {schedules.LUNCH_FROM:%H:%M} and "
                f"{schedules.LUNCH_UNTIL:%H:%M}; a slot for lunch has kind: break",
            )


def the_country_is_known(schedule: Schedule) -> Problems:
    """HB227: the course's country has holidays that the program knows."""
    course = schedule.book.course
    if course.country and schedule.entries and not schedule.book.workdays.known:
        yield schedule.book.problem(
            "HB227",
            ("course", "course"),
            ("country",),
            f"no public holidays are known of {quoted(course.country)} in the editions' years",
            "use ISO 3166, such as GB for the United Kingdom; only weekends are looked at now",
        )


def nothing_retired_is_taught(schedule: Schedule) -> Problems:
    """HB229: a session that is no longer taught has no slot."""
    for entry in schedule.entries:
        retired = entry.session.retired if entry.session else None
        if retired and entry.date.year >= retired:
            place = _place(schedule, ("sessions", entry.slot.session or ""), ("retired",))
            yield _problem(
                schedule,
                "HB229",
                entry,
                _what(entry),
                f"{quoted(_title(entry))} is no longer taught from {retired} on ({place})",
                "take the slot out, or delete retired: in the session",
            )


def times_exist(schedule: Schedule) -> Problems:
    """HB225: the clocks show a slot's times on its day, and do not skip them in spring."""
    for occurrence in schedule.book.occurrences:
        if schedules.is_outside(schedule.book.editions[occurrence.edition], occurrence.date):
            continue
        for name in ("start", "end"):
            time = getattr(occurrence.slot, name)
            if not schedules.exists(occurrence.date, time, schedule.zone):
                yield schedule.book.problem(
                    "HB225",
                    ("editions", occurrence.edition),
                    (*occurrence.path, name),
                    f"there is no {time:%H:%M} on {occurrence.date} in "
                    f"{schedule.zone}: the clocks are put forward",
                    "choose another time",
                )


# --- What is claimed -------------------------------------------------------------------------


def confirmed_editions_are_confirmed(schedule: Schedule) -> Problems:
    """HB222: what is announced as certain holds no examples."""
    book = schedule.book
    for occurrence in book.occurrences:
        edition = book.editions[occurrence.edition]
        if schedules.is_cancelled(book, occurrence):
            continue
        if edition.status == "confirmed" and occurrence.slot.status == "example":
            where = _place(schedule, ("editions", occurrence.edition), ("status",))
            yield book.problem(
                "HB222",
                ("editions", occurrence.edition),
                (*occurrence.path, *_status_or_what(occurrence)),
                f"this slot is an example, and the edition is confirmed ({where})",
                "write status: confirmed or provisional, or take the slot out",
            )


def frameworks_are_in_force(schedule: Schedule) -> Problems:
    """HB221: what a session teaches as a rule holds on its day, or is told as a coming one."""
    book = schedule.book
    told: set[tuple[str, int]] = set()
    for entry in schedule.entries:
        for number, citation in enumerate(entry.session.frameworks if entry.session else ()):
            framework = book.frameworks.get(citation.framework)
            session = entry.slot.session or ""
            if framework is None or citation.clauses or (session, number) in told:
                continue
            if not framework.editions or schema.in_force(framework, entry.date):
                continue
            if _is_coming(framework, entry.date):
                continue
            told.add((session, number))
            yield book.problem(
                "HB221",
                ("sessions", session),
                ("frameworks", number),
                f"{framework.title} has no edition in force on {entry.date}, when this is taught "
                f"({_line(schedule, entry.occurrence)})",
                "name what replaced it, or add to the framework the edition of that day or, under "
                "changes:, its planned change",
            )


def _is_coming(framework: schema.Framework, day: dt.date) -> bool:
    """Whether a framework is not in force yet and says so: it has ended for nobody."""
    ended = any(one.until and one.until < day.isoformat() for one in framework.editions)
    muddled = any(one.until and one.from_ and one.until < one.from_ for one in framework.editions)
    planned = any(change.state == "planned" for change in framework.changes)
    return muddled or (planned and not ended)  # HB203 speaks of spans that end before they begin


def consent_lasts(schedule: Schedule, today: dt.date) -> Problems:
    """HB224: what people and companies agreed to still holds on the day of the slot.

    Once an agreement has ended, the site says nothing of them (HB233), and no slot can be wrong.
    """
    for entry in schedule.entries:
        wanted: list[tuple[Key, Path]] = [
            (("lecturers", one), ("lecturers", index))
            for index, one in enumerate(entry.slot.lecturers)
        ]
        cases = entry.session.cases if entry.session else ()
        wanted += [(("cases", one), _what(entry)) for one in cases]
        for key, where in wanted:
            record = schedule.book.records(key[0]).get(key[1])
            publish = getattr(record, "publish", None)
            if publish is None or publish.withheld or (publish.until and publish.until < today):
                continue
            name = getattr(record, "name", None) or getattr(record, "title", key[1])
            told = {}
            if publish.from_ and publish.from_ > entry.date:
                told["from"] = (f"begins on {publish.from_}, after", "an earlier")
            if publish.until and publish.until < entry.date:
                told["until"] = (f"ends on {publish.until}, before", "a longer")
            for field, (words, other) in told.items():
                place = _place(schedule, key, ("publish", field))
                message = f"the agreement with {name} {words} this slot ({place})"
                hint = f"ask for {other} agreement, or leave it out of this slot"
                yield _problem(schedule, "HB224", entry, where, message, hint)


def hours_match_the_credits(schedule: Schedule) -> Problems:
    """HB223: no group is taught more hours than the credits stand for."""
    course = schedule.book.course
    if course.credits is None or course.hours_per_credit is None:
        return
    whole = course.credits * course.hours_per_credit
    for edition in schedule.book.editions:
        entries = [one for one in schedule.entries if one.edition == edition and one.slot.session]
        groups = dict.fromkeys(group for entry in entries for group in entry.groups)
        minutes = max(
            (
                sum(end - start for start, end in schedules.scheduled(entries, group))
                for group in groups
            ),
            default=0,
        )
        if Decimal(minutes) > whole * 60:
            yield schedule.book.problem(
                "HB223",
                ("editions", edition),
                ("days",),
                f"{Decimal(minutes) / 60:.1f} hours are scheduled, and the credits stand for "
                f"{whole.normalize():f} hours of all work",
                "see whether less will do, or whether the course should give more credits",
                at_key=True,
            )


RULES: tuple[Callable[[Schedule], Problems], ...] = (
    nobody_is_in_two_places,
    exclusive_places_are_used_once,
    ways_can_be_gone,
    places_are_made_ready,
    nobody_is_away,
    everyone_fits_in,
    needs_come_first,
    needs_lead_somewhere,
    visits_are_hosted,
    days_are_working_days,
    days_end,
    the_country_is_known,
    nothing_retired_is_taught,
    times_exist,
    confirmed_editions_are_confirmed,
    frameworks_are_in_force,
    hours_match_the_credits,
)


# --- Pairs -----------------------------------------------------------------------------------


def _neighbours(entries: Iterable[Entry]) -> Iterator[tuple[Entry, Entry]]:
    """Each entry with the one before it that ends last: all that can stand in its way."""
    last: Entry | None = None
    for entry in entries:
        if last is not None:
            yield last, entry
        if last is None or entry.ends > last.ends:
            last = entry


def _pairs(
    schedule: Schedule, *kinds: str, among: Callable[[Entry], bool] = lambda _: True
) -> Iterator[tuple[Entry, Entry, list[Resource]]]:
    """Neighbours in time, among some entries, that share resources of some kinds, each once."""
    found: dict[tuple[int, int], tuple[Entry, Entry, list[Resource]]] = {}
    for resource, entries in schedule.of_resource.items():
        if resource[0] in kinds:
            for first, second in _neighbours(filter(among, entries)):
                found.setdefault((id(first), id(second)), (first, second, []))[2].append(resource)
    yield from found.values()


def _is_placed(entry: Entry) -> bool:
    """Whether it is known where people are."""
    return bool(entry.place) and not entry.is_on_the_way


# --- Words -----------------------------------------------------------------------------------


def _clash(
    schedule: Schedule, code: str, entry: Entry, where: Path, message: str, otherwise: str
) -> Problem:
    """A problem whose hint is the next time at which the slot would fit, and another way out."""
    crowded = len(schedule.on(entry.date)) > CROWDED
    free = None if crowded else schedules.next_free(schedule, entry)
    if crowded:
        hint = otherwise
    elif free is None:
        hint = f"{otherwise}; no later time of the edition's days would do"
    else:
        day = "" if free.date == entry.date else f" on {_day(free.date)}"
        hint = f"it would fit at {_span(free)}{day}; or {otherwise}"
    return _problem(schedule, code, entry, where, message, hint)


CROWDED = 100
"""Slots of a day in which no free time is looked for: nobody made such a timetable on purpose."""


def _problem(
    schedule: Schedule, code: str, entry: Entry, where: Path, message: str, hint: str
) -> Problem:
    path = (*entry.occurrence.path, *where)
    return schedule.book.problem(code, ("editions", entry.edition), path, message, hint)


def _of_day(schedule: Schedule, code: str, entry: Entry, message: str, hint: str) -> Problem:
    """A problem of the whole day that an entry lies on."""
    path: Path = (*entry.occurrence.path[:2], "date")
    return schedule.book.problem(code, ("editions", entry.edition), path, message, hint)


def _what(entry: Entry) -> Path:
    return ("session",) if entry.slot.session else ("key",)


def _status_or_what(occurrence: Occurrence) -> Path:
    if "status" in occurrence.slot.model_fields_set:
        return ("status",)
    return ("session",) if occurrence.slot.session else ("key",)


def _index(name: str, ids: list[str], wanted: list[str]) -> Path:
    return next(((name, index) for index, one in enumerate(ids) if one in wanted), ())


def _title(entry: Entry) -> str:
    return entry.slot.title or (entry.session.title if entry.session else entry.slot.identity)


def _there(schedule: Schedule, other: Entry, entry: Entry) -> str:
    """Another slot as it is named in a message: its title, its time, its line."""
    day = "" if other.date == entry.date else f"{_day(other.date)} "
    edition = "" if other.edition == entry.edition else f"{other.edition}, "
    line = _line(schedule, other.occurrence)
    return f"{quoted(_title(other))} ({edition}{day}{_span(other)}, {line})"


def _line(schedule: Schedule, occurrence: Occurrence) -> str:
    return _place(schedule, ("editions", occurrence.edition), occurrence.path)


def _place(schedule: Schedule, key: Key, path: Path) -> str:
    """A file and the line in it."""
    origin = schedule.book.origins[key]
    return f"{origin.source.file}:{origin.source.mark((*origin.path, *path))[0]}"


def _span(entry: Entry) -> str:
    return f"{entry.slot.start:%H:%M}–{entry.slot.end:%H:%M}"


def _when(other: Entry, entry: Entry) -> str:
    day = "" if other.date == entry.date else f"on {_day(other.date)} "
    return f"{day}at {other.slot.end:%H:%M}"


def _day(day: dt.date) -> str:
    return f"{day:%A} {day.day} {day:%B}"


def _minutes(minutes: int) -> str:
    return "1 minute" if minutes == 1 else f"{minutes} minutes"


def _names(names: Iterable[str]) -> str:
    found = list(dict.fromkeys(names))
    return " and ".join([", ".join(found[:-1]), found[-1]] if len(found) > 1 else found)


def _groups(schedule: Schedule, entry: Entry, groups: list[str]) -> str:
    known = schedule.book.editions[entry.edition].groups
    return _names(known[one].name if one in known else one or "everyone" for one in groups)


def _all_or(schedule: Schedule, edition: str, groups: list[str], of_all: Iterable[str]) -> str:
    if list(of_all) == groups:
        return "everyone"
    known = schedule.book.editions[edition].groups
    return _names(known[one].name if one in known else one for one in groups)


def _cancelled(schedule: Schedule) -> dict[tuple[str, str], list[Occurrence]]:
    """The cancelled slots of each session of an edition."""
    found: dict[tuple[str, str], list[Occurrence]] = {}
    for occurrence in schedule.book.occurrences:
        if occurrence.slot.session and schedules.is_cancelled(schedule.book, occurrence):
            found.setdefault((occurrence.edition, occurrence.slot.session), []).append(occurrence)
    return found


def _next_working_day(schedule: Schedule, edition_id: str, day: dt.date) -> str:
    edition = schedule.book.editions[edition_id]
    used = {one.date for one in edition.days}
    span = [day + dt.timedelta(days=number) for number in range(MONTH)]
    free = [
        one
        for one in span
        if one not in used
        and schedule.book.workdays.works(one)
        and (edition.ends is None or one <= edition.ends)
    ]
    if free:
        return f"{_day(free[0])} is free; or {_AGREE}"
    return f"the edition has no later working day that is free: {_AGREE}"


_AGREE = "agree on it in data/waivers.yml, as handbook explain HB217 shows"
MONTH = 31


def _person(schedule: Schedule, lecturer: str) -> str:
    """A lecturer's name; the id where the record is missing or broken."""
    known = schedule.book.lecturers.get(lecturer)
    return known.name if known else lecturer
