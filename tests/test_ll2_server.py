"""The stand-in server behaves as Launch Library 2 does, over real HTTP."""

import io
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import requests
from PIL import Image, ImageCms

from tests.ll2_server import (
    EVENT_TYPES,
    IMAGE_KINDS,
    NET_PRECISIONS,
    EventDatabase,
    Fault,
    LL2Server,
    Record,
    generate_records,
    image_record,
    seed_records,
)
from tests.ll2_server.slugs import unique_slug

RECORDS = generate_records(250, images=20)
LONG = "SpaceX Dragon In-Flight Abort Test Press Conference"


@pytest.fixture
def server() -> Iterator[LL2Server]:
    with LL2Server(EventDatabase(RECORDS), max_image_width=64) as server:
        yield server


@pytest.fixture
def empty() -> Iterator[LL2Server]:
    with LL2Server(EventDatabase(), max_image_width=64) as server:
        yield server


def get(server: LL2Server, path: str, **options: Any) -> requests.Response:
    return requests.get(f"{server.url}{path}", timeout=5, **options)


def get_all(server: LL2Server, query: str = "limit=100") -> list[Record]:
    """Return the events of all pages."""
    events, url = [], f"{server.url}events/?{query}"
    while url:
        page = requests.get(url, timeout=5).json()
        events += page["results"]
        url = page["next"]
    return events


def get_ids(server: LL2Server, query: str, list_name: str = "") -> set[int]:
    """Return the ids on one large page of a filtered list."""
    page = get(server, f"events/{list_name}?limit=100&mode=detailed&{query}").json()
    return {event["id"] for event in page["results"]}


# The records


def test_records_depend_on_the_random_seed_alone() -> None:
    assert generate_records(250, images=20) == RECORDS
    assert generate_records(250, images=20, seed=2) != RECORDS


def test_a_larger_database_contains_the_smaller_one() -> None:
    larger = {record["id"]: record for record in generate_records(300, images=20)}
    assert all(larger[record["id"]] == record for record in RECORDS)


def test_ids_and_slugs_are_unique_and_some_ids_are_missing() -> None:
    ids = [record["id"] for record in RECORDS]
    assert ids == sorted(set(ids))
    assert max(ids) > 1.2 * len(ids)
    assert len({record["slug"] for record in RECORDS}) == len(RECORDS)
    assert max(len(record["slug"]) for record in RECORDS) <= 50


def test_the_ten_real_events_are_among_the_generated_ones() -> None:
    assert {event["id"] for event in seed_records()} <= {record["id"] for record in RECORDS}
    assert {309, 302} <= {event["id"] for event in seed_records()}


def test_a_small_database_has_every_precision_and_every_type() -> None:
    records = generate_records(60)
    precisions = {(record["date_precision"] or {"id": None})["id"] for record in records}
    assert precisions == {*NET_PRECISIONS, None}
    assert {record["type"]["id"] for record in records} == set(EVENT_TYPES)
    assert any(record["date"] is None for record in records)
    assert any(record["image"] is None for record in records)
    assert any(
        record["date_precision"] is None and (record["date"] or "").endswith("T00:00:00Z")
        for record in records
    )


def test_coarse_dates_are_midnight_of_the_last_day_of_their_period() -> None:
    ends = {7: ("-30T", "-31T", "-28T", "-29T"), 8: ("-03-31T",), 12: ("-06-30T",)}
    ends |= {14: ("-12-31T",), 15: ("-09-30T",), 16: ("9-12-31T",)}
    for record in generate_records(2000):
        precision = (record["date_precision"] or {"id": 0})["id"]
        if precision > 2:
            assert record["date"].endswith("T00:00:00Z")
            assert any(end in record["date"] for end in ends.get(precision, ("T",)))


def test_dates_span_2019_to_2033() -> None:
    years = {record["date"][:4] for record in generate_records(3000) if record["date"]}
    assert years == {str(year) for year in range(2019, 2034)}


def test_events_share_the_requested_number_of_images() -> None:
    records = generate_records(250, images=20, with_seed_records=False)
    images = [record["image"]["id"] for record in records if record["image"]]
    assert len(set(images)) == 20


def test_texts_reach_their_maximal_lengths_and_do_not_exceed_them() -> None:
    assert max(len(record["description"]) for record in RECORDS) == 2048
    assert max(len(record["name"]) for record in RECORDS) == 200
    assert all(len(record["location"] or "") <= 100 for record in RECORDS)


def test_durations_are_those_of_the_first_webcast() -> None:
    records = generate_records(2000)[50:]
    streamed = [record for record in records if record["duration"] not in (None, "P0D")]
    assert streamed
    for record in streamed[:20]:
        video = record["vid_urls"][0]
        start, end = (datetime.fromisoformat(video[key]) for key in ("start_time", "end_time"))
        hours, seconds = divmod(int((end - start).total_seconds()), 3600)
        assert (f"{hours}H" in record["duration"]) == bool(hours)
        assert (f"{seconds % 60}S" in record["duration"]) == bool(seconds % 60)


# Slugs


def test_slugs_are_cut_at_fifty_characters_and_numbered_when_taken() -> None:
    first = unique_slug(LONG, ())
    assert first == "spacex-dragon-in-flight-abort-test-press-conferenc"
    assert unique_slug(LONG, {first}) == "spacex-dragon-in-flight-abort-test-press-confere-2"
    assert unique_slug("NG-15 Cygnus Release & Reentry", ()) == "ng-15-cygnus-release-reentry"


def test_the_old_slug_of_a_renamed_event_can_be_taken_by_another(empty: LL2Server) -> None:
    database = empty.database
    database.add(id=204, name="Starship SN9 Testing")
    assert database.rename(204, "Starship SN9 Pressure Test") == "starship-sn9-pressure-test"
    assert database.add(id=206, name="Starship SN9 Testing")["slug"] == "starship-sn9-testing"
    assert database.add(id=207, name="Starship SN9 Testing")["slug"] == "starship-sn9-testing-2"


# The database


def test_a_change_sets_last_updated_unless_it_is_silent(server: LL2Server) -> None:
    before = server.database[309]["last_updated"]
    server.database.change(309, silently=True, location="Moon")
    assert get(server, "events/309/").json()["last_updated"] == before
    server.database.change(309, location="Mars")
    event = get(server, "events/309/").json()
    assert (event["location"], event["last_updated"]) == ("Mars", "2026-09-01T12:00:00Z")


def test_a_deleted_event_is_not_found_until_it_is_restored(server: LL2Server) -> None:
    server.database.delete(309)
    response = get(server, "events/309/")
    assert (response.status_code, response.json()) == (
        404,
        {"detail": "No Event matches the given query."},
    )
    assert get(server, "events/").json()["count"] == len(RECORDS) - 1
    server.database.restore(309)
    assert get(server, "events/309/").ok


def test_changing_a_copy_of_a_record_does_not_change_the_database(server: LL2Server) -> None:
    server.database[309]["image"]["credit"] = "me"
    assert server.database[309]["image"]["credit"] is None


# Lists


def test_the_pages_have_every_event_once_in_order_of_date(server: LL2Server) -> None:
    events = get_all(server)
    assert sorted(event["id"] for event in events) == server.database.ids
    dates = [event["date"] for event in events if event["date"]]
    assert dates == sorted(dates)
    assert events[-1]["date"] is None
    assert len(server.requests) == 3


def test_links_to_pages_repeat_the_query_in_alphabetical_order(server: LL2Server) -> None:
    page = get(server, "events/?ordering=-date&offset=10&format=json").json()
    root = f"{server.url}events/?format=json&limit=10"
    assert page["next"] == f"{root}&offset=20&ordering=-date"
    assert page["previous"] == f"{root}&ordering=-date"
    assert len(page["results"]) == 10


@pytest.mark.parametrize(
    ("query", "size"),
    [("", 10), ("limit=1000", 100), ("limit=0", 10), ("limit=x", 10), ("offset=9999", 0)],
)
def test_limits_are_clamped_and_offsets_may_lie_beyond_the_end(
    server: LL2Server, query: str, size: int
) -> None:
    page = get(server, f"events/?{query}").json()
    assert (page["count"], len(page["results"])) == (len(RECORDS), size)


def test_each_mode_has_more_fields_than_the_one_before(server: LL2Server) -> None:
    fields = {}
    for mode in ("list", "normal", "detailed"):
        event = get(server, f"events/?mode={mode}&id=309").json()["results"][0]
        assert event["response_mode"] == mode
        fields[mode] = set(event)
    assert fields["normal"] - fields["list"] == {"updates", "last_updated"}
    assert "agencies" in fields["detailed"] - fields["normal"]
    assert set(get(server, "events/309/?mode=list").json()) == fields["detailed"]


def test_version_2_4_0_has_a_list_for_each_mode_and_ignores_the_parameter() -> None:
    with LL2Server(EventDatabase(RECORDS), version="2.4.0") as server:
        for path, mode in (("", "normal"), ("detailed/", "detailed"), ("mini/", "list")):
            [event] = get(server, f"events/{path}?mode=detailed&id=309").json()["results"]
            assert (event["response_mode"], event["url"]) == (mode, f"{server.url}events/309/")
        assert get(server, "events/309/").json()["response_mode"] == "detailed"
        assert get(server, "api-throttle/status/").json()["current_use"] == 4
        for path in ("api-throttle/", "events/upcoming/", "events/previous/"):
            assert get(server, path).status_code == 404
        everything = get(server, "events/").json()["count"]
        upcoming = get(server, "events/?upcoming=true").json()["count"]
        previous = get(server, "events/?previous=true").json()["count"]
        assert upcoming + previous == everything == len(RECORDS)
        assert get(server, "events/?upcoming_with_recent=true").json()["count"] >= upcoming
        assert all(event["date"] for event in get(server, "events/?limit=100").json()["results"])


def test_urls_are_those_of_the_server_and_repeat_the_format(server: LL2Server) -> None:
    event = get(server, "events/309/?format=json").json()
    assert event["url"] == f"{server.url}events/309/?format=json"
    assert event["image"]["image_url"].startswith(server.media_url)
    assert get(server, "events/309/").json()["url"] == f"{server.url}events/309/"
    assert "thespacedevs" not in get(server, "events/?mode=detailed&limit=100").text


def test_events_of_the_last_day_are_both_upcoming_and_previous(empty: LL2Server) -> None:
    for number, day in ((1, "2026-08-30"), (2, "2026-09-01"), (3, "2026-09-02")):
        empty.database.add(id=number, date=f"{day}T00:00:00Z")
    assert get_ids(empty, "", "upcoming/") == {2, 3}
    assert get_ids(empty, "", "previous/") == {1, 2}
    assert get_ids(empty, "hide_recent_previous=true", "upcoming/") == {3}
    empty.database.clock = datetime(2026, 10, 1, tzinfo=UTC)
    assert get_ids(empty, "", "upcoming/") == set()


FILTERED = [
    ("id=1,3", {1, 3}),
    ("year=2021", {1, 2}),
    ("year=2021,2022&month=7", {1, 3}),
    ("day=4", {1}),
    ("type=2", {2}),
    ("type__ids=2,3", {1, 2}),
    ("agency__ids=44", {3}),
    ("program=17&program=18", {3}),
    ("program__ids=17,18", {3}),
    ("slug=us-eva-76", {1}),
    ("video_url=https://a.example/,https://b.example/", {2}),
    ("search=eva%20US", {1}),
    ("search=docking", {2}),
    ("date__gt=2021-07-04T00:11:00Z", {2, 3}),
    ("date__gte=2021-07-04T00:11:00Z&date__lt=2022-01-01", {1, 2}),
    ("date__lte=2021-07-04T02:11:00%2B02:00", {1}),
    ("last_updated__gte=2025-01-01T00:00:00Z", {2, 3}),
    ("last_updated__lte=2025-01-01T00:00:00Z", {1, 2, 4}),
    ("year=", {1, 2, 3, 4}),
    ("misspelt__gte=2025", {1, 2, 3, 4}),
    ("date__gt__lt=2021-07-05", {1, 2, 3, 4}),
]


@pytest.mark.parametrize(("query", "ids"), FILTERED)
def test_filters_select_what_the_documentation_says(
    empty: LL2Server, query: str, ids: set[int]
) -> None:
    old, new = "2024-03-05T00:00:00Z", "2025-01-01T00:00:00Z"
    database, types = empty.database, EVENT_TYPES
    database.add(id=1, name="US EVA-76", date="2021-07-04T00:11:00Z", type=types[3])
    database.add(id=2, name="Docking", date="2021-12-31T23:59:59Z", type=types[2])
    database.add(id=3, name="Flyby", date="2022-07-31T00:00:00Z", program=[{"id": 17}])
    database.add(id=4, name="Undated", date=None, program=None, last_updated=old)
    database.change(1, last_updated=old)
    database.change(2, last_updated=new, vid_urls=[{"url": "https://b.example/"}])
    database.change(3, agencies=[{"id": 44, "url": "x"}])
    assert get_ids(empty, query) == ids


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("year=abc", {"year": ["Enter a number."]}),
        ("type=1,2", {"type": ["Enter a number."]}),
        ("date__gte=soon", {"date__gte": ["Enter a valid date/time."]}),
        # An unescaped plus sign is decoded as a blank.
        ("date__lt=2021-07-04T00:00:00+00:00", {"date__lt": ["Enter a valid date/time."]}),
        ("program=x", {"program": ["“x” is not a valid value."]}),
    ],
)
def test_invalid_values_are_refused(
    server: LL2Server, query: str, body: dict[str, list[str]]
) -> None:
    response = get(server, f"events/?{query}")
    assert (response.status_code, response.json()) == (400, body)


def test_unknown_orderings_are_ignored_and_known_ones_are_not(server: LL2Server) -> None:
    by_date = [event["id"] for event in get_all(server)]
    assert [event["id"] for event in get_all(server, "ordering=name&limit=100")] == by_date
    dates = [event["last_updated"] for event in get_all(server, "ordering=-last_updated")]
    assert dates == sorted(dates, reverse=True)


def test_ties_may_be_unstable_from_page_to_page(empty: LL2Server) -> None:
    for _ in range(300):
        empty.database.add(date="2026-12-31T00:00:00Z")
    empty.api.stable_ties = False
    ids = [event["id"] for event in get_all(empty)]
    assert len(ids) == 300 > len(set(ids))
    empty.api.stable_ties = True
    assert len({event["id"] for event in get_all(empty)}) == 300


# The rest of the API


def test_configuration_is_served_as_lists_and_as_single_entries(server: LL2Server) -> None:
    page = get(server, "config/net_precisions/?limit=100").json()
    assert [entry["abbrev"] for entry in page["results"]][:3] == ["SEC", "MIN", "HR"]
    assert page["count"] == 17
    assert get(server, "config/event_types/3/").json() == {"id": 3, "name": "EVA"}
    names = ("event_types", "image_licenses", "infourl_types", "vidurl_types")
    assert all(get(server, f"config/{name}/").json()["count"] for name in names)
    assert get(server, "config/nonsense/").status_code == 404


def test_a_missing_slash_is_redirected(server: LL2Server) -> None:
    response = get(server, "events?limit=2", allow_redirects=False)
    assert (response.status_code, response.headers["Location"]) == (301, "/2.3.0/events/?limit=2")
    assert len(get(server, "events?limit=2").json()["results"]) == 2


def test_only_reading_methods_are_allowed(server: LL2Server) -> None:
    response = requests.post(f"{server.url}events/", json={"a": 1}, timeout=5)
    assert (response.status_code, response.json()) == (
        405,
        {"detail": 'Method "POST" not allowed.'},
    )
    head = requests.head(f"{server.url}events/", timeout=5)
    assert (head.status_code, head.content) == (200, b"")


def test_headers_are_those_of_the_real_api(server: LL2Server) -> None:
    headers = get(server, "events/").headers
    assert (headers["Content-Type"], headers["Vary"]) == ("application/json", "Accept")
    assert "ETag" not in headers
    as_browser = get(server, "events/", headers={"Accept": "text/html,*/*"})
    assert as_browser.headers["Content-Type"].startswith("text/html")
    assert requests.get(f"{server.origin}/health_check/", timeout=5).ok


def test_responses_can_be_compressed(server: LL2Server) -> None:
    server.compress = True
    response = get(server, "events/")
    assert response.headers["Content-Encoding"] == "gzip"
    assert response.json()["count"] == len(RECORDS)


def test_the_log_has_every_request(server: LL2Server) -> None:
    get(server, "events/?limit=2&program=1&program=2", headers={"User-Agent": "me"})
    requests.get(f"{server.media_url}missing--a.jpg", timeout=5)
    (logged,) = server.requests.api
    assert (logged.path, logged.query["limit"], logged.status) == ("/2.3.0/events/", "2", 200)
    assert (logged.query_lists["program"], logged.headers["user-agent"]) == (["1", "2"], "me")
    assert [image.status for image in server.requests.images] == [404]


# The throttle


def test_the_sixteenth_request_of_an_hour_is_refused_and_does_not_count() -> None:
    with LL2Server(EventDatabase(RECORDS[:3]), throttled=True) as server:
        assert all(get(server, "events/").ok for _ in range(15))
        server.throttle.advance(600)
        refused = get(server, "events/")
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "3000")
        assert refused.json() == {
            "detail": "Request was throttled. Expected available in 3000 seconds."
        }
        assert get(server, "api-throttle/").json() == {
            "your_request_limit": 15,
            "limit_frequency_secs": 3600,
            "current_use": 15,
            "next_use_secs": 3000,
            "ident": "127.0.0.1",
        }
        server.throttle.advance(3000)
        assert get(server, "events/").ok


def test_the_waiting_time_can_be_a_date_or_in_the_body_only(server: LL2Server) -> None:
    server.throttle.limit = 0
    server.throttle.retry_after = "http-date"
    when = parsedate_to_datetime(get(server, "events/").headers["Retry-After"])
    assert 3590 < when.timestamp() - time.time() < 3610
    server.throttle.retry_after = "body"
    response = get(server, "events/")
    assert "Retry-After" not in response.headers
    assert "3600 seconds" in response.json()["detail"]
    server.throttle.responds_with_list = True
    assert get(server, "api-throttle/").json()[0]["next_use_secs"] == 3600


def test_a_key_raises_the_limit_and_an_unknown_key_is_refused(server: LL2Server) -> None:
    server.throttle.limit = 0
    server.throttle.add_key("secret", name="the archive", limit=3)
    key = {"Authorization": "Token secret"}
    assert get(server, "events/", headers=key).ok
    usage = get(server, "api-throttle/", headers=key).json()
    assert (usage["ident"], usage["current_use"]) == ("the archive", 1)
    wrong = get(server, "events/", headers={"Authorization": "Token guess"})
    assert (wrong.status_code, wrong.json()) == (401, {"detail": "Invalid token."})


# Faults


def test_a_fault_hits_the_nth_matching_request_a_given_number_of_times(server: LL2Server) -> None:
    injection = server.faults.add(Fault.SERVER_ERROR, path="events/", nth=2, times=2, status=502)
    get(server, "config/event_types/")
    statuses = [get(server, "events/").status_code for _ in range(4)]
    assert (statuses, injection.fired) == ([200, 502, 502, 200], 2)
    assert (
        "text/html"
        in requests.get(f"{server.origin}/health_check/", timeout=5).headers["Content-Type"]
    )


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.EMPTY_BODY, requests.exceptions.JSONDecodeError),
        (Fault.HTML, requests.exceptions.JSONDecodeError),
        (Fault.TRUNCATED_JSON, requests.exceptions.JSONDecodeError),
        (Fault.INVALID_JSON, requests.exceptions.JSONDecodeError),
        (Fault.LENGTH_TOO_LONG, requests.exceptions.ChunkedEncodingError),
        (Fault.LENGTH_TOO_SHORT, requests.exceptions.JSONDecodeError),
        (Fault.RESET, requests.exceptions.ConnectionError),
        (Fault.STALL, requests.exceptions.ReadTimeout),
        (Fault.STALL_MIDWAY, requests.exceptions.ConnectionError),
        (Fault.REDIRECT_LOOP, requests.exceptions.TooManyRedirects),
    ],
)
def test_a_faulty_response_fails_in_the_client_and_the_next_one_does_not(
    server: LL2Server, fault: Fault, error: type[Exception]
) -> None:
    injection = server.faults.add(fault, path="events/", times=None)
    with pytest.raises(error):
        requests.get(f"{server.url}events/", timeout=0.2).json()
    server.faults.remove(injection)
    assert get(server, "events/").json()["count"] == len(RECORDS)


@pytest.mark.parametrize("fault", [Fault.DRIP, Fault.ENDLESS])
def test_slow_and_endless_bodies_are_sent_until_the_client_disconnects(
    server: LL2Server, fault: Fault
) -> None:
    server.faults.add(fault, interval=0.01)
    with requests.get(f"{server.url}events/", stream=True, timeout=2) as response:
        chunks = response.iter_content(5)
        assert b"".join(next(chunks) for _ in range(4)).startswith(b'{"count":')


def test_a_gzip_bomb_is_small_until_it_is_decompressed(server: LL2Server) -> None:
    server.faults.add(Fault.GZIP_BOMB, size=5_000_000)
    response = get(server, "events/")
    assert int(response.headers["Content-Length"]) < 10_000
    assert len(response.content) > 5_000_000


def test_other_faults_have_a_status_of_their_own_or_an_invalid_body(server: LL2Server) -> None:
    server.faults.add(Fault.THROTTLED, wait=7)
    assert get(server, "events/").headers["Retry-After"] == "7"
    server.faults.add(Fault.NOT_FOUND)
    assert get(server, "events/").json() == {"detail": "Not found."}
    server.faults.add(Fault.REDIRECT, to=f"{server.url}events/309/")
    assert get(server, "events/").json()["id"] == 309
    server.faults.add(Fault.INVALID_UTF8)
    with pytest.raises(UnicodeDecodeError):
        get(server, "events/").content.decode()


def test_each_fault_of_a_payload_breaks_the_schema_in_its_way(server: LL2Server) -> None:
    def faulty(fault: Fault, **options: Any) -> Any:
        server.faults.add(fault, **options)
        return get(server, "events/?limit=5&offset=5").json()

    good = get(server, "events/?limit=5&offset=5").json()
    assert faulty(Fault.NEXT_ELSEWHERE, to="http://x.example/")["next"] == "http://x.example/"
    assert "offset=5" in faulty(Fault.NEXT_LOOP)["next"]
    assert isinstance(faulty(Fault.RESULTS_OBJECT)["results"], dict)
    assert "results" not in faulty(Fault.RESULTS_MISSING)
    assert faulty(Fault.ID_STRING)["results"][0]["id"].startswith("x")
    assert faulty(Fault.WRONG_TYPE, field="type.name", value=5)["results"][0]["type"]["name"] == 5
    assert faulty(Fault.NULLS, field="name")["results"][4]["name"] is None
    assert any(None in event.values() for event in faulty(Fault.NULLS)["results"])
    assert "date" not in faulty(Fault.MISSING, field="date")["results"][0]
    assert "hashtag" in faulty(Fault.UNKNOWN_FIELDS)["results"][0]
    ids = [event["id"] for event in faulty(Fault.DUPLICATE_IN_PAGE)["results"]]
    assert ids[0] == ids[-1]
    empty_page = faulty(Fault.EMPTY_PAGE)
    assert (empty_page["results"], empty_page["next"]) == ([], good["next"])
    assert faulty(Fault.COUNT_ZERO)["count"] == 0
    assert faulty(Fault.COUNT_WRONG, by=-3)["count"] == good["count"] - 3
    assert faulty(Fault.EDIT, edit=lambda payload: payload | {"a": 1})["a"] == 1
    assert get(server, "events/?limit=5&offset=5").json() == good


def test_an_event_can_be_on_two_pages(server: LL2Server) -> None:
    server.faults.add(Fault.DUPLICATE_ACROSS_PAGES, path="offset=100")
    ids = [event["id"] for event in get_all(server)]
    assert (len(ids), len(set(ids))) == (len(RECORDS), len(RECORDS) - 1)


def test_a_hook_can_change_the_list_between_two_pages(server: LL2Server) -> None:
    first = get(server, "events/").json()["results"][0]["id"]
    server.faults.before_request(lambda request: server.database.delete(first), path="offset=100")
    events = get_all(server)
    # The first event of the second page has moved to the end of the first, which was read before.
    assert len(events) == len(RECORDS) - 1
    assert {event["id"] for event in events} != set(server.database.ids)


def test_an_exception_in_a_hook_fails_the_test(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyError), LL2Server(EventDatabase()) as server:
        server.faults.before_request(lambda request: server.database.delete(1))
        assert get(server, "events/").status_code == 500
    assert "KeyError" in capsys.readouterr().err


# Images


def get_image(server: LL2Server, name: str, **options: Any) -> requests.Response:
    return requests.get(f"{server.media_url}{name}", timeout=5, **options)


def open_image(server: LL2Server, name: str) -> Image.Image:
    image = Image.open(io.BytesIO(get_image(server, name).content))
    image.load()
    return image


@pytest.mark.parametrize(
    ("name", "image_format", "mode"),
    [
        ("a.jpg", "JPEG", "RGB"),
        ("a.png", "PNG", "RGBA"),
        ("cmyk--a.jpg", "JPEG", "CMYK"),
        ("grey--a.jpg", "JPEG", "L"),
        ("png-16bit--a.png", "PNG", "I;16"),
        ("png-palette--a.png", "PNG", "P"),
        ("wrong-extension--a.jpg", "PNG", "RGBA"),
        ("no-extension--a", "JPEG", "RGB"),
        ("animated-gif--a.gif", "GIF", "P"),
        ("animated-webp--a.webp", "WEBP", "RGB"),
    ],
)
def test_images_have_the_format_that_their_name_says(
    server: LL2Server, name: str, image_format: str, mode: str
) -> None:
    image = open_image(server, name)
    assert (image.format, image.mode) == (image_format, mode)
    assert getattr(image, "n_frames", 1) == (3 if "animated" in name else 1)
    assert get_image(server, name).content == get_image(server, name).content


def test_photographs_are_progressive_and_as_large_as_real_ones() -> None:
    with LL2Server(EventDatabase()) as server:
        image = open_image(server, "one.jpeg")
        assert image.info["progressive"]
        assert 640 <= image.width <= 1920
        assert open_image(server, "a_thumbnail_1.jpeg").size == (256, 256)


def test_images_with_orientation_profile_and_transparency_are_served(server: LL2Server) -> None:
    assert open_image(server, "rotated--a.jpg").getexif()[0x0112] == 6
    profile = open_image(server, "wide-gamut--a.jpg").info["icc_profile"]
    assert "Wide gamut" in ImageCms.getProfileDescription(io.BytesIO(profile))
    to_srgb = ImageCms.profileToProfile(
        Image.new("RGB", (1, 1), (200, 60, 60)), io.BytesIO(profile), ImageCms.createProfile("sRGB")
    )
    assert to_srgb is not None
    # The same numbers mean a stronger red in the wider gamut.
    assert to_srgb.tobytes()[0] > 205
    assert "transparency" in open_image(server, "png-palette--a.png").info


def test_invalid_images_are_served(server: LL2Server) -> None:
    assert get_image(server, "missing--a.jpg").status_code == 404
    assert get_image(server, "forbidden--a.jpg").status_code == 403
    assert get_image(server, "html--a.jpg").headers["Content-Type"].startswith("text/html")
    assert get_image(server, "empty--a.jpg").content == b""
    assert b"<svg" in get_image(server, "svg--a.svg").content
    with pytest.raises(OSError, match="truncated"):
        open_image(server, "truncated--a.jpg")
    with pytest.raises(Image.DecompressionBombError):
        open_image(server, "bomb--a.png")
    with get_image(server, "endless--a.jpg", stream=True) as response:
        assert len(next(response.iter_content(1_000_000))) == 1_000_000


def test_images_can_redirect_to_a_private_address_or_to_themselves(server: LL2Server) -> None:
    url = f"{server.media_url}redirect-private--a.jpg"
    response = requests.get(url, timeout=5, allow_redirects=False)
    assert response.headers["Location"].startswith("http://0.0.0.0:")
    assert get_image(server, "redirect-loop--a.jpg", allow_redirects=False).is_redirect
    assert set(IMAGE_KINDS) >= {"missing", "cmyk", "redirect-private"}


def test_an_image_that_the_client_has_is_not_sent_again(server: LL2Server) -> None:
    headers = get_image(server, "a.jpg").headers
    for conditional in (
        {"If-None-Match": headers["ETag"]},
        {"If-Modified-Since": headers["Last-Modified"]},
    ):
        response = get_image(server, "a.jpg", headers=conditional)
        assert (response.status_code, response.content) == (304, b"")
        server.images.serve("b.jpg", b"other bytes")
        assert get_image(server, "b.jpg", headers=conditional).content == b"other bytes"


def test_the_image_of_an_event_can_be_replaced(server: LL2Server) -> None:
    server.database.change(309, image=image_record(7, "grey--a.jpg", credit=None))
    image_url = get(server, "events/309/").json()["image"]["image_url"]
    assert image_url == f"{server.media_url}grey--a.jpg"
    server.images.serve("grey--a.jpg", "missing")
    assert get_image(server, "grey--a.jpg").status_code == 404


# Shutdown


def test_closing_leaves_no_thread_even_if_connections_are_open() -> None:
    before = threading.active_count()
    with LL2Server(EventDatabase(RECORDS[:3])) as server, requests.Session() as session:
        session.get(f"{server.url}events/", timeout=5)
        server.faults.add(Fault.STALL)
        stalled = socket.create_connection(("127.0.0.1", server.port))
        stalled.sendall(b"GET /2.3.0/events/ HTTP/1.1\r\nHost: x\r\n\r\n")
        idle = socket.create_connection(("127.0.0.1", server.port))
        time.sleep(0.05)
        started = time.monotonic()
    assert time.monotonic() - started < 10
    assert threading.active_count() == before
    stalled.close()
    idle.close()
