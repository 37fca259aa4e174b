"""Small WebP copies of the pictures, as pages refer to them, and the one call that sees to them.

What is known of the originals and their copies is kept by `thumbnail_shelf`; only for what is new
or changed are `thumbnail_making` and Pillow called in. What may go wrong with a picture goes wrong
quietly: one warning, and a placeholder stands in on the page.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from events_archive.console import Console
from events_archive.images.thumbnail_store import ThumbnailRecord, ThumbnailStore
from events_archive.model.event import Image

DEFAULT_WIDTH = 640
"""For browsers that do not read ``srcset``, and for link previews."""


@dataclass(frozen=True, kw_only=True)
class Thumbnail:
    """The copies of one picture, as a page refers to them."""

    name: str
    """``<image id>-<hash>``, the stem that all sizes share."""
    sizes: tuple[tuple[int, int], ...]
    """Width and height in pixels, narrowest first; never empty."""

    @cached_property
    def width(self) -> int:
        """The widest copy's width in pixels."""
        return self.sizes[-1][0]

    @cached_property
    def height(self) -> int:
        """The widest copy's height in pixels."""
        return self.sizes[-1][1]

    def file(self, width: int) -> str:
        """The address, from the site's root, of the copy that is ``width`` pixels wide."""
        return f"pictures/{self.name}-{width}.webp"

    @cached_property
    def src(self) -> str:
        """The address, from the site's root, of the copy for `DEFAULT_WIDTH`, or the next below."""
        fitting = [width for width, _ in self.sizes if width <= DEFAULT_WIDTH]
        return self.file(fitting[-1] if fitting else self.sizes[0][0])

    def srcset(self, root: str) -> str:
        """The ``srcset`` of a page from which ``root`` ("../", or "") leads to the site's root."""
        if root not in self._srcsets:
            copies = [f"{root}{self.file(width)} {width}w" for width, _ in self.sizes]
            self._srcsets[root] = ", ".join(copies)
        return self._srcsets[root]

    @cached_property
    def _srcsets(self) -> dict[str, str]:
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnails:
    """All pictures that can be shown."""

    folder: Path
    """Where the copies lie."""
    by_key: Mapping[str, Thumbnail]
    """By `Image.key`."""
    excluded_licences: frozenset[int] = frozenset()

    def of(self, image: Image | None) -> Thumbnail | None:
        """The copies of ``image``; None when it has none or its licence is left out."""
        if image is None or _is_excluded(image, self.excluded_licences):
            return None
        return self.by_key.get(image.key)

    def files(self) -> Iterator[tuple[str, Path]]:
        """Each copy's address and where it lies now, in the order of the addresses."""
        shown = {thumbnail.name: thumbnail for thumbnail in self.by_key.values()}
        addresses = (t.file(width) for t in shown.values() for width, _ in t.sizes)
        for address in sorted(addresses):
            yield address, self.folder / address.removeprefix("pictures/")


def make_thumbnails(
    images: Iterable[Image],
    *,
    originals: Path,
    folder: Path,
    jobs: int,
    report: Console,
    excluded_licences: Collection[int] = (),
) -> Thumbnails:
    """See to it that each of ``images`` that has an original has its copies in ``folder``.

    Only what is new or changed is decoded, ``jobs`` at a time. An original that is not there is
    nobody's fault here (who fetches it says so); one that is broken costs one warning a run.

    Raises `ArchiveError` where ``folder`` cannot be written to.
    """
    excluded = frozenset(excluded_licences)
    wanted = {i.key: i for i in images if not _is_excluded(i, excluded)}
    shelf = ThumbnailStore.open(originals=originals, folder=folder)
    whole, due = shelf.partition(wanted.values())
    made = _made(due, shelf, jobs, report) if due else {}
    by_key = {}
    for key, image in wanted.items():
        record = made.get(key) or shelf.records.get(key)
        if record is None:
            continue
        if fault := record.error or record.decoder_warning:
            report.warn(f"picture {image.id} ({_printable(image.url)}): {fault}")
        if record.sizes and (key in made or key in whole):
            by_key[key] = Thumbnail(name=f"{image.id}-{record.digest}", sizes=record.sizes)
    return Thumbnails(folder=folder, by_key=by_key, excluded_licences=excluded)


def _made(
    images: list[Image], shelf: ThumbnailStore, jobs: int, report: Console
) -> Mapping[str, ThumbnailRecord]:
    """Make the copies of ``images``; what is known of them now, by key."""
    # Threads cost 10 ms to import and Pillow 50, which a run without new pictures need not pay.
    from events_archive.images.thumbnail_builder import build_thumbnails  # noqa: PLC0415

    return build_thumbnails(images, shelf, jobs=jobs, report=report)


def _is_excluded(image: Image, excluded: Collection[int]) -> bool:
    return image.licence is not None and image.licence.id in excluded


def _printable(text: str) -> str:
    """Text from outside, with nothing in it that a terminal would obey."""
    return "".join(c if c.isprintable() else "?" for c in text[:300])
