"""What a browser keeps for when there is no network: the list of files, and the service worker."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from events_archive.errors import ArchiveError
from events_archive.render.assets import Assets
from events_archive.site import urls
from events_archive.site.formats import is_precached
from events_archive.site.site import Site

THEME_COLOUR = "#0c1130"
"""The colour of the icon's ground, for what a browser draws around an installed site."""

_ALWAYS = frozenset({urls.HOME, urls.OFFLINE})
_LOOKS = (".css", ".js", ".svg")


def precache_manifest(files: Mapping[str, tuple[str, int]]) -> bytes:
    """Return the list of all files that a browser may cache; ``files`` has (digest, size) by path.

    JSON: ``{"version": ..., "files": {path: [digest, bytes], ...}}``. Equal sites have equal
    versions. The digest is ``""`` where the path has one.
    """
    precached = {path: files[path] for path in sorted(files) if is_precached(path)}
    listed = _json(precached).encode()
    version = hashlib.sha256(listed).hexdigest()[:16].encode()
    return b'{"version":"%b","files":%b}\n' % (version, listed)


def service_worker(script: Path, kept: bytes) -> bytes:
    """The script, with the version of the list: a new site is a new script to the browser.

    Raises ArchiveError where there is no script.
    """
    try:
        text = script.read_text("utf-8")
    except OSError as error:
        raise ArchiveError(f"{script} cannot be read: {error.strerror or error}") from error
    listed = json.loads(kept)
    always = [
        address
        for address in listed["files"]
        if address in _ALWAYS
        or (address.startswith(f"{urls.ASSETS}/") and address.endswith(_LOOKS))
    ]
    return text.replace("@version@", listed["version"]).replace("@always@", _json(always)).encode()


def web_manifest(site: Site, assets: Assets) -> bytes:
    """The web app manifest (W3C): with it a browser offers to install the site."""
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


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
