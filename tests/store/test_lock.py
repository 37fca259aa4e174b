"""One process at a time writes to the cache."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from events_archive.errors import CacheError
from events_archive.store.lock import locked

PROJECT = Path(__file__).parents[2]

HOLD = """
import sys, time
from pathlib import Path
from events_archive.store.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_process_is_refused_until_the_first_has_ended(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with (
            pytest.raises(CacheError, match=rf"process {holder.pid}.*archive\.lock"),
            locked(tmp_path, timeout=0.1),
        ):
            pass
        holder.kill()
        holder.wait()
    with locked(tmp_path, timeout=2):
        pass


def test_the_lock_is_free_again_after_the_block(tmp_path: Path) -> None:
    with locked(tmp_path):
        pass
    with locked(tmp_path, timeout=0):
        assert (tmp_path / "archive.lock").read_text() == str(os.getpid())


def test_a_folder_that_cannot_hold_a_lock_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CacheError, match="cannot be opened"), locked(tmp_path / "file"):
        pass
