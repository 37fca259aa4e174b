"""Canonical JSON: one text for each value, split into its members and joined again."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from events_archive.model.timestamps import AwareDatetime
from events_archive.store.canonical_json import (
    decode,
    decode_as,
    encode,
    encode_lines,
    join_members,
    split_members,
)

NAMES = st.sampled_from(["a", "b", "\u00e9", 'quoted "', "back\\slash", "", "\ud83d"])
TEXTS = st.sampled_from(["", 'a",]}', "\u2028", "\u00e9", "\ud800", "\\", "\n\t\x00", "\U0001f680"])
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
OBJECTS = st.dictionaries(NAMES | st.text(), VALUES, max_size=4)
NOISE = st.sampled_from(
    [
        *[b"", b" ", b",", b":", b'"', b"{", b"}", b"[", b"]", b"\\", b"\\u", b"\xff", b"\x00"],
        *[b"\r", b"1", b"-", b"0", b".", b"1e999", b"null", b"NaN", b"Infinity"],
        *[b'"a":', b',"b":', b"{},{}"],
    ]
)
CUTS = st.lists(st.tuples(st.integers(0, 99), st.integers(0, 3), NOISE), min_size=1, max_size=3)


def torn(line: bytes, cuts: list[tuple[int, int, bytes]]) -> bytes:
    """Return ``line`` with pieces of it replaced."""
    for place, length, noise in cuts:
        start = place % (len(line) + 1)
        line = line[:start] + noise + line[start + length :]
    return line


def result(function: Callable[[bytes], Any], data: bytes) -> Any:
    """What ``function`` returns for ``data``; the type of the error where it raises ValueError."""
    try:
        return function(data)
    except ValueError:
        return ValueError


def split_and_decoded(data: bytes) -> dict[str, Any]:
    return {name: decode(text) for name, text in split_members(data).items()}


@given(OBJECTS)
def test_an_object_is_one_line_with_sorted_keys_and_no_spaces(value: dict[str, Any]) -> None:
    line = encode(value)
    assert b"\n" not in line
    assert list(decode(line)) == sorted(value)
    assert line == encode(dict(reversed(value.items())))
    assert encode({"b": [1, {"d": 2, "c": None}], "a": "\u00e9"}) == (
        '{"a":"\u00e9","b":[1,{"c":null,"d":2}]}'.encode()
    )


@given(VALUES)
def test_what_is_encoded_is_decoded_to_the_same_value(value: Any) -> None:
    assert decode(encode(value)) == value


@given(OBJECTS)
def test_the_members_of_a_line_joined_are_the_line(value: dict[str, Any]) -> None:
    line = encode(value)
    assert b"{%b}" % join_members(split_members(line)) == line


@given(OBJECTS)
def test_each_member_is_what_the_line_has_there(value: dict[str, Any]) -> None:
    line = encode(value)
    assert split_and_decoded(line) == decode(line) == value
    assert list(split_members(line)) == list(decode(line))


@given(OBJECTS, CUTS)
@example({"a": "\ud800", "b": [1.5]}, [(0, 0, b" ")])
@example({"a": [1]}, [(6, 0, b'"\x00"')])
@example({"a": [1]}, [(6, 0, b"01")])
@example({"a": ["\\"]}, [(8, 1, b"q")])
def test_a_damaged_line_is_split_only_where_it_can_be_decoded(
    value: dict[str, Any], cuts: list[tuple[int, int, bytes]]
) -> None:
    data = torn(encode(value), cuts)
    whole = result(decode, data)
    assert result(split_and_decoded, data) == (whole if isinstance(whole, dict) else ValueError)


def test_white_space_between_members_is_no_part_of_them() -> None:
    data = b'\xef\xbb\xbf {"b" : [1, 2] ,\t"a":"x"}\r\n'
    assert {name: decode(text) for name, text in split_members(data).items()} == decode(data)
    assert split_members(data.removeprefix(b"\xef\xbb\xbf")) == {"b": b"[1, 2]", "a": b'"x"'}


def test_of_two_members_with_one_name_the_second_counts() -> None:
    assert split_members(b'{"a":1,"b":2,"a":3}') == {"a": b"3", "b": b"2"}


def test_half_a_surrogate_pair_is_written_as_its_escape() -> None:
    line = encode({"name \ud800": "\udfff", "z": "\u00e9"})
    assert line == '{"name \\ud800":"\\udfff","z":"\u00e9"}'.encode()
    members = split_members(line)
    assert members == {"name \ud800": b'"\\udfff"', "z": '"\u00e9"'.encode()}
    assert b"{%b}" % join_members(members) == line


def test_a_number_beyond_the_range_of_a_float_is_its_text() -> None:
    assert decode(b'{"a":1e999,"b":-1e999}') == {"a": "1e999", "b": "-1e999"}
    assert split_members(b'{"a":1e999}') == {"a": b"1e999"}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [float("-inf")]])
def test_what_json_has_no_word_for_is_not_encoded(value: Any) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        encode(value)


@pytest.mark.parametrize(
    "data", [b"[]", b"1", b"null", b'"a"', b"", b"\xff", b"{}{}", b'{"a":NaN}']
)
def test_only_an_object_has_members(data: bytes) -> None:
    with pytest.raises(ValueError):
        split_members(data)


@pytest.mark.parametrize(("head", "tail"), [("[", "]"), ('{"a":', "}")])
def test_what_is_nested_too_deeply_is_an_error_like_others(head: str, tail: str) -> None:
    depth = 100_000
    data = f'{{"x":{head * depth}1{tail * depth}}}'.encode()
    for function in (decode, split_members):
        with pytest.raises(ValueError, match="nested too deeply"):
            function(data)
    value: Any = 1
    for _ in range(depth):
        value = [value]
    with pytest.raises(ValueError, match="nested too deeply"):
        encode(value)


def test_what_is_decoded_is_what_the_standard_library_decodes() -> None:
    text = json.dumps({"a": [1, 2.5, -0.0, True, None, "\u00e9\U0001f680/\\"], "b": {}})
    assert decode(text.encode()) == json.loads(text)


@given(st.text(st.characters(min_codepoint=0xD7FF, max_codepoint=0xE000)))
def test_half_a_surrogate_pair_is_read_and_written(text: str) -> None:
    sent = json.dumps({"id": 1, "name": text}).encode()
    record = decode(sent)
    assert decode(encode(record)) == record


@pytest.mark.parametrize("text", [b"NaN", b"[Infinity]", b"\xff", b"", b"[" * 100_000])
def test_what_is_not_json_is_an_error(text: bytes) -> None:
    with pytest.raises(ValueError):
        decode(text)


def test_a_value_is_decoded_as_a_type() -> None:
    expected = {9: datetime(2026, 9, 7, 6, 0, 1, tzinfo=UTC)}
    for data in (b'{"9":"2026-09-07T06:00:01Z"}', b'\xef\xbb\xbf{"9":"2026-09-07T06:00:01Z"}'):
        assert decode_as(data, dict[int, AwareDatetime]) == expected
    assert decode_as(b'{"a":"\\ud800"}', dict[str, str]) == {"a": "\ud800"}


@pytest.mark.parametrize(
    "data",
    [b'{"x":"2026-09-07T06:00:01Z"}', b'{"9":"2026-09-07T06:00:01"}', b'{"9":"soon"}', b'{"9":1}',
     b"[]", b"", b'{"9"', b"\xff", b'{"9":"\xff"}', b'{"9":"\\ud800"}',
     b'{"9":' + b"[" * 100_000 + b"]" * 100_000 + b"}"],
)  # fmt: skip
def test_a_value_of_another_type_is_an_error(data: bytes) -> None:
    with pytest.raises(ValueError):
        decode_as(data, dict[int, AwareDatetime])


def test_an_object_of_lines_has_its_members_in_the_given_order() -> None:
    assert encode_lines({"b": 1, 'a"': [2]}) == b'{\n"b": 1,\n"a\\"": [2]\n}'
    assert encode_lines({}) == b"{\n\n}"


def test_a_mapping_in_an_object_of_lines_has_its_members_in_the_order_of_their_keys() -> None:
    assert encode_lines({"a": {10: [1], 9: {"b": 2}}, "b": {}}) == (
        b'{\n"a": {\n"9": {\n"b": 2\n},\n"10": [1]\n},\n"b": {}\n}'
    )
