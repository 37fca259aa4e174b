"""How the archive's time and memory grow with the number of events: exponents of power laws."""

import shutil
import sys
from collections.abc import Callable, Sequence
from math import log
from pathlib import Path
from statistics import median

from inputs import (
    BASE_URL,
    INPUTS,
    PROJECT,
    Dataset,
    add_revision_marker,
    print_progress,
    remove_build_state,
    run_api_server,
    run_build,
    set_next_revision,
)
from measure import Usage, measure
from tables import markdown_table
from targets import GROWTH_LIMIT, verdict

SIZES = (1_000, 10_000, 100_000)

STEPS = ("cold build", "refresh", "one event changed")


def growth_table(sizes: Sequence[int], *, runs: int) -> str:
    """Measure every step at every size; return a table of seconds, MB and exponents."""
    usages = {events: _measure_steps(events, runs) for events in sizes}
    rows: list[Sequence[object]] = []
    for step in STEPS:
        for label, value in _VALUES.items():
            values = [_median(value, usages[events][step]) for events in sizes]
            power = exponent(sizes, values)
            has_limit = step == "cold build" and label not in _WITHOUT_LIMIT
            limit = f"{GROWTH_LIMIT}" if has_limit else ""
            rows.append(
                (step, label, *values, power, limit, verdict(power, GROWTH_LIMIT) if limit else "")
            )
    sizes_header = (f"{events:,} events" for events in sizes)
    header = ("step", "what", *sizes_header, "exponent", "at most", "")
    return markdown_table(header, rows)


_VALUES: dict[str, Callable[[Usage], float | None]] = {
    "wall (s)": lambda usage: None if usage.total_memory else usage.wall,
    "CPU (s)": lambda usage: None if usage.total_memory else usage.cpu,
    "of it in the kernel (s)": lambda usage: None if usage.total_memory else usage.kernel,
    "memory (MB)": lambda usage: usage.total_memory,
}
"""The value of a run by its label; None for the times of runs whose memory was sampled."""

_WITHOUT_LIMIT = {"of it in the kernel (s)"}


def _median(value: Callable[[Usage], float | None], usages: Sequence[Usage]) -> float:
    """Return the median of the runs that have the value."""
    return median(number for usage in usages if (number := value(usage)) is not None)


def exponent(sizes: Sequence[int], values: Sequence[float]) -> float:
    """Return the slope of the regression line (least squares) through the logarithms."""
    points = [(log(size), log(value)) for size, value in zip(sizes, values, strict=True)]
    x = sum(point[0] for point in points) / len(points)
    y = sum(point[1] for point in points) / len(points)
    spread = sum((a - x) ** 2 for a, _ in points)
    return sum((a - x) * (b - y) for a, b in points) / spread


def _measure_steps(events: int, runs: int) -> dict[str, list[Usage]]:
    """Measure every step without images; all files are removed afterwards.

    Each step runs `runs` times for its times, and once more for its memory: sampling the memory of
    a large process slows it down.
    """
    folder = INPUTS / "growth"
    shutil.rmtree(folder, ignore_errors=True)
    cache, output = folder / "cache", Dataset(events).outputs / "growth"
    cache.mkdir(parents=True)
    print_progress(f"growth: {events:,} events")
    usages: dict[str, list[Usage]] = {step: [] for step in STEPS}
    with run_api_server(events, images=0) as (database, url):
        allow = ("--max-requests", str(events // 50))
        run_build("fetch", "--no-pictures", "--api-url", url, "--cache", cache, *allow)
        options = ["-q", "--no-pictures", "--cache", str(cache), "--base-url", BASE_URL]
        for samples_memory in _runs(runs):
            database.advance(hours=1)
            event_id = database.ids[events // 2]
            database.change(event_id, description=f"Edited at {database.clock}.")
            fetch = _command("fetch", *options, "--max-age", "0s", "--api-url", url)
            usages["refresh"].append(_run(fetch, samples_memory=samples_memory))
    add_revision_marker(cache / "events.jsonl")
    build = _command("--offline", *options, "--output", str(output))
    for samples_memory in _runs(runs):
        shutil.rmtree(output, ignore_errors=True)
        remove_build_state(cache)
        usages["cold build"].append(_run(build, samples_memory=samples_memory))
    for samples_memory in _runs(runs):
        set_next_revision(cache / "events.jsonl")
        usages["one event changed"].append(_run(build, samples_memory=samples_memory))
    shutil.rmtree(folder)
    shutil.rmtree(output)
    return usages


def _command(*arguments: str) -> list[str]:
    return [sys.executable, str(PROJECT / "build.py"), *arguments]


def _runs(count: int) -> list[bool]:
    """Return for each run of a step whether its memory is sampled: of the last one only."""
    return [*[False] * count, True]


def _run(command: Sequence[str], *, samples_memory: bool) -> Usage:
    return measure(command, folder=Path(PROJECT), samples_memory=samples_memory)
