"""Damage to files of the archive: what somebody puts in the place of one, and flipped bits."""

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        # The path of a socket may have a hundred characters only.
        folder = os.open(path.parent, os.O_RDONLY)
        server.bind(f"/proc/self/fd/{folder}/{path.name}")
        os.close(folder)


PLANTS: dict[str, Callable[[Path, Path], None]] = {
    "link to a file": lambda path, outside: path.symlink_to(next(outside.iterdir())),
    "link to a folder": lambda path, outside: path.symlink_to(outside),
    "link to nothing": lambda path, outside: path.symlink_to(outside / "nothing"),
    "named pipe": lambda path, _: os.mkfifo(path),
    "socket": lambda path, _: _socket(path),
    "folder": lambda path, _: path.mkdir(),
}
"""Functions that make each at a path; links lead to a folder ``outside`` or to a file in it."""


def flip_each_bit(path: Path) -> Iterator[int]:
    """Yield the number of each bit of a file while it is flipped."""
    content = path.read_bytes()
    descriptor = os.open(path, os.O_WRONLY)
    try:
        for number in range(8 * len(content)):
            place, byte = number // 8, content[number // 8]
            os.pwrite(descriptor, bytes([byte ^ 1 << number % 8]), place)
            yield number
            os.pwrite(descriptor, bytes([byte]), place)
    finally:
        os.close(descriptor)
