"""Date-times in UTC to and from text (RFC 3339, a profile of ISO 8601)."""

from datetime import UTC, datetime
from typing import Annotated, overload

from msgspec import Meta

AwareDatetime = Annotated[datetime, Meta(tz=True)]
"""A date-time that has a time zone (RFC 3339) where msgspec decodes it."""

EARLIEST = datetime.min.replace(tzinfo=UTC)
"""Sorts before all other date-times; in place of a missing one."""

LATEST = datetime.max.replace(tzinfo=UTC)
"""Sorts after all other date-times."""

FIRST_DATE = datetime(2019, 1, 1, tzinfo=UTC)
"""The first year of the archive, for what has no date."""

FIRST_YEAR, LAST_YEAR = 1900, 2999
"""Date-times outside these years are taken for mistakes: one would make a page for the year 1."""


def as_utc(value: datetime) -> datetime:
    """Return ``value`` in UTC; without a time zone it is taken as UTC.

    Raises `OverflowError` when it is in the year 1 or 9999 and UTC is in the next one.
    """
    if value.tzinfo is UTC:
        return value
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def parse_utc(value: object) -> datetime | None:
    """Return the date-time that the text ``value`` spells, in UTC as `as_utc` returns it.

    None for anything but an ISO 8601 date-time from `FIRST_YEAR` to `LAST_YEAR`.
    """
    if not isinstance(value, str):
        return None
    try:
        parsed = as_utc(datetime.fromisoformat(value.strip()))
    except (ValueError, OverflowError):
        return None
    return parsed if FIRST_YEAR <= parsed.year <= LAST_YEAR else None


@overload
def format_utc(value: datetime) -> str: ...
@overload
def format_utc(value: datetime | None) -> str | None: ...
def format_utc(value: datetime | None) -> str | None:
    """Return ``2021-07-04T00:11:00Z``, without fractions of a second; None for None.

    ``value`` may be in any time zone; without one it is taken as UTC.
    """
    return f"{as_utc(value).isoformat()[:19]}Z" if value else None
