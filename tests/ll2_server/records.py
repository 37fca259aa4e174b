"""Events in any number, grown from a seed: what the real ones look like, oddities first.

The first forty or so invented events hold, between them, every quirk that the archive must bear,
so that a small database is as instructive as a large one. The ten real events come along with their
own ids, as they are the ones a fresh clone has in its cache.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random

from tests.ll2_server.dates import NOW, draw_moment, format_utc
from tests.ll2_server.image_records import ImagePool
from tests.ll2_server.links import draw_info_links, draw_video_links, stream_length
from tests.ll2_server.reference_data import (
    API_ROOT,
    EVENT_TYPE_WEIGHTS,
    EVENT_TYPES,
    MEDIA_ROOT,
    TEXTS,
    Record,
)
from tests.ll2_server.relations import draw_relations, no_relations
from tests.ll2_server.slugs import unique_slug

_NOW = format_utc(NOW)
LONGEST_NAME, LONGEST_DESCRIPTION = 200, 2048

_SEED_FILE = Path(__file__).parents[1] / "data" / "seed_events.json"
_TYPES = list(EVENT_TYPES.values())
_TYPE_WEIGHTS = list(accumulate(EVENT_TYPE_WEIGHTS))
_ODD_DURATIONS = {3: "P0D", 6: "-PT18M30S", 9: "P215DT10H52M33S"}
# In March 2024 a migration of all images touched most events.
_MIGRATION = datetime(2024, 3, 5, tzinfo=UTC)


def seed_records() -> list[Record]:
    """Read the ten real events of June and July 2021, made detailed."""
    events: list[Record] = json.loads(_SEED_FILE.read_text(encoding="utf-8"))
    return [event | no_relations() | {"response_mode": "detailed"} for event in events]


def generate_records(
    count: int, *, seed: int = 1, images: int = 450, with_seed_records: bool = True
) -> list[Record]:
    """Grow `count` detailed records, sorted by id; `with_seed`, the real ten are among them.

    `pictures` is how many distinct images the invented ones share. Records share inner objects
    such as images and agencies, so take them as read-only.
    """
    real = seed_records()[:count] if with_seed_records else []
    grower = _Grower(Random(seed), images, real)
    ids = _draw_ids(Random(seed), {event["id"] for event in real})
    grown = [grower.record(index, next(ids)) for index in range(count - len(real))]
    return sorted(real + grown, key=lambda record: record["id"])


def plain_record(number: int, name: str, *, slug: str | None = None) -> Record:
    """Describe an event about which nothing is known but its name."""
    return {
        "id": number,
        "url": f"{API_ROOT}events/{number}/",
        "name": name,
        "info_urls": [],
        "vid_urls": [],
        "image": None,
        "date": _NOW,
        "slug": unique_slug(name, ()) if slug is None else slug,
        "type": EVENT_TYPES[6],
        "description": "",
        "webcast_live": False,
        "location": None,
        "date_precision": None,
        "response_mode": "detailed",
        "duration": None,
        "updates": [],
        "last_updated": _NOW,
        **no_relations(),
    }


def _draw_ids(rng: Random, taken: set[int]) -> Iterator[int]:
    """Count from 2, leaving out a quarter of the numbers: events that were deleted or merged."""
    number = 1
    while True:
        number += 1
        if number not in taken and rng.random() > 0.25:
            yield number


class _Grower:
    """Draws one record after another and remembers which slugs are taken."""

    def __init__(self, rng: Random, pictures: int, real: list[Record]) -> None:
        self._rng = rng
        self._images = ImagePool(rng, pictures)
        self._slugs = {record["slug"] for record in real}
        self._times_named: dict[str, int] = {}
        self._update_ids = iter(range(5000, 10**9))

    def record(self, index: int, number: int) -> Record:
        rng = self._rng
        kind = _TYPES[index] if index < 30 else rng.choices(_TYPES, cum_weights=_TYPE_WEIGHTS)[0]
        name = _draw_name(rng, index, kind)
        date, precision = draw_moment(rng, index)
        videos = draw_video_links(rng, index, date)
        last_updated = _draw_last_updated(rng)
        return plain_record(number, name, slug=self._slug(name)) | {
            "info_urls": draw_info_links(rng, index),
            "vid_urls": videos,
            "image": self._images.draw(index),
            "date": date,
            "type": kind,
            "description": _draw_description(rng, index, name),
            "webcast_live": index == 5,
            "location": _draw_location(rng, index),
            "date_precision": precision,
            "duration": _ODD_DURATIONS.get(index) or stream_length(videos),
            "updates": self._draw_updates(index, last_updated),
            "last_updated": format_utc(last_updated),
            **draw_relations(rng, index),
        }

    def _slug(self, name: str) -> str:
        # Counting on from the last one keeps a name that comes a thousand times from costing
        # a thousand look-ups each time.
        count = self._times_named[name] = self._times_named.get(name, 0) + 1
        slug = unique_slug(name, self._slugs, first=max(2, count))
        self._slugs.add(slug)
        return slug

    def _draw_updates(self, index: int, last_updated: datetime) -> list[Record]:
        """Draw the remarks made on an event, in no particular order."""
        rng = self._rng
        count = index % 4 if index < 16 else rng.choices((0, 1, 2, 5), (60, 25, 12, 3))[0]
        updates = [self._update(last_updated - timedelta(days=3 * age)) for age in range(count)]
        rng.shuffle(updates)
        return updates

    def _update(self, created: datetime) -> Record:
        number, rng = next(self._update_ids), self._rng
        linked = rng.random() < 0.5
        return {
            "id": number,
            "profile_image": f"{MEDIA_ROOT}profile_images/profile_{number % 7}.png",
            "comment": rng.choice(TEXTS["comments"]),
            "info_url": f"https://www.nasa.gov/blogs/{number}" if linked else None,
            "created_by": rng.choice(TEXTS["authors"]),
            "created_on": format_utc(created),
        }


def _draw_name(rng: Random, index: int, kind: Record) -> str:
    if index == 40:
        return ("The Longest Possible Name of an Event in the Whole Archive " * 4)[:LONGEST_NAME]
    names = TEXTS["names"].get(str(kind["id"]), [TEXTS["other_name"]])
    craft = rng.choice(TEXTS["crafts"])
    pattern = rng.choice(names).replace("{craft}", craft).replace("{type}", kind["name"])
    return str(pattern.replace("{n}", str(rng.randrange(1, 90))))


def _draw_description(rng: Random, index: int, name: str) -> str:
    odd = TEXTS["odd_descriptions"]
    if index < len(odd):
        return str(odd[index])
    if index == len(odd):
        return ("A sentence that goes on & on.\r\n\r\n" * 80)[:LONGEST_DESCRIPTION]
    if rng.random() < 0.08:
        return str(rng.choice(odd))
    return str(rng.choice(TEXTS["descriptions"]).replace("{name}", name))


def _draw_location(rng: Random, index: int) -> str | None:
    places = TEXTS["locations"]
    if index < len(places):
        return str(places[index])
    return None if index == len(places) or rng.random() < 0.07 else str(rng.choice(places))


def _draw_last_updated(rng: Random) -> datetime:
    if rng.random() < 0.6:
        return _MIGRATION + timedelta(seconds=rng.randrange(8 * 86400))
    since = datetime(2023, 1, 1, tzinfo=UTC)
    return since + timedelta(seconds=rng.randrange(int((NOW - since).total_seconds()) - 86400))
