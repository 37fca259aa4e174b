"""Run a command and write the time and memory that it used to a file.

``python -I -S launcher.py FILE COMMAND...`` writes the exit status, the seconds of wall clock, of
CPU and of CPU in the kernel, and the peak memory in KiB of the largest process. The launcher is a
small process of its own, since on Linux the peak memory of a process includes that of its parent
at the time of the fork.
"""

import os
import sys
import time


def main(result: str, command: list[str]) -> None:
    start = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - start
    exit_status = os.waitstatus_to_exitcode(status)
    cpu = usage.ru_utime + usage.ru_stime
    with open(result, "w") as file:  # noqa: PTH123 - pathlib would double the launcher's memory
        print(exit_status, wall, cpu, usage.ru_stime, usage.ru_maxrss, file=file)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
