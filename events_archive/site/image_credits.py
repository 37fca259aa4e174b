"""Who made each picture, on what terms it is shown, and on which pages."""

from collections.abc import Iterator
from dataclasses import dataclass

from events_archive.model.catalogue import Events, grouped
from events_archive.model.event import Image, Licence
from events_archive.site import urls
from events_archive.site.page import Breadcrumb, Page
from events_archive.site.pagination import EventList, numbered, numbered_title
from events_archive.site.site import Site

MAX_NAMED_EVENTS = 12
"""How many of the events that share a picture are named beside it."""

IMAGES_PER_PAGE = 200
"""How many pictures a page lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """One picture and the events that it stands for, oldest first."""

    image: Image
    events: Events

    @property
    def named(self) -> Events:
        """Those of its events that are named."""
        return self.events[:MAX_NAMED_EVENTS]

    @property
    def others(self) -> int:
        """How many more there are."""
        return max(0, len(self.events) - MAX_NAMED_EVENTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceGroup:
    """The pictures under one licence."""

    licence: Licence | None
    """None where the source names none."""
    credits: tuple[Credit, ...]

    @property
    def is_known(self) -> bool:
        """Whether anybody has said on what terms they may be shown."""
        return is_known(self.licence)


def is_known(licence: Licence | None) -> bool:
    """Whether a licence says anything: the source has one that is called "Unknown"."""
    return licence is not None and licence.name.casefold() not in ("", "unknown")


def credits_pages(site: Site) -> Iterator[Page]:
    """The page of all pictures, in numbered parts where they are too many."""
    credits = all_credits(site)
    for path, part, links in numbered(urls.CREDITS, credits, IMAGES_PER_PAGE):
        yield Page(
            path=path,
            template="pages/credits.html",
            title=numbered_title("Picture credits", links),
            description="Who made the pictures of this archive, and on what terms they are shown.",
            context={
                "event_list": EventList(count=len(credits), sections=(), pages=links),
                "terms": by_licence(part),
            },
            breadcrumbs=(Breadcrumb(label="Home", url=urls.HOME),),
        )


def all_credits(site: Site) -> tuple[Credit, ...]:
    """Every picture once, in the order of licences and of credits; unknown licences last."""
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
    """The same under their licences, in the order given."""
    groups: dict[int | None, list[Credit]] = {}
    for credit in credits:
        licence = credit.image.licence
        known = licence.id if licence and is_known(licence) else None
        groups.setdefault(known, []).append(credit)
    return tuple(
        LicenceGroup(
            licence=members[0].image.licence if id is not None else None, credits=tuple(members)
        )
        for id, members in groups.items()
    )
