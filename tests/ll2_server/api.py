"""The API itself: a request and a EventDatabase in, status and payload out."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from tests.ll2_server import filters
from tests.ll2_server.database import EventDatabase
from tests.ll2_server.filters import Query
from tests.ll2_server.pagination import page_of
from tests.ll2_server.reference_data import API_ROOT, CONFIG, Record
from tests.ll2_server.response_modes import MODES, project

Payload = dict[str, Any]

_ROUTES = re.compile(
    r"""/2\.3\.0/ (?: (?P<root>)
        | events/ (?P<list>upcoming/|previous/)?
        | events/ (?:upcoming/|previous/)? (?P<event>[0-9]+)/
        | config/ (?P<config>[a-z_]+)/ (?: (?P<entry>[0-9]+)/ )?
    )$""",
    re.VERBOSE,
)


class NotFoundError(Exception):
    """A 404; the text is what DRF would say."""


class Api:
    """Answers the paths below `/2.3.0/`."""

    def __init__(self, database: EventDatabase) -> None:
        self.database = database
        #: LL2 declares no tiebreaker: switch this off to have equal dates in another order
        #: on every request
        self.stable_ties = True
        #: parameters this server has never heard of, and therefore ignores silently
        self.unknown = {"date__gt__lt"}
        self._requests = 0
        self._selections: dict[Any, list[Record]] = {}

    def payload(self, path: str, query: Query, origin: str) -> Payload:
        """Answer one request; raises NotFoundError or BadParametersError."""
        route = _ROUTES.match(path)
        if route is None or query.get("format", ["json"])[-1] not in ("json", "api"):
            raise NotFoundError("Not found.")
        if route["event"]:
            return self._event(int(route["event"]))
        if route["config"]:
            return _config(route["config"], route["entry"], query, origin + path)
        if route["root"] is not None:
            return {"events": f"{API_ROOT}events/", "config": f"{API_ROOT}config/"}
        return self._events(route["list"] or "", query, origin + path)

    def _event(self, number: int) -> Payload:
        record = self.database.find(number)
        if record is None:
            raise NotFoundError("No Event matches the given query.")
        return project(record, "detailed")

    def _events(self, part: str, query: Query, address: str) -> Payload:
        mode = query.get("mode", ["normal"])[-1]
        mode = mode if mode in MODES else "normal"
        return page_of(
            self._selected(part, query), query, address, lambda record: project(record, mode)
        )

    def _selected(self, part: str, query: Query) -> list[Record]:
        """Filter and sort; the pages of one list share the result until the database changes."""
        asked = {name: values for name, values in query.items() if name not in self.unknown}
        choice = {name: asked[name] for name in asked if name not in _PAGE_ONLY}
        self._requests += 1
        turn = 0 if self.stable_ties else self._requests
        key = (self.database.version, part, turn, urlencode(sorted(choice.items()), doseq=True))
        found = self._selections.get(key)
        if found is None:
            found = self._select(part, asked, _tiebreak(turn))
            self._selections = {key: found}
        return found

    def _select(self, part: str, query: Query, tiebreak: filters.Tiebreak) -> list[Record]:
        records = self.database.records()
        if part == "upcoming/":
            records = list(filter(filters.is_upcoming(self.database.clock, query), records))
        elif part == "previous/":
            records = list(filter(filters.is_previous(self.database.clock), records))
        default = "-date" if part == "previous/" else "date"
        kept = filters.matches(records, query)
        return filters.ordered(kept, query, default=default, tiebreak=tiebreak)


_PAGE_ONLY = {"limit", "offset", "mode", "format"}


def _tiebreak(turn: int) -> Callable[[Record], int]:
    if turn == 0:
        return lambda record: int(record["id"])
    # Any mixing will do that is another for every turn and the same in every run.
    return lambda record: (int(record["id"]) * 2654435761 * (2 * turn + 1)) % 4294967291


def _config(name: str, entry: str | None, query: Query, address: str) -> Payload:
    table = CONFIG.get(name)
    if table is None or (entry is not None and int(entry) not in table):
        raise NotFoundError("Not found.")
    if entry is not None:
        return table[int(entry)]
    term = query.get("search", [""])[-1].lower()
    found = [item for item in table.values() if term in item["name"].lower()]
    return page_of(found, query, address, dict)
