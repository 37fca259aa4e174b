"""Hugo, from the package that carries its binary; the binary is run without Python around it."""

from pathlib import Path
from typing import Any

from inputs import Archive

from peers.peer import as_json, copy_files, document, new_project, python_tool

VERSION = "0.168.0"


class Hugo:
    """A content file for each page, which says where its data are; README.md says why so."""

    name = "Hugo"
    is_plainer = False

    def __init__(self, archive: Archive) -> None:
        binary = _binary(python_tool("hugo", f"hugo=={VERSION}"))
        self.folder = new_project(archive, "hugo")
        self.output = archive.outputs / "hugo"
        self.command = [str(binary), "--quiet", "--destination", str(self.output)]
        self.data = self.folder / "data" / "events.json"
        told = document(archive)
        for name, value in told.items():
            self._write(f"data/{name}.json", value)
        for id, event in told["events"].items():
            self._write(f"content/events/{event['stem']}.md", _page(id, "event"))
        for page in told["lists"].values():
            self._write_list(page)
        copy_files(archive, self.folder / "static")

    def _write(self, path: str, value: Any) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(as_json(value) + b"\n")

    def _write_list(self, page: dict[str, Any]) -> None:
        id, kind = page["address"], page["kind"]
        if kind in ("home", "absent"):
            return  # Hugo has them by itself.
        if kind in ("types", "years"):
            self._write(f"content/{kind}/all.md", {**_page(id, kind), "url": f"/{id}"})
            return
        more = {"outputs": ["html", "typerss", "typeatom"]} if "feed" in page else {}
        self._write(f"content/{page['path']}.md", {**_page(id, kind), **more})
        if "feed" in page:
            # A page of its own, since the suffix of a format cannot hold a dot.
            feed = {"url": f"/{page['feed']}.feed.json", "outputs": ["typejson"]}
            self._write(f"content/{page['path']}-feed.md", {**_page(id, "feed"), **feed})

    @staticmethod
    def released() -> str:
        """The version that is installed."""
        return VERSION


def _page(id: str, layout: str) -> dict[str, Any]:
    return {"layout": layout, "params": {"id": id}}


def _binary(environment: Path) -> Path:
    return next(environment.glob("lib/python*/site-packages/hugo/binaries/hugo"))
