"""HTTP responses: status, headers, body, and how the body is sent."""

import json
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any


class SendMode(Enum):
    """How a response is sent."""

    COMPLETE = auto()
    #: the connection is reset before a byte is sent
    RESET = auto()
    #: nothing is sent, the connection stays open
    STALL = auto()
    #: headers and half of the body, then nothing
    STALL_MIDWAY = auto()
    #: one byte every `interval` seconds
    DRIP = auto()
    #: the body, then its last byte again and again without end
    ENDLESS = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerResponse:
    """One response, ready to be sent."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    send_mode: SendMode = SendMode.COMPLETE
    #: a Content-Length that may differ from the body's; None for the body's own
    declared_length: int | None = None
    #: seconds between two bytes of `SendMode.DRIP`
    interval: float = 1.0


def text_response(text: str, content_type: str, status: int = 200) -> ServerResponse:
    """Return a response with text of any type."""
    headers = {"Content-Type": content_type, "Vary": "Accept", "Allow": "GET"}
    return ServerResponse(
        status=status, headers=headers, body=text.encode(errors="backslashreplace")
    )


def json_response(
    payload: Any, status: int = 200, headers: dict[str, str] | None = None
) -> ServerResponse:
    """Return JSON without URLs of the API; `response_modes.to_json` writes payloads with URLs."""
    response = text_response(json.dumps(payload), "application/json", status)
    response.headers.update(headers or {})
    return response


def html_response(title: str, status: int = 200) -> ServerResponse:
    """Return a web page, as a proxy in front of the API does."""
    html = f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{title}</body></html>"
    return text_response(html, "text/html; charset=utf-8", status)


def redirect(location: str, status: int = 302) -> ServerResponse:
    """Return a redirect to `location`."""
    return ServerResponse(status=status, headers={"Location": location})
