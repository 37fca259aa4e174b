"""What is remembered of downloads from run to run: how to ask again, and what not to ask for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from events_archive.images.download_request import Download, DownloadResult
from events_archive.model.event import Image
from events_archive.store import canonical_json
from events_archive.store.files import write_atomically


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedDownload:
    """A picture that could not be had."""

    url: str
    """Where it was looked for: at a new address it is looked for at once."""
    reason: str
    at: datetime
    until: datetime
    """Until when it is not asked for again."""

    @classmethod
    def parse(cls, fields: Mapping[str, str]) -> "FailedDownload":
        """The failure that `as_json` wrote; raises what damaged data makes it raise."""
        at, until = (datetime.fromisoformat(fields[name]) for name in ("at", "until"))
        return cls(
            url=str(fields["url"]),
            reason=str(fields["reason"]),
            at=at.astimezone(UTC),
            until=until.astimezone(UTC),
        )

    def as_json(self) -> dict[str, str]:
        """What `parse` reads."""
        return {
            "url": self.url,
            "reason": self.reason,
            "at": self.at.isoformat(),
            "until": self.until.isoformat(),
        }


@dataclass(slots=True, kw_only=True)
class DownloadState:
    """``validators.json``: nothing is lost with it but a few requests."""

    path: Path
    validators: dict[str, dict[str, str]]
    """By `Image.key`, the request headers that make the next request conditional."""
    failures: dict[str, FailedDownload]

    @classmethod
    def load(cls, path: Path) -> "DownloadState":
        """What was remembered; nothing where the file is missing or damaged."""
        try:
            document = canonical_json.decode(path.read_bytes())
            validators = {
                key: _safe_validators(headers) for key, headers in document["validators"].items()
            }
            failures = {
                key: FailedDownload.parse(facts) for key, facts in document["failed"].items()
            }
        except (OSError, ValueError, LookupError, TypeError, AttributeError, OverflowError):
            return cls(path=path, validators={}, failures={})
        return cls(path=path, validators=validators, failures=failures)

    def save(self) -> None:
        """Write it down, unless it says so already."""
        document = {
            "validators": self.validators,
            "failed": {key: failure.as_json() for key, failure in self.failures.items()},
        }
        write_atomically(self.path, canonical_json.encode(document) + b"\n")

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
