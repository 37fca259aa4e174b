"""What merges, editors, disks and other versions of the program do to a file of the cache."""

import json
from collections.abc import Callable
from typing import Any

Damage = Callable[[bytes], bytes]


def _lines(data: bytes) -> list[bytes]:
    return data.splitlines(keepends=True)


def _entries(lines: list[bytes]) -> list[int]:
    """Return the numbers of the lines that hold an entry of their own."""
    return [number for number, line in enumerate(lines) if len(line) > 12 and line[-2:] != b"{\n"]


def conflict(data: bytes) -> bytes:
    """Put a line in the middle between conflict markers; both sides have it."""
    lines = _lines(data)
    at = len(lines) // 2
    return b"".join(
        [
            *(*lines[:at], b"<<<<<<< HEAD\n", lines[at]),
            *(b"=======\n", lines[at], b">>>>>>> upstream\n", *lines[at + 1 :]),
        ]
    )


def truncated_line(data: bytes) -> bytes:
    """Cut the second line that holds an entry in its middle."""
    lines = _lines(data)
    at = _entries(lines)[1]
    lines[at] = lines[at][: len(lines[at]) * 2 // 3] + b"\n"
    return b"".join(lines)


def truncated_file(data: bytes) -> bytes:
    """Let the file end in the middle of its last entry."""
    lines = _lines(data)
    at = _entries(lines)[-1]
    return b"".join(lines[:at]) + lines[at][: len(lines[at]) // 2]


def cut_file(data: bytes) -> bytes:
    """Let the file end with its second last entry; a file of lines is whole without the last."""
    lines = _lines(data)
    return b"".join(lines[: _entries(lines)[-1]])


def duplicate(data: bytes) -> bytes:
    """Repeat the second line that holds an entry, with its comma where it has one."""
    lines = _lines(data)
    at = _entries(lines)[1]
    line = lines[at] if lines[at].startswith(b"{") else lines[at].rstrip(b",\n") + b",\n"
    return b"".join([*lines[:at], line, *lines[at:]])


def crlf(data: bytes) -> bytes:
    return data.replace(b"\n", b"\r\n")


def byte_order_mark(data: bytes) -> bytes:
    return b"\xef\xbb\xbf" + data


def utf_16(data: bytes) -> bytes:
    """Save it as Windows PowerShell does."""
    return data.decode().replace("\n", "\r\n").encode("utf-16")


def keys_out_of_order(data: bytes) -> bytes:
    """Reverse the keys of all objects, at every level."""
    if data.startswith(b"{\n"):
        value = _reversed(json.loads(data))
        return json.dumps(value, ensure_ascii=False, indent=1).encode()
    values = [_reversed(json.loads(line)) for line in _lines(data)]
    return "".join(f"{json.dumps(value, ensure_ascii=False)}\n" for value in values).encode()


def _reversed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _reversed(value[name]) for name in reversed(value)}
    return [_reversed(item) for item in value] if isinstance(value, list) else value


def lines_out_of_order(data: bytes) -> bytes:
    """Begin with the second half."""
    lines = _lines(data)
    return b"".join([*lines[len(lines) // 2 :], *lines[: len(lines) // 2]])


def newer_version(data: bytes) -> bytes:
    """Add a key that this version does not know."""
    if data.startswith(b"{\n"):
        return data.replace(b"{\n", b'{\n"orbits": {\n"low": 1\n},\n', 1)
    return data.replace(b"{", b'{"orbits":1,', 1)
