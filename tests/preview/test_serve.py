"""The preview goes on after failed builds, and sees every change."""

import io
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from events_archive.commands.serve import build
from events_archive.console import Console
from events_archive.errors import ArchiveError, BusyError
from events_archive.preview.server import BuildStatus, PreviewServer
from events_archive.preview.watcher import watch_changes
from events_archive.settings import Settings
from tests.conftest import PROJECT, clean_environment


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PreviewServer]:
    """A server that answers no requests."""
    with PreviewServer(folder=tmp_path, prefix="/", port=0) as server:
        yield server


def _raises(error: Exception) -> Callable[[], None]:
    def rebuild() -> None:
        raise error

    return rebuild


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ArchiveError("base.html, line 3: no such macro"), "base.html, line 3: no such macro"),
        (ZeroDivisionError("a mistake in the code"), "ZeroDivisionError: a mistake in the code"),
    ],
)
def test_the_error_of_a_failed_build_is_published_until_one_succeeds(
    server: PreviewServer, error: Exception, expected: str
) -> None:
    stream = io.StringIO()
    build(server, lambda: None, Console(stream=stream))
    build(server, _raises(error), Console(stream=stream))
    assert server.status.build == 1
    assert expected in server.status.error
    assert expected in stream.getvalue()
    build(server, lambda: None, Console(stream=stream))
    assert server.status == BuildStatus(build=2)


def test_a_build_that_another_run_blocks_is_to_be_repeated_and_is_told_once(
    server: PreviewServer,
) -> None:
    stream = io.StringIO()
    blocked = _raises(BusyError("another build is using this archive"))
    assert build(server, blocked, Console(stream=stream))
    assert build(server, blocked, Console(stream=stream))
    assert server.status.error == "another build is using this archive"
    assert stream.getvalue().count("another build") == 1
    assert not build(server, _raises(ArchiveError("a mistake")), Console(stream=stream))


WITHOUT_WATCHES = """
echo 0 > /proc/sys/user/max_inotify_watches && exec "$@"
"""
WATCH = """
import sys
from pathlib import Path
from events_archive.console import Console
from events_archive.preview.watcher import watch_changes
from events_archive.settings import Settings
folder = Path(sys.argv[1])
settings = Settings(cache=folder / "cache", templates=folder, static=folder)
for number, has_changed in enumerate(watch_changes(settings, folder, Console())):
    if has_changed:
        break
    (folder / "base.html").write_text(str(number))
"""


def test_without_notifications_of_the_system_changes_are_polled(tmp_path: Path) -> None:
    namespace = ["unshare", "--user", "--map-root-user", "sh", "-c", WITHOUT_WATCHES, "sh"]
    if not shutil.which("unshare") or subprocess.run([*namespace, "true"], check=False).returncode:
        pytest.skip("no namespace whose limit of watches can be set")
    script = [sys.executable, "-c", WATCH, str(tmp_path)]
    done = subprocess.run(
        [*namespace, *script],
        stderr=subprocess.PIPE,
        text=True,
        env={**clean_environment(), "PYTHONPATH": str(PROJECT)},
        timeout=60,
        check=True,
    )
    assert done.stderr.startswith("warning: the system reports no changes, so files are polled: ")


def test_waiting_returns_the_next_status_or_after_the_timeout_the_same(
    server: PreviewServer,
) -> None:
    known = server.status
    assert server.wait_for_status(known, 0.01) == known
    builder = Thread(target=server.build_ended)
    builder.start()
    assert server.wait_for_status(known, 20) == BuildStatus(build=1)
    builder.join()


def test_changes_of_settings_templates_and_records_are_noticed(tmp_path: Path) -> None:
    folders = {name: tmp_path / name for name in ("templates", "static", "cache")}
    for folder in folders.values():
        folder.mkdir()
    settings = Settings(**folders)
    started = Event()

    def edit_settings_until_noticed() -> None:
        number = 0
        while not started.wait(0.2):
            number += 1
            (tmp_path / "pyproject.toml").write_text("#" * number)

    editor = Thread(target=edit_settings_until_noticed)
    editor.start()
    changes = watch_changes(settings, tmp_path, Console())
    assert any(changes)
    started.set()
    editor.join()
    (folders["templates"] / "base.html").write_text("x")
    assert any(changes)
    (folders["cache"] / "events.jsonl").write_text("{}\n")
    assert any(changes)
    changes.close()
