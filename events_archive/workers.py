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
from typing import Any, Self

from events_archive.errors import ArchiveError

MOST = 60_000
"""The most pieces that a list may have: their tokens have to fit into a pipe (64 KiB on Linux)."""


def can_share() -> bool:
    """Whether a second process would help: where it starts with all that this one knows."""
    # On macOS system libraries do not bear to be forked, on Windows nothing does.
    if not sys.platform.startswith("linux"):
        return False
    return len(os.sched_getaffinity(0)) > 1


class Share:
    """The pieces 0 to ``pieces`` - 1 of a work, each done once, here or in another process.

    The other one begins at the end when this is made; this one at the front, when it comes to
    `finish`. Whoever leaves the ``with`` block before has the other process ended.
    """

    def __init__(
        self,
        pieces: int,
        do: Callable[[int], None],
        outcome: Callable[[], Any],
        *,
        there: Callable[[int], None] | None = None,
    ) -> None:
        """``outcome()`` is what the other process tells: a value that pickle takes.

        ``there`` does a piece in the other process, where that takes more than ``do``.
        """
        self._pieces, self._do, self._do_there = pieces, do, there or do
        self._tokens, give = os.pipe()
        os.write(give, b"." * pieces)
        os.close(give)
        self._answer, tell = os.pipe()
        # What is still unwritten would be written by both.
        sys.stdout.flush()
        sys.stderr.flush()
        parent = os.getpid()
        self._other = os.fork()
        if self._other == 0:
            os.close(self._answer)
            _tell(tell, lambda: self._from_the_end(parent, outcome))
            os._exit(0)
        os.close(tell)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._other:
            self._end()

    def finish(self) -> Any:
        """Do what is left together with the other process; what that one tells.

        Raises ArchiveError as ``do`` does there, or where the other was ended from outside.
        """
        for piece in range(self._pieces):
            if not self._is_mine():
                break
            self._do(piece)
        with os.fdopen(self._answer, "rb", closefd=False) as file:
            told = file.read()
        self._end()
        return _understood(told)

    def _from_the_end(self, parent: int, outcome: Callable[[], Any]) -> Any:
        for piece in reversed(range(self._pieces)):
            if os.getppid() != parent or not self._is_mine():
                break
            self._do_there(piece)
        return outcome()

    def _is_mine(self) -> bool:
        """Whether there is one more piece, which nobody else will do."""
        return bool(os.read(self._tokens, 1))

    def _end(self) -> None:
        other, self._other = self._other, 0
        with suppress(ProcessLookupError):
            os.kill(other, signal.SIGKILL)
        os.close(self._tokens)
        os.close(self._answer)
        os.waitpid(other, 0)


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
