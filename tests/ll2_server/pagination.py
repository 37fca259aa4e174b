"""Limit and offset as Django REST Framework has them."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from tests.ll2_server.filters import Query
from tests.ll2_server.reference_data import Record

DEFAULT_LIMIT, LARGEST_LIMIT = 10, 100


def page_of(
    items: list[Record], query: Query, address: str, dress: Callable[[Record], Record]
) -> dict[str, Any]:
    """Cut one page out of `items`; `address` is the list's own, without its query."""
    limit = min(_whole_number(query, "limit", least=1) or DEFAULT_LIMIT, LARGEST_LIMIT)
    offset = _whole_number(query, "offset", least=0) or 0
    after, before = offset + limit, offset - limit
    return {
        "count": len(items),
        "next": _link(address, query, limit, after) if after < len(items) else None,
        "previous": _link(address, query, limit, before) if offset > 0 else None,
        "results": [dress(item) for item in items[offset:after]],
    }


def _whole_number(query: Query, name: str, *, least: int) -> int | None:
    """Read a number; whatever is none counts as not given."""
    try:
        number = int(query[name][-1])
    except (KeyError, ValueError):
        return None
    return number if number >= least else None


def _link(address: str, query: Query, limit: int, offset: int) -> str:
    """Repeat the query, sorted, with another offset; the first page has none."""
    changed = query | {"limit": [str(limit)], "offset": [str(offset)]}
    if offset <= 0:
        del changed["offset"]
    return f"{address}?{urlencode(sorted(changed.items()), doseq=True)}"
