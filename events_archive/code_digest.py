"""The digest of the code: what one version has computed is not used by another."""

import os
import sys
from functools import cache
from hashlib import sha256
from pathlib import Path

_DIGEST_LENGTH = 24


def digest_of_folder(folder: Path, suffix: str = "") -> str:
    """Return the digest of the paths and contents of the files below a folder.

    Only files with that ``suffix`` count, and no compiled templates and modules.
    """
    digest = sha256()
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for path in sorted(Path(root, name) for name in files if name.endswith(suffix)):
            # The link of an editor's lock leads nowhere.
            if path.is_file():
                content = path.read_bytes()
                name = path.relative_to(folder).as_posix()
                digest.update(f"{name}\n{len(content)}\n".encode("utf-8", "surrogateescape"))
                digest.update(content)
    return digest.hexdigest()[:_DIGEST_LENGTH]


@cache
def code_digest() -> str:
    """Return the digest of every module of the package, of Python and of the libraries."""
    package = digest_of_folder(Path(__file__).parent, ".py")
    versions = "\n".join((package, sys.version, *_installed_libraries()))
    return sha256(versions.encode()).hexdigest()[:_DIGEST_LENGTH]


def _installed_libraries() -> list[str]:
    """Return the names and versions of all libraries; another Markdown renders other pages."""
    names: set[str] = set()
    for folder in map(Path, sys.path):
        if folder.name in ("site-packages", "dist-packages") and folder.is_dir():
            names.update(path.name for path in folder.glob("*-info"))
    return sorted(names)
