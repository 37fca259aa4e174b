"""A list that changes while its pages are read: no event is lost, at the cost of few requests."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events_archive.ll2.pagination import ORDERINGS, Pagination
from events_archive.source.api_page import ApiPage
from events_archive.source.checkpoint import PageRequest

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
        offset = int(request.query.get("offset", "0"))
        if request.query.get("ordering", ORDERINGS[0]) == ORDERINGS[0]:
            return self._slice(sorted(self.edited, key=lambda n: -self.edited[n]), offset)
        return self._slice(sorted(self.edited), offset)

    def _slice(self, numbers: list[int], offset: int) -> ApiPage:
        end = offset + 100
        return ApiPage(
            count=len(numbers),
            has_next=end < len(numbers),
            records=tuple(self.record(number) for number in numbers[offset:end]),
        )


def read_all(
    world: World, edits: dict[int, list[Edit]] | None = None, cached: set[int] | None = None
) -> Pagination:
    """Read the whole list; ``edits`` are made before the request of that number, from 0."""
    edits, pagination = edits or {}, Pagination()
    while (request := pagination.next_request(cached or ())) is not None:
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


def test_a_server_that_sends_shorter_pages_is_read_to_the_end() -> None:
    world, pagination = World(95), Pagination()
    while (request := pagination.next_request()) is not None:
        page = world.page(request)
        records, offset = page.records[:10], int(request.query.get("offset", "0"))
        page = ApiPage(count=95, has_next=offset + 10 < 95, records=records)
        pagination = pagination.with_page(request, page)
    assert roles(pagination) == ["next"] * 10
    assert len(pagination.records) == 95


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
    assert pagination.pages[-1][0].query == {"id": "1,9001,9002"}
    assert pagination.id_lookup_works
    assert not pagination.records.keys() & {9001, 9002}


@pytest.mark.parametrize(
    ("found", "count", "works"),
    [([1], 1, True), ([1, 9001], 2, True), ([1, 2, 3], 3, False), ([], 0, False), ([1], 2, False)],
)
def test_a_response_by_id_is_evidence_only_if_it_is_whole_and_has_the_event_that_exists(
    found: list[int], count: int, works: bool
) -> None:
    page = page_of(*found, count=count, has_next=False)
    request = PageRequest(role="ids", query={"id": "1,9001"})
    assert read_all(World(150)).with_page(request, page).id_lookup_works is works


def test_at_most_a_hundred_ids_are_requested_at_a_time() -> None:
    pagination = read_all(World(10), cached=set(range(1000, 1150)))
    assert roles(pagination) == ["next", "ids", "ids"]
    assert all(len(request.query["id"].split(",")) <= 100 for request, _ in pagination.pages[1:])
    assert len(pagination.requested_ids) == 151


def test_a_list_in_which_a_record_stood_in_place_of_another_is_read_in_another_ordering() -> None:
    world, pagination = World(300), Pagination()
    while (request := pagination.next_request()) is not None:
        page = world.page(request)
        if request == PageRequest(role="next", query={"offset": "100"}):
            last = pagination.pages[-1][1].records[-1]
            page = ApiPage(count=300, has_next=True, records=(last, *page.records[1:]))
        pagination = pagination.with_page(request, page)
    assert roles(pagination) == ["next", "next", "next", "head", "next", "next"]
    assert len(pagination.records) == 300


def page_of(*numbers: int, count: int = 9, has_next: bool = True) -> ApiPage:
    records = tuple({"id": number} for number in numbers)
    return ApiPage(count=count, has_next=has_next, records=records)


def test_a_fall_of_the_count_that_is_too_great_for_a_gap_causes_a_second_pass() -> None:
    world = World(400)

    def delete_many(world: World) -> None:
        for number in range(301, 371):
            world.delete(number)

    pagination = read_all(world, {1: [delete_many, World.add]})
    assert pagination.records.keys() >= world.edited.keys() - {1400}
    orderings = {request.query.get("ordering") for request, _ in pagination.pages}
    assert orderings == {None, ORDERINGS[1]}
    assert not pagination.is_doubtful


@pytest.mark.parametrize(
    "pages",
    [
        lambda number: page_of(1, 2),
        lambda number: page_of(),
        lambda number: page_of(*range(1, 101), count=1_000),
        lambda number: page_of(1 + number % 20, count=0),
    ],
)
def test_reading_ends_whatever_a_server_says(pages: Callable[[int], ApiPage]) -> None:
    pagination = Pagination()
    while (request := pagination.next_request()) is not None:
        pagination = pagination.with_page(request, pages(len(pagination.pages)))
        assert len(pagination.pages) <= 70


def test_an_empty_page_in_the_middle_of_the_list_is_made_up_for() -> None:
    world, pagination = World(350), Pagination()
    while (request := pagination.next_request()) is not None:
        page = world.page(request)
        if request == PageRequest(role="next", query={"offset": "100"}):
            page = page_of(count=350)
        pagination = pagination.with_page(request, page)
    assert pagination.records.keys() == world.edited.keys()


def test_the_work_is_in_proportion_to_the_length_of_the_list() -> None:
    reads = 0

    class CountingRecord(dict[str, Any]):
        def __getitem__(self, name: str) -> Any:
            nonlocal reads
            reads += 1
            return super().__getitem__(name)

    class CountingWorld(World):
        def record(self, number: int) -> dict[str, Any]:
            return CountingRecord(super().record(number))

    pagination = read_all(CountingWorld(3_900))
    assert len(pagination.pages) == 39
    assert len(pagination.records) == 3_900
    assert 3_900 <= reads < 5 * 3_900


@pytest.mark.parametrize("request_number", [2, 4])
def test_a_bulk_edit_of_all_events_while_they_are_read_loses_none(request_number: int) -> None:
    def edit_all(world: World) -> None:
        for number in sorted(world.edited, key=lambda number: -world.edited[number]):
            world.edit(number)

    world = World(400)
    pagination = read_all(world, {1: [lambda world: world.edit(5)], request_number: [edit_all]})
    assert pagination.records.keys() == world.edited.keys()
    assert len(pagination.pages) <= 12


@pytest.mark.parametrize("size", [230, 1071])
@pytest.mark.parametrize("known", [0, 1])
def test_ties_in_another_order_on_each_request_are_found_in_another_ordering(
    size: int, known: int
) -> None:
    generator, pagination = Random(size), Pagination()
    world = World(size)
    cached = set(world.edited) if known else set[int]()
    while (request := pagination.next_request(cached)) is not None:
        page = world.page(request)
        if not request.query.get("id") and "ordering" not in request.query:
            # The newest half of the events has one timestamp.
            tied = generator.sample(range(size // 2, size + 1), size - size // 2 + 1)
            offset = int(request.query.get("offset", "0"))
            page = world._slice([*tied, *range(size // 2 - 1, 0, -1)], offset)
        pagination = pagination.with_page(request, page)
    assert pagination.records.keys() == world.edited.keys()
    assert len(pagination.pages) <= (15 if known or size < 1000 else 23)


def test_a_list_with_fewer_events_than_its_count_is_incomplete() -> None:
    pagination = Pagination().with_page(
        PageRequest(role="next"), page_of(1, 2, count=3, has_next=False)
    )
    assert pagination.next_request() == PageRequest(role="head")
    pagination = pagination.with_page(
        PageRequest(role="head"), page_of(1, 2, count=3, has_next=False)
    )
    assert pagination.next_request() is None
    assert pagination.is_incomplete


def test_a_list_with_records_without_an_id_is_complete() -> None:
    page = ApiPage(count=3, has_next=False, records=({"id": 1}, {"id": 2}), without_id=1)
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
