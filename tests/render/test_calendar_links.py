"""Links to calendar services, parsed as the services parse them."""

from urllib.parse import parse_qs, unquote, urlsplit

from events_archive.render.calendar_links import event_links, subscription_links
from events_archive.site import urls
from events_archive.site.calendars import site_calendar, term_calendar
from tests.factories import DOCKING, a_site, an_event


def _query(url: str) -> dict[str, str]:
    return {
        key: value for key, (value,) in parse_qs(urlsplit(url).query, strict_parsing=True).items()
    }


def test_a_calendar_has_three_subscription_links() -> None:
    site = a_site(an_event(type=DOCKING), base_url="https://example.org/a%20b/")
    (docking,) = site.taxonomies.terms["types"]
    links = subscription_links(site, term_calendar(site, docking))
    address = "example.org/a%20b/types/docking.ics"
    assert links.webcal == f"webcal://{address}"
    assert _query(links.google) == {"cid": f"webcal://{address}"}
    assert _query(links.outlook) == {
        "url": f"https://{address}", "name": "Docking · Spaceflight Events Archive",
    }  # fmt: skip


def test_without_a_base_url_there_are_no_subscription_links() -> None:
    site = a_site(an_event())
    assert subscription_links(site, site_calendar(site, urls.CALENDAR)) is None


def test_an_event_is_added_with_its_time() -> None:
    event = an_event(309, name="Hatch & “seal”; 100% #1", location="ISS, port")
    links = event_links(a_site(event, base_url="https://example.org/"), event)
    google, outlook = _query(links.google), _query(links.outlook)
    assert google["text"] == outlook["subject"] == "Hatch & “seal”; 100% #1"
    assert google["location"] == outlook["location"] == "ISS, port"
    assert google["dates"] == "20210704T001100Z/20210704T064100Z"
    assert outlook["startdt"] == "2021-07-04T00:11:00Z"
    assert outlook["enddt"] == "2021-07-04T06:41:00Z"
    assert google["details"] == "4 July 2021, 00:11 UTC\nhttps://example.org/id/309.html"


def test_an_event_without_a_time_is_added_as_days() -> None:
    event = an_event(309, "2021-09-30T00:00:00Z", precision=7, name="Flyby")
    links = event_links(a_site(event), event)
    google, outlook = _query(links.google), _query(links.outlook)
    assert google["text"] == "Flyby (September 2021)"
    assert google["dates"] == "20210901/20211001"
    assert (outlook["startdt"], outlook["enddt"]) == ("2021-09-01", "2021-10-01")
    assert outlook["allday"] == "true"


def test_no_text_of_an_event_can_end_the_link() -> None:
    event = an_event(name='x"&dates=19000101/19000102\n\ud83d', location="&text=evil")
    links = event_links(a_site(event), event)
    for url in (links.google, links.outlook):
        assert not set(url) & set('"<> \n')
        assert url.isascii()
    assert _query(links.google)["dates"].startswith("20210704")
    assert unquote(urlsplit(links.google).query).count("evil") == 1
