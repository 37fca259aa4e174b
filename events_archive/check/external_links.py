"""Links to other sites: whether their pages still exist. Checked only with ``--external``.

Each host receives one request at a time, with a pause between two. The method is HEAD, or GET where
the host does not support HEAD; bodies are not read.

The results are saved in ``links.json`` of the cache: a page that was there a few days ago is not
requested again, and of one that is gone, the day when it was last there is known. A dead link never
makes the run fail, since it may be a passing fault of the other site.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from time import monotonic, sleep
from urllib.parse import urlsplit

from msgspec import Struct

from events_archive.check.built_site import BuiltSite
from events_archive.console import Console, Progress
from events_archive.errors import CacheError, HttpError
from events_archive.model.archived_copies import is_archived_copy
from events_archive.model.catalogue import grouped
from events_archive.net.http_client import HttpClient, HttpLimits
from events_archive.settings import Settings
from events_archive.store.canonical_json import encode_lines
from events_archive.store.files import ADVICE, keep_original, write_atomically
from events_archive.store.links_file import LINKS_FILE, LinkStatus, load_links
from events_archive.store.lock import locked
from events_archive.store.repair import first_fault
from events_archive.thread_pool import map_in_threads

_NO_HEAD = frozenset({400, 403, 404, 405, 406, 501})
"""Statuses of HEAD requests after which a GET request may have another."""


class CrawlPolicy(Struct, frozen=True, kw_only=True):
    """How often other sites receive requests, and how long they may take to respond."""

    pause: float = 2.0
    """Seconds between two requests to one host."""
    limits: HttpLimits = HttpLimits(read=15.0, total=30.0, max_redirects=5)
    max_seconds: float = 600.0
    """Seconds after which no further link is checked in this run."""
    max_per_host: int = 200
    """Links of one host that are checked in one run."""
    max_hosts: int = 8
    """Hosts that are checked at the same time."""
    max_age: timedelta = timedelta(days=7)
    """How long the result of a check counts."""


DEFAULT_POLICY = CrawlPolicy()


def check_external_links(
    links: Mapping[str, str],
    settings: Settings,
    console: Console,
    *,
    now: datetime,
    policy: CrawlPolicy = DEFAULT_POLICY,
) -> None:
    """Request the ``links`` whose last result is too old, save the results and print dead links.

    ``links`` are URLs, each with the path of a page that links to it. With ``--offline`` and
    ``--dry-run`` nothing is requested and nothing saved.
    """
    file = settings.cache / LINKS_FILE
    known = load_links(file)
    previous = known or {}
    due = due_links(links, previous, now=now, max_age=policy.max_age)
    if settings.offline or settings.dry_run:
        console.print(f"{len(due)} links to other sites would be checked.")
        return
    if known is None and file.exists():
        keep_original(file)
        fault = first_fault(settings.cache, LINKS_FILE)
        console.warn(f"{fault}; every link is requested again, unless {ADVICE} first")
    hosts = group_by_host(due, policy.max_per_host)
    with console.progress("Links", sum(map(len, hosts))) as progress:
        faults = find_faults(hosts, settings, progress, policy)
    statuses = updated_statuses(links, previous, faults, now=now.replace(microsecond=0))
    try:
        with locked(settings.cache):
            write_atomically(file, encode_lines(statuses) + b"\n")
    except CacheError as error:
        console.warn(f"the results are not saved: {error}")
    _report(links, statuses, asked=len(faults), left=len(due) - len(faults), console=console)


def find_external_links(site: BuiltSite) -> dict[str, str]:
    """Return the http(s) URLs of other sites, each with the path of the first page with it.

    Links to archived copies are left out: there is one for nearly every other link.
    """
    first_page: dict[str, str] = {}
    for path, page in site.pages.items():
        for link in page.links:
            is_http = link.startswith(("http://", "https://"))
            if is_http and not is_archived_copy(link) and site.resolve_link(path, link) is None:
                first_page.setdefault(link, path)
    return dict(sorted(first_page.items()))


def due_links(
    links: Iterable[str], statuses: Mapping[str, LinkStatus], *, now: datetime, max_age: timedelta
) -> list[str]:
    """Return the links not checked within ``max_age``, the one checked longest ago first."""
    never = datetime.min.replace(tzinfo=now.tzinfo)
    checked = {url: statuses[url].last_checked if url in statuses else never for url in links}
    due = (url for url in checked if now - checked[url] >= max_age)
    return sorted(due, key=lambda url: (checked[url], url))


def updated_statuses(
    links: Iterable[str],
    previous: Mapping[str, LinkStatus],
    faults: Mapping[str, str],
    *,
    now: datetime,
) -> dict[str, LinkStatus]:
    """Return what is known of ``links`` after requests that had these ``faults``, by URL, sorted.

    Links that are in no page any more are left out.
    """
    statuses = {url: previous[url] for url in links if url in previous}
    for url, fault in faults.items():
        before = previous.get(url, LinkStatus(first_seen=now, last_checked=now))
        statuses[url] = before.after_request(fault, now)
    return dict(sorted(statuses.items()))


def group_by_host(urls: Iterable[str], max_per_host: int) -> list[tuple[str, ...]]:
    """Return at most ``max_per_host`` of ``urls`` for each host, the longest list first.

    The longest takes the most time, because of the pauses.
    """
    by_host = grouped(urls, lambda url: urlsplit(url).hostname or "")
    return sorted((urls[:max_per_host] for urls in by_host.values()), key=len, reverse=True)


def find_faults(
    hosts: list[tuple[str, ...]], settings: Settings, progress: Progress, policy: CrawlPolicy
) -> dict[str, str]:
    """Check the links of each of ``hosts``, until the time is over.

    Return, for each link that was checked, what is wrong with it, or "".
    """
    until = monotonic() + policy.max_seconds
    headers = {"User-Agent": settings.user_agent, "Accept": "text/html,*/*;q=0.8"}
    api_host = urlsplit(settings.api_url).hostname or ""
    with HttpClient(limits=policy.limits, headers=headers, trusted_host=api_host) as client:

        def check_host(urls: tuple[str, ...]) -> dict[str, str]:
            faults: dict[str, str] = {}
            for url in urls:
                if faults:
                    sleep(policy.pause)
                if monotonic() > until:
                    break
                faults[url] = _link_fault(client, url)
                progress.advance()
            return faults

        checked: dict[str, str] = {}
        pool = map_in_threads(check_host, hosts, threads=policy.max_hosts, on_exit=client.abort)
        for _, faults in pool:
            checked |= faults
        return checked


def _link_fault(client: HttpClient, url: str) -> str:
    """Return what is wrong with a link, or "" if its page exists."""
    try:
        response = client.request("HEAD", url, body_for=())
        if response.status in _NO_HEAD:
            response = client.request("GET", url, body_for=())
    except HttpError as error:
        return error.reason
    return "" if response.status < 400 else f"answered {response.status}"


def _report(
    links: Mapping[str, str],
    statuses: Mapping[str, LinkStatus],
    *,
    asked: int,
    left: int,
    console: Console,
) -> None:
    """Print each dead link with a page that links to it, and how many links were requested."""
    dead = {url: status for url, status in statuses.items() if status.fault}
    lines = []
    for url, status in dead.items():
        last = f"on {status.last_ok:%Y-%m-%d}" if status.last_ok else "never as far as we know"
        lines.append(f"  {links[url]}: {url} {status.fault}; last there {last}")
    if dead:
        console.print_lines([f"Links to other sites that are not there: {len(dead)}", *lines])
    more = f"; {left} are left for the next run" if left else ""
    console.print(f"{asked} links to other sites checked, {len(dead)} dead{more}.")
    gone = {url: status.fault for url, status in dead.items()}
    console.facts["external"] = {"asked": asked, "left": left, "gone": gone}
