"""Makes what is stale: each page that is not as all that it depends on would have it made."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from events_archive.workers import MOST, Share, can_share
from events_archive.output.fingerprints import Fingerprints
from events_archive.output.id_audit import IdAudit
from events_archive.render.renderer import Renderer
from events_archive.images.thumbnails import Thumbnails
from events_archive.output.writer import OutputDir, StagedFile, WriteSummary
from events_archive.site import urls
from events_archive.site.page import Page, Writer

MIN_PAGES_FOR_WORKER = 300
"""So many pages are made sooner than a second process is started."""

_PIECE = 40
"""Files that one process takes at a time."""

Work = Page | tuple[str, Path] | Callable[[], None]
"""A page to be made, a file to be copied to an address, or something else to be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildResult:
    """A finished site."""

    output: OutputDir
    written: WriteSummary
    proof: IdAudit
    thumbnails: Thumbnails


@dataclass(slots=True, kw_only=True)
class SiteBuilder:
    """Pages on their way into the output: a context, since other processes may be at work."""

    renderer: Renderer
    fingerprints: Fingerprints
    output: OutputDir
    proof: IdAudit
    processes: int = 1
    _keys: dict[str, bytes] = field(default_factory=dict)
    _shares: list[Share] = field(default_factory=list)
    _open: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def build(
        self,
        pages: Iterable[Page],
        *,
        files: Iterable[tuple[str, Path]] = (),
    ) -> None:
        """Have every page in the output, and its ids in the proof; make only what is stale.

        So too ``files``, as (address, source): those that only have to be copied.
        """
        stale = [page for page in pages if not self._is_current(page)]
        works: list[Work] = [*files, *sorted(stale, key=_cache_locality)]
        if self._is_worth_sharing(stale):
            self._start_worker(works)
        else:
            for work in works:
                self._do(work)
        for share in reversed(self._shares):
            self._join_worker(share)

    def _is_worth_sharing(self, stale: Sequence[Page]) -> bool:
        """Whether there are more pages than are rendered while a second process starts."""
        return len(stale) > MIN_PAGES_FOR_WORKER and self.processes > 1 and can_share()

    def _is_current(self, page: Page) -> bool:
        left = self.output.previous_build
        if page.path not in left.files:
            return False
        key = self._keys[page.path] = self.fingerprints.page(page)
        if not self.output.reuse(page.path, key):
            return False
        if page.path in left.warnings:
            self.proof.size_warnings[page.path] = left.warnings[page.path]
        return True

    def _do(self, work: Work) -> None:
        if isinstance(work, Page):
            self._make(work)
        elif isinstance(work, tuple):
            self.output.stage_file(*work)
        else:
            work()

    def _make(self, page: Page) -> None:
        key = self._keys.get(page.path) or self.fingerprints.page(page)
        content = self.renderer.content(page)
        self.proof.collect(page, content)
        self.output.stage(page.path, content, key)

    def _start_worker(self, works: Sequence[Work]) -> None:
        """Have another process begin with the works at their end."""
        self.renderer.warm_up()
        width = max(_PIECE, -(-len(works) // MOST))
        pieces = [works[start : start + width] for start in range(0, len(works), width)]
        before = frozenset(self.output.staged)

        def do(piece: int) -> None:
            for work in pieces[piece]:
                self._do(work)

        def outcome() -> tuple[dict[str, tuple[object, ...]], IdAudit]:
            new = self.output.staged.items()
            return {place: tuple(file) for place, file in new if place not in before}, self.proof

        self._shares.append(self._open.enter_context(Share(len(pieces), do, outcome)))

    def _join_worker(self, share: Share) -> None:
        staged, proof = share.finish()
        self.output.merge({place: StagedFile._make(file) for place, file in staged.items()})
        self.proof.merge(proof)


def _cache_locality(page: Page) -> int:
    """Pages with one number share what they are made of: cards, entries, records."""
    template = page.template
    if template in ("pages/event.html", "pages/stub.html"):
        return 0
    if page.path.startswith("data/events.") or page.path in (urls.DATA, urls.CHECKSUMS):
        return 5
    if template.startswith("pages/"):
        return 1
    if template.startswith("feed") or page.writer is Writer.JSON_FEED:
        return 2
    return 3 if page.writer is Writer.CALENDAR else 4
