"""A list that changes while it is paged: nothing is lost, and it costs little to be sure."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events_archive.ll2.client import ApiPage
from events_archive.ll2.pagination import (
    FetchedPage,
    PageRequest,
    Pagination,
    UnstablePaginationError,
)
from events_archive.store.records import id_of_record

BEGINNING = datetime(2024, 3, 5, tzinfo=UTC)
Edit = Callable[["World"], None]


class World:
    """LL2 as an ordered list; each edit happens at a later second than the one before."""

    def __init__(self, size: int) -> None:
        self.stamps = {number: number for number in range(1, size + 1)}
        self.clock = size

    def edit(self, number: int) -> None:
        if number in self.stamps:
            self.clock += 1
            self.stamps[number] = self.clock

    def add(self, number: int = 0) -> None:
        self.clock += 1
        self.stamps[max(self.stamps, default=0) + 1000] = self.clock

    def delete(self, number: int) -> None:
        self.stamps.pop(number, None)

    def record(self, number: int) -> dict[str, Any]:
        when = BEGINNING + timedelta(seconds=self.stamps[number])
        return {"id": number, "last_updated": f"{when:%Y-%m-%dT%H:%M:%SZ}"}

    def page(self, step: PageRequest) -> ApiPage:
        if ids := step.query.get("id"):
            numbers = [n for n in map(int, ids.split(",")) if n in self.stamps]
            return self._cut(numbers, 0)
        offset = step.url or step.query.get("offset") or "0"
        return self._cut(sorted(self.stamps, key=lambda n: -self.stamps[n]), int(offset))

    def _cut(self, numbers: list[int], offset: int) -> ApiPage:
        end = offset + 100
        return ApiPage(
            count=len(numbers),
            next=str(end) if end < len(numbers) else None,
            records=tuple(self.record(number) for number in numbers[offset:end]),
        )


def walked(world: World, edits: dict[int, list[Edit]], known: set[int] | None = None) -> Pagination:
    """Walk to the end; ``edits`` happen before the request of that number, the first being 0."""
    walk = Pagination()
    while (step := walk.next_request(known or ())) is not None:
        assert len(walk.pages) < 40, "the walk does not end"
        for edit in edits.get(len(walk.pages), ()):
            edit(world)
        walk = walk.with_page(step, world.page(step))
    return walk


def roles(walk: Pagination) -> list[str]:
    return [read.request.role for read in walk.pages]


def test_a_list_at_rest_is_read_once_page_by_page() -> None:
    walk = walked(World(1071), {})
    assert roles(walk) == ["walk"] * 11
    assert len(walk.records) == walk.count == 1071
    assert not walk.list_changed


def test_an_empty_list_is_one_request() -> None:
    walk = walked(World(0), {})
    assert roles(walk) == ["walk"]
    assert walk.records == {}
    assert not walk.is_incomplete


def test_what_is_edited_meanwhile_is_met_at_the_front() -> None:
    world = World(400)
    walk = walked(world, {2: [lambda world: world.edit(5)]})
    assert roles(walk) == ["walk"] * 4 + ["front"]
    assert walk.records[5] == world.record(5)
    assert len(walk.records) == 400


def test_what_a_deletion_makes_slip_through_is_read_again() -> None:
    world = World(400)
    walk = walked(world, {2: [lambda world: world.delete(399), lambda world: world.delete(350)]})
    assert roles(walk) == ["walk", "walk", "walk", "gap", "walk", "front"]
    assert walk.records.keys() >= world.stamps.keys()


def test_an_addition_and_a_deletion_that_cancel_out_lose_nothing() -> None:
    world = World(400)
    walk = walked(world, {2: [World.add, lambda world: world.delete(399)]})
    assert walk.records.keys() >= world.stamps.keys() - {1400}


def test_what_the_archive_knows_and_did_not_meet_is_asked_for_by_id() -> None:
    world = World(150)
    walk = walked(world, {}, known={1, 2, 9001, 9002})
    assert roles(walk) == ["walk", "walk", "ids"]
    assert walk.pages[-1].request.query == {"id": "9001,9002"}
    assert walk.id_lookup_works
    assert not walk.records.keys() & {9001, 9002}


def test_a_server_that_ignores_the_question_is_noticed() -> None:
    page = World(5)._cut([1, 2, 3], 0)
    walk = walked(World(150), {}).with_page(PageRequest(role="ids", query={"id": "9001"}), page)
    assert not walk.id_lookup_works


def test_ids_are_asked_for_by_the_hundred() -> None:
    walk = walked(World(10), {}, known=set(range(1000, 1150)))
    assert roles(walk) == ["walk", "ids", "ids"]
    assert len(walk.requested_ids) == 150


def test_a_record_that_comes_in_place_of_another_makes_the_place_be_read_again() -> None:
    world, walk = World(300), Pagination()
    while (step := walk.next_request()) is not None:
        page = world.page(step)
        if step.url == "100" and walk.pages[-1].request.role == "walk":
            last = walk.pages[-1].page.records[-1]
            page = ApiPage(count=300, next=page.next, records=(last, *page.records[1:]))
        walk = walk.with_page(step, page)
    assert roles(walk) == ["walk", "walk", "walk", "front", "again"]
    assert len(walk.records) == 300


def some_page(*numbers: int, count: int = 9, next: str | None = "x") -> ApiPage:
    return ApiPage(count=count, next=next, records=tuple({"id": number} for number in numbers))


@pytest.mark.parametrize(
    ("pages", "words"),
    [
        ([some_page(1, 2), some_page(1, 2)], "in circles"),
        ([some_page(1, 2), some_page()], "is empty"),
        ([some_page(count=9)], "is empty"),
        ([some_page(n, count=2) for n in range(1, 9)], "do not come to an end"),
        ([some_page(1, count=200), some_page(2, count=100)], "100 events went"),
    ],
)
def test_a_list_that_makes_no_sense_is_given_up(pages: list[ApiPage], words: str) -> None:
    walk = Pagination(
        pages=tuple(FetchedPage(request=PageRequest(role="walk"), page=page) for page in pages)
    )
    with pytest.raises(UnstablePaginationError, match=words):
        walk.next_request()


def test_each_record_is_looked_at_a_few_times_however_long_the_list_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked_at: list[object] = []

    def noting(record: object) -> int | None:
        looked_at.append(record)
        return id_of_record(record)

    monkeypatch.setattr("events_archive.ll2.pagination.id_of_record", noting)
    walk = walked(World(3_900), {})
    assert len(walk.pages) == 39
    assert len(walk.records) == 3_900
    assert len(looked_at) < 5 * 3_900


def test_a_list_that_changes_faster_than_it_is_read_is_given_up() -> None:
    world = World(400)

    def everything(world: World) -> None:
        for number in sorted(world.stamps, key=lambda number: -world.stamps[number]):
            world.edit(number)

    with pytest.raises(UnstablePaginationError):
        walked(world, {n: [everything] for n in range(2, 40)})


def test_a_sum_that_stays_short_is_told() -> None:
    walk = Pagination().with_page(PageRequest(role="walk"), some_page(1, 2, count=3, next=None))
    assert walk.next_request() == PageRequest(role="front")
    walk = walk.with_page(PageRequest(role="front"), some_page(1, 2, count=3, next=None))
    assert walk.next_request() is None
    assert walk.is_incomplete


def test_records_without_an_id_do_not_make_the_sum_short() -> None:
    page = ApiPage(count=3, next=None, records=({"id": 1}, {"id": 2}), without_id=1)
    walk = Pagination().with_page(PageRequest(role="walk"), page)
    assert not walk.is_incomplete
    assert walk.next_request() is None


def _do(world: World, *, kind: str, number: int) -> None:
    getattr(world, kind)(number)


edits = st.one_of(
    st.just(("add", 0)),
    st.tuples(st.sampled_from(["edit", "delete"]), st.integers(1, 350)),
)


@given(st.dictionaries(st.integers(1, 6), st.lists(edits, max_size=6), max_size=4))
@settings(max_examples=150, deadline=None)
def test_whatever_moves_during_a_walk_nothing_that_stays_is_lost(
    plan: dict[int, list[tuple[str, int]]],
) -> None:
    world = World(350)
    untouched = set(world.stamps) - {number for edits in plan.values() for _, number in edits}
    doing: dict[int, list[Edit]] = {
        when: [partial(_do, kind=kind, number=number) for kind, number in edits]
        for when, edits in plan.items()
    }
    walk = walked(world, doing)
    # A sweep that was interrupted has the same pages, and knows the same.
    assert Pagination(pages=walk.pages).records == walk.records
    assert untouched <= walk.records.keys()
    # What was edited is there too, in an old state or a new one; what was added, or its stamp is
    # newer than all that was read, so that the next delta begins before it.
    newest = max(record["last_updated"] for record in walk.records.values())
    late = {n for n in world.stamps if world.record(n)["last_updated"] >= newest}
    assert world.stamps.keys() <= walk.records.keys() | late
