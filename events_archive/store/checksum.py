"""Checksums: the SHA-256 of a file's content in its first line, checked before it is decoded.

Files that only save the next run some work have one: a damaged file counts as missing. The module
imports little, as `opener` does.
"""

from hashlib import sha256


def add_checksum(content: bytes) -> bytes:
    """Return ``content`` below a line with its digest."""
    return sha256(content).hexdigest().encode() + b"\n" + content


def remove_checksum(data: bytes) -> bytes:
    """Return the content below the first line. Raises ValueError if it is damaged."""
    digest, _, content = data.partition(b"\n")
    if sha256(content).hexdigest().encode() != digest:
        raise ValueError("it is damaged")
    return content
