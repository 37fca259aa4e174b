"""The limits for the archive's time and memory, relative to Hugo's."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A limit for the ratio of the archive's time or memory to Hugo's."""

    scenario: str
    label: str
    small: float
    """The limit for fewer than 10,000 events."""
    large: float
    """The limit for 10,000 events and more."""
    build: str = "equivalent"
    """Which build of the archive the limit is for: `equivalent` or `whole`."""

    def for_events(self, events: int) -> float:
        """Return the limit for a number of events."""
        return self.large if events >= 10_000 else self.small

    def cpu_for_events(self, events: int) -> float:
        """Return the limit for CPU time: Hugo's, or that for wall time where it is larger."""
        return max(1.0, self.for_events(events))


TIME_LIMITS = (
    Limit(scenario="cold", label="cold build, equivalent pages", small=0.9, large=0.9),
    Limit(scenario="cold", label="cold build, whole site", small=1.6, large=1.7, build="whole"),
    Limit(scenario="unchanged", label="nothing changed", small=0.1, large=0.06),
    Limit(scenario="changed", label="one event changed", small=0.5, large=0.38),
)
"""Limits for wall time; `Limit.cpu_for_events` has those for CPU time."""

MEMORY_LIMIT = Limit(scenario="memory", label="peak memory", small=0.6, large=0.5)

GROWTH_LIMIT = 1.05
"""The maximal exponent of a cold build's time and memory as powers of the number of events."""


def verdict(value: float, limit: float) -> str:
    """Return whether a value, rounded as it is printed, is within its limit."""
    return "met" if round(value, 2) <= limit else "NOT MET"
