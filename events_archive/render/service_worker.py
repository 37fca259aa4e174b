"""Writes the files for offline reading: precache manifest, service worker and web manifest."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from events_archive.errors import ArchiveError
from events_archive.render.api_mirror import to_json
from events_archive.render.assets import Assets
from events_archive.site import urls
from events_archive.site.formats import is_precached
from events_archive.site.site import Site

THEME_COLOUR = "#0c1130"
"""The background of the icon, for the browser's frame around an installed site."""

_ALWAYS_CACHED = frozenset({urls.HOME, urls.OFFLINE})
_CACHED_ASSETS = (".css", ".js", ".svg")


def precache_manifest(files: Mapping[str, tuple[str, int]]) -> bytes:
    """Return the list of all files that a browser may cache; ``files`` has (digest, size) by path.

    JSON: ``{"version": ..., "files": {path: [digest, bytes], ...}}``. Equal sites have equal
    versions. The digest is ``""`` where the path has one.
    """
    precached = {path: files[path] for path in sorted(files) if is_precached(path)}
    version = hashlib.sha256(to_json(precached)).hexdigest()[:16]
    return to_json({"version": version, "files": precached}) + b"\n"


def service_worker(script: Path, manifest: bytes) -> bytes:
    """Return the script with the version of the precache manifest and the files always cached.

    Raises ArchiveError if ``script`` cannot be read.
    """
    try:
        text = script.read_text("utf-8")
    except OSError as error:
        raise ArchiveError(f"{script} cannot be read: {error.strerror or error}") from error
    content = json.loads(manifest)
    always = [path for path in content["files"] if _is_always_cached(path)]
    text = text.replace("@version@", content["version"])
    return text.replace("@always@", to_json(always).decode()).encode()


def _is_always_cached(path: str) -> bool:
    is_asset = path.startswith(f"{urls.ASSETS}/") and path.endswith(_CACHED_ASSETS)
    return is_asset or path in _ALWAYS_CACHED


def web_manifest(site: Site, assets: Assets) -> bytes:
    """Return the web app manifest (W3C), with which browsers offer to install the site."""
    icons = [
        {"src": assets.url(name), "sizes": f"{size}x{size}", "type": "image/png", **more}
        for name, size, more in (
            ("icon-192.png", 192, {}),
            ("icon-512.png", 512, {}),
            ("icon-maskable-512.png", 512, {"purpose": "maskable"}),
        )
    ]
    manifest = {
        "name": site.title,
        "short_name": "Spaceflight events",
        "description": "Dockings, spacewalks, landings, flybys: what happens after the launch.",
        "lang": "en",
        "dir": "ltr",
        "start_url": urls.HOME,
        "scope": "./",
        "display": "minimal-ui",
        "theme_color": THEME_COLOUR,
        "background_color": THEME_COLOUR,
        "icons": icons,
    }
    return (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode()
