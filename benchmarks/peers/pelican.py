"""Pelican, from PyPI, with a theme of our own and an article in HTML for each event."""

from datetime import date
from html import escape
from typing import Any

from inputs import Archive

from peers.peer import as_json, copy_files, document, new_project, python_tool

VERSION = "4.12.0"

_ARTICLE = """\
<html><head><title>{name}</title>
<meta name="number" content="{id}"><meta name="slug" content="{stem}">
<meta name="date" content="{date}"><meta name="category" content="{type}">
</head><body>{html}</body></html>
"""


class Pelican:
    """Articles as files, which Pelican reads one by one."""

    name = "Pelican"
    data = None
    is_plainer = True

    def __init__(self, archive: Archive) -> None:
        environment = python_tool("pelican", f"pelican=={VERSION}")
        self.folder = new_project(archive, "pelican")
        self.output = archive.outputs / "pelican"
        program = str(environment / "bin" / "pelican")
        self.command = [program, "--quiet", "--output", str(self.output)]
        told = document(archive)
        (self.folder / "data.json").write_bytes(as_json(told))
        copy_files(archive, self.folder / "content")
        articles = self.folder / "content" / "events"
        articles.mkdir()
        for event in told["events"].values():
            text = _article(event, told["types"][event["type"]]["stem"])
            (articles / f"{event['stem']}.html").write_text(text, encoding="utf-8")

    @staticmethod
    def released() -> str:
        """The version that is installed."""
        return VERSION


def _article(event: dict[str, Any], type: str) -> str:
    return _ARTICLE.format(
        name=escape(event["name"]),
        id=event["id"],
        stem=event["stem"],
        date=_day(event["date"].get("iso", "")),
        type=type,
        html=event.get("html", ""),
    )


def _day(iso: str) -> str:
    """Pelican wants a day of every article: the first that may be meant."""
    year, month, day, *_ = [*iso[:10].split("-"), "", ""]
    if month.startswith("W"):
        return str(date.fromisocalendar(int(year), int(month[1:]), 1))
    return f"{year or '2019'}-{month or '01'}-{day or '01'}"
