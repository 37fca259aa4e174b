"""JSON as the standard has it (RFC 8259), which is narrower than what Python reads and writes."""

import json
import math
import re
from typing import Any, NoReturn

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def decode(data: bytes) -> Any:
    """The value that UTF-8 ``data`` spells.

    Raises `ValueError` when it is not JSON in UTF-8, or nested deeper than a reader can follow.
    """
    try:
        return json.loads(data.decode("utf-8-sig"), parse_float=_number, parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def encode(value: Any) -> bytes:
    """``value`` on one line, always the same bytes: keys sorted, no spaces, UTF-8 as it is.

    Half a surrogate pair, which JSON may carry and UTF-8 may not, is written as its escape.

    Raises `ValueError` when it is nested too deeply, or holds NaN or infinity.
    """
    try:
        text = json.dumps(
            value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
        )
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _LONE_SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode()


def _number(text: str) -> float | str:
    value = float(text)
    return value if math.isfinite(value) else text


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
