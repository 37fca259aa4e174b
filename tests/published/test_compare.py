"""Where two contents differ first."""

import pytest

from events_archive.published.compare import first_difference


@pytest.mark.parametrize(
    ("built", "published", "words"),
    [
        ("same", "same", ""),
        ("a\nb", "a\nc", "line 2: “c” instead of “b”"),
        ("a\nb", "a", "line 2: no line instead of “b”"),
        ("a", "a\n", "line 2: “” instead of no line"),
        ("day", "days", "line 1: “days” instead of “day”"),
        (
            "x" * 100 + "1" + "y" * 100,
            "x" * 100 + "2" + "y" * 100,
            f"line 1: “…{'x' * 20}2{'y' * 39}…” instead of “…{'x' * 20}1{'y' * 39}…”",
        ),
    ],
)
def test_the_first_line_that_differs_is_shown_around_the_first_character(
    built: str, published: str, words: str
) -> None:
    assert first_difference(built.encode(), published.encode()) == words


def test_of_what_is_no_text_the_sizes_are_stated() -> None:
    assert first_difference(b"\xff1", b"\xff234") == "4 bytes instead of 2, or others"
