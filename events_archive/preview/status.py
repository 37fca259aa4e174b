"""The status that open pages are sent: how many builds there were, and why the last one failed."""

from dataclasses import dataclass
from threading import Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildStatus:
    """The result of the builds so far."""

    build: int = 0
    """How many builds have succeeded since the server started."""
    error: str = ""
    """Why the last build failed; "" if it succeeded."""


class StatusBroadcaster:
    """Hands each `BuildStatus` from the thread that builds to the threads that `wait` for it."""

    def __init__(self) -> None:
        self._condition = Condition()
        self._status = BuildStatus()
        self._closed = False

    @property
    def status(self) -> BuildStatus:
        """The current status."""
        return self._status

    @property
    def is_closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed

    def build_succeeded(self) -> None:
        """Publish that a build has succeeded."""
        self._publish(BuildStatus(build=self._status.build + 1))

    def build_failed(self, error: str) -> None:
        """Publish why a build failed; the site of the build before it stays in place."""
        self._publish(BuildStatus(build=self._status.build, error=error))

    def close(self) -> None:
        """Wake every thread in `wait`; there will be no other status."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()

    def wait(self, known: BuildStatus, timeout: float) -> BuildStatus:
        """Return the status as soon as it differs from ``known``, at the latest after ``timeout``.

        ``timeout`` is in seconds.
        """
        with self._condition:
            self._condition.wait_for(lambda: self._closed or self._status != known, timeout)
            return self._status

    def _publish(self, status: BuildStatus) -> None:
        with self._condition:
            self._status = status
            self._condition.notify_all()
