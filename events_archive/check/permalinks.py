"""Whatever was published before must still exist: URLs, and the ids that subscribers know."""

import re
from collections.abc import Iterable, Iterator

from events_archive.check.built_site import BuiltSite, Problem
from events_archive.model.archive_state import ArchiveState
from events_archive.output.id_audit import entry_ids
from events_archive.site import reminders, urls
from events_archive.site.formats import CALENDAR, FEED_FORMATS, RSS
from events_archive.site.taxonomies import TAXONOMIES
from events_archive.store.opener import read_file
from events_archive.store.published_ids_file import PUBLISHED_IDS_FILE, load_published_ids
from events_archive.store.state_files import STATE_FILE, load_state

PERMANENT_URLS = (
    urls.HOME,
    urls.ABOUT,
    urls.SUBSCRIBE,
    urls.ALL_TYPES,
    urls.ALL_YEARS,
    urls.NOT_FOUND,
    urls.CALENDAR,
    urls.COMPLETE_CALENDAR,
    urls.APPROXIMATE_CALENDAR,
    reminders.reminders_path(urls.CALENDAR),
    urls.NEXT,
    *(f"{urls.MAIN_FEED}{format.suffix}" for format in FEED_FORMATS),
    *(f"{urls.HAPPENED}{format.suffix}" for format in FEED_FORMATS),
)
"""The URLs that every site of the archive has."""

_FEED_SUFFIXES = tuple(format.term_suffix or format.suffix for format in FEED_FORMATS)
_CALENDAR_SUFFIXES = (CALENDAR.suffix, reminders.SUFFIX)
_TAXONOMIES = {taxonomy.name: taxonomy for taxonomy in TAXONOMIES}


def published_urls(state: ArchiveState) -> dict[str, str]:
    """Return every URL that was ever published, with a description of what it was."""
    return {
        **dict.fromkeys(PERMANENT_URLS, "one of the archive's own"),
        **{f"events/{slug}.html": "an event's page" for slug in state.event_owners},
        **{
            urls.permalink(id, suffix): "an event's permanent address"
            for id in _published_events(state)
            for suffix in (".html", CALENDAR.suffix)
        },
        **{
            f"types/{slug}{suffix}": "a type's page, feed or calendar"
            for slug in state.type_owners
            for suffix in (".html", urls.NEXT_SUFFIX, *_FEED_SUFFIXES, *_CALENDAR_SUFFIXES)
        },
        **{
            file: "a list, feed or calendar"
            for path in state.published_lists
            for file in _files_of_list(path)
        },
    }


def _files_of_list(path: str) -> Iterator[str]:
    """Yield the paths that were published with a recorded one: it stands for all formats."""
    yield path
    stem, folder = path.removesuffix(RSS.suffix), path.partition("/")[0]
    if not path.endswith(RSS.suffix):
        return
    if folder in _TAXONOMIES and stem.count("/") == 1:
        has_calendar = _TAXONOMIES[folder].calendar_refresh
        suffixes = (*_FEED_SUFFIXES, *(_CALENDAR_SUFFIXES if has_calendar else ()))
    else:
        suffixes = tuple(format.suffix for format in FEED_FORMATS if format.has_archives)
    yield from (stem + suffix for suffix in suffixes)


def missing_permalinks(site: BuiltSite) -> Iterator[Problem]:
    """Yield the `published_urls` and those of the published site that are not in this one.

    Then the ids of feed entries and calendar events that are not where subscribers look for them.
    """
    state, _ = load_state(site.settings.cache / STATE_FILE)
    published = published_urls(state)
    for url, description in sorted(published.items()):
        if url not in site.files:
            yield url, f"was {description} and is not in the site"
    for url in sorted(site.published - site.files.keys() - published.keys()):
        yield url, "is in the published site and not in this one"
    patterns = load_published_ids(site.settings.cache / PUBLISHED_IDS_FILE)
    if pattern := patterns.get("feeds"):
        yield from _missing_entries(site, state, pattern)
    if pattern := patterns.get("calendars"):
        yield from _missing_uids(site, state, pattern)


def _missing_entries(site: BuiltSite, state: ArchiveState, pattern: str) -> Iterator[Problem]:
    """Compare the main feed and its archive documents, which together hold every event."""
    feed = re.compile(rf"{urls.MAIN_FEED}(/.*)?\.atom")
    entries = find_ids(site, filter(feed.fullmatch, site.files))
    for id in sorted(_published_events(state) - state.withdrawn.keys()):
        if (entry := pattern.format(id)) not in entries:
            yield "feed.atom", f"the entry {entry}"


def _missing_uids(site: BuiltSite, state: ArchiveState, pattern: str) -> Iterator[Problem]:
    """Compare the complete calendar, and each event's own one where there is one.

    The others lose events: the rolling calendar with time, and those of terms when an event is not
    known to the day any more.
    """
    all_uids = find_ids(site, (urls.COMPLETE_CALENDAR,))
    for id in sorted(_published_events(state)):
        path = urls.permalink(id, CALENDAR.suffix)
        uid, uids = pattern.format(id), find_ids(site, (path,))
        # The calendar of an event without a date is empty.
        if uids and uid not in uids:
            yield path, f"the UID {uid}"
        if uids and uid not in all_uids:
            yield urls.COMPLETE_CALENDAR, f"the UID {uid}"


def _published_events(state: ArchiveState) -> set[int]:
    """Return the ids of all events that ever had a page."""
    return {id for owners in state.event_owners.values() for id in owners}


def find_ids(site: BuiltSite, paths: Iterable[str]) -> set[str]:
    """Return the ids of all entries in these feeds and calendars, where they exist."""
    existing = (path for path in paths if path in site.files)
    return {id for path in existing for id in entry_ids(path, read_file(site.files[path]))}
