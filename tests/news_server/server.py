"""The stand-in server: articles, throttle and faults behind one HTTP server."""

import re
from collections.abc import Callable
from datetime import datetime
from operator import ge, gt, le, lt
from random import Random
from typing import Any

from tests.news_server.database import ArticleDatabase, Record
from tests.stand_in.pagination import Query, paginate
from tests.stand_in.request_log import LoggedRequest
from tests.stand_in.server import InvalidParametersError, NotFoundError, StandInServer
from tests.stand_in.throttle import UNLIMITED

MAX_LIMIT = 500
_ROUTE = re.compile(r"/v4/(?:(?P<list>articles|blogs|reports)/(?:(?P<id>\d+)/)?|(?P<info>info/))$")
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {"gte": ge, "lte": le, "gt": gt, "lt": lt}
_FIELDS = ("updated_at", "published_at")


class NewsApi:
    """Takes a request and an `ArticleDatabase`, returns a payload."""

    def __init__(self, database: ArticleDatabase) -> None:
        self.database = database
        #: a filter that joins tables lists an article once for each of its events
        self.repeats = True
        #: with False, articles of equal date come in another order in every response
        self.stable_ties = True
        #: parameters that are ignored silently, as the API ignores those that it does not know
        self.ignored_parameters: set[str] = set()
        self._requests = 0

    def payload(self, path: str, query: Query, origin: str) -> Any:
        """Return the payload; raises NotFoundError or InvalidParametersError."""
        route = _ROUTE.match(path)
        if route is None:
            raise NotFoundError("Not found.")
        if route["info"]:
            return {"version": "4.31.0", "news_sites": []}
        records = self.database.records(route["list"])
        if route["id"]:
            found = [record for record in records if record["id"] == int(route["id"])]
            if not found:
                raise NotFoundError("No Article matches the given query.")
            return found[0]
        query = {name: query[name] for name in query if name not in self.ignored_parameters}
        selected = self._sorted(_filtered(self._joined(records, query), query), query)
        return paginate(selected, query, origin + path, dict, max_limit=MAX_LIMIT)

    def _joined(self, records: list[Record], query: Query) -> list[Record]:
        """Return the records that a filter by events lists."""
        if query.get("has_event", ["false"])[-1] != "true":
            return records
        return [
            record
            for record in records
            for _ in (record["events"] if self.repeats else record["events"][:1])
        ]

    def _sorted(self, records: list[Record], query: Query) -> list[Record]:
        self._requests += 1
        if not self.stable_ties:
            Random(self._requests).shuffle(records)
        ordering = query.get("ordering", ["-published_at"])[-1]
        field = ordering.lstrip("-")
        if field not in _FIELDS:
            return records
        return sorted(records, key=lambda one: str(one[field]), reverse=ordering.startswith("-"))


class NewsServer(StandInServer):
    """Spaceflight News API; `url` is for `build.py --news-api-url`."""

    root = "/v4/"

    def __init__(
        self, database: ArticleDatabase | None = None, *, port: int = 0, limit: int = UNLIMITED
    ) -> None:
        self.database = database or ArticleDatabase()
        self.api = NewsApi(self.database)
        super().__init__(port=port, limit=limit)

    def payload(self, request: LoggedRequest, origin: str) -> Any:
        """Return the payload of the API."""
        return self.api.payload(request.path, request.query_lists, origin)


def _filtered(records: list[Record], query: Query) -> list[Record]:
    for field in _FIELDS:
        for name, passes in _COMPARISONS.items():
            if bound := query.get(f"{field}_{name}", [""])[-1]:
                limit = _parse(f"{field}_{name}", bound)
                records = [one for one in records if passes(_parse(field, one[field]), limit)]
    if ids := query.get("event", [""])[-1]:
        wanted = set(ids.split(","))
        records = [
            one for one in records if {str(link["event_id"]) for link in one["events"]} & wanted
        ]
    return records


def _parse(name: str, text: Any) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise InvalidParametersError({name: ["Enter a valid date/time."]}) from None
