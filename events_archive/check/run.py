"""``build.py check``: all checks over one site, told for people or for programs."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain
from pathlib import Path

from events_archive.check.built_site import BuiltSite
from events_archive.check.feeds_and_calendars import invalid_feeds_and_calendars
from events_archive.check.findings import ERROR, Finding, format_findings
from events_archive.check.links import broken_links, external_links, orphans
from events_archive.check.page_weight import malformed, page_weights, too_heavy, too_large, total
from events_archive.check.permalinks import missing_ids, missing_urls
from events_archive.console import Console
from events_archive.settings import Settings
from events_archive.store.published_ids import PUBLISHED_IDS_FILE, load_published_ids
from events_archive.store.state_file import STATE_FILE, load_state


def check(
    settings: Settings,
    console: Console,
    *,
    files: Iterable[tuple[str, Path]],
    now: datetime,
    external: bool,
) -> None:
    """Look over the site of ``files``; errors make the run fail once all is told.

    With ``external``, other sites are asked whether what we link to is still there; what they
    answer is written down in the cache and never makes the run fail.
    """
    with console.timed("read"):
        site = BuiltSite.read(files, base_url=settings.base_url, jobs=settings.jobs)
    with console.timed("check"):
        visits = page_weights(site)
        findings = tuple(find_problems(site, visits, settings))
    console.print_lines(format_findings(findings, everything=settings.verbose))
    console.add_fact("findings", [finding.as_json() for finding in findings])
    console.add_fact("site", site_stats(site, visits))
    if external:
        from events_archive.check.external_links import check_external_links  # noqa: PLC0415 - asks others

        with console.timed("external"):
            check_external_links(external_links(site), settings, console, now=now)
    report_result(site, findings, console)


def find_problems(
    site: BuiltSite, visits: Mapping[str, int], settings: Settings
) -> Iterator[Finding]:
    """What is not as it should be, in the order in which it is looked for."""
    ledger, _ = load_state(settings.cache / STATE_FILE)
    patterns = load_published_ids(settings.cache / PUBLISHED_IDS_FILE)
    yield from (
        Finding(rule="missing", path=address, message="is not in the folder")
        for address in site.missing
    )
    yield from chain(
        missing_urls(site, ledger),
        missing_ids(site, ledger, patterns),
        broken_links(site),
        malformed(site),
        invalid_feeds_and_calendars(site),
        too_large(site),
        orphans(site),
        too_heavy(site, visits, page_budget=settings.page_budget, site_budget=settings.site_budget),
    )


def site_stats(site: BuiltSite, visits: Mapping[str, int]) -> dict[str, object]:
    """The site in numbers: bytes, files, and the heaviest page."""
    heaviest = max(visits, key=lambda address: (visits[address], address), default="")
    return {
        "size": total(site),
        "files": len(site.paths),
        "pages": len(site.pages),
        "heaviest": {"address": heaviest, "bytes": visits.get(heaviest, 0)},
    }


def report_result(site: BuiltSite, findings: tuple[Finding, ...], console: Console) -> None:
    """Say in a line what came of it."""
    counted = Counter(finding.severity for finding in findings)
    errors, warnings = counted[ERROR], len(findings) - counted[ERROR]
    size = f"{len(site.paths)} files, {len(site.pages)} pages, {total(site) / 1e6:.1f} MB"
    if warnings:
        console.warn(f"{warnings} thing{'s' if warnings > 1 else ''} to look at in the site")
    if errors:
        console.error(f"{errors} error{'s' if errors > 1 else ''} in the site ({size})")
    else:
        console.print(f"Checked {size}: no error.")
