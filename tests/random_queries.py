"""Random queries of the API, valid and not, with values of records so that some match."""

from collections.abc import Callable
from random import Random
from typing import Any
from urllib.parse import urlencode

from tests.ll2_server.reference_data import Record

Pairs = list[tuple[str, str]]

NOT_NUMBERS = ("two", "2;3", "0x2", "2 3", "½", "--1", "1,x")
NOT_DATES = (
    "yesterday",
    "2021-02-30",
    "2021-13-01",
    "04/07/2021",
    "2021",
    "2021-07-04T25:00:00Z",
)


class QueryGenerator:
    """Makes query strings; the same seed makes the same ones."""

    def __init__(self, records: list[Record], seed: int = 5) -> None:
        self._rng = Random(seed)
        self._records = records
        self._filters: dict[str, Callable[[], Pairs]] = {
            "type": lambda: [("type", str(self._record()["type"]["id"]))],
            "type__ids": lambda: self._list("type__ids", lambda r: [r["type"]["id"]]),
            "id": lambda: self._list("id", lambda r: [r["id"]]),
            "agency__ids": lambda: self._list("agency__ids", _ids("agencies")),
            "program__ids": lambda: self._list("program__ids", _ids("program")),
            "expedition__ids": lambda: self._list("expedition__ids", _ids("expeditions")),
            "spacestation__ids": lambda: self._list("spacestation__ids", _ids("spacestations")),
            "launch__ids": lambda: self._list("launch__ids", _ids("launches")),
            "program": self._programs,
            "year": lambda: self._list("year", lambda r: [_part(r, 0, 4)]),
            "month": lambda: self._list("month", lambda r: [_part(r, 5, 7)]),
            "day": lambda: self._list("day", lambda r: [_part(r, 8, 10)]),
            "slug": lambda: [("slug", self._record()["slug"])],
            "video_url": lambda: self._list(
                "video_url", lambda r: [v["url"] for v in r["vid_urls"]]
            ),
            "search": self._search,
            **{
                f"{field}__{how}": lambda name=f"{field}__{how}", field=field: [  # type: ignore[misc]
                    (name, self._datetime(field))
                ]
                for field, hows in (
                    ("date", ("gt", "gte", "lt", "lte")),
                    ("last_updated", ("gte", "lte")),
                )
                for how in hows
            },
        }

    def query_string(self) -> str:
        """Return a few filters, sometimes with an order and a page."""
        rng = self._rng
        pairs: Pairs = []
        for name in rng.sample(sorted(self._filters), rng.choice((0, 1, 1, 1, 2, 2, 3))):
            pairs += self._filters[name]()
        if rng.random() < 0.5:
            pairs.append(("ordering", rng.choice(_ORDERINGS)))
        if rng.random() < 0.7:
            pairs.append(
                ("limit", rng.choice(("1", "3", "10", "25", "100", "500", "0", "-4", "ten")))
            )
        if rng.random() < 0.3:
            pairs.append(("offset", rng.choice(("0", "2", "10", "40", "2000", "-3", "x"))))
        if rng.random() < 0.3:
            pairs.append(("mode", rng.choice(("list", "normal", "detailed", "whole"))))
        if rng.random() < 0.15:
            pairs.append(
                rng.choice((("foo", "1"), ("date__gt__lt", "2021-01-01"), ("type__id", "2")))
            )
        return urlencode(self._with_invalid_value(pairs) if rng.random() < 0.2 else pairs)

    def _with_invalid_value(self, pairs: Pairs) -> Pairs:
        """Return ``pairs`` with one more filter, whose value is invalid."""
        rng = self._rng
        bad = rng.choice(
            (
                (
                    rng.choice(("type__ids", "id", "year", "day", "agency__ids")),
                    rng.choice(NOT_NUMBERS),
                ),
                ("type", rng.choice((*NOT_NUMBERS, "2,3"))),
                ("program", rng.choice(("x", "1.5", "17,18"))),
                (
                    rng.choice(("date__gt", "date__lte", "last_updated__gte")),
                    rng.choice(NOT_DATES),
                ),
                ("format", "xml"),
            )
        )
        if bad[0] == "format":
            return [bad]
        return [pair for pair in pairs if pair[0] != bad[0]] + [bad]

    def _record(self) -> Record:
        return self._rng.choice(self._records)

    def _list(self, name: str, read: Callable[[Record], list[Any]]) -> Pairs:
        """Return a list of values of one to four records, with or without spaces in it."""
        values = [
            str(v) for _ in range(self._rng.choice((1, 1, 2, 4))) for v in read(self._record())
        ]
        values = [value for value in values if value]
        if self._rng.random() < 0.2 and name not in ("launch__ids", "video_url"):
            values = [*values, self._rng.choice(("99999", " 3", "2.0", "2.5", "-1", ""))]
        return [(name, ",".join(values))] if any(values) else []

    def _programs(self) -> Pairs:
        values = [program["id"] for _ in range(3) for program in self._record()["program"] or ()]
        return [("program", str(value)) for value in values[:2]]

    def _search(self) -> Pairs:
        words = self._record()["name"].split()
        chosen = self._rng.sample(words, min(len(words), self._rng.choice((1, 2, 3))))
        cut = [
            word[: self._rng.choice((3, 20))]
            for word in chosen
            if '"' not in word and "'" not in word
        ]
        text = self._rng.choice((" ", ", ", ",")).join(cut)
        return [("search", self._rng.choice((text, text.upper(), text.lower())))] if text else []

    def _datetime(self, field: str) -> str:
        """Return the date of a record in one of the formats of ISO 8601, or nearly that date."""
        timestamp = self._record()[field] or "2021-07-04T00:11:00Z"
        formats = (
            timestamp,
            timestamp[:10],
            timestamp[:16],
            timestamp[:-1],
            f"{timestamp[:10]} {timestamp[11:19]}",
            f"{timestamp[:-1]}+02:00",
        )
        return self._rng.choice(formats)


_ORDERINGS = (
    "date", "-date", "last_updated", "-last_updated", "name", "-date,last_updated",
    "last_updated,-date", "id,-last_updated", "",
)  # fmt: skip


def _ids(relation: str) -> Callable[[Record], list[Any]]:
    return lambda record: [item["id"] for item in record[relation] or ()]


def _part(record: Record, begin: int, end: int) -> str:
    return (record["date"] or "")[begin:end]
