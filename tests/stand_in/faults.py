"""The faults that a test can inject, and hooks that run before a request.

    server.faults.add(Fault.SERVER_ERROR, path="/events/", nth=3, status=502)
    server.faults.add(Fault.NULLS, field="image.credit", times=None)
    server.faults.before_request(lambda request: server.database.delete(7), path="offset=100")

A request matches if its path and query contain `path`. Of the matching requests, counted from now,
the `nth` is hit and the `times` - 1 after it (`times=None`: all of them).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Lock
from typing import Any

from tests.stand_in.request_log import LoggedRequest


class Fault(StrEnum):
    """The faults; in brackets the options that `Faults.add` takes for them."""

    # Faults of the whole response.
    THROTTLED = "throttled"  # (wait=1631)
    SERVER_ERROR = "server-error"  # (status=503), with HTML
    NOT_FOUND = "not-found"
    HTML = "html"  # with status 200
    EMPTY_BODY = "empty-body"
    TRUNCATED_JSON = "truncated-json"
    INVALID_JSON = "invalid-json"
    INVALID_UTF8 = "invalid-utf8"
    LENGTH_TOO_LONG = "length-too-long"  # more is declared than sent
    LENGTH_TOO_SHORT = "length-too-short"
    RESET = "reset"
    STALL = "stall"
    STALL_MIDWAY = "stall-midway"
    DRIP = "drip"  # (interval=1.0)
    REDIRECT_LOOP = "redirect-loop"
    REDIRECT = "redirect"  # (to="http://...")
    CUT_GZIP = "cut-gzip"
    GZIP_BOMB = "gzip-bomb"  # (size=100_000_000)
    ENDLESS = "endless"
    # Faults of the payload.
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
    EMPTY_PAGE = "empty-page"  # its `next` is correct
    COUNT_ZERO = "count-zero"
    COUNT_WRONG = "count-wrong"  # (by=1)
    EDIT = "edit"  # (edit=function of the payload that returns another)


@dataclass(slots=True, kw_only=True)
class Injection:
    """A fault or a hook, the requests that it applies to, and how often it has fired."""

    path: str
    nth: int
    times: int | None
    fault: Fault | None = None
    hook: Callable[[LoggedRequest], object] | None = None
    options: dict[str, Any] = field(default_factory=dict)
    #: how many requests matched
    matched: int = 0
    #: how many requests were hit
    fired: int = 0

    def should_fire(self, target: str) -> bool:
        """Count a request; return whether it is one that is hit."""
        if self.path not in target:
            return False
        self.matched += 1
        if self.matched < self.nth or self.fired == self.times:
            return False
        self.fired += 1
        return True


class Faults:
    """The injected faults and hooks of a server."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._injections: list[Injection] = []

    def add(
        self,
        fault: Fault | str,
        *,
        path: str = "",
        nth: int = 1,
        times: int | None = 1,
        **options: Any,
    ) -> Injection:
        """Inject a fault; the result has `fired` and can be passed to `remove`."""
        return self._add(
            Injection(path=path, nth=nth, times=times, fault=Fault(fault), options=options)
        )

    def before_request(
        self,
        hook: Callable[[LoggedRequest], object],
        *,
        path: str = "",
        nth: int = 1,
        times: int | None = 1,
    ) -> Injection:
        """Call `hook` before a request is handled, to change the database between two pages."""
        return self._add(Injection(path=path, nth=nth, times=times, hook=hook))

    def remove(self, injection: Injection) -> None:
        """Remove one injection."""
        with self._lock:
            self._injections.remove(injection)

    def clear(self) -> None:
        """Remove all injections."""
        with self._lock:
            self._injections.clear()

    def trigger(self, request: LoggedRequest) -> list[Injection]:
        """Run the hooks that apply to a request; return the faults that do."""
        with self._lock:
            due = [one for one in self._injections if one.should_fire(request.target)]
        for injection in due:
            if injection.hook:
                injection.hook(request)
        return [injection for injection in due if injection.fault]

    def _add(self, injection: Injection) -> Injection:
        with self._lock:
            self._injections.append(injection)
        return injection
