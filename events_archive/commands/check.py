"""``build.py check``: look for errors in the built site before it is published."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from events_archive.check.built_site import BuiltSite
from events_archive.check.checks import ERROR, WARNING, Finding, find_problems, format_findings
from events_archive.commands import Options
from events_archive.console import Console, quantity
from events_archive.output.folder import site_files


def run(options: Options, console: Console) -> None:
    """Report everything that is wrong with the site.

    With ``--published`` it is compared with the published one; with ``--external`` dead links are
    reported too.

    A finding of severity `ERROR` makes the run fail at its end, a dead link never does.
    """
    settings, external = options.settings, options.command_options["external"]
    files = site_files(settings.output)
    published: frozenset[str] = frozenset()
    if options.command_options["published"]:
        # Imported only when wanted: it brings the HTTP client.
        from events_archive.check.published_site import published_paths  # noqa: PLC0415

        published = published_paths(settings, console)
    with console.timed("read"):
        site = BuiltSite.read(files, settings, published)
    with console.timed("check"):
        findings = tuple(find_problems(site))
        stats = site_stats(site)
    console.print_lines(format_findings(findings, everything=settings.verbose))
    console.facts["findings"] = [finding.as_json() for finding in findings]
    console.facts["site"] = stats
    if external:
        from events_archive.check import external_links  # noqa: PLC0415

        links = external_links.find_external_links(site)
        with console.timed("external"):
            external_links.check_external_links(links, settings, console, now=datetime.now(UTC))
    report_result(site, findings, console)


def site_stats(site: BuiltSite) -> dict[str, object]:
    """Return the sizes (bytes) and counts of the site for ``--json``."""
    weights = site.page_weights
    heaviest = max(weights, key=lambda path: (weights[path], path), default="")
    return {
        "size": site.total_size,
        "files": len(site.files),
        "pages": len(site.pages),
        "heaviest": {"address": heaviest, "bytes": weights.get(heaviest, 0)},
    }


def report_result(site: BuiltSite, findings: Sequence[Finding], console: Console) -> None:
    """Print the result in one line; it makes the run fail if there are errors."""
    counts = Counter(finding.check.severity for finding in findings)
    size = f"{len(site.files)} files, {len(site.pages)} pages, {site.total_size / 1e6:.1f} MB"
    if warnings := counts[WARNING]:
        console.warn(f"{quantity(warnings, 'thing')} to look at in the site")
    if errors := counts[ERROR]:
        console.error(f"{quantity(errors, 'error')} in the site ({size})")
    else:
        console.print(f"Checked {size}: no error.")
