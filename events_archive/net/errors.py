"""Why a request has no usable response."""

from events_archive.errors import ArchiveError


class HttpError(ArchiveError):
    """A request was refused, or its response is of no use."""

    def __init__(self, message: str, *, cause: str = "") -> None:
        super().__init__(message)
        self.cause = cause or type(self).__name__
        """The name of the network library's exception, such as ``ReadTimeout``, if there is one."""


class InvalidUrlError(HttpError):
    """The URL cannot be parsed."""


class UnsupportedSchemeError(HttpError):
    """The URL's scheme is neither http nor https."""


class ForbiddenAddressError(HttpError):
    """The URL's host has an IP address that is not public."""


class RedirectError(HttpError):
    """There are too many redirects, or one leads to an origin that is not allowed."""


class ResponseTooLargeError(HttpError):
    """The body exceeds `HttpLimits.max_bytes`."""


class UnreachableError(HttpError):
    """No response, or only a part of one, has arrived: a later attempt may succeed."""


class ConnectError(UnreachableError):
    """No connection could be opened: the name does not resolve, or nothing listens there."""


class ResponseTimeoutError(UnreachableError):
    """`HttpLimits.total` has passed before the whole response had arrived."""


class RequestAbortedError(ArchiveError):
    """`HttpClient.abort` has ended the request."""


def failure_reason(error: Exception) -> str | None:
    """Return what an exception of requests or urllib3 means; None for any other exception.

    The messages of requests are long and full of Python.
    """
    from urllib3.exceptions import HTTPError as Urllib3Error  # noqa: PLC0415 - takes 60 ms

    if not isinstance(error, (OSError, ValueError, Urllib3Error)):
        return None
    text = f"{type(error).__name__} {error}"
    for sign, reason in _REASONS.items():
        if sign in text:
            return reason
    return f"the connection failed ({type(error).__name__})"


_REASONS = {
    "ConnectTimeout": "no connection in time",
    "SSLError": "the connection is not secure (TLS)",
    "ProxyError": "the proxy refuses",
    "NameResolution": "its name cannot be resolved (is there a network?)",
    "Connection refused": "the connection is refused",
    "unreachable": "the network is unreachable",
    "Timeout": "the server fell silent",
    "IncompleteRead": "the answer broke off",
    "InvalidChunkLength": "the answer broke off",
    "reset": "the connection was reset",
    "aborted": "the connection was closed without an answer",
    "DecodeError": "the answer cannot be unpacked",
}
"""By what the name or the message of an exception contains; the first that fits applies."""
