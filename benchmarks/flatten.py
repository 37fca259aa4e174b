"""Write the document that Hugo makes pages from, as JSON.

It has the results of everything that the archive computes: formatted dates, sorted lists, related
events, paths, sizes of images, charts as SVG, and descriptions as HTML. Hugo only fills in its
templates. Writing the document is not measured.

    python benchmarks/flatten.py CACHE BASE_URL FILE
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

PROJECT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(PROJECT)]

from document.events import EventPages  # noqa: E402 - needs the path above
from document.lists import ListPages, type_values  # noqa: E402
from document.values import Tables, absolute, id_of, without_empty  # noqa: E402
from equivalent import restrict  # noqa: E402

from events_archive.cli import parse_arguments  # noqa: E402
from events_archive.commands.fetch import load_site  # noqa: E402
from events_archive.console import Console  # noqa: E402
from events_archive.images.thumbnails import make_thumbnails  # noqa: E402
from events_archive.model.interval import MONTHS  # noqa: E402
from events_archive.model.timestamps import format_utc  # noqa: E402
from events_archive.pages.plan import plan_site  # noqa: E402
from events_archive.render.assets import Assets, read_assets  # noqa: E402
from events_archive.render.context import RenderContext  # noqa: E402
from events_archive.render.feeds import rfc822  # noqa: E402
from events_archive.render.renderer import CONTENT_SECURITY_POLICY  # noqa: E402
from events_archive.site import categories, urls  # noqa: E402
from events_archive.site.formats import JSON_FEED  # noqa: E402

_LISTS = {
    f"pages/{name}.html" for name in ("type", "year", "month", "types", "years", "home", "404")
}
"""The templates of pages that `ListPages` converts."""

_FEED = "feeds/rss.xml"
"""The template of one of the formats, for which the values of a feed are the same."""

_ASSETS = (
    "icon.svg",
    "icon.png",
    "style.css",
    "framing.js",
    "theme.js",
    "page.js",
    "offline.js",
)


def flatten(cache: Path, base_url: str) -> dict[str, Any]:
    """Return the document for the archive in ``cache``, by the names in Hugo's templates."""
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
    context = RenderContext(site=site, assets=assets, thumbnails=thumbnails)
    tables = Tables(site, thumbnails)
    event_pages, list_pages = EventPages(context, tables), ListPages(site, settings.templates)
    pages = restrict(plan_site(site))
    events = [event_pages.values(page) for page in pages if page.template == "pages/event.html"]
    lists = [list_pages.values(page) for page in pages if page.template in _LISTS]
    feeds = [_feed(site, page.context["feed"]) for page in pages if page.template == _FEED]
    return {
        "site": _site(site, assets, settings.templates),
        "types": {str(type.id): type_values(site, type) for type in site.catalogue.types},
        "events": {str(event["id"]): event for event in events},
        "lists": {one["path"]: one for one in lists},
        "feeds": {feed["path"]: feed for feed in feeds},
        "sitemap": _sitemap(pages),
        **tables.rows,
    }


def _site(site: Any, assets: Assets, templates: Path) -> dict[str, Any]:
    macros = Environment(loader=FileSystemLoader(templates), autoescape=True, trim_blocks=True)
    icons: Any = macros.get_template("macros/icons.html").module
    definitions = str(icons.icons([]))
    return {
        "title": site.title,
        "baseUrl": site.base_url,
        "policy": CONTENT_SECURITY_POLICY,
        "assets": {name.replace(".", "_").replace("-", "_"): assets.url(name) for name in _ASSETS},
        "social": {
            name: absolute(site, assets.url(f"social-{name}.jpg"))
            for name in ["archive", *(category.key for category in categories.CATEGORIES)]
        },
        "nav": [{"label": label, "path": path} for label, path in site.navigation.items()],
        "symbols": {name: str(icons.SHAPES[name]) for name in icons.SHAPES},
        "sky": definitions[definitions.index("<g ") : definitions.index("</defs>")].strip(),
        "icons": list(icons.ICONS),
        "categories": [
            {"key": category.key, "label": category.label} for category, _ in site.types_by_category
        ],
        "months": list(MONTHS),
    }


def _sitemap(pages: Iterable[Any]) -> list[dict[str, str]]:
    (sitemap,) = (page for page in pages if page.path == urls.SITEMAP)
    return [
        without_empty(
            {
                "path": "" if path == urls.HOME else path,
                "modified": format_utc(modified) if modified else "",
            }
        )
        for path, modified in sitemap.context["pages"]
    ]


def _feed(site: Any, feed: Any) -> dict[str, Any]:
    return {
        "path": feed.stem,
        "jsonSuffix": feed.path(JSON_FEED).removeprefix(feed.stem),
        "uri": feed.id,
        "title": feed.title,
        "description": feed.description,
        "homePage": absolute(site, feed.html_url),
        "rss": absolute(site, f"{feed.stem}.rss"),
        "atom": absolute(site, f"{feed.stem}.atom"),
        "json": absolute(site, feed.path(JSON_FEED)),
        "prevArchive": absolute(site, feed.prev_archive) if feed.prev_archive else "",
        "updated": format_utc(feed.updated),
        "lastBuildDate": rfc822(feed.updated),
        "entries": [
            {
                "id": id_of(entry.event),
                "uri": entry.id,
                "title": entry.title,
                "published": format_utc(entry.published),
                "pubDate": rfc822(entry.published),
                "updated": format_utc(entry.updated),
            }
            for entry in feed.entries
        ],
    }


def main() -> int:
    cache, base_url, target = sys.argv[1:]
    document = flatten(Path(cache), base_url)
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    Path(target).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
