"""Says what of a question is ignored, as the API does without a word."""

from collections.abc import Iterator, Mapping, Sequence

from events_archive.query.coercion import count
from events_archive.query.parameters import (
    BY_NAME,
    LARGEST_LIMIT,
    MESSAGES,
    MODES,
    ORDERINGS,
    PARAMETERS,
)

_FORMER = {parameter.former: parameter.name for parameter in PARAMETERS if parameter.former}


def query_warnings(given: Sequence[tuple[str, str]], last: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each name that is not known, and for each value that is passed over.

    ``given`` are the names and values as they came, ``last`` the values that count.
    """
    for name in dict.fromkeys(name for name, _ in given):
        if name in _FORMER:
            yield MESSAGES["former"].format(name=name, now=_FORMER[name])
        elif name not in BY_NAME:
            yield MESSAGES["unknown"].format(name=name)
    for term in map(str.strip, last.get("ordering", "").split(",")):
        if term and term not in ORDERINGS:
            yield MESSAGES["ordering"].format(value=term, choices=", ".join(ORDERINGS))
    mode = last.get("mode", "normal")
    if mode not in MODES:
        yield MESSAGES["mode"].format(value=mode, choices=", ".join(MODES))
    for name, least in (("limit", 1), ("offset", 0)):
        yield from _count_warnings(name, last.get(name, str(least)), least)


def _count_warnings(name: str, value: str, least: int) -> Iterator[str]:
    number = count(value, least=least)
    if number is None:
        yield MESSAGES["count"].format(name=name, value=value)
    elif name == "limit" and number > LARGEST_LIMIT:
        yield MESSAGES["limit"].format(value=value, largest=LARGEST_LIMIT)
