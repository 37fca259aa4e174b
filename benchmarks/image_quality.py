"""The quality of thumbnails: how similar they are to a reference, and how large.

The reference is fully decoded, resized once with Lanczos, and not encoded.
"""

import math
import statistics
import struct
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops, ImageMath, ImageOps, ImageStat


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """The similarity of thumbnails to the reference, and their size."""

    psnr: float
    """In decibels."""
    ssim: float
    """1 for equal images."""
    size: int
    """In bytes."""


def measure_quality(pairs: Iterable[tuple[Path, Path]]) -> Quality:
    """Return the means over pairs of an original and a thumbnail, and the sum of the sizes."""
    psnr, ssim, size = [], [], 0
    for original, thumbnail in pairs:
        with Image.open(thumbnail) as opened:
            image = _opaque(opened)
        reference = _reference(original, image.size)
        difference = ImageStat.Stat(ImageChops.difference(reference, image))
        error = statistics.fmean(value**2 for value in difference.rms)
        psnr.append(10 * math.log10(255**2 / max(error, 1e-9)))
        ssim.append(_ssim(reference, image))
        size += _image_data_size(thumbnail.read_bytes())
    return Quality(psnr=statistics.fmean(psnr), ssim=statistics.fmean(ssim), size=size)


def _reference(original: Path, size: tuple[int, int]) -> Image.Image:
    with Image.open(original) as opened:
        upright = ImageOps.exif_transpose(opened)
        has_alpha = upright.has_transparency_data
        plain = upright.convert("RGBA" if has_alpha else "RGB")
        return _opaque(plain.resize(size, Image.Resampling.LANCZOS))


def _opaque(image: Image.Image) -> Image.Image:
    background = Image.new("RGBA", image.size, (128, 128, 128, 255))
    return Image.alpha_composite(background, image.convert("RGBA")).convert("RGB")


def _ssim(a: Image.Image, b: Image.Image) -> float:
    """Return the structural similarity (Wang and others, 2004) over disjoint blocks."""
    width, height = a.width // 8 * 8, a.height // 8 * 8

    def means(one: Image.Image, other: Image.Image) -> Sequence[float]:
        product = ImageMath.lambda_eval(lambda images: images["a"] * images["b"], a=one, b=other)
        small = product.resize((width // 8, height // 8), Image.Resampling.BOX)
        return array("f", small.tobytes())

    x, y = (p.convert("L").crop((0, 0, width, height)).convert("F") for p in (a, b))
    one = Image.new("F", x.size, 1.0)
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    return statistics.fmean(
        ((2 * mx * my + c1) * (2 * (mxy - mx * my) + c2))
        / ((mx * mx + my * my + c1) * (mxx - mx * mx + myy - my * my + c2))
        for mx, my, mxx, myy, mxy in zip(
            means(x, one), means(y, one), means(x, x), means(y, y), means(x, y), strict=True
        )
    )


def _image_data_size(data: bytes) -> int:
    """Return the bytes of a WebP file without EXIF, XMP and a colour profile."""
    size, offset = 12, 12
    while offset < len(data):
        chunk_type = data[offset : offset + 4]
        (length,) = struct.unpack("<I", data[offset + 4 : offset + 8])
        length += 8 + length % 2
        size += length if chunk_type in {b"VP8 ", b"VP8L", b"VP8X", b"ALPH"} else 0
        offset += length
    return size
