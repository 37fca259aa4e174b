"""Runs ``build.py`` in forks of this process, and records what a run does to the files of a folder.

It is started by `tests.disk_recorder.Runner`: a line of JSON on standard input asks for a run, and
a line on standard output has its exit status. Functions of `os` and `io` are wrapped only in the
fork of a recorded run: the program itself has no part in it.
"""

import builtins
import io
import json
import os
import pickle
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from events_archive.cli import main
from events_archive.commands import build as _imported_before_the_forks  # noqa: F401
from events_archive.commands import fetch
from events_archive.output import up_to_date, writer
from events_archive.site import taxonomies
from tests.conftest import PROJECT
from tests.disk_recorder import NOW, Recorder
from tests.false_clock.sitecustomize import FalseDatetime


def _file_stat(status: os.stat_result) -> up_to_date.FileStat:
    """Return the status without the inode, which is another one on a copy of a disk."""
    size, mtime, _ = _original_file_stat(status)
    return size, mtime, 0


_original_file_stat = up_to_date.file_stat


def _wrap(recorder: Recorder) -> None:
    """Wrap the functions that change a disk, so that ``recorder`` records what they did."""

    def after(module: Any, name: str, report: Callable[..., None]) -> None:
        function = getattr(module, name)

        def wrapper(*arguments: Any, **options: Any) -> Any:
            result = function(*arguments, **options)
            report(result, *arguments, **options)
            return result

        setattr(module, name, wrapper)

    def opened(descriptor: int, path: Any, flags: int, *_: Any, **__: Any) -> None:
        if flags & os.O_CREAT:
            recorder.created(path)

    def file_opened(_: Any, path: Any, mode: str = "r", *__: Any, **___: Any) -> None:
        if not isinstance(path, int) and mode[0] in "wax":
            recorder.created(path)

    def removed(_: None, path: Any, *, dir_fd: int | None = None) -> None:
        recorder.removed(path if dir_fd is None else f"/proc/self/fd/{dir_fd}/{path}")

    after(os, "open", opened)
    after(io, "open", file_opened)
    after(os, "fsync", lambda _, descriptor: recorder.flushed(f"/proc/self/fd/{descriptor}"))
    after(os, "sync", lambda _: recorder.flushed_all())
    for name in ("rename", "replace"):
        after(os, name, lambda _, source, target: recorder.renamed(source, target))
    for name in ("unlink", "remove", "rmdir"):
        after(os, name, removed)
    after(os, "mkdir", lambda _, path, *__, **___: recorder.made_folder(path))
    for name in ("link", "symlink", "truncate"):
        after(os, name, lambda *_: recorder.refuse())
    builtins.open = io.open


def _run(request: dict[str, Any]) -> int:
    """Do what ``build.py`` does."""
    arguments = request["arguments"]
    up_to_date.file_stat = writer.file_stat = _file_stat
    fetch.datetime = FalseDatetime  # type: ignore[attr-defined]
    # The pages of the 366 days are written alike.
    taxonomies._DAYS[:] = [(9, 1), (9, 2)]
    os.environ.update({"FALSE_NOW": NOW, **request["environ"]})
    recorder = None
    if request.get("recording"):
        recorder = Recorder(Path(request["root"]))
        _wrap(recorder)
    else:
        # No power fails here.
        os.fsync = os.sync = lambda *_: None  # type: ignore[assignment]
    if up_to_date.is_up_to_date(arguments, str(PROJECT / "build.py")) is not None:
        return 0
    status = main(arguments, PROJECT)
    if recorder:
        recording = recorder.finish()
        with os.fdopen(os.open(request["recording"], os.O_WRONLY | os.O_CREAT), "wb") as file:
            pickle.dump(recording, file)
    return status


def serve() -> None:
    for line in sys.stdin:
        request = json.loads(line)
        process = os.fork()
        if not process:
            status = 70
            with suppress(BaseException):
                log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
                os.dup2(log, 1)
                os.dup2(log, 2)
                status = _run(request)
            sys.stderr.flush()
            os._exit(status)
        _, code = os.waitpid(process, 0)
        print(os.waitstatus_to_exitcode(code), flush=True)


if __name__ == "__main__":
    serve()
