"""What a build leaves behind for the next one to know: of each file, what it was made from.

It lies in ``content_cache/builds/``, one file for each output folder, and is no more than a help:
where it is missing or damaged, everything is made again, and comes out the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from events_archive.standing import Stamp

_FORMAT = 1


class LeftFile(NamedTuple):
    """A file of the output as the last build left it."""

    key: bytes
    """A digest of all that it was made from; empty where that is not known."""
    size: int
    digest: str
    """Of its content; ``""`` for a file whose name tells its content."""
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Left:
    """What the last build into a folder left there."""

    files: Mapping[str, LeftFile] = field(default_factory=dict)
    """By address."""
