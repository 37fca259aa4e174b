"""Who lives at which address: a book of every address ever published, so that none ever dies.

An address here is a stem: the last part of ``events/<stem>.html`` or ``types/<stem>.rss`` without
its suffix. LL2 computes slugs anew on every rename and hands freed ones to other events, so a
slug is a claim and not an identity. The rules:

- who has a slug now has the page at it; a live event comes before one that LL2 withdrew;
- who loses its slug, or has one that cannot be a file name, lives at ``<slug>-<id>``;
- a stem that nobody has any more stays as a stub, which leads to the last one who had it.

Stems are lower case, since ``Foo.html`` and ``foo.html`` are one file on half the world's disks.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count

from events_archive.model.event import Event

_SAFE = re.compile(r"[-a-z0-9_]{1,100}")
_DEVICES = {"con", "prn", "aux", "nul"} | {
    f"{port}{n}" for port in ("com", "lpt") for n in range(10)
}
_RESERVED = _DEVICES | {"index"}
"""``index`` is the list's own; Windows keeps the others for its devices, with any suffix."""

Owners = Mapping[str, tuple[int, ...]]
"""The ids that ever lived at each stem, the latest last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlugClaim:
    """Somebody who wants an address."""

    id: int
    slug: str
    """As it came: any text."""
    is_live: bool = True
    """False for what LL2 no longer has: it keeps its address until another claims it."""
    freshness: float = 0.0
    """When the claim was last confirmed, as a POSIX time: of two claims to one slug, which LL2
    never has at one moment, the older is out of date."""


@dataclass(frozen=True, kw_only=True)
class SlugTable:
    """The addresses of one kind of page."""

    owners: Owners = field(default_factory=dict)
    slugs: Mapping[int, str] = field(default_factory=dict)
    """The stem at which each id lives now."""

    @cached_property
    def redirects(self) -> dict[str, int]:
        """Former stems, each with the id to whose page it leads."""
        taken = set(self.slugs.values())
        return {
            stem: next(owner for owner in reversed(owners) if owner in self.slugs)
            for stem, owners in sorted(self.owners.items())
            if stem not in taken and any(owner in self.slugs for owner in owners)
        }

    @cached_property
    def unresolved(self) -> dict[str, int]:
        """Stems that were published and whose owners the archive cannot show at present."""
        answered = set(self.slugs.values()) | set(self.redirects)
        return {
            stem: owners[-1] for stem, owners in sorted(self.owners.items()) if stem not in answered
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SlugRegistry:
    """Every address of events and types that was ever published, and who lives there now."""

    events: SlugTable = field(default_factory=SlugTable)
    types: SlugTable = field(default_factory=SlugTable)

    def event_slug(self, event_id: int) -> str:
        """The stem of an event's page: ``events/<stem>.html``."""
        return self.events.slugs[event_id]

    def type_slug(self, type_id: int) -> str:
        """The stem of a type's pages: ``types/<stem>.html``."""
        return self.types.slugs[type_id]

    @property
    def redirects(self) -> dict[str, int]:
        """Former stems of events, each with the id of the event it leads to."""
        return self.events.redirects

    @property
    def type_redirects(self) -> dict[str, int]:
        """Former stems of types, each with the id of the type it leads to."""
        return self.types.redirects


def update_registry(
    events: Iterable[Event], registry: SlugRegistry, *, withdrawn: Iterable[int] = ()
) -> SlugRegistry:
    """The book after ``events`` were given their addresses; ``withdrawn`` are ids of some of them.

    The same events and book give the same addresses, in whatever order they come.
    """
    events, gone = list(events), set(withdrawn)
    claims = (
        SlugClaim(
            id=event.id,
            slug=event.slug,
            is_live=event.id not in gone,
            freshness=_freshness(event),
        )
        for event in events
    )
    return SlugRegistry(
        events=assign_slugs(claims, registry.events.owners, kind="event"),
        types=assign_slugs(_type_claims(events), registry.types.owners, kind="type"),
    )


def assign_slugs(claims: Iterable[SlugClaim], owners: Owners, *, kind: str) -> SlugTable:
    """Give each claim a stem of its own; ``kind`` names what has no slug worth the name."""
    claims = sorted(claims, key=lambda claim: claim.id)
    pages = _uncontested(claims, owners)
    taken = set(pages.values())
    for claim in claims:
        if claim.id not in pages:
            pages[claim.id] = _disambiguated(claim, owners, taken, kind)
            taken.add(pages[claim.id])
    history = dict(owners)
    for owner, stem in pages.items():
        former = history.get(stem, ())
        if former != (owner,):
            history[stem] = (*(other for other in former if other != owner), owner)
    return SlugTable(owners=dict(sorted(history.items())), slugs=dict(sorted(pages.items())))


def slugify(text: str) -> str:
    """``text`` as a stem may hold it, which can be nothing at all."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9_]+", "-", plain).strip("-")[:80].rstrip("-")


def safe_slug(name: str, fallback: str, kind: str = "") -> str:
    """``name`` as a stem that can be a file's name: ``fallback`` where nothing of it can be.

    Names that a disk or a list keeps for itself get ``kind`` behind them.
    """
    stem = slugify(name) or fallback
    return f"{stem}-{kind or fallback}" if stem in _RESERVED else stem


def _is_safe(stem: str) -> bool:
    return _SAFE.fullmatch(stem) is not None and stem not in _RESERVED


def _uncontested(claims: Iterable[SlugClaim], owners: Owners) -> dict[int, str]:
    """Who lives at its own slug: the best claim to each exact slug, then to each stem."""
    best: dict[str, SlugClaim] = {}
    for claim in claims:
        rival = best.setdefault(claim.slug, claim)
        if rival is not claim and _freshness_rank(claim, owners) > _freshness_rank(rival, owners):
            best[claim.slug] = claim
    winners: dict[str, SlugClaim] = {}
    for claim in best.values():
        stem = claim.slug.lower()
        if _is_safe(stem):
            rival = winners.setdefault(stem, claim)
            if rival is not claim and _seniority_rank(claim, owners) > _seniority_rank(
                rival, owners
            ):
                winners[stem] = claim
    return {claim.id: stem for stem, claim in winners.items()}


def _freshness_rank(claim: SlugClaim, owners: Owners) -> tuple[bool, float, bool, int]:
    """The right to an exact slug: of two who claim it, one is out of date."""
    return (claim.is_live, claim.freshness, *_seniority_rank(claim, owners)[1:])


def _seniority_rank(claim: SlugClaim, owners: Owners) -> tuple[bool, bool, int]:
    """The right to a stem, where two slugs that differ in case are both up to date.

    Whoever came first keeps the page, or it would change hands with every edit.
    """
    incumbent = owners.get(claim.slug.lower(), (None,))[-1] == claim.id
    return (claim.is_live, incumbent, -claim.id)


def _disambiguated(claim: SlugClaim, owners: Owners, taken: set[str], kind: str) -> str:
    """``<slug>-<id>``, with the id once more where even that was published for another."""
    stem = slugify(claim.slug) or kind
    for _ in count():
        stem = f"{stem}-{claim.id}"
        if stem not in taken and owners.get(stem, (claim.id,))[-1] == claim.id:
            return stem
    raise AssertionError  # pragma: no cover - count() does not end


def _freshness(event: Event) -> float:
    return event.last_updated.timestamp() if event.last_updated else 0.0


def _type_claims(events: Iterable[Event]) -> list[SlugClaim]:
    """Where records disagree on a type's name, the newest record's counts.

    Two types may well have one name for good, so that freshness says nothing here.
    """
    newest: dict[int, Event] = {}
    for event in events:
        rival = newest.setdefault(event.type.id, event)
        if (_freshness(event), event.id) > (_freshness(rival), rival.id):
            newest[event.type.id] = event
    return [
        SlugClaim(id=type_id, slug=slugify(event.type.name) or f"type-{type_id}")
        for type_id, event in newest.items()
    ]
