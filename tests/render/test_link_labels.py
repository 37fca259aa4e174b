"""What links to other sites are called."""

import pytest

from events_archive.render.link_labels import with_labels, words_of_url
from tests.factories import a_link, a_video


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (
            "https://www.nasa.gov/news-release/nasa-sets-coverage-for-crew-13-docking/",
            "Nasa sets coverage for crew 13 docking",
        ),
        ("https://example.org/first_walk_in_space.html?id=5#top", "First walk in space"),
        ("https://example.org/astronauts-finish-repair-1234567", "Astronauts finish repair"),
        (
            "https://a.b/%D0%B2%D1%8B%D1%85%D0%BE%D0%B4-%D0%B2-%D0%BA%D0%BE%D1%81",
            "Выход в кос",
        ),
        ("https://www.nasa.gov/", ""),
        ("https://www.nasa.gov", ""),
        ("https://www.nasa.gov/live", ""),
        ("https://x.com/NASA/status/1801234567890123456", ""),
        ("https://www.youtube.com/watch?v=some-words-here", ""),
        ("https://example.org/5f2e-1b7d-4c33-9a01", ""),
        ("https://example.org/" + "-".join(["word"] * 40), ""),
        ("https://example.org/a--b-c", ""),
        ("https://example.org/<b>-of-x%00", ""),
    ],
)
def test_the_last_part_of_a_url_is_words_if_it_looks_like_a_title(url: str, words: str) -> None:
    assert words_of_url(url) == words


def test_no_two_links_of_an_event_have_one_label() -> None:
    links = [
        a_link(title="Docking"),
        a_link(title="Docking", url="https://example.org/"),
        a_link(title="", url="https://www.nasa.gov/event/1", type="Official Page"),
        a_link(title="", url="https://www.nasa.gov/event/2", type="Official Page"),
        a_link(title="", url="https://www.nasa.gov/event/3"),
        a_link(title="", url="https://www.nasa.gov/crew-13-docks-today"),
        a_video(title="", type=""),
        a_video(title=""),
    ]
    assert [label for _, label in with_labels(links)] == [
        "Docking",
        "Docking (2)",
        "Official Page on nasa.gov",
        "Official Page on nasa.gov (2)",
        "Page on nasa.gov",
        "Crew 13 docks today",
        "Webcast on youtube.com",
        "Official Webcast on youtube.com",
    ]
