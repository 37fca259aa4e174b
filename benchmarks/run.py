#!/usr/bin/env python3
"""Measure the archive beside Hugo, Eleventy and Pelican, and print the ratios.

python benchmarks/run.py --quick     about a minute: 1,071 events, three rounds, Hugo only
python benchmarks/run.py --record    everything, written to RESULTS.md
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import ours
from floor import floor, middle
from growth import SIZES, growth
from inputs import BASE_URL, BENCHMARKS, OUTPUTS, PROJECT, Archive, say
from kinds import comparison
from measuring import FailedRunError, Usage
from peers.eleventy import Eleventy
from peers.hugo import Hugo
from peers.pelican import Pelican
from rounds import SCENARIOS, Results, peak_memory, run_rounds
from tables import table
from targets import MEMORY, OTHERS_LIMIT, TIMES, Target, verdict

PEERS = {"hugo": Hugo, "eleventy": Eleventy, "pelican": Pelican}
RESULTS = BENCHMARKS / "RESULTS.md"

Measure = Callable[[Usage], float]


def wall(usage: Usage) -> float:
    return usage.wall


def cpu(usage: Usage) -> float:
    return usage.cpu


def largest(usage: Usage) -> float:
    return usage.largest


def together(usage: Usage) -> float:
    return usage.together or usage.largest


def main() -> int:
    options = _parser().parse_args()
    if options.quick:
        options.events, options.runs, options.peers = [1071], 3, ["hugo"]
    if options.outputs:
        options.outputs.mkdir(parents=True, exist_ok=True)
        os.environ[OUTPUTS] = str(options.outputs.resolve())
    parts = [heading(options)]
    faults: list[str] = []
    try:
        # First, since nothing wants as much memory: the peers' files would lie in its way.
        grown = [growth_section(options)] if options.growth else []
        for events in options.events:
            section, wrong = compare(Archive(events).made(), options)
            parts.append(section)
            faults += wrong
            print(section, flush=True)
            # What lies in memory would be lacking to what comes after.
            shutil.rmtree(Archive(events).outputs, ignore_errors=True)
    except FailedRunError as error:
        print(f"run.py: {error}", file=sys.stderr)
        return 1
    if options.record:
        RESULTS.write_text("\n".join([*parts, *grown]), encoding="utf-8")
        say(f"written to {RESULTS.name}")
    for fault in faults:
        print(f"not a fair comparison: {fault}", file=sys.stderr)
    return 1 if faults else 0


def compare(archive: Archive, options: argparse.Namespace) -> tuple[str, list[str]]:
    """Everything about one size: the tables, and what makes the comparison unfair."""
    _flatten(archive)
    peers = {name: PEERS[name](archive) for name in options.peers}
    sides = {"ours": ours.equivalent(archive), "whole": ours.whole(archive), **peers}
    if not {"cold", "memory"} & {*options.only}:
        del sides["whole"]
    results = run_rounds(sides, scenarios=options.only, runs=options.runs)
    if "memory" in options.only:
        results.usages |= peak_memory(sides).usages
    parts = [f"## {archive.events:,} events\n", times_table(results, peers)]
    if "hugo" in peers:
        parts.append(ratios_table(results, archive.events))
    parts += _others(results, [name for name in peers if name != "hugo"])
    parts += _floor(sides["ours"].output, results, options.runs)
    faults = []
    for peer in peers.values():
        files, wrong = comparison(sides["ours"].output, peer.output, peer.name)
        if not peer.is_plainer:
            faults += [f"{archive.events:,} events, {fault}" for fault in wrong]
        parts.append(f"Files and bytes of both, so that one sees how fair it is:\n\n{files}")
    return "\n\n".join(parts) + "\n", faults


def growth_section(options: argparse.Namespace) -> str:
    """Our own growth, printed when it is known."""
    section = f"## Growth\n\n{growth(SIZES, runs=options.growth_runs)}\n"
    print(section, flush=True)
    return section


def times_table(results: Results, peers: Mapping[str, Any]) -> str:
    """The medians of every side in every scenario."""
    names = {"ours": "ours", "whole": "ours, whole site"}
    names |= {key: peer.name for key, peer in peers.items()}
    words = {"cold": "cold build", "nothing": "nothing changed", "changed": "one event changed"}
    rows = [
        (
            words[scenario],
            names[side],
            *(results.middle(scenario, side, of) for of in (wall, cpu)),
            round(results.middle(scenario, side, largest)),
            _together(results, scenario, side),
        )
        for scenario in SCENARIOS
        for side in names
        if results.has(scenario, side)
    ]
    heads = ("", "who", "wall (s)", "CPU (s)", "largest process (MB)", "all processes (MB)")
    return table(heads, rows)


def _together(results: Results, scenario: str, side: str) -> str:
    """Known of cold builds alone."""
    if scenario != "cold" or not results.has("memory", side):
        return ""
    return f"{results.middle('memory', side, together):,.0f}"


def ratios_table(results: Results, events: int) -> str:
    """What was promised against Hugo."""
    rows: list[Sequence[object]] = []
    for target in TIMES:
        if results.has(target.key, target.side, "hugo"):
            rows.append(_judged(results, target, "wall", wall, target.at(events)))
            rows.append(_judged(results, target, "CPU", cpu, target.cpu_at(events)))
    if results.has("memory", "ours", "hugo"):
        limit = MEMORY.at(events)
        rows.append(_judged(results, MEMORY, "largest process", largest, limit))
        rows.append(_judged(results, MEMORY, "all processes", together, limit))
    return table(("against Hugo", "of", "ratio", "at most", ""), rows)


def _judged(
    results: Results, target: Target, what: str, of: Measure, limit: float
) -> tuple[object, ...]:
    ratio = results.ratio(target.key, target.side, "hugo", of)
    return target.words, what, ratio, limit, verdict(ratio, limit)


def _others(results: Results, names: Sequence[str]) -> list[str]:
    """What was promised against the peers that are not the yardstick."""
    rows = []
    for name in names:
        ratio = results.ratio("cold", "ours", name, wall)
        rows.append((PEERS[name].name, ratio, OTHERS_LIMIT, verdict(ratio, OTHERS_LIMIT)))
    heads = ("cold build, the equivalent pages, wall, against", "ratio", "at most", "")
    return [table(heads, rows)] if rows else []


def _floor(site: Path, results: Results, runs: int) -> list[str]:
    usages = floor(site, runs=runs)
    if usages is None:
        return ["No C compiler here, so the floor was not measured."]
    seconds, work = middle(usages)
    ours_took = results.middle("cold", "ours", wall)
    return [
        f"The floor, the same files with the same bytes from a C program: {seconds:.2f} s wall, "
        f"{work:.2f} s CPU. A cold build of the equivalent pages takes {ours_took / seconds:.1f} "
        "times as long."
    ]


def _flatten(archive: Archive) -> None:
    """Make what the peers are given, anew each time: it depends on our code, not only on data."""
    say("working out what the peers are given")
    cache = archive.copy_of_cache("cache-flatten")
    script = str(BENCHMARKS / "flatten.py")
    command = [sys.executable, script, str(cache), BASE_URL, str(archive.document)]
    subprocess.run(command, check=True, cwd=PROJECT)


def heading(options: argparse.Namespace) -> str:
    """When, on what, with which versions."""
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
        "README.md says how.\n",
        f"- machine: {_processor()}, {os.cpu_count()} cores, {_memory_in_gb():.0f} GB, "
        f"{platform.system()} {platform.release()}",
        f"- ours: commit {commit or 'unknown'}, Python {platform.python_version()}",
    ]
    lines += [f"- {told}" for told in _versions(options)]
    lines.append(f"- sites written to: {_file_system(options.outputs or BENCHMARKS)}")
    lines.append(f"- rounds: {options.runs} after a warm-up, in turn; medians of pairs\n")
    return "\n".join(lines)


def _versions(options: argparse.Namespace) -> list[str]:
    return [f"{PEERS[name].name} {PEERS[name].released()}" for name in options.peers]


def _file_system(folder: Path) -> str:
    """The kind of file system, as df tells it."""
    command = ["df", "--output=fstype", str(folder)]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()
    return told[-1] if told else "unknown"


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
    add("--quick", action="store_true", help="1,071 events, three rounds, Hugo only")
    add(
        "--events",
        type=int,
        nargs="+",
        default=[1071, 10_000],
        help="how many events (default: 1071 10000)",
    )
    add("--runs", type=int, default=5, help="counted rounds after the warm-up (default: 5)")
    add(
        "--peers",
        nargs="+",
        choices=PEERS,
        default=list(PEERS),
        help="whom to measure beside us (default: all)",
    )
    add(
        "--only",
        nargs="+",
        choices=(*SCENARIOS, "memory"),
        default=[*SCENARIOS, "memory"],
        metavar="SCENARIO",
        help=f"of {', '.join(SCENARIOS)}, memory (cold builds always run, the others need them)",
    )
    add("--growth", action="store_true", help="also how time and memory grow up to 100,000 events")
    add("--growth-runs", type=int, default=3, help="runs of each step of the growth (default: 3)")
    add(
        "--outputs",
        type=Path,
        metavar="DIR",
        help="where sites are written (default: below inputs/); in memory, no disk is measured",
    )
    add("--record", action="store_true", help=f"write what was measured to {RESULTS.name}")
    return parser


if __name__ == "__main__":
    sys.exit(main())
