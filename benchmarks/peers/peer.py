"""What every peer is to the measurement."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from inputs import BENCHMARKS, INPUTS, Archive, say

TOOLS = INPUTS / "tools"


class Peer(Protocol):
    """A generator with a project of ours, ready to be run."""

    name: str
    folder: Path
    """The project: the command is run in it."""
    output: Path
    command: Sequence[str]
    data: Path | None
    """The file in which the marked event stands; None where only cold builds are measured."""

    is_plainer: bool
    """Whether its pages are allowed to say less than ours: less work, in its favour."""

    @staticmethod
    def released() -> str:
        """Its version, for the record."""
        ...


def python_tool(name: str, *packages: str) -> Path:
    """A virtual environment with the packages; made once."""
    folder = TOOLS / name
    if not (folder / "done").exists():
        say(f"installing {', '.join(packages)}")
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        python = str(folder / "bin" / "python")
        subprocess.run([python, "-m", "pip", "install", "-q", *packages], check=True)
        (folder / "done").touch()
    return folder


def new_project(archive: Archive, name: str) -> Path:
    """A fresh copy of the project in ``peers/<name>-site``."""
    folder = archive.folder / name
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(BENCHMARKS / "peers" / f"{name}-site", folder)
    return folder


def copy_files(archive: Archive, target: Path) -> None:
    """Pictures, assets and the one empty file into the folder that a peer copies as it is."""
    shutil.copytree(archive.pictures, target)
    (target / ".nojekyll").touch()


def document(archive: Archive) -> dict[str, Any]:
    """What the peer is given."""
    return json.loads(archive.document.read_bytes())


def as_json(value: object) -> bytes:
    """As compact as our own records are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
