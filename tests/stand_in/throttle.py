"""The rate limit: fifteen requests an hour, and LL2's response to requests beyond the limit.

Time does not pass unless a test calls `advance`, or with a real clock (`now=time.monotonic`).
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate
from math import ceil
from threading import Lock
from time import time
from typing import Any, Literal

UNLIMITED = 1_000_000


@dataclass(frozen=True, slots=True)
class Key:
    """An API key: its name, which `/api-throttle/` has as `ident`, and its limit."""

    name: str
    limit: int


class InvalidKeyError(Exception):
    """The `Authorization` header is invalid; the message is Django REST Framework's."""


class Throttle:
    """A sliding window for each client (an IP address or a key)."""

    def __init__(
        self, limit: int = 15, window: int = 3600, now: Callable[[], float] = lambda: 0.0
    ) -> None:
        self.limit = limit
        self.window = window
        #: the form of the waiting time in a 429 ("body": in its text only, "nowhere": not at all)
        self.retry_after: Literal["seconds", "http-date", "body", "nowhere"] = "seconds"
        #: the published schema of `/api-throttle/` is a list; the real response is one object
        self.responds_with_list = False
        self._now = now
        self._advanced = 0.0
        self._keys: dict[str, Key] = {}
        self._uses: defaultdict[str, list[float]] = defaultdict(list)
        self._lock = Lock()

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._advanced += seconds

    def add_key(self, token: str, *, name: str = "patron", limit: int = 210) -> None:
        """Accept `Authorization: Token <token>`, with a limit of its own."""
        self._keys[token] = Key(name, limit)

    def reset(self) -> None:
        """Forget all requests."""
        with self._lock:
            self._uses.clear()

    def key_of(self, authorization: str | None) -> Key | None:
        """Return the key of an `Authorization` header, None without one.

        Other schemes than `Token` are ignored. Raises InvalidKeyError for an unknown key.
        """
        scheme, *rest = (authorization or "none").split()
        if scheme.lower() != "token":
            return None
        if not rest:
            raise InvalidKeyError("Invalid token header. No credentials provided.")
        if len(rest) > 1 or rest[0] not in self._keys:
            raise InvalidKeyError("Invalid token.")
        return self._keys[rest[0]]

    def count_request(self, client: str, key: Key | None) -> int | None:
        """Count a request; if it exceeds the limit, return the seconds to wait instead."""
        with self._lock:
            wait = self._wait(client, key)
            if wait == 0:
                self._uses[_ident(client, key)].append(self._time())
            return wait or None

    def usage(self, client: str, key: Key | None) -> Any:
        """Return the payload of `/api-throttle/`, which is not counted."""
        with self._lock:
            wait = self._wait(client, key)
            usage = {
                "your_request_limit": self._limit(key),
                "limit_frequency_secs": self.window,
                "current_use": len(self._recent(_ident(client, key))),
                "next_use_secs": wait,
                "ident": _ident(client, key),
            }
        return [usage] if self.responds_with_list else usage

    def refusal(self, wait: int) -> tuple[dict[str, str], dict[str, str]]:
        """Return the headers and the body of a 429."""
        headers = {}
        if self.retry_after == "seconds":
            headers["Retry-After"] = str(wait)
        elif self.retry_after == "http-date":
            headers["Retry-After"] = formatdate(time() + wait, usegmt=True)
        detail = "Request was throttled."
        if self.retry_after != "nowhere":
            detail += f" Expected available in {wait} second{'' if wait == 1 else 's'}."
        return headers, {"detail": detail}

    def _time(self) -> float:
        return self._now() + self._advanced

    def _limit(self, key: Key | None) -> int:
        return key.limit if key else self.limit

    def _recent(self, ident: str) -> list[float]:
        begin = self._time() - self.window
        self._uses[ident] = [use for use in self._uses[ident] if use > begin]
        return self._uses[ident]

    def _wait(self, client: str, key: Key | None) -> int:
        uses = self._recent(_ident(client, key))
        if len(uses) < self._limit(key):
            return 0
        # With a limit of 0 there is no request, and the wait is the whole window.
        oldest = uses[0] if uses else self._time()
        return max(1, ceil(oldest + self.window - self._time()))


def _ident(client: str, key: Key | None) -> str:
    return key.name if key else client
