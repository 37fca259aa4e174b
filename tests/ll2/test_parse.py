"""Every record becomes an event or an error, whatever its details are."""

import copy
import json
import sys
import unicodedata
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events_archive.ll2.parse import InvalidRecordError, parse_event
from events_archive.render.link_labels import link_label
from events_archive.source.text import _LINE_ENDS, _UNWANTED, clean_line, clean_text
from tests.ll2_server import generate_records

SEED = json.loads((Path(__file__).parents[1] / "data" / "seed_events.json").read_text("utf-8"))
GROWN = generate_records(60, seed=3)


def record_of(**fields: Any) -> dict[str, Any]:
    return {
        "id": 309,
        "name": "Tiangong EVA-1",
        "slug": "tiangong-eva-1",
        "type": {"id": 3, "name": "EVA"},
        "date": "2021-07-04T00:11:00Z",
    } | fields


def link_of(**fields: Any) -> dict[str, Any]:
    return {"url": "https://spacenews.com/a", "title": "A walk", "priority": 10} | fields


def test_a_real_record_becomes_an_event() -> None:
    event = parse_event(next(record for record in SEED if record["id"] == 309), digest="abc")
    assert (event.id, event.slug, event.type.name) == (309, "tiangong-eva-1", "EVA")
    assert event.date.utc == datetime(2021, 7, 4, 0, 11, tzinfo=UTC)
    assert event.image is not None
    assert event.image.licence is not None
    assert event.last_updated is not None
    assert event.digest == "abc"
    assert [link.host for link in event.links] == ["spacenews.com"]
    assert event.source_url == "https://lldev.thespacedevs.com/2.3.0/events/309/"


def test_a_record_with_the_required_fields_only_is_an_event() -> None:
    event = parse_event(record_of())
    assert (event.description, event.location, event.image) == ("", "", None)
    assert (event.links, event.videos, event.updates, event.programs) == ((), (), (), ())


@pytest.mark.parametrize(
    "fields",
    [
        {"id": "309"}, {"id": None}, {"id": True}, {"id": 0}, {"id": 2**60},
        {"name": ""}, {"name": " \x00 "}, {"name": None}, {"slug": None}, {"slug": 5},
        {"type": None}, {"type": "EVA"}, {"type": {"id": None, "name": "EVA"}},
        {"type": {"id": 3, "name": ""}},
        {"date": "soon"}, {"date": 5}, {"date": "0001-01-01T00:00:00Z"},
        {"date": "3000-01-01T00:00:00Z"}, {"date": "9999-12-31T23:59:59-14:00"},
    ],
)  # fmt: skip
def test_an_invalid_identity_or_date_is_an_error_that_names_the_field(
    fields: dict[str, Any],
) -> None:
    with pytest.raises(InvalidRecordError, match=f"its {next(iter(fields))} is "):
        parse_event(record_of(**fields))


def test_an_error_has_all_issues_of_the_record() -> None:
    with pytest.raises(InvalidRecordError) as caught:
        parse_event(record_of(name="", slug=None, date="\x1b[31msoon"))
    assert "event 309" in str(caught.value)
    assert len(caught.value.issues) == 3
    assert "\x1b" not in str(caught.value)


def test_a_record_without_a_date_is_an_event() -> None:
    assert parse_event(record_of(date=None)).date.utc is None


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "data:text/html,x", "ftp://nasa.gov/a", "//nasa.gov/a", "nasa.gov",
        "https://", "https://[::1", "https://nasa.gov:port/", "https://nasa.gov@evil.example/",
        "https:\\\\evil.example\\", "",
    ],
)  # fmt: skip
def test_urls_that_are_not_http_are_dropped(url: str) -> None:
    record = record_of(
        url=url, info_urls=[link_of(url=url)], vid_urls=[link_of(url=url)],
        image={"id": 1, "image_url": url}, updates=[{"id": 1, "comment": "x", "info_url": url}],
    )  # fmt: skip
    event = parse_event(record)
    assert (event.links, event.videos, event.image, event.source_url) == ((), (), None, "")
    assert event.updates[0].url == ""


def test_urls_are_percent_encoded_once() -> None:
    url = "https://nasa.gov/a%20b/ü c?q=<x>#é"
    [link] = parse_event(record_of(info_urls=[link_of(url=url)])).links
    assert link.url == "https://nasa.gov/a%20b/%C3%BC%20c?q=%3Cx%3E#%C3%A9"


def test_characters_that_a_page_must_not_have_are_removed() -> None:
    event = parse_event(
        record_of(name="A\x00\ud800 \n\tdocking\u202e", description="one\r\ntwo\x08\ufffe\tthree")
    )
    assert event.name == "A docking"
    assert event.description == "one\ntwo\tthree"


@pytest.mark.parametrize("text", ["A&#x202e;B", "A&#2;B", "A&#8238;&#xD800;B", "A\u202e\x02B"])
def test_a_reference_to_an_unwanted_character_is_decoded_and_then_removed(text: str) -> None:
    event = parse_event(record_of(name=text, description=text, info_urls=[link_of(title=text)]))
    texts = {event.name, event.description, event.links[0].title}
    assert texts <= {"AB", "A\ufffdB"}


def test_what_only_looks_like_a_reference_remains() -> None:
    text = "R&D at https://x.example/?a=1&region=eu &nosuchthing; &#" + "9" * 1000 + ";"
    assert parse_event(record_of(name=text)).name == text


@pytest.mark.parametrize(
    "name", ["\u200b", "\u200b\u2060 \u3164\xad", "&#x200b;&zwnj;", "\u2800", "\U000e0041"]
)
def test_a_name_of_which_nothing_can_be_seen_is_empty(name: str) -> None:
    with pytest.raises(InvalidRecordError, match="its name is"):
        parse_event(record_of(name=name))
    assert parse_event(record_of(location=name)).location == ""


def test_text_is_normalized_to_nfc() -> None:
    assert parse_event(record_of(name="Cafe\u0301")).name == "Caf\u00e9"


@pytest.mark.parametrize(
    "title",
    [
        "", None, 5, "YouTube", "Timeline | Mission –", "’s SpaceX Crew-5 to Discuss",
        "to Provide Live Coverage", "Sets Briefings for Next Mission", "  \n ",
    ],
)  # fmt: skip
def test_a_junk_title_of_a_link_is_dropped(title: Any) -> None:
    [link] = parse_event(record_of(info_urls=[link_of(title=title)])).links
    assert link.title == ""


def test_a_title_is_unescaped_and_on_one_line() -> None:
    [link] = parse_event(record_of(info_urls=[link_of(title="ESA &amp; JAXA\n  to Mercury")])).links
    assert link.title == "ESA & JAXA to Mercury"


@pytest.mark.parametrize(
    "text",
    ["JavaScript is not available.\n\nWe’ve", "This browser is no longer supported.",
     "Enjoy the videos and music you love, upload"],
)  # fmt: skip
def test_a_description_that_is_an_error_message_is_dropped(text: str) -> None:
    [link] = parse_event(record_of(info_urls=[link_of(description=text)])).links
    assert link.description == ""


def test_links_are_sorted_by_priority_without_repetitions() -> None:
    urls = [("b", 10), ("a", 10), ("c", 1), ("b", 2), ("d", None)]
    links = [link_of(url=f"https://x.example/{name}", priority=p) for name, p in urls]
    event = parse_event(record_of(info_urls=[*links, None, "x"], vid_urls=links))
    for got in (event.links, event.videos):
        assert [(link.url[-1], link.priority) for link in got] == [
            ("c", 1), ("b", 2), ("a", 10), ("d", 10),
        ]  # fmt: skip


def test_updates_are_sorted_by_time() -> None:
    stamps = {3: "2024-01-02T00:00:00Z", 2: "2024-01-01T00:00:00Z", 1: "2024-01-02T00:00:00Z"}
    updates = [{"id": i, "comment": "x", "created_on": when} for i, when in stamps.items()]
    event = parse_event(record_of(updates=[*updates, {"id": 9, "comment": None}]))
    assert [update.id for update in event.updates] == [2, 1, 3]


@pytest.mark.parametrize(
    ("duration", "length"),
    [
        ("PT27M9S", timedelta(minutes=27, seconds=9)),
        ("P215DT10H52M33S", timedelta(days=215, hours=10, minutes=52, seconds=33)),
        ("P0D", None), ("-PT18M30S", None), ("P", None), ("PT", None), ("", None), (None, None),
        (90, None), ("P99999999999D", None), ("27 minutes", None),
    ],
)  # fmt: skip
def test_the_stream_length_is_positive_or_none(duration: Any, length: timedelta | None) -> None:
    assert parse_event(record_of(duration=duration)).stream_length == length


def test_relations_are_parsed_as_all_api_versions_send_them() -> None:
    event = parse_event(
        record_of(
            program=None,
            agencies=[
                {"id": 44, "name": "NASA", "type": {"id": 1, "name": "Government"}},
                {"id": 121, "name": "SpaceX", "type": "Commercial"},
                {"id": 44, "name": "NASA"}, {"id": None, "name": "x"}, {"id": 7, "name": None},
            ],
            launches=[{"id": "07e9", "name": "Atlas V", "net": "2026-12-31T00:00:00Z",
                       "net_precision": {"id": 14}, "status": {"name": "To Be Determined"}}],
            spacestations=[{"id": 4, "name": "ISS", "founded": "1998-11-20", "orbit": "LEO"}],
            expeditions=[{"id": 1, "name": "Expedition 65", "spacestation": {"name": "ISS"}}],
            astronauts=[{"id": 1, "name": "A. Astronaut", "agency": {"name": "ESA"}}],
        )
    )  # fmt: skip
    assert event.programs == ()
    assert [(a.name, a.type) for a in event.agencies] == [
        ("NASA", "Government"),
        ("SpaceX", "Commercial"),
    ]
    assert event.launches[0].date.display == "2026"
    assert event.stations[0].founded is not None
    assert event.expeditions[0].station == "ISS"
    assert event.astronauts[0].agency == "ESA"


def test_the_source_url_has_no_format_parameter() -> None:
    url = "https://ll.example/2.3.0/events/309/?format=json&mode=list"
    assert (
        parse_event(record_of(url=url)).source_url
        == "https://ll.example/2.3.0/events/309/?mode=list"
    )


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def paths_in(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every value inside a record."""
    members = value.items() if isinstance(value, dict) else enumerate(value)
    paths = []
    for key, member in members:
        paths.append((*path, key))
        if isinstance(member, dict | list):
            paths += paths_in(member, (*path, key))
    return paths


def corrupt_record(data: st.DataObject) -> dict[str, Any]:
    """Return a record in which a few values are replaced by arbitrary ones."""
    record = copy.deepcopy(data.draw(st.sampled_from(GROWN)))
    for _ in range(data.draw(st.integers(1, 4))):
        *parents, last = data.draw(st.sampled_from(paths_in(record)))
        container = record
        for key in parents:
            container = container[key]
        container[last] = data.draw(anything)
        if not isinstance(container, dict | list):
            break
    return record


@given(st.data())
def test_a_record_with_arbitrary_values_becomes_an_event_or_an_error(data: st.DataObject) -> None:
    record = corrupt_record(data)
    try:
        event = parse_event(record)
    except InvalidRecordError as error:
        assert error.issues
    else:
        assert event.name
        for link in (*event.links, *event.videos):
            assert link_label(link)
            assert link.url.startswith(("http://", "https://"))
        repr(event).encode()


def test_no_printable_character_is_removed() -> None:
    printable = "".join(filter(str.isprintable, map(chr, range(sys.maxunicode + 1))))
    assert not _UNWANTED.search(printable)
    assert not _LINE_ENDS.search(printable)
    composed = unicodedata.normalize("NFC", printable)
    assert composed.isprintable()
    assert len(composed.replace(" ", "").split()) == 1


@given(st.text(st.sampled_from("a \n\r\t\0\x85\u2028\u202e\ufeff\xa0e\u0301\ud800")))
def test_every_character_of_a_text_is_cleaned(text: str) -> None:
    allowed = _UNWANTED.sub("", _LINE_ENDS.sub("\n", text))
    cleaned = unicodedata.normalize("NFC", allowed).strip()
    assert clean_text(text) == cleaned
    assert clean_line(text) == " ".join(cleaned.split())
