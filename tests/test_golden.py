"""One file of each type, committed so that a change to it shows in the diff.

They are from the site of the ten events that ship with the archive, without images.
``pytest --update-golden`` rewrites them.
"""

import difflib
import json
import re
from hashlib import sha256
from pathlib import Path

import pytest

from events_archive.store.canonical_json import encode_lines
from tests.conftest import PROJECT, Run

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


@pytest.mark.parametrize("path", OUTPUTS)
def test_an_output_equals_its_golden_file(
    path: str, seed_run: Run, request: pytest.FixtureRequest
) -> None:
    output = _without_hashes((seed_run.output / path).read_bytes().decode())
    golden = GOLDEN / path
    if request.config.getoption("--update-golden"):
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_bytes(output.encode())
    expected = golden.read_bytes().decode()
    diff = difflib.unified_diff(expected.splitlines(), output.splitlines(), lineterm="", n=1)
    assert output == expected, "\n".join(diff)


def test_what_ships_as_published_is_what_the_code_publishes(
    seed_run: Run, request: pytest.FixtureRequest
) -> None:
    """If this fails for a change of the code, `model.changes.RECIPE` has to change too."""
    shipped = PROJECT / "content_cache" / "publications.jsonl"
    built = (seed_run.cache / "publications.jsonl").read_bytes()
    if request.config.getoption("--update-golden"):
        shipped.write_bytes(built)
        mark_as_sample("publications", built)
    assert shipped.read_bytes() == built


def mark_as_sample(name: str, lines: bytes) -> None:
    """Add the digests of lines that ship to those of all that ever have."""
    path = PROJECT / "content_cache" / "sample.json"
    sample = json.loads(path.read_bytes())
    for line in lines.splitlines():
        known, digest = sample[name][str(json.loads(line)["id"])], sha256(line).hexdigest()
        sample[name][str(json.loads(line)["id"])] = list(dict.fromkeys([*known, digest]))
    path.write_bytes(encode_lines(sample) + b"\n")


def _without_hashes(text: str) -> str:
    """Replace the hashes in the names of assets, which change with every edit of an asset."""
    return re.sub(r"(assets/[\w-]+)\.[0-9a-f]{10}\.", r"\1.HASH.", text)
