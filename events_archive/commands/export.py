"""``build.py export``: build the site and pack it into one file."""

from dataclasses import replace
from pathlib import Path

from events_archive.commands import Options
from events_archive.commands.build import build_site
from events_archive.commands.fetch import cache_lock
from events_archive.console import Console
from events_archive.errors import ArchiveError
from events_archive.export import ExportBundle
from events_archive.export.zip_file import write_zip
from events_archive.output.folder import built_base_url, lock_output, site_files
from events_archive.output.former_files import load_former_paths
from events_archive.settings import Settings
from events_archive.store.files import remove_temporary_files, replacing


def run(options: Options, console: Console) -> None:
    """Refresh the cache, publish the site, and write the ZIP or ZIM file.

    Without ``--to``, it is `ExportBundle.name` in the folder ``exports`` of the project. Without a
    base URL, the site keeps the one that it was built for.

    Raises `ArchiveError` when the file cannot be written, or libzim is not installed for a ZIM.
    """
    settings, format = options.settings, options.command_options["format"]
    if not settings.base_url:
        settings = replace(settings, base_url=built_base_url(settings.output))
    with cache_lock(settings):
        site = build_site(settings, console)
        if settings.dry_run:
            return
        with lock_output(settings.output):
            former = load_former_paths(settings.cache)
            files = (pair for pair in site_files(settings.output) if pair[0] not in former)
            bundle = ExportBundle(site=site, files=tuple(files))
            default = options.project / "exports" / f"{bundle.name}.{format}"
            path = options.command_options["to"] or default
            write(bundle, path, format, settings)
    size = path.stat().st_size
    console.facts["export"] = {"file": str(path), "size": size}
    console.print(f"{size / 1e6:.1f} MB in {path}")


def write(bundle: ExportBundle, path: Path, format: str, settings: Settings) -> None:
    """Write the file: all of it, or nothing. Raises `ArchiveError` where that is impossible."""
    try:
        remove_temporary_files(path.parent, of=path.name)
        with replacing(path) as temporary:
            if format == "zip":
                write_zip(bundle, temporary)
            else:
                # Imports a binary library that only this format needs.
                from events_archive.export.zim_file import write_zim  # noqa: PLC0415

                write_zim(bundle, temporary, icon=settings.static / "icon-48.png")
    except ImportError as error:
        raise ArchiveError(
            "the Kiwix edition needs libzim, which is not installed: pip install '.[zim]'"
        ) from error
    except OSError as error:
        raise ArchiveError(
            f"cannot write {path}: {error.strerror or error}; make room or permit writing "
            "there, or choose another place with --to"
        ) from error
