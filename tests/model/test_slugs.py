"""Who lives where, by examples and by rules that hold whatever LL2 does with its slugs."""

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
    """Claims by ids written as ``e1="slug"``."""
    return [SlugClaim(id=int(name[1:]), slug=slug) for name, slug in slugs.items()]


def after(*rounds: Iterable[SlugClaim]) -> SlugTable:
    stems = SlugTable()
    for claims in rounds:
        stems = assign_slugs(claims, stems.owners, kind="event")
    return stems


def test_an_event_lives_at_its_slug() -> None:
    stems = after(live(e1="docking", e2="us-eva-74"))
    assert stems.slugs == {1: "docking", 2: "us-eva-74"}
    assert stems.redirects == {}


def test_a_renamed_event_leaves_a_stub() -> None:
    stems = after(live(e1="sn9-testing"), live(e1="sn9-pressure-test"))
    assert stems.slugs == {1: "sn9-pressure-test"}
    assert stems.redirects == {"sn9-testing": 1}


def test_a_freed_slug_goes_to_its_present_owner() -> None:
    stems = after(live(e204="testing"), live(e204="pressure-test", e206="testing"))
    assert stems.slugs == {204: "pressure-test", 206: "testing"}
    assert stems.redirects == {}


def test_a_slug_that_comes_back_belongs_to_whoever_has_it_now() -> None:
    stems = after(live(e1="a"), live(e1="b", e2="a"), live(e1="a", e2="c"))
    assert stems.slugs == {1: "a", 2: "c"}
    assert stems.redirects == {"b": 1}


def test_a_withdrawn_event_keeps_its_address_until_another_claims_it() -> None:
    gone = SlugClaim(id=1, slug="a", is_live=False)
    assert after(live(e1="a"), [gone]).slugs == {1: "a"}
    stems = after(live(e1="a"), [gone], [gone, *live(e2="a")])
    assert stems.slugs == {1: "a-1", 2: "a"}
    assert after(live(e1="a"), [gone, *live(e2="a")], [gone, *live(e2="b")]).slugs == {
        1: "a",
        2: "b",
    }


def test_of_two_with_the_same_slug_the_fresher_is_right() -> None:
    stale, fresh = (
        SlugClaim(id=1, slug="a", freshness=1.0),
        SlugClaim(id=2, slug="a", freshness=2.0),
    )
    assert after([stale], [stale, fresh]).slugs == {1: "a-1", 2: "a"}


def test_slugs_that_differ_in_case_are_told_apart_and_the_first_stays() -> None:
    for newcomer in ("Docking", "DOCKING"):
        fresh = SlugClaim(id=1, slug=newcomer, freshness=9.0)
        assert after(live(e2="docking"), [fresh, *live(e2="docking")]).slugs == {
            1: "docking-1",
            2: "docking",
        }


@pytest.mark.parametrize(
    ("slug", "stem"),
    [
        ("../../etc/passwd", "etc-passwd-7"), ("", "event-7"), ("index", "index-7"),
        ("CON", "con-7"), ("lpt1", "lpt1-7"), ("a b", "a-b-7"), ("é", "e-7"), ("日本", "event-7"),
        ("x" * 101, "x" * 80 + "-7"), ("a.b", "a-b-7"), ("a/b", "a-b-7"), ("a\x00b", "a-b-7"),
        ("US_EVA-1", "us_eva-1"), ("-", "-"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_file_name_is_made_one(slug: str, stem: str) -> None:
    assert after(live(e7=slug)).slugs == {7: stem}


def test_whoever_is_told_apart_takes_no_address_that_another_has() -> None:
    stems = after(live(e7="a b", e8="a-b-7"))
    assert stems.slugs == {7: "a-b-7-7", 8: "a-b-7"}
    # The former address of another is answered for: it is not taken over for mere convenience.
    assert after(live(e8="a-b-7"), live(e8="x", e7="a b")).slugs == {7: "a-b-7-7", 8: "x"}


def test_an_address_of_which_nobody_is_left_to_show_is_an_orphan() -> None:
    stems = after(live(e1="a", e2="b"), live(e1="a"))
    assert stems.unresolved == {"b": 2}


def test_types_live_at_their_names_and_former_names_lead_there() -> None:
    berthing, docking = EventType(id=4, name="Berthing"), EventType(id=2, name="Docking")
    book = update_registry([an_event(1, type=berthing), an_event(2, type=docking)], SlugRegistry())
    assert book.type_slug(4) == "berthing"
    renamed = EventType(id=4, name="Spacecraft Berthing")
    book = update_registry([an_event(1, type=renamed), an_event(2, type=docking)], book)
    assert book.type_slug(4) == "spacecraft-berthing"
    assert book.type_redirects == {"berthing": 4}
    assert book.event_slug(1) == "event-1"
    assert book.redirects == {}


def test_two_types_with_one_name_keep_their_addresses() -> None:
    first, second = (EventType(id=n, name="Landing") for n in (7, 9))
    events = [an_event(1, type=first), an_event(2, type=second)]
    book = update_registry(events, SlugRegistry())
    assert book.types.slugs == {7: "landing", 9: "landing-9"}
    assert update_registry(reversed(events), book) == book


slugs = st.sampled_from(["a", "A", "b", "a-1", "a-2", "b-3-3", "index", "../x", "", "con", "ä"])
worlds = st.lists(
    st.dictionaries(st.integers(1, 5), st.tuples(slugs, st.booleans(), st.integers(0, 3))),
    max_size=8,
)


@given(worlds, st.randoms())
@settings(max_examples=300)
def test_whatever_happens_to_slugs_no_address_dies_and_none_has_two(worlds, random) -> None:  # type: ignore[no-untyped-def]
    stems, published, seen = SlugTable(), set(), {}
    for world in worlds:
        # An event that vanished upstream stays in the archive, withdrawn.
        seen |= world
        claims = [
            SlugClaim(id=n, slug=slug, is_live=n in world and alive, freshness=float(freshness))
            for n, (slug, alive, freshness) in seen.items()
        ]
        before = stems
        stems = assign_slugs(claims, before.owners, kind="event")
        random.shuffle(claims)
        assert assign_slugs(claims, before.owners, kind="event") == stems
        assert assign_slugs(claims, stems.owners, kind="event").slugs == stems.slugs

        published |= set(stems.slugs.values())
        addresses = [*stems.slugs.values(), *stems.redirects]
        assert len({stem.lower() for stem in addresses}) == len(addresses)
        assert published <= set(addresses)
        assert stems.unresolved == {}
        assert all(slugify(stem) or stem == "-" for stem in addresses)
        for claim in claims:
            rivals = [c for c in claims if c.slug.lower() == claim.slug.lower() and c.is_live]
            if rivals == [claim] and claim.slug in ("a", "b", "a-1", "a-2", "b-3-3"):
                assert stems.slugs[claim.id] == claim.slug
