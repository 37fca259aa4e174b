"""One HTTP request with hard limits: seconds in all, bytes in all, and no step to another host.

A timeout of ``requests`` holds for each read from the socket, so a server that drips one byte a
minute keeps a client for ever. Here the whole answer has a deadline.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from queue import Empty, Queue
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import SplitResult, urljoin, urlsplit

from events_archive.errors import ApiError

if TYPE_CHECKING:
    import requests

_DEFAULT_PORTS = {"http": 80, "https": 443}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CHUNK = 65536


class UnreachableError(ApiError):
    """No answer, half an answer or a server error: asking again may help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpLimits:
    """How long and how much we are willing to take."""

    connect: float = 10.0
    """Seconds until a connection stands."""
    read: float = 60.0
    """Seconds of silence within an answer."""
    total: float = 120.0
    """Seconds for one answer from first to last byte."""
    retry_delays: tuple[float, ...] = (2.0, 8.0)
    """Seconds before each further try; their number is that of the retries."""
    max_bytes: int = 64 * 2**20
    """Bytes of an answer, unpacked."""
    max_redirects: int = 3

    @classmethod
    def from_timeout(cls, timeout: float) -> "HttpLimits":
        """Patience in proportion to ``timeout``, the seconds of silence that are borne."""
        return cls(
            connect=min(10.0, timeout),
            read=timeout,
            total=2 * timeout,
            retry_delays=(timeout / 30, timeout / 8),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpResponse:
    """A whole HTTP answer."""

    url: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    body: bytes = b""


def origin_of(url: str) -> tuple[str, str, int]:
    """Scheme, host and port: what has to be equal for two addresses to be one server.

    Raises `ValueError` for what is no http(s) address.
    """
    parts: SplitResult = urlsplit(url)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ValueError(f"{url} is not an http(s) address")
    return (parts.scheme, parts.hostname, parts.port or _DEFAULT_PORTS[parts.scheme])


def display_url(url: str) -> str:
    """An address for a sentence: without its query, and nothing a terminal would obey."""
    return ascii(url.partition("?")[0])[1:-1][:120]


class HttpClient:
    """Asks one server, and only that one."""

    def __init__(self, root: str, *, headers: Mapping[str, str], patience: HttpLimits) -> None:
        self._origin = origin_of(root)
        self._headers = dict(headers)
        self._patience = patience
        self._session: requests.Session | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            self._session.close()

    def get(self, url: str) -> HttpResponse:
        """The answer to one GET, redirects within the server followed.

        Raises `Unreachable` where there is no whole answer in time, and `SourceError` where it is
        too large or leads elsewhere.
        """
        for _ in range(self._patience.max_redirects + 1):
            answer = self._request(url)
            location = answer.headers.get("location")
            if answer.status not in _REDIRECTS or not location:
                return answer
            url = self._redirect_target(url, location)
        raise ApiError(
            f"{display_url(url)} redirects more than {self._patience.max_redirects} times"
        )

    def is_same_origin(self, url: str) -> bool:
        """Whether ``url`` lies on the server that we were told to ask."""
        try:
            return origin_of(url) == self._origin
        except ValueError:
            return False

    def _redirect_target(self, url: str, location: str) -> str:
        try:
            target = urljoin(url, location)
        except ValueError:
            target = location
        if not self.is_same_origin(target):
            raise ApiError(
                f"{display_url(url)} redirects to another host ({display_url(target)}), refused"
            )
        return target

    def _request(self, url: str) -> HttpResponse:
        """One exchange, in a thread of its own: only so can a deadline hold whatever happens.

        A thread that is given up on ends by itself when the server lets go; it is a daemon and
        keeps nobody waiting.
        """
        if not self.is_same_origin(url):
            raise ApiError(f"{display_url(url)} is on another host, refused")
        session = self._open_session()
        results: Queue[HttpResponse | ApiError] = Queue()
        given_up = threading.Event()

        def work() -> None:
            try:
                results.put(_exchange(session, url, self._patience, given_up))
            except ApiError as error:
                results.put(error)
            except BaseException as error:
                results.put(UnreachableError(f"{display_url(url)}: {_reason(error)}"))

        threading.Thread(target=work, daemon=True, name="archive-request").start()
        try:
            result = results.get(timeout=self._patience.total)
        except Empty:
            raise UnreachableError(
                f"{display_url(url)}: no whole answer within {self._patience.total:g} seconds"
            ) from None
        finally:
            given_up.set()
        if isinstance(result, ApiError):
            raise result
        return result

    def _open_session(self) -> "requests.Session":
        if self._session is None:
            # Costs 80 ms, which a build from a fresh cache need not pay.
            import requests  # noqa: PLC0415

            self._session = requests.Session()
            self._session.headers.update(self._headers)
            # Keeps requests from sending what a .netrc file holds for the host.
            self._session.auth = lambda request: request
        return self._session


def _exchange(
    session: "requests.Session", url: str, patience: HttpLimits, given_up: threading.Event
) -> HttpResponse:
    with session.get(
        url, timeout=(patience.connect, patience.read), allow_redirects=False, stream=True
    ) as response:
        body = bytearray()
        while not given_up.is_set() and (chunk := _read_some(response.raw)):
            body += chunk
            if len(body) > patience.max_bytes:
                raise ApiError(
                    f"{display_url(url)}: the answer is larger than {patience.max_bytes} bytes"
                )
        headers = {name.lower(): value for name, value in response.headers.items()}
        return HttpResponse(url=url, status=response.status_code, headers=headers, body=bytes(body))


def _read_some(raw: Any) -> bytes:
    """What has arrived by now, unpacked: `read` would wait until a whole chunk is there."""
    chunk: bytes | None = raw.read1(_CHUNK, decode_content=True)
    return chunk or b""


def _reason(error: BaseException) -> str:
    """Why a request failed, in words: those of requests are Python's, and long."""
    import requests  # noqa: PLC0415

    kinds: list[tuple[type[BaseException], str]] = [
        (requests.exceptions.ConnectTimeout, "no connection in time"),
        (requests.exceptions.SSLError, "the connection is not secure (TLS)"),
        (requests.exceptions.ProxyError, "the proxy refuses"),
        (requests.exceptions.Timeout, "the server fell silent"),
    ]
    for kind, words in kinds:
        if isinstance(error, kind):
            return words
    text = f"{type(error).__name__} {error}"
    for sign, words in _SIGNS.items():
        if sign in text:
            return words
    return f"the connection failed ({type(error).__name__})"


_SIGNS = {
    "NameResolution": "its name cannot be resolved (is there a network?)",
    "Name or service not known": "its name cannot be resolved (is there a network?)",
    "Connection refused": "the connection is refused",
    "unreachable": "the network is unreachable",
    "Timeout": "the server fell silent",
    "timed out": "the server fell silent",
    "IncompleteRead": "the answer broke off",
    "InvalidChunkLength": "the answer broke off",
    "reset": "the connection was reset",
    "aborted": "the connection was closed without an answer",
    "DecodeError": "the answer cannot be unpacked",
}
