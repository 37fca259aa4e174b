"""The query page in a browser, opened from disk unless a test says otherwise."""

import gzip
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import icalendar
import pytest
from playwright.sync_api import Browser, Page, expect

from events_archive.store import canonical_json
from tests.browser import PageMonitor, launch_browser, serve_folder
from tests.conftest import Run, run_build
from tests.ll2_server import generate_records
from tests.ll2_server.reference_data import Record
from tests.published_site import XHTML, PublishedSite

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launch_browser() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    monitor = PageMonitor(page)
    yield page
    page.close()
    assert monitor.errors == []
    assert not [url for url in monitor.requests if not url.startswith(("file:", "blob:"))]


def _open(page: Page, run: Run, query: str = "") -> None:
    page.goto((run.output / "explore.html").as_uri() + (f"?{query}" if query else ""))
    expect(page.get_by_role("status")).to_have_text(re.compile(r"^(\d|No events)"))


def _query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def _count(run: Run, matches: Callable[[Record], bool]) -> int:
    """Return the number of records in the cache that match."""
    lines = (run.cache / "events.jsonl").read_bytes().splitlines()
    return sum(matches(json.loads(line)) for line in lines)


def _event_names(page: Page) -> list[str]:
    return page.locator(".results .card-name").all_inner_texts()


def test_a_link_with_a_very_long_query_is_refused_at_once(page: Page, generated_run: Run) -> None:
    query = "year=" + ",".join(map(str, range(1000, 7000)))
    page.goto((generated_run.output / "explore.html").as_uri() + f"?{query}", timeout=5000)
    refusal = f"The query has {len(query) + 1} characters; it may have 4000."
    expect(page.get_by_text(refusal)).to_be_visible(timeout=5000)


def test_a_member_of_a_record_may_have_any_name(browser: Browser, tmp_path: Path) -> None:
    """In a script, ``__proto__`` sets the prototype, and may not occur twice."""
    members = '"__proto__":{"a":1},"\\u005f_proto__":2,"constructor":3,'
    (tmp_path / "cache").mkdir()
    records = [
        canonical_json.encode(record).decode().replace("{", "{" + members, 1)
        for record in generate_records(3)
    ]
    (tmp_path / "cache/events.jsonl").write_text("\n".join(records), "utf-8")
    run = run_build("--offline", cache=tmp_path / "cache", output=tmp_path / "output")
    page = browser.new_page()
    monitor = PageMonitor(page)
    _open(page, run, "mode=detailed")
    expect(page.get_by_role("status")).to_have_text("3 events")
    page.get_by_role("button", name="its response as JSON").click()
    copied = page.get_by_label("Copied text")
    copied.wait_for()
    record = json.loads(copied.input_value())["results"][0]
    assert (record["__proto__"], record["constructor"]) == (2, 3)
    page.close()
    assert monitor.errors == []


def test_a_query_of_the_api_works_unchanged(page: Page, generated_run: Run) -> None:
    _open(page, generated_run, "type__ids=2,8&ordering=-date&limit=10&offset=10&mode=list")
    count = _count(generated_run, lambda record: record["type"]["id"] in (2, 8))
    expect(page.get_by_role("status")).to_have_text(f"{count} events, 11 to 20 shown")
    assert len(_event_names(page)) == 10
    conditions = page.get_by_label("Active filters").get_by_role("link")
    assert conditions.all_inner_texts() == ["Docking", "Spacecraft Undocking", "Clear all"]


def test_a_query_finds_one_of_the_seed_events(page: Page, seed_run: Run) -> None:
    _open(page, seed_run, "search=eva&year=2021&month=7&ordering=-date")
    assert _event_names(page) == ["Tiangong EVA-1"]
    assert page.locator(".results .card-date").inner_text().split() == [
        "4",
        "Jul",
        "2021",
        "00:11",
        "UTC",
    ]
    page.get_by_role("link", name="Tiangong EVA-1").click()
    expect(page.locator("h1")).to_have_text("Tiangong EVA-1")


def test_a_url_of_the_api_can_be_pasted(page: Page, seed_run: Run) -> None:
    _open(page, seed_run)
    field = page.get_by_role("searchbox")
    field.fill("https://ll.thespacedevs.com/2.3.0/events/?type=3&limit=2&mode=detailed")
    field.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("1 to 2 shown")
    assert _query(page) == {"type": ["3"], "limit": ["2"], "mode": ["detailed"]}
    field.fill("https://ll.thespacedevs.com/2.3.0/events/309/?format=json")
    field.press("Enter")
    expect(page.get_by_role("status")).to_have_text("1 event")
    assert _event_names(page) == ["Tiangong EVA-1"]
    field.fill("https://ll.thespacedevs.com/2.3.0/launches/?limit=2")
    field.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("nor a URL of the API's events")


def test_every_choice_has_a_url_and_the_back_button_undoes_it(page: Page, seed_run: Run) -> None:
    _open(page, seed_run)
    page.get_by_role("link", name="EVA", exact=True).first.click()
    expect(page.get_by_role("status")).to_have_text("4 events")
    assert _query(page) == {"type__ids": ["3"]}
    page.get_by_role("link", name="Tiangong Space Station").first.click()
    expect(page.get_by_role("status")).to_have_text("1 event")
    assert _query(page)["place"] == ["Tiangong Space Station"]
    page.get_by_label("Order").select_option("newest first")
    page.get_by_label("Until").fill("2021-07-01")
    expect(page.get_by_role("status")).to_have_text("No events match")
    assert _query(page)["date__lte"] == ["2021-07-01T23:59:59Z"]
    page.go_back()
    expect(page.get_by_role("status")).to_have_text("1 event")
    page.go_back()
    page.go_back()
    expect(page.get_by_role("status")).to_have_text("4 events")
    page.get_by_role("link", name="Remove EVA").click()
    expect(page.get_by_role("status")).to_have_text("10 events")


def test_facets_have_the_counts_of_other_choices(page: Page, seed_run: Run) -> None:
    _open(page, seed_run, "type__ids=3")
    facet = page.locator(".facets section").first
    counts = dict(zip(
        facet.locator("a").all_inner_texts(), facet.locator(".count").all_inner_texts(), strict=True
    ))  # fmt: skip
    assert counts["EVA"] == "4"
    assert sum(map(int, counts.values())) == 10
    assert facet.locator("[aria-current]").all_inner_texts() == ["EVA"]


def test_the_page_can_be_used_with_the_keyboard_and_the_focus_stays(
    page: Page, seed_run: Run
) -> None:
    _open(page, seed_run)
    page.get_by_role("searchbox").focus()
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "facet-type-3":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("4 events")
    assert page.evaluate("document.activeElement.id") == "facet-type-3"
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("10 events")


def test_the_next_page_of_results_is_read_from_its_start(page: Page, seed_run: Run) -> None:
    _open(page, seed_run, "limit=5")
    page.get_by_role("link", name="Next 5").click()
    expect(page.get_by_role("status")).to_have_text("10 events, 6 to 10 shown")
    assert page.evaluate("document.activeElement.id") == "found"
    assert page.locator(".results .card-name").first.is_visible()
    top = page.locator("#found").bounding_box()
    assert top
    assert 0 <= top["y"] < 100


def test_the_title_of_the_document_names_the_search(page: Page, seed_run: Run) -> None:
    _open(page, seed_run)
    title = page.title()
    page.get_by_role("link", name="EVA", exact=True).first.click()
    expect(page).to_have_title(f"EVA · {title}")
    page.get_by_role("link", name="Remove EVA").click()
    expect(page).to_have_title(title)


def test_text_beyond_names_is_searched_only_on_request(page: Page, seed_run: Run) -> None:
    _open(page, seed_run)
    field = page.get_by_role("searchbox")
    field.fill("iROSA")
    field.press("Enter")
    expect(page.get_by_role("status")).to_have_text("No events match")
    assert _query(page) == {"search": ["iROSA"]}
    page.get_by_label("Also search").check()
    field.press("Enter")
    expect(page.get_by_role("status")).to_have_text("3 events")
    assert _query(page) == {"q": ["iROSA"]}
    assert "iROSA solar arrays" in page.locator(".snippet").first.inner_text()
    page.get_by_role("button", name="the API’s URL").click()
    copied = page.get_by_label("Copied text").input_value()
    assert copied == "https://ll.thespacedevs.com/2.3.0/events/"


def test_invalid_and_ignored_parameters_are_named(page: Page, seed_run: Run) -> None:
    _open(page, seed_run, "foo=1&limit=3")
    assert "“foo”" in page.locator(".query-notes").inner_text()
    page.goto((seed_run.output / "explore.html").as_uri() + "?type=2,3&date__gt=soon")
    expect(page.get_by_role("status")).to_contain_text("refuse")
    warnings = page.locator(".query-notes").inner_text()
    assert "type was given as “2,3”" in warnings
    assert "date__gt was given as “soon”" in warnings
    page.get_by_role("link", name="Clear all").click()
    expect(page.get_by_role("status")).to_have_text("10 events")


@pytest.mark.parametrize(
    ("query", "calendar"),
    [
        ("type__ids=3&year=2021", "types/eva.ics"),
        ("year=2021", "years/2021.ics"),
        ("type__ids=2,3", "calendar.ics"),
        ("type=99999", "calendar.ics"),
    ],
)
def test_the_subscription_link_is_that_of_the_nearest_calendar(
    page: Page, seed_run: Run, query: str, calendar: str
) -> None:
    _open(page, seed_run, query)
    address = page.locator("[data-calendar]").get_attribute("href")
    assert address == f"webcal://example.org/archive/{calendar}"
    assert (seed_run.output / calendar).is_file()


def test_the_copied_calendar_is_valid_and_equal_to_the_archives(
    page: Page, generated_run: Run
) -> None:
    _open(page, generated_run, "type__ids=3,20")
    page.get_by_role("button", name="all as iCalendar").click()
    expect(page.get_by_text("Copied.", exact=True)).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Save as a file").click()
    raw = Path(download.value.path()).read_bytes()
    assert download.value.suggested_filename == "events.ics"
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    copied = _entries(raw)
    archived = _entries((generated_run.output / "calendar-all.ics").read_bytes())
    assert len(copied) > 20
    assert copied == {uid: entry for uid, entry in archived.items() if uid in copied}
    size = rf"{len(copied)} events, \d+ kB\.( Left out because the date is unknown: 1 event\.)?"
    assert re.fullmatch(size, page.locator("[data-size]").inner_text())


def _entries(raw: bytes) -> dict[str, dict[str, bytes]]:
    """Return the properties of each entry but those that only the archive's calendars have."""
    calendar = icalendar.Calendar.from_ical(raw)
    assert not calendar.errors
    left_out = {"DESCRIPTION", "IMAGE", "CONFERENCE", "COLOR"}
    return {
        str(event["UID"]): {k: v.to_ical() for k, v in event.items() if k not in left_out}
        for event in calendar.walk("VEVENT")
    }


def test_a_calendar_that_programs_may_find_too_large_has_a_warning(
    page: Page, seed_run: Run
) -> None:
    _open(page, seed_run)
    page.evaluate("archiveParts.table.calendar.limits = [9, 1e6]")
    page.get_by_role("button", name="all as iCalendar").click()
    warning = r"10 events, \d kB\. Some calendar programs take no more than 9 events or 1 MB\."
    expect(page.locator("[data-size]")).to_have_text(re.compile(warning))


def test_no_text_of_an_event_becomes_markup(page: Page, generated_run: Run) -> None:
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    _open(page, generated_run, "limit=100&mode=detailed&q=<")
    assert page.locator(".result-description").first.inner_text()
    assert page.locator(".results .card script, .results .card-name b").count() == 0


def test_without_javascript_every_type_year_and_month_is_a_link_with_its_count(
    generated_run: Run,
) -> None:
    site = PublishedSite(generated_run.output)
    page = site.page("explore.html")
    links = {
        link.attrib["href"]: "".join(link.itertext())
        for link in page.first("main").iter(XHTML + "a")
        if "href" in link.attrib
    }
    for folder in ("types", "years", "months"):
        for file in (generated_run.output / folder).glob("*.html"):
            if file.stem == "index" or b'http-equiv="refresh"' in file.read_bytes()[:600]:
                continue
            assert f"{folder}/{file.name}" in links
    in_july = _count(generated_run, lambda record: (record["date"] or "").startswith("2021-07"))
    assert links["months/2021-07.html"].split() == ["July", str(in_july)]


def test_the_page_works_over_http_below_a_folder(browser: Browser, seed_run: Run) -> None:
    page = browser.new_page()
    monitor = PageMonitor(page)
    with serve_folder(seed_run.output, "/archive/") as root:
        page.goto(root + "404.html")
        page.get_by_role("searchbox").fill("EVA")
        page.get_by_role("searchbox").press("Enter")
        expect(page.get_by_role("status")).to_have_text("4 events")
        page.goto(root + "explore.html?search=EVA&limit=2")
        expect(page.get_by_role("status")).to_have_text("4 events, 1 to 2 shown")
        page.get_by_role("link", name="Next 2").click()
        expect(page.get_by_role("status")).to_have_text("4 events, 3 to 4 shown")
        assert page.url == root + "explore.html?limit=2&offset=2&search=EVA"
        assert [url for url in monitor.requests if not url.startswith(root)] == []
    page.close()


def test_all_scripts_of_the_site_together_are_small(generated_run: Run) -> None:
    scripts = sorted(Path(generated_run.output / "assets").glob("*.js"))
    assert len(scripts) >= 5
    assert sum(len(gzip.compress(script.read_bytes(), 9)) for script in scripts) <= 25_000
