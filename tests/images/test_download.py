"""Downloads of pictures, over real connections to a server that may do as it likes."""

import gzip
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from events_archive.console import Console
from events_archive.errors import ArchiveError
from events_archive.images.download import DownloadReport, download_images
from events_archive.images.download_request import DownloadLimits, sniff_non_image
from events_archive.model.event import Image
from events_archive.net.ssrf_guard import ConnectError, GuardedSession, addresses_of, is_public
from tests.images.image_server import (
    PictureServer,
    conditional,
    cut_short,
    dripping,
    dripping_headers,
    endless,
    picture,
    redirect,
    silent,
    status,
)

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
BOUNDS = DownloadLimits(seconds=10, connect=2, read=5, max_bytes=1_000_000)
SHORT = replace(BOUNDS, seconds=0.25)
IMPATIENT = replace(BOUNDS, read=0.1)
PUBLIC_API = "http://198.51.100.7/2.3.0/"


@pytest.fixture
def server() -> Iterator[PictureServer]:
    with PictureServer() as server:
        yield server


@pytest.fixture
def fetch(server: PictureServer, tmp_path: Path) -> "Fetcher":
    return Fetcher(server, tmp_path / "originals")


class Fetcher:
    """Fetches pictures of one server into one folder, and keeps what was said."""

    def __init__(self, server: PictureServer, folder: Path) -> None:
        self.server, self.folder = server, folder
        self.said = ""
        self.warnings: list[str] = []

    def __call__(self, *images: Image, **options: Any) -> DownloadReport:
        stream = io.StringIO()
        report = Console(stream=stream)
        defaults: dict[str, Any] = {
            "folder": self.folder,
            "api_url": self.server.url + "2.3.0/",
            "user_agent": "test/1 (+https://example.org)",
            "jobs": 3,
            "now": NOW,
            "bounds": BOUNDS,
        }
        try:
            return download_images(images, report=report, **{**defaults, **options})
        finally:
            self.said, self.warnings = stream.getvalue(), report.warnings

    def image(self, path: str, id: int = 5) -> Image:
        url = path if ":" in path else self.server.url + path.lstrip("/")
        return Image(id=id, name="", url=url, credit="", licence=None)

    def fault(self, answer: Any, **options: Any) -> str:
        """The one warning that a picture answered so costs, without its start."""
        self.server.answers["/a.png"] = answer
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


# What arrives, and what is asked for -------------------------------------------------------------


def test_each_picture_is_downloaded_once_under_its_key(fetch: Fetcher) -> None:
    fetch.server.answers.update({"/media/a.png": picture(PNG), "/b.png": picture(PNG + b"b")})
    first, again, second = fetch.image("media/a.png"), fetch.image("a.png"), fetch.image("b.png", 6)
    fetched = fetch(first, again, second)
    assert fetched.new == ("5-a.png", "6-b.png")
    assert (fetch.folder / "5-a.png").read_bytes() == PNG
    assert (fetch.folder / "6-b.png").read_bytes() == PNG + b"b"
    assert sorted(fetch.server.paths) == ["/b.png", "/media/a.png"]
    assert fetch.said == "2 pictures fetched, 0 failed\n"


def test_the_second_run_asks_for_nothing_and_says_nothing(fetch: Fetcher) -> None:
    fetch.server.answers["/a.png"] = picture(PNG)
    fetch(fetch.image("a.png"))
    assert fetch(fetch.image("a.png")) == DownloadReport(unchanged=("5-a.png",))
    assert len(fetch.server.asked) == 1
    assert fetch.said == ""


def test_many_pictures_come_over_a_few_kept_connections(fetch: Fetcher) -> None:
    images = [fetch.image(f"{number}.png", number) for number in range(40)]
    fetch.server.answers.update({f"/{number}.png": picture(PNG) for number in range(40)})
    assert len(fetch(*images, jobs=2).new) == 40
    assert fetch.server.connections == 2


def test_requests_carry_the_user_agent_and_nothing_secret(
    fetch: Fetcher, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("LL2_API_KEY", "secret")
    fetch.server.answers["/a.png"] = picture(PNG, Set_Cookie="a=b")
    fetch.server.answers["/b.png"] = picture(PNG)
    fetch(fetch.image("a.png"), fetch.image("b.png", 6), jobs=1)
    for _, headers in fetch.server.asked:
        assert headers["User-Agent"] == "test/1 (+https://example.org)"
        assert "Authorization" not in headers
        assert "Cookie" not in headers
        assert "secret" not in str(headers)


def test_a_proxy_from_the_environment_is_not_used(
    fetch: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    with PictureServer() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        fetch.server.answers["/a.png"] = picture(PNG)
        assert fetch(fetch.image("a.png")).new == ("5-a.png",)
        assert proxy.connections == 0


def test_no_pictures_need_no_network_library(tmp_path: Path) -> None:
    code = """
        import sys, datetime
        from pathlib import Path
        from events_archive.model.event import Image
        from events_archive.console import Console
        from events_archive.images.download import download_images
        folder = Path(sys.argv[1])
        (folder / "5-a.png").write_bytes(b"there")
        image = Image(id=5, name="", url="http://x.example/a.png", credit="", licence=None)
        download_images([image], folder=folder, api_url="", user_agent="", jobs=2, report=Console(),
                       now=datetime.datetime.now(datetime.UTC))
        assert not {"requests", "urllib3", "ssl", "concurrent.futures"} & set(sys.modules)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code), str(tmp_path)], check=True)


# Conditional requests ----------------------------------------------------------------------------


MODIFIED = "Mon, 07 Aug 2023 13:34:59 GMT"


def test_a_refresh_fetches_only_what_has_changed(fetch: Fetcher) -> None:
    fetch.server.answers["/a.png"] = conditional(PNG, '"1"', MODIFIED)
    image = fetch.image("a.png")
    fetch(image)
    before = (fetch.folder / image.key).stat().st_mtime_ns
    assert fetch(image, refresh=True) == DownloadReport(unchanged=(image.key,))
    asked = fetch.server.asked[-1][1]
    assert (asked["If-None-Match"], asked["If-Modified-Since"]) == ('"1"', MODIFIED)
    assert (fetch.folder / image.key).stat().st_mtime_ns == before

    fetch.server.answers["/a.png"] = conditional(PNG + b"2", '"2"', MODIFIED)
    assert fetch(image, refresh=True).new == (image.key,)
    assert (fetch.folder / image.key).read_bytes() == PNG + b"2"
    fetch(image, refresh=True)
    assert fetch.server.asked[-1][1]["If-None-Match"] == '"2"'


def test_a_picture_that_died_upstream_stays_in_use(fetch: Fetcher) -> None:
    fetch.server.answers["/a.png"] = picture(PNG)
    image = fetch.image("a.png")
    fetch(image)
    fetch.server.answers["/a.png"] = status(404)
    fetched = fetch(image, refresh=True)
    assert fetched.unchanged == (image.key,)
    assert fetched.failed[image.key] == "the server answered 404 Not Found"
    assert fetch.warnings[0].endswith("the copy from an earlier run stays in use")
    assert (fetch.folder / image.key).read_bytes() == PNG
    assert fetch(image) == DownloadReport(unchanged=(image.key,))
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
def test_a_damaged_memory_costs_only_a_whole_download(fetch: Fetcher, damage: bytes | None) -> None:
    fetch.server.answers["/a.png"] = conditional(PNG, '"1"', MODIFIED)
    fetch(fetch.image("a.png"))
    memory = fetch.folder / "validators.json"
    memory.unlink() if damage is None else memory.write_bytes(damage)
    before = (fetch.folder / "5-a.png").stat().st_mtime_ns
    assert fetch(fetch.image("a.png"), refresh=True) == DownloadReport(unchanged=("5-a.png",))
    assert "If-None-Match" not in fetch.server.asked[-1][1]
    assert (fetch.folder / "5-a.png").stat().st_mtime_ns == before
    assert json.loads(memory.read_bytes())["validators"]["5-a.png"]["If-None-Match"] == '"1"'


def test_what_cannot_be_a_header_is_not_sent_as_one(fetch: Fetcher) -> None:
    fetch.server.answers["/a.png"] = picture(PNG, ETag='"caf\xe9"')
    fetch(fetch.image("a.png"))
    assert fetch(fetch.image("a.png"), refresh=True).failed == {}
    assert "If-None-Match" not in fetch.server.asked[-1][1]


def test_validators_of_an_original_that_is_gone_are_not_sent(fetch: Fetcher) -> None:
    fetch.server.answers["/a.png"] = conditional(PNG, '"1"', MODIFIED)
    fetch(fetch.image("a.png"))
    (fetch.folder / "5-a.png").unlink()
    assert fetch(fetch.image("a.png")).new == ("5-a.png",)


def test_304_to_a_plain_request_is_a_fault(fetch: Fetcher) -> None:
    assert fetch.fault(status(304)) == "the server answered 304 Not Modified"


# Faults ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (status(404), "the server answered 404 Not Found"),
        (status(403), "the server answered 403 Forbidden"),
        (status(500), "the server answered 500 Internal Server Error"),
        (status(204), "the server answered 204 No Content"),
        (status(302), "the server answered 302 Found"),
        (picture(b""), "it is empty, not a picture"),
        (picture(b"  \n<!DOCTYPE html><svg>"), "it is HTML, not a picture"),
        (picture(b"\xef\xbb\xbf<?xml version='1.0'?><svg/>"), "it is SVG, not a picture"),
        (picture(b"<Error><Code>NoSuchKey</Code></Error>"), "it is HTML or XML, not a picture"),
        (picture(b'{"detail": "Not found."}'), "it is JSON, not a picture"),
        (picture(b"Not found\r\n"), "it is text, not a picture"),
        (picture(PNG * 1000), "it is larger than 1 MB"),
        (endless, "it is larger than 1 MB"),
        (redirect("/a.png"), "it was redirected more than 5 times"),
        (redirect("ftp://example.org/a.png"), "its address is not one of http or https"),
        (redirect("file:///etc/passwd"), "its address is not one of http or https"),
        (redirect("http://[broken/"), "its address is not valid"),
        (redirect("http://10.0.0.1/a.png"), "10.0.0.1 is not a public address"),
        (redirect("http://169.254.169.254/"), "169.254.169.254 is not a public address"),
        (redirect("http://[::1]/a.png"), "::1 is not a public address"),
        (redirect("https://127.0.0.2/a.png"), "127.0.0.2 is not a public address"),
    ],
)
def test_a_fault_costs_one_warning_that_names_it(fetch: Fetcher, answer: Any, reason: str) -> None:
    started = time.monotonic()
    assert fetch.fault(answer) == reason
    assert fetch.said.endswith("0 pictures fetched, 1 failed\n")
    assert time.monotonic() - started < 20


@pytest.mark.parametrize(
    ("answer", "bounds", "reason"),
    [
        (dripping, SHORT, "it took longer than 0.25 seconds"),
        (dripping_headers, SHORT, "it took longer than 0.25 seconds"),
        (silent, SHORT, "it took longer than 0.25 seconds"),
        (silent, IMPATIENT, "the connection broke off (ReadTimeout)"),
    ],
)
def test_a_server_that_takes_its_time_is_left(
    fetch: Fetcher, answer: Any, bounds: DownloadLimits, reason: str
) -> None:
    started = time.monotonic()
    assert fetch.fault(answer, bounds=bounds) == reason
    assert time.monotonic() - started < 20


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://example.org/a.png", "a.png:", "data:image/png;base64,AA"]
)
def test_other_schemes_are_refused(fetch: Fetcher, url: str) -> None:
    fetched = fetch(fetch.image(url))
    assert set(fetched.failed.values()) == {"its address is not one of http or https"}


@pytest.mark.parametrize("url", ["http://", "http://a:port/", "http://x.invalid/\x1b.png"])
def test_an_address_that_makes_no_sense_is_a_fault(fetch: Fetcher, url: str) -> None:
    assert len(fetch(fetch.image(url)).failed) == 1
    assert "\x1b" not in fetch.said


def test_a_redirect_is_followed_and_its_name_may_be_in_utf_8(fetch: Fetcher) -> None:
    fetch.server.answers["/a.png"] = redirect("caf\xc3\xa9.png", 307)
    fetch.server.answers["/caf%C3%A9.png"] = picture(PNG)
    assert fetch(fetch.image("a.png")).new == ("5-a.png",)


def test_a_body_shorter_than_announced_is_a_fault(fetch: Fetcher) -> None:
    assert fetch.fault(cut_short(PNG)).startswith("the connection broke off (")


def test_a_library_that_does_not_count_is_counted_after(
    fetch: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    def some(*_: Any, **__: Any) -> Iterator[bytes]:
        yield PNG

    monkeypatch.setattr(requests.Response, "iter_content", some)
    assert fetch.fault(cut_short(PNG)) == "the connection broke off (before the end)"


def test_a_body_that_was_compressed_on_the_way_is_longer_than_announced(fetch: Fetcher) -> None:
    packed = gzip.compress(PNG)
    fetch.server.answers["/a.png"] = picture(packed, Content_Encoding="gzip")
    fetch(fetch.image("a.png"))
    assert (fetch.folder / "5-a.png").read_bytes() == PNG


def test_an_announced_giant_is_refused_without_reading_it(fetch: Fetcher) -> None:
    def giant(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "9" * 400)
        handler.end_headers()
        handler.server.closing.wait(1)

    started = time.monotonic()
    assert fetch.fault(giant) == "it is larger than 1 MB"
    assert time.monotonic() - started < 10


def test_a_drip_does_not_take_the_other_pictures_along(fetch: Fetcher) -> None:
    fetch.server.answers["/slow.png"] = dripping
    images = [fetch.image("slow.png", 1)]
    for number in range(2, 12):
        fetch.server.answers[f"/{number}.png"] = picture(PNG)
        images.append(fetch.image(f"{number}.png", number))
    bounds = replace(BOUNDS, seconds=0.5)
    for jobs in (1, 4):
        fetched = fetch(*images, jobs=jobs, folder=fetch.folder / str(jobs), bounds=bounds)
        assert len(fetched.new) == 10
        assert list(fetched.failed) == ["1-slow.png"]


def test_a_fault_names_pictures_in_the_order_they_were_asked_for(fetch: Fetcher) -> None:
    images = [fetch.image(f"{number}.png", number) for number in range(9)]
    fetch(*images, jobs=4)
    assert [warning.split()[1] for warning in fetch.warnings] == [str(n) for n in range(9)]


def test_a_folder_that_cannot_be_written_to_stops_the_run_with_a_sentence(
    fetch: Fetcher, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    fetch.server.answers["/a.png"] = picture(PNG)
    with pytest.raises(ArchiveError, match="cannot be written"):
        fetch(fetch.image("a.png"), folder=tmp_path / "file" / "originals")


# What failed is remembered -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "pause"),
    [(status(404), timedelta(days=1)), (picture(b"<html>"), timedelta(days=1))]
    + [(status(code), timedelta(hours=1)) for code in (408, 429, 500, 503)],
)
def test_a_dead_picture_is_not_asked_for_again_too_soon(
    fetch: Fetcher, answer: Any, pause: timedelta
) -> None:
    reason = fetch.fault(answer)
    held = fetch.fault(answer, now=NOW + pause - timedelta(seconds=1))
    assert held == f"{reason}; it will be asked for again after {NOW + pause:%Y-%m-%d %H:%M} UTC"
    assert len(fetch.server.asked) == 1
    assert fetch.fault(answer, now=NOW + pause) == reason
    assert len(fetch.server.asked) == 2


def test_a_dead_picture_is_asked_for_at_once_on_a_refresh_or_at_a_new_address(
    fetch: Fetcher,
) -> None:
    fetch.fault(status(404))
    fetch.fault(status(404), refresh=True)
    assert len(fetch.server.asked) == 2
    fetch.server.answers["/new/a.png"] = picture(PNG)
    assert fetch(fetch.image("new/a.png")).new == ("5-a.png",)
    assert json.loads((fetch.folder / "validators.json").read_bytes())["failed"] == {}


def test_a_clock_that_was_wrong_does_not_hold_a_picture_back(fetch: Fetcher) -> None:
    fetch.fault(status(404), now=NOW + timedelta(days=400))
    fetch.fault(status(404))
    assert len(fetch.server.asked) == 2


def test_a_host_that_is_away_is_tried_once_a_run_and_not_remembered(
    fetch: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but nobody listens
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


def test_a_name_that_nobody_knows_is_a_fault(fetch: Fetcher) -> None:
    fetched = fetch(fetch.image("http://no-such-host.invalid/a.png"))
    assert list(fetched.failed.values()) == [
        "no-such-host.invalid cannot be reached (its name is not known)"
    ]


# Where a picture may come from -------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),
        *("100.64.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1"),
        *("::1", "::", "fe80::1", "fe80::1%1", "fc00::1", "fec0::1", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"),
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
    ],
)
def test_addresses_off_the_public_internet(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "162.243.189.2", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"],
)
def test_addresses_on_the_public_internet(address: str) -> None:
    assert is_public(address)


def test_loopback_is_refused_unless_the_api_is_there(fetch: Fetcher) -> None:
    reason = fetch.fault(picture(PNG), api_url=PUBLIC_API)
    assert reason == "127.0.0.1 is not a public address"
    assert fetch.server.connections == 0


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_name_that_leads_to_loopback_is_refused(
    fetch: Fetcher, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    _resolve(monkeypatch, ["127.0.0.1"])
    image = fetch.image(f"{scheme}://pictures.example:{fetch.server.port}/a.png")
    fetched = fetch(image, api_url=PUBLIC_API)
    assert list(fetched.failed.values()) == ["127.0.0.1 is not a public address"]
    assert fetch.server.connections == 0


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_name_that_changes_its_mind_is_refused_before_anything_is_sent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scheme: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as inside:
        port = inside.getsockname()[1]
        look_up = socket.getaddrinfo
        # First public, and loopback as soon as somebody connects to it.
        answers = iter(["8.8.8.8", "127.0.0.1"])
        monkeypatch.setattr(
            socket,
            "getaddrinfo",
            lambda host, at, *args, **kw: look_up(next(answers), port, *args, **kw),
        )
        line = GuardedSession()
        line.start_deadline(5)
        with pytest.raises(Exception, match=r"127\.0\.0\.1"):
            line.get(f"{scheme}://pictures.example/a.png", {}, timeout=(1, 1))
        line.close()
        inside.settimeout(1)
        visitor, _ = inside.accept()
        with visitor:
            assert visitor.recv(1) == b""


def test_one_private_address_among_public_ones_is_refused(
    fetch: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    _resolve(monkeypatch, ["8.8.8.8", "192.168.0.1"])
    fetched = fetch(fetch.image("http://pictures.example/a.png"), api_url=PUBLIC_API)
    assert list(fetched.failed.values()) == ["192.168.0.1 is not a public address"]


def test_an_api_on_loopback_opens_no_other_private_address(
    fetch: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched = fetch(fetch.image("http://127.0.0.99:80/a.png"))
    assert list(fetched.failed.values()) == ["127.0.0.99 is not a public address"]


def test_a_name_that_is_no_name_has_no_addresses() -> None:
    assert addresses_of("a" * 300) == ()
    assert addresses_of("x..y") == ()


def _resolve(monkeypatch: pytest.MonkeyPatch, addresses: list[str]) -> None:
    """Make the DNS give these addresses for every name."""
    look_up = socket.getaddrinfo

    def answer(host: str, port: Any, *args: Any, **kw: Any) -> list[Any]:
        names = addresses if host.endswith(".example") else [host]
        return [found for name in names for found in look_up(name, port, *args, **kw)]

    monkeypatch.setattr(socket, "getaddrinfo", answer)


# Over TLS ----------------------------------------------------------------------------------------


@pytest.fixture
def secure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PictureServer]:
    """A server with a certificate for 127.0.0.1 that only these tests trust."""
    if not (openssl := shutil.which("openssl")):
        pytest.skip("needs openssl to make a certificate")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        (
            *(openssl, "req", "-x509", "-nodes", "-newkey", "ec"),
            *("-pkeyopt", "ec_paramgen_curve:P-256", "-days", "2", "-subj", "/CN=127.0.0.1"),
            *("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate),
        ),
        check=True,
        capture_output=True,
    )
    monkeypatch.setattr("events_archive.net.ssrf_guard._CERTIFICATES", str(certificate))
    with PictureServer(certificate=certificate, key=key) as server:
        yield server


def test_pictures_come_over_tls(secure: PictureServer, tmp_path: Path) -> None:
    secure.answers["/a.png"] = picture(PNG)
    fetch = Fetcher(secure, tmp_path / "originals")
    assert fetch(fetch.image("a.png")).new == ("5-a.png",)
    assert (fetch.folder / "5-a.png").read_bytes() == PNG


@pytest.mark.parametrize("answer", [dripping, dripping_headers])
def test_a_drip_over_tls_is_cut_too(secure: PictureServer, tmp_path: Path, answer: Any) -> None:
    fetch = Fetcher(secure, tmp_path / "originals")
    assert fetch.fault(answer, bounds=SHORT) == "it took longer than 0.25 seconds"


def test_a_certificate_that_nobody_vouches_for_is_a_fault(
    secure: PictureServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("events_archive.net.ssrf_guard._CERTIFICATES", True)
    fetch = Fetcher(secure, tmp_path / "originals")
    assert fetch.fault(picture(PNG)) == "the connection broke off (SSLError)"
    assert secure.paths == []


# Ends --------------------------------------------------------------------------------------------


def test_a_line_that_was_cut_connects_no_more(server: PictureServer) -> None:
    server.answers["/a.png"] = picture(PNG)
    line = GuardedSession(allowed_ips=frozenset({"127.0.0.1"}))
    line.start_deadline(5)
    line.abort(only_if_late=True)
    assert not line.aborted
    line.abort()
    with pytest.raises(Exception, match="too late"):
        line.get(server.url + "a.png", {}, timeout=(1, 1))
    line.close()


def test_a_tls_handshake_that_drips_is_cut() -> None:
    with socket.create_server(("127.0.0.1", 0)) as host:
        line = GuardedSession(allowed_ips=frozenset({"127.0.0.1"}))
        line.start_deadline(0.2)
        watch = threading.Timer(0.3, line.abort, kwargs={"only_if_late": True})
        watch.start()
        started = time.monotonic()
        with pytest.raises(OSError):
            line.get(f"https://127.0.0.1:{host.getsockname()[1]}/", {}, timeout=(5, 5))
        assert time.monotonic() - started < 20
        assert line.aborted
        watch.join()
        line.close()


def test_an_error_that_requests_lets_through_is_a_fault_of_the_picture(
    fetch: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise HTTPError("odd")

    monkeypatch.setattr(HTTPAdapter, "send", fail)
    assert fetch.fault(picture(PNG)) == "the connection broke off (ConnectionError)"


def test_who_is_late_tries_no_more_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    _resolve(monkeypatch, ["127.0.0.8", "127.0.0.9"])
    with socket.socket() as taken:
        taken.bind(("127.0.0.8", 0))
        with socket.create_server(("127.0.0.9", taken.getsockname()[1])) as second:
            line = GuardedSession(allowed_ips=frozenset({"127.0.0.8", "127.0.0.9"}))
            line.start_deadline(-1)
            with pytest.raises(ConnectError, match="refused"):
                line.get(f"http://x.example:{taken.getsockname()[1]}/", {}, timeout=(1, 1))
            line.close()
            second.settimeout(0)
            with pytest.raises(BlockingIOError):
                second.accept()


def test_an_error_that_nobody_foresaw_is_not_swallowed(
    fetch: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(GuardedSession, "get", fail)
    with pytest.raises(ZeroDivisionError):
        fetch(fetch.image("a.png"))


def test_ctrl_c_stops_at_once_and_keeps_what_has_arrived(
    server: PictureServer, tmp_path: Path
) -> None:
    server.answers.update({"/a.png": conditional(PNG, '"1"', MODIFIED), "/b.png": dripping})
    code = f"""
        import datetime
        from pathlib import Path
        from events_archive.model.event import Image
        from events_archive.console import Console
        from events_archive.images.download import download_images
        images = [Image(id=1, name="", url="{server.url}" + name, credit="", licence=None)
                  for name in ("a.png", "b.png")]
        download_images(images, folder=Path({str(tmp_path)!r}), api_url="{server.url}", jobs=1,
                       user_agent="t", report=Console(), now=datetime.datetime.now(datetime.UTC))
    """
    program = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)], stderr=subprocess.PIPE, env=os.environ
    )
    limit = time.monotonic() + 60
    while "/b.png" not in server.paths and time.monotonic() < limit:
        time.sleep(0.02)
    started = time.monotonic()
    program.send_signal(signal.SIGINT)
    _, said = program.communicate(timeout=60)
    assert time.monotonic() - started < 20
    assert b"KeyboardInterrupt" in said
    assert (tmp_path / "1-a.png").read_bytes() == PNG
    assert not (tmp_path / "1-b.png").exists()
    assert "1-a.png" in json.loads((tmp_path / "validators.json").read_bytes())["validators"]


@pytest.mark.parametrize(
    "start",
    [b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"GIF89a\x01\x00", b"RIFF\x00\x01\x00\x00WEBP"],
)
def test_what_may_be_a_picture_is_let_through(start: bytes) -> None:
    assert sniff_non_image(start) == ""
