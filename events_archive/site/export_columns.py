"""The columns of the CSV and SQLite downloads, and of their description on the data page."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from msgspec import Struct

from events_archive.model.article import Article
from events_archive.model.event import Event
from events_archive.model.timestamps import format_utc
from events_archive.model.visits import Visit
from events_archive.site.site import Site

Value = str | int | None


class Column(Struct, frozen=True):
    """A column."""

    name: str
    type: str
    """A type of SQLite: "INTEGER" or "TEXT"."""
    meaning: str
    read: Callable[[Site, Any], Value]
    """Returns the value for an event, a visit or an article; None if it is not known."""
    is_time: bool = False
    """Whether the text is a date-time (ISO 8601, UTC)."""


def _text(name: str, meaning: str, read: Callable[[Any], str | None]) -> Column:
    return Column(name, "TEXT", meaning, lambda site, event: read(event) or None)


def _time(name: str, meaning: str, read: Callable[[Site, Any], datetime | None]) -> Column:
    return Column(
        name, "TEXT", meaning, lambda site, event: format_utc(read(site, event)), is_time=True
    )


def _names(relation: str, what: str) -> Column:
    return _text(
        relation,
        f"{what}, separated by semicolons.",
        lambda event: "; ".join(member.name for member in getattr(event, relation)),
    )


COLUMNS = (
    Column("id", "INTEGER", "The API's id, which never changes.", lambda site, event: event.id),
    _text("name", "Its present name.", lambda event: event.name),
    _text("slug", "The API's slug, which changes with the name.", lambda event: event.slug),
    Column("type_id", "INTEGER", "Id of its type.", lambda site, event: event.type.id),
    _text("type", "Name of its type.", lambda event: event.type.name),
    _time(
        "date",
        "Date-time (ISO 8601, UTC) as the API has it; the next columns say how exact it is.",
        lambda site, event: event.date.utc,
    ),
    _text("date_precision", "How exact: minute, day, month ...", lambda e: e.date.precision),
    _text("date_in_words", "The date as exactly as it is known.", lambda event: event.date.display),
    _time(
        "starts", "The earliest time at which it may be (ISO 8601, UTC).",
        lambda site, event: event.date.interval.start if event.date.interval else None,
    ),
    _time(
        "ends", "The end of the time in which it may be, exclusive (ISO 8601, UTC).",
        lambda site, event: event.date.interval.end if event.date.interval else None,
    ),
    _text("location", "The place, as the API writes it.", lambda event: event.location),
    _text("description", "The description, as plain text.", lambda event: event.description),
    _names("agencies", "Agencies"),
    _names("programs", "Programmes"),
    _names("launches", "Launches"),
    _names("stations", "Space stations"),
    _names("expeditions", "Expeditions"),
    _names("astronauts", "People"),
    _text(
        "webcasts", "URLs of webcasts, separated by spaces.",
        lambda event: " ".join(video.url for video in event.videos),
    ),
    _text(
        "links", "URLs of pages about it, separated by spaces.",
        lambda event: " ".join(link.url for link in event.links),
    ),
    Column(
        "articles", "TEXT", "URLs of articles about it, the newest last, separated by spaces.",
        lambda site, event: " ".join(one.url for one in site.articles.get(event.id, ())) or None,
    ),
    Column(
        "webcast_seconds", "INTEGER", "Length of the first webcast, in seconds.",
        lambda site, event: (
            round(event.stream_length.total_seconds()) if event.stream_length else None
        ),
    ),
    _text("image", "URL of its picture.", lambda event: event.image.url if event.image else None),
    _text("image_credit", "Who is credited for it.", lambda e: e.image.credit if e.image else None),
    _text(
        "image_licence", "The picture's licence, which is not that of the data.",
        lambda e: e.image.licence.name if e.image and e.image.licence else None,
    ),
    _time(
        "last_updated", "When the API last changed it (ISO 8601, UTC).",
        lambda site, event: event.last_updated,
    ),
    _time(
        "first_seen", "When the archive first saw it (ISO 8601, UTC).",
        lambda site, event: site.history.state.first_seen.get(event.id),
    ),
    Column(
        "last_seen", "TEXT", "The day (UTC) on which the API last had it.",
        lambda site, event: str(site.history.last_seen(event.id) or "") or None,
    ),
    Column(
        "withdrawn", "INTEGER", "1 if the API no longer has it, else 0.",
        lambda site, event: int(event.id in site.history.state.withdrawn),
    ),
    Column(
        "page", "TEXT",
        "Its page here; a path from the archive's root if the site has no base URL.",
        lambda site, event: site.base_url + site.urls.event(event),
    ),
    _text("source", "Its record in the API.", lambda event: event.source_url),
    _text("record_sha256", "SHA-256 of that record, in hexadecimal.", lambda event: event.digest),
)  # fmt: skip


def _visit_event(
    name: str, meaning: str, find: Callable[[Visit], Event | None]
) -> tuple[Column, ...]:
    """Return columns with the id, the date and the page of an event of a visit."""

    def read(value: Callable[[Site, Event], Value]) -> Callable[[Site, Visit], Value]:
        return lambda site, visit: value(site, event) if (event := find(visit)) else None

    return (
        Column(f"{name}_id", "INTEGER", f"{meaning}: the event's id.", read(lambda _, e: e.id)),
        Column(
            name, "TEXT", "Its date in words, as exactly as it is known.",
            read(lambda _, event: event.date.display),
        ),
        Column(
            f"{name}_page", "TEXT", "Its page here.",
            read(lambda site, event: site.base_url + site.urls.event(event)),
        ),
    )  # fmt: skip


VISIT_COLUMNS = (
    _text("craft", "The mission, else the craft as the event calls it.", lambda visit: visit.craft),
    _text("station", "The space station.", lambda visit: visit.station.name),
    *_visit_event(
        "arrival", "The docking, berthing or capture",
        lambda visit: next(iter(visit.arrivals), None),
    ),
    *_visit_event(
        "departure", "The undocking, unberthing or release",
        lambda visit: next(reversed(visit.departures), None),
    ),
    Column(
        "days", "INTEGER", "Days from arrival to departure, if both days are known.",
        lambda site, visit: visit.days,
    ),
    _text(
        "event_ids", "Ids of all its events, relocations included, separated by semicolons.",
        lambda visit: "; ".join(str(event.id) for event in visit.events),
    ),
    _text("launch", "The launch.", lambda visit: visit.launch.name if visit.launch else None),
    _text(
        "launched", "When it was launched, as exactly as that is known.",
        lambda visit: visit.launch.date.display if visit.launch else None,
    ),
    Column(
        "landing_id", "INTEGER", "The event of its landing, if its departure is not recorded.",
        lambda site, visit: visit.landing.id if visit.landing else None,
    ),
    _time(
        "arrived_after", "It arrived at this time (ISO 8601, UTC) or later ...",
        lambda site, visit: visit.arrived.start,
    ),
    _time("arrived_before", "... and before this.", lambda site, visit: visit.arrived.end),
    _time(
        "departed_after", "It departed at this time or later ...",
        lambda site, visit: visit.departed.start,
    ),
    _time("departed_before", "... and before this.", lambda site, visit: visit.departed.end),
)  # fmt: skip
"""The columns of visits, which are also the members of visits in JSON."""


ARTICLE_COLUMNS = (
    _text("id", "Its kind and its id at the news API.", lambda article: article.key),
    _text("kind", "“article” or “blog”.", lambda article: article.kind),
    _text("title", "Its title.", lambda article: article.title),
    _text("url", "Where it was published.", lambda article: article.url),
    _text("site", "The name of the site.", lambda article: article.site),
    _text(
        "authors", "Authors, separated by semicolons.",
        lambda article: "; ".join(article.authors),
    ),
    _time(
        "published", "When it was published (ISO 8601, UTC).",
        lambda site, article: article.published,
    ),
    Column(
        "event_ids", "TEXT", "Ids of the events that it is about, separated by semicolons.",
        lambda site, article: "; ".join(map(str, event_ids(site, article))),
    ),
)  # fmt: skip
"""The columns of articles."""


def event_ids(site: Site, article: Article) -> list[int]:
    """Return the ids of the events of the archive that an article is about, ascending."""
    return sorted(id for id in article.event_ids if id in site.articles)


def rows_of(
    columns: Iterable[Column], site: Site, items: Iterable[Event | Visit | Article]
) -> list[tuple[Value, ...]]:
    """Return the values of events, visits or articles, in the order of their ``columns``."""
    return [tuple(column.read(site, item) for column in columns) for item in items]


def visit_record(site: Site, visit: Visit) -> dict[str, Value | list[int]]:
    """Return a visit's values by the names of `VISIT_COLUMNS`, for JSON."""
    values = {column.name: column.read(site, visit) for column in VISIT_COLUMNS}
    return {**values, "event_ids": [event.id for event in visit.events]}
