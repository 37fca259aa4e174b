"""``build.py query``: answer a query of the API, or a search in plain words, from the cache."""

from datetime import UTC, datetime

from events_archive.commands import Options
from events_archive.commands.fetch import read_site
from events_archive.console import Console
from events_archive.errors import UsageError
from events_archive.query.engine import evaluate
from events_archive.query.parser import InvalidQueryError, is_query, parse_query
from events_archive.render.docked_output import DOCKED_FORMATS, docked_output
from events_archive.render.downloads import indented_json
from events_archive.render.query_output import query_output
from events_archive.search.engine import search
from events_archive.site.search_index import build_search_index
from events_archive.site.site import Site


def run(options: Options, console: Console) -> None:
    """Print the result of the query."""
    output_format = "json" if options.settings.json else options.command_options["format"]
    question, words = options.command_options["question"], options.command_options["search"]
    docked = options.command_options["docked"]
    if docked and (question or words or output_format not in DOCKED_FORMATS):
        formats = ", ".join(DOCKED_FORMATS)
        raise UsageError(f"--docked goes with no other question, and has the formats {formats}")
    site = read_site(options.settings, console)
    # With --json, standard output holds the result and no report.
    console.as_json = False
    if docked:
        _write(console, docked_output(site, docked, output_format), output_format)
        return
    now = site.updated or datetime.now(UTC)
    try:
        query = parse_query(words if is_query(words) else question, now)
    except InvalidQueryError as error:
        if output_format == "json":
            # As the API responds to an invalid query.
            console.write_stdout(indented_json(error.errors))
        raise
    for warning in query.warnings:
        console.warn(warning)
    if words and not is_query(words):
        query = query.searching(words)
    found = _found(site, query.words, now, console) if query.words else None
    result = evaluate(site.query_index.rows, query, found=found, now=now)
    output = query_output(site, options.settings.templates, result, output_format)
    _write(console, output, output_format)


def _write(console: Console, output: str, output_format: str) -> None:
    if output_format == "table":
        console.print_lines(output.split("\n")[:-1])
    else:
        console.write_stdout(output)


def _found(site: Site, words: str, now: datetime, console: Console) -> list[int]:
    """Return the ids of the events that a search finds, and print what it did other than asked."""
    result = search(build_search_index(site), words, now.timestamp())
    for note in result.notes:
        console.print(note.text)
    return [site.query_index.rows[row].id for row in result.rows]
