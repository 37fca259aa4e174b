"""Info and video links, with the junk that scraping leaves in their titles and descriptions."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from tests.ll2_server.dates import format_utc
from tests.ll2_server.reference_data import ENGLISH, INFO_TYPES, TEXTS, VIDEO_TYPES, Record

# One address of NASA's stream stands for dozens of unlike events.
_NASA_LIVE = "https://www.youtube.com/watch?v=21X5lGlDOfg"


def draw_info_links(rng: Random, index: int) -> list[Record]:
    """Draw no, one or several pages about an event."""
    count = index % 4 if index < 12 else rng.choices((0, 1, 2, 3), (45, 45, 8, 2))[0]
    return [_info_link(rng, index + place) for place in range(count)]


def draw_video_links(rng: Random, index: int, date: str | None) -> list[Record]:
    """Draw the webcasts; only those since March 2024 know when they began and ended."""
    count = (index + 1) % 3 if index < 12 else rng.choices((0, 1, 2), (45, 48, 7))[0]
    return [_video_link(rng, index + place, date) for place in range(count)]


def stream_length(videos: list[Record]) -> str | None:
    """Write, in ISO 8601, how long the first webcast ran: what LL2 calls the duration."""
    if not videos or videos[0]["start_time"] is None or videos[0]["end_time"] is None:
        return None
    begin, end = (datetime.fromisoformat(videos[0][key]) for key in ("start_time", "end_time"))
    minutes, seconds = divmod(int((end - begin).total_seconds()), 60)
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
    """Draw a stream's begin and end: it begins some while before the event."""
    if date is None or not "2024-03" <= date < "2026-09":
        return None, None
    begin = datetime.fromisoformat(date).astimezone(UTC) - timedelta(minutes=rng.randrange(90))
    return format_utc(begin), format_utc(begin + timedelta(seconds=rng.randrange(1, 8 * 3600)))


def _pick(rng: Random, kind: str, index: int) -> Any:
    choices = TEXTS[kind]
    return choices[index] if index < len(choices) else rng.choice(choices)
