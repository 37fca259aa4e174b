"""The API as it is on a bad day, over real HTTP: in bounded time, one clear sentence."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from events_archive.errors import ApiError
from events_archive.ll2.client import ApiClient, RateLimitedError, RequestBudget
from events_archive.net.http_client import HttpClient, HttpLimits, UnreachableError, origin_of
from tests.ll2_server import Fault, LL2Server, World

QUICK = HttpLimits(
    connect=1.0,
    read=0.3,
    total=0.6,
    retry_delays=(0.01, 0.02),
    max_bytes=5_000_000,
    max_redirects=3,
)


@pytest.fixture(scope="module")
def shared_server() -> Iterator[LL2Server]:
    with LL2Server(World.grown(130)) as server:
        yield server


@pytest.fixture
def server(shared_server: LL2Server) -> LL2Server:
    shared_server.faults.clear()
    shared_server.requests.clear()
    shared_server.throttle.reset()
    shared_server.throttle.limit = 1_000_000
    shared_server.throttle.retry_after = "seconds"
    shared_server.throttle.answers_list = False
    return shared_server


def api_of(server: LL2Server, **facts: Any) -> ApiClient:
    return ApiClient(root=server.url, limits=QUICK, **facts)


def ask(api: ApiClient, **query: str) -> str:
    """The sentence with which a request fails."""
    with api, pytest.raises(ApiError) as caught:
        api.events({"limit": "100", **query})
    return str(caught.value)


def test_a_page_holds_records_the_sum_and_the_way_on(server: LL2Server) -> None:
    with api_of(server) as api:
        first = api.events({"limit": "100", "mode": "detailed"})
        assert first.next is not None
        second = api.page(first.next)
    assert (first.count, len(first.records), len(second.records)) == (130, 100, 30)
    assert second.next is None
    assert api.budget.spent == 2


def test_we_say_who_we_are_and_what_we_can_read(server: LL2Server) -> None:
    with api_of(server, user_agent="archive/1 (+https://a.example/)") as api:
        api.events({})
    headers = server.requests.api[0].headers
    assert headers["accept"] == "application/json"
    assert headers["user-agent"] == "archive/1 (+https://a.example/)"
    assert "authorization" not in headers


def test_the_key_goes_to_the_api_and_shows_nowhere(server: LL2Server) -> None:
    server.throttle.add_key("s3cret")
    with api_of(server, key="s3cret") as api:
        api.events({})
    assert server.requests.api[0].headers["authorization"] == "Token s3cret"
    assert "s3cret" not in repr(api)


def test_a_netrc_file_does_not_take_the_place_of_the_key(
    server: LL2Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password mine\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with api_of(server) as api:
        api.events({})
    assert "authorization" not in server.requests.api[0].headers


def test_a_wrong_key_is_told(server: LL2Server) -> None:
    assert "LL2_API_KEY" in ask(api_of(server, key="wrong"))


@pytest.mark.parametrize("way", ["redirect", "next"])
def test_the_key_never_goes_to_another_host(server: LL2Server, way: str) -> None:
    with LL2Server(World.grown(3)) as other:
        if way == "redirect":
            server.faults.add(Fault.REDIRECT, to=f"{other.url}events/")
        else:
            server.faults.add(Fault.NEXT_ELSEWHERE, to=f"{other.url}events/")
        assert "refused" in ask(api_of(server))
        assert len(other.requests) == 0


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/2.3.0/events/", "file:///etc/passwd", "//x/", "", "http://[/"]
)
def test_a_next_page_elsewhere_is_refused(server: LL2Server, url: str) -> None:
    server.faults.add(Fault.NEXT_ELSEWHERE, to=url)
    assert "refused" in ask(api_of(server))


def test_a_next_page_outside_of_the_root_is_refused(server: LL2Server) -> None:
    for path in ("media/x", "2.2.0/events/", "2.3.0/../admin/"):
        server.faults.add(Fault.NEXT_ELSEWHERE, to=f"{server.origin}/{path}")
        assert "refused" in ask(api_of(server))


def test_a_redirect_within_the_server_is_followed(server: LL2Server) -> None:
    with api_of(server) as api:
        assert api.page(f"{server.url}events?limit=5").count == 130


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault.HTML, "text/html"),
        (Fault.EMPTY_BODY, "broken JSON"),
        (Fault.TRUNCATED_JSON, "broken JSON"),
        (Fault.INVALID_JSON, "broken JSON"),
        (Fault.INVALID_UTF8, "broken JSON"),
        (Fault.LENGTH_TOO_SHORT, "broken JSON"),
        (Fault.NOT_FOUND, "404 (Not found.)"),
        (Fault.REDIRECT_LOOP, "more than 3 times"),
        (Fault.GZIP_BOMB, "larger than 5000000 bytes"),
        (Fault.ENDLESS, "larger than 5000000 bytes"),
        (Fault.RESULTS_OBJECT, "no page of events"),
        (Fault.RESULTS_MISSING, "no page of events"),
        (Fault.COUNT_ZERO, "no page of events"),
        (Fault.ID_STRING, "none has an id"),
    ],
)
def test_an_answer_that_is_no_page_is_refused_at_once(
    server: LL2Server, fault: Fault, words: str
) -> None:
    server.faults.add(fault, path="/events", times=None)
    assert words in ask(api_of(server))
    assert len(server.requests.api) == (4 if fault is Fault.REDIRECT_LOOP else 1)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault.SERVER_ERROR, "answers 503"),
        (Fault.RESET, "reset"),
        (Fault.STALL, "fell silent"),
        (Fault.STALL_MIDWAY, "fell silent"),
        (Fault.LENGTH_TOO_LONG, "broke off"),
    ],
)
def test_a_server_in_trouble_is_asked_three_times_and_no_more(
    server: LL2Server, fault: Fault, words: str
) -> None:
    server.faults.add(fault, times=None)
    begin = time.monotonic()
    assert words in ask(api_of(server))
    assert time.monotonic() - begin < 20
    assert len(server.requests.api) == 3


def test_a_slow_drip_ends_at_the_deadline(server: LL2Server) -> None:
    server.faults.add(Fault.DRIP, times=None, interval=0.1)
    begin = time.monotonic()
    assert "no whole answer within 0.6 seconds" in ask(api_of(server))
    assert time.monotonic() - begin < 20


def test_trouble_that_passes_is_forgotten(server: LL2Server) -> None:
    server.faults.add(Fault.RESET)
    server.faults.add(Fault.SERVER_ERROR, nth=2)
    pauses: list[float] = []
    with api_of(server, sleep=pauses.append) as api:
        assert api.events({}).count == 130
    assert api.budget.spent == 3
    assert pauses == [0.01, 0.02]


def test_tries_are_paid_from_the_budget(server: LL2Server) -> None:
    server.faults.add(Fault.SERVER_ERROR, times=None)
    assert "503" in ask(api_of(server, budget=RequestBudget(remaining=2)))
    assert len(server.requests.api) == 2
    assert "used up" in ask(api_of(server, budget=RequestBudget(remaining=0)))
    assert len(server.requests.api) == 2


@pytest.mark.parametrize("told", ["seconds", "http-date", "body", "nowhere"])
def test_a_refusal_says_when_to_come_back(server: LL2Server, told: Any) -> None:
    server.throttle.limit = 1
    server.throttle.retry_after = told
    with api_of(server) as api:
        api.events({})
        with pytest.raises(RateLimitedError) as caught:
            api.events({})
    assert caught.value.retry_after is not None
    assert abs(caught.value.retry_after - 3600) <= 2


def test_a_refusal_that_says_nothing_is_no_error_of_ours(server: LL2Server) -> None:
    server.throttle.retry_after = "nowhere"
    server.faults.add(Fault.THROTTLED, path="/events")
    with api_of(server) as api, pytest.raises(RateLimitedError) as caught:
        api.events({})
    assert caught.value.retry_after is None


def test_a_date_to_come_back_is_read_by_our_clock(server: LL2Server) -> None:
    server.throttle.retry_after = "http-date"
    server.faults.add(Fault.THROTTLED, wait=100)
    late = datetime(2099, 1, 1, tzinfo=UTC)
    with api_of(server, clock=lambda: late) as api, pytest.raises(RateLimitedError) as caught:
        api.events({})
    assert caught.value.retry_after == 0


@pytest.mark.parametrize("as_list", [False, True])
def test_the_throttle_says_what_is_left(server: LL2Server, as_list: bool) -> None:
    server.throttle.limit, server.throttle.answers_list = 15, as_list
    with api_of(server) as api:
        api.events({})
        usage = api.rate_limit()
    assert usage is not None
    assert (usage.remaining, usage.limit, usage.wait) == (14, 15, 0)
    assert api.budget.spent == 1
    assert "127.0.0.1" not in repr(usage)


@pytest.mark.parametrize("fault", [Fault.HTML, Fault.SERVER_ERROR, Fault.RESET, Fault.EMPTY_BODY])
def test_a_throttle_that_does_not_answer_costs_nothing(server: LL2Server, fault: Fault) -> None:
    server.faults.add(fault, path="api-throttle", times=None)
    with api_of(server) as api:
        assert api.rate_limit() is None
    assert len(server.requests.api) == 1


@pytest.mark.parametrize(
    "edit",
    [
        {"count": None}, {"count": "130"}, {"count": True}, {"count": -1}, {"next": 5},
        {"next": {"a": 1}}, {"results": None}, {"results": "x"}, {"results": [1, None]},
    ],
)  # fmt: skip
def test_a_page_of_wrong_types_is_refused(server: LL2Server, edit: dict[str, Any]) -> None:
    server.faults.add(Fault.EDIT, edit=lambda payload: payload | edit)
    assert "answers with" in ask(api_of(server))


def test_records_without_an_id_are_counted_and_left_out(server: LL2Server) -> None:
    junk = [None, 5, {"id": None}, {"id": "7"}, {"id": True}, {"id": -1}, []]
    server.faults.add(
        Fault.EDIT, edit=lambda p: p | {"results": [*junk, *p["results"][: -len(junk)]]}
    )
    with api_of(server) as api:
        page = api.events({"limit": "100"})
    assert (len(page.records), page.without_id) == (93, 7)


def test_nobody_there_is_told_in_words() -> None:
    api = ApiClient(root="http://127.0.0.1:9/2.3.0/", limits=QUICK)
    assert "refused" in ask(api)
    assert isinstance(UnreachableError(""), ApiError)


def test_what_is_no_web_address_is_no_server() -> None:
    for url in ("ftp://x/", "http://", "x"):
        with pytest.raises(ValueError):
            origin_of(url)


def test_a_connection_speaks_with_its_own_server_only(server: LL2Server) -> None:
    with (
        HttpClient(server.url, headers={}, patience=QUICK) as connection,
        pytest.raises(ApiError, match="another host"),
    ):
        connection.get("http://127.0.0.1:9/")


def test_patience_follows_from_one_number() -> None:
    patience = HttpLimits.from_timeout(60.0)
    assert patience == HttpLimits(retry_delays=(2.0, 7.5))
    assert HttpLimits.from_timeout(1.0).total == 2.0
