"""Files that are not pages: stylesheet, scripts and images, and what offline reading needs.

The files of ``static/`` are published under names with a digest of their bytes, scripts without
comments and needless white space, and the scripts of a folder as one: ``events/*.js`` as
``events.js``. Browsers read the site offline with a precache manifest and a service worker.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from events_archive.errors import ArchiveError
from events_archive.site import urls
from events_archive.site.formats import is_precached
from events_archive.store.canonical_json import compact_json, decode_as

_ALWAYS_CACHED = frozenset({urls.HOME, urls.OFFLINE})
_CACHED_ASSETS = (".css", ".js", ".svg")
_LEFTOVERS = (
    *(".*", "*~", "#*#", "*.bak", "*.orig", "*.rej", "*.sw[a-p]", "*.tmp"),
    *("[Tt]humbs.db", "[Dd]esktop.ini", "__MACOSX"),
)
"""Patterns of the names of files that editors and systems leave in a folder."""

_SCRIPT_TOKENS = re.compile(
    rb"""
    ( "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' | `(?:\\.|[^`\\])*`               # texts
    | /(?![*/ ]) (?:\\. | \[(?:\\.|[^\]\\\n])*\] | [^/\\\n\[])+ /[a-z]* )   # regular expressions
    | (?:\s|//.*\n)* ([{}()\[\];,=:?<>&|]) (?:\s|//.*\n)*
    | \s* (?://.*)? (\n) (?:\s|//.*\n)*
    """,
    re.VERBOSE,
)
"""What stays of a script: texts, punctuation without white space around it, and ends of lines.

A quarter of what scripts weigh are comments and white space. A division has a space on both sides,
which tells it from a regular expression.
"""


class Asset(Struct, frozen=True, kw_only=True):
    """One file of ``static/``."""

    url: str
    """``assets/style.0123456789.css``, which browsers can cache for ever."""
    content: bytes


class Assets(Struct, frozen=True, kw_only=True):
    """All files of ``static/``."""

    by_name: Mapping[str, Asset]
    """By the name of the file, which templates use."""

    def url(self, name: str) -> str:
        """Return the URL of ``style.css``; raises ArchiveError if there is no such file."""
        if name not in self.by_name:
            raise ArchiveError(f"a template refers to {name}, which is not in the static folder")
        return self.by_name[name].url

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Return all assets as (URL, content)."""
        return ((asset.url, asset.content) for asset in self.by_name.values())


def read_assets(folder: Path) -> Assets:
    """Return the files of ``folder`` without `_LEFTOVERS`; raises ArchiveError without a folder."""
    if not folder.is_dir():
        raise ArchiveError(f"no folder {folder}: run from the archive's own folder, or clone again")
    contents: dict[str, bytes] = {}
    for path in _paths(folder):
        if path.is_file():
            contents[path.name] = path.read_bytes()
        elif path.is_dir() and (scripts := [one for one in _paths(path) if one.suffix == ".js"]):
            contents[f"{path.name}.js"] = b"".join(script.read_bytes() for script in scripts)
    return Assets(by_name={name: _asset(name, content) for name, content in contents.items()})


def _paths(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not any(map(path.match, _LEFTOVERS)))


def _asset(name: str, content: bytes) -> Asset:
    stem, _, suffix = name.rpartition(".")
    if suffix == "js":
        content = _SCRIPT_TOKENS.sub(lambda token: token[token.lastindex or 0], content).strip()
    digest = hashlib.sha256(content).hexdigest()[:10]
    return Asset(url=f"{urls.ASSETS}/{stem}.{digest}.{suffix}", content=content)


class _PrecacheManifest(Struct):
    """What is read of a precache manifest."""

    files: dict[str, object]


def precache_manifest(files: Mapping[str, tuple[str, int]]) -> dict[str, Any]:
    """Return the list of all files that a browser may cache; ``files`` has (digest, size) by path.

    It is ``{"version": ..., "files": {path: [digest, bytes], ...}}``. Equal sites have equal
    versions. The digest is ``""`` where the path has one.
    """
    precached = {path: files[path] for path in sorted(files) if is_precached(path)}
    version = hashlib.sha256(compact_json(precached).encode()).hexdigest()[:16]
    return {"version": version, "files": precached}


def listed_files(manifest: bytes) -> frozenset[str]:
    """Return the paths that a `precache_manifest`, as JSON, lists. Raises ValueError."""
    return frozenset(decode_as(manifest, _PrecacheManifest).files)


def is_always_cached(path: str) -> bool:
    """Whether the service worker caches a file when it is installed."""
    is_asset = path.startswith(f"{urls.ASSETS}/") and path.endswith(_CACHED_ASSETS)
    return is_asset or path in _ALWAYS_CACHED
