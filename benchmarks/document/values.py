"""What the values of events and lists have in common, and the tables that events refer to."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from events_archive.images.thumbnails import Thumbnails
from events_archive.model.interval import format_day, format_day_of_year
from events_archive.model.timestamps import format_utc
from events_archive.site import urls
from events_archive.source.links import host_note

_TABLES = (
    "places", "images", "programs", "astronauts", "agencies", "stations", "stories", "crafts",
    "presences", "citedDays",
)  # fmt: skip


class Tables:
    """Tables of values that events refer to by a key."""

    def __init__(self, site: Any, thumbnails: Thumbnails) -> None:
        self.site = site
        self.thumbnails = thumbnails
        self.rows: dict[str, dict[str, Any]] = {name: {} for name in _TABLES}

    def image(self, image: Any) -> str:
        """Add an image to the table of images; return its key there, empty without thumbnails."""
        thumbnails = self.thumbnails.of(image)
        if thumbnails is None:
            return ""
        if thumbnails.name not in self.rows["images"]:
            self.rows["images"][thumbnails.name] = self._thumbnails(image, thumbnails)
        return thumbnails.name

    def _thumbnails(self, image: Any, thumbnails: Any) -> dict[str, Any]:
        sizes = [
            {"path": thumbnails.file(width), "width": width, "height": height}
            for width, height in thumbnails.sizes
        ]
        src = next(size for size in sizes if size["path"] == thumbnails.src)
        file = self.thumbnails.folder / thumbnails.src.rpartition("/")[2]
        licence = image.licence
        return without_empty(
            {
                "src": thumbnails.src,
                "sizes": sizes,
                "width": thumbnails.width,
                "height": thumbnails.height,
                "credit": image.credit,
                "licence": {
                    "name": licence.name,
                    "url": licence.url,
                    "note": host_note(licence.url, licence.name) if licence.url else "",
                }
                if licence
                else None,
                "fileSize": file.stat().st_size,
                "srcWidth": src["width"],
                "srcHeight": src["height"],
                "largest": absolute(self.site, sizes[-1]["path"]),
                "schema": {
                    "@type": "ImageObject",
                    "contentUrl": absolute(self.site, sizes[-1]["path"]),
                    "width": f"{thumbnails.width} px",
                    "height": f"{thumbnails.height} px",
                    "creditText": image.credit,
                    "license": licence.url if licence else "",
                },
            }
        )

    def term(self, table: str, key: str, term: Any) -> str:
        """Add a term of a taxonomy to a table; return its key there."""
        self.rows[table][key] = {"name": term.name, "path": term.url}
        return key

    def member(self, table_name: str, member: Any, **fields: Any) -> str:
        """Add an agency, programme, ... to its table; return its key there."""
        table, key = self.rows[table_name], str(member.id)
        values = {"name": member.name, **fields}
        known = table.setdefault(key, values)
        if any(known.get(name) != value for name, value in values.items()):
            key = f"{key}-{len(table)}"
            table[key] = values
        term = self.site.taxonomies.term(table_name, member.id)
        table[key]["path"] = term.url if term else ""
        return key


def without_empty(value: Any) -> Any:
    """Return a value without the empty members of all objects in it."""
    if isinstance(value, dict):
        members = {name: without_empty(member) for name, member in value.items()}
        empty = (None, "", [], {}, False)
        return {name: member for name, member in members.items() if member not in empty}
    if isinstance(value, list):
        return [without_empty(member) for member in value]
    return value


def absolute(site: Any, path: str) -> str:
    """Return the URL of a path of the site."""
    return site.base_url + ("" if path == urls.HOME else path)


def id_of(event: Any) -> str:
    return str(event.id) if event else ""


def alternates(alternates: Iterable[Any]) -> list[dict[str, str]]:
    return [
        {"path": one.url, "mediaType": one.media_type, "title": one.title} for one in alternates
    ]


def date(date: Any) -> dict[str, Any]:
    return {
        "display": date.display,
        "iso": date.iso or "",
        "precision": date.precision if date.has_time else "",
    }


def instant(when: datetime | None) -> dict[str, str] | None:
    if not when:
        return None
    display = f"{format_day(when)}, {when:%H:%M} UTC"
    return {"iso": format_utc(when), "display": display}


def day(when: Any) -> dict[str, str] | None:
    return {"iso": f"{when:%Y-%m-%d}", "display": format_day(when)} if when else None


def day_of_year(day: tuple[int, int] | None) -> dict[str, str] | None:
    return {"path": urls.day(*day), "display": format_day_of_year(day)} if day else None


def link(link: Any, label: str) -> dict[str, str]:
    return {
        "url": link.url,
        "label": label,
        "host": link.host,
        "isHostInLabel": link.host in label,
    }
