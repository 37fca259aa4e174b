"""``build.py query``: answer a query of the API from the cache."""

from datetime import UTC, datetime

from events_archive.commands import Options
from events_archive.commands.fetch import read_site
from events_archive.console import Console
from events_archive.query.engine import evaluate
from events_archive.query.parser import InvalidQueryError, parse_query
from events_archive.render.query_output import error_response, query_output


def run(options: Options, console: Console) -> None:
    """Print the result of the query."""
    site = read_site(options, console)
    output_format = "json" if options.settings.json else options.command_options["format"]
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
    output = query_output(site, options.settings.templates, result, output_format)
    if output_format == "table":
        console.print_lines(output.split("\n")[:-1])
    else:
        console.write_stdout(output)
