"""What a connection to the preview may send, and for how long."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from events_archive.errors import UsageError
from events_archive.preview.server import PreviewServer


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PreviewServer]:
    (tmp_path / "index.html").write_text("<p>home</p>")
    with PreviewServer(folder=tmp_path, prefix="/", port=0) as server:
        server.start()
        yield server
        server.stop()


def _exchange(server: PreviewServer, *pieces: bytes) -> bytes:
    """Send pieces over one connection; return what arrives until the server closes it."""
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=20) as connection:
        for piece in pieces:
            connection.sendall(piece)
        received = b""
        while piece := connection.recv(65536):
            received += piece
    return received


@pytest.mark.parametrize(
    ("length", "body"),
    [
        (b"Content-Length: %d", b"%b"),
        (b"Transfer-Encoding: chunked\r\nX-Length: %d", b"%b\r\n0\r\n\r\n"),
    ],
)
def test_the_body_of_a_request_is_not_read_as_the_next_request(
    server: PreviewServer, length: bytes, body: bytes
) -> None:
    second = b"GET /other HTTP/1.1\r\nHost: localhost\r\n\r\n"
    head = b"GET / HTTP/1.1\r\nHost: localhost\r\n" + length % len(second) + b"\r\n\r\n"
    assert _exchange(server, head + body % second).count(b"HTTP/1.1 ") == 1


def test_a_connection_serves_several_requests(server: PreviewServer) -> None:
    request = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
    last = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert _exchange(server, request, last).count(b"<p>home</p>") == 2


@pytest.mark.parametrize("start", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: local"])
def test_a_request_that_does_not_arrive_is_given_up(server: PreviewServer, start: bytes) -> None:
    server.max_seconds = 0.2
    assert _exchange(server, start) == b""


def test_a_request_that_drips_is_given_up(server: PreviewServer) -> None:
    server.max_seconds = 0.2
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=0.05) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nX-Long: ")
        with pytest.raises(ConnectionError):
            for _ in range(400):
                connection.sendall(b"x")
                try:
                    if connection.recv(1) == b"":
                        raise ConnectionResetError
                except TimeoutError:
                    continue


@pytest.mark.parametrize(
    ("host", "is_own"),
    [("127.0.0.1:8000", True), ("localhost", True), ("localhost:80", True), ("[::1]:80", True),
     ("192.168.1.7:8000", True), ("box.example:8000", True), ("BOX.example", True),
     ("evil.example", False), ("127.0.0.1.evil.example", False), ("", False), ("[", False)],
)  # fmt: skip
def test_an_address_or_the_own_name_is_answered_and_no_other_name(
    server: PreviewServer, host: str, is_own: bool
) -> None:
    server.host = "box.example"
    status = b"200" if is_own else b"421"
    request = b"GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % host.encode()
    assert _exchange(server, request).startswith(b"HTTP/1.1 " + status)


@pytest.mark.parametrize("host", ["0.0.0.0", "localhost"])
def test_it_listens_where_it_is_told_to(tmp_path: Path, host: str) -> None:
    with PreviewServer(folder=tmp_path, prefix="/", port=0, host=host) as server:
        assert server.url == f"http://{host}:{server.server_port}/"


@pytest.mark.parametrize("host", ["x" * 300, "192.0.2.1"])
def test_a_host_that_is_not_of_this_machine_is_wrong_usage(tmp_path: Path, host: str) -> None:
    with pytest.raises(UsageError, match="choose another"):
        PreviewServer(folder=tmp_path, prefix="/", port=0, host=host)
