"""Measure wall time, CPU time and memory of a process with all its children."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from threading import Event, Thread

_LAUNCHER = Path(__file__).with_name("launcher.py")


class FailedRunError(Exception):
    """A measured command failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """The time and memory of one run."""

    wall: float
    """Seconds."""
    cpu: float
    """Seconds of all processes, in user mode and in the kernel."""
    kernel: float
    """Seconds of all processes in the kernel."""
    max_process_memory: float
    """The peak resident memory of the largest process, in MB."""
    total_memory: float | None = None
    """The peak memory of all processes together, in MB; None if it was not sampled."""


def measure(command: Sequence[str], *, folder: Path, samples_memory: bool = False) -> Usage:
    """Run ``command`` in ``folder``; raises FailedRunError with the end of its output if it fails.

    Sampling the memory of all processes takes time, so timed runs do without. Before the run all
    files are written to the disk, so that a run does not wait for those of the run before.
    """
    os.sync()
    with TemporaryDirectory() as temporary, TemporaryFile() as log:
        result = Path(temporary, "result")
        launcher = subprocess.Popen(
            [sys.executable, "-I", "-S", _LAUNCHER, result, *command],
            cwd=folder,
            stdout=log,
            stderr=log,
            env=_environment(),
        )
        sampler = _MemorySampler(launcher.pid) if samples_memory else None
        launcher.wait()
        total_memory = sampler.stop() if sampler else None
        status, wall, cpu, kernel, max_memory = _read_result(result)
        if status:
            log.seek(0)
            output = log.read().decode(errors="replace")[-2000:]
            raise FailedRunError(f"{' '.join(command)}: exit status {status:.0f}\n{output}")
    return Usage(
        wall=wall,
        cpu=cpu,
        kernel=kernel,
        max_process_memory=max_memory * 1024 / 1e6,
        total_memory=total_memory,
    )


def _read_result(file: Path) -> tuple[float, ...]:
    """Return the launcher's result; a failure if it wrote none."""
    try:
        return tuple(map(float, file.read_text(encoding="utf-8").split()))
    except OSError:
        return 1, 0, 0, 0, 0


def _environment() -> dict[str, str]:
    """Return the environment; runs write and read compiled modules whatever it says."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


class _MemorySampler:
    """Samples the memory of all descendants of a process, in a thread."""

    INTERVAL = 0.02

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peak = 0
        self._stopped = Event()
        self._thread = Thread(target=self._sample, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        """Stop sampling; return the peak in MB."""
        self._stopped.set()
        self._thread.join()
        return self._peak * 1024 / 1e6

    def _sample(self) -> None:
        while not self._stopped.wait(self.INTERVAL):
            total = sum(map(_proportional_set_size, _descendants(self._pid)))
            self._peak = max(self._peak, total)


def _descendants(pid: int) -> list[int]:
    """Return the running descendants of a process."""
    pids = [pid]
    for parent in pids:
        try:
            children = Path(f"/proc/{parent}/task/{parent}/children").read_text()
        except OSError:
            continue
        pids += map(int, children.split())
    return pids[1:]


def _proportional_set_size(pid: int) -> int:
    """Return a process' resident KiB, in which shared pages count in part; 0 if it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
