"""Renders the pages that are not current, and stages them with the thumbnails.

Each page is fingerprinted; if the file of the last build is not current, the page is rendered, the
ids in it are collected for the audit, and the content is staged.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from events_archive.output.fingerprints import Fingerprints
from events_archive.output.id_audit import IdAudit
from events_archive.output.writer import OutputDir, StagedFile
from events_archive.render.renderer import Renderer
from events_archive.site.page import Page

MIN_TASKS_FOR_WORKER = 60
"""Fewer files take less time than starting a worker process."""

_CHUNK_SIZE = 10
"""The number of files that one process takes at a time."""

Task = Page | tuple[str, Path, str]
"""A page to render, or a path with a file to copy there and its checksum."""


_STAGED = msgspec.msgpack.Decoder(dict[str, StagedFile])
"""Files by path, in MessagePack: to pickle thousands of them takes a while at the end."""


class SiteBuilder(Struct, kw_only=True):
    """Stages every page of a site whose file in the output folder is not current."""

    renderer: Renderer
    fingerprints: Fingerprints
    output: OutputDir
    audit: IdAudit
    jobs: int = 1
    """With more than one, a worker process helps to render many pages."""

    def build(self, pages: Iterable[Page], files: Iterable[tuple[str, Path, str]] = ()) -> None:
        """Stage the pages that are not current, and copies of ``files``: (path, source, checksum).

        Raises ArchiveError if a page cannot be rendered or a file cannot be written.
        """
        tasks: list[Task] = [*files, *pages]
        chunks = [tasks[at : at + _CHUNK_SIZE] for at in range(0, len(tasks), _CHUNK_SIZE)]
        if self.jobs > 1 and len(tasks) >= MIN_TASKS_FOR_WORKER:
            # Few builds need it, and it takes 20 ms to import.
            from events_archive.output.workers import process_all  # noqa: PLC0415

            self.renderer.warm_up()
            results = process_all(self._process, chunks)
        else:
            results = list(map(self._process, chunks))
        for staged, audit in results:
            self.output.staged |= _STAGED.decode(staged)
            self.audit.merge(audit)

    def _process(self, tasks: Sequence[Task]) -> tuple[bytes, IdAudit]:
        """Stage files; return what the other process has to know: `_STAGED`, and their ids."""
        staged: dict[str, StagedFile] = {}
        audit = IdAudit(published=self.audit.published)
        for task in tasks:
            if isinstance(task, Page):
                staged[task.path] = self._stage_page(task, audit)
            else:
                path, source, checksum = task
                staged[path] = self.output.stage_file(path, source, checksum)
        return msgspec.msgpack.encode(staged), audit

    def _stage_page(self, page: Page, audit: IdAudit) -> StagedFile:
        """Stage a page, which is only rendered if the file in place is not current."""
        fingerprint, previous = self.fingerprints.page(page), self.output.previous_build
        if staged := self.output.reuse(page.path, fingerprint):
            if page.path in previous.size_warnings:
                audit.size_warnings[page.path] = previous.size_warnings[page.path]
            return staged
        content = self.renderer.content(page)
        audit.collect(page, content)
        return self.output.stage(page.path, content, fingerprint)
