"""Links to other sites: few requests, saved results, and never a failure of the run."""

import http.server
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from msgspec.structs import replace

from events_archive.check.external_links import (
    CrawlPolicy,
    check_external_links,
    due_links,
    group_by_host,
)
from events_archive.console import Console
from events_archive.net.http_client import HttpLimits
from events_archive.settings import Settings
from events_archive.store.links_file import LINKS_FILE, LinkStatus, load_links
from tests.net.web_server import WebServer, slow_headers

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
QUICK = HttpLimits(connect=2, read=2, total=4, max_redirects=5)
NO_PAUSE = CrawlPolicy(pause=0.0, limits=QUICK, max_seconds=20, max_hosts=4)


@dataclass
class OtherSite:
    """Another site: what it answers to each path, and the requests that it got."""

    answers: dict[str, int | str]
    """By path: a status, or where it redirects to."""
    root: str = ""
    requests: list[tuple[str, str, float, str]] = field(default_factory=list)
    """Method, path, time in seconds, and the User-Agent."""


@contextmanager
def other_site(**answers: int | str) -> Iterator[OtherSite]:
    site = OtherSite({f"/{name}": answer for name, answer in answers.items()})

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            agent = self.headers.get("User-Agent", "")
            site.requests.append((self.command, self.path, time.monotonic(), agent))
            answer = site.answers[self.path]
            if answer == 405 and self.command == "GET":
                answer = 200
            self.send_response(302 if isinstance(answer, str) else answer)
            if isinstance(answer, str):
                self.send_header("Location", answer)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_HEAD  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.root = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def settings_for(tmp_path: Path, api: str) -> Settings:
    return Settings(cache=tmp_path, api_url=f"{api}/", base_url="https://example.org/")


def load_statuses(folder: Path) -> dict[str, LinkStatus]:
    statuses = load_links(folder / LINKS_FILE)
    assert statuses is not None
    return statuses


def check_links(
    tmp_path: Path,
    site: OtherSite,
    *names: str,
    now: datetime = NOW,
    policy: CrawlPolicy = NO_PAUSE,
) -> dict[str, LinkStatus]:
    links = {f"{site.root}/{name}": "events/x.html" for name in names}
    console = Console(quiet=True)
    check_external_links(links, settings_for(tmp_path, site.root), console, now=now, policy=policy)
    assert console.finish() == 0
    return {url.rpartition("/")[2]: status for url, status in load_statuses(tmp_path).items()}


def test_the_result_of_every_link_is_saved_and_dead_links_are_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with other_site(there=200, moved="/there", gone=410, headless=405, loop="/loop") as site:
        links = check_links(tmp_path, site, "there", "moved", "gone", "headless", "loop")
        agents = {agent for *_, agent in site.requests}
    assert {name: link.fault for name, link in links.items()} == {
        "there": "",
        "moved": "",
        "gone": "answered 410",
        "headless": "",
        "loop": "redirects more than 5 times",
    }
    assert links["there"].last_ok == NOW
    assert links["gone"].last_ok is None
    assert all(agent.startswith("spaceflight-events-archive/") for agent in agents)
    assert "events/x.html" in capsys.readouterr().out


def test_get_is_sent_only_where_a_server_does_not_understand_head(tmp_path: Path) -> None:
    with other_site(there=200, headless=405) as site:
        check_links(tmp_path, site, "there", "headless")
        requests = [(method, path) for method, path, *_ in site.requests]
    assert sorted(requests) == [("GET", "/headless"), ("HEAD", "/headless"), ("HEAD", "/there")]


def test_a_result_counts_for_a_week_and_the_last_good_day_is_saved(tmp_path: Path) -> None:
    with other_site(a=200) as site:
        check_links(tmp_path, site, "a")
        check_links(tmp_path, site, "a", now=NOW + timedelta(days=6))
        assert len(site.requests) == 1
        site.answers["/a"] = 404
        later = check_links(tmp_path, site, "a", now=NOW + timedelta(days=8))
    assert later["a"].fault == "answered 404"
    assert later["a"].first_seen == later["a"].last_ok == NOW
    assert later["a"].last_checked == NOW + timedelta(days=8)


def test_requests_to_one_host_follow_each_other_with_a_pause(tmp_path: Path) -> None:
    with other_site(a=200, b=200, c=200) as site:
        check_links(tmp_path, site, "a", "b", "c", policy=replace(NO_PAUSE, pause=0.15))
        times = [when for *_, when, _ in site.requests]
    assert all(after - before >= 0.14 for before, after in pairwise(times))


def test_no_request_goes_to_a_private_network(tmp_path: Path) -> None:
    with other_site(secret=200) as site:
        links = {f"{site.root}/secret": "a.html", "http://10.0.0.1/": "a.html"}
        settings = settings_for(tmp_path, "https://ll.invalid")
        check_external_links(links, settings, Console(quiet=True), now=NOW, policy=NO_PAUSE)
        assert site.requests == []
    faults = [link.fault for link in load_statuses(tmp_path).values()]
    assert faults == ["10.0.0.1 is not a public address", "127.0.0.1 is not a public address"]


def test_a_host_that_cannot_be_reached_does_not_fail_the_run(tmp_path: Path) -> None:
    with other_site() as site:
        pass
    links = check_links(tmp_path, site, "a")
    assert "cannot be reached" in links["a"].fault


def test_a_server_whose_headers_never_end_is_given_up(tmp_path: Path) -> None:
    with WebServer() as server:
        server.responses["/a"] = slow_headers
        policy = replace(NO_PAUSE, limits=replace(QUICK, total=0.3))
        links = check_links(tmp_path, OtherSite({}, server.url.rstrip("/")), "a", policy=policy)
    assert links["a"].fault == "no whole answer within 0.3 seconds"


def test_offline_nothing_is_requested_and_nothing_saved(tmp_path: Path) -> None:
    settings = Settings(cache=tmp_path, offline=True)
    check_external_links({"https://x.invalid/": "a"}, settings, Console(quiet=True), now=NOW)
    assert not (tmp_path / LINKS_FILE).exists()


def test_links_that_are_on_no_page_any_more_are_removed_from_the_file(tmp_path: Path) -> None:
    with other_site(a=200, b=200) as site:
        check_links(tmp_path, site, "a", "b")
        assert check_links(tmp_path, site, "b").keys() == {"b"}


def test_links_checked_longest_ago_come_first_and_each_host_gets_a_limited_number() -> None:
    old, older = (
        LinkStatus(first_seen=NOW, last_checked=NOW - timedelta(days=d)) for d in (10, 20)
    )
    known = {"http://a/1": old, "http://a/2": older}
    due = due_links(
        ["http://a/1", "http://a/2", "http://a/3"], known, now=NOW, max_age=NO_PAUSE.max_age
    )
    assert due == ["http://a/3", "http://a/2", "http://a/1"]
    assert group_by_host([*due, "http://b/1"], 2) == [("http://a/3", "http://a/2"), ("http://b/1",)]


def test_a_damaged_file_of_results_counts_as_empty(tmp_path: Path) -> None:
    (tmp_path / LINKS_FILE).write_text('{"http://x/": 3}')
    with other_site(a=200) as site:
        assert check_links(tmp_path, site, "a").keys() == {"a"}


def test_links_for_which_there_is_no_time_are_left_for_the_next_run(tmp_path: Path) -> None:
    policy = replace(NO_PAUSE, pause=0.3, max_seconds=0.2)
    with other_site(a=200, b=200) as site:
        assert check_links(tmp_path, site, "a", "b", policy=policy).keys() == {"a"}
        assert len(site.requests) == 1


def test_damaged_results_are_reported_and_a_copy_of_them_stays(tmp_path: Path) -> None:
    (tmp_path / LINKS_FILE).write_text("{\n<<<<<<< HEAD\n}")
    console = Console(quiet=True)
    check_external_links(
        {}, settings_for(tmp_path, "http://127.0.0.1:1"), console, now=NOW, policy=NO_PAUSE
    )
    (message,) = console.warnings
    assert f"{tmp_path / LINKS_FILE}, lines 2: conflict markers" in message
    assert "build.py repair" in message
    [copy] = tmp_path.glob("links.damaged-*.json")
    assert "<<<<<<<" in copy.read_text()
