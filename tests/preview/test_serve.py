"""The preview goes on, whatever a build does."""

import io
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import pytest

from events_archive.console import Console
from events_archive.errors import ArchiveError
from events_archive.preview.serve import build
from events_archive.preview.status import BuildStatus, StatusBroadcaster
from events_archive.preview.watcher import watch_changes
from events_archive.settings import Settings


def _raises(error: Exception) -> Callable[[], None]:
    def rebuild() -> None:
        raise error

    return rebuild


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ArchiveError("base.html, line 3: no such macro"), "base.html, line 3: no such macro"),
        (ZeroDivisionError("a slip in the code"), "ZeroDivisionError: a slip in the code"),
    ],
)
def test_a_failed_build_is_told_and_the_one_before_it_stays(error: Exception, words: str) -> None:
    bulletin, stream = StatusBroadcaster(), io.StringIO()
    build(bulletin, lambda: None, Console(stream=stream))
    build(bulletin, _raises(error), Console(stream=stream))
    assert bulletin.status.build == 1
    assert words in bulletin.status.error
    assert words in stream.getvalue()
    build(bulletin, lambda: None, Console(stream=stream))
    assert bulletin.status == BuildStatus(build=2)


def test_whoever_waits_gets_the_news_or_after_a_while_what_is_known() -> None:
    bulletin = StatusBroadcaster()
    known = bulletin.status
    assert bulletin.wait(known, 0.01) == known
    teller = Thread(target=bulletin.build_succeeded)
    teller.start()
    assert bulletin.wait(known, 20) == BuildStatus(build=1)
    teller.join()


def test_every_change_is_noticed_until_it_is_enough(tmp_path: Path) -> None:
    folders = {name: tmp_path / name for name in ("templates", "static", "cache")}
    for folder in folders.values():
        folder.mkdir()
    settings = Settings(**folders)
    begun, stopped = Event(), False

    def edit_settings_until_it_is_noticed() -> None:
        number = 0
        while not begun.wait(0.2):
            number += 1
            (tmp_path / "pyproject.toml").write_text("#" * number)

    editor = Thread(target=edit_settings_until_it_is_noticed)
    editor.start()
    found = watch_changes(settings, tmp_path, stopped=lambda: stopped)
    next(found)
    begun.set()
    editor.join()
    (folders["templates"] / "base.html").write_text("x")
    next(found)
    (folders["cache"] / "events.jsonl").write_text("{}\n")
    next(found)
    stopped = True
    assert list(found) == []
