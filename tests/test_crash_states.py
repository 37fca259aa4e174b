"""Whatever is on the disk after the power has failed, nothing is lost and the next run succeeds.

Three runs are recorded: the first build, a refresh in which events come, go and change, and the
build after it. Each state of the disk that they may leave is made (`tests.disk_states` has the
rules), what was published is looked for, and the next run is started on it. By default some states
are tried. `make test-all` tries all, as does:

    pytest -n auto -m "" tests/test_crash_states.py
"""

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from events_archive.output.manifest import MARKER
from events_archive.store.canonical_json import decode
from events_archive.store.transaction import recover
from tests.conftest import PROJECT, STATES_LOST, STATES_TRIED
from tests.disk_recorder import NOW, Recording, Runner
from tests.disk_states import (
    DiskCopy,
    Key,
    State,
    certain_state,
    final_state,
    is_leftover,
    states,
)
from tests.ll2_server import EventDatabase, LL2Server, image_record
from tests.news_server import ArticleDatabase, NewsServer, link_to

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the recorder reads /proc")

RUNS = ("first build", "refresh", "build")
PARTS = 8
"""In how many tests all states of a run are tried, so that processes share them."""

TRANSACTION = ("events.jsonl", "history.jsonl", "contact.json", "ledger.json")
ARTICLES = ("articles.jsonl", "articles-contact.json")
REMEMBERED = ("publications.jsonl", "published-ids.json", "ledger.json")
"""What is in the cache before the output folder changes."""

HARMLESS = {
    "first build": {
        "cache/publications.jsonl": "everything is flushed before a page is in place",
        "cache/published-ids.json": "everything is flushed before a page is in place",
        "cache/ledger.json": "everything is flushed before a page is in place",
        "output/.events-archive.json": "everything is flushed before a page is in place",
        "cache/generations/": "what is missing there is written again",
        "cache/builds/": "what is missing there is made again",
    },
    "refresh": {
        "cache/sweep/sweep.json": "what an unfinished refresh has fetched is fetched again",
        "cache/sweep/page-": "what an unfinished refresh has fetched is fetched again",
        "cache/sweep/articles": "what an unfinished refresh has fetched is fetched again",
        "cache/history.jsonl": "the folder is flushed again before the journal goes",
        "cache/ledger.json": "the folder is flushed again before the journal goes",
        "cache/builds/": "what is missing there is made again",
        "cache/originals/": "what is missing there is downloaded again",
    },
    "build": {
        "cache/publications.jsonl": "the folder is flushed again before a page is in place",
        "output/.events-archive.json": "the list of before has the removed file and one more",
        "cache/generations/": "the list of before leads to the same one",
        "cache/builds/": "what is missing there is made again",
    },
}
"""Flushes of folders without which nothing is lost, by the path of what was renamed there or how
it begins, and why."""


@dataclass
class RecordedRun:
    """A recorded run, and what the next run must lead to."""

    name: str
    disk: DiskCopy
    runner: Runner
    next_runs: tuple[tuple[str, ...], ...]
    recording: Recording
    expected: dict[str, bytes]
    states: list[State] = field(init=False)

    def __post_init__(self) -> None:
        self.before = State(self.recording.tree, self.recording.contents, frozenset())
        self.after = final_state(self.recording)
        self.states = list(states(self.recording))

    def any_loss(self, state: State) -> str:
        """Return what is lost in a state, or is wrong after another run; "" if nothing is."""
        return self.loss(state) or self.loss_in_the_next_run(state)

    def loss(self, state: State) -> str:
        """Return what is lost in a state before another run; "" if nothing is."""
        if torn := state.torn:
            return f"{torn[0]} is neither old nor new"
        loss = self._loss_of_refresh(state) or self._loss_of_articles(state)
        return loss or self._loss_of_build(state)

    def _loss_of_refresh(self, state: State) -> str:
        """Records, history, contact and ledger are all old or all new once the journal was read."""
        paths = [f"cache/{name}" for name in TRANSACTION]
        if all(self.before.files[path] == self.after.files[path] for path in paths[:3]):
            return ""
        self.disk.become(state)
        recover(self.disk.root / "cache")
        now = {path: (self.disk.root / path).read_bytes() for path in paths}
        old = {path: self.before.read(path) for path in paths}
        new = {path: self.after.read(path) for path in paths[:3]}
        is_new = new.items() <= now.items() and now[paths[3]] != old[paths[3]]
        return "" if now == old or is_new else "the transaction is torn"

    def _loss_of_articles(self, state: State) -> str:
        """Articles that count as requested are there."""
        file, contact = (f"cache/{name}" for name in ARTICLES)
        is_requested = state.files.get(contact) != self.before.files.get(contact)
        is_lost = is_requested and state.files.get(file) != self.after.files[file]
        return "articles that were requested are lost" if is_lost else ""

    def _loss_of_build(self, state: State) -> str:
        """What was published stays, and what is published is known to cache and marker."""
        published = {path for path in state.files if path.startswith("output/")}
        published = {path for path in published if not is_leftover(path)}
        marker = f"output/{MARKER}"
        in_both = self.before.files.keys() & self.after.files.keys()
        if missing := {path for path in in_both if path.startswith("output/")} - published:
            return f"{min(missing)} is gone"
        paths = decode(state.read(marker) or b'{"files": []}')["files"]
        listed = {f"output/{path}" for path in paths}
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
        paths = [f"cache/{name}" for name in (*TRANSACTION, *ARTICLES, *REMEMBERED)]
        lost = [p for p in paths if state.files.get(p) != self.after.files.get(p)]
        return f"{lost[0]} is old after the run" if lost else ""

    def loss_in_the_next_run(self, state: State) -> str:
        """The next run leads to what an undisturbed one has led to."""
        self.disk.become(state)
        for arguments in self.next_runs:
            self.runner.run(*arguments)
        found = content_of(self.disk)
        differing = {
            path
            for path in found.keys() | self.expected.keys()
            if found.get(path) != self.expected.get(path)
        }
        return f"{min(differing)} is not as after an undisturbed run" if differing else ""


def content_of(disk: DiskCopy) -> dict[str, bytes]:
    """Return what is published, and what the archive remembers."""
    return {
        path: (disk.root / path).read_bytes()
        for path in disk.files()
        if not is_leftover(path) and (path.startswith("output/") or path.count("/") == 1)
    }


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, RecordedRun]]:
    """The first build; a refresh; a build.

    The refresh adds, changes, renames and withdraws an event, and adds an article. The last build
    removes a file too: an image that has been replaced twice.
    """
    folder = tmp_path_factory.mktemp("crash-states")
    root = folder / "disk"
    root.mkdir()
    disk = DiskCopy(root)
    runner = Runner(folder / "runner")
    folders = ("--cache", str(root / "cache"), "--output", str(root / "output"))
    options = ("--base-url", "https://example.org/", "--today", "2026-09-01", "--jobs", "1", "-q")
    build = ("build", "--offline", *options, *folders)
    database = EventDatabase()
    names = ("Changed", "Named", "Withdrawn", "Added")
    changed, named, withdrawn, added = (database.add(name=name)["id"] for name in names)
    database.delete(added)
    articles = ArticleDatabase()
    articles.add(events=link_to(changed))
    with LL2Server(database, max_image_width=320) as server, NewsServer(articles) as news:
        apis = ("--api-url", server.url, "--news-api-url", news.url)
        fetch = ("fetch", "--full", "--accept-withdrawals", *apis, *folders)
        database.change(changed, image=image_record(1, "a.jpg"))
        runner.run(*fetch, FALSE_NOW=str(int(NOW) - 86_400))
        recordings = {"first build": runner.record(root, *build)}
        expected = {"first build": content_of(disk)}
        database.change(changed, image=image_record(2, "b.jpg"))
        runner.run(*fetch, FALSE_NOW=str(int(NOW) - 43_200))
        runner.run(*build)
        database.restore(added)
        database.change(changed, description="Rewritten.", image=image_record(3, "c.jpg"))
        database.rename(named, "Renamed")
        database.delete(withdrawn)
        articles.add(events=link_to(changed, added))
        recordings["refresh"] = runner.record(root, *fetch)
        recordings["build"] = runner.record(root, *build)
        expected["build"] = expected["refresh"] = content_of(disk)
        yield {
            name: RecordedRun(
                name,
                disk,
                runner,
                (fetch, build) if name == "refresh" else (build,),
                recordings[name],
                expected[name],
            )
            for name in RUNS
        }
    runner.close()


@pytest.mark.parametrize("name", RUNS)
def test_some_states_lose_nothing(name: str, runs: dict[str, RecordedRun]) -> None:
    for state in runs[name].states[::40]:
        assert not runs[name].any_loss(state)


@pytest.mark.extended
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("name", RUNS)
def test_no_state_of_the_disk_loses_anything(
    name: str,
    part: int,
    runs: dict[str, RecordedRun],
    record_property: Callable[[str, object], None],
) -> None:
    tried = runs[name].states[part::PARTS]
    losses = [loss for state in tried if (loss := runs[name].any_loss(state))]
    record_property(STATES_TRIED, len(tried))
    record_property(STATES_LOST, len(losses))
    assert not losses


def test_the_documentation_has_the_number_of_states(runs: dict[str, RecordedRun]) -> None:
    text = (PROJECT / "docs/content_cache.md").read_text("utf-8")
    published = re.search(r"([\d,]+) states, 0 lost", text)
    assert published
    number = sum(len(run.states) for run in runs.values())
    # A page more or less in the site changes it a little.
    assert number == pytest.approx(int(published[1].replace(",", "")), rel=0.1)


@pytest.mark.parametrize("name", RUNS)
def test_what_a_run_has_done_is_on_the_disk_at_its_end(
    name: str, runs: dict[str, RecordedRun]
) -> None:
    assert not runs[name].loss_in_the_end(certain_state(runs[name].recording))


@pytest.mark.extended
@pytest.mark.parametrize("name", RUNS)
def test_without_any_one_flush_or_rename_something_is_lost(
    name: str, runs: dict[str, RecordedRun]
) -> None:
    """The test of the tests above: each is seen to be taken out, but for those in `HARMLESS`.

    Without one of these there are further states, and these lose nothing either.
    """
    run = runs[name]
    known = {state.key for state in run.states}
    exempt = set()
    target = ""
    for number, operation in enumerate(run.recording.operations):
        if operation.kind == "rename":
            target = operation.path
        if operation.kind not in ("rename", "flush", "flush all"):
            continue
        further = _harmless_states(run, known, without=number)
        if further is None:
            continue
        exempt |= {key for key in HARMLESS[name] if target.startswith(key)} or {target}
        for state in further:
            known.add(state.key)
            assert not run.loss_in_the_next_run(state), operation
    assert exempt == HARMLESS[name].keys()


def _harmless_states(run: RecordedRun, known: set[Key], *, without: int) -> list[State] | None:
    """Return the further states without an operation; None if something is lost in one."""
    if run.loss_in_the_end(certain_state(run.recording, without=without)):
        return None
    further = []
    for state in states(run.recording, without=without):
        if state.key not in known:
            if run.loss(state):
                return None
            further.append(state)
    return further
