#!/usr/bin/env python3
"""Draw the preview images of shared pages that have no image: ``static/social-<category>.jpg``.

To be run again when the icons or the sky change; needs Chromium and what the tests need. The
drawings are those of the pages themselves.
"""

import io
import sys
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from PIL import Image

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from tests.browser import launch_browser  # noqa: E402

COLOURS = {
    "archive": "#d9b45f",
    "vehicles": "#92bdf4",
    "crew": "#f0c46c",
    "flights": "#f79f83",
    "celestial": "#c8abf5",
    "tests": "#b9cf7e",
    "press": "#7dd0d3",
    "other": "#b6bac9",
}
"""The palette's colours for the dark theme."""

STYLE = """
body { margin: 0; background: radial-gradient(circle at 50% 45%, #1d2858, #0b1029 75%); }
.scene { width: 1200px; height: 630px; display: block; color: var(--color); }
.stars { fill: none; stroke: #fff; stroke-width: 1.6; stroke-linecap: round; opacity: .65; }
.bright { stroke-width: 3; opacity: .95; }
.orbits { fill: none; stroke: #d9b45f; stroke-width: 1; opacity: .45; }
.planet { fill: var(--color); }
.icon-backdrop { fill: #0b1029d9; stroke: #d9b45f; stroke-width: 1.5; }
.icon { fill: none; stroke: currentColor; stroke-width: 1.2; stroke-linecap: round;
  stroke-linejoin: round; }
"""


def main() -> None:
    """Draw them all."""
    templates = Environment(loader=FileSystemLoader(PROJECT / "templates"), autoescape=True)
    icons = templates.get_template("macros/icons.html").module
    with launch_browser() as browser:
        page = browser.new_page(viewport={"width": 1200, "height": 630})
        for turn, (name, colour) in enumerate(COLOURS.items()):
            icon = "orbit" if name == "archive" else name
            page.set_content(
                f"<style>{STYLE} :root {{ --color: {colour} }}</style>{icons.icons([icon])}"
                '<svg class="scene" viewBox="-60 60 600 315" preserveAspectRatio="xMidYMid slice">'
                f'<use href="#sky" transform="rotate({turn * 47 + 10} 240 160) scale(1)"/>'
                '<circle class="icon-backdrop" cx="240" cy="217" r="62"/>'
                f'<use class="icon" href="#{icon}" x="202" y="179" width="76" height="76"/></svg>'
            )
            shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            shot.save(PROJECT / "static" / f"social-{name}.jpg", quality=82, optimize=True)


if __name__ == "__main__":
    main()
