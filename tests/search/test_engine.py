"""Which events and pages a search finds, in which order, and what it says."""

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import chain, repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events_archive.search.engine import SearchResult, search
from events_archive.search.index import (
    PLACE,
    RELATION,
    TYPE,
    Document,
    SearchIndex,
    Span,
    Thing,
    ThingKind,
    build_index,
)
from events_archive.search.spelling import nearest_word
from events_archive.search.synonyms import BROADER, PHRASES, SYNONYMS, TIMES
from events_archive.search.words import words

NOW = datetime(2025, 9, 15, 12, tzinfo=UTC)
TYPES, PLACES = ThingKind("types", "Type", TYPE), ThingKind("places", "Place", PLACE)
AGENCIES = ThingKind("agencies", "Agency", RELATION)


def an_index(*events: tuple[str, str], texts: Iterable[str] = (), **things: Thing) -> SearchIndex:
    """Return the index of events given as (name, date); "2026" is a whole year."""
    descriptions = chain(texts, repeat(""))
    documents = (
        Document(name, _span(when), text)
        for (name, when), text in zip(events, descriptions, strict=False)
    )
    return build_index(documents, things.values())


def _span(when: str) -> Span | None:
    if not when:
        return None
    if len(when) == 4:
        start, end = (datetime(int(when) + n, 1, 1, tzinfo=UTC).timestamp() for n in (0, 1))
        return Span(int(start), int(end))
    second = int(datetime.fromisoformat(when).replace(tzinfo=UTC).timestamp())
    return Span(second, second + 1)


def found(index: SearchIndex, text: str) -> list[str]:
    return [index.names[row] for row in result(index, text).rows]


def result(index: SearchIndex, text: str) -> SearchResult:
    return search(index, text, NOW.timestamp())


def notes(index: SearchIndex, text: str) -> list[str]:
    return [note.text for note in result(index, text).notes]


def test_where_a_word_occurs_decides_the_order() -> None:
    names = ("Mars flyby", "Rover on Mars", "Rover", "Orbiter", "Probe", "Telescope")
    index = an_index(
        *((name, "2025-01-01") for name in reversed(names)),
        texts=("It looks at Mars.",),
        place=Thing(kind=PLACES, name="Mars", rows=(3,)),
        agency=Thing(kind=AGENCIES, name="Mars Society", rows=(1,)),
        type=Thing(kind=TYPES, name="Mars Event", rows=(2,)),
    )
    assert found(index, "mars") == [
        "Mars flyby", "Rover on Mars", "Orbiter", "Rover", "Probe", "Telescope",
    ]  # fmt: skip


def test_of_equal_matches_the_nearest_in_time_is_first_and_undated_ones_are_last() -> None:
    index = an_index(
        ("Docking A", ""), ("Docking B", "2020-01-01"), ("Docking C", "2026-01-01"),
        ("Docking D", "2025-09-01"),
    )  # fmt: skip
    assert found(index, "docking") == ["Docking D", "Docking C", "Docking B", "Docking A"]
    assert found(index, "docking 2026") == ["Docking C"]


def test_dates_alone_are_in_the_order_of_time() -> None:
    index = an_index(("B", "2025-08-20"), ("A", "2025-08-02"), ("C", "2025-09-02"), ("D", "2025"))
    for text in ("august 2025", "Aug 2025", "2025-08", "last month"):
        assert found(index, text) == ["A", "B"], text
    assert found(index, "2025") == ["D", "A", "B", "C"]
    assert found(index, "20 august 2025") == found(index, "August 20, 2025") == ["B"]
    assert found(index, "2025-08-20") == found(index, "20 august") == ["B"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("yesterday", ["Day -1"]), ("today", ["Day 0"]), ("tomorrow", ["Day 1"]),
        ("this week", ["Day 0", "Day 1"]), ("last week", ["Day -3", "Day -1"]),
        ("next week", ["Day 9"]), ("this month", ["Day -3", "Day -1", "Day 0", "Day 1", "Day 9"]),
        ("next month", ["Day 20"]), ("last month", []), ("next year", ["Year"]),
        ("this year", ["Day -3", "Day -1", "Day 0", "Day 1", "Day 9", "Day 20"]),
        ("upcoming", ["Day 1", "Day 9", "Day 20", "Year"]),
        ("past day", ["Day 0", "Day -1", "Day -3"]),
    ],
)  # fmt: skip
def test_phrases_of_time_are_understood(text: str, names: list[str]) -> None:
    days = {-3: 12, -1: 14, 0: 15, 1: 16, 9: 24, 20: 35}
    events = [
        (f"Day {n}", f"2025-{9 + day // 31:02}-{day % 31 or 31:02}") for n, day in days.items()
    ]
    assert found(an_index(*events, ("Year", "2026")), text) == names


def test_a_coarse_date_is_on_no_day() -> None:
    index = an_index(("Flight", "2026"))
    assert found(index, "2026") == ["Flight"]
    assert result(index, "31 december 2026").rows == ()
    assert result(index, "december").rows == ()


def test_a_year_can_be_part_of_a_name() -> None:
    index = an_index(("Mars 2020 Landing", "2021-02-18"), ("Flyby of Mars", "2020-05-01"))
    assert found(index, "mars 2020") == ["Mars 2020 Landing", "Flyby of Mars"]


def test_a_number_belongs_to_the_word_before_it() -> None:
    index = an_index(
        ("Crew-1 Docking", "2025-01-01"), ("Panel: Crew on Station 10", "2025-02-02"),
        ("Crew-10 Docking", "2024-01-01"), ("Briefing", "2025-09-01"), ("Talk", "2025-09-02"),
        texts=("", "", "", "About Crew-10.", "10 facts about the crew."),
    )  # fmt: skip
    expected = ["Crew-10 Docking", "Panel: Crew on Station 10", "Briefing"]
    assert found(index, "crew 10") == found(index, "crew10") == expected
    assert notes(index, "crew 77") == ["No events for “crew 77”. Showing results for “crew”."]


def test_a_word_stands_for_longer_words_after_itself() -> None:
    index = an_index(
        ("Marsquake", "2025-09-14"), ("Mars", "2020-01-01"), ("Talk", "2025-01-01"),
        texts=("", "", "Marshall"),
    )  # fmt: skip
    assert found(index, "mars") == ["Mars", "Marsquake"]
    assert found(index, "marsq") == ["Marsquake"]
    assert found(index, "marsh") == ["Talk"]
    assert result(index, "ma").notes


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("cygus", "cygnus"), ("cyngus", "cygnus"), ("cygnuss", "cygnus"), ("dokcing", "docking"),
        ("perserverence", "perseverance"), ("cigns", ""), ("cyg", ""), ("perzeferunce", ""),
    ],
)  # fmt: skip
def test_one_mistake_is_corrected_and_two_in_a_long_word(typed: str, known: str) -> None:
    vocabulary = {words(word)[0]: word for word in ("perseverance", "docking", "cygnus", "signal")}
    assert nearest_word(typed, vocabulary) == known


def test_a_corrected_word_is_named() -> None:
    index = an_index(("NG-15 Cygnus Release", "2021-06-29"))
    assert found(index, "cygus") == ["NG-15 Cygnus Release"]
    assert notes(index, "cygus") == ["No events for “cygus”. Showing results for “cygnus”."]
    (concept,) = result(index, "Cygus").concepts
    assert (concept.raw, concept.shown) == ("Cygus", "cygnus")


def test_words_that_are_joined_or_apart_are_found() -> None:
    index = an_index(("Venus Flyby", "2021-06-29"), ("Crew Dragon", "2021-06-30"))
    assert found(index, "fly by") == found(index, "fly-by") == ["Venus Flyby"]
    assert found(index, "crewdragon") == ["Crew Dragon"]


def test_what_no_event_matches_is_left_out_and_named() -> None:
    index = an_index(("Russian EVA", "2021-06-29"), ("Docking", "2022-06-30"))
    assert found(index, "spacewalk xyzzy") == ["Russian EVA"]
    assert notes(index, "spacewalk xyzzy qwert") == ["No events for “xyzzy”, “qwert”."]
    assert found(index, "russian spacewalk 2022") == ["Russian EVA"]
    assert notes(index, "russian spacewalk 2022") == [
        "No event matches all of this. Showing results without “2022”."
    ]
    assert found(index, "xyzzy") == []


def test_pages_are_found_by_their_whole_name_or_by_all_words() -> None:
    station = Thing(
        kind=PLACES, name="International Space Station", stem="iss", aliases=("ISS",), rows=(0,)
    )
    index = an_index(
        ("US EVA-74", "2021-06-16"), ("Tiangong EVA-1", "2021-07-04"),
        eva=Thing(kind=TYPES, name="EVA", stem="eva", aliases=("spacewalk",), rows=(0, 1)),
        station=station,
        tiangong=Thing(kind=PLACES, name="Tiangong space station", stem="tiangong", rows=(1,)),
        launch=Thing(kind=ThingKind("", "", RELATION), name="EVA", rows=(0,)),
        year=Thing(kind=ThingKind("years", "Year", 0), name="2021", stem="2021"),
        month=Thing(kind=ThingKind("months", "Month", 0), name="June 2021", stem="2021-06"),
        day=Thing(kind=ThingKind("days", "Day", 0), name="16 June", stem="06-16"),
    )  # fmt: skip
    paths = {
        "spacewalk": ["types/eva.html"],
        "iss spacewalk": ["types/eva.html", "places/iss.html"],
        "space station": ["places/iss.html", "places/tiangong.html"],
        "tiang": ["places/tiangong.html"],
        "2021": ["years/2021.html"],
        "16 june 2021": ["months/2021-06.html"],
        "16 june": ["days/06-16.html"],
        "december": [],
    }
    for text, expected in paths.items():
        assert [thing.path for thing in result(index, text).pages] == expected, text


def test_no_phrase_has_two_meanings() -> None:
    folded = [" ".join(words(phrase)) for phrase in (*PHRASES, *TIMES)]
    assert all(folded)
    assert len(folded) == len(set(folded)) == sum(map(len, SYNONYMS)) + len(BROADER) + len(TIMES)


SMALL_INDEX = an_index(("Crew-10 EVA", "2021-06-16"), texts=("May it be.",))
_PARTS = ("crew", "10", "2021", "may", "next", "eva", "*", "\0", "\ud800", "(", "[a-", "<b>")


@given(st.text() | st.lists(st.sampled_from(_PARTS), max_size=40).map(" ".join))
def test_any_text_is_a_search(text: str) -> None:
    assert set(result(SMALL_INDEX, text).rows) <= {0}


@pytest.mark.parametrize("text", ["a" * 10_000, "ab " * 5_000, "x1" * 5_000, "9" * 10_000])
def test_a_long_text_is_a_search(text: str) -> None:
    assert len(result(an_index(("Crew-10 EVA", "2021-06-16")), text).concepts) <= 16
