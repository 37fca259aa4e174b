"""``build.py query``: answer a query of the API from the cache."""

from dataclasses import replace
from datetime import UTC, datetime

from events_archive.commands import Options
from events_archive.commands.fetch import load_site
from events_archive.console import Console
from events_archive.errors import ArchiveError
from events_archive.query.engine import evaluate
from events_archive.query.parser import InvalidQueryError, parse_query
from events_archive.render.query_output import error_response, query_output
from events_archive.store.records import EVENTS_FILE


def run(options: Options, console: Console) -> None:
    """Print the result of the query. The cache is only read, so that no lock is needed."""
    settings = replace(options.settings, offline=True, dry_run=True)
    site = load_site(settings, Console(quiet=True))
    if not site.query_index.rows:
        raise ArchiveError(
            f"{settings.cache / EVENTS_FILE} holds no events to ask: run build.py fetch first"
        )
    output_format = "json" if settings.json else options.command_options["format"]
    # With --json, standard output holds the result and no report.
    console.as_json = False
    try:
        query = parse_query(options.command_options["question"], site.updated or datetime.now(UTC))
    except InvalidQueryError as error:
        console.write_stdout(error_response(error, output_format))
        raise
    for warning in query.warnings:
        console.warn(warning)
    result = evaluate(site.query_index.rows, query)
    console.write_stdout(query_output(site, settings.templates, result, output_format))
