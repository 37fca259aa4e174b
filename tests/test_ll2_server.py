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


def sweep(server: LL2Server, query: str = "limit=100") -> list[Record]:
    """Read every page."""
    events, address = [], f"{server.url}events/?{query}"
    while address:
        page = requests.get(address, timeout=5).json()
        events += page["results"]
        address = page["next"]
    return events


def found(server: LL2Server, query: str, part: str = "") -> set[int]:
    """The ids that one large page of a filtered list holds."""
    page = get(server, f"events/{part}?limit=100&mode=detailed&{query}").json()
    return {event["id"] for event in page["results"]}


# The records


def test_records_are_the_same_for_the_same_seed_and_others_for_another() -> None:
    assert generate_records(250, images=20) == RECORDS
    assert generate_records(250, images=20, seed=2) != RECORDS


def test_a_larger_world_contains_the_smaller_one() -> None:
    larger = {record["id"]: record for record in generate_records(300, images=20)}
    assert all(larger[record["id"]] == record for record in RECORDS)


def test_ids_and_slugs_are_unique_and_some_ids_are_missing() -> None:
    ids = [record["id"] for record in RECORDS]
    assert ids == sorted(set(ids))
    assert max(ids) > 1.2 * len(ids)
    assert len({record["slug"] for record in RECORDS}) == len(RECORDS)
    assert max(len(record["slug"]) for record in RECORDS) <= 50


def test_the_ten_real_events_are_among_the_grown_ones() -> None:
    assert {event["id"] for event in seed_records()} <= {record["id"] for record in RECORDS}
    assert {309, 302} <= {event["id"] for event in seed_records()}


def test_every_precision_and_every_type_is_met_in_a_small_world() -> None:
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


def test_coarse_dates_lie_on_the_last_day_of_their_period_at_midnight() -> None:
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


def test_pictures_are_as_many_as_asked_for_and_shared() -> None:
    grown = generate_records(250, images=20, with_seed_records=False)
    images = [record["image"]["id"] for record in grown if record["image"]]
    assert len(set(images)) == 20


def test_texts_stay_within_the_limits_and_reach_them() -> None:
    assert max(len(record["description"]) for record in RECORDS) == 2048
    assert max(len(record["name"]) for record in RECORDS) == 200
    assert all(len(record["location"] or "") <= 100 for record in RECORDS)


def test_stream_lengths_are_those_of_the_first_webcast() -> None:
    plain = generate_records(2000)[50:]
    streamed = [record for record in plain if record["duration"] not in (None, "P0D")]
    assert streamed
    for record in streamed[:20]:
        video = record["vid_urls"][0]
        begin, end = (datetime.fromisoformat(video[key]) for key in ("start_time", "end_time"))
        hours, seconds = divmod(int((end - begin).total_seconds()), 3600)
        assert (f"{hours}H" in record["duration"]) == bool(hours)
        assert (f"{seconds % 60}S" in record["duration"]) == bool(seconds % 60)


# Slugs


def test_slugs_are_cut_at_fifty_characters_and_numbered_when_taken() -> None:
    first = unique_slug(LONG, ())
    assert first == "spacex-dragon-in-flight-abort-test-press-conferenc"
    assert unique_slug(LONG, {first}) == "spacex-dragon-in-flight-abort-test-press-confere-2"
    assert unique_slug("NG-15 Cygnus Release & Reentry", ()) == "ng-15-cygnus-release-reentry"


def test_a_renamed_event_frees_its_slug_for_the_next_one(empty: LL2Server) -> None:
    database = empty.database
    database.add(id=204, name="Starship SN9 Testing")
    assert database.rename(204, "Starship SN9 Pressure Test") == "starship-sn9-pressure-test"
    assert database.add(id=206, name="Starship SN9 Testing")["slug"] == "starship-sn9-testing"
    assert database.add(id=207, name="Starship SN9 Testing")["slug"] == "starship-sn9-testing-2"


# The database


def test_a_change_moves_last_updated_unless_it_is_silent(server: LL2Server) -> None:
    before = server.database[309]["last_updated"]
    server.database.change(309, silently=True, location="Moon")
    assert get(server, "events/309/").json()["last_updated"] == before
    server.database.change(309, location="Mars")
    event = get(server, "events/309/").json()
    assert (event["location"], event["last_updated"]) == ("Mars", "2026-09-01T12:00:00Z")


def test_a_deleted_event_is_gone_until_it_is_restored(server: LL2Server) -> None:
    server.database.delete(309)
    answer = get(server, "events/309/")
    assert (answer.status_code, answer.json()) == (
        404,
        {"detail": "No Event matches the given query."},
    )
    assert get(server, "events/").json()["count"] == len(RECORDS) - 1
    server.database.restore(309)
    assert get(server, "events/309/").ok


def test_a_copy_from_the_world_is_free_to_be_changed(server: LL2Server) -> None:
    server.database[309]["image"]["credit"] = "me"
    assert server.database[309]["image"]["credit"] is None


# Lists


def test_a_sweep_meets_every_event_once_in_order_of_date(server: LL2Server) -> None:
    events = sweep(server)
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


def test_modes_tell_more_and_more(server: LL2Server) -> None:
    fields = {}
    for mode in ("list", "normal", "detailed"):
        event = get(server, f"events/?mode={mode}&id=309").json()["results"][0]
        assert event["response_mode"] == mode
        fields[mode] = set(event)
    assert fields["normal"] - fields["list"] == {"updates", "last_updated"}
    assert "agencies" in fields["detailed"] - fields["normal"]
    assert set(get(server, "events/309/?mode=list").json()) == fields["detailed"]


def test_addresses_are_those_of_the_server_and_repeat_the_format(server: LL2Server) -> None:
    event = get(server, "events/309/?format=json").json()
    assert event["url"] == f"{server.url}events/309/?format=json"
    assert event["image"]["image_url"].startswith(server.media_url)
    assert get(server, "events/309/").json()["url"] == f"{server.url}events/309/"
    assert "thespacedevs" not in get(server, "events/?mode=detailed&limit=100").text


def test_events_of_the_last_day_are_both_upcoming_and_previous(empty: LL2Server) -> None:
    for number, day in ((1, "2026-08-30"), (2, "2026-09-01"), (3, "2026-09-02")):
        empty.database.add(id=number, date=f"{day}T00:00:00Z")
    assert found(empty, "", "upcoming/") == {2, 3}
    assert found(empty, "", "previous/") == {1, 2}
    assert found(empty, "hide_recent_previous=true", "upcoming/") == {3}
    empty.database.clock = datetime(2026, 10, 1, tzinfo=UTC)
    assert found(empty, "", "upcoming/") == set()


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
def test_filters_keep_what_the_documentation_says(
    empty: LL2Server, query: str, ids: set[int]
) -> None:
    old, new = "2024-03-05T00:00:00Z", "2025-01-01T00:00:00Z"
    upstream, types = empty.database, EVENT_TYPES
    upstream.add(id=1, name="US EVA-76", date="2021-07-04T00:11:00Z", type=types[3])
    upstream.add(id=2, name="Docking", date="2021-12-31T23:59:59Z", type=types[2])
    upstream.add(id=3, name="Flyby", date="2022-07-31T00:00:00Z", program=[{"id": 17}])
    upstream.add(id=4, name="Undated", date=None, program=None, last_updated=old)
    upstream.change(1, last_updated=old)
    upstream.change(2, last_updated=new, vid_urls=[{"url": "https://b.example/"}])
    upstream.change(3, agencies=[{"id": 44, "url": "x"}])
    assert found(empty, query) == ids


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("year=abc", {"year": ["Enter a number."]}),
        ("type=1,2", {"type": ["Enter a number."]}),
        ("date__gte=soon", {"date__gte": ["Enter a valid date/time."]}),
        # An unescaped plus sign is a blank.
        ("date__lt=2021-07-04T00:00:00+00:00", {"date__lt": ["Enter a valid date/time."]}),
        ("program=x", {"program": ["“x” is not a valid value."]}),
    ],
)
def test_values_that_cannot_be_read_are_refused(
    server: LL2Server, query: str, body: dict[str, list[str]]
) -> None:
    answer = get(server, f"events/?{query}")
    assert (answer.status_code, answer.json()) == (400, body)


def test_unknown_orderings_are_ignored_and_known_ones_are_not(server: LL2Server) -> None:
    by_date = [event["id"] for event in sweep(server)]
    assert [event["id"] for event in sweep(server, "ordering=name&limit=100")] == by_date
    stamps = [event["last_updated"] for event in sweep(server, "ordering=-last_updated")]
    assert stamps == sorted(stamps, reverse=True)


def test_ties_may_be_unstable_from_page_to_page(empty: LL2Server) -> None:
    for _ in range(300):
        empty.database.add(date="2026-12-31T00:00:00Z")
    empty.api.stable_ties = False
    ids = [event["id"] for event in sweep(empty)]
    assert len(ids) == 300 > len(set(ids))
    empty.api.stable_ties = True
    assert len({event["id"] for event in sweep(empty)}) == 300


# The rest of the API


def test_configuration_is_served_whole_and_singly(server: LL2Server) -> None:
    page = get(server, "config/net_precisions/?limit=100").json()
    assert [entry["abbrev"] for entry in page["results"]][:3] == ["SEC", "MIN", "HR"]
    assert page["count"] == 17
    assert get(server, "config/event_types/3/").json() == {"id": 3, "name": "EVA"}
    names = ("event_types", "image_licenses", "infourl_types", "vidurl_types")
    assert all(get(server, f"config/{name}/").json()["count"] for name in names)
    assert get(server, "config/nonsense/").status_code == 404


def test_a_missing_slash_is_redirected(server: LL2Server) -> None:
    answer = get(server, "events?limit=2", allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (301, "/2.3.0/events/?limit=2")
    assert len(get(server, "events?limit=2").json()["results"]) == 2


def test_only_reading_is_allowed(server: LL2Server) -> None:
    answer = requests.post(f"{server.url}events/", json={"a": 1}, timeout=5)
    assert (answer.status_code, answer.json()) == (405, {"detail": 'Method "POST" not allowed.'})
    head = requests.head(f"{server.url}events/", timeout=5)
    assert (head.status_code, head.content) == (200, b"")


def test_headers_are_the_captured_ones(server: LL2Server) -> None:
    headers = get(server, "events/").headers
    assert (headers["Content-Type"], headers["Vary"]) == ("application/json", "Accept")
    assert "ETag" not in headers
    as_browser = get(server, "events/", headers={"Accept": "text/html,*/*"})
    assert as_browser.headers["Content-Type"].startswith("text/html")
    assert requests.get(f"{server.origin}/health_check/", timeout=5).ok


def test_answers_can_be_compressed(server: LL2Server) -> None:
    server.compress = True
    answer = get(server, "events/")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.json()["count"] == len(RECORDS)


def test_the_log_tells_what_was_asked(server: LL2Server) -> None:
    get(server, "events/?limit=2&program=1&program=2", headers={"User-Agent": "me"})
    requests.get(f"{server.media_url}missing--a.jpg", timeout=5)
    (asked,) = server.requests.api
    assert (asked.path, asked.query["limit"], asked.status) == ("/2.3.0/events/", "2", 200)
    assert (asked.query_lists["program"], asked.headers["user-agent"]) == (["1", "2"], "me")
    assert [picture.status for picture in server.requests.images] == [404]


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


def test_how_long_to_wait_may_stand_elsewhere(server: LL2Server) -> None:
    server.throttle.limit = 0
    server.throttle.retry_after = "http-date"
    when = parsedate_to_datetime(get(server, "events/").headers["Retry-After"])
    assert 3590 < when.timestamp() - time.time() < 3610
    server.throttle.retry_after = "body"
    answer = get(server, "events/")
    assert "Retry-After" not in answer.headers
    assert "3600 seconds" in answer.json()["detail"]
    server.throttle.answers_list = True
    assert get(server, "api-throttle/").json()[0]["next_use_secs"] == 3600


def test_a_key_raises_the_limit_and_a_wrong_one_is_refused(server: LL2Server) -> None:
    server.throttle.limit = 0
    server.throttle.add_key("secret", name="the archive", limit=3)
    key = {"Authorization": "Token secret"}
    assert get(server, "events/", headers=key).ok
    usage = get(server, "api-throttle/", headers=key).json()
    assert (usage["ident"], usage["current_use"]) == ("the archive", 1)
    wrong = get(server, "events/", headers={"Authorization": "Token guess"})
    assert (wrong.status_code, wrong.json()) == (401, {"detail": "Invalid token."})


# Faults


def test_a_fault_strikes_the_nth_matching_request_so_many_times(server: LL2Server) -> None:
    entry = server.faults.add(Fault.SERVER_ERROR, path="events/", nth=2, times=2, status=502)
    get(server, "config/event_types/")
    statuses = [get(server, "events/").status_code for _ in range(4)]
    assert (statuses, entry.fired) == ([200, 502, 502, 200], 2)
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
def test_bad_answers_fail_in_the_client_and_not_after(
    server: LL2Server, fault: Fault, error: type[Exception]
) -> None:
    entry = server.faults.add(fault, path="events/", times=None)
    with pytest.raises(error):
        requests.get(f"{server.url}events/", timeout=0.2).json()
    server.faults.remove(entry)
    assert get(server, "events/").json()["count"] == len(RECORDS)


@pytest.mark.parametrize("fault", [Fault.DRIP, Fault.ENDLESS])
def test_slow_and_endless_bodies_go_on_until_the_client_leaves(
    server: LL2Server, fault: Fault
) -> None:
    server.faults.add(fault, interval=0.01)
    with requests.get(f"{server.url}events/", stream=True, timeout=2) as answer:
        chunks = answer.iter_content(5)
        assert b"".join(next(chunks) for _ in range(4)).startswith(b'{"count":')


def test_a_gzip_bomb_is_small_until_it_is_unpacked(server: LL2Server) -> None:
    server.faults.add(Fault.GZIP_BOMB, size=5_000_000)
    answer = get(server, "events/")
    assert int(answer.headers["Content-Length"]) < 10_000
    assert len(answer.content) > 5_000_000


def test_other_bad_answers_say_what_they_are(server: LL2Server) -> None:
    server.faults.add(Fault.THROTTLED, wait=7)
    assert get(server, "events/").headers["Retry-After"] == "7"
    server.faults.add(Fault.NOT_FOUND)
    assert get(server, "events/").json() == {"detail": "Not found."}
    server.faults.add(Fault.REDIRECT, to=f"{server.url}events/309/")
    assert get(server, "events/").json()["id"] == 309
    server.faults.add(Fault.INVALID_UTF8)
    with pytest.raises(UnicodeDecodeError):
        get(server, "events/").content.decode()


def test_payloads_lie_as_they_are_told(server: LL2Server) -> None:
    def spoiled(fault: Fault, **options: Any) -> Any:
        server.faults.add(fault, **options)
        return get(server, "events/?limit=5&offset=5").json()

    good = get(server, "events/?limit=5&offset=5").json()
    assert spoiled(Fault.NEXT_ELSEWHERE, to="http://x.example/")["next"] == "http://x.example/"
    assert "offset=5" in spoiled(Fault.NEXT_LOOP)["next"]
    assert isinstance(spoiled(Fault.RESULTS_OBJECT)["results"], dict)
    assert "results" not in spoiled(Fault.RESULTS_MISSING)
    assert spoiled(Fault.ID_STRING)["results"][0]["id"].startswith("x")
    assert spoiled(Fault.WRONG_TYPE, field="type.name", value=5)["results"][0]["type"]["name"] == 5
    assert spoiled(Fault.NULLS, field="name")["results"][4]["name"] is None
    assert any(None in event.values() for event in spoiled(Fault.NULLS)["results"])
    assert "date" not in spoiled(Fault.MISSING, field="date")["results"][0]
    assert "hashtag" in spoiled(Fault.UNKNOWN_FIELDS)["results"][0]
    twice = [event["id"] for event in spoiled(Fault.DUPLICATE_IN_PAGE)["results"]]
    assert twice[0] == twice[-1]
    empty_page = spoiled(Fault.EMPTY_PAGE)
    assert (empty_page["results"], empty_page["next"]) == ([], good["next"])
    assert spoiled(Fault.COUNT_ZERO)["count"] == 0
    assert spoiled(Fault.COUNT_WRONG, by=-3)["count"] == good["count"] - 3
    assert spoiled(Fault.EDIT, edit=lambda payload: payload | {"a": 1})["a"] == 1
    assert get(server, "events/?limit=5&offset=5").json() == good


def test_an_event_may_stand_on_two_pages(server: LL2Server) -> None:
    server.faults.add(Fault.DUPLICATE_ACROSS_PAGES, path="offset=100")
    ids = [event["id"] for event in sweep(server)]
    assert (len(ids), len(set(ids))) == (len(RECORDS), len(RECORDS) - 1)


def test_a_hook_lets_the_list_drift_between_two_pages(server: LL2Server) -> None:
    first = get(server, "events/").json()["results"][0]["id"]
    server.faults.before_request(lambda asked: server.database.delete(first), path="offset=100")
    events = sweep(server)
    # What was first on the second page has moved to the end of the first, which was read.
    assert len(events) == len(RECORDS) - 1
    assert {event["id"] for event in events} != set(server.database.ids)


def test_a_hook_that_fails_fails_the_test(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyError), LL2Server(EventDatabase()) as server:
        server.faults.before_request(lambda asked: server.database.delete(1))
        assert get(server, "events/").status_code == 500
    assert "KeyError" in capsys.readouterr().err


# The pictures


def picture(server: LL2Server, name: str, **options: Any) -> requests.Response:
    return requests.get(f"{server.media_url}{name}", timeout=5, **options)


def opened(server: LL2Server, name: str) -> Image.Image:
    image = Image.open(io.BytesIO(picture(server, name).content))
    image.load()
    return image


@pytest.mark.parametrize(
    ("name", "form", "mode"),
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
def test_pictures_are_of_the_form_their_name_asks_for(
    server: LL2Server, name: str, form: str, mode: str
) -> None:
    image = opened(server, name)
    assert (image.format, image.mode) == (form, mode)
    assert getattr(image, "n_frames", 1) == (3 if "animated" in name else 1)
    assert picture(server, name).content == picture(server, name).content


def test_photographs_are_progressive_and_within_the_sizes_seen() -> None:
    with LL2Server(EventDatabase()) as server:
        image = opened(server, "one.jpeg")
        assert image.info["progressive"]
        assert 640 <= image.width <= 1920
        assert opened(server, "a_thumbnail_1.jpeg").size == (256, 256)


def test_some_pictures_need_care(server: LL2Server) -> None:
    assert opened(server, "rotated--a.jpg").getexif()[0x0112] == 6
    profile = opened(server, "wide-gamut--a.jpg").info["icc_profile"]
    assert "Wide gamut" in ImageCms.getProfileDescription(io.BytesIO(profile))
    to_srgb = ImageCms.profileToProfile(
        Image.new("RGB", (1, 1), (200, 60, 60)), io.BytesIO(profile), ImageCms.createProfile("sRGB")
    )
    assert to_srgb is not None
    # The same numbers mean a stronger red in the wider gamut.
    assert to_srgb.tobytes()[0] > 205
    assert "transparency" in opened(server, "png-palette--a.png").info


def test_some_pictures_are_none(server: LL2Server) -> None:
    assert picture(server, "missing--a.jpg").status_code == 404
    assert picture(server, "forbidden--a.jpg").status_code == 403
    assert picture(server, "html--a.jpg").headers["Content-Type"].startswith("text/html")
    assert picture(server, "empty--a.jpg").content == b""
    assert b"<svg" in picture(server, "svg--a.svg").content
    with pytest.raises(OSError, match="truncated"):
        opened(server, "truncated--a.jpg")
    with pytest.raises(Image.DecompressionBombError):
        opened(server, "bomb--a.png")
    with picture(server, "endless--a.jpg", stream=True) as answer:
        assert len(next(answer.iter_content(1_000_000))) == 1_000_000


def test_a_picture_that_leads_astray_shows_in_the_log_who_follows(server: LL2Server) -> None:
    address = f"{server.media_url}redirect-private--a.jpg"
    answer = requests.get(address, timeout=5, allow_redirects=False)
    assert answer.headers["Location"].startswith("http://0.0.0.0:")
    assert picture(server, "redirect-loop--a.jpg", allow_redirects=False).is_redirect
    assert set(IMAGE_KINDS) >= {"missing", "cmyk", "redirect-private"}


def test_a_known_picture_is_not_sent_again(server: LL2Server) -> None:
    headers = picture(server, "a.jpg").headers
    for known in (
        {"If-None-Match": headers["ETag"]},
        {"If-Modified-Since": headers["Last-Modified"]},
    ):
        answer = picture(server, "a.jpg", headers=known)
        assert (answer.status_code, answer.content) == (304, b"")
        server.images.serve("b.jpg", b"other bytes")
        assert picture(server, "b.jpg", headers=known).content == b"other bytes"


def test_a_picture_of_an_event_can_be_made_another(server: LL2Server) -> None:
    server.database.change(309, image=image_record(7, "grey--a.jpg", credit=None))
    address = get(server, "events/309/").json()["image"]["image_url"]
    assert address == f"{server.media_url}grey--a.jpg"
    server.images.serve("grey--a.jpg", "missing")
    assert picture(server, "grey--a.jpg").status_code == 404


# The end


def test_closing_leaves_no_thread_even_with_connections_open() -> None:
    before = threading.active_count()
    with LL2Server(EventDatabase(RECORDS[:3])) as server, requests.Session() as session:
        session.get(f"{server.url}events/", timeout=5)
        server.faults.add(Fault.STALL)
        stalled = socket.create_connection(("127.0.0.1", server.port))
        stalled.sendall(b"GET /2.3.0/events/ HTTP/1.1\r\nHost: x\r\n\r\n")
        idle = socket.create_connection(("127.0.0.1", server.port))
        time.sleep(0.05)
        begun = time.monotonic()
    assert time.monotonic() - begun < 10
    assert threading.active_count() == before
    stalled.close()
    idle.close()
