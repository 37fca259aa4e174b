"""Processes a list with two processes, which start at its two ends and meet.

Items next to each other share values that are computed once in each process, and nothing has to be
known about how long an item takes. The worker process is forked: it starts with everything that the
main process has in memory, and only its results are pickled.
"""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from itertools import takewhile
from typing import Any, TypeVar

from events_archive.errors import ArchiveError

Item = TypeVar("Item")
Result = TypeVar("Result")

_task_of_worker: list[Callable[[], Any]] = []
"""In a worker process, the function that it runs; in the main process, empty."""


def can_fork() -> bool:
    """Whether a worker process can be forked, and has a processor to run on."""
    # On macOS system libraries break after a fork; Windows has none. In a process with threads, a
    # lock that another thread holds at the fork is never released in the worker.
    return (
        sys.platform.startswith("linux")
        and len(os.sched_getaffinity(0)) > 1
        and threading.active_count() == 1
    )


def process_all(process: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """Return ``process(item)`` for every item, in any order; a worker process helps if it can.

    The worker has ended when the function returns or raises. Raises what ``process`` raises in
    either process, and ArchiveError if the worker was killed.
    """
    if not can_fork():
        return list(map(process, items))
    context = multiprocessing.get_context("fork")
    try:
        # The number of items that neither process has taken.
        remaining = context.Semaphore(len(items))
        task = partial(_process_remaining, process, items[::-1], remaining)
        pool = ProcessPoolExecutor(1, context, _start_worker, (task,))
        future = pool.submit(_run_task)
    except (ImportError, NotImplementedError, OSError):
        # The system has no semaphores that processes can share, or allows no more processes.
        return list(map(process, items))
    try:
        results = _process_remaining(process, items, remaining)
        results += future.result()
        return results
    except BrokenProcessPool as error:
        raise ArchiveError("a process of the build was ended from outside; run again") from error
    finally:
        pool.shutdown()


def _process_remaining(
    process: Callable[[Item], Result], items: Iterable[Item], remaining: Any
) -> list[Result]:
    """Process ``items`` in order as long as any remain that the other process has not taken."""
    try:
        return [process(item) for item in takewhile(lambda _: remaining.acquire(False), items)]
    finally:
        # After an error none remains, so that the other process stops as well.
        while remaining.acquire(block=False):
            pass


def _start_worker(task: Callable[[], Any]) -> None:
    """Prepare the worker process: signals are for the main process, and it ends with that."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_exit_after_main_process, daemon=True).start()
    _task_of_worker.append(task)


def _exit_after_main_process() -> None:
    main_process = multiprocessing.parent_process()
    assert main_process
    main_process.join()
    os._exit(1)


def _run_task() -> Any:
    return _task_of_worker[0]()
