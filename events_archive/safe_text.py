"""Makes text from outside safe for a terminal, a report, and a message that is saved.

URLs, reason phrases, names and error messages come from outside. They could move a terminal's
cursor, look like another line of a log, or repeat a secret that they were sent. So `Console` and
`errors.ArchiveError`, through which everything goes that a run says, pass it through `safe_text`.
"""

import re

_MIN_LENGTH = 4
"""Shorter secrets are not looked for: they would be found in ordinary words."""
_PLACEHOLDER = "***"

# C0, DEL and C1; marks and overrides of direction; separators of lines and paragraphs; characters
# that are not seen; lone surrogates, which cannot be written.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_SPACES = frozenset("\t\n\x0b\x0c\r\x85\u2028\u2029")
_USER_INFORMATION = re.compile(r"(?<=//)[^\s/?#\"'<>]*@")

_secrets: dict[str, re.Pattern[str]] = {}


def keep_secret(secret: str) -> None:
    """Have `safe_text` leave out ``secret`` from now on, in this process."""
    if len(secret) >= _MIN_LENGTH:
        # Each character as it is, or as URLs or JSON escape it.
        forms = (rf"(?:{re.escape(c)}|%{ord(c):02x}|\\u{ord(c):04x})" for c in secret)
        _secrets[secret] = re.compile("".join(forms), re.IGNORECASE)


def safe_text(text: str) -> str:
    """Return ``text`` on one line, without control characters, secrets and passwords in URLs.

    Line ends become spaces, other control characters their escapes as in Python.
    """
    for pattern in _secrets.values():
        text = pattern.sub(_PLACEHOLDER, text)
    if "//" in text:
        text = _USER_INFORMATION.sub(f"{_PLACEHOLDER}@", text)
    return text if text.isprintable() else _UNSAFE.sub(_replacement, text)


def safe_lines(text: str) -> str:
    """Return ``text`` with each of its lines as `safe_text` returns it."""
    return "\n".join(map(safe_text, text.split("\n")))


def safe_value(value: object) -> object:
    """Return a value for JSON, with all of its strings, also names, as `safe_text` returns them."""
    if isinstance(value, str):
        return safe_text(value)
    if isinstance(value, dict):
        return {safe_value(name): safe_value(member) for name, member in value.items()}
    return [safe_value(item) for item in value] if isinstance(value, (list, tuple)) else value


def _replacement(match: re.Match[str]) -> str:
    return " " if match[0] in _SPACES else ascii(match[0])[1:-1]
