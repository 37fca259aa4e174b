"""Where events take place: one place for all the names that the source writes it under.

Locations are free text ("ISS", "International Space Station", "Baïkonour, Қазақстан"). Two texts
are one place where they differ only in case, accents and punctuation, or where `PLACES` says so.
Nothing is guessed beyond that: a place that is not in the table is called what the source calls it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from events_archive.model.slugs import safe_slug, slugify

EARTH, ORBIT, MOON, MARS, BEYOND, ONLINE = (
    "On Earth",
    "In orbit around Earth",
    "The Moon",
    "Mars",
    "Other worlds",
    "Online",
)
BODIES = (ORBIT, EARTH, MOON, MARS, BEYOND, ONLINE)
"""Where a place is, in the order of every index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Somewhere, whatever it was called."""

    slug: str
    """Its identity, and the last part of its page's address: ``international-space-station``."""
    name: str
    body: str
    """One of `BODIES`."""


_TABLE: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("International Space Station", ORBIT, ("ISS", "International Space Station (ISS)")),
    (
        "Tiangong space station",
        ORBIT,
        (
            "Tiangong",
            "Chinese Space Station",
            "China Space Station",
            "CSS",
            "Tianhe Core Module, China Space Station",
        ),
    ),
    ("Earth orbit", ORBIT, ("Low Earth Orbit", "LEO", "Orbit")),
    ("Lunar orbit", MOON, ("Moon orbit",)),
    ("Earth", EARTH, ()),
    (
        "Johnson Space Center, Houston",
        EARTH,
        (
            "Johnson Space Center",
            "NASA Johnson Space Center",
            "JSC",
            "Johnson Space Center, Houston, TX, USA",
            "Johnson Space Center, Houston, Texas, USA",
            "Johnson Space Center, TX, USA",
        ),
    ),
    (
        "Kennedy Space Center, Florida",
        EARTH,
        (
            "Kennedy Space Center",
            "NASA Kennedy Space Center",
            "KSC",
            "Kennedy Space Center, FL",
            "Kennedy Space Center, FL, USA",
            "Kennedy Space Center, Florida, USA",
        ),
    ),
    (
        "Starbase, Texas",
        EARTH,
        (
            "Starbase",
            "Starbase, TX",
            "Starbase, TX, USA",
            "Starbase, Texas, USA",
            "SpaceX Starbase, TX, USA",
            "Boca Chica",
            "Boca Chica, Texas",
            "Boca Chica, TX, USA",
        ),
    ),
    (
        "Jet Propulsion Laboratory, Pasadena",
        EARTH,
        (
            "Jet Propulsion Laboratory",
            "JPL",
            "Jet Propulsion Laboratory, Pasadena, California, USA",
            "Jet Propulsion Laboratory, Pasadena, CA, USA",
        ),
    ),
    (
        "Stennis Space Center, Mississippi",
        EARTH,
        ("Stennis Space Center", "Stennis Space Center, MS, USA"),
    ),
    (
        "Baikonur, Kazakhstan",
        EARTH,
        (
            "Baikonur",
            "Baikonour",
            "Baikonur Cosmodrome",
            "Baïkonour, Қазақстан",
            "Baikonur Cosmodrome, Kazakhstan",
            "Baikonur Cosmodrome, Republic of Kazakhstan",
        ),
    ),
    ("Moon", MOON, ("The Moon", "Lunar surface")),
    ("Mars", MARS, ()),
    ("Jezero crater, Mars", MARS, ("Jezero crater",)),
    ("Online", ONLINE, ("Virtual", "Virtual event", "Internet", "Webcast")),
    ("Teleconference", ONLINE, ("Media teleconference",)),
)
"""Each place's name, where it is, and what else the source calls it."""

_PARTS_OF = {", jezero crater, mars": "jezero-crater-mars"}
"""Ends of names, of places too small to tell apart: Ingenuity's airfields."""

_BEYOND = """
    sun mercury venus jupiter saturn uranus neptune pluto ceres bennu ryugu didymos dimorphos
    europa ganymede callisto io titan enceladus phobos deimos dinkinesh apophis
"""

_WORLDS: Mapping[str, str] = {"moon": MOON, "mars": MARS, **dict.fromkeys(_BEYOND.split(), BEYOND)}
"""Worlds by the last word or words of a place's name."""

PLACES: Mapping[str, Place] = {
    slugify(name): place
    for place, names in (
        (Place(slug=safe_slug(first, "place"), name=first, body=body), (first, *others))
        for first, body, others in _TABLE
    )
    for name in names
}
"""The table by each of a place's names, as stems."""


@lru_cache(maxsize=4096)
def place_of(location: str) -> Place | None:
    """The place that a location means; None where there is none."""
    name = " ".join(location.split())
    if not name:
        return None
    lowered = name.casefold()
    stem = next((part for end, part in _PARTS_OF.items() if lowered.endswith(end)), slugify(name))
    if stem in PLACES:
        return PLACES[stem]
    unwritten = f"place-{hashlib.sha256(lowered.encode('utf-8', 'replace')).hexdigest()[:8]}"
    return Place(slug=safe_slug(name, unwritten, "place"), name=name, body=_body(lowered))


def canonical_slug(stem: str) -> str:
    """The stem of the place that another was found to be: for addresses of before the table."""
    return PLACES[stem].slug if stem in PLACES else stem


def _body(name: str) -> str:
    """Where it is, by the last part of its name; on Earth where that says nothing else."""
    last = name.rpartition(",")[2].split()
    world = next((_WORLDS[word] for word in reversed(last) if word in _WORLDS), "")
    if world:
        return world
    return ORBIT if "orbit" in last or "space station" in name else EARTH
