"""What people search for, with what must come first: ``tests/data/searches.tsv``."""

from datetime import UTC, datetime, time

import pytest

from events_archive.ll2.parse import parse_event
from events_archive.search.engine import search
from events_archive.search.index import SearchIndex
from events_archive.site.search_index import build_search_index
from tests.factories import a_site, an_article, an_event
from tests.search_events import TODAY, ListedSearch, listed_searches, search_records

LISTED = listed_searches()
NOW = datetime.combine(TODAY, time(), UTC).timestamp()


@pytest.fixture(scope="module")
def index() -> SearchIndex:
    return build_search_index(a_site(*map(parse_event, search_records()), today=str(TODAY)))


def test_there_are_many_of_them() -> None:
    assert len({listed.search for listed in LISTED}) >= 60
    assert sum(bool(listed.first) for listed in LISTED) >= 60


@pytest.mark.parametrize("listed", LISTED, ids=lambda listed: listed.search)
def test_what_is_meant_comes_first(index: SearchIndex, listed: ListedSearch) -> None:
    result = search(index, listed.search, NOW)
    first = tuple(index.names[row] for row in result.rows[: len(listed.first)])
    assert first == listed.first
    paths = [thing.path for thing in result.pages]
    assert all(any(path.startswith(page) for path in paths) for page in listed.pages), paths
    assert {note.message for note in result.notes} == set(filter(None, [listed.note]))


def test_an_event_is_found_by_what_was_written_about_it() -> None:
    articles = {2: (an_article(title="A night’s chase"),)}
    events = (an_event(id, name=f"Soyuz MS-{id} Docking") for id in (1, 2, 3))
    index = build_search_index(a_site(*events, articles=articles))
    assert [index.names[row] for row in search(index, "soyuz chase", NOW).rows] == [
        "Soyuz MS-2 Docking"
    ]
