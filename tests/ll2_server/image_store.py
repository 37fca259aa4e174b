"""The image store: every file name is a picture, and some names are broken ones.

A name that begins with a kind and two hyphens (`cmyk--a.jpg`, `missing--b.png`) is of that kind;
any other is a good picture. `Pictures.serve` makes a name of a grown record something else.
"""

import hashlib
from email.utils import formatdate

from tests.ll2_server.request_log import LoggedRequest
from tests.ll2_server.responses import Answer, Manner, html_answer, redirect
from tests.ll2_server.sample_images import DRAWERS, sample_image

# Kinds that are not about the bytes of a picture but about the answer.
_ANSWERS = ("missing", "forbidden", "html", "endless", "redirect-private", "redirect-loop")
IMAGE_KINDS = (*DRAWERS, *_ANSWERS)

_TYPES = {"png": "image/png", "gif": "image/gif", "webp": "image/webp", "svg": "image/svg+xml"}
_TYPES_OF_KINDS = {"svg": "image/svg+xml", "no-extension": "application/octet-stream"}
_DENIED = b'<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code></Error>'


class Pictures:
    """Answers the paths below `/media/`."""

    def __init__(self, largest: int = 1920) -> None:
        #: no picture is drawn wider; small ones make fast tests
        self.largest = largest
        self._kinds: dict[str, str] = {}
        self._bytes: dict[str, bytes] = {}

    def serve(self, file_name: str, what: str | bytes) -> None:
        """From now on, serve a kind (of `KINDS`) or these very bytes under a file name."""
        self._kinds.pop(file_name, None)
        self._bytes.pop(file_name, None)
        if isinstance(what, bytes):
            self._bytes[file_name] = what
        elif what in IMAGE_KINDS:
            self._kinds[file_name] = what
        else:
            raise ValueError(f"no such kind of picture: {what}")

    def answer(self, asked: LoggedRequest, origin: str) -> Answer:
        """Answer one request for a picture."""
        name = asked.path.rpartition("/")[2]
        kind = self._kinds.get(name) or _kind_of(name)
        if name in self._bytes:
            return _file(name, "good", self._bytes[name], asked)
        if kind in _ANSWERS:
            return self._special(kind, name, asked, origin)
        return _file(name, kind, sample_image(name, kind, self.largest), asked)

    def _special(self, kind: str, name: str, asked: LoggedRequest, origin: str) -> Answer:
        if kind == "missing":
            return html_answer("Not Found", 404)
        if kind == "forbidden":
            # What an image store of this kind says of files that are gone.
            return Answer(status=403, headers={"Content-Type": "application/xml"}, body=_DENIED)
        if kind == "html":
            return html_answer("Maintenance")
        if kind == "redirect-loop":
            return redirect(asked.target)
        if kind == "redirect-private":
            # 0.0.0.0 is no public address, yet leads back here: who follows, is caught in the log.
            return redirect(f"http://0.0.0.0:{origin.rpartition(':')[2]}/private/{name}")
        start = sample_image(name, "good", self.largest)
        return Answer(
            headers={"Content-Type": "image/jpeg"}, body=start[:-2] + b"\0", manner=Manner.ENDLESS
        )


def _kind_of(name: str) -> str:
    kind, found, _ = name.partition("--")
    return kind if found and kind in IMAGE_KINDS else "good"


def _file(name: str, kind: str, content: bytes, asked: LoggedRequest) -> Answer:
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
    ending = name.rpartition(".")[2].lower()
    headers = {
        "Content-Type": _TYPES_OF_KINDS.get(kind) or _TYPES.get(ending, "image/jpeg"),
        "ETag": f'"{digest}"',
        # Other bytes have another date, and the same bytes always the same.
        "Last-Modified": formatdate(1_700_000_000 + int(digest[:6], 16), usegmt=True),
    }
    if _is_known(asked.headers, headers):
        return Answer(status=304, headers=headers)
    return Answer(headers=headers, body=content)


def _is_known(asked: dict[str, str], headers: dict[str, str]) -> bool:
    if "if-none-match" in asked:
        return headers["ETag"] in asked["if-none-match"]
    return asked.get("if-modified-since") == headers["Last-Modified"]
