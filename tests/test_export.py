"""``build.py export``: the ZIP unpacked elsewhere and read from disk, the ZIM searched."""

import re
import shutil
import subprocess
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from libzim.reader import Archive
from libzim.search import Query, Searcher
from PIL import Image
from playwright.sync_api import Browser

from events_archive.check.built_site import BuiltSite
from events_archive.check.links import broken_links
from tests.browser import Witness, launched
from tests.client_programs import required
from tests.conftest import BASE_URL, PROJECT, copy_seed, run_build
from tests.visitor import VisitedSite

HERE = "spaceflight events #1, 100% é"
"""A folder's name that trips whoever pastes addresses together."""
OF_A_KIND = 4
"""How many pages of one folder are opened: the others are made by the same template."""


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both exports of the ten real events, and what they were made from."""
    folder = tmp_path_factory.mktemp("exported")
    copy_seed(folder / "cache")
    for name in ("zip", "zim"):
        run_build(
            "export", name, "--to", str(folder / f"archive.{name}"), "--offline",
            "--base-url", BASE_URL, cache=folder / "cache", output=folder / "output",
        )  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def unpacked(exported: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one folder that the ZIP holds."""
    place = tmp_path_factory.mktemp("unpacked") / HERE
    with zipfile.ZipFile(exported / "archive.zip") as archive:
        archive.extractall(place)
    (inside,) = place.iterdir()
    return inside


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


def test_the_zip_is_dated_and_has_one_folder_with_a_start_page(unpacked: Path) -> None:
    assert unpacked.name.startswith("spaceflight-events-archive-20")
    assert sorted(path.name for path in unpacked.iterdir()) == ["Start here.html", "archive"]
    assert (unpacked / "archive/index.html").is_file()
    for name in ("404.html", ".nojekyll", "sitemap.xml", ".events-archive.json"):
        assert not (unpacked / "archive" / name).exists()


def test_one_site_gives_the_same_zip_wherever_and_whenever(exported: Path, tmp_path: Path) -> None:
    copy_seed(tmp_path / "cache")
    again = tmp_path / "again.zip"
    run_build(
        "export", "zip", "--to", str(again), "--offline", "--base-url", BASE_URL,
        cache=tmp_path / "cache", output=tmp_path / "output",
    )  # fmt: skip
    assert again.read_bytes() == (exported / "archive.zip").read_bytes()


def test_every_link_of_the_unpacked_zip_leads_to_a_file_of_it(unpacked: Path) -> None:
    root = unpacked / "archive"
    files = ((path.relative_to(root).as_posix(), path) for path in root.rglob("*"))
    site = BuiltSite.read(files, base_url="", jobs=1)
    assert len(site.pages) > 20
    assert list(broken_links(site)) == []


@pytest.mark.browser
def test_the_unpacked_zip_is_read_from_disk_without_a_network_or_a_complaint(
    browser: Browser, unpacked: Path
) -> None:
    context = browser.new_context(offline=True)
    page = context.new_page()
    witness = Witness(page)
    page.goto((unpacked / "Start here.html").as_uri())
    page.get_by_role("link", name="Open the archive").click()
    page.wait_for_url("**/archive/index.html")
    root = page.url.removesuffix("index.html")
    waiting, seen = ["index.html"], {"index.html"}
    folders: Counter[str] = Counter()
    while waiting:
        page.goto(root + waiting.pop())
        assert page.locator("h1").is_visible(), page.url
        for url in page.evaluate("Array.from(document.links, a => a.href.split(/[?#]/)[0])"):
            address = url.removeprefix(root)
            folder = address.rpartition("/")[0]
            is_page = url.startswith(root) and url.endswith(".html") and folder != "id"
            if is_page and address not in seen:
                seen.add(address)
                folders[folder] += 1
                if folders[folder] <= OF_A_KIND:
                    waiting.append(address)
    assert folders.keys() >= {"", "events", "types", "years", "months"}
    assert witness.complaints == []
    assert [url for url in witness.requests if not url.startswith("file:")] == []
    context.close()


def test_without_a_name_the_export_gets_its_dated_one(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    for name in ("templates", "static"):
        (project / name).symlink_to(PROJECT / name)
    shutil.copy(PROJECT / "build.py", project)
    (project / "events_archive").symlink_to(PROJECT / "events_archive")
    copy_seed(project / "content_cache")
    run = run_build(
        "export", "zip", "--offline", "--json",
        cache=project / "content_cache", output=project / "output", project=project,
    )  # fmt: skip
    file = Path(run.report["export"]["file"])
    assert file.parent == project / "exports"
    assert file.name.startswith("spaceflight-events-archive-20")
    assert file.stat().st_size == run.report["export"]["size"]


def test_the_published_site_offers_itself_when_a_setting_says_so(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    for name in ("templates", "static"):
        (project / name).symlink_to(PROJECT / name)
    shutil.copy(PROJECT / "build.py", project)
    (project / "events_archive").symlink_to(PROJECT / "events_archive")
    table = '[tool.events-archive]\noffer_download = true\ncname = "events.example.org"\n'
    (project / "pyproject.toml").write_text(table)
    copy_seed(project / "content_cache")
    folders = {"cache": project / "content_cache", "output": project / "output"}
    run = run_build("--offline", "--json", **folders, project=project)
    with zipfile.ZipFile(run.output / "spaceflight-events-archive.zip") as archive:
        names = archive.namelist()
    assert any(name.endswith("archive/index.html") for name in names)
    assert not any(name.endswith((".zip", "CNAME")) for name in names)
    page = VisitedSite(run.output).page("offline.html")
    assert "spaceflight-events-archive.zip" in page.links()
    assert (run.output / "CNAME").read_text() == "events.example.org\n"
    assert "https://events.example.org/" in (run.output / "sitemap.xml").read_text()
    again = run_build("--offline", "--json", **folders, project=project)
    assert again.report["written"]["changed"] == 0


def test_the_zim_passes_zimcheck(exported: Path) -> None:
    zimcheck = required("zimcheck", "zim-tools")
    done = subprocess.run(
        [zimcheck, "--all", str(exported / "archive.zim")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "[ERROR]" not in done.stdout
    assert "[INFO] Overall Test Status: Pass" in done.stdout


def test_the_zim_has_all_that_a_library_shows(exported: Path) -> None:
    archive = Archive(exported / "archive.zim")
    assert archive.main_entry.get_item().path == "index.html"
    assert archive.has_fulltext_index
    told = {key: archive.get_metadata(key) for key in archive.metadata_keys}
    assert told["Title"] == b"Spaceflight Events Archive"
    assert told["Language"] == b"eng"
    assert len(told["Description"]) <= 80
    assert told.keys() >= {"Name", "Creator", "Publisher", "Date", "Tags"}
    picture = archive.get_illustration_item(48)
    (exported / "illustration.png").write_bytes(bytes(picture.content))
    with Image.open(exported / "illustration.png") as image:
        assert (image.format, image.size) == ("PNG", (48, 48))


def test_a_search_in_the_zim_finds_the_event(exported: Path) -> None:
    archive = Archive(exported / "archive.zim")
    search = Searcher(archive).search(Query().set_query("Liu Boming spacewalk Tiangong"))
    assert "events/tiangong-eva-1.html" in list(search.getResults(0, 5))


def test_the_zim_leads_on_by_redirects_and_leaves_out_what_only_a_server_needs(
    exported: Path,
) -> None:
    archive = Archive(exported / "archive.zim")
    stub = archive.get_entry_by_path("id/309.html")
    assert stub.is_redirect
    assert stub.get_redirect_entry().path == "events/tiangong-eva-1.html"
    for address in ("404.html", "service-worker.js", "robots.txt", ".nojekyll", "sitemap.xml"):
        assert not archive.has_entry_by_path(address)


def test_a_page_in_the_zim_is_the_page_without_the_policy_that_kiwix_would_break(
    exported: Path,
) -> None:
    archive = Archive(exported / "archive.zim")
    inside = bytes(archive.get_entry_by_path("index.html").get_item().content)
    outside = (exported / "output/index.html").read_bytes()
    policy = re.search(rb'<meta http-equiv="Content-Security-Policy"[^>]*>\n', outside)
    assert policy
    assert inside == outside.replace(policy[0], b"")


def test_the_report_for_programs_is_all_that_is_said_on_standard_output(tmp_path: Path) -> None:
    copy_seed(tmp_path / "cache")
    run = run_build(
        "export", "zim", "--json", "--to", str(tmp_path / "a.zim"), "--offline",
        cache=tmp_path / "cache", output=tmp_path / "output", measured=False,
    )  # fmt: skip
    assert run.report["export"]["file"] == str(tmp_path / "a.zim")


def test_what_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    copy_seed(tmp_path / "cache")
    (tmp_path / "taken").write_text("a file")
    run = run_build(
        "export", "zip", "--to", str(tmp_path / "taken/a.zip"), "--offline", "-q",
        cache=tmp_path / "cache", output=tmp_path / "output", expect=1,
    )  # fmt: skip
    assert "cannot write" in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1
