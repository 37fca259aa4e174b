"""What the peers are given: one document with everything that needs thought already worked out.

Dates are in words, lists in order, relations, addresses, sizes of pictures, drawings and the HTML
of descriptions are there; a peer only lays them out. All of this happens outside the measured time.

    python benchmarks/flatten.py CACHE BASE_URL FILE
"""

import json
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader

PROJECT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(PROJECT)]

from equivalent import restricted  # noqa: E402

from events_archive.cli import parse_arguments  # noqa: E402 - the project is on the path only now
from events_archive.commands.archive import load_archive, make_site  # noqa: E402
from events_archive.console import Console  # noqa: E402
from events_archive.images.thumbnails import Thumbnails, make_thumbnails  # noqa: E402
from events_archive.model.event import host_of  # noqa: E402
from events_archive.model.interval import MONTHS, format_day, format_duration  # noqa: E402
from events_archive.model.timestamps import format_utc  # noqa: E402
from events_archive.render.assets import Assets, read_assets  # noqa: E402
from events_archive.render.calendar_links import CalendarLinkBuilder  # noqa: E402
from events_archive.render.feeds import rfc822  # noqa: E402
from events_archive.render.filters import date_parts  # noqa: E402
from events_archive.render.json_ld import JsonLd  # noqa: E402
from events_archive.render.markdown import markdown_to_html  # noqa: E402
from events_archive.render.renderer import CONTENT_SECURITY_POLICY  # noqa: E402
from events_archive.site import categories, on_this_day, urls  # noqa: E402
from events_archive.site.feeds import feed_alternates, term_feed  # noqa: E402
from events_archive.site.formats import JSON_FEED  # noqa: E402
from events_archive.site.plan import plan_site  # noqa: E402


def flattened(cache: Path, base_url: str) -> dict[str, Any]:
    """The whole document."""
    arguments = ["--offline", "-q", "--cache", str(cache), "--base-url", base_url]
    settings = parse_arguments(arguments, {}, PROJECT).settings
    console = Console(quiet=True)
    site = make_site(settings, load_archive(settings, console))
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
    """Turns pages of the plan into plain values."""

    def __init__(self, site: Any, thumbnails: Thumbnails, assets: Assets, templates: Path) -> None:
        self.site = site
        self.thumbnails = thumbnails
        self.asset = assets.url
        self.calendars = CalendarLinkBuilder(site=site)
        self.structured = JsonLd(site=site, thumbnails=thumbnails, absolute=self._absolute)
        macros = Environment(loader=FileSystemLoader(templates), autoescape=True, trim_blocks=True)
        self.marks: Any = macros.get_template("macros/icons.html").module
        self.drawing: Any = macros.get_template("macros/chart.html").module
        self.tables: dict[str, dict[str, Any]] = {name: {} for name in _TABLES}

    def document(self) -> dict[str, Any]:
        """Everything, by the names under which the peers' templates look for it."""
        pages = restricted(plan_site(self.site))
        kinds = {
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
        found: dict[str, list[dict[str, Any]]] = {"events": [], "lists": [], "feeds": []}
        for page in pages:
            if page.template in kinds:
                kind = kinds[page.template]
                found[kind].append(getattr(self, f"_{kind}")(page))
        return {
            "site": self._site(),
            "types": {str(t.id): self._type(t) for t in self.site.catalogue.types},
            "events": {str(event["id"]): event for event in found["events"]},
            "lists": {one["address"]: one for one in found["lists"]},
            "feeds": {feed["stem"]: feed for feed in found["feeds"]},
            **self.tables,
        }

    def _absolute(self, address: str) -> str:
        return self.site.base_url + ("" if address == urls.HOME else address)

    # The frame ------------------------------------------------------------------------------------

    def _site(self) -> dict[str, Any]:
        site, asset, marks = self.site, self.asset, self.marks
        whole = str(marks.icons([]))
        return {
            "title": site.title,
            "baseUrl": site.base_url,
            "policy": CONTENT_SECURITY_POLICY,
            "assets": {name.replace(".", "_").replace("-", "_"): asset(name) for name in _ASSETS},
            "social": {
                name: self._absolute(asset(f"social-{name}.jpg"))
                for name in ["archive", *(family.key for family in categories.CATEGORIES)]
            },
            "nav": [
                {"label": label, "address": address} for label, address in site.navigation.items()
            ],
            "shapes": {name: str(marks.SHAPES[name]) for name in marks.SHAPES},
            "sky": whole[whole.index("<g ") : whole.index("</defs>")].strip(),
            "families": [{"key": f.key, "label": f.label} for f in categories.CATEGORIES],
            "months": list(MONTHS),
        }

    def _frame(self, page: Any) -> dict[str, Any]:
        """What the frame of a page is told."""
        return {
            "address": page.path,
            "root": _root(page.path, self.site.base_url),
            "url": self._absolute(page.path),
            "title": page.title,
            "description": page.description,
            "indexable": page.indexable,
            "searches": page.path != urls.NOT_FOUND,
            "current": page.path if page.path in _IN_NAVIGATION else "",
            "modified": format_utc(page.modified) if page.modified else "",
            "path": _path(page.path),
            "crumbs": [{"label": c.label, "address": c.url} for c in page.breadcrumbs],
            "alternates": self._alternates(page.alternates),
        }

    def _alternates(self, alternates: Iterable[Any]) -> list[dict[str, str]]:
        return [{"address": a.url, "mediaType": a.media_type, "title": a.title} for a in alternates]

    # An event -------------------------------------------------------------------------------------

    def _events(self, page: Any) -> dict[str, Any]:
        context = page.context
        event, place = context["event"], context["place"]
        calendar = self.calendars.event_links(event) if context["has_calendar"] else None
        day, rest, clock = date_parts(event.date)
        flat = {
            "id": event.id,
            "turn": event.id * 47 % 360,
            "stem": page.path.removeprefix("events/").removesuffix(".html"),
            "name": event.name,
            "long": len(event.name) > 44,
            "description": page.description,
            "type": str(event.type.id),
            "date": self._date(event.date),
            "short": event.date.display_date,
            "day": day,
            "rest": rest,
            "clock": clock,
            "crumbs": [{"label": c.label, "address": c.url} for c in page.breadcrumbs[1:]],
            "modified": format_utc(page.modified) if page.modified else "",
            "location": event.location,
            "place": self._referred("places", place.slug, place) if place else "",
            "picture": self._picture(event.image),
            "withdrawn": self._day(context["withdrawn"]),
            "html": str(markdown_to_html(event.description)),
            "anniversary": self._anniversary(context["anniversary"]),
            "calendar": {"google": calendar.google, "outlook": calendar.outlook}
            if calendar
            else None,
            "programs": [self._member("programs", program) for program in event.programs],
            "streamLength": format_duration(event.stream_length) if event.stream_length else "",
            "lastUpdated": self._instant(event.last_updated),
            "firstSeen": self._instant(context["first_seen"]),
            "source": event.source_url,
            "videos": [
                {**self._link(v), "publisher": v.publisher, "type": v.type} for v in event.videos
            ],
            "links": [{**self._link(one), "text": one.description} for one in event.links],
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
            **self._taking_part(event),
            "history": [
                {"when": self._instant(h.observed), "live": h.is_live, "sentence": h.text}
                for h in context["changelog"]
            ],
            "series": [
                {
                    "name": term.name,
                    "address": term.url,
                    "count": len(term.events),
                    "before": _id(before),
                    "after": _id(after),
                }
                for term, before, after in context["series"]
            ],
            "related": [{"id": _id(one.event), "reason": one.reason} for one in context["related"]],
            "others": [_id(other) for other in context["others"]],
            "previous": _id(context["previous"]),
            "next": _id(context["next"]),
            "schema": self._schema(page),
        }
        return without_gaps(flat)

    def _schema(self, page: Any) -> dict[str, Any]:
        """What schema.org is told that stands nowhere else."""
        script = str(self.structured.block(page))
        if not script:
            return {}
        event = json.loads(script.split(">", 1)[1].removesuffix("</script>"))["@graph"][0]
        wanted = ("startDate", "previousStartDate", "eventStatus", "eventAttendanceMode")
        return {name: event[name] for name in (*wanted, "location") if name in event}

    def _type(self, type: Any) -> dict[str, Any]:
        family = categories.category_of(type)
        term = self.site.taxonomies.term("types", type.id)
        alternates = feed_alternates(term_feed(self.site, term), f"{type.name}, new and changed")
        return {
            "name": type.name,
            "gloss": categories.type_gloss(type),
            "stem": self.site.urls.type(type, "").removeprefix("types/"),
            "family": family.key,
            "alternates": self._alternates(alternates),
        }

    def _date(self, date: Any) -> dict[str, Any]:
        return {
            "words": date.display,
            "iso": date.iso or "",
            "precision": date.precision if date.has_time else "",
        }

    def _instant(self, when: datetime | None) -> dict[str, str] | None:
        if not when:
            return None
        words = f"{format_day(when)}, {when:%H:%M} UTC"
        return {"iso": format_utc(when), "words": words}

    def _day(self, when: Any) -> dict[str, str] | None:
        return {"iso": f"{when:%Y-%m-%d}", "words": format_day(when)} if when else None

    def _anniversary(self, day: tuple[int, int] | None) -> dict[str, str] | None:
        return (
            {"address": urls.day(*day), "words": on_this_day.format_day_of_year(day)}
            if day
            else None
        )

    def _picture(self, image: Any) -> str:
        """The key under which the picture's copies are described, once for all its events."""
        copies = self.thumbnails.of(image)
        if copies is None:
            return ""
        if copies.name not in self.tables["pictures"]:
            self.tables["pictures"][copies.name] = self._copies(image, copies)
        return copies.name

    def _copies(self, image: Any, copies: Any) -> dict[str, Any]:
        sizes = [
            {"address": copies.file(width), "width": width, "height": height}
            for width, height in copies.sizes
        ]
        shown = next(size for size in sizes if size["address"] == copies.src)
        file = self.thumbnails.folder / copies.src.rpartition("/")[2]
        licence = image.licence
        is_named = image.name and not image.name.startswith("[")
        return without_gaps(
            {
                "src": copies.src,
                "sizes": sizes,
                "width": copies.width,
                "height": copies.height,
                "name": image.name if is_named else "",
                "credit": image.credit,
                "licence": {"name": licence.name, "url": licence.url} if licence else None,
                "octets": file.stat().st_size,
                "shownWidth": shown["width"],
                "shownHeight": shown["height"],
                "largest": self._absolute(sizes[-1]["address"]),
                "schema": {
                    "@type": "ImageObject",
                    "contentUrl": self._absolute(sizes[-1]["address"]),
                    "width": copies.width,
                    "height": copies.height,
                    "creditText": image.credit,
                    "license": licence.url if licence else "",
                },
            }
        )

    def _link(self, link: Any) -> dict[str, str]:
        return {"url": link.url, "label": link.label, "host": link.host, "title": link.title}

    def _referred(self, table: str, key: str, term: Any) -> str:
        self.tables[table][key] = {"name": term.name, "address": term.url}
        return key

    def _member(self, folder: str, member: Any, **more: Any) -> str:
        """The key under which an agency, programme, ... is described, once for all its events."""
        key = str(member.id)
        facts = {"name": member.name, **more}
        if self.tables[folder].setdefault(key, facts)["name"] != member.name or any(
            self.tables[folder][key].get(name) != value for name, value in more.items()
        ):
            key = f"{key}-{len(self.tables[folder])}"
            self.tables[folder][key] = facts
        term = self.site.taxonomies.term(folder, member.id)
        self.tables[folder][key]["address"] = term.url if term else ""
        return key

    def _taking_part(self, event: Any) -> dict[str, Any]:
        parts = {
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
                for one in event.stations
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
        return {**parts, "takesPart": any(parts.values())}

    def _neighbour(self, event: Any) -> dict[str, str]:
        return {"name": event.name, "address": self.site.urls.event(event)}

    # Lists ----------------------------------------------------------------------------------------

    def _lists(self, page: Any) -> dict[str, Any]:
        kind = page.template.removeprefix("pages/").removesuffix(".html")
        context, root = page.context, _root(page.path, self.site.base_url)
        flat = {**self._frame(page), "kind": kind if kind != "404" else "absent"}
        if "event_list" in context:
            flat |= {"heading": context["heading"], **self._event_list(context["event_list"])}
        if "neighbours" in context and kind != "type":
            flat["neighbours"] = [
                {"label": neighbour.label, "address": neighbour.url} if neighbour else {}
                for neighbour in context["neighbours"]
            ] + [f"{kind.capitalize()}s before and after"]
        return without_gaps(flat | getattr(self, f"_{flat['kind']}_page")(context, root))

    def _event_list(self, event_list: Any) -> dict[str, Any]:
        return {
            "count": event_list.count,
            "parts": [
                {"label": p.label, "address": p.url, "count": p.count, "here": p.is_current}
                for p in event_list.pages
            ],
            "sections": [
                {
                    "title": section.title,
                    "anchor": section.anchor,
                    "address": section.url,
                    "events": [
                        {"id": _id(event), "anchor": section.anchors.get(event.id, "")}
                        for event in section.events
                    ],
                }
                for section in event_list.sections
            ],
        }

    def _type_page(self, context: Any, root: str) -> dict[str, Any]:
        kind, drawn = context["type"], context["timeline"]
        stem = self.site.urls.type(kind, "")
        family = categories.category_of(kind)
        drawing = ""
        if drawn:
            name = "dots" if drawn[0].height != 100 else "bars"
            drawing = str(self.drawing.chart(drawn[0], root, name))
            drawing += str(self.drawing.axis(drawn[1]))
        return {
            "type": str(kind.id),
            "feed": stem if context["heading"] == kind.name else "",
            "familyLabel": family.label,
            "turn": kind.id * 47 % 360,
            "sentence": categories.type_description(kind),
            "drawing": drawing,
        }

    def _year_page(self, context: Any, root: str) -> dict[str, Any]:
        return {
            "turn": context["year"] * 47 % 360,
            "year": context["year"],
            "sheets": [
                {
                    "name": name,
                    "address": address,
                    "count": count,
                    "drawing": str(self.drawing.chart(drawn, root, "sheet", stretched=False)),
                }
                for name, address, count, drawn in context["month_heatmaps"]
            ],
        }

    def _month_page(self, context: Any, root: str) -> dict[str, Any]:
        return {"turn": context["month"][1] * 30}

    def _types_page(self, context: Any, root: str) -> dict[str, Any]:
        return {
            "families": [
                {
                    "key": family.key,
                    "label": family.label,
                    "types": [
                        {
                            **self._type(kind),
                            "count": history.count,
                            "sentence": categories.type_description(kind),
                            "drawing": str(self.drawing.chart(history.chart, root, "bars"))
                            + str(self.drawing.axis(context["years"], 8)),
                            "years": _numbers(history.years),
                        }
                        for kind, history in types
                    ],
                }
                for family, types in context["types_by_category"]
            ],
            "span": [*context["years"]],
        }

    def _years_page(self, context: Any, root: str) -> dict[str, Any]:
        return {
            "years": [
                {
                    "number": year,
                    "address": urls.year(year),
                    "count": count,
                    "bands": [
                        {"family": b.category.key, "start": b.start, "length": b.length}
                        for b in bar
                    ],
                    "months": _months(context["months"][year]),
                }
                for year, bar, count in context["years"]
            ],
            "undated": [_id(event) for event in context["undated"]],
        }

    def _absent_page(self, context: Any, root: str) -> dict[str, Any]:
        return {}

    def _home_page(self, context: Any, root: str) -> dict[str, Any]:
        return {
            "count": f"{context['count']:,}",
            "checked": self._day(self.site.updated),
            "upcoming": [
                {"id": _id(event), "until": _until(event), "hidden": number > context["shown"]}
                for number, event in enumerate(context["upcoming"], start=1)
            ],
            "recent": [_id(event) for event in context["recent"]],
            "days": [
                {
                    "day": f"{one.date:%m-%d}",
                    "events": [
                        {**self._neighbour(event), "year": event.date.year}
                        for event in one.events[-6:]
                    ],
                }
                for one in context["days"]
            ],
            "almanac": [
                {
                    "number": year.number,
                    "address": urls.year(year.number),
                    "count": year.count,
                    "drawing": str(self.drawing.chart(year.weeks, root, "strip")),
                    "months": _months(year.months),
                }
                for year in context["year_overview"]
            ],
            "families": [
                {
                    "key": family.key,
                    "label": family.label,
                    "types": [{**self._type(kind), "count": len(found)} for kind, found in types],
                }
                for family, types in context["types_by_category"]
            ],
            "ways": self._ways_in(),
        }

    def _ways_in(self) -> list[dict[str, Any]]:
        return [
            {
                "label": taxonomy.title,
                "address": urls.taxonomy_index(taxonomy.name),
                "count": len(terms),
            }
            for taxonomy, terms in self.site.taxonomies.listed
        ]

    # Feeds ----------------------------------------------------------------------------------------

    def _feeds(self, page: Any) -> dict[str, Any]:
        feed = page.context["feed"]
        return {
            "stem": feed.stem,
            "jsonSuffix": feed.path(JSON_FEED).removeprefix(feed.stem),
            "identity": feed.id,
            "title": feed.title,
            "description": feed.description,
            "home": self._absolute(feed.html_url),
            "rss": self._absolute(f"{feed.stem}.rss"),
            "atom": self._absolute(f"{feed.stem}.atom"),
            "json": self._absolute(feed.path(JSON_FEED)),
            "older": self._absolute(feed.prev_archive) if feed.prev_archive else "",
            "updated": format_utc(feed.updated),
            "built": rfc822(feed.updated),
            "entries": [
                {
                    "id": _id(entry.event),
                    "identity": entry.id,
                    "title": entry.title,
                    "published": format_utc(entry.published),
                    "publishedInWords": rfc822(entry.published),
                    "updated": format_utc(entry.updated),
                }
                for entry in feed.entries
            ],
        }


_IN_NAVIGATION = (urls.ALL_TYPES, urls.ALL_YEARS)

_TABLES = ("places", "pictures", "programs", "astronauts", "agencies", "stations")
"""What events refer to by a key."""

_ASSETS = (
    "icon.svg",
    "icon.png",
    "style.css",
    "theme.js",
    "local-time.js",
    "offline.js",
    "on-this-day.js",
)


def without_gaps(value: Any) -> Any:
    """The value without what is empty, however deep: a template that asks for it finds nothing."""
    if isinstance(value, dict):
        kept = {name: without_gaps(part) for name, part in value.items()}
        return {name: part for name, part in kept.items() if part not in (None, "", [], {}, False)}
    if isinstance(value, list):
        return [without_gaps(part) for part in value]
    return value


def _root(address: str, base_url: str) -> str:
    """What leads from a page to the site's root; 404.html is shown at any depth."""
    if address == urls.NOT_FOUND:
        return urlsplit(base_url).path
    return urls.relative_root(address)


def _path(address: str) -> str:
    """The address as a peer's pages are named, without its suffix."""
    return address.removesuffix(".html")


def _id(event: Any) -> str:
    return str(event.id) if event else ""


def _months(months: Iterable[Any]) -> list[dict[str, Any]]:
    return [{"name": n, "address": a, "count": c, "busy": b} for n, a, c, b in months]


def _numbers(years: Iterable[Any]) -> list[dict[str, Any]]:
    return [{"number": year, "address": address, "count": count} for year, address, count in years]


def _until(event: Any) -> str:
    date = event.date
    if date.has_time:
        return date.iso
    return str(date.interval.end_date_exclusive) if date.interval else ""


def main() -> int:
    cache, base_url, target = sys.argv[1:]
    document = flattened(Path(cache), base_url)
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    Path(target).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
