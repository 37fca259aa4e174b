"""The rules of W3C's feed validator (https://validator.w3.org/feed/docs/) that apply."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import html5lib
import pytest

from events_archive.model.event import Licence
from tests.factories import DOCKING, EVA, a_change, a_history, a_link, a_site, an_event, an_image
from tests.render.rendered import BASE_URL, make_thumbnails, render_site

ATOM = "{http://www.w3.org/2005/Atom}"
MEDIA = "{http://search.yahoo.com/mrss/}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
HISTORY = "{http://purl.org/syndication/history/1.0}"
CHANNEL = {
    "title", "link", "description", "language", "generator", "docs", "lastBuildDate", "item",
    f"{ATOM}link", f"{HISTORY}archive",
}  # fmt: skip
ITEM = {
    "title", "link", "description", "guid", "pubDate", "category", "enclosure",
    CONTENT, f"{MEDIA}content", f"{ATOM}updated",
}  # fmt: skip
FEED = {"id", "title", "subtitle", "updated", "author", "generator", "link", "entry"}
ENTRY = {"id", "title", "updated", "published", "link", "summary", "content", "category"}
IN_MEDIA_CONTENT = {"adult", "category", "copyright", "credit", "description", "hash", "keywords",
                    "player", "rating", "restriction", "text", "thumbnail", "title"}  # fmt: skip
UNSAFE = {"applet", "base", "embed", "form", "frame", "iframe", "link", "meta", "object", "script",
          "style"}  # fmt: skip
TAG_URI = re.compile(r"tag:[\w.-]+,\d{4}(-\d\d(-\d\d)?)?:\S+")
RFC_822 = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
CONTACT = datetime(2026, 9, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Element]:
    """All RSS and Atom documents of a site with pictures, archives, changes and many of them."""
    image = an_image(
        credit="A & B", licence=Licence(id=5, name="CC <BY>", url="https://cc.example/")
    )
    events = [
        an_event(
            number, f"20{18 + number % 10}-03-01T00:00:00Z", name=f"Event <{number}> & more",
            image=image, links=(a_link(),), type=EVA if number % 7 else DOCKING,
        )
        for number in range(1, 130)
    ]  # fmt: skip
    changes = [
        *(a_change("2026-07-01T06:00:00Z", "changed", n, field="links") for n in range(1, 61)),
        *(a_change("2026-08-01T06:00:00Z", "withdrawn", n) for n in range(1, 49)),
        *(a_change("2026-09-01T06:00:00Z", "renamed", n, old="a & <b>", new="c") for n in (1, 2)),
    ]
    history = a_history(*changes, last_full_refresh=CONTACT)
    site = a_site(*events, history=history, base_url=BASE_URL, today="2026-09-01")
    thumbnails = make_thumbnails(tmp_path_factory.mktemp("pictures"), image)
    files = render_site(site, lambda page: page.path.endswith((".rss", ".atom")), thumbnails)
    assert {"changes/2026-07.rss", "feed/0-99.atom", "types/eva.happened/2021.atom"} <= files.keys()
    return {path: ElementTree.fromstring(raw) for path, raw in files.items()}


def _texts(documents: dict[str, Element], *tags: str) -> Iterator[tuple[str, str]]:
    for path, root in documents.items():
        for tag in tags:
            yield from ((path, element.text or "") for element in root.iter(tag))


def test_elements_are_known_and_those_that_occur_once_do(documents: dict[str, Element]) -> None:
    for path, root in documents.items():
        if path.endswith(".rss"):
            (channel,) = root
            parents = [(channel, CHANNEL), *((item, ITEM) for item in channel.iter("item"))]
            many = {"item", "category", f"{ATOM}link"}
        else:
            known = {f"{ATOM}{name}" for name in ENTRY} | {f"{MEDIA}content"}
            feed = {f"{ATOM}{name}" for name in FEED} | {f"{HISTORY}archive"}
            parents = [(root, feed), *((entry, known) for entry in root.iter(f"{ATOM}entry"))]
            many = {f"{ATOM}{name}" for name in ("entry", "link", "category")}
        for parent, names in parents:
            tags = [child.tag for child in parent]
            assert set(tags) <= names, path
            assert len([tag for tag in tags if tag not in many]) == len(set(tags) - many), path


def test_pictures_are_described_by_elements_that_both_formats_know(documents) -> None:
    found = [media for root in documents.values() for media in root.iter(f"{MEDIA}content")]
    assert found
    for media in found:
        assert {child.tag.removeprefix(MEDIA) for child in media} <= IN_MEDIA_CONTENT
        assert int(media.attrib["fileSize"]) > 0
        assert media.attrib["medium"] == "image"


def test_required_elements_are_there_and_have_text(documents: dict[str, Element]) -> None:
    for path, root in documents.items():
        if path.endswith(".rss"):
            (channel,) = root
            assert all(channel.findtext(name) for name in ("title", "link", "description"))
            items, names = channel.findall("item"), ("title", "link", "description", "guid")
        else:
            names = ("id", "title", "updated", f"author/{ATOM}name")
            assert all(root.findtext(f"{ATOM}{name}") for name in names)
            items = root.findall(f"{ATOM}entry")
            names = tuple(f"{ATOM}{name}" for name in ("id", "title", "updated", "content"))
        for item in items:
            assert all(item.findtext(name) for name in names), path


def test_ids_are_valid_and_unique_and_dates_valid_and_not_ahead(documents) -> None:
    for path, root in documents.items():
        ids = [e.text or "" for e in (*root.iter("guid"), *root.findall(f"{ATOM}entry/{ATOM}id"))]
        assert len(ids) == len(set(ids)), path
        assert all(map(TAG_URI.fullmatch, ids)), path
    for path, text in _texts(documents, "pubDate", "lastBuildDate"):
        assert RFC_822.fullmatch(text), path
        assert parsedate_to_datetime(text) <= CONTACT
        assert f"{parsedate_to_datetime(text):%a}" == text[:3]
    for path, text in _texts(documents, f"{ATOM}updated", f"{ATOM}published"):
        assert RFC_3339.fullmatch(text), path
        assert datetime.fromisoformat(text) <= CONTACT


def test_a_feed_is_no_older_than_its_entries_which_are_newest_first(documents) -> None:
    for path, root in documents.items():
        if path.endswith(".atom"):
            dates = [e.text or "" for e in root.findall(f"{ATOM}entry/{ATOM}updated")]
            assert (root.findtext(f"{ATOM}updated") or "") >= max(dates, default="")
            if path in ("feed.atom", "changes.atom", "types/eva.atom", "types/docking.atom"):
                assert dates == sorted(dates, reverse=True)


def test_links_are_absolute_and_a_document_names_itself(documents: dict[str, Element]) -> None:
    for path, root in documents.items():
        links = list(root.iter(f"{ATOM}link"))
        (own,) = [link.attrib["href"] for link in links if link.attrib["rel"] == "self"]
        assert own == BASE_URL + path
        hrefs = [link.attrib["href"] for link in links]
        hrefs += [e.text or "" for e in root.iter("link")]
        hrefs += [e.attrib["url"] for e in (*root.iter("enclosure"), *root.iter(f"{MEDIA}content"))]
        assert all(urlsplit(href).scheme == "https" for href in hrefs)
        for parent in (root, *root.iter(f"{ATOM}entry"), *root.iter("channel")):
            rels = [e.attrib["rel"] for e in parent.findall(f"{ATOM}link")]
            assert len(rels) == len(set(rels)), path
        for enclosure in root.iter("enclosure"):
            assert enclosure.attrib.keys() == {"url", "length", "type"}
            assert int(enclosure.attrib["length"]) > 0


def test_titles_have_no_markup_and_content_is_safe_html_with_absolute_links(documents) -> None:
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    seen: set[str] = set()
    for _path, text in _texts(documents, CONTENT, f"{ATOM}content"):
        if text in seen:
            continue
        seen.add(text)
        fragment = parser.parseFragment(text)
        for element in fragment.iter():
            assert element.tag not in UNSAFE
            assert not [name for name in element.attrib if name.startswith("on")]
            for name in ("href", "src"):
                assert urlsplit(element.attrib.get(name, "https:")).scheme == "https"
    for path, root in documents.items():
        if path.endswith(".rss"):
            # A description may be HTML, so it is escaped twice; a title is plain text.
            assert not re.search(r"<\w", "".join(e.text or "" for e in root.iter("description")))


def test_languages_and_media_types_are_valid(documents: dict[str, Element]) -> None:
    for path, root in documents.items():
        language = root.findtext("channel/language") or root.get(
            "{http://www.w3.org/XML/1998/namespace}lang"
        )
        assert language == "en", path
        for link in root.iter(f"{ATOM}link"):
            assert re.fullmatch(r"\w+/[\w.+-]+", link.attrib["type"])
