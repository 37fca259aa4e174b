"""The API: takes a request and an `EventDatabase`, returns a payload."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from tests.ll2_server import filters
from tests.ll2_server.database import EventDatabase
from tests.ll2_server.filters import Query
from tests.ll2_server.reference_data import API_ROOT, CONFIG, Record
from tests.ll2_server.response_modes import MODES, as_in_2_4_0, project
from tests.stand_in.pagination import paginate
from tests.stand_in.server import NotFoundError

Payload = dict[str, Any]

MAX_LIMIT = 100

_ROUTES = {
    "2.3.0": r"""(?P<root>)
        | events/ (?P<list>upcoming/|previous/)?
        | events/ (?:upcoming/|previous/)? (?P<event>[0-9]+)/
        | config/ (?P<config>[a-z_]+)/ (?: (?P<entry>[0-9]+)/ )?""",
    "2.4.0": r"""(?P<root>)
        | events/ (?P<list>detailed/|mini/)?
        | events/ (?P<event>[0-9]+)/
        | config/ (?P<config>[a-z_]+)/ (?: (?P<entry>[0-9]+)/ )?""",
}
"""The paths of each version, below its root."""
_MODES_OF_LISTS = {"": "normal", "detailed/": "detailed", "mini/": "list"}
"""The levels of detail of the lists of 2.4.0."""


class Api:
    """Serves the paths below the root of a version, such as `/2.3.0/`."""

    def __init__(self, database: EventDatabase, *, version: str = "2.3.0") -> None:
        self.database = database
        self.version = version
        self._routes = re.compile(rf"/{re.escape(version)}/(?: {_ROUTES[version]} )$", re.VERBOSE)
        #: LL2 declares no tiebreaker: with False, events of equal date come in another order
        #: in every response
        self.stable_ties = True
        #: with False, only the first field of `ordering` counts
        self.has_second_key = True
        #: parameters that are ignored silently, as LL2 ignores those that it does not know
        self.ignored_parameters = {"date__gt__lt"}
        self._requests = 0
        self._selections: dict[Any, list[Record]] = {}

    def payload(self, path: str, query: Query, origin: str) -> Payload:
        """Return the payload for one request; raises NotFoundError or InvalidParametersError."""
        route = self._routes.match(path)
        if route is None or query.get("format", ["json"])[-1] not in ("json", "api"):
            raise NotFoundError("Not found.")
        if route["event"]:
            return self._detail(int(route["event"]))
        if route["config"]:
            return _config(route["config"], route["entry"], query, origin + path)
        if route["root"] is not None:
            return {"events": f"{API_ROOT}events/", "config": f"{API_ROOT}config/"}
        query = {name: query[name] for name in query if name not in self.ignored_parameters}
        return self._list(route["list"] or "", query, origin + path)

    def _detail(self, number: int) -> Payload:
        record = self.database.find(number)
        if record is None:
            raise NotFoundError("No Event matches the given query.")
        return project(self._in_version(record), "detailed")

    def _in_version(self, record: Record) -> Record:
        return record if self.version == "2.3.0" else as_in_2_4_0(record)

    def _list(self, name: str, query: Query, url: str) -> Payload:
        mode = query.get("mode", ["normal"])[-1]
        mode = mode if mode in MODES else "normal"
        if self.version != "2.3.0":
            mode = _MODES_OF_LISTS[name]
        return paginate(
            self._selection(name, query), query, url, lambda record: project(record, mode),
            max_limit=MAX_LIMIT,
        )  # fmt: skip

    def _selection(self, name: str, query: Query) -> list[Record]:
        """Return the filtered and sorted records of a list.

        The pages of one list share the result until the database changes.
        """
        selecting = {name: query[name] for name in query if name not in _PAGE_PARAMETERS}
        self._requests += 1
        shuffle = 0 if self.stable_ties else self._requests
        parameters = urlencode(sorted(selecting.items()), doseq=True)
        key = (self.database.version, name, shuffle, parameters)
        records = self._selections.get(key)
        if records is None:
            records = self._select(name, query, _tiebreak(shuffle))
            self._selections = {key: records}
        return records

    def _select(self, name: str, query: Query, tiebreak: filters.Tiebreak) -> list[Record]:
        records = list(map(self._in_version, self.database.records()))
        if name == "upcoming/":
            records = list(filter(filters.upcoming_predicate(self.database.clock, query), records))
        elif name == "previous/":
            records = list(filter(filters.previous_predicate(self.database.clock), records))
        if self.version != "2.3.0":
            records = filters.filter_by_time(records, query, self.database.clock)
        if not self.has_second_key and "ordering" in query:
            query = query | {"ordering": [query["ordering"][-1].split(",")[0]]}
        default = "-date" if name == "previous/" else "date"
        selected = filters.filter_records(records, query)
        return filters.sort_records(selected, query, default=default, tiebreak=tiebreak)


_PAGE_PARAMETERS = {"limit", "offset", "mode", "format"}


def _tiebreak(shuffle: int) -> Callable[[Record], int]:
    """Return a sort key for records of equal date: the id, or for each `shuffle` another order."""
    if shuffle == 0:
        return lambda record: int(record["id"])
    return lambda record: (int(record["id"]) * 2654435761 * (2 * shuffle + 1)) % 4294967291


def _config(name: str, entry: str | None, query: Query, url: str) -> Payload:
    table = CONFIG.get(name)
    if table is None or (entry is not None and int(entry) not in table):
        raise NotFoundError("Not found.")
    if entry is not None:
        return table[int(entry)]
    term = query.get("search", [""])[-1].lower()
    matching = [item for item in table.values() if term in item["name"].lower()]
    return paginate(matching, query, url, dict, max_limit=MAX_LIMIT)
