"""A stand-in for an API of Django REST Framework: throttle and faults behind one HTTP server."""

from threading import Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from tests.stand_in.faults import Fault, Faults, Injection
from tests.stand_in.http_server import HttpServer
from tests.stand_in.payload_faults import PAYLOAD_FAULTS, PayloadFaults
from tests.stand_in.request_log import LoggedRequest, RequestLog
from tests.stand_in.response_faults import RESPONSE_FAULTS, throttled_response
from tests.stand_in.responses import ServerResponse, json_response, redirect
from tests.stand_in.throttle import UNLIMITED, InvalidKeyError, Key, Throttle


class NotFoundError(Exception):
    """A 404; the message is Django REST Framework's."""


class InvalidParametersError(Exception):
    """Some parameters have invalid values; `errors` is the body of the response."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(str(errors))
        self.errors = errors


class StandInServer:
    """A server on loopback, from `start` to `close`, or as a context manager.

    Leaving the context raises the first exception of the server or of a test's hook.
    """

    root: str
    """The path of the API."""

    def __init__(self, *, port: int = 0, limit: int = UNLIMITED) -> None:
        self.faults = Faults()
        self.throttle = Throttle(limit)
        self.requests = RequestLog()
        self._payload_faults = PayloadFaults()
        self._http = HttpServer(("127.0.0.1", port), self._respond)
        # A short poll interval, so that `close` returns at once.
        self._thread = Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    @property
    def port(self) -> int:
        """The port that the server listens on."""
        return int(self._http.server_address[1])

    @property
    def origin(self) -> str:
        """`http://127.0.0.1:<port>`."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """The API's root."""
        return self.origin + self.root

    @property
    def compress(self) -> bool:
        """Whether responses are compressed with gzip for clients that accept it."""
        return self._http.compress

    @compress.setter
    def compress(self, compress: bool) -> None:
        self._http.compress = compress

    def start(self) -> Self:
        """Start to serve, in a thread."""
        self._thread.start()
        return self

    def close(self) -> None:
        """Stop serving; no thread and no socket is left."""
        self._http.stop()
        self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
        if self._http.errors and error is None:
            raise self._http.errors[0]

    def is_counted(self, path: str) -> bool:
        """Whether requests for `path` count against the limit."""
        return path.startswith(self.root) and path.endswith("/")

    def other_response(self, request: LoggedRequest, origin: str) -> ServerResponse | None:
        """Return the response to a request for anything but the API's lists and records."""
        return None

    def payload(self, request: LoggedRequest, origin: str) -> Any:
        """Return the payload of the API; raises `NotFoundError` or `InvalidParametersError`."""
        raise NotImplementedError

    def render(self, payload: Any, request: LoggedRequest, origin: str) -> ServerResponse:
        """Return the response with a payload."""
        return json_response(payload)

    def key_of(self, request: LoggedRequest) -> Key | None:
        """Return the API key of a request, None without one; raises `InvalidKeyError`."""
        return self.throttle.key_of(request.headers.get("authorization"))

    def _respond(self, request: LoggedRequest, host: str) -> ServerResponse:
        """Return the response to one request, which is logged before anything can fail."""
        self.requests.append(request)
        faults = self.faults.trigger(request)
        # The throttle comes before the faults: it counts requests that fail, too.
        response = self._refusal(request) or self._response(request, host, faults)
        request.status = response.status
        return response

    def _refusal(self, request: LoggedRequest) -> ServerResponse | None:
        """Check key and limit."""
        if not request.path.startswith(self.root) or not request.path.endswith("/"):
            return None
        try:
            key = self.key_of(request)
        except InvalidKeyError as error:
            return json_response({"detail": str(error)}, 401, {"WWW-Authenticate": "Token"})
        if not self.is_counted(request.path):
            return None
        wait = self.throttle.count_request(request.client, key)
        return throttled_response(self.throttle, wait) if wait else None

    def _response(
        self, request: LoggedRequest, host: str, faults: list[Injection]
    ) -> ServerResponse:
        """Return the correct response, or that of the first fault of the whole response."""

        def correct() -> ServerResponse:
            return self._correct_response(request, f"http://{host}", faults)

        for injection in faults:
            if injection.fault is Fault.THROTTLED:
                return throttled_response(self.throttle, injection.options.get("wait", 1631))
            if injection.fault in RESPONSE_FAULTS:
                return RESPONSE_FAULTS[injection.fault](correct, request, injection.options)
        return correct()

    def _correct_response(
        self, request: LoggedRequest, origin: str, faults: list[Injection]
    ) -> ServerResponse:
        response = self.other_response(request, origin) or _refusal_of_form(request)
        if response:
            return response
        try:
            payload = self.payload(request, origin)
        except NotFoundError as error:
            return json_response({"detail": str(error)}, 404)
        except InvalidParametersError as error:
            return json_response(error.errors, 400)
        of_payload = [(one.fault, one.options) for one in faults if one.fault in PAYLOAD_FAULTS]
        payload = self._payload_faults.apply(payload, of_payload, origin + request.target)
        return self.render(payload, request, origin)


def _refusal_of_form(request: LoggedRequest) -> ServerResponse | None:
    """Return the response to a request without a slash at its end, or with another method."""
    if not request.path.endswith("/"):
        query = urlsplit(request.target).query
        return redirect(f"{request.path}/{'?' + query if query else ''}", 301)
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        return json_response({"detail": f'Method "{request.method}" not allowed.'}, 405)
    return None
