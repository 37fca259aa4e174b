"""The API mirror: valid, complete, and readable by a client of the API."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from tests.conftest import BASE_URL, Run, copy_seed, run_build
from tests.ll2_server import EventDatabase, LL2Server
from tests.published_site import PublishedSite

SCHEMA = json.loads((Path(__file__).parent / "data" / "event-schema.json").read_text("utf-8"))
MODES = ("list", "normal", "detailed")


@pytest.fixture(params=["seed", "generated"])
def mirror(request: pytest.FixtureRequest) -> Path:
    """Sites of the ten real events, whose records have no relations, and of generated ones."""
    run: Run = request.getfixturevalue(f"{request.param}_run")
    return run.output


def _validator(document: dict[str, Any], part: str) -> Draft202012Validator:
    """Return a validator for one definition in ``document``."""
    registry = Registry().with_resource("doc:", Resource.from_contents({
        "$schema": "https://json-schema.org/draft/2020-12/schema", **document
    }))  # fmt: skip
    return Draft202012Validator({"$ref": f"doc:#{part}"}, registry=registry)


def _get(site: Path, url: str) -> Any:
    """Return the JSON that a client of the mirror gets from ``url``."""
    assert url.startswith(BASE_URL)
    return json.loads((site / url.removeprefix(BASE_URL)).read_bytes())


def _pages(site: Path, url: str | None) -> Iterator[dict[str, Any]]:
    """Yield the page at ``url`` and all that follow it."""
    while url:
        page = _get(site, url)
        yield page
        url = page["next"]


def _first(mode: str) -> str:
    return f"{BASE_URL}api/2.3.0/events/{mode}/1.json"


@pytest.mark.parametrize("mode", MODES)
def test_every_list_has_the_schema_of_the_api(mirror: Path, mode: str) -> None:
    validator = _validator(SCHEMA, "/$defs/events")
    for page in _pages(mirror, _first(mode)):
        assert [error.message for error in validator.iter_errors(page)] == []


def test_every_event_has_the_schema_of_the_api(mirror: Path) -> None:
    validator = _validator(SCHEMA, "/$defs/event")
    files = list((mirror / "api/2.3.0/events").glob("*[0-9].json"))
    assert files
    for file in files:
        record = json.loads(file.read_bytes())
        assert str(record["id"]) == file.stem
        assert [error.message for error in validator.iter_errors(record)] == []


def test_the_mirror_has_the_schema_of_its_own_description(mirror: Path) -> None:
    openapi = json.loads((mirror / "api/openapi.json").read_bytes())
    base = openapi["servers"][0]["url"]
    assert base == f"{BASE_URL}api/2.3.0/"
    samples = {"{mode}": "detailed", "{page}": "1", "{id}": "309"}
    for path, operations in openapi["paths"].items():
        schema = operations["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        if "event_types" in path:
            samples["{id}"] = "3"
        url = base + path.lstrip("/")
        for name, value in samples.items():
            url = url.replace(name, value)
        validator = _validator(openapi, schema["$ref"].removeprefix("#"))
        assert [error.message for error in validator.iter_errors(_get(mirror, url))] == [], path


@pytest.mark.parametrize("mode", MODES)
def test_a_client_that_follows_next_gets_every_event_once(
    generated_run: Run, generated_server: LL2Server, mode: str
) -> None:
    pages = list(_pages(generated_run.output, _first(mode)))
    ids = [record["id"] for page in pages for record in page["results"]]
    assert sorted(ids) == sorted(generated_server.database.ids)
    assert {page["count"] for page in pages} == {len(ids)}
    assert [len(page["results"]) for page in pages] == [100, 50]
    assert pages[0]["previous"] is None
    previous = [_get(generated_run.output, page["previous"]) for page in pages[1:]]
    assert previous == pages[:-1]
    dates = [record["date"] or "9999" for page in pages for record in page["results"]]
    assert dates == sorted(dates)


def test_the_page_shows_a_record_as_the_mirror_has_it(seed_run: Run) -> None:
    page = PublishedSite(seed_run.output).page("api/index.html")
    command, record = ("".join(pre.itertext()) for pre in page.elements("pre"))
    shown = json.loads(record)
    assert f"api/2.3.0/events/{shown['id']}.json" in command
    assert shown in _get(seed_run.output, _first("list"))["results"]


def test_the_root_leads_to_all_lists(mirror: Path) -> None:
    root = _get(mirror, f"{BASE_URL}api/2.3.0/index.json")
    assert _get(mirror, root["events"]) == _get(mirror, _first("normal"))
    types = _get(mirror, root["config/event_types"])
    assert types["count"] == len(types["results"]) > 0
    for type in types["results"]:
        assert _get(mirror, f"{BASE_URL}api/2.3.0/config/event_types/{type['id']}.json") == type


def test_urls_in_records_are_those_of_files_in_the_mirror(generated_run: Run) -> None:
    for page in _pages(generated_run.output, _first("detailed")):
        for record in page["results"]:
            assert _get(generated_run.output, record["url"]) == record
            added = record["_archive"]
            for url in (added["page"], added["permalink"], *(p["url"] for p in added["pictures"])):
                assert (generated_run.output / url.removeprefix(BASE_URL)).is_file(), url
            by_slug = added["page"].removesuffix(".html") + ".json"
            assert _get(generated_run.output, by_slug) == record


def test_the_members_of_the_api_are_unchanged(
    generated_run: Run, generated_server: LL2Server
) -> None:
    database = {record["id"]: record for record in generated_server.database.records()}
    for page in _pages(generated_run.output, _first("detailed")):
        for record in page["results"]:
            original = database[record["id"]]
            assert record.keys() - {"_archive"} == original.keys()
            for name in ("name", "description", "date", "location", "duration", "slug", "type"):
                assert record[name] == original[name]


def test_a_mode_has_the_members_that_it_has_in_the_api(generated_run: Run) -> None:
    members = {
        mode: set(next(_pages(generated_run.output, _first(mode)))["results"][0]) for mode in MODES
    }
    assert members["normal"] - members["list"] == {"updates", "last_updated"}
    assert members["detailed"] - members["normal"] == {
        "agencies", "launches", "expeditions", "spacestations", "program", "astronauts",
    }  # fmt: skip


def test_an_event_without_details_is_in_normal_mode(seed_run: Run) -> None:
    record = _get(seed_run.output, f"{BASE_URL}api/2.3.0/events/309.json")
    assert record["response_mode"] == "normal"
    assert "agencies" not in record


def test_additions_are_members_of_one_object(generated_run: Run) -> None:
    added = _get(generated_run.output, f"{BASE_URL}api/2.3.0/events/309.json")["_archive"]
    assert added["date_in_words"] == "4 July 2021, 00:11 UTC"
    assert (added["starts"], added["ends"]) == ("2021-07-04T00:11:00Z", "2021-07-04T00:12:00Z")
    assert added["first_seen"] and added["last_seen"]
    assert added["source"].endswith("/2.3.0/events/309/")
    assert [change["kind"] for change in added["history"]] == ["added"]
    assert added["withdrawn"] is False


def test_records_of_version_2_4_0_are_in_the_mirror_like_others(tmp_path: Path) -> None:
    with LL2Server(EventDatabase.generate(15, images=0), version="2.4.0") as server:
        options = ("--api-url", server.url, "--base-url", BASE_URL, "--no-pictures")
        output = run_build(*options, cache=tmp_path / "cache", output=tmp_path / "output").output
        database = {record["id"]: record for record in server.database.records()}
    for mode in MODES:
        [page] = _pages(output, _first(mode))
        assert [*_validator(SCHEMA, "/$defs/events").iter_errors(page)] == []
        assert {record["id"] for record in page["results"]} == database.keys()
        assert {record["response_mode"] for record in page["results"]} == {mode}
    for record in page["results"]:
        agencies = database[record["id"]]["agencies"]
        assert [one["id"] for one in record["agencies"]] == [one["id"] for one in agencies]
        assert _get(output, record["url"]) == record
        assert record["_archive"]["source"] == f"{server.url}events/{record['id']}/"
        html = (output / record["_archive"]["page"].removeprefix(BASE_URL)).read_text("utf-8")
        assert record["_archive"]["source"] in html


def test_a_withdrawn_event_has_a_file_and_is_in_no_list(tmp_path: Path) -> None:
    cache, output = tmp_path / "cache", tmp_path / "output"
    with LL2Server() as server:
        options = ("--api-url", server.url, "--base-url", BASE_URL, "--no-pictures", "--full")
        run_build(*options, cache=cache, output=output)
        server.database.delete(309)
        run_build(*options, cache=cache, output=output)
    record = _get(output, f"{BASE_URL}api/2.3.0/events/309.json")
    assert record["_archive"]["withdrawn"] is True
    assert [change["kind"] for change in record["_archive"]["history"]][-1] == "withdrawn"
    ids = [event["id"] for page in _pages(output, _first("list")) for event in page["results"]]
    assert len(ids) == 24
    assert 309 not in ids
    run = run_build("query", "id=309", "--format", "json", cache=cache, output=output)
    assert json.loads(run.stdout)["count"] == 0


def test_without_a_base_url_links_are_relative(
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
