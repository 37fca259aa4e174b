"""Fifteen requests an hour: who has asked how often, and what LL2 says to those who asked too much.

Time stands still unless it is told to move (`advance`), or told to run (`now=time.monotonic`).
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
    """An API key: its name, which shows in `ident`, and its limit."""

    name: str
    limit: int


class WrongKeyError(Exception):
    """The `Authorization` header is no good; the text says why, in DRF's words."""


class Throttle:
    """A sliding window for each client (an address or a key)."""

    def __init__(
        self, limit: int = 15, window: int = 3600, now: Callable[[], float] = lambda: 0.0
    ) -> None:
        self.limit = limit
        self.window = window
        #: where a refusal says how long to wait ("body": in its text alone, "nowhere": not at all)
        self.retry_after: Literal["seconds", "http-date", "body", "nowhere"] = "seconds"
        #: the published schema calls `/api-throttle/` a list; the real answer is one object
        self.answers_list = False
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
        """Forget who asked how often."""
        with self._lock:
            self._uses.clear()

    def key_of(self, authorization: str | None) -> Key | None:
        """Read the header; another scheme than `Token` is ignored, a wrong key is not."""
        scheme, *rest = (authorization or "none").split()
        if scheme.lower() != "token":
            return None
        if not rest:
            raise WrongKeyError("Invalid token header. No credentials provided.")
        if len(rest) > 1 or rest[0] not in self._keys:
            raise WrongKeyError("Invalid token.")
        return self._keys[rest[0]]

    def use(self, address: str, key: Key | None) -> int | None:
        """Count one request; or, if it is one too many, say in how many seconds to come back."""
        with self._lock:
            wait = self._wait(address, key)
            if wait == 0:
                self._uses[_ident(address, key)].append(self._time())
            return wait or None

    def usage(self, address: str, key: Key | None) -> Any:
        """Answer `/api-throttle/`, which costs nothing."""
        with self._lock:
            wait = self._wait(address, key)
            usage = {
                "your_request_limit": self._limit(key),
                "limit_frequency_secs": self.window,
                "current_use": len(self._recent(_ident(address, key))),
                "next_use_secs": wait,
                "ident": _ident(address, key),
            }
        return [usage] if self.answers_list else usage

    def refusal(self, wait: int) -> tuple[dict[str, str], dict[str, str]]:
        """Give headers and body of a 429."""
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

    def _wait(self, address: str, key: Key | None) -> int:
        uses = self._recent(_ident(address, key))
        if len(uses) < self._limit(key):
            return 0
        # A limit of 0 refuses everybody, who then has nothing to wait for but the window.
        oldest = uses[0] if uses else self._time()
        return max(1, ceil(oldest + self.window - self._time()))


def _ident(address: str, key: Key | None) -> str:
    return key.name if key else address
