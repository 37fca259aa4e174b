"""When a page of another site counts as gone."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from events_archive.store.canonical_json import encode_lines
from events_archive.store.links_file import LINKS_FILE, LinkStatus, load_gone_links, load_links

START = datetime(2026, 11, 23, 12, tzinfo=UTC)
MISSING, UNREACHABLE = "answered 404", "a.example cannot be reached (its name is not known)"


def after(*requests: tuple[int, str], before: LinkStatus | None = None) -> LinkStatus:
    """What is known after requests, each the number of a day and a fault."""
    status = before or LinkStatus(first_seen=START, last_checked=START)
    for day, fault in requests:
        status = status.after_request(fault, START + timedelta(days=day))
    return status


@pytest.mark.parametrize("fault", [MISSING, "answered 410", "answers 404"])
def test_a_page_is_gone_that_was_missing_for_a_week(fault: str) -> None:
    assert not after((0, fault)).is_gone
    assert not after((0, fault), (6, fault)).is_gone
    assert after((0, fault), (7, fault)).is_gone


def test_a_host_must_be_unreachable_for_longer() -> None:
    assert not after((0, UNREACHABLE), (59, UNREACHABLE)).is_gone
    assert after((0, UNREACHABLE), (60, UNREACHABLE)).is_gone


@pytest.mark.parametrize("fault", ["answered 403", "answered 429", "answered 503"])
def test_a_host_that_refuses_programs_or_has_a_fault_may_have_the_page(fault: str) -> None:
    assert not after((0, fault), (400, fault)).is_gone


def test_a_page_that_is_back_is_not_gone_and_failing_begins_anew() -> None:
    status = after((0, MISSING), (30, MISSING), (60, ""))
    assert not status.is_gone
    assert status.last_ok == START + timedelta(days=60)
    assert not after((90, MISSING), before=status).is_gone
    assert after((90, MISSING), (97, MISSING), before=status).is_gone


def test_what_an_earlier_version_noted_counts() -> None:
    noted = LinkStatus(first_seen=START, last_checked=START, fault=MISSING)
    assert not noted.is_gone
    assert after((7, MISSING), before=noted).is_gone


def test_a_link_that_works_is_written_as_before(tmp_path: Path) -> None:
    links = {"http://a/": after((0, MISSING)), "http://b/": after((0, ""))}
    (tmp_path / LINKS_FILE).write_bytes(encode_lines(links))
    assert load_links(tmp_path / LINKS_FILE) == links
    first, second = (tmp_path / LINKS_FILE).read_text("utf-8").splitlines()[1:3]
    assert '"failing_since"' in first
    assert '"failing_since"' not in second


def test_a_link_of_which_nothing_can_be_read_is_not_gone(tmp_path: Path) -> None:
    links = {"http://a/": after((0, MISSING), (7, MISSING)), "http://b/": 3, "c": {"low": 1}}
    (tmp_path / LINKS_FILE).write_bytes(encode_lines(links))
    assert load_gone_links(tmp_path / LINKS_FILE) == {"http://a/"}


def test_without_a_file_or_with_a_damaged_one_nothing_is_known(tmp_path: Path) -> None:
    assert load_links(tmp_path / LINKS_FILE) is None
    assert load_gone_links(tmp_path / LINKS_FILE) == frozenset()
    (tmp_path / LINKS_FILE).write_text("{")
    assert load_links(tmp_path / LINKS_FILE) is None
    assert load_gone_links(tmp_path / LINKS_FILE) is None
