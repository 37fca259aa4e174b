"""The pictures of a published site, and the files that only its former pages name."""

import re

import msgspec
from msgspec import Struct

from events_archive.images.thumbnail_store import ThumbnailRecord, checksum_of
from events_archive.output.former_files import Generations, former_paths
from events_archive.published.files import PublishedFiles, UnusableFileError
from events_archive.render.assets import listed_files
from events_archive.site import urls
from events_archive.store.canonical_json import decode_as

MAX_PICTURE = 25_000_000
"""Bytes of one file."""

_NAME = re.compile(r"\d{1,19}-([0-9a-f]{10})")
_HASHED_PATHS = {
    urls.ASSETS: re.compile(rf"{urls.ASSETS}/[\w-]+(?:\.[\w-]+)*\.[0-9a-f]{{10}}\.\w+", re.ASCII),
    urls.IMAGES: re.compile(rf"{urls.IMAGES}/\d{{1,19}}-[0-9a-f]{{10}}-\d{{1,5}}\.webp"),
}
"""Paths with a digest of the content, by folder."""


class Pictures(Struct, frozen=True, kw_only=True):
    """The pictures and assets of a site that its cache has."""

    records: dict[str, ThumbnailRecord]
    """What is known of the thumbnails that the site has, by `Image.key`."""
    missing: int
    """The number of images whose thumbnails it does not have."""
    checksums: dict[str, str]
    """Of each file that goes into the cache, as `checksum_of` returns it, by its path."""
    generations: dict[str, Generations]
    """See `output.former_files`; empty where the site has no list of what its pages name."""


def read_pictures(files: PublishedFiles, pictures_file: bytes) -> Pictures:
    """Return the pictures of a site; ``pictures_file`` is the content of ``pictures.json``.

    Raises `UnusableFileError` for a file that cannot be read or is no picture, and ValueError for
    names that no build has given.
    """
    records: dict[str, ThumbnailRecord] = {}
    checksums: dict[str, str] = {}
    listed = decode_as(pictures_file, dict[str, tuple[str, str]])
    for key, (name, dimensions) in listed.items():
        if not (match := _NAME.fullmatch(name)):
            raise ValueError(f"{name[:100]!r} is no name of a picture")
        # Of the original, which is not published, only its digest is known.
        record = msgspec.convert([0, 0, match[1], dimensions], ThumbnailRecord)
        paths = [f"{urls.IMAGES}/{name}-{width}.webp" for width, _ in record.sizes]
        if not paths or not files.paths.issuperset(paths):
            continue
        contents = [_read_picture(files, path) for path in paths]
        found = tuple(map(checksum_of, contents))
        checksums.update(zip(paths, found, strict=True))
        sizes = tuple(map(len, contents))
        records[key] = msgspec.structs.replace(record, file_sizes=sizes, checksums=found)
    generations = read_generations(files)
    for path in sorted(former_paths(generations)):
        is_picture = path.startswith(f"{urls.IMAGES}/")
        content = _read_picture(files, path) if is_picture else files.read(path, limit=MAX_PICTURE)
        checksums[path] = checksum_of(content)
    return Pictures(
        records=records,
        missing=len(listed) - len(records),
        checksums=checksums,
        generations=generations,
    )


def _read_picture(files: PublishedFiles, path: str) -> bytes:
    content = files.read(path, limit=MAX_PICTURE)
    if (content[:4], content[8:12]) != (b"RIFF", b"WEBP"):
        raise UnusableFileError(f"{path} is no picture in the format WebP")
    return content


def read_generations(files: PublishedFiles) -> dict[str, Generations]:
    """Return which of the files with hashed names the site's pages name, and which they named.

    Empty without the list of what they name.
    """
    if urls.PRECACHE_MANIFEST not in files.paths:
        return {}
    try:
        listed = listed_files(files.read(urls.PRECACHE_MANIFEST))
    except ValueError as error:
        raise UnusableFileError(f"{urls.PRECACHE_MANIFEST} cannot be used: {error}") from error
    generations = {}
    for folder, pattern in _HASHED_PATHS.items():
        paths = sorted(filter(pattern.fullmatch, files.paths))
        generations[folder] = Generations(
            current=tuple(path for path in paths if path in listed),
            former=tuple(path for path in paths if path not in listed),
        )
    return generations
