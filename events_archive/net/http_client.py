"""An HTTP client with limits on time, size and destination.

A timeout of requests applies to each read from the socket, so that a server which sends one byte a
minute occupies a client forever. Here the whole response has a deadline, redirects included.
"""

import threading
from collections.abc import Collection, Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urljoin, urlsplit

from msgspec import Struct, field

from events_archive.errors import ArchiveError, ConnectError, HttpError, UnreachableError
from events_archive.net.deadline import AbortableCalls
from events_archive.safe_text import safe_text

if TYPE_CHECKING:
    import requests

_DEFAULT_PORTS = {"http": 80, "https": 443}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CHUNK_SIZE = 65536
_FAILURES = {
    "ConnectTimeout": "no connection in time",
    "SSLError": "the connection is not secure (TLS)",
    "ProxyError": "the proxy refuses",
    "NameResolution": "its name cannot be resolved (is there a network?)",
    "Connection refused": "the connection is refused",
    "unreachable": "the network is unreachable",
    "Timeout": "the server fell silent",
    "IncompleteRead": "the answer broke off",
    "InvalidChunkLength": "the answer broke off",
    "reset": "the connection was reset",
    "aborted": "the connection was closed without an answer",
    "DecodeError": "the answer cannot be unpacked",
}
"""What an exception of requests or urllib3 means, by what its name or its message contains; the
first that fits applies. Their own messages are long and full of Python."""


class HttpLimits(Struct, frozen=True, kw_only=True):
    """How long a request may take, and how much it may return."""

    connect: float = 10.0
    """Seconds until a connection is open."""
    read: float = 60.0
    """Seconds in which no byte arrives."""
    total: float = 120.0
    """Seconds for the whole response, with the redirects to it."""
    retry_delays: tuple[float, ...] = (2.0, 8.0)
    """Seconds before each retry; there are as many retries as delays."""
    max_wait: float = 30.0
    """The seconds that a server may ask to wait for before a retry."""
    max_bytes: int = 32_000_000
    """Bytes of a body after decompression."""
    max_redirects: int = 3

    @classmethod
    def from_timeout(cls, timeout: float) -> "HttpLimits":
        """Return limits in proportion to ``timeout``, the seconds in which no byte arrives."""
        return cls(
            connect=min(10.0, timeout),
            read=timeout,
            total=2 * timeout,
            retry_delays=(timeout / 30, timeout / 8),
            max_wait=timeout / 2,
        )


class HttpResponse(Struct, frozen=True, kw_only=True):
    """A response that has arrived as a whole."""

    url: str
    """After redirects."""
    status: int
    reason: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    body: bytes = b""
    """Decompressed; empty where the caller did not want it."""


def origin_of(url: str) -> tuple[str, str, int]:
    """Return the scheme, host and port of ``url``, which are equal for URLs of one server.

    Raises `ValueError` unless it is an http or https URL.
    """
    parts = urlsplit(url)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ValueError(f"{url} is not an http(s) URL")
    return (parts.scheme, parts.hostname, parts.port or _DEFAULT_PORTS[parts.scheme])


def display_url(url: str) -> str:
    """Return ``url`` for a message: without its query, in ASCII, shortened."""
    text = safe_text(url.partition("?")[0])
    return text.encode("ascii", "backslashreplace").decode()[:120]


class HttpClient:
    """Sends requests that have no body; may be shared by threads. Use as a context manager.

    With ``root``, only URLs of its origin are requested, through the proxy that the environment
    names. Without, any URL whose host has public addresses only (`ssrf_guard`) and any URL of
    ``trusted_host``, without a proxy; a host to which no connection can be opened is tried once.

    ``headers`` are sent with each request. Cookies are not, nor what a ``.netrc`` file holds.
    """

    def __init__(
        self,
        *,
        limits: HttpLimits,
        headers: Mapping[str, str],
        root: str | None = None,
        trusted_host: str = "",
    ) -> None:
        self._limits = limits
        self._headers = dict(headers)
        self._origin = None if root is None else origin_of(root)
        self._trusted_host = trusted_host
        self._calls = AbortableCalls()
        self._lock = threading.Lock()
        self._session: requests.Session | None = None
        self._unreachable_hosts: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.abort()
        if self._session is not None:
            self._session.close()

    def abort(self) -> None:
        """Make running and later requests raise `RequestAbortedError`; for any thread to call."""
        self._calls.abort()

    def is_same_origin(self, url: str) -> bool:
        """Whether ``url`` has the origin of ``root``; True where the client has no ``root``."""
        try:
            return self._origin is None or origin_of(url) == self._origin
        except ValueError:
            return False

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body_for: Collection[int] | None = None,
    ) -> HttpResponse:
        """Return the response to which redirects (RFC 9110, section 15.4) lead.

        ``headers`` are sent besides those of the client. ``body_for`` are the statuses of which
        the body is read; None stands for all.

        Raises `HttpError`, or `RequestAbortedError`.
        """

        def follow(given_up: threading.Event) -> HttpResponse:
            try:
                return self._follow(method, url, headers or {}, body_for, given_up)
            except ArchiveError:
                raise
            except Exception as error:
                if (reason := _failure_reason(error)) is None:
                    raise
                raise UnreachableError(reason) from error

        try:
            return self._calls.run(follow, seconds=self._limits.total)
        except HttpError as error:
            error.url = display_url(url)
            raise

    def _follow(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body_for: Collection[int] | None,
        given_up: threading.Event,
    ) -> HttpResponse:
        request = self._prepare(method, url, headers)
        for _ in range(self._limits.max_redirects + 1):
            request_url = str(request.url)
            if not self.is_same_origin(request_url):
                raise HttpError(f"redirects to another host ({display_url(request_url)}), refused")
            with self._send(request) as response:
                location = response.headers.get("Location")
                if response.status_code not in _REDIRECTS or not location:
                    is_wanted = body_for is None or response.status_code in body_for
                    return HttpResponse(
                        url=request_url,
                        status=response.status_code,
                        reason=response.reason or "",
                        headers={name.lower(): text for name, text in response.headers.items()},
                        body=self._read_body(response, given_up) if is_wanted else b"",
                    )
            # Headers are read as Latin-1; what servers write there is UTF-8 (RFC 9110, 5.5).
            location = location.encode("latin-1").decode("utf-8", "replace")
            request = self._prepare(method, location, headers, base=request_url)
        raise HttpError(f"redirects more than {self._limits.max_redirects} times")

    def _prepare(
        self, method: str, url: str, headers: Mapping[str, str], *, base: str = ""
    ) -> "requests.PreparedRequest":
        r"""Return a request for ``url``, which may be relative to ``base``.

        Its own URL is normalized. Only that one is checked, since parsers disagree on which part of
        ``http://one\@other/`` is the host.
        """
        session = self._open_session()
        import requests  # noqa: PLC0415 - by now it is imported

        target = f" (redirected to {display_url(url)})" if base else ""
        try:
            url = urljoin(base, url)
            if urlsplit(url).scheme not in _DEFAULT_PORTS:
                raise HttpError(f"not an http(s) URL{target}")
            return session.prepare_request(requests.Request(method, url, headers=dict(headers)))
        except ValueError as error:
            raise HttpError(f"not a valid URL{target}") from error

    def _send(self, request: "requests.PreparedRequest") -> "requests.Response":
        """Return the response, its body unread; redirects are not followed.

        `requests.Session.send` is not used, since it reads the whole body of a redirect.
        """
        session, url = self._open_session(), str(request.url)
        host = urlsplit(url).netloc
        if host in self._unreachable_hosts:
            raise ConnectError(self._unreachable_hosts[host])
        options: Any = session.merge_environment_settings(url, {}, True, None, None)
        timeout = (self._limits.connect, self._limits.read)
        try:
            return session.get_adapter(url).send(request, timeout=timeout, **options)
        except ConnectError as error:
            self._unreachable_hosts[host] = error.reason
            raise

    def _read_body(self, response: "requests.Response", given_up: threading.Event) -> bytes:
        """Return the whole body, decompressed."""
        max_bytes = self._limits.max_bytes
        too_large = HttpError(f"the answer is larger than {max_bytes / 1e6:g} MB")
        length = response.headers.get("Content-Length", "")
        if length.isdecimal() and float(length) > max_bytes:
            raise too_large
        body = BytesIO()
        # `read1` returns what has arrived; `read` would wait for the whole chunk.
        while not given_up.is_set() and (
            chunk := response.raw.read1(_CHUNK_SIZE, decode_content=True)
        ):
            if body.tell() + len(chunk) > max_bytes:
                raise too_large
            body.write(chunk)
        # Not copied, as that of a bytearray would be.
        return body.getvalue()

    def _open_session(self) -> "requests.Session":
        with self._lock:
            if self._session is None:
                self._session = self._new_session()
                self._session.headers.update(self._headers)
            return self._session

    def _new_session(self) -> "requests.Session":
        # requests takes 80 ms to import, which a run that sends no request need not spend.
        if self._origin is None:
            from events_archive.net.ssrf_guard import addresses_of, guarded_session  # noqa: PLC0415

            return guarded_session(frozenset(addresses_of(self._trusted_host)))
        import requests  # noqa: PLC0415

        session = requests.Session()
        # Without this, what a .netrc file holds for the host is sent.
        session.auth = lambda request: request
        return session


def _failure_reason(error: Exception) -> str | None:
    """Return what an exception of requests or urllib3 means; None for any other exception."""
    from urllib3.exceptions import HTTPError as Urllib3Error  # noqa: PLC0415 - takes 60 ms

    if not isinstance(error, (OSError, ValueError, Urllib3Error)):
        return None
    text = f"{type(error).__name__} {error}"
    meanings = (reason for sign, reason in _FAILURES.items() if sign in text)
    return next(meanings, f"the connection failed ({type(error).__name__})")
