"""The lists of events as values of JSON: of types, years and months, the home page, ..."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader

from document import values
from document.event_list import event_list_values, until
from events_archive.site import categories, urls
from events_archive.site.calendars import term_calendar
from events_archive.site.feeds import term_feed

_IN_NAVIGATION = (urls.ALL_TYPES, urls.ALL_YEARS)


class ListPages:
    """Converts lists of events to values of JSON, with their charts as SVG."""

    def __init__(self, site: Any, templates: Path) -> None:
        self.site = site
        macros = Environment(loader=FileSystemLoader(templates), autoescape=True, trim_blocks=True)
        self.charts: Any = macros.get_template("macros/chart.html").module
        macros.globals["urls"] = urls
        self.subscriptions: Any = macros.get_template("macros/subscribe.html").module
        self._values_of_layout = {
            "type": self._type_page,
            "year": self._year_page,
            "month": self._month_page,
            "types": self._types_page,
            "years": self._years_page,
            "home": self._home_page,
            "404": lambda context, root: {},
        }

    def values(self, page: Any) -> dict[str, Any]:
        """Return the values of a page: of the frame, the list, the navigation, and its own."""
        layout = page.template.removeprefix("pages/").removesuffix(".html")
        context, root = page.context, _root(page.path, self.site.base_url)
        flat = {**self._frame(page), "layout": layout}
        if "event_list" in context:
            flat |= event_list_values(context["event_list"])
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
        return values.without_empty(flat | self._values_of_layout[layout](context, root))

    def _frame(self, page: Any) -> dict[str, Any]:
        """Return the values that the base template needs."""
        return {
            "path": page.path,
            "root": _root(page.path, self.site.base_url),
            "url": values.absolute(self.site, page.path),
            "title": page.title,
            "description": page.description,
            "indexable": page.indexable,
            "hasSearch": page.path != urls.NOT_FOUND,
            "current": page.path if page.path in _IN_NAVIGATION else "",
            "contentPath": page.path.removesuffix(".html"),
            "breadcrumbs": [{"label": one.label, "path": one.url} for one in page.breadcrumbs],
            "alternates": values.alternates(page.alternates),
        }

    def _subscribe(self, page: Any) -> dict[str, Any]:
        """Return the links of the line of subscriptions: to a calendar and to a feed."""
        macros = self.subscriptions
        calendar = next((a for a in page.alternates if a.media_type == "text/calendar"), None)
        feed = next((a for a in page.alternates if a.media_type != "text/calendar"), None)
        return {
            "calendar": {
                "href": f"webcal:{values.absolute(self.site, calendar.url).partition(':')[2]}",
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
                    "events": [values.id_of(event) for event in events],
                }
                for day, events in week
            ]
            for week in (grid.weeks if grid else ())
        ]
        coarse = [values.id_of(event) for event in grid.coarse] if grid else []
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
            **type_values(self.site, term.value),
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

    def _home_page(self, context: Any, root: str) -> dict[str, Any]:
        return {
            "count": f"{context['count']:,}",
            "lastChecked": values.day(self.site.updated),
            "upcoming": [
                {
                    "id": values.id_of(event),
                    "until": until(event),
                    "hidden": number > context["shown"],
                }
                for number, event in enumerate(context["upcoming"], start=1)
            ],
            "recent": [values.id_of(event) for event in context["recent"]],
            "days": [
                {
                    "day": f"{day:%m-%d}",
                    "events": [
                        {"id": values.id_of(event), "year": event.date.year}
                        for event in events[-6:]
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
                        {**type_values(self.site, term.value), "count": len(term.events)}
                        for term in terms
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


def _root(path: str, base_url: str) -> str:
    """Return the relative URL of the site's root; for 404.html, shown anywhere, its path."""
    if path == urls.NOT_FOUND:
        return urlsplit(base_url).path
    return urls.relative_root(path)


def _month_links(months: Iterable[Any]) -> list[dict[str, Any]]:
    return [
        {"name": name, "path": path, "count": count, "level": level}
        for name, path, count, level in months
    ]


def type_values(site: Any, type: Any) -> dict[str, Any]:
    """Return the values of a type of events."""
    category = categories.category_of(type)
    term = site.taxonomies.term("types", type.id)
    calendar = term_calendar(site, term)
    alternates = term_feed(site, term).alternates(f"{type.name}, new and changed")
    return {
        "name": type.name,
        "explanation": categories.type_explanation(type),
        "slug": site.urls.type(type, "").removeprefix("types/"),
        "category": category.key,
        "calendar": {"path": calendar.path, "title": f"{type.name}, calendar"},
        "alternates": values.alternates(alternates),
    }
