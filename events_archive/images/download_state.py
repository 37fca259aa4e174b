"""``validators.json``: what is known of earlier downloads. Without it, more requests are made."""

from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path

import msgspec

from events_archive.images.download_request import Download, DownloadResult
from events_archive.model.event import Image
from events_archive.store.canonical_json import AwareDatetime, decode_as, encode
from events_archive.store.files import write_atomically


class FailedDownload(msgspec.Struct, frozen=True, kw_only=True):
    """A download that has failed."""

    url: str
    """What was requested: an image with another URL is requested at once."""
    reason: str
    at: AwareDatetime
    until: AwareDatetime
    """Until when the image is not requested again."""


class DownloadState(msgspec.Struct, kw_only=True):
    """The content of the file, by `Image.key`."""

    validators: dict[str, dict[str, str]] = {}
    """The request headers that make the next request conditional."""
    failed: dict[str, FailedDownload] = {}

    @classmethod
    def load(cls, path: Path) -> "DownloadState":
        """Return the content of ``path``; an empty state where it is missing or damaged."""
        try:
            return decode_as(path.read_bytes(), cls)
        except (OSError, ValueError):
            return cls()

    def save(self, path: Path) -> None:
        """Write the state to ``path``. Raises `CacheError`."""
        write_atomically(path, encode(msgspec.to_builtins(self)) + b"\n")

    def postponed(
        self, wanted: Mapping[str, Image], present: Collection[str], now: datetime
    ) -> dict[str, FailedDownload]:
        """Return the failures of missing images that are too recent to request these again."""
        return {
            key: failure
            for key, failure in self.failed.items()
            if key in wanted
            and key not in present
            and failure.url == wanted[key].url
            # A failure in the future comes from a clock that was wrong.
            and failure.at <= now < failure.until
        }

    def validators_of(self, key: str, present: Collection[str]) -> Mapping[str, str]:
        """Return the headers for requesting an image again; none unless it is ``present``."""
        headers = self.validators.get(key, {}) if key in present else {}
        # A server may have sent what cannot be sent back.
        return {
            name: headers[name]
            for name in ("If-None-Match", "If-Modified-Since")
            if name in headers and headers[name].isascii() and headers[name].isprintable()
        }

    def update(self, task: Download, result: DownloadResult, now: datetime) -> None:
        """Add the result of a download."""
        key = task.image.key
        self.failed.pop(key, None)
        if result.validators is not None:
            self.validators[key] = dict(result.validators)
        if result.retry_after:
            self.failed[key] = FailedDownload(
                url=task.image.url, reason=result.error, at=now, until=now + result.retry_after
            )
