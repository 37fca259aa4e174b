"""Run the builds of all generators in turn, so that each round has one state of the machine."""

import shutil
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from archive_builds import ArchiveBuild
from hugo import Hugo
from inputs import current_revision, print_progress, set_next_revision
from measure import FailedRunError, Usage, measure

Generator = ArchiveBuild | Hugo

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

    def ratio(self, scenario: str, generator: str, value: Callable[[Usage], float]) -> float:
        """Return the median of the ratios of a value to Hugo's, round by round."""
        pairs = zip(self.usages[scenario, generator], self.usages[scenario, "hugo"], strict=True)
        return statistics.median(value(usage) / value(of_hugo) for usage, of_hugo in pairs)


def run_rounds(
    generators: Mapping[str, Generator], *, scenarios: Sequence[str], runs: int
) -> Results:
    """Run all scenarios with all generators in each round, in reversed order every other round.

    The first round is a warm-up, which does not count.
    """
    results = Results()
    for number in range(-1, runs):
        print_progress(f"round {number + 1} of {runs}" if number >= 0 else "warm-up")
        order = list(generators)[:: -1 if number % 2 else 1]
        for scenario in SCENARIOS:
            if scenario not in scenarios and scenario != "cold":
                continue
            for name in order:
                usage = _run(scenario, generators[name])
                if number >= 0:
                    results.add(scenario, name, usage)
    return results


def build(generator: Generator) -> None:
    """Make a cold build."""
    _run("cold", generator)


def _run(scenario: str, generator: Generator) -> Usage:
    if scenario == "cold":
        _remove_output(generator)
    elif scenario == "changed":
        set_next_revision(generator.data)
    usage = measure(generator.command, folder=generator.folder)
    if scenario == "changed":
        _check_revision(generator)
    return usage


def peak_memory(generators: Mapping[str, Generator]) -> Results:
    """Run one more cold build of each generator and sample the memory of all its processes."""
    results = Results()
    for name, generator in generators.items():
        print_progress(f"memory of {name}")
        _remove_output(generator)
        usage = measure(generator.command, folder=generator.folder, samples_memory=True)
        results.add("memory", name, usage)
    return results


def _remove_output(generator: Generator) -> None:
    shutil.rmtree(generator.output, ignore_errors=True)
    generator.output.parent.mkdir(parents=True, exist_ok=True)
    generator.remove_build_state()


def _check_revision(generator: Generator) -> None:
    """Raise FailedRunError unless a page has the revision that the data have."""
    marker = b"Revision %06d" % current_revision(generator.data)
    pages = (generator.output / "events").glob("*.html")
    if not any(marker in page.read_bytes() for page in pages):
        raise FailedRunError(f"{generator.name} did not publish the changed event")
