"""The stand-in server as a whole: database, throttle, faults and pictures behind one address."""

from dataclasses import replace
from threading import Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from tests.ll2_server.api import Api, NotFoundError
from tests.ll2_server.database import EventDatabase
from tests.ll2_server.faults import Fault, Faults, Injected
from tests.ll2_server.filters import BadParametersError
from tests.ll2_server.http_server import HttpServer
from tests.ll2_server.image_store import Pictures
from tests.ll2_server.payload_faults import SPOIL, PayloadSpoiler
from tests.ll2_server.request_log import LoggedRequest, RequestLog
from tests.ll2_server.response_faults import WORSEN, throttled
from tests.ll2_server.response_modes import to_json
from tests.ll2_server.responses import Answer, html_answer, json_answer, redirect, text_answer
from tests.ll2_server.throttle import UNLIMITED, Key, Throttle, WrongKeyError


class LL2Server:
    """A server on loopback, from `start` to `close`, or as a context manager.

    Leaving it raises what failed inside, hooks of tests included.
    """

    def __init__(
        self,
        database: EventDatabase | None = None,
        *,
        port: int = 0,
        throttled: bool = False,
        max_image_width: int = 1920,
    ) -> None:
        self.database = EventDatabase.generate(25) if database is None else database
        self.api = Api(self.database)
        self.faults = Faults()
        self.throttle = Throttle(15 if throttled else UNLIMITED)
        self.images = Pictures(max_image_width)
        self.requests = RequestLog()
        self._spoiler = PayloadSpoiler()
        self._http = HttpServer(("127.0.0.1", port), self._respond)
        # A short interval of looking up is what lets `close` return at once.
        self._thread = Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    @property
    def port(self) -> int:
        """The port that was asked for, or the free one that was found."""
        return int(self._http.server_address[1])

    @property
    def origin(self) -> str:
        """`http://127.0.0.1:<port>`, where `/media/` and `/health_check/` are."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """The API's root, for `build.py --api-url`."""
        return f"{self.origin}/2.3.0/"

    @property
    def media_url(self) -> str:
        """Where the pictures are."""
        return f"{self.origin}/media/images/"

    @property
    def compress(self) -> bool:
        """Whether answers are packed with gzip for clients that accept it."""
        return self._http.compress

    @compress.setter
    def compress(self, compress: bool) -> None:
        self._http.compress = compress

    def start(self) -> Self:
        """Begin to answer."""
        self._thread.start()
        return self

    def close(self) -> None:
        """Stop answering; no thread and no socket stays behind."""
        self._http.stop()
        self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
        if self._http.errors and error is None:
            raise self._http.errors[0]

    def _respond(self, asked: LoggedRequest, host: str) -> Answer:
        """Answer one request, and write it down before anything can go wrong."""
        self.requests.note(asked)
        faults = self.faults.strike(asked)
        answer = self._guarded(asked, host, faults)
        asked.status = answer.status
        return answer

    def _guarded(self, asked: LoggedRequest, host: str, faults: list[Injected]) -> Answer:
        """Let the throttle speak before the faults: a request that fails is counted too."""
        return self._refused(asked) or self._worsened(asked, host, faults)

    def _worsened(self, asked: LoggedRequest, host: str, faults: list[Injected]) -> Answer:
        def good() -> Answer:
            return self._good(asked, f"http://{host}", faults)

        for entry in faults:
            if entry.fault is Fault.THROTTLED:
                return throttled(self.throttle, entry.options.get("wait", 1631))
            if entry.fault in WORSEN:
                return WORSEN[entry.fault](good, asked, entry.options)
        return good()

    def _refused(self, asked: LoggedRequest) -> Answer | None:
        """Check key and limit; pictures, status and the missing slash are not counted."""
        if not asked.path.startswith("/2.3.0/") or not asked.path.endswith("/"):
            return None
        try:
            key = self._key(asked)
        except WrongKeyError as error:
            return json_answer({"detail": str(error)}, 401, {"WWW-Authenticate": "Token"})
        if asked.path == "/2.3.0/api-throttle/":
            return None
        wait = self.throttle.use(asked.client, key)
        return throttled(self.throttle, wait) if wait else None

    def _key(self, asked: LoggedRequest) -> Key | None:
        return self.throttle.key_of(asked.headers.get("authorization"))

    def _good(self, asked: LoggedRequest, origin: str, faults: list[Injected]) -> Answer:
        if asked.is_image:
            return self.images.answer(asked, origin)
        if asked.path == "/health_check/":
            return html_answer("System status: working")
        if not asked.path.endswith("/"):
            query = urlsplit(asked.target).query
            return redirect(f"{asked.path}/{'?' + query if query else ''}", 301)
        if asked.method not in ("GET", "HEAD", "OPTIONS"):
            return json_answer({"detail": f'Method "{asked.method}" not allowed.'}, 405)
        if asked.path == "/2.3.0/api-throttle/":
            return json_answer(self.throttle.usage(asked.client, self._key(asked)))
        return self._api_answer(asked, origin, faults)

    def _api_answer(self, asked: LoggedRequest, origin: str, faults: list[Injected]) -> Answer:
        try:
            payload = self.api.payload(asked.path, asked.query_lists, origin)
        except NotFoundError as error:
            return json_answer({"detail": str(error)}, 404)
        except BadParametersError as error:
            return json_answer(error.errors, 400)
        harm = [(entry.fault, entry.options) for entry in faults if entry.fault in SPOIL]
        payload = self._spoiler.spoil(payload, harm, origin + asked.target)
        return _rendered(payload, asked, origin)


def _rendered(payload: Any, asked: LoggedRequest, origin: str) -> Answer:
    """Write a payload as JSON, or within a page for browsers as Django REST Framework does."""
    format_name = asked.query.get("format")
    text = to_json(payload, origin=origin, format_name=format_name)
    accepted = asked.headers.get("accept", "*/*")
    browser = "text/html" in accepted and "application/json" not in accepted
    if format_name == "api" or (browser and format_name is None):
        escaped = text.replace("&", "&amp;").replace("<", "&lt;")
        return replace(html_answer("Events"), body=f"<pre>{escaped}</pre>".encode())
    return text_answer(text, "application/json")
