"""Run the builds of all generators in turn, so that each round has one state of the machine."""

import shutil
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from inputs import current_revision, print_progress, set_next_revision
from measure import FailedRunError, Usage, measure

SCENARIOS = ("cold", "unchanged", "changed")


@dataclass
class Results:
    """The usages by (scenario, generator), in the order of the rounds."""

    usages: dict[tuple[str, str], list[Usage]] = field(default_factory=dict)

    def add(self, scenario: str, generator: str, usage: Usage) -> None:
        """Add the usage of one run."""
        self.usages.setdefault((scenario, generator), []).append(usage)

    def has(self, scenario: str, *generators: str) -> bool:
        """Whether there are runs of the scenario by all of the generators."""
        return all((scenario, generator) in self.usages for generator in generators)

    def median(self, scenario: str, generator: str, value: Callable[[Usage], float]) -> float:
        """Return the median of a value of one generator's runs."""
        return statistics.median(map(value, self.usages[scenario, generator]))

    def ratio(
        self, scenario: str, generator: str, peer: str, value: Callable[[Usage], float]
    ) -> float:
        """Return the median of the ratios of a value to a peer's, round by round."""
        pairs = zip(self.usages[scenario, generator], self.usages[scenario, peer], strict=True)
        return statistics.median(value(usage) / value(of_peer) for usage, of_peer in pairs)


def run_rounds(
    generators: Mapping[str, Any], *, scenarios: Sequence[str], runs: int, warm_ups: int = 1
) -> Results:
    """Run all scenarios with all generators in each round, in reversed order every other round."""
    results = Results()
    for number in range(-warm_ups, runs):
        print_progress(f"round {number + 1} of {runs}" if number >= 0 else "warm-up")
        order = list(generators)[:: -1 if number % 2 else 1]
        for scenario in SCENARIOS:
            if scenario not in scenarios and scenario != "cold":
                continue
            for name in order:
                if scenario == "cold" or generators[name].data is not None:
                    usage = _run(scenario, generators[name])
                    if number >= 0:
                        results.add(scenario, name, usage)
    return results


def build(generator: Any) -> None:
    """Make a cold build."""
    _run("cold", generator)


def _run(scenario: str, generator: Any) -> Usage:
    if scenario == "cold":
        _remove_output(generator)
    elif scenario == "changed":
        set_next_revision(generator.data)
    usage = measure(generator.command, folder=generator.folder)
    if scenario == "changed":
        _check_revision(generator)
    return usage


def peak_memory(generators: Mapping[str, Any]) -> Results:
    """Run one more cold build of each generator and sample the memory of all its processes."""
    results = Results()
    for name, generator in generators.items():
        print_progress(f"memory of {name}")
        _remove_output(generator)
        usage = measure(generator.command, folder=generator.folder, samples_memory=True)
        results.add("memory", name, usage)
    return results


def _remove_output(generator: Any) -> None:
    shutil.rmtree(generator.output, ignore_errors=True)
    generator.output.parent.mkdir(parents=True, exist_ok=True)
    if hasattr(generator, "remove_build_state"):
        generator.remove_build_state()


def _check_revision(generator: Any) -> None:
    """Raise FailedRunError unless a page has the revision that the data have."""
    marker = b"Revision %06d" % current_revision(generator.data)
    pages = (generator.output / "events").glob("*.html")
    if not any(marker in page.read_bytes() for page in pages):
        raise FailedRunError(f"{generator.name} did not publish the changed event")
