"""What many lines share is decoded once, and every line comes out as if it were the only one."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from events_archive.store.canonical_json import _DECODER, Decoder, decode, encode, spans

NAMES = st.sampled_from("abc")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 12) | st.sampled_from(["", 'a",]}', "\u2028", "é"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
LINES = st.dictionaries(NAMES, VALUES, max_size=3).map(lambda record: encode(record).decode())
NOISE = st.sampled_from(
    ["", " ", ",", ":", '"', "{", "}", "[", "]", "\\", "1", "null", "NaN", '"a":', ',"b":']
)


def torn(line: str, cuts: list[tuple[int, int, str]]) -> str:
    """The line with pieces of it replaced."""
    for place, length, noise in cuts:
        start = place % (len(line) + 1)
        line = line[:start] + noise + line[start + length :]
    return line


def told(text: str, read: Callable[[bytes], Any]) -> Any:
    """What is read of a text, or in which words it is refused."""
    try:
        return read(text.encode("utf-8", "replace"))
    except ValueError as problem:
        return str(problem)


@given(LINES, st.lists(st.tuples(st.integers(0, 99), st.integers(0, 3), NOISE), max_size=2))
@example(" \n[1]\r\n", [])
@example("\ufeff{}", [])
@example("\ufeff\ufeff{}", [])
@example("{}\u00a0", [])
@example("[" * 100_000, [])
def test_what_is_read_and_what_is_said_of_what_cannot_be_is_as_json_has_it(
    line: str, cuts: list[tuple[int, int, str]]
) -> None:
    def as_json_has_it(data: bytes) -> Any:
        try:
            return _DECODER.decode(data.decode("utf-8-sig"))
        except RecursionError:
            raise ValueError("nested too deeply") from None

    text = torn(line, cuts)
    assert told(text, decode) == told(text, as_json_has_it)


def by_itself(text: str) -> Any:
    """What ``text`` is without any other line, and where; None where it is refused."""
    try:
        return spans(text)
    except ValueError:
        return None


def after_others(decoder: Decoder, text: str) -> Any:
    try:
        found = decoder.spans(text)
        assert decoder.members(text) == found[0]
        return found
    except ValueError:
        return None


@given(
    st.lists(
        st.tuples(
            LINES, st.lists(st.tuples(st.integers(0, 99), st.integers(0, 3), NOISE), max_size=2)
        ),
        max_size=8,
    )
)
@example([('{"a":[1],"b":2}', []), ('{"a":[1],"b":2},"b":3}', [])])
@example([('{"a":[1],"b":2}', []), ('{"a":[1] ,"b":2}', []), ('{"a":[1],"b":2,"b":3}', [])])
@example([('{"a":{"b":[1],"c":0},"b":2}', []), ('{"a":{"b":[1],"c":0},"b":[[2],"b"]}', [])])
@example([('{"a":1,"a":2}', []), ('{"a":1,"a":2}', []), ("{}", []), ("{", []), ("", [])])
def test_each_line_is_decoded_as_if_alone(lines: list[tuple[str, Any]]) -> None:
    decoder = Decoder({"a", "c"})
    for line, cuts in lines:
        # Whole first, so that the torn line is the very one that is expected next.
        for text in (line, torn(line, cuts), line):
            assert after_others(decoder, text) == by_itself(text)


def test_equal_words_of_a_shared_member_become_one_value() -> None:
    decoder = Decoder({"a"})
    lines = [encode({"a": [{"b": 1}], "b": [number], "c": 0}).decode() for number in range(4)]
    objects = [decoder.members(line) for line in lines]
    assert objects == [json.loads(line) for line in lines]
    assert objects[1]["a"] is objects[2]["a"] is objects[3]["a"]
    assert objects[2]["b"] is not objects[3]["b"]


def test_what_is_kept_of_ever_new_values_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("events_archive.store.canonical_json._MOST_KNOWN", 5)
    decoder = Decoder({"a"})
    for number in range(50):
        line = encode({"a": [number], "b": 0}).decode()
        assert decoder.members(line) == {"a": [number], "b": 0}
    assert len(decoder._known) == 5
