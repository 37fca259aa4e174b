"""The exceptions that end a run with a message instead of a traceback.

Packages derive their own from these. A message says what failed, where, and what to do about it.
"""

from typing import ClassVar


class ArchiveError(Exception):
    """The command cannot be completed."""

    exit_status: ClassVar[int] = 1
    """The exit status of the process."""


class UsageError(ArchiveError):
    """An option, a setting or an argument has no meaning."""

    exit_status = 2


class ApiError(ArchiveError):
    """The API did not return what was requested."""


class CacheError(ArchiveError):
    """A file of the cache cannot be read or written."""
