"""The columns of the CSV and SQLite downloads, and of their description on the data page."""

from collections.abc import Callable

from msgspec import Struct

from events_archive.model.event import Event
from events_archive.model.timestamps import format_utc
from events_archive.site.site import Site

Value = str | int | None


class Column(Struct, frozen=True):
    """A column."""

    name: str
    type: str
    """A type of SQLite: "INTEGER" or "TEXT"."""
    meaning: str
    read: Callable[[Site, Event], Value]
    """Returns the value for an event; None if it is not known."""


def _text(name: str, meaning: str, read: Callable[[Event], str | None]) -> Column:
    return Column(name, "TEXT", meaning, lambda site, event: read(event) or None)


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
    _text(
        "date",
        "Date-time (ISO 8601, UTC) as the API has it; the next columns say how exact it is.",
        lambda event: format_utc(event.date.utc),
    ),
    _text("date_precision", "How exact: minute, day, month ...", lambda e: e.date.precision),
    _text("date_in_words", "The date as exactly as it is known.", lambda event: event.date.display),
    _text(
        "starts", "The earliest time at which it may be (ISO 8601, UTC).",
        lambda event: format_utc(event.date.interval.start) if event.date.interval else None,
    ),
    _text(
        "ends", "The end of the time in which it may be, exclusive (ISO 8601, UTC).",
        lambda event: format_utc(event.date.interval.end) if event.date.interval else None,
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
    _text(
        "last_updated", "When the API last changed it (ISO 8601, UTC).",
        lambda event: format_utc(event.last_updated),
    ),
    Column(
        "first_seen", "TEXT", "When the archive first saw it (ISO 8601, UTC).",
        lambda site, event: format_utc(site.history.state.first_seen.get(event.id)),
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


def row(site: Site, event: Event) -> tuple[Value, ...]:
    """Return an event's values, in the order of the columns."""
    return tuple(column.read(site, event) for column in COLUMNS)
