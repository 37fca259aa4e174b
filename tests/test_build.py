"""``build.py`` as a process: what it asks for, writes, says and answers with."""

import json
import socket
from pathlib import Path

from tests.conftest import Build, Run, copy_seed
from tests.ll2_server import EventDatabase, LL2Server, generate_records


def _closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


NOWHERE = f"http://127.0.0.1:{_closed_port()}/2.3.0/"


def _bytes(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_fresh_clone_builds_ten_real_events_without_a_network(
    build: Build, tmp_path: Path
) -> None:
    copy_seed(tmp_path / "cache")
    run = build("--api-url", NOWHERE)
    assert (run.output / "events/tiangong-eva-1.html").is_file()
    assert len(list((run.output / "id").glob("*.html"))) == 10
    assert "10 events" in run.stderr
    assert "Traceback" not in run.stderr


def test_with_neither_network_nor_cache_it_says_so_and_writes_nothing(
    build: Build, tmp_path: Path
) -> None:
    run = build("--api-url", NOWHERE, expect=1)
    assert "Traceback" not in run.stderr
    assert run.stderr.count("error:") == 1
    assert "no cache" in run.stderr.splitlines()[-1]
    assert not (tmp_path / "output").exists()
    assert not (tmp_path / "cache/events.jsonl").exists()


def test_a_first_build_asks_once_for_each_hundred_events(build: Build) -> None:
    with LL2Server(EventDatabase.generate(1071, images=4), max_image_width=320) as server:
        run = build("--api-url", server.url, "--json")
        asked = list(server.requests.api)
    assert len(asked) == 11
    assert {(request.path, request.query["mode"], request.query["limit"]) for request in asked} == {
        ("/2.3.0/events/", "detailed", "100")
    }
    assert run.report["events"] == 1071
    lines = (run.cache / "events.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == 1071
    assert [json.loads(line)["id"] for line in lines] == sorted(
        json.loads(line)["id"] for line in lines
    )


def test_a_second_build_within_the_age_asks_nothing_and_changes_nothing(build: Build) -> None:
    with LL2Server(EventDatabase.generate(30, images=3), max_image_width=320) as server:
        first = build("--api-url", server.url)
        before, count = _bytes(first.output), len(server.requests)
        times = {path: path.stat().st_mtime_ns for path in first.output.rglob("*.html")}
        second = build("--api-url", server.url, "--json")
        assert len(server.requests) == count
    assert _bytes(second.output) == before
    assert {path: path.stat().st_mtime_ns for path in times} == times
    assert second.report["written"]["added"] == 0
    assert second.report["written"]["changed"] == 0


def test_two_builds_of_one_cache_give_identical_bytes(
    build: Build, seed_run: Run, tmp_path: Path
) -> None:
    copy_seed(tmp_path / "cache")
    run = build("--offline", "--base-url", "https://example.org/archive/")
    assert _bytes(run.output) == _bytes(seed_run.output)


def test_when_throttled_the_cache_serves_and_its_age_is_said(build: Build) -> None:
    with LL2Server(EventDatabase.generate(30, images=1), max_image_width=320) as server:
        build("--api-url", server.url)
        server.throttle.limit = 1
        run = build("--api-url", server.url, "--max-age", "0")
    assert "429" in run.stderr or "throttle" in run.stderr.lower()
    assert len(list((run.output / "id").glob("*.html"))) == 30


def test_an_unreadable_record_is_named_and_costs_nobody_else_their_page(
    build: Build, tmp_path: Path
) -> None:
    copy_seed(tmp_path / "cache")
    file = tmp_path / "cache/events.jsonl"
    lines = file.read_text("utf-8").splitlines()
    broken = json.loads(lines[0]) | {"type": None, "name": 7}
    file.write_text("\n".join([json.dumps(broken), *lines[1:]]) + "\n", "utf-8")
    run = build("--offline")
    assert str(broken["id"]) in run.stderr
    assert "warning" in run.stderr
    assert len(list((run.output / "id").glob("*.html"))) == 9
    strict = build("--offline", "--strict", expect=1)
    assert "strict" in strict.stderr


def test_the_key_goes_to_the_api_and_to_nobody_else(build: Build, tmp_path: Path) -> None:
    with LL2Server(EventDatabase.generate(12, images=2), max_image_width=320) as server:
        server.throttle.add_key("s3cret")
        run = build("--api-url", server.url, "-v", LL2_API_KEY="s3cret")
        assert {asked.headers.get("authorization") for asked in server.requests.api} == {
            "Token s3cret"
        }
        assert {asked.headers.get("authorization") for asked in server.requests.images} == {None}
    everything = _bytes(run.output) | _bytes(run.cache) | {"": (run.stdout + run.stderr).encode()}
    assert not [name for name, content in everything.items() if b"s3cret" in content]


def test_a_dry_run_lists_the_site_and_writes_nothing(build: Build, tmp_path: Path) -> None:
    copy_seed(tmp_path / "cache")
    before = _bytes(tmp_path / "cache")
    run = build("--offline", "--dry-run")
    assert "events/tiangong-eva-1.html" in run.stdout.splitlines()
    assert not run.output.exists()
    assert _bytes(tmp_path / "cache") == before


def test_wrong_usage_is_status_two_and_one_sentence(build: Build) -> None:
    run = build("--max-age", "soon", expect=2)
    assert "soon" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_slug_from_outside_never_writes_outside(build: Build, tmp_path: Path) -> None:
    records = generate_records(6, images=1)
    for record, slug in zip(
        records, ["../../evil", "/etc/evil", "con", "INDEX", "a" * 300, "\u0000x"], strict=True
    ):
        record["slug"] = slug
    with LL2Server(EventDatabase(records)) as server:
        run = build("--api-url", server.url)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cache", "output"]
    assert len(list((run.output / "id").glob("*.html"))) == 6
    assert all(path.is_relative_to(run.output) for path in run.output.rglob("*"))


def test_pictures_are_fetched_once_and_never_again(build: Build) -> None:
    with LL2Server(EventDatabase.generate(40, images=7), max_image_width=320) as server:
        first = build("--api-url", server.url)
        fetched = [asked.path for asked in server.requests.images]
        assert len(fetched) == len(set(fetched)) > 0
        build("--api-url", server.url, "--max-age", "0")
        again = [asked.path for asked in server.requests.images]
    assert again == fetched
    assert len(list((first.output / "pictures").glob("*.webp"))) >= 7


def test_quiet_is_quiet(build: Build, tmp_path: Path) -> None:
    copy_seed(tmp_path / "cache")
    run = build("--offline", "-q", "--base-url", "https://example.org/")
    assert (run.stdout, run.stderr) == ("", "")
