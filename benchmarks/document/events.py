"""The pages of events as values of JSON."""

import json
import re
from datetime import datetime
from typing import Any

from document import values
from document.missions import Missions
from document.values import Tables
from events_archive.model.archived_copies import archived_copy_url, day_of_event
from events_archive.model.event import host_of
from events_archive.model.interval import MONTHS, format_duration
from events_archive.render.calendar_links import event_links
from events_archive.render.citations import citations
from events_archive.render.context import RenderContext
from events_archive.render.json_ld import json_ld_block
from events_archive.render.link_labels import with_labels
from events_archive.render.markdown import markdown_to_html
from events_archive.render.renderer import date_parts, image_alt
from events_archive.site import urls

_FACTS = ("programs", "launches", "astronauts", "stations", "expeditions", "agencies")
"""What the section of facts on the page of an event has."""

_DETAILS = ("story", "presence", "links", "articles", "history")
"""What the page of an event has below its text and its facts."""


class EventPages:
    """Converts the pages of events to values of JSON."""

    def __init__(self, context: RenderContext, tables: Tables) -> None:
        self.context, self.site = context, context.site
        self.tables = tables
        self.missions = Missions(tables)

    def values(self, page: Any) -> dict[str, Any]:
        """Return the values of the page of an event."""
        context = page.context
        event, place, members = context["event"], context["place"], context["members"]
        has_actions = context["is_coming"] and context["has_calendar"]
        day, month_and_year, time_of_day = date_parts(event.date)
        flat = {
            "id": event.id,
            "rotation": event.id * 47 % 360,
            "slug": page.path.removeprefix("events/").removesuffix(".html"),
            "name": event.name,
            "hasLongName": len(event.name) > 44,
            "description": page.description,
            "type": str(event.type.id),
            "date": values.date(event.date),
            "displayDate": event.date.display_date,
            "day": day,
            "monthAndYear": month_and_year,
            "timeOfDay": time_of_day,
            "breadcrumbs": [{"label": one.label, "path": one.url} for one in page.breadcrumbs[1:]],
            "location": event.location,
            "place": self.tables.term("places", place.slug, place) if place else "",
            "image": self.tables.image(event.image),
            "imageAlt": image_alt(event.image, event) if event.image else "",
            "withdrawn": values.day(context["withdrawn"]),
            "html": str(markdown_to_html(event.description)),
            "dayOfYear": values.day_of_year(event.date.day_of_year),
            "hasCalendar": context["has_calendar"],
            "announcesCalendar": page.alternates[0].url == urls.permalink(event.id, ".ics"),
            "actions": self._actions(event) if has_actions else None,
            "programs": [self.tables.member("programs", one) for one in members["programs"]],
            "streamLength": format_duration(event.stream_length) if event.stream_length else "",
            "updated": values.instant(context["updated"]),
            "firstSeen": values.instant(context["first_seen"]),
            "source": event.source_url,
            "citedDay": self._cited_day(context["updated"]),
            "bibtexTitle": self._bibtex_title(event, context["updated"]),
            "videos": [
                {
                    **values.link(video, label),
                    "publisher": video.publisher,
                    "type": video.type if video.type not in label else "",
                    "isGone": video.url in self.site.gone_links,
                }
                for video, label in with_labels(event.videos)
            ],
            "links": [
                {
                    **values.link(one, label),
                    "text": one.description if one.description != label else "",
                    **self._copy(one.url, day_of_event(event)),
                }
                for one, label in with_labels(event.links)
            ],
            # In entries of feeds, links are numbered after videos with the same label.
            "feedLinks": self._feed_links(event),
            "updates": [
                {
                    "when": values.instant(update.created),
                    "author": update.author,
                    "html": str(markdown_to_html(update.comment)),
                    "url": update.url,
                    "host": host_of(update.url) if update.url else "",
                }
                for update in event.updates
            ],
            **self.missions.participants(event, members["stations"]),
            "story": self.missions.story(context["story"]),
            "presence": self.missions.presence(context["presence"]),
            "articles": [self._article(article) for article in context["articles"]],
            "history": [
                {
                    "when": values.instant(change.observed),
                    "isLive": change.is_live,
                    "text": change.text,
                }
                for change in context["changelog"]
            ],
            "slip": self._slip(context["slip"]),
            "series": [
                {
                    "name": term.name,
                    "path": term.url,
                    "count": len(term.events),
                    "before": values.id_of(before),
                    "after": values.id_of(after),
                }
                for term, before, after in context["series"]
            ],
            "related": [
                {"reason": reason, "events": [values.id_of(one) for one in events]}
                for reason, events in context["related"].items()
            ],
            "others": [values.id_of(other) for other in context["others"]],
            "previous": values.id_of(context["previous"]),
            "next": values.id_of(context["next"]),
            "schema": self._schema(page),
        }
        has_length = event.stream_length and not event.videos
        flat["hasFacts"] = bool(has_length) or any(flat[name] for name in _FACTS)
        flat["hasDetails"] = any(flat[name] for name in _DETAILS)
        return values.without_empty(flat)

    def _actions(self, event: Any) -> dict[str, str]:
        calendar = event_links(self.site, event)
        return {"end": calendar.end, "google": calendar.google, "outlook": calendar.outlook}

    def _cited_day(self, updated: datetime) -> str:
        """Add a day to the table of days in citations; return its key there."""
        key = f"{updated:%Y%m%d}"
        self.tables.rows["citedDays"][key] = {
            "ris": f"{updated:%Y/%m/%d}",
            "apa": f"{updated.year}, {MONTHS[updated.month - 1]} {updated.day}",
            "year": f"{updated.year}",
            "month": f"{updated.month}",
        }
        return key

    def _bibtex_title(self, event: Any, updated: datetime) -> str:
        """Return the name of an event in BibTeX if a character in it is escaped there."""
        bibtex = citations(self.site, event, updated).bibtex
        title = re.search(r"^  title = \{\{(.*)\}\},$", bibtex, re.MULTILINE)[1]
        return title if title != event.name else ""

    def _feed_links(self, event: Any) -> list[dict[str, str]]:
        both = with_labels(event.videos + event.links)
        links = [values.link(one, label) for one, label in both]
        own = [label for links in (event.videos, event.links) for _, label in with_labels(links)]
        return links if [link["label"] for link in links] != own else []

    def _article(self, article: Any) -> dict[str, Any]:
        return {
            "url": article.url,
            "label": article.label,
            "published": values.day(article.published),
            "site": article.site,
            "authors": list(article.authors),
            "isBlog": article.kind == "blog",
            "host": article.host if article.title else "",
            **self._copy(article.url, article.published),
        }

    def _copy(self, url: str, day: Any) -> dict[str, Any]:
        """Return the archived copy of a page of another site, and whether the page is gone."""
        copy = archived_copy_url(url, day)
        return {"copy": copy, "isGone": bool(copy) and url in self.site.gone_links}

    def _slip(self, drawn: Any) -> dict[str, Any] | None:
        if drawn is None:
            return None
        slip = drawn.slip
        has_time = slip.shift and slip.shift.is_same_day
        notes = {slip.dates[-1]: ", latest", slip.dates[0]: ", planned"}
        return {
            "text": slip.text,
            "label": "; ".join(date.display for date in slip.dates),
            "marks": [
                {"path": f"M{x} 5h{length}", "role": role} for x, length, role in drawn.marks
            ],
            "ends": [
                (date.display if has_time else date.display_date) + notes.get(date, "")
                for date in drawn.ends
            ],
        }

    def _schema(self, page: Any) -> dict[str, Any]:
        """Return the properties of the JSON-LD that no other value of the event has."""
        script = str(json_ld_block(self.context, page))
        if not script:
            return {}
        event = json.loads(script.split(">", 1)[1].removesuffix("</script>"))["@graph"][0]
        elsewhere = ("@type", "name", "description", "url", "image")
        return {name: value for name, value in event.items() if name not in elsewhere}
