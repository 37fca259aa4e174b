"""What goes back to a client: status, headers, body, and in what manner the bytes are sent."""

import json
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any


class Manner(Enum):
    """How a body goes out."""

    WHOLE = auto()
    #: the connection is reset before a byte is sent
    RESET = auto()
    #: nothing is sent, the connection stays open
    STALL = auto()
    #: headers and half the body, then nothing
    STALL_MIDWAY = auto()
    #: a byte every `interval` seconds
    DRIP = auto()
    #: the body and then its last byte again and again, for ever
    ENDLESS = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer, ready to be sent."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    manner: Manner = Manner.WHOLE
    #: a Content-Length that may differ from the body's
    declared_length: int | None = None
    interval: float = 1.0


def text_answer(text: str, content_type: str, status: int = 200) -> Answer:
    """Answer with text of any kind."""
    headers = {"Content-Type": content_type, "Vary": "Accept", "Allow": "GET"}
    return Answer(status=status, headers=headers, body=text.encode())


def json_answer(payload: Any, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """Answer with JSON that holds no addresses; see `modes.to_json` for that which does."""
    answer = text_answer(json.dumps(payload), "application/json", status)
    answer.headers.update(headers or {})
    return answer


def html_answer(title: str, status: int = 200) -> Answer:
    """Answer as a proxy does when it speaks for the API."""
    html = f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{title}</body></html>"
    return text_answer(html, "text/html; charset=utf-8", status)


def redirect(location: str, status: int = 302) -> Answer:
    """Send the client elsewhere."""
    return Answer(status=status, headers={"Location": location})
