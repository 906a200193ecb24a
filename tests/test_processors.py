"""The same work by several processes gives the same answers."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handbook.processors import FEW, Aside, beside, spread


@settings(max_examples=5, deadline=None)
@given(st.lists(st.integers(), min_size=FEW, max_size=3 * FEW))
def test_answers_come_in_the_order_of_the_things(things: list[int]) -> None:
    known = {thing: thing * 2 for thing in things}

    assert list(spread(lambda thing: known[thing], things)) == [thing * 2 for thing in things]


ALONE = """
import os
from handbook.processors import FEW, count, spread
many, few = (set(spread(lambda _: os.getpid(), range(n))) for n in (4 * FEW, FEW - 1))
print((os.getpid() in many) == (count() < 2), few == {os.getpid()})
"""


def test_many_things_are_done_by_other_processes_and_few_by_this() -> None:
    done = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=True)

    assert done.stdout == "True True\n"


def test_beside_another_thread_nothing_is_copied() -> None:
    done = threading.Event()
    other = threading.Thread(target=done.wait)
    other.start()
    try:
        assert set(spread(lambda _: os.getpid(), range(2 * FEW))) == {os.getpid()}
    finally:
        done.set()
        other.join()


def test_what_fails_there_fails_here() -> None:
    def work(thing: int) -> int:
        if thing == FEW:
            message = "no such thing"
            raise ValueError(message)
        return thing

    with pytest.raises(ValueError, match="no such thing"):
        list(spread(work, range(2 * FEW)))


BESIDE = """
import os
from handbook.processors import beside, count
begun = [beside(os.getpid) for _ in range(2)]
answers = {wait() for wait in begun}
print(len(answers - {os.getpid()}) == (2 if count() > 1 else 0))
"""


def test_work_is_done_beside_by_another_process_until_its_answer_is_asked_for() -> None:
    run = [sys.executable, "-c", BESIDE]
    done = subprocess.run(run, capture_output=True, text=True, check=True)

    assert done.stdout == "True\n"


def test_what_fails_beside_fails_where_its_answer_is_asked_for() -> None:
    def work() -> None:
        message = "no such thing"
        raise ValueError(message)

    wait = beside(work)

    with pytest.raises(ValueError, match="no such thing"):
        wait()


@pytest.mark.parametrize("reason", ["dies", "answer"])
def test_what_cannot_be_told_from_beside_is_done_here(reason: str) -> None:
    here = os.getpid()

    def work() -> object:
        if os.getpid() == here:
            return "done"
        return os._exit(1) if reason == "dies" else (lambda: 0)  # which cannot be handed over

    wait = beside(work)

    assert wait() == "done"


def test_beside_another_thread_work_waits_to_be_asked_for() -> None:
    done = threading.Event()
    other = threading.Thread(target=done.wait)
    other.start()
    try:
        assert beside(os.getpid)() == os.getpid()
    finally:
        done.set()
        other.join()


def test_work_that_is_done_aside_tells_its_answer() -> None:
    told: queue.Queue[int] = queue.Queue()

    Aside(os.getpid, told.put)

    assert told.get(timeout=30) != os.getpid()


def test_work_that_is_stopped_tells_nothing() -> None:
    told: queue.Queue[None] = queue.Queue()
    aside = Aside(lambda: time.sleep(60), told.put)

    aside.stop()

    with pytest.raises(queue.Empty):
        told.get(timeout=0.5)
