"""Thumbnails of the images: which there are, as pages refer to them, and building the missing ones.

Thumbnails that exist are found by their manifest (`thumbnail_store`); only for new or changed
originals is Pillow imported (`resize`). An image that cannot be decoded costs a warning, and pages
show a placeholder.
"""

import os
import threading
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from itertools import repeat
from pathlib import Path
from time import monotonic

import msgspec
from msgspec import Struct

from events_archive.console import Console, quantity
from events_archive.errors import ArchiveError
from events_archive.images.thumbnail_store import (
    ThumbnailRecord,
    ThumbnailStore,
    checksum_of,
    digest_of,
)
from events_archive.model.event import Image
from events_archive.safe_text import safe_text
from events_archive.store.opener import open_file, read_file
from events_archive.thread_pool import map_in_threads

DEFAULT_WIDTH = 640
"""For browsers without support for ``srcset``, and for link previews."""
_MAX_SECONDS = 900.0
"""After so much time no further image is decoded in a run."""
_MAX_URL = 300
"""Characters of a URL that a warning contains."""


class Thumbnail(Struct, frozen=True, kw_only=True):
    """The thumbnails of one image, in several sizes."""

    name: str
    """``<image id>-<digest>``, the part of their names that all sizes share."""
    sizes: tuple[tuple[int, int], ...]
    """Width and height in pixels, narrowest first; never empty."""
    checksums: tuple[str, ...] = ()
    """Of the files, as `checksum_of` returns them; empty if an earlier version made them."""

    @property
    def width(self) -> int:
        """The largest width in pixels."""
        return self.sizes[-1][0]

    @property
    def height(self) -> int:
        """The largest height in pixels."""
        return self.sizes[-1][1]

    def file(self, width: int) -> str:
        """Return the path, from the site's root, of the file that is ``width`` pixels wide."""
        return f"pictures/{self.name}-{width}.webp"

    @property
    def default_size(self) -> tuple[int, int]:
        """The size with `DEFAULT_WIDTH`, or the next narrower one."""
        narrow = [size for size in self.sizes if size[0] <= DEFAULT_WIDTH]
        return narrow[-1] if narrow else self.sizes[0]

    @property
    def src(self) -> str:
        """The path of the file with the `default_size`."""
        return self.file(self.default_size[0])

    def srcset(self, root: str) -> str:
        """Return the ``srcset`` for a page from which ``root`` ("../" or "") leads to the root."""
        return ", ".join(f"{root}{self.file(width)} {width}w" for width, _ in self.sizes)


class Thumbnails(Struct, frozen=True, kw_only=True):
    """The thumbnails of all images that can be shown."""

    folder: Path
    """Where the files are."""
    by_key: Mapping[str, Thumbnail]
    """By `Image.key`."""
    excluded_licences: frozenset[int] = frozenset()

    def of(self, image: Image | None) -> Thumbnail | None:
        """Return the thumbnail of ``image``; None if it has none or its licence is excluded."""
        if image is None or image.licence_id in self.excluded_licences:
            return None
        return self.by_key.get(image.key)

    def excluded_images(self, images: Iterable[Image]) -> frozenset[int]:
        """Return the ids of those of ``images`` whose licence is excluded."""
        return frozenset(i.id for i in images if i.licence_id in self.excluded_licences)

    def files(self) -> Iterator[tuple[str, Path, str]]:
        """Yield the path on the site, the present path and the checksum of each file, sorted.

        The checksum is ``""`` if it is not known.
        """
        checksums = {
            thumbnail.file(width): checksum
            for thumbnail in self.by_key.values()
            for (width, _), checksum in zip(
                thumbnail.sizes, thumbnail.checksums or repeat(""), strict=False
            )
        }
        for path, checksum in sorted(checksums.items()):
            yield path, self.folder / path.removeprefix("pictures/"), checksum

    def remove_damaged(self) -> None:
        """Remove the files that are not as they were written, to be made again.

        Raises `OSError` where that is impossible.
        """
        for _, file, checksum in self.files():
            if checksum and checksum_of(read_file(file)) != checksum:
                file.unlink()


def make_thumbnails(
    images: Iterable[Image],
    *,
    originals: Path,
    folder: Path,
    jobs: int,
    console: Console,
    excluded_licences: Collection[int] = (),
) -> Thumbnails:
    """Return the thumbnails of ``images``, after building those that are missing in ``folder``.

    Only new and changed files in ``originals`` are decoded, ``jobs`` at a time. A missing original
    causes no warning; one that cannot be decoded causes one in each run.

    Raises `ArchiveError` where ``folder`` cannot be written to.
    """
    excluded = frozenset(excluded_licences)
    wanted = {image.key: image for image in images if image.licence_id not in excluded}
    store = ThumbnailStore.load(originals=originals, folder=folder)
    complete, due = store.partition(wanted.values())
    built = _build_all(due, store, jobs=jobs, console=console) if due else {}
    by_key = {}
    for key, image in wanted.items():
        record = built.get(key) or store.records.get(key)
        if record is None:
            continue
        if fault := record.error or record.decoder_warning:
            console.warn(image_warning(image, fault))
        if record.dimensions and (key in built or key in complete):
            by_key[key] = Thumbnail(
                name=f"{image.id}-{record.digest}", sizes=record.sizes, checksums=record.checksums
            )
    return Thumbnails(folder=folder, by_key=by_key, excluded_licences=excluded)


def image_warning(image: Image, fault: str) -> str:
    """Return a warning that names an image."""
    return f"picture {image.id} ({safe_text(image.url)[:_MAX_URL]}): {fault}"


def _build_all(
    images: list[Image], store: ThumbnailStore, *, jobs: int, console: Console
) -> dict[str, ThumbnailRecord]:
    """Build the thumbnails of ``images``, and write the manifest, also after an interruption.

    Return the records by `Image.key`. Raises `ArchiveError` where nothing can be written.

    Threads are as fast as processes, since Pillow releases the interpreter lock while it works.
    Images that take more memory than `MAX_SHARE` are built at the end, one by one.
    """
    # Takes 50 ms.
    from events_archive.images.resize import MAX_MEMORY, MAX_SHARE  # noqa: PLC0415

    until = monotonic() + _MAX_SECONDS
    large: list[Image] = []
    records: dict[str, ThumbnailRecord] = {}

    def build(image: Image, max_memory: int) -> ThumbnailRecord | None:
        is_late = monotonic() > until
        return None if is_late else _build(image, store, take_warnings, max_memory)

    try:
        try:
            with (
                console.progress("thumbnails", len(images)) as progress,
                _captured_warnings() as take_warnings,
                closing(
                    map_in_threads(lambda image: build(image, MAX_SHARE), images, threads=jobs)
                ) as results,
            ):
                for image, record in results:
                    if record is None:
                        large.append(image)
                    else:
                        records[image.key] = record
                        progress.advance()
                for image in large:
                    if record := build(image, MAX_MEMORY):
                        records[image.key] = record
                        progress.advance()
        finally:
            store.write_manifest({**store.records, **records})
    except OSError as error:
        raise ArchiveError(
            f"The thumbnails cannot be written to {store.folder}: {error.strerror or error}. "
            "Free some space or allow writing there, then build again."
        ) from error
    if left := len(images) - len(records):
        console.warn(
            f"the thumbnails of {quantity(left, 'picture')} are left for the next run, since "
            f"decoding the others took {_MAX_SECONDS / 60:.0f} minutes"
        )
    broken = sum(bool(record.error) for record in records.values())
    console.print(f"thumbnails of {len(records) - broken} pictures made, {broken} broken")
    return records


def _build(
    image: Image, store: ThumbnailStore, take_warnings: Callable[[], str], max_memory: int
) -> ThumbnailRecord | None:
    """Write the thumbnails of one image, unless the content of its original is known already.

    None if that takes more bytes of memory than ``max_memory``.
    """
    # Imports Pillow, which takes 50 ms.
    from events_archive.images.resize import (  # noqa: PLC0415
        BrokenImageError,
        LargeImageError,
        resize,
    )

    try:
        file = os.fdopen(open_file(store.originals / image.key), "rb")
    except OSError as error:
        return _unreadable(error)
    with file:
        try:
            status, digest = os.fstat(file.fileno()), digest_of(file)
        except OSError as error:
            return _unreadable(error)
        record = ThumbnailRecord(status.st_size, status.st_mtime_ns, digest)
        known = store.records.get(image.key)
        if known and known.digest == record.digest and (known.error or store.is_complete(image)):
            return msgspec.structs.replace(known, size=record.size, mtime_ns=record.mtime_ns)
        take_warnings()
        try:
            thumbnails = resize(file, max_memory=max_memory)
        except LargeImageError:
            return None
        except BrokenImageError as error:
            return msgspec.structs.replace(record, error=str(error))
    record = msgspec.structs.replace(
        record,
        dimensions=" ".join(f"{width}x{height}" for width, height, _ in thumbnails),
        file_sizes=tuple(len(encoded) for _, _, encoded in thumbnails),
        checksums=tuple(checksum_of(encoded) for _, _, encoded in thumbnails),
        decoder_warning=take_warnings(),
    )
    for name, (_, _, encoded) in zip(record.names(image), thumbnails, strict=True):
        store.write(name, encoded)
    return record


def _unreadable(error: OSError) -> ThumbnailRecord:
    # No file has -1 bytes, so that the next run tries again.
    reason = f"its original cannot be read ({error.strerror or error})"
    return ThumbnailRecord(-1, 0, "0" * 10, error=reason)


@contextmanager
def _captured_warnings() -> Iterator[Callable[[], str]]:
    """Yield a function that returns Pillow's warnings in this thread since its last call.

    The filters of `warnings` belong to the process, so they are set once for all threads.
    """
    captured = threading.local()

    def capture(message: Warning | str, *_: object, **__: object) -> None:
        captured.messages = [*getattr(captured, "messages", ()), str(message)]

    def take_warnings() -> str:
        messages, captured.messages = getattr(captured, "messages", ()), []
        return safe_text("; ".join(dict.fromkeys(messages)))

    with warnings.catch_warnings():
        warnings.filterwarnings("always", module=r"PIL\b")
        warnings.showwarning = capture
        yield take_warnings
