"""The page of moved dates, and how a slip is drawn."""

from itertools import chain, pairwise
from typing import Any

from events_archive.model.changes import Change
from events_archive.pages.plan import plan_site
from events_archive.pages.slips import WIDTH, drawn_slip
from events_archive.site.site import Site
from tests.factories import a_change, a_history, a_site, an_event
from tests.published_site import PublishedPage
from tests.render.rendered import render_site

DAY, MONTH, YEAR = 5, 7, 14
"""Ids of precisions."""


def _moved(event_id: int, *dates: str, observed: str = "2026-11-0{}") -> list[Change]:
    """Return the changes of an event that had these dates, seen on 1, 2, 3 ... November."""
    values = [{"date": f"{date}T00:00:00Z", "precision": DAY} for date in dates]
    return [
        a_change(
            f"{observed.format(number)}T00:00:00+00:00", "moved", event_id,
            field="moment", old=old, new=new,
        )
        for number, (old, new) in enumerate(pairwise(values), start=1)
    ]  # fmt: skip


def _site(*changes: list[Change], today: str = "2026-11-20", **dates: str) -> Site:
    """Return the site of events with these dates: ``e1="2026-12-01"``."""
    events = [
        an_event(int(name[1:]), f"{date}T00:00:00Z", precision=DAY) for name, date in dates.items()
    ]
    history = a_history(*sorted(chain.from_iterable(changes), key=lambda change: change.observed))
    return a_site(*events, today=today, history=history)


SITE = _site(
    _moved(1, "2026-11-20", "2026-12-01", "2026-11-25", "2027-01-11"),
    _moved(2, "2026-11-10", "2026-11-30"),
    _moved(3, "2026-11-08", "2026-11-09"),
    _moved(4, "2026-12-24", "2026-12-10", observed="2026-05-0{}"),
    _moved(6, "2026-12-01", "2026-12-02", "2026-12-01"),
    e1="2027-01-11", e2="2026-11-30", e3="2026-11-09", e4="2026-12-10", e5="2026-12-01",
    e6="2026-12-01",
)  # fmt: skip


def _lists(site: Site) -> dict[str, Any]:
    page = next(page for page in plan_site(site) if page.path == "slips.html")
    names = ("moving", "furthest", "most_often")
    lists = {name: [one.event.id for one in page.context[name]] for name in names}
    return {**lists, "count": page.context["count"], "since": page.context["since"]}


def test_what_moved_most_and_what_is_moving_now_is_listed() -> None:
    lists = _lists(SITE)
    assert lists["moving"] == [1, 6, 2]
    assert lists["furthest"] == [1, 2, 4, 3]
    assert lists["most_often"] == [1, 6]
    assert lists["count"] == 5
    assert f"{lists['since']:%Y-%m-%d}" == "2026-05-01"


def test_a_site_without_a_history_has_an_empty_page() -> None:
    lists = _lists(a_site(an_event()))
    assert (lists["count"], lists["since"]) == (0, None)
    html = render_site(a_site(an_event()), lambda page: page.path == "slips.html")["slips.html"]
    assert PublishedPage(path="slips.html", html=html).text.count("No recorded moves") == 3


def test_a_withdrawn_event_is_not_compared() -> None:
    history = a_history(*_moved(1, "2026-11-20", "2026-12-01"), withdrawn={1: SITE.catalogue.today})
    site = a_site(an_event(1, "2026-12-01T00:00:00Z"), today="2026-11-20", history=history)
    assert _lists(site)["count"] == 0


def test_a_slip_is_drawn_to_scale_with_its_longest_date_below_the_others() -> None:
    moves = _moved(1, "2026-01-01", "2026-03-01")
    event = an_event(1, "2026-12-31T00:00:00Z", precision=YEAR)
    drawn = drawn_slip(a_site(event, history=a_history(*moves)), event)
    assert drawn is None  # both dates were over for months
    moves = _moved(1, "2026-01-01", "2026-03-01", observed="2025-11-0{}")
    drawn = drawn_slip(a_site(event, history=a_history(*moves)), event)
    assert drawn
    assert drawn.marks == ((0, WIDTH, "latest"), (0, 3, "planned"), (162, 3, ""))
    assert [date.display for date in drawn.ends] == ["1 January 2026", "2026"]
    assert drawn.slip.text == "Planned for 1 January 2026, moved once, now less certain"


def test_the_page_of_an_event_says_how_its_date_moved_and_draws_it() -> None:
    path = "events/event-1.html"
    html = render_site(SITE, lambda page: page.path == path)[path]
    page = PublishedPage(path=path, html=html)
    assert page.parse_errors == []
    sentence = "Planned for 20 November 2026, moved three times, 52 days later."
    assert sentence in page.text
    assert "Moved from 25 November 2026 to 11 January 2027, 47 days later." in page.text
    [drawing] = page.document.findall(".//{*}svg[@role='img']")
    assert drawing.attrib["aria-label"].endswith(
        "20 November 2026; 1 December 2026; 25 November 2026; 11 January 2027"
    )
    assert "11 January 2027, latest" in page.text
    path = "events/event-5.html"
    assert b"Planned for" not in render_site(SITE, lambda page: page.path == path)[path]
