"""JSON as RFC 8259 defines it, which is stricter than what Python reads and writes by default."""

import json
import math
import re
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeVar

import msgspec

_T = TypeVar("_T")


def decode(
    data: bytes, object_of_pairs: Callable[[list[tuple[str, Any]]], Any] | None = None
) -> Any:
    """Return the value that UTF-8 ``data`` spells.

    A number beyond the range of a float is returned as its text. ``object_of_pairs`` makes what
    stands for an object from its members; by default a dict, in which the last of a name counts.

    Raises `ValueError` when it is not JSON in UTF-8, or nested too deeply for the decoder.
    """
    try:
        decoder = _decoder(object_of_pairs) if object_of_pairs else _DECODER
        return decoder.decode(data.removeprefix(BOM_UTF8).decode())
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def pruned(data: bytes) -> bytes:
    """Return the JSON text ``data`` with null in place of all below its hundredth level.

    The result is as broken as ``data`` is. Raises `ValueError` when it is not in UTF-8.
    """
    text = data.decode()
    pieces: list[str] = []
    depth = start = 0
    for token in _TOKEN.finditer(text):
        if token[0] in "[{":
            depth += 1
            if depth == _MAX_DEPTH + 1:
                pieces.append(text[start : token.start()])
        elif token[0] in "]}":
            depth -= 1
            if depth == _MAX_DEPTH:
                pieces.append("null")
                start = token.end()
    return "".join((*pieces, text[start:])).encode()


def decode_as(data: bytes, type_: type[_T]) -> _T:
    """Return the value that ``data`` spells as a ``type_`` of msgspec.

    Raises `ValueError` when `decode` does, or when the value is not of that type.
    """
    try:
        return msgspec.json.decode(data, type=type_)
    except (msgspec.DecodeError, RecursionError):
        # msgspec refuses lone surrogates and a byte order mark, which `decode` reads.
        return msgspec.convert(decode(data), type_, str_keys=True)


def encode(value: Any, *, errors: str = "backslashreplace") -> bytes:
    """Return ``value`` on one line, always as the same bytes: keys sorted, no spaces, UTF-8.

    It may hold structs of msgspec. A lone surrogate, which JSON may carry and UTF-8 may not, is
    written as its escape, or with ``errors="replace"`` as a question mark.

    Raises `ValueError` when it is nested too deeply, or holds NaN or infinity.
    """
    try:
        return _ENCODER.encode(value).encode(errors=errors)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def compact_json(value: Any) -> str:
    """Return ``value`` on one line without spaces, its members in the given order.

    It may hold structs of msgspec.
    """
    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError:
        # msgspec refuses lone surrogates, which Python's encoder writes.
        return _COMPACT.encode(value)


def encode_lines(members: Mapping[Any, Any]) -> bytes:
    """Return an object with one member a line, in the given order, so that diffs can be read.

    The members of a mapping in it have lines of their own too, in the order of their keys.
    """
    lines = []
    for name, value in members.items():
        is_nested = isinstance(value, Mapping) and value
        text = encode_lines(dict(sorted(value.items()))) if is_nested else encode(value)
        lines.append(b"%b: %b" % (encode(str(name)), text))
    return b"{\n" + b",\n".join(lines) + b"\n}"


def split_members(data: bytes) -> dict[str, bytes]:
    """Return the members of the JSON object ``data`` by name, each value as its own JSON text.

    Only the object itself is decoded.

    Raises `ValueError` when it is not a JSON object in UTF-8.
    """
    try:
        data.decode()
        return {name: bytes(value) for name, value in _split(data).items()}
    except (msgspec.MsgspecError, RecursionError):
        # msgspec refuses lone surrogates, which Python's decoder reads.
        members = decode(data)
        if not isinstance(members, dict):
            raise ValueError("not an object") from None
        return {name: encode(value) for name, value in members.items()}


def split_list(data: bytes) -> list[bytes]:
    """Return the items of the JSON list ``data``, each as its own JSON text.

    Raises `ValueError` when it is not a JSON list in UTF-8.
    """
    try:
        data.decode()
        return [bytes(value) for value in _split_list(data)]
    except (msgspec.MsgspecError, RecursionError):
        values = decode(data)
        if not isinstance(values, list):
            raise ValueError("not a list") from None
        return [encode(value) for value in values]


def join_members(members: dict[str, bytes]) -> bytes:
    """Return the members that `split_members` gives, in their order, separated by commas."""
    return b",".join([b"%b:%b" % (encode(name), value) for name, value in members.items()])


def _parse_float(text: str) -> float | str:
    value = float(text)
    return value if math.isfinite(value) else text


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


_MAX_DEPTH = 100
# A string without an end goes to that of the text.
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{}]', re.DOTALL)

_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=msgspec.to_builtins)

_ENCODER = json.JSONEncoder(
    ensure_ascii=False,
    sort_keys=True,
    separators=(",", ":"),
    allow_nan=False,
    default=msgspec.to_builtins,
)


def _decoder(object_of_pairs: Callable[[list[tuple[str, Any]]], Any] | None) -> json.JSONDecoder:
    return json.JSONDecoder(
        parse_float=_parse_float,
        parse_constant=_refuse_constant,
        object_pairs_hook=object_of_pairs,
    )


_DECODER = _decoder(None)
_split = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_split_list = msgspec.json.Decoder(list[msgspec.Raw]).decode
