"""Each command with each state of the standard streams does its work and prints no traceback."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from events_archive.output.manifest import MARKER
from events_archive.store.history_file import encode_changes
from tests.conftest import PROJECT, clean_environment, copy_seed, run_build
from tests.store.changes import a_change

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /dev/full")

NAME = "Spaziergang № 1 über 天宫"
COMMANDS = {
    "build": 0, "build --json": 0, "build --dry-run": 0, "fetch": 0, "diff": 0, "diff --json": 0,
    "query": 0, "query --json": 0, "query --format csv": 0, "check": 1, "check --json": 1,
    "export": 0, "--help": 0, "--version": 0, "fetch --jobs none": 2, "fetch --jobs none --json": 2,
}  # fmt: skip
"""Each command with the status that it has on a terminal."""
RESULTS = {"check", "diff", "query", "--help", "--version", "--json", "--dry-run"}
"""Words of commands whose result goes to standard output."""
WRITES = {"build": "output/index.html", "build --json": "output/index.html", "export": "site.zip"}
CLOSED = ("0", "1", "2", "01", "02", "12", "012")
STATES: dict[str, dict[str, Any]] = {
    f"{numbers} {state}": {"streams": dict.fromkeys(numbers, state)}
    for state, combinations in {
        "closed": CLOSED, "full": ("1", "2", "12"), "broken": ("1", "2", "12")
    }.items()
    for numbers in combinations
} | {encoding: {"encoding": encoding} for encoding in ("ascii", "latin-1", "cp1252")}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a cache of two events, its site, and a site of which one page is left."""
    copy_seed(tmp_path / "cache")
    file = tmp_path / "cache/events.jsonl"
    records = [json.loads(line) for line in file.read_bytes().splitlines()[-2:]]
    records[0]["name"] = NAME
    file.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    (tmp_path / "cache/history.jsonl").write_bytes(encode_changes([a_change(records[0]["id"])]))
    run_build("--offline", cache=tmp_path / "cache", output=tmp_path / "output")
    (tmp_path / "page").mkdir()
    shutil.copy(tmp_path / "output/index.html", tmp_path / "page")
    (tmp_path / "page" / MARKER).write_text('{"files": ["index.html"]}')
    return tmp_path


def _case(command: str, state: dict[str, Any], folder: Path) -> dict[str, Any]:
    name, *options = command.split()
    own = {"query": [""], "export": ["zip", "--to", str(folder / "site.zip")]}.get(name, [])
    output = folder / ("page" if name == "check" else "output")
    folders = ["--cache", str(folder / "cache"), "--output", str(output), "--offline"]
    arguments = [name] if name.startswith("--") else [name, *own, *folders, *options]
    writes = str(folder / WRITES.get(command, "nothing"))
    return {"arguments": arguments, "streams": {}, "encoding": "utf-8", "writes": writes, **state}


def _status(command: str, state: str) -> int:
    """Return the status that a command should have."""
    on_terminal = COMMANDS[command]
    if on_terminal == 2 or RESULTS.isdisjoint(command.split()):
        return on_terminal
    return {"1 full": 1, "12 full": 1, "1 broken": 141, "12 broken": 141}.get(state, on_terminal)


def test_no_command_needs_a_stream_but_for_its_result(folder: Path) -> None:
    keys = [(command, state) for command in COMMANDS for state in STATES]
    cases = [_case(command, STATES[state], folder) for command, state in keys]
    (folder / "cases.json").write_text(json.dumps(cases))
    done = subprocess.run(
        [sys.executable, "-m", "tests.stream_states", str(folder / "cases.json")],
        stdout=subprocess.PIPE,
        env=clean_environment(),
        cwd=PROJECT,
        check=True,
    )
    outcomes = dict(zip(keys, json.loads(done.stdout), strict=True))
    assert {key: [status, exists] for key, (status, _, exists) in outcomes.items()} == {
        (command, state): [_status(command, state), command in WRITES] for command, state in keys
    }
    assert not [key for key, (_, text, _) in outcomes.items() if "Traceback" in text]
    for command, state in keys:
        if state == "1 full" and _status(command, state) != COMMANDS[command]:
            assert "standard output cannot be written" in outcomes[command, state][1]
    assert NAME.encode("ascii", "backslashreplace").decode() in outcomes["query", "ascii"][1]


def test_a_run_without_work_needs_no_standard_error(folder: Path) -> None:
    folders = ("--cache", f"{folder}/cache", "--output", f"{folder}/output")
    command = [sys.executable, str(PROJECT / "build.py"), "--offline", *folders]
    for redirection in ("2>&-", "2>/dev/full", ">&- 2>&- <&-"):
        script = f'"$@" {redirection}; echo $?'
        done = subprocess.run(
            ["sh", "-c", script, "sh", *command],
            capture_output=True,
            text=True,
            env=clean_environment(),
            check=True,
        )
        assert (done.stdout, done.stderr) == ("0\n", "")
