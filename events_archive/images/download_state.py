"""What is remembered of downloads from run to run: how to ask again, and what not to ask for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from events_archive.images.download_request import Download, DownloadResult
from events_archive.model.event import Image
from events_archive.store.canonical_json import AwareDatetime, decode_as, encode
from events_archive.store.files import write_atomically


class FailedDownload(msgspec.Struct, frozen=True, kw_only=True):
    """An image that could not be downloaded."""

    url: str
    """Where it was requested: at another URL it is requested at once."""
    reason: str
    at: AwareDatetime
    until: AwareDatetime
    """Until when it is not requested again."""


class _StateFile(msgspec.Struct, kw_only=True):
    validators: dict[str, dict[str, str]]
    failed: dict[str, FailedDownload]


@dataclass(slots=True, kw_only=True)
class DownloadState:
    """``validators.json``: nothing is lost with it but a few requests."""

    path: Path
    validators: dict[str, dict[str, str]]
    """By `Image.key`, the request headers that make the next request conditional."""
    failures: dict[str, FailedDownload]

    @classmethod
    def load(cls, path: Path) -> "DownloadState":
        """Return the state that ``path`` holds, an empty one when it is missing or damaged."""
        try:
            file = decode_as(path.read_bytes(), _StateFile)
        except (OSError, ValueError):
            file = _StateFile(validators={}, failed={})
        validators = {key: _safe_validators(headers) for key, headers in file.validators.items()}
        return cls(path=path, validators=validators, failures=file.failed)

    def save(self) -> None:
        """Write the file, unless it has this content already."""
        file = _StateFile(validators=self.validators, failed=self.failures)
        write_atomically(self.path, encode(msgspec.to_builtins(file)) + b"\n")

    def postponed(
        self, wanted: Mapping[str, Image], present: Collection[str], now: datetime
    ) -> dict[str, FailedDownload]:
        """The missing pictures that failed so recently that they are not asked for."""
        return {
            key: failure
            for key, failure in self.failures.items()
            if key in wanted
            and key not in present
            and failure.url == wanted[key].url
            # A failure from the future is a clock that was wrong.
            and failure.at <= now < failure.until
        }

    def validators_of(self, key: str, present: Collection[str]) -> Mapping[str, str]:
        """The headers to ask with whether an original has changed; none if it is not there."""
        return self.validators.get(key, {}) if key in present else {}

    def record(self, task: Download, result: DownloadResult, now: datetime) -> None:
        """Remember how it went."""
        key = task.image.key
        self.failures.pop(key, None)
        if result.validators is not None:
            self.validators[key] = _safe_validators(result.validators)
        if result.retry_after:
            until = now + result.retry_after
            self.failures[key] = FailedDownload(
                url=task.image.url, reason=result.error, at=now, until=until
            )


def _safe_validators(headers: Mapping[str, str]) -> dict[str, str]:
    """Only what may be sent as a header, of what a server or a damaged file says."""
    return {
        name: headers[name]
        for name in ("If-None-Match", "If-Modified-Since")
        if name in headers and headers[name].isascii() and headers[name].isprintable()
    }
