"""Links to other sites: whether their pages still exist. Checked only with ``--external``.

The results are saved in ``links.json`` of the cache: a page that was there a few days ago is not
requested again, and of one that is gone, the day when it was last there is known. A dead link never
makes the run fail, since it may be a passing fault of the other site.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import chain

import msgspec

from events_archive.console import Console
from events_archive.net.link_checker import DEFAULT_POLICY, CrawlPolicy, check_links, group_by_host
from events_archive.settings import Settings
from events_archive.store.canonical_json import AwareDatetime, encode_lines
from events_archive.store.files import read_json, write_atomically

LINKS_FILE = "links.json"


class LinkStatus(msgspec.Struct, frozen=True, kw_only=True, rename={"last_checked": "last_tried"}):
    """What is known of one link; date-times in UTC, to the second."""

    first_seen: AwareDatetime
    """When it was first requested."""
    last_checked: AwareDatetime
    """When it was last requested."""
    last_ok: AwareDatetime | None = None
    """When it last worked; None if it never did."""
    fault: str = ""
    """Why it did not work at the last request; "" if it did."""


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

    Raises `CacheError` when ``links.json`` cannot be written.
    """
    file = settings.cache / LINKS_FILE
    previous = read_json(file, dict[str, LinkStatus]) or {}
    due = due_links(links, previous, now=now, max_age=policy.max_age)
    if settings.offline or settings.dry_run:
        console.print(f"{len(due)} links to other sites would be asked for.")
        return
    queues = group_by_host(due, policy.max_per_host)
    with console.progress("Links", sum(map(len, queues))) as progress:
        results = check_links(queues, settings, progress, policy)
    now = now.replace(microsecond=0)
    statuses = {
        url: _updated(previous.get(url), results[url], now) if url in results else previous[url]
        for url in links
        if url in previous or url in results
    }
    write_atomically(file, encode_lines(dict(sorted(statuses.items()))) + b"\n")
    report_links(
        links,
        statuses,
        requested=len(results),
        postponed=len(due) - len(results),
        console=console,
    )


def _updated(before: LinkStatus | None, fault: str, now: datetime) -> LinkStatus:
    """Return the status after a request that ended with ``fault``, "" for a link that works."""
    last_ok = before.last_ok if before else None
    return LinkStatus(
        first_seen=before.first_seen if before else now,
        last_checked=now,
        last_ok=last_ok if fault else now,
        fault=fault,
    )


def due_links(
    links: Iterable[str], statuses: Mapping[str, LinkStatus], *, now: datetime, max_age: timedelta
) -> list[str]:
    """Return the links not checked within ``max_age``, the one checked longest ago first."""
    never = datetime.min.replace(tzinfo=now.tzinfo)
    checked = {url: statuses[url].last_checked if url in statuses else never for url in links}
    due = (url for url in checked if now - checked[url] >= max_age)
    return sorted(due, key=lambda url: (checked[url], url))


def report_links(
    links: Mapping[str, str],
    statuses: Mapping[str, LinkStatus],
    *,
    requested: int,
    postponed: int,
    console: Console,
) -> None:
    """Print each dead link with a page that links to it, and how many links were ``requested``."""
    dead = {url: status for url, status in statuses.items() if status.fault}
    lines = (
        f"  {links[url]}: {url} {status.fault}; last there {_format_day(status.last_ok)}"
        for url, status in dead.items()
    )
    if dead:
        console.print_lines(chain([f"Links to other sites that are not there: {len(dead)}"], lines))
    more = f"; {postponed} are left for the next run" if postponed else ""
    console.print(
        f"{requested} links to other sites asked for, {len(dead)} known not to be there{more}."
    )
    faults = {url: status.fault for url, status in dead.items()}
    console.add_fact("external", {"asked": requested, "left": postponed, "gone": faults})


def _format_day(when: datetime | None) -> str:
    return f"on {when:%Y-%m-%d}" if when else "never as far as we know"
