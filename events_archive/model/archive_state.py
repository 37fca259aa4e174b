"""What the archive remembers beyond what LL2 says today: who was there, who went, what changed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import cached_property
from typing import Any

from events_archive.model.event import Event
from events_archive.model.event_date import EventDate
from events_archive.model.slugs import Owners, SlugRegistry
from events_archive.model.timestamps import parse_utc

CHANGE_TYPES = ("added", "moved", "renamed", "changed", "withdrawn", "returned")
"""What can happen to an event; ``moved`` is a slip of its date."""

_WORDS = {"added": "new"}
_RELATIONS = ("agencies", "programs", "launches", "stations", "expeditions", "astronauts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something that the archive saw happen to an event: one line of its history."""

    observed: datetime
    event_id: int
    change_type: str
    """One of `KINDS`."""
    field: str
    """Which attribute of `Event` differs; "" for an event that came or went."""
    old: Any
    """As JSON has it: a text, a list of texts, for a date ``{"date": ..., "precision": ...}``; None
    where there was nothing."""
    new: Any
    is_live: bool
    """Whether it happened just before it was observed; False for what a later look caught up on."""

    @property
    def old_date(self) -> EventDate:
        """When the event was to be, of a change whose kind is "moved"."""
        return _event_date_from_json(self.old)

    @property
    def new_date(self) -> EventDate:
        """When it is to be now."""
        return _event_date_from_json(self.new)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSummary:
    """How many events each kind of change happened to."""

    counts: Mapping[str, int]
    """By the words of a commit message ("new", "moved", ...), only what is not nought."""

    @classmethod
    def from_changes(cls, changes: Iterable[Change]) -> "ChangeSummary":
        """The summary of ``changes``: an event that moved twice counts once."""
        seen = {(change.change_type, change.event_id) for change in changes}
        totals = {kind: sum(kind == other for other, _ in seen) for kind in CHANGE_TYPES}
        return cls(counts={_WORDS.get(kind, kind): n for kind, n in totals.items() if n})

    @property
    def text(self) -> str:
        """``2 new, 3 moved, 1 withdrawn``, or ``no changes``."""
        return ", ".join(f"{n} {word}" for word, n in self.counts.items()) or "no changes"

    def __bool__(self) -> bool:
        return bool(self.counts)


@dataclass(frozen=True, kw_only=True)
class ArchiveState:
    """What ``ledger.json`` holds."""

    api_url: str = ""
    mode: str = ""
    """The level of detail that was asked for."""
    count: int | None = None
    """How many events LL2 had at the last full sweep."""
    last_full_refresh: datetime | None = None
    """When every event was last asked for."""
    last_incremental_refresh: datetime | None = None
    """When it was last asked what has changed."""
    first_seen: Mapping[int, datetime] = field(default_factory=dict)
    """By event id; an event that came with the archive was first seen at the first contact."""
    withdrawn: Mapping[int, date] = field(default_factory=dict)
    """Events that LL2 no longer has, with the day they were last seen there."""
    event_owners: Owners = field(default_factory=dict)
    type_owners: Owners = field(default_factory=dict)
    published_lists: tuple[str, ...] = ()
    """Addresses of list pages that were ever published (``months/2021-07.html``), sorted."""

    @property
    def last_refreshed(self) -> datetime | None:
        """When LL2 last told us the state of things; None if it never did."""
        return max(
            filter(None, (self.last_full_refresh, self.last_incremental_refresh)), default=None
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What the archive remembers of one event."""

    first_seen: datetime | None
    """None for an event that came with the archive and was not yet asked for."""
    last_seen: date | None
    """The day on which LL2 last had it; for an event it still has, that of the last full sweep."""
    withdrawn: date | None
    """The day it was last seen, if LL2 no longer has it."""
    changes: tuple[Change, ...]
    """Oldest first."""


@dataclass(frozen=True, kw_only=True)
class ArchiveHistory:
    """The ledger, the address book and the history together, as pages need them."""

    state: ArchiveState
    slugs: SlugRegistry
    changes: tuple[Change, ...] = ()
    """Oldest first."""

    @classmethod
    def empty(cls) -> "ArchiveHistory":
        """The memory of an archive that has yet to begin."""
        return cls(state=ArchiveState(), slugs=SlugRegistry())

    @cached_property
    def _by_event(self) -> dict[int, list[Change]]:
        by_event: dict[int, list[Change]] = {}
        for change in self.changes:
            by_event.setdefault(change.event_id, []).append(change)
        return by_event

    def changes_of(self, event_id: int) -> Sequence[Change]:
        """What the archive saw happen to an event, oldest first."""
        return self._by_event.get(event_id, ())

    def provenance(self, event_id: int) -> Provenance:
        """What is remembered of an event."""
        sweep = self.state.last_full_refresh
        withdrawn = self.state.withdrawn.get(event_id)
        return Provenance(
            first_seen=self.state.first_seen.get(event_id),
            last_seen=withdrawn or (sweep.date() if sweep else None),
            withdrawn=withdrawn,
            changes=tuple(self.changes_of(event_id)),
        )

    def is_withdrawn(self, event_id: int) -> bool:
        """Whether LL2 no longer has the event."""
        return event_id in self.state.withdrawn

    def changes_since(self, moment: datetime) -> tuple[Change, ...]:
        """The changes observed at ``moment`` or later."""
        return tuple(change for change in self.changes if change.observed >= moment)

    def changes_since_day(self, day: date | None) -> tuple[Change, ...]:
        """The changes observed on ``day`` (UTC) or later; None asks for those of `latest`."""
        return (
            self.changes_since(datetime.combine(day, time(), tzinfo=UTC))
            if day
            else self.latest_changes
        )

    @property
    def latest_changes(self) -> tuple[Change, ...]:
        """The changes of the last contact that brought any."""
        return self.changes_since(
            max((change.observed for change in self.changes), default=_BEGINNING)
        )


_BEGINNING = datetime.min.replace(tzinfo=UTC)


def diff_events(old: Event, new: Event, *, relations: bool) -> Iterator[tuple[str, str, Any, Any]]:
    """What a reader would call changed between two states of an event: kind, field, old, new.

    Not what is noise: stamps, the stream's state, a picture's host. Nor updates, which carry their
    own dates. ``relations`` says whether both records had them, or a change of the level of detail
    would look like one of the world.
    """
    if old.date != new.date:
        yield ("moved", "moment", _event_date_to_json(old.date), _event_date_to_json(new.date))
    if old.name != new.name:
        yield ("renamed", "name", old.name, new.name)
    if old.slug != new.slug:
        # LL2 computes it from the name: it changes with it, or because another event's did.
        yield ("renamed" if old.name != new.name else "changed", "slug", old.slug, new.slug)
    before, after = _comparable(old, relations), _comparable(new, relations)
    for name, value in before.items():
        if value != after[name]:
            yield ("changed", name, value, after[name])


def _comparable(event: Event, relations: bool) -> dict[str, Any]:
    values: dict[str, Any] = {
        "type": event.type.name,
        "description": event.description,
        "location": event.location,
        "image": event.image.key if event.image else None,
        "links": [link.url for link in event.links],
        "videos": [video.url for video in event.videos],
    }
    if relations:
        values |= {name: [member.name for member in getattr(event, name)] for name in _RELATIONS}
    return values


def _event_date_to_json(moment: EventDate) -> dict[str, Any]:
    return {
        "date": moment.utc.isoformat().replace("+00:00", "Z") if moment.utc else None,
        "precision": moment.precision_id,
    }


def _event_date_from_json(value: Any) -> EventDate:
    """Return the date that a line of the history holds, an unknown one for any other value."""
    value = value if isinstance(value, dict) else {}
    precision = value.get("precision")
    return EventDate(
        utc=parse_utc(value.get("date")),
        precision_id=precision if isinstance(precision, int) else None,
    )
