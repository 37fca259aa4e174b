"""How to cite an event's page: in the style of the APA, in BibTeX and in RIS.

Each names the permanent link, which leads to the page whatever the event is called later, and the
day on which the page last changed.
"""

import re
from datetime import date, datetime

from msgspec import Struct

from events_archive.model.event import Event
from events_archive.model.interval import MONTHS
from events_archive.site import urls
from events_archive.site.dataset import AUTHOR
from events_archive.site.site import Site

_BIBTEX_ESCAPES = {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    **{character: f"\\{character}" for character in "{}$&%#_"},
}  # fmt: skip


class Citations(Struct, frozen=True):
    """Texts to copy."""

    apa: str
    """In one line."""
    bibtex: str
    """An entry of a ``.bib`` file."""
    ris: str
    """A record of a ``.ris`` file, which programs for references import."""


def citations(site: Site, event: Event, updated: datetime | None) -> Citations | None:
    """Return how to cite ``event``, last changed at ``updated``; None without a base URL."""
    if not site.base_url:
        return None
    day = updated.date() if updated else None
    title, archive = event.name, site.title
    link = site.base_url + urls.permalink(event.id)
    when = f"{day.year}, {MONTHS[day.month - 1]} {day.day}" if day else "n.d."
    return Citations(
        apa=f"{AUTHOR}. ({when}). {title} [Data record {event.id}]. {archive}. {link}",
        bibtex=_bibtex(event.id, title, archive, link, day),
        ris=_ris(title, archive, link, day),
    )


def _bibtex(event_id: int, title: str, archive: str, link: str, day: date | None) -> str:
    """Return the entry (https://ctan.org/pkg/bibtex), as Unicode."""
    fields = {
        # The second braces keep capitals as they are, and an organisation's name whole.
        "author": f"{{{AUTHOR}}}",
        "title": f"{{{_escape_bibtex(title)}}}",
        "howpublished": _escape_bibtex(archive),
        "year": f"{day.year}" if day else "",
        "month": f"{day.month}" if day else "",
        "note": f"Launch Library 2, event {event_id}",
        "url": link,
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{ll2-event-{event_id},", *lines, "}"])


def _escape_bibtex(text: str) -> str:
    return re.sub(r"[\\~^{}$&%#_]", lambda found: _BIBTEX_ESCAPES[found[0]], text)


def _ris(title: str, archive: str, link: str, day: date | None) -> str:
    """Return the record (https://en.wikipedia.org/wiki/RIS_(file_format))."""
    fields = [
        ("TY", "DATA"),
        ("AU", AUTHOR),
        ("TI", title),
        ("PY", f"{day.year}" if day else ""),
        ("DA", f"{day:%Y/%m/%d}" if day else ""),
        ("PB", archive),
        ("UR", link),
    ]
    lines = [f"{tag}  - {value}" for tag, value in fields if value]
    return "\n".join([*lines, "ER  - "])
