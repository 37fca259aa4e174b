"""The templates of a folder, ready to be rendered: compiled once and kept, as Python keeps its own.

What was compiled lies in ``__pycache__`` below the folder, under a digest of every template and of
the compiler. Whoever finds it needs neither Jinja nor the templates' text.
"""

import marshal
import sys
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from types import CodeType, TracebackType
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from events_archive.errors import ArchiveError
from events_archive.keeping import keep, load_kept
from events_archive.render.templating import text
from events_archive.render.templating.names import function_of

if TYPE_CHECKING:
    from events_archive.render.templating.compiling import Compiler, Place

_LIBRARY = "library:"
_KEPT = f"templates.{sys.implementation.cache_tag}.bin"
_FAULTS = (AttributeError, IndexError, KeyError, TypeError, ValueError)

Page = Callable[[Mapping[str, object]], str]
"""Makes the text of a page from its variables."""

Maker = Callable[[str | None, str], str]
"""Makes a piece of a page from the page's root, and from that escaped."""

Kept = tuple[CodeType, tuple["Place", ...], tuple[str, ...]]
"""A template's code, where each of its lines comes from, and the libraries that it calls."""


class Templates:
    """Renders templates. `known` are the names and `filters` the filters that all of them have."""

    def __init__(
        self, folder: Path, *, known: Mapping[str, Any], filters: Mapping[str, Callable[..., Any]]
    ) -> None:
        self.folder = folder
        self._known = frozenset(known)
        self._filters = {**text.FILTERS, **filters}
        self._namespace: dict[str, Any] = {
            "Fixed": Fixed,
            "Markup": Markup,
            "as_markup": text.as_markup,
            "esc": text.esc,
            "joined": text.joined,
            "joined_plain": text.joined_plain,
            "marked": text.marked,
            "plain": text.plain,
            **{f"g_{name}": value for name, value in known.items()},
            **{f"f_{name}": value for name, value in self._filters.items()},
        }
        self.digest = self._state_of_sources()
        self._kept: dict[str, Kept] = load_kept(self._file(), self.digest)
        self._was_kept = len(self._kept)
        self._ready: set[str] = set()
        self._pages: dict[str, Page] = {}
        self._compiler: Compiler | None = None

    def render(self, name: str, context: Mapping[str, object]) -> str:
        """The text of a page; raises ArchiveError where the template is at fault."""
        page = self._pages.get(name) or self.page(name)
        try:
            return page(context)
        except _FAULTS as error:
            place = self._place_of(error.__traceback__)
            if place is None:
                raise
            raise ArchiveError(f"{place[0]}, line {place[1]}: {_in_words(error)}") from error

    def page(self, name: str) -> "Page":
        """The function that makes the text of a page from its variables."""
        page: Page = self._namespace[self._made_ready(name)]
        self._pages[name] = page
        return page

    def macro(self, library: str, name: str) -> Callable[..., str]:
        """A macro of a library as a function; its text is markup."""
        from_library = function_of(library, name)
        self._made_ready(_LIBRARY + library)
        function: Callable[..., str] = self._namespace[from_library]
        return function

    def keep(self) -> None:
        """Keep what was compiled for the next run; where that cannot be, it is compiled again."""
        if len(self._kept) > self._was_kept and keep(self._file(), self.digest, self._kept):
            self._was_kept = len(self._kept)

    def _made_ready(self, key: str) -> str:
        """Define the functions of the template ``key``; the name of the one that a page is."""
        name = key.removeprefix(_LIBRARY)
        if key not in self._ready:
            if key not in self._kept:
                self._kept[key] = self._compiled(key, name)
            code, _, libraries = self._kept[key]
            self._ready.add(key)
            for library in libraries:
                self._made_ready(_LIBRARY + library)
            exec(code, self._namespace)
        return function_of(name)

    def _compiled(self, key: str, name: str) -> Kept:
        # 50 ms to import, which only who has changed a template has to wait for.
        from events_archive.render.templating.compiling import Compiler  # noqa: PLC0415

        if self._compiler is None:
            self._compiler = Compiler(self.folder, known=self._known, filters=self._filters)
        make = self._compiler.library if key.startswith(_LIBRARY) else self._compiler.page
        unit = make(name)
        code = compile(unit.source, _file_name(key), "exec", dont_inherit=True)
        return code, unit.places, unit.libraries

    def _place_of(self, traceback: TracebackType | None) -> "Place | None":
        """Where in a template an error was raised; None if it was in what a template calls."""
        if traceback is None:
            return None
        while traceback.tb_next:
            traceback = traceback.tb_next
        key = traceback.tb_frame.f_code.co_filename.removeprefix("<template ").removesuffix(">")
        kept = self._kept.get(key)
        return kept[1][traceback.tb_lineno - 1] if kept else None

    def _state_of_sources(self) -> bytes:
        """A digest of all that the compiled code depends on."""
        state = sha256(marshal.dumps((sys.version, sorted(self._known), sorted(self._filters))))
        state.update(Path(__file__).with_name("compiling.py").read_bytes())
        for path in template_files(self.folder):
            state.update(f"{path.relative_to(self.folder)}\0".encode())
            state.update(path.read_bytes())
        return state.digest()

    def _file(self) -> Path:
        return self.folder / "__pycache__" / _KEPT


class Fixed(dict[str | None, "_OfFolder"]):
    """What does not differ between pages with one root, by that root."""

    def __init__(self, makers: Sequence[Maker]) -> None:
        self.makers = makers

    def __missing__(self, root: str | None) -> "_OfFolder":
        pieces = self[root] = _OfFolder(self.makers, root)
        return pieces


class _OfFolder(dict[int, str]):
    """The pieces for one root by their numbers, each made when it is first wanted."""

    def __init__(self, makers: Sequence[Maker], root: str | None) -> None:
        self.makers = makers
        self.root = root

    def __missing__(self, number: int) -> str:
        piece = self[number] = self.makers[number](self.root, text.esc(self.root))
        return piece


def template_files(folder: Path) -> list[Path]:
    """Every template below ``folder``, in an order that does not depend on the disk."""
    return sorted(
        path for path in folder.rglob("*") if path.is_file() and path.parent.name != "__pycache__"
    )


def _file_name(key: str) -> str:
    return f"<template {key}>"


def _in_words(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"{error.args[0]!r} is undefined"
    return str(error)
