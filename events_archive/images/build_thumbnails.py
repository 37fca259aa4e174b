"""Builds the thumbnails of new and changed originals: decodes, resizes and writes them."""

import os
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from time import monotonic

from msgspec.structs import replace

from events_archive.console import Console, quantity
from events_archive.errors import ArchiveError
from events_archive.images.resize import (
    MAX_MEMORY,
    MAX_SHARE,
    BrokenImageError,
    LargeImageError,
    resize,
)
from events_archive.images.thumbnail_store import (
    ThumbnailRecord,
    ThumbnailStore,
    checksum_of,
    digest_of_file,
)
from events_archive.model.event import Image
from events_archive.safe_text import safe_text
from events_archive.store.opener import open_file
from events_archive.thread_pool import map_in_threads

_MAX_SECONDS = 900.0
"""After so much time no further image is decoded in a run."""


def build_thumbnails(
    images: list[Image], store: ThumbnailStore, *, jobs: int, console: Console
) -> dict[str, ThumbnailRecord]:
    """Build the thumbnails of ``images``, and write the manifest, also after an interruption.

    Return the records by `Image.key`. Raises `ArchiveError` where nothing can be written.

    Threads are as fast as processes, since Pillow releases the interpreter lock while it works.
    Images that take more memory than `MAX_SHARE` are built at the end, one by one.
    """
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
    try:
        file = os.fdopen(open_file(store.originals / image.key), "rb")
    except OSError as error:
        return _unreadable(error)
    with file:
        try:
            status, digest = os.fstat(file.fileno()), digest_of_file(file)
        except OSError as error:
            return _unreadable(error)
        record = ThumbnailRecord(status.st_size, status.st_mtime_ns, digest)
        known = store.records.get(image.key)
        if known and known.digest == record.digest and (known.error or store.is_complete(image)):
            return replace(known, size=record.size, mtime_ns=record.mtime_ns)
        take_warnings()
        try:
            thumbnails = resize(file, max_memory=max_memory)
        except LargeImageError:
            return None
        except BrokenImageError as error:
            return replace(record, error=str(error))
    record = replace(
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
