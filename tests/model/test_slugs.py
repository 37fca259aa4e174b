"""Slugs, by examples and by rules that hold however LL2 changes its slugs."""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events_archive.model.event import EventType
from events_archive.model.slugs import (
    SlugClaim,
    SlugRegistry,
    SlugTable,
    assign_slugs,
    slugify,
    update_registry,
)
from tests.factories import an_event


def live(**slugs: str) -> list[SlugClaim]:
    """Return claims of the ids written as ``e1="slug"``."""
    return [SlugClaim(id=int(name[1:]), slug=slug) for name, slug in slugs.items()]


def table_after(*refreshes: Iterable[SlugClaim]) -> SlugTable:
    """Return the table after one refresh for each group of claims."""
    table = SlugTable()
    for claims in refreshes:
        table = assign_slugs(claims, table.owners, fallback="event")
    return table


def test_an_event_has_the_slug_it_claims() -> None:
    table = table_after(live(e1="docking", e2="us-eva-74"))
    assert table.slugs == {1: "docking", 2: "us-eva-74"}
    assert table.redirects == {}


def test_the_former_slug_of_a_renamed_event_redirects_to_it() -> None:
    table = table_after(live(e1="sn9-testing"), live(e1="sn9-pressure-test"))
    assert table.slugs == {1: "sn9-pressure-test"}
    assert table.redirects == {"sn9-testing": 1}


def test_a_freed_slug_goes_to_its_present_owner() -> None:
    table = table_after(live(e204="testing"), live(e204="pressure-test", e206="testing"))
    assert table.slugs == {204: "pressure-test", 206: "testing"}
    assert table.redirects == {}


def test_a_slug_that_is_given_back_belongs_to_its_first_owner_again() -> None:
    table = table_after(live(e1="a"), live(e1="b", e2="a"), live(e1="a", e2="c"))
    assert table.slugs == {1: "a", 2: "c"}
    assert table.redirects == {"b": 1}


def test_a_withdrawn_event_has_its_slug_until_another_event_claims_it() -> None:
    withdrawn = SlugClaim(id=1, slug="a", is_live=False)
    assert table_after(live(e1="a"), [withdrawn]).slugs == {1: "a"}
    claimed = [withdrawn, *live(e2="a")]
    freed = [withdrawn, *live(e2="b")]
    assert table_after(live(e1="a"), [withdrawn], claimed).slugs == {1: "a-1", 2: "a"}
    assert table_after(live(e1="a"), claimed, freed).slugs == {1: "a", 2: "b"}


def test_of_two_claims_to_one_slug_the_fresher_wins() -> None:
    stale = SlugClaim(id=1, slug="a", freshness=1.0)
    fresh = SlugClaim(id=2, slug="a", freshness=2.0)
    assert table_after([stale], [stale, fresh]).slugs == {1: "a-1", 2: "a"}


@pytest.mark.parametrize("slug", ["Docking", "DOCKING"])
def test_of_two_slugs_that_differ_in_case_the_first_one_stays(slug: str) -> None:
    newcomer = SlugClaim(id=1, slug=slug, freshness=9.0)
    table = table_after(live(e2="docking"), [newcomer, *live(e2="docking")])
    assert table.slugs == {1: "docking-1", 2: "docking"}


@pytest.mark.parametrize(
    ("claimed", "assigned"),
    [
        ("../../etc/passwd", "etc-passwd-7"), ("", "event-7"), ("index", "index-7"),
        ("CON", "con-7"), ("lpt1", "lpt1-7"), ("a b", "a-b-7"), ("é", "e-7"), ("日本", "event-7"),
        ("x" * 101, "x" * 80 + "-7"), ("a.b", "a-b-7"), ("a/b", "a-b-7"), ("a\x00b", "a-b-7"),
        ("US_EVA-1", "us_eva-1"), ("-", "-"),
    ],
)  # fmt: skip
def test_a_slug_that_cannot_be_a_file_name_is_made_one(claimed: str, assigned: str) -> None:
    assert table_after(live(e7=claimed)).slugs == {7: assigned}


def test_a_slug_with_an_id_is_no_other_events_slug() -> None:
    table = table_after(live(e7="a b", e8="a-b-7"))
    assert table.slugs == {7: "a-b-7-7", 8: "a-b-7"}
    # Nor a former one, which redirects to the other event.
    assert table_after(live(e8="a-b-7"), live(e8="x", e7="a b")).slugs == {7: "a-b-7-7", 8: "x"}


def test_a_slug_whose_owners_have_no_page_is_unresolved() -> None:
    table = table_after(live(e1="a", e2="b"), live(e1="a"))
    assert table.unresolved == {"b": 2}


def test_types_have_slugs_of_their_names_and_former_names_redirect() -> None:
    berthing, docking = EventType(id=4, name="Berthing"), EventType(id=2, name="Docking")
    registry = update_registry(
        [an_event(1, type=berthing), an_event(2, type=docking)], SlugRegistry()
    )
    assert registry.types.slugs[4] == "berthing"
    renamed = EventType(id=4, name="Spacecraft Berthing")
    registry = update_registry([an_event(1, type=renamed), an_event(2, type=docking)], registry)
    assert registry.types.slugs[4] == "spacecraft-berthing"
    assert registry.types.redirects == {"berthing": 4}
    assert registry.events.slugs[1] == "event-1"
    assert registry.events.redirects == {}


def test_two_types_of_the_same_name_have_constant_slugs() -> None:
    first, second = (EventType(id=n, name="Landing") for n in (7, 9))
    events = [an_event(1, type=first), an_event(2, type=second)]
    registry = update_registry(events, SlugRegistry())
    assert registry.types.slugs == {7: "landing", 9: "landing-9"}
    assert update_registry(reversed(events), registry) == registry


SLUGS = st.sampled_from(["a", "A", "b", "a-1", "a-2", "b-3-3", "index", "../x", "", "con", "ä"])
REFRESHES = st.lists(
    st.dictionaries(st.integers(1, 5), st.tuples(SLUGS, st.booleans(), st.integers(0, 3))),
    max_size=8,
)


@given(REFRESHES, st.randoms())
@settings(max_examples=300)
def test_every_published_slug_leads_to_one_page_for_good(refreshes, random) -> None:  # type: ignore[no-untyped-def]
    table, published, seen = SlugTable(), set(), {}
    for events in refreshes:
        # An event that is missing from LL2 stays in the archive, withdrawn.
        seen |= events
        claims = [
            SlugClaim(id=n, slug=slug, is_live=n in events and is_live, freshness=float(freshness))
            for n, (slug, is_live, freshness) in seen.items()
        ]
        previous = table
        table = assign_slugs(claims, previous.owners, fallback="event")
        random.shuffle(claims)
        assert assign_slugs(claims, previous.owners, fallback="event") == table
        assert assign_slugs(claims, table.owners, fallback="event").slugs == table.slugs

        published |= set(table.slugs.values())
        resolved = [*table.slugs.values(), *table.redirects]
        assert len({slug.lower() for slug in resolved}) == len(resolved)
        assert published <= set(resolved)
        assert table.unresolved == {}
        assert all(slugify(slug) or slug == "-" for slug in resolved)
        for claim in claims:
            rivals = [c for c in claims if c.slug.lower() == claim.slug.lower() and c.is_live]
            if rivals == [claim] and claim.slug in ("a", "b", "a-1", "a-2", "b-3-3"):
                assert table.slugs[claim.id] == claim.slug
