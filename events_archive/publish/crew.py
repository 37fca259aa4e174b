"""Two processes at one list of work, one from each end, until they meet.

Neighbours in the list share much, so that each process makes what is shared by its own half only;
and no half needs to be measured beforehand. What is made does not depend on who makes it.
"""

import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from events_archive.errors import ArchiveError

MOST = 60_000
"""The most pieces that a list may have: their tokens have to fit into a pipe (64 KiB on Linux)."""


def can_share() -> bool:
    """Whether a second process would help: where it starts with all that this one knows."""
    # On macOS system libraries do not bear to be forked, on Windows nothing does.
    if not sys.platform.startswith("linux"):
        return False
    return len(os.sched_getaffinity(0)) > 1


def share(pieces: int, do: Callable[[int], None], outcome: Callable[[], Any]) -> Any:
    """Do the pieces 0 to ``pieces`` - 1, each once, in this process or in another.

    The value of ``outcome()`` there, which has to be one that pickle takes. Raises ArchiveError
    as ``do`` does, or where the other process was ended from outside.
    """
    tokens, give = os.pipe()
    os.write(give, b"." * pieces)
    os.close(give)
    answer, tell = os.pipe()
    # What is still unwritten would be written by both.
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        os.close(answer)

        def from_the_end() -> Any:
            for piece in reversed(range(pieces)):
                if os.getppid() != parent or not os.read(tokens, 1):
                    break
                do(piece)
            return outcome()

        _tell(tell, from_the_end)
        os._exit(0)
    os.close(tell)
    try:
        for piece in range(pieces):
            if not os.read(tokens, 1):
                break
            do(piece)
        with os.fdopen(answer, "rb") as file:
            told = file.read()
    except BaseException:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        raise
    finally:
        os.close(tokens)
        os.waitpid(child, 0)
    return _understood(told)


def _tell(pipe: int, work: Callable[[], Any]) -> None:
    """Do the work of the other process, and tell what came of it."""
    try:
        told = pickle.dumps(("done", work()))
    except ArchiveError as error:
        told = pickle.dumps(("failed", str(error)))
    except BaseException:
        told = pickle.dumps(("broken", traceback.format_exc()))
    with suppress(BrokenPipeError), os.fdopen(pipe, "wb") as file:
        file.write(told)


def _understood(told: bytes) -> Any:
    if not told:
        raise ArchiveError("a process of the build was ended from outside; run again")
    how, what = pickle.loads(told)
    if how == "failed":
        raise ArchiveError(what)
    if how == "broken":
        raise RuntimeError(what)
    return what
