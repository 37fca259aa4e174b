"""Sessions of requests that connect to public addresses only.

The URLs of images and links come from outside. One of them may lead, by a redirect or by a name in
the DNS, to the network in which the build runs (server-side request forgery). The check is made
where a connection is opened: the name is resolved once, each of its addresses is checked, and the
socket is connected to an address that was checked. A second answer of the DNS ("rebinding")
therefore has no effect.
"""

import os
import socket
from functools import partial
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from events_archive.errors import ConnectError, HttpError

_NAT64 = IPv6Network("64:ff9b::/96")
"""IPv4 addresses behind a translator (RFC 6052), in the last 32 bits."""
_NOT_PUBLIC = (
    ip_network("192.0.0.0/24"),  # for protocols of the IETF (RFC 6890)
    ip_network("192.88.99.0/24"),  # relays of 6to4, which is deprecated (RFC 7526)
    ip_network("64:ff9b:1::/48"),  # translators of one network (RFC 8215)
    ip_network("100:0:0:1::/64"),  # the dummy prefix (RFC 9780)
    ip_network("3fff::/20"),  # documentation (RFC 9637)
    ip_network("5f00::/16"),  # segment routing (RFC 9602)
    ip_network("fec0::/10"),  # site-local (RFC 3879)
)
"""Networks that one of the supported versions of Python calls global."""
_CA_BUNDLE = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
"""The only thing that is taken from the environment; requests reads the same variables."""
_MAX_IDLE = 64
"""How many connections to one host are kept open: more than there are threads that share them."""
_MAX_ADDRESSES = 4
"""How many of a host's addresses are tried, each with the full timeout for connecting."""


def guarded_session(allowed_ips: frozenset[str]) -> requests.Session:
    """Return a session that connects to public addresses and to ``allowed_ips`` only.

    It raises `HttpError` instead of opening another connection, and `ConnectError` where a host
    cannot be reached. No proxy is used, whatever the environment says: behind one, the
    address that is connected to is not known here.
    """
    session = requests.Session()
    session.trust_env = False
    session.verify = _CA_BUNDLE
    adapter = _GuardedAdapter(allowed_ips, pool_maxsize=_MAX_IDLE)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


def is_public(address: str) -> bool:
    """Whether an IP address is reachable from the whole internet.

    Private, shared, loopback, link-local, multicast and reserved addresses are not (the registries
    of RFC 6890), whether written as IPv4 or inside an IPv6 address.
    """
    ip = ip_address(address)
    if isinstance(ip, IPv6Address) and (inner := _embedded(ip)):
        return all(is_public(str(address)) for address in inner)
    is_listed = any(ip in network for network in _NOT_PUBLIC)
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or is_listed)


def _embedded(ip: IPv6Address) -> tuple[IPv4Address, ...]:
    """Return the IPv4 addresses to which packets for ``ip`` are sent on; none for most."""
    if ip in _NAT64:
        return (IPv4Address(int(ip) & 0xFFFFFFFF),)
    if ip.teredo:
        return ip.teredo
    inner = ip.ipv4_mapped or ip.sixtofour
    return (inner,) if inner else ()


def addresses_of(host: str, port: int | None = None) -> tuple[str, ...]:
    """Return the IP addresses of ``host``, preferred first; none if it does not resolve."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


class _GuardedHTTPConnection(HTTPConnection):
    """A connection that is opened to one of its host's addresses, each of which is checked."""

    def __init__(self, *args: Any, allowed_ips: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._allowed_ips = allowed_ips

    def connect(self) -> None:
        """Open the connection. Raises `HttpError` or `ConnectError`."""
        host = self.host
        addresses = addresses_of(host, self.port)
        for address in addresses:
            self._check(address)
        try:
            self._connect_to_any(host, addresses[:_MAX_ADDRESSES])
        finally:
            # The ``Host`` header is made from it.
            self.host = host
        # Cannot fail as long as the base class connects to what it finds in ``host``.
        assert self.sock is not None
        self._check(self.sock.getpeername()[0])

    def _check(self, address: str) -> None:
        if address not in self._allowed_ips and not is_public(address):
            raise HttpError(f"{address} is not a public address")

    def _connect_to_any(self, host: str, addresses: tuple[str, ...]) -> None:
        reason = "its name is not known"
        for address in addresses:
            self.host = address
            try:
                return super().connect()
            except (ConnectTimeoutError, NewConnectionError) as error:
                cause = error.__cause__
                reason = getattr(cause, "strerror", None) or str(cause)
        raise ConnectError(f"{host} cannot be reached ({reason})")


class _GuardedHTTPSConnection(_GuardedHTTPConnection, HTTPSConnection):
    def connect(self) -> None:
        # Names the certificate that is asked for (SNI) and checked; else it would be the address.
        self.server_hostname = self.server_hostname or self.host
        super().connect()


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _GuardedHTTPConnection


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedHTTPSConnection


class _GuardedAdapter(HTTPAdapter):
    def __init__(self, allowed_ips: frozenset[str], **options: Any) -> None:
        self._allowed_ips = allowed_ips
        super().__init__(**options)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": partial(_HTTPPool, allowed_ips=self._allowed_ips),
            "https": partial(_HTTPSPool, allowed_ips=self._allowed_ips),
        }
