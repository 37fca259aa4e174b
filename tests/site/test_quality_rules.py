"""What is missing or odd in a record."""

from datetime import date

import pytest

from events_archive.model.event import Event, Licence
from events_archive.site.data_quality import MAX_NAMED_EVENTS
from events_archive.site.plan import plan_site
from events_archive.site.quality_rules import (
    QUALITY_RULES,
    inconsistent_place_names,
    likely_duplicates,
)
from tests.factories import a_link, a_site, an_event, an_image

TODAY = date(2022, 1, 1)
NASA = Licence(id=4, name="NASA Image and Media Guidelines", url="https://nasa.example/")

FLAWLESS = an_event(links=(a_link(),), image=an_image(licence=NASA))


def _odd(event: Event) -> list[str]:
    return [oddity.key for oddity in QUALITY_RULES if oddity.matches(event, TODAY)]


def _flawed(**facts) -> list[str]:
    return _odd(an_event(**{"links": (a_link(),), "image": an_image(licence=NASA), **facts}))


def test_of_a_whole_record_there_is_nothing_to_say() -> None:
    assert _odd(FLAWLESS) == []


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
def test_each_flaw_is_found_and_no_other(key: str, facts: dict) -> None:
    assert _flawed(**facts) == [key]


def test_the_future_may_be_told_in_the_future_tense_and_be_vague() -> None:
    coming = {"date": "2023-12-31T00:00:00Z", "precision": 14}
    assert _flawed(description="It will dock.", **coming) == []


def test_a_word_that_only_begins_like_will_is_no_future() -> None:
    assert _flawed(description="Williams was willing.") == []


def test_a_link_that_no_program_can_read_is_no_reason_to_fail() -> None:
    assert "gone" not in _flawed(links=(a_link(url="http://[broken"),))


def test_twins_have_one_name_and_type_within_a_day() -> None:
    events = [
        an_event(1, "2021-07-04T00:00:00Z", name="Static Fire"),
        an_event(2, "2021-07-04T20:00:00Z", name="static  fire"),
        an_event(3, "2021-07-09T00:00:00Z", name="Static Fire"),
        an_event(4, "2021-07-04T00:00:00Z", name="Other"),
    ]
    has = likely_duplicates(events)
    assert [event.id for event in events if has(event)] == [1, 2]


def test_the_rarer_name_of_a_place_is_the_odd_one() -> None:
    names = ("International Space Station", "International Space Station", "ISS", "Mars")
    events = [an_event(n, location=name) for n, name in enumerate(names)]
    has = inconsistent_place_names(events)
    assert [event.location for event in events if has(event)] == ["ISS"]


def test_the_report_names_a_few_and_counts_all() -> None:
    site = a_site(*(an_event(n, image=None) for n in range(1, 60)))
    (page,) = [page for page in plan_site(site) if page.path == "report.html"]
    finding = next(one for one in page.context["findings"] if one.rule.key == "picture")
    assert len(finding.events) == 59
    assert len(finding.named) == MAX_NAMED_EVENTS


def test_every_rule_has_a_key_of_its_own() -> None:
    assert len({oddity.key for oddity in QUALITY_RULES}) == len(QUALITY_RULES)
