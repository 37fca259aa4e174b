"""Places of events: one `Place` for all the names under which LL2 has it.

Locations are free text ("ISS", "International Space Station", "Baïkonour, Қазақстан"). Two texts
are one place if they differ only in case, accents and punctuation, or if the table says so. A place
that is not in the table has the name that LL2 gives it.
"""

import hashlib
from collections.abc import Mapping
from functools import lru_cache

from msgspec import Struct

from events_archive.model.slugs import safe_slug, slugify

EARTH = "On Earth"
ORBIT = "In orbit around Earth"
MOON = "The Moon"
MARS = "Mars"
BEYOND = "Other worlds"
ONLINE = "Online"
BODIES = (ORBIT, EARTH, MOON, MARS, BEYOND, ONLINE)
"""The groups of places, in the order of the index page."""


class Place(Struct, frozen=True, kw_only=True):
    """A place of events."""

    slug: str
    """Its identity, and the file name of its page: ``international-space-station``."""
    name: str
    body: str
    """One of `BODIES`."""


_TABLE: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("International Space Station", ORBIT, ("ISS", "International Space Station (ISS)")),
    ("Tiangong space station", ORBIT, (
        "Tiangong", "Chinese Space Station", "China Space Station", "CSS",
        "Tianhe Core Module, China Space Station",
    )),
    ("Earth orbit", ORBIT, ("Low Earth Orbit", "LEO", "Orbit")),
    ("Lunar orbit", MOON, ("Moon orbit",)),
    ("Earth", EARTH, ()),
    ("Johnson Space Center, Houston", EARTH, (
        "Johnson Space Center", "NASA Johnson Space Center", "JSC",
        "Johnson Space Center, Houston, TX, USA", "Johnson Space Center, Houston, Texas, USA",
        "Johnson Space Center, TX, USA",
    )),
    ("Kennedy Space Center, Florida", EARTH, (
        "Kennedy Space Center", "NASA Kennedy Space Center", "KSC", "Kennedy Space Center, FL",
        "Kennedy Space Center, FL, USA", "Kennedy Space Center, Florida, USA",
    )),
    ("Starbase, Texas", EARTH, (
        "Starbase", "Starbase, TX", "Starbase, TX, USA", "Starbase, Texas, USA",
        "SpaceX Starbase, TX, USA", "Boca Chica", "Boca Chica, Texas", "Boca Chica, TX, USA",
    )),
    ("Jet Propulsion Laboratory, Pasadena", EARTH, (
        "Jet Propulsion Laboratory", "JPL", "Jet Propulsion Laboratory, Pasadena, California, USA",
        "Jet Propulsion Laboratory, Pasadena, CA, USA",
    )),
    ("Stennis Space Center, Mississippi", EARTH, (
        "Stennis Space Center", "Stennis Space Center, MS, USA",
    )),
    ("Baikonur, Kazakhstan", EARTH, (
        "Baikonur", "Baikonour", "Baikonur Cosmodrome", "Baïkonour, Қазақстан",
        "Baikonur Cosmodrome, Kazakhstan", "Baikonur Cosmodrome, Republic of Kazakhstan",
    )),
    ("Moon", MOON, ("The Moon", "Lunar surface")),
    ("Mars", MARS, ()),
    ("Solar System", BEYOND, ()),
    ("Jezero crater, Mars", MARS, ("Jezero crater",)),
    ("Online", ONLINE, ("Virtual", "Virtual event", "Internet", "Webcast")),
    ("Teleconference", ONLINE, ("Media teleconference",)),
)  # fmt: skip
"""The name of each place, its body, and LL2's other names for it."""

_PARTS_OF = {", jezero crater, mars": "jezero-crater-mars"}
"""Ends of names of places that are parts of another, with its slug: Ingenuity's airfields."""

_BEYOND = """
    sun mercury venus jupiter saturn uranus neptune pluto ceres bennu ryugu didymos dimorphos
    europa ganymede callisto io titan enceladus phobos deimos dinkinesh apophis
"""

_BODIES_BY_WORD: Mapping[str, str] = {
    "moon": MOON,
    "mars": MARS,
    **dict.fromkeys(_BEYOND.split(), BEYOND),
}
"""Bodies by a word in the last part of a place's name."""

PLACES: Mapping[str, Place] = {
    slugify(name): place
    for place, names in (
        (Place(slug=safe_slug(first, "place"), name=first, body=body), (first, *others))
        for first, body, others in _TABLE
    )
    for name in names
}
"""The table by the slug of each name."""


_NAMES = {PLACES[slugify(first)].slug: (first, *others) for first, _, others in _TABLE}


def names_of_place(slug: str) -> tuple[str, ...]:
    """Return the names of a place that the table has, the one that is shown first."""
    return _NAMES.get(slug, ())


@lru_cache(maxsize=4096)
def place_of(location: str) -> Place | None:
    """Return the place that ``location`` names; None if it is blank."""
    name = " ".join(location.split())
    if not name:
        return None
    lowered = name.casefold()
    slug = next((part for end, part in _PARTS_OF.items() if lowered.endswith(end)), slugify(name))
    if slug in PLACES:
        return PLACES[slug]
    fallback = f"place-{hashlib.sha256(lowered.encode('utf-8', 'replace')).hexdigest()[:8]}"
    return Place(slug=safe_slug(name, fallback, "place"), name=name, body=_body(lowered))


def canonical_slug(slug: str) -> str:
    """Return the slug of the place that has ``slug``, or had it before it was in the table."""
    return PLACES[slug].slug if slug in PLACES else slug


def _body(name: str) -> str:
    """Return the body that the last part of ``name`` mentions, Earth if it mentions none."""
    words = name.rpartition(",")[2].split()
    for word in reversed(words):
        if word in _BODIES_BY_WORD:
            return _BODIES_BY_WORD[word]
    return ORBIT if "orbit" in words or "space station" in name else EARTH
