"""The image store: every file name is an image, and some names are invalid ones.

A name that begins with a kind and two hyphens (`cmyk--a.jpg`, `missing--b.png`) is of that kind;
any other name is a valid image. `ImageStore.serve` changes what a name is.
"""

import hashlib
from email.utils import formatdate

from tests.ll2_server.sample_images import ENCODERS, sample_image
from tests.stand_in.request_log import LoggedRequest
from tests.stand_in.responses import SendMode, ServerResponse, html_response, redirect

# Kinds that are a response of their own rather than the bytes of an image.
_RESPONSE_KINDS = (
    "missing", "forbidden", "html", "endless", "redirect-private", "redirect-loop",
)  # fmt: skip
IMAGE_KINDS = (*ENCODERS, *_RESPONSE_KINDS)

_TYPES = {"png": "image/png", "gif": "image/gif", "webp": "image/webp", "svg": "image/svg+xml"}
_TYPES_OF_KINDS = {"svg": "image/svg+xml", "no-extension": "application/octet-stream"}
_ACCESS_DENIED = b'<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code></Error>'


class ImageStore:
    """Serves the paths below `/media/`."""

    def __init__(self, max_width: int = 1920) -> None:
        #: the maximal width in pixels; small images make fast tests
        self.max_width = max_width
        self._kinds: dict[str, str] = {}
        self._files: dict[str, bytes] = {}

    def serve(self, file_name: str, content: str | bytes) -> None:
        """From now on, serve a kind (of `IMAGE_KINDS`) or these bytes under a file name."""
        self._kinds.pop(file_name, None)
        self._files.pop(file_name, None)
        if isinstance(content, bytes):
            self._files[file_name] = content
        elif content in IMAGE_KINDS:
            self._kinds[file_name] = content
        else:
            raise ValueError(f"no such kind of image: {content}")

    def response(self, request: LoggedRequest, origin: str) -> ServerResponse:
        """Return the response to one request for an image."""
        name = request.path.rpartition("/")[2]
        kind = self._kinds.get(name) or _kind_of(name)
        if name in self._files:
            return _file_response(name, "valid", self._files[name], request)
        if kind in _RESPONSE_KINDS:
            return self._special_response(kind, name, request, origin)
        return _file_response(name, kind, sample_image(name, kind, self.max_width), request)

    def _special_response(
        self, kind: str, name: str, request: LoggedRequest, origin: str
    ) -> ServerResponse:
        if kind == "missing":
            return html_response("Not Found", 404)
        if kind == "forbidden":
            # S3-compatible stores respond so for files that do not exist.
            headers = {"Content-Type": "application/xml"}
            return ServerResponse(status=403, headers=headers, body=_ACCESS_DENIED)
        if kind == "html":
            return html_response("Maintenance")
        if kind == "redirect-loop":
            return redirect(request.target)
        if kind == "redirect-private":
            # 0.0.0.0 is not a public address. It is this server, whose log has the request.
            return redirect(f"http://0.0.0.0:{origin.rpartition(':')[2]}/private/{name}")
        jpeg = sample_image(name, "valid", self.max_width)
        headers = {"Content-Type": "image/jpeg"}
        return ServerResponse(headers=headers, body=jpeg[:-2] + b"\0", send_mode=SendMode.ENDLESS)


def _kind_of(name: str) -> str:
    kind, separator, _ = name.partition("--")
    return kind if separator and kind in IMAGE_KINDS else "valid"


def _file_response(name: str, kind: str, content: bytes, request: LoggedRequest) -> ServerResponse:
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
    suffix = name.rpartition(".")[2].lower()
    headers = {
        "Content-Type": _TYPES_OF_KINDS.get(kind) or _TYPES.get(suffix, "image/jpeg"),
        "ETag": f'"{digest}"',
        # A date that depends on the bytes alone.
        "Last-Modified": formatdate(1_700_000_000 + int(digest[:6], 16), usegmt=True),
    }
    if _is_not_modified(request.headers, headers):
        return ServerResponse(status=304, headers=headers)
    return ServerResponse(headers=headers, body=content)


def _is_not_modified(request_headers: dict[str, str], headers: dict[str, str]) -> bool:
    if "if-none-match" in request_headers:
        return headers["ETag"] in request_headers["if-none-match"]
    return request_headers.get("if-modified-since") == headers["Last-Modified"]
