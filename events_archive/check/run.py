"""``build.py check``: all checks over one site, told for people or for programs."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain
from pathlib import Path

from events_archive.check.built_site import BuiltSite
from events_archive.check.feeds_and_calendars import unreadable
from events_archive.check.findings import ERROR, Finding, told
from events_archive.check.links import broken_links, orphans, outward_links
from events_archive.check.page_weight import first_visits, malformed, too_heavy, too_large, total
from events_archive.check.permalinks import forgotten_ids, vanished
from events_archive.console import Report
from events_archive.settings import Settings
from events_archive.store.published_ids import PUBLISHED_IDS_FILE, load_published_ids
from events_archive.store.state_file import LEDGER_FILE, load_ledger


def check(
    settings: Settings,
    report: Report,
    *,
    files: Iterable[tuple[str, Path]],
    now: datetime,
    external: bool,
) -> None:
    """Look over the site of ``files``; errors make the run fail once all is told.

    With ``external``, other sites are asked whether what we link to is still there; what they
    answer is written down in the cache and never makes the run fail.
    """
    with report.timed("read"):
        site = BuiltSite.read(files, base_url=settings.base_url, jobs=settings.jobs)
    with report.timed("check"):
        visits = first_visits(site)
        findings = tuple(all_findings(site, visits, settings))
    report.list(told(findings, everything=settings.verbose))
    report.tell("findings", [finding.as_json() for finding in findings])
    report.tell("site", measures(site, visits))
    if external:
        from events_archive.check.external_links import check_external  # noqa: PLC0415 - asks others

        with report.timed("external"):
            check_external(outward_links(site), settings, report, now=now)
    conclude(site, findings, report)


def all_findings(
    site: BuiltSite, visits: Mapping[str, int], settings: Settings
) -> Iterator[Finding]:
    """What is not as it should be, in the order in which it is looked for."""
    ledger, _ = load_ledger(settings.cache / LEDGER_FILE)
    patterns = load_published_ids(settings.cache / PUBLISHED_IDS_FILE)
    yield from (
        Finding(kind="missing", where=address, what="is not in the folder")
        for address in site.absent
    )
    yield from chain(
        vanished(site, ledger),
        forgotten_ids(site, ledger, patterns),
        broken_links(site),
        malformed(site),
        unreadable(site),
        too_large(site),
        orphans(site),
        too_heavy(site, visits, page_budget=settings.page_budget, site_budget=settings.site_budget),
    )


def measures(site: BuiltSite, visits: Mapping[str, int]) -> dict[str, object]:
    """The site in numbers: bytes, files, and the heaviest page."""
    heaviest = max(visits, key=lambda address: (visits[address], address), default="")
    return {
        "size": total(site),
        "files": len(site.paths),
        "pages": len(site.pages),
        "heaviest": {"address": heaviest, "bytes": visits.get(heaviest, 0)},
    }


def conclude(site: BuiltSite, findings: tuple[Finding, ...], report: Report) -> None:
    """Say in a line what came of it."""
    counted = Counter(finding.severity for finding in findings)
    errors, warnings = counted[ERROR], len(findings) - counted[ERROR]
    size = f"{len(site.paths)} files, {len(site.pages)} pages, {total(site) / 1e6:.1f} MB"
    if warnings:
        report.warn(f"{warnings} thing{'s' if warnings > 1 else ''} to look at in the site")
    if errors:
        report.wrong(f"{errors} error{'s' if errors > 1 else ''} in the site ({size})")
    else:
        report.say(f"Checked {size}: no error.")
