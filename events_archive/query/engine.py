"""Evaluates queries as the API does: which events, in which order, on which page."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from operator import attrgetter, ge, gt, le, lt
from typing import Any

from msgspec import Struct

from events_archive.model.timestamps import EARLIEST, LATEST
from events_archive.query.index import QueryRow
from events_archive.query.parameters import NEAREST, ParameterType
from events_archive.query.parser import Filter, Query

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {"gt": gt, "gte": ge, "lt": lt, "lte": le}


class QueryResult(Struct, frozen=True, kw_only=True):
    """The rows that match a query."""

    query: Query
    rows: tuple[QueryRow, ...]
    """The rows of all pages, in the order of the query."""

    @property
    def count(self) -> int:
        """The number of rows of all pages."""
        return len(self.rows)

    @property
    def page(self) -> tuple[QueryRow, ...]:
        """The rows of the page that the query asks for."""
        start = self.query.offset
        return self.rows[start : start + self.query.limit]

    @property
    def next(self) -> str | None:
        """The query string of the next page; None on the last one."""
        offset = self.query.offset + self.query.limit
        return self._at(offset) if offset < self.count else None

    @property
    def previous(self) -> str | None:
        """The query string of the previous page; None on the first one."""
        offset = self.query.offset
        return self._at(offset - self.query.limit) if offset > 0 else None

    def _at(self, offset: int) -> str:
        # The API leaves out an offset of 0.
        return self.query.query_string(limit=self.query.limit, offset=max(offset, 0) or None)


def evaluate(
    rows: Iterable[QueryRow],
    query: Query,
    *,
    found: Sequence[int] | None = None,
    now: datetime = EARLIEST,
) -> QueryResult:
    """Return the ``rows`` that match all filters of ``query``, sorted; ties are sorted by id.

    The API does not define the order of ties. Sorting them by id makes results reproducible.
    ``found`` are the ids that the search for the query's words has found, the best first; ``now``
    (UTC) is what the ordering "nearest" compares with.
    """
    rank = None if found is None else {id: number for number, id in enumerate(found)}
    matches = [
        row
        for row in rows
        if (rank is None or row.id in rank)
        and all(_matches(row, filter_) for filter_ in query.filters)
    ]
    matches.sort(key=attrgetter("id"))
    if rank is not None and not query.ordering:
        matches.sort(key=lambda row: rank[row.id])
        return QueryResult(query=query, rows=tuple(matches))
    # Sorting is stable, so the least important term comes first.
    for term in reversed(query.ordering or ("date",)):
        if term == NEAREST:
            matches.sort(key=lambda row: abs((row.date or LATEST) - now))
        else:
            matches.sort(key=_sort_key(term.lstrip("-")), reverse=term.startswith("-"))
    return QueryResult(query=query, rows=tuple(matches))


def _matches(row: QueryRow, filter_: Filter) -> bool:
    """Return whether the filter's field of ``row``, or one of its values, matches."""
    parameter, wanted = filter_.parameter, filter_.values
    value: Any = getattr(row, parameter.field)
    if parameter.type is ParameterType.DATETIME:
        return value is not None and _COMPARE[parameter.compare](value, wanted[0])
    if parameter.type is ParameterType.WORDS:
        text = value.lower()
        return all(word in text for word in wanted)
    if isinstance(value, tuple):
        return not frozenset(wanted).isdisjoint(value)
    return value in wanted


def _sort_key(field: str) -> Callable[[QueryRow], tuple[bool, datetime]]:
    """Return a key that sorts missing values last, as PostgreSQL does."""
    read: Callable[[QueryRow], datetime | None] = attrgetter(field)
    return lambda row: (read(row) is None, read(row) or EARLIEST)
