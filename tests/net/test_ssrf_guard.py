"""Which addresses a guarded session connects to."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from events_archive.errors import ConnectError, HttpError
from events_archive.net.ssrf_guard import addresses_of, guarded_session, is_public
from tests.net.web_server import WebServer, ok

SCHEMES = pytest.mark.parametrize("scheme", ["http", "https"])


@pytest.fixture
def server() -> Iterator[WebServer]:
    with WebServer() as server:
        server.responses["/"] = ok(b"hello")
        yield server


def get(url: str, *allowed_ips: str) -> requests.Response:
    with guarded_session(frozenset(allowed_ips)) as session:
        return session.get(url, timeout=2)


def resolve(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> None:
    """Make names below ``.example`` resolve to each of ``answers`` in turn, then to the last."""
    getaddrinfo = socket.getaddrinfo
    remaining = list(answers)

    def answer(host: str, port: Any, *args: Any, **options: Any) -> list[Any]:
        addresses = [host]
        if host.endswith(".example"):
            addresses = remaining.pop(0) if len(remaining) > 1 else remaining[0]
        return [
            found for address in addresses for found in getaddrinfo(address, port, *args, **options)
        ]

    monkeypatch.setattr(socket, "getaddrinfo", answer)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),
        *("100.64.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1"),
        *("::1", "::", "fe80::1", "fe80::1%1", "fc00::1", "fec0::1", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"),
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
        # The server of a Teredo address.
        "2001:0:7f00:1:8000:63bf:f7f7:f7f7",
        # Those that a version of Python calls global.
        *("192.0.0.9", "192.0.0.170", "192.88.99.1", "::ffff:192.0.0.9", "64:ff9b::c058:6301"),
        *("2002:c000:9::", "64:ff9b:1::1", "100:0:0:1::1", "3fff::1", "3fff:fff::1", "5f00::1"),
        *("64:ff9b::a01:203", "64:ff9b::a9fe:a9fe", "2002:a01:203::", "::10.0.0.1"),
        "2001:0:4136:e378:8000:63bf:f5fe:fdfc",
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("8.8.8.8", "162.243.189.2", "192.0.1.1", "192.88.98.1", "2606:4700::1111", "2002:808::"),
        *("::ffff:8.8.8.8", "64:ff9b::808:808", "2001:0:4136:e378:8000:63bf:f7f7:f7f7"),
    ],
)
def test_addresses_that_are_public(address: str) -> None:
    assert is_public(address)


def test_an_invalid_name_has_no_addresses() -> None:
    assert addresses_of("a" * 300) == ()
    assert addresses_of("x..y") == ()


@SCHEMES
def test_a_private_address_is_refused(server: WebServer, scheme: str) -> None:
    for allowed_ip in ("127.0.0.2", "8.8.8.8"):
        with pytest.raises(HttpError, match=r"^127\.0\.0\.1 is not a public address$"):
            get(f"{scheme}://127.0.0.1:{server.port}/", allowed_ip)
    assert server.connections == 0


def test_a_private_address_that_is_allowed_is_connected_to(server: WebServer) -> None:
    assert get(server.url, "127.0.0.1").content == b"hello"


@SCHEMES
def test_a_name_with_a_private_address_is_refused(
    server: WebServer, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    resolve(monkeypatch, ["127.0.0.1"])
    with pytest.raises(HttpError, match="not a public address"):
        get(f"{scheme}://name.example:{server.port}/")
    assert server.connections == 0


@SCHEMES
def test_one_private_address_among_public_ones_is_refused(
    monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    resolve(monkeypatch, ["8.8.8.8", "192.168.0.1"])
    with pytest.raises(HttpError, match=r"^192\.168\.0\.1 is not a public address$"):
        get(f"{scheme}://name.example/")


@SCHEMES
def test_the_address_that_was_checked_is_connected_to_whatever_the_dns_answers_later(
    monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    # Fails if urllib3 no longer connects to what `connect` finds in ``host``.
    with (
        socket.create_server(("127.0.0.8", 0)) as allowed,
        socket.create_server(("127.0.0.1", allowed.getsockname()[1])) as private,
    ):
        resolve(monkeypatch, ["127.0.0.8"], ["127.0.0.1"])
        with pytest.raises(requests.RequestException):
            get_briefly(f"{scheme}://name.example:{allowed.getsockname()[1]}/", "127.0.0.8")
        allowed.accept()[0].close()
        private.setblocking(False)
        with pytest.raises(BlockingIOError):
            private.accept()


def get_briefly(url: str, *allowed_ips: str) -> None:
    with guarded_session(frozenset(allowed_ips)) as session:
        session.get(url, timeout=0.3)


def test_a_connection_that_ends_at_another_address_is_not_used(
    server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    getaddrinfo = socket.getaddrinfo
    addresses = iter(["8.8.8.8", "127.0.0.1"])
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda _, *args, **options: getaddrinfo(next(addresses), *args, **options),
    )
    with pytest.raises(HttpError, match=r"^127\.0\.0\.1 is not a public address$"):
        get(f"http://name.example:{server.port}/")
    assert server.requests == []


def test_further_addresses_are_tried_when_the_first_does_not_answer(
    server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve(monkeypatch, ["127.0.0.8", "127.0.0.1"])
    url = f"http://name.example:{server.port}/"
    assert get(url, "127.0.0.1", "127.0.0.8").content == b"hello"
    [(_, headers)] = server.requests
    assert headers["Host"] == f"name.example:{server.port}"


def test_a_host_without_an_address_that_answers_cannot_be_reached(
    server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve(monkeypatch, ["127.0.0.8", "127.0.0.9"])
    with pytest.raises(ConnectError, match=r"^name.example cannot be reached \(Connection refused"):
        get(f"http://name.example:{server.port}/", "127.0.0.8", "127.0.0.9")


def test_a_name_that_does_not_resolve_cannot_be_reached() -> None:
    with pytest.raises(ConnectError, match=r"cannot be reached \(its name is not known\)"):
        get("http://no-such-host.invalid/")


# TLS ---------------------------------------------------------------------------------------------


@pytest.fixture
def tls_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WebServer]:
    """A server with a certificate for ``name.example`` that only these tests trust."""
    if not (openssl := shutil.which("openssl")):
        pytest.skip("needs openssl to make a certificate")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        (
            *(openssl, "req", "-x509", "-nodes", "-newkey", "ec"),
            *("-pkeyopt", "ec_paramgen_curve:P-256", "-days", "2", "-subj", "/CN=name.example"),
            *("-addext", "subjectAltName=DNS:name.example", "-keyout", key, "-out", certificate),
        ),
        check=True,
        capture_output=True,
    )
    monkeypatch.setattr("events_archive.net.ssrf_guard._CA_BUNDLE", str(certificate))
    resolve(monkeypatch, ["127.0.0.1"])
    with WebServer(certificate=certificate, key=key) as server:
        server.responses["/"] = ok(b"hello")
        yield server


def test_the_certificate_must_be_for_the_name(tls_server: WebServer) -> None:
    assert get(f"https://name.example:{tls_server.port}/", "127.0.0.1").content == b"hello"
    for host in ("other.example", "127.0.0.1"):
        with pytest.raises(requests.exceptions.SSLError):
            get(f"https://{host}:{tls_server.port}/", "127.0.0.1")
    assert len(tls_server.requests) == 1


def test_the_certificate_must_be_trusted(
    tls_server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("events_archive.net.ssrf_guard._CA_BUNDLE", True)
    with pytest.raises(requests.exceptions.SSLError):
        get(f"https://name.example:{tls_server.port}/", "127.0.0.1")
    assert tls_server.requests == []


def test_a_handshake_that_does_not_end_times_out() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        pytest.raises(requests.exceptions.Timeout),
    ):
        get_briefly(f"https://127.0.0.1:{server.getsockname()[1]}/", "127.0.0.1")
