"""Digests of all that a page is made from: where one stands, the page stands.

What every page depends on, down to the code, is one digest (`state_of`); what one page depends on
is another (`Fingerprints.key`). Both are the same in every process and on every day.
"""

import marshal
import sys
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from types import MappingProxyType
from typing import Any

from events_archive.code_state import code_state
from events_archive.model.event import Event, Image
from events_archive.publish.assets import Assets
from events_archive.publish.thumbnails import Thumbnails
from events_archive.site.page import WHOLE, Page
from events_archive.site.site import Site
from events_archive.site.ways import Way

_AS_IT_IS = frozenset({str, int, float, bool, bytes, type(None)})
_PLAIN = 2
"""The last of marshal's formats in which equal values have equal bytes."""


def digest_of(value: Any) -> bytes:
    """The digest of a value of tuples, texts, numbers and bytes."""
    return blake2b(marshal.dumps(value, _PLAIN), digest_size=12).digest()


def state_of(site: Site, assets: Assets, templates: bytes) -> bytes:
    """The digest of what all pages depend on; ``templates`` is that of all templates."""
    return digest_of(
        (
            templates,
            code_state(),
            _libraries(),
            sys.version,
            tuple((name, asset.address) for name, asset in assets.by_name.items()),
            (site.title, site.base_url, site.cname, site.offers_download, site.list_limit),
            tuple(site.addresses.type_stems.items()),
            tuple(site.ways.by_kind),
            bool(site.holdings.tellings),
        )
    )


def _libraries() -> tuple[str, ...]:
    """What is installed beside us, with versions: another Markdown makes other pages."""
    found: set[str] = set()
    for folder in sys.path:
        if Path(folder).name in ("site-packages", "dist-packages") and Path(folder).is_dir():
            found.update(path.name for path in Path(folder).glob("*-info"))
    return tuple(sorted(found))


class Fingerprints:
    """Makes the keys of a site's pages."""

    def __init__(self, site: Site, thumbnails: Thumbnails) -> None:
        self.site = site
        self.thumbnails = thumbnails
        self._marks: dict[int, bytes] = {}
        self._ways: dict[str, Any] = {}
        self._kept: dict[int, tuple[object, Any]] = {}
        self._names: dict[type, tuple[str, ...]] = {}
        self._plain: dict[type, Callable[[Any], Any]] = {
            Event: self.mark,
            Way: self._way,
            Image: self._image,
            MappingProxyType: self._mapping,
            date: date.isoformat,
            datetime: datetime.isoformat,
            dict: self._mapping,
            frozenset: lambda values: tuple(sorted(values)),
            list: self._sequence,
            range: lambda span: ("range", span.start, span.stop, span.step),
            timedelta: lambda length: ("timedelta", length.days, length.seconds),
            tuple: self._sequence,
        }

    def key(self, page: Page) -> bytes:
        """The digest of all that the page is made from."""
        if page.depends is None:
            told = (page.title, page.description, page.context, page.crumbs, page.alternates)
            basis = self._sequence(told)
        elif page.depends is WHOLE:
            basis = self.whole
        else:
            basis = self.plain(page.depends)
        return digest_of((page.template, page.indexable, basis))

    def mark(self, event: Event) -> bytes:
        """What stands for an event: its record, its address, its picture, what is remembered."""
        mark = self._marks.get(event.id)
        if mark is None:
            ledger = self.site.memory.ledger
            mark = self._marks[event.id] = digest_of(
                (
                    event.digest,
                    self.site.addresses.event_stems.get(event.id),
                    self._copies(event.image),
                    _iso(ledger.first_seen.get(event.id)),
                    _iso(ledger.withdrawn.get(event.id)),
                    self._sequence(self.site.memory.changes_of(event.id)),
                )
            )
        return mark

    @cached_property
    def whole(self) -> bytes:
        """The digest of all events, and of when and how the source was asked."""
        site, ledger = self.site, self.site.memory.ledger
        return digest_of(
            (
                tuple(map(self.mark, site.catalogue.all_events)),
                len(site.catalogue.withdrawn),
                self.plain(site.memory.changes),
                site.catalogue.today.isoformat(),
                _iso(ledger.last_sweep),
                _iso(ledger.last_delta),
            )
        )

    def plain(self, value: Any) -> Any:
        """The value in tuples, texts, numbers and bytes.

        Raises TypeError for what has no such form, such as a function: no page may be told it.
        """
        kind = value.__class__
        if kind in _AS_IT_IS:
            return value
        make = self._plain.get(kind)
        if make is None:
            make = self._plain[kind] = self._maker(kind)
        return make(value)

    def _maker(self, kind: type) -> Callable[[Any], Any]:
        for base in kind.__mro__:
            if base in self._plain:
                return self._plain[base]
        if issubclass(kind, Mapping):
            return self._mapping
        if not is_dataclass(kind):
            raise TypeError(f"a page depends on a value of type {kind.__name__}, which has no key")
        self._names[kind] = tuple(field.name for field in fields(kind))
        return self._fields

    def _fields(self, value: Any) -> Any:
        """A value of a dataclass; many pages share it, so it is digested once."""
        known = self._kept.get(id(value))
        if known is None:
            kind = value.__class__
            members = tuple([self.plain(getattr(value, name)) for name in self._names[kind]])
            # With the value itself, whose id must not go to another while we use it.
            known = self._kept[id(value)] = (value, digest_of((kind.__name__, members)))
        return known[1]

    def _sequence(self, values: Any) -> Any:
        plain = self.plain
        return tuple([plain(value) for value in values])

    def _mapping(self, values: Mapping[Any, Any]) -> Any:
        plain = self.plain
        return tuple([(plain(name), plain(value)) for name, value in values.items()])

    def _way(self, way: Way) -> Any:
        """All but its events: a page that shows these is told them apart."""
        if way.address not in self._ways:
            self._ways[way.address] = digest_of(
                (
                    *(way.address, way.kind.folder, way.name, way.group, way.facts),
                    *(way.description, way.url, len(way.events)),
                )
            )
        return self._ways[way.address]

    def _image(self, image: Image) -> Any:
        return (image.key, image.url, image.name, image.credit, self.plain(image.licence),
                self._copies(image))  # fmt: skip

    def _copies(self, image: Image | None) -> Any:
        copies = self.thumbnails.of(image)
        return (copies.name, copies.sizes) if copies else None


def _iso(when: date | None) -> str | None:
    return when.isoformat() if when else None
