"""Pagination by limit and offset, as in Django REST Framework."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

Query = dict[str, list[str]]
"""The values of each parameter."""
Record = dict[str, Any]

DEFAULT_LIMIT = 10


def paginate(
    items: list[Record],
    query: Query,
    url: str,
    serialize: Callable[[Record], Record],
    *,
    max_limit: int,
) -> dict[str, Any]:
    """Return one page of `items`; `url` is the list's own, without its query."""
    limit = min(_integer(query, "limit", minimum=1) or DEFAULT_LIMIT, max_limit)
    offset = _integer(query, "offset", minimum=0) or 0
    after, before = offset + limit, offset - limit
    return {
        "count": len(items),
        "next": _page_url(url, query, limit, after) if after < len(items) else None,
        "previous": _page_url(url, query, limit, before) if offset > 0 else None,
        "results": [serialize(item) for item in items[offset:after]],
    }


def _integer(query: Query, name: str, *, minimum: int) -> int | None:
    """Return an integer parameter; None if it is missing, no integer or too small."""
    try:
        number = int(query[name][-1])
    except (KeyError, ValueError):
        return None
    return number if number >= minimum else None


def _page_url(url: str, query: Query, limit: int, offset: int) -> str:
    """Return the sorted query with another offset; the first page has none."""
    changed = query | {"limit": [str(limit)], "offset": [str(offset)]}
    if offset <= 0:
        del changed["offset"]
    return f"{url}?{urlencode(sorted(changed.items()), doseq=True)}"
