"""Makes what is stale: each page that is not as all that it depends on would have it made."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from events_archive.publish.crew import MOST, can_share, share
from events_archive.publish.fingerprints import Fingerprints
from events_archive.publish.identities import Proof
from events_archive.publish.rendering import Renderer
from events_archive.publish.thumbnails import Thumbnails
from events_archive.publish.writing import Output, Staged, Written
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
    """Pages on their way into the output."""

    renderer: Renderer
    fingerprints: Fingerprints
    output: Output
    proof: Proof
    processes: int = 1
    _keys: dict[str, bytes] = field(default_factory=dict)

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
        stale = sorted((page for page in pages if not self._stands(page)), key=_neighbourhood)
        works: list[Work] = [*files, *stale, *besides]
        if len(stale) > FEW and self.processes > 1 and can_share():
            self.renderer.prepare()
            self._share(works)
        else:
            for work in works:
                self._do(work)
        self.renderer.keep_templates()

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
        width = max(_PIECE, -(-len(works) // MOST))
        pieces = [works[start : start + width] for start in range(0, len(works), width)]
        before = frozenset(self.output.staged)

        def do(piece: int) -> None:
            for work in pieces[piece]:
                self._do(work)

        def outcome() -> tuple[dict[str, tuple[object, ...]], Proof]:
            new = self.output.staged.items()
            return {place: tuple(file) for place, file in new if place not in before}, self.proof

        staged, proof = share(len(pieces), do, outcome)
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
