"""The kinds of ways in: what each is called, and where its pages lie."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One sort of ways in."""

    folder: str
    """Its pages' folder, and its name in templates: ``places``."""
    title: str
    intro: str
    one: str
    """What one of them is called."""


PLACES = Kind(
    folder="places",
    title="Places",
    intro="Where it happens: in orbit, on other worlds, and in the rooms where people talk about "
    "it. One place often goes by several names; here it has one page.",
    one="Place",
)
STATIONS = Kind(
    folder="stations",
    title="Space stations",
    intro="The houses in orbit, and everything that came to, went from or happened on board.",
    one="Space station",
)
PROGRAMS = Kind(
    folder="programs",
    title="Programmes",
    intro="The long undertakings that single events belong to.",
    one="Programme",
)
AGENCIES = Kind(
    folder="agencies",
    title="Agencies",
    intro="Those who fly, build and pay: space agencies and companies.",
    one="Agency",
)
ASTRONAUTS = Kind(
    folder="astronauts",
    title="Astronauts",
    intro="People who took part, each with the events that name them.",
    one="Astronaut",
)
SERIES = Kind(
    folder="series",
    title="Series and missions",
    intro="Events that follow one another: all that one craft did, and what is counted, such as "
    "spacewalks. Only where names leave no doubt.",
    one="Series",
)
KINDS = (PLACES, STATIONS, PROGRAMS, AGENCIES, ASTRONAUTS, SERIES)
"""In the order of every index."""

WITH_IDS = (STATIONS.folder, PROGRAMS.folder, AGENCIES.folder, ASTRONAUTS.folder)
"""Kinds whose stems end in the source's id."""
