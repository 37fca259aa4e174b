"""The ``Retry-After`` header (RFC 9110, section 10.2.3)."""

from urllib3.exceptions import InvalidHeader
from urllib3.util import Retry


def parse_retry_after(value: str, *, maximum: int) -> int | None:
    """Return the seconds to wait, at most ``maximum``; None if ``value`` is empty or malformed."""
    try:
        return round(Retry(retry_after_max=maximum).parse_retry_after(value))
    except (InvalidHeader, ValueError, IndexError, OverflowError):
        return None
