"""Checks whether pages of other sites still exist.

Each host receives one request at a time, with a pause between two. The method is HEAD, or GET where
the host does not support HEAD; bodies are not read.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic, sleep
from urllib.parse import urlsplit

from events_archive.console import Progress
from events_archive.net.errors import (
    ForbiddenAddressError,
    HttpError,
    RedirectError,
    ResponseTimeoutError,
    UnsupportedSchemeError,
)
from events_archive.net.http_client import HttpClient, HttpLimits
from events_archive.settings import Settings
from events_archive.thread_pool import map_in_threads

_NO_HEAD = frozenset({400, 403, 404, 405, 406, 501})
"""Statuses of HEAD requests after which a GET request may have another."""

_LIMITS = HttpLimits(read=15.0, total=30.0, max_redirects=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlPolicy:
    """How often other sites receive requests, and how long they may take to respond."""

    pause: float = 2.0
    """Seconds between two requests to one host."""
    limits: HttpLimits = _LIMITS
    max_seconds: float = 600.0
    """Seconds after which no further link is checked in this run."""
    max_per_host: int = 40
    """Links of one host that are checked in one run."""
    max_hosts: int = 8
    """Hosts that are checked at the same time."""
    max_age: timedelta = timedelta(days=7)
    """How long the result of a check counts."""


DEFAULT_POLICY = CrawlPolicy()


def group_by_host(urls: Iterable[str], max_per_host: int) -> list[list[str]]:
    """Return at most ``max_per_host`` of ``urls`` for each host, the longest list first.

    The longest takes the most time, because of the pauses.
    """
    by_host: dict[str, list[str]] = defaultdict(list)
    for url in urls:
        by_host[urlsplit(url).hostname or ""].append(url)
    return sorted((urls[:max_per_host] for urls in by_host.values()), key=len, reverse=True)


def check_links(
    hosts: list[list[str]], settings: Settings, progress: Progress, policy: CrawlPolicy
) -> dict[str, str]:
    """Check the links of each of ``hosts``, until the time is over.

    Return, for each link that was checked, what is wrong with it, or "".
    """
    until = monotonic() + policy.max_seconds
    headers = {"User-Agent": settings.user_agent, "Accept": "text/html,*/*;q=0.8"}
    api_host = urlsplit(settings.api_url).hostname or ""
    with HttpClient(limits=policy.limits, headers=headers, trusted_host=api_host) as client:

        def check_host(urls: list[str]) -> dict[str, str]:
            faults: dict[str, str] = {}
            for url in urls:
                if faults:
                    sleep(policy.pause)
                if monotonic() > until:
                    break
                faults[url] = link_fault(client, url)
                progress.advance()
            return faults

        checked: dict[str, str] = {}
        pool = map_in_threads(check_host, hosts, threads=policy.max_hosts, on_exit=client.abort)
        for _, faults in pool:
            checked |= faults
        return checked


def link_fault(client: HttpClient, url: str) -> str:
    """Return what is wrong with a link, or "" if its page exists."""
    try:
        response = client.request("HEAD", url, body_for=())
        if response.status in _NO_HEAD:
            response = client.request("GET", url, body_for=())
    except HttpError as error:
        return _FAULTS.get(type(error), f"cannot be reached ({error.cause})")
    return "" if response.status < 400 else f"answered {response.status}"


_FAULTS: dict[type[HttpError], str] = {
    ForbiddenAddressError: "leads to a private network",
    RedirectError: "redirects without end",
    ResponseTimeoutError: "took too long",
    UnsupportedSchemeError: "leads to what is not the web",
}
