"""Whatever is on the disk after the power has failed, nothing is lost and the next run succeeds.

A refresh and the build after it are recorded, and each state of the disk that they may leave is
made: `disk_recorder` has the rules. All states are tried by ``make test-all``, which prints how
many there are; otherwise a few.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from events_archive.output.manifest import MARKER
from events_archive.store.canonical_json import decode
from events_archive.store.transaction import recover
from tests.disk_recorder import (
    NOW,
    Key,
    Recording,
    Runner,
    State,
    certain_state,
    final_state,
    is_leftover,
    states,
)
from tests.ll2_server import EventDatabase, LL2Server

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the recorder reads /proc")

TRANSACTION = ("events.jsonl", "history.jsonl", "contact.json", "ledger.json")
REMEMBERED = ("publications.jsonl", "published-ids.json", "ledger.json")
"""What is in the cache before the output folder changes."""

HARMLESS = {
    "refresh": {
        "cache/sweep/sweep.json": "what an unfinished refresh has fetched is fetched again",
        "cache/sweep/page-0001.json": "what an unfinished refresh has fetched is fetched again",
        "cache/history.jsonl": "the folder is flushed again before the journal goes",
        "cache/ledger.json": "the folder is flushed again before the journal goes",
        "cache/builds": "what is missing there is made again",
        "cache/originals": "what is missing there is downloaded again",
    },
    "build": {
        "cache/publications.jsonl": "the folder is flushed again before a page is in place",
        "cache/ledger.json": "everything is flushed before a page is in place",
        "output/.events-archive.json": "everything is flushed before a page is in place",
        "cache/builds": "what is missing there is made again",
        "cache/generations": "the list of before leads to the same one",
    },
}
"""Flushes of folders without which nothing is lost, by what was renamed there, and why."""


@dataclass
class RecordedRun:
    """A recorded run, and what the next run must lead to."""

    name: str
    root: Path
    runner: Runner
    next_runs: tuple[tuple[str, ...], ...]
    recording: Recording
    expected: dict[str, bytes]

    def __post_init__(self) -> None:
        self.before = State(self.recording.tree, self.recording.contents, frozenset())
        self.after = final_state(self.recording)

    def loss(self, state: State) -> str:
        """Return what is lost in a state before another run; "" if nothing is."""
        if torn := state.torn:
            return f"{torn[0]} is neither old nor new"
        return self._loss_of_refresh(state) or self._loss_of_build(state)

    def _loss_of_refresh(self, state: State) -> str:
        """Records, history, contact and ledger are all old or all new once the journal was read."""
        paths = [f"cache/{name}" for name in TRANSACTION]
        if all(self.before.files[path] == self.after.files[path] for path in paths[:3]):
            return ""
        state.write(self.root)
        recover(self.root / "cache")
        now = {path: (self.root / path).read_bytes() for path in paths}
        old = {path: self.before.read(path) for path in paths}
        new = {path: self.after.read(path) for path in paths[:3]}
        is_new = new.items() <= now.items() and now[paths[3]] != old[paths[3]]
        return "" if now == old or is_new else "the transaction is torn"

    def _loss_of_build(self, state: State) -> str:
        """What was published stays, and what is published is known to cache and marker."""
        published = {path for path in state.files if path.startswith("output/")}
        published = {path for path in published if not is_leftover(path)}
        marker = f"output/{MARKER}"
        in_both = self.before.files.keys() & self.after.files.keys()
        if missing := {path for path in in_both if path.startswith("output/")} - published:
            return f"{min(missing)} is gone"
        listed = {f"output/{path}" for path in decode(state.read(marker) or b"")["files"]}
        if unlisted := published - listed - {marker}:
            return f"{min(unlisted)} is not in the marker"
        is_changed = any(
            state.files[path] != self.before.files.get(path) for path in published - {marker}
        )
        for path in (f"cache/{name}" for name in REMEMBERED):
            if is_changed and state.files.get(path) != self.after.files[path]:
                return f"{path} does not know what is published"
        return ""

    def loss_in_the_end(self, state: State) -> str:
        """What the run has reported as done is there."""
        paths = [f"cache/{name}" for name in (*TRANSACTION, *REMEMBERED)]
        lost = [path for path in paths if state.files.get(path) != self.after.files[path]]
        return f"{lost[0]} is old after the run" if lost else ""

    def loss_in_the_next_run(self, state: State) -> str:
        """The next run leads to what an undisturbed one has led to."""
        state.write(self.root)
        for arguments in self.next_runs:
            self.runner.run(*arguments)
        found = content_of(self.root)
        differing = {
            path
            for path in found.keys() | self.expected.keys()
            if found.get(path) != self.expected.get(path)
        }
        return f"{min(differing)} is not as after an undisturbed run" if differing else ""


def content_of(root: Path) -> dict[str, bytes]:
    """Return what is published, and what the archive remembers."""
    files = {path.relative_to(root).as_posix(): path for path in root.rglob("*") if path.is_file()}
    return {
        path: file.read_bytes()
        for path, file in files.items()
        if not is_leftover(path) and (path.startswith("output/") or path.count("/") == 1)
    }


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, RecordedRun]]:
    """A refresh that adds, changes, renames and withdraws events, and a build after it.

    The build removes a file too.
    """
    folder = tmp_path_factory.mktemp("crash-states")
    root = folder / "disk"
    root.mkdir()
    runner = Runner(folder / "runner")
    folders = ("--cache", str(root / "cache"), "--output", str(root / "output"))
    options = ("--base-url", "https://example.org/", "--today", "2026-09-01", "--jobs", "1", "-q")
    build = ("build", "--offline", *options, *folders)
    database = EventDatabase.generate(6, images=3)
    changed, renamed, withdrawn, *_, added = database.ids
    database.delete(added)
    with LL2Server(database, max_image_width=320) as server:
        fetch = ("fetch", "--full", "--accept-withdrawals", "--api-url", server.url, *folders)
        runner.run(*fetch, FALSE_NOW=str(int(NOW) - 86_400))
        runner.run(*build, ARCHIVE_OFFER_DOWNLOAD="true")
        database.restore(added)
        database.change(changed, description="Rewritten.")
        database.rename(renamed, "Renamed")
        database.delete(withdrawn)
        made: dict[str, tuple[Recording, tuple[tuple[str, ...], ...]]] = {}
        made["refresh"] = (runner.record(root, *fetch), (fetch, build))
        made["build"] = (runner.record(root, *build), (build,))
        expected = content_of(root)
        yield {
            name: RecordedRun(name, root, runner, next_runs, recording, expected)
            for name, (recording, next_runs) in made.items()
        }
    runner.close()


def _check(run: RecordedRun, state: State) -> None:
    assert not run.loss(state)
    assert not run.loss_in_the_next_run(state)


@pytest.mark.parametrize(("name", "step"), [("refresh", 12), ("build", 90)])
def test_some_states_lose_nothing(name: str, step: int, runs: dict[str, RecordedRun]) -> None:
    for state in list(states(runs[name].recording))[::step]:
        _check(runs[name], state)


@pytest.mark.extended
def test_no_state_of_the_disk_loses_anything(
    runs: dict[str, RecordedRun], capsys: pytest.CaptureFixture[str]
) -> None:
    tried: set[frozenset[tuple[str, bytes | None]]] = set()
    for run in runs.values():
        for state in states(run.recording):
            # Two recordings may lead to one state.
            if (visible := state.visible) not in tried:
                tried.add(visible)
                _check(run, state)
        assert not run.loss_in_the_end(certain_state(run.recording))
    with capsys.disabled():
        print(f"\n{len(tried)} states, 0 lost")


@pytest.mark.extended
@pytest.mark.parametrize("name", HARMLESS)
def test_without_any_one_flush_or_rename_something_is_lost(
    name: str, runs: dict[str, RecordedRun]
) -> None:
    """The test of the tests above: each is seen to be taken out, but for those in `HARMLESS`."""
    run = runs[name]
    known = {state.key for state in states(run.recording)}
    unseen = set()
    target = ""
    for number, operation in enumerate(run.recording.operations):
        if operation.kind == "rename":
            target = operation.path
        if operation.kind not in ("rename", "flush", "flush all"):
            continue
        if not _is_seen(run, known, number):
            is_folder = operation.path in ("cache/builds", "cache/originals", "cache/generations")
            unseen.add(operation.path if is_folder else target)
    assert unseen == HARMLESS[name].keys()


def _is_seen(run: RecordedRun, known: set[Key], number: int) -> bool:
    """Whether something is lost without the operation of this number."""
    if run.loss_in_the_end(certain_state(run.recording, without=number)):
        return True
    found = states(run.recording, without=number)
    return any(run.loss(state) for state in found if state.key not in known)
