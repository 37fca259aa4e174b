"""khal, a calendar program, with calendars of its own in a folder."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.external_programs import require_program

FORMAT = "{start-date-long}|{start-time}|{end-date-long}|{title}|{status}"
CONFIGURATION = """
[calendars]
[[events]]
path = {folder}/events
[locale]
local_timezone = {zone}
default_timezone = {zone}
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
[default]
default_calendar = events
[sqlite]
path = {folder}/khal.db
"""

Khal = Callable[[bytes, str, str], list[str]]


def open_khal(folder: Path, zone: str = "UTC") -> Khal:
    """Return ``khal(raw, "2026-09-01", "40d")``: imports a calendar, returns a line for each event.

    The test is skipped if khal is not installed.
    """
    program = require_program("khal", package="khal")
    (folder / "events").mkdir()
    configuration = folder / "khal.conf"
    configuration.write_text(CONFIGURATION.format(folder=folder, zone=zone), "utf-8")

    def run(*arguments: str) -> list[str]:
        done = subprocess.run(
            [program, "-c", str(configuration), *arguments],
            capture_output=True,
            text=True,
            env={**os.environ, "HOME": str(folder), "LC_ALL": "C.UTF-8"},
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
        return [line.strip() for line in done.stdout.splitlines() if line.strip()]

    def list_events(raw: bytes, start: str, length: str) -> list[str]:
        file = folder / "calendar.ics"
        file.write_bytes(raw)
        run("import", "--batch", "-a", "events", str(file))
        return run("list", "--once", "--format", FORMAT, "--day-format", "", start, length)

    return list_events
