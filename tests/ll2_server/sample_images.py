"""Pictures drawn from their names: the same name is always the same bytes."""

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
# Grain makes large PNGs of many megabytes, which the real store does not have.
_WIDEST_PNG = 640
_SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="640" height="360">'
    b'<script>alert(\'svg\')</script><circle cx="320" cy="180" r="90"/></svg>'
)


@lru_cache(maxsize=256)
def sample_image(name: str, kind: str, max_width: int) -> bytes:
    """Draw the picture `name`, of a kind in `DRAWERS`, at most `largest` pixels wide."""
    return DRAWERS.get(kind, _photograph)(name, max_width)


def _photograph(name: str, largest: int) -> bytes:
    """Draw what a file of that ending should hold; most are progressive JPEGs."""
    ending = name.rpartition(".")[2].lower()
    if ending == "png":
        return _png(_with_alpha(_photo(name, min(largest, _WIDEST_PNG))))
    if ending in ("gif", "webp"):
        return _encode(_photo(name, largest), ending.upper())
    return _jpeg(_photo(name, largest))


def _photo(name: str, largest: int) -> Image.Image:
    """Paint soft colours with some grain over them, as costly to compress as a photograph."""
    rng = Random(name)
    width, height = _size(name, rng, largest)
    colours = Image.frombytes("RGB", (12, 8), rng.randbytes(288))
    grain_size = (max(1, width // 4), max(1, height // 4))
    grain = Image.frombytes("L", grain_size, rng.randbytes(grain_size[0] * grain_size[1]))
    grey = grain.resize((width, height), Image.Resampling.BILINEAR)
    soft = colours.resize((width, height), Image.Resampling.BICUBIC)
    return Image.blend(soft, Image.merge("RGB", (grey, grey, grey)), 0.15)


def _size(name: str, rng: Random, largest: int) -> tuple[int, int]:
    if "thumbnail" in name:
        return min(256, largest), min(256, largest)
    width = min(rng.choice(_WIDTHS), largest)
    return width, max(1, round(width / rng.choice(_RATIOS)))


def _encode(image: Image.Image, form: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def _jpeg(image: Image.Image, **options: Any) -> bytes:
    return _encode(image, "JPEG", quality=80, progressive=True, **options)


def _png(image: Image.Image) -> bytes:
    # Weakly compressed: drawing hundreds of them must not take minutes.
    return _encode(image, "PNG", compress_level=1)


def _with_alpha(image: Image.Image) -> Image.Image:
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    return image


def _truncated(name: str, largest: int) -> bytes:
    whole = _photograph(name, largest)
    return whole[: len(whole) // 2]


def _bomb(name: str, largest: int) -> bytes:
    """Make a PNG of a few kilobytes that unpacks to 400 million pixels."""
    side = 20_000
    rows = zlib.compress(bytes(1 + side // 8) * side, 6)
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + checksum


def _animated(form: str) -> Callable[[str, int], bytes]:
    def animated(name: str, largest: int) -> bytes:
        frames = [_photo(f"{name}#{number}", min(largest, 320)) for number in range(3)]
        frames = [frame.resize((320, 180)) for frame in frames]
        options = {"save_all": True, "append_images": frames[1:], "duration": 200, "loop": 0}
        return _encode(frames[0], form, **options)

    return animated


def _rotated(name: str, largest: int) -> bytes:
    """Lay a picture on its side and say so in its EXIF data: upright, it is taller than wide."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Stand-in camera"
    return _jpeg(_photo(name, largest), exif=exif.tobytes())


def _sixteen_bits(name: str, largest: int) -> bytes:
    grey = _photo(name, largest).convert("I")
    return _png(grey.point(lambda value: value * 257).convert("I;16"))


def _palette(name: str, largest: int) -> bytes:
    image = _photo(name, min(largest, _WIDEST_PNG)).quantize(64, Image.Quantize.FASTOCTREE)
    return _encode(image, "PNG", transparency=3)


DRAWERS: dict[str, Callable[[str, int], bytes]] = {
    "truncated": _truncated,
    "empty": lambda name, largest: b"",
    "bomb": _bomb,
    "svg": lambda name, largest: _SVG,
    "animated-gif": _animated("GIF"),
    "animated-webp": _animated("WEBP"),
    "cmyk": lambda name, largest: _jpeg(_photo(name, largest).convert("CMYK")),
    "rotated": _rotated,
    "png-16bit": _sixteen_bits,
    "png-palette": _palette,
    "grey": lambda name, largest: _jpeg(_photo(name, largest).convert("L")),
    "wide-gamut": lambda name, largest: _jpeg(
        _photo(name, largest), icc_profile=wide_gamut_profile()
    ),
    "wrong-extension": lambda name, largest: _photograph(f"{name}.png", largest),
    "no-extension": lambda name, largest: _jpeg(_photo(name, largest)),
    "one-pixel": lambda name, largest: _jpeg(Image.new("RGB", (1, 1), (200, 30, 30))),
}
