"""Generated event records in any number, which resemble the real ones.

The first forty or so have, together, every peculiarity of LL2's data that the archive must handle,
so that a small database tests as much as a large one. The ten real events that a fresh clone has in
its cache are among them, with their own ids.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random

from tests.ll2_server.dates import NOW, draw_date, format_utc
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
MAX_NAME, MAX_DESCRIPTION = 200, 2048

_SEED_FILE = Path(__file__).parents[1] / "data" / "seed_events.json"
_TYPES = list(EVENT_TYPES.values())
_TYPE_WEIGHTS = list(accumulate(EVENT_TYPE_WEIGHTS))
_UNUSUAL_DURATIONS = {3: "P0D", 6: "-PT18M30S", 9: "P215DT10H52M33S"}
# A migration of all images in March 2024 changed `last_updated` of most events.
_MIGRATION = datetime(2024, 3, 5, tzinfo=UTC)


def seed_records() -> list[Record]:
    """Return the ten real events of June and July 2021, as detailed records without relations."""
    events: list[Record] = json.loads(_SEED_FILE.read_text(encoding="utf-8"))
    return [event | no_relations() | {"response_mode": "detailed"} for event in events]


def generate_records(
    count: int, *, seed: int = 1, images: int = 450, with_seed_records: bool = True
) -> list[Record]:
    """Generate `count` detailed records, sorted by id.

    `seed` is the random seed, `images` the number of images that the generated events share. The
    ten real events are among the records unless `with_seed_records` is False. Records share inner
    objects, such as images and agencies, so they must not be changed in place.
    """
    real = seed_records()[:count] if with_seed_records else []
    generator = _RecordGenerator(Random(seed), images, real)
    ids = _draw_ids(Random(seed), {event["id"] for event in real})
    generated = [generator.record(index, next(ids)) for index in range(count - len(real))]
    return sorted(real + generated, key=lambda record: record["id"])


def plain_record(number: int, name: str, *, slug: str | None = None) -> Record:
    """Return the record of an event without any details."""
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
    """Count from 2 without a quarter of the numbers, which are those of deleted events."""
    number = 1
    while True:
        number += 1
        if number not in taken and rng.random() > 0.25:
            yield number


class _RecordGenerator:
    """Draws one record after another, with unique slugs."""

    def __init__(self, rng: Random, images: int, real: list[Record]) -> None:
        self._rng = rng
        self._images = ImagePool(rng, images)
        self._slugs = {record["slug"] for record in real}
        self._name_counts: dict[str, int] = {}
        self._update_ids = iter(range(5000, 10**9))

    def record(self, index: int, number: int) -> Record:
        rng = self._rng
        event_type = _draw_type(rng, index)
        name = _draw_name(rng, index, event_type)
        date, precision = draw_date(rng, index)
        videos = draw_video_links(rng, index, date)
        last_updated = _draw_last_updated(rng)
        return plain_record(number, name, slug=self._slug(name)) | {
            "info_urls": draw_info_links(rng, index),
            "vid_urls": videos,
            "image": self._images.draw(index),
            "date": date,
            "type": event_type,
            "description": _draw_description(rng, index, name),
            "webcast_live": index == 5,
            "location": _draw_location(rng, index),
            "date_precision": precision,
            "duration": _UNUSUAL_DURATIONS.get(index) or stream_length(videos),
            "updates": self._draw_updates(index, last_updated),
            "last_updated": format_utc(last_updated),
            **draw_relations(rng, index),
        }

    def _slug(self, name: str) -> str:
        # The numbers below the count of a name are taken.
        count = self._name_counts[name] = self._name_counts.get(name, 0) + 1
        slug = unique_slug(name, self._slugs, first=max(2, count))
        self._slugs.add(slug)
        return slug

    def _draw_updates(self, index: int, last_updated: datetime) -> list[Record]:
        """Draw the updates of an event, in random order."""
        rng = self._rng
        count = index % 4 if index < 16 else rng.choices((0, 1, 2, 5), (60, 25, 12, 3))[0]
        updates = [self._update(last_updated - timedelta(days=3 * age)) for age in range(count)]
        rng.shuffle(updates)
        return updates

    def _update(self, created: datetime) -> Record:
        number, rng = next(self._update_ids), self._rng
        has_link = rng.random() < 0.5
        return {
            "id": number,
            "profile_image": f"{MEDIA_ROOT}profile_images/profile_{number % 7}.png",
            "comment": rng.choice(TEXTS["comments"]),
            "info_url": f"https://www.nasa.gov/blogs/{number}" if has_link else None,
            "created_by": rng.choice(TEXTS["authors"]),
            "created_on": format_utc(created),
        }


def _draw_type(rng: Random, index: int) -> Record:
    if index < len(_TYPES):
        return _TYPES[index]
    return rng.choices(_TYPES, cum_weights=_TYPE_WEIGHTS)[0]


def _draw_name(rng: Random, index: int, event_type: Record) -> str:
    if index == 40:
        return ("The Longest Possible Name of an Event in the Whole Archive " * 4)[:MAX_NAME]
    names = TEXTS["names"].get(str(event_type["id"]), [TEXTS["other_name"]])
    craft = rng.choice(TEXTS["crafts"])
    pattern = rng.choice(names).replace("{craft}", craft).replace("{type}", event_type["name"])
    return str(pattern.replace("{n}", str(rng.randrange(1, 90))))


def _draw_description(rng: Random, index: int, name: str) -> str:
    unusual = TEXTS["unusual_descriptions"]
    if index < len(unusual):
        return str(unusual[index])
    if index == len(unusual):
        return ("A sentence that goes on & on.\r\n\r\n" * 80)[:MAX_DESCRIPTION]
    if rng.random() < 0.08:
        return str(rng.choice(unusual))
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
