"""What is missing or odd in the records."""

from typing import Any

import pytest

from events_archive.model.event import Licence
from events_archive.pages.data_quality import (
    MAX_NAMED_EVENTS,
    QUALITY_RULES,
    dead_links,
    inconsistent_place_names,
    likely_duplicates,
    quality_issues,
)
from tests.factories import a_catalogue, a_link, a_site, an_event, an_image
from tests.render.rendered import render_site

NASA = Licence(id=4, name="NASA Image and Media Guidelines", url="https://nasa.example/")


def _issues(**facts: Any) -> list[str]:
    """The rules that an event breaks which is in order but for ``facts``."""
    event = an_event(**{"links": (a_link(),), "image": an_image(licence=NASA), **facts})
    return [rule.key for rule, events in quality_issues(a_catalogue(event)) if events]


def test_a_complete_record_breaks_no_rule() -> None:
    assert _issues() == []


@pytest.mark.parametrize(
    ("key", "facts"),
    [
        ("picture", {"image": None}),
        ("licence", {"image": an_image(licence=Licence(id=1, name="Unknown", url=""))}),
        ("licence", {"image": an_image(licence=None)}),
        ("credit", {"image": an_image(licence=NASA, credit="")}),
        ("precision", {"precision": None}),
        ("midnight", {"date": "2021-07-04T00:00:00Z"}),
        ("coarse", {"date": "2021-07-31T00:00:00Z", "precision": 7}),
        ("undated", {"date": None}),
        ("tense", {"description": "The crew will dock at 12:00 UTC."}),
        ("tense", {"description": "It is scheduled to land."}),
        ("description", {"description": " \r\n"}),
        ("place", {"location": ""}),
        ("nameless", {"links": (a_link(title=""),)}),
        ("gone", {"links": (a_link(url="https://twitter.com/NASA/status/1"),)}),
        ("sources", {"links": ()}),
    ],
)
def test_an_event_breaks_one_rule_only(key: str, facts: dict) -> None:
    assert _issues(**facts) == [key]


def test_an_upcoming_event_may_be_vague_and_in_the_future_tense() -> None:
    coming = {"date": "2023-12-31T00:00:00Z", "precision": 14}
    assert _issues(description="It will dock.", **coming) == []


def test_a_word_that_starts_with_will_is_not_the_future_tense() -> None:
    assert _issues(description="Williams was willing.") == []


def test_duplicates_have_one_name_and_type_within_a_day() -> None:
    events = [
        an_event(1, "2021-07-04T00:00:00Z", name="Static Fire"),
        an_event(2, "2021-07-04T20:00:00Z", name="static  fire"),
        an_event(3, "2021-07-09T00:00:00Z", name="Static Fire"),
        an_event(4, "2021-07-04T00:00:00Z", name="Other"),
    ]
    assert likely_duplicates(a_catalogue(*events)) == {1, 2}


def test_the_rarer_name_of_a_place_is_inconsistent() -> None:
    names = ("International Space Station", "International Space Station", "ISS", "Mars")
    events = [an_event(n, location=name) for n, name in enumerate(names)]
    assert inconsistent_place_names(a_catalogue(*events)) == {2}


def test_the_page_lists_some_events_and_counts_all() -> None:
    site = a_site(*(an_event(n, image=None) for n in range(1, 60)))
    issues = quality_issues(site.catalogue)
    events = next(events for rule, events in issues if rule.key == "picture")
    assert len(events) == 59
    html = render_site(site, lambda page: page.path == "report.html")["report.html"]
    assert f"and {59 - MAX_NAMED_EVENTS} more" in html.decode()


def test_dead_links_are_listed_by_host_the_host_with_most_first() -> None:
    first, second = "https://a.example/1", "https://b.example/1"
    site = a_site(
        an_event(1, "2021-01-01T00:00:00Z", links=(a_link(url=second), a_link(url=first))),
        an_event(2, "2021-02-01T00:00:00Z", links=(a_link(url=second),)),
        an_event(3, "2021-03-01T00:00:00Z", links=(a_link(url="https://b.example/2"),)),
        gone_links=frozenset({first, second}),
    )
    hosts = dead_links(site).items()
    found = [(host, [event.id for _, event in links]) for host, links in hosts]
    assert found == [("b.example", [2, 1]), ("a.example", [1])]
    html = render_site(site, lambda page: page.path == "report.html")["report.html"].decode()
    assert 'Links that no longer work <span class="count">3</span></h2>' in html
    assert 'b.example <span class="count">2</span></h3>' in html
    assert '<a href="events/event-2.html" dir="auto">Event 2</a>' in html.partition("b.example")[2]


def test_without_dead_links_nothing_is_said_of_them() -> None:
    site = a_site(an_event(1))
    html = render_site(site, lambda page: page.path == "report.html")["report.html"].decode()
    assert "no longer work" not in html


def test_rules_have_different_keys() -> None:
    assert len({rule.key for rule in QUALITY_RULES}) == len(QUALITY_RULES)
