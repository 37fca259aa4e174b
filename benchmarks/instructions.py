#!/usr/bin/env python3
"""Count the instructions of a first build of the whole site, in one process, with Valgrind.

python benchmarks/instructions.py             1,071 events, about three minutes
python benchmarks/instructions.py --events 100

Times differ by a third on a busy machine. These counts differ by less than 1 %, so that they show
what a change of the code costs; they say nothing about waiting, memory or two processes.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from tempfile import TemporaryDirectory

from archive_builds import ArchiveBuild, whole_site
from inputs import Dataset, print_progress


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=1071)
    events = parser.parse_args().events
    if not shutil.which("valgrind"):
        print("instructions.py: this needs Debian's package valgrind", file=sys.stderr)
        return 1
    build = whole_site(Dataset(events).prepare())
    build.command += ["--jobs", "1"]
    with TemporaryDirectory() as folder:
        build.command += ["--output", folder]
        print_progress("compiling modules and templates")
        subprocess.run(build.command, check=True, cwd=build.folder, stderr=subprocess.DEVNULL)
    with TemporaryDirectory() as folder:
        build.remove_build_state()
        build.command[-1] = folder
        print_progress("counting")
        print(f"{count_instructions(build) / 1e9:.2f} billion instructions for {events:,} events")
    return 0


def count_instructions(build: ArchiveBuild) -> int:
    """Return the number of instructions that the build executes."""
    valgrind = [
        "valgrind",
        "--tool=cachegrind",
        "--cache-sim=no",
        "--cachegrind-out-file=/dev/null",
    ]
    run = subprocess.run(
        [*valgrind, *build.command],
        check=True,
        cwd=build.folder,
        capture_output=True,
        text=True,
        # The order of sets, and with it what is executed, would differ from run to run.
        env={**os.environ, "PYTHONHASHSEED": "0"},
    )
    found = re.search(r"I +refs: +([\d,]+)", run.stderr)
    if found is None:
        raise SystemExit(f"instructions.py: Valgrind printed no count:\n{run.stderr[-2000:]}")
    return int(found[1].replace(",", ""))


if __name__ == "__main__":
    sys.exit(main())
