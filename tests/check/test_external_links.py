"""Links to other sites: asked politely, remembered, and never a failure."""

import http.server
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from events_archive.check.external_links import check_external_links, due_links
from events_archive.console import Console
from events_archive.net.http_client import HttpLimits
from events_archive.net.link_checker import CrawlPolicy, group_by_host
from events_archive.settings import Settings
from events_archive.store.link_status import LINKS_FILE, LinkStatus, load_link_statuses

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
QUICK = HttpLimits(connect=2, read=2, total=4, max_redirects=5)
POLICY = CrawlPolicy(pause=0.0, limits=QUICK, max_seconds=20, max_hosts=4)


@dataclass
class Elsewhere:
    """Another site: what it answers to each path, and what it was asked."""

    answers: dict[str, int | str]
    """By path: a status, or where it redirects to."""
    root: str = ""
    asked: list[tuple[str, str, float, str]] = field(default_factory=list)
    """Method, path, when, and the User-Agent."""


@contextmanager
def elsewhere(**answers: int | str) -> Iterator[Elsewhere]:
    site = Elsewhere({f"/{name}": answer for name, answer in answers.items()})

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            agent = self.headers.get("User-Agent", "")
            site.asked.append((self.command, self.path, time.monotonic(), agent))
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


def look(
    tmp_path: Path, site: Elsewhere, *names: str, now: datetime = NOW, policy: CrawlPolicy = POLICY
) -> dict[str, LinkStatus]:
    links = {f"{site.root}/{name}": "events/x.html" for name in names}
    report = Console(quiet=True)
    check_external_links(links, settings_for(tmp_path, site.root), report, now=now, policy=policy)
    assert report.finish() == 0
    known = load_link_statuses(tmp_path / LINKS_FILE)
    return {url.rpartition("/")[2]: link for url, link in known.items()}


def test_what_is_there_and_what_is_not_is_written_down(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with elsewhere(there=200, moved="/there", gone=410, headless=405, loop="/loop") as site:
        links = look(tmp_path, site, "there", "moved", "gone", "headless", "loop")
        agents = {agent for *_, agent in site.asked}
    assert {name: link.fault for name, link in links.items()} == {
        "there": "",
        "moved": "",
        "gone": "answered 410",
        "headless": "",
        "loop": "redirects without end",
    }
    assert links["there"].last_ok == NOW
    assert links["gone"].last_ok is None
    assert all(agent.startswith("spaceflight-events-archive/") for agent in agents)
    assert "events/x.html" in capsys.readouterr().out


def test_head_is_asked_first_and_get_only_where_it_is_not_understood(tmp_path: Path) -> None:
    with elsewhere(there=200, headless=405) as site:
        look(tmp_path, site, "there", "headless")
        asked = [(method, path) for method, path, *_ in site.asked]
    assert sorted(asked) == [("GET", "/headless"), ("HEAD", "/headless"), ("HEAD", "/there")]


def test_an_answer_counts_for_a_week_and_the_last_good_day_is_kept(tmp_path: Path) -> None:
    with elsewhere(a=200) as site:
        look(tmp_path, site, "a")
        look(tmp_path, site, "a", now=NOW + timedelta(days=6))
        assert len(site.asked) == 1
        site.answers["/a"] = 404
        later = look(tmp_path, site, "a", now=NOW + timedelta(days=8))
    assert later["a"].fault == "answered 404"
    assert later["a"].first_seen == later["a"].last_ok == NOW
    assert later["a"].last_checked == NOW + timedelta(days=8)


def test_one_host_is_asked_one_question_at_a_time_with_a_pause(tmp_path: Path) -> None:
    with elsewhere(a=200, b=200, c=200) as site:
        look(tmp_path, site, "a", "b", "c", policy=replace(POLICY, pause=0.15))
        times = [when for *_, when, _ in site.asked]
    assert all(after - before >= 0.14 for before, after in pairwise(times))


def test_a_private_network_is_not_asked_whoever_leads_there(tmp_path: Path) -> None:
    with elsewhere(secret=200) as site:
        links = {f"{site.root}/secret": "a.html", "http://10.0.0.1/": "a.html"}
        settings = settings_for(tmp_path, "https://ll.invalid")
        check_external_links(links, settings, Console(quiet=True), now=NOW, policy=POLICY)
        assert site.asked == []
    faults = {link.fault for link in load_link_statuses(tmp_path / LINKS_FILE).values()}
    assert faults == {"leads to a private network"}


def test_nobody_there_is_a_fault_of_theirs_and_not_of_the_run(tmp_path: Path) -> None:
    with elsewhere() as site:
        pass
    links = look(tmp_path, site, "a")
    assert links["a"].fault.startswith("cannot be reached")


def test_offline_nothing_is_asked_and_nothing_written(tmp_path: Path) -> None:
    settings = Settings(cache=tmp_path, offline=True)
    check_external_links({"https://x.invalid/": "a"}, settings, Console(quiet=True), now=NOW)
    assert not (tmp_path / LINKS_FILE).exists()


def test_links_that_no_page_names_any_more_are_forgotten(tmp_path: Path) -> None:
    with elsewhere(a=200, b=200) as site:
        look(tmp_path, site, "a", "b")
        assert look(tmp_path, site, "b").keys() == {"b"}


def test_the_longest_unasked_come_first_and_no_host_gets_more_than_its_share() -> None:
    old, older = (
        LinkStatus(first_seen=NOW, last_checked=NOW - timedelta(days=d)) for d in (10, 20)
    )
    known = {"http://a/1": old, "http://a/2": older}
    due = due_links(
        ["http://a/1", "http://a/2", "http://a/3"], known, now=NOW, max_age=POLICY.max_age
    )
    assert due == ["http://a/3", "http://a/2", "http://a/1"]
    assert group_by_host([*due, "http://b/1"], 2) == [["http://a/3", "http://a/2"], ["http://b/1"]]


def test_a_damaged_ledger_costs_a_few_questions_and_no_run(tmp_path: Path) -> None:
    (tmp_path / LINKS_FILE).write_text('{"http://x/": 3}')
    assert load_link_statuses(tmp_path / LINKS_FILE) == {}
