"""The table of formats decides what a file is, by its path alone."""

import pytest

from events_archive.check.feeds_and_calendars import VALIDATORS
from events_archive.pages.plan import plan_site
from events_archive.site.dataset import DATASET_FILES
from events_archive.site.formats import FEED_FORMATS, FORMATS, Format, format_of, is_precached
from tests.factories import a_site, an_event


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("index.html", "text/html"),
        ("feed.json", "application/feed+json"),
        ("days.json", "application/feed+json"),
        ("types/eva.feed.json", "application/feed+json"),
        ("types/eva.happened.json", "application/feed+json"),
        ("events/live-feed.json", "application/json"),
        ("events/changes.json", "application/json"),
        ("types/eva/0-499.atom", "application/atom+xml"),
        ("events/a.ICS", "text/calendar"),
    ],
)
def test_the_path_of_a_file_tells_its_format(path: str, media_type: str) -> None:
    format = format_of(path)
    assert format
    assert format.media_type == media_type


def test_every_file_with_a_suffix_has_a_format() -> None:
    # So no media type depends on the system that builds the site.
    without = {page.path for page in plan_site(a_site(an_event())) if not format_of(page.path)}
    assert without == {".nojekyll"}
    files = ("CNAME", "data/SHA256SUMS", *(file.path for file in DATASET_FILES))
    assert [path for path in files if not format_of(path)] == ["CNAME", "data/SHA256SUMS"]


def test_what_readers_open_is_saved_for_reading_offline() -> None:
    precached = ("index.html", "calendar.ics", "pictures/a.webp", "assets/style.css")
    others = ("404.html", "service-worker.js", "feed.rss", "feed.json", "CNAME")
    assert all(map(is_precached, precached))
    assert not any(map(is_precached, others))
    # Programs save calendars by themselves, and there are hundreds of these.
    assert not any(map(is_precached, ("agencies/nasa-44.ics", "calendar.reminders.ics")))
    assert is_precached("types/eva.ics")
    # The calendar of an event is at two paths, and pages link to the first.
    assert (is_precached("id/309.ics"), is_precached("events/tiangong-eva-1.ics")) == (True, False)


def test_every_validator_that_a_format_names_exists() -> None:
    assert {format.validator for format in FORMATS} - {""} == VALIDATORS.keys()


def test_a_row_is_all_that_a_new_format_of_feeds_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    row = Format(
        suffix=".feed.txt",
        media_type="text/plain",
        label="Text",
        is_feed=True,
        template="feeds/text.txt",
    )
    monkeypatch.setattr("events_archive.site.feeds.FEED_FORMATS", (*FEED_FORMATS, row))
    plan = {page.path: page for page in plan_site(a_site(an_event()))}
    assert plan["feed.feed.txt"].template == "feeds/text.txt"
    assert plan["types/eva.feed.txt"].context["feed"].title.startswith("EVA")
    links = [(link.title, link.url) for link in plan["index.html"].alternates]
    assert ("New and changed (Text)", "feed.feed.txt") in links
