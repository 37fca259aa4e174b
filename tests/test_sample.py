"""The ten events that ship with the code are a sample: the first refresh replaces them for good."""

import json
import re
import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from events_archive.store import canonical_json
from tests.conftest import PROJECT, Run, run_build
from tests.fork import commit_all, git, make_upstream
from tests.ll2_server import EventDatabase, LL2Server

SENTENCE = "These are 10 sample events."
DATA = ("events.jsonl", "history.jsonl", "ledger.json", "publications.jsonl", "published-ids.json")
NEW = 99_309
GONE = (302, 308)
"""Sample events that the API of these tests does not have."""


@pytest.fixture
def server() -> Iterator[LL2Server]:
    database = EventDatabase.generate(14, images=0)
    records = [record for record in database.records() if record["id"] not in GONE]
    with LL2Server(EventDatabase(records)) as server:
        yield server


class Clone:
    """A clone of the archive, and its site."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.cache, self.output = folder, folder / "content_cache", folder / "output"

    def run(self, *arguments: str, output: Path | None = None) -> Run:
        return run_build(
            *arguments, "--no-pictures",
            cache=self.cache, output=output or self.output, project=self.folder,
        )  # fmt: skip

    def set_mode(self, mode: str) -> None:
        (self.folder / "pyproject.toml").write_text(f'[tool.events-archive]\nmode = "{mode}"\n')

    def site(self, *arguments: str) -> dict[str, bytes]:
        """Return a site that is built from nothing but the cache, with a path of its own."""
        fresh = self.folder / "fresh"
        shutil.rmtree(fresh, ignore_errors=True)
        self.run("--offline", *arguments, output=fresh)
        return files(fresh)

    def ids(self) -> list[int]:
        """Return the ids of the events that the archive has."""
        run = self.run("query", "limit=100", "--format", "json")
        return sorted(record["id"] for record in json.loads(run.stdout)["results"])

    def ledger(self) -> dict[str, Any]:
        return json.loads((self.cache / "ledger.json").read_text())

    def data(self) -> dict[str, bytes]:
        return {name: (self.cache / name).read_bytes() for name in DATA}


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(make_upstream(tmp_path / "clone"))


def files(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def has_sentence(site: dict[str, bytes]) -> list[str]:
    return sorted(path for path, content in site.items() if b"sample events. The first" in content)


def test_home_and_data_page_say_that_the_events_are_a_sample_until_the_first_refresh(
    clone: Clone, server: LL2Server
) -> None:
    clone.run("--offline")
    assert SENTENCE in (clone.output / "index.html").read_text()
    assert has_sentence(files(clone.output)) == ["data.html", "index.html"]
    clone.run("--full", "--api-url", server.url)
    assert has_sentence(files(clone.output)) == []
    # What an incremental build makes is what one from nothing makes.
    assert files(clone.output) == clone.site()


def test_a_refresh_that_fails_leaves_the_sample_and_the_sentence(clone: Clone) -> None:
    run = clone.run("--api-url", "http://127.0.0.1:9/")
    assert "came with the archive" in run.stderr
    assert has_sentence(files(clone.output)) == ["data.html", "index.html"]


def test_the_first_refresh_replaces_the_sample_and_withdraws_nothing(
    clone: Clone, server: LL2Server
) -> None:
    clone.run("--offline")
    before = {path for path in files(clone.output) if path.endswith((".html", ".ics"))}
    run = clone.run("--full", "--api-url", server.url)
    assert "withdrawn" not in run.stderr
    assert "missing" not in run.stderr
    assert clone.ids() == sorted(server.database.ids)
    ledger = clone.ledger()
    assert ledger["withdrawn"] == {}
    assert {int(id) for id in ledger["first_seen"]} == set(server.database.ids)
    history = [json.loads(line) for line in clone.data()["history.jsonl"].splitlines()]
    assert not {change["id"] for change in history} & set(GONE)
    assert not [change for change in history if change["kind"] == "withdrawn"]
    ids = [json.loads(line)["id"] for line in clone.data()["publications.jsonl"].splitlines()]
    assert ids == sorted(server.database.ids)

    # No address is lost, and those of events that the API does not have say why.
    after = files(clone.output)
    assert before <= after.keys()
    assert b"docking" in after["events/progress-ms-17-docking.html"].lower()
    for path in ("events/momo-flight-7-press-conference.html", "id/308.html"):
        assert b"one of the sample events" in after[path]
        assert b"cannot be read" not in after[path]
    assert not [path for path in after if path.startswith("api/") and b'"id":308,' in after[path]]

    # Nor do they come back, and a run without news changes nothing.
    data = clone.data()
    clone.run("--full", "--api-url", server.url)
    assert clone.data() == data
    assert server.database.ids == clone.ids()


def test_the_first_refresh_takes_a_sample_event_that_is_the_same_in_the_api_for_its_own(
    clone: Clone, server: LL2Server
) -> None:
    clone.set_mode("normal")
    clone.run("--full", "--api-url", server.url)
    assert clone.ids() == sorted(server.database.ids)
    assert has_sentence(clone.site()) == []
    server.database.delete(309)
    clone.run("--full", "--accept-withdrawals", "--api-url", server.url)
    assert list(clone.ledger()["withdrawn"]) == ["309"]
    assert b"no longer lists this event" in clone.site()["events/tiangong-eva-1.html"]


def test_an_event_of_the_sample_that_was_gone_is_new_when_the_api_has_it(
    clone: Clone, server: LL2Server
) -> None:
    clone.run("--full", "--api-url", server.url)
    lines = (PROJECT / "content_cache/events.jsonl").read_text().splitlines()
    [record] = [one for one in map(json.loads, lines) if one["id"] == 308]
    server.database.add(**record)
    run = clone.run("--full", "--api-url", server.url)
    assert "1 new" in run.stderr
    assert 308 in clone.ids()
    page = clone.site()["events/momo-flight-7-press-conference.html"]
    assert b"sample events" not in page


# An update of the sample -------------------------------------------------------------------------


def update_sample(upstream: Path, *, changed: bool = False, with_ledger: bool = False) -> None:
    """Have upstream ship one more event.

    With ``changed``, it ships another state of one, too, which this repository never does; with
    ``with_ledger``, the address of the new event as well.
    """
    cache = upstream / "content_cache"
    sample = json.loads((cache / "sample.json").read_text())
    for name in ("events", "publications"):
        path = cache / f"{name}.jsonl"
        lines = path.read_text().splitlines()
        values = {json.loads(line)["id"]: json.loads(line) for line in lines}
        values[NEW] = values[309] | {"id": NEW}
        if name == "events":
            values[NEW] |= {"name": "A new sample event", "slug": "a-new-sample-event"}
        if changed and name == "events":
            values[309] |= {"name": "Tiangong EVA-1 (revised)", "slug": "tiangong-eva-1-revised",
                            "last_updated": "2031-01-01T00:00:00Z"}  # fmt: skip
        elif changed:
            values[309] |= {"sequence": 999_999_999, "updated": "2031-01-01T00:00:00Z"}
        encoded = [canonical_json.encode(value) for _, value in sorted(values.items())]
        path.write_bytes(b"".join(line + b"\n" for line in encoded))
        for line in encoded:
            digests = sample[name].setdefault(str(json.loads(line)["id"]), [])
            if (digest := sha256(line).hexdigest()) not in digests:
                digests.append(digest)
    (cache / "sample.json").write_bytes(canonical_json.encode_lines(sample) + b"\n")
    if with_ledger:
        path = cache / "ledger.json"
        added = f'"event_addresses": {{\n"a-new-sample-event": [{NEW}],'
        path.write_text(path.read_text().replace('"event_addresses": {', added))
    commit_all(upstream, "Another sample")


class Fork(Clone):
    """A clone that has been refreshed, with its data on the branch of the code."""

    def __init__(self, folder: Path, server: LL2Server, mode: str) -> None:
        self.upstream = make_upstream(folder / "upstream")
        git(folder, "clone", "--quiet", str(self.upstream), str(folder / "fork"))
        super().__init__(folder / "fork")
        self.set_mode(mode)
        self.api = ("--full", "--api-url", server.url)
        self.run(*self.api)
        commit_all(self.folder, "Data of the fork")

    def merge(self) -> list[str]:
        """Merge what upstream has, and return the files with conflicts."""
        pull = ("pull", "--no-rebase", "--no-edit", "origin", "main")
        return re.findall(r"conflict in (\S+)", git(self.folder, *pull, check=False))


@pytest.mark.parametrize("mode", ["detailed", "normal"])
def test_an_update_of_the_sample_merges_without_a_conflict_and_changes_nothing_in_a_fork(
    tmp_path: Path, server: LL2Server, mode: str
) -> None:
    fork = Fork(tmp_path, server, mode)
    before, data = fork.site("--today", "2032-01-01"), fork.data()
    update_sample(fork.upstream)
    assert fork.merge() == []
    assert b"A new sample event" in fork.data()["events.jsonl"]
    repair = fork.run("repair", "--dry-run")
    # The lines that the first refresh had removed may come with it.
    sentence = rf"events [\d, ]*\b{NEW} are of the sample of the code; they are left out"
    assert re.search(sentence, repair.stdout)
    assert differing(before, fork.site("--today", "2032-01-01")) == []
    assert "no changes" in fork.run(*fork.api).stderr
    assert fork.data() == data


def test_another_state_of_a_sample_event_is_not_used_by_a_fork_that_has_its_own(
    tmp_path: Path, server: LL2Server
) -> None:
    fork = Fork(tmp_path, server, "detailed")
    ids, data = fork.ids(), fork.data()
    update_sample(fork.upstream, changed=True, with_ledger=True)
    assert fork.merge() == ["content_cache/ledger.json"]
    fork.run("repair")
    commit_all(fork.folder, "Merge")
    site = fork.site("--today", "2032-01-01")
    assert fork.ids() == ids
    assert b"<title>Tiangong EVA-1 " in site["events/tiangong-eva-1.html"]
    assert not [path for path in site if b"(revised)" in site[path]]
    # Whatever is in the ledger has a page for ever.
    assert b"one of the sample events" in site["events/a-new-sample-event.html"]
    assert "no changes" in fork.run(*fork.api).stderr
    for name in ("events.jsonl", "history.jsonl"):
        assert fork.data()[name] == data[name]


def differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    return sorted(path for path in one.keys() | other.keys() if one.get(path) != other.get(path))


def test_another_sample_is_the_one_of_a_clone_that_was_never_refreshed(tmp_path: Path) -> None:
    upstream = make_upstream(tmp_path / "upstream")
    git(tmp_path, "clone", "--quiet", str(upstream), str(tmp_path / "fork"))
    fork = Clone(tmp_path / "fork")
    fork.run("--offline")
    git(fork.folder, "checkout", "--quiet", "--", "content_cache")
    update_sample(upstream)
    git(fork.folder, "pull", "--quiet", "--no-rebase", "--no-edit", "origin", "main")
    fork.run("--offline")
    home = (fork.output / "index.html").read_text()
    assert "These are 11 sample events." in home
    assert (fork.output / "events/a-new-sample-event.html").exists()


def test_a_file_of_marks_that_is_damaged_is_named_and_taken_from_git(clone: Clone) -> None:
    path = clone.cache / "sample.json"
    for command, content in (("build", path.read_bytes()[:-20]), ("repair", b"{}")):
        path.write_bytes(content)
        run = run_build(command, "--offline", cache=clone.cache, output=clone.output, expect=1)
        assert f"{path} is damaged" in run.stderr
        assert "git checkout" in run.stderr
