"""A text that is twice as long takes about twice the time, whatever it consists of.

Only the ratio of two measurements of the same process counts, at lengths at which the square of the
length would be some hundred times as slow.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from events_archive.model.places import place_of
from events_archive.model.series import memberships
from events_archive.model.slugs import slugify
from events_archive.query.parser import InvalidQueryError, parse_query
from events_archive.render.markdown import markdown_to_html
from events_archive.safe_text import safe_text
from events_archive.source import bounds, links, text
from events_archive.source.json_fields import parse_duration
from events_archive.store import canonical_json

LENGTH = 12_000
MAX_RATIO = 3.2
MAX_RATIO_OF_MARKDOWN = 5.5
"""Its parser takes the square of the length for a few texts: half a second for the longest that it
gets (`bounds.MAX_MARKDOWN`), and for none more than that."""
MEASURABLE = 0.01
"""Seconds of CPU; what takes less at twice the length is not slow."""

UNITS = (
    "[", "]", "](", "[a](", "[a](https://x.example/(", "*a* ", "*_", "__a _b ", "_a __b ", "**a*b ",
    "***a ", "`", "`a ``b ", "\\", "<", "<https://a", "&#1;", "&a", "&", "https://a.b ", "https://a",
    ")", "(", "\n", " \n", "a\n", "- a\n", "- ", "> ", "> a\n", "1. a\n", "1. ", "  - a\n", "!",
    "a", "a ", " ", "\t", "\r", "\r\n", "9", "\u0301\u0316", "\u200b", "\u3164 ", "é", "a.", ".a-",
    "a,", ", moon", "/event/1", "Ingenuity Flight ", "Ingenuity ", "US EVA-", "P1W", "'s ", "Sets ",
    '"', '\\"',
)  # fmt: skip


def query(value: str) -> None:
    with suppress(InvalidQueryError):
        parse_query(value, datetime(2026, 1, 1, tzinfo=UTC))


FUNCTIONS: dict[str, Callable[[str], Any]] = {
    "clean_text": text.clean_text,
    "clean_line": text.clean_line,
    "clean_title": text.clean_title,
    "clean_summary": text.clean_summary,
    "clean_url": lambda value: links.clean_url("https://a.example/" + value),
    "host_note": lambda value: links.host_note("https://a.example/", value),
    "reason_for_plain_text": lambda value: bounds.reason_for_plain_text(value[:16_000]),
    "parse_duration": lambda value: parse_duration("P" + value),
    "pruned": lambda value: canonical_json.pruned(f'["{value}'.encode()),
    "memberships": lambda value: list(memberships("US EVA-" + value, 2)),
    "place_of": place_of.__wrapped__,
    "slugify": slugify,
    "safe_text": safe_text,
    "parse_query": query,
    "parse_query_as_url": lambda value: query("/" + value),
    "markdown": lambda value: markdown_to_html.__wrapped__("*a* " + value),
}
SLOW = {"markdown"}


def cpu_time(function: Callable[[str], Any], value: str) -> float:
    started = time.process_time()
    function(value)
    return time.process_time() - started


def is_linear(
    function: Callable[[str], Any], unit: str, length: int, max_ratio: float = MAX_RATIO
) -> bool:
    """Whether twice the length takes at most ``max_ratio`` times as long, in the best of a few."""
    short, long = (unit * (size // len(unit)) for size in (length, 2 * length))
    for attempts in (1, 3, 9):
        best = min(cpu_time(function, long) for _ in range(attempts))
        if best < MEASURABLE:
            return True
        if best < max_ratio * min(cpu_time(function, short) for _ in range(attempts)):
            return True
    return False


@pytest.mark.parametrize("name", FUNCTIONS)
def test_twice_the_length_takes_about_twice_the_time(name: str) -> None:
    length = 4_000 if name in SLOW else LENGTH
    assert [unit for unit in UNITS if not is_linear(FUNCTIONS[name], unit, length)] == []


@settings(max_examples=25, deadline=None)
@given(st.text(st.sampled_from("[]()*_`<>&#;\\ \n-1.ahttps:/"), min_size=1, max_size=12))
@example("*a* ")
@example(")\na*pa;\\``*")
def test_any_text_takes_linear_time_as_markdown_or_without_it(unit: str) -> None:
    assert is_linear(FUNCTIONS["markdown"], unit, 4_000, MAX_RATIO_OF_MARKDOWN)
    assert is_linear(FUNCTIONS["markdown"], unit, 40_000)
