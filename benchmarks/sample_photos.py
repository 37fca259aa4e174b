"""Images with the statistics of photos, which are equal in every run."""

import random

from PIL import Image, ImageDraw, ImageOps

SIZES = ((1920, 1280), (1788, 972), (4000, 2667), (1280, 853), (2048, 1365), (3000, 2000))
"""Sizes of the sample photos in pixels, as LL2's image store has them."""


def sample(width: int, height: int, seed: int) -> Image.Image:
    """Return an image with the statistics of a photo: gradients, edges, texture and noise."""
    rng = random.Random(seed)
    size = (width, height)
    image = _noise(rng, (6, 4), size)
    for step in range(1, 9):
        cells = (min(width, 6 << step), min(height, 4 << step))
        image = Image.blend(image, _noise(rng, cells, size), 0.6**step)
    image = ImageOps.autocontrast(image, cutoff=1)
    draw = ImageDraw.Draw(image)
    for _ in range(14):
        x, y = rng.randrange(width), rng.randrange(height)
        colour = tuple(rng.randrange(256) for _ in range(3))
        radius = rng.randrange(width // 90, width // 9)
        corners = [
            (x + rng.randint(-radius, radius), y + rng.randint(-radius, radius)) for _ in "abcd"
        ]
        draw.polygon(corners, fill=colour)
        draw.line([(x, 0), corners[0], (x, height)], fill=colour, width=max(1, width // 900))
    return Image.blend(image, _noise(rng, size, size), 0.01)


def _noise(rng: random.Random, cells: tuple[int, int], size: tuple[int, int]) -> Image.Image:
    noise = Image.frombytes("RGB", cells, rng.randbytes(3 * cells[0] * cells[1]))
    # In photos, hue varies less than brightness.
    grey = noise.convert("L").convert("RGB")
    return Image.blend(grey, noise, 0.15).resize(size, Image.Resampling.BICUBIC)
