"""Makes what is stale: each page that is not as all that it depends on would have it made."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from events_archive.workers import MOST, Share, can_share
from events_archive.output.fingerprints import Fingerprints
from events_archive.output.id_audit import Proof
from events_archive.render.renderer import Renderer
from events_archive.images.thumbnails import Thumbnails
from events_archive.output.writer import Output, Staged, Written
from events_archive.site.page import Page

FEW = 300
"""So many pages are made sooner than a second process is started."""

_DATA = ("pages/data.html", "data-lines", "data-table", "database", "checksums")
_PIECE = 40
"""Files that one process takes at a time."""

Work = Page | tuple[str, Path] | Callable[[], None]
"""A page to be made, a file to be copied to an address, or something else to be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A finished site."""

    output: Output
    written: Written
    proof: Proof
    thumbnails: Thumbnails


@dataclass(slots=True, kw_only=True)
class Workshop:
    """Pages on their way into the output: a context, since other processes may be at work."""

    renderer: Renderer
    fingerprints: Fingerprints
    output: Output
    proof: Proof
    processes: int = 1
    _keys: dict[str, bytes] = field(default_factory=dict)
    _begun: dict[str, None] = field(default_factory=dict)
    """Addresses of pages that somebody sees to."""
    _waiting: list[Page] = field(default_factory=list)
    """Those of them that are stale and not worth a second process."""
    _in_hand: int = 0
    """How many works another process has begun with."""
    _shares: list[Share] = field(default_factory=list)
    _open: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def begin(self, pages: Sequence[Page]) -> None:
        """Have another process begin with ``pages`` if many are stale; `make` finishes them."""
        stale = [page for page in pages if not self._stands(page)]
        self._begun |= dict.fromkeys(page.address for page in pages)
        if self._is_worth_sharing(stale):
            self._share(stale)
        else:
            self._waiting += stale

    def make(
        self,
        pages: Iterable[Page],
        *,
        files: Iterable[tuple[str, Path]] = (),
        besides: Iterable[Callable[[], None]] = (),
    ) -> None:
        """Have every page in the output, and its ids in the proof; make only what is stale.

        So too ``files``, as (address, source): those that only have to be copied. Whatever is
        done ``besides`` may be done in another process.
        """
        others = (page for page in pages if page.address not in self._begun)
        stale = [*self._waiting, *(page for page in others if not self._stands(page))]
        works: list[Work] = [*files, *sorted(stale, key=_neighbourhood), *besides]
        if self._is_worth_sharing(stale):
            self._share(works)
        else:
            for work in works:
                self._do(work)
        for share in reversed(self._shares):
            self._finish(share)
        self.renderer.keep_templates()

    def _is_worth_sharing(self, stale: Sequence[Page]) -> bool:
        """Whether the pages outlast what the other process, if any, is at already."""
        return len(stale) > max(FEW, self._in_hand) and self.processes > 1 and can_share()

    def _stands(self, page: Page) -> bool:
        left = self.output.left
        if page.address not in left.files:
            return False
        key = self._keys[page.address] = self.fingerprints.key(page)
        if not self.output.stands(page.address, key):
            return False
        if page.address in left.warnings:
            self.proof.said[page.address] = left.warnings[page.address]
        return True

    def _do(self, work: Work) -> None:
        if isinstance(work, Page):
            self._make(work)
        elif isinstance(work, tuple):
            self.output.stage_file(*work)
        else:
            work()

    def _make(self, page: Page) -> None:
        key = self._keys.get(page.address) or self.fingerprints.key(page)
        page = page.whole
        content = self.renderer.content(page)
        self.proof.read(page, content)
        self.output.stage(page.address, content, key)

    def _share(self, works: Sequence[Work]) -> None:
        """Have another process begin with the works at their end."""
        self.renderer.prepare()
        width = max(_PIECE, -(-len(works) // MOST))
        pieces = [works[start : start + width] for start in range(0, len(works), width)]
        before = frozenset(self.output.staged)

        def do(piece: int) -> None:
            for work in pieces[piece]:
                self._do(work)

        def outcome() -> tuple[dict[str, tuple[object, ...]], Proof]:
            new = self.output.staged.items()
            return {place: tuple(file) for place, file in new if place not in before}, self.proof

        self._in_hand += len(works)
        self._shares.append(self._open.enter_context(Share(len(pieces), do, outcome)))

    def _finish(self, share: Share) -> None:
        staged, proof = share.finish()
        self.output.take({place: Staged._make(file) for place, file in staged.items()})
        self.proof.join(proof)


def _neighbourhood(page: Page) -> int:
    """Pages with one number share what they are made of: cards, entries, records."""
    template = page.template
    if template in ("pages/event.html", "pages/stub.html"):
        return 0
    if template in _DATA:
        return 5
    if template.startswith("pages/"):
        return 1
    if template.startswith("feed"):
        return 2
    return 3 if template == "calendar" else 4
