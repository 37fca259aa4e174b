"""Calls that block on the network, ended from outside."""

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from events_archive.errors import RequestAbortedError, UnreachableError

_T = TypeVar("_T")


class AbortableCalls:
    """Runs each call in a daemon thread of its own, since a blocked thread cannot be stopped.

    A call that was given up ends when the server sends something or closes the connection. Since
    its thread is a daemon, it does not delay the end of the process.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._outcomes: set[SimpleQueue[Any]] = set()
        self._is_aborted = False

    def run(self, call: Callable[[threading.Event], _T], *, seconds: float) -> _T:
        """Return what ``call`` returns, or raise what it raises.

        Its argument is an event, which is set when the result is no longer wanted.

        Raises `UnreachableError` after ``seconds``, and `RequestAbortedError` after `abort`.
        """
        given_up = threading.Event()
        outcomes: SimpleQueue[tuple[_T] | BaseException] = SimpleQueue()

        def work() -> None:
            try:
                outcomes.put((call(given_up),))
            except BaseException as error:
                outcomes.put(error)

        with self._lock:
            if self._is_aborted:
                raise RequestAbortedError("the client is closed")
            self._outcomes.add(outcomes)
        threading.Thread(target=work, daemon=True, name="http-request").start()
        try:
            outcome = outcomes.get(timeout=seconds)
        except Empty:
            raise UnreachableError(f"no whole answer within {seconds:g} seconds") from None
        finally:
            given_up.set()
            with self._lock:
                self._outcomes.discard(outcomes)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome[0]

    def abort(self) -> None:
        """Make calls that are running, and later ones, raise `RequestAbortedError`."""
        with self._lock:
            self._is_aborted = True
            for outcomes in self._outcomes:
                outcomes.put(RequestAbortedError("the request was aborted"))
