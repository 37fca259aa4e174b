"""Who made each image, under which licence, and on which pages it is shown."""

from collections.abc import Iterator

from events_archive.model.catalogue import Events, grouped
from events_archive.model.event import Image, Licence
from events_archive.pages.subscriptions import AlternateLinks
from events_archive.site import urls
from events_archive.site.page import HOME, Page
from events_archive.site.pagination import EventList, numbered, numbered_title
from events_archive.site.site import Site

MAX_NAMED_EVENTS = 12
"""How many of the events that share an image are listed with it."""

IMAGES_PER_PAGE = 200

Credit = tuple[Image, Events]
"""An image and the events that it illustrates, oldest first."""


def has_known_licence(image: Image) -> bool:
    """Whether the image's licence says anything: LL2 has one that is called "Unknown"."""
    return image.licence is not None and image.licence.name.casefold() not in ("", "unknown")


def credits_pages(site: Site) -> Iterator[Page]:
    """Yield the list of all images, in numbered pages."""
    credits, alternates = all_credits(site), AlternateLinks(site).main
    for path, part, links in numbered(urls.CREDITS, credits, IMAGES_PER_PAGE):
        yield Page(
            path=path,
            template="pages/credits.html",
            title=numbered_title("Picture credits", path, links),
            description="Who made the pictures in this archive, and under which licences.",
            context={
                "event_list": EventList(path=path, count=len(credits), pages=links),
                "licences": by_licence(part),
                "max_named": MAX_NAMED_EVENTS,
            },
            breadcrumbs=(HOME,),
            alternates=alternates,
        )


def all_credits(site: Site) -> tuple[Credit, ...]:
    """Return every image once, by licence and credit; images of unknown licence come last."""
    pictured = (event for event in site.catalogue.all_events if event.image)
    events_of = grouped(pictured, lambda event: event.image.key if event.image else None)
    credits = ((image, events_of[image.key]) for image in site.catalogue.images)
    return tuple(sorted(credits, key=_order))


def _order(credit: Credit) -> tuple[bool, str, int, str, str]:
    image, _ = credit
    name, id = (image.licence.name.casefold(), image.licence.id) if image.licence else ("", 0)
    return (not has_known_licence(image), name, id, image.credit.casefold(), image.key)


def by_licence(credits: tuple[Credit, ...]) -> list[tuple[Licence | None, tuple[Credit, ...]]]:
    """Group credits by licence, in their order; None is the licence of those of unknown licence."""
    groups = grouped(
        credits,
        lambda credit: credit[0].licence_id if has_known_licence(credit[0]) else "unknown",
    )
    return [
        (None if id == "unknown" else members[0][0].licence, members)
        for id, members in groups.items()
    ]
