"""The exceptions that end a run with a message instead of a traceback, and the exit statuses.

Packages derive their own exceptions from these. A message says what failed, where, and what to do
about it; `events_archive.cli.main` prints it and exits with the status of the exception's class.
"""

from typing import ClassVar

from events_archive.safe_text import safe_text

FAILURE = 1
WRONG_USAGE = 2
INTERRUPTED = 130
"""Ctrl-C; 128 + SIGINT, as shells have it."""
BROKEN_PIPE = 141
"""The program that reads standard output has ended; 128 + SIGPIPE."""


class ArchiveError(Exception):
    """The command cannot be completed."""

    exit_status: ClassVar[int] = FAILURE

    def __init__(self, message: str = "") -> None:
        super().__init__(safe_text(message))


class UsageError(ArchiveError):
    """An option, a setting or an argument has no meaning."""

    exit_status = WRONG_USAGE


class ApiError(ArchiveError):
    """The API did not return what was requested."""


class CacheError(ArchiveError):
    """A file of the cache cannot be read or written."""


class BusyError(CacheError):
    """Another run holds the lock of the cache or of the output folder."""


class PageError(ArchiveError):
    """A page cannot be planned or rendered, which may be due to what one event holds."""


class HttpError(ArchiveError):
    """A request was refused, or its response is of no use."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = safe_text(reason)
        self.url = ""
        """The URL of the request as in `net.http_client.display_url`, once it is known."""

    def __str__(self) -> str:
        return f"{self.url}: {self.reason}" if self.url else self.reason


class UnreachableError(HttpError):
    """No response, or only a part of one, has arrived in time: a later attempt may succeed."""


class ConnectError(UnreachableError):
    """No connection could be opened: the name does not resolve, or nothing listens there."""


class RequestAbortedError(ArchiveError):
    """`HttpClient.abort` has ended the request."""
