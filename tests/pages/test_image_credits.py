"""The credits of images."""

from events_archive.model.event import Licence
from events_archive.pages.image_credits import (
    IMAGES_PER_PAGE,
    MAX_NAMED_EVENTS,
    all_credits,
    by_licence,
)
from events_archive.pages.plan import plan_site
from tests.factories import a_history, a_site, an_event, an_image
from tests.render.rendered import render_site

NASA = Licence(id=4, name="NASA Image and Media Guidelines", url="https://nasa.example/")
UNKNOWN = Licence(id=1, name="Unknown", url="")


def _pictured(id: int, image: int, **facts) -> object:
    url = f"https://images.example/{image}.jpg"
    return an_event(id, image=an_image(id=image, url=url, **facts))


def test_an_image_is_listed_once_with_all_its_events() -> None:
    site = a_site(_pictured(1, 7), _pictured(2, 7), _pictured(3, 8))
    credits = all_credits(site)
    assert sorted([event.id for event in events] for _, events in credits) == [[1, 2], [3]]


def test_images_are_grouped_by_licence_and_unknown_licences_are_last() -> None:
    site = a_site(
        _pictured(1, 1, licence=UNKNOWN),
        _pictured(2, 2, licence=None),
        _pictured(3, 3, licence=NASA),
    )
    first, last = by_licence(all_credits(site))
    assert (first[0], len(first[1])) == (NASA, 1)
    assert (last[0], len(last[1])) == (None, 2)


def test_some_events_of_an_image_are_named_and_the_others_counted() -> None:
    site = a_site(*(_pictured(n, 7) for n in range(1, 21)))
    html = render_site(site, lambda page: page.path == "credits.html")["credits.html"]
    assert f"and {20 - MAX_NAMED_EVENTS} more" in html.decode()


def test_the_image_of_a_withdrawn_event_is_credited() -> None:
    memory = a_history(withdrawn={1: an_event().date.utc.date()})
    assert len(all_credits(a_site(_pictured(1, 7), history=memory))) == 1


def test_many_images_are_on_numbered_pages() -> None:
    site = a_site(*(_pictured(n, n) for n in range(1, IMAGES_PER_PAGE + 2)))
    pages = [page for page in plan_site(site) if page.template == "pages/credits.html"]
    assert [page.path for page in pages] == ["credits.html", "credits/2.html"]
    assert len({page.title for page in pages}) == 2


def test_an_archive_without_images_has_the_page() -> None:
    pages = [page for page in plan_site(a_site()) if page.template == "pages/credits.html"]
    assert [page.path for page in pages] == ["credits.html"]
