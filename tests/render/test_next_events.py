"""The files of the next events: what is in them, and how large they get."""

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from events_archive.model.event import EventType
from events_archive.site.page import Page
from events_archive.site.site import Site
from tests.factories import DOCKING, a_history, a_site, an_event
from tests.render.rendered import BASE_URL, render_site

DAY, MONTH = 5, 7
"""Ids of precisions."""

EVENTS = (
    an_event(1, "2021-06-29T23:59:00Z"),
    an_event(2, "2021-06-30T00:00:00Z", precision=DAY, location=""),
    an_event(3, "2021-06-30T01:00:00Z", name="Crew-2 docking", type=DOCKING),
    an_event(4, "2021-06-30T00:00:00Z", precision=MONTH),
    an_event(5, "2021-07-04T00:11:00Z"),
    an_event(6, "2021-07-05T00:00:00Z"),
    an_event(7, "2021-07-06T00:00:00Z"),
    an_event(8, "2021-07-07T00:00:00Z"),
    an_event(9, None),
)
TODAY = "2021-06-30"


def _is_next(page: Page) -> bool:
    return page.path.endswith("next.json")


def _files(site: Site) -> dict[str, Any]:
    return {path: json.loads(content) for path, content in render_site(site, _is_next).items()}


def _ids(file: dict[str, Any]) -> list[int]:
    return [event["id"] for event in file["events"]]


def test_the_next_five_events_whose_day_is_known_are_listed_soonest_first() -> None:
    files = _files(a_site(*EVENTS, today=TODAY))
    assert _ids(files["next.json"]) == [3, 2, 5, 6, 7]
    assert _ids(files["types/docking.next.json"]) == [3]
    assert _ids(files["types/eva.next.json"]) == [2, 5, 6, 7, 8]


def test_a_file_says_of_which_day_it_is_and_an_event_when_it_begins() -> None:
    file = _files(a_site(*EVENTS, today=TODAY, base_url=BASE_URL))["next.json"]
    assert file["made"] == "2021-06-30T00:00:00Z"
    assert file["events"][:2] == [
        {
            "id": 3, "name": "Crew-2 docking", "type": "Docking", "time": "2021-06-30T01:00:00Z",
            "epoch": 1625014800, "precision": "minute", "place": "Tiangong Space Station",
            "url": f"{BASE_URL}events/event-3.html",
        },
        {
            "id": 2, "name": "Event 2", "type": "EVA", "time": "2021-06-30",
            "epoch": 1625011200, "precision": "day", "place": "",
            "url": f"{BASE_URL}events/event-2.html",
        },
    ]  # fmt: skip
    for event in file["events"]:
        time = datetime.fromisoformat(event["time"]).replace(tzinfo=UTC)
        assert time.timestamp() == event["epoch"]


def test_without_a_base_url_links_are_relative_to_the_file() -> None:
    files = _files(a_site(*EVENTS, today=TODAY))
    assert files["next.json"]["events"][0]["url"] == "events/event-3.html"
    assert files["types/eva.next.json"]["events"][0]["url"] == "../events/event-2.html"


def test_a_type_without_upcoming_events_has_an_empty_file() -> None:
    files = _files(a_site(an_event(), today="2022-01-01"))
    assert files["types/eva.next.json"] == {"made": "2022-01-01T00:00:00Z", "events": []}


def test_a_withdrawn_event_is_not_the_next_one_and_the_file_of_its_type_stays() -> None:
    history = a_history(withdrawn={3: datetime(2021, 6, 1, tzinfo=UTC).date()})
    files = _files(a_site(*EVENTS, today=TODAY, history=history))
    assert _ids(files["next.json"]) == [2, 5, 6, 7, 8]
    assert _ids(files["types/docking.next.json"]) == []


def _with_texts(text: str, base_url: str) -> bytes:
    events = [
        an_event(
            id, f"2022-01-0{id}T00:00:00Z", name=text, location=text, slug=f"{'s' * 50}-{id}",
            type=EventType(id=3, name=text or "EVA"),
        )
        for id in range(1, 7)
    ]  # fmt: skip
    site = a_site(*events, base_url=base_url)
    return render_site(site, lambda page: page.path == "next.json")["next.json"]


@example(text="\U0001f680" * 2048, base_url=f"https://example.org/{'a' * 78}/")
@given(
    # Texts of events have no control characters, which JSON writes as six bytes.
    text=st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=2048),
    base_url=st.integers(0, 2000).map(lambda length: f"https://example.org/{'a' * length}/"),
)
def test_a_file_has_at_most_2_kb_whatever_the_texts_and_the_base_url(
    text: str, base_url: str
) -> None:
    content = _with_texts(text, base_url)
    assert len(content) <= 2000
    ids = _ids(json.loads(content))
    assert ids == [1, 2, 3, 4, 5][: len(ids)]
    assert len(ids) == 5 or len(base_url) > 100


def test_long_texts_are_cut_with_an_ellipsis_only_as_far_as_needed() -> None:
    base_url = "https://someone.github.io/spaceflight-events-archive/"
    texts = [name for length in (30, 200) for name in ("x" * length, "宇宙" * length)]
    names = [json.loads(_with_texts(text, base_url))["events"][0]["name"] for text in texts]
    assert names[0] == "x" * 30
    assert [len(name) for name in names[1:]] == [15, 35, 15]
    assert all(name.endswith("…") for name in names[1:])
