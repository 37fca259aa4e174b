"""The digest of the code: what one version has computed is not used by another."""

import sys
from functools import cache
from hashlib import blake2b
from pathlib import Path

_DIGEST_BYTES = 12


def digest_of_folder(folder: Path, pattern: str = "*") -> str:
    """Return the digest of the paths and contents of the files below a folder.

    Compiled templates and modules do not count.
    """
    digest = blake2b(digest_size=_DIGEST_BYTES)
    paths = [path for path in folder.rglob(pattern) if path.parent.name != "__pycache__"]
    for path in sorted(path for path in paths if path.is_file()):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\n{len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


@cache
def code_digest() -> str:
    """Return the digest of every module of the package, of Python and of the libraries."""
    package = digest_of_folder(Path(__file__).parent, "*.py")
    versions = "\n".join((package, sys.version, *_installed_libraries()))
    return blake2b(versions.encode(), digest_size=_DIGEST_BYTES).hexdigest()


def _installed_libraries() -> list[str]:
    """Return the names and versions of all libraries; another Markdown renders other pages."""
    names: set[str] = set()
    for folder in map(Path, sys.path):
        if folder.name in ("site-packages", "dist-packages") and folder.is_dir():
            names.update(path.name for path in folder.glob("*-info"))
    return sorted(names)
