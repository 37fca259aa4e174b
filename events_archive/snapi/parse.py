"""Articles from records: those that the API sends, and those that the cache holds.

The schema is https://api.spaceflightnewsapi.net/v4/schema/. Only this package knows its names. A
record without an id, a kind and a URL is none of an article; any other value that is missing, null
or of a wrong type counts as absent.
"""

from events_archive.model.article import Article
from events_archive.snapi.bounds import MAX_AUTHORS
from events_archive.source.json_fields import JsonFields
from events_archive.store.articles_file import article_key
from events_archive.store.records import Record

_MEMBERS = ("id", "news_site", "published_at", "title", "updated_at", "url")

_LAUNCH_LIBRARY = frozenset({"launch library 2", "ll2"})
"""The names of the provider whose ids of events are those of the archive, in lower case."""


def stored_record(kind: str, record: Record) -> Record:
    """Return what is stored of a record that the API has sent."""
    fields = JsonFields(record)
    return {
        "kind": kind,
        **{name: record[name] for name in _MEMBERS if name in record},
        "authors": [{"name": author.raw("name")} for author in fields.children("authors")],
        "events": [
            {"event_id": event.raw("event_id"), "provider": event.raw("provider")}
            for event in fields.children("events")
        ],
    }


def parse_article(record: Record, notes: list[str] | None = None) -> Article | None:
    """Return the article of a stored record; None if it has no address to link to.

    ``notes`` gets a sentence for each value that is beyond a bound.
    """
    fields = JsonFields(record, notes)
    key, url = article_key(record), fields.url("url")
    if key is None or not url:
        return None
    authors = [author.single_line("name") for author in fields.children("authors")]
    events = [
        event.identifier("event_id")
        for event in fields.children("events")
        if event.name_of("provider").casefold() in _LAUNCH_LIBRARY
    ]
    return Article(
        kind=key[0],
        id=key[1],
        url=url,
        title=fields.single_line("title"),
        site=fields.single_line("news_site"),
        authors=tuple(dict.fromkeys(filter(None, authors)))[:MAX_AUTHORS],
        published=fields.date_time("published_at"),
        event_ids=tuple(dict.fromkeys(filter(None, events))),
    )
