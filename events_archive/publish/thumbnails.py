"""Small WebP copies of the pictures, named by what they show, made once and kept.

A copy's name holds a digest of the original, so that it may be cached for ever, and the manifest
beside the copies tells without decoding anything which of them are still true. What may go
wrong with a picture goes wrong quietly: one warning, and a placeholder stands in on the page.
"""

import hashlib
import json
import os
import re
import threading
import warnings
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from events_archive.errors import ArchiveError
from events_archive.model.event import Image
from events_archive.report import Report

if TYPE_CHECKING:
    from PIL.Image import Image as Picture


WIDTHS = (320, 640, 1280)
"""In CSS pixels or device pixels, as the page's ``srcset`` has it. Never upscaled."""
QUALITY = 80
METHOD = 2
"""libwebp's effort, 0 to 6. Against 2, 4 takes half as long again and saves 3 % of the bytes."""
RECIPE = f"1: WebP {WIDTHS} quality {QUALITY} method {METHOD}"
"""Part of every digest: when the way of making copies changes, so do their names."""
MAX_PIXELS = 64_000_000
"""A picture of more is not decoded: a file of a few kilobytes can claim gigabytes."""
_TOO_MANY_PIXELS = f"it has more than {MAX_PIXELS // 1_000_000} million pixels"
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "TIFF", "BMP", "JPEG2000")
"""What is opened. Pillow knows many more, some of which start other programs (EPS)."""
DEFAULT_WIDTH = 640
"""For browsers that do not read ``srcset``, and for link previews."""

_ORIENTATION = 0x0112
"""The EXIF tag that says how the camera was held (1 to 8)."""
_SIDEWAYS = range(5, 9)
"""The orientations whose width is the stored picture's height."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnail:
    """The copies of one picture, as a page refers to them."""

    name: str
    """``<image id>-<hash>``, the stem that all sizes share."""
    sizes: tuple[tuple[int, int], ...]
    """Width and height in pixels, narrowest first; never empty."""

    @property
    def width(self) -> int:
        """The widest copy's width in pixels."""
        return self.sizes[-1][0]

    @property
    def height(self) -> int:
        """The widest copy's height in pixels."""
        return self.sizes[-1][1]

    def file(self, width: int) -> str:
        """The address, from the site's root, of the copy that is ``width`` pixels wide."""
        return f"pictures/{self.name}-{width}.webp"

    @property
    def src(self) -> str:
        """The address, from the site's root, of the copy for `DEFAULT_WIDTH`, or the next below."""
        fitting = [width for width, _ in self.sizes if width <= DEFAULT_WIDTH]
        return self.file(fitting[-1] if fitting else self.sizes[0][0])

    def srcset(self, root: str) -> str:
        """The ``srcset`` of a page from which ``root`` ("../", or "") leads to the site's root."""
        return ", ".join(f"{root}{self.file(width)} {width}w" for width, _ in self.sizes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnails:
    """All pictures that can be shown."""

    folder: Path
    """Where the copies lie."""
    by_key: Mapping[str, Thumbnail]
    """By `Image.key`."""
    excluded_licences: frozenset[int] = frozenset()

    def of(self, image: Image | None) -> Thumbnail | None:
        """The copies of ``image``; None when it has none or its licence is left out."""
        if image is None or _is_excluded(image, self.excluded_licences):
            return None
        return self.by_key.get(image.key)

    def files(self) -> Iterator[tuple[str, Path]]:
        """Each copy's address and where it lies now, in the order of the addresses."""
        shown = {thumbnail.name: thumbnail for thumbnail in self.by_key.values()}
        addresses = (t.file(width) for t in shown.values() for width, _ in t.sizes)
        for address in sorted(addresses):
            yield address, self.folder / address.removeprefix("pictures/")


def make_thumbnails(
    images: Iterable[Image],
    *,
    originals: Path,
    folder: Path,
    jobs: int,
    report: Report,
    excluded_licences: Collection[int] = (),
) -> Thumbnails:
    """See to it that each of ``images`` that has an original has its copies in ``folder``.

    Only what is new or changed is decoded, ``jobs`` at a time. An original that is not there is
    nobody's fault here (who fetches it says so); one that is broken costs one warning a run.

    Raises `ArchiveError` where ``folder`` cannot be written to.
    """
    excluded = frozenset(excluded_licences)
    wanted = {i.key: i for i in images if not _is_excluded(i, excluded)}
    shelf = _Shelf(originals=originals, folder=folder, known=_read_manifest(folder))
    stale = [image for image in wanted.values() if not shelf.is_current(image)]
    known = {**shelf.known, **(_make_all(stale, shelf, jobs, report) if stale else {})}
    records = {key: known[key] for key in wanted if key in known}
    for key, record in records.items():
        if fault := record.broken or record.remark:
            report.warn(f"picture {wanted[key].id} ({_printable(wanted[key].url)}): {fault}")
    by_key = {
        key: record.as_thumbnail(wanted[key])
        for key, record in records.items()
        if shelf.has_copies(wanted[key], record)
    }
    return Thumbnails(folder=folder, by_key=by_key, excluded_licences=excluded)


def _is_excluded(image: Image, excluded: Collection[int]) -> bool:
    return image.licence is not None and image.licence.id in excluded


def _printable(text: str) -> str:
    """Text from outside, with nothing in it that a terminal would obey."""
    return "".join(c if c.isprintable() else "?" for c in text[:300])


# What is known of the originals ------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    """What the manifest remembers of one original."""

    size: int
    """Of the original, in bytes; with `mtime_ns` a cheap sign that it is still the same."""
    mtime_ns: int
    digest: str
    """The first ten hexadecimal digits of a SHA-256 over `RECIPE` and the original's bytes."""
    copies: tuple[tuple[int, int, int], ...] = ()
    """Width and height in pixels and size in bytes of each, narrowest first; none if broken."""
    broken: str = ""
    """Why there are no copies."""
    remark: str = ""
    """What Pillow found odd about a picture that it could read."""

    def as_thumbnail(self, image: Image) -> Thumbnail:
        sizes = tuple((width, height) for width, height, _ in self.copies)
        return Thumbnail(name=f"{image.id}-{self.digest}", sizes=sizes)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shelf:
    """The two folders and what the manifest knew about them when the run began."""

    originals: Path
    folder: Path
    known: Mapping[str, _Record]

    def copy(self, image: Image, digest: str, width: int) -> Path:
        return self.folder / f"{image.id}-{digest}-{width}.webp"

    def is_current(self, image: Image) -> bool:
        """Whether there is nothing to do: also where there is no original to do it with."""
        try:
            found = (self.originals / image.key).stat()
        except OSError:
            return True
        record = self.known.get(image.key)
        if record is None or (record.size, record.mtime_ns) != (found.st_size, found.st_mtime_ns):
            return False
        return bool(record.broken) or self.has_copies(image, record)

    def has_copies(self, image: Image, record: _Record) -> bool:
        """Whether the record's copies are all there and as long as they were written."""
        try:
            return bool(record.copies) and all(
                self.copy(image, record.digest, width).stat().st_size == size
                for width, _, size in record.copies
            )
        except OSError:
            return False


def _read_manifest(folder: Path) -> dict[str, _Record]:
    """The records of the last run; none when they are lost, damaged or of another recipe."""
    try:
        document = json.loads((folder / "manifest.json").read_bytes())
        if document["recipe"] != RECIPE:
            return {}
        records = {key: _record(fields) for key, fields in document["originals"].items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}
    return records


def _record(fields: dict[str, Any]) -> _Record:
    """A record from the manifest, which may have been damaged: its digest becomes a file name."""
    if not re.fullmatch(r"[0-9a-f]{10}", fields["digest"]):
        raise ValueError("not a digest")
    return _Record(
        size=int(fields["size"]),
        mtime_ns=int(fields["mtime_ns"]),
        digest=fields["digest"],
        copies=tuple((int(w), int(h), int(size)) for w, h, size in fields["copies"]),
        broken=str(fields["broken"]),
        remark=str(fields["remark"]),
    )


def _write_manifest(folder: Path, records: Mapping[str, _Record]) -> None:
    document = {
        "recipe": RECIPE,
        "originals": {key: asdict(record) for key, record in sorted(records.items())},
    }
    _write_whole(folder / "manifest.json", json.dumps(document, indent=1).encode() + b"\n")


def _write_whole(path: Path, data: bytes) -> None:
    """Write the whole file or leave what was there."""
    part = path.with_name(f".{path.name}.{threading.get_ident()}.part")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


# Making ------------------------------------------------------------------------------------------


def _make_all(images: list[Image], shelf: _Shelf, jobs: int, report: Report) -> dict[str, _Record]:
    """Make the copies of ``images`` and note it in the manifest, even if interrupted on the way.

    Threads, since Pillow lets go of the interpreter while it decodes, resizes and encodes:
    processes are no faster and take a quarter of a second to start.
    """
    made: dict[str, _Record] = {}
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
            _write_manifest(shelf.folder, {**shelf.known, **made})
    except OSError as error:
        raise ArchiveError(
            f"The thumbnails cannot be written to {shelf.folder}: {error.strerror or error}. "
            "Free some space or allow writing there, then build again."
        ) from error
    broken = sum(bool(record.broken) for record in made.values())
    report.say(f"thumbnails of {len(made) - broken} pictures made, {broken} broken")
    return made


def _in_threads(
    images: list[Image], shelf: _Shelf, jobs: int, remarks: Callable[[], str]
) -> Generator[tuple[str, _Record]]:
    """Each picture's key and record, as they are done."""
    pool = ThreadPoolExecutor(max(1, min(jobs, len(images))), thread_name_prefix="thumbnails")
    try:
        tasks = {pool.submit(_make, image, shelf, remarks): image.key for image in images}
        for task in as_completed(tasks):
            yield tasks[task], task.result()
    finally:
        # After Ctrl-C only the pictures at hand are finished, a fraction of a second each.
        pool.shutdown(cancel_futures=True)


def _make(image: Image, shelf: _Shelf, remarks: Callable[[], str]) -> _Record:
    """Make the copies of one picture, unless its bytes turn out to be those already known."""
    original = shelf.originals / image.key
    try:
        found, data = original.stat(), original.read_bytes()
    except OSError as error:
        # No file is -1 bytes long, so the next run tries again.
        reason = f"its original cannot be read ({error.strerror or error})"
        return _Record(size=-1, mtime_ns=0, digest="0" * 10, broken=reason)
    digest = hashlib.sha256(RECIPE.encode() + b"\0" + data).hexdigest()[:10]
    record = _Record(size=found.st_size, mtime_ns=found.st_mtime_ns, digest=digest)
    known = shelf.known.get(image.key)
    if known and known.digest == digest and (known.broken or shelf.has_copies(image, known)):
        return replace(known, mtime_ns=record.mtime_ns)
    remarks()
    try:
        copies = draw(data)
    except Exception as error:  # Broken files make Pillow raise nearly anything.
        return replace(record, broken=_reason(error))
    for width, _, encoded in copies:
        _write_whole(shelf.copy(image, digest, width), encoded)
    sizes = tuple((width, height, len(encoded)) for width, height, encoded in copies)
    return replace(record, copies=sizes, remark=remarks())


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


class _PictureError(Exception):
    """Why a picture is not decoded, said to people."""


def _reason(error: Exception) -> str:
    """What to tell about a picture that could not be read."""
    from PIL import Image as Pictures  # noqa: PLC0415
    from PIL import UnidentifiedImageError  # noqa: PLC0415

    match error:
        case _PictureError():
            return str(error)
        case Pictures.DecompressionBombError():
            return _TOO_MANY_PIXELS
        case UnidentifiedImageError():
            return "its original is not a picture of a known format"
        case _:
            return f"its original is broken ({error or type(error).__name__})"


# Drawing -----------------------------------------------------------------------------------------


def draw(data: bytes) -> list[tuple[int, int, bytes]]:
    """The WebP copies of one original: width and height in pixels and the file, narrowest first.

    The widest copy is made from the original, the others from it. It is made before colours and
    orientation are seen to, since it usually has a fraction of the pixels.

    Raises whatever Pillow raises for data that is no whole picture: nearly anything.
    """
    from PIL import Image as Pictures  # noqa: PLC0415

    with Pictures.open(BytesIO(data), formats=_formats()) as opened:
        full = opened.size
        if full[0] * full[1] > MAX_PIXELS:
            raise _PictureError(_TOO_MANY_PIXELS)
        if opened.format in {"JPEG", "MPO"}:
            # A JPEG can be decoded at a half, a quarter or an eighth for a part of the work.
            sideways = _orientation(opened) in _SIDEWAYS
            opened.draft(None, _turned(_sizes(_turned(full, sideways))[-1], sideways))
        opened.load()
        # Only now: of a TIFF, Pillow itself turns the pixels when it loads them.
        orientation = _orientation(opened)
        sideways = orientation in _SIDEWAYS
        sizes = _sizes(_turned(full, sideways))
        widest = _with_plain_mode(opened).resize(
            _turned(sizes[-1], sideways), Pictures.Resampling.LANCZOS, reducing_gap=3.0
        )
    widest = _in_srgb(_upright(widest, orientation), opened.info.get("icc_profile"))
    copies = [widest.resize(size, Pictures.Resampling.LANCZOS) for size in sizes[:-1]]
    return [(*copy.size, _encoded(copy)) for copy in (*copies, widest)]


def _formats() -> list[str]:
    """Those of `FORMATS` that this Pillow was built with."""
    from PIL import Image as Pictures  # noqa: PLC0415

    Pictures.init()
    return [name for name in FORMATS if name in Pictures.OPEN]


def _sizes(full: tuple[int, int]) -> list[tuple[int, int]]:
    """The sizes to make of a picture of ``full`` width and height, in pixels: never larger."""
    width, height = full
    widths = [w for w in WIDTHS if w < width] + ([width] if width <= WIDTHS[-1] else [])
    return [(w, max(1, round(height * w / width))) for w in widths]


def _turned(size: tuple[int, int], sideways: bool) -> tuple[int, int]:
    return (size[1], size[0]) if sideways else size


def _orientation(picture: "Picture") -> int:
    """How the camera was held, 1 (upright) to 8; 1 too where the EXIF data is damaged."""
    try:
        return int(picture.getexif().get(_ORIENTATION, 1))
    except Exception:  # EXIF is a TIFF file of its own, and as good at being broken.
        return 1


def _upright(picture: "Picture", orientation: int) -> "Picture":
    """The picture as the camera saw it."""
    from PIL.Image import Transpose  # noqa: PLC0415

    turns = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    return picture.transpose(turns[orientation]) if orientation in turns else picture


def _with_plain_mode(picture: "Picture") -> "Picture":
    """The picture in a mode that can be resized and has a meaning to colour profiles.

    That is L, RGB, RGBA or CMYK, with eight bits a channel.
    """
    if picture.mode[0] in "IF":
        # Pillow would clip to 255. 32-bit pixels have no agreed white: the brightest is taken.
        grey = picture if picture.mode == "F" else picture.convert("I")
        white = 65535 if picture.mode.startswith("I;16") else max(_brightest(grey), 1)
        return grey.point(lambda value: value * (255 / white) + 0).convert("L")
    if picture.has_transparency_data:
        return picture.convert("RGBA")
    if picture.mode in {"L", "RGB", "CMYK"}:
        return picture
    return picture.convert("L" if picture.mode == "1" else "RGB")


def _brightest(grey: "Picture") -> float:
    """The highest value in a picture of one channel."""
    _, highest = grey.getextrema()
    assert isinstance(highest, (int, float))
    return highest


def _in_srgb(picture: "Picture", profile: bytes | None) -> "Picture":
    """The picture in the colours that a browser assumes; RGBA only if something shows through."""
    from PIL import ImageCms  # noqa: PLC0415

    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    if mode == "RGBA" and picture.getchannel("A").getextrema() == (255, 255):
        picture, mode = picture.convert("RGB"), "RGB"
    if profile:
        srgb = ImageCms.createProfile("sRGB")
        try:
            source = ImageCms.getOpenProfile(BytesIO(profile))
            return ImageCms.profileToProfile(picture, source, srgb, outputMode=mode) or picture
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # A profile that cannot be read, or is for other colours, says nothing.
    return picture.convert(mode)


def _encoded(picture: "Picture") -> bytes:
    """As a WebP file without any metadata: Pillow writes only what it is told to."""
    file = BytesIO()
    picture.save(file, "WEBP", quality=QUALITY, method=METHOD)
    return file.getvalue()
