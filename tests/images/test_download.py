"""Downloads of images over real connections, from good and from bad servers."""

import io
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from events_archive.console import Console
from events_archive.errors import ArchiveError
from events_archive.images.download import DownloadBudget, download_images, sniff_non_image
from events_archive.images.thumbnails import image_warning
from events_archive.model.event import Image
from events_archive.net.http_client import HttpClient, HttpLimits
from events_archive.settings import Settings
from events_archive.store.files import read_checked
from tests.net.web_server import (
    WebServer,
    conditional,
    endless,
    ok,
    redirect,
    silent,
    slow_body,
    slow_headers,
    status,
    truncated,
)
from tests.plants import PLANTS

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
LIMITS = HttpLimits(total=10, connect=2, read=5, max_bytes=1_000_000, max_redirects=5)
SHORT = replace(LIMITS, total=0.25)
IMPATIENT = replace(LIMITS, read=0.1)
PUBLIC_API = "http://198.51.100.7/2.3.0/"


@pytest.fixture
def server() -> Iterator[WebServer]:
    with WebServer() as server:
        yield server


@pytest.fixture
def fetch(server: WebServer, tmp_path: Path) -> "Fetcher":
    return Fetcher(server, tmp_path / "originals")


@dataclass(frozen=True)
class Fetched:
    """What a run did, as `Image.key` in the order of the images."""

    new: tuple[str, ...] = ()
    """Files that are new or have another content."""
    unchanged: tuple[str, ...] = ()
    failed: dict[str, str] = field(default_factory=dict)
    """The reasons that the warnings have; the key may also be in `unchanged`."""


class Fetcher:
    """Downloads images of one server into one folder, and stores the messages."""

    def __init__(self, server: WebServer, folder: Path) -> None:
        self.server, self.folder = server, folder
        self.output = ""
        self.warnings: list[str] = []

    def __call__(self, *images: Image, **options: Any) -> Fetched:
        stream = io.StringIO()
        console = Console(stream=stream)
        now, limits = options.pop("now", NOW), options.pop("limits", LIMITS)
        budget = options.pop("budget", DownloadBudget())
        defaults: dict[str, Any] = {
            "cache": self.folder.parent,
            "api_url": self.server.url + "2.3.0/",
            "jobs": 3,
        }
        settings = Settings(**{**defaults, **options})
        keys = tuple(dict.fromkeys(image.key for image in images))
        before = self._contents(settings.cache / "originals", keys)
        try:
            download_images(images, settings, console, now=now, limits=limits, budget=budget)
        finally:
            self.output, self.warnings = stream.getvalue(), console.warnings
        after = self._contents(settings.cache / "originals", keys)
        return Fetched(
            new=tuple(key for key in keys if after.get(key) != before.get(key)),
            unchanged=tuple(key for key in keys if key in after and after[key] == before.get(key)),
            failed={
                image.key: warning.removeprefix(image_warning(image, "")).partition("; ")[0]
                for warning in self.warnings
                for image in images
                if warning.startswith(image_warning(image, ""))
            },
        )

    def _contents(self, folder: Path, keys: tuple[str, ...]) -> dict[str, bytes]:
        return {key: (folder / key).read_bytes() for key in keys if (folder / key).is_file()}

    def image(self, path: str, id: int = 5) -> Image:
        url = path if ":" in path else self.server.url + path.lstrip("/")
        return Image(id=id, name="", url=url, credit="", licence=None)

    def fault(self, respond: Any, **options: Any) -> str:
        """Return the only warning that such a response causes, without its start."""
        self.server.responses["/a.png"] = respond
        image = self.image("a.png")
        fetched = self(image, **options)
        assert fetched.new == ()
        assert list(fetched.failed) == [image.key]
        [warning] = self.warnings
        start = f"picture 5 ({image.url}): "
        assert warning.startswith(start)
        assert not (self.folder / image.key).exists()
        assert not list(self.folder.glob(".*"))
        return warning.removeprefix(start)


# What is downloaded ------------------------------------------------------------------------------


def test_each_image_is_downloaded_once_under_its_key(fetch: Fetcher) -> None:
    fetch.server.responses.update({"/media/a.png": ok(PNG), "/b.png": ok(PNG + b"b")})
    first, again, second = fetch.image("media/a.png"), fetch.image("a.png"), fetch.image("b.png", 6)
    fetched = fetch(first, again, second)
    assert fetched.new == ("5-a.png", "6-b.png")
    assert (fetch.folder / "5-a.png").read_bytes() == PNG
    assert (fetch.folder / "6-b.png").read_bytes() == PNG + b"b"
    assert sorted(fetch.server.paths) == ["/b.png", "/media/a.png"]
    assert fetch.output == "2 pictures fetched, 0 failed\n"


def test_the_second_run_requests_and_prints_nothing(fetch: Fetcher) -> None:
    fetch.server.responses["/a.png"] = ok(PNG)
    fetch(fetch.image("a.png"))
    assert fetch(fetch.image("a.png")) == Fetched(unchanged=("5-a.png",))
    assert len(fetch.server.requests) == 1
    assert fetch.output == ""


def test_many_images_arrive_over_few_connections(fetch: Fetcher) -> None:
    images = [fetch.image(f"{number}.png", number) for number in range(40)]
    fetch.server.responses.update({f"/{number}.png": ok(PNG) for number in range(40)})
    assert len(fetch(*images, jobs=2).new) == 40
    assert fetch.server.connections == 2


def test_no_network_library_is_imported_without_downloads(tmp_path: Path) -> None:
    code = """
        import sys, datetime
        from pathlib import Path
        from events_archive.model.event import Image
        from events_archive.console import Console
        from events_archive.images.download import download_images
        from events_archive.settings import Settings
        cache = Path(sys.argv[1])
        (cache / "originals").mkdir()
        (cache / "originals/5-a.png").write_bytes(b"there")
        image = Image(id=5, name="", url="http://x.example/a.png", credit="", licence=None)
        download_images([image], Settings(cache=cache), Console(),
                        now=datetime.datetime.now(datetime.UTC))
        assert not {"requests", "urllib3", "ssl", "concurrent.futures"} & set(sys.modules)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code), str(tmp_path)], check=True)


# Conditional requests ----------------------------------------------------------------------------


MODIFIED = "Mon, 07 Aug 2023 13:34:59 GMT"


def test_a_refresh_downloads_only_what_has_changed(fetch: Fetcher) -> None:
    fetch.server.responses["/a.png"] = conditional(PNG, '"1"', MODIFIED)
    image = fetch.image("a.png")
    fetch(image)
    before = (fetch.folder / image.key).stat().st_mtime_ns
    assert fetch(image, full=True) == Fetched(unchanged=(image.key,))
    asked = fetch.server.requests[-1][1]
    assert (asked["If-None-Match"], asked["If-Modified-Since"]) == ('"1"', MODIFIED)
    assert (fetch.folder / image.key).stat().st_mtime_ns == before

    fetch.server.responses["/a.png"] = conditional(PNG + b"2", '"2"', MODIFIED)
    assert fetch(image, full=True).new == (image.key,)
    assert (fetch.folder / image.key).read_bytes() == PNG + b"2"
    fetch(image, full=True)
    assert fetch.server.requests[-1][1]["If-None-Match"] == '"2"'


def test_an_image_that_is_gone_upstream_remains_in_use(fetch: Fetcher) -> None:
    fetch.server.responses["/a.png"] = ok(PNG)
    image = fetch.image("a.png")
    fetch(image)
    fetch.server.responses["/a.png"] = status(404)
    fetched = fetch(image, full=True)
    assert fetched.unchanged == (image.key,)
    assert fetched.failed[image.key] == "the server answered 404 Not Found"
    assert fetch.warnings[0].endswith("the copy from an earlier run stays in use")
    assert (fetch.folder / image.key).read_bytes() == PNG
    assert fetch(image) == Fetched(unchanged=(image.key,))
    assert fetch.warnings == []


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"[]",
        b'{"validators": {"5-a.png": 3}, "failed": {}}',
        b'{"validators": {}, "failed": {"5-a.png": {"at": "soon"}}}',
        b'{"validators": {"5-a.png": {"If-None-Match": 7}}, "failed": {}}',
        b"\xff\xfe",
        None,
    ],
)
def test_without_a_valid_state_file_images_are_downloaded_whole(
    fetch: Fetcher, damage: bytes | None
) -> None:
    fetch.server.responses["/a.png"] = conditional(PNG, '"1"', MODIFIED)
    fetch(fetch.image("a.png"))
    state_file = fetch.folder / "validators.json"
    state_file.unlink() if damage is None else state_file.write_bytes(damage)
    before = (fetch.folder / "5-a.png").stat().st_mtime_ns
    assert fetch(fetch.image("a.png"), full=True) == Fetched(unchanged=("5-a.png",))
    assert "If-None-Match" not in fetch.server.requests[-1][1]
    assert (fetch.folder / "5-a.png").stat().st_mtime_ns == before
    assert read_checked(state_file, dict)["validators"]["5-a.png"]["If-None-Match"] == '"1"'


def test_a_state_file_of_an_earlier_version_is_still_read(fetch: Fetcher) -> None:
    image, other = fetch.image("a.png"), fetch.image("b.png", 6)
    fetch.folder.mkdir()
    (fetch.folder / image.key).write_bytes(PNG)
    (fetch.folder / "validators.json").write_text(
        '{"failed":{"6-b.png":{"at":"2026-09-01T11:59:00.123456+00:00","reason":"it is lost",'
        f'"until":"2026-09-02T11:59:00.123456+00:00","url":"{other.url}"}}}},'
        '"validators":{"5-a.png":{"If-Modified-Since":"x","If-None-Match":"\\"1\\""}}}\n'
    )
    assert fetch(image, other).failed == {"6-b.png": "it is lost"}
    assert fetch.server.requests == []
    fetch(image, full=True)
    assert fetch.server.requests[0][1]["If-None-Match"] == '"1"'


@pytest.mark.parametrize("plant", [name for name in PLANTS if name != "folder"])
def test_what_stands_in_the_place_of_an_image_is_replaced(
    plant: str, fetch: Fetcher, tmp_path: Path
) -> None:
    fetch.server.responses["/a.png"] = ok(PNG)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_bytes(b"outside")
    fetch.folder.mkdir()
    for name in ("5-a.png", "validators.json"):
        PLANTS[plant](fetch.folder / name, outside)
    assert fetch(fetch.image("a.png")).failed == {}
    assert (fetch.folder / "5-a.png").read_bytes() == PNG
    assert not (fetch.folder / "5-a.png").is_symlink()
    assert [file.read_bytes() for file in outside.iterdir()] == [b"outside"]


def test_a_validator_that_is_no_valid_header_is_not_sent(fetch: Fetcher) -> None:
    fetch.server.responses["/a.png"] = ok(PNG, ETag='"caf\xe9"')
    fetch(fetch.image("a.png"))
    assert fetch(fetch.image("a.png"), full=True).failed == {}
    assert "If-None-Match" not in fetch.server.requests[-1][1]


def test_no_validators_are_sent_for_an_original_that_is_missing(fetch: Fetcher) -> None:
    fetch.server.responses["/a.png"] = conditional(PNG, '"1"', MODIFIED)
    fetch(fetch.image("a.png"))
    (fetch.folder / "5-a.png").unlink()
    assert fetch(fetch.image("a.png")).new == ("5-a.png",)


def test_304_for_an_unconditional_request_is_a_fault(fetch: Fetcher) -> None:
    assert fetch.fault(status(304)) == "the server answered 304 Not Modified"


# Faults ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("respond", "reason"),
    [
        (status(404), "the server answered 404 Not Found"),
        (status(403), "the server answered 403 Forbidden"),
        (status(500), "the server answered 500 Internal Server Error"),
        (status(204), "the server answered 204 No Content"),
        (status(302), "the server answered 302 Found"),
        (ok(b""), "it is empty, not a picture"),
        (ok(b"  \n<!DOCTYPE html><svg>"), "it is HTML, not a picture"),
        (ok(b"\xef\xbb\xbf<?xml version='1.0'?><svg/>"), "it is SVG, not a picture"),
        (ok(b"<Error><Code>NoSuchKey</Code></Error>"), "it is HTML or XML, not a picture"),
        (ok(b'{"detail": "Not found."}'), "it is JSON, not a picture"),
        (ok(b"Not found\r\n"), "it is text, not a picture"),
        (ok(PNG * 1000), "the answer is larger than 1 MB"),
        (endless, "the answer is larger than 1 MB"),
        (redirect("/a.png"), "redirects more than 5 times"),
        (redirect("ftp://x.org/a"), "not an http(s) URL (redirected to ftp://x.org/a)"),
        (redirect("file:///etc/x"), "not an http(s) URL (redirected to file:///etc/x)"),
        (redirect("http://[x/"), "not a valid URL (redirected to http://[x/)"),
        (redirect("http://10.0.0.1/a.png"), "10.0.0.1 is not a public address"),
        (redirect("http://169.254.169.254/"), "169.254.169.254 is not a public address"),
        (redirect("http://[::1]/a.png"), "::1 is not a public address"),
        (redirect("https://127.0.0.2/a.png"), "127.0.0.2 is not a public address"),
    ],
)
def test_a_fault_causes_one_warning_with_the_reason(
    fetch: Fetcher, respond: Any, reason: str
) -> None:
    started = time.monotonic()
    assert fetch.fault(respond) == reason
    assert fetch.output.endswith("0 pictures fetched, 1 failed\n")
    assert time.monotonic() - started < 20


@pytest.mark.parametrize(
    ("respond", "limits", "reason"),
    [
        (slow_body, SHORT, "no whole answer within 0.25 seconds"),
        (slow_headers, SHORT, "no whole answer within 0.25 seconds"),
        (silent, SHORT, "no whole answer within 0.25 seconds"),
        (silent, IMPATIENT, "the server fell silent"),
    ],
)
def test_a_slow_server_is_given_up(
    fetch: Fetcher, respond: Any, limits: HttpLimits, reason: str
) -> None:
    started = time.monotonic()
    assert fetch.fault(respond, limits=limits) == reason
    assert time.monotonic() - started < 20


@pytest.mark.parametrize(
    ("respond", "budget", "asked"),
    [
        (slow_body, DownloadBudget(max_failures=2), 2),
        (slow_body, DownloadBudget(seconds=0.3), 2),
        (ok(PNG), DownloadBudget(max_bytes=len(PNG) + 1), 2),
        (ok(PNG), DownloadBudget(), 6),
    ],
)
def test_what_exceeds_the_budget_of_a_run_is_left_for_the_next(
    fetch: Fetcher, respond: Any, budget: DownloadBudget, asked: int
) -> None:
    images = [fetch.image(f"{number}.png", number) for number in range(1, 7)]
    fetch.server.responses.update({f"/{number}.png": respond for number in range(1, 7)})
    fetch(*images, limits=SHORT, budget=budget, jobs=1)
    assert len(fetch.server.paths) == asked
    left = [warning for warning in fetch.warnings if "left for the next run" in warning]
    assert [warning[:10] for warning in left] == (["4 pictures"] if asked == 2 else [])
    if asked == 2:
        fetch.server.responses.update({f"/{number}.png": ok(PNG) for number in range(1, 7)})
        assert len(fetch(*images, now=NOW + timedelta(hours=6)).new) >= 4
    assert len(list(fetch.folder.glob("*.png"))) == 6


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://example.org/a.png", "a.png:", "data:image/png;base64,AA"]
)
def test_other_schemes_are_refused(fetch: Fetcher, url: str) -> None:
    fetched = fetch(fetch.image(url))
    assert set(fetched.failed.values()) == {"not an http(s) URL"}


@pytest.mark.parametrize("url", ["http://", "http://a:port/", "http://x.invalid/\x1b.png"])
def test_an_invalid_url_is_a_fault(fetch: Fetcher, url: str) -> None:
    assert len(fetch(fetch.image(url)).failed) == 1
    assert "\x1b" not in fetch.output


def test_a_body_shorter_than_announced_is_a_fault(fetch: Fetcher) -> None:
    assert fetch.fault(truncated(PNG)) == "the answer broke off"


def test_a_slow_image_does_not_delay_the_others(fetch: Fetcher) -> None:
    fetch.server.responses["/slow.png"] = slow_body
    images = [fetch.image("slow.png", 1)]
    for number in range(2, 12):
        fetch.server.responses[f"/{number}.png"] = ok(PNG)
        images.append(fetch.image(f"{number}.png", number))
    limits = replace(LIMITS, total=0.5)
    for jobs in (1, 4):
        fetched = fetch(*images, jobs=jobs, cache=fetch.folder / str(jobs), limits=limits)
        assert len(fetched.new) == 10
        assert list(fetched.failed) == ["1-slow.png"]


def test_warnings_are_in_the_order_of_the_images(fetch: Fetcher) -> None:
    images = [fetch.image(f"{number}.png", number) for number in range(9)]
    fetch(*images, jobs=4)
    assert [warning.split()[1] for warning in fetch.warnings] == [str(n) for n in range(9)]


def test_a_folder_that_cannot_be_written_to_is_an_error(fetch: Fetcher, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    fetch.server.responses["/a.png"] = ok(PNG)
    with pytest.raises(ArchiveError, match="cannot be"):
        fetch(fetch.image("a.png"), cache=tmp_path / "file")


# What has failed before --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("respond", "pause"),
    [(status(404), timedelta(days=1)), (ok(b"<html>"), timedelta(days=1))]
    + [(status(code), timedelta(hours=1)) for code in (408, 429, 500, 503)],
)
def test_an_image_that_failed_is_not_requested_again_too_soon(
    fetch: Fetcher, respond: Any, pause: timedelta
) -> None:
    reason = fetch.fault(respond)
    held = fetch.fault(respond, now=NOW + pause - timedelta(seconds=1))
    assert held == f"{reason}; it will be requested again after {NOW + pause:%Y-%m-%d %H:%M} UTC"
    assert len(fetch.server.requests) == 1
    assert fetch.fault(respond, now=NOW + pause) == reason
    assert len(fetch.server.requests) == 2


def test_an_image_that_failed_is_requested_at_once_on_a_refresh_or_at_a_new_url(
    fetch: Fetcher,
) -> None:
    fetch.fault(status(404))
    fetch.fault(status(404), full=True)
    assert len(fetch.server.requests) == 2
    fetch.server.responses["/new/a.png"] = ok(PNG)
    assert fetch(fetch.image("new/a.png")).new == ("5-a.png",)
    assert read_checked(fetch.folder / "validators.json", dict)["failed"] == {}


def test_a_failure_in_the_future_is_ignored(fetch: Fetcher) -> None:
    fetch.fault(status(404), now=NOW + timedelta(days=400))
    fetch.fault(status(404))
    assert len(fetch.server.requests) == 2


def test_an_unreachable_host_is_tried_once_in_each_run(
    fetch: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # Bound, but not listening.
        port = taken.getsockname()[1]
        images = [fetch.image(f"http://127.0.0.1:{port}/{n}.png", n) for n in range(5)]
        tried: list[object] = []
        look_up = socket.getaddrinfo

        def noting(host: Any, at: Any, *args: Any, **kw: Any) -> Any:
            tried.append(at)
            return look_up(host, at, *args, **kw)

        monkeypatch.setattr(socket, "getaddrinfo", noting)
        for _ in range(2):
            fetched = fetch(*images, jobs=1)
            reason = "127.0.0.1 cannot be reached (Connection refused)"
            assert set(fetched.failed.values()) == {reason}
            assert len(fetched.failed) == len(fetch.warnings) == 5
            assert tried.count(port) == 2  # the address itself, and in order to connect to it
            tried.clear()


def test_a_name_that_does_not_resolve_is_a_fault(fetch: Fetcher) -> None:
    fetched = fetch(fetch.image("http://no-such-host.invalid/a.png"))
    assert list(fetched.failed.values()) == [
        "no-such-host.invalid cannot be reached (its name is not known)"
    ]


# Private addresses -------------------------------------------------------------------------------


def test_loopback_is_refused_unless_it_is_the_api(fetch: Fetcher) -> None:
    reason = fetch.fault(ok(PNG), api_url=PUBLIC_API)
    assert reason == "127.0.0.1 is not a public address"
    assert fetch.server.connections == 0


def test_an_api_on_loopback_permits_no_other_private_address(
    fetch: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched = fetch(fetch.image("http://127.0.0.99:80/a.png"))
    assert list(fetched.failed.values()) == ["127.0.0.99 is not a public address"]


# Interruption ------------------------------------------------------------------------------------


def test_programming_errors_are_not_hidden(fetch: Fetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(HttpClient, "_send", fail)
    with pytest.raises(ZeroDivisionError):
        fetch(fetch.image("a.png"))


def test_ctrl_c_ends_the_run_at_once_and_loses_nothing(server: WebServer, tmp_path: Path) -> None:
    server.responses.update({"/a.png": conditional(PNG, '"1"', MODIFIED), "/b.png": slow_body})
    code = f"""
        import datetime
        from pathlib import Path
        from events_archive.model.event import Image
        from events_archive.console import Console
        from events_archive.images.download import download_images
        from events_archive.settings import Settings
        images = [Image(id=1, name="", url="{server.url}" + name, credit="", licence=None)
                  for name in ("a.png", "b.png")]
        settings = Settings(cache=Path({str(tmp_path)!r}), api_url="{server.url}", jobs=1)
        download_images(images, settings, Console(), now=datetime.datetime.now(datetime.UTC))
    """
    program = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)], stderr=subprocess.PIPE, env=os.environ
    )
    limit = time.monotonic() + 60
    while "/b.png" not in server.paths and time.monotonic() < limit:
        time.sleep(0.02)
    started = time.monotonic()
    program.send_signal(signal.SIGINT)
    _, output = program.communicate(timeout=60)
    assert time.monotonic() - started < 20
    assert b"KeyboardInterrupt" in output
    assert (tmp_path / "originals/1-a.png").read_bytes() == PNG
    assert not (tmp_path / "originals/1-b.png").exists()
    assert "1-a.png" in read_checked(tmp_path / "originals/validators.json", dict)["validators"]


@pytest.mark.parametrize(
    "start",
    [b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"GIF89a\x01\x00", b"RIFF\x00\x01\x00\x00WEBP"],
)
def test_the_start_of_an_image_is_no_other_type(start: bytes) -> None:
    assert sniff_non_image(start) == ""
