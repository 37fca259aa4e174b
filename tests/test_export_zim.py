"""``build.py export zim``: the ZIM, checked by zimcheck, read and searched with libzim."""

import io
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from tests.conftest import BASE_URL, copy_seed, run_build
from tests.external_programs import require_program

pytest.importorskip("libzim", reason="libzim below 3.7 has no wheels for this Python")

from libzim.reader import Archive
from libzim.search import Query, Searcher


@dataclass(frozen=True)
class Exported:
    """A ZIM file and the folder of the site that it was made from."""

    file: Path
    site: Path


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """The ZIM of the ten real events."""
    folder = tmp_path_factory.mktemp("exported")
    copy_seed(folder / "cache")
    file, site = folder / "archive.zim", folder / "output"
    run_build(
        "export", "zim", "--to", str(file), "--offline", "--base-url", BASE_URL,
        cache=folder / "cache", output=site,
    )  # fmt: skip
    return Exported(file, site)


def test_the_zim_passes_zimcheck(exported: Exported) -> None:
    zimcheck = require_program("zimcheck", package="zim-tools")
    done = subprocess.run(
        [zimcheck, "--all", str(exported.file)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "[ERROR]" not in done.stdout
    assert "[INFO] Overall Test Status: Pass" in done.stdout


def test_the_metadata_is_what_a_library_shows(exported: Exported) -> None:
    archive = Archive(exported.file)
    assert archive.main_entry.get_item().path == "index.html"
    assert archive.has_fulltext_index
    metadata = {key: archive.get_metadata(key) for key in archive.metadata_keys}
    assert metadata["Title"] == b"Spaceflight Events Archive"
    assert metadata["Language"] == b"eng"
    assert len(metadata["Description"]) <= 80
    assert metadata.keys() >= {"Name", "Creator", "Publisher", "Date", "Tags"}
    icon = io.BytesIO(bytes(archive.get_illustration_item(48).content))
    with Image.open(icon) as image:
        assert (image.format, image.size) == ("PNG", (48, 48))


def test_the_full_text_search_finds_an_event(exported: Exported) -> None:
    archive = Archive(exported.file)
    search = Searcher(archive).search(Query().set_query("Liu Boming spacewalk Tiangong"))
    assert "events/tiangong-eva-1.html" in list(search.getResults(0, 5))


def test_redirect_pages_are_redirects_and_files_for_servers_are_left_out(
    exported: Exported,
) -> None:
    archive = Archive(exported.file)
    permalink = archive.get_entry_by_path("id/309.html")
    assert permalink.is_redirect
    assert permalink.get_redirect_entry().path == "events/tiangong-eva-1.html"
    for path in ("404.html", "service-worker.js", "robots.txt", ".nojekyll", "sitemap.xml"):
        assert not archive.has_entry_by_path(path)


def test_a_page_has_no_content_security_policy_which_would_block_kiwix(
    exported: Exported,
) -> None:
    archive = Archive(exported.file)
    packed = bytes(archive.get_entry_by_path("index.html").get_item().content)
    published = (exported.site / "index.html").read_bytes()
    policy = re.search(rb'<meta http-equiv="Content-Security-Policy"[^>]*>\n', published)
    assert policy
    assert packed == published.replace(policy[0], b"")


def test_the_json_report_is_all_that_is_printed_on_standard_output(tmp_path: Path) -> None:
    copy_seed(tmp_path / "cache")
    run = run_build(
        "export", "zim", "--json", "--to", str(tmp_path / "a.zim"), "--offline",
        cache=tmp_path / "cache", output=tmp_path / "output",
    )  # fmt: skip
    assert run.report["export"]["file"] == str(tmp_path / "a.zim")
