"""The same work on many things, by as many processes as there are processors.

A process is a copy of this one (`fork`, POSIX), with all that it has read, so that only what is
asked and what is answered has to be handed over. Threads are not copied, and what they hold would
be held for ever: beside other threads, the work is done here.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar, cast

Thing = TypeVar("Thing")
Answer = TypeVar("Answer")

FEW = 32
"""Things that are done sooner than another process has begun."""
_LONGEST = 16
"""Things that are handed over at once, at most: else one process may wait for the other's last."""


def spread(work: Callable[[Thing], Answer], things: Sequence[Thing]) -> Iterator[Answer]:
    """The answers to all things, in their order. Raises what the work raises."""
    if len(things) < FEW or not _may_copy():
        yield from map(work, things)
        return
    workers = count()
    part = max(1, min(_LONGEST, len(things) // (4 * workers)))
    _at_work.append(work)
    try:
        with ProcessPoolExecutor(workers, multiprocessing.get_context("fork")) as others:
            yield from others.map(_do, things, chunksize=part)
    finally:
        _at_work.pop()


def count() -> int:
    """The processors that this process may use; one where it cannot be copied."""
    if not hasattr(os, "fork") or not hasattr(os, "sched_getaffinity"):
        return 1
    return len(os.sched_getaffinity(0))


def beside(work: Callable[[], Answer]) -> Callable[[], Answer]:
    """Begin one piece of work in a copy of this process; what is returned waits for its answer.

    That raises what the work raises. Where this process should not be copied, or its copy dies, the
    work is done when its answer is asked for.
    """
    if not _may_copy():
        return work
    fork = multiprocessing.get_context("fork")
    answer, told = fork.Pipe(duplex=False)
    process = fork.Process(target=_try, args=(work, told), daemon=True)
    # An interrupt while a process is copied would be lost. Its copy never hears of any: whoever
    # began it, ends it.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    told.close()

    def wait() -> Answer:
        try:
            found, error = answer.recv()
        except EOFError:
            return work()
        finally:
            process.join()
            answer.close()
        if error:
            raise error
        return cast("Answer", found)

    return wait


def _try(work: Callable[[], Any], told: Any) -> None:
    try:
        said: tuple[Any, Exception | None] = work(), None
    except Exception as error:  # noqa: BLE001 - it is raised where its answer is asked for
        said = None, error
    with suppress(BrokenPipeError):  # nobody waits for it any more
        told.send(said)


def _may_copy() -> bool:
    alone = threading.active_count() == 1 and not multiprocessing.current_process().daemon
    return alone and count() > 1


class Aside:
    """One piece of work that a copy of this process does, while this one goes on.

    `done` is called with its answer, by a thread; with None if the copy has died; never after
    `stop`. What other threads hold at this moment stays held in the copy: it must not need that.
    """

    def __init__(self, work: Callable[[], Answer], done: Callable[[Answer | None], None]) -> None:
        fork = multiprocessing.get_context("fork")
        self._answer, told = fork.Pipe(duplex=False)
        self._process = fork.Process(target=_tell, args=(work, told), daemon=True)
        self._stopped = False
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
            self._process.start()  # of Python 3.12, which warns of the above
        told.close()
        threading.Thread(target=self._wait, args=(done,), daemon=True).start()

    def stop(self) -> None:
        """End it, if it has not ended."""
        self._stopped = True
        self._process.kill()

    def _wait(self, done: Callable[[Answer | None], None]) -> None:
        answer = None
        with suppress(EOFError, OSError):
            answer = self._answer.recv()
        if not self._stopped:
            done(answer)
        self._process.join()


def _tell(work: Callable[[], Any], told: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever began it, ends it
    told.send(work())


_at_work: list[Callable[[Any], Any]] = []
"""What the copies of this process do: a function need not have a name that others find."""


def _do(thing: Any) -> Any:
    return _at_work[-1](thing)
