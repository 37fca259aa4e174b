"""Links to pages and videos, with the artefacts of web scraping in titles and descriptions."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from tests.ll2_server.dates import format_utc
from tests.ll2_server.reference_data import ENGLISH, INFO_TYPES, TEXTS, VIDEO_TYPES, Record

# The URL of NASA's live stream, which dozens of events have.
_NASA_LIVE = "https://www.youtube.com/watch?v=21X5lGlDOfg"


def draw_info_links(rng: Random, index: int) -> list[Record]:
    """Draw zero or more links to pages about an event."""
    count = index % 4 if index < 12 else rng.choices((0, 1, 2, 3), (45, 45, 8, 2))[0]
    return [_info_link(rng, index + position) for position in range(count)]


def draw_video_links(rng: Random, index: int, date: str | None) -> list[Record]:
    """Draw links to webcasts; only those since March 2024 have a start and an end."""
    count = (index + 1) % 3 if index < 12 else rng.choices((0, 1, 2), (45, 48, 7))[0]
    return [_video_link(rng, index + position, date) for position in range(count)]


def stream_length(videos: list[Record]) -> str | None:
    """Return the duration of the first webcast in ISO 8601, which is LL2's `duration`; or None."""
    if not videos or videos[0]["start_time"] is None or videos[0]["end_time"] is None:
        return None
    start, end = (datetime.fromisoformat(videos[0][key]) for key in ("start_time", "end_time"))
    minutes, seconds = divmod(int((end - start).total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "H"), (minutes, "M"), (seconds, "S"))
    return "PT" + "".join(f"{amount}{unit}" for amount, unit in parts if amount)


def _link(rng: Random, source: str | None, url: str) -> Record:
    return {
        "priority": rng.choice((10, 10, 10, 9, 1, 0)),
        "source": source,
        "feature_image": None,
        "url": url,
        "language": ENGLISH,
    }


def _info_link(rng: Random, index: int) -> Record:
    source, url = _pick(rng, "info_sources", index)
    return _link(rng, source, url.format(n=1000 + index)) | {
        "title": _pick(rng, "info_titles", index),
        "description": _pick(rng, "info_descriptions", index),
        "type": rng.choice((INFO_TYPES[1], None)),
    }


def _video_link(rng: Random, index: int, date: str | None) -> Record:
    url = f"https://www.youtube.com/watch?v=stand_in{index:03d}"
    if index > 20 and rng.random() < 0.35:
        url = _NASA_LIVE
    start, end = _draw_stream(rng, date)
    return _link(rng, "youtube.com", url) | {
        "publisher": _pick(rng, "publishers", index),
        "title": _pick(rng, "video_titles", index),
        "description": _pick(rng, "video_descriptions", index),
        "type": rng.choice((VIDEO_TYPES[1], VIDEO_TYPES[3], None)),
        "start_time": start,
        "end_time": end,
        "live": False,
    }


def _draw_stream(rng: Random, date: str | None) -> tuple[str | None, str | None]:
    """Draw the start of a stream, at most 90 minutes before the event, and its end."""
    if date is None or not "2024-03" <= date < "2026-09":
        return None, None
    start = datetime.fromisoformat(date).astimezone(UTC) - timedelta(minutes=rng.randrange(90))
    return format_utc(start), format_utc(start + timedelta(seconds=rng.randrange(1, 8 * 3600)))


def _pick(rng: Random, name: str, index: int) -> Any:
    choices = TEXTS[name]
    return choices[index] if index < len(choices) else rng.choice(choices)
