"""The registry of slugs: every slug that the archive ever published, and what has it now.

LL2 recomputes slugs on every rename and gives freed ones to other events, so an event claims its
slug and does not own it. The rules:

- The event that has a slug in LL2 now has the page of that name. An event that LL2 still has
  precedes a withdrawn one.
- An event that loses its slug, or whose slug cannot be a file name, gets ``<slug>-<id>``.
- A slug that no event has any more redirects to the last event that had it.

Slugs are published in lower case, since many file systems do not distinguish case.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Annotated

from msgspec import Meta, Struct, field

from events_archive.model.event import Event, EventId, current_types

_SAFE = re.compile(r"[-a-z0-9_]{1,100}")
_RESERVED = {"con", "prn", "aux", "nul", "index"} | {
    f"{port}{n}" for port in ("com", "lpt") for n in range(10)
}
"""Names that Windows reserves for devices, with any suffix, and that of list pages."""

Owners = Mapping[str, Annotated[tuple[EventId, ...], Meta(min_length=1)]]
"""The ids that ever had each slug, the latest last."""


class SlugClaim(Struct, frozen=True, kw_only=True):
    """A claim of an event or type to a slug."""

    id: int
    slug: str
    """As LL2 sent it: any text."""
    is_live: bool = True
    """False for a withdrawn event, which has its slug until another event claims it."""
    freshness: float = 0.0
    """When the claim was last confirmed, as a POSIX time. Of two claims to one slug the older is
    out of date, since slugs are unique in LL2."""


class SlugTable(Struct, frozen=True, kw_only=True, dict=True):
    """The slugs of events, or those of types."""

    owners: Owners = field(default_factory=dict)
    slugs: Mapping[int, str] = field(default_factory=dict)
    """The current slug of each id."""

    @cached_property
    def redirects(self) -> dict[str, int]:
        """Former slugs, each with the id that it redirects to."""
        current = set(self.slugs.values())
        return {
            slug: next(owner for owner in reversed(owners) if owner in self.slugs)
            for slug, owners in sorted(self.owners.items())
            if slug not in current and any(owner in self.slugs for owner in owners)
        }

    @cached_property
    def unresolved(self) -> dict[str, int]:
        """Published slugs whose owners have no page, each with the id of the last owner."""
        resolved = {*self.slugs.values(), *self.redirects}
        return {
            slug: owners[-1] for slug, owners in sorted(self.owners.items()) if slug not in resolved
        }


class SlugRegistry(Struct, frozen=True, kw_only=True):
    """The slugs of events and types."""

    events: SlugTable = field(default_factory=SlugTable)
    types: SlugTable = field(default_factory=SlugTable)


def update_registry(
    events: Iterable[Event], registry: SlugRegistry, *, withdrawn: Iterable[int] = ()
) -> SlugRegistry:
    """Return ``registry`` with the slugs of ``events``, of which some ids are ``withdrawn``.

    The result does not depend on the order of ``events``.
    """
    events, withdrawn = list(events), set(withdrawn)
    event_claims = (
        SlugClaim(
            id=event.id,
            slug=event.slug,
            is_live=event.id not in withdrawn,
            freshness=event.last_updated.timestamp() if event.last_updated else 0.0,
        )
        for event in events
    )
    # Two types may have the same name for good, so their claims have no freshness.
    type_claims = (
        SlugClaim(id=type.id, slug=slugify(type.name) or f"type-{type.id}")
        for type in current_types(events).values()
    )
    return SlugRegistry(
        events=assign_slugs(event_claims, registry.events.owners, fallback="event"),
        types=assign_slugs(type_claims, registry.types.owners, fallback="type"),
    )


def assign_slugs(claims: Iterable[SlugClaim], owners: Owners, *, fallback: str) -> SlugTable:
    """Return the table in which each claim has a slug of its own.

    ``fallback`` is used in place of a slug of which nothing can be used.
    """
    claims = sorted(claims, key=lambda claim: claim.id)
    slugs = _uncontested(claims, owners)
    taken = set(slugs.values())
    for claim in claims:
        if claim.id not in slugs:
            slugs[claim.id] = _disambiguated(claim, owners, taken, fallback)
            taken.add(slugs[claim.id])
    all_owners = dict(owners)
    for owner, slug in slugs.items():
        former = all_owners.get(slug, ())
        if former != (owner,):
            all_owners[slug] = (*(other for other in former if other != owner), owner)
    return SlugTable(owners=dict(sorted(all_owners.items())), slugs=dict(sorted(slugs.items())))


def joined_owners(
    variants: Sequence[tuple[int, ...]], first_seen: Mapping[int, datetime]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the owners of a slug to which several ledgers, joined after a merge, give others.

    And those that are its present owner in one of them, which is one id if they agree. An owner
    that has lost the slug to another of these in any ledger is none. The last of both is the one
    that has been published first: seen first, or else that with the lower id.
    """
    latest = dict.fromkeys(variant[-1] for variant in variants)
    lost = {id for variant in variants for id in variant[:-1]}
    present = [id for id in latest if id not in lost] or list(latest)
    never = datetime.max.replace(tzinfo=UTC)
    present.sort(key=lambda id: (first_seen.get(id, never), id), reverse=True)
    everyone = dict.fromkeys(id for variant in variants for id in variant)
    return (*(id for id in everyone if id not in present), *present), tuple(present)


def slugify(text: str) -> str:
    """Return ``text`` in the characters of a slug, which can be the empty string."""
    # Unicode sorts runs of combining characters, which takes the square of their length.
    plain = unicodedata.normalize("NFKD", text[:2000]).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9_]+", "-", plain).strip("-")[:80].rstrip("-")


def safe_slug(name: str, fallback: str, suffix: str = "") -> str:
    """Return the slug of ``name``, or ``fallback`` if nothing of it can be used.

    A reserved name gets ``suffix`` (by default ``fallback``) appended.
    """
    slug = slugify(name) or fallback
    return f"{slug}-{suffix or fallback}" if slug in _RESERVED else slug


def _uncontested(claims: Iterable[SlugClaim], owners: Owners) -> dict[int, str]:
    """Return the ids that have the slug they claim: the best claim to each slug.

    Of claims to exactly the same slug, that is the freshest. Of those that differ in case, all of
    which are up to date, the present owner's, or the page would change hands with every edit.
    """

    def seniority(claim: SlugClaim) -> tuple[bool, int]:
        return (owners.get(claim.slug.lower(), (None,))[-1] == claim.id, -claim.id)

    # Of several claims to a slug, the last one remains in the dictionary.
    claims = sorted(claims, key=lambda claim: (claim.is_live, claim.freshness, seniority(claim)))
    claims = {claim.slug: claim for claim in claims}.values()
    claims = sorted(claims, key=lambda claim: (claim.is_live, seniority(claim)))
    slugs = {claim.slug.lower(): claim.id for claim in claims}
    return {
        id: slug for slug, id in slugs.items() if _SAFE.fullmatch(slug) and slug not in _RESERVED
    }


def _disambiguated(claim: SlugClaim, owners: Owners, taken: set[str], fallback: str) -> str:
    """Return ``<slug>-<id>``, with further ids appended while it was published for another id."""
    slug = f"{slugify(claim.slug) or fallback}-{claim.id}"
    while slug in taken or owners.get(slug, (claim.id,))[-1] != claim.id:
        slug = f"{slug}-{claim.id}"
    return slug
