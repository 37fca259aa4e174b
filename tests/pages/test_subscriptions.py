"""How feeds and calendars are announced."""

import re
from xml.etree import ElementTree

from events_archive.pages.plan import plan_site
from tests.factories import DOCKING, a_site, an_agency, an_event
from tests.render.rendered import BASE_URL, render_site


def _site(**facts):
    events = (
        an_event(1, slug="a"),
        an_event(2, slug="b", type=DOCKING),
        an_event(3, None, slug="c"),
    )
    return a_site(*events, **{"base_url": BASE_URL} | facts)


def _announced(path: str) -> set[str]:
    (page,) = [page for page in plan_site(_site()) if page.path == path]
    return {alternate.url for alternate in page.alternates}


def test_a_page_announces_its_feeds_and_its_calendar() -> None:
    assert {"feed.rss", "feed.atom", "feed.json", "happened.atom", "calendar.ics"} <= _announced(
        "index.html"
    )
    assert _announced("types/docking.html") == {
        "types/docking.rss", "types/docking.atom", "types/docking.feed.json",
        "types/docking.happened.rss", "types/docking.happened.atom",
        "types/docking.happened.json", "types/docking.ics",
    }  # fmt: skip
    assert "years/2021.ics" in _announced("years/2021.html") & _announced("months/2021-07.html")
    assert "changes.atom" in _announced("subscribe.html")
    for path in ("about.html", "credits.html", "explore.html", "offline.html", "report.html"):
        assert {"feed.atom", "calendar.ics"} <= _announced(path), path


def test_an_event_without_a_calendar_announces_that_of_its_type() -> None:
    assert {"id/1.ics", "types/eva.rss"} <= _announced("events/a.html")
    assert "id/3.ics" not in _announced("events/c.html")
    assert "types/eva.ics" in _announced("events/c.html")


def test_everything_announced_exists() -> None:
    pages = plan_site(_site())
    pathes = {page.path for page in pages}
    for page in pages:
        assert {alternate.url for alternate in page.alternates} <= pathes


def test_the_page_on_subscriptions_has_every_feed_and_calendar() -> None:
    events = [an_event(n, location="Moon", agencies=(an_agency(),)) for n in range(11, 14)]
    site = a_site(*_site().catalogue.events, *events, base_url=BASE_URL)
    files = render_site(site, lambda page: page.path == "subscribe.html")
    html = files["subscribe.html"].decode()
    made = [page.path for page in plan_site(site)]
    assert {"places/moon.rss", "agencies/nasa-44.reminders.ics"} <= set(made)
    for path in made:
        suffix = path.rpartition(".")[2]
        if suffix in ("rss", "atom", "ics", "opml") and not path.startswith(
            ("events/", "id/", "years/")
        ):
            assert f'href="{path}"' in html, path
    for path in (
        "calendar.ics",
        "feed.atom",
        "types/docking.ics",
        "types/docking.happened.atom",
    ):
        assert f'<code class="copyable-url">{BASE_URL}{path}</code>' in html
    assert 'href="webcal://example.org/archive/types/docking.ics"' in html
    assert "cid=webcal%3A%2F%2Fexample.org%2Farchive%2Fcalendar.ics" in html
    assert "url=https%3A%2F%2Fexample.org%2Farchive%2Fcalendar.ics" in html


def test_the_complete_calendar_names_the_limit_of_large_clients_and_what_to_import_instead() -> (
    None
):
    events = [an_event(n, "2021-07-04T00:00:00Z") for n in range(1, 1072)]
    files = render_site(a_site(*events), lambda page: page.path == "subscribe.html")
    text = files["subscribe.html"].decode()
    (entry,) = re.findall(
        r"<dt>Full archive \(import once\)</dt>\s*<dd>(.*?)</dd>", text, re.DOTALL
    )
    for words in ("more than 1,000 events", "Google Calendar", "1 MB", 'href="years/index.html"'):
        assert words in entry


def test_without_a_base_url_there_is_no_link_to_subscribe() -> None:
    files = render_site(_site(base_url=""), lambda page: page.path == "subscribe.html")
    html = files["subscribe.html"].decode()
    for word in ("webcal:", "calendar.google.com", "outlook.live.com", "feeds.opml"):
        assert word not in html
    assert "does not know its web address" in html
    assert 'href="types/docking.atom"' in html


def test_the_list_of_feeds_groups_them_by_taxonomy_and_order() -> None:
    events = [an_event(n, agencies=(an_agency(),)) for n in range(1, 4)]
    opml = ElementTree.fromstring(render_site(a_site(*events, base_url=BASE_URL))["feeds.opml"])
    groups = {
        node.attrib["text"]: [child.attrib["xmlUrl"].removeprefix(BASE_URL) for child in node]
        for node in opml.iter("outline")
        if "xmlUrl" not in node.attrib
    }
    assert groups == {
        "Types, new and changed": ["types/eva.atom"],
        "Types, what happened": ["types/eva.happened.atom"],
        "Places": ["places/tiangong-space-station.atom"],
        "Agencies": ["agencies/nasa-44.atom"],
    }
