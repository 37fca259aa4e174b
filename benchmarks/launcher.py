"""Runs one command and tells what it took.

A small process, since Linux counts the memory of whoever starts a process as that process' own.
``python -I -S launcher.py FILE COMMAND...`` writes to FILE the exit status, the seconds of wall
clock, of CPU and of CPU in the kernel, and the most KiB that any process had in memory.
"""

import os
import sys
import time


def main(result: str, command: list[str]) -> None:
    start = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ)
    _, status, used = os.wait4(child, 0)
    wall = time.perf_counter() - start
    code = os.waitstatus_to_exitcode(status)
    cpu = used.ru_utime + used.ru_stime
    with open(result, "w") as file:  # noqa: PTH123 - pathlib would double the memory
        print(code, wall, cpu, used.ru_stime, used.ru_maxrss, file=file)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
