"""Pelican, from PyPI, with a theme for the archive and an article in HTML for each event."""

from datetime import date
from html import escape
from typing import Any

from inputs import Dataset

from peers.peer import (
    copy_static_files,
    install_python_package,
    load_document,
    new_project,
    to_json,
)

VERSION = "4.12.0"

_ARTICLE = """\
<html><head><title>{name}</title>
<meta name="number" content="{id}"><meta name="slug" content="{slug}">
<meta name="date" content="{date}"><meta name="category" content="{type}">
</head><body>{html}</body></html>
"""


class Pelican:
    """A project with an article for each event."""

    name = "Pelican"
    data = None
    is_less_complete = True

    def __init__(self, dataset: Dataset) -> None:
        environment = install_python_package("pelican", f"pelican=={VERSION}")
        self.folder = new_project(dataset, "pelican")
        self.output = dataset.outputs / "pelican"
        program = str(environment / "bin" / "pelican")
        self.command = [program, "--quiet", "--output", str(self.output)]
        document = load_document(dataset)
        (self.folder / "data.json").write_bytes(to_json(document))
        copy_static_files(dataset, self.folder / "content")
        articles = self.folder / "content" / "events"
        articles.mkdir()
        for event in document["events"].values():
            text = _article(event, document["types"][event["type"]]["slug"])
            (articles / f"{event['slug']}.html").write_text(text, encoding="utf-8")

    @staticmethod
    def version() -> str:
        """Return the installed version."""
        return VERSION


def _article(event: dict[str, Any], type: str) -> str:
    return _ARTICLE.format(
        name=escape(event["name"]),
        id=event["id"],
        slug=event["slug"],
        date=_day(event["date"].get("iso", "")),
        type=type,
        html=event.get("html", ""),
    )


def _day(iso: str) -> str:
    """Return the first day of a date of any precision, since an article must have a day."""
    year, month, day, *_ = [*iso[:10].split("-"), "", ""]
    if month.startswith("W"):
        return str(date.fromisocalendar(int(year), int(month[1:]), 1))
    return f"{year or '2019'}-{month or '01'}-{day or '01'}"
