"""Links that outlive the pages they lead to: copies in the Wayback Machine."""

from datetime import date

from events_archive.model.archived_copies import archived_copy_url, day_of_event
from tests.factories import an_event

PAGE = "https://www.nasa.gov/a?b=c"


def test_a_copy_is_one_from_about_the_day() -> None:
    expected = "https://web.archive.org/web/20210704/https://www.nasa.gov/a?b=c"
    assert archived_copy_url(PAGE, date(2021, 7, 4)) == expected
    assert archived_copy_url(PAGE, None) == "https://web.archive.org/web/https://www.nasa.gov/a?b=c"


def test_a_copy_has_no_copy() -> None:
    assert archived_copy_url("https://web.archive.org/web/2021/https://x.example/", None) == ""


def test_the_day_of_an_event_is_the_first_on_which_it_may_be() -> None:
    assert day_of_event(an_event(1, "2021-07-04T00:11:00Z")) == date(2021, 7, 4)
    assert day_of_event(an_event(1, None)) is None
