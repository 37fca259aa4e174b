"""Eleventy, from npm, with JavaScript templates, its fastest template language."""

import shutil
import subprocess

from inputs import Dataset, print_progress

from peers.peer import TOOLS, copy_static_files, load_document, new_project, to_json

VERSION = "3.1.8"


class Eleventy:
    """A project with a paginated template for each type of page."""

    name = "Eleventy"
    data = None
    is_less_complete = False

    def __init__(self, dataset: Dataset) -> None:
        _install()
        self.folder = new_project(dataset, "eleventy")
        self.output = dataset.outputs / "eleventy"
        (self.folder / "node_modules").symlink_to(TOOLS / "eleventy" / "node_modules")
        program = str(self.folder / "node_modules" / "@11ty" / "eleventy" / "cmd.cjs")
        self.command = [shutil.which("node") or "node", program, f"--output={self.output}"]
        (self.folder / "data.json").write_bytes(to_json(load_document(dataset)))
        copy_static_files(dataset, self.folder / "static")

    @staticmethod
    def version() -> str:
        """Return the installed version, and that of node."""
        node = subprocess.run(["node", "--version"], check=True, capture_output=True, text=True)
        return f"{VERSION}, node {node.stdout.strip().removeprefix('v')}"


def _install() -> None:
    folder = TOOLS / "eleventy"
    if (folder / "done").exists():
        return
    print_progress(f"installing Eleventy {VERSION}")
    folder.mkdir(parents=True, exist_ok=True)
    package = f"@11ty/eleventy@{VERSION}"
    command = ["npm", "install", "--silent", "--no-fund", "--prefix", str(folder), package]
    subprocess.run(command, check=True)
    (folder / "done").touch()
