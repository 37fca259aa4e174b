"""Compiled templates say, to the byte, what Jinja itself makes of them."""

from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from events_archive.ll2.parse import parse_event
from events_archive.model.event import Event
from events_archive.render.assets import read_assets
from events_archive.render.renderer import FILTERS, Renderer
from events_archive.site.page import Page
from events_archive.site.plan import plan_site
from events_archive.site.site import Site
from tests.factories import a_change, a_history, a_site
from tests.ll2_server import grow_records
from tests.render.rendered import PROJECT, no_pictures, pictures

TEMPLATES = PROJECT / "templates"


def _events() -> list[Event]:
    return [parse_event(record) for record in grow_records(60, pictures=8)]


@pytest.fixture(scope="module", params=["https://example.org/a&b/", ""], ids=["published", "local"])
def renderer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Renderer:
    events = _events()
    site = a_site(
        *events,
        base_url=request.param,
        list_limit=7,
        history=a_history(
            a_change("2021-07-05T00:00:00Z", event_id=events[0].id),
            a_change("2021-07-06T00:00:00Z", "renamed", events[1].id, old="<b>", new="R&D"),
        ),
    )
    copies = pictures(tmp_path_factory.mktemp("copies"), *site.catalogue.images[::2])
    return Renderer(
        site=site,
        templates=TEMPLATES,
        assets=read_assets(PROJECT / "static"),
        thumbnails=copies if request.param else no_pictures(),
    )


def _jinja(renderer: Renderer) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(("html", "xml"), default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals |= renderer.template_globals
    environment.filters |= FILTERS
    return environment


def _has_a_template(page: Page) -> bool:
    # Feeds are joined from entries that are rendered apart.
    is_feed = page.template in ("feeds/rss.xml", "feeds/atom.xml")
    return (TEMPLATES / page.template).is_file() and not is_feed


def _pages(site: Site) -> list[Page]:
    """Up to twelve pages of each template."""
    chosen: dict[str, list[Page]] = {}
    for page in filter(_has_a_template, plan_site(site)):
        chosen.setdefault(page.template, []).append(page)
    return [page for pages in chosen.values() for page in pages[:12]]


def test_every_page_is_what_jinja_would_make_of_it(renderer: Renderer) -> None:
    environment, pages = _jinja(renderer), _pages(renderer.site)
    assert len({page.template for page in pages}) > 15
    for page in pages:
        template = environment.get_template(page.template)
        expected = template.render({**page.context, "page": page, "root": renderer.root(page)})
        assert renderer.content(page) == expected.encode(), page.path


@pytest.mark.parametrize("name", ["rss", "atom"])
def test_entries_are_what_jinja_would_make_of_them(renderer: Renderer, name: str) -> None:
    path = "feeds/entry.xml"
    module = _jinja(renderer).get_template(path).module
    feeds = [
        page.context["feed"]
        for page in plan_site(renderer.site)
        if page.template == "feeds/rss.xml"
    ]
    entries = [entry for feed in feeds for entry in feed.entries][:80]
    compiled = renderer._templates.macro(path, name)
    for entry in entries:
        told = (entry, "../", "a <summary>", "<p>content</p>", None)
        assert compiled(*told) == str(getattr(module, name)(*told))


def test_a_page_is_told_by_its_template_alone(renderer: Renderer, tmp_path: Path) -> None:
    """Whatever was kept of compiled templates, a changed template counts."""
    folder = tmp_path / "templates"
    for source in TEMPLATES.rglob("*.html"):
        target = folder / source.relative_to(TEMPLATES)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
    page = next(page for page in plan_site(renderer.site) if page.template == "pages/404.html")

    def content() -> bytes:
        made = Renderer(
            site=renderer.site,
            templates=folder,
            assets=renderer.assets,
            thumbnails=renderer.thumbnails,
        )
        text = made.content(page)
        made.keep_templates()
        return text

    before = content()
    assert content() == before
    base = folder / "base.html"
    base.write_text(base.read_text("utf-8").replace("<main", "<main data-new"), "utf-8")
    assert content() == before.replace(b"<main", b"<main data-new")
