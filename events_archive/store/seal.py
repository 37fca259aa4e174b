"""A seal: the SHA-256 digest of a file's content in its first line, checked before it is decoded.

Files that are kept from one run to the next to save work have one: a damaged file is as good as
none. It imports little, as `opener` does.
"""

from hashlib import sha256


def seal(content: bytes) -> bytes:
    """Return ``content`` below a line with its digest."""
    return sha256(content).hexdigest().encode() + b"\n" + content


def unseal(data: bytes) -> bytes:
    """Return what was sealed. Raises ValueError if it is not what it was."""
    digest, _, content = data.partition(b"\n")
    if sha256(content).hexdigest().encode() != digest:
        raise ValueError("it is damaged")
    return content
