"""The frame with the next events for other sites, and the page where its HTML is copied."""

import html
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from tests.browser import PageMonitor, launch_browser, serve_folder
from tests.conftest import BASE_URL, Run

pytestmark = pytest.mark.browser

Embed = Callable[..., Frame]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launch_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def root(coming_run: Run) -> Iterator[str]:
    with serve_folder(coming_run.output, "/repo/") as root:
        yield root


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(timezone_id="America/New_York", locale="en-GB")
    yield context.new_page()
    context.close()


@pytest.fixture
def embed(page: Page, root: str, tmp_path: Path) -> Iterator[Embed]:
    """``embed("embed.html")`` shows a page in a frame of a page of another origin."""
    with serve_folder(tmp_path) as host:

        def show(path: str, *, address: str = root) -> Frame:
            (tmp_path / "index.html").write_text(
                "<!doctype html><title>Host</title><link rel=icon href='data:,'><script>"
                "answers = [];"
                "addEventListener('message', event => answers.push(event.data))</script>"
                f'<iframe src="{html.escape(address + path)}" width="400" height="600"></iframe>'
            )
            # An address of its own: the browser may have the former page in its cache.
            page.goto(f"{host}?{quote(path)}")
            frame = page.frames[1]
            frame.wait_for_load_state("networkidle")
            return frame

        yield show


def test_another_site_shows_the_next_events_in_the_time_of_the_reader(
    page: Page, embed: Embed
) -> None:
    monitor = PageMonitor(page)
    frame = embed("embed.html")
    link = frame.get_by_role("link", name="US EVA-75")
    assert link.get_attribute("href") == f"{BASE_URL}events/us-eva-75.html"
    assert link.get_attribute("target") == "_blank"
    assert frame.locator("li time").inner_text() == "Fri, 20 June 2098 at 08:00 GMT-4"
    assert frame.locator("nav, img").count() == 0
    assert monitor.errors == []


def test_a_type_and_a_theme_are_chosen_and_what_is_over_is_left_out(
    page: Page, embed: Embed
) -> None:
    frame = embed("embed.html?type=eva&theme=dark&limit=1")
    assert frame.get_by_role("heading").inner_text() == "Upcoming: EVA"
    assert frame.locator("h1 a").get_attribute("href") == "types/eva.html"
    assert frame.locator("li").count() == 1
    background = "getComputedStyle(document.documentElement).backgroundColor"
    assert frame.evaluate(background) == "rgb(16, 21, 42)"
    page.clock.set_fixed_time("2098-06-20T12:00:01Z")
    frame = embed("embed.html?type=eva&theme=light")
    assert frame.get_by_role("status").inner_text() == "No upcoming events"
    assert frame.evaluate(background) == "rgb(248, 244, 234)"


BAD_QUERIES = {
    "type=nonesuch": "There is no such type of event",
    "type=../id/309": "There is no such type of event",
    "type=<script>alert(1)</script>": "There is no such type of event",
    "type=" + "a" * 9999: "There is no such type of event",
    "limit=6": "“limit” is a number from 1 to 5.",
    "limit=-1": "“limit” is a number from 1 to 5.",
    "limit=1e9": "“limit” is a number from 1 to 5.",
    "theme=pink": "“theme” is “light” or “dark”.",
    "theme=<img src=x onerror=alert(1)>": "“theme” is “light” or “dark”.",
}


def test_parameters_without_a_meaning_get_a_sentence_and_nothing_else(
    page: Page, root: str
) -> None:
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    for query, sentence in BAD_QUERIES.items():
        page.goto(f"{root}embed.html?{query}")
        expect(page.get_by_role("status")).to_contain_text(sentence)
        assert page.locator("li, img").count() == 0


def test_the_height_is_told_when_the_parent_asks_and_at_no_other_time(
    page: Page, embed: Embed
) -> None:
    frame = embed("embed.html")
    expect(frame.locator("li")).to_have_count(1)
    frame.evaluate("postMessage('height?', '*')")
    page.evaluate("frames[0].postMessage('width?', '*')")
    page.evaluate("frames[0].postMessage({height: 1}, '*')")
    page.wait_for_timeout(100)
    assert page.evaluate("answers") == []
    page.evaluate("frames[0].postMessage('height?', '*')")
    page.wait_for_function("answers.length")
    (answer,) = page.evaluate("answers")
    assert answer == {"height": frame.evaluate("document.querySelector('main').scrollHeight") + 24}


def test_in_a_frame_of_another_site_all_other_pages_show_only_a_link(
    page: Page, embed: Embed, root: str
) -> None:
    monitor = PageMonitor(page)
    for path in ("index.html", "events/tiangong-eva-1.html", "id/309.html", "my-list.html"):
        frame = embed(path)
        link = frame.locator("body > a")
        address = root + path.replace("id/309", "events/tiangong-eva-1")
        expect(link).to_have_attribute("href", address)
        expect(link).to_have_attribute("target", "_top")
        expect(frame.locator("body > *")).to_have_count(1)
    assert monitor.errors == []


def test_in_a_frame_of_the_same_site_a_page_is_whole(page: Page, root: str) -> None:
    page.goto(f"{root}about.html")
    # The site's own policy allows no frames.
    page.route("**/host.html", lambda route: route.fulfill(
        content_type="text/html", body="<iframe src='about.html'></iframe>"
    ))  # fmt: skip
    page.goto(f"{root}host.html")
    expect(page.frame_locator("iframe").locator("h1")).to_be_visible()


def test_from_disk_and_without_javascript_there_is_a_link(
    browser: Browser, coming_run: Run
) -> None:
    for has_javascript in (True, False):
        context = browser.new_context(java_script_enabled=has_javascript)
        page = context.new_page()
        monitor = PageMonitor(page)
        page.goto((coming_run.output / "embed.html").as_uri())
        link = page.get_by_role("link", name="Upcoming spaceflight events")
        assert link.get_attribute("href") == "upcoming.html"
        sentence = "The events cannot be loaded here." if has_javascript else ""
        assert page.get_by_role("status").inner_text() == sentence
        assert monitor.errors == []
        context.close()


def test_where_the_events_cannot_be_loaded_the_frame_says_so(page: Page, root: str) -> None:
    page.route("**/next.json", lambda route: route.abort())
    page.goto(f"{root}embed.html")
    expect(page.get_by_role("status")).to_have_text("The events cannot be loaded here.")
    page.unroute("**/next.json")
    page.route("**/next.json", lambda route: route.fulfill(body="<!doctype html>"))
    page.goto(f"{root}embed.html")
    expect(page.get_by_role("status")).to_have_text("The events cannot be loaded here.")


def test_the_html_of_the_frame_follows_the_choices_and_shows_them(
    page: Page, embed: Embed, root: str
) -> None:
    page.goto(f"{root}subscribe.html")
    snippet = page.locator("#embed ~ p code")
    assert f'src="{BASE_URL}embed.html"' in snippet.inner_text()
    page.get_by_label("Events", exact=True).select_option("EVA")
    page.get_by_label("How many").select_option("1")
    page.get_by_label("Theme", exact=True).select_option("Dark")
    address = f"{BASE_URL}embed.html?type=eva&limit=1&theme=dark"
    text = snippet.inner_text()
    found = re.fullmatch(r'<iframe src="([^"]*)" title="[^"]*" width="100%" height="216" .*', text)
    assert found
    assert html.unescape(found[1]) == address
    page.get_by_role("button", name="Copy the HTML of the frame").click()
    page.get_by_role("link", name="See the frame by itself").click()
    expect(page.get_by_role("heading")).to_have_text("Upcoming: EVA")
    assert page.url.endswith(address.removeprefix(BASE_URL))
