"""``build.py export``: the built site into one file, in the format that was asked for."""

import os
from pathlib import Path

from events_archive.errors import ArchiveError
from events_archive.export.bundle import ExportBundle

FOLDER = "exports"

DESCRIPTION = "Spaceflight after the launch: dockings, spacewalks, landings, flybys"
"""What a library says of the edition, in at most 80 letters."""


def write_bundle(
    edition: ExportBundle, *, format: str, to: Path | None, static: Path, project: Path
) -> Path:
    """Write the edition as "zip" or "zim"; where it then is.

    Without ``to`` it gets its dated name in the project's folder for exports.

    Raises ArchiveError where it cannot be written.
    """
    path = to or project / FOLDER / f"{edition.name}.{format}"
    try:
        if format == "zip":
            from events_archive.export.zip_file import write_zip  # noqa: PLC0415

            write_zip(edition, path)
        else:
            from events_archive.export.zim_file import write_zim  # noqa: PLC0415

            icon = static / "icon-48.png"
            write_zim(edition, path, description=DESCRIPTION, icon=icon)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error
        raise ArchiveError(f"cannot write {path}: {reason}") from error
    return path
