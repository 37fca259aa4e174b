"""vdirsyncer, which keeps a folder like a calendar on the web, moves only what has changed."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.browser import serve_folder
from tests.external_programs import require_program
from tests.test_life import Life

CONFIGURATION = """
[general]
status_path = "{folder}/status/"
[pair archive]
a = "web"
b = "disk"
collections = null
conflict_resolution = "a wins"
[storage web]
type = "http"
url = "{url}calendar-all.ics"
[storage disk]
type = "filesystem"
path = "{folder}/events/"
fileext = ".ics"
"""
BUILDS = 10


def _written(folder: Path, before: dict[str, int]) -> int:
    """Return how many files were written or deleted since ``before``, brought up to date."""
    present = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    moved = {name for name, _ in present.items() ^ before.items()}
    before.clear()
    before.update(present)
    return len(moved)


@pytest.mark.extended
def test_a_synchronising_client_moves_only_what_has_changed(tmp_path: Path) -> None:
    program = require_program("vdirsyncer", package="vdirsyncer")
    life = Life(tmp_path, seed=3)
    life.look()
    (tmp_path / "events").mkdir()
    configuration = tmp_path / "vdirsyncer.conf"
    seen: dict[str, int] = {}

    def synchronise() -> int:
        for command in ("discover", "sync"):
            done = subprocess.run(
                [program, "-c", str(configuration), command],
                input="y\n", capture_output=True, text=True, check=False,
                env={**os.environ, "HOME": str(tmp_path)},
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
        return _written(tmp_path / "events", seen)

    with serve_folder(life.output) as url:
        configuration.write_text(CONFIGURATION.format(folder=tmp_path, url=url), "utf-8")
        assert synchronise() == (life.output / "calendar-all.ics").read_text().count("BEGIN:VEVENT")
        for number in range(BUILDS):
            edited = life.random.sample(life.database.ids, number % 4)
            for event_id in edited:
                life.database.change(event_id, description=f"Edited in build {number}")
            life.noise()
            life.look(hours=1)
            has_date = {id for id in edited if life.database[id]["date"]}
            # It knows an event by its content: one file is deleted and another is written.
            assert synchronise() == 2 * len(has_date)
