#!/usr/bin/env python3
"""Build the archive: records → events → catalogue → pages → files. Read this first."""

import sys

from events_archive.output.up_to_date import is_up_to_date

# A run that would find everything as it was left is over before anything more is imported.
if __name__ == "__main__" and (said := is_up_to_date(sys.argv[1:], __file__)) is not None:
    sys.stderr.write(said)
    sys.exit(0)

import gc
import os
import signal
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from events_archive.cli import Options, parse_arguments
from events_archive.console import Console
from events_archive.errors import ArchiveError
from events_archive.export.bundle import ExportBundle
from events_archive.images.thumbnails import Thumbnails, make_thumbnails
from events_archive.ll2.load_events import load_events
from events_archive.ll2.refresh import persist_published_lists, persist_slugs, refresh
from events_archive.ll2.refresh_result import RefreshResult
from events_archive.model.archive_state import ArchiveHistory
from events_archive.model.catalogue import Catalogue
from events_archive.output.build import BuildResult, SiteBuilder
from events_archive.output.fingerprints import Fingerprints, site_fingerprint
from events_archive.output.id_audit import IdAudit
from events_archive.output.input_snapshot import InputSnapshot
from events_archive.output.manifest import BuildManifest, load_manifest, save_manifest
from events_archive.output.writer import OutputDir, site_files
from events_archive.query.engine import evaluate
from events_archive.query.index import build_query_index
from events_archive.query.parser import InvalidQueryError, parse_query
from events_archive.render.assets import read_assets
from events_archive.render.renderer import Renderer
from events_archive.render.service_worker import precache_manifest, service_worker
from events_archive.settings import Settings
from events_archive.site import urls
from events_archive.site.changelog import describe_changes as told_changes
from events_archive.site.offline_pages import is_derived
from events_archive.site.page import Page
from events_archive.site.plan import paths_of, plan_site
from events_archive.site.redirects import is_permanent_list
from events_archive.site.site import Site
from events_archive.site.urls import Urls
from events_archive.store.history_file import change_to_json
from events_archive.store.lock import locked
from events_archive.store.published_ids import (
    PUBLISHED_IDS_FILE,
    load_published_ids,
    save_published_ids,
)
from events_archive.store.records import EVENTS_FILE, Records

PROJECT = Path(__file__).resolve().parent

NO_NEWS = "no changes; no file written"
"""The summary of a run that found everything as it was left."""


def main(arguments: list[str]) -> int:
    """Run a command; the exit status.

    0 done, 1 failed, 2 wrong usage, 130 interrupted, 141 where nobody reads on.
    """
    # Python's own thresholds would have the collector look for cycles during a third of the build.
    gc.set_threshold(100_000, 50, 100)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    report = Console()
    try:
        options = parse_arguments(arguments, os.environ, PROJECT)
        report = Console.from_settings(options.settings)
        run(options, report)
    except KeyboardInterrupt:
        report.fail("interrupted; what was kept is whole, and the next run goes on from there")
        return 130
    except BrokenPipeError:
        # Whoever read the answers has seen enough (`query ... | head`), and is told no more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except ArchiveError as error:
        report.fail(str(error), with_traceback=report.verbose)
        return error.exit_status
    return report.finish()


def run(options: Options, report: Console) -> None:
    """Do what was asked for, as the only writer of the cache."""
    lookers = {"check": check, "query": query, "serve": serve}
    writers = {"build": build, "diff": diff, "export": export, "fetch": fetch}
    settings = options.settings
    if options.command in lookers:
        lookers[options.command](options, report)
        return
    with nullcontext() if settings.dry_run else locked(settings.cache):
        writers[options.command](options, report)


def build(options: Options, report: Console) -> None:
    """Refresh what is old, then build the site."""
    settings = options.settings
    sources = InputSnapshot.take(settings, PROJECT)
    found = load_archive(settings, report)
    # What is loaded now lives to the end, and need not be looked through again.
    gc.freeze()
    site = make_site(settings, found)
    built = publish(settings, site, report)
    if built and options.command == "build" and can_skip_next_run(settings, site, built, report):
        said = "".join(f"warning: {sentence}\n" for sentence in report.warnings)
        said += "".join(
            f"{line}\n" for line in build_messages(settings, site, built) if not report.quiet
        )
        sources.save(
            sys.argv[1:],
            settings,
            site.history.state,
            project=PROJECT,
            output=built.output.file_stats,
            said=said,
        )


def can_skip_next_run(settings: Settings, site: Site, built: BuildResult, report: Console) -> bool:
    """Whether the next run has nothing to do, and nothing else to say, if nothing changes."""
    if settings.verbose or settings.json or settings.full:
        return False
    if settings.strict and report.warnings:
        return False
    if settings.offline:
        return True
    wanted = (
        site.catalogue.images_excluding(settings.excluded_licences) if settings.pictures else ()
    )
    has_all = all(built.thumbnails.of(image) for image in wanted)
    return has_all and report.warnings == built.proof.warnings


def fetch(options: Options, report: Console) -> None:
    """Refresh what is old."""
    load_archive(options.settings, report)


def diff(options: Options, report: Console) -> None:
    """Tell what changed in the world, from the cache alone."""
    found = load_archive(replace(options.settings, offline=True), report)
    changes = found.memory.changes_since_day(options.command_options["since"])
    names = {event.id: event.name for event in found.catalogue.all_events}
    report.add_fact("changes", [change_to_json(change) for change in changes])
    report.print_lines(told_changes(changes, names))


def serve(options: Options, report: Console) -> None:
    """Show the site as its host will, and build it again whenever something changes."""
    from events_archive.preview.serve import serve as show  # noqa: PLC0415 - only here

    def rebuild() -> None:
        now = parse_arguments(sys.argv[1:], os.environ, PROJECT)
        settings = replace(now.settings, offline=True, dry_run=False)
        with locked(settings.cache):
            build(replace(now, settings=settings), Console.from_settings(settings))
        gc.unfreeze()
        gc.collect()

    show(options.settings, report, project=PROJECT, rebuild=rebuild, **options.command_options)


def export(options: Options, report: Console) -> None:
    """Build the site, and pack it into one file."""
    settings = options.settings
    site = make_site(settings, load_archive(settings, report))
    publish(settings, site, report)
    if settings.dry_run:
        return
    from events_archive.export.write import write_bundle  # noqa: PLC0415 - only here

    whole = edition(site, site_files(settings.output))
    path = write_bundle(whole, static=settings.static, project=PROJECT, **options.command_options)
    report.add_fact("export", {"file": str(path), "size": path.stat().st_size})
    report.print(f"{path.stat().st_size / 1e6:.1f} MB in {path}")


def check(options: Options, report: Console) -> None:
    """Look the built site over; what is wrong is in the report."""
    from events_archive.check.run import check as look_over  # noqa: PLC0415 - only here

    settings, asks_others = options.settings, options.command_options["external"]
    files = site_files(settings.output)
    with locked(settings.cache) if asks_others else nullcontext():
        look_over(settings, report, files=files, now=datetime.now(UTC), external=asks_others)


def query(options: Options, report: Console) -> None:
    """Answer a question from the cache as it lies there, whoever else is at work on it."""
    from events_archive.render.query_output import QueryResultWriter, error_response  # noqa: PLC0415 - only here

    settings = replace(options.settings, offline=True, dry_run=True)
    site = make_site(settings, load_archive(settings, Console(quiet=True)))
    form = "json" if settings.json else options.command_options["format"]
    if not site.query_index.rows:
        raise ArchiveError(
            f"{settings.cache / EVENTS_FILE} holds no events to ask: run build.py fetch first"
        )
    report.as_json = False
    try:
        question = parse_query(
            options.command_options["question"], site.updated or datetime.now(UTC)
        )
    except InvalidQueryError as refused:
        report.write_stdout(error_response(refused, form))
        raise
    for note in question.warnings:
        report.warn(note)
    found = evaluate(site.query_index.rows, question)
    report.write_stdout(
        QueryResultWriter(site=site, templates=settings.templates).write(found, form)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """What is known before a site is made of it."""

    catalogue: Catalogue
    memory: ArchiveHistory
    records: Records


def load_archive(settings: Settings, report: Console) -> Archive:
    """Everything that is known, after asking the source for what is new."""
    now = datetime.now(UTC)
    with report.timed("fetch"):
        refreshed = refresh(settings, report, now=now)
        events = load_events(refreshed.records, report)
        memory = persist_slugs(settings, refreshed.archive_state, events, report)
        withdrawn = memory.state.withdrawn
        catalogue = Catalogue.from_events(
            events, today=today(settings, refreshed), withdrawn=withdrawn
        )
    report.add_fact("events", len(events))
    report.add_fact("requests", refreshed.requests)
    report.add_fact("refresh", {"outcome": refreshed.outcome, "changes": refreshed.summary.counts})
    report.add_summary(refreshed.summary.text)
    if settings.pictures and refreshed.has_network:
        from events_archive.images.download import download_images  # noqa: PLC0415 - with a network

        with report.timed("pictures"):
            download_images(
                catalogue.images_excluding(settings.excluded_licences),
                folder=settings.cache / "originals",
                api_url=settings.api_url,
                user_agent=settings.user_agent,
                jobs=settings.jobs,
                report=report,
                now=now,
                refresh=settings.full,
            )
    return Archive(
        catalogue=catalogue,
        memory=memory,
        records=refreshed.records,
    )


def today(settings: Settings, refreshed: RefreshResult) -> date:
    """The day that parts past from upcoming: that of the last contact, never the clock's."""
    return settings.today or refreshed.as_of.date()


def make_site(settings: Settings, found: Archive) -> Site:
    """What the site is made of."""
    catalogue, memory = found.catalogue, found.memory
    return Site(
        catalogue=catalogue,
        urls=Urls.from_registry(memory.slugs),
        history=memory,
        query_index=build_query_index(found.records, catalogue.all_events, memory.state.withdrawn),
        title=settings.title,
        base_url=settings.base_url,
        cname=settings.cname,
        offers_download=settings.offer_download,
        list_limit=settings.list_limit,
    )


def publish(settings: Settings, site: Site, report: Console) -> BuildResult | None:
    """Plan every page, render them all, and only then touch the output folder."""
    if settings.dry_run:
        report.print_lines(paths_of(plan_site(site)))
        return None
    with report.timed("thumbnails"):
        thumbnails = make_thumbnails(
            site.catalogue.images,
            originals=settings.cache / "originals",
            folder=settings.cache / "thumbnails",
            jobs=settings.jobs,
            report=report,
            excluded_licences=settings.excluded_licences,
        )
    ids = settings.cache / PUBLISHED_IDS_FILE
    proof = IdAudit(published=load_published_ids(ids))
    with report.timed("render"):
        pages, output, state = render_site(settings, site, thumbnails, proof=proof)
    for warning in proof.warnings:
        report.warn(warning)
    with report.timed("write"):
        patterns = proof.verify(allow_change=settings.allow_id_change)
        save_published_ids(ids, patterns)
        lists = (page.path for page in pages if is_permanent_list(page))
        persist_published_lists(settings.cache, site.history.state, lists)
        written = output.commit()
        left = BuildManifest(
            state=state, ids=patterns, files=output.manifest_entries, warnings=proof.size_warnings
        )
        save_manifest(settings.cache, settings.output, left)
    built = BuildResult(output=output, written=written, proof=proof, thumbnails=thumbnails)
    report_build(settings, site, built, report)
    return built


def render_site(
    settings: Settings,
    site: Site,
    thumbnails: Thumbnails,
    *,
    proof: IdAudit,
) -> tuple[tuple[Page, ...], OutputDir, bytes]:
    """Have every file of the site in its place or beside it, and look at what subscribers get.

    The plan, the output, and the digest of what all pages depend on.
    """
    assets = read_assets(settings.static)
    renderer = Renderer(
        site=site,
        templates=settings.templates,
        assets=assets,
        thumbnails=thumbnails,
        cache_dir=settings.cache / "downloads",
    )
    state = site_fingerprint(site, assets, renderer.state_of_templates)
    left = load_manifest(settings.cache, settings.output)
    # Where the code or the ids that were published are not what they were, nothing is believed.
    known = left if (left.state, left.ids) == (state, proof.published) else BuildManifest()
    output = OutputDir.open(settings.output, known)
    with SiteBuilder(
        renderer=renderer,
        fingerprints=Fingerprints(site, thumbnails),
        output=output,
        proof=proof,
        processes=settings.jobs,
    ) as workshop:
        pages = plan_site(site, begin=workshop.start)
        ordinary = (page for page in pages if not is_derived(page))
        workshop.build(ordinary, files=thumbnails.files())
    for address, content in assets.files():
        output.stage(address, content)
    write_derived_files(settings, site, output)
    return pages, output, state


def write_derived_files(settings: Settings, site: Site, output: OutputDir) -> None:
    """Put beside the staged files those that are about all the others."""
    kept = precache_manifest(output.staged)
    output.stage(urls.PRECACHE_MANIFEST, kept)
    script = settings.templates / urls.SERVICE_WORKER
    output.stage(urls.SERVICE_WORKER, service_worker(script, kept))
    if site.offers_download:
        from events_archive.export.zip_file import zip_bytes  # noqa: PLC0415 - few sites do

        output.stage(urls.DOWNLOAD, zip_bytes(edition(site, output.files())))


def edition(site: Site, files: tuple[tuple[str, Path], ...]) -> ExportBundle:
    """The site as an export sees it."""
    return ExportBundle(
        title=site.title,
        day=site.catalogue.today,
        count=len(site.catalogue.all_events),
        files=files,
    )


def report_build(settings: Settings, site: Site, built: BuildResult, report: Console) -> None:
    """Say what was built."""
    report.add_fact("written", built.written.counts)
    report.add_fact("size", built.written.size)
    report.add_summary(built.written.text)
    for line in build_messages(settings, site, built, report.summary):
        report.print(line)


def build_messages(
    settings: Settings, site: Site, built: BuildResult, news: str = NO_NEWS
) -> Iterator[str]:
    """What there is to say of a build that did not fail."""
    for remark in built.proof.remarks:
        yield f"Note: {remark}."
    if not settings.base_url:
        yield (
            "No base_url is set: feeds link relatively, and there is no sitemap and no canonical "
            "link. Set it with --base-url or in pyproject.toml before you publish."
        )
    written = built.written
    yield (
        f"{len(site.catalogue.all_events)} events: {news}. "
        f"{written.total} files ({written.size / 1e6:.1f} MB) in {settings.output}."
    )


if __name__ == "__main__":
    status = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    # To take apart all that was known, value by value, would take a twentieth of the time.
    os._exit(status)
