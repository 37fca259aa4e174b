"""What the open pages are to know: how many builds there were, and why the last one failed."""

from dataclasses import dataclass
from threading import Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildStatus:
    """The state of the site."""

    build: int = 0
    """How many builds have succeeded since the preview began."""
    error: str = ""
    """Why the last build failed; "" if it did not."""


class StatusBroadcaster:
    """Passes news from the builder to every page that waits for it."""

    def __init__(self) -> None:
        self._condition = Condition()
        self._news = BuildStatus()
        self._closed = False

    @property
    def status(self) -> BuildStatus:
        """How things stand now."""
        return self._news

    @property
    def is_closed(self) -> bool:
        """Whether there will be no more news."""
        return self._closed

    def build_succeeded(self) -> None:
        """A build has succeeded."""
        self._post(BuildStatus(build=self._news.build + 1))

    def build_failed(self, error: str) -> None:
        """A build has failed; what was built before stays."""
        self._post(BuildStatus(build=self._news.build, error=error))

    def close(self) -> None:
        """Let everybody who waits go home."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()

    def wait(self, known: BuildStatus, seconds: float) -> BuildStatus:
        """What is newer than ``known``; the same again when nothing came in so many seconds."""
        with self._condition:
            self._condition.wait_for(lambda: self._closed or self._news != known, seconds)
            return self._news

    def _post(self, news: BuildStatus) -> None:
        with self._condition:
            self._news = news
            self._condition.notify_all()
