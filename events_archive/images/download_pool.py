"""Downloads of pictures, a few at a time, and none that can hold up the end of the program."""

import queue
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from events_archive.images.download_request import (
    Download,
    DownloadContext,
    DownloadResult,
    download,
)

if TYPE_CHECKING:
    from events_archive.net.ssrf_guard import GuardedSession

_WATCH = 0.1
"""Seconds between two looks at who is late."""


class DownloadPool:
    """Threads that download. They are daemons: no server can hold up the end of the program."""

    def __init__(self, tasks: list[Download], way: DownloadContext, jobs: int) -> None:
        self._tasks, self._way = tasks, way
        self._todo: queue.SimpleQueue[Download] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[tuple[Download, DownloadResult | BaseException]] = (
            queue.SimpleQueue()
        )
        for task in tasks:
            self._todo.put(task)
        self._stop = threading.Event()
        self._lines = [way.open_session() for _ in range(max(1, min(jobs, len(tasks))))]
        self._threads = [
            threading.Thread(target=self._work, args=(line,), name="pictures", daemon=True)
            for line in self._lines
        ]

    def __enter__(self) -> "DownloadPool":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop at once; when all is done there is nothing to stop."""
        self._stop.set()
        for line in self._lines:
            line.abort()
        for thread in self._threads:
            thread.join(timeout=1)

    def results(self) -> Iterator[tuple[Download, DownloadResult]]:
        """Each task and how it went, as they come; whoever is late meanwhile is cut off."""
        missing = len(self._tasks)
        while missing:
            for line in self._lines:
                line.abort(only_if_late=True)
            with suppress(queue.Empty):
                task, result = self._done.get(timeout=_WATCH)
                missing -= 1
                if isinstance(result, BaseException):
                    raise result
                yield task, result

    def _work(self, line: "GuardedSession") -> None:
        with suppress(queue.Empty):
            while not self._stop.is_set():
                task = self._todo.get_nowait()
                line.start_deadline(self._way.limits.seconds)
                try:
                    self._done.put((task, download(task, line, self._way, self._stop)))
                except BaseException as error:  # Not ours to handle, and nobody else's here.
                    self._done.put((task, error))
                finally:
                    line.clear_deadline()
        line.close()
