"""The page of an event."""

from datetime import date

from events_archive.site.site import Site
from tests.factories import a_history, a_site, an_event
from tests.render.rendered import BASE_URL, render_site


def _html(site: Site) -> str:
    path = "events/event-7.html"
    return render_site(site, lambda page: page.path == path)[path].decode()


def test_a_withdrawn_event_says_so_and_is_not_waited_for() -> None:
    gone = a_history(withdrawn={7: date(2021, 6, 30)})
    html = _html(a_site(an_event(7), today="2021-07-02", history=gone))
    assert "<title>Event 7 (4 July 2021, withdrawn)" in html
    assert 'content="Withdrawn. EVA, 4 July 2021' in html
    assert "</time> · Withdrawn</p>" in html
    assert "data-countdown" not in html
    assert "Add to calendar" not in html
    listed = _html(a_site(an_event(7), today="2021-07-02"))
    assert "ithdrawn" not in listed
    assert "data-countdown" in listed
    assert "Add to calendar" in listed


def test_a_designator_does_not_break_at_its_hyphen() -> None:
    html = _html(a_site(an_event(7, name="<i>CRS-39</i> & Crew Dragon-28")))
    whole = '<span class="designator">{}</span>'.format
    name = f"&lt;i&gt;{whole('CRS-39')}&lt;/i&gt; &amp; Crew {whole('Dragon-28')}"
    assert f'<h1 dir="auto">{name}</h1>' in html


def test_the_permanent_link_can_be_printed() -> None:
    url = f'data-url="{BASE_URL}id/7.html"'
    assert url in _html(a_site(an_event(7), base_url=BASE_URL))
    assert "data-url" not in _html(a_site(an_event(7)))
