"""``build.py export zip``: the ZIP, unpacked elsewhere and read from disk."""

import hashlib
import json
import shutil
import zipfile
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from events_archive.check.built_site import BuiltSite
from events_archive.check.pages import broken_links
from events_archive.export import ExportBundle
from events_archive.export.zip_file import link_to_published, write_zip
from events_archive.output.former_files import Generations
from events_archive.settings import Settings
from events_archive.store.checksum import add_checksum
from events_archive.store.files import write_checked
from tests.browser import PageMonitor, launch_browser
from tests.conftest import BASE_URL, PROJECT, copy_seed, run_build
from tests.factories import a_site
from tests.published_site import PublishedSite

FOLDER_NAME = "spaceflight events #1, 100% é"
"""A name in which most characters have to be escaped in a URL."""
FORMER = "assets/style.0000000000.css"
PAGES_PER_FOLDER = 4
"""How many pages of one folder are opened; the others have the same template."""


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ZIP of the ten real events, whose site has a file of a former generation."""
    folder = tmp_path_factory.mktemp("exported")
    copy_seed(folder / "cache")
    former = folder / "cache/generations" / FORMER
    former.parent.mkdir(parents=True)
    former.write_bytes(add_checksum(b"former"))
    lists = {"assets": Generations(current=(FORMER,))}
    write_checked(folder / "cache/generations/generations.json", lists)
    file = folder / "archive.zip"
    run_build(
        "export", "zip", "--to", str(file), "--offline", "--base-url", BASE_URL,
        cache=folder / "cache", output=folder / "output",
    )  # fmt: skip
    return file


@pytest.fixture(scope="module")
def unpacked(exported: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one folder that the ZIP holds."""
    target = tmp_path_factory.mktemp("unpacked") / FOLDER_NAME
    with zipfile.ZipFile(exported) as archive:
        archive.extractall(target)
    (folder,) = target.iterdir()
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launch_browser() as browser:
        yield browser


def test_the_zip_is_dated_and_has_one_folder_with_a_start_page(unpacked: Path) -> None:
    assert unpacked.name.startswith("spaceflight-events-archive-20")
    assert sorted(path.name for path in unpacked.iterdir()) == ["Start here.html", "archive"]
    assert (unpacked / "archive/index.html").is_file()
    for name in ("404.html", ".nojekyll", "sitemap.xml", ".events-archive.json"):
        assert not (unpacked / "archive" / name).exists()


def test_a_file_of_a_former_generation_is_in_the_site_and_nothing_else_names_it(
    exported: Path, unpacked: Path
) -> None:
    assert (exported.parent / "output" / FORMER).read_text() == "former"
    assert not (unpacked / "archive" / FORMER).exists()
    manifest = exported.parent / "output/service-worker-files.json"
    assert FORMER not in manifest.read_text()


def test_the_same_site_gives_the_same_bytes(exported: Path, tmp_path: Path) -> None:
    copy_seed(tmp_path / "cache")
    again = tmp_path / "again.zip"
    run_build(
        "export", "zip", "--to", str(again), "--offline", "--base-url", BASE_URL,
        cache=tmp_path / "cache", output=tmp_path / "output",
    )  # fmt: skip
    assert again.read_bytes() == exported.read_bytes()


def test_without_a_base_url_the_site_keeps_the_one_that_it_was_built_for(exported: Path) -> None:
    output, again = exported.parent / "output", exported.with_name("again.zip")
    before = {path: path.stat() for path in output.rglob("*")}
    run_build(
        "export", "zip", "--to", str(again), "--offline",
        cache=exported.parent / "cache", output=output,
    )  # fmt: skip
    assert again.read_bytes() == exported.read_bytes()
    assert output / "sitemap.xml" in before
    assert {path: path.stat().st_mtime_ns for path in output.rglob("*.*")} == {
        path: status.st_mtime_ns for path, status in before.items() if "." in path.name
    }


@pytest.mark.parametrize(
    ("day", "stored"), [("1957-10-04", 1980), ("2026-09-30", 2026), ("2999-12-31", 2107)]
)
def test_a_zip_holds_any_day_or_the_nearest_that_its_format_knows(day: str, stored: int) -> None:
    file = BytesIO()
    write_zip(ExportBundle(site=a_site(today=day), files=()), file)
    (entry,) = zipfile.ZipFile(file).infolist()
    assert entry.date_time[0] == stored
    assert day in entry.filename


def test_every_link_in_the_unpacked_zip_leads_to_a_file_in_it(unpacked: Path) -> None:
    root = unpacked / "archive"
    files = ((path.relative_to(root).as_posix(), path) for path in root.rglob("*"))
    site = BuiltSite.read(files, Settings())
    assert len(site.pages) > 20
    assert list(broken_links(site)) == []


def test_the_zip_is_for_reading_and_links_to_the_published_data(unpacked: Path) -> None:
    root = unpacked / "archive"
    suffixes = {path.suffix for path in root.rglob("*") if path.is_file()}
    assert suffixes == {
        ".html",
        ".css",
        ".js",
        ".svg",
        ".png",
        ".ics",
        ".webmanifest",
        ".json",
        ".zip",
    }
    data = {path.relative_to(root).as_posix() for path in root.rglob("*.*")}
    # What the archive can be restored from.
    assert {path for path in data if path.endswith((".json", ".zip"))} == {
        "build.json", "data/content_cache.zip",
    }  # fmt: skip
    html = (root / "events/tiangong-eva-1.html").read_text("utf-8")
    assert f'href="{BASE_URL}events/tiangong-eva-1.json"' in html
    assert f'href="{BASE_URL}types/eva.atom"' in html
    assert f'href="{BASE_URL}offline.html"' in html
    assert 'href="../id/309.ics"' in html
    assert 'href="../types/eva.html"' in html


def test_without_a_base_url_links_to_files_that_are_left_out_are_text() -> None:
    html = '<a href="../types/eva.rss#x" type="a">RSS</a> <a href="us-eva-1.html?x#y">one</a>'
    paths = {"events/us-eva-1.html"}
    assert link_to_published(html, "events/us-eva-2.html", paths, "") == (
        '<a type="a">RSS</a> <a href="us-eva-1.html?x#y">one</a>'
    )
    outside = '<a href="https://example.org/">there</a> <a href="#top">top</a>'
    assert link_to_published(outside, "events/us-eva-2.html", paths, "") == outside


@pytest.mark.browser
def test_the_unpacked_zip_opens_from_disk_without_a_network_or_errors(
    browser: Browser, unpacked: Path
) -> None:
    context = browser.new_context(offline=True)
    page = context.new_page()
    monitor = PageMonitor(page)
    page.goto((unpacked / "Start here.html").as_uri())
    page.get_by_role("link", name="Open the archive").click()
    page.wait_for_url("**/archive/index.html")
    root = page.url.removesuffix("index.html")
    queue, seen = ["index.html"], {"index.html"}
    folders: Counter[str] = Counter()
    while queue:
        page.goto(root + queue.pop())
        assert page.locator("h1").is_visible(), page.url
        for url in page.evaluate("Array.from(document.links, a => a.href.split(/[?#]/)[0])"):
            path = url.removeprefix(root)
            folder = path.rpartition("/")[0]
            is_page = url.startswith(root) and url.endswith(".html") and folder != "id"
            if is_page and path not in seen:
                seen.add(path)
                folders[folder] += 1
                if folders[folder] <= PAGES_PER_FOLDER:
                    queue.append(path)
    assert folders.keys() >= {"", "events", "types", "years", "months"}
    assert monitor.errors == []
    assert [url for url in monitor.requests if not url.startswith("file:")] == []
    context.close()


def test_without_a_path_the_export_gets_a_dated_name(tmp_path: Path) -> None:
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


def test_the_site_offers_the_zip_when_a_setting_says_so(tmp_path: Path) -> None:
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
    assert not any(name.endswith(("archive.zip", "CNAME")) for name in names)
    page = PublishedSite(run.output).page("offline.html")
    assert "spaceflight-events-archive.zip" in page.links()
    size = (run.output / "spaceflight-events-archive.zip").stat().st_size
    assert f"(ZIP, {size / 1e6:.1f} MB)" in page.html.decode()
    precached = json.loads((run.output / "service-worker-files.json").read_bytes())["files"]
    content = (run.output / "offline.html").read_bytes()
    assert precached["offline.html"] == [hashlib.sha256(content).hexdigest()[:12], len(content)]
    assert (run.output / "CNAME").read_text() == "events.example.org\n"
    assert "https://events.example.org/" in (run.output / "sitemap.xml").read_text()
    again = run_build("--offline", "--json", **folders, project=project)
    assert again.report["written"]["changed"] == 0
    (project / "pyproject.toml").unlink()
    run_build("--offline", **folders, project=project, ARCHIVE_OFFER_DOWNLOAD="false")
    assert not (run.output / "spaceflight-events-archive.zip").exists()
    run_build("--offline", **folders, project=project, ARCHIVE_OFFER_DOWNLOAD="true")
    assert (run.output / "spaceflight-events-archive.zip").exists()


def test_a_path_that_cannot_be_written_is_reported_in_one_line(tmp_path: Path) -> None:
    copy_seed(tmp_path / "cache")
    (tmp_path / "taken").write_text("a file")
    run = run_build(
        "export", "zip", "--to", str(tmp_path / "taken/a.zip"), "--offline", "-q",
        cache=tmp_path / "cache", output=tmp_path / "output", expect=1,
    )  # fmt: skip
    assert "cannot write" in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1
