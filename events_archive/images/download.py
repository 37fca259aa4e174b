"""Downloads the originals of the images into the cache, each once.

Missing images never stop a build: one that cannot be downloaded costs a warning. Since their URLs
come from outside, each download has limits (`HttpClient`). The API key is not sent.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from events_archive.console import Console
from events_archive.images.download_request import Download, DownloadResult, download
from events_archive.images.download_state import DownloadState, FailedDownload
from events_archive.images.messages import image_warning
from events_archive.model.event import Image
from events_archive.net.http_client import HttpClient, HttpLimits
from events_archive.thread_pool import map_in_threads

DOWNLOAD_LIMITS = HttpLimits(read=20.0, total=60.0, max_bytes=25_000_000, max_redirects=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadReport:
    """What a run did, as `Image.key` in the order of the images."""

    new: tuple[str, ...] = ()
    """Downloaded for the first time, or again because they had changed."""
    unchanged: tuple[str, ...] = ()
    """In the cache before, and still in use."""
    failed: Mapping[str, str] = field(default_factory=dict)
    """The reason; the key may also be in `unchanged`."""


def download_images(
    images: Iterable[Image],
    *,
    folder: Path,
    api_url: str,
    user_agent: str,
    jobs: int,
    console: Console,
    now: datetime,
    refresh: bool = False,
    limits: HttpLimits = DOWNLOAD_LIMITS,
) -> DownloadReport:
    """Download the original of each of ``images`` to ``folder``, under `Image.key`.

    What is there is not requested again, unless ``refresh`` is set; then a server that supports
    conditional requests (RFC 9110, section 13.1) sends only what has changed. What has failed in an
    earlier run is requested again some time after that. At most ``jobs`` images are downloaded at
    once. URLs that lead to a private network are refused, except those of the API's own host.

    Raises `CacheError` where ``folder`` cannot be written to.
    """
    wanted: dict[str, Image] = {}
    for image in images:
        wanted.setdefault(image.key, image)
    present = _files_in(folder) & wanted.keys()
    state_file = folder / "validators.json"
    state = DownloadState.load(state_file)
    postponed = {} if refresh else state.postponed(wanted, present, now)
    tasks = [
        Download(image=image, path=folder / key, validators=state.validators_of(key, present))
        for key, image in wanted.items()
        if key not in postponed and (refresh or key not in present)
    ]
    client = HttpClient(
        limits=limits,
        headers={"User-Agent": user_agent},
        trusted_host=urlsplit(api_url).hostname or "",
    )
    results: dict[str, DownloadResult] = {}
    if tasks:
        try:
            for task, result in _download_all(tasks, client, limits, jobs, console):
                results[task.image.key] = result
                state.update(task, result, now)
        finally:
            # Also after Ctrl-C: what has arrived need not be requested again.
            state.save(state_file)
    failed = {key: failure.reason for key, failure in postponed.items()}
    failed |= {key: result.error for key, result in results.items() if result.error}
    new = tuple(key for key in wanted if key in results and results[key].is_new)
    for key, image in wanted.items():
        if key in failed:
            console.warn(_warning(image, failed[key], key in present, postponed.get(key)))
    if tasks:
        console.print(f"{len(new)} pictures fetched, {len(failed) - len(postponed)} failed")
    return DownloadReport(
        new=new,
        unchanged=tuple(key for key in wanted if key in present and key not in new),
        failed={key: failed[key] for key in wanted if key in failed},
    )


def _files_in(folder: Path) -> frozenset[str]:
    """Return the names of the files in ``folder``."""
    try:
        with os.scandir(folder) as entries:
            return frozenset(entry.name for entry in entries if entry.is_file())
    except OSError:
        return frozenset()


def _download_all(
    tasks: list[Download], client: HttpClient, limits: HttpLimits, jobs: int, console: Console
) -> Iterator[tuple[Download, DownloadResult]]:
    """Yield each of ``tasks`` with its result, as soon as it is done."""
    with (
        client,
        closing(
            map_in_threads(
                lambda task: download(task, client, limits),
                tasks,
                threads=min(jobs, len(tasks)),
                on_exit=client.abort,
            )
        ) as results,
        console.progress("pictures", len(tasks)) as progress,
    ):
        for task, result in results:
            yield task, result
            progress.advance()


def _warning(image: Image, fault: str, is_present: bool, postponed: FailedDownload | None) -> str:
    if is_present:
        fault += "; the copy from an earlier run stays in use"
    elif postponed:
        fault += f"; it will be asked for again after {postponed.until:%Y-%m-%d %H:%M} UTC"
    return image_warning(image, fault)
