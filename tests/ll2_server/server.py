"""The stand-in server: database, throttle, faults and images behind one HTTP server."""

from dataclasses import replace
from typing import Any

from tests.ll2_server.api import Api
from tests.ll2_server.database import EventDatabase
from tests.ll2_server.image_store import ImageStore
from tests.ll2_server.response_modes import to_json
from tests.stand_in.request_log import LoggedRequest
from tests.stand_in.responses import ServerResponse, html_response, json_response, text_response
from tests.stand_in.server import StandInServer
from tests.stand_in.throttle import UNLIMITED


class LL2Server(StandInServer):
    """Launch Library 2; `url` is for `build.py --api-url`."""

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
        self.images = ImageStore(max_image_width)
        self.root = f"/{version}/"
        super().__init__(port=port, limit=15 if throttled else UNLIMITED)

    @property
    def media_url(self) -> str:
        """The URL of the folder of images."""
        return f"{self.origin}/media/images/"

    @property
    def _throttle_path(self) -> str:
        has_status = self.api.version != "2.3.0"
        return self.root + ("api-throttle/status/" if has_status else "api-throttle/")

    def is_counted(self, path: str) -> bool:
        """Images, `/api-throttle/` and a missing slash are not counted."""
        return super().is_counted(path) and path != self._throttle_path

    def other_response(self, request: LoggedRequest, origin: str) -> ServerResponse | None:
        """Return an image, or the rate limit."""
        if request.is_image:
            return self.images.response(request, origin)
        if request.path == "/health_check/":
            return html_response("System status: working")
        if request.path == self._throttle_path:
            return json_response(self.throttle.usage(request.client, self.key_of(request)))
        return None

    def payload(self, request: LoggedRequest, origin: str) -> Any:
        """Return the payload of the API."""
        return self.api.payload(request.path, request.query_lists, origin)

    def render(self, payload: Any, request: LoggedRequest, origin: str) -> ServerResponse:
        """Write a payload as JSON, or for browsers in a web page, as Django REST Framework does."""
        format_name = request.query.get("format")
        text = to_json(payload, origin=origin, format_name=format_name, version=self.api.version)
        accept = request.headers.get("accept", "*/*")
        is_browser = "text/html" in accept and "application/json" not in accept
        if format_name == "api" or (is_browser and format_name is None):
            escaped = text.replace("&", "&amp;").replace("<", "&lt;")
            return replace(html_response("Events"), body=f"<pre>{escaped}</pre>".encode())
        return text_response(text, "application/json")
