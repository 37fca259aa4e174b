"""The service worker: visited pages and the whole archive without a network, and updates."""

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

from tests.browser import Outage, PageMonitor, launch_browser, serve_folder
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
    """A browser profile without any data of the site."""
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture
def site(seed_run: Run, tmp_path: Path) -> Run:
    """A copy of the site, which the test may change, without most of its pages of days."""
    shutil.copytree(seed_run.cache, tmp_path / "cache")
    days = shutil.ignore_patterns("??-??.html")
    shutil.copytree(seed_run.output, tmp_path / "output", ignore=days)
    run = replace(seed_run, cache=tmp_path / "cache", output=tmp_path / "output")
    _shorten_precache_manifest(run)
    return run


def _shorten_precache_manifest(run: Run) -> None:
    """Leave the pages of days out of the list, so that saving everything takes less time."""
    file = run.output / "service-worker-files.json"
    manifest = json.loads(file.read_bytes())
    manifest["files"] = {
        path: entry for path, entry in manifest["files"].items() if not path.startswith("days/")
    }
    file.write_text(json.dumps(manifest))


def _rebuild(folder: Path) -> Run:
    options = ("--offline", "--base-url", BASE_URL)
    return run_build(*options, cache=folder / "cache", output=folder / "output")


def _rename(run: Run, event_id: int, name: str) -> None:
    file = run.cache / "events.jsonl"
    records = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    for record in records:
        if record["id"] == event_id:
            record["name"] = name
    file.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")


def _wait_for(page: Page, condition: str, argument: object = None) -> None:
    """Wait for a promise to become true; Playwright's own wait takes a pending promise for true."""
    deadline = time.monotonic() + 15
    while not page.evaluate(condition, argument):
        assert time.monotonic() < deadline, condition
        time.sleep(0.05)


def _visit(context: BrowserContext, url: str) -> Page:
    """Open a page and wait until the service worker controls it."""
    page = context.new_page()
    page.goto(url)
    _wait_for(page, READY)
    return page


def _caches(page: Page) -> list[str]:
    return list(page.evaluate("caches.keys()"))


def _is_styled(page: Page) -> bool:
    return bool(page.evaluate("document.styleSheets[0]?.cssRules.length"))


def _wait_until_cached(page: Page, url: str) -> None:
    _wait_for(page, "url => caches.match(url).then(Boolean)", url)


@pytest.mark.parametrize("prefix", ["/", "/repo/"])
def test_a_visited_page_opens_without_a_network_and_is_marked_as_a_copy(
    context: BrowserContext, seed_run: Run, prefix: str
) -> None:
    with serve_folder(seed_run.output, prefix) as root:
        page = _visit(context, root + EVA)
        _wait_until_cached(page, root + EVA)
        assert page.locator(".offline-notice").count() == 0
    # The server is stopped, which is as if there were no network.
    page.goto(root + EVA)
    assert "Tiangong EVA-1" in page.locator("h1").inner_text()
    assert "No network" in page.locator(".offline-notice").inner_text()
    assert page.evaluate("getComputedStyle(document.querySelector('.site-header')).display") != ""
    page.goto(root)
    assert page.locator("h1").is_visible()
    assert "No network" in page.locator(".offline-notice").inner_text()


@pytest.mark.parametrize(
    ("outage", "reason"),
    [(Outage(status=503), "The site does not work at present"),
     (Outage(hangs=True), "The network does not respond")],
)  # fmt: skip
def test_the_copy_is_shown_while_the_host_fails_or_hangs(
    context: BrowserContext, seed_run: Run, outage: Outage, reason: str
) -> None:
    current = Outage()
    with serve_folder(seed_run.output, outage=current) as root:
        page = _visit(context, root + EVA)
        _wait_until_cached(page, root + EVA)
        context.service_workers[0].evaluate("PATIENCE = 200")
        current.hangs, current.status = outage.hangs, outage.status
        page.goto(root + EVA)
        assert reason in page.locator(".offline-notice").inner_text()
        assert _is_styled(page)
        current.hangs, current.status = False, 0
        current.is_over.set()
        context.service_workers[0].evaluate("PATIENCE = 20_000")
        page.reload()
        assert page.locator(".offline-notice").count() == 0


def test_a_page_without_a_copy_is_waited_for_and_shows_the_error_of_the_host(
    context: BrowserContext, seed_run: Run
) -> None:
    outage = Outage()
    with serve_folder(seed_run.output, outage=outage) as root:
        page = _visit(context, root)
        context.service_workers[0].evaluate("PATIENCE = 0")
        page.goto(root + EVA)
        assert page.locator(".offline-notice").count() == 0
        outage.status = 503
        response = page.goto(root + "credits.html")
        assert response
        assert response.status == 503


def test_a_store_that_is_full_or_broken_fails_no_page(context: BrowserContext, site: Run) -> None:
    with serve_folder(site.output) as root:
        page = _visit(context, root + EVA)
        _wait_until_cached(page, root + EVA)
        worker = context.service_workers[0]
        worker.evaluate(
            "void (Cache.prototype.put ="
            " () => Promise.reject(new DOMException('', 'QuotaExceededError')))"
        )
        # After an update each page has another style sheet.
        (style,) = (site.output / "assets").glob("style.*.css")
        style.rename(style.with_name("style.new.css"))
        for file in (site.output / EVA, site.output / "about.html"):
            file.write_text(file.read_text("utf-8").replace(style.name, "style.new.css"), "utf-8")
        monitor = PageMonitor(page)
        for path in (EVA, "about.html"):
            page.goto(root + path)
            assert _is_styled(page)
        worker.evaluate("void (caches.open = () => Promise.reject(new Error('broken')))")
        page.goto(root + EVA)
        assert _is_styled(page)
        assert page.locator(".offline-notice").count() == 0
        assert monitor.errors == []


def test_an_unvisited_page_leads_to_the_offline_page(
    context: BrowserContext, seed_run: Run
) -> None:
    with serve_folder(seed_run.output) as root:
        _visit(context, root)
    page = context.pages[0]
    page.goto(root + "types/eva.html")
    assert "offline.html" in page.url
    assert page.locator("[data-missing-page]").inner_text() == "types/eva.html"


def test_the_whole_archive_is_cached_and_removed_on_request(
    context: BrowserContext, site: Run
) -> None:
    with serve_folder(site.output, "/repo/") as root:
        page = _visit(context, root + "offline.html")
        page.wait_for_selector("[data-offline][data-saved=some]")
        assert "MB" in page.locator("[data-save]").inner_text()
        page.locator("[data-save]").click()
        page.wait_for_selector("[data-offline][data-saved=all]")
        assert (
            "All pages, pictures and calendars are saved"
            in page.locator("[data-status]").inner_text()
        )
    monitor = PageMonitor(page)
    for path in ("index.html", EVA, "types/eva.html", "years/2021.html"):
        page.goto(root + path)
        assert page.locator("h1").is_visible()
    page.goto(root + "id/309.html")
    page.wait_for_url(f"**/{EVA}")
    assert monitor.errors == []
    page.goto(root + "offline.html")
    page.locator("[data-remove]").click()
    page.wait_for_selector("[data-offline][data-saved=none]")
    assert _caches(page) == []
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then(all => all.length)") == 0


def test_after_removal_nothing_is_cached_until_it_is_requested(
    context: BrowserContext, site: Run
) -> None:
    with serve_folder(site.output) as root:
        page = _visit(context, root + "offline.html")
        page.wait_for_selector("[data-offline][data-saved=some]")
        page.locator("[data-remove]").click()
        page.wait_for_selector("[data-offline][data-saved=none]")
        page.goto(root + EVA, wait_until="networkidle")
        assert _caches(page) == []
        page.goto(root + "offline.html")
        page.locator("[data-save]").click()
        page.wait_for_selector("[data-offline][data-saved=all]")
        assert len(_caches(page)) == 1


def test_a_new_build_is_shown_at_once_and_updates_the_cached_pages(
    context: BrowserContext, site: Run, tmp_path: Path
) -> None:
    with serve_folder(site.output) as root:
        page = _visit(context, root + EVA)
        _wait_until_cached(page, root + EVA)
        page.goto(root + "types/eva.html")
        _wait_until_cached(page, root + "types/eva.html")
        (before,) = _caches(page)
        _rename(site, 309, "The first spacewalk from Tiangong")
        _rebuild(tmp_path)
        # With a network the new page is shown, although the old one is cached.
        page.goto(root + EVA)
        assert "The first spacewalk" in page.locator("h1").inner_text()
        _wait_for(page, REPLACED, before)
        (after,) = _caches(page)
        assert after != before
    # Without a network so is the new list of events, which was not visited after the build.
    page.goto(root + "types/eva.html")
    assert "No network" in page.locator(".offline-notice").inner_text()
    assert "The first spacewalk" in page.locator("main").inner_text()


def test_a_build_without_changes_does_not_change_the_service_worker(
    site: Run, tmp_path: Path
) -> None:
    worker = site.output / "service-worker.js"
    before = worker.read_bytes()
    _rebuild(tmp_path)
    assert worker.read_bytes() == before
    _rename(site, 309, "Another name")
    _rebuild(tmp_path)
    assert worker.read_bytes() != before


@pytest.mark.extended
def test_an_update_keeps_the_whole_archive_cached(
    context: BrowserContext, site: Run, tmp_path: Path
) -> None:
    with serve_folder(site.output) as root:
        page = _visit(context, root + "offline.html")
        page.wait_for_selector("[data-offline][data-saved=some]")
        page.locator("[data-save]").click()
        page.wait_for_selector("[data-offline][data-saved=all]")
        (before,) = _caches(page)
        _rename(site, 309, "The first spacewalk from Tiangong")
        _rebuild(tmp_path)
        _shorten_precache_manifest(site)
        page.goto(root)
        _wait_for(page, REPLACED, before)
        page.goto(root + "offline.html")
        page.wait_for_selector("[data-offline][data-saved=all]")
    page.goto(root + EVA)
    assert "The first spacewalk" in page.locator("h1").inner_text()


def test_the_caches_of_another_site_on_the_same_host_are_left_alone(
    context: BrowserContext, seed_run: Run
) -> None:
    with serve_folder(seed_run.output, "/repo/") as root:
        page = _visit(context, root + EVA)
        page.evaluate("caches.open('events-archive /other/ 123')")
        page.goto(root + "offline.html")
        page.wait_for_selector("[data-offline][data-saved=some]")
        page.locator("[data-remove]").click()
        page.wait_for_selector("[data-offline][data-saved=none]")
        assert _caches(page) == ["events-archive /other/ 123"]


def test_there_is_no_service_worker_for_a_site_opened_from_disk(
    context: BrowserContext, seed_run: Run
) -> None:
    page = context.new_page()
    monitor = PageMonitor(page)
    page.goto((seed_run.output / "offline.html").as_uri(), wait_until="networkidle")
    assert monitor.errors == []
    assert page.locator("[data-offline]").is_hidden()
    assert [url for url in monitor.requests if "service-worker" in url or "manifest" in url] == []


def test_the_precache_manifest_lists_files_that_exist_with_their_sizes(seed_run: Run) -> None:
    listed = json.loads((seed_run.output / "service-worker-files.json").read_bytes())["files"]
    assert {"index.html", "offline.html", EVA} <= listed.keys()
    assert "404.html" not in listed
    programs = (".json", ".jsonl", ".csv", ".sqlite", ".rss", ".atom")
    assert not [path for path in listed if path.endswith(programs)]
    for path, (_, size) in listed.items():
        assert (seed_run.output / path).stat().st_size == size


def test_a_first_visit_does_not_load_the_precache_manifest(
    context: BrowserContext, seed_run: Run
) -> None:
    with serve_folder(seed_run.output) as root:
        page = _visit(context, root + EVA)
        _wait_until_cached(page, root + EVA)
        assert not page.evaluate("url => caches.match(url)", root + "service-worker-files.json")
        page.goto(root + "offline.html")
        page.wait_for_selector("[data-offline][data-saved=some]")
        assert page.evaluate(
            "url => caches.match(url).then(Boolean)", root + "service-worker-files.json"
        )


def test_the_browser_accepts_the_web_app_manifest_and_its_icons(
    context: BrowserContext, seed_run: Run
) -> None:
    with serve_folder(seed_run.output, "/repo/") as root:
        page = _visit(context, root + EVA)
        session = context.new_cdp_session(page)
        response = session.send("Page.getAppManifest")
        assert response["errors"] == []
        manifest = json.loads(response["data"])
        assert response["url"] == root + "manifest.webmanifest"
        for icon in manifest["icons"]:
            with Image.open(seed_run.output / icon["src"]) as image:
                assert f"{image.width}x{image.height}" == icon["sizes"]
        assert {icon["sizes"] for icon in manifest["icons"]} == {"192x192", "512x512"}


@pytest.mark.parametrize("name", ["icon-48.png", "icon-192.png", "icon-512.png"])
def test_the_png_icons_look_like_the_svg_icon(browser: Browser, name: str) -> None:
    with Image.open(PROJECT / "static" / name) as image:
        png = image.convert("RGBA").convert("RGB")
    page = browser.new_page(viewport={"width": png.width, "height": png.height})
    page.goto((PROJECT / "static/icon.svg").as_uri())
    with Image.open(io.BytesIO(page.screenshot())) as screenshot:
        svg = screenshot.convert("RGB")
    page.close()
    # The rounded corners are not compared: they are white in the page, transparent in the image.
    edge = png.width // 8
    box = (edge, edge, png.width - edge, png.width - edge)
    difference = ImageChops.difference(png.crop(box), svg.crop(box))
    # Edges are antialiased differently, and a small icon has more edges for its size.
    assert max(ImageStat.Stat(difference).mean) < (4 if png.width > 100 else 10)
