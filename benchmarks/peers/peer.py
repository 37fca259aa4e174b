"""What the measurement needs of a peer, and what the peers share."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from inputs import BENCHMARKS, INPUTS, Dataset, print_progress

TOOLS = INPUTS / "tools"


class Peer(Protocol):
    """A site generator with a project for the archive's pages, ready to run."""

    name: str
    folder: Path
    """The folder of the project, in which the command runs."""
    output: Path
    command: Sequence[str]
    data: Path | None
    """The file with the event that changes; None if only cold builds are measured."""

    @staticmethod
    def version() -> str:
        """Return its version."""
        ...


def install_python_package(name: str, *packages: str) -> Path:
    """Install packages into a virtual environment, once; return the environment."""
    folder = TOOLS / name
    if not (folder / "done").exists():
        print_progress(f"installing {', '.join(packages)}")
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        python = str(folder / "bin" / "python")
        subprocess.run([python, "-m", "pip", "install", "-q", *packages], check=True)
        (folder / "done").touch()
    return folder


def new_project(dataset: Dataset, name: str) -> Path:
    """Return a fresh copy of the project in ``peers/<name>-site``."""
    folder = dataset.folder / name
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(BENCHMARKS / "peers" / f"{name}-site", folder)
    return folder


def copy_static_files(dataset: Dataset, target: Path) -> None:
    """Copy images, assets and ``.nojekyll`` to the folder that a peer copies unchanged."""
    shutil.copytree(dataset.static_files, target)
    (target / ".nojekyll").touch()


def load_document(dataset: Dataset) -> dict[str, Any]:
    """Return the document that the peer makes pages from."""
    return json.loads(dataset.document.read_bytes())


def to_json(value: object) -> bytes:
    """Return compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
