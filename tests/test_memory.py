"""One record of any size costs a run no more memory than all events do."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PROJECT, clean_environment
from tests.ll2_server import EventDatabase, LL2Server
from tests.store.record_files import records_of

resource = pytest.importorskip("resource", reason="not on Windows")

MEASURED = """
import resource, subprocess, sys
status = subprocess.run(sys.argv[1:]).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(status)
"""
MAX_KILOBYTES = 400_000


def test_twenty_megabytes_in_a_response_and_in_the_cache_take_little_memory(tmp_path: Path) -> None:
    database = EventDatabase.generate(12, images=0)
    first, second, *_ = database.ids
    cache = tmp_path / "cache"
    cache.mkdir()
    known = {**database[first], "description": "é " * 7_000_000}
    (cache / "events.jsonl").write_bytes(records_of({first: known}).data)
    database.change(second, description="*a* " * 5_000_000)
    with LL2Server(database) as server:
        command = [sys.executable, str(PROJECT / "build.py"), "--api-url", server.url]
        folders = ["--cache", str(cache), "--output", str(tmp_path / "output")]
        run = subprocess.run(
            [sys.executable, "-c", MEASURED, *command, "--no-pictures", *folders],
            capture_output=True, text=True, env=clean_environment(), check=True,
        )  # fmt: skip
    assert f"event {second} cannot be read: nothing but its identity was read" in run.stderr
    assert "11 events" in run.stderr
    assert int(run.stdout) < MAX_KILOBYTES
