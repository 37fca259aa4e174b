"""``build.py restore``: begin again with what a published site holds."""

from events_archive.commands import Options
from events_archive.console import Console, quantity
from events_archive.published.archive import Archive, read_archive
from events_archive.published.files import open_site
from events_archive.published.restore import require_empty_cache, write_archive
from events_archive.published.settings import stated_differences
from events_archive.settings import Settings
from events_archive.store.lock import lock_cache


def run(options: Options, console: Console) -> None:
    """Write into an empty cache what the site was built from, so that a build is the same site.

    Everything is read and checked before anything is written. Raises `ArchiveError` where the cache
    is not empty, or the site is not as it was published.
    """
    settings = options.settings
    require_empty_cache(settings.cache)
    with open_site(options.command_options["site"]) as files:
        with console.timed("read"):
            archive = read_archive(files)
        if not settings.dry_run:
            with lock_cache(settings.cache), console.timed("write"):
                require_empty_cache(settings.cache)
                shipped = options.project / Settings().cache
                write_archive(archive, files, settings.cache, shipped=shipped)
    report(archive, options, console)


def report(archive: Archive, options: Options, console: Console) -> None:
    """Print what was restored, and how the site was built."""
    counts = {
        "event": len(archive.records.lines),
        "change": len(archive.changes),
        "article": archive.article_count,
        "picture": len(archive.pictures.records),
    }
    console.facts["restored"] = {f"{noun}s": count for noun, count in counts.items()}
    what = ", ".join(quantity(count, noun) for noun, count in counts.items())
    verb = "Would restore" if options.settings.dry_run else "Restored"
    console.print(f"{verb} {what}, as of {archive.info.day}, in {options.settings.cache}.")
    if missing := archive.pictures.missing:
        console.print(f"The pictures of {quantity(missing, 'image')} are not in the site.")
    for name, value in stated_differences(archive.info, options.settings).items():
        console.print(f"The site was built with the setting {name} = {value!r}.")
