"""How the copies of many pictures are made: several at a time, each fault the fault of one."""

import hashlib
import threading
import warnings
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing, contextmanager

from events_archive.console import Console
from events_archive.errors import ArchiveError
from events_archive.images.resize import (
    SETTINGS_KEY,
    TOO_MANY_PIXELS,
    UnsupportedImageError,
    resize,
)
from events_archive.images.thumbnail_store import (
    ThumbnailRecord,
    ThumbnailStore,
    write_manifest,
    write_whole,
)
from events_archive.model.event import Image


def build_thumbnails(
    images: list[Image], shelf: ThumbnailStore, *, jobs: int, report: Console
) -> dict[str, ThumbnailRecord]:
    """Make the copies of ``images`` and note it in the manifest, even if interrupted on the way.

    What is known of each now, by `Image.key`. Raises `ArchiveError` where nothing can be written.

    Threads, since Pillow lets go of the interpreter while it decodes, resizes and encodes:
    processes are no faster and take a quarter of a second to start.
    """
    made: dict[str, ThumbnailRecord] = {}
    try:
        shelf.folder.mkdir(parents=True, exist_ok=True)
        try:
            with (
                report.progress("thumbnails", len(images)) as progress,
                _capture_warnings() as remarks,
                closing(_in_threads(images, shelf, jobs, remarks)) as done,
            ):
                for key, record in done:
                    made[key] = record
                    progress.advance()
        finally:
            write_manifest(shelf.folder, {**shelf.records, **made})
    except OSError as error:
        raise ArchiveError(
            f"The thumbnails cannot be written to {shelf.folder}: {error.strerror or error}. "
            "Free some space or allow writing there, then build again."
        ) from error
    broken = sum(bool(record.error) for record in made.values())
    report.print(f"thumbnails of {len(made) - broken} pictures made, {broken} broken")
    return made


def _in_threads(
    images: list[Image], shelf: ThumbnailStore, jobs: int, remarks: Callable[[], str]
) -> Generator[tuple[str, ThumbnailRecord]]:
    """Each picture's key and record, as they are done."""
    pool = ThreadPoolExecutor(max(1, min(jobs, len(images))), thread_name_prefix="thumbnails")
    try:
        tasks = {pool.submit(_build_one, image, shelf, remarks): image.key for image in images}
        for task in as_completed(tasks):
            yield tasks[task], task.result()
    finally:
        # After Ctrl-C only the pictures at hand are finished, a fraction of a second each.
        pool.shutdown(cancel_futures=True)


def _build_one(image: Image, shelf: ThumbnailStore, remarks: Callable[[], str]) -> ThumbnailRecord:
    """Make the copies of one picture, unless its bytes turn out to be those already known."""
    original = shelf.originals / image.key
    try:
        found, data = original.stat(), original.read_bytes()
    except OSError as error:
        # No file is -1 bytes long, so the next run tries again.
        reason = f"its original cannot be read ({error.strerror or error})"
        return ThumbnailRecord(size=-1, mtime_ns=0, digest="0" * 10, error=reason)
    digest = hashlib.sha256(SETTINGS_KEY.encode() + b"\0" + data).hexdigest()[:10]
    record = ThumbnailRecord(size=found.st_size, mtime_ns=found.st_mtime_ns, digest=digest)
    known = shelf.records.get(image.key)
    if known and known.digest == digest and (known.error or shelf.is_complete(image)):
        return known._replace(size=record.size, mtime_ns=record.mtime_ns)
    remarks()
    try:
        copies = resize(data)
    except Exception as error:  # Broken files make Pillow raise nearly anything.
        return record._replace(error=_error_text(error))
    record = record._replace(
        sizes=tuple((width, height) for width, height, _ in copies),
        file_sizes=tuple(len(encoded) for _, _, encoded in copies),
        decoder_warning=remarks(),
    )
    for name, (_, _, encoded) in zip(record.names(image), copies, strict=True):
        write_whole(shelf.folder / name, encoded)
    return record


@contextmanager
def _capture_warnings() -> Iterator[Callable[[], str]]:
    """Yield a function that says what Pillow warned of in this thread since it was last asked.

    The filters of `warnings` belong to the process, so they are set once around all threads.
    """
    heard = threading.local()

    def hear(message: Warning | str, *_: object, **__: object) -> None:
        heard.messages = [*getattr(heard, "messages", ()), str(message)]

    def said() -> str:
        messages, heard.messages = getattr(heard, "messages", ()), []
        return "; ".join(dict.fromkeys(" ".join(message.split()) for message in messages))

    with warnings.catch_warnings():
        warnings.filterwarnings("always", module=r"PIL\b")
        warnings.showwarning = hear
        yield said


def _error_text(error: Exception) -> str:
    """What to tell about a picture that could not be read."""
    from PIL import Image as Pictures  # noqa: PLC0415
    from PIL import UnidentifiedImageError  # noqa: PLC0415

    match error:
        case UnsupportedImageError():
            return str(error)
        case Pictures.DecompressionBombError():
            return TOO_MANY_PIXELS
        case UnidentifiedImageError():
            return "its original is not a picture of a known format"
        case _:
            return f"its original is broken ({error or type(error).__name__})"
