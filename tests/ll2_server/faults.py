"""What can go wrong, by name, and the book of what shall go wrong when.

    server.faults.add(Fault.SERVER_ERROR, path="/events/", nth=3, status=502)
    server.faults.add(Fault.NULLS, field="image.credit", times=None)
    server.faults.before_request(lambda asked: server.database.delete(7), path="offset=100")

`path` is looked for in path and query; of the requests that match, counted from now, the `nth` is
hit and the `times` - 1 after it (`times=None`: all of them).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Lock
from typing import Any

from tests.ll2_server.request_log import LoggedRequest


class Fault(StrEnum):
    """The faults; in brackets the options that `add` takes for them."""

    # The whole answer is another, or is sent in a bad manner.
    THROTTLED = "throttled"  # (wait=1631)
    SERVER_ERROR = "server-error"  # (status=503), with HTML
    NOT_FOUND = "not-found"
    HTML = "html"  # with status 200
    EMPTY_BODY = "empty-body"
    TRUNCATED_JSON = "truncated-json"
    INVALID_JSON = "invalid-json"
    INVALID_UTF8 = "invalid-utf8"
    LENGTH_TOO_LONG = "length-too-long"  # more is promised than sent
    LENGTH_TOO_SHORT = "length-too-short"
    RESET = "reset"
    STALL = "stall"
    STALL_MIDWAY = "stall-midway"
    DRIP = "drip"  # (interval=1.0)
    REDIRECT_LOOP = "redirect-loop"
    REDIRECT = "redirect"  # (to="http://...")
    GZIP_BOMB = "gzip-bomb"  # (size=100_000_000)
    ENDLESS = "endless"
    # The payload lies.
    NEXT_ELSEWHERE = "next-elsewhere"  # (to="http://...")
    NEXT_LOOP = "next-loop"
    RESULTS_OBJECT = "results-object"
    RESULTS_MISSING = "results-missing"
    ID_STRING = "id-string"
    WRONG_TYPE = "wrong-type"  # (field="date", value=5)
    NULLS = "nulls"  # (field="image.credit"); without: another field in every record
    MISSING = "missing"  # (field=...), likewise
    UNKNOWN_FIELDS = "unknown-fields"
    DUPLICATE_IN_PAGE = "duplicate-in-page"
    DUPLICATE_ACROSS_PAGES = "duplicate-across-pages"
    EMPTY_PAGE = "empty-page"  # its `next` stays
    COUNT_ZERO = "count-zero"
    COUNT_WRONG = "count-wrong"  # (by=1)
    EDIT = "edit"  # (edit=function of the payload that returns another)


@dataclass(slots=True, kw_only=True)
class Injected:
    """One entry of the book: a fault or a hook, and how often it has struck."""

    path: str
    nth: int
    times: int | None
    fault: Fault | None = None
    hook: Callable[[LoggedRequest], object] | None = None
    options: dict[str, Any] = field(default_factory=dict)
    seen: int = 0
    fired: int = 0

    def strikes(self, target: str) -> bool:
        """Count a request, and say whether this is one that is hit."""
        if self.path not in target:
            return False
        self.seen += 1
        if self.seen < self.nth or self.fired == self.times:
            return False
        self.fired += 1
        return True


class Faults:
    """The book of faults and hooks."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._book: list[Injected] = []

    def add(
        self,
        fault: Fault | str,
        *,
        path: str = "",
        nth: int = 1,
        times: int | None = 1,
        **options: Any,
    ) -> Injected:
        """Let a fault happen; returns its entry, for looking at `fired` or for `remove`."""
        return self._enter(
            Injected(path=path, nth=nth, times=times, fault=Fault(fault), options=options)
        )

    def before_request(
        self,
        hook: Callable[[LoggedRequest], object],
        *,
        path: str = "",
        nth: int = 1,
        times: int | None = 1,
    ) -> Injected:
        """Call `hook` before a request is answered: to change the database between two pages."""
        return self._enter(Injected(path=path, nth=nth, times=times, hook=hook))

    def remove(self, entry: Injected) -> None:
        """Take one entry back."""
        with self._lock:
            self._book.remove(entry)

    def clear(self) -> None:
        """Take everything back."""
        with self._lock:
            self._book.clear()

    def strike(self, asked: LoggedRequest) -> list[Injected]:
        """Run the hooks that are due, and list the faults that are."""
        with self._lock:
            due = [entry for entry in self._book if entry.strikes(asked.target)]
        for entry in due:
            if entry.hook:
                entry.hook(asked)
        return [entry for entry in due if entry.fault]

    def _enter(self, entry: Injected) -> Injected:
        with self._lock:
            self._book.append(entry)
        return entry
