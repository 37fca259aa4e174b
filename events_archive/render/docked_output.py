"""Writes what was at the space stations on a day, for the command line."""

from collections.abc import Iterable
from datetime import date

from events_archive.model.interval import format_day
from events_archive.model.visits import Visit
from events_archive.render.downloads import csv_text, indented_json
from events_archive.render.query_output import padded_columns
from events_archive.site.export_columns import VISIT_COLUMNS, rows_of, visit_record
from events_archive.site.site import Site

DOCKED_FORMATS = ("table", "json", "csv")


def docked_output(site: Site, day: date, format: str) -> str:
    """Return the visits of ``day`` (UTC) in one of `DOCKED_FORMATS`.

    Those that the record leaves open come apart from those that are certain, and are not in CSV.
    """
    certain = [visit for visit in site.visits if visit.is_certain(day)]
    possible = [v for v in site.visits if v.is_possible(day) and not v.is_certain(day)]
    if format == "csv":
        return csv_text(VISIT_COLUMNS, rows_of(VISIT_COLUMNS, site, certain))
    if format == "json":
        return indented_json(
            {
                "day": day.isoformat(),
                "docked": [visit_record(site, visit) for visit in certain],
                "possibly_docked": [visit_record(site, visit) for visit in possible],
            }
        )
    planned = ", as planned" if day > site.catalogue.today else ""
    output = f"Docked on {format_day(day)}{planned}:\n{_table(certain)}"
    if possible:
        reason = "whose arrival or departure is not recorded, or not to the day"
        output += f"\nPossibly docked, {reason}:\n{_table(possible)}"
    return output


def _table(visits: Iterable[Visit]) -> str:
    lines = [
        (
            visit.craft,
            visit.station.name,
            visit.arrivals[0].date.display if visit.arrivals else "not recorded",
            visit.departures[-1].date.display if visit.departures else "not recorded",
        )
        for visit in visits
    ]
    header = ("craft", "station", "arrival", "departure")
    return padded_columns([header, *lines]) if lines else "nothing that the record shows\n"
