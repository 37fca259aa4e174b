"""What the feeds say, as other programs read it."""

import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from pathlib import Path
from urllib.parse import urljoin
from xml.etree import ElementTree

import atoma
import fastfeedparser
import feedparser
import pytest

from events_archive.model.archive_state import ArchiveHistory
from events_archive.model.event import EventType, Licence
from events_archive.model.slugs import SlugRegistry, SlugTable
from events_archive.render.feeds import feed_bytes, rfc822
from events_archive.source.text import clean_text
from tests.factories import (
    DOCKING,
    a_change,
    a_history,
    a_link,
    a_site,
    a_video,
    an_event,
    an_image,
)
from tests.render.rendered import BASE_URL, make_thumbnails, render_site

TAG = "tag:thespacedevs.com,2020:ll2"
CONTACT = datetime(2026, 9, 1, 12, tzinfo=UTC)
FIRST_SEEN = datetime(2021, 7, 1, 6, tzinfo=UTC)
IMAGE = an_image(
    credit="CNSA & friends",
    licence=Licence(id=4, name="NASA <Guidelines>", url="https://nasa.gov/g"),
)


def _event(**facts):
    defaults = {
        "name": "Tiangong EVA-1 & <more>",
        "slug": "tiangong-eva-1",
        "image": IMAGE,
        "links": (a_link(),),
        "videos": (a_video(url="https://www.youtube.com/watch?v=1&t=2"),),
    }
    return an_event(309, **{**defaults, **facts})


def _files(tmp_path: Path, *events, **facts) -> dict[str, bytes]:
    memory = a_history(
        a_change("2026-08-20T00:00:00+00:00", "withdrawn"),
        last_full_refresh=CONTACT,
        first_seen={309: FIRST_SEEN},
    )
    site = a_site(
        *(events or [_event()]),
        **{"base_url": BASE_URL, "history": memory, "today": "2026-09-01"} | facts,
    )
    return render_site(site, thumbnails=make_thumbnails(tmp_path, IMAGE))


PICTURE = f"{BASE_URL}pictures/1254-0123456789-320.webp"
PAGE = f"{BASE_URL}id/309.html"


@pytest.mark.parametrize("name", ["feed.rss", "feed.atom"])
def test_an_entry_is_told_completely(tmp_path: Path, name: str) -> None:
    feed = feedparser.parse(_files(tmp_path)[name])
    assert not feed.bozo
    (entry,) = feed.entries
    assert entry.id == f"{TAG}:event:309"
    assert entry.link == PAGE
    assert entry.published_parsed[:6] == (2021, 7, 1, 6, 0, 0)
    assert entry.updated_parsed[:6] == (2026, 8, 20, 0, 0, 0)
    assert [tag.term for tag in entry.tags] == ["EVA"]
    (enclosure,) = [link for link in entry.links if link.rel == "enclosure"]
    assert (enclosure.href, enclosure.length, enclosure.type) == (PICTURE, "1234", "image/webp")
    (media,) = entry.media_content
    assert (media["url"], media["width"], media["height"]) == (PICTURE, "320", "200")
    assert entry.media_credit[0]["content"] == "CNSA & friends"
    assert entry.media_copyright["url"] == "https://nasa.gov/g"
    (content,) = entry.content
    for wanted in ("Two astronauts worked outside.", PICTURE, "spacenews.com", "Live from space"):
        assert wanted in content.value
    assert "CNSA &amp; friends" in content.value
    assert entry.summary.startswith("EVA, 4 July 2021, 00:11 UTC, Tiangong Space Station.")


def test_a_second_reader_sees_the_same_in_rss(tmp_path: Path) -> None:
    feed = atoma.parse_rss_bytes(_files(tmp_path)["feed.rss"])
    (item,) = feed.items
    assert (item.guid, item.link) == (f"{TAG}:event:309", PAGE)
    assert item.title == "Tiangong EVA-1 & <more> (4 July 2021, 00:11 UTC)"
    assert item.pub_date == FIRST_SEEN
    assert [(e.url, e.length, e.type) for e in item.enclosures] == [(PICTURE, 1234, "image/webp")]
    assert "<p>Two astronauts worked outside.</p>" in item.content_encoded


def test_a_second_reader_sees_the_same_in_atom(tmp_path: Path) -> None:
    feed = atoma.parse_atom_bytes(_files(tmp_path)["feed.atom"])
    assert feed.id_ == f"{TAG}:events:feed"
    assert feed.updated == datetime(2026, 8, 20, tzinfo=UTC)
    assert [author.name for author in feed.authors] == ["Spaceflight Events Archive"]
    (entry,) = feed.entries
    assert entry.id_ == f"{TAG}:event:309"
    assert entry.title.value == "Tiangong EVA-1 & <more> (4 July 2021, 00:11 UTC)"
    assert (entry.published, entry.updated) == (FIRST_SEEN, datetime(2026, 8, 20, tzinfo=UTC))
    assert "<p>Two astronauts worked outside.</p>" in entry.content.value


@pytest.mark.parametrize("name", ["feed.rss", "feed.atom", "feed.json"])
def test_a_third_reader_takes_all_three(tmp_path: Path, name: str) -> None:
    feed = fastfeedparser.parse(_files(tmp_path)[name])
    (entry,) = feed.entries
    assert entry.id == f"{TAG}:event:309"
    assert entry.link == PAGE
    assert datetime.fromisoformat(entry.published) == FIRST_SEEN


def test_json_feed_says_the_same(tmp_path: Path) -> None:
    files = _files(tmp_path)
    feed = json.loads(files["feed.json"])
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == f"{BASE_URL}feed.json"
    assert feed["home_page_url"] == BASE_URL
    assert feed["language"] == "en"
    (item,) = feed["items"]
    (entry,) = atoma.parse_atom_bytes(files["feed.atom"]).entries
    assert (item["id"], item["url"]) == (entry.id_, entry.links[0].href)
    assert item["title"] == "Tiangong EVA-1 & <more> (4 July 2021, 00:11 UTC)"
    assert item["content_html"] == entry.content.value
    assert item["date_published"] == "2021-07-01T06:00:00Z"
    assert item["date_modified"] == "2026-08-20T00:00:00Z"
    assert (item["image"], item["tags"]) == (PICTURE, ["EVA"])
    assert item["attachments"] == [
        {
            "url": PICTURE,
            "mime_type": "image/webp",
            "title": "Picture: CNSA & friends",
            "size_in_bytes": 1234,
        }
    ]


def test_the_three_formats_hold_the_same_entries_in_the_same_order(tmp_path: Path) -> None:
    events = [
        an_event(n, last_updated=datetime(2024, 1, n * 7 % 28 + 1, tzinfo=UTC)) for n in range(1, 9)
    ]
    files = _files(tmp_path, *events)
    for stem, suffix in (("feed", ".json"), ("happened", ".json"), ("types/eva", ".feed.json")):
        in_json = [item["id"] for item in json.loads(files[stem + suffix])["items"]]
        for other in (".rss", ".atom"):
            assert [e.id for e in feedparser.parse(files[stem + other]).entries] == in_json
        assert len(in_json) == 8


def test_a_feed_knows_its_own_address_and_its_page(tmp_path: Path) -> None:
    files = _files(tmp_path, _event(type=DOCKING))
    for suffix in (".rss", ".atom"):
        feed = feedparser.parse(files[f"types/docking{suffix}"]).feed
        assert feed.link == f"{BASE_URL}types/docking.html"
        own = [link.href for link in feed.links if link.rel == "self"]
        assert own == [f"{BASE_URL}types/docking{suffix}"]


def test_without_a_base_url_links_lead_from_the_feed_to_the_page(tmp_path: Path) -> None:
    files = _files(tmp_path, base_url="")
    for name in ("feed.rss", "types/eva.atom", "types/eva.happened.rss"):
        (entry,) = feedparser.parse(files[name], response_headers={"content-location": ""}).entries
        assert urljoin(f"/{name}", entry.link) == "/id/309.html"
        (enclosure,) = [link for link in entry.links if link.rel == "enclosure"]
        assert urljoin(f"/{name}", enclosure.href).startswith("/pictures/1254-")
        assert b'rel="self"' not in files[name]
    assert "feed_url" not in json.loads(files["feed.json"])


def test_what_happened_is_dated_by_when_it_did(tmp_path: Path) -> None:
    files = _files(tmp_path)
    (entry,) = feedparser.parse(files["happened.rss"]).entries
    assert entry.id == f"{TAG}:event:309"
    assert entry.published_parsed[:5] == (2021, 7, 4, 0, 11)
    (item,) = json.loads(files["happened.json"])["items"]
    assert item["date_published"] == "2021-07-04T00:11:00Z"


@pytest.mark.parametrize("name", ["changes.rss", "changes.atom"])
def test_a_change_is_an_entry_of_its_own(tmp_path: Path, name: str) -> None:
    (entry,) = feedparser.parse(_files(tmp_path)[name]).entries
    assert entry.id == f"{TAG}:change:309:20260820T000000Z:withdrawn"
    assert entry.title.startswith("Withdrawn: Tiangong EVA-1")
    assert entry.link == PAGE
    assert entry.published_parsed[:3] == (2026, 8, 20)


def test_an_archive_document_says_so_and_every_link_of_it_leads_somewhere(tmp_path: Path) -> None:
    events = [an_event(n, f"20{n % 5 + 15}-07-04T00:00:00Z") for n in range(1, 231)]
    files = _files(tmp_path, *events)
    archives = [name for name in files if b"<fh:archive/>" in files[name]]
    assert len(archives) == 2 * (3 + 5 + 1 + 5)
    relations = {"current", "prev-archive", "next-archive", "self"}
    for name in (*archives, "feed.rss", "feed.atom", "happened.rss", "types/eva.atom"):
        feed = feedparser.parse(files[name])
        assert not feed.bozo
        links = {link.rel: link.href for link in feed.feed.links if link.rel in relations}
        assert all(href.removeprefix(BASE_URL) in files for href in links.values())
        assert ("current" in links) == (name in archives)
    assert b"prev-archive" in files["feed.rss"]


NASTY = {
    "control characters": "a\x00b\x07c\x1bd\x0be",
    "a lone surrogate": "a\ud83db",
    "noncharacters": "a\ufffeb\uffffc",
    "the end of CDATA": "a]]>b<![CDATA[c",
    "markup": "<script>alert(1)</script> & <b>bold</b> &lt; &#11;",
    "right-to-left": "אבג מרחבא مرحبا",
    "emoji": "👩🏽‍🚀 🚀",
    "a line of its own": "a\u2028b\u0085c",
    "an id": '</id><id>evil</id> ,"id":"evil" <guid>evil</guid>',
    "200 KB": "Sehr lang, und immer länger. " * 7000,
}


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_any_text_gives_valid_feeds(tmp_path: Path, text: str) -> None:
    kind = EventType(id=99, name=text[:100])
    event = _event(name=text[:100], description=text, location=text, type=kind)
    history = ArchiveHistory(slugs=SlugRegistry(types=SlugTable(slugs={99: "odd"})))
    site = a_site(event, base_url=BASE_URL, history=history, title=text[:100], today="2026-09-01")
    files = render_site(site, thumbnails=make_thumbnails(tmp_path, IMAGE))
    for name in ("feed", "happened", "types/odd", "types/odd.happened"):
        for suffix in (".rss", ".atom"):
            raw = files[name + suffix]
            root = ElementTree.fromstring(raw)
            assert root is not None
            feed = feedparser.parse(raw)
            assert not feed.bozo
            assert [entry.id for entry in feed.entries] == [f"{TAG}:event:309"]
            assert fastfeedparser.parse(raw).entries[0].id == f"{TAG}:event:309"
    (item,) = json.loads(files["feed.json"])["items"]
    assert "<script" not in item["content_html"]
    visible = text.replace("\x00", "").replace("\ud83d", "")[:20]
    if visible.isprintable() and "\ufffe" not in visible:
        assert item["title"].startswith(visible)


def test_a_long_description_is_kept_whole(tmp_path: Path) -> None:
    text = "Sehr lang, und immer länger. " * 7000
    (entry,) = feedparser.parse(_files(tmp_path, _event(description=text))["feed.atom"]).entries
    assert text.strip() in entry.content[0].value


def test_xml_keeps_all_that_it_may_and_drops_the_rest() -> None:
    assert feed_bytes("a\t\n\x00\x1f\ufffe\ud800é🚀") == "a\t\né🚀".encode()


def test_dates_have_the_forms_of_the_standards() -> None:
    moment = datetime(2021, 7, 4, 0, 11, tzinfo=UTC)
    assert rfc822(moment) == "Sun, 04 Jul 2021 00:11:00 GMT"
    assert parsedate_to_datetime(rfc822(moment)) == moment


def test_the_list_of_all_feeds_names_each_of_them_once(tmp_path: Path) -> None:
    files = _files(tmp_path, _event(), an_event(2, type=DOCKING))
    opml = ElementTree.fromstring(files["feeds.opml"])
    listed = [node.attrib["xmlUrl"] for node in opml.iter("outline") if "xmlUrl" in node.attrib]
    made = [BASE_URL + name for name in files if name.endswith(".atom")]
    assert sorted(listed) == sorted(made)
    assert "feeds.opml" not in _files(tmp_path, base_url="")


def test_plain_text_is_escaped_once_more_where_rss_expects_html(tmp_path: Path) -> None:
    files = _files(tmp_path, _event(location="Pad <39A> & others"))
    item = ElementTree.fromstring(files["feed.rss"]).find("channel/item")
    assert item is not None
    assert "Pad &lt;39A&gt; &amp; others" in (item.findtext("description") or "")
    assert item.findtext("title") == "Tiangong EVA-1 & <more> (4 July 2021, 00:11 UTC)"
    entry = atoma.parse_atom_bytes(files["feed.atom"]).entries[0]
    assert "Pad <39A> & others" in entry.summary.value


def test_links_and_texts_of_strangers_are_the_same_in_pages_and_feeds(tmp_path: Path) -> None:
    licence = Licence(id=9, name="creativecommons.org", url="https://evil.example/")
    event = _event(
        image=an_image(licence=licence),
        description=clean_text(
            "[x](//evil.example/share) [nasa.gov](https://evil.example/) a&#x202e;&#2;b"
        ),
    )
    thumbnails = make_thumbnails(tmp_path, event.image)
    site = a_site(event, base_url=BASE_URL, today="2026-09-01")
    files = render_site(
        site, lambda page: page.path in ("feed.rss", "events/tiangong-eva-1.html"), thumbnails
    )
    assert len(files) == 2
    for content in files.values():
        text = unescape(content.decode())
        assert "creativecommons.org</a> (evil.example)" in text
        assert "nasa.gov</a> (evil.example)" in text
        assert 'href="//' not in text
        assert set(text).isdisjoint("\u202e\x02")
