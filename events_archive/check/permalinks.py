"""What was published once is still there: addresses, and the ids that subscribers hold."""

import re
from collections.abc import Iterable, Iterator, Mapping

from events_archive.check.built_site import BuiltSite
from events_archive.check.findings import Finding
from events_archive.model.archive_state import ArchiveState
from events_archive.site import urls
from events_archive.site.formats import CALENDAR, FEED_FORMATS, format_of

PERMANENT_URLS = (
    urls.HOME,
    urls.ABOUT,
    urls.SUBSCRIBE,
    urls.ALL_TYPES,
    urls.ALL_YEARS,
    urls.NOT_FOUND,
    urls.CALENDAR,
    urls.COMPLETE_CALENDAR,
    *(f"{urls.MAIN_FEED}{format.suffix}" for format in FEED_FORMATS),
    *(f"{urls.HAPPENED}{format.suffix}" for format in FEED_FORMATS),
)
"""Addresses that every site of the archive has had."""

_OF_A_TYPE = (
    ".html",
    CALENDAR.suffix,
    *(format.term_suffix or format.suffix for format in FEED_FORMATS),
)


def published_urls(ledger: ArchiveState) -> dict[str, str]:
    """Every address that was ever published, with what it was."""
    known = {id for owners in ledger.event_owners.values() for id in owners}
    return {
        **dict.fromkeys(PERMANENT_URLS, "one of the archive's own"),
        **{f"events/{stem}.html": "an event's page" for stem in ledger.event_owners},
        **{urls.permalink(id): "an event's permanent address" for id in known},
        **{
            f"types/{stem}{suffix}": "a type's page, feed or calendar"
            for stem in ledger.type_owners
            for suffix in _OF_A_TYPE
        },
        **dict.fromkeys(ledger.published_lists, "a list"),
    }


def missing_urls(site: BuiltSite, ledger: ArchiveState) -> Iterator[Finding]:
    """Addresses that were published and that nothing answers to."""
    for address, what in sorted(published_urls(ledger).items()):
        if address not in site.paths:
            yield Finding(rule="gone", path=address, message=f"was {what} and is not in the site")


def missing_ids(
    site: BuiltSite, ledger: ArchiveState, patterns: Mapping[str, str]
) -> Iterator[Finding]:
    """Events whose id, as subscribers know it, is no longer in the files that hold them all."""
    if pattern := patterns.get("feeds"):
        live = {id for owners in ledger.event_owners.values() for id in owners}
        live -= ledger.withdrawn.keys()
        there = ids_in(site, _main_feed_and_its_archive(site))
        for id in sorted(live):
            if (name := pattern.format(id)) not in there:
                yield Finding(rule="gone", path="feed.atom", message=f"the entry {name}")
    if pattern := patterns.get("calendars"):
        there = ids_in(site, (urls.COMPLETE_CALENDAR,))
        for own, id in _own_calendars(site, ledger):
            name = pattern.format(id)
            uids = ids_in(site, (own,))
            # An event without a date has a calendar to subscribe to, but nothing stands in it yet.
            if uids and name not in uids:
                yield Finding(rule="gone", path=own, message=f"the UID {name}")
            if uids and name not in there:
                yield Finding(rule="gone", path=urls.COMPLETE_CALENDAR, message=f"the UID {name}")


def _main_feed_and_its_archive(site: BuiltSite) -> Iterator[str]:
    for address in site.paths:
        if re.fullmatch(rf"{urls.MAIN_FEED}(/.*)?\.atom", address):
            yield address


def _own_calendars(site: BuiltSite, ledger: ArchiveState) -> Iterator[tuple[str, int]]:
    """The calendar of each event that has one, found by its permanent address; with its id."""
    for id in sorted({id for owners in ledger.event_owners.values() for id in owners}):
        permanent = site.pages.get(urls.permalink(id))
        target = permanent and site.target(permanent.path, permanent.parsed.redirect_target)
        if target and (own := f"{target[0].removesuffix('.html')}.ics") in site.paths:
            yield own, id


def ids_in(site: BuiltSite, paths: Iterable[str]) -> set[str]:
    """Return the ids of all entries in the given feeds and calendars."""
    ids: set[str] = set()
    for path in paths:
        format = format_of(path)
        if path in site.paths and format and format.entry_ids:
            # Long lines of calendars are folded.
            content = site.paths[path].read_bytes().replace(b"\r\n ", b"")
            ids |= {id.decode("utf-8", "replace") for id in format.entry_ids.findall(content)}
    return ids
