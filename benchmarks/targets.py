"""What was promised against the peers, and whether it is kept."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """At most so much of what Hugo takes, by how many events."""

    key: str
    words: str
    small: float
    """Up to 1,071 events."""
    large: float
    """At 10,000 events."""
    side: str = "ours"
    """Which of our two ways of building is meant."""

    def at(self, events: int) -> float:
        """The limit for so many events; between the two sizes the milder one."""
        return self.large if events >= 10_000 else self.small

    def cpu_at(self, events: int) -> float:
        """The limit for CPU time: no more than Hugo's, where we do the same work."""
        return max(1.0, self.at(events))


TIMES = (
    Target(key="cold", words="cold build, the equivalent pages", small=0.9, large=0.55),
    Target(
        key="cold",
        words="cold build, our whole site against Hugo's plain pages",
        small=2.0,
        large=1.5,
        side="whole",
    ),
    Target(key="nothing", words="nothing changed", small=0.2, large=0.05),
    Target(key="changed", words="one event changed", small=0.5, large=0.25),
)
"""Of wall time; of CPU time see `Target.cpu_at`."""

MEMORY = Target(key="memory", words="peak memory", small=0.6, large=0.5)

OTHERS_LIMIT = 0.2
"""A cold build against Eleventy and Pelican."""

GROWTH_LIMIT = 1.05
"""The exponent of a cold build's time and memory over the number of events."""


def verdict(value: float, limit: float) -> str:
    """Whether the value, as it is printed, is within the limit."""
    return "met" if round(value, 2) <= limit else "NOT MET"
