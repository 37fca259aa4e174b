"""Who made each picture, on what terms, and where it is used."""

from events_archive.model.event import Licence
from events_archive.site.image_credits import (
    IMAGES_PER_PAGE,
    MAX_NAMED_EVENTS,
    all_credits,
    by_licence,
)
from events_archive.site.plan import plan_site
from tests.factories import a_site, an_event, an_image

NASA = Licence(id=4, name="NASA Image and Media Guidelines", url="https://nasa.example/")
UNKNOWN = Licence(id=1, name="Unknown", url="")


def _pictured(id: int, image: int, **facts) -> object:
    url = f"https://images.example/{image}.jpg"
    return an_event(id, image=an_image(id=image, url=url, **facts))


def test_a_picture_stands_once_with_all_its_events() -> None:
    site = a_site(_pictured(1, 7), _pictured(2, 7), _pictured(3, 8))
    credits = all_credits(site)
    assert sorted([event.id for event in one.events] for one in credits) == [[1, 2], [3]]


def test_pictures_stand_under_their_licence_and_unknown_ones_last() -> None:
    site = a_site(
        _pictured(1, 1, licence=UNKNOWN),
        _pictured(2, 2, licence=None),
        _pictured(3, 3, licence=NASA),
    )
    first, last = by_licence(all_credits(site))
    assert (first.licence, first.is_known) == (NASA, True)
    assert (last.licence, last.is_known, len(last.credits)) == (None, False, 2)


def test_of_a_picture_of_many_events_some_are_named_and_the_others_counted() -> None:
    (credit,) = all_credits(a_site(*(_pictured(n, 7) for n in range(1, 21))))
    assert len(credit.named) == MAX_NAMED_EVENTS
    assert credit.others == 20 - MAX_NAMED_EVENTS


def test_a_withdrawn_events_picture_is_credited_too() -> None:
    from tests.factories import a_history  # noqa: PLC0415

    memory = a_history(withdrawn={1: an_event().date.utc.date()})
    assert len(all_credits(a_site(_pictured(1, 7), history=memory))) == 1


def test_many_pictures_are_spread_over_pages_that_say_which_they_are() -> None:
    site = a_site(*(_pictured(n, n) for n in range(1, IMAGES_PER_PAGE + 2)))
    pages = [page for page in plan_site(site) if page.template == "pages/credits.html"]
    assert [page.path for page in pages] == ["credits.html", "credits/2.html"]
    assert len({page.title for page in pages}) == 2


def test_an_archive_without_pictures_has_the_page_all_the_same() -> None:
    pages = [page for page in plan_site(a_site()) if page.template == "pages/credits.html"]
    assert [page.path for page in pages] == ["credits.html"]
