#!/usr/bin/env python3
"""Build the archive: records → events → catalogue → pages → files. Read this first."""

import sys

from events_archive.output.up_to_date import stands

# A run that would find everything as it was left is over before anything more is imported.
if __name__ == "__main__" and (said := stands(sys.argv[1:], __file__)) is not None:
    sys.stderr.write(said)
    sys.exit(0)

import gc
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from events_archive.cli import Options, read_options
from events_archive.console import Report
from events_archive.errors import ArchiveError, UsageError
from events_archive.export.bundle import Edition
from events_archive.images.thumbnails import Thumbnails, make_thumbnails
from events_archive.ll2.load_events import EventReader, read_events
from events_archive.ll2.refresh import refresh, remember, remember_lists
from events_archive.ll2.refresh_result import Refreshed
from events_archive.model.archive_state import Memory
from events_archive.model.catalogue import Catalogue
from events_archive.output.build import Built, Workshop
from events_archive.output.fingerprints import Fingerprints, state_of
from events_archive.output.id_audit import Proof
from events_archive.output.input_snapshot import Sources
from events_archive.output.manifest import Left, load_left, save_left
from events_archive.output.writer import Output, site_files
from events_archive.query.engine import answer
from events_archive.query.index import hold
from events_archive.query.parser import RefusedQuestion, read_question
from events_archive.render.assets import read_assets
from events_archive.render.renderer import Renderer
from events_archive.render.service_worker import kept_files, service_worker
from events_archive.settings import Settings
from events_archive.site import urls
from events_archive.site.changelog import told as told_changes
from events_archive.site.offline_pages import is_closing
from events_archive.site.page import Page
from events_archive.site.plan import addresses_of, plan_site
from events_archive.site.redirects import is_list
from events_archive.site.site import Site
from events_archive.site.urls import Addresses
from events_archive.store.history_file import as_json
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
    report = Report()
    try:
        options = read_options(arguments, os.environ, PROJECT)
        report = Report.of(options.settings)
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
        return 2 if isinstance(error, UsageError) else 1
    return report.conclude()


def run(options: Options, report: Report) -> None:
    """Do what was asked for, as the only writer of the cache."""
    lookers = {"check": check, "query": query, "serve": serve}
    writers = {"build": build, "diff": diff, "export": export, "fetch": fetch}
    settings = options.settings
    if options.command in lookers:
        lookers[options.command](options, report)
        return
    with nullcontext() if settings.dry_run else locked(settings.cache):
        writers[options.command](options, report)


def build(options: Options, report: Report) -> None:
    """Refresh what is old, then build the site."""
    settings = options.settings
    sources = Sources.now(settings, PROJECT)
    found = gather(settings, report)
    # What is loaded now lives to the end, and need not be looked through again.
    gc.freeze()
    site = survey(settings, found)
    built = publish(settings, site, report, besides=[found.keep_extracts])
    if built and options.command == "build" and is_settled(settings, site, built, report):
        said = "".join(f"warning: {sentence}\n" for sentence in report.warnings)
        said += "".join(f"{line}\n" for line in told(settings, site, built) if not report.quiet)
        sources.seal(
            sys.argv[1:],
            settings,
            site.memory.ledger,
            project=PROJECT,
            output=built.output.stamps,
            said=said,
        )


def is_settled(settings: Settings, site: Site, built: Built, report: Report) -> bool:
    """Whether the next run has nothing to do, and nothing else to say, if nothing changes."""
    if settings.verbose or settings.json or settings.full:
        return False
    if settings.strict and report.warnings:
        return False
    if settings.offline:
        return True
    wanted = site.catalogue.images_but(settings.excluded_licences) if settings.pictures else ()
    has_all = all(built.thumbnails.of(image) for image in wanted)
    return has_all and report.warnings == built.proof.warnings


def fetch(options: Options, report: Report) -> None:
    """Refresh what is old."""
    gather(options.settings, report)


def diff(options: Options, report: Report) -> None:
    """Tell what changed in the world, from the cache alone."""
    found = gather(replace(options.settings, offline=True), report)
    changes = found.memory.since_day(options.details["since"])
    names = {event.id: event.name for event in found.catalogue.all_events}
    report.tell("changes", [as_json(change) for change in changes])
    report.list(told_changes(changes, names))


def serve(options: Options, report: Report) -> None:
    """Show the site as its host will, and build it again whenever something changes."""
    from events_archive.preview.serve import serve as show  # noqa: PLC0415 - only here

    def rebuild() -> None:
        now = read_options(sys.argv[1:], os.environ, PROJECT)
        settings = replace(now.settings, offline=True, dry_run=False)
        with locked(settings.cache):
            build(replace(now, settings=settings), Report.of(settings))
        gc.unfreeze()
        gc.collect()

    show(options.settings, report, project=PROJECT, rebuild=rebuild, **options.details)


def export(options: Options, report: Report) -> None:
    """Build the site, and pack it into one file."""
    settings = options.settings
    site = survey(settings, gather(settings, report))
    publish(settings, site, report)
    if settings.dry_run:
        return
    from events_archive.export.write import write_edition  # noqa: PLC0415 - only here

    whole = edition(site, site_files(settings.output))
    path = write_edition(whole, static=settings.static, project=PROJECT, **options.details)
    report.tell("export", {"file": str(path), "size": path.stat().st_size})
    report.say(f"{path.stat().st_size / 1e6:.1f} MB in {path}")


def check(options: Options, report: Report) -> None:
    """Look the built site over; what is wrong is in the report."""
    from events_archive.check.run import check as look_over  # noqa: PLC0415 - only here

    settings, asks_others = options.settings, options.details["external"]
    files = site_files(settings.output)
    with locked(settings.cache) if asks_others else nullcontext():
        look_over(settings, report, files=files, now=datetime.now(UTC), external=asks_others)


def query(options: Options, report: Report) -> None:
    """Answer a question from the cache as it lies there, whoever else is at work on it."""
    from events_archive.render.query_output import AnswerWriter, refusal  # noqa: PLC0415 - only here

    settings = replace(options.settings, offline=True, dry_run=True)
    site = survey(settings, gather(settings, Report(quiet=True)))
    form = "json" if settings.json else options.details["format"]
    if not site.holdings.entries:
        raise ArchiveError(
            f"{settings.cache / EVENTS_FILE} holds no events to ask: run build.py fetch first"
        )
    report.as_json = False
    try:
        question = read_question(options.details["question"], site.updated or datetime.now(UTC))
    except RefusedQuestion as refused:
        report.deliver(refusal(refused, form))
        raise
    for note in question.notes:
        report.warn(note)
    found = answer(site.holdings.entries, question)
    report.deliver(AnswerWriter(site=site, templates=settings.templates).write(found, form))


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is known before a site is made of it."""

    catalogue: Catalogue
    memory: Memory
    records: Records
    keep_extracts: Callable[[], None]
    """Has the next run read what lists need of these records, and no more."""


def gather(settings: Settings, report: Report) -> Found:
    """Everything that is known, after asking the source for what is new."""
    now = datetime.now(UTC)
    with report.timed("fetch"):
        reader = EventReader.open(settings.cache, processes=settings.jobs)
        refreshed = refresh(settings, report, now=now, reader=reader)
        events = read_events(refreshed.records, report, reader)
        memory = remember(settings, refreshed.ledger, events, report)
        withdrawn = memory.ledger.withdrawn
        catalogue = Catalogue.of(events, today=today(settings, refreshed), withdrawn=withdrawn)
    report.tell("events", len(events))
    report.tell("requests", refreshed.requests)
    report.tell("refresh", {"outcome": refreshed.outcome, "changes": refreshed.summary.counts})
    report.happened(refreshed.summary.words)
    if settings.pictures and refreshed.has_network:
        from events_archive.images.download import fetch_pictures  # noqa: PLC0415 - with a network

        with report.timed("pictures"):
            fetch_pictures(
                catalogue.images_but(settings.excluded_licences),
                folder=settings.cache / "originals",
                api_url=settings.api_url,
                user_agent=settings.user_agent,
                jobs=settings.jobs,
                report=report,
                now=now,
                refresh=settings.full,
            )
    return Found(
        catalogue=catalogue,
        memory=memory,
        records=refreshed.records,
        keep_extracts=partial(reader.keep, settings.cache, events),
    )


def today(settings: Settings, refreshed: Refreshed) -> date:
    """The day that parts past from upcoming: that of the last contact, never the clock's."""
    return settings.today or refreshed.as_of.date()


def survey(settings: Settings, found: Found) -> Site:
    """What the site is made of."""
    catalogue, memory = found.catalogue, found.memory
    return Site(
        catalogue=catalogue,
        addresses=Addresses.of(memory.addresses),
        memory=memory,
        holdings=hold(found.records, catalogue.all_events, memory.ledger.withdrawn),
        title=settings.title,
        base_url=settings.base_url,
        cname=settings.cname,
        offers_download=settings.offer_download,
        list_limit=settings.list_limit,
    )


def publish(
    settings: Settings, site: Site, report: Report, *, besides: Sequence[Callable[[], None]] = ()
) -> Built | None:
    """Plan every page, render them all, and only then touch the output folder.

    ``besides`` is done at the same time, where two processes are at work.
    """
    if settings.dry_run:
        report.list(addresses_of(plan_site(site)))
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
    proof = Proof(published=load_published_ids(ids))
    with report.timed("render"):
        pages, output, state = stage(settings, site, thumbnails, proof=proof, besides=besides)
    for warning in proof.warnings:
        report.warn(warning)
    with report.timed("write"):
        patterns = proof.settle(allow_change=settings.allow_id_change)
        save_published_ids(ids, patterns)
        lists = (page.address for page in pages if is_list(page))
        remember_lists(settings.cache, site.memory.ledger, lists)
        written = output.commit()
        left = Left(state=state, ids=patterns, files=output.files_left, warnings=proof.said)
        save_left(settings.cache, settings.output, left)
    built = Built(output=output, written=written, proof=proof, thumbnails=thumbnails)
    conclude(settings, site, built, report)
    return built


def stage(
    settings: Settings,
    site: Site,
    thumbnails: Thumbnails,
    *,
    proof: Proof,
    besides: Sequence[Callable[[], None]],
) -> tuple[tuple[Page, ...], Output, bytes]:
    """Have every file of the site in its place or beside it, and look at what subscribers get.

    The plan, the output, and the digest of what all pages depend on.
    """
    assets = read_assets(settings.static)
    renderer = Renderer(
        site=site,
        templates=settings.templates,
        assets=assets,
        thumbnails=thumbnails,
        kept=settings.cache / "downloads",
    )
    state = state_of(site, assets, renderer.state_of_templates)
    left = load_left(settings.cache, settings.output)
    # Where the code or the ids that were published are not what they were, nothing is believed.
    known = left if (left.state, left.ids) == (state, proof.published) else Left()
    output = Output.open(settings.output, known)
    with Workshop(
        renderer=renderer,
        fingerprints=Fingerprints(site, thumbnails),
        output=output,
        proof=proof,
        processes=settings.jobs,
    ) as workshop:
        pages = plan_site(site, begin=workshop.begin)
        ordinary = (page for page in pages if not is_closing(page))
        workshop.make(ordinary, files=thumbnails.files(), besides=besides)
    for address, content in assets.files():
        output.stage(address, content)
    close(settings, site, output)
    return pages, output, state


def close(settings: Settings, site: Site, output: Output) -> None:
    """Put beside the staged files those that are about all the others."""
    kept = kept_files(output.staged)
    output.stage(urls.KEPT_FILES, kept)
    script = settings.templates / urls.SERVICE_WORKER
    output.stage(urls.SERVICE_WORKER, service_worker(script, kept))
    if site.offers_download:
        from events_archive.export.zip_file import zip_bytes  # noqa: PLC0415 - few sites do

        output.stage(urls.DOWNLOAD, zip_bytes(edition(site, output.files())))


def edition(site: Site, files: tuple[tuple[str, Path], ...]) -> Edition:
    """The site as an export sees it."""
    return Edition(
        title=site.title,
        day=site.catalogue.today,
        count=len(site.catalogue.all_events),
        files=files,
    )


def conclude(settings: Settings, site: Site, built: Built, report: Report) -> None:
    """Say what was built."""
    report.tell("written", built.written.counts)
    report.tell("size", built.written.size)
    report.happened(built.written.words)
    for line in told(settings, site, built, report.summary):
        report.say(line)


def told(settings: Settings, site: Site, built: Built, news: str = NO_NEWS) -> Iterator[str]:
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
