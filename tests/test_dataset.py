"""The downloads as a dataset: described for programs, which then read every value of them."""

import json
import re
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import bibtexparser
import pytest
import rispy
from frictionless import Package

from tests.conftest import BASE_URL, Build, Run, copy_seed

PERMALINK = f"{BASE_URL}id/309.html"


def _json_ld(page: Path) -> list[dict[str, Any]]:
    [text] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.read_text())
    graph: list[dict[str, Any]] = json.loads(text)["@graph"]
    return graph


# frictionless leaves the ZIP open.
LEAVES_FILE_OPEN = pytest.mark.filterwarnings(
    "ignore:Exception ignored in.*content_cache.zip:pytest.PytestUnraisableExceptionWarning",
    "ignore:unclosed file.*content_cache.zip:ResourceWarning",
)


@LEAVES_FILE_OPEN
@pytest.mark.parametrize("which", ["seed_run", "generated_run"])
def test_the_data_package_is_valid_and_every_value_has_the_type_of_its_column(
    which: str, request: pytest.FixtureRequest
) -> None:
    run: Run = request.getfixturevalue(which)
    report = Package(str(run.output / "data/datapackage.json")).validate()
    assert report.flatten(["type", "message"]) == []
    assert {task.name for task in report.tasks} == {
        "events-jsonl", "events-csv", "events-sqlite", "visits-json", "visits-csv", "articles-csv",
        "content_cache-zip",
    }  # fmt: skip


@LEAVES_FILE_OPEN
def test_a_file_that_is_not_as_published_is_an_error_of_the_data_package(
    seed_run: Run, tmp_path: Path
) -> None:
    folder = shutil.copytree(seed_run.output / "data", tmp_path / "data")
    table = folder / "events.csv"
    table.write_bytes(table.read_bytes().replace(b"2021-", b"2022-", 1))
    report = Package(str(folder / "datapackage.json")).validate()
    assert [type for (type,) in report.flatten(["type"])] == ["hash-count"]


_READ = """
import json, sys
import mlcroissant

dataset = mlcroissant.Dataset(jsonld=sys.argv[1])
found = {name: list(dataset.records(name)) for name in ("events", "visits", "articles")}
print(json.dumps({name: [str(row) for row in rows] for name, rows in found.items()}))
"""


def test_croissant_reads_all_tables(build: Build, tmp_path: Path) -> None:
    copy_seed(tmp_path / "cache")
    run = build("--offline")
    # A process of its own: the library warns of what it uses itself.
    read = subprocess.run(
        [sys.executable, "-c", _READ, str(run.output / "data/croissant.json")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    rows = json.loads(read.stdout.splitlines()[-1])
    assert len(rows["events"]) == 10
    [eva] = [row for row in rows["events"] if "'events/id': 309" in row]
    assert "b'Tiangong EVA-1'" in eva
    assert "Timestamp('2021-07-04 00:11:00+0000', tz='UTC')" in eva
    assert not [line for line in read.stderr.splitlines() if "WARNING" in line], read.stderr


def test_croissant_names_the_published_files_with_their_checksums(generated_run: Run) -> None:
    described = json.loads((generated_run.output / "data/croissant.json").read_text("utf-8"))
    for file in described["distribution"]:
        path = file["contentUrl"].removeprefix(BASE_URL)
        content = (generated_run.output / path).read_bytes()
        assert file["sha256"] == sha256(content).hexdigest()
        assert file["contentSize"] == f"{len(content)} B"


def test_search_engines_find_the_dataset_on_its_page(generated_run: Run) -> None:
    [dataset] = [
        thing
        for thing in _json_ld(generated_run.output / "data.html")
        if thing["@type"] == "Dataset"
    ]
    assert dataset["url"] == f"{BASE_URL}data.html"
    assert 50 <= len(dataset["description"]) <= 5000
    assert re.fullmatch(r"\d{4}/\d{4}", dataset["temporalCoverage"])
    for file in dataset["distribution"]:
        content = (generated_run.output / file["contentUrl"].removeprefix(BASE_URL)).read_bytes()
        assert file["sha256"] == sha256(content).hexdigest()


def _citations(page: Path) -> tuple[str, str, str]:
    text = page.read_text("utf-8")
    [found] = re.findall(
        r"Cite this event</h2>\s*<p[^>]*>(.*?)</p>\s*<pre[^>]*><code>(.*?)</code></pre>"
        r"\s*<pre[^>]*><code>(.*?)</code></pre>",
        text,
        re.DOTALL,
    )
    return found


def test_an_event_says_how_to_cite_it_with_its_permanent_link(seed_run: Run) -> None:
    apa, bibtex, ris = _citations(seed_run.output / "events/tiangong-eva-1.html")
    assert apa == (
        "The Space Devs. (2024, March 5). Tiangong EVA-1 [Data record 309]. "
        f"Spaceflight Events Archive. {PERMALINK}"
    )
    library = bibtexparser.parse_string(bibtex)
    assert library.failed_blocks == []
    [entry] = library.entries
    assert (entry.entry_type, entry.key) == ("misc", "ll2-event-309")
    assert entry["title"] == "{Tiangong EVA-1}"
    assert entry["url"] == PERMALINK
    [record] = rispy.loads(ris)
    assert (record["title"], record["urls"]) == ("Tiangong EVA-1", [PERMALINK])
    assert record["year"] == "2024"


def test_without_a_base_url_there_is_no_permanent_link_to_cite(
    build: Build, tmp_path: Path
) -> None:
    copy_seed(tmp_path / "cache")
    run = build("--offline")
    page = (run.output / "events/tiangong-eva-1.html").read_text("utf-8")
    assert "About this record" in page
    assert "Cite this event" not in page


def test_every_address_in_llms_txt_is_a_file_of_the_site(seed_run: Run) -> None:
    text = (seed_run.output / "llms.txt").read_text("utf-8")
    assert text.startswith("# Spaceflight Events Archive\n\n> 10 events of spaceflight")
    addresses = re.findall(r"\]\((.*?)\)", text)
    assert len(addresses) > 10
    for address in addresses:
        assert (seed_run.output / address.removeprefix(BASE_URL)).is_file(), address
