"""Decodes one image, and encodes it as WebP in several sizes."""

from functools import cache, lru_cache
from io import BytesIO
from itertools import product

import PIL.Image
from PIL import ImageCms
from PIL.Image import Resampling, Transpose

from events_archive.errors import ArchiveError
from events_archive.images.thumbnail_store import METHOD, QUALITY, WIDTHS

_MAX_PIXELS = 64_000_000
"""Larger images are not decoded: a file of a few kilobytes can claim to hold gigabytes."""
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "TIFF", "BMP", "JPEG2000")
"""The formats that are decoded. For others (EPS), Pillow starts programs."""
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


class BrokenImageError(ArchiveError):
    """An original that cannot be decoded."""


def resize(data: bytes) -> list[tuple[int, int, bytes]]:
    """Return the thumbnails of one original: width and height in pixels and file, narrowest first.

    Raises `BrokenImageError`.
    """
    try:
        return _resize(data)
    except PIL.Image.DecompressionBombError as error:
        reason = f"it has more than {_MAX_PIXELS // 1_000_000} million pixels"
        raise BrokenImageError(reason) from error
    except PIL.UnidentifiedImageError as error:
        raise BrokenImageError("its original is not a picture of a known format") from error
    except Exception as error:  # Damaged files make Pillow raise exceptions of nearly any class.
        reason = f"its original is broken ({error or type(error).__name__})"
        raise BrokenImageError(reason) from error


def _resize(data: bytes) -> list[tuple[int, int, bytes]]:
    """Return the same as `resize`.

    The widest thumbnail is made from the original, each of the others from the next wider one.
    Colours and orientation are converted after that, since it usually has a fraction of the pixels.
    """
    with PIL.Image.open(BytesIO(data), formats=_supported_formats()) as original:
        full_size = original.size
        if full_size[0] * full_size[1] > _MAX_PIXELS:
            raise PIL.Image.DecompressionBombError
        if original.format in {"JPEG", "MPO"}:
            # JPEG can be decoded at 1/2, 1/4 or 1/8 of its size, with that much less work.
            is_sideways = _orientation(original) in _SIDEWAYS
            widest = _sizes(_swap_axes(full_size, is_sideways))[-1]
            original.draft(None, _swap_axes(widest, is_sideways))
        original.load()
        # Read again, since loading a TIFF applies its orientation.
        orientation = _orientation(original)
        is_sideways = orientation in _SIDEWAYS
        sizes = _sizes(_swap_axes(full_size, is_sideways))
        image = _resized(_to_resizable_mode(original), _swap_axes(sizes[-1], is_sideways))
    if orientation in _TRANSPOSE:
        image = image.transpose(_TRANSPOSE[orientation])
    images = [_to_srgb(image, original.info.get("icc_profile"))]
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
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # Damaged EXIF data makes Pillow raise exceptions of nearly any class.
        return 1


def _to_resizable_mode(image: PIL.Image.Image) -> PIL.Image.Image:
    """Return the image in a mode that can be resized and converted by a colour profile.

    These are L, RGB, RGBA and CMYK, with eight bits in each channel.
    """
    if image.mode[0] in "IF":
        # Pillow would clip to 255. In 32 bits, no value is defined as white: the highest is taken.
        grey = image if image.mode == "F" else image.convert("I")
        white = 65535 if image.mode.startswith("I;16") else max(_brightest(grey), 1)
        return grey.point(lambda value: value * (255 / white) + 0).convert("L")
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode in {"L", "RGB", "CMYK"}:
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _brightest(grey: PIL.Image.Image) -> float:
    """Return the highest value of an image with one channel."""
    _, highest = grey.getextrema()
    assert isinstance(highest, (int, float))
    return highest


def _to_srgb(image: PIL.Image.Image, profile: bytes | None) -> PIL.Image.Image:
    """Return the image in the colours that browsers assume; as RGBA only if it is transparent."""
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    if mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
        image, mode = image.convert("RGB"), "RGB"
    if profile:
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


@lru_cache(maxsize=32)
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
