"""A way out to the network for addresses that strangers chose.

A picture's address comes from outside and may lead, by a redirect or a name in the DNS, to the
network the build runs in. So every connection is checked against the address that the socket is
really connected to, before a byte is sent; and any connection can be cut from another thread,
since a server that sends a byte now and then never runs into a timeout of its own.
"""

import os
import socket
import threading
from contextlib import suppress
from functools import partial
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from time import monotonic
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError
from urllib3.util.connection import create_connection

_NAT64 = IPv6Network("64:ff9b::/96")
"""IPv4 behind a translator (RFC 6052): the last 32 bits say where it leads."""
_CERTIFICATES = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
"""The one thing that is taken from the environment, as where requests itself is used."""
_TRIES = 4
"""To how many of a host's addresses a connection is tried, each with a timeout of its own."""


class ForbiddenAddressError(Exception):
    """The way leads to an address that is not on the public internet."""


class ConnectError(Exception):
    """Nobody answered: no such name, no such host, nothing listening."""


def is_public(address: str) -> bool:
    """Whether an IP address is one that anybody on the internet could ask.

    Not so are private, shared, loopback, link-local, multicast and reserved addresses (the
    registries of RFC 6890), whether written as IPv4 or inside an IPv6 address.
    """
    ip: IPv4Address | IPv6Address = ip_address(address)
    if isinstance(ip, IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if ip in _NAT64:
            inner = IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner:
            return is_public(str(inner))
        if ip.is_site_local:
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved)


def addresses_of(host: str, port: int | None = None) -> tuple[str, ...]:
    """The IP addresses that a host's name stands for, best first; none if it does not resolve."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


class GuardedSession:
    """One thread's way out: it keeps connections open, and other threads may cut them.

    ``exempt`` are IP addresses that need not be public. No proxy is used, whatever the
    environment says: behind one, nobody here would know where a connection ends.
    """

    def __init__(self, allowed_ips: frozenset[str] = frozenset()) -> None:
        self._exempt = allowed_ips
        self._adapter = _Adapter(self)
        self._lock = threading.Lock()
        self._deadline: float | None = None
        self._cut = False
        self._open: list[tuple[HTTPConnection, socket.socket]] = []

    @property
    def aborted(self) -> bool:
        """Whether `cut` has ended the task at hand: what then looks like an answer may be half."""
        return self._cut

    @property
    def deadline_passed(self) -> bool:
        """Whether the time that `begin` gave is over."""
        return self._deadline is not None and monotonic() > self._deadline

    def start_deadline(self, seconds: float) -> None:
        """Start on a task that may take so long."""
        with self._lock:
            self._deadline, self._cut = monotonic() + seconds, False

    def clear_deadline(self) -> None:
        """The task is done: forget its deadline and those connections that were closed."""
        with self._lock:
            self._deadline = None
            closed = [pair for pair in self._open if pair[0].sock is None]
            self._open = [pair for pair in self._open if pair[0].sock is not None]
        for _, twin in closed:
            twin.close()

    def get(
        self, url: str, headers: dict[str, str], timeout: tuple[float, float]
    ) -> requests.Response:
        """The answer to one GET, its body still unread; otherwise as `ask`."""
        return self.request("GET", url, headers, timeout)

    def request(
        self, method: str, url: str, headers: dict[str, str], timeout: tuple[float, float]
    ) -> requests.Response:
        """The answer to one request without a body; redirects are not followed.

        ``timeout`` is in seconds, for connecting and for each read. Neither cookies nor what
        ``.netrc`` holds goes along.

        Raises `ForbiddenError`, `UnreachableError`, or what requests raises.
        """
        request = requests.Request(method, url, headers=headers).prepare()
        try:
            return self._adapter.send(request, stream=True, timeout=timeout, verify=_CERTIFICATES)
        except HTTPError as error:  # What requests forgets to translate.
            raise requests.ConnectionError(error) from error

    def abort(self, *, only_if_late: bool = False) -> None:
        """End every connection, at whatever stage it is; for another thread to call."""
        with self._lock:
            if only_if_late and not self.deadline_passed:
                return
            self._cut = True
            for _, twin in self._open:
                with suppress(OSError):  # It may have ended by itself.
                    twin.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close what is still open."""
        self._adapter.close()
        with self._lock:
            twins, self._open = [twin for _, twin in self._open], []
        for twin in twins:
            twin.close()

    def check(self, address: str) -> None:
        """Raise `ForbiddenError` unless it is an address to connect to."""
        if address not in self._exempt and not is_public(address):
            raise ForbiddenAddressError(address)

    def register(self, connection: HTTPConnection, connected: socket.socket) -> None:
        """Take note of a new connection, if it ends where one may.

        What is kept is a second handle on it: TLS takes the first one away from the connection,
        and a response that is the connection's last one takes it along.
        """
        self.check(connected.getpeername()[0])
        with self._lock:
            if self._cut:
                raise ConnectError(f"{connection.host} came too late")
            self._open.append((connection, connected.dup()))


class _Guarded:
    """What connections of both schemes have in common; ``_new_conn`` is all that urllib3 offers."""

    def __init__(self, *args: Any, line: GuardedSession, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._line = line

    def _new_conn(self: Any) -> socket.socket:
        addresses = addresses_of(self._dns_host, self.port)
        for address in addresses:
            self._line.check(address)
        connected: socket.socket = self._connect_to_one_of(addresses[:_TRIES])
        try:
            self._line.register(self, connected)
        except BaseException:
            connected.close()
            raise
        return connected

    def _connect_to_one_of(self: Any, addresses: tuple[str, ...]) -> socket.socket:
        problem = "its name is not known"
        for address in addresses:
            try:
                connected: socket.socket = create_connection(
                    (address, self.port), self.timeout, socket_options=self.socket_options
                )
                return connected
            except OSError as error:
                problem = error.strerror or str(error)
            if self._line.deadline_passed:
                break
        raise ConnectError(f"{self.host} cannot be reached ({problem})")


class _HTTPConnection(_Guarded, HTTPConnection):
    pass


class _HTTPSConnection(_Guarded, HTTPSConnection):
    pass


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


class _Adapter(HTTPAdapter):
    """Requests' own adapter, with connections that a `Line` has to admit."""

    def __init__(self, line: GuardedSession) -> None:
        self._line = line
        super().__init__(pool_connections=4, pool_maxsize=1)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools, and hand each connection the line it belongs to."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": partial(_HTTPPool, line=self._line),
            "https": partial(_HTTPSPool, line=self._line),
        }
