"""Writing the export in the requested format."""

import os
from pathlib import Path

from events_archive.errors import ArchiveError
from events_archive.export.bundle import ExportBundle

FOLDER = "exports"


def write_bundle(
    bundle: ExportBundle, *, format: str, to: Path | None, static: Path, project: Path
) -> Path:
    """Write ``bundle`` as ``format``, "zip" or "zim", and return the path of the file.

    Where ``to`` is None, it is `ExportBundle.name` in the folder ``exports`` of ``project``.

    Raises `ArchiveError` when the file cannot be written.
    """
    path = to or project / FOLDER / f"{bundle.name}.{format}"
    try:
        if format == "zip":
            from events_archive.export.zip_file import write_zip  # noqa: PLC0415

            write_zip(bundle, path)
        else:
            from events_archive.export.zim_file import write_zim  # noqa: PLC0415

            write_zim(bundle, path, icon=static / "icon-48.png")
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error
        raise ArchiveError(f"cannot write {path}: {reason}") from error
    return path
