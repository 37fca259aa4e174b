"""The API mirror: valid, complete, and readable by a client of the API."""

import json
import shlex
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import jinja2
import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from ruamel.yaml import YAML

from tests.conftest import BASE_URL, Run, copy_seed, run_build
from tests.external_programs import require_program
from tests.ll2_server import EventDatabase, LL2Server, filters
from tests.published_site import PublishedSite

SCHEMA = json.loads((Path(__file__).parent / "data" / "event-schema.json").read_text("utf-8"))
MODES = ("list", "normal", "detailed")


@pytest.fixture(params=[pytest.param("seed", marks=pytest.mark.extended), "generated"])
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


def _first(mode: str, part: str = "") -> str:
    return f"{BASE_URL}api/2.3.0/events/{part}{mode}/1.json"


@pytest.mark.parametrize("part", ["", "upcoming/", "previous/"])
@pytest.mark.parametrize("mode", MODES)
def test_every_list_has_the_schema_of_the_api(mirror: Path, mode: str, part: str) -> None:
    validator = _validator(SCHEMA, "/$defs/events")
    for page in _pages(mirror, _first(mode, part)):
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


@pytest.mark.parametrize("mode", MODES)
def test_upcoming_and_previous_events_are_those_of_the_api_when_it_was_last_asked(
    generated_run: Run, generated_server: LL2Server, mode: str
) -> None:
    root = _get(generated_run.output, f"{BASE_URL}api/2.3.0/index.json")
    now = datetime.fromisoformat(root["_archive"]["last_contact"])
    records = generated_server.database.records()
    for part, default, is_wanted in (
        ("upcoming/", "date", filters.upcoming_predicate(now, {})),
        ("previous/", "-date", filters.previous_predicate(now)),
    ):
        wanted = filters.sort_records(
            filter(is_wanted, records), {}, default=default, tiebreak=lambda record: record["id"]
        )
        ids = [record["id"] for record in wanted][:100]
        assert ids
        pages = list(_pages(generated_run.output, _first(mode, part)))
        assert [record["id"] for page in pages for record in page["results"]] == ids
        assert {record["response_mode"] for page in pages for record in page["results"]} == {mode}
        assert {page["count"] for page in pages} == {len(ids)}
        if mode == "normal":
            assert _get(generated_run.output, root[f"events/{part}".rstrip("/")]) == pages[0]


def test_without_a_contact_what_is_past_is_decided_by_the_day(seed_run: Run) -> None:
    previous = _get(seed_run.output, _first("list", "previous/"))
    dates = [record["date"] for record in previous["results"]]
    assert dates == sorted(dates, reverse=True)
    assert len(dates) == 10
    upcoming = _get(seed_run.output, _first("list", "upcoming/"))
    assert (upcoming["count"], upcoming["results"], upcoming["next"]) == (0, [], None)


@pytest.fixture
def examples(seed_run: Run) -> list[str]:
    """The examples of the page on the API mirror, as a reader copies them."""
    page = PublishedSite(seed_run.output).page("api/index.html")
    return ["".join(pre.itertext()) for pre in page.elements("pre")]


_NEXT = {
    "made": "2021-06-30T00:00:00Z",
    "events": [
        {"name": "Over", "time": "2021-06-30T01:00:00Z", "epoch": 1625014800},
        {"name": "All day", "time": "2021-06-30", "epoch": 1625011200},
        {"name": "Later", "time": "2021-07-04T00:11:00Z", "epoch": 1625357460},
    ],
}
"""What the examples read of a file of the next events."""


@pytest.mark.parametrize(
    ("now", "shown"),
    [
        ("2021-06-30T12:00:00Z", "All day"),
        ("2021-07-01T00:00:01Z", "Later"),
        ("2021-07-05T00:00:00Z", ""),
    ],
)
def test_the_examples_show_the_first_event_that_is_not_over(
    examples: list[str], now: str, shown: str
) -> None:
    clock = datetime.fromisoformat(now)
    [configuration] = [example for example in examples if example.startswith("rest:")]
    [rest] = YAML(typ="safe").load(configuration)["rest"]
    assert rest["resource"] == f"{BASE_URL}next.json"
    template = jinja2.Environment().from_string(rest["sensor"][0]["value_template"])
    # Home Assistant strips the result.
    state = template.render(value_json=_NEXT, now=lambda: clock).strip()
    assert state == (shown or "none announced")

    [command] = [example for example in examples if "next.json | jq" in example]
    program = shlex.split(command.partition("|")[2])[-1]
    jq = require_program("jq", package="jq")
    at_that_time = program.replace("now", str(clock.timestamp()))
    output = subprocess.run(
        [jq, "-r", at_that_time],
        input=json.dumps(_NEXT),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert output.strip().partition("  ")[2] == shown


def test_the_page_shows_a_record_as_the_mirror_has_it(seed_run: Run) -> None:
    page = PublishedSite(seed_run.output).page("api/index.html")
    command, record, *_ = ("".join(pre.itertext()) for pre in page.elements("pre"))
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
