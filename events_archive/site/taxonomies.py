"""The kinds of ways in: what each is called, and where its pages lie."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxonomy:
    """One sort of ways in."""

    name: str
    """Its pages' folder, and its name in templates: ``places``."""
    title: str
    intro: str
    singular: str
    """What one of them is called."""


PLACES = Taxonomy(
    name="places",
    title="Places",
    intro="Where it happens: in orbit, on other worlds, and in the rooms where people talk about "
    "it. One place often goes by several names; here it has one page.",
    singular="Place",
)
STATIONS = Taxonomy(
    name="stations",
    title="Space stations",
    intro="The houses in orbit, and everything that came to, went from or happened on board.",
    singular="Space station",
)
PROGRAMS = Taxonomy(
    name="programs",
    title="Programmes",
    intro="The long undertakings that single events belong to.",
    singular="Programme",
)
AGENCIES = Taxonomy(
    name="agencies",
    title="Agencies",
    intro="Those who fly, build and pay: space agencies and companies.",
    singular="Agency",
)
ASTRONAUTS = Taxonomy(
    name="astronauts",
    title="Astronauts",
    intro="People who took part, each with the events that name them.",
    singular="Astronaut",
)
SERIES = Taxonomy(
    name="series",
    title="Series and missions",
    intro="Events that follow one another: all that one craft did, and what is counted, such as "
    "spacewalks. Only where names leave no doubt.",
    singular="Series",
)
TAXONOMIES = (PLACES, STATIONS, PROGRAMS, AGENCIES, ASTRONAUTS, SERIES)
"""In the order of every index."""

WITH_SOURCE_ID = (STATIONS.name, PROGRAMS.name, AGENCIES.name, ASTRONAUTS.name)
"""Kinds whose stems end in the source's id."""
