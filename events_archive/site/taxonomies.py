"""The table of taxonomies, and how their terms are found: a new row is a new taxonomy.

A slug ends in LL2's id where there is one, so that two terms of one name are told apart and a
renamed term is recognised. Places and series are known by name, through the tables in
``model/places.py`` and ``model/series.py``.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import partial
from types import MappingProxyType
from typing import Any

from events_archive.model.catalogue import Catalogue, Events
from events_archive.model.event import Event
from events_archive.model.interval import format_day, format_day_of_year, format_month
from events_archive.model.places import BODIES, canonical_slug, place_of
from events_archive.model.series import Series, find_series
from events_archive.model.slugs import SlugRegistry, safe_slug
from events_archive.search.index import PLACE, TYPE
from events_archive.site import pagination
from events_archive.site.categories import category_of
from events_archive.site.stations import merge_stations
from events_archive.site.terms import Taxonomy, Term

EVERY_SIX_HOURS, DAILY = "PT6H", "P1D"
"""Refresh intervals of calendars (RFC 5545 section 3.3.6)."""

_DAYS = [(date(2020, 1, 1) + timedelta(days=n)).timetuple()[1:3] for n in range(366)]
"""All days of a leap year as (month, day)."""


def find_types(taxonomy: Taxonomy, catalogue: Catalogue, slugs: SlugRegistry) -> Iterator[Term]:
    """Yield the types, those of withdrawn events included."""
    for type in sorted(catalogue.types, key=lambda type: (type.name.casefold(), type.id)):
        yield Term(
            taxonomy=taxonomy,
            key=type.id,
            slug=slugs.types.slugs[type.id],
            name=type.name,
            events=catalogue.by_type[type.id],
            value=type,
            category=category_of(type),
        )


def find_periods(
    taxonomy: Taxonomy,
    catalogue: Catalogue,
    slugs: SlugRegistry,
    *,
    groups: Callable[[Catalogue], Mapping[Any, Events]],
    slug: Callable[[Any], str],
    name: Callable[[Any], str],
) -> list[Term]:
    """Return the years, months or days of ``groups``, by which each is known."""
    return [
        Term(taxonomy=taxonomy, key=key, slug=slug(key), name=name(key), events=events, value=key)
        for key, events in groups(catalogue).items()
    ]


def find_places(taxonomy: Taxonomy, catalogue: Catalogue, slugs: SlugRegistry) -> list[Term]:
    """Return the places that events name, by world and name."""
    terms = []
    for slug, events in catalogue.by_place.items():
        place = place_of(events[-1].location)
        assert place, "only events with a place are grouped"
        spellings = {" ".join(event.location.split()) for event in events} - {place.name}
        also = "; ".join(sorted(spellings))
        terms.append(
            Term(
                taxonomy=taxonomy,
                key=slug,
                slug=slug,
                name=place.name,
                events=events,
                value=place,
                group=place.body,
                facts=_known([("Where", place.body), ("Also written", also)]),
            )
        )
    return sorted(terms, key=lambda term: (BODIES.index(term.group), *_natural_order(term)))


def find_members(
    taxonomy: Taxonomy,
    catalogue: Catalogue,
    slugs: SlugRegistry,
    *,
    facts: Mapping[str, str] = MappingProxyType({}),
    **fields: str,
) -> list[Term]:
    """Return what the attribute of events that is called like the taxonomy has, by LL2's id.

    ``facts`` names the attributes of a member that are facts, by the names of these; ``fields``
    those that are fields of its term. If records disagree, the latest event's counts.
    """
    latest: dict[int, Any] = {}
    events_of: dict[int, dict[int, Event]] = {}
    for event in catalogue.events:
        for member in getattr(event, taxonomy.name):
            latest[member.id] = member
            events_of.setdefault(member.id, {})[event.id] = event
    fallback = taxonomy.singular.lower().replace(" ", "-")
    terms = (
        Term(
            taxonomy=taxonomy,
            key=id,
            slug=f"{safe_slug(member.name, fallback)}-{id}",
            name=member.name or f"{taxonomy.singular} {id}",
            events=tuple(events_of[id].values()),
            value=member,
            facts=_known((name, getattr(member, attribute)) for name, attribute in facts.items()),
            **{field: getattr(member, attribute) for field, attribute in fields.items()},
        )
        for id, member in latest.items()
    )
    return sorted(terms, key=_natural_order)


def find_all_series(
    taxonomy: Taxonomy, catalogue: Catalogue, slugs: SlugRegistry
) -> Iterator[Term]:
    """Yield the series and missions that the names of events show."""
    for series in sorted(find_series(catalogue.events), key=_natural_order):
        yield Term(
            taxonomy=taxonomy,
            key=series.slug,
            slug=series.slug,
            name=series.name,
            events=series.events,
            value=series,
            group="Numbered series" if series.is_counted else "Missions",
        )


def _known(facts: Iterable[tuple[str, str | date | None]]) -> tuple[tuple[str, str], ...]:
    """Return the facts that are not empty, dates in words."""
    return tuple(
        (name, format_day(value) if isinstance(value, date) else value)
        for name, value in facts
        if value
    )


def _natural_order(named: Term | Series) -> tuple[list[tuple[int, str]], str]:
    """Order by name, numbers in names as numbers: MS-9 before MS-10."""
    words = [
        (int(part), "") if part.isdecimal() else (0, part.casefold())
        for part in re.split(r"(\d+)", named.name)
        if part
    ]
    return words, named.slug


def _id_from_slug(slug: str) -> str:
    """Return LL2's id at the end of a slug; the slug itself if there is none."""
    return re.sub(r"^.*-(?=\d+$)", "", slug)


TAXONOMIES = (
    Taxonomy(
        name="types", title="Types", singular="Type",
        search_places=TYPE,
        find=find_types, is_optional=False, records_terms=False,
        feed_id="type", calendar_refresh=EVERY_SIX_HOURS,
        min_events=0, has_archives=True,
        template="pages/type.html", page_title="{name}",
        page_description="{events} of the type {name}, with their pictures.",
        index_template="pages/types.html", index_title="Types of events",
        index_description="The {count} types of spaceflight events in this archive.",
    ),
    Taxonomy(
        name="years", title="Years", singular="Year", phrase="{name}", min_events=0,
        search_places=0,
        find=partial(
            find_periods, groups=lambda events: events.by_year, slug="{:04}".format, name=str
        ),
        is_optional=False, layout=pagination.split_by_month,
        navigation_label="Years", calendar_refresh=DAILY,
        template="pages/year.html", page_title="Spaceflight events in {name}",
        page_description="{events} in {name}, month by month.",
        index_template="pages/years.html",
        index_description="Spaceflight events year by year.",
    ),
    Taxonomy(
        name="months", title="Months", singular="Month",
        search_places=0,
        find=partial(
            find_periods,
            groups=lambda events: events.by_month,
            slug=lambda month: f"{month[0]:04}-{month[1]:02}",
            name=lambda month: format_month(*month),
        ),
        has_index=False, layout=pagination.split_with_days,
        template="pages/month.html", page_title="Spaceflight events in {name}",
        page_description="{events} in {name}.",
    ),
    Taxonomy(
        name="days", title="On this day", singular="Day",
        search_places=0,
        find=partial(
            find_periods,
            groups=lambda events: {day: events.by_day.get(day, ()) for day in _DAYS},
            slug=lambda day: f"{day[0]:02}-{day[1]:02}",
            name=format_day_of_year,
        ),
        is_optional=False, records_terms=False, is_cyclic=True, navigation_label="On this day",
        layout=partial(pagination.split_by_number, grouping=pagination.by_year_of_day),
        template="pages/day.html", page_title="On this day: {name}",
        page_description="{events} on {name}, across all years.",
        index_template="pages/days.html",
        index_description="What happened in spaceflight on each day of the year.",
    ),
    Taxonomy(
        name="series", title="Series and missions", singular="Series",
        feed_id="series", calendar_refresh=EVERY_SIX_HOURS,
        intro="Events that belong together: everything that one spacecraft did, and what is "
        "numbered, such as spacewalks. Only events whose names are unambiguous are included.",
        find=find_all_series,
    ),
    Taxonomy(
        name="places", title="Places", singular="Place",
        search_places=PLACE,
        feed_id="place", calendar_refresh=EVERY_SIX_HOURS,
        intro="Where events take place: in orbit, on other worlds, and in the rooms where people "
        "talk about them. A place that is known by several names has one page here.",
        find=find_places, canonical_slug=canonical_slug,
    ),
    Taxonomy(
        name="stations", title="Space stations", singular="Space station",
        search_places=PLACE,
        feed_id="station", calendar_refresh=EVERY_SIX_HOURS,
        intro="Space stations, and everything that arrived, departed or happened on board.",
        find=partial(
            find_members,
            facts={
                "Type": "type", "Status": "status", "Orbit": "orbit",
                "In space since": "founded", "Until": "deorbited",
            },
            description="description",
        ),
        canonical_slug=_id_from_slug,
    ),
    Taxonomy(
        name="agencies", title="Agencies", singular="Agency",
        feed_id="agency", calendar_refresh=EVERY_SIX_HOURS,
        intro="The space agencies and companies behind the events.",
        find=partial(
            find_members, facts={"Abbreviation": "abbreviation", "Type": "type"}, group="type"
        ),
        canonical_slug=_id_from_slug,
    ),
    Taxonomy(
        name="programs", title="Programmes", singular="Programme",
        feed_id="program", calendar_refresh=EVERY_SIX_HOURS,
        intro="The long-running programmes that events belong to.",
        find=partial(find_members, description="description", website="url"),
        canonical_slug=_id_from_slug,
    ),
    Taxonomy(
        name="astronauts", title="Astronauts", singular="Astronaut",
        feed_id="astronaut", calendar_refresh=EVERY_SIX_HOURS,
        intro="The people who took part, each with the events that name them.",
        find=partial(find_members, facts={"Agency": "agency", "Status": "status"}),
        canonical_slug=_id_from_slug,
    ),
)  # fmt: skip
"""In the order of the home page and of the page "Browse"."""


def find_terms(
    taxonomies: Iterable[Taxonomy], catalogue: Catalogue, slugs: SlugRegistry
) -> Mapping[str, tuple[Term, ...]]:
    """Return the terms of all taxonomies, by the taxonomy's name."""
    return merge_stations({one.name: tuple(one.find(one, catalogue, slugs)) for one in taxonomies})
