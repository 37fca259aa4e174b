"""Draws ``static/icon-*.png`` from the same shapes as ``static/icon.svg``; run after changing that.

.venv/bin/python tools/draw_icons.py
"""

import math
import re
from pathlib import Path
from xml.etree import ElementTree

from PIL import Image, ImageDraw

STATIC = Path(__file__).resolve().parent.parent / "static"
SVG = "{http://www.w3.org/2000/svg}"
BOX = 64
"""The side of the drawing's own coordinates."""
FINER = 4
"""How many times larger it is drawn than needed, for smooth edges."""
SAFE = 0.8
"""How much of a maskable icon is sure to be seen (W3C, "Icon masks")."""

Point = tuple[float, float]


def main() -> None:
    """Draw every size that the web app manifest and the Kiwix edition name."""
    drawing = ElementTree.parse(STATIC / "icon.svg").getroot()
    for name, size, maskable in (
        ("icon-48.png", 48, False),
        ("icon-192.png", 192, False),
        ("icon-512.png", 512, False),
        ("icon-maskable-512.png", 512, True),
    ):
        image = draw(drawing, size, maskable=maskable)
        # Few colours are in it; as many bytes would be spent on shades that nobody sees.
        image.quantize(64, Image.Quantize.FASTOCTREE).save(STATIC / name, optimize=True)


def draw(drawing: ElementTree.Element, size: int, *, maskable: bool) -> Image.Image:
    """The drawing as a square of ``size`` pixels; a maskable one has its ground to the edges."""
    side = size * FINER
    scale = side / BOX * (SAFE if maskable else 1)
    shift = side * (1 - SAFE) / 2 if maskable else 0.0
    image = Image.new("RGBA", (side, side))
    pen = ImageDraw.Draw(image)
    ground = drawing.find(f"{SVG}rect").attrib
    radius = 0 if maskable else float(ground["rx"]) * scale
    pen.rounded_rectangle((0, 0, side - 1, side - 1), radius, fill=ground["fill"])
    for group, circle in _circles(drawing):
        x, y, r = (float(circle[name]) * scale for name in ("cx", "cy", "r"))
        box = (x - r + shift, y - r + shift, x + r + shift, y + r + shift)
        pen.ellipse(box, fill=circle.get("fill", group))
    orbit = drawing.find(f"{SVG}path").attrib
    width = float(orbit["stroke-width"]) * scale
    # Discs along the way give an even stroke with round ends.
    for x, y in arc(orbit["d"]):
        left, top = x * scale + shift - width / 2, y * scale + shift - width / 2
        pen.ellipse((left, top, left + width, top + width), fill=orbit["stroke"])
    return image.resize((size, size), Image.Resampling.LANCZOS)


def _circles(drawing: ElementTree.Element) -> list[tuple[str, dict[str, str]]]:
    """Every circle with the colour of the group that it stands in."""
    return [
        (parent.get("fill", ""), circle.attrib)
        for parent in (*drawing.iter(f"{SVG}g"), drawing)
        for circle in parent.findall(f"{SVG}circle")
    ]


def arc(path: str, steps: int = 1500) -> list[Point]:
    """Points along the one elliptical arc of a path (SVG 1.1, appendix F.6.5)."""
    x1, y1, rx, ry, turn, large, sweep, x2, y2 = map(float, re.findall(r"-?\d+(?:\.\d+)?", path))
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    dx, dy = (x1 - x2) / 2, (y1 - y2) / 2
    u, v = cos * dx + sin * dy, cos * dy - sin * dx
    grow = math.sqrt(max(1.0, (u / rx) ** 2 + (v / ry) ** 2))
    rx, ry = rx * grow, ry * grow
    rest = (rx * ry) ** 2 - (rx * v) ** 2 - (ry * u) ** 2
    factor = math.sqrt(max(0.0, rest / ((rx * v) ** 2 + (ry * u) ** 2)))
    factor *= -1 if large == sweep else 1
    cu, cv = factor * rx * v / ry, -factor * ry * u / rx
    start = math.atan2((v - cv) / ry, (u - cu) / rx)
    end = math.atan2((-v - cv) / ry, (-u - cu) / rx)
    if sweep and end < start:
        end += 2 * math.pi
    elif not sweep and end > start:
        end -= 2 * math.pi
    points = []
    for step in range(steps + 1):
        angle = start + (end - start) * step / steps
        a, b = rx * math.cos(angle) + cu, ry * math.sin(angle) + cv
        points.append((cos * a - sin * b + (x1 + x2) / 2, sin * a + cos * b + (y1 + y2) / 2))
    return points


if __name__ == "__main__":
    main()
