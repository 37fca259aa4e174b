"""Digests of all that a page is made from: where one stands, the page stands.

What every page depends on, down to the code, is one digest (`state_of`); what one page depends on
is another (`Fingerprints.key`). Both are the same in every process and on every day.
"""

import marshal
import sys
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from hashlib import blake2b
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType
from typing import Any

from events_archive.output.code_fingerprint import code_fingerprint
from events_archive.model.event import Event, Image
from events_archive.model.changes import Change
from events_archive.render.assets import Assets
from events_archive.images.thumbnails import Thumbnails
from events_archive.site.page import ALL_EVENTS, Page
from events_archive.site.site import Site
from events_archive.site.terms import Taxonomy, Term

_AS_IT_IS = frozenset({str, int, float, bool, bytes, type(None)})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PLAIN = 2
"""The last of marshal's formats in which equal values have equal bytes."""


def digest_of(value: Any) -> bytes:
    """The digest of a value of tuples, texts, numbers and bytes."""
    return blake2b(marshal.dumps(value, _PLAIN), digest_size=12).digest()


def site_fingerprint(site: Site, assets: Assets, templates: bytes) -> bytes:
    """The digest of what all pages depend on; ``templates`` is that of all templates."""
    return digest_of(
        (
            templates,
            code_fingerprint(),
            _libraries(),
            sys.version,
            tuple((name, asset.url) for name, asset in assets.by_name.items()),
            site.settings.output_values(),
            tuple(site.urls.type_slugs.items()),
            tuple(site.taxonomies.by_taxonomy),
            bool(site.query_index.api_records),
        )
    )


def _libraries() -> tuple[str, ...]:
    """What is installed beside us, with versions: another Markdown makes other pages."""
    found: set[str] = set()
    for folder in sys.path:
        if Path(folder).name in ("site-packages", "dist-packages") and Path(folder).is_dir():
            found.update(path.name for path in Path(folder).glob("*-info"))
    return tuple(sorted(found))


Canonicalizer = Callable[[Any], Any]
"""Gives a value in tuples, texts, numbers and bytes."""


class _Canonicalizers(dict[type, Canonicalizer]):
    """What makes the values of each type plain; of a type that is new, found out when it is met."""

    def __init__(self, known: Mapping[type, Canonicalizer], find: Callable[[type], Canonicalizer]) -> None:
        super().__init__(known)
        self._find = find

    def __missing__(self, kind: type) -> Canonicalizer:
        make = self[kind] = self._find(kind)
        return make


class Fingerprints:
    """Makes the keys of a site's pages."""

    def __init__(self, site: Site, thumbnails: Thumbnails) -> None:
        self.site = site
        self.thumbnails = thumbnails
        self._marks: dict[int, bytes] = {}
        self._kept: dict[int, tuple[object, bytes]] = {}
        known: dict[type, Canonicalizer] = {
            Change: _change,
            Event: self.event,
            Image: self._image,
            MappingProxyType: self._mapping,
            Taxonomy: attrgetter("name"),
            Term: self._once(_way),
            date: date.isoformat,
            datetime: _instant,
            dict: self._mapping,
            frozenset: lambda values: tuple(sorted(values)),
            list: self._sequence,
            range: lambda span: ("range", span.start, span.stop, span.step),
            timedelta: lambda length: ("timedelta", length.days, length.seconds),
            tuple: self._sequence,
        }
        self._makes = _Canonicalizers(known, self._find)

    def page(self, page: Page) -> bytes:
        """The digest of all that the page is made from."""
        depends = page.cache_inputs
        if depends is None:
            told = (page.title, page.description, page.context, page.breadcrumbs, page.alternates)
            basis = self._sequence(told)
        elif depends is ALL_EVENTS:
            basis = self.all_events
        else:
            basis = self.canonical(depends)
        return digest_of((page.template, page.indexable, basis))

    def event(self, event: Event) -> bytes:
        """What stands for an event: its record, its address, its picture, what is remembered."""
        mark = self._marks.get(event.id)
        if mark is None:
            site, ledger = self.site, self.site.history.state
            mark = self._marks[event.id] = digest_of(
                (
                    event.digest,
                    site.urls.event_slugs.get(event.id),
                    self._copies(event.image),
                    _instant(ledger.first_seen.get(event.id)),
                    _iso(ledger.withdrawn.get(event.id)),
                    tuple([_change(change) for change in site.history.changes_of(event.id)]),
                )
            )
        return mark

    @cached_property
    def all_events(self) -> bytes:
        """The digest of all events, and of when and how the source was asked."""
        site, ledger = self.site, self.site.history.state
        marks = tuple(map(self.event, site.catalogue.all_events))
        changes = site.history.changes
        return digest_of(
            (
                marks,
                len(site.catalogue.withdrawn),
                # What changed is in the marks, but for events whose records cannot be read.
                tuple([change.event_id for change in changes]),
                tuple([_change(c) for c in changes if c.event_id not in self._marks]),
                site.catalogue.today.isoformat(),
                _instant(ledger.last_full_refresh),
                _instant(ledger.last_incremental_refresh),
            )
        )

    def canonical(self, value: Any) -> Any:
        """The value in tuples, texts, numbers and bytes.

        Raises TypeError for what has no such form, such as a function: no page may be told it.
        """
        kind = value.__class__
        return value if kind in _AS_IT_IS else self._makes[kind](value)

    def _find(self, kind: type) -> Canonicalizer:
        for base in kind.__mro__:
            if base in self._makes:
                return self._makes[base]
        if issubclass(kind, Mapping):
            return self._mapping
        if not is_dataclass(kind):
            raise TypeError(f"a page depends on a value of type {kind.__name__}, which has no key")
        members = _members(kind)
        return self._once(lambda value: (kind.__name__, self._sequence(members(value))))

    def _once(self, make: Canonicalizer) -> Canonicalizer:
        """The digest of what ``make`` gives: many pages share a value, so it is made once."""
        kept = self._kept

        def once(value: Any) -> bytes:
            known = kept.get(id(value))
            if known is None:
                # With the value itself, whose id must not go to another while we use it.
                known = kept[id(value)] = (value, digest_of(make(value)))
            return known[1]

        return once

    def _sequence(self, values: Any) -> Any:
        # As `plain` does, but without a call for each value: there are hundreds of thousands.
        makes = self._makes
        return tuple(
            [
                value if (kind := value.__class__) in _AS_IT_IS else makes[kind](value)
                for value in values
            ]
        )

    def _mapping(self, values: Mapping[Any, Any]) -> Any:
        return (self._sequence(values), self._sequence(values.values()))

    def _image(self, image: Image) -> Any:
        return (image.key, image.url, image.name, image.credit, self.canonical(image.licence),
                self._copies(image))  # fmt: skip

    def _copies(self, image: Image | None) -> Any:
        copies = self.thumbnails.of(image)
        return (copies.name, copies.sizes) if copies else None


def _members(kind: type) -> Callable[[Any], tuple[Any, ...]]:
    """What gives the values of a dataclass's fields."""
    names = [field.name for field in fields(kind)]
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: tuple([getattr(value, name) for name in names])


def _way(way: Term) -> Any:
    """All but its events: a page that shows these is told them apart."""
    return (
        *(way.url, way.name, way.group, way.facts),
        *(way.description, way.website, len(way.events)),
    )


def _change(change: Change) -> Any:
    # What was and what is are as JSON has them.
    return (_instant(change.observed), change.event_id, change.change_type, change.field,
            change.old, change.new, change.is_live)  # fmt: skip


def _instant(when: datetime | None) -> Any:
    """A time in UTC as numbers, which take a tenth of the time of a text."""
    if when is None:
        return None
    since = when - _EPOCH
    return since.days, since.seconds, since.microseconds


def _iso(when: date | None) -> str | None:
    return when.isoformat() if when else None
