"""What compiled templates put values out with: escaping, and the filters every template has."""

import json
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from markupsafe import Markup, escape

try:
    from markupsafe import _escape_inner  # type: ignore[attr-defined]
except ImportError:

    def _escape_inner(s: str, /) -> str:
        return str(escape(s))


plain: Callable[[str], str] = _escape_inner
"""What `markupsafe.escape` calls for a text and makes `Markup` of: that takes longer than to escape
it, and a page puts out two hundred texts."""


marked: Callable[[str], Markup] = partial(str.__new__, Markup)
"""The text as markup; a third of the time that `Markup` takes, which looks for more than texts."""


def esc(value: object) -> str:
    """The value as text for HTML and XML: escaped, unless it is markup already."""
    kind = value.__class__
    if kind is str:
        return plain(value)  # type: ignore[arg-type]
    if kind is Markup:
        return value  # type: ignore[return-value]
    if kind is int:
        return str(value)
    if hasattr(value, "__html__"):
        return str(value.__html__())
    return plain(str(value))


def joined(*parts: object) -> str:
    """The parts as one text; where one of them is markup, as markup."""
    if any(hasattr(part, "__html__") for part in parts):
        return Markup("".join(map(esc, parts)))
    return "".join(map(str, parts))


def joined_plain(*parts: object) -> str:
    """The parts as one text."""
    return "".join(map(str, parts))


def as_markup(macro: Callable[..., str]) -> Callable[..., Markup]:
    """The macro as a value: called, it gives markup."""
    return lambda *arguments, **named: marked(macro(*arguments, **named))


def _join(values: Iterable[object], between: str = "") -> str:
    values = list(values)
    if any(hasattr(value, "__html__") for value in (between, *values)):
        return Markup(esc(between).join(map(esc, values)))
    return between.join(map(str, values))


def _to_json(value: object) -> Markup:
    """JSON that may stand in HTML as well, as Jinja's filter makes it."""
    text = json.dumps(value, sort_keys=True)
    for sign in "<>&'":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)


def _quoted(text: str) -> str:
    from urllib.parse import quote  # noqa: PLC0415 - one page needs it

    return quote(text, safe="/")


FILTERS: dict[str, Callable[..., Any]] = {
    "format": lambda text, *values: text % values,
    "join": _join,
    "length": len,
    "list": list,
    "min": min,
    "safe": Markup,
    "tojson": _to_json,
    "urlencode": _quoted,
}
"""Those of Jinja's filters that our templates use."""
