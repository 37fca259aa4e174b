"""The one family of errors that ends a run with a sentence instead of a traceback."""


class ArchiveError(Exception):
    """Something stopped the build. The message says what, where and what to do about it."""


class UsageError(ArchiveError):
    """A setting or option has no meaning (exit status 2)."""
