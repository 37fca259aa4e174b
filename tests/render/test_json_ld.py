"""What search engines read of a page."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events_archive.images.thumbnails import Thumbnails
from events_archive.model.event import Licence
from events_archive.pages.event_pages import event_page
from events_archive.render.json_ld import json_ld_block, script_element
from tests.factories import a_change, a_history, a_site, a_video, an_event, an_image
from tests.render.rendered import make_context, make_thumbnails

BASE = "https://example.org/a/"


def _graph(event, thumbnails: Thumbnails | None = None, **facts) -> list[dict]:
    site = a_site(event, base_url=BASE, **facts)
    block = str(json_ld_block(make_context(site, thumbnails), event_page(site, event)))
    if not block:
        return []
    text = block.removeprefix('<script type="application/ld+json">').removesuffix("</script>")
    return json.loads(text)["@graph"]


def _event(event, **facts) -> dict:
    return _graph(event, **facts)[0]


@pytest.mark.parametrize(
    ("date", "precision", "claim"),
    [
        ("2021-07-04T00:11:00Z", 1, "2021-07-04T00:11:00Z"),
        ("2021-07-04T00:00:00Z", 5, "2021-07-04"),
        ("2021-07-31T00:00:00Z", 7, "2021-07"),
        ("2021-12-31T00:00:00Z", 14, "2021"),
        ("2021-12-31T00:00:00Z", 16, None),
        (None, 1, None),
    ],
)
def test_a_date_is_claimed_as_far_as_it_is_known(date, precision, claim) -> None:
    assert _event(an_event(1, date, precision=precision)).get("startDate") == claim


def test_a_date_that_moved_is_told_with_what_it_was() -> None:
    changes = [
        a_change(
            f"2021-06-0{n}T00:00:00Z",
            "moved",
            1,
            old={"date": f"2021-07-0{n}T00:00:00Z", "precision": 5},
            new={},
        )
        for n in (1, 2)
    ]
    json_ld = _event(an_event(1), history=a_history(*changes))
    assert json_ld["eventStatus"] == "https://schema.org/EventRescheduled"
    assert json_ld["previousStartDate"] == ["2021-07-02", "2021-07-01"]


def test_an_event_that_never_moved_is_simply_scheduled() -> None:
    json_ld = _event(an_event(1))
    assert json_ld["eventStatus"] == "https://schema.org/EventScheduled"
    assert "previousStartDate" not in json_ld


def test_of_a_withdrawn_event_no_status_is_claimed() -> None:
    event = an_event(1)
    memory = a_history(withdrawn={1: event.date.utc.date()})
    assert "eventStatus" not in _event(event, history=memory)


def test_a_place_is_told_by_its_name_and_as_the_source_writes_it() -> None:
    json_ld = _event(an_event(1, location="ISS"))
    place = {"@type": "Place", "name": "International Space Station", "address": "ISS"}
    assert json_ld["location"] == place
    assert json_ld["eventAttendanceMode"].endswith("/OfflineEventAttendanceMode")


def test_what_takes_place_online_is_where_its_webcast_is() -> None:
    json_ld = _event(an_event(1, location="Online", videos=(a_video(url="https://v.example/1"),)))
    assert json_ld["location"] == {"@type": "VirtualLocation", "url": "https://v.example/1"}
    assert json_ld["eventAttendanceMode"].endswith("/OnlineEventAttendanceMode")


def test_a_picture_is_told_with_its_size_credit_and_licence(tmp_path: Path) -> None:
    image = an_image(licence=Licence(id=5, name="CC BY-NC 2.0", url="https://cc.example/"))
    json_ld = _event(an_event(1, image=image), thumbnails=make_thumbnails(tmp_path, image))
    assert json_ld["image"] == {
        "@type": "ImageObject",
        "contentUrl": f"{BASE}pictures/1254-0123456789-320.webp",
        "width": "320 px",
        "height": "200 px",
        "creditText": "CNSA",
        "license": "https://cc.example/",
    }


def test_the_way_from_home_is_told_to_its_end() -> None:
    steps = _graph(an_event(1, slug="us-eva-1"))[1]["itemListElement"]
    assert [step["position"] for step in steps] == [1, 2, 3, 4]
    assert [step["name"] for step in steps[:3]] == ["Home", "2021", "July"]
    assert steps[-1]["item"] == f"{BASE}events/us-eva-1.html"


def test_nothing_is_told_where_the_sites_place_is_not_known() -> None:
    site = a_site(an_event(1), base_url="")
    page = event_page(site, site.catalogue.events[0])
    assert json_ld_block(make_context(site), page) == ""


@settings(deadline=None)
@given(st.text())
def test_no_text_gets_out_of_the_block(text: str) -> None:
    for hostile in (text, f"</script><!--{text}", f"<script>{text}"):
        block = str(script_element({"name": hostile}))
        inside = block.removeprefix('<script type="application/ld+json">')
        inside = inside.removesuffix("</script>")
        assert "<" not in inside
        assert json.loads(inside)["name"] == hostile
