"""The articles of the stand-in server, which tests add, change and delete."""

import copy
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from random import Random
from threading import RLock
from typing import Any, Self

Record = dict[str, Any]

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
LISTS = ("articles", "blogs", "reports")
LAUNCH_LIBRARY = "Launch Library 2"

_SITES = ("NASASpaceflight", "SpaceNews", "ESA", "NASA", "Spaceflight Now", "Роскосмос")
_AUTHORS = ("Jane Doe", "Ōsumi Haruka", "William O’Neil", "Анна Иванова", "Zoë Núñez")
_TITLES = (
    "{} reaches the station after a night’s chase",
    "What to expect from {}",
    "“A beautiful sight”: {} in pictures & words",
    "{}: a delay of <i>two</i> days",
    "Прямая трансляция: {}",
)


def link_to(*event_ids: object, provider: object = LAUNCH_LIBRARY) -> list[Record]:
    """Return the links of an article to events."""
    return [{"event_id": event_id, "provider": provider} for event_id in event_ids]


class ArticleDatabase:
    """All articles; can be changed from any thread. A record is not changed but replaced."""

    def __init__(self, *, clock: datetime = NOW) -> None:
        self._lock = RLock()
        self._records: dict[str, dict[int, Record]] = {name: {} for name in LISTS}
        #: the time of the next change
        self.clock = clock

    @classmethod
    def generate(cls, count: int, *, event_ids: Iterable[int], seed: int = 1) -> Self:
        """Generate `count` articles, a fifth of them blogs, about those events."""
        database, rng, ids = cls(), Random(seed), list(event_ids)
        for number in range(1, count + 1):
            published = NOW - timedelta(minutes=rng.randrange(3_000_000))
            linked = rng.sample(ids, k=min(len(ids), rng.choice((1, 1, 1, 2))))
            database.add(
                "blogs" if number % 5 == 0 else "articles",
                title=rng.choice(_TITLES).format(f"Mission {linked[0]}"),
                news_site=rng.choice(_SITES),
                authors=[{"name": rng.choice(_AUTHORS), "socials": None}],
                events=link_to(*linked),
                published_at=_format(published),
                updated_at=_format(published + timedelta(hours=rng.randrange(1, 48))),
            )
        return database

    def advance(self, **amount: float) -> None:
        """Advance the clock: `database.advance(hours=6)`."""
        self.clock += timedelta(**amount)

    def add(self, name: str = "articles", **fields: Any) -> Record:
        """Add to a list an article with `fields`, on top of a plain one."""
        with self._lock:
            number = fields.get("id") or max([0, *self._records[name]]) + 1
            plain = {
                "id": number,
                "title": f"{name.capitalize()} {number}",
                "authors": [{"name": "Jane Doe", "socials": {"x": "https://x.example/jane"}}],
                "url": f"https://news.example/{name}/{number}",
                "image_url": f"https://pictures.example/{number}.jpg",
                "news_site": "Example News",
                "summary": f"The publisher’s summary of {name} {number}.",
                "published_at": _format(self.clock - timedelta(hours=1)),
                "updated_at": _format(self.clock),
                "featured": False,
                "launches": [],
                "events": link_to(number),
            }
            self._records[name][number] = plain | copy.deepcopy(fields)
            return copy.deepcopy(self._records[name][number])

    def change(self, name: str, number: int, *, silently: bool = False, **fields: Any) -> None:
        """Change fields of an article; with `silently`, its `updated_at` stays the same."""
        with self._lock:
            stamp = {} if silently else {"updated_at": _format(self.clock)}
            self._records[name][number] = self._records[name][number] | stamp | fields

    def delete(self, name: str, number: int) -> None:
        """Delete an article; no trace of it is left."""
        with self._lock:
            del self._records[name][number]

    def records(self, name: str) -> list[Record]:
        """Return the articles of a list by id; they must not be changed."""
        with self._lock:
            return [record for _, record in sorted(self._records[name].items())]


def _format(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
