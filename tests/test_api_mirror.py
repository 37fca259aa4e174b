"""The API's mirror: valid, complete, and walked as a client of the API walks it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from tests.conftest import BASE_URL, Run, copy_seed, run_build
from tests.ll2_server import LL2Server

FACTS = json.loads((Path(__file__).parent / "data" / "event-schema.json").read_text("utf-8"))
MODES = ("list", "normal", "detailed")


@pytest.fixture(params=["seed", "generated"])
def mirror(request: pytest.FixtureRequest) -> Path:
    """Sites of the ten real events, whose records have no relations, and of generated ones."""
    run: Run = request.getfixturevalue(f"{request.param}_run")
    return run.output


def _validator(document: dict[str, Any], part: str) -> Draft202012Validator:
    """What checks against one definition of a document of many."""
    registry = Registry().with_resource("doc:", Resource.from_contents({
        "$schema": "https://json-schema.org/draft/2020-12/schema", **document
    }))  # fmt: skip
    return Draft202012Validator({"$ref": f"doc:#{part}"}, registry=registry)


def _read(site: Path, address: str) -> Any:
    """The file at an address of the mirror, as a client would get it."""
    assert address.startswith(BASE_URL)
    return json.loads((site / address.removeprefix(BASE_URL)).read_bytes())


def _walk(site: Path, address: str | None) -> Iterator[dict[str, Any]]:
    while address:
        page = _read(site, address)
        yield page
        address = page["next"]


def _first(mode: str) -> str:
    return f"{BASE_URL}api/2.3.0/events/{mode}/1.json"


@pytest.mark.parametrize("mode", MODES)
def test_every_page_and_record_is_what_the_api_says_it_sends(mirror: Path, mode: str) -> None:
    check = _validator(FACTS, "/$defs/events")
    for page in _walk(mirror, _first(mode)):
        assert [error.message for error in check.iter_errors(page)] == []


def test_every_single_event_is_what_the_api_says_it_sends(mirror: Path) -> None:
    check = _validator(FACTS, "/$defs/event")
    files = list((mirror / "api/2.3.0/events").glob("*[0-9].json"))
    assert files
    for file in files:
        record = json.loads(file.read_bytes())
        assert str(record["id"]) == file.stem
        assert [error.message for error in check.iter_errors(record)] == []


def test_the_mirror_is_what_its_own_description_says(mirror: Path) -> None:
    described = json.loads((mirror / "api/openapi.json").read_bytes())
    base = described["servers"][0]["url"]
    assert base == f"{BASE_URL}api/2.3.0/"
    samples = {"{mode}": "detailed", "{page}": "1", "{id}": "309"}
    for path, operations in described["paths"].items():
        answer = operations["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        if "event_types" in path:
            samples["{id}"] = "3"
        address = base + path.lstrip("/")
        for name, value in samples.items():
            address = address.replace(name, value)
        check = _validator(described, answer["$ref"].removeprefix("#"))
        assert [error.message for error in check.iter_errors(_read(mirror, address))] == [], path


@pytest.mark.parametrize("mode", MODES)
def test_a_client_that_walks_next_gets_every_event_once(
    generated_run: Run, generated_server: LL2Server, mode: str
) -> None:
    pages = list(_walk(generated_run.output, _first(mode)))
    ids = [record["id"] for page in pages for record in page["results"]]
    assert sorted(ids) == sorted(generated_server.database.ids)
    assert {page["count"] for page in pages} == {len(ids)}
    assert [len(page["results"]) for page in pages] == [100, 50]
    assert pages[0]["previous"] is None
    back = [_read(generated_run.output, page["previous"]) for page in pages[1:]]
    assert back == pages[:-1]
    dates = [record["date"] or "9999" for page in pages for record in page["results"]]
    assert dates == sorted(dates)


def test_the_list_begins_where_clients_look_for_it(mirror: Path) -> None:
    start = _read(mirror, f"{BASE_URL}api/2.3.0/index.json")
    assert _read(mirror, start["events"]) == _read(mirror, _first("normal"))
    types = _read(mirror, start["config/event_types"])
    assert types["count"] == len(types["results"]) > 0
    for type in types["results"]:
        assert _read(mirror, f"{BASE_URL}api/2.3.0/config/event_types/{type['id']}.json") == type


def test_addresses_inside_lead_to_the_mirror_and_exist(generated_run: Run) -> None:
    for page in _walk(generated_run.output, _first("detailed")):
        for record in page["results"]:
            assert _read(generated_run.output, record["url"]) == record
            own = record["_archive"]
            for address in (own["page"], own["permalink"], *(p["url"] for p in own["pictures"])):
                assert (generated_run.output / address.removeprefix(BASE_URL)).is_file(), address
            by_slug = own["page"].removesuffix(".html") + ".json"
            assert _read(generated_run.output, by_slug) == record


def test_the_apis_own_words_are_unchanged(generated_run: Run, generated_server: LL2Server) -> None:
    database = {record["id"]: record for record in generated_server.database.records()}
    for page in _walk(generated_run.output, _first("detailed")):
        for record in page["results"]:
            original = database[record["id"]]
            assert record.keys() - {"_archive"} == original.keys()
            for name in ("name", "description", "date", "location", "duration", "slug", "type"):
                assert record[name] == original[name]


def test_a_mode_tells_no_more_than_the_apis(generated_run: Run) -> None:
    told = {
        mode: set(next(_walk(generated_run.output, _first(mode)))["results"][0]) for mode in MODES
    }
    assert told["normal"] - told["list"] == {"updates", "last_updated"}
    assert told["detailed"] - told["normal"] == {
        "agencies", "launches", "expeditions", "spacestations", "program", "astronauts",
    }  # fmt: skip


def test_what_the_archive_has_no_details_of_says_so(seed_run: Run) -> None:
    record = _read(seed_run.output, f"{BASE_URL}api/2.3.0/events/309.json")
    assert record["response_mode"] == "normal"
    assert "agencies" not in record


def test_what_the_archive_adds_stands_under_one_key(generated_run: Run) -> None:
    own = _read(generated_run.output, f"{BASE_URL}api/2.3.0/events/309.json")["_archive"]
    assert own["date_in_words"] == "4 July 2021, 00:11 UTC"
    assert (own["starts"], own["ends"]) == ("2021-07-04T00:11:00Z", "2021-07-04T00:12:00Z")
    assert own["first_seen"] and own["last_seen"]
    assert own["source"].endswith("/2.3.0/events/309/")
    assert [change["kind"] for change in own["history"]] == ["added"]
    assert own["withdrawn"] is False


def test_an_event_that_was_withdrawn_keeps_its_file_and_leaves_the_lists(tmp_path: Path) -> None:
    cache, output = tmp_path / "cache", tmp_path / "output"
    with LL2Server() as server:
        options = ("--api-url", server.url, "--base-url", BASE_URL, "--no-pictures", "--full")
        run_build(*options, cache=cache, output=output)
        server.database.delete(309)
        run_build(*options, cache=cache, output=output)
    record = _read(output, f"{BASE_URL}api/2.3.0/events/309.json")
    assert record["_archive"]["withdrawn"] is True
    assert [change["kind"] for change in record["_archive"]["history"]][-1] == "withdrawn"
    ids = [event["id"] for page in _walk(output, _first("list")) for event in page["results"]]
    assert len(ids) == 24
    assert 309 not in ids
    run = run_build("query", "id=309", "--format", "json", cache=cache, output=output)
    assert json.loads(run.stdout)["count"] == 0


def test_without_a_place_on_the_web_addresses_lead_there_from_where_they_stand(
    tmp_path: Path,
) -> None:
    copy_seed(tmp_path / "cache")
    run_build("--offline", cache=tmp_path / "cache", output=tmp_path / "output")
    for name in ("api/2.3.0/events/list/1.json", "api/2.3.0/index.json", "events/us-eva-76.json"):
        file = tmp_path / "output" / name
        content = json.loads(file.read_bytes())
        record = content["results"][0] if "results" in content else content
        links = [record[key] for key in ("url", "events") if key in record]
        links += [
            record["_archive"][key] for key in ("page", "openapi") if key in record["_archive"]
        ]
        assert len(links) == 2
        for link in links:
            assert (file.parent / link).resolve().is_relative_to(tmp_path / "output")
            assert (file.parent / link).is_file(), (name, link)
