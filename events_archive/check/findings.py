"""What a check finds, and how findings are printed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

ERROR, WARNING = "error", "warning"

RULES = {
    "missing": "Files that the build made and that are not there",
    "gone": "Addresses and ids that were published and are gone",
    "link": "Links that lead nowhere",
    "html": "Pages that are not well-formed",
    "picture": "Pictures without their text or size",
    "feed": "Feeds that do not parse back",
    "calendar": "Calendars that do not parse back",
    "size": "What is too large for its host",
    "orphan": "Pages that no other page leads to",
    "budget": "What weighs more than it should",
}
"""The title of each rule, in the order in which findings are printed."""

_WARNING_RULES = frozenset({"orphan", "budget"})
_MAX_PRINTED = 20
"""Findings of one rule that are printed: one mistake in a template shows on a thousand pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One problem of the site."""

    rule: str
    """A key of `RULES`."""
    path: str
    """Path of the file."""
    message: str

    @property
    def severity(self) -> str:
        """`ERROR` for what must not be published, `WARNING` for what should be looked at."""
        return WARNING if self.rule in _WARNING_RULES else ERROR

    def as_json(self) -> dict[str, str]:
        """Return the finding as ``--json`` prints it."""
        return {
            "kind": self.rule,
            "severity": self.severity,
            "where": self.path,
            "what": self.message,
        }


def format_findings(findings: Iterable[Finding], *, everything: bool) -> Iterator[str]:
    """Yield lines to print, grouped by rule; only the first of each rule unless ``everything``."""
    findings = tuple(findings)
    for rule, title in RULES.items():
        matching = [finding for finding in findings if finding.rule == rule]
        if not matching:
            continue
        plural = "s" if len(matching) > 1 else ""
        yield f"{title}: {len(matching)} ({matching[0].severity}{plural})"
        printed = matching if everything else matching[:_MAX_PRINTED]
        for finding in printed:
            yield f"  {finding.path}: {finding.message}"
        if len(printed) < len(matching):
            yield f"  … and {len(matching) - len(printed)} more; -v shows them all"
