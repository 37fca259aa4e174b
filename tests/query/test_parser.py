"""Queries: values, URLs, orderings and pages, without a network or a browser."""

from datetime import UTC, datetime

import pytest

from events_archive.query.engine import QueryResult, evaluate
from events_archive.query.index import QueryRow
from events_archive.query.parameters import (
    BY_NAME,
    FILTER_PARAMETERS,
    FILTERS,
    GROUPS,
    LATER_FILTERS,
    PARAMETERS,
    Parameter,
    ParameterType,
)
from events_archive.query.parser import InvalidQueryError, Query, parse_query

NOW = datetime(2021, 7, 4, 12, tzinfo=UTC)


def a_row(id: int = 1, **facts: object) -> QueryRow:
    defaults: dict[str, object] = {
        "name": "Tiangong EVA-1",
        "slug": "tiangong-eva-1",
        "date": datetime(2021, 7, 4, 0, 11, tzinfo=UTC),
        "last_updated": datetime(2024, 3, 5, tzinfo=UTC),
        "type": 3,
        "place": "Tiangong Space Station",
    }
    return QueryRow(id=id, **{**defaults, **facts})  # type: ignore[arg-type]


def result(text: str, *rows: QueryRow) -> QueryResult:
    return evaluate(rows or (a_row(),), parse_query(text, NOW), now=NOW)


def errors_of(text: str) -> dict[str, list[str]]:
    with pytest.raises(InvalidQueryError) as error:
        parse_query(text, NOW)
    return error.value.errors


def test_the_table_holds_the_sixteen_filters_of_the_api() -> None:
    assert [parameter.name for parameter in FILTERS] == [
        "agency__ids", "date__gt", "date__gte", "date__lt", "date__lte", "day", "id",
        "last_updated__gte", "last_updated__lte", "month", "program", "slug", "type", "type__ids",
        "video_url", "year",
    ]  # fmt: skip
    assert len(BY_NAME) == len(PARAMETERS)
    assert {parameter for _, group in GROUPS for parameter in group} == set(PARAMETERS)


@pytest.mark.parametrize("parameter", PARAMETERS, ids=lambda parameter: parameter.name)
def test_the_example_of_every_parameter_is_valid(parameter: Parameter) -> None:
    query = parse_query(f"{parameter.name}={parameter.example}", NOW)
    assert query.warnings == ()
    assert query.pairs == ((parameter.name, parameter.example),)


@pytest.mark.parametrize("parameter", FILTER_PARAMETERS, ids=lambda parameter: parameter.name)
def test_every_filter_compares_a_field_of_rows(parameter: Parameter) -> None:
    assert hasattr(a_row(), parameter.field)


def test_a_blank_value_is_no_filter() -> None:
    assert result("type=&search= &date__gt=").count == 1


@pytest.mark.parametrize(
    ("query", "matches"),
    [
        ("type__ids=2,3", True),
        ("type__ids=2, 3.0 ,,", True),
        ("type__ids=2,3.5", False),
        ("year=2021&month=7&day=4", True),
        ("day=5", False),
        ("date__gt=2021-07-04T00:11:00Z", False),
        ("date__gte=2021-07-04T00:11:00Z", True),
        ("date__lt=2021-07-04T00:11:00Z", False),
        ("date__lte=2021-07-04T00:11:00Z", True),
        ("date__lte=2021-07-04", False),
        ("date__gte=2021-07-04T02:11:00%2B02:00", True),
        ("date__gt=2021-07-04T00:10:59.5Z", True),
        ("last_updated__gte=2024-03-05", True),
        ("last_updated__lte=2024-03-04", False),
        ("search=eva,TIANGONG", True),
        ("search=eva station", False),
        ("place=Tiangong Space Station", True),
        ("place=Tiangong space station", True),
        ("place=Tiangong", False),
        ("slug=tiangong-eva-1", True),
        ("slug=tiangong", False),
        ("program=17&program=18", True),
        ("program=17", False),
        ("agency__ids=1,2", False),
        ("video_url=https://a.example/?v=1,https://b.example/", True),
        ("launch__ids=92DD20C7-6AFC-484C-8369-2F6751BD0D8F", True),
        ("type=1e999", False),
    ],
)
def test_a_filter_matches_as_in_the_api(query: str, matches: bool) -> None:
    row = a_row(
        programs=(18,),
        videos=("https://b.example/",),
        launches=("92dd20c7-6afc-484c-8369-2f6751bd0d8f",),
    )
    assert result(query, row).count == matches


def test_an_event_without_a_date_matches_no_filter_of_dates() -> None:
    undated = a_row(date=None, last_updated=None)
    for query in ("date__gte=1900-01-01", "date__lt=2999-01-01", "year=2021", "month=7", "day=4"):
        assert result(query, undated).count == 0


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("type=2,3", {"type"}),
        ("id=1;2&year=MMXXI", {"id", "year"}),
        ("program=17,18", {"program"}),
        ("date__gt=2021-02-30", {"date__gt"}),
        ("date__gt=0001-01-01T00:00:00%2B02:00", {"date__gt"}),
        ("last_updated__lte=2021-07-04T24:30", {"last_updated__lte"}),
        ("launch__ids=17", {"launch__ids"}),
        ("format=xml", {"format"}),
    ],
)
def test_a_refused_value_is_an_error_of_its_parameter(query: str, names: set[str]) -> None:
    errors = errors_of(query)
    assert errors.keys() == names
    for name, (message,) in errors.items():
        assert f"{name} was given as " in message


def test_an_error_abbreviates_a_long_value() -> None:
    assert len(errors_of("type=" + "x" * 3000)["type"][0]) < 200


def test_what_is_ignored_has_a_warning() -> None:
    query = parse_query(
        "type_ids=2&date__gt__lt=2021-01-01&ordering=name,-date&limit=500&offset=-1&mode=whole", NOW
    )
    assert query.ordering == ("-date",)
    assert (query.limit, query.offset, query.mode) == (100, 0, "normal")
    warnings = " ".join(query.warnings)
    for name in ("type_ids", "date__gt__lt", "date__lt", "“name”", "limit is 500", "-1", "whole"):
        assert name in warnings
    assert len(query.warnings) == 6


URLS = {
    "?type=2&limit=5": "limit=5&type=2",
    "https://ll.thespacedevs.com/2.3.0/events/?type=2": "type=2",
    "https://lldev.thespacedevs.com/2.3.0/events?type=2#top": "type=2",
    "https://ll.thespacedevs.com/2.2.0/event/309/": "id=309",
    "/2.3.0/events/309/?format=json": "format=json&id=309",
    "https://example.org/repo/api/2.3.0/events/309.json": "id=309",
    "https://example.org/repo/explore.html?year=2021,2022": "year=2021,2022",
    "file:///home/a%20b/explore.html?search=crew+dragon": "search=crew+dragon",
    "explore.html": "",
    "": "",
    "video_url=https://a.example/w?v=1": "video_url=https:%2F%2Fa.example%2Fw%3Fv%3D1",
    "https://x.example/2.3.0/events/upcoming/": "date__gte=2021-07-03T12:00:00Z",
    "https://x.example/2.3.0/events/upcoming/?date__gte=2022-01-01": "date__gte=2022-01-01",
    "/2.3.0/events/previous/": "date__lt=2021-07-04T12:00:00Z&ordering=-date",
    "/2.3.0/events/previous/?ordering=date": "date__lt=2021-07-04T12:00:00Z&ordering=date",
}
"""URLs, and the queries that they stand for on 4 July 2021 at noon."""


@pytest.mark.parametrize("url", URLS)
def test_a_url_is_a_query(url: str) -> None:
    assert parse_query(url, NOW).query_string() == URLS[url]


@pytest.mark.parametrize("text", ["docking", "https://ll.thespacedevs.com/2.3.0/launches/?limit=2"])
def test_text_that_is_no_query_is_an_error(text: str) -> None:
    assert text.partition("?")[0] in errors_of(text)["detail"][0]


def test_ties_are_sorted_by_id_and_missing_values_last() -> None:
    early, late = datetime(2020, 1, 1, tzinfo=UTC), datetime(2022, 1, 1, tzinfo=UTC)
    rows = [a_row(4, date=None), a_row(3, date=late), a_row(2, date=early)]
    rows += [a_row(1, date=late)]
    ordered = {
        query: [row.id for row in result(query, *rows).rows]
        for query in ("", "ordering=-date", "ordering=last_updated,-date", "ordering=nearest")
    }
    assert ordered == {
        "": [2, 1, 3, 4],
        "ordering=-date": [4, 1, 3, 2],
        "ordering=last_updated,-date": [4, 1, 3, 2],
        "ordering=nearest": [1, 3, 2, 4],
    }


def test_what_a_search_found_is_in_its_order_unless_the_query_has_one() -> None:
    rows = [a_row(1), a_row(2, type=2), a_row(3), a_row(4)]
    for query, ids in {
        "q=a": [4, 1, 2],
        "type=3&q=a": [4, 1],
        "ordering=date&q=a": [1, 2, 4],
    }.items():
        found = evaluate(rows, parse_query(query, NOW), found=[4, 1, 2])
        assert [row.id for row in found.rows] == ids


def test_a_link_that_was_searched_for_is_a_query() -> None:
    for text in (
        "q=https://ll.thespacedevs.com/2.3.0/events/%3Ftype=3%26limit=2",
        "q=type%3D3%26limit%3D2&ordering=date",
        "q=q%3Dq%3Dq",
        "q=/2.3.0/events/%3Ftype%3D3",
    ):
        query = parse_query(text, NOW)
        assert query.words == ("q=q" if "q%3Dq" in text else "")
        assert ("type", "3") in query.pairs or query.words
    assert parse_query("q=crew+10", NOW).words == "crew 10"
    assert Query().searching("crew \ud800").query_string() == "q=crew+%3F"


def test_a_page_has_the_queries_of_its_neighbours() -> None:
    rows = [a_row(number) for number in range(1, 8)]
    second = result("limit=3&offset=3&type=3", *rows)
    assert [row.id for row in second.page] == [4, 5, 6]
    assert second.next == "limit=3&offset=6&type=3"
    assert second.previous == "limit=3&type=3"
    beyond = result("limit=3&offset=30", *rows)
    assert (beyond.count, beyond.page, beyond.next) == (7, (), None)
    assert beyond.previous == "limit=3&offset=27"


def test_a_query_with_a_limit_is_paged() -> None:
    assert not Query().is_paged
    assert parse_query("limit=3", NOW).is_paged


def test_every_parameter_type_is_in_use() -> None:
    assert {parameter.type for parameter in PARAMETERS} == set(ParameterType)
    assert all(parameter.origin == "later" for parameter in LATER_FILTERS)


def test_a_query_that_is_too_long_is_refused() -> None:
    assert parse_query("q=" + "a" * 3998, NOW).words
    message = "The query has 4001 characters; it may have 4000."
    assert errors_of("q=" + "a" * 3999) == {"detail": [message]}
