"""Builds the thumbnails of many images; a fault of one does not affect the others."""

import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from hashlib import sha256

import PIL
import PIL.Image
from msgspec.structs import replace

from events_archive.console import Console
from events_archive.errors import ArchiveError
from events_archive.images.resize import TOO_MANY_PIXELS, resize
from events_archive.images.thumbnail_store import SETTINGS_KEY, ThumbnailRecord, ThumbnailStore
from events_archive.model.event import Image
from events_archive.thread_pool import map_in_threads


def build_thumbnails(
    images: list[Image], store: ThumbnailStore, *, jobs: int, console: Console
) -> dict[str, ThumbnailRecord]:
    """Build the thumbnails of ``images``, and write the manifest, also after an interruption.

    Return the records by `Image.key`. Raises `ArchiveError` where nothing can be written.

    Threads are as fast as processes, since Pillow releases the interpreter lock while it works.
    """
    records: dict[str, ThumbnailRecord] = {}
    try:
        try:
            with (
                console.progress("thumbnails", len(images)) as progress,
                _captured_warnings() as take_warnings,
                closing(
                    map_in_threads(
                        lambda image: _build(image, store, take_warnings),
                        images,
                        threads=min(jobs, len(images)),
                    )
                ) as results,
            ):
                for image, record in results:
                    records[image.key] = record
                    progress.advance()
        finally:
            store.write_manifest({**store.records, **records})
    except OSError as error:
        raise ArchiveError(
            f"The thumbnails cannot be written to {store.folder}: {error.strerror or error}. "
            "Free some space or allow writing there, then build again."
        ) from error
    broken = sum(bool(record.error) for record in records.values())
    console.print(f"thumbnails of {len(records) - broken} pictures made, {broken} broken")
    return records


def _build(
    image: Image, store: ThumbnailStore, take_warnings: Callable[[], str]
) -> ThumbnailRecord:
    """Write the thumbnails of one image, unless the content of its original is known already."""
    original = store.originals / image.key
    try:
        status, data = original.stat(), original.read_bytes()
    except OSError as error:
        # No file has -1 bytes, so that the next run tries again.
        reason = f"its original cannot be read ({error.strerror or error})"
        return ThumbnailRecord(-1, 0, "0" * 10, error=reason)
    size, mtime_ns = status.st_size, status.st_mtime_ns
    digest = sha256(SETTINGS_KEY.encode() + b"\0" + data).hexdigest()[:10]
    known = store.records.get(image.key)
    if known and known.digest == digest and (known.error or store.is_complete(image)):
        return replace(known, size=size, mtime_ns=mtime_ns)
    take_warnings()
    try:
        thumbnails = resize(data)
    except Exception as error:  # Damaged files make Pillow raise exceptions of nearly any class.
        return ThumbnailRecord(size, mtime_ns, digest, error=_reason(error))
    record = ThumbnailRecord(
        size,
        mtime_ns,
        digest,
        dimensions=" ".join(f"{width}x{height}" for width, height, _ in thumbnails),
        file_sizes=tuple(len(encoded) for _, _, encoded in thumbnails),
        decoder_warning=take_warnings(),
    )
    for name, (_, _, encoded) in zip(record.names(image), thumbnails, strict=True):
        store.write(name, encoded)
    return record


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
        return "; ".join(dict.fromkeys(" ".join(message.split()) for message in messages))

    with warnings.catch_warnings():
        warnings.filterwarnings("always", module=r"PIL\b")
        warnings.showwarning = capture
        yield take_warnings


def _reason(error: Exception) -> str:
    """Return why an image cannot be decoded."""
    match error:
        case PIL.Image.DecompressionBombError():
            return TOO_MANY_PIXELS
        case PIL.UnidentifiedImageError():
            return "its original is not a picture of a known format"
        case _:
            return f"its original is broken ({error or type(error).__name__})"
