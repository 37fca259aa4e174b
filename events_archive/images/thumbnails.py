"""Thumbnails of the images, as pages refer to them.

Thumbnails that exist are found by their manifest (`thumbnail_store`); only for new or changed
originals is Pillow imported (`thumbnail_builder`). An image that cannot be decoded costs a warning,
and pages show a placeholder.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from events_archive.console import Console
from events_archive.images.messages import image_warning
from events_archive.images.thumbnail_store import ThumbnailRecord, ThumbnailStore
from events_archive.model.event import Image

DEFAULT_WIDTH = 640
"""For browsers without support for ``srcset``, and for link previews."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnail:
    """The thumbnails of one image, in several sizes."""

    name: str
    """``<image id>-<digest>``, the part of their names that all sizes share."""
    sizes: tuple[tuple[int, int], ...]
    """Width and height in pixels, narrowest first; never empty."""

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
    def src(self) -> str:
        """The path of the file for `DEFAULT_WIDTH`, or the next narrower one."""
        narrow = [width for width, _ in self.sizes if width <= DEFAULT_WIDTH]
        return self.file(narrow[-1] if narrow else self.sizes[0][0])

    def srcset(self, root: str) -> str:
        """Return the ``srcset`` for a page from which ``root`` ("../" or "") leads to the root."""
        return ", ".join(f"{root}{self.file(width)} {width}w" for width, _ in self.sizes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnails:
    """The thumbnails of all images that can be shown."""

    folder: Path
    """Where the files are."""
    by_key: Mapping[str, Thumbnail]
    """By `Image.key`."""
    excluded_licences: frozenset[int] = frozenset()

    def of(self, image: Image | None) -> Thumbnail | None:
        """Return the thumbnail of ``image``; None if it has none or its licence is excluded."""
        if image is None or _is_excluded(image, self.excluded_licences):
            return None
        return self.by_key.get(image.key)

    def files(self) -> Iterator[tuple[str, Path]]:
        """Yield the path on the site and the present path of each file, sorted."""
        paths = {t.file(width) for t in self.by_key.values() for width, _ in t.sizes}
        for path in sorted(paths):
            yield path, self.folder / path.removeprefix("pictures/")


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
    wanted = {image.key: image for image in images if not _is_excluded(image, excluded)}
    store = ThumbnailStore.load(originals=originals, folder=folder)
    complete, due = store.partition(wanted.values())
    built: Mapping[str, ThumbnailRecord] = {}
    if due:
        # Imports Pillow, which takes 50 ms.
        from events_archive.images.thumbnail_builder import build_thumbnails  # noqa: PLC0415

        built = build_thumbnails(due, store, jobs=jobs, console=console)
    by_key = {}
    for key, image in wanted.items():
        record = built.get(key) or store.records.get(key)
        if record is None:
            continue
        if fault := record.error or record.decoder_warning:
            console.warn(image_warning(image, fault))
        if record.dimensions and (key in built or key in complete):
            by_key[key] = Thumbnail(name=f"{image.id}-{record.digest}", sizes=record.sizes)
    return Thumbnails(folder=folder, by_key=by_key, excluded_licences=excluded)


def _is_excluded(image: Image, excluded: Collection[int]) -> bool:
    return image.licence is not None and image.licence.id in excluded
