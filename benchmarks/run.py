#!/usr/bin/env python3
"""Measure the archive beside Hugo, and print the ratios.

python benchmarks/run.py --quick     1,071 events, three rounds
python benchmarks/run.py --record    everything, written to RESULTS.md
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path

from archive_builds import ArchiveBuild, equivalent_pages, whole_site
from file_kinds import compare_sites
from growth import SIZES, growth_table
from hugo import VERSION, Hugo
from inputs import BASE_URL, BENCHMARKS, OUTPUTS_VARIABLE, PROJECT, Dataset, print_progress
from lower_bound import measure_lower_bound, medians
from measure import FailedRunError, Usage
from rounds import SCENARIOS, Results, build, peak_memory, run_rounds
from tables import markdown_table
from targets import MEMORY_LIMIT, TIME_LIMITS, Limit, verdict

RESULTS = BENCHMARKS / "RESULTS.md"

Value = Callable[[Usage], float]


wall: Value = attrgetter("wall")
cpu: Value = attrgetter("cpu")
max_process_memory: Value = attrgetter("max_process_memory")
total_memory: Value = attrgetter("total_memory")

NAMES = {
    "equivalent": "archive, equivalent pages",
    "whole": "archive, whole site",
    "hugo": Hugo.name,
}
"""The generators."""


def main() -> int:
    options = _parser().parse_args()
    if options.quick:
        options.events, options.runs = [1071], 3
    if options.outputs:
        options.outputs.mkdir(parents=True, exist_ok=True)
        os.environ[OUTPUTS_VARIABLE] = str(options.outputs.resolve())
    sections = [heading(options)]
    differences: list[str] = []
    try:
        # Growth comes first, since it needs the most memory.
        growth = [growth_section(options)] if options.growth else []
        for events in options.events:
            section, of_size = compare(Dataset(events).prepare(), options)
            sections.append(section)
            differences += of_size
            print(section, flush=True)
            # The sites may be in memory, which the next size needs.
            shutil.rmtree(Dataset(events).outputs, ignore_errors=True)
    except FailedRunError as error:
        print(f"run.py: {error}", file=sys.stderr)
        return 1
    if options.record:
        RESULTS.write_text("\n".join([*sections, *growth]), encoding="utf-8")
        print_progress(f"written to {RESULTS.name}")
    for difference in differences:
        print(f"not a fair comparison: {difference}", file=sys.stderr)
    return 1 if differences else 0


def compare(dataset: Dataset, options: argparse.Namespace) -> tuple[str, list[str]]:
    """Return the section about one size, and the differences that make the comparison unfair."""
    _flatten(dataset)
    archive, hugo = equivalent_pages(dataset), Hugo(dataset)
    generators = {"equivalent": archive, "whole": whole_site(dataset), "hugo": hugo}
    if not {"cold", "memory"} & {*options.only}:
        del generators["whole"]
    files, differences = _compare_content(archive, hugo)
    results = run_rounds(generators, scenarios=options.only, runs=options.runs)
    if "memory" in options.only:
        results.usages |= peak_memory(generators).usages
    size = f"{dataset.events:,} events"
    parts = [
        f"## {size}",
        times_table(results),
        limits_table(results, dataset.events),
        _lower_bound(archive.output, results, options.runs),
        f"Files and bytes of the archive and of Hugo:\n\n{files}\n",
    ]
    return "\n\n".join(parts), [f"{size}, {difference}" for difference in differences]


def _compare_content(archive: ArchiveBuild, hugo: Hugo) -> tuple[str, list[str]]:
    """Return a table of both sites, and what makes the comparison unfair.

    The sites are built for it, from equal data: later rounds change an event.
    """
    print_progress("comparing the sites")
    build(archive)
    build(hugo)
    return compare_sites(archive.output, hugo.output)


def growth_section(options: argparse.Namespace) -> str:
    """Measure how the archive's time and memory grow; print and return the section."""
    section = f"## Growth\n\n{growth_table(SIZES, runs=options.growth_runs)}\n"
    print(section, flush=True)
    return section


def times_table(results: Results) -> str:
    """Return the medians of every generator in every scenario."""
    labels = {"cold": "cold build", "unchanged": "nothing changed", "changed": "one event changed"}
    rows = [
        (
            labels[scenario],
            name,
            *(results.median(scenario, generator, value) for value in (wall, cpu)),
            round(results.median(scenario, generator, max_process_memory)),
            _total_memory(results, scenario, generator),
        )
        for scenario in SCENARIOS
        for generator, name in NAMES.items()
        if results.has(scenario, generator)
    ]
    header = ("", "generator", "wall (s)", "CPU (s)", "largest process (MB)", "all processes (MB)")
    return markdown_table(header, rows)


def _total_memory(results: Results, scenario: str, generator: str) -> str:
    """Return the memory of all processes, which is sampled in cold builds only."""
    if scenario != "cold" or not results.has("memory", generator):
        return ""
    return f"{results.median('memory', generator, total_memory):,.0f}"


def limits_table(results: Results, events: int) -> str:
    """Return the ratios to Hugo with their limits."""
    rows: list[Sequence[object]] = []
    for limit in TIME_LIMITS:
        if results.has(limit.scenario, limit.build, "hugo"):
            rows.append(_row(results, limit, "wall", wall, limit.for_events(events)))
            rows.append(_row(results, limit, "CPU", cpu, limit.cpu_for_events(events)))
    if results.has("memory", "equivalent", "hugo"):
        for label, value in (
            ("largest process", max_process_memory),
            ("all processes", total_memory),
        ):
            rows.append(_row(results, MEMORY_LIMIT, label, value, MEMORY_LIMIT.for_events(events)))
    return markdown_table(("relative to Hugo", "of", "ratio", "at most", ""), rows)


def _row(
    results: Results, limit: Limit, label: str, value: Value, maximum: float
) -> tuple[object, ...]:
    ratio = results.ratio(limit.scenario, limit.build, value)
    return limit.label, label, ratio, maximum, verdict(ratio, maximum)


def _lower_bound(site: Path, results: Results, runs: int) -> str:
    usages = measure_lower_bound(site, runs=runs)
    if usages is None:
        return "There is no C compiler, so the lower bound was not measured."
    seconds, cpu_seconds = medians(usages)
    factor = results.median("cold", "equivalent", wall) / seconds
    return (
        f"The lower bound, a C program that writes the same files with the same bytes: "
        f"{seconds:.2f} s wall, {cpu_seconds:.2f} s CPU. A cold build of the equivalent pages "
        f"takes {factor:.1f} times as long."
    )


def _flatten(dataset: Dataset) -> None:
    """Write the document for Hugo, in every run since it depends on the archive's code."""
    print_progress("writing the document for Hugo")
    cache = dataset.copy_cache("cache-flatten")
    script = str(BENCHMARKS / "flatten.py")
    command = [sys.executable, script, str(cache), BASE_URL, str(dataset.document)]
    subprocess.run(command, check=True, cwd=PROJECT)


def heading(options: argparse.Namespace) -> str:
    """Return the date, the machine and the versions."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    lines = [
        "# Results\n",
        f"Measured on {datetime.now(UTC):%Y-%m-%d} by `python benchmarks/run.py --record`; "
        "README.md describes how.\n",
        f"- machine: {_processor()}, {os.cpu_count()} cores, {_memory_in_gb():.0f} GB, "
        f"{platform.system()} {platform.release()}",
        f"- archive: commit {commit or 'unknown'}, Python {platform.python_version()} "
        f"({platform.python_compiler()}, {platform.python_build()[1]})",
    ]
    lines.append(f"- Hugo {VERSION}")
    lines.append(f"- sites written to: {_file_system(options.outputs or BENCHMARKS)}")
    lines.append(f"- rounds: {options.runs} after a warm-up; medians of the rounds' ratios\n")
    return "\n".join(lines)


def _file_system(folder: Path) -> str:
    """Return the type of a folder's file system."""
    command = ["df", "--output=fstype", str(folder)]
    lines = subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()
    return lines[-1] if lines else "unknown"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _memory_in_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="run.py", description=__doc__.partition("\n")[0])
    add = parser.add_argument
    add("--quick", action="store_true", help="1,071 events, three rounds")
    add(
        "--events",
        type=int,
        nargs="+",
        default=[1071, 10_000],
        help="numbers of events (default: 1071 10000)",
    )
    add("--runs", type=int, default=5, help="rounds after the warm-up (default: 5)")
    add(
        "--only",
        nargs="+",
        choices=(*SCENARIOS, "memory"),
        default=[*SCENARIOS, "memory"],
        metavar="SCENARIO",
        help=f"of {', '.join(SCENARIOS)}, memory; cold builds always run, since the others need "
        "them (default: all)",
    )
    add("--growth", action="store_true", help="also measure how time and memory grow")
    add("--growth-runs", type=int, default=3, help="runs of each step of --growth (default: 3)")
    add(
        "--outputs",
        type=Path,
        metavar="DIR",
        help="write sites to this folder, for example in memory (default: below inputs/)",
    )
    add("--record", action="store_true", help=f"write the results to {RESULTS.name}")
    return parser


if __name__ == "__main__":
    sys.exit(main())
