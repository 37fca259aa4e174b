"""How our own time and memory grow with the number of events: the exponent of a power law."""

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
    Archive,
    forget_builds,
    mark_one_event,
    next_edition,
    run_ours,
    say,
    stand_in,
)
from measuring import Usage, measure
from tables import table
from targets import GROWTH_LIMIT, verdict

SIZES = (1_000, 10_000, 100_000)

STEPS = ("cold build", "refresh", "one event changed")


def growth(sizes: Sequence[int], *, runs: int) -> str:
    """The table: seconds and MB at each size, and the exponents."""
    found = {events: _measured(events, runs) for events in sizes}
    rows: list[Sequence[object]] = []
    for step in STEPS:
        for what, of in _MEASURES.items():
            values = [_middle(of, found[events][step]) for events in sizes]
            power = exponent(sizes, values)
            is_judged = step == "cold build" and what not in _FOR_EXPLANATION
            judged = verdict(power, GROWTH_LIMIT) if is_judged else ""
            limit = f"{GROWTH_LIMIT}" if is_judged else ""
            rows.append((step, what, *values, power, limit, judged))
    heads = ("step", "what", *(f"{events:,} events" for events in sizes), "exponent", "at most", "")
    return table(heads, rows)


_MEASURES: dict[str, Callable[[Usage], float | None]] = {
    "wall (s)": lambda usage: None if usage.together else usage.wall,
    "CPU (s)": lambda usage: None if usage.together else usage.cpu,
    "of it in the kernel (s)": lambda usage: None if usage.together else usage.kernel,
    "memory (MB)": lambda usage: usage.together,
}
"""What is measured, and how a run tells it: one with a look at memory tells of nothing else."""

_FOR_EXPLANATION = {"of it in the kernel (s)"}


def _middle(of: Callable[[Usage], float | None], usages: Sequence[Usage]) -> float:
    """The median of what those runs tell that tell it."""
    return median(value for usage in usages if (value := of(usage)) is not None)


def exponent(sizes: Sequence[int], values: Sequence[float]) -> float:
    """The slope of the straight line, by least squares, through the logarithms."""
    points = [(log(size), log(value)) for size, value in zip(sizes, values, strict=True)]
    x = sum(point[0] for point in points) / len(points)
    y = sum(point[1] for point in points) / len(points)
    spread = sum((a - x) ** 2 for a, _ in points)
    return sum((a - x) * (b - y) for a, b in points) / spread


def _measured(events: int, runs: int) -> dict[str, list[Usage]]:
    """Every step so many times, without pictures; what is made is thrown away again.

    And once more with a look at memory: that takes the longer the more memory there is, and at
    100,000 events half as long as the build.
    """
    folder = INPUTS / "growth"
    shutil.rmtree(folder, ignore_errors=True)
    cache, output = folder / "cache", Archive(events).outputs / "growth"
    cache.mkdir(parents=True)
    say(f"growth: {events:,} events")
    usages: dict[str, list[Usage]] = {step: [] for step in STEPS}
    with stand_in(events, pictures=0) as (world, url):
        run_ours("fetch", "--no-pictures", "--api-url", url, "--cache", cache)
        places = ["-q", "--no-pictures", "--cache", str(cache), "--base-url", BASE_URL]
        for looks_at_memory in _times(runs):
            world.advance(hours=1)
            world.change(world.ids[events // 2], description=f"Told again at {world.clock}.")
            fetch = _command("fetch", *places, "--max-age", "0s", "--api-url", url)
            usages["refresh"].append(_run(fetch, looks_at_memory=looks_at_memory))
    mark_one_event(cache / "events.jsonl")
    build = _command("--offline", *places, "--output", str(output))
    for looks_at_memory in _times(runs):
        shutil.rmtree(output, ignore_errors=True)
        forget_builds(cache)
        usages["cold build"].append(_run(build, looks_at_memory=looks_at_memory))
    for looks_at_memory in _times(runs):
        next_edition(cache / "events.jsonl")
        usages["one event changed"].append(_run(build, looks_at_memory=looks_at_memory))
    shutil.rmtree(folder)
    shutil.rmtree(output)
    return usages


def _command(*arguments: str) -> list[str]:
    return [sys.executable, str(PROJECT / "build.py"), *arguments]


def _times(runs: int) -> list[bool]:
    """Whether each run of a step looks at memory: the last one, beside those that are timed."""
    return [*[False] * runs, True]


def _run(command: Sequence[str], *, looks_at_memory: bool) -> Usage:
    return measure(command, folder=Path(PROJECT), looks_at_memory=looks_at_memory)
