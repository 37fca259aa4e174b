"""Missions: which flight of which spacecraft an event belongs to, by the event's name.

LL2 writes one flight in many ways: "CRS-21 Dragon Docking", "SpaceX CRS-21 Dragon Undocking". Only
names that match the table belong to a mission.
"""

import re
from functools import lru_cache
from typing import NamedTuple


class Mission(NamedTuple):
    """One flight of a spacecraft, or the whole life of a probe."""

    family: str
    """The name without the number: ``Progress MS-``."""
    number: int | None
    """None for a mission that has no number in its name."""

    @property
    def name(self) -> str:
        """``Progress MS-17``."""
        return self.family if self.number is None else f"{self.family}{self.number}"


_OPERATORS = re.compile(
    r"(?:(?:NASA(?:['’]s)?|SpaceX|ESA|JAXA|Roscosmos|Boeing|CST-100|Axiom Space|Uncrewed|"
    r"Crew Dragon|Cargo Dragon|Dragon(?: 2)?|"
    r"[\"“]?(?:Endeavour|Resilience|Endurance|Freedom|Grace)[\"”]?) )*",
    re.IGNORECASE,
)
"""What may precede the name of a mission: its operator, the craft, the name of a capsule."""

_NAMES: tuple[tuple[str, str], ...] = (
    ("Progress MS-", r"Progress MS[- ]?(\d{1,4})"),
    ("Progress M-UM", r"Progress[- ]M-UM"),
    ("Soyuz MS-", r"Soyuz MS[- ]?(\d{1,4})"),
    ("Shenzhou ", r"Shenzhou[- ](\d{1,4})"),
    ("Tianzhou ", r"Tianzhou[- ](\d{1,4})"),
    ("Mengzhou ", r"Mengzhou[- ](\d{1,4})"),
    ("Qingzhou ", r"Qingzhou[- ](\d{1,4})"),
    ("Cygnus NG-", r"(?:Northrop Grumman )?Cygnus (?:XL |CRS-?2 )?NG-(\d{1,4})"),
    ("Cygnus NG-", r"(?:Northrop Grumman )?NG-(\d{1,4}) Cygnus"),
    ("SpaceX CRS-", r"(?:CRS-?2 )?SpX-(\d{1,4})"),
    ("SpaceX CRS-", r"CRS-(\d{1,4})(?! (?:SpX|NG|OA|SSC|DC)\b)"),
    ("SpaceX Crew-", r"(?:SpX )?(?:Crew|USCV)-(\d{1,4})"),
    ("SpaceX Demo-", r"(?:SpX-?)?DM-?([12])"),
    ("SpaceX Demo-", r"Demo-([12])"),
    ("Starliner-", r"Starliner-(\d{1,4})"),
    ("Starliner OFT-", r"(?:Starliner )?(?:OFT|Orbital Flight Test)[- ]?([12])"),
    ("Starliner CFT", r"(?:Starliner )?(?:CFT|Crew(?:ed)? Flight Test)"),
    ("Axiom Mission ", r"(?:Axiom Mission |Ax-|Axiom-)(\d{1,4})"),
    ("HTV-", r"(?:HTV|Kounotori)[- ]?(\d{1,4})"),
    ("HTV-X", r"HTV-X-?(\d{1,4})"),
    ("Dream Chaser ", r"Dream Chaser (?:DC|SSC-Demo|Demo)-(\d{1,4})"),
    ("Starship SN", r"Starship SN(\d{1,4})"),
    ("Starship S", r"Starship S(\d{1,4})"),
    ("Super Heavy Booster ", r"Super Heavy (?:Booster |B)(\d{1,4})"),
    ("Chang'e ", r"Chang['’]e[- ](\d{1,4})"),
    ("Artemis ", r"Artemis[- ](\d{1,4})"),
    ("Tianwen-", r"Tianwen-(\d{1,4})"),
    *((name, name) for name in (
        "BepiColombo", "Solar Orbiter", "Parker Solar Probe", "Europa Clipper", "Lucy", "Psyche",
        "Hera", "Juice", "Juno", "OSIRIS-REx", "DART",
    )),
    ("Hayabusa2", "Hayabusa-?2"),
)  # fmt: skip
"""Missions without their running number, and how the names of their events begin.

A number has four digits at most: a longer one is a mistake, and the slugs of two could be one.
"""

_PATTERNS = tuple(
    (family, re.compile(rf"{pattern}\b", re.IGNORECASE)) for family, pattern in _NAMES
)
_HYPHENS = dict.fromkeys(map(ord, "‐‑–"), "-")
"""Other characters that are written for a hyphen."""


def find_mission(name: str) -> Mission | None:
    """Return the mission that the name of an event begins with; None if there is none."""
    return split_mission(name)[0]


@lru_cache(maxsize=1 << 16)  # An event's series, visits and story need it.
def split_mission(name: str) -> tuple[Mission | None, str]:
    """Return the mission that the name of an event begins with, and what the event is.

    That is "Docking" for 'SpaceX Crew-1 "Resilience" Crew Dragon Docking'.
    """
    name = " ".join(name.translate(_HYPHENS).split())
    operators = _OPERATORS.match(name)
    start = operators.end() if operators else 0
    for family, pattern in _PATTERNS:
        if match := pattern.match(name, start):
            mission = Mission(family, int(match[1]) if match.lastindex else None)
            rest = name[match.end() :].lstrip(" ,:&-")
            return mission, _OPERATORS.sub("", rest, count=1)
    return None, name
