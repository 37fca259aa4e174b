"""One process at a time writes to the cache."""

import os
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from events_archive.errors import CacheError
from events_archive.store.lock import CACHE_FOLDERS, lock_cache, locked
from tests.plants import PLANTS

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


@pytest.mark.parametrize("plant", PLANTS)
def test_a_lock_file_is_not_followed(plant: str, tmp_path: Path) -> None:
    outside, cache = tmp_path / "outside", tmp_path / "cache"
    outside.mkdir()
    (outside / "file").write_text("content")
    cache.mkdir()
    PLANTS[plant](cache / "archive.lock", outside)
    with pytest.raises(CacheError, match=r"cannot be opened: it is a"), locked(cache, timeout=0):
        pass
    assert (outside / "file").read_text() == "content"
    assert len(list(outside.iterdir())) == 1


@pytest.mark.parametrize("name", CACHE_FOLDERS)
def test_a_folder_of_the_cache_may_not_be_a_link_but_the_cache_may(
    name: str, tmp_path: Path
) -> None:
    cache, outside = tmp_path / "cache", tmp_path / "outside"
    (tmp_path / "disk").mkdir()
    cache.symlink_to("disk")
    outside.mkdir()
    (outside / ".events.jsonl.tmp").touch()
    with lock_cache(cache):
        pass
    (cache / name).parent.mkdir(exist_ok=True)
    (cache / name).symlink_to(outside)
    message = rf"cache/{name} cannot be used: it is a symbolic link"
    with pytest.raises(CacheError, match=message), lock_cache(cache):
        pass
    assert len(list(outside.iterdir())) == 1


def test_whoever_has_the_lock_may_remove_its_folder_while_others_wait(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    with ExitStack() as first, ExitStack() as second:
        first.enter_context(locked(folder))
        code = f"print(flush=True)\n{HOLD}"
        other = second.enter_context(
            subprocess.Popen(
                [sys.executable, "-c", code, str(folder)],
                cwd=PROJECT,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        second.callback(other.kill)
        assert other.stdout is not None
        other.stdout.readline()
        time.sleep(0.2)
        shutil.rmtree(folder)
        with locked(folder, timeout=0):
            first.close()
            time.sleep(0.2)
            assert other.poll() is None
            assert (folder / "archive.lock").read_text() == str(os.getpid())
        assert other.stdout.readline() == "held\n"
        assert (folder / "archive.lock").read_text() == str(other.pid)
