"""Who made each image, under which licence, and on which pages it is shown."""

from collections.abc import Iterator

from msgspec import Struct

from events_archive.model.catalogue import Events, grouped
from events_archive.model.event import Image, Licence
from events_archive.site import urls
from events_archive.site.page import HOME, Page
from events_archive.site.pagination import EventList, numbered, numbered_title
from events_archive.site.site import Site

MAX_NAMED_EVENTS = 12
"""How many of the events that share an image are listed with it."""

IMAGES_PER_PAGE = 200


class Credit(Struct, frozen=True, kw_only=True):
    """An image and the events that it illustrates, oldest first."""

    image: Image
    events: Events

    @property
    def named(self) -> Events:
        """The events that are listed."""
        return self.events[:MAX_NAMED_EVENTS]

    @property
    def others(self) -> int:
        """How many more there are."""
        return max(0, len(self.events) - MAX_NAMED_EVENTS)


class LicenceGroup(Struct, frozen=True, kw_only=True):
    """The images under one licence."""

    licence: Licence | None
    """None for images of unknown licence."""
    credits: tuple[Credit, ...]


def is_known(licence: Licence | None) -> bool:
    """Whether a licence says anything: LL2 has one that is called "Unknown"."""
    return licence is not None and licence.name.casefold() not in ("", "unknown")


def credits_pages(site: Site) -> Iterator[Page]:
    """Yield the list of all images, in numbered pages."""
    credits = all_credits(site)
    for path, part, links in numbered(urls.CREDITS, credits, IMAGES_PER_PAGE):
        yield Page(
            path=path,
            template="pages/credits.html",
            title=numbered_title("Picture credits", links),
            description="Who made the pictures in this archive, and under which licences.",
            context={
                "event_list": EventList(path=path, count=len(credits), pages=links),
                "licences": by_licence(part),
            },
            breadcrumbs=(HOME,),
        )


def all_credits(site: Site) -> tuple[Credit, ...]:
    """Return every image once, by licence and credit; images of unknown licence come last."""
    pictured = (event for event in site.catalogue.all_events if event.image)
    users = grouped(pictured, lambda event: event.image.key if event.image else None)
    images = {image.key: image for image in site.catalogue.images}
    credits = (Credit(image=images[key], events=events) for key, events in users.items())
    return tuple(sorted(credits, key=_order))


def _order(credit: Credit) -> tuple[bool, str, int, str, str]:
    licence = credit.image.licence
    name, id = (licence.name.casefold(), licence.id) if licence else ("", 0)
    return (not is_known(licence), name, id, credit.image.credit.casefold(), credit.image.key)


def by_licence(credits: tuple[Credit, ...]) -> tuple[LicenceGroup, ...]:
    """Group credits by licence, in their order."""
    groups: dict[int | None, list[Credit]] = {}
    for credit in credits:
        licence = credit.image.licence
        groups.setdefault(licence.id if licence and is_known(licence) else None, []).append(credit)
    return tuple(
        LicenceGroup(
            licence=None if id is None else members[0].image.licence, credits=tuple(members)
        )
        for id, members in groups.items()
    )
