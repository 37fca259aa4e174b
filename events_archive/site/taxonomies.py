"""The table of taxonomies: a new row, with a function that finds its terms, is a new taxonomy."""

from functools import partial

from events_archive.model.places import canonical_slug
from events_archive.site.find_terms import (
    find_agencies,
    find_all_series,
    find_astronauts,
    find_days,
    find_months,
    find_places,
    find_programs,
    find_stations,
    find_types,
    find_years,
    id_from_slug,
)
from events_archive.site.pagination import (
    by_year,
    split_by_month,
    split_by_number,
    split_with_days,
    ungrouped,
)
from events_archive.site.terms import Taxonomy

EVERY_SIX_HOURS, DAILY = "PT6H", "P1D"
"""Refresh intervals of calendars (RFC 5545 section 3.3.6)."""

TAXONOMIES = (
    Taxonomy(
        name="types",
        title="Types",
        singular="Type",
        find=find_types,
        is_optional=False,
        navigation_label="Types",
        template="pages/type.html",
        page_title="{name}",
        page_description="{events} of the type {name}, with their pictures.",
        index_template="pages/types.html",
        index_title="Types of events",
        index_description="The {count} types of spaceflight events in this archive.",
        phrase="the type {name}",
        feed_id="type",
        calendar_refresh=EVERY_SIX_HOURS,
        records_terms=False,
    ),
    Taxonomy(
        name="years",
        title="Years",
        singular="Year",
        find=find_years,
        is_optional=False,
        navigation_label="Years",
        layout=split_by_month,
        template="pages/year.html",
        page_title="Spaceflight events of {name}",
        page_description="{events} of {name}, month by month.",
        index_template="pages/years.html",
        index_description="Spaceflight events year by year.",
        calendar_refresh=DAILY,
    ),
    Taxonomy(
        name="months",
        title="Months",
        singular="Month",
        find=find_months,
        has_index=False,
        layout=split_with_days,
        template="pages/month.html",
        page_title="Spaceflight events of {name}",
        page_description="{events} of {name}.",
    ),
    Taxonomy(
        name="days",
        title="Days of the year",
        singular="Day",
        find=find_days,
        is_optional=False,
        navigation_label="Days",
        is_cyclic=True,
        layout=partial(split_by_number, grouping=by_year),
        template="pages/day.html",
        page_title="On this day: {name}",
        page_description="{events} of {name}, in all years.",
        index_template="pages/days.html",
        index_description="What happened in spaceflight on each day of the year.",
        records_terms=False,
    ),
    Taxonomy(
        name="places",
        title="Places",
        singular="Place",
        intro="Where it happens: in orbit, on other worlds, and in the rooms where people talk "
        "about it. One place often goes by several names; here it has one page.",
        find=find_places,
        navigation_label="Places",
        canonical_slug=canonical_slug,
    ),
    Taxonomy(
        name="stations",
        title="Space stations",
        singular="Space station",
        intro="The houses in orbit, and everything that came to, went from or happened on board.",
        find=find_stations,
        canonical_slug=id_from_slug,
    ),
    Taxonomy(
        name="programs",
        title="Programmes",
        singular="Programme",
        intro="The long undertakings that single events belong to.",
        find=find_programs,
        canonical_slug=id_from_slug,
    ),
    Taxonomy(
        name="agencies",
        title="Agencies",
        singular="Agency",
        intro="Those who fly, build and pay: space agencies and companies.",
        find=find_agencies,
        canonical_slug=id_from_slug,
    ),
    Taxonomy(
        name="astronauts",
        title="Astronauts",
        singular="Astronaut",
        intro="People who took part, each with the events that name them.",
        find=find_astronauts,
        canonical_slug=id_from_slug,
    ),
    Taxonomy(
        name="series",
        title="Series and missions",
        singular="Series",
        intro="Events that follow one another: all that one craft did, and what is counted, such "
        "as spacewalks. Only where names leave no doubt.",
        find=find_all_series,
        layout=partial(split_by_number, grouping=ungrouped),
    ),
)
"""In the order of the home page and of the navigation."""
