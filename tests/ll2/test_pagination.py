"""A list that changes while its pages are read: no event is lost, at the cost of few requests."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events_archive.ll2.client import ApiPage
from events_archive.ll2.pagination import (
    PageRequest,
    Pagination,
    UnstablePaginationError,
)
from events_archive.store.records import id_of_record

START = datetime(2024, 3, 5, tzinfo=UTC)
Edit = Callable[["World"], None]


class World:
    """LL2 as an ordered list; each edit happens a second after the one before."""

    def __init__(self, size: int) -> None:
        self.edited = {number: number for number in range(1, size + 1)}
        self.clock = size

    def edit(self, number: int) -> None:
        if number in self.edited:
            self.clock += 1
            self.edited[number] = self.clock

    def add(self, number: int = 0) -> None:
        self.clock += 1
        self.edited[max(self.edited, default=0) + 1000] = self.clock

    def delete(self, number: int) -> None:
        self.edited.pop(number, None)

    def record(self, number: int) -> dict[str, Any]:
        when = START + timedelta(seconds=self.edited[number])
        return {"id": number, "last_updated": f"{when:%Y-%m-%dT%H:%M:%SZ}"}

    def page(self, request: PageRequest) -> ApiPage:
        if ids := request.query.get("id"):
            numbers = [n for n in map(int, ids.split(",")) if n in self.edited]
            return self._slice(numbers, 0)
        offset = request.url or request.query.get("offset") or "0"
        return self._slice(sorted(self.edited, key=lambda n: -self.edited[n]), int(offset))

    def _slice(self, numbers: list[int], offset: int) -> ApiPage:
        end = offset + 100
        return ApiPage(
            count=len(numbers),
            next=str(end) if end < len(numbers) else None,
            records=tuple(self.record(number) for number in numbers[offset:end]),
        )


def read_all(
    world: World, edits: dict[int, list[Edit]] | None = None, cached: set[int] | None = None
) -> Pagination:
    """Read the whole list; ``edits`` are made before the request of that number, from 0."""
    edits, pagination = edits or {}, Pagination()
    while (
        request := pagination.next_request() or pagination.lookup_request(cached or ())
    ) is not None:
        assert len(pagination.pages) < 40, "reading does not end"
        for edit in edits.get(len(pagination.pages), ()):
            edit(world)
        pagination = pagination.with_page(request, world.page(request))
    return pagination


def roles(pagination: Pagination) -> list[str]:
    return [request.role for request, _ in pagination.pages]


def test_each_page_of_an_unchanged_list_is_read_once() -> None:
    pagination = read_all(World(1071))
    assert roles(pagination) == ["next"] * 11
    assert len(pagination.records) == pagination.count == 1071
    assert not pagination.list_changed


def test_an_empty_list_is_one_request() -> None:
    pagination = read_all(World(0))
    assert roles(pagination) == ["next"]
    assert pagination.records == {}
    assert not pagination.is_incomplete


def test_an_event_edited_meanwhile_is_read_at_the_head() -> None:
    world = World(400)
    pagination = read_all(world, {2: [lambda world: world.edit(5)]})
    assert roles(pagination) == ["next"] * 4 + ["head"]
    assert pagination.records[5] == world.record(5)
    assert len(pagination.records) == 400


def test_events_skipped_because_of_a_deletion_are_read_again() -> None:
    world = World(400)
    pagination = read_all(
        world, {2: [lambda world: world.delete(399), lambda world: world.delete(350)]}
    )
    assert roles(pagination) == ["next", "next", "next", "gap", "next", "head"]
    assert pagination.records.keys() >= world.edited.keys()


def test_an_addition_and_a_deletion_that_cancel_out_skip_no_event() -> None:
    world = World(400)
    pagination = read_all(world, {2: [World.add, lambda world: world.delete(399)]})
    assert pagination.records.keys() >= world.edited.keys() - {1400}


def test_cached_events_that_are_not_in_the_list_are_requested_by_id() -> None:
    world = World(150)
    pagination = read_all(world, cached={1, 2, 9001, 9002})
    assert roles(pagination) == ["next", "next", "ids"]
    assert pagination.pages[-1][0].query == {"id": "9001,9002"}
    assert pagination.id_lookup_works
    assert not pagination.records.keys() & {9001, 9002}


def test_a_server_that_ignores_the_ids_is_detected() -> None:
    page = World(5)._slice([1, 2, 3], 0)
    pagination = read_all(World(150)).with_page(PageRequest(role="ids", query={"id": "9001"}), page)
    assert not pagination.id_lookup_works


def test_a_hundred_ids_are_requested_at_a_time() -> None:
    pagination = read_all(World(10), cached=set(range(1000, 1150)))
    assert roles(pagination) == ["next", "ids", "ids"]
    assert len(pagination.requested_ids) == 150


def test_where_a_record_was_repeated_in_place_of_another_is_read_again() -> None:
    world, pagination = World(300), Pagination()
    while (request := pagination.next_request()) is not None:
        page = world.page(request)
        if request.url == "100" and roles(pagination)[-1] == "next":
            last = pagination.pages[-1][1].records[-1]
            page = ApiPage(count=300, next=page.next, records=(last, *page.records[1:]))
        pagination = pagination.with_page(request, page)
    assert roles(pagination) == ["next", "next", "next", "head", "overlap"]
    assert len(pagination.records) == 300


def page_of(*numbers: int, count: int = 9, next: str | None = "x") -> ApiPage:
    return ApiPage(count=count, next=next, records=tuple({"id": number} for number in numbers))


@pytest.mark.parametrize(
    ("pages", "message"),
    [
        ([page_of(1, 2), page_of(1, 2)], "in circles"),
        ([page_of(1, 2), page_of()], "is empty"),
        ([page_of(count=9)], "is empty"),
        ([page_of(n, count=2) for n in range(1, 9)], "do not come to an end"),
        ([page_of(1, count=200), page_of(2, count=100)], "100 events went"),
    ],
)
def test_reading_a_contradictory_list_fails(pages: list[ApiPage], message: str) -> None:
    pagination = Pagination()
    for page in pages:
        pagination = pagination.with_page(PageRequest(role="next"), page)
    with pytest.raises(UnstablePaginationError, match=message):
        pagination.next_request()


def test_the_work_is_in_proportion_to_the_length_of_the_list(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[object] = []

    def counting(record: object) -> int | None:
        calls.append(record)
        return id_of_record(record)

    monkeypatch.setattr("events_archive.ll2.pagination.id_of_record", counting)
    pagination = read_all(World(3_900))
    assert len(pagination.pages) == 39
    assert len(pagination.records) == 3_900
    assert len(calls) < 5 * 3_900


def test_reading_a_list_that_changes_faster_than_it_is_read_fails() -> None:
    world = World(400)

    def edit_all(world: World) -> None:
        for number in sorted(world.edited, key=lambda number: -world.edited[number]):
            world.edit(number)

    with pytest.raises(UnstablePaginationError):
        read_all(world, {n: [edit_all] for n in range(2, 40)})


def test_reading_the_head_of_a_list_fails_if_all_of_it_changed() -> None:
    def edit_all(world: World) -> None:
        for number in range(1, 401):
            world.edit(number)

    with pytest.raises(UnstablePaginationError, match="faster than it can be read"):
        read_all(World(400), {2: [lambda world: world.edit(5)], 4: [edit_all]})


def test_a_list_with_fewer_events_than_its_count_is_incomplete() -> None:
    pagination = Pagination().with_page(PageRequest(role="next"), page_of(1, 2, count=3, next=None))
    assert pagination.next_request() == PageRequest(role="head")
    pagination = pagination.with_page(PageRequest(role="head"), page_of(1, 2, count=3, next=None))
    assert pagination.next_request() is None
    assert pagination.is_incomplete


def test_a_list_with_records_without_an_id_is_complete() -> None:
    page = ApiPage(count=3, next=None, records=({"id": 1}, {"id": 2}), without_id=1)
    pagination = Pagination().with_page(PageRequest(role="next"), page)
    assert not pagination.is_incomplete
    assert pagination.next_request() is None


def apply_edit(world: World, *, method: str, number: int) -> None:
    getattr(world, method)(number)


edits = st.one_of(
    st.just(("add", 0)),
    st.tuples(st.sampled_from(["edit", "delete"]), st.integers(1, 350)),
)


@given(st.dictionaries(st.integers(1, 6), st.lists(edits, max_size=6), max_size=4))
@settings(max_examples=150, deadline=None)
def test_no_event_that_remains_is_lost_whatever_changes_meanwhile(
    plan: dict[int, list[tuple[str, int]]],
) -> None:
    world = World(350)
    untouched = set(world.edited) - {number for edits in plan.values() for _, number in edits}
    edits_by_request: dict[int, list[Edit]] = {
        request_number: [
            partial(apply_edit, method=method, number=number) for method, number in edits
        ]
        for request_number, edits in plan.items()
    }
    pagination = read_all(world, edits_by_request)
    assert untouched <= pagination.records.keys()
    # Edited events were read too, in an old version or the new one. Added events were read, or are
    # newer than all that was read, so that the next incremental refresh starts before them.
    newest = max(record["last_updated"] for record in pagination.records.values())
    not_read_yet = {n for n in world.edited if world.record(n)["last_updated"] >= newest}
    assert world.edited.keys() <= pagination.records.keys() | not_read_yet
