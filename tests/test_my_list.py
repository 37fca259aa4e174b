"""The list of starred events in a browser: kept, shared as a link, saved as a calendar, printed."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import icalendar
import pytest
import vobject
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import PageMonitor, launch_browser, serve_folder
from tests.conftest import BASE_URL, COMING, MONTH, UNDATED, Run, edit_records, run_build
from tests.firefox import launch_firefox
from tests.khal import open_khal

pytestmark = pytest.mark.browser

PAST, LATEST = 266, 309
NAMES = {
    UNDATED: "NG-15 Cygnus Release & Reentry",
    MONTH: "US EVA-74",
    COMING: "US EVA-75",
    PAST: "Progress MS-17 Docking",
    LATEST: "Tiangong EVA-1",
}
KEY = "events-archive-list"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launch_browser() as browser:
        yield browser


@pytest.fixture(scope="module", params=["/repo/", pytest.param("disk", marks=pytest.mark.extended)])
def root(request: pytest.FixtureRequest, coming_run: Run) -> Iterator[str]:
    if request.param == "disk":
        yield coming_run.output.as_uri() + "/"
        return
    with serve_folder(coming_run.output, request.param) as url:
        yield url


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page with a storage of its own, in a time zone that is not UTC."""
    context = browser.new_context(timezone_id="America/New_York")
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    monitor = PageMonitor(page)
    yield page
    context.close()
    assert monitor.errors == []


def _open_list(page: Page, root: str, ids: str = "") -> Locator:
    """Open the page afresh; returns the line that says what it shows."""
    page.goto("about:blank")
    page.goto(f"{root}my-list.html{ids}")
    status = page.locator("[data-status]")
    expect(status).not_to_have_text(re.compile("Loading"))
    return status


def _names(page: Page) -> list[str]:
    return page.locator("[data-events] .card-name a").all_inner_texts()


def _saved_ids(page: Page) -> list[int]:
    saved = json.loads(page.evaluate("key => localStorage.getItem(key)", KEY))
    assert saved["version"] == 1
    assert all(seconds > 1_700_000_000 for _, seconds in saved["events"])
    return sorted(id for id, _ in saved["events"])


def _star(page: Page, *ids: int) -> None:
    for id in ids:
        page.get_by_role("button", name=f"Add {NAMES[id]} to my list").first.click()


def test_events_are_starred_in_lists_in_a_search_and_on_their_pages(page: Page, root: str) -> None:
    page.goto(f"{root}types/docking.html")
    _star(page, PAST)
    page.goto(f"{root}events/tiangong-eva-1.html")
    page.get_by_role("button", name="Add to my list").click()
    expect(page.get_by_role("button", name="Remove from my list")).to_be_visible()
    page.goto(f"{root}explore.html?search=EVA")
    expect(page.get_by_role("button", name="Remove Tiangong EVA-1 from my list")).to_be_visible()
    _star(page, COMING)
    assert page.url.startswith(f"{root}explore.html"), "the star is no link to the event"
    assert _saved_ids(page) == [COMING, PAST, LATEST]
    assert _open_list(page, root).inner_text() == "3 events on your list."
    assert _names(page) == [NAMES[COMING], NAMES[LATEST], NAMES[PAST]]
    page.get_by_role("link", name=NAMES[LATEST]).click()
    page.get_by_role("button", name="Remove from my list").click()
    assert _saved_ids(page) == [COMING, PAST]


def test_upcoming_events_come_first_and_have_the_time_of_the_reader(page: Page, root: str) -> None:
    ids = ",".join(map(str, NAMES))
    _open_list(page, root, f"#ids={ids}")
    assert _names(page) == [NAMES[id] for id in (MONTH, COMING, LATEST, PAST, UNDATED)]
    assert page.locator("h2").all_inner_texts() == ["Upcoming", "Past", "Date unknown"]
    dates = page.locator(".card-date").all_inner_texts()
    assert dates[0] == "May 2098"
    assert dates[1].split() == ["20", "Jun", "2098", "12:00", "UTC"]
    local_time = page.locator(".card-meta .local-time").first.inner_text()
    assert local_time.split() == ["Fri,", "8:00", "AM", "EDT"]
    assert dates[2].split() == ["4", "Jul", "2021", "00:11", "UTC"]


def test_a_list_is_shared_as_a_link_that_others_add_to_their_own(
    browser: Browser, page: Page, coming_run: Run
) -> None:
    with serve_folder(coming_run.output, "/repo/") as root:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.goto(f"{root}years/2021.html")
        _star(page, LATEST, PAST)
        _open_list(page, root)
        page.get_by_role("button", name="Copy the link").click()
        expect(page.get_by_text("Copied.")).to_be_visible()
        link = page.evaluate("navigator.clipboard.readText()")
        assert link == f"{BASE_URL}my-list.html#ids={PAST},{LATEST}"
        other = browser.new_context().new_page()
        other.goto(f"{root}years/2021.html")
        _star(other, PAST)
        status = _open_list(other, root, link.partition(".html")[2])
        assert status.inner_text() == "2 events in this link."
        other.get_by_role("button", name="Add 1 event to my list").click()
        expect(status).to_have_text("2 events on your list.")
        assert _saved_ids(other) == [PAST, LATEST]
        status = _open_list(other, root, link.partition(".html")[2].replace(",", "%2C"))
        assert status.inner_text() == "2 events in this link."
        expect(other.get_by_role("button", name=re.compile("^Add"))).to_have_count(0)
        other.context.close()


TOO_MANY = "1," * 99_999 + "1"
DAMAGED = "This link does not lead to a list: it is damaged or too long."


BAD_LINKS = {
    "#ids=": DAMAGED,
    "#ids=309,": DAMAGED,
    "#ids=-1": DAMAGED,
    "#ids=309,12345678901234567890": DAMAGED,
    "#ids=<script>alert(1)</script>": DAMAGED,
    "#ids=309,<img src=x onerror=alert(1)>": DAMAGED,
    f"#ids={TOO_MANY}": DAMAGED,
    "#ids=999999,1,0": "None of the events in this link are in the archive.",
}


def test_a_bad_link_gets_a_sentence_and_nothing_else(page: Page, coming_run: Run) -> None:
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    root = coming_run.output.as_uri() + "/"
    page.goto(f"{root}types/docking.html")
    _star(page, PAST)
    elements = page.locator("[data-my-list] :is(button, .card, h2, img, script)")
    for ids, sentence in BAD_LINKS.items():
        assert _open_list(page, root, ids).inner_text() == sentence
        assert elements.locator("visible=true").count() == 0
    assert _saved_ids(page) == [PAST]


def test_unknown_events_of_a_link_are_counted_and_left_out(page: Page, coming_run: Run) -> None:
    root = coming_run.output.as_uri() + "/"
    status = _open_list(page, root, f"#ids=999999,{PAST},7,{PAST}")
    assert status.inner_text() == "1 event in this link. 2 others are not in the archive."
    page.get_by_role("button", name="Add 1 event to my list").click()
    expect(status).to_have_text("1 event on your list.")
    assert _saved_ids(page) == [PAST]


def test_where_storage_is_refused_the_page_says_so_and_a_link_still_works(
    page: Page, coming_run: Run
) -> None:
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage',"
        "  { get() { throw new DOMException('refused', 'SecurityError') } })"
    )
    root = coming_run.output.as_uri() + "/"
    page.goto(f"{root}types/docking.html")
    assert page.locator(".star").count() == 0
    sentence = "Your browser does not let this page keep a list."
    status = _open_list(page, root)
    assert status.inner_text() == f"{sentence} A link to a list still works."
    status = _open_list(page, root, f"#ids={PAST}")
    assert status.inner_text() == f"1 event in this link. {sentence}"
    assert _names(page) == [NAMES[PAST]]
    expect(page.get_by_role("button", name=re.compile("^Add"))).to_have_count(0)


def test_firefox_without_storage_shows_a_link(coming_run: Run, tmp_path: Path) -> None:
    refusal = {"network.cookie.cookieBehavior": 2}
    with launch_firefox(tmp_path / "profile", refusal) as firefox:
        firefox.goto((coming_run.output / "my-list.html").as_uri() + f"#ids={PAST}")
        name = firefox.wait_for("return document.querySelector('.card-name')?.textContent")
        assert name == NAMES[PAST]
        status = firefox.run("return document.querySelector('[data-status]').textContent")
        assert "Your browser does not let this page keep a list." in status


def test_a_star_that_cannot_be_saved_says_so(page: Page, coming_run: Run) -> None:
    page.add_init_script(
        "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError') }"
    )
    page.goto((coming_run.output / "types/docking.html").as_uri())
    star = page.locator(".star").first
    star.click()
    expect(star).to_have_text("Not saved")


DAMAGED_LISTS = (
    *("{", "7", "null", '"x"', "[]", '{"version":1}', '{"version":1,"events":{}}'),
    '{"version":1,"events":[null,[1],["x",2],[3.5,4],[1,2,3],{"0":1}]}',
)


def test_a_damaged_list_is_begun_anew(page: Page, coming_run: Run) -> None:
    page.goto((coming_run.output / "types/docking.html").as_uri())
    for saved in DAMAGED_LISTS:
        page.evaluate("saved => localStorage.setItem(...saved)", [KEY, saved])
        page.reload()
        _star(page, PAST)
        assert _saved_ids(page) == [PAST]


def test_a_list_of_a_later_version_is_not_overwritten(page: Page, coming_run: Run) -> None:
    saved = '{"version":2,"groups":[]}'
    page.goto((coming_run.output / "about.html").as_uri())
    page.evaluate("saved => localStorage.setItem(...saved)", [KEY, saved])
    page.goto((coming_run.output / "types/docking.html").as_uri())
    assert page.locator(".star").count() == 0
    _open_list(page, coming_run.output.as_uri() + "/", f"#ids={PAST}")
    expect(page.get_by_role("button", name=re.compile("^Add"))).to_have_count(0)
    assert page.evaluate("key => localStorage.getItem(key)", KEY) == saved


def test_an_event_may_be_taken_off_put_back_and_all_be_removed(page: Page, coming_run: Run) -> None:
    root = coming_run.output.as_uri() + "/"
    page.goto(f"{root}years/2021.html")
    _star(page, PAST, LATEST)
    status = _open_list(page, root)
    page.get_by_role("button", name=f"Remove {NAMES[PAST]} from my list").click()
    expect(status).to_have_text("1 event on your list.")
    _star(page, PAST)
    expect(status).to_have_text("2 events on your list.")
    page.get_by_role("button", name="Remove all").click()
    expect(status).to_have_text("No events on your list yet.")
    assert _names(page) == []
    expect(page.get_by_role("link", name="upcoming events")).to_be_visible()


def test_the_stars_of_other_tabs_follow(page: Page, root: str) -> None:
    page.goto(f"{root}types/docking.html")
    other = page.context.new_page()
    status = _open_list(other, root)
    _star(page, PAST)
    expect(status).to_have_text("1 event on your list.")


def saved_calendar(page: Page, root: str, *ids: int) -> bytes:
    """Return the calendar that the page saves of a list."""
    _open_list(page, root, f"#ids={','.join(map(str, ids))}")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as a calendar file").click()
    assert download.value.suggested_filename == "my-list.ics"
    return Path(download.value.path()).read_bytes()


def _entries(raw: bytes) -> dict[str, icalendar.Event]:
    calendar = icalendar.Calendar.from_ical(raw)
    assert not calendar.errors
    return {str(event["UID"]): event for event in calendar.walk("VEVENT")}


def test_the_calendar_of_a_list_has_the_entries_of_the_archive(
    page: Page, coming_run: Run, root: str
) -> None:
    raw = saved_calendar(page, root, *NAMES)
    size = r"4 events, \d kB\. Left out because the date is unknown: 1 event\."
    expect(page.locator("[data-note]")).to_have_text(re.compile(size))
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    archived = _entries((coming_run.output / "calendar-all.ics").read_bytes())
    entries = _entries(raw)
    assert set(entries) == {f"ll2-event-{id}@events-archive" for id in NAMES if id != UNDATED}
    for uid, entry in entries.items():
        for name in set(entry) - {"DESCRIPTION"}:
            assert entry[name].to_ical() == archived[uid][name].to_ical(), (uid, name)
        assert {"DTSTAMP", "SEQUENCE", "STATUS", "LAST-MODIFIED", "DTEND", "URL"} <= set(entry)
    read = vobject.readOne(raw.decode())
    assert sorted(event.uid.value for event in read.vevent_list) == sorted(entries)


def test_a_list_that_is_imported_again_after_a_change_updates_its_entries(
    page: Page, coming_run: Run, tmp_path: Path
) -> None:
    before = saved_calendar(page, coming_run.output.as_uri() + "/", COMING, PAST)
    shutil.copytree(coming_run.cache, tmp_path / "cache")
    edit_records(tmp_path / "cache", {COMING: {"date": "2098-06-21T15:00:00Z"}})
    run_build(
        "--offline", "--base-url", BASE_URL, "--today", "2022-01-02",
        cache=tmp_path / "cache", output=tmp_path / "output",
    )  # fmt: skip
    after = saved_calendar(page, (tmp_path / "output").as_uri() + "/", COMING, PAST)
    uid = f"ll2-event-{COMING}@events-archive"
    assert _entries(after)[uid]["SEQUENCE"] == _entries(before)[uid]["SEQUENCE"] + 1
    line = "|US EVA-75|CONFIRMED"
    khal = open_khal(tmp_path)
    for raw in (before, before):
        assert khal(raw, "2098-06-01", "30d") == [f"2098-06-20|12:00|2098-06-20{line}"]
    for raw in (after, after):
        assert khal(raw, "2098-06-01", "30d") == [f"2098-06-21|15:00|2098-06-21{line}"]


def test_a_short_list_is_printed_on_one_sheet_without_buttons(page: Page, coming_run: Run) -> None:
    _open_list(page, coming_run.output.as_uri() + "/", f"#ids={PAST},{COMING}")
    assert page.pdf(format="A4").count(b"/Type /Page\n") == 1
    page.emulate_media(media="print")
    assert page.locator("button").locator("visible=true").count() == 0
    assert page.locator(".card-name, .card-date").locator("visible=true").count() == 4


def test_without_javascript_there_are_no_stars_and_the_page_says_why(
    browser: Browser, coming_run: Run
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sentence = '<noscript><p class="intro">A list of your own needs JavaScript.</p></noscript>'
    assert sentence in (coming_run.output / "my-list.html").read_text("utf-8")
    page.goto((coming_run.output / "types/docking.html").as_uri())
    assert page.locator(".star").count() == 0
    context.close()
