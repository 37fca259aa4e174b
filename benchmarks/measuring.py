"""What a whole process, with all its children, costs: wall clock, CPU and memory."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from threading import Event, Thread

_UNUSUAL = "PYTHONDONTWRITEBYTECODE"


class FailedRunError(Exception):
    """A command that was to be measured did not end well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What one run took."""

    wall: float
    """Seconds."""
    cpu: float
    """Seconds of all its processes, in user mode and in the kernel."""
    kernel: float
    """Those in the kernel."""
    largest: float
    """The most memory (MB, resident) that any one of its processes had."""
    together: float | None = None
    """The most memory (MB) that all of them had at one time, where that was looked at."""


def measure(command: Sequence[str], *, folder: Path, looks_at_memory: bool = False) -> Usage:
    """Run ``command`` in ``folder``; raises FailedRunError with its last words if it fails.

    To look at the memory of the whole tree costs a little time, so timed runs do without. What was
    written before goes to the disk first: nobody pays for another's files.
    """
    os.sync()
    with TemporaryDirectory() as place, TemporaryFile() as log:
        result = Path(place, "result")
        launcher = subprocess.Popen(
            [sys.executable, "-I", "-S", _LAUNCHER, result, *command],
            cwd=folder,
            stdout=log,
            stderr=log,
            env=_usual(),
        )
        watch = _Watch(launcher.pid) if looks_at_memory else None
        launcher.wait()
        together = watch.stop() if watch else None
        status, wall, cpu, kernel, largest = _told(result)
        if status:
            log.seek(0)
            words = log.read().decode(errors="replace")[-2000:]
            raise FailedRunError(f"{' '.join(command)}: exit status {status:.0f}\n{words}")
    return Usage(wall=wall, cpu=cpu, kernel=kernel, largest=largest * 1024 / 1e6, together=together)


_LAUNCHER = Path(__file__).with_name("launcher.py")


def _told(result: Path) -> tuple[float, ...]:
    try:
        return tuple(map(float, result.read_text(encoding="utf-8").split()))
    except OSError:
        return 1, 0, 0, 0, 0


def _usual() -> dict[str, str]:
    """Our environment without what makes Python compile every module anew in every run."""
    return {name: value for name, value in os.environ.items() if name != _UNUSUAL}


class _Watch:
    """Looks every so often at the memory of a process and its descendants."""

    INTERVAL = 0.02

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._most = 0
        self._over = Event()
        self._thread = Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        """The most that was seen, in MB."""
        self._over.set()
        self._thread.join()
        return self._most * 1024 / 1e6

    def _look(self) -> None:
        while not self._over.wait(self.INTERVAL):
            self._most = max(self._most, sum(map(_proportional, _descendants(self._pid))))


def _descendants(pid: int) -> list[int]:
    """The processes below that one, as far as they still are."""
    found = [pid]
    for member in found:
        try:
            children = Path(f"/proc/{member}/task/{member}/children").read_text()
        except OSError:
            continue
        found += map(int, children.split())
    return found[1:]


def _proportional(pid: int) -> int:
    """Resident KiB, each page shared with others counted in part."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
