"""Fingerprints: digests of everything that a page is made from.

A page whose fingerprint is that of the last build need not be rendered again. What all pages depend
on is one fingerprint of the site; everything else is part of the page's own.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from operator import attrgetter
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec.structs import astuple

from events_archive.code_digest import code_digest, digest_of_folder
from events_archive.images.thumbnails import Thumbnails
from events_archive.model.changes import Change
from events_archive.model.event import Event, Image
from events_archive.render.assets import Assets
from events_archive.site.page import ALL_EVENTS, STORED_DATA, LazyContext, Page
from events_archive.site.site import Site
from events_archive.site.terms import Taxonomy, Term

Converter = Callable[[Any], object]

_SCALARS = frozenset({type(None), bool, bytes, date, datetime, float, int, str, timedelta})


def digest_of(value: object) -> str:
    """Return the digest of nested tuples or lists of scalars."""
    try:
        data = msgspec.json.encode(value)
    except UnicodeEncodeError:
        # Half of a surrogate pair, which UTF-8 has no form for and the API has sent.
        data = json.dumps(value, default=str).encode()
    return sha256(data).hexdigest()[:24]


def site_fingerprint(site: Site, assets: Assets) -> str:
    """Return the digest of what all pages depend on."""
    return digest_of(
        (
            digest_of_folder(site.settings.templates),
            code_digest(),
            tuple((name, asset.url) for name, asset in assets.by_name.items()),
            site.settings.output_values(),
            tuple(site.history.slugs.types.slugs.items()),
            [taxonomy.name for taxonomy, _ in site.taxonomies.listed],
            bool(site.query_index.events),
        )
    )


class _Converters(dict[type, Converter]):
    """Functions that return the canonical form of a value, by its type or a base of that."""

    def __missing__(self, cls: type) -> Converter:
        converter = next((self[base] for base in cls.__mro__ if base in self), None)
        if converter is None:
            raise TypeError(f"a value of type {cls.__name__} has no canonical form")
        self[cls] = converter
        return converter


class Fingerprints:
    """Computes the fingerprints of a site's pages.

    For that, what a page shows is converted into its canonical form: nested lists and tuples of
    scalars, which are equal for equal values.
    """

    def __init__(self, site: Site, thumbnails: Thumbnails) -> None:
        self.site = site
        self.thumbnails = thumbnails
        self._event_digests: dict[int, str] = {}
        self._structs: dict[int, tuple[msgspec.Struct, object]] = {}
        """Structs and their canonical forms by `id`: an entry is in many feeds and calendars."""
        # All other types have to be structs, which are converted field by field.
        converters: dict[type, Converter] = {
            **dict.fromkeys((tuple, list), self._sequence),
            **dict.fromkeys((dict, MappingProxyType, LazyContext), self._mapping),
            frozenset: sorted,
            range: lambda span: (span.start, span.stop, span.step),
            Event: self.event,
            Image: self._image,
            Taxonomy: attrgetter("name"),
            Term: _term,
            msgspec.Struct: self._struct,
        }
        self._converters = _Converters(converters)

    def page(self, page: Page) -> str:
        """Return the digest of everything that the page is made from.

        Raises TypeError if that includes a value without a canonical form, such as a function.
        """
        if page.cache_inputs == ALL_EVENTS:
            return digest_of((page.template, page.indexable, self.all_events))
        if page.cache_inputs == STORED_DATA:
            stored = page.context["stored"].digest
            return digest_of((page.template, page.indexable, self.all_events, stored))
        shown = (page.title, page.description, page.context, page.breadcrumbs, page.alternates)
        try:
            return digest_of((page.template, page.indexable, self._sequence(shown)))
        except TypeError as error:
            raise TypeError(f"{page.path}: {error}") from error

    def event(self, event: Event) -> str:
        """Return the digest of an event: its record, its URL, its thumbnail and its history."""
        digest = self._event_digests.get(event.id)
        if digest is None:
            site, state = self.site, self.site.history.state
            digest = self._event_digests[event.id] = digest_of(
                (
                    event.digest,
                    site.history.slugs.events.slugs.get(event.id),
                    self._thumbnail(event.image),
                    state.first_seen.get(event.id),
                    state.withdrawn.get(event.id),
                    tuple(map(_change_values, site.history.changes_of(event.id))),
                )
            )
        return digest

    @cached_property
    def all_events(self) -> str:
        """The digest of all events, their history and articles, and when LL2 was last asked."""
        site, state = self.site, self.site.history.state
        return digest_of(
            (
                tuple(map(self.event, site.catalogue.all_events)),
                len(site.catalogue.withdrawn),
                tuple(map(_change_values, site.history.changes)),
                self._sequence(site.articles.items()),
                sorted(site.gone_links),
                site.catalogue.today,
                state.last_full_refresh,
                state.last_incremental_refresh,
            )
        )

    def _image(self, image: Image) -> object:
        values = (image.key, image.url, image.name, image.credit, image.licence)
        return (self._sequence(values), self._thumbnail(image))

    def _thumbnail(self, image: Image | None) -> object:
        thumbnail = self.thumbnails.of(image)
        return (thumbnail.name, thumbnail.sizes) if thumbnail else None

    def _struct(self, struct: msgspec.Struct) -> object:
        known = self._structs.get(id(struct))
        if known is None:
            form = [struct.__class__.__name__, *self._sequence(astuple(struct))]
            known = self._structs[id(struct)] = struct, form
        return known[1]

    def _sequence(self, values: Iterable[object]) -> list[object]:
        """Return the canonical form of each value; raises TypeError if one has none."""
        converters = self._converters
        return [
            value if (cls := value.__class__) in _SCALARS else converters[cls](value)
            for value in values
        ]

    def _mapping(self, values: Mapping[object, object]) -> object:
        return self._sequence([*values, *values.values()])


_change_values = attrgetter(*Change.__struct_fields__)


def _term(term: Term) -> object:
    """Return all of a term but its events: a page that shows these has them in its context."""
    values = (term.url, term.name, term.group, term.facts, term.description, term.website)
    return (*values, len(term.events))
