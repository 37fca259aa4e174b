"""All checks of ``build.py check`` over one built site."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain
from pathlib import Path

from events_archive.check.built_site import BuiltSite
from events_archive.check.feeds_and_calendars import invalid_feeds_and_calendars
from events_archive.check.findings import ERROR, Finding, format_findings
from events_archive.check.links import broken_links, external_links, orphans
from events_archive.check.page_weight import malformed, page_weights, too_heavy, too_large
from events_archive.check.permalinks import missing_ids, missing_urls
from events_archive.console import Console
from events_archive.settings import Settings
from events_archive.store.state_files import (
    PUBLISHED_IDS_FILE,
    STATE_FILE,
    load_published_ids,
    load_state,
)


def check(
    settings: Settings,
    console: Console,
    *,
    files: Iterable[tuple[str, Path]],
    now: datetime,
    external: bool,
) -> None:
    """Check the site of ``files``, pairs of (path, file), and print the findings.

    A finding of severity `ERROR` makes the run fail at its end. With ``external``, links to other
    sites are checked too; their results are saved in the cache and never make the run fail.
    """
    with console.timed("read"):
        site = BuiltSite.read(files, base_url=settings.base_url, jobs=settings.jobs)
    with console.timed("check"):
        weights = page_weights(site)
        findings = tuple(find_problems(site, weights, settings))
    console.print_lines(format_findings(findings, everything=settings.verbose))
    console.add_fact("findings", [finding.as_json() for finding in findings])
    console.add_fact("site", site_stats(site, weights))
    if external:
        # Imported only when wanted: it brings the HTTP client.
        from events_archive.check.external_links import check_external_links  # noqa: PLC0415

        with console.timed("external"):
            check_external_links(external_links(site), settings, console, now=now)
    report_result(site, findings, console)


def find_problems(
    site: BuiltSite, weights: Mapping[str, int], settings: Settings
) -> Iterator[Finding]:
    """Yield the findings of every check; ``weights`` are the `page_weights` of the site."""
    state, _ = load_state(settings.cache / STATE_FILE)
    patterns = load_published_ids(settings.cache / PUBLISHED_IDS_FILE)
    yield from (
        Finding(rule="missing", path=path, message="is not in the folder") for path in site.missing
    )
    budgets = {"page_budget": settings.page_budget, "site_budget": settings.site_budget}
    yield from chain(
        missing_urls(site, state),
        missing_ids(site, state, patterns),
        broken_links(site),
        malformed(site),
        invalid_feeds_and_calendars(site),
        too_large(site),
        orphans(site),
        too_heavy(site, weights, **budgets),
    )


def site_stats(site: BuiltSite, weights: Mapping[str, int]) -> dict[str, object]:
    """Return the sizes (bytes) and counts of the site for ``--json``."""
    heaviest = max(weights, key=lambda path: (weights[path], path), default="")
    return {
        "size": site.total_size,
        "files": len(site.files),
        "pages": len(site.pages),
        "heaviest": {"address": heaviest, "bytes": weights.get(heaviest, 0)},
    }


def report_result(site: BuiltSite, findings: tuple[Finding, ...], console: Console) -> None:
    """Print the result in one line; it makes the run fail if there are errors."""
    counts = Counter(finding.severity for finding in findings)
    errors, warnings = counts[ERROR], len(findings) - counts[ERROR]
    size = f"{len(site.files)} files, {len(site.pages)} pages, {site.total_size / 1e6:.1f} MB"
    if warnings:
        console.warn(f"{warnings} thing{'s' if warnings > 1 else ''} to look at in the site")
    if errors:
        console.error(f"{errors} error{'s' if errors > 1 else ''} in the site ({size})")
    else:
        console.print(f"Checked {size}: no error.")
