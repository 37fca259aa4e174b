"""What the server was asked, in order of arrival."""

from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock
from urllib.parse import parse_qs, urlsplit


@dataclass(slots=True, kw_only=True)
class LoggedRequest:
    """One request."""

    method: str
    #: path and query as they came
    target: str
    #: header names are lower-case
    headers: dict[str, str]
    client: str = "127.0.0.1"
    #: what was answered; None while (or because) nothing was
    status: int | None = None

    @property
    def path(self) -> str:
        """The path without the query."""
        return urlsplit(self.target).path

    @property
    def query_lists(self) -> dict[str, list[str]]:
        """The query with every value of every parameter."""
        return parse_qs(urlsplit(self.target).query, keep_blank_values=True)

    @property
    def query(self) -> dict[str, str]:
        """The query with the last value of every parameter."""
        return {name: values[-1] for name, values in self.query_lists.items()}

    @property
    def is_image(self) -> bool:
        """Whether it asks the image store, not the API."""
        return self.path.startswith(("/media/", "/private/"))


class RequestLog:
    """All requests so far; safe to read while others come in."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._asked: list[LoggedRequest] = []

    def note(self, asked: LoggedRequest) -> None:
        """Add a request."""
        with self._lock:
            self._asked.append(asked)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._asked.clear()

    @property
    def all(self) -> list[LoggedRequest]:
        """Every request."""
        with self._lock:
            return list(self._asked)

    @property
    def api(self) -> list[LoggedRequest]:
        """The requests to the API."""
        return [asked for asked in self.all if not asked.is_image]

    @property
    def images(self) -> list[LoggedRequest]:
        """The requests to the image store."""
        return [asked for asked in self.all if asked.is_image]

    def __len__(self) -> int:
        return len(self._asked)

    def __iter__(self) -> Iterator[LoggedRequest]:
        return iter(self.all)
