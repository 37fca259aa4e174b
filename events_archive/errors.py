"""The exceptions that end a run with a message instead of a traceback, and the exit statuses.

Packages derive their own exceptions from these. A message says what failed, where, and what to do
about it; `events_archive.cli.main` prints it and exits with the status of the exception's class.
"""

from typing import ClassVar

FAILURE = 1
WRONG_USAGE = 2
INTERRUPTED = 130
"""Ctrl-C; 128 + SIGINT, as shells have it."""
BROKEN_PIPE = 141
"""The program that reads standard output has ended; 128 + SIGPIPE."""


class ArchiveError(Exception):
    """The command cannot be completed."""

    exit_status: ClassVar[int] = FAILURE


class UsageError(ArchiveError):
    """An option, a setting or an argument has no meaning."""

    exit_status = WRONG_USAGE


class ApiError(ArchiveError):
    """The API did not return what was requested."""


class CacheError(ArchiveError):
    """A file of the cache cannot be read or written."""
