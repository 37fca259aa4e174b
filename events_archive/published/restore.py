"""Writes what was read of a published site into an empty cache."""

import shutil
from contextlib import suppress
from pathlib import Path

from events_archive.errors import ArchiveError
from events_archive.images.thumbnail_store import ThumbnailStore, checksum_of
from events_archive.output.former_files import save_asset, save_generations
from events_archive.published.archive import Archive
from events_archive.published.files import PublishedFiles, UnusableFileError
from events_archive.published.pictures import MAX_PICTURE
from events_archive.site import urls
from events_archive.store.files import read_bytes
from events_archive.store.lock import LOCK_FILE
from events_archive.store.sample import SAMPLE_FILE
from events_archive.store.transaction import commit

_FOLDERS = ("generations", "sweep", "thumbnails")
"""The folders of the cache that are written to."""


def require_empty_cache(cache: Path) -> None:
    """Raise `ArchiveError` if there is any file in the cache but that of its lock."""
    files = (path for path in cache.rglob("*") if path.is_symlink() or not path.is_dir())
    if found := next((path for path in files if path.name != LOCK_FILE), None):
        raise ArchiveError(
            f"{cache} is not empty: it has {found.relative_to(cache)}. Nothing is overwritten: "
            "name an empty or new folder with --cache, or move away what is there"
        )


def write_archive(archive: Archive, files: PublishedFiles, cache: Path, *, shipped: Path) -> None:
    """Write the archive into the cache, which is locked and empty: all of it, or nothing.

    ``shipped`` is the folder of the cache that comes with the code.

    The pictures come first, which a cache can do without. Then the data are one transaction.

    Raises `ArchiveError` or OSError.
    """
    try:
        _write_pictures(archive, files, cache)
        others = {**archive.others, SAMPLE_FILE: read_bytes(shipped / SAMPLE_FILE)}
        others = {name: content for name, content in others.items() if content}
        commit(cache, archive.records, archive.changes, archive.state, others)
    except BaseException:
        for name in _FOLDERS:
            with suppress(OSError):
                shutil.rmtree(cache / name)
        raise


def _write_pictures(archive: Archive, files: PublishedFiles, cache: Path) -> None:
    pictures = archive.pictures
    store = ThumbnailStore.load(originals=cache / "originals", folder=cache / "thumbnails")
    for path, checksum in pictures.checksums.items():
        content = files.read(path, limit=MAX_PICTURE)
        if checksum_of(content) != checksum:
            raise UnusableFileError(f"{path} has changed while it was read; nothing is restored")
        if path.startswith(f"{urls.IMAGES}/"):
            store.write(path.rpartition("/")[2], content)
        else:
            save_asset(cache, path, content)
    if pictures.records:
        store.write_manifest(pictures.records)
    if pictures.generations:
        save_generations(cache, pictures.generations)
