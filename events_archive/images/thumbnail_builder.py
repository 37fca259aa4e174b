"""How the copies of many pictures are made: several at a time, each fault the fault of one."""

import hashlib
import threading
import warnings
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing, contextmanager

from events_archive.console import Report
from events_archive.errors import ArchiveError
from events_archive.images.resize import (
    RECIPE,
    TOO_MANY_PIXELS,
    PictureError,
    draw,
)
from events_archive.images.thumbnail_store import Record, Shelf, write_manifest, write_whole
from events_archive.model.event import Image


def make_all(images: list[Image], shelf: Shelf, *, jobs: int, report: Report) -> dict[str, Record]:
    """Make the copies of ``images`` and note it in the manifest, even if interrupted on the way.

    What is known of each now, by `Image.key`. Raises `ArchiveError` where nothing can be written.

    Threads, since Pillow lets go of the interpreter while it decodes, resizes and encodes:
    processes are no faster and take a quarter of a second to start.
    """
    made: dict[str, Record] = {}
    try:
        shelf.folder.mkdir(parents=True, exist_ok=True)
        try:
            with (
                report.progress("thumbnails", len(images)) as progress,
                _heard_by_picture() as remarks,
                closing(_in_threads(images, shelf, jobs, remarks)) as done,
            ):
                for key, record in done:
                    made[key] = record
                    progress.advance()
        finally:
            write_manifest(shelf.folder, {**shelf.known, **made})
    except OSError as error:
        raise ArchiveError(
            f"The thumbnails cannot be written to {shelf.folder}: {error.strerror or error}. "
            "Free some space or allow writing there, then build again."
        ) from error
    broken = sum(bool(record.broken) for record in made.values())
    report.say(f"thumbnails of {len(made) - broken} pictures made, {broken} broken")
    return made


def _in_threads(
    images: list[Image], shelf: Shelf, jobs: int, remarks: Callable[[], str]
) -> Generator[tuple[str, Record]]:
    """Each picture's key and record, as they are done."""
    pool = ThreadPoolExecutor(max(1, min(jobs, len(images))), thread_name_prefix="thumbnails")
    try:
        tasks = {pool.submit(_make, image, shelf, remarks): image.key for image in images}
        for task in as_completed(tasks):
            yield tasks[task], task.result()
    finally:
        # After Ctrl-C only the pictures at hand are finished, a fraction of a second each.
        pool.shutdown(cancel_futures=True)


def _make(image: Image, shelf: Shelf, remarks: Callable[[], str]) -> Record:
    """Make the copies of one picture, unless its bytes turn out to be those already known."""
    original = shelf.originals / image.key
    try:
        found, data = original.stat(), original.read_bytes()
    except OSError as error:
        # No file is -1 bytes long, so the next run tries again.
        reason = f"its original cannot be read ({error.strerror or error})"
        return Record(size=-1, mtime_ns=0, digest="0" * 10, broken=reason)
    digest = hashlib.sha256(RECIPE.encode() + b"\0" + data).hexdigest()[:10]
    record = Record(size=found.st_size, mtime_ns=found.st_mtime_ns, digest=digest)
    known = shelf.known.get(image.key)
    if known and known.digest == digest and (known.broken or shelf.has_whole_copies(image)):
        return known._replace(size=record.size, mtime_ns=record.mtime_ns)
    remarks()
    try:
        copies = draw(data)
    except Exception as error:  # Broken files make Pillow raise nearly anything.
        return record._replace(broken=_reason(error))
    record = record._replace(
        sizes=tuple((width, height) for width, height, _ in copies),
        octets=tuple(len(encoded) for _, _, encoded in copies),
        remark=remarks(),
    )
    for name, (_, _, encoded) in zip(record.names(image), copies, strict=True):
        write_whole(shelf.folder / name, encoded)
    return record


@contextmanager
def _heard_by_picture() -> Iterator[Callable[[], str]]:
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


def _reason(error: Exception) -> str:
    """What to tell about a picture that could not be read."""
    from PIL import Image as Pictures  # noqa: PLC0415
    from PIL import UnidentifiedImageError  # noqa: PLC0415

    match error:
        case PictureError():
            return str(error)
        case Pictures.DecompressionBombError():
            return TOO_MANY_PIXELS
        case UnidentifiedImageError():
            return "its original is not a picture of a known format"
        case _:
            return f"its original is broken ({error or type(error).__name__})"
