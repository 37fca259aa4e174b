"""Places: one for all the names under which LL2 has it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events_archive.model.places import BODIES, PLACES, canonical_slug, place_of
from events_archive.model.slugs import slugify


def _slug(location: str) -> str:
    place = place_of(location)
    assert place
    return place.slug


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ISS", "International Space Station"),
        ("Chinese Space Station", "Tiangong Space Station"),
        ("Tianhe Core Module, China Space Station", "Tiangong"),
        ("Johnson Space Center", "Johnson Space Center, Houston, TX, USA"),
        ("Boca Chica, Texas", "Starbase, TX, USA"),
        ("Airfield D, Jezero crater, Mars", "Airfield F, Jezero crater, Mars"),
        ("Baïkonour, Қазақстан", "baikonour"),
        ("  Kennedy  Space\nCenter ", "Kennedy Space Center, Florida, USA"),
    ],
)
def test_all_names_of_a_place_have_one_slug(one: str, other: str) -> None:
    assert _slug(one) == _slug(other)


def test_places_with_similar_names_have_different_slugs() -> None:
    names = ("Moon", "Lunar orbit", "Mars", "Earth", "Earth Orbit", "Online", "Teleconference")
    assert len({_slug(name) for name in names}) == len(names)


@pytest.mark.parametrize(
    ("location", "body"),
    [
        ("ISS", "In orbit around Earth"),
        ("Mons Rümker, Moon", "The Moon"),
        ("Utopia Planitia, Mars", "Mars"),
        ("Mercury", "Other worlds"),
        ("Solar System", "Other worlds"),
        ("Haven-1 Space Station", "In orbit around Earth"),
        ("Guyana Space Center, Kourou, French Guiana", "On Earth"),
        ("Online", "Online"),
    ],
)
def test_a_place_has_a_body(location: str, body: str) -> None:
    place = place_of(location)
    assert place
    assert place.body == body


def test_a_blank_location_is_no_place() -> None:
    assert place_of("") is None
    assert place_of(" \n ") is None


def test_a_name_without_latin_letters_has_a_slug_of_its_own() -> None:
    assert re.fullmatch(r"place-[0-9a-f]{8}", _slug("北京"))
    assert _slug("北京") != _slug("上海")


def test_each_name_in_the_table_is_one_place() -> None:
    for slug, place in PLACES.items():
        assert place_of(place.name) == place, slug
        assert canonical_slug(slug) == place.slug


@given(st.text(max_size=60))
def test_every_text_has_a_safe_slug_or_is_blank(text: str) -> None:
    place = place_of(text)
    if place is None:
        assert not text.split()
    else:
        assert re.fullmatch(r"[a-z0-9_][a-z0-9_-]{0,90}", place.slug)
        assert place.slug not in ("index", "con", "nul")
        assert place.body in BODIES
        assert place_of(place.name) == place or slugify(place.name) == ""
