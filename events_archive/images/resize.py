"""Decodes one image, and encodes it as WebP in several sizes.

Images are untrusted: a file of a few kilobytes can claim to hold gigabytes. So nothing is
decoded before its header tells how much memory that takes, and all threads share `MAX_MEMORY`.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from io import BytesIO
from itertools import product
from math import ceil, prod
from typing import BinaryIO

import PIL.Image
from PIL import ImageCms
from PIL.Image import Resampling, Transpose
from PIL.JpegImagePlugin import get_sampling

from events_archive.errors import ArchiveError
from events_archive.images.thumbnail_store import METHOD, QUALITY, WIDTHS
from events_archive.thread_pool import Budget

_MAX_PIXELS = 64_000_000
_MAX_SIDE = 16_383  # that of WebP
MAX_MEMORY = 280_000_000
"""Bytes that decoding takes at most, in all threads, so that a run takes less than 400 MB."""
MAX_SHARE = MAX_MEMORY // 4
"""Images that take more are decoded one by one in one thread, since the memory allocator keeps for
each thread what it has freed."""
_MAX_FILE_SIZE = 25_000_000
_MAX_AVIF_SIZE = 4_000_000
"""Pillow reads the whole metadata of AVIF when it opens the file."""
_MAX_METADATA = 1_000_000  # of EXIF data
_MAX_EXIF_SEGMENTS = 16
_MAX_PROFILE_SIZE = 4_000_000
_MAX_SCANS = 100  # of a progressive JPEG, which cameras write in about ten
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
"""The formats that are decoded: those in which LL2 has images, and what browsers show besides."""
_BYTES_PER_PIXEL = {"WEBP": 20, "AVIF": 16}
"""The memory that the decoders of these formats take, with their result."""
_BYTES_OF_MODE = {"1": 1, "L": 1, "P": 1, "I;16": 2}  # for a pixel; 4 in all other modes
_SAMPLES_PER_PIXEL = {0: 3.0, 1: 2.0, 2: 1.5}
"""Of a JPEG with three channels, by `get_sampling`; else as many as it has channels."""
_BYTES_PER_RESULT_PIXEL = 14
"""The memory that resizing to the widest thumbnail, and encoding it, takes."""
_MAX_COPIED_PIXELS = 16_000_000  # larger images are reduced while they are converted
_BAND_HEIGHT = 64  # lines of the result that are converted at a time
_REDUCING_GAP = 2.0
"""Larger images are first reduced, by averaging, to at least this multiple of the result's size."""
_COLOUR_TOLERANCE = 2
"""By how many of 255 steps a colour may differ without being visible."""
_ORIENTATION = 0x0112
"""The EXIF tag for the orientation of the camera (1 to 8)."""
_SIDEWAYS = range(5, 9)
"""The orientations that swap width and height."""
_TRANSPOSE = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
"""By orientation; 1 is upright."""

_memory = Budget(MAX_MEMORY)
_header_lock = threading.Lock()
"""Reading a header takes memory too: some decoders read the whole file."""


class BrokenImageError(ArchiveError):
    """An original that cannot be decoded."""


class LargeImageError(ArchiveError):
    """An original that takes more memory than this call may take."""


def resize(file: BinaryIO, *, max_memory: int = MAX_MEMORY) -> list[tuple[int, int, bytes]]:
    """Return the thumbnails of one original: width and height in pixels and file, narrowest first.

    Raises `BrokenImageError`, and `LargeImageError` if that takes more bytes than ``max_memory``.
    """
    try:
        with _header_lock:
            file_size = _check_file(file)
            with _opened(file) as (original, full_size):
                cost = _memory_cost(original, full_size) + file_size
        if cost > MAX_MEMORY:
            raise BrokenImageError(f"decoding it takes {cost / 1e6:.0f} MB of memory, too much")
        if cost > max_memory:
            raise LargeImageError
        with _memory.reserved(cost), _opened(file) as (original, full_size):
            return _resize(original, full_size)
    except (BrokenImageError, LargeImageError):
        raise
    except PIL.UnidentifiedImageError as error:
        raise BrokenImageError("its original is not a picture of a known format") from error
    except Exception as error:  # Damaged files make Pillow raise exceptions of nearly any class.
        reason = f"its original is broken ({error or type(error).__name__})"
        raise BrokenImageError(reason) from error


def _check_file(file: BinaryIO) -> int:
    """Return the size of a file.

    Raises `BrokenImageError` for one that takes long or much memory just to be opened.
    """
    file.seek(0)
    data = file.read(_MAX_FILE_SIZE + 1)
    if len(data) > _MAX_FILE_SIZE:
        raise BrokenImageError(f"it is larger than {_MAX_FILE_SIZE / 1e6:.0f} MB")
    if data.startswith(b"\xff\xd8"):
        # Pillow joins all segments, and decodes some of their fields.
        segments = re.findall(rb"\xff\xe1..Exif\0\0", data, re.DOTALL)
        if len(segments) > _MAX_EXIF_SEGMENTS or data.count(b"\xff\xda") > _MAX_SCANS:
            raise BrokenImageError("it has more metadata or scans than any camera writes")
    if data[4:8] == b"ftyp" and len(data) > _MAX_AVIF_SIZE:
        raise BrokenImageError(f"it is an AVIF of more than {_MAX_AVIF_SIZE / 1e6:.0f} MB")
    return len(data)


@contextmanager
def _opened(file: BinaryIO) -> Iterator[tuple[PIL.Image.Image, tuple[int, int]]]:
    """Open an image that is not too large, and yield it with its size; it is not decoded yet.

    It may be decoded smaller. Raises `BrokenImageError`, and whatever Pillow raises.
    """
    file.seek(0)
    try:
        original = PIL.Image.open(file, formats=_supported_formats())
    except PIL.Image.DecompressionBombError:
        raise _too_large() from None
    with original:
        size = original.size
        if prod(size) > _MAX_PIXELS or max(size) > _MAX_SIDE:
            raise _too_large()
        if original.format in {"JPEG", "MPO"}:
            # JPEG can be decoded at 1/2, 1/4 or 1/8 of its size, with that much less work.
            is_sideways = _orientation(original) in _SIDEWAYS
            widest = _sizes(_swap_axes(size, is_sideways))[-1]
            original.draft(None, _swap_axes(widest, is_sideways))
        yield original, size


def _too_large() -> BrokenImageError:
    return BrokenImageError(f"it has more than 64 million pixels, or {_MAX_SIDE} on a side")


def _memory_cost(original: PIL.Image.Image, full_size: tuple[int, int]) -> int:
    """Return about how many bytes it takes to decode and resize an image, if nothing is known."""
    pixels, decoded = prod(full_size), prod(original.size)
    if original.format in {"JPEG", "MPO"}:
        # All coefficients of a progressive one are kept, two bytes for each.
        samples = _SAMPLES_PER_PIXEL.get(get_sampling(original), len(original.getbands()))
        stored = int(2 * samples * pixels) + 4 * decoded
    else:
        size = _BYTES_PER_PIXEL.get(original.format or "") or _BYTES_OF_MODE.get(original.mode, 4)
        stored = size * pixels
    is_copied = original.mode not in {"L", "RGB", "CMYK"} and _reduction(original.size) == 1
    copies = 8 * decoded if is_copied else 0
    # Before it is decoded, it may not be known whether it has to be turned.
    result = max(prod(_sizes(size)[-1]) for size in (full_size, full_size[::-1]))
    return stored + copies + _BYTES_PER_RESULT_PIXEL * result


def _resize(original: PIL.Image.Image, full_size: tuple[int, int]) -> list[tuple[int, int, bytes]]:
    """Return the same as `resize`.

    The widest thumbnail is made from the original, each of the others from the next wider one.
    Colours and orientation are converted after that, since it usually has a fraction of the pixels.
    """
    original.load()
    orientation, profile = _orientation(original), original.info.get("icc_profile")
    is_sideways = orientation in _SIDEWAYS
    sizes = _sizes(_swap_axes(full_size, is_sideways))
    image = _resized(_to_resizable_mode(original), _swap_axes(sizes[-1], is_sideways))
    if orientation in _TRANSPOSE:
        image = image.transpose(_TRANSPOSE[orientation])
    images = [_to_srgb(image, profile)]
    for size in sizes[-2::-1]:
        images.append(_resized(images[-1], size))
    return [(*image.size, _encode_webp(image)) for image in reversed(images)]


@cache
def _supported_formats() -> list[str]:
    """Return those of `_FORMATS` with which Pillow was built."""
    PIL.Image.init()
    return [name for name in _FORMATS if name in PIL.Image.OPEN]


def _resized(image: PIL.Image.Image, size: tuple[int, int]) -> PIL.Image.Image:
    return image.resize(size, Resampling.LANCZOS, reducing_gap=_REDUCING_GAP)


def _sizes(full_size: tuple[int, int]) -> list[tuple[int, int]]:
    """Return the sizes of the thumbnails, none larger than the image itself."""
    width, height = full_size
    widths = [w for w in WIDTHS if w < width] + ([width] if width <= WIDTHS[-1] else [])
    return [(w, max(1, round(height * w / width))) for w in widths]


def _swap_axes(size: tuple[int, int], is_sideways: bool) -> tuple[int, int]:
    return (size[1], size[0]) if is_sideways else size


def _orientation(image: PIL.Image.Image) -> int:
    """Return the orientation of the camera, 1 (upright) to 8; 1 if the EXIF data is damaged."""
    try:
        is_short = len(image.info.get("exif", b"")) <= _MAX_METADATA
        return int(image.getexif().get(_ORIENTATION, 1)) if is_short else 1
    except Exception:  # Damaged EXIF data makes Pillow raise exceptions of nearly any class.
        return 1


def _reduction(size: tuple[int, int]) -> int:
    """Return by which factor an image can be reduced before it is resized; 1 for most."""
    if prod(size) <= _MAX_COPIED_PIXELS:
        return 1
    return max(1, int(size[0] / (_REDUCING_GAP * WIDTHS[-1])))


def _to_resizable_mode(image: PIL.Image.Image) -> PIL.Image.Image:
    """Return the image in a mode that can be resized and converted by a colour profile.

    These are L, RGB, RGBA and CMYK, with eight bits in each channel. Of a large image that has to
    be converted, the result is smaller, since it is converted in bands, and the image is closed.
    """
    factor = _reduction(image.size)
    if image.mode in {"L", "RGB", "CMYK"} and not image.has_transparency_data:
        return image
    if factor == 1:
        return _converted(image)
    result, step = None, _BAND_HEIGHT * factor
    for top in range(0, image.height, step):
        band = image.crop((0, top, image.width, min(top + step, image.height)))
        band = _converted(band).reduce(factor)
        result = result or PIL.Image.new(band.mode, (band.width, ceil(image.height / factor)))
        result.paste(band, (0, top // factor))
    image.close()
    return result or image


def _converted(image: PIL.Image.Image) -> PIL.Image.Image:
    if image.mode.startswith("I;16"):
        # Pillow would clip to 255.
        return image.convert("I").point(lambda value: value * (255 / 65535) + 0).convert("L")
    if image.has_transparency_data:
        return image if image.mode == "RGBA" else image.convert("RGBA")
    return image.convert("L" if image.mode == "1" else "RGB")


def _to_srgb(image: PIL.Image.Image, profile: bytes | None) -> PIL.Image.Image:
    """Return the image in the colours that browsers assume; as RGBA only if it is transparent."""
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    if mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
        image, mode = image.convert("RGB"), "RGB"
    if profile and len(profile) <= _MAX_PROFILE_SIZE:
        image = _apply_profile(image, profile, mode)
    return image if image.mode == mode else image.convert(mode)


def _apply_profile(image: PIL.Image.Image, profile: bytes, mode: str) -> PIL.Image.Image:
    """Return the image converted from the profile to sRGB, or unchanged if that has no effect."""
    try:
        if image.mode == mode and _is_srgb(profile):
            return image
        source, srgb = ImageCms.getOpenProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, source, srgb, outputMode=mode) or image
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image  # The profile is damaged, or for another kind of colours.


@lru_cache(maxsize=8)
def _is_srgb(profile: bytes) -> bool:
    """Whether a profile leaves colours from the whole cube as they are, whatever its name.

    Most profiles do. The conversion would take as long as decoding the image.

    Raises what `ImageCms` raises for a profile that cannot be used.
    """
    steps = range(0, 256, 17)
    colours = bytes(channel for colour in product(steps, repeat=3) for channel in colour)
    cube = PIL.Image.frombytes("RGB", (len(colours) // 3, 1), colours)
    source, srgb = ImageCms.getOpenProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
    converted = (ImageCms.profileToProfile(cube, source, srgb) or cube).tobytes()
    return all(abs(a - b) <= _COLOUR_TOLERANCE for a, b in zip(colours, converted, strict=True))


def _encode_webp(image: PIL.Image.Image) -> bytes:
    """Return the image as a WebP file without metadata."""
    file = BytesIO()
    image.save(file, "WEBP", quality=QUALITY, method=METHOD)
    return file.getvalue()
