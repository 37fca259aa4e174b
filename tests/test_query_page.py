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
    page.get_by_role("button", name="Copy JSON").click()
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
    conditions = page.get_by_label("Search terms and filters").get_by_role("link")
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
    assert _query(page) == {"ordering": ["nearest"], "type__ids": ["3"]}
    page.get_by_role("link", name="Tiangong space station").first.click()
    expect(page.get_by_role("status")).to_have_text("1 event")
    assert _query(page)["place"] == ["Tiangong space station"]
    page.get_by_label("Sort by").select_option("Newest first")
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


def test_a_place_with_several_names_is_one_choice(page: Page, generated_run: Run) -> None:
    _open(page, generated_run, "limit=1")
    facet = page.locator(".facets section", has_text="Place")
    facet.locator("summary").click()
    names = facet.locator("a").all_inner_texts()
    assert names.count("International Space Station") == 1
    assert not {"ISS", "Johnson Space Center", "Chinese Space Station"} & set(names)
    facet.get_by_role("link", name="International Space Station").click()
    at_station = {"ISS", "International Space Station"}
    count = _count(generated_run, lambda record: record["location"] in at_station)
    expect(page.get_by_role("status")).to_have_text(f"{count} events, 1 to 1 shown")
    _open(page, generated_run, "place=ISS")
    count = _count(generated_run, lambda record: record["location"] == "ISS")
    expect(page.get_by_role("status")).to_contain_text(f"{count} events")


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


def test_a_page_beyond_the_last_says_how_many_there_are(page: Page, seed_run: Run) -> None:
    _open(page, seed_run, "limit=5&offset=50")
    expect(page.get_by_role("status")).to_have_text("10 events; there are only 2 pages")


def test_the_title_of_the_document_names_the_search(page: Page, seed_run: Run) -> None:
    _open(page, seed_run)
    title = page.title()
    page.get_by_role("link", name="EVA", exact=True).first.click()
    expect(page).to_have_title(f"EVA · {title}")
    page.get_by_role("link", name="Remove EVA").click()
    expect(page).to_have_title(title)


def test_a_search_is_understood_and_each_part_can_be_removed(page: Page, seed_run: Run) -> None:
    _open(page, seed_run, "q=iss+spacewalks+2021")
    chips = page.get_by_label("Search terms and filters").get_by_role("link")
    assert chips.all_inner_texts() == ["iss", "spacewalks → EVA", "2021", "Clear all"]
    assert _event_names(page) == ["US EVA-76", "US EVA-75", "US EVA-74"]
    pages = page.get_by_label("Pages", exact=True).get_by_role("link")
    assert pages.all_inner_texts() == ["2021", "International Space Station", "EVA"]
    assert page.title().startswith("iss spacewalks 2021 · ")
    page.get_by_role("link", name="Remove iss").click()
    expect(page.get_by_role("status")).to_have_text("4 events")
    assert _query(page) == {"q": ["spacewalks 2021"]}
    assert page.evaluate("document.activeElement.id") == "found"
    page.get_by_role("link", name="EVA Type").or_(
        pages.get_by_text("EVA", exact=True)
    ).first.click()
    page.wait_for_url("**/types/eva.html")


def test_what_was_found_in_a_description_is_shown(page: Page, seed_run: Run) -> None:
    _open(page, seed_run)
    field = page.get_by_role("searchbox")
    field.fill("iROSA")
    field.press("Enter")
    expect(page.get_by_role("status")).to_have_text("3 events")
    assert _query(page) == {"q": ["iROSA"]}
    assert "iROSA solar arrays" in page.locator(".snippet").first.inner_text()
    page.get_by_role("button", name="Copy API link").click()
    copied = page.get_by_label("Copied text").input_value()
    assert copied == "https://ll.thespacedevs.com/2.3.0/events/"


def test_a_search_without_results_says_why_and_offers_others(page: Page, seed_run: Run) -> None:
    notes = page.locator(".query-notes")
    _open(page, seed_run, "q=cygus")
    expect(notes).to_have_text("No events for “cygus”. Showing results for “cygnus”.")
    assert _event_names(page) == ["NG-15 Cygnus Release & Reentry"]
    _open(page, seed_run, "q=spacewalk+voyager")
    expect(page.get_by_role("status")).to_have_text("4 events")
    expect(notes).to_have_text("No events for “voyager”.")
    assert page.locator(".active-filters .missing").all_inner_texts() == ["voyager"]
    _open(page, seed_run, "q=xyzzy")
    expect(page.get_by_role("status")).to_have_text("No events match")
    expect(page.locator(".search-ways")).to_be_visible()
    page.locator(".search-ways a").first.click()
    expect(page.get_by_role("status")).to_have_text("4 events")
    _open(page, seed_run, "q=spacewalk&type__ids=2")
    page.get_by_role("link", name="4 events without the filters").click()
    expect(page.get_by_role("status")).to_have_text("4 events")
    _open(page, seed_run, "search=solar")
    page.get_by_role("link", name="Search for “solar” everywhere").click()
    expect(page.get_by_role("status")).to_have_text("3 events")
    assert _query(page) == {"q": ["solar"]}


def test_the_page_has_no_list_until_something_is_asked_for(page: Page, seed_run: Run) -> None:
    _open(page, seed_run)
    expect(page.locator(".search-ways")).to_be_visible()
    assert _event_names(page) == []
    page.get_by_label("Sort by").select_option("Nearest to today")
    expect(page.locator(".results .card")).to_have_count(10)
    expect(page.locator(".search-ways")).to_be_hidden()


@pytest.mark.parametrize(
    "text",
    [
        "<img src=x onerror=alert(1)>",
        "(((.*)+[",
        "%00%01",
        "%ED%A0%80",
        "%E2%80%AE\u0623",
        "a" * 3900,
    ],
)
def test_any_text_gets_a_result_or_a_sentence(page: Page, seed_run: Run, text: str) -> None:
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    _open(page, seed_run, f"q={text}")
    assert page.locator(".active-filters img").count() == 0


def test_a_text_that_is_too_long_gets_a_sentence(page: Page, seed_run: Run) -> None:
    _open(page, seed_run)
    page.get_by_role("searchbox").fill("crew " * 2_000)
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("it may have 4000")).to_be_visible()


def test_a_link_that_another_page_searched_for_is_a_query(page: Page, seed_run: Run) -> None:
    link = "https%3A%2F%2Fll.thespacedevs.com%2F2.3.0%2Fevents%2F%3Ftype%3D3%26limit%3D2"
    _open(page, seed_run, f"q={link}")
    expect(page.get_by_role("status")).to_have_text("4 events, 1 to 2 shown")


def test_results_begin_in_the_upper_half_of_a_phone(browser: Browser, seed_run: Run) -> None:
    page = browser.new_page(viewport={"width": 375, "height": 800})
    for query in ("q=iss+spacewalk+2021", "type__ids=3&year=2021"):
        _open(page, seed_run, query)
        box = page.locator(".results .card").first.bounding_box()
        assert box
        assert box["y"] < 400, query
    page.close()


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
    page.get_by_role("button", name="Copy all as iCalendar").click()
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
    _open(page, seed_run, "ordering=date")
    page.evaluate("archiveParts.table.calendar.limits = [9, 1e6]")
    page.get_by_role("button", name="Copy all as iCalendar").click()
    warning = r"10 events, \d kB\. Some calendar programs take no more than 9 events or 1 MB\."
    expect(page.locator("[data-size]")).to_have_text(re.compile(warning))


def test_no_text_of_an_event_becomes_markup(page: Page, generated_run: Run) -> None:
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    _open(page, generated_run, "limit=100&mode=detailed&q=alert")
    assert page.locator(".result-description").first.inner_text()
    assert page.locator(".results .card script, .results .card-name b").count() == 0


def test_without_javascript_the_page_says_how_to_find_events(
    browser: Browser, seed_run: Run
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((seed_run.output / "explore.html").as_uri())
    sentence = page.locator(".masthead .intro")
    assert sentence.inner_text().startswith("Searching needs JavaScript")
    links = [link.get_attribute("href") for link in sentence.get_by_role("link").all()]
    assert links == ["upcoming.html", "browse.html", "years/index.html", "days/index.html"]
    assert not page.locator(".search-form").is_visible()
    context.close()


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
