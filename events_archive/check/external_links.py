"""Pages of others that we link to: are they still there? Looked at only on request.

What they answer is remembered in ``links.json`` of the cache, so that a page that was there this
week is not asked for again, and of one that is gone it is known when it was last there. Nothing
here makes a run fail: the pages are others', and so are their bad days.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import chain

from events_archive.console import Console
from events_archive.net.link_checker import DEFAULT_POLICY, CrawlPolicy, check_links, group_by_host
from events_archive.settings import Settings
from events_archive.store.link_status import (
    LINKS_FILE,
    LinkStatus,
    load_link_statuses,
    save_link_statuses,
)


def check_external_links(
    links: Mapping[str, str],
    settings: Settings,
    console: Console,
    *,
    now: datetime,
    policy: CrawlPolicy = DEFAULT_POLICY,
) -> None:
    """Ask for those of ``links`` whose answer is old, write down what is said, and tell it.

    ``links`` are addresses, each with a page of ours that names it.

    Raises `CacheError` where the ledger of links cannot be written.
    """
    path = settings.cache / LINKS_FILE
    known = load_link_statuses(path)
    due = due_links(links, known, now=now, max_age=policy.max_age)
    if settings.offline or settings.dry_run:
        console.print(f"{len(due)} links to other sites would be asked for.")
        return
    queues = group_by_host(due, policy.max_per_host)
    with console.progress("Links", sum(map(len, queues))) as progress:
        answers = check_links(queues, settings, progress, policy)
    ledger = {
        url: LinkStatus.updated(known.get(url), answers.get(url), now)
        for url in links
        if url in known or url in answers
    }
    save_link_statuses(path, ledger)
    report_links(links, ledger, asked=len(answers), left=len(due) - len(answers), console=console)


def due_links(
    links: Iterable[str], known: Mapping[str, LinkStatus], *, now: datetime, max_age: timedelta
) -> list[str]:
    """Which links to ask for, the one that was not asked for longest first."""
    never = datetime.min.replace(tzinfo=now.tzinfo)
    tried = {url: known[url].last_checked if url in known else never for url in links}
    due = (url for url in tried if now - tried[url] >= max_age)
    return sorted(due, key=lambda url: (tried[url], url))


def report_links(
    links: Mapping[str, str],
    ledger: Mapping[str, LinkStatus],
    *,
    asked: int,
    left: int,
    console: Console,
) -> None:
    """What is not there, on which page of ours, and when it last was."""
    gone = {url: link for url, link in ledger.items() if link.fault}
    lines = (
        f"  {links[url]}: {url} {link.fault}; last there {_day(link.last_ok)}"
        for url, link in gone.items()
    )
    if gone:
        console.print_lines(chain([f"Links to other sites that are not there: {len(gone)}"], lines))
    more = f"; {left} are left for the next run" if left else ""
    console.print(
        f"{asked} links to other sites asked for, {len(gone)} known not to be there{more}."
    )
    faults = {url: link.fault for url, link in gone.items()}
    console.add_fact("external", {"asked": asked, "left": left, "gone": faults})


def _day(when: datetime | None) -> str:
    return f"on {when:%Y-%m-%d}" if when else "never as far as we know"
