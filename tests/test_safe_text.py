"""Strangers' words and secrets in what a run says, wherever it says it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from events_archive import safe_text as module
from events_archive.errors import ApiError, ArchiveError
from events_archive.ll2.client import ApiClient
from events_archive.safe_text import keep_secret, safe_lines, safe_text, safe_value
from events_archive.settings import Settings
from tests.conftest import PROJECT, run_build
from tests.ll2_server import EventDatabase
from tests.net.web_server import Respond, ScriptedHandler, WebServer, redirect

KEY = "k3y+/0123456789abcdef"
UNSAFE = "\x1b[2J\x9b31m\r\n::error::\u202e\u2028\u2066\x00\x7f\ud800"


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(module, "_secrets", {})
    keep_secret(KEY)
    return KEY


def test_control_characters_are_escaped_and_line_ends_are_spaces() -> None:
    assert safe_text(UNSAFE) == (
        r"\x1b[2J\x9b31m  ::error::\u202e \u2066\x00\x7f\ud800".replace(r"\u202e ", "\\u202e ")
    )
    assert safe_lines("a\x1b\nb\r") == "a\\x1b\nb "
    assert safe_value({"a\n": ["\x1b", 1, None, ("\r",)]}) == {"a ": ["\\x1b", 1, None, [" "]]}


@pytest.mark.parametrize("text", ["", "Союз МС-28 · “naïve” 🚀", "👩\u200d🚀", "a → b"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert safe_text(text) == text


@pytest.mark.parametrize(
    "form",
    [KEY, KEY.upper(), quote(KEY, ""), quote(KEY).lower(), "".join(f"%{ord(c):02X}" for c in KEY),
     "".join(f"\\u{ord(c):04x}" for c in KEY)],
)  # fmt: skip
def test_a_secret_is_left_out_however_it_is_written(secret: str, form: str) -> None:
    assert safe_text(f"<{form}>") == "<***>"


def test_a_password_in_a_url_is_left_out() -> None:
    assert safe_text("at http://me:s3@cret@a.example/b@c?d") == "at http://***@a.example/b@c?d"
    assert safe_text("see https://a.example/@me") == "see https://a.example/@me"


def test_every_error_of_the_archive_has_a_safe_message(secret: str) -> None:
    assert str(ArchiveError(f"{KEY}\n\x1b")) == "*** \\x1b"


def _replies(status: int, body: str, **headers: str) -> Respond:
    headers = {"Content_Type": "application/json", **headers}
    return lambda handler: handler.reply(status, body.encode(), **headers)


@pytest.mark.parametrize(
    "respond",
    [
        _replies(401, json.dumps({"detail": "x" * 150 + KEY})),
        _replies(403, json.dumps([f"{KEY}\x1b[2J"])),
        _replies(200, "", Content_Type=f"text/{KEY}"),
        _replies(200, "", Content_Type="x" * 50 + KEY),
        redirect(f"http://a.example/{KEY}"),
        redirect(f"http://[{KEY}"),
    ],
)
def test_a_key_that_the_api_repeats_is_in_no_message(secret: str, respond: Respond) -> None:
    with WebServer() as server:
        server.responses["/2.3.0/events/"] = respond
        settings = Settings(api_url=f"{server.url}2.3.0/", api_key=KEY)
        client = ApiClient(settings, sleep=lambda _: None)
        with client, pytest.raises(ApiError) as caught:
            client.fetch_events({})
    _assert_safe(str(caught.value))
    assert KEY[:6] not in str(caught.value)


def _assert_safe(text: str) -> None:
    assert KEY not in text
    assert quote(KEY, "") not in text
    assert [c for c in text if c in "\x1b\r\x9b\u2028\u202e"] == []


@pytest.fixture
def hostile() -> Iterator[WebServer]:
    """A server that repeats the key and sends escape sequences, wherever the protocol lets it."""

    def picture(handler: ScriptedHandler) -> None:
        handler.send_response(404, f"Gone\x1b[2J\x9b {handler.headers.get('Authorization', KEY)}")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    with WebServer() as server:
        [record] = EventDatabase.generate(1, images=1).records()
        picture_url = f"{server.url}a.png"
        record["image"] |= {"image_url": picture_url, "thumbnail_url": picture_url}
        record["name"] = "Evil\n\x1b[2J\u202ename"
        page = {"count": 1, "next": None, "results": [record]}
        server.responses["/2.3.0/events/"] = _replies(200, json.dumps(page))
        server.responses["/a.png"] = picture
        yield server


def test_what_a_run_says_and_keeps_is_safe(hostile: WebServer, tmp_path: Path) -> None:
    folders: dict[str, Any] = {"cache": tmp_path / "cache", "output": tmp_path / "output"}
    options = ("--api-url", f"{hostile.url}2.3.0/", "--max-age", "0", "--json", "-v")
    said = []
    first = run_build(*options, **folders, LL2_API_KEY=f"{KEY}\n")
    assert "the server answered 404 Gone" in first.stderr
    (tmp_path / "build.json").write_text(first.stdout)
    summary = [sys.executable, str(PROJECT / ".github/scripts/summary.py")]
    done = subprocess.run(summary, cwd=tmp_path, capture_output=True, text=True, check=True)
    said += [first.stderr, *_strings(first.report), done.stdout]
    refusal = _replies(401, json.dumps({"detail": f"{UNSAFE[:-1]} {KEY} {quote(KEY, '')}"}))
    hostile.responses["/2.3.0/events/"] = refusal
    second = run_build(*options, **folders, LL2_API_KEY=KEY)
    assert "is LL2_API_KEY right?" in second.stderr
    said += [second.stderr, *_strings(second.report)]
    (tmp_path / "cache/events.jsonl").unlink()
    third = run_build(*options, **folders, LL2_API_KEY=KEY, expect=1)
    assert "Traceback" in third.stderr
    said += [third.stderr, third.stdout]
    kept = [path for path in folders["cache"].rglob("*.json*") if path.is_file()]
    assert {"ledger.json", "validators.json"} <= {path.name for path in kept}
    for text in [*said, *(path.read_text("utf-8") for path in kept)]:
        _assert_safe(text)


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        value = [*value, *value.values()]
    return [value] if isinstance(value, str) else [
        text for item in (value if isinstance(value, list) else []) for text in _strings(item)
    ]  # fmt: skip


def test_lists_of_events_have_one_line_for_each(hostile: WebServer, tmp_path: Path) -> None:
    folders: dict[str, Any] = {"cache": tmp_path / "cache", "output": tmp_path / "output"}
    run_build("fetch", "--no-pictures", "--api-url", f"{hostile.url}2.3.0/", **folders)
    for command in (["query", ""], ["query", "--format", "md", ""], ["diff"]):
        run = run_build(*command, **folders)
        [line] = [line for line in run.stdout.splitlines() if "Evil" in line]
        assert "name" in line
        _assert_safe(run.stdout)
