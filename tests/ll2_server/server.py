"""The stand-in server: database, throttle, faults and images behind one HTTP server."""

from dataclasses import replace
from threading import Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from tests.ll2_server.api import Api, NotFoundError
from tests.ll2_server.database import EventDatabase
from tests.ll2_server.faults import Fault, Faults, Injection
from tests.ll2_server.filters import InvalidParametersError
from tests.ll2_server.http_server import HttpServer
from tests.ll2_server.image_store import ImageStore
from tests.ll2_server.payload_faults import PAYLOAD_FAULTS, PayloadFaults
from tests.ll2_server.request_log import LoggedRequest, RequestLog
from tests.ll2_server.response_faults import RESPONSE_FAULTS, throttled_response
from tests.ll2_server.response_modes import to_json
from tests.ll2_server.responses import (
    ServerResponse,
    html_response,
    json_response,
    redirect,
    text_response,
)
from tests.ll2_server.throttle import UNLIMITED, InvalidKeyError, Key, Throttle


class LL2Server:
    """A server on loopback, from `start` to `close`, or as a context manager.

    Leaving the context raises the first exception of the server or of a test's hook.
    """

    def __init__(
        self,
        database: EventDatabase | None = None,
        *,
        port: int = 0,
        throttled: bool = False,
        max_image_width: int = 1920,
        version: str = "2.3.0",
    ) -> None:
        self.database = EventDatabase.generate(25) if database is None else database
        self.api = Api(self.database, version=version)
        self.faults = Faults()
        self.throttle = Throttle(15 if throttled else UNLIMITED)
        self.images = ImageStore(max_image_width)
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
        """`http://127.0.0.1:<port>`, which has `/media/` and `/health_check/`."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """The API's root, for `build.py --api-url`."""
        return self.origin + self._root

    @property
    def _root(self) -> str:
        return f"/{self.api.version}/"

    @property
    def _throttle_path(self) -> str:
        has_status = self.api.version != "2.3.0"
        return self._root + ("api-throttle/status/" if has_status else "api-throttle/")

    @property
    def media_url(self) -> str:
        """The URL of the folder of images."""
        return f"{self.origin}/media/images/"

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

    def _respond(self, request: LoggedRequest, host: str) -> ServerResponse:
        """Return the response to one request, which is logged before anything can fail."""
        self.requests.append(request)
        faults = self.faults.trigger(request)
        # The throttle comes before the faults: it counts requests that fail, too.
        response = self._refusal(request) or self._response(request, host, faults)
        request.status = response.status
        return response

    def _refusal(self, request: LoggedRequest) -> ServerResponse | None:
        """Check key and limit; images, `/api-throttle/` and a missing slash are not counted."""
        if not request.path.startswith(self._root) or not request.path.endswith("/"):
            return None
        try:
            key = self._key(request)
        except InvalidKeyError as error:
            return json_response({"detail": str(error)}, 401, {"WWW-Authenticate": "Token"})
        if request.path == self._throttle_path:
            return None
        wait = self.throttle.count_request(request.client, key)
        return throttled_response(self.throttle, wait) if wait else None

    def _key(self, request: LoggedRequest) -> Key | None:
        return self.throttle.key_of(request.headers.get("authorization"))

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
        if request.is_image:
            return self.images.response(request, origin)
        if request.path == "/health_check/":
            return html_response("System status: working")
        if not request.path.endswith("/"):
            query = urlsplit(request.target).query
            return redirect(f"{request.path}/{'?' + query if query else ''}", 301)
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            return json_response({"detail": f'Method "{request.method}" not allowed.'}, 405)
        if request.path == self._throttle_path:
            return json_response(self.throttle.usage(request.client, self._key(request)))
        return self._api_response(request, origin, faults)

    def _api_response(
        self, request: LoggedRequest, origin: str, faults: list[Injection]
    ) -> ServerResponse:
        try:
            payload = self.api.payload(request.path, request.query_lists, origin)
        except NotFoundError as error:
            return json_response({"detail": str(error)}, 404)
        except InvalidParametersError as error:
            return json_response(error.errors, 400)
        of_payload = [(one.fault, one.options) for one in faults if one.fault in PAYLOAD_FAULTS]
        payload = self._payload_faults.apply(payload, of_payload, origin + request.target)
        return _render(payload, request, origin, self.api.version)


def _render(payload: Any, request: LoggedRequest, origin: str, version: str) -> ServerResponse:
    """Write a payload as JSON, or for browsers in a web page, as Django REST Framework does."""
    format_name = request.query.get("format")
    text = to_json(payload, origin=origin, format_name=format_name, version=version)
    accept = request.headers.get("accept", "*/*")
    is_browser = "text/html" in accept and "application/json" not in accept
    if format_name == "api" or (is_browser and format_name is None):
        escaped = text.replace("&", "&amp;").replace("<", "&lt;")
        return replace(html_response("Events"), body=f"<pre>{escaped}</pre>".encode())
    return text_response(text, "application/json")
