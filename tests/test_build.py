"""``build.py`` as a process: its requests, files, messages and exit status."""

import json
import shutil
import socket
from pathlib import Path

from tests.conftest import PROJECT, Build, Run, copy_seed, run_build
from tests.ll2_server import EventDatabase, LL2Server, generate_records


def _closed_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


UNREACHABLE = f"http://127.0.0.1:{_closed_port()}/2.3.0/"


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_fresh_clone_builds_ten_real_events_without_a_network(
    build: Build, tmp_path: Path
) -> None:
    copy_seed(tmp_path / "cache")
    run = build("--api-url", UNREACHABLE, "--timeout", "5")
    assert (run.output / "events/tiangong-eva-1.html").is_file()
    assert len(list((run.output / "id").glob("*.html"))) == 10
    assert "10 events" in run.stderr
    assert "Traceback" not in run.stderr


def test_without_network_and_cache_there_is_one_error_and_no_file(
    build: Build, tmp_path: Path
) -> None:
    run = build("--api-url", UNREACHABLE, "--timeout", "5", expect=1)
    assert "Traceback" not in run.stderr
    assert run.stderr.count("error:") == 1
    assert "no cache" in run.stderr.splitlines()[-1]
    assert not (tmp_path / "output").exists()
    assert not (tmp_path / "cache/events.jsonl").exists()


def test_a_first_build_sends_one_request_for_each_hundred_events(build: Build) -> None:
    with LL2Server(EventDatabase.generate(1071, images=4), max_image_width=320) as server:
        run = build("--api-url", server.url, "--json")
        requests = list(server.requests.api)
    assert len(requests) == 11
    queries = {(one.path, one.query["mode"], one.query["limit"]) for one in requests}
    assert queries == {("/2.3.0/events/", "detailed", "100")}
    assert run.report["events"] == 1071
    lines = (run.cache / "events.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == 1071
    ids = [json.loads(line)["id"] for line in lines]
    assert ids == sorted(ids)


def test_a_second_build_within_max_age_sends_no_request_and_changes_no_file(build: Build) -> None:
    with LL2Server(EventDatabase.generate(30, images=3), max_image_width=320) as server:
        first = build("--api-url", server.url)
        before, count = _files(first.output), len(server.requests)
        times = {path: path.stat().st_mtime_ns for path in first.output.rglob("*.html")}
        second = build("--api-url", server.url, "--json")
        assert len(server.requests) == count
    assert _files(second.output) == before
    assert {path: path.stat().st_mtime_ns for path in times} == times
    assert second.report["written"]["added"] == 0
    assert second.report["written"]["changed"] == 0


def test_two_builds_of_one_cache_give_identical_bytes(
    build: Build, seed_run: Run, tmp_path: Path
) -> None:
    copy_seed(tmp_path / "cache")
    run = build("--offline", "--base-url", "https://example.org/archive/")
    assert _files(run.output) == _files(seed_run.output)


def test_when_throttled_the_site_is_built_from_the_cache_with_a_warning(build: Build) -> None:
    with LL2Server(EventDatabase.generate(30, images=1), max_image_width=320) as server:
        build("--api-url", server.url)
        server.throttle.limit = 1
        run = build("--api-url", server.url, "--max-age", "0")
    assert "429" in run.stderr or "throttle" in run.stderr.lower()
    assert len(list((run.output / "id").glob("*.html"))) == 30


def test_an_invalid_record_is_named_and_all_other_events_have_their_page(
    build: Build, tmp_path: Path
) -> None:
    copy_seed(tmp_path / "cache")
    file = tmp_path / "cache/events.jsonl"
    lines = file.read_text("utf-8").splitlines()
    invalid = json.loads(lines[0]) | {"type": None, "name": 7}
    file.write_text("\n".join([json.dumps(invalid), *lines[1:]]) + "\n", "utf-8")
    run = build("--offline")
    assert str(invalid["id"]) in run.stderr
    assert "warning" in run.stderr
    assert len(list((run.output / "id").glob("*.html"))) == 9
    strict = build("--offline", "--strict", expect=1)
    assert "strict" in strict.stderr


def test_the_api_key_is_sent_to_the_api_only_and_never_written(
    build: Build, tmp_path: Path
) -> None:
    with LL2Server(EventDatabase.generate(12, images=2), max_image_width=320) as server:
        server.throttle.add_key("s3cret")
        run = build("--api-url", server.url, "-v", LL2_API_KEY="s3cret")
        api, images = server.requests.api, server.requests.images
        assert {one.headers.get("authorization") for one in api} == {"Token s3cret"}
        assert {one.headers.get("authorization") for one in images} == {None}
    files = _files(run.output) | _files(run.cache) | {"": (run.stdout + run.stderr).encode()}
    assert not [name for name, content in files.items() if b"s3cret" in content]


def test_a_dry_run_lists_the_site_and_writes_nothing(build: Build, tmp_path: Path) -> None:
    copy_seed(tmp_path / "cache")
    before = _files(tmp_path / "cache")
    run = build("--offline", "--dry-run")
    assert "events/tiangong-eva-1.html" in run.stdout.splitlines()
    assert not run.output.exists()
    assert _files(tmp_path / "cache") == before


def test_an_invalid_option_is_one_error_with_status_two(build: Build) -> None:
    run = build("--max-age", "soon", expect=2)
    assert "soon" in run.stderr
    assert "Traceback" not in run.stderr


def test_no_slug_makes_the_build_write_outside_the_output_folder(
    build: Build, tmp_path: Path
) -> None:
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


def test_images_are_downloaded_once(build: Build) -> None:
    with LL2Server(EventDatabase.generate(40, images=7), max_image_width=320) as server:
        first = build("--api-url", server.url)
        downloaded = [request.path for request in server.requests.images]
        assert len(downloaded) == len(set(downloaded)) > 0
        build("--api-url", server.url, "--max-age", "0")
        after_second_build = [request.path for request in server.requests.images]
    assert after_second_build == downloaded
    assert len(list((first.output / "pictures").glob("*.webp"))) >= 7


def test_nothing_is_printed_with_quiet(build: Build, tmp_path: Path) -> None:
    copy_seed(tmp_path / "cache")
    run = build("--offline", "-q", "--base-url", "https://example.org/")
    assert (run.stdout, run.stderr) == ("", "")


def test_a_first_build_without_a_network_adds_only_new_addresses_to_the_data_of_a_clone(
    tmp_path: Path,
) -> None:
    cache, output = tmp_path / "cache", tmp_path / "output"
    tracked = ("events.jsonl", "ledger.json", "publications.jsonl", "published-ids.json")

    def data() -> dict[str, str]:
        return {name: (cache / name).read_text("utf-8") for name in tracked}

    cache.mkdir()
    for name in tracked:
        shutil.copy(PROJECT / "content_cache" / name, cache)
    shipped = data()
    run_build("--offline", cache=cache, output=output)
    built = data()
    # The file that ships never changes (test_repository.py); the site has had feeds added since.
    before, after = (json.loads(one["ledger.json"]) for one in (shipped, built))
    assert {**shipped, "ledger.json": ""} == {**built, "ledger.json": ""}
    assert before["lists"].items() <= after["lists"].items()
    assert before["event_addresses"] == after["event_addresses"]
    assert before["type_addresses"] == after["type_addresses"]
    run_build("--offline", cache=cache, output=output)
    assert data() == built
