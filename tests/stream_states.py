"""Runs commands with standard streams that are closed, full or broken pipes.

As a script it reads a JSON array of cases from a file, and prints an array with their outcomes.
Each case is a fork of this process, since imports take longer than most commands.
"""

import json
import os
import sys
from pathlib import Path
from typing import IO

from events_archive import cli
from events_archive.commands import build, check, diff, export, query  # noqa: F401

PROJECT = Path(__file__).parent.parent


def run(case: dict, printed: Path) -> tuple[int, str, bool]:
    """Return the status of a case, what it has printed, and whether its file is there.

    A case has ``arguments``, ``streams`` (the state of streams by their numbers: closed, full or
    broken), ``encoding``, and ``writes``, the file that it writes anew.
    """
    printed.write_bytes(b"")
    Path(case["writes"]).unlink(missing_ok=True)
    child = os.fork()
    if not child:
        sys.stdin, sys.stdout, sys.stderr = (
            open_stream(number, case["streams"].get(str(number), ""), case["encoding"], printed)
            for number in (0, 1, 2)
        )
        os._exit(cli.main(case["arguments"], PROJECT))
    _, status = os.waitpid(child, 0)
    text = printed.read_bytes().decode(errors="replace")
    return os.waitstatus_to_exitcode(status), text, Path(case["writes"]).exists()


def open_stream(number: int, state: str, encoding: str, printed: Path) -> IO[str] | None:
    """Return a stream as Python has it at its start; without a state it goes to ``printed``."""
    if state == "closed":
        os.close(number)
        return None
    reader, opened = os.pipe()
    os.close(reader)
    if state != "broken":
        path = "/dev/full" if state == "full" else printed
        opened = os.open(path, os.O_RDWR | os.O_APPEND)
    os.dup2(opened, number)
    return os.fdopen(
        number,
        "w" if number else "r",
        encoding=encoding,
        errors="backslashreplace" if number == 2 else "strict",
    )


if __name__ == "__main__":
    file = Path(sys.argv[1])
    outcomes = [run(case, file.with_suffix(".txt")) for case in json.loads(file.read_bytes())]
    print(json.dumps(outcomes))
