"""Asks other sites, politely, whether pages are still there.

Each host is asked one question at a time with a pause between two, by HEAD and only where that is
not understood by GET, whose answer is not read to the end. Hosts on private networks are never
asked (`guard`). The key for the API never gets here.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from time import monotonic, sleep
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from events_archive.console import Progress
from events_archive.settings import Settings

if TYPE_CHECKING:
    from events_archive.net.ssrf_guard import GuardedSession

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NOT_UNDERSTOOD = frozenset({400, 403, 404, 405, 406, 501})
"""Answers to HEAD after which GET may get another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlPolicy:
    """How others are treated."""

    pause: float = 2.0
    """Seconds between two questions to one host."""
    connect: float = 10.0
    """Seconds until a host has taken the connection."""
    read: float = 15.0
    """Seconds without a byte."""
    each: float = 30.0
    """Seconds for one link with its redirects."""
    whole: float = 600.0
    """Seconds for the run; what is left is for the next one."""
    per_host: int = 40
    """Links of one host in a run."""
    hosts: int = 8
    """Hosts that are asked at the same time."""
    redirects: int = 5
    again: timedelta = timedelta(days=7)
    """How long an answer counts."""


DEFAULT_POLICY = CrawlPolicy()


def group_by_host(urls: Iterable[str], per_host: int) -> list[list[str]]:
    """The links by host, at most so many of each; the longest first, or it would end last."""
    by_host: dict[str, list[str]] = defaultdict(list)
    for url in urls:
        by_host[urlsplit(url).hostname or ""].append(url)
    return sorted((urls[:per_host] for urls in by_host.values()), key=len, reverse=True)


def check_links(
    queues: list[list[str]], settings: Settings, progress: Progress, manners: CrawlPolicy
) -> dict[str, str]:
    """What was said of each link that could be asked for in time: "" for there, or the fault."""
    until = monotonic() + manners.whole

    def ask(urls: list[str]) -> list[tuple[str, str]]:
        answers = []
        for answer in _check_host(urls, settings, manners, until):
            answers.append(answer)
            progress.advance()
        return answers

    with ThreadPoolExecutor(manners.hosts) as pool:
        return dict(chain.from_iterable(pool.map(ask, queues)))


def _check_host(
    urls: list[str], settings: Settings, manners: CrawlPolicy, until: float
) -> Iterator[tuple[str, str]]:
    """One host's links, one after the other."""
    # 60 ms that only those pay who ask.
    from events_archive.net.ssrf_guard import GuardedSession, addresses_of  # noqa: PLC0415

    # Whoever runs this has chosen the API's host, be it on a private network.
    api_host = urlsplit(settings.api_url).hostname or ""
    line = GuardedSession(allowed_ips=frozenset(addresses_of(api_host)))
    try:
        for number, url in enumerate(urls):
            if number:
                sleep(manners.pause)
            if monotonic() > until:
                return
            line.start_deadline(manners.each)
            fault = link_fault(line, url, settings.user_agent, manners)
            line.clear_deadline()
            yield url, fault
    finally:
        line.close()


def link_fault(line: "GuardedSession", url: str, user_agent: str, manners: CrawlPolicy) -> str:
    """Why a page is not to be had, or "" where it is: HEAD first, GET where that says no."""
    status = _status(line, "HEAD", url, user_agent, manners)
    if status in _NOT_UNDERSTOOD:
        status = _status(line, "GET", url, user_agent, manners)
    if isinstance(status, str):
        return status
    return "" if status < 400 else f"answered {status}"


def _status(
    line: "GuardedSession", method: str, url: str, user_agent: str, manners: CrawlPolicy
) -> int | str:
    """The status at the end of the redirects, or in words why there is none."""
    import requests  # noqa: PLC0415 - as above

    from events_archive.net.ssrf_guard import ConnectError, ForbiddenAddressError  # noqa: PLC0415

    headers = {"User-Agent": user_agent, "Accept": "text/html,*/*;q=0.8"}
    timeout = (manners.connect, manners.read)
    try:
        for _ in range(manners.redirects + 1):
            if line.deadline_passed:
                return "took too long"
            if urlsplit(url).scheme not in ("http", "https"):
                return "leads to what is not the web"
            answer = line.request(method, url, headers, timeout)
            answer.close()
            location = answer.headers.get("Location")
            if answer.status_code not in _REDIRECTS or not location:
                return answer.status_code
            url = urljoin(url, location)
    except ForbiddenAddressError:
        return "leads to a private network"
    except (ConnectError, requests.RequestException, ValueError) as error:
        return f"cannot be reached ({type(error).__name__})"
    return "redirects without end"
