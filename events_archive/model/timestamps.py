"""Date-times in UTC to and from text (ISO 8601)."""

from datetime import UTC, datetime

FIRST_YEAR, LAST_YEAR = 1900, 2999
"""Date-times outside these years are taken for mistakes: one would make a page for the year 1."""


def parse_utc(value: object) -> datetime | None:
    """Return the date-time that ``value`` spells, in UTC; without a zone it is taken as UTC.

    None for anything that is not an ISO 8601 date-time between `FIRST_YEAR` and `LAST_YEAR`.
    """
    if not isinstance(value, str):
        return None
    try:
        parsed = datetime.fromisoformat(value.strip())
        if parsed.tzinfo is not UTC:
            parsed = parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return parsed if FIRST_YEAR <= parsed.year <= LAST_YEAR else None


def format_utc(value: datetime) -> str:
    """Return ``2021-07-04T00:11:00Z`` for an aware date-time in any zone, without fractions."""
    if value.tzinfo is not UTC:
        value = value.astimezone(UTC)
    return f"{value.isoformat()[:19]}Z"
