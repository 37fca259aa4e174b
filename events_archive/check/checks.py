"""The table of checks, and how the problems that they find are printed."""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby

from msgspec import Struct

from events_archive.check.built_site import BuiltSite, Problem
from events_archive.check.feeds_and_calendars import invalid_calendars, invalid_feeds
from events_archive.check.pages import (
    broken_links,
    incomplete_images,
    malformed_pages,
    orphans,
    too_heavy,
    too_large,
)
from events_archive.check.permalinks import missing_permalinks

ERROR, WARNING = "error", "warning"

_MAX_PRINTED = 20
"""Findings of one check that are printed: one mistake in a template shows on a thousand pages."""


def missing_files(site: BuiltSite) -> Iterator[Problem]:
    """Yield the files that were deleted after the build."""
    return ((path, "is not in the folder") for path in site.missing)


class Check(Struct, frozen=True):
    """A row of the table `CHECKS`."""

    kind: str
    """What ``--json`` calls its findings."""
    title: str
    find: Callable[[BuiltSite], Iterator[Problem]]
    severity: str = ERROR
    """`ERROR` for what must not be published, `WARNING` for what should be looked at."""


CHECKS = (
    Check("missing", "Files that the build made and that are not there", missing_files),
    Check("gone", "Addresses and ids that were published and are gone", missing_permalinks),
    Check("link", "Links that lead nowhere", broken_links),
    Check("html", "Pages that are not well-formed", malformed_pages),
    Check("picture", "Pictures without their text or size", incomplete_images),
    Check("feed", "Feeds that do not parse back", invalid_feeds),
    Check("calendar", "Calendars that do not parse back", invalid_calendars),
    Check("size", "What is too large for its host", too_large),
    Check("orphan", "Pages that no other page leads to", orphans, WARNING),
    Check("budget", "What weighs more than it should", too_heavy, WARNING),
)
"""In the order in which findings are printed."""


class Finding(Struct, frozen=True):
    """One problem of the site, and the check that has found it."""

    check: Check
    path: str
    message: str

    def as_json(self) -> dict[str, str]:
        """Return the finding as ``--json`` prints it."""
        return {
            "kind": self.check.kind,
            "severity": self.check.severity,
            "where": self.path,
            "what": self.message,
        }


def find_problems(site: BuiltSite) -> Iterator[Finding]:
    """Yield the findings of every check, in the order of the table."""
    return (Finding(check, *problem) for check in CHECKS for problem in check.find(site))


def format_findings(findings: Iterable[Finding], *, everything: bool) -> Iterator[str]:
    """Yield lines to print, check by check; only the first of each check unless ``everything``.

    ``findings`` are in the order of the table.
    """
    for check, group in groupby(findings, key=lambda finding: finding.check):
        found = list(group)
        plural = "s" if len(found) > 1 else ""
        yield f"{check.title}: {len(found)} ({check.severity}{plural})"
        printed = found if everything else found[:_MAX_PRINTED]
        for finding in printed:
            yield f"  {finding.path}: {finding.message}"
        if len(printed) < len(found):
            yield f"  … and {len(found) - len(printed)} more; -v shows them all"
