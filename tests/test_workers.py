"""A worker process shares a list with the main process, and ends with it."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from events_archive import workers
from events_archive.errors import ArchiveError
from events_archive.workers import can_fork, process_all
from tests.conftest import PROJECT, clean_environment

pytestmark = [
    pytest.mark.skipif(
        not sys.platform.startswith("linux") or len(os.sched_getaffinity(0)) < 2,
        reason="one processor, or no fork",
    ),
    # See `_forks_in_spite_of_threads`.
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]


@pytest.fixture(autouse=True)
def _forks_in_spite_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fork even if servers of other tests run in threads of this process."""
    monkeypatch.setattr(workers, "can_fork", lambda: True)


def _start_script(folder: Path, script: str) -> subprocess.Popen[str]:
    """A process without other threads, in which every warning is an error."""
    path = folder / "script.py"
    path.write_text(f"from events_archive.workers import can_fork, process_all\n{script}")
    return subprocess.Popen(
        [sys.executable, str(path)],
        stderr=subprocess.PIPE,
        text=True,
        env={
            **clean_environment(),
            "PYTHONPATH": str(PROJECT),
            "PYTHONWARNINGS": "error",
        },
        start_new_session=True,
    )


def _in_worker() -> bool:
    return multiprocessing.parent_process() is not None


@pytest.mark.parametrize("count", [0, 1, 2, 7, 500])
def test_each_item_is_processed_once_and_each_process_starts_at_its_own_end(count: int) -> None:
    results = process_all(lambda item: (item, _in_worker()), range(count))
    assert sorted(item for item, _ in results) == list(range(count))
    here = [item for item, in_worker in results if not in_worker]
    there = [item for item, in_worker in results if in_worker]
    assert here == list(range(len(here)))
    assert there == list(reversed(range(len(here), count)))


def test_the_worker_takes_part(tmp_path: Path) -> None:
    def process(item: int) -> bool:
        own, other = ("worker", "main")[:: 1 if _in_worker() else -1]
        (tmp_path / own).touch()
        deadline = time.monotonic() + 30
        while not (tmp_path / other).exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        return _in_worker()

    assert set(process_all(process, range(50))) == {True, False}


def test_no_warning_is_given_and_nothing_is_left_running(tmp_path: Path) -> None:
    process = _start_script(
        tmp_path,
        "import multiprocessing, threading\n"
        "assert can_fork()\n"
        "assert sorted(process_all(str, range(5))) == ['0', '1', '2', '3', '4']\n"
        "assert multiprocessing.active_children() == []\n"
        "assert threading.active_count() == 1\n",
    )
    _, stderr = process.communicate(timeout=60)
    assert (process.returncode, stderr) == (0, "")


@pytest.mark.parametrize("where", ["worker", "main process"])
@pytest.mark.parametrize("error", [ArchiveError("no room"), ZeroDivisionError("odd")])
def test_an_error_of_either_process_is_raised_and_stops_both(
    error: Exception, where: str, tmp_path: Path
) -> None:
    def process(item: int) -> None:
        if _in_worker() == (where == "worker"):
            raise error
        (tmp_path / f"{item}").touch()
        time.sleep(0.02)

    with pytest.raises(type(error), match=str(error)):
        process_all(process, range(2000))
    assert len(list(tmp_path.iterdir())) < 1000


class _BadMoodError(Exception):
    """An error that is pickled as its message, and cannot be made of that alone."""

    def __init__(self, who: str, mood: str) -> None:
        super().__init__(f"{who} is {mood}")


def test_an_error_of_the_worker_tells_where_it_occurred_even_if_it_cannot_be_pickled() -> None:
    def process(item: int) -> None:
        if _in_worker():
            raise _BadMoodError("a worker", "sad")
        time.sleep(0.02)

    with pytest.raises(RuntimeError, match="_BadMoodError: a worker is sad") as raised:
        process_all(process, range(2000))
    (note,) = raised.value.__notes__
    assert note.startswith("In the worker process:\nTraceback")
    assert "in process" in note


def test_a_worker_that_is_killed_ends_the_build_with_a_message(tmp_path: Path) -> None:
    def process(item: int) -> None:
        if _in_worker():
            (tmp_path / "worker").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        while not (tmp_path / "worker").exists():
            time.sleep(0.01)

    with pytest.raises(ArchiveError, match="ended from outside"):
        process_all(process, range(20))


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)]
)
@pytest.mark.parametrize("is_for_both", [False, True])
def test_the_worker_ends_with_the_main_process(
    number: signal.Signals, status: int, is_for_both: bool, tmp_path: Path
) -> None:
    """Ctrl-C in a terminal is sent to both processes; other signals are sent to one."""
    process = _start_script(
        tmp_path,
        "import os, pathlib, signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))\n"
        "def process(item):\n"
        f"    pathlib.Path({str(tmp_path)!r}, str(os.getpid())).touch()\n"
        "    time.sleep(0.05)\n"
        "try:\n"
        "    process_all(process, range(100_000))\n"
        "except KeyboardInterrupt:\n"
        "    sys.exit(130)\n",
    )
    while len(pids := {int(path.name) for path in tmp_path.iterdir() if path.stem.isdigit()}) < 2:
        time.sleep(0.02)
        assert process.poll() is None
    (worker,) = pids - {process.pid}
    (os.killpg if is_for_both else os.kill)(process.pid, number)
    _, stderr = process.communicate(timeout=60)
    assert (process.returncode, stderr) == (status, "")
    deadline = time.monotonic() + 30
    while _is_running(worker):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _is_running(pid: int) -> bool:
    """Whether the process runs; one that ended may wait as a zombie for whoever adopted it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_without_semaphores_one_process_does_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise OSError("no /dev/shm")

    monkeypatch.setattr(multiprocessing.context.ForkContext, "Semaphore", refuse)
    assert process_all(lambda item: (item, _in_worker()), range(3)) == [
        (0, False), (1, False), (2, False),
    ]  # fmt: skip


def test_a_process_with_other_threads_is_not_forked() -> None:
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        assert not can_fork()
    finally:
        stop.set()
        thread.join()
