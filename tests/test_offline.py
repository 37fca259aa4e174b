"""The published site with the network gone: what was visited, the whole archive, a new build."""

import io
import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser import PageMonitor, launch_browser, serve_folder
from tests.conftest import BASE_URL, PROJECT, Run, run_build

pytestmark = pytest.mark.browser

EVA = "events/tiangong-eva-1.html"
READY = (
    "() => navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller !== null)"
)

REPLACED = "old => caches.keys().then(names => names.length === 1 && !names.includes(old))"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launch_browser() as browser:
        yield browser


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A visitor who has never been here."""
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture
def site(seed_run: Run, tmp_path: Path) -> Run:
    """A site of this test's own, since it will change."""
    for folder in (seed_run.cache, seed_run.output):
        shutil.copytree(folder, tmp_path / folder.name)
    return replace(seed_run, cache=tmp_path / "cache", output=tmp_path / "output")


def _rebuilt(folder: Path) -> Run:
    place = ("--base-url", BASE_URL)
    return run_build(
        "--offline", *place, cache=folder / "cache", output=folder / "output", coverage=False
    )


def _rename(run: Run, event_id: int, name: str) -> None:
    file = run.cache / "events.jsonl"
    records = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    for record in records:
        if record["id"] == event_id:
            record["name"] = name
    file.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")


def _until(page: Page, condition: str, argument: object = None) -> None:
    """Wait for a condition that is a promise, which Playwright's own waiting takes for a yes."""
    deadline = time.monotonic() + 15
    while not page.evaluate(condition, argument):
        assert time.monotonic() < deadline, condition
        time.sleep(0.05)


def _visit(context: BrowserContext, address: str) -> Page:
    """A page, and after it a worker that is at work."""
    page = context.new_page()
    page.goto(address)
    _until(page, READY)
    return page


def _caches(page: Page) -> list[str]:
    return list(page.evaluate("caches.keys()"))


def _wait_until_kept(page: Page, address: str) -> None:
    _until(page, "url => caches.match(url).then(Boolean)", address)


@pytest.mark.parametrize("prefix", ["/", "/repo/"])
def test_what_was_visited_opens_without_a_network_and_says_that_it_is_a_copy(
    context: BrowserContext, site: Run, prefix: str
) -> None:
    with serve_folder(site.output, prefix) as root:
        page = _visit(context, root + EVA)
        _wait_until_kept(page, root + EVA)
        assert page.locator(".kept-copy").count() == 0
    # The server is gone: that is a network that does not answer.
    page.goto(root + EVA)
    assert "Tiangong EVA-1" in page.locator("h1").inner_text()
    assert "No network" in page.locator(".kept-copy").inner_text()
    assert page.evaluate("getComputedStyle(document.querySelector('.site-header')).display") != ""
    page.goto(root)
    assert page.locator("h1").is_visible()
    assert "No network" in page.locator(".kept-copy").inner_text()


def test_what_was_never_visited_leads_to_the_page_that_says_what_is_kept(
    context: BrowserContext, site: Run
) -> None:
    with serve_folder(site.output) as root:
        _visit(context, root)
    page = context.pages[0]
    page.goto(root + "types/eva.html")
    assert "offline.html" in page.url
    assert page.locator("[data-missing-address]").inner_text() == "types/eva.html"


def test_the_whole_archive_is_kept_on_request_and_removed_on_request(
    context: BrowserContext, site: Run
) -> None:
    with serve_folder(site.output, "/repo/") as root:
        page = _visit(context, root + "offline.html")
        page.wait_for_selector("[data-offline][data-kept=some]")
        assert "MB" in page.locator("[data-keep]").inner_text()
        page.locator("[data-keep]").click()
        page.wait_for_selector("[data-offline][data-kept=all]")
        assert "The whole archive is kept" in page.locator("[data-state]").inner_text()
    monitor = PageMonitor(page)
    for address in ("index.html", EVA, "types/eva.html", "years/2021.html"):
        page.goto(root + address)
        assert page.locator("h1").is_visible()
    page.goto(root + "id/309.html")
    page.wait_for_url(f"**/{EVA}")
    assert monitor.errors == []
    page.goto(root + "offline.html")
    page.locator("[data-remove]").click()
    page.wait_for_selector("[data-offline][data-kept=none]")
    assert _caches(page) == []
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then(all => all.length)") == 0


def test_after_removal_nothing_is_kept_until_it_is_asked_for(
    context: BrowserContext, site: Run
) -> None:
    with serve_folder(site.output) as root:
        page = _visit(context, root + "offline.html")
        page.wait_for_selector("[data-offline][data-kept=some]")
        page.locator("[data-remove]").click()
        page.wait_for_selector("[data-offline][data-kept=none]")
        page.goto(root + EVA, wait_until="networkidle")
        assert _caches(page) == []
        page.goto(root + "offline.html")
        page.locator("[data-keep]").click()
        page.wait_for_selector("[data-offline][data-kept=all]")
        assert len(_caches(page)) == 1


def test_a_new_build_is_seen_at_once_and_renews_what_is_kept(
    context: BrowserContext, site: Run, tmp_path: Path
) -> None:
    with serve_folder(site.output) as root:
        page = _visit(context, root + EVA)
        _wait_until_kept(page, root + EVA)
        page.goto(root + "types/eva.html")
        _wait_until_kept(page, root + "types/eva.html")
        (before,) = _caches(page)
        _rename(site, 309, "The first spacewalk from Tiangong")
        _rebuilt(tmp_path)
        # On the network: the new page, although the old one is kept.
        page.goto(root + EVA)
        assert "The first spacewalk" in page.locator("h1").inner_text()
        _until(page, REPLACED, before)
        (after,) = _caches(page)
        assert after != before
    # Without it: the new page again, and so is the list that named the event and was not visited.
    page.goto(root + "types/eva.html")
    assert "No network" in page.locator(".kept-copy").inner_text()
    assert "The first spacewalk" in page.locator("main").inner_text()


def test_a_build_without_news_leaves_the_worker_as_it_is(site: Run, tmp_path: Path) -> None:
    worker = site.output / "service-worker.js"
    before = worker.read_bytes()
    _rebuilt(tmp_path)
    assert worker.read_bytes() == before
    _rename(site, 309, "Another name")
    _rebuilt(tmp_path)
    assert worker.read_bytes() != before


def test_an_update_carries_the_whole_archive_along(
    context: BrowserContext, site: Run, tmp_path: Path
) -> None:
    with serve_folder(site.output) as root:
        page = _visit(context, root + "offline.html")
        page.wait_for_selector("[data-offline][data-kept=some]")
        page.locator("[data-keep]").click()
        page.wait_for_selector("[data-offline][data-kept=all]")
        (before,) = _caches(page)
        _rename(site, 309, "The first spacewalk from Tiangong")
        _rebuilt(tmp_path)
        page.goto(root)
        _until(page, REPLACED, before)
        page.goto(root + "offline.html")
        page.wait_for_selector("[data-offline][data-kept=all]")
    page.goto(root + EVA)
    assert "The first spacewalk" in page.locator("h1").inner_text()


def test_another_site_of_the_same_host_is_left_alone(context: BrowserContext, site: Run) -> None:
    with serve_folder(site.output, "/repo/") as root:
        page = _visit(context, root + EVA)
        page.evaluate("caches.open('events-archive /other/ 123')")
        page.goto(root + "offline.html")
        page.wait_for_selector("[data-offline][data-kept=some]")
        page.locator("[data-remove]").click()
        page.wait_for_selector("[data-offline][data-kept=none]")
        assert _caches(page) == ["events-archive /other/ 123"]


def test_from_disk_no_worker_is_tried(context: BrowserContext, site: Run) -> None:
    page = context.new_page()
    monitor = PageMonitor(page)
    page.goto((site.output / "offline.html").as_uri(), wait_until="networkidle")
    assert monitor.errors == []
    assert page.locator("[data-offline]").is_hidden()
    assert [url for url in monitor.requests if "service-worker" in url or "manifest" in url] == []


def test_every_file_that_may_be_kept_is_there_with_its_size(site: Run) -> None:
    listed = json.loads((site.output / "service-worker-files.json").read_bytes())["files"]
    assert {"index.html", "offline.html", EVA} <= listed.keys()
    assert "404.html" not in listed
    for address, (_, size) in listed.items():
        assert (site.output / address).stat().st_size == size


def test_a_first_visit_is_not_made_to_fetch_the_list_of_everything(
    context: BrowserContext, site: Run
) -> None:
    with serve_folder(site.output) as root:
        page = _visit(context, root + EVA)
        _wait_until_kept(page, root + EVA)
        assert not page.evaluate("url => caches.match(url)", root + "service-worker-files.json")
        page.goto(root + "offline.html")
        page.wait_for_selector("[data-offline][data-kept=some]")
        assert page.evaluate(
            "url => caches.match(url).then(Boolean)", root + "service-worker-files.json"
        )


def test_the_browser_finds_a_whole_manifest_with_its_icons(
    context: BrowserContext, site: Run
) -> None:
    with serve_folder(site.output, "/repo/") as root:
        page = _visit(context, root + EVA)
        session = context.new_cdp_session(page)
        found = session.send("Page.getAppManifest")
        assert found["errors"] == []
        manifest = json.loads(found["data"])
        assert found["url"] == root + "manifest.webmanifest"
        for icon in manifest["icons"]:
            with Image.open(site.output / icon["src"]) as image:
                assert f"{image.width}x{image.height}" == icon["sizes"]
        assert {icon["sizes"] for icon in manifest["icons"]} == {"192x192", "512x512"}


@pytest.mark.parametrize("name", ["icon-48.png", "icon-192.png", "icon-512.png"])
def test_the_drawn_icons_are_the_same_as_the_one_in_lines(browser: Browser, name: str) -> None:
    with Image.open(PROJECT / "static" / name) as image:
        drawn = image.convert("RGBA").convert("RGB")
    page = browser.new_page(viewport={"width": drawn.width, "height": drawn.height})
    page.goto((PROJECT / "static/icon.svg").as_uri())
    with Image.open(io.BytesIO(page.screenshot())) as screenshot:
        lines = screenshot.convert("RGB")
    page.close()
    # Where the corners are cut off, a page has white and a picture has nothing: not compared.
    edge = drawn.width // 8
    box = (edge, edge, drawn.width - edge, drawn.width - edge)
    difference = ImageChops.difference(drawn.crop(box), lines.crop(box))
    # A small one has more edges for its size, and each draws edges in its own way.
    assert max(ImageStat.Stat(difference).mean) < (4 if drawn.width > 100 else 10)
