"""The HTTP client against servers that respond well, badly, slowly or not at all."""

import gzip
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError as Urllib3Error

from events_archive.errors import ConnectError, HttpError, RequestAbortedError, UnreachableError
from events_archive.net.http_client import HttpClient, HttpLimits, display_url, origin_of
from tests.net.web_server import (
    ScriptedHandler,
    WebServer,
    endless,
    ok,
    redirect,
    silent,
    slow_body,
    slow_headers,
    status,
    truncated,
)

LIMITS = HttpLimits(connect=2, read=5, total=10, max_bytes=1_000_000, max_redirects=3)
SHORT = replace(LIMITS, total=0.25)


@pytest.fixture
def server() -> Iterator[WebServer]:
    with WebServer() as server:
        yield server


def client_of(server: WebServer, limits: HttpLimits = LIMITS, **headers: str) -> HttpClient:
    """A client that may request URLs of this server only."""
    return HttpClient(root=server.url, limits=limits, headers=headers)


def public_client(limits: HttpLimits = LIMITS, **headers: str) -> HttpClient:
    """A client that may request any public URL, and those of 127.0.0.1."""
    return HttpClient(trusted_host="127.0.0.1", limits=limits, headers=headers)


@pytest.fixture(params=["with a root", "public URLs"])
def client(request: pytest.FixtureRequest, server: WebServer) -> Iterator[HttpClient]:
    with client_of(server) if request.param == "with a root" else public_client() as client:
        yield client


# Requests and responses --------------------------------------------------------------------------


def test_a_response_has_a_status_headers_in_lower_case_and_a_body(
    server: WebServer, client: HttpClient
) -> None:
    server.responses["/a"] = ok(b"hello", X_Name="Value")
    response = client.request("GET", server.url + "a")
    assert (response.url, response.status, response.reason) == (server.url + "a", 200, "OK")
    assert response.headers["x-name"] == "Value"
    assert response.body == b"hello"


def test_a_body_is_decompressed(server: WebServer, client: HttpClient) -> None:
    server.responses["/a"] = ok(gzip.compress(b"hello"), Content_Encoding="gzip")
    assert client.request("GET", server.url + "a").body == b"hello"


def test_only_the_bodies_of_the_wanted_statuses_are_read(
    server: WebServer, client: HttpClient
) -> None:
    server.responses.update({"/a": endless, "/b": ok(b"hello")})
    assert client.request("GET", server.url + "a", body_for=()).body == b""
    assert client.request("GET", server.url + "b", body_for={200}).body == b"hello"


def test_the_headers_of_the_client_and_of_the_request_are_sent_and_nothing_secret(
    server: WebServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    server.responses["/a"] = ok(b"", Set_Cookie="secret=1")
    for client in (client_of(server, X_One="1"), public_client(X_One="1")):
        with client:
            for _ in range(2):
                client.request("GET", server.url + "a", headers={"X-Two": "2"})
    for _, headers in server.requests:
        assert (headers["X_One"], headers["X-Two"]) == ("1", "2")
        assert "secret" not in str(headers)


def test_a_client_with_a_root_uses_the_proxy_of_the_environment_and_no_other_client_does(
    server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.responses["/a"] = ok(b"hello")
    with WebServer() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "")
        with public_client() as client:
            assert client.request("GET", server.url + "a").body == b"hello"
        assert proxy.connections == 0
        with client_of(server) as client:
            client.request("GET", server.url + "a")
        assert proxy.paths == [server.url + "a"]


def test_threads_share_the_connections_of_a_client(server: WebServer, client: HttpClient) -> None:
    server.responses["/a"] = ok(b"hello")

    def work() -> None:
        for _ in range(10):
            client.request("GET", server.url + "a")

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.requests) == 30
    assert server.connections <= 3


# Redirects ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_redirects_are_followed(server: WebServer, client: HttpClient, code: int) -> None:
    server.responses.update(
        {"/a": redirect("b/c", code), "/b/c": redirect("/d"), "/d": ok(b"hello")}
    )
    response = client.request("GET", server.url + "a")
    assert (response.url, response.body) == (server.url + "d", b"hello")


def test_a_location_may_be_written_in_utf_8(server: WebServer, client: HttpClient) -> None:
    server.responses.update({"/a": redirect("caf\xc3\xa9"), "/caf%C3%A9": ok(b"hello")})
    assert client.request("GET", server.url + "a").body == b"hello"


def test_a_redirect_status_without_a_location_is_a_response(
    server: WebServer, client: HttpClient
) -> None:
    server.responses["/a"] = status(302)
    assert client.request("GET", server.url + "a").status == 302


def test_the_number_of_redirects_is_limited(server: WebServer, client: HttpClient) -> None:
    server.responses["/a"] = redirect("/a")
    with pytest.raises(HttpError, match="redirects more than 3 times"):
        client.request("GET", server.url + "a")
    assert len(server.requests) == 4


def test_the_body_of_a_redirect_is_not_read(server: WebServer, client: HttpClient) -> None:
    def endless_redirect(handler: ScriptedHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", "/b")
        handler.end_headers()
        handler.until_closed(0, b"\x89" * 65536)

    server.responses.update({"/a": endless_redirect, "/b": ok(b"hello")})
    assert client.request("GET", server.url + "a").body == b"hello"


def test_a_client_with_a_root_follows_no_redirect_to_another_origin(server: WebServer) -> None:
    with WebServer() as other, client_of(server, Authorization="secret") as client:
        server.responses["/a"] = redirect(other.url)
        with pytest.raises(HttpError, match="another host"):
            client.request("GET", server.url + "a")
        with pytest.raises(HttpError, match="another host"):
            client.request("GET", other.url)
        assert other.connections == 0


def test_the_host_that_is_checked_is_the_host_that_is_requested(server: WebServer) -> None:
    # To urllib.parse the host follows the "@", to urllib3 it precedes the backslash.
    with WebServer() as other, client_of(server, Authorization="secret") as client:
        server.responses["/a"] = redirect(f"{other.url[:-1]}\\@127.0.0.1:{server.port}/")
        with pytest.raises(HttpError, match="another host"):
            client.request("GET", server.url + "a")
        assert other.connections == 0


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "file:///etc/passwd", "data:text/plain,a", ""])
def test_other_schemes_are_refused(server: WebServer, client: HttpClient, url: str) -> None:
    with pytest.raises(HttpError, match=r"not an http\(s\) URL"):
        client.request("GET", url)
    server.responses["/a"] = redirect(url or "ftp:")
    with pytest.raises(HttpError, match=r"not an http\(s\) URL"):
        client.request("GET", server.url + "a")


@pytest.mark.parametrize("url", ["http://[broken/", "http://127.0.0.1:port/"])
def test_invalid_urls_are_refused(server: WebServer, client: HttpClient, url: str) -> None:
    with pytest.raises(HttpError, match="not a valid URL"):
        client.request("GET", url)
    server.responses["/a"] = redirect(url)
    with pytest.raises(HttpError, match="not a valid URL"):
        client.request("GET", server.url + "a")


# Limits ------------------------------------------------------------------------------------------


def test_a_body_that_is_too_large_is_not_read_to_its_end(
    server: WebServer, client: HttpClient
) -> None:
    server.responses.update(
        {
            "/a": endless,
            "/b": ok(gzip.compress(b"\0" * 10**7), Content_Encoding="gzip"),
        }
    )
    for name in "ab":
        with pytest.raises(HttpError, match="larger than 1 MB"):
            client.request("GET", server.url + name)


def test_a_body_that_is_announced_as_too_large_is_not_read_at_all(
    server: WebServer, client: HttpClient
) -> None:
    def huge(handler: ScriptedHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "9" * 400)
        handler.end_headers()
        handler.server.closing.wait(5)

    server.responses["/a"] = huge
    started = time.monotonic()
    with pytest.raises(HttpError, match="larger than 1 MB"):
        client.request("GET", server.url + "a")
    assert time.monotonic() - started < 4


@pytest.mark.parametrize("respond", [slow_body, slow_headers, silent])
@pytest.mark.parametrize("has_root", [True, False])
def test_the_whole_response_has_a_deadline(server: WebServer, respond: Any, has_root: bool) -> None:
    server.responses["/a"] = respond
    started = time.monotonic()
    with (
        client_of(server, SHORT) if has_root else public_client(SHORT) as client,
        pytest.raises(UnreachableError, match=r"no whole answer within 0\.25 seconds"),
    ):
        client.request("GET", server.url + "a")
    assert time.monotonic() - started < 4


def test_a_handshake_of_tls_counts_towards_the_deadline() -> None:
    def drip(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection, suppress(OSError):
            # The head of a record of 16 kB, of which one byte arrives at a time.
            connection.sendall(b"\x16\x03\x03\x3f\xff")
            for _ in range(500):
                connection.sendall(b"\x02")
                time.sleep(0.02)

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=drip, args=(server,), daemon=True).start()
        url = f"https://127.0.0.1:{server.getsockname()[1]}/"
        with (
            public_client(SHORT) as client,
            pytest.raises(UnreachableError, match="no whole answer within"),
        ):
            client.request("GET", url)


def test_redirects_do_not_extend_the_deadline(server: WebServer) -> None:
    def slow_redirect(handler: ScriptedHandler) -> None:
        handler.server.closing.wait(0.15)
        redirect("/a")(handler)

    server.responses["/a"] = slow_redirect
    with public_client(SHORT) as client, pytest.raises(UnreachableError):
        client.request("GET", server.url + "a")
    assert len(server.requests) <= 2


def test_a_name_that_does_not_resolve_in_time_counts_towards_the_deadline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    released = threading.Event()

    def hang(*_: Any, **__: Any) -> list[Any]:
        released.wait(10)
        return []

    with public_client(SHORT) as client:
        monkeypatch.setattr(socket, "getaddrinfo", hang)
        started = time.monotonic()
        with pytest.raises(UnreachableError):
            client.request("GET", "http://slow.example/")
        assert time.monotonic() - started < 4
        released.set()


# Failures ----------------------------------------------------------------------------------------


def test_a_failure_has_a_reason_and_a_message_with_the_url(
    server: WebServer, client: HttpClient
) -> None:
    server.responses["/a"] = truncated(b"hello")
    with pytest.raises(UnreachableError, match="a: the answer broke off") as caught:
        client.request("GET", server.url + "a")
    assert caught.value.reason == "the answer broke off"


def test_a_server_that_sends_nothing_is_given_up_before_the_deadline(server: WebServer) -> None:
    server.responses["/a"] = silent
    limits = replace(LIMITS, read=0.1)
    with (
        client_of(server, limits) as client,
        pytest.raises(UnreachableError, match="fell silent"),
    ):
        client.request("GET", server.url + "a")


def test_a_refused_connection_is_a_failure() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # Bound, but not listening.
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        with (
            HttpClient(root=url, limits=LIMITS, headers={}) as client,
            pytest.raises(UnreachableError, match="the connection is refused"),
        ):
            client.request("GET", url)
        with public_client() as client:
            for _ in range(2):
                with pytest.raises(ConnectError, match=r"cannot be reached \(Connection refused\)"):
                    client.request("GET", url)


def test_exceptions_that_requests_does_not_translate_are_failures(
    client: HttpClient, server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise Urllib3Error("odd")

    monkeypatch.setattr(HTTPAdapter, "send", fail)
    with pytest.raises(UnreachableError, match=r"the connection failed \(HTTPError\)"):
        client.request("GET", server.url)


def test_programming_errors_are_not_hidden(
    client: HttpClient, server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(HTTPAdapter, "send", fail)
    with pytest.raises(ZeroDivisionError):
        client.request("GET", server.url)


# Abort -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("respond", [slow_body, slow_headers, silent])
def test_running_and_later_requests_can_be_aborted_from_another_thread(
    server: WebServer, client: HttpClient, respond: Any
) -> None:
    server.responses["/a"] = respond
    timer = threading.Timer(0.2, client.abort)
    timer.start()
    started = time.monotonic()
    for _ in range(2):
        with pytest.raises(RequestAbortedError):
            client.request("GET", server.url + "a")
    assert time.monotonic() - started < 4
    timer.join()


# URLs --------------------------------------------------------------------------------------------


def test_only_http_urls_have_an_origin() -> None:
    assert origin_of("https://a.example/b") == origin_of("https://a.example:443/c")
    assert origin_of("https://a.example/") != origin_of("http://a.example/")
    for url in ("ftp://x/", "http://", "x"):
        with pytest.raises(ValueError):
            origin_of(url)


def test_a_client_with_a_root_knows_which_urls_it_may_request(server: WebServer) -> None:
    with WebServer() as other, client_of(server) as client:
        assert client.is_same_origin(server.url + "a")
        for url in (other.url, "ftp://127.0.0.1/", "http://[/"):
            assert not client.is_same_origin(url)


def test_urls_in_messages_are_short_and_printable() -> None:
    assert display_url("http://a.example/\x1b[31m?key=secret") == r"http://a.example/\x1b[31m"
    assert len(display_url("http://a.example/" + "a" * 1000)) == 120
