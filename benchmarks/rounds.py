"""Builds in turn, ours and the peers', so that each pair saw the same state of the machine."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from inputs import edition, next_edition, say
from measuring import FailedRunError, Usage, measure

SCENARIOS = ("cold", "nothing", "changed")


@dataclass
class Results:
    """All usages by (scenario, side), in the order of the rounds."""

    usages: dict[tuple[str, str], list[Usage]] = field(default_factory=dict)

    def add(self, scenario: str, side: str, usage: Usage) -> None:
        """Keep one more run."""
        self.usages.setdefault((scenario, side), []).append(usage)

    def has(self, scenario: str, *sides: str) -> bool:
        """Whether the scenario was run by all the sides."""
        return all((scenario, side) in self.usages for side in sides)

    def middle(self, scenario: str, side: str, of: Callable[[Usage], float]) -> float:
        """The median of one side's runs."""
        return median(map(of, self.usages[scenario, side]))

    def ratio(self, scenario: str, side: str, peer: str, of: Callable[[Usage], float]) -> float:
        """The median of the ratios, round by round."""
        pairs = zip(self.usages[scenario, side], self.usages[scenario, peer], strict=True)
        return median(of(ours) / of(theirs) for ours, theirs in pairs)


def run_rounds(
    sides: Mapping[str, Any], *, scenarios: Sequence[str], runs: int, warm_ups: int = 1
) -> Results:
    """Each round: every scenario, in it every side in turn, the order turned round each time."""
    results = Results()
    for number in range(-warm_ups, runs):
        say(f"round {number + 1} of {runs}" if number >= 0 else "warm-up")
        order = list(sides)[:: -1 if number % 2 else 1]
        for scenario in SCENARIOS:
            if scenario not in scenarios and scenario != "cold":
                continue
            for side in order:
                if scenario == "cold" or sides[side].data is not None:
                    usage = _run(scenario, sides[side])
                    if number >= 0:
                        results.add(scenario, side, usage)
    return results


def _run(scenario: str, side: Any) -> Usage:
    if scenario == "cold":
        _clear(side)
    elif scenario == "changed":
        next_edition(side.data)
    usage = measure(side.command, folder=side.folder)
    if scenario == "changed":
        _check_edition(side)
    return usage


def peak_memory(sides: Mapping[str, Any]) -> Results:
    """One more cold build each, with a look at the memory of all its processes together."""
    results = Results()
    for name, side in sides.items():
        say(f"memory of {name}")
        _clear(side)
        results.add("memory", name, measure(side.command, folder=side.folder, looks_at_memory=True))
    return results


def _clear(side: Any) -> None:
    shutil.rmtree(side.output, ignore_errors=True)
    side.output.parent.mkdir(parents=True, exist_ok=True)
    if hasattr(side, "forget"):
        side.forget()


def _check_edition(side: Any) -> None:
    """The change has to be on a page, or less was measured than was asked for."""
    word = b"Edition %06d" % edition(side.data)
    pages = (side.output / "events").glob("*.html")
    if not any(word in page.read_bytes() for page in pages):
        raise FailedRunError(f"{side.name} did not publish the changed event")
