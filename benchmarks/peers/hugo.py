"""Hugo, from the package that carries its binary; the binary is run without Python around it."""

from pathlib import Path

from inputs import Archive

from peers.peer import as_json, copy_files, document, new_project, python_tool

VERSION = "0.168.0"


class Hugo:
    """A project with one content adapter over data files."""

    name = "Hugo"
    is_plainer = False

    def __init__(self, archive: Archive) -> None:
        self.binary = _binary(python_tool("hugo", f"hugo=={VERSION}"))
        self.folder = new_project(archive, "hugo")
        self.output = archive.outputs / "hugo"
        self.command = [str(self.binary), "--quiet", "--destination", str(self.output)]
        self.data = self.folder / "data" / "events.json"
        self.data.parent.mkdir()
        for name, value in document(archive).items():
            (self.data.parent / f"{name}.json").write_bytes(as_json(value))
        copy_files(archive, self.folder / "static")

    @staticmethod
    def released() -> str:
        """The version that is installed."""
        return VERSION


def _binary(environment: Path) -> Path:
    return next(environment.glob("lib/python*/site-packages/hugo/binaries/hugo"))
