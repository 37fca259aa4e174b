"""Answers questions as the API would: which events, in which order, on which page."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter, ge, gt, le, lt

from events_archive.query.parameters import ParameterType
from events_archive.query.parser import Filter, Query
from events_archive.query.rows import QueryRow

Predicate = Callable[[QueryRow], bool]

_BEGINNING = datetime.min.replace(tzinfo=UTC)
_COMPARE: dict[str, Callable[[datetime, datetime], bool]] = {
    "gt": gt, "gte": ge, "lt": lt, "lte": le,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryResult:
    """What was found."""

    query: Query
    rows: tuple[QueryRow, ...]
    """All of it, in the order that was asked for."""

    @property
    def count(self) -> int:
        """How many events fit."""
        return len(self.rows)

    @property
    def page(self) -> tuple[QueryRow, ...]:
        """Those of them that an answer of the API holds."""
        start = self.query.offset
        return self.rows[start : start + self.query.limit]

    @property
    def next(self) -> str | None:
        """The query that asks for the page after this one."""
        after = self.query.offset + self.query.limit
        return self._at(after) if after < self.count else None

    @property
    def previous(self) -> str | None:
        """The query that asks for the page before this one."""
        offset = self.query.offset
        return self._at(offset - self.query.limit) if offset > 0 else None

    def _at(self, offset: int) -> str:
        # As the API does, which leaves out an offset of nought.
        return self.query.query_string(
            limit=self.query.limit, offset=offset if offset > 0 else None
        )


def evaluate(rows: Iterable[QueryRow], query: Query) -> QueryResult:
    """The events of ``entries`` that fit every condition, sorted; ties are broken by id.

    The API declares no order for ties; by id, an answer is always the same.
    """
    tests = [_predicate(condition) for condition in query.filters]
    found = [entry for entry in rows if all(test(entry) for test in tests)]
    found.sort(key=attrgetter("id"))
    # The least important term first: sorting is stable.
    for term in reversed(query.ordering):
        found.sort(key=_sort_key(term.lstrip("-")), reverse=term.startswith("-"))
    return QueryResult(query=query, rows=tuple(found))


def _sort_key(field: str) -> Callable[[QueryRow], tuple[bool, datetime]]:
    """As PostgreSQL sorts: what is not known is greater than everything."""
    read: Callable[[QueryRow], datetime | None] = attrgetter(field)
    return lambda entry: (read(entry) is None, read(entry) or _BEGINNING)


def _predicate(condition: Filter) -> Predicate:
    return _PREDICATES[condition.parameter.type](condition)


def _value_is_one_of(condition: Filter) -> Predicate:
    """Of a field with one value or with many: whether any of them was asked for."""
    read, wanted = attrgetter(condition.parameter.field), frozenset(condition.values)

    def test(entry: QueryRow) -> bool:
        value = read(entry)
        return not wanted.isdisjoint(value) if isinstance(value, tuple) else value in wanted

    return test


def _compares(condition: Filter) -> Predicate:
    read, compare = attrgetter(condition.parameter.field), _COMPARE[condition.parameter.compare]
    bound = condition.values[0]

    def test(entry: QueryRow) -> bool:
        value = read(entry)
        return value is not None and compare(value, bound)  # type: ignore[arg-type]

    return test


def _contains_words(condition: Filter) -> Predicate:
    read, words = attrgetter(condition.parameter.field), condition.values

    def test(entry: QueryRow) -> bool:
        text = read(entry).lower()
        return all(word in text for word in words)

    return test


_PREDICATES: dict[ParameterType, Callable[[Filter], Predicate]] = {
    ParameterType.NUMBERS: _value_is_one_of,
    ParameterType.NUMBER: _value_is_one_of,
    ParameterType.REPEATED: _value_is_one_of,
    ParameterType.TEXTS: _value_is_one_of,
    ParameterType.UUIDS: _value_is_one_of,
    ParameterType.TEXT: _value_is_one_of,
    ParameterType.REPEATED_TEXT: _value_is_one_of,
    ParameterType.DATETIME: _compares,
    ParameterType.WORDS: _contains_words,
}
