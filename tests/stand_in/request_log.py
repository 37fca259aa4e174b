"""The requests that a server received, in order of arrival."""

from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock
from urllib.parse import parse_qs, urlsplit


@dataclass(slots=True, kw_only=True)
class LoggedRequest:
    """One request."""

    method: str
    #: path and query as received
    target: str
    #: header names are in lower case
    headers: dict[str, str]
    client: str = "127.0.0.1"
    #: the status of the response; None until there is one
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
        """Whether it is a request to the image store, not to the API."""
        return self.path.startswith(("/media/", "/private/"))


class RequestLog:
    """All requests so far; safe to read while others arrive."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._requests: list[LoggedRequest] = []

    def append(self, request: LoggedRequest) -> None:
        """Add a request."""
        with self._lock:
            self._requests.append(request)

    def clear(self) -> None:
        """Remove all requests."""
        with self._lock:
            self._requests.clear()

    @property
    def all(self) -> list[LoggedRequest]:
        """Every request."""
        with self._lock:
            return list(self._requests)

    @property
    def api(self) -> list[LoggedRequest]:
        """The requests to the API."""
        return [request for request in self.all if not request.is_image]

    @property
    def images(self) -> list[LoggedRequest]:
        """The requests to the image store."""
        return [request for request in self.all if request.is_image]

    def __len__(self) -> int:
        return len(self._requests)

    def __iter__(self) -> Iterator[LoggedRequest]:
        return iter(self.all)
