"""The API client over real HTTP: every failure ends in bounded time with one clear message."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from events_archive.errors import ApiError
from events_archive.ll2.client import ApiClient
from events_archive.net.http_client import HttpLimits
from events_archive.settings import Settings
from events_archive.source.client import ExcessiveResponseError, RateLimitedError
from tests.ll2_server import EventDatabase, Fault, LL2Server
from tests.net.web_server import WebServer, ok, status

LIMITS = HttpLimits(
    connect=20, read=20, total=30, retry_delays=(0.01, 0.02), max_bytes=5_000_000, max_redirects=3,
    max_wait=2,
)  # fmt: skip
"""For servers that answer at once, if the machine is not busy."""
QUICK = replace(LIMITS, connect=1.0, read=0.3, total=0.6)
"""For servers that never answer."""


@pytest.fixture(scope="module")
def shared_server() -> Iterator[LL2Server]:
    with LL2Server(EventDatabase.generate(130)) as server:
        yield server


@pytest.fixture
def server(shared_server: LL2Server) -> LL2Server:
    shared_server.faults.clear()
    shared_server.requests.clear()
    shared_server.throttle.reset()
    shared_server.throttle.limit = 1_000_000
    shared_server.throttle.retry_after = "seconds"
    shared_server.throttle.responds_with_list = False
    return shared_server


def client_of(
    server: LL2Server,
    limits: HttpLimits = LIMITS,
    remaining: int | None = None,
    settings: dict[str, Any] | None = None,
    **options: Any,
) -> ApiClient:
    settings = {"api_url": server.url, **(settings or {})}
    client = ApiClient(Settings(**settings), limits=limits, **options)
    client.remaining = remaining
    return client


def error_message(client: ApiClient) -> str:
    """Return the message of the error with which a request for events fails."""
    with client, pytest.raises(ApiError) as caught:
        client.fetch_events({"limit": "100"})
    return str(caught.value)


def test_a_page_has_records_a_count_and_whether_another_follows(server: LL2Server) -> None:
    with client_of(server) as client:
        first = client.fetch_events({"limit": "100", "mode": "detailed"})
        second = client.fetch_events({"limit": "100", "mode": "detailed", "offset": "100"})
    assert (first.count, len(first.records), len(second.records)) == (130, 100, 30)
    assert (first.has_next, second.has_next) == (True, False)
    assert client.requests == 2


def test_requests_name_the_user_agent_and_accept_json(server: LL2Server) -> None:
    with client_of(server, settings={"base_url": "https://a.example/"}) as client:
        client.fetch_events({})
    headers = server.requests.api[0].headers
    assert headers["accept"] == "application/json"
    assert headers["user-agent"].endswith(" (+https://a.example/)")
    assert "authorization" not in headers


def test_the_user_agent_is_a_valid_header_whatever_the_site_is_called(server: LL2Server) -> None:
    with client_of(server, settings={"base_url": "https://мкс.example/é/"}) as client:
        client.fetch_events({})
    assert (
        "(+https://%D0%BC%D0%BA%D1%81.example/%C3%A9/)"
        in (server.requests.api[0].headers["user-agent"])
    )


def test_the_key_is_sent_to_the_api_and_is_not_in_the_repr(server: LL2Server) -> None:
    server.throttle.add_key("s3cret")
    with client_of(server, settings={"api_key": "s3cret"}) as client:
        client.fetch_events({})
    assert server.requests.api[0].headers["authorization"] == "Token s3cret"
    assert "s3cret" not in repr(client)


def test_a_key_that_the_api_puts_into_records_is_removed(server: LL2Server) -> None:
    server.throttle.add_key("s3cret-s3cret")
    server.faults.add(
        Fault.EDIT,
        edit=lambda page: page | {"results": [{"id": 1, "url": "https://a/?key=s3cret-s3cret"}]},
    )
    with client_of(server, settings={"api_key": "s3cret-s3cret"}) as client:
        [record] = client.fetch_events({}).records
    assert record == {"id": 1, "url": "https://a/?key=***"}


def test_a_netrc_file_does_not_replace_the_key(
    server: LL2Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password mine\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with client_of(server) as client:
        client.fetch_events({})
    assert "authorization" not in server.requests.api[0].headers


def test_the_error_for_a_wrong_key_names_the_variable(server: LL2Server) -> None:
    assert "LL2_API_KEY" in error_message(client_of(server, settings={"api_key": "wrong"}))


def test_the_key_is_never_sent_to_another_host(server: LL2Server) -> None:
    with LL2Server(EventDatabase.generate(3)) as other:
        server.faults.add(Fault.REDIRECT, to=f"{other.url}events/")
        assert "refused" in error_message(client_of(server))
        assert len(other.requests) == 0


@pytest.mark.parametrize("next_url", ["https://ll2.example/x?offset=100", "//x/", "", "http://[/"])
def test_the_address_of_the_next_page_is_not_used(server: LL2Server, next_url: str) -> None:
    server.faults.add(Fault.NEXT_ELSEWHERE, to=next_url, times=None)
    with client_of(server) as client:
        assert client.fetch_events({}).has_next


def test_a_redirect_on_the_same_server_is_followed(server: LL2Server) -> None:
    server.faults.add(Fault.REDIRECT, to=f"{server.url}events?limit=5")
    with client_of(server) as client:
        assert client.fetch_events({}).count == 130


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (Fault.NOT_FOUND, "404 (Not found.)"),
        (Fault.REDIRECT_LOOP, "more than 3 times"),
        (Fault.GZIP_BOMB, "larger than 5 MB"),
        (Fault.ENDLESS, "larger than 5 MB"),
        (Fault.RESULTS_OBJECT, "no page of events"),
        (Fault.RESULTS_MISSING, "no page of events"),
        (Fault.ID_STRING, "none has an id"),
    ],
)
def test_a_response_that_is_not_a_page_of_events_is_an_error_without_retries(
    server: LL2Server, fault: Fault, message: str
) -> None:
    server.faults.add(fault, path="/events", times=None)
    assert message in error_message(client_of(server))
    assert len(server.requests.api) == (4 if fault is Fault.REDIRECT_LOOP else 1)


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (Fault.SERVER_ERROR, "answers 503"),
        (Fault.RESET, "reset"),
        (Fault.LENGTH_TOO_LONG, "broke off"),
        (Fault.HTML, "text/html"),
        (Fault.EMPTY_BODY, "broken JSON"),
        (Fault.TRUNCATED_JSON, "broken JSON"),
        (Fault.INVALID_JSON, "broken JSON"),
        (Fault.INVALID_UTF8, "broken JSON"),
        (Fault.LENGTH_TOO_SHORT, "broken JSON"),
        (Fault.CUT_GZIP, "broken JSON"),
    ],
)
def test_a_failing_server_gets_three_requests_and_no_more(
    server: LL2Server, fault: Fault, message: str
) -> None:
    server.faults.add(fault, times=None)
    assert message in error_message(client_of(server))
    assert len(server.requests.api) == 3


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (Fault.STALL, "fell silent"),
        (Fault.STALL_MIDWAY, "fell silent"),
        (Fault.DRIP, "no whole answer within 0.6 seconds"),
    ],
)
def test_after_the_time_of_one_response_there_is_no_further_attempt(
    server: LL2Server, fault: Fault, message: str
) -> None:
    server.faults.add(fault, times=None, interval=0.1)
    assert message in error_message(client_of(server, QUICK))
    assert len(server.requests.api) == (1 if fault is Fault.DRIP else 2)


@pytest.mark.parametrize(
    ("fault", "options"),
    [
        (Fault.RESET, {}), (Fault.SERVER_ERROR, {"status": 502}), (Fault.SERVER_ERROR, {}),
        (Fault.HTML, {}), (Fault.EMPTY_BODY, {}), (Fault.TRUNCATED_JSON, {}),
        (Fault.CUT_GZIP, {}), (Fault.INVALID_JSON, {}), (Fault.INVALID_UTF8, {}),
        (Fault.LENGTH_TOO_LONG, {}), (Fault.LENGTH_TOO_SHORT, {}), (Fault.THROTTLED, {"wait": 2}),
    ],
)  # fmt: skip
def test_a_request_that_fails_once_succeeds_at_the_second_attempt(
    server: LL2Server, fault: Fault, options: dict[str, Any]
) -> None:
    server.faults.add(fault, path="/events", **options)
    delays: list[float] = []
    with client_of(server, sleep=delays.append, remaining=2) as client:
        assert client.fetch_events({}).count == 130
    assert client.requests == 2
    assert delays == [options.get("wait", 0.01)]


def test_each_retry_waits_longer(server: LL2Server) -> None:
    server.faults.add(Fault.RESET)
    server.faults.add(Fault.SERVER_ERROR, nth=2)
    delays: list[float] = []
    with client_of(server, sleep=delays.append) as client:
        assert client.fetch_events({}).count == 130
    assert delays == [0.01, 0.02]


def test_retries_count_against_the_budget(server: LL2Server) -> None:
    server.faults.add(Fault.SERVER_ERROR, times=None)
    assert "503" in error_message(client_of(server, remaining=2))
    assert len(server.requests.api) == 2
    assert "used up" in error_message(client_of(server, remaining=0))
    assert len(server.requests.api) == 2


@pytest.mark.parametrize("source", ["seconds", "http-date", "body", "nowhere"])
def test_a_rate_limit_error_has_the_seconds_to_wait(server: LL2Server, source: Any) -> None:
    server.throttle.limit = 1
    server.throttle.retry_after = source
    with client_of(server) as client:
        client.fetch_events({})
        with pytest.raises(RateLimitedError) as caught:
            client.fetch_events({})
    assert caught.value.retry_after is not None
    assert abs(caught.value.retry_after - 3600) <= 2


def test_a_rate_limit_error_without_a_time_is_still_a_rate_limit_error(server: LL2Server) -> None:
    server.throttle.retry_after = "nowhere"
    server.faults.add(Fault.THROTTLED, path="/events")
    with client_of(server) as client, pytest.raises(RateLimitedError) as caught:
        client.fetch_events({})
    assert caught.value.retry_after is None


def test_a_retry_after_date_in_the_past_means_no_wait(server: LL2Server) -> None:
    server.throttle.retry_after = "http-date"
    server.faults.add(Fault.THROTTLED, wait=-100, times=2)
    delays: list[float] = []
    with client_of(server, sleep=delays.append) as client:
        assert client.fetch_events({}).count == 130
    assert delays == [0.01, 0.02]


@pytest.mark.parametrize(
    "value",
    [
        "3", "9" * 5000, "Fri, 31 Dec 9999 23:59:59 GMT", "Fri, 31 Dec 9999 23:59:59 -9999",
        "Fri, 31 Dec 99999 23:59:59 GMT", "Fri, 01 Jan 0001 00:00:00 +9999", "-5", "soon", "1e999",
    ],
)  # fmt: skip
def test_a_long_or_senseless_wait_means_later(value: str) -> None:
    with WebServer() as web:
        web.responses["/2.3.0/events/"] = status(429, Retry_After=value)
        settings = Settings(api_url=f"{web.url}2.3.0/")
        with (
            ApiClient(settings, limits=LIMITS, sleep=lambda _: None) as client,
            pytest.raises(RateLimitedError) as caught,
        ):
            client.fetch_events({})
    assert caught.value.retry_after is None or caught.value.retry_after <= 24 * 3600


def test_a_senseless_wait_of_the_rate_limit_means_later() -> None:
    limit = b'{"your_request_limit": 15, "current_use": 15, "next_use_secs": 1%b}' % (b"0" * 14)
    with WebServer() as web:
        web.responses["/2.3.0/api-throttle/"] = ok(limit, Content_Type="application/json")
        with (
            ApiClient(Settings(api_url=f"{web.url}2.3.0/"), limits=LIMITS) as client,
            pytest.raises(RateLimitedError) as caught,
        ):
            client.check_rate_limit()
    assert caught.value.retry_after == 24 * 3600


# Budgets of a run --------------------------------------------------------------------------------


def test_a_run_makes_a_limited_number_of_requests(server: LL2Server) -> None:
    with client_of(server, settings={"max_requests": 3}) as client:
        for _ in range(3):
            client.fetch_events({})
        with pytest.raises(ApiError, match="more than the 3 requests of one run"):
            client.fetch_events({})
    assert len(server.requests.api) == 3


def test_a_run_accepts_a_limited_number_of_bytes(server: LL2Server) -> None:
    server.faults.add(Fault.EDIT, edit=lambda p: p | {"more": "x" * 400_000}, times=None)
    with (
        client_of(server, settings={"max_requests": 2}) as client,
        pytest.raises(ExcessiveResponseError, match="more than the 1 MB"),
    ):
        for _ in range(2):
            client.fetch_events({"limit": "100"})


def test_a_run_takes_a_limited_time(server: LL2Server, monkeypatch: pytest.MonkeyPatch) -> None:
    with client_of(server) as client:
        client.fetch_events({})
        now = time.monotonic()
        monkeypatch.setattr(time, "monotonic", lambda: now + 301)
        with pytest.raises(ApiError, match="1 requests took the time of one run"):
            client.fetch_events({})


def test_of_a_record_that_is_too_long_only_the_identity_is_kept(server: LL2Server) -> None:
    def edit(payload: dict[str, Any]) -> dict[str, Any]:
        payload["results"][0]["description"] = "x" * 300_000
        return payload

    server.faults.add(Fault.EDIT, edit=edit)
    with client_of(server) as client:
        page = client.fetch_events({"limit": "3"})
    assert page.records[0].keys() == {"id", "last_updated"}
    assert all("name" in record for record in page.records[1:])


@pytest.mark.parametrize("item", ["9" * 5000, '"' + "x" * 300_000 + '"', "[" * 300_000])
def test_an_item_that_cannot_be_read_is_left_out(item: str) -> None:
    closing = "]" * item.count("[")
    page = f'{{"count": 2, "next": null, "results": [{{"id": 1}}, {item}{closing}]}}'
    with WebServer() as web:
        web.responses["/2.3.0/events/"] = ok(page.encode(), Content_Type="application/json")
        with ApiClient(Settings(api_url=f"{web.url}2.3.0/"), limits=LIMITS) as client:
            assert client.fetch_events({}).without_id == 1


@pytest.mark.parametrize("as_list", [False, True])
def test_the_rate_limit_is_read_without_spending_a_request(
    server: LL2Server, as_list: bool
) -> None:
    server.throttle.limit, server.throttle.responds_with_list = 15, as_list
    with client_of(server) as client:
        client.fetch_events({})
        rate_limit = client.fetch_rate_limit()
    assert rate_limit is not None
    assert (rate_limit.remaining, rate_limit.retry_after) == (14, 0)
    assert client.requests == 1
    assert "127.0.0.1" not in repr(rate_limit)


@pytest.mark.parametrize("fault", [Fault.HTML, Fault.SERVER_ERROR, Fault.RESET, Fault.EMPTY_BODY])
def test_an_unreadable_rate_limit_is_none_without_retries(server: LL2Server, fault: Fault) -> None:
    server.faults.add(fault, path="api-throttle", times=None)
    with client_of(server) as client:
        assert client.fetch_rate_limit() is None
    assert len(server.requests.api) == 1


@pytest.mark.parametrize(
    "edit",
    [
        {"count": None}, {"count": "130"}, {"count": True}, {"count": -1},
        {"results": None}, {"results": "x"},
        {"results": [1, None]}, {"results": [{"id": 1}] * 101},
    ],
)  # fmt: skip
def test_a_page_with_values_of_wrong_types_is_an_error(
    server: LL2Server, edit: dict[str, Any]
) -> None:
    server.faults.add(Fault.EDIT, edit=lambda payload: payload | edit)
    assert "answers with" in error_message(client_of(server))


def test_records_without_an_id_are_dropped_and_counted(server: LL2Server) -> None:
    junk = [None, 5, {"id": None}, {"id": "7"}, {"id": True}, {"id": -1}, []]
    server.faults.add(
        Fault.EDIT, edit=lambda p: p | {"results": [*junk, *p["results"][: -len(junk)]]}
    )
    with client_of(server) as client:
        page = client.fetch_events({"limit": "100"})
    assert (len(page.records), page.without_id) == (93, 7)


@pytest.mark.parametrize("version", ["2.3.0", "2.4.0"])
def test_each_version_is_asked_for_the_level_of_detail_in_its_own_way(version: str) -> None:
    with (
        LL2Server(EventDatabase.generate(3), version=version) as server,
        client_of(server) as client,
    ):
        for mode in ("list", "normal", "detailed"):
            records = client.fetch_events({"mode": mode}).records
            assert [record["response_mode"] for record in records] == [mode] * 3
        assert client.fetch_rate_limit() is not None


def test_a_refused_connection_is_an_api_error() -> None:
    client = ApiClient(Settings(api_url="http://127.0.0.1:9/2.3.0/"), limits=QUICK)
    assert "the connection is refused" in error_message(client)


def test_all_limits_follow_from_the_timeout() -> None:
    assert HttpLimits.from_timeout(60.0) == HttpLimits(retry_delays=(2.0, 7.5), max_wait=30.0)
    assert HttpLimits.from_timeout(1.0).total == 2.0
