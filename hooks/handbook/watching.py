"""Which files change while a handbook is worked on, as soon as the system knows."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from typing import Any

from watchdog.events import FileModifiedEvent, FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.polling import PollingObserver


class Watch:
    """Watches folders, and calls `changed` with the path of each file before anybody else knows.

    `observer` is to be used as one of watchdog's. The system tells it at once; where it cannot
    watch so much, all is looked at twice a second.
    """

    def __init__(self, changed: Callable[[str], None], folders: Iterable[str]) -> None:
        self._handlers: list[FileSystemEventHandler] = []
        kind = Observer if _can_watch(folders) else PollingObserver
        self.observer: Any = _telling(kind, changed, self._handlers)(timeout=_INTERVAL)

    def wake(self) -> None:
        """Tell whoever watches to look again, though no file has changed."""
        for handler in self._handlers[:1]:
            handler.dispatch(FileModifiedEvent(""))


_INTERVAL = 0.5
"""Seconds."""


def _can_watch(folders: Iterable[str]) -> bool:
    """Whether the system can watch so much."""
    trial = Observer()
    try:
        for folder in folders:
            trial.schedule(FileSystemEventHandler(), folder, recursive=True)
        trial.start()
    except OSError:
        return False
    trial.stop()
    return True


class _Teller(FileSystemEventHandler):
    """Tells of a change what its path is, and hands it on to the handler behind."""

    def __init__(self, handler: FileSystemEventHandler, changed: Callable[[str], None]) -> None:
        self.handler = handler
        self.changed = changed

    def on_any_event(self, event: FileSystemEvent) -> None:
        """What an editor writes for itself is no change of the handbook."""
        paths = [os.fsdecode(path) for path in (event.src_path, event.dest_path) if path]
        meant = [path for path in paths if not _is_an_editors(os.path.basename(path))]  # noqa: PTH119
        if event.is_directory or event.event_type in _UNREADY or not meant:
            return
        for path in meant:
            self.changed(path)
        self.handler.dispatch(event)


_UNREADY = {"opened", "closed_no_write", "attrib"} | (
    {"modified"} if sys.platform == "linux" else set()
)
"""What is no change, or not the end of one: Linux tells when a file has been written."""


def _is_an_editors(name: str) -> bool:
    """Whether a file is a draft or a copy that an editor keeps beside the one it edits."""
    return name.startswith((".", "#")) or name.endswith(("~", ".tmp", ".part")) or name == "4913"


def _telling(
    kind: Any, changed: Callable[[str], None], handlers: list[FileSystemEventHandler]
) -> Any:
    """An observer of a kind whose handlers first tell the paths."""

    class Telling(kind):  # type: ignore[misc]
        def schedule(self, handler: FileSystemEventHandler, path: str, **options: Any) -> Any:
            handlers.append(handler)
            return super().schedule(_Teller(handler, changed), path, **options)

    return Telling
