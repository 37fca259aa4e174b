"""Answers questions as the API would: which events, in which order, on which page."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter, ge, gt, le, lt

from events_archive.query.parameters import Kind
from events_archive.query.parser import Condition, Question
from events_archive.query.rows import Entry

Test = Callable[[Entry], bool]

_BEGINNING = datetime.min.replace(tzinfo=UTC)
_COMPARE: dict[str, Callable[[datetime, datetime], bool]] = {
    "gt": gt, "gte": ge, "lt": lt, "lte": le,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was found."""

    question: Question
    entries: tuple[Entry, ...]
    """All of it, in the order that was asked for."""

    @property
    def count(self) -> int:
        """How many events fit."""
        return len(self.entries)

    @property
    def page(self) -> tuple[Entry, ...]:
        """Those of them that an answer of the API holds."""
        start = self.question.offset
        return self.entries[start : start + self.question.limit]

    @property
    def next(self) -> str | None:
        """The query that asks for the page after this one."""
        after = self.question.offset + self.question.limit
        return self._at(after) if after < self.count else None

    @property
    def previous(self) -> str | None:
        """The query that asks for the page before this one."""
        offset = self.question.offset
        return self._at(offset - self.question.limit) if offset > 0 else None

    def _at(self, offset: int) -> str:
        # As the API does, which leaves out an offset of nought.
        return self.question.query(limit=self.question.limit, offset=offset if offset > 0 else None)


def answer(entries: Iterable[Entry], question: Question) -> Answer:
    """The events of ``entries`` that fit every condition, sorted; ties are broken by id.

    The API declares no order for ties; by id, an answer is always the same.
    """
    tests = [_test(condition) for condition in question.conditions]
    found = [entry for entry in entries if all(test(entry) for test in tests)]
    found.sort(key=attrgetter("id"))
    # The least important term first: sorting is stable.
    for term in reversed(question.ordering):
        found.sort(key=_sort_key(term.lstrip("-")), reverse=term.startswith("-"))
    return Answer(question=question, entries=tuple(found))


def _sort_key(field: str) -> Callable[[Entry], tuple[bool, datetime]]:
    """As PostgreSQL sorts: what is not known is greater than everything."""
    read: Callable[[Entry], datetime | None] = attrgetter(field)
    return lambda entry: (read(entry) is None, read(entry) or _BEGINNING)


def _test(condition: Condition) -> Test:
    return _TESTS[condition.parameter.kind](condition)


def _value_is_one_of(condition: Condition) -> Test:
    """Of a field with one value or with many: whether any of them was asked for."""
    read, wanted = attrgetter(condition.parameter.field), frozenset(condition.values)

    def test(entry: Entry) -> bool:
        value = read(entry)
        return not wanted.isdisjoint(value) if isinstance(value, tuple) else value in wanted

    return test


def _compares(condition: Condition) -> Test:
    read, compare = attrgetter(condition.parameter.field), _COMPARE[condition.parameter.compare]
    bound = condition.values[0]

    def test(entry: Entry) -> bool:
        value = read(entry)
        return value is not None and compare(value, bound)  # type: ignore[arg-type]

    return test


def _holds_words(condition: Condition) -> Test:
    read, words = attrgetter(condition.parameter.field), condition.values

    def test(entry: Entry) -> bool:
        text = read(entry).lower()
        return all(word in text for word in words)

    return test


_TESTS: dict[Kind, Callable[[Condition], Test]] = {
    Kind.NUMBERS: _value_is_one_of,
    Kind.NUMBER: _value_is_one_of,
    Kind.REPEATED: _value_is_one_of,
    Kind.TEXTS: _value_is_one_of,
    Kind.UUIDS: _value_is_one_of,
    Kind.TEXT: _value_is_one_of,
    Kind.EACH: _value_is_one_of,
    Kind.MOMENT: _compares,
    Kind.WORDS: _holds_words,
}
