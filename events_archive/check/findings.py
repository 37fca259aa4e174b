"""What a check finds, and how it is told."""

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
"""Every kind of finding, in the order in which they are told."""

_WARNINGS = frozenset({"orphan", "budget"})
_SHOWN = 20
"""Findings of one kind that are told; a fault of a template stands on a thousand pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is not as it should be."""

    rule: str
    """One of `KINDS`."""
    path: str
    """The address of the file."""
    message: str

    @property
    def severity(self) -> str:
        """`ERROR` for what must not be published, `WARNING` for what should be looked at."""
        return WARNING if self.rule in _WARNINGS else ERROR

    def as_json(self) -> dict[str, str]:
        """As ``--json`` has it."""
        return {
            "kind": self.rule,
            "severity": self.severity,
            "where": self.path,
            "what": self.message,
        }


def format_findings(findings: Iterable[Finding], *, everything: bool) -> Iterator[str]:
    """The findings as lines for people, by kind; the first of each kind, or ``everything``."""
    findings = tuple(findings)
    for kind, title in RULES.items():
        of_kind = [finding for finding in findings if finding.rule == kind]
        if not of_kind:
            continue
        yield f"{title}: {len(of_kind)} ({of_kind[0].severity}{'s' if len(of_kind) > 1 else ''})"
        shown = of_kind if everything else of_kind[:_SHOWN]
        for finding in shown:
            yield f"  {finding.path}: {finding.message}"
        if len(shown) < len(of_kind):
            yield f"  … and {len(of_kind) - len(shown)} more; -v shows them all"
