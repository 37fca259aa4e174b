"""The thumbnails of the images, as pages refer to them.

Thumbnails that exist are found by their manifest (`thumbnail_store`); those that are missing are
built (`build_thumbnails`). An image that cannot be decoded costs a warning, and pages show a
placeholder.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import repeat
from pathlib import Path

from msgspec import Struct

from events_archive.console import Console
from events_archive.images.thumbnail_store import ThumbnailRecord, ThumbnailStore, checksum_of
from events_archive.model.event import Image
from events_archive.safe_text import safe_text
from events_archive.store.opener import read_file

DEFAULT_WIDTH = 640
"""For browsers without support for ``srcset``, and for link previews."""
_MAX_URL = 300
"""Characters of a URL that a warning contains."""


class Thumbnail(Struct, frozen=True, kw_only=True):
    """The thumbnails of one image, in several sizes."""

    name: str
    """``<image id>-<digest>``, the part of their names that all sizes share."""
    sizes: tuple[tuple[int, int], ...]
    """Width and height in pixels, narrowest first; never empty."""
    checksums: tuple[str, ...] = ()
    """Of the files, as `checksum_of` returns them; empty if an earlier version made them."""

    @property
    def width(self) -> int:
        """The largest width in pixels."""
        return self.sizes[-1][0]

    @property
    def height(self) -> int:
        """The largest height in pixels."""
        return self.sizes[-1][1]

    def file(self, width: int) -> str:
        """Return the path, from the site's root, of the file that is ``width`` pixels wide."""
        return f"pictures/{self.name}-{width}.webp"

    @property
    def default_size(self) -> tuple[int, int]:
        """The size with `DEFAULT_WIDTH`, or the next narrower one."""
        narrow = [size for size in self.sizes if size[0] <= DEFAULT_WIDTH]
        return narrow[-1] if narrow else self.sizes[0]

    @property
    def src(self) -> str:
        """The path of the file with the `default_size`."""
        return self.file(self.default_size[0])

    def srcset(self, root: str) -> str:
        """Return the ``srcset`` for a page from which ``root`` ("../" or "") leads to the root."""
        return ", ".join(f"{root}{self.file(width)} {width}w" for width, _ in self.sizes)


class Thumbnails(Struct, frozen=True, kw_only=True):
    """The thumbnails of all images that can be shown."""

    folder: Path
    """Where the files are."""
    by_key: Mapping[str, Thumbnail]
    """By `Image.key`."""
    excluded_licences: frozenset[int] = frozenset()

    def of(self, image: Image | None) -> Thumbnail | None:
        """Return the thumbnail of ``image``; None if it has none or its licence is excluded."""
        if image is None or image.licence_id in self.excluded_licences:
            return None
        return self.by_key.get(image.key)

    def excluded_images(self, images: Iterable[Image]) -> frozenset[int]:
        """Return the ids of those of ``images`` whose licence is excluded."""
        return frozenset(i.id for i in images if i.licence_id in self.excluded_licences)

    def files(self) -> Iterator[tuple[str, Path, str]]:
        """Yield the path on the site, the present path and the checksum of each file, sorted.

        The checksum is ``""`` if it is not known.
        """
        checksums = {
            thumbnail.file(width): checksum
            for thumbnail in self.by_key.values()
            for (width, _), checksum in zip(
                thumbnail.sizes, thumbnail.checksums or repeat(""), strict=False
            )
        }
        for path, checksum in sorted(checksums.items()):
            yield path, self.folder / path.removeprefix("pictures/"), checksum

    def remove_damaged(self) -> None:
        """Remove the files that are not as they were written, to be made again.

        Raises `OSError` where that is impossible.
        """
        for _, file, checksum in self.files():
            if checksum and checksum_of(read_file(file)) != checksum:
                file.unlink()


def make_thumbnails(
    images: Iterable[Image],
    *,
    originals: Path,
    folder: Path,
    jobs: int,
    console: Console,
    excluded_licences: Collection[int] = (),
) -> Thumbnails:
    """Return the thumbnails of ``images``, after building those that are missing in ``folder``.

    Only new and changed files in ``originals`` are decoded, ``jobs`` at a time. A missing original
    causes no warning; one that cannot be decoded causes one in each run.

    Raises `ArchiveError` where ``folder`` cannot be written to.
    """
    excluded = frozenset(excluded_licences)
    wanted = {image.key: image for image in images if image.licence_id not in excluded}
    store = ThumbnailStore.load(originals=originals, folder=folder)
    complete, due = store.partition(wanted.values())
    built: Mapping[str, ThumbnailRecord] = {}
    if due:
        # Imports Pillow, which takes 50 ms.
        from events_archive.images.build_thumbnails import build_thumbnails  # noqa: PLC0415

        built = build_thumbnails(due, store, jobs=jobs, console=console)
    by_key = {}
    for key, image in wanted.items():
        record = built.get(key) or store.records.get(key)
        if record is None:
            continue
        if fault := record.error or record.decoder_warning:
            console.warn(image_warning(image, fault))
        if record.dimensions and (key in built or key in complete):
            by_key[key] = Thumbnail(
                name=f"{image.id}-{record.digest}", sizes=record.sizes, checksums=record.checksums
            )
    return Thumbnails(folder=folder, by_key=by_key, excluded_licences=excluded)


def image_warning(image: Image, fault: str) -> str:
    """Return a warning that names an image."""
    return f"picture {image.id} ({safe_text(image.url)[:_MAX_URL]}): {fault}"
