#!/usr/bin/env python3
"""Build the archive: records → events → catalogue → pages → files. Read this first."""

import os
import signal
import sys
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from events_archive.errors import ArchiveError, UsageError
from events_archive.model.catalogue import Catalogue
from events_archive.model.memory import Memory
from events_archive.options import Options, read_options
from events_archive.publish.assets import read_assets
from events_archive.publish.calendars import size_warning
from events_archive.publish.identities import Proof
from events_archive.publish.rendering import Renderer
from events_archive.publish.thumbnails import Thumbnails, make_thumbnails
from events_archive.publish.writing import Output, Written
from events_archive.report import Report
from events_archive.settings import Settings
from events_archive.site.addresses import Addresses
from events_archive.site.former import is_list
from events_archive.site.history import told
from events_archive.site.page import Page
from events_archive.site.plan import addresses_of, plan_site
from events_archive.site.site import Site
from events_archive.source.history import as_json
from events_archive.source.lock import locked
from events_archive.source.pictures import fetch_pictures
from events_archive.source.published_ids import (
    PUBLISHED_IDS_FILE,
    load_published_ids,
    save_published_ids,
)
from events_archive.source.reading import read_events
from events_archive.source.sync import Refreshed, refresh, remember, remember_lists

PROJECT = Path(__file__).resolve().parent


def main(arguments: list[str]) -> int:
    """Run a command; the exit status: 0 done, 1 failed, 2 wrong usage, 130 interrupted."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    report = Report()
    try:
        options = read_options(arguments, os.environ, PROJECT)
        report = Report.of(options.settings)
        run(options, report)
    except KeyboardInterrupt:
        report.fail("interrupted; what was kept is whole, and the next run goes on from there")
        return 130
    except ArchiveError as error:
        report.fail(str(error), with_traceback=report.verbose)
        return 2 if isinstance(error, UsageError) else 1
    return report.conclude()


def run(options: Options, report: Report) -> None:
    """Do what was asked for, as the only writer of the cache."""
    command = {"build": build, "fetch": fetch, "diff": diff}[options.command]
    settings = options.settings
    with nullcontext() if settings.dry_run else locked(settings.cache):
        command(options, report)


def build(options: Options, report: Report) -> None:
    """Refresh what is old, then build the site."""
    catalogue, memory = gather(options.settings, report)
    publish(options.settings, survey(options.settings, catalogue, memory), report)


def fetch(options: Options, report: Report) -> None:
    """Refresh what is old."""
    gather(options.settings, report)


def diff(options: Options, report: Report) -> None:
    """Tell what changed in the world, from the cache alone."""
    catalogue, memory = gather(replace(options.settings, offline=True), report)
    changes = memory.since_day(options.details["since"])
    names = {event.id: event.name for event in catalogue.all_events}
    report.tell("changes", [as_json(change) for change in changes])
    report.list(told(changes, names))


def gather(settings: Settings, report: Report) -> tuple[Catalogue, Memory]:
    """Everything that is known, after asking the source for what is new."""
    now = datetime.now(UTC)
    with report.timed("fetch"):
        refreshed = refresh(settings, report, now=now)
        events = read_events(refreshed.records, report)
        memory = remember(settings, refreshed.ledger, events, report)
        withdrawn = memory.ledger.withdrawn
        catalogue = Catalogue.of(events, today=today(settings, refreshed), withdrawn=withdrawn)
    report.tell("events", len(events))
    report.tell("requests", refreshed.requests)
    report.tell("refresh", {"outcome": refreshed.outcome, "changes": refreshed.summary.counts})
    report.happened(refreshed.summary.words)
    if settings.pictures and refreshed.has_network:
        with report.timed("pictures"):
            fetch_pictures(
                catalogue.images,
                folder=settings.cache / "originals",
                api_url=settings.api_url,
                user_agent=settings.user_agent,
                jobs=settings.jobs,
                report=report,
                now=now,
            )
    return catalogue, memory


def today(settings: Settings, refreshed: Refreshed) -> date:
    """The day that parts past from upcoming: that of the last contact, never the clock's."""
    return settings.today or refreshed.as_of.date()


def survey(settings: Settings, catalogue: Catalogue, memory: Memory) -> Site:
    """What the site is made of."""
    return Site(
        catalogue=catalogue,
        addresses=Addresses.of(memory.addresses),
        memory=memory,
        title=settings.title,
        base_url=settings.base_url,
        list_limit=settings.list_limit,
    )


def publish(settings: Settings, site: Site, report: Report) -> None:
    """Plan every page, render them all, and only then touch the output folder."""
    pages = plan_site(site)
    if settings.dry_run:
        report.list(addresses_of(pages))
        return
    with report.timed("thumbnails"):
        thumbnails = make_thumbnails(
            site.catalogue.images,
            originals=settings.cache / "originals",
            folder=settings.cache / "thumbnails",
            jobs=settings.jobs,
            report=report,
            excluded_licences=settings.excluded_licences,
        )
    output = Output.open(settings.output)
    ids = settings.cache / PUBLISHED_IDS_FILE
    proof = Proof(published=load_published_ids(ids))
    with report.timed("render"):
        stage(settings, site, pages, thumbnails, output, proof, report)
    with report.timed("write"):
        save_published_ids(ids, proof.settle(allow_change=settings.allow_id_change))
        lists = (page.address for page in pages if is_list(page))
        remember_lists(settings.cache, site.memory.ledger, lists)
        written = output.commit()
    conclude(settings, site, written, report)


def stage(
    settings: Settings,
    site: Site,
    pages: tuple[Page, ...],
    thumbnails: Thumbnails,
    output: Output,
    proof: Proof,
    report: Report,
) -> None:
    """Put every file of the site into the staging folder, and look at what subscribers get."""
    assets = read_assets(settings.static)
    renderer = Renderer(
        site=site, templates=settings.templates, assets=assets, thumbnails=thumbnails
    )
    for page, (address, content) in zip(pages, renderer.render(pages), strict=True):
        output.stage(address, content)
        proof.read(page, content)
        if warning := size_warning(page, content):
            report.warn(warning)
    for address, content in assets.files():
        output.stage(address, content)
    for address, source in thumbnails.files():
        output.stage_file(address, source)


def conclude(settings: Settings, site: Site, written: Written, report: Report) -> None:
    """Say what was built."""
    report.tell("written", written.counts)
    report.tell("size", written.size)
    report.happened(written.words)
    if not settings.base_url:
        report.say(
            "No base_url is set: feeds link relatively, and there is no sitemap and no canonical "
            "link. Set it with --base-url or in pyproject.toml before you publish."
        )
    report.say(
        f"{len(site.catalogue.all_events)} events: {report.summary}. "
        f"{written.total} files ({written.size / 1e6:.1f} MB) in {settings.output}."
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
