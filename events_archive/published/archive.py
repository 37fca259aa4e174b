"""Reads from a published site what its cache held, and checks all of it before any is used."""

import zipfile
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct

from events_archive.errors import CacheError
from events_archive.model.archive_state import ArchiveState
from events_archive.model.changes import Change
from events_archive.published.files import PublishedFiles, UnusableFileError, ZipFiles
from events_archive.published.pictures import Pictures, read_pictures
from events_archive.render.content_cache import FOLDER, PICTURES_FILE
from events_archive.site import urls
from events_archive.site.build_info import BuildInfo
from events_archive.store.articles_file import ARTICLES_FILE, load_article_records
from events_archive.store.canonical_json import decode_as
from events_archive.store.files import read_bytes, write_checked
from events_archive.store.history_file import HISTORY_FILE, load_history
from events_archive.store.links_file import LINKS_FILE, load_gone_links
from events_archive.store.publications_file import PUBLICATIONS_FILE, load_publications
from events_archive.store.published_ids_file import PUBLISHED_IDS_FILE, encode_published_ids
from events_archive.store.records import EVENTS_FILE, Records, load_records
from events_archive.store.state_files import CONTACT_FILE, STATE_FILE, load_state

_DATA_FILES = (
    ARTICLES_FILE, EVENTS_FILE, HISTORY_FILE, LINKS_FILE, PUBLICATIONS_FILE, STATE_FILE,
)  # fmt: skip
_MAX_INFO = 1_000_000
"""Bytes of `urls.BUILD_INFO`."""


class Archive(Struct, frozen=True, kw_only=True):
    """What the cache held from which a site was built, as far as it is published."""

    info: BuildInfo
    records: Records
    changes: tuple[Change, ...]
    state: ArchiveState
    article_count: int
    others: dict[str, bytes]
    """The contents of the other files with data, by name."""
    pictures: Pictures


def read_archive(files: PublishedFiles) -> Archive:
    """Return what the cache held.

    Raises `UnusableFileError` where anything of it is missing or not as it was published.
    """
    info = read_build_info(files)
    if urls.CONTENT_CACHE not in files.paths:
        raise UnusableFileError(f"the site has no {urls.CONTENT_CACHE}: it shows no events")
    data = files.read(urls.CONTENT_CACHE)
    if sha256(data).hexdigest() != info.content_cache_sha256:
        raise UnusableFileError(
            f"{urls.CONTENT_CACHE} has not the digest that {urls.BUILD_INFO} states: one of them "
            "is damaged, or of another build"
        )
    with TemporaryDirectory() as folder:
        try:
            pictures_file = _unpack(data, Path(folder))
            return _read(files, info, Path(folder), pictures_file)
        except (CacheError, OSError, ValueError, zipfile.BadZipFile) as error:
            reason = str(error).replace(f"{folder}/", "")
            raise UnusableFileError(f"{urls.CONTENT_CACHE} cannot be used: {reason}") from error


def read_build_info(files: PublishedFiles) -> BuildInfo:
    """Return what a site states about itself. Raises `UnusableFileError` if it states nothing."""
    if urls.BUILD_INFO not in files.paths:
        raise UnusableFileError(
            f"{files.name} has no {urls.BUILD_INFO}, so it is no site of the archive, or one of an "
            f"earlier version; name the folder that {urls.HOME} is in, or the ZIP that the site "
            "offers"
        )
    try:
        return decode_as(files.read(urls.BUILD_INFO, limit=_MAX_INFO), BuildInfo)
    except ValueError as error:
        raise UnusableFileError(f"{urls.BUILD_INFO} cannot be used: {error}") from error


def _unpack(data: bytes, folder: Path) -> bytes:
    """Write `_DATA_FILES` to an empty folder, and return the content of `PICTURES_FILE`."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        inner = ZipFiles(Path(urls.CONTENT_CACHE), archive)
        if missing := {f"{FOLDER}/{name}" for name in (*_DATA_FILES, PICTURES_FILE)} - inner.paths:
            raise ValueError(f"there is no {min(missing)}")
        for name in _DATA_FILES:
            if content := inner.read(f"{FOLDER}/{name}"):
                (folder / name).write_bytes(content)
        return inner.read(f"{FOLDER}/{PICTURES_FILE}")


def _read(files: PublishedFiles, info: BuildInfo, folder: Path, pictures_file: bytes) -> Archive:
    """Return the archive whose data are in ``folder``; the readers of the cache check them."""
    if info.contact is not None:
        write_checked(folder / CONTACT_FILE, info.contact)
    records, articles = load_records(folder / EVENTS_FILE), load_article_records(folder)
    changes, damaged_changes = load_history(folder / HISTORY_FILE)
    _, damaged_publications = load_publications(folder / PUBLICATIONS_FILE)
    state, damaged_state = load_state(folder / STATE_FILE)
    damaged = [*records.damaged, *articles.damaged, *damaged_changes]
    damaged += [*damaged_publications, *damaged_state]
    if damaged:
        raise ValueError(damaged[0])
    if load_gone_links(folder / LINKS_FILE) is None:
        raise ValueError(f"{LINKS_FILE} is damaged")
    if sha256(records.data).hexdigest() != info.events_sha256:
        raise ValueError(f"{EVENTS_FILE} has not the digest that {urls.BUILD_INFO} states")
    if info.contact is not None and not state.api_url:
        raise ValueError(f"{urls.BUILD_INFO} does not say when which API was asked")
    others = {
        **{name: read_bytes(folder / name) for name in (LINKS_FILE, PUBLICATIONS_FILE)},
        ARTICLES_FILE: articles.data,
        PUBLISHED_IDS_FILE: encode_published_ids(info.published_ids),
    }
    return Archive(
        info=info,
        records=records,
        changes=changes,
        state=state,
        article_count=len(articles.lines),
        others=others,
        pictures=read_pictures(files, pictures_file),
    )
