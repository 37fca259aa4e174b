"""How one picture becomes its WebP copies: decoding, turning, colours, sizes, encoding."""

from contextlib import suppress
from functools import cache, lru_cache
from importlib import import_module
from io import BytesIO
from itertools import product
from typing import TYPE_CHECKING

from events_archive.errors import ArchiveError

if TYPE_CHECKING:
    from PIL.Image import Image as Picture


WIDTHS = (320, 640, 1280)
"""In CSS pixels or device pixels, as the page's ``srcset`` has it. Never upscaled."""
QUALITY = 80
METHOD = 2
"""libwebp's effort, 0 to 6. Against 2, 4 takes half as long again and saves 3 % of the bytes."""
SETTINGS_KEY = f"2: WebP {WIDTHS} quality {QUALITY} method {METHOD}"
"""Part of every digest: when the way of making copies changes, so do their names."""
MAX_PIXELS = 64_000_000
"""A picture of more is not decoded: a file of a few kilobytes can claim gigabytes."""
TOO_MANY_PIXELS = f"it has more than {MAX_PIXELS // 1_000_000} million pixels"
FORMATS = {
    "JPEG": "JpegImagePlugin",
    "PNG": "PngImagePlugin",
    "WEBP": "WebPImagePlugin",
    "GIF": "GifImagePlugin",
    "AVIF": "AvifImagePlugin",
    "TIFF": "TiffImagePlugin",
    "BMP": "BmpImagePlugin",
    "JPEG2000": "Jpeg2KImagePlugin",
}
"""What is opened, and Pillow's module for it. Others it has start programs (EPS)."""
_REDUCING_GAP = 2.0
"""Lanczos begins with a picture so many times as large as its copy, or larger; averaging before."""
_COLOUR_TOLERANCE = 2
"""By how many of 255 steps a colour may be off without anybody seeing it."""
_ORIENTATION = 0x0112
"""The EXIF tag that says how the camera was held (1 to 8)."""
_SIDEWAYS = range(5, 9)
"""The orientations whose width is the stored picture's height."""


class UnsupportedImageError(ArchiveError):
    """An image is not decoded; the message says why."""


def resize(data: bytes) -> list[tuple[int, int, bytes]]:
    """The WebP copies of one original: width and height in pixels and the file, narrowest first.

    The widest copy is made from the original, each of the others from the next wider one. It is
    made before colours and orientation are seen to, since it usually has a fraction of the pixels.

    Raises whatever Pillow raises for data that is no whole picture: nearly anything.
    """
    from PIL import Image as Pictures  # noqa: PLC0415

    with Pictures.open(BytesIO(data), formats=_formats()) as opened:
        full = opened.size
        if full[0] * full[1] > MAX_PIXELS:
            raise UnsupportedImageError(TOO_MANY_PIXELS)
        if opened.format in {"JPEG", "MPO"}:
            # A JPEG can be decoded at a half, a quarter or an eighth for a part of the work.
            sideways = _orientation(opened) in _SIDEWAYS
            opened.draft(None, _swap_axes(_sizes(_swap_axes(full, sideways))[-1], sideways))
        opened.load()
        # Only now: of a TIFF, Pillow itself turns the pixels when it loads them.
        orientation = _orientation(opened)
        sideways = orientation in _SIDEWAYS
        sizes = _sizes(_swap_axes(full, sideways))
        widest = _resized(_to_resizable_mode(opened), _swap_axes(sizes[-1], sideways))
    copies = [_to_srgb(_apply_orientation(widest, orientation), opened.info.get("icc_profile"))]
    for size in sizes[-2::-1]:
        copies.append(_resized(copies[-1], size))
    return [(*copy.size, _encode_webp(copy)) for copy in reversed(copies)]


@cache
def _formats() -> list[str]:
    """Those of `FORMATS` that this Pillow was built with.

    Only their modules are imported: with all that Pillow has, that takes twice as long.
    """
    from PIL import Image as Pictures  # noqa: PLC0415

    for module in FORMATS.values():
        with suppress(ImportError):  # AVIF came with Pillow 11.2.
            import_module(f"PIL.{module}")
    return [name for name in FORMATS if name in Pictures.OPEN]


def _resized(picture: "Picture", size: tuple[int, int]) -> "Picture":
    """The picture in another size. Bicubic would save an eighth of the CPU and look softer."""
    from PIL.Image import Resampling  # noqa: PLC0415

    return picture.resize(size, Resampling.LANCZOS, reducing_gap=_REDUCING_GAP)


def _sizes(full: tuple[int, int]) -> list[tuple[int, int]]:
    """The sizes to make of a picture of ``full`` width and height, in pixels: never larger."""
    width, height = full
    widths = [w for w in WIDTHS if w < width] + ([width] if width <= WIDTHS[-1] else [])
    return [(w, max(1, round(height * w / width))) for w in widths]


def _swap_axes(size: tuple[int, int], sideways: bool) -> tuple[int, int]:
    return (size[1], size[0]) if sideways else size


def _orientation(picture: "Picture") -> int:
    """How the camera was held, 1 (upright) to 8; 1 too where the EXIF data is damaged."""
    try:
        return int(picture.getexif().get(_ORIENTATION, 1))
    except Exception:  # EXIF is a TIFF file of its own, and as good at being broken.
        return 1


def _apply_orientation(picture: "Picture", orientation: int) -> "Picture":
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


def _to_resizable_mode(picture: "Picture") -> "Picture":
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


def _to_srgb(picture: "Picture", profile: bytes | None) -> "Picture":
    """The picture in the colours that a browser assumes; RGBA only if something shows through."""
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    if mode == "RGBA" and picture.getchannel("A").getextrema() == (255, 255):
        picture, mode = picture.convert("RGB"), "RGB"
    if profile:
        picture = _apply_profile(picture, profile, mode)
    return picture if picture.mode == mode else picture.convert(mode)


def _apply_profile(picture: "Picture", profile: bytes, mode: str) -> "Picture":
    """The picture out of the profile's colours into sRGB, where that changes anything."""
    from PIL import ImageCms  # noqa: PLC0415

    try:
        if picture.mode == mode and _is_srgb(profile):
            return picture
        source, srgb = ImageCms.getOpenProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(picture, source, srgb, outputMode=mode) or picture
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture  # A profile that cannot be read, or is for other colours, says nothing.


@lru_cache(maxsize=32)
def _is_srgb(profile: bytes) -> bool:
    """Whether a profile leaves colours from everywhere in the cube as they are, whatever its name.

    Most that come along do; a conversion would take as long as decoding the picture.

    Raises what `ImageCms` raises for a profile that cannot be used.
    """
    from PIL import Image as Pictures  # noqa: PLC0415
    from PIL import ImageCms  # noqa: PLC0415

    steps = range(0, 256, 17)
    colours = bytes(channel for colour in product(steps, repeat=3) for channel in colour)
    cube = Pictures.frombytes("RGB", (len(colours) // 3, 1), colours)
    source, srgb = ImageCms.getOpenProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
    seen = (ImageCms.profileToProfile(cube, source, srgb) or cube).tobytes()
    return all(abs(a - b) <= _COLOUR_TOLERANCE for a, b in zip(colours, seen, strict=True))


def _encode_webp(picture: "Picture") -> bytes:
    """As a WebP file without any metadata: Pillow writes only what it is told to."""
    file = BytesIO()
    picture.save(file, "WEBP", quality=QUALITY, method=METHOD)
    return file.getvalue()
