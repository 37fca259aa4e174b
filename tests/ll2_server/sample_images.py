"""Images generated from their file names: the same name always gives the same bytes."""

import io
import struct
import zlib
from collections.abc import Callable
from functools import lru_cache
from random import Random
from typing import Any

from PIL import Image

from tests.ll2_server.icc import wide_gamut_profile

_WIDTHS = (640, 960, 1024, 1280, 1600, 1920, 1920)
_RATIOS = (1.01, 1.25, 1.33, 1.5, 1.6, 1.78, 2.0, 2.17)
# Noise makes large PNGs of many megabytes, which LL2's image store does not have.
_MAX_PNG_WIDTH = 640
_SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="640" height="360">'
    b'<script>alert(\'svg\')</script><circle cx="320" cy="180" r="90"/></svg>'
)


@lru_cache(maxsize=256)
def sample_image(name: str, kind: str, max_width: int) -> bytes:
    """Return the image `name`, at most `max_width` pixels wide.

    A `kind` that is not in `ENCODERS` gives a valid image of the format that the suffix names.
    """
    return ENCODERS.get(kind, _by_suffix)(name, max_width)


def _by_suffix(name: str, max_width: int) -> bytes:
    """Encode as the suffix says: PNG, GIF, WebP, otherwise a progressive JPEG."""
    suffix = name.rpartition(".")[2].lower()
    if suffix == "png":
        return _png(_with_alpha(_photo(name, min(max_width, _MAX_PNG_WIDTH))))
    if suffix in ("gif", "webp"):
        return _encode(_photo(name, max_width), suffix.upper())
    return _jpeg(_photo(name, max_width))


def _photo(name: str, max_width: int) -> Image.Image:
    """Return a blurred pattern of colours with noise, which compresses as a photograph does."""
    rng = Random(name)
    width, height = _size(name, rng, max_width)
    pattern = Image.frombytes("RGB", (12, 8), rng.randbytes(288))
    noise_size = (max(1, width // 4), max(1, height // 4))
    noise = Image.frombytes("L", noise_size, rng.randbytes(noise_size[0] * noise_size[1]))
    grey = noise.resize((width, height), Image.Resampling.BILINEAR)
    blurred = pattern.resize((width, height), Image.Resampling.BICUBIC)
    return Image.blend(blurred, Image.merge("RGB", (grey, grey, grey)), 0.15)


def _size(name: str, rng: Random, max_width: int) -> tuple[int, int]:
    if "thumbnail" in name:
        return min(256, max_width), min(256, max_width)
    width = min(rng.choice(_WIDTHS), max_width)
    return width, max(1, round(width / rng.choice(_RATIOS)))


def _encode(image: Image.Image, image_format: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, image_format, **options)
    return buffer.getvalue()


def _jpeg(image: Image.Image, **options: Any) -> bytes:
    return _encode(image, "JPEG", quality=80, progressive=True, **options)


def _png(image: Image.Image) -> bytes:
    # Weak compression, since hundreds of images may be generated.
    return _encode(image, "PNG", compress_level=1)


def _with_alpha(image: Image.Image) -> Image.Image:
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    return image


def _truncated(name: str, max_width: int) -> bytes:
    data = _by_suffix(name, max_width)
    return data[: len(data) // 2]


def _bomb(name: str, max_width: int) -> bytes:
    """Return a PNG of a few kilobytes that decodes to 400 million pixels."""
    side = 20_000
    rows = zlib.compress(bytes(1 + side // 8) * side, 6)
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _chunk(chunk_type: bytes, data: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(chunk_type + data))
    return struct.pack(">I", len(data)) + chunk_type + data + checksum


def _animated(image_format: str) -> Callable[[str, int], bytes]:
    def animated(name: str, max_width: int) -> bytes:
        frames = [_photo(f"{name}#{number}", min(max_width, 320)) for number in range(3)]
        frames = [frame.resize((320, 180)) for frame in frames]
        options = {"save_all": True, "append_images": frames[1:], "duration": 200, "loop": 0}
        return _encode(frames[0], image_format, **options)

    return animated


def _rotated(name: str, max_width: int) -> bytes:
    """Return an image with EXIF orientation 6: upright, it is taller than wide."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Stand-in camera"
    return _jpeg(_photo(name, max_width), exif=exif.tobytes())


def _sixteen_bits(name: str, max_width: int) -> bytes:
    grey = _photo(name, max_width).convert("I")
    return _png(grey.point(lambda value: value * 257).convert("I;16"))


def _palette(name: str, max_width: int) -> bytes:
    image = _photo(name, min(max_width, _MAX_PNG_WIDTH)).quantize(64, Image.Quantize.FASTOCTREE)
    return _encode(image, "PNG", transparency=3)


ENCODERS: dict[str, Callable[[str, int], bytes]] = {
    "truncated": _truncated,
    "empty": lambda name, max_width: b"",
    "bomb": _bomb,
    "svg": lambda name, max_width: _SVG,
    "animated-gif": _animated("GIF"),
    "animated-webp": _animated("WEBP"),
    "cmyk": lambda name, max_width: _jpeg(_photo(name, max_width).convert("CMYK")),
    "rotated": _rotated,
    "png-16bit": _sixteen_bits,
    "png-palette": _palette,
    "grey": lambda name, max_width: _jpeg(_photo(name, max_width).convert("L")),
    "wide-gamut": lambda name, max_width: _jpeg(
        _photo(name, max_width), icc_profile=wide_gamut_profile()
    ),
    "wrong-extension": lambda name, max_width: _by_suffix(f"{name}.png", max_width),
    "no-extension": lambda name, max_width: _jpeg(_photo(name, max_width)),
    "one-pixel": lambda name, max_width: _jpeg(Image.new("RGB", (1, 1), (200, 30, 30))),
}
"""Functions that make an image of each kind, from a file name and a maximal width."""
