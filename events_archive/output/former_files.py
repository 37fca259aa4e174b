"""The former generation of assets and pictures: files that no page names any more stay a while.

The name of such a file has a digest of its content, so that it changes with the stylesheet or with
the recipe of thumbnails. Pages in caches, entries in feed readers and cards of shared links still
name the old one. So what the last build published and this one does not stays, until a later build
drops something again. It is part of no export, and no browser saves it for reading offline.

Everything that is needed is in the cache, since the output folder may be a new one: the lists of
names and copies of the assets in ``generations/``, the pictures in ``thumbnails/``.
"""

from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from events_archive.output.writer import OutputDir
from events_archive.site import urls
from events_archive.store.checksum import add_checksum, remove_checksum
from events_archive.store.files import read_checked, write_atomically, write_checked
from events_archive.store.opener import is_file, read_file

FOLDER = "generations"
_LIST = f"{FOLDER}/generations.json"


class Generations(Struct, frozen=True, kw_only=True):
    """The paths in one folder of the site."""

    current: tuple[str, ...] = ()
    """Those that pages of the last build name."""
    former: tuple[str, ...] = ()
    """Those that were named by pages of the builds before."""

    def followed_by(self, paths: Collection[str]) -> "Generations":
        """Return what they are after a build whose pages name ``paths``."""
        dropped = set(self.current).difference(paths)
        former = dropped or set(self.former).difference(paths)
        return Generations(current=tuple(sorted(paths)), former=tuple(sorted(former)))


def stage_former_files(output: OutputDir, cache: Path, *, excluded_images: Collection[int]) -> None:
    """Stage the files of the former generation; all other files of the site are staged already.

    Pictures with an id in ``excluded_images`` are not published any more.

    Raises `ArchiveError` where a file cannot be written.
    """
    known = read_checked(cache / _LIST, dict[str, Generations]) or {}
    now: dict[str, Generations] = {}
    for folder in (urls.ASSETS, urls.IMAGES):
        paths = [path for path in output.staged if path.startswith(f"{folder}/")]
        now[folder] = known.get(folder, Generations()).followed_by(paths)
    _copy_assets(output, cache, now[urls.ASSETS])
    excluded = set(map(str, excluded_images))
    for path in former_paths(now):
        name = path.rpartition("/")[2]
        if path.startswith(f"{urls.ASSETS}/"):
            if (content := _read_copy(cache, path)) is not None:
                output.stage(path, content)
        elif name.partition("-")[0] not in excluded and is_file(
            picture := cache / "thumbnails" / name
        ):
            output.stage_file(path, picture)
    if now != known:
        save_generations(cache, now)


def save_generations(cache: Path, generations: dict[str, Generations]) -> None:
    """Write the list of both generations, by folder. Raises `CacheError`."""
    write_checked(cache / _LIST, generations)


def save_asset(cache: Path, path: str, content: bytes) -> None:
    """Write the copy of an asset by its path in the site. Raises `CacheError`."""
    write_atomically(cache / FOLDER / path, add_checksum(content))


def load_former_paths(cache: Path) -> frozenset[str]:
    """Return the paths of the former generation."""
    return former_paths(read_checked(cache / _LIST, dict[str, Generations]) or {})


def former_paths(generations: dict[str, Generations]) -> frozenset[str]:
    """Return the paths of the former generation of each folder."""
    return frozenset(path for one in generations.values() for path in one.former)


def _read_copy(cache: Path, path: str) -> bytes | None:
    """Return the content of the copy of an asset; None if there is none, or it is damaged."""
    try:
        return remove_checksum(read_file(cache / FOLDER / path))
    except (OSError, ValueError):
        return None


def _copy_assets(output: OutputDir, cache: Path, assets: Generations) -> None:
    """Copy the assets into the cache, and remove those of generations before the former one."""
    folder = cache / FOLDER / urls.ASSETS
    for path in assets.current:
        # A name has a digest of the content.
        if _read_copy(cache, path) is None:
            save_asset(cache, path, read_file(output.file(path)))
    retained = {path.rpartition("/")[2] for path in (*assets.current, *assets.former)}
    with suppress(OSError):
        for copy in folder.iterdir():
            if copy.name not in retained:
                copy.unlink()
