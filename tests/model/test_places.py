"""One place for all the names that the source writes it under."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events_archive.model.places import BODIES, PLACES, canonical_slug, place_of
from events_archive.model.slugs import slugify


def _stem(location: str) -> str:
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
def test_names_of_one_place_are_one_place(one: str, other: str) -> None:
    assert _stem(one) == _stem(other)


def test_places_that_only_look_alike_stay_apart() -> None:
    names = ("Moon", "Lunar orbit", "Mars", "Earth", "Earth Orbit", "Online", "Teleconference")
    assert len({_stem(name) for name in names}) == len(names)


@pytest.mark.parametrize(
    ("location", "body"),
    [
        ("ISS", "In orbit around Earth"),
        ("Mons Rümker, Moon", "The Moon"),
        ("Utopia Planitia, Mars", "Mars"),
        ("Mercury", "Other worlds"),
        ("Haven-1 Space Station", "In orbit around Earth"),
        ("Guyana Space Center, Kourou, French Guiana", "On Earth"),
        ("Online", "Online"),
    ],
)
def test_a_place_is_on_a_world(location: str, body: str) -> None:
    place = place_of(location)
    assert place
    assert place.body == body


def test_no_location_is_no_place() -> None:
    assert place_of("") is None
    assert place_of(" \n ") is None


def test_a_place_in_letters_that_no_address_holds_still_has_one_of_its_own() -> None:
    assert re.fullmatch(r"place-[0-9a-f]{8}", _stem("北京"))
    assert _stem("北京") != _stem("上海")


def test_no_name_stands_for_two_places() -> None:
    for stem, place in PLACES.items():
        assert place_of(place.name) == place, stem
        assert canonical_slug(stem) == place.slug


@given(st.text(max_size=60))
def test_every_text_is_a_safe_address_or_none(text: str) -> None:
    place = place_of(text)
    if place is None:
        assert not text.split()
    else:
        assert re.fullmatch(r"[a-z0-9_][a-z0-9_-]{0,90}", place.slug)
        assert place.slug not in ("index", "con", "nul")
        assert place.body in BODIES
        assert place_of(place.name) == place or slugify(place.name) == ""
