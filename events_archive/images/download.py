"""The originals of the pictures: each is downloaded once, and kept for as long as it is wanted.

Pictures are ornament, so nothing about them stops a build: one that is missing or broken costs a
warning. Their addresses come from outside, so every download has its bounds. The key for the API
never gets here.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from events_archive.console import Console
from events_archive.images.download_pool import DownloadPool
from events_archive.images.download_request import (
    Download,
    DownloadContext,
    DownloadLimits,
    DownloadResult,
)
from events_archive.images.download_state import DownloadState, FailedDownload
from events_archive.model.event import Image

DEFAULT_LIMITS = DownloadLimits()


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadReport:
    """What a run did, as `Image.key` in the order in which the pictures were asked for."""

    new: tuple[str, ...] = ()
    """Downloaded, or downloaded again because they had changed."""
    unchanged: tuple[str, ...] = ()
    """Were there, and stay in use."""
    failed: Mapping[str, str] = field(default_factory=dict)
    """Why it could not be had; may also be in `kept`, when an older copy is there."""


def download_images(
    images: Iterable[Image],
    *,
    folder: Path,
    api_url: str,
    user_agent: str,
    jobs: int,
    report: Console,
    now: datetime,
    refresh: bool = False,
    bounds: DownloadLimits = DEFAULT_LIMITS,
) -> DownloadReport:
    """See to it that ``folder`` holds the original of each of ``images``, under `Image.key`.

    What is there is not asked for again, unless ``refresh`` is set; then a server that knows
    conditional requests (RFC 9110, section 13.1) sends only what has changed. What failed is
    remembered, and not tried again before `Bounds.retry` has passed since ``now``.

    Addresses on private networks are refused, except for those of the API's own host.

    Raises `CacheError` where ``folder`` cannot be written to.
    """
    wanted: dict[str, Image] = {}
    for image in images:
        wanted.setdefault(image.key, image)
    present = _files_in(folder) & wanted.keys()
    memory = DownloadState.load(folder / "validators.json")
    held = {} if refresh else memory.postponed(wanted, present, now)
    due = [
        Download(image=image, path=folder / key, validators=memory.validators_of(key, present))
        for key, image in wanted.items()
        if key not in held and (refresh or key not in present)
    ]
    way = DownloadContext(api_url=api_url, user_agent=user_agent, limits=bounds)
    results = _download_all(due, way, jobs=jobs, report=report, memory=memory, now=now)
    failed = {key: failure.reason for key, failure in held.items()}
    failed |= {key: result.error for key, result in results.items() if result.error}
    new = tuple(key for key in wanted if key in results and results[key].is_new)
    kept = tuple(key for key in wanted if key in present and key not in new)
    for key, image in wanted.items():
        if key in failed:
            report.warn(_warning(image, failed[key], key in present, held.get(key)))
    if due:
        report.print(f"{len(new)} pictures fetched, {len(failed) - len(held)} failed")
    return DownloadReport(
        new=new, unchanged=kept, failed={key: failed[key] for key in wanted if key in failed}
    )


def _files_in(folder: Path) -> frozenset[str]:
    """The names of the files in ``folder``, from one listing: a look at each is many times that."""
    try:
        with os.scandir(folder) as entries:
            return frozenset(entry.name for entry in entries if entry.is_file())
    except OSError:
        return frozenset()


def _warning(image: Image, fault: str, is_present: bool, held: FailedDownload | None) -> str:
    """What to say about a picture that could not be had."""
    # Nothing that a terminal would obey.
    url = "".join(c if c.isprintable() else "?" for c in image.url[:300])
    if is_present:
        fault += "; the copy from an earlier run stays in use"
    elif held:
        fault += f"; it will be asked for again after {held.until:%Y-%m-%d %H:%M} UTC"
    return f"picture {image.id} ({url}): {fault}"


def _download_all(
    tasks: list[Download],
    way: DownloadContext,
    *,
    jobs: int,
    report: Console,
    memory: DownloadState,
    now: datetime,
) -> dict[str, DownloadResult]:
    """Download all of ``tasks``, ``jobs`` at a time, and remember how it went."""
    if not tasks:
        return {}
    results = {}
    try:
        with (
            report.progress("pictures", len(tasks)) as progress,
            DownloadPool(tasks, way, jobs) as crew,
        ):
            for task, result in crew.results():
                results[task.image.key] = result
                memory.record(task, result, now)
                progress.advance()
    finally:
        # Also after Ctrl-C: what has arrived need not be asked for again.
        memory.save()
    return results
