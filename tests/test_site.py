"""Checks of all files of two built sites: HTML, links, feeds, calendars, sitemap, sizes."""

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import feedparser
import icalendar
import pytest
from PIL import Image

from tests.conftest import BASE_URL, Run
from tests.published_site import SVG, XHTML, PublishedPage, PublishedSite

SITES = [pytest.param("seed", marks=pytest.mark.extended), "generated"]


NOT_INDEXED = ("404.html", "embed.html")


@pytest.fixture(params=SITES)
def site(request: pytest.FixtureRequest) -> PublishedSite:
    return _site(request.getfixturevalue(f"{request.param}_run"))


@pytest.fixture
def generated(generated_run: Run) -> PublishedSite:
    return _site(generated_run)


_SITES: dict[str, PublishedSite] = {}


def _site(run: Run) -> PublishedSite:
    """Return the site of a run; all tests share it, so its pages are parsed once."""
    return _SITES.setdefault(str(run.output), PublishedSite(run.output))


def _is_redirect(page: PublishedPage) -> bool:
    return any(meta.attrib.get("http-equiv") == "refresh" for meta in page.elements("meta"))


def test_every_page_is_valid_html(site: PublishedSite) -> None:
    errors = {page.path: page.parse_errors for page in site.pages if page.parse_errors}
    assert errors == {}


@pytest.mark.parametrize(
    "base_url", ["https://host.example/", "https://host.example/repo/", "file:///C%20D/site/"]
)
def test_every_internal_link_and_fragment_resolves(site: PublishedSite, base_url: str) -> None:
    ids = {page.path: set(page.ids) for page in site.pages}
    broken = []
    for page in site.pages:
        if page.path == "404.html":
            continue
        for link in page.links():
            target = site.resolve(page.path, link, base_url)
            if target is None:
                continue
            file, fragment = target
            if file not in site.files or (fragment and fragment not in ids.get(file, ())):
                broken.append((page.path, link))
    assert broken == []


def test_the_links_of_the_404_page_resolve_at_any_depth(site: PublishedSite) -> None:
    page = site.page("404.html")
    for link in page.links():
        target = site.resolve("deep/er/lost", link, BASE_URL)
        assert link.startswith("#") or target is None or target[0] in site.files, link


def test_ids_are_unique_on_every_page(site: PublishedSite) -> None:
    duplicates = {
        page.path: [id for id, count in Counter(page.ids).items() if count > 1]
        for page in site.pages
    }
    assert {path: ids for path, ids in duplicates.items() if ids} == {}


def test_every_page_has_one_main_heading_a_unique_title_and_a_language(
    site: PublishedSite,
) -> None:
    titles: Counter[str] = Counter()
    for page in site.pages:
        assert page.first("html").attrib["lang"] == "en"
        if _is_redirect(page):
            continue
        assert len(page.elements("h1")) == 1, page.path
        titles[page.first("title").text or ""] += 1
    assert [title for title, count in titles.items() if count > 1 or not title] == []


def test_heading_levels_are_not_skipped(site: PublishedSite) -> None:
    for page in site.pages:
        levels = [
            int(element.tag[-1])
            for element in page.document.iter()
            if re.fullmatch(r".*}h[1-6]", str(element.tag))
        ]
        for before, after in zip([0, *levels], levels, strict=False):
            assert after <= before + 1, (page.path, levels)


def test_every_image_has_a_size_and_an_alternative_text(site: PublishedSite) -> None:
    for page in site.pages:
        for image in page.elements("img"):
            assert {"alt", "width", "height"} <= image.attrib.keys(), page.path


def test_the_first_image_of_the_home_page_is_loaded_at_once_in_its_size(
    generated: PublishedSite,
) -> None:
    first, second = generated.page("index.html").elements("img")[:2]
    assert "loading" not in first.attrib
    assert "62em) 36rem" in first.attrib["sizes"]
    assert "auto" not in first.attrib["sizes"]
    assert second.attrib["loading"] == "lazy"


def test_thumbnails_are_as_wide_as_their_name_says(generated: PublishedSite) -> None:
    thumbnails = [name for name in generated.files if name.startswith("pictures/")]
    assert len(thumbnails) > 24
    for name in thumbnails:
        with Image.open(generated.folder / name) as image:
            assert image.format == "WEBP"
            assert image.width == int(name.rsplit("-", 1)[1].removesuffix(".webp"))


def test_no_page_loads_anything_from_another_host(site: PublishedSite) -> None:
    for page in site.pages:
        for url in page.loads():
            host = urlsplit(url).netloc
            assert not host or page.path == "404.html", (page.path, url)


def test_a_strict_content_security_policy_comes_before_links_and_scripts(
    site: PublishedSite,
) -> None:
    for page in site.pages:
        html = page.html.decode()
        policy = html.index("Content-Security-Policy")
        assert all(
            html.find(tag) in (-1, *range(policy, len(html))) for tag in ("<link", "<script")
        )
        assert "unsafe" not in html[policy : policy + 300]
        assert "form-action" in html[policy : policy + 300], page.path


def test_no_page_has_inline_scripts_or_styles(site: PublishedSite) -> None:
    for page in site.pages:
        for script in page.elements("script"):
            is_data = script.attrib.get("type") == "application/ld+json"
            assert is_data or "src" in script.attrib, page.path
        assert not page.elements("style")
        for element in page.document.iter():
            inline = [name for name in element.attrib if name == "style" or name.startswith("on")]
            assert not inline, (page.path, inline)


def test_links_have_only_schemes_of_the_web_calendars_and_mail(site: PublishedSite) -> None:
    schemes = {
        urlsplit(link.attrib.get("href", "")).scheme
        for page in site.pages
        for link in page.elements("a")
    }
    assert schemes <= {"", "http", "https", "webcal", "mailto"}


def test_external_links_of_events_are_noopener(site: PublishedSite) -> None:
    for page in site.pages:
        if not page.path.startswith("events/"):
            continue
        for link in page.first("main").iter(XHTML + "a"):
            if urlsplit(link.attrib.get("href", "")).netloc not in ("", "example.org"):
                assert "noopener" in link.attrib["rel"].split(), link.attrib


def test_no_page_shows_a_python_value(site: PublishedSite) -> None:
    for page in site.pages:
        words = set(re.findall(r"[\w']+", page.text))
        assert not words & {"None", "Undefined", "nan", "datetime"}, page.path


def test_time_elements_have_a_valid_datetime(site: PublishedSite) -> None:
    valid = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d)?Z)?)?|-W\d\d)?")
    for page in site.pages:
        for time in page.elements("time"):
            assert valid.fullmatch(time.attrib["datetime"]), (page.path, time.attrib)


def test_indexed_pages_have_a_canonical_url(site: PublishedSite) -> None:
    for page in site.pages:
        canonical = [
            link.attrib["href"]
            for link in page.elements("link")
            if link.attrib["rel"] == "canonical"
        ]
        if _is_redirect(page):
            assert canonical[0].startswith((BASE_URL + "events/", BASE_URL + "stations/"))
        elif page.path in NOT_INDEXED:
            assert canonical == []
        else:
            path = "" if page.path == "index.html" else page.path
            assert canonical == [BASE_URL + path]
            assert any(
                meta.attrib.get("property") == "og:url" and meta.attrib["content"] == canonical[0]
                for meta in page.elements("meta")
            )


def test_the_sitemap_lists_exactly_the_indexed_pages(site: PublishedSite) -> None:
    tree = ElementTree.parse(site.folder / "sitemap.xml")
    listed = [loc.text for loc in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    expected = {
        BASE_URL + ("" if page.path == "index.html" else page.path)
        for page in site.pages
        if not _is_redirect(page) and page.path not in NOT_INDEXED
    }
    assert len(listed) == len(set(listed))
    assert set(listed) == expected


def test_every_xml_file_parses(site: PublishedSite) -> None:
    for name in site.files:
        if name.endswith((".rss", ".atom", ".xml", ".svg", ".opml")):
            ElementTree.parse(site.folder / name)


def test_every_feed_is_valid_and_has_entries_with_unique_ids(site: PublishedSite) -> None:
    feeds = [name for name in site.files if name.endswith((".rss", ".atom"))]
    assert len(feeds) >= 4
    for name in feeds:
        feed = feedparser.parse((site.folder / name).read_bytes())
        assert not feed.bozo, (name, feed.get("bozo_exception"))
        assert feed.entries or name.startswith(("changes", "days")), name
        ids = [entry.id for entry in feed.entries]
        assert len(ids) == len(set(ids))
        assert all(urlsplit(entry.link).netloc == "example.org" for entry in feed.entries)


def test_the_main_feed_has_fifty_events_or_all(seed_run: Run, generated_run: Run) -> None:
    for run, expected in ((seed_run, 10), (generated_run, 50)):
        for name in ("feed.rss", "feed.atom"):
            feed = feedparser.parse((run.output / name).read_bytes())
            assert len(feed.entries) == expected
            assert all(
                re.fullmatch(r"tag:thespacedevs\.com,2020:ll2:event:\d+", entry.id)
                for entry in feed.entries
            )


def test_every_calendar_is_valid(site: PublishedSite) -> None:
    calendars = [name for name in site.files if name.endswith(".ics")]
    assert len(calendars) >= 3
    for name in calendars:
        raw = (site.folder / name).read_bytes()
        assert all(len(line) <= 75 for line in raw.split(b"\r\n")), name
        calendar = icalendar.Calendar.from_ical(raw)
        assert not calendar.errors
        uids = [str(event["UID"]) for event in calendar.walk("VEVENT")]
        assert len(uids) == len(set(uids))


def test_the_calendar_of_all_events_has_their_dates(seed_run: Run) -> None:
    calendar = icalendar.Calendar.from_ical((seed_run.output / "calendar-all.ics").read_bytes())
    starts = {str(event["UID"]): event.decoded("DTSTART") for event in calendar.walk("VEVENT")}
    assert len(starts) == 10
    eva = starts["ll2-event-309@events-archive"]
    assert f"{eva:%Y-%m-%d %H:%M %Z}" == "2021-07-04 00:11 UTC"


def test_pages_link_to_their_feeds_and_calendars(site: PublishedSite) -> None:
    own = ("index.html", "types/docking.html", "events/tiangong-eva-1.html")
    for path in (*own, "data.html", "api/index.html"):
        if path not in site.files:
            continue
        media_types = {
            link.attrib["type"]
            for link in site.page(path).elements("link")
            if link.attrib["rel"] == "alternate"
        }
        assert {"application/rss+xml", "application/atom+xml", "text/calendar"} <= media_types


def test_every_permalink_leads_to_its_event(site: PublishedSite) -> None:
    for page in site.pages:
        if page.path.startswith("id/"):
            links = [link.attrib["href"] for link in page.elements("a")]
            target = site.resolve(page.path, links[0], "https://host.example/repo/")
            assert target is not None
            assert target[0] in site.files


def test_no_text_of_an_event_becomes_markup(generated: PublishedSite) -> None:
    for page in generated.pages:
        for script in page.elements("script"):
            text = "".join(script.itertext())
            assert "<" not in text
            assert not text or json.loads(text)
        assert b"<script>alert" not in page.html


def test_no_path_of_the_building_machine_is_published(site: PublishedSite, seed_run: Run) -> None:
    for name in site.files:
        content = (site.folder / name).read_bytes()
        assert str(site.folder).encode() not in content, name
        assert str(Path.home()).encode() + b"/" not in content


def test_every_page_has_a_search_field_that_leads_to_the_query_page(
    site: PublishedSite,
) -> None:
    for page in site.pages:
        if _is_redirect(page) or page.path == "embed.html":
            continue
        fields = [field for field in page.elements("input") if field.attrib.get("name") == "q"]
        assert fields, page.path
        assert fields[0].attrib["type"] == "search"
        assert any(
            "explore.html" in form.attrib.get("action", "") for form in page.elements("form")
        )


def test_the_links_of_charts_are_not_reached_by_keyboard(site: PublishedSite) -> None:
    for page in site.pages:
        for chart in page.document.iter(SVG + "svg"):
            assert chart.attrib["aria-hidden"] == "true"
            marks = list(chart.iter(SVG + "a"))
            assert all(mark.attrib["tabindex"] == "-1" for mark in marks)
            assert all(mark.find(SVG + "title") is not None for mark in marks)


def test_an_event_page_with_the_stylesheet_is_small(site: PublishedSite) -> None:
    style = next(name for name in site.files if name.endswith(".css"))
    stylesheet_size = len(gzip.compress((site.folder / style).read_bytes(), 9))
    for page in site.pages:
        if page.path.startswith("events/"):
            assert stylesheet_size + len(gzip.compress(page.html, 9)) <= 20_000, page.path


def test_the_home_page_and_the_scripts_are_small(site: PublishedSite) -> None:
    def compressed_size(names: Iterable[str]) -> int:
        return sum(len(gzip.compress((site.folder / name).read_bytes(), 9)) for name in names)

    scripts = [name for name in site.files if name.startswith("assets/") and name.endswith(".js")]
    assert compressed_size(scripts) <= 25_000
    loaded = [name for name in site.page("index.html").loads() if not name.endswith(".webp")]
    assert compressed_size({"index.html", *loaded}) <= 60_000


def test_home_says_that_the_events_of_a_clone_are_a_sample(
    seed_run: Run, generated_run: Run
) -> None:
    sample = (seed_run.output / "index.html").read_text("utf-8")
    assert "These are 10 sample events." in sample
    assert "Coming up" not in sample
    assert "last checked" not in sample
    fetched = (generated_run.output / "index.html").read_text("utf-8")
    assert "sample events" not in fetched
    assert "Coming up" in fetched


def test_every_shared_page_has_an_image(site: PublishedSite) -> None:
    for page in site.pages:
        for meta in page.elements("meta"):
            if meta.attrib.get("property") == "og:image":
                assert meta.attrib["content"].removeprefix(BASE_URL) in site.files
    properties = {meta.attrib.get("property") for meta in site.page("index.html").elements("meta")}
    assert {"og:image", "og:image:width", "og:image:alt"} <= properties


def test_json_ld_of_an_event_has_the_event_and_its_breadcrumbs(generated: PublishedSite) -> None:
    for page in generated.pages:
        blocks = [
            json.loads("".join(script.itertext()))
            for script in page.elements("script")
            if script.attrib.get("type") == "application/ld+json"
        ]
        if page.path.startswith("events/") and not _is_redirect(page):
            (block,) = blocks
            types = [node["@type"] for node in block["@graph"]]
            assert types == ["Event", "BreadcrumbList"], page.path


def test_related_events_link_to_each_other(generated: PublishedSite) -> None:
    related: dict[str, set[str]] = {}
    for page in generated.pages:
        for section in page.elements("section"):
            if section.attrib.get("aria-labelledby", "").startswith("related-"):
                links = {a.attrib["href"] for a in section.iter(XHTML + "a")}
                related.setdefault(f"../{page.path}", set()).update(links)
    assert related
    for path, links in related.items():
        assert all(path in related[link] for link in links), path


def test_the_credits_page_has_every_image_that_is_shown(generated: PublishedSite) -> None:
    shown = set()
    for page in generated.pages:
        names = (name for name in page.loads() if "pictures/" in name)
        shown |= {name.rpartition("/")[2].rpartition("-")[0] for name in names}
    credited = {
        name.rpartition("/")[2].rpartition("-")[0]
        for page in generated.pages
        if page.path.startswith("credits")
        for name in page.loads()
        if "pictures/" in name
    }
    assert credited == shown
