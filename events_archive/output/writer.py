"""Writes files into the output folder, where nothing changes before every file is there.

Content that differs from the file in place is first written into a staging folder inside the output
folder. Then the staged files are moved into place by renaming them: images and assets, then new
pages, then changed pages. Files that the site no longer has are removed last. If the process is
killed or the power fails at any time, every file is the old or the new one, and the next build
finishes the work.

For that, the content of all staged files is on the disk before the first is renamed. The renames
may be lost: the next build sees that by the inode and the time of the file in place, which are not
those in the manifest.

What stands in the place of a file and is none, such as a symbolic link, is replaced. What stands in
the place of a folder stops the build before anything changes, as does a folder in the place of a
file.
"""

import errno
import hashlib
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from stat import S_IFDIR
from typing import NamedTuple

from events_archive.errors import ArchiveError
from events_archive.images.thumbnail_store import checksum_of
from events_archive.output.folder import (
    NOT_OURS,
    STAGING,
    Marker,
    cannot_write,
    empty_staging,
    is_inside,
    owned_files,
    prepare_folder,
)
from events_archive.output.manifest import MARKER, BuildManifest, FileEntry
from events_archive.output.up_to_date import FileStat, file_stat, stat_tree
from events_archive.output.write_summary import WriteSummary
from events_archive.site import urls
from events_archive.site.formats import is_precached
from events_archive.store.files import flush_file, flush_files, flush_folder, replacing
from events_archive.store.opener import (
    NotAFileError,
    create_file,
    existing_folders,
    is_folder,
    read_file,
)


class StagedFile(NamedTuple):
    """A file of the site, in the staging folder or in place."""

    entry: FileEntry
    is_new: bool
    """Whether it is in the staging folder, to be moved into place."""


class DamagedFileError(ArchiveError):
    """A file that is to be copied to the site is not as it was written."""


class OutputDir:
    """The output folder during a build, until `commit`; it is created if necessary.

    Raises ArchiveError if it has files that no build of the archive has written.
    """

    def __init__(
        self, folder: Path, previous_build: BuildManifest | None = None, *, base_url: str = ""
    ) -> None:
        self.folder = folder
        # What is known of the files in place; empty if they were made by other code or settings.
        self.previous_build = previous_build or BuildManifest()
        self.base_url = base_url
        # Every file of the site so far, by path.
        self.staged: dict[str, StagedFile] = {}
        self._root = f"{folder}/"
        self._staging = f"{folder / STAGING}/"
        prepare_folder(folder)
        try:
            self._marker = owned_files(folder)
            empty_staging(folder)
            self._present = stat_tree(str(folder), exclude=(*NOT_OURS, MARKER), follow=False)
        except OSError as error:
            raise cannot_write(folder, error) from error

    def reuse(self, path: str, fingerprint: str) -> StagedFile | None:
        """Take the file in place into the site if it is current; otherwise return None.

        It is current if the last build wrote it, for a page with the same ``fingerprint``.
        """
        entry = self.previous_build.files.get(path)
        if entry is None or entry.fingerprint != fingerprint:
            return None
        if self._present.get(path) != entry.stat:
            return None
        staged = self.staged[path] = StagedFile(entry, is_new=False)
        return staged

    def stage(self, path: str, content: bytes, fingerprint: str = "") -> StagedFile:
        """Stage a file with this content; if the file in place has it, that one stays."""
        self._check_is_inside(path)
        digest = hashlib.sha256(content).hexdigest()[:12] if is_precached(path) else ""
        try:
            stat = self._stat_if_same(path, content, digest)
            is_new = stat is None
            size, mtime_ns, inode = stat or self._write_staged(path, content)
        except OSError as error:
            raise cannot_write(self.folder / path, error) from error
        entry = FileEntry(size, mtime_ns, inode, fingerprint, digest)
        staged = self.staged[path] = StagedFile(entry, is_new)
        return staged

    def stage_file(self, path: str, source: Path, checksum: str = "") -> StagedFile:
        """Stage a copy of ``source``; the path must have a digest of the content in it.

        Raises `DamagedFileError` if its content is to be copied and does not have the ``checksum``.
        """
        self._check_is_inside(path)
        try:
            stat = self._present.get(path)
            is_new = stat is None or stat[0] != source.stat().st_size
            if stat is None or is_new:
                content = read_file(source)
                if checksum and checksum_of(content) != checksum:
                    raise DamagedFileError(f"{source} is damaged")
                stat = self._write_staged(path, content)
        except OSError as error:
            raise cannot_write(self.folder / path, error) from error
        staged = self.staged[path] = StagedFile(FileEntry(*stat), is_new)
        return staged

    def commit(self) -> WriteSummary:
        """Move the new files into place, then remove those that the site no longer has."""
        owned = self._marker.files
        removed = sorted(owned - self.staged.keys())
        new = sorted(path for path, staged in self.staged.items() if staged.is_new)
        is_marked = self._marker == Marker(files=frozenset(self.staged), base_url=self.base_url)
        try:
            self._check_places(new, removed)
            # Until the end the marker lists old and new files, so that none is lost to the next
            # build if this one is killed.
            if new or not is_marked:
                self._write_marker(owned | self.staged.keys())
                flush_files([self._staging + path for path in new])
                self._move(sorted(new, key=lambda path: (path in self._present, _rank(path))))
                for path in removed:
                    self._remove(path)
                if removed:
                    # Or a removed file would be back, and not listed, after the power has failed.
                    self._flush_folders(removed)
                    self._write_marker(self.staged.keys())
        except OSError as error:
            raise cannot_write(self.folder, error) from error
        return WriteSummary(
            added=tuple([path for path in new if path not in self._present]),
            changed=tuple([path for path in new if path in self._present]),
            removed=tuple(removed),
            unchanged=len(self.staged) - len(new),
            size=sum(staged.entry.size for staged in self.staged.values()),
        )

    @property
    def entries(self) -> dict[str, FileEntry]:
        """Every file of the site so far, by path, as the manifest has it."""
        return {path: staged.entry for path, staged in self.staged.items()}

    def file(self, path: str) -> Path:
        """Return where the content of a file of the site is now."""
        return Path((self._staging if self.staged[path].is_new else self._root) + path)

    def files(self) -> tuple[tuple[str, Path], ...]:
        """Return every file of the site so far as (path, where its content is now), by path."""
        return tuple((path, self.file(path)) for path in sorted(self.staged))

    def _check_is_inside(self, path: str) -> None:
        """Raise ArchiveError if the file would be outside the output folder."""
        if not is_inside(path):
            raise ArchiveError(f"refused to write outside {self.folder}: {path!r}")

    def _check_places(self, new: Iterable[str], removed: Iterable[str]) -> None:
        """Raise `NotAFileError` if a file or folder of the site cannot be where it belongs."""
        folders = {"", *existing_folders(self._root, (*new, *removed))}
        free = (path for path in new if path not in self._present)
        for path in free:
            if path.rpartition("/")[0] in folders and is_folder(self._root + path):
                raise NotAFileError(self._root + path, S_IFDIR, "a file")

    def _stat_if_same(self, path: str, content: bytes, digest: str) -> FileStat | None:
        """Return the status of the file in place if it has this content; otherwise None."""
        stat = self._present.get(path)
        if stat is None or stat[0] != len(content):
            return None
        entry = self.previous_build.files.get(path)
        if entry is not None and entry.stat == stat and entry.digest:
            return stat if entry.digest == digest else None
        return stat if read_file(self._root + path) == content else None

    def _write_staged(self, path: str, content: bytes) -> FileStat:
        """Write a file into the staging folder; return its status, which a rename keeps."""
        staged = self._staging + path
        try:
            descriptor = create_file(staged)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(staged), exist_ok=True)
            descriptor = create_file(staged)
        try:
            written = os.write(descriptor, content)
            while written < len(content):
                written += os.write(descriptor, content[written:])
            return file_stat(os.fstat(descriptor))
        finally:
            os.close(descriptor)

    def _move(self, new: Iterable[str]) -> None:
        """Move staged files into place in this order, a folder that the site lacks as a whole."""
        moved = {"": False}
        for path in new:
            folder = path[: path.find("/") + 1]
            if folder not in moved:
                moved[folder] = not os.path.isdir(self._root + folder)
                if moved[folder]:
                    os.replace(self._staging + folder, self._root + folder)
            if moved[folder]:
                continue
            try:
                os.replace(self._staging + path, self._root + path)
            except FileNotFoundError:
                os.makedirs(os.path.dirname(self._root + path))
                self._move((path,))
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise
                self._move_to_other_disk(path)

    def _move_to_other_disk(self, path: str) -> None:
        """Move a staged file into a folder that is a disk of its own."""
        with replacing(Path(self._root + path)) as temporary:
            temporary.write_bytes(read_file(self._staging + path))
        entry = self.staged[path].entry
        status = file_stat(os.lstat(self._root + path))
        entry = FileEntry(*status, entry.fingerprint, entry.digest)
        self.staged[path] = StagedFile(entry, is_new=True)

    def _write_marker(self, paths: Iterable[str]) -> None:
        self._write_staged(MARKER, Marker(files=frozenset(paths), base_url=self.base_url).encode())
        flush_file(Path(self._staging + MARKER))
        os.replace(self._staging + MARKER, self._root + MARKER)
        flush_folder(self.folder)

    def _remove(self, path: str) -> None:
        """Remove a file, and the folders that are then empty."""
        if path in self._present:
            os.unlink(self._root + path)
        with suppress(OSError):
            while path := path.rpartition("/")[0]:
                os.rmdir(self._root + path)

    def _flush_folders(self, removed: Iterable[str]) -> None:
        """Have it on the disk that files were removed, and folders that were empty then."""
        folders = {Path(self._root + path).parent for path in removed}
        while gone := {folder for folder in folders if not folder.exists()}:
            folders = (folders - gone) | {folder.parent for folder in gone}
        for folder in folders:
            flush_folder(folder)


def _rank(path: str) -> int:
    """Return 0 to 3: pages after what they show, lists after what they link to, home last."""
    folder = path.split("/", 1)[0]
    if folder in (urls.IMAGES, urls.ASSETS):
        return 0
    if folder in ("events", "id"):
        return 1
    return 3 if path in (urls.HOME, urls.SITEMAP) else 2
