"""Eleventy, from npm, with JavaScript templates: the fastest of those it knows."""

import shutil
import subprocess

from inputs import Archive, say

from peers.peer import TOOLS, as_json, copy_files, document, new_project

VERSION = "3.1.8"


class Eleventy:
    """One template a kind of page, each paginated over what it shows."""

    name = "Eleventy"
    data = None
    is_plainer = False

    def __init__(self, archive: Archive) -> None:
        _install()
        self.folder = new_project(archive, "eleventy")
        self.output = archive.outputs / "eleventy"
        (self.folder / "node_modules").symlink_to(TOOLS / "eleventy" / "node_modules")
        program = str(self.folder / "node_modules" / "@11ty" / "eleventy" / "cmd.cjs")
        self.command = [shutil.which("node") or "node", program, f"--output={self.output}"]
        (self.folder / "data.json").write_bytes(as_json(document(archive)))
        copy_files(archive, self.folder / "static")

    @staticmethod
    def released() -> str:
        """The version that is installed, and what it runs in."""
        node = subprocess.run(["node", "--version"], check=True, capture_output=True, text=True)
        return f"{VERSION}, node {node.stdout.strip().removeprefix('v')}"


def _install() -> None:
    folder = TOOLS / "eleventy"
    if (folder / "done").exists():
        return
    say(f"installing Eleventy {VERSION}")
    folder.mkdir(parents=True, exist_ok=True)
    package = f"@11ty/eleventy@{VERSION}"
    command = ["npm", "install", "--silent", "--no-fund", "--prefix", str(folder), package]
    subprocess.run(command, check=True)
    (folder / "done").touch()
