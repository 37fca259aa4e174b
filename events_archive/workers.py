"""Processes a list with two processes, which start at its two ends and meet.

Items next to each other share values that are computed once in each process, and nothing has to be
known about how long an item takes. The worker process is forked: it starts with everything that the
main process has in memory, and only its results are pickled.

An executor of `concurrent.futures` hands the task to the worker in threads of the main process,
which have to wait while that computes: the worker would start 130 ms later.
"""

import multiprocessing
import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from itertools import takewhile
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from events_archive.errors import ArchiveError

Item = TypeVar("Item")
Result = TypeVar("Result")


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
        receiver, sender = context.Pipe(duplex=False)
        arguments = (process, items[::-1], remaining, receiver, sender)
        worker = context.Process(target=_work, args=arguments)
        worker.start()
    except (ImportError, NotImplementedError, OSError):
        # The system has no semaphores that processes can share, or allows no more processes.
        return list(map(process, items))
    sender.close()
    try:
        return _process_remaining(process, items, remaining) + _receive(receiver)
    finally:
        receiver.close()
        worker.join()


def _receive(receiver: Connection) -> list[Any]:
    """Return the results of the worker, or raise its error."""
    outcome: tuple[list[Any], Exception | None, str]
    try:
        outcome = receiver.recv()
    except EOFError as end:
        raise ArchiveError("a process of the build was ended from outside; run again") from end
    results, error, trace = outcome
    if error:
        error.add_note(f"In the worker process:\n{trace}")
        raise error
    return results


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


def _work(
    process: Callable[[Item], Any],
    items: Iterable[Item],
    remaining: Any,
    receiver: Connection,
    sender: Connection,
) -> None:
    """Be the worker process: signals are for the main process, and it ends with that."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_exit_after_main_process, daemon=True).start()
    receiver.close()
    outcome: tuple[list[Any], Exception | None, str]
    try:
        outcome = _process_remaining(process, items, remaining), None, ""
    except Exception as error:
        outcome = [], _picklable(error), traceback.format_exc()
    # After an error of its own, the main process reads no results.
    with suppress(BrokenPipeError):
        sender.send(outcome)


def _picklable(error: Exception) -> Exception:
    """Return the error, or one with its message if it cannot be pickled or read back."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _exit_after_main_process() -> None:
    main_process = multiprocessing.parent_process()
    assert main_process
    main_process.join()
    os._exit(1)
