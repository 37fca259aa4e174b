"""Whatever two sides of a merge held, a repair keeps all of it, and a second one does nothing."""

import json
import subprocess
import tempfile
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from events_archive.commands.fetch import load_site
from events_archive.console import Console
from events_archive.errors import CacheError
from events_archive.model.archive_state import ArchiveState
from events_archive.model.changes import Change
from events_archive.model.publication import Publication
from events_archive.model.slugs import joined_owners
from events_archive.pages.plan import plan_site
from events_archive.settings import Settings
from events_archive.store.history_file import encode_changes, load_history
from events_archive.store.ledger_reader import read_ledger
from events_archive.store.publications_file import encode_publications, load_publications
from events_archive.store.published_ids_file import encode_published_ids
from events_archive.store.records import load_records
from events_archive.store.repair import REPAIRS, find_repair
from events_archive.store.state_files import encode_state
from tests.ll2_server import generate_records
from tests.store.record_files import records_of

RECORDS = {record["id"]: record for record in generate_records(8, seed=3)}
IDS = tuple(RECORDS)
START = datetime(2026, 9, 1, tzinfo=UTC)
SLUGS = ("a", "us-eva-1", "docking-2")
PATTERNS = {"calendars": "{0}@x", "feeds": "tag:{0}"}

Files = dict[str, bytes]
IDENTIFIERS = st.sampled_from(IDS)
TIMES = st.integers(0, 40).map(lambda day: START + timedelta(days=day))


@st.composite
def sides(draw: st.DrawFn) -> tuple[Files, Files, Files]:
    """Return the files of a cache, and those of two clones of it that went on by themselves."""
    base = draw(caches(IDS[:4]))
    return _files(base), *(_files(draw(caches(IDS, base))) for _ in range(2))


@st.composite
def caches(draw: st.DrawFn, ids: tuple[int, ...], base: dict[str, Any] | None = None) -> Any:
    """Return the contents of a cache, which goes on from ``base``."""
    known = base or {"records": {}, "changes": (), "state": ArchiveState(), "publications": {}}
    times = {id: draw(TIMES) for id in draw(st.sets(st.sampled_from(ids), min_size=2))}
    former = {id: one.updated for id, one in known["publications"].items()}
    times = {id: max(time, former.get(id, time)) for id, time in times.items()}
    records = {
        id: {**RECORDS[id], "last_updated": time.isoformat(), "name": f"{id} {time:%d}"}
        for id, time in times.items()
    }
    observed = max([START, *(change.observed for change in known["changes"])])
    changes = [
        Change(observed=observed + timedelta(hours=n), event_id=id, change_type="renamed",
               field="name", old="x", new=f"{id} {times[id]:%d}")
        for n, id in enumerate(times, start=draw(st.integers(1, 5)))
    ]  # fmt: skip
    owners = {
        slug: (*known["state"].event_owners.get(slug, ()), id)
        for slug in draw(st.sets(st.sampled_from(SLUGS)))
        if (id := draw(IDENTIFIERS)) not in known["state"].event_owners.get(slug, ())
    }
    publications = {
        id: Publication(event_id=id, published=START, updated=time, modified=time,
                        sequence=(time - START).days, status="CONFIRMED", shown="1:ab")
        for id, time in times.items()
    }  # fmt: skip
    state = known["state"]
    return {
        "records": {**known["records"], **records},
        "changes": (*known["changes"], *changes),
        "state": replace(
            state,
            first_seen={**times, **state.first_seen},
            event_owners=dict(sorted({**state.event_owners, **owners}.items())),
            published_lists={**state.published_lists, f"months/2026-{draw(st.integers(1, 9))}": 1},
            withdrawn={**state.withdrawn, **{id: START.date() for id in list(times)[:1]}},
        ),
        "publications": {**known["publications"], **publications},
    }


def _files(cache: dict[str, Any]) -> Files:
    return {
        "events.jsonl": records_of(cache["records"]).data,
        "history.jsonl": encode_changes(cache["changes"]),
        "ledger.json": encode_state(cache["state"]),
        "publications.jsonl": encode_publications(cache["publications"]),
        "published-ids.json": encode_published_ids(PATTERNS),
    }


def merged(folder: Path, base: Files, ours: Files, theirs: Files, style: str) -> None:
    """Merge as git does, without a word on conflicts."""
    for name in base:
        union = ["--union"] if style == "union" and name.endswith("l") else []
        union = union or (["--diff3"] if style == "diff3" else [])
        paths = []
        for side in (ours, base, theirs):
            paths.append(folder / f"side-{len(paths)}")
            paths[-1].write_bytes(side[name])
        command = ["git", "merge-file", "--stdout", *union, *map(str, paths)]
        done = subprocess.run(command, capture_output=True, check=False)
        assert done.returncode >= 0
        (folder / name).write_bytes(done.stdout)
        for path in paths:
            path.unlink()


def repair(cache: Path) -> list[str]:
    found = [one for name in REPAIRS if (one := find_repair(cache, name))]
    for one in found:
        assert one.make().exists()
    return [one.path.name for one in found]


def entries(file: bytes) -> set[str]:
    return {json.dumps(json.loads(line), sort_keys=True) for line in file.splitlines()}


@settings(max_examples=25)
@given(sides(), st.sampled_from(["union", "merge", "diff3"]))
def test_a_repaired_merge_has_everything_that_either_side_has(
    three: tuple[Files, Files, Files], style: str
) -> None:
    base, ours, theirs = three
    with tempfile.TemporaryDirectory() as name:
        cache = Path(name)
        merged(cache, base, ours, theirs, style)
        repair(cache)
        assert repair(cache) == []
        history = entries((cache / "history.jsonl").read_bytes())
        state = read_ledger(cache / "ledger.json").state
        ids, published = (
            load_records(cache / "events.jsonl").lines,
            load_publications(cache / "publications.jsonl")[0],
        )
        for side in (ours, theirs):
            folder = cache / "side"
            folder.mkdir(exist_ok=True)
            for file, content in side.items():
                (folder / file).write_bytes(content)
            assert history >= entries(side["history.jsonl"])
            records = load_records(folder / "events.jsonl").lines
            for id, line in records.items():
                assert ids[id].last_updated >= line.last_updated
            for id, one in load_publications(folder / "publications.jsonl")[0].items():
                assert published[id].sequence >= one.sequence
            held = read_ledger(folder / "ledger.json").state
            for slug, owners in held.event_owners.items():
                assert set(owners) <= set(state.event_owners[slug])
            assert held.published_lists.keys() <= state.published_lists.keys()
            assert held.withdrawn.keys() <= state.withdrawn.keys()
            for id, seen in held.first_seen.items():
                assert state.first_seen[id] <= seen
        assert not load_history(cache / "history.jsonl")[1]
        console = Console(stream=StringIO())
        site = load_site(Settings(cache=cache, offline=True), console)
        assert plan_site(site)
        assert console.warnings == []


def test_of_two_results_about_a_link_the_later_one_counts_and_the_first_date(
    tmp_path: Path,
) -> None:
    one = '{"fault": "", "first_seen": "2026-01-02", "last_ok": null, "last_tried": "2026-03-01"}'
    other = (
        '{"fault": "x", "first_seen": "2026-01-01", "last_ok": null, "last_tried": "2026-02-01"}'
    )
    text = f'{{\n<<<<<<< HEAD\n"http://a/": {one}\n=======\n"http://a/": {other}\n>>>>>>> b\n}}\n'
    (tmp_path / "links.json").write_text(text)
    assert repair(tmp_path) == ["links.json"]
    links = json.loads((tmp_path / "links.json").read_text())
    assert links == {"http://a/": {**json.loads(one), "first_seen": "2026-01-01"}}


@pytest.mark.parametrize("content", [b"{}", b"?", b"[]"])
def test_a_file_of_patterns_without_any_is_not_repaired(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "published-ids.json").write_bytes(content)
    with pytest.raises(CacheError, match="its last good version is in git"):
        find_repair(tmp_path, "published-ids.json")


@pytest.mark.parametrize(
    ("variants", "owners", "contested"),
    [
        ([(1,), (1,)], (1,), (1,)),
        ([(1,), (1, 2)], (1, 2), (2,)),
        ([(1, 2), (1,), (3, 1)], (1, 3, 2), (2,)),
        ([(9,), (7, 9)], (7, 9), (9,)),
        ([(2,), (3,)], (2, 3), (2, 3)),
        ([(1,), (2,)], (1, 2), (1, 2)),
        ([(1, 2), (2, 1)], (1, 2), (1, 2)),
        ([(4,), (5,), (4, 5)], (4, 5), (5,)),
    ],
)
def test_the_present_owner_of_a_slug_is_the_one_that_lost_it_in_no_ledger_or_came_first(
    variants: list[tuple[int, ...]], owners: tuple[int, ...], contested: tuple[int, ...]
) -> None:
    first_seen = {2: START + timedelta(days=9), 3: START}
    assert joined_owners(variants, first_seen) == (owners, contested)
