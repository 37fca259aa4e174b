"""Write the document that the peers make pages from, as JSON.

It has the results of everything that the archive computes: formatted dates, sorted lists, related
events, paths, sizes of images, charts as SVG, and descriptions as HTML. A peer only fills in its
templates. Writing the document is not measured.

    python benchmarks/flatten.py CACHE BASE_URL FILE
"""

import json
import re
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader

PROJECT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(PROJECT)]

from equivalent import restrict  # noqa: E402

from events_archive.cli import parse_arguments  # noqa: E402 - needs the path above
from events_archive.commands.fetch import load_site  # noqa: E402
from events_archive.console import Console, quantity  # noqa: E402
from events_archive.images.thumbnails import Thumbnails, make_thumbnails  # noqa: E402
from events_archive.model.archived_copies import archived_copy_url, day_of_event  # noqa: E402
from events_archive.model.event import host_of  # noqa: E402
from events_archive.model.interval import (  # noqa: E402
    MONTHS,
    format_day,
    format_day_of_year,
    format_duration,
)
from events_archive.model.places import place_of  # noqa: E402
from events_archive.model.timestamps import format_utc  # noqa: E402
from events_archive.pages.plan import plan_site  # noqa: E402
from events_archive.render.assets import Assets, read_assets  # noqa: E402
from events_archive.render.calendar_links import event_links  # noqa: E402
from events_archive.render.citations import citations  # noqa: E402
from events_archive.render.context import RenderContext  # noqa: E402
from events_archive.render.feeds import rfc822  # noqa: E402
from events_archive.render.json_ld import json_ld_block  # noqa: E402
from events_archive.render.link_labels import with_labels  # noqa: E402
from events_archive.render.markdown import markdown_to_html  # noqa: E402
from events_archive.render.renderer import (  # noqa: E402
    CONTENT_SECURITY_POLICY,
    date_parts,
    image_alt,
    row_date,
)
from events_archive.site import categories, urls  # noqa: E402
from events_archive.site.calendars import term_calendar  # noqa: E402
from events_archive.site.feeds import term_feed  # noqa: E402
from events_archive.site.formats import JSON_FEED  # noqa: E402
from events_archive.source.links import host_note  # noqa: E402


def flatten(cache: Path, base_url: str) -> dict[str, Any]:
    """Return the document for the archive in ``cache``."""
    arguments = ["--offline", "-q", "--cache", str(cache), "--base-url", base_url]
    settings = parse_arguments(arguments, {}, PROJECT).settings
    console = Console(quiet=True)
    site = load_site(settings, console)
    thumbnails = make_thumbnails(
        site.catalogue.images,
        originals=cache / "originals",
        folder=cache / "thumbnails",
        jobs=2,
        console=console,
    )
    assets = read_assets(settings.static)
    return Flattener(site, thumbnails, assets, settings.templates).document()


class Flattener:
    """Converts the pages of the plan to values of JSON."""

    def __init__(self, site: Any, thumbnails: Thumbnails, assets: Assets, templates: Path) -> None:
        self.site = site
        self.thumbnails = thumbnails
        self.asset = assets.url
        self.context = RenderContext(site=site, assets=assets, thumbnails=thumbnails)
        macros = Environment(loader=FileSystemLoader(templates), autoescape=True, trim_blocks=True)
        self.icons: Any = macros.get_template("macros/icons.html").module
        self.charts: Any = macros.get_template("macros/chart.html").module
        macros.globals["urls"] = urls
        self.subscriptions: Any = macros.get_template("macros/subscribe.html").module
        self.tables: dict[str, dict[str, Any]] = {name: {} for name in _TABLES}
        self.crafts: dict[Any, str] = {}
        self.presences: dict[Any, str] = {}

    def document(self) -> dict[str, Any]:
        """Return the document, by the names that the peers' templates use."""
        pages = restrict(plan_site(self.site))
        groups = {
            "pages/event.html": "events",
            "pages/type.html": "lists",
            "pages/year.html": "lists",
            "pages/month.html": "lists",
            "pages/types.html": "lists",
            "pages/years.html": "lists",
            "pages/home.html": "lists",
            "pages/404.html": "lists",
            "feeds/rss.xml": "feeds",
        }
        flat: dict[str, list[dict[str, Any]]] = {"events": [], "lists": [], "feeds": []}
        for page in pages:
            if page.template in groups:
                group = groups[page.template]
                flat[group].append(getattr(self, f"_{group}")(page))
        return {
            "site": self._site(),
            "types": {str(t.id): self._type(t) for t in self.site.catalogue.types},
            "events": {str(event["id"]): event for event in flat["events"]},
            "lists": {one["path"]: one for one in flat["lists"]},
            "feeds": {feed["path"]: feed for feed in flat["feeds"]},
            "sitemap": self._sitemap(pages),
            **self.tables,
        }

    def _absolute(self, path: str) -> str:
        return self.site.base_url + ("" if path == urls.HOME else path)

    def _sitemap(self, pages: Iterable[Any]) -> list[dict[str, str]]:
        (sitemap,) = (page for page in pages if page.path == urls.SITEMAP)
        return [
            without_empty_values(
                {
                    "path": "" if path == urls.HOME else path,
                    "modified": format_utc(modified) if modified else "",
                }
            )
            for path, modified in sitemap.context["pages"]
        ]

    # Values of all pages --------------------------------------------------------------------------

    def _site(self) -> dict[str, Any]:
        site, asset, icons = self.site, self.asset, self.icons
        definitions = str(icons.icons([]))
        return {
            "title": site.title,
            "baseUrl": site.base_url,
            "policy": CONTENT_SECURITY_POLICY,
            "assets": {name.replace(".", "_").replace("-", "_"): asset(name) for name in _ASSETS},
            "social": {
                name: self._absolute(asset(f"social-{name}.jpg"))
                for name in ["archive", *(category.key for category in categories.CATEGORIES)]
            },
            "nav": [{"label": label, "path": path} for label, path in site.navigation.items()],
            "symbols": {name: str(icons.SHAPES[name]) for name in icons.SHAPES},
            "sky": definitions[definitions.index("<g ") : definitions.index("</defs>")].strip(),
            "icons": list(icons.ICONS),
            "categories": [
                {"key": category.key, "label": category.label}
                for category, _ in site.types_by_category
            ],
            "months": list(MONTHS),
        }

    def _frame(self, page: Any) -> dict[str, Any]:
        """Return the values that the base template needs."""
        return {
            "path": page.path,
            "root": _root(page.path, self.site.base_url),
            "url": self._absolute(page.path),
            "title": page.title,
            "description": page.description,
            "indexable": page.indexable,
            "hasSearch": page.path != urls.NOT_FOUND,
            "current": page.path if page.path in _IN_NAVIGATION else "",
            "contentPath": page.path.removesuffix(".html"),
            "breadcrumbs": [{"label": one.label, "path": one.url} for one in page.breadcrumbs],
            "alternates": self._alternates(page.alternates),
        }

    def _alternates(self, alternates: Iterable[Any]) -> list[dict[str, str]]:
        return [
            {"path": one.url, "mediaType": one.media_type, "title": one.title} for one in alternates
        ]

    # Events -------------------------------------------------------------------------------------

    def _events(self, page: Any) -> dict[str, Any]:
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
            "date": self._date(event.date),
            "displayDate": event.date.display_date,
            "day": day,
            "monthAndYear": month_and_year,
            "timeOfDay": time_of_day,
            "breadcrumbs": [{"label": one.label, "path": one.url} for one in page.breadcrumbs[1:]],
            "location": event.location,
            "place": self._term("places", place.slug, place) if place else "",
            "image": self._image(event.image),
            "imageAlt": image_alt(event.image, event) if event.image else "",
            "withdrawn": self._day(context["withdrawn"]),
            "html": str(markdown_to_html(event.description)),
            "dayOfYear": self._day_of_year(event.date.day_of_year),
            "hasCalendar": context["has_calendar"],
            "announcesCalendar": page.alternates[0].url == urls.permalink(event.id, ".ics"),
            "actions": self._actions(event) if has_actions else None,
            "programs": [self._member("programs", one) for one in members["programs"]],
            "streamLength": format_duration(event.stream_length) if event.stream_length else "",
            "updated": self._instant(context["updated"]),
            "firstSeen": self._instant(context["first_seen"]),
            "source": event.source_url,
            "citedDay": self._cited_day(context["updated"]),
            "bibtexTitle": self._bibtex_title(event, context["updated"]),
            "videos": [
                {
                    **self._link(video, label),
                    "publisher": video.publisher,
                    "type": video.type if video.type not in label else "",
                    "isGone": video.url in self.site.gone_links,
                }
                for video, label in with_labels(event.videos)
            ],
            "links": [
                {
                    **self._link(one, label),
                    "text": one.description if one.description != label else "",
                    **self._copy(one.url, day_of_event(event)),
                }
                for one, label in with_labels(event.links)
            ],
            # In entries of feeds, links are numbered after videos with the same label.
            "feedLinks": self._feed_links(event),
            "updates": [
                {
                    "when": self._instant(update.created),
                    "author": update.author,
                    "html": str(markdown_to_html(update.comment)),
                    "url": update.url,
                    "host": host_of(update.url) if update.url else "",
                }
                for update in event.updates
            ],
            **self._participants(event, members["stations"]),
            "story": self._story(context["story"]),
            "presence": self._presence(context["presence"]),
            "articles": [self._article(article) for article in context["articles"]],
            "history": [
                {
                    "when": self._instant(change.observed),
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
                    "before": _id(before),
                    "after": _id(after),
                }
                for term, before, after in context["series"]
            ],
            "related": [
                {"reason": reason, "events": [_id(one) for one in events]}
                for reason, events in context["related"].items()
            ],
            "others": [_id(other) for other in context["others"]],
            "previous": _id(context["previous"]),
            "next": _id(context["next"]),
            "schema": self._schema(page),
        }
        has_length = event.stream_length and not event.videos
        flat["hasFacts"] = bool(has_length) or any(flat[name] for name in _FACTS)
        flat["hasDetails"] = any(flat[name] for name in _DETAILS)
        return without_empty_values(flat)

    def _actions(self, event: Any) -> dict[str, str]:
        calendar = event_links(self.site, event)
        return {"end": calendar.end, "google": calendar.google, "outlook": calendar.outlook}

    def _cited_day(self, updated: datetime) -> str:
        """Add a day to the table of days in citations; return its key there."""
        key = f"{updated:%Y%m%d}"
        self.tables["citedDays"][key] = {
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
        links = [self._link(one, label) for one, label in both]
        own = [label for links in (event.videos, event.links) for _, label in with_labels(links)]
        return links if [link["label"] for link in links] != own else []

    def _story(self, story: Any) -> str:
        """Add a story to the table of stories; return its key there."""
        if story is None:
            return ""
        key = f"{story.name} {max((step.id for step in story.steps), default=0)}"
        if key not in self.tables["stories"]:
            self.tables["stories"][key] = without_empty_values(
                {
                    "name": story.name,
                    "path": story.url,
                    "visits": [self._visit(visit) for visit in story.visits],
                    "steps": [self._step(step) for step in story.steps if len(story.steps) > 1],
                }
            )
        return key

    def _visit(self, visit: Any) -> dict[str, Any]:
        the = "the " if "station" in visit.station.lower() else ""
        return {
            "days": quantity(visit.days, "day") if visit.days is not None else "",
            "station": the + visit.station,
            "path": visit.station_url,
            "arrival": self._visit_end(visit.arrival),
            "departure": self._visit_end(visit.departure),
            "launch": visit.launch.display_date if visit.launch else "",
            "landing": visit.landing.display_date if visit.landing else "",
        }

    def _visit_end(self, end: Any) -> dict[str, str] | None:
        return {"path": end.url, "display": end.date.display_date} if end else None

    def _step(self, step: Any) -> dict[str, Any]:
        return {
            "id": step.id,
            "name": step.name,
            "path": step.url,
            "date": self._date(step.date),
            "gap": step.gap,
            "spacewalks": [
                {"name": walk.name, "path": walk.url, "display": walk.date.display_date}
                for walk in step.spacewalks
            ],
        }

    def _presence(self, presence: Any) -> str:
        """Add the craft at a station to the table of presences; return their key there."""
        if presence is None:
            return ""
        key = self.presences.setdefault(presence, f"{len(self.presences)}")
        self.tables["presences"][key] = without_empty_values(
            {
                "certain": [self._craft(craft) for craft in presence.certain],
                "possible": [self._craft(craft) for craft in presence.possible],
            }
        )
        return key

    def _craft(self, craft: Any) -> str:
        """Add a visit of a craft to the table of crafts; return its key there."""
        key = self.crafts.setdefault(craft, f"{len(self.crafts)}")
        self.tables["crafts"][key] = {"name": craft.name, "path": craft.url}
        return key

    def _article(self, article: Any) -> dict[str, Any]:
        return {
            "url": article.url,
            "label": article.label,
            "published": self._day(article.published),
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

    def _type(self, type: Any) -> dict[str, Any]:
        category = categories.category_of(type)
        term = self.site.taxonomies.term("types", type.id)
        calendar = term_calendar(self.site, term)
        alternates = term_feed(self.site, term).alternates(f"{type.name}, new and changed")
        return {
            "name": type.name,
            "explanation": categories.type_explanation(type),
            "slug": self.site.urls.type(type, "").removeprefix("types/"),
            "category": category.key,
            "calendar": {"path": calendar.path, "title": f"{type.name}, calendar"},
            "alternates": self._alternates(alternates),
        }

    def _date(self, date: Any) -> dict[str, Any]:
        return {
            "display": date.display,
            "iso": date.iso or "",
            "precision": date.precision if date.has_time else "",
        }

    def _instant(self, when: datetime | None) -> dict[str, str] | None:
        if not when:
            return None
        display = f"{format_day(when)}, {when:%H:%M} UTC"
        return {"iso": format_utc(when), "display": display}

    def _day(self, when: Any) -> dict[str, str] | None:
        return {"iso": f"{when:%Y-%m-%d}", "display": format_day(when)} if when else None

    def _day_of_year(self, day: tuple[int, int] | None) -> dict[str, str] | None:
        return {"path": urls.day(*day), "display": format_day_of_year(day)} if day else None

    def _image(self, image: Any) -> str:
        """Add an image to the table of images; return its key there, empty without thumbnails."""
        thumbnails = self.thumbnails.of(image)
        if thumbnails is None:
            return ""
        if thumbnails.name not in self.tables["images"]:
            self.tables["images"][thumbnails.name] = self._thumbnails(image, thumbnails)
        return thumbnails.name

    def _thumbnails(self, image: Any, thumbnails: Any) -> dict[str, Any]:
        sizes = [
            {"path": thumbnails.file(width), "width": width, "height": height}
            for width, height in thumbnails.sizes
        ]
        src = next(size for size in sizes if size["path"] == thumbnails.src)
        file = self.thumbnails.folder / thumbnails.src.rpartition("/")[2]
        licence = image.licence
        return without_empty_values(
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
                "largest": self._absolute(sizes[-1]["path"]),
                "schema": {
                    "@type": "ImageObject",
                    "contentUrl": self._absolute(sizes[-1]["path"]),
                    "width": f"{thumbnails.width} px",
                    "height": f"{thumbnails.height} px",
                    "creditText": image.credit,
                    "license": licence.url if licence else "",
                },
            }
        )

    def _link(self, link: Any, label: str) -> dict[str, str]:
        return {
            "url": link.url,
            "label": label,
            "host": link.host,
            "isHostInLabel": link.host in label,
        }

    def _term(self, table: str, key: str, term: Any) -> str:
        self.tables[table][key] = {"name": term.name, "path": term.url}
        return key

    def _member(self, table_name: str, member: Any, **fields: Any) -> str:
        """Add an agency, programme, ... to its table; return its key there."""
        table, key = self.tables[table_name], str(member.id)
        values = {"name": member.name, **fields}
        known = table.setdefault(key, values)
        if any(known.get(name) != value for name, value in values.items()):
            key = f"{key}-{len(table)}"
            table[key] = values
        term = self.site.taxonomies.term(table_name, member.id)
        table[key]["path"] = term.url if term else ""
        return key

    def _participants(self, event: Any, stations: Iterable[Any]) -> dict[str, Any]:
        return {
            "astronauts": [
                self._member("astronauts", one, agency=one.agency) for one in event.astronauts
            ],
            "agencies": [
                self._member("agencies", one, abbreviation=one.abbreviation, type=one.type)
                for one in event.agencies
            ],
            "stations": [
                self._member(
                    "stations",
                    one,
                    orbit=one.orbit,
                    founded=self._day(one.founded),
                    deorbited=self._day(one.deorbited),
                )
                for one in stations
            ],
            "expeditions": [
                {
                    "name": one.name,
                    "station": one.station,
                    "start": self._day(one.start),
                    "end": self._day(one.end),
                }
                for one in event.expeditions
            ],
            "launches": [
                {"name": one.name, "date": self._date(one.date), "status": one.status}
                for one in event.launches
            ],
        }

    # Lists ----------------------------------------------------------------------------------------

    def _lists(self, page: Any) -> dict[str, Any]:
        layout = page.template.removeprefix("pages/").removesuffix(".html")
        context, root = page.context, _root(page.path, self.site.base_url)
        flat = {**self._frame(page), "layout": layout}
        if "event_list" in context:
            flat |= self._event_list(context["event_list"])
            flat["heading"] = context.get("heading", "")
        if "neighbours" in context and (layout != "type" or context["event_list"].year):
            before, after = (
                {"label": neighbour.label, "path": neighbour.url} if neighbour else None
                for neighbour in context["neighbours"]
            )
            noun = "month" if layout == "month" else "year"
            flat["neighbours"] = {"before": before, "after": after, "noun": noun}
            if not before and not after:
                del flat["neighbours"]
        if layout in ("type", "year", "month"):
            flat["subscribe"] = self._subscribe(page)
        return without_empty_values(flat | getattr(self, f"_{layout}_page")(context, root))

    def _subscribe(self, page: Any) -> dict[str, Any]:
        """Return the links of the line of subscriptions: to a calendar and to a feed."""
        macros = self.subscriptions
        calendar = next((a for a in page.alternates if a.media_type == "text/calendar"), None)
        feed = next((a for a in page.alternates if a.media_type != "text/calendar"), None)
        return {
            "calendar": {
                "href": f"webcal:{self._absolute(calendar.url).partition(':')[2]}",
                "label": f"Calendar{macros.scope(calendar.url)}",
            }
            if calendar
            else None,
            "feed": {
                "path": feed.url,
                "mediaType": feed.media_type,
                "label": f"Feed{macros.scope(feed.url)}",
            }
            if feed
            else None,
        }

    def _event_list(self, event_list: Any) -> dict[str, Any]:
        return {
            "count": event_list.count,
            "pages": [
                {
                    "label": one.label,
                    "path": one.url,
                    "count": one.count,
                    "isCurrent": one.url == event_list.path,
                }
                for one in event_list.pages
            ],
            "sections": [
                {
                    "title": section.title,
                    "anchor": section.anchor,
                    "path": section.url,
                    "given": section.given,
                    "isUpcoming": section.is_upcoming,
                    "events": [self._row(event, section, event_list) for event in section.events],
                }
                for section in event_list.sections
            ],
            "hasType": not event_list.has_one_type,
        }

    def _row(self, event: Any, section: Any, event_list: Any) -> dict[str, Any]:
        day, rest, clock = row_date(event.date, section.given)
        place = place_of(event.location)
        row = {
            "id": _id(event),
            "anchor": section.anchors.get(event.id, ""),
            "day": day,
            "rest": rest,
            "clock": clock,
            "place": place.name if place and place.slug != event_list.place else "",
        }
        if section.is_upcoming:
            row["until"] = _until(event)
            row["hasCalendar"] = bool(event.date.utc)
            row["calendar"] = urls.permalink(event.id, ".ics")
        return row

    def _type_page(self, context: Any, root: str) -> dict[str, Any]:
        event_type, timeline = context["term"].value, context["timeline"]
        path = self.site.urls.type(event_type, "")
        chart = ""
        if timeline:
            name = "dot-chart" if timeline[0].height != 100 else "bar-chart"
            chart = str(self.charts.chart(timeline[0], root, name))
            chart += str(self.charts.axis(timeline[1]))
        return {
            "type": str(event_type.id),
            "feed": path if context["heading"] == event_type.name else "",
            "categoryLabel": categories.category_of(event_type).label,
            "rotation": event_type.id * 47 % 360,
            "summary": categories.type_description(event_type),
            "chart": chart,
            "timelineNote": "Each dot is one event"
            if timeline and timeline[0].height != 100
            else "Each bar is a month",
        }

    def _year_page(self, context: Any, root: str) -> dict[str, Any]:
        term = context["term"]
        return {
            "year": term.name,
            "heatmaps": [
                {
                    "name": name,
                    "path": f"{term.url}#{term.slug}-{number:02}" if path else "",
                    "count": count,
                    "chart": str(self.charts.chart(chart, root, "month-chart", stretched=False)),
                }
                for number, (name, path, count, chart) in enumerate(
                    context["month_heatmaps"], start=1
                )
            ],
        }

    def _month_page(self, context: Any, root: str) -> dict[str, Any]:
        grid = context["grid"]
        weeks = [
            [
                {
                    "day": f"{day}" if day else "",
                    "date": f"{grid.year:04d}-{grid.month:02d}-{day:02d}" if day else "",
                    "events": [_id(event) for event in events],
                }
                for day, events in week
            ]
            for week in (grid.weeks if grid else ())
        ]
        coarse = [_id(event) for event in grid.coarse] if grid else []
        return {
            "rotation": context["term"].value[1] * 30,
            "name": context["term"].name,
            "weeks": weeks,
            "coarse": coarse,
        }

    def _types_page(self, context: Any, root: str) -> dict[str, Any]:
        years = context["years"]
        return {
            "categories": [
                {
                    "key": category.key,
                    "label": category.label,
                    "types": [
                        self._type_row(term, context["timelines"][term.key], years, root)
                        for term in terms
                    ],
                }
                for category, terms in context["types_by_category"]
            ],
            "span": [*years],
        }

    def _type_row(self, term: Any, timeline: Any, years: range, root: str) -> dict[str, Any]:
        chart, by_year, most = timeline
        return {
            **self._type(term.value),
            "count": len(term.events),
            "most": most,
            "summary": categories.type_description(term.value),
            "chart": str(self.charts.chart(chart, root, "bar-chart"))
            + str(self.charts.axis(years, 8)),
            "years": [
                {"number": year, "path": path, "count": count}
                for year in years
                for path, count in [by_year.get(year, ("", 0))]
            ],
        }

    def _years_page(self, context: Any, root: str) -> dict[str, Any]:
        return {
            "years": [
                {
                    "number": year,
                    "path": urls.year(year),
                    "count": count,
                    "segments": [
                        {"category": category.key, "start": f"{start}", "length": f"{length}"}
                        for category, start, length in bar
                    ],
                    "months": _month_links(context["months"][year]),
                }
                for year, bar, count in context["years"]
            ],
        }

    def _404_page(self, context: Any, root: str) -> dict[str, Any]:
        return {}

    def _home_page(self, context: Any, root: str) -> dict[str, Any]:
        return {
            "count": f"{context['count']:,}",
            "lastChecked": self._day(self.site.updated),
            "upcoming": [
                {"id": _id(event), "until": _until(event), "hidden": number > context["shown"]}
                for number, event in enumerate(context["upcoming"], start=1)
            ],
            "recent": [_id(event) for event in context["recent"]],
            "days": [
                {
                    "day": f"{day:%m-%d}",
                    "events": [
                        {"id": _id(event), "year": event.date.year} for event in events[-6:]
                    ],
                }
                for day, events in context["days"]
            ],
            "yearOverview": [
                {
                    "number": year,
                    "path": urls.year(year),
                    "count": count,
                    "chart": str(self.charts.chart(weeks, root, "strip-chart")),
                    "months": _month_links(months),
                }
                for year, count, weeks, months in context["year_overview"]
            ],
            "categories": [
                {
                    "key": category.key,
                    "label": category.label,
                    "types": [
                        {**self._type(term.value), "count": len(term.events)} for term in terms
                    ],
                }
                for category, terms in self.site.types_by_category
            ],
            "taxonomies": self._taxonomies(),
        }

    def _taxonomies(self) -> list[dict[str, Any]]:
        return [
            {
                "label": taxonomy.title,
                "path": taxonomy.index_url,
                "count": len(terms),
            }
            for taxonomy, terms in self.site.taxonomies.listed
        ]

    # Feeds ----------------------------------------------------------------------------------------

    def _feeds(self, page: Any) -> dict[str, Any]:
        feed = page.context["feed"]
        return {
            "path": feed.stem,
            "jsonSuffix": feed.path(JSON_FEED).removeprefix(feed.stem),
            "uri": feed.id,
            "title": feed.title,
            "description": feed.description,
            "homePage": self._absolute(feed.html_url),
            "rss": self._absolute(f"{feed.stem}.rss"),
            "atom": self._absolute(f"{feed.stem}.atom"),
            "json": self._absolute(feed.path(JSON_FEED)),
            "prevArchive": self._absolute(feed.prev_archive) if feed.prev_archive else "",
            "updated": format_utc(feed.updated),
            "lastBuildDate": rfc822(feed.updated),
            "entries": [
                {
                    "id": _id(entry.event),
                    "uri": entry.id,
                    "title": entry.title,
                    "published": format_utc(entry.published),
                    "pubDate": rfc822(entry.published),
                    "updated": format_utc(entry.updated),
                }
                for entry in feed.entries
            ],
        }


_IN_NAVIGATION = (urls.ALL_TYPES, urls.ALL_YEARS)

_TABLES = (
    "places", "images", "programs", "astronauts", "agencies", "stations", "stories", "crafts",
    "presences", "citedDays",
)  # fmt: skip
"""Tables of values that events refer to by a key."""

_FACTS = ("programs", "launches", "astronauts", "stations", "expeditions", "agencies")
"""What the section of facts on the page of an event has."""

_DETAILS = ("story", "presence", "links", "articles", "history")
"""What the page of an event has below its text and its facts."""

_ASSETS = (
    "icon.svg",
    "icon.png",
    "style.css",
    "framing.js",
    "theme.js",
    "page.js",
    "offline.js",
)


def without_empty_values(value: Any) -> Any:
    """Return a value without the empty members of all objects in it."""
    if isinstance(value, dict):
        members = {name: without_empty_values(member) for name, member in value.items()}
        empty = (None, "", [], {}, False)
        return {name: member for name, member in members.items() if member not in empty}
    if isinstance(value, list):
        return [without_empty_values(member) for member in value]
    return value


def _root(path: str, base_url: str) -> str:
    """Return the relative URL of the site's root; for 404.html, shown anywhere, its path."""
    if path == urls.NOT_FOUND:
        return urlsplit(base_url).path
    return urls.relative_root(path)


def _id(event: Any) -> str:
    return str(event.id) if event else ""


def _month_links(months: Iterable[Any]) -> list[dict[str, Any]]:
    return [
        {"name": name, "path": path, "count": count, "level": level}
        for name, path, count, level in months
    ]


def _until(event: Any) -> str:
    date = event.date
    if date.has_time:
        return date.iso
    return str(date.interval.end_date_exclusive) if date.interval else ""


def main() -> int:
    cache, base_url, target = sys.argv[1:]
    document = flatten(Path(cache), base_url)
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    Path(target).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
