"""One finished output of each kind, kept for review: a change to it is seen in the diff.

``pytest --update-golden`` rewrites them. They are the site of the ten real events that ship with
the archive, without pictures.
"""

import difflib
import re
from pathlib import Path

import pytest

from tests.conftest import Run

GOLDEN = Path(__file__).parent / "golden"

OUTPUTS = (
    "index.html",
    "events/tiangong-eva-1.html",
    "types/eva.html",
    "types/index.html",
    "years/2021.html",
    "years/index.html",
    "months/2021-07.html",
    "id/309.html",
    "about.html",
    "404.html",
    "feed.rss",
    "feed.atom",
    "calendar-all.ics",
    "sitemap.xml",
    "robots.txt",
)


@pytest.mark.parametrize("address", OUTPUTS)
def test_an_output_is_what_was_reviewed(
    address: str, seed_run: Run, request: pytest.FixtureRequest
) -> None:
    made = _steady((seed_run.output / address).read_bytes().decode())
    golden = GOLDEN / address
    if request.config.getoption("--update-golden"):
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_bytes(made.encode())
    kept = golden.read_bytes().decode()
    difference = difflib.unified_diff(kept.splitlines(), made.splitlines(), lineterm="", n=1)
    assert made == kept, "\n".join(difference)


def _steady(text: str) -> str:
    """Names of assets change with every edit of the stylesheet, which says nothing of a page."""
    return re.sub(r"(assets/[\w-]+)\.[0-9a-f]{10}\.", r"\1.HASH.", text)
