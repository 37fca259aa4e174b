"""``build.py export``: build the site and pack it into one file."""

from events_archive.commands.archive import cache_lock
from events_archive.commands.build import build_site
from events_archive.commands.options import Options
from events_archive.commands.publish import export_bundle
from events_archive.console import Console
from events_archive.export.write import write_bundle
from events_archive.output.writer import site_files


def run(options: Options, console: Console) -> None:
    """Refresh the cache, publish the site, and write the ZIP or ZIM file."""
    settings = options.settings
    with cache_lock(settings):
        site = build_site(settings, console)
        if settings.dry_run:
            return
        path = write_bundle(
            export_bundle(site, site_files(settings.output)),
            static=settings.static,
            project=options.project,
            **options.command_options,
        )
    size = path.stat().st_size
    console.add_fact("export", {"file": str(path), "size": size})
    console.print(f"{size / 1e6:.1f} MB in {path}")
