"""axe-core finds nothing on any kind of page, in both colour schemes, on screens of three widths.

The pages are those of the root, and as many others as it takes to see every element, class and
attribute that the site has.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from events_archive.model.changes import Change
from tests.browser import launch_browser, serve_folder
from tests.conftest import Run
from tests.factories import a_change, a_history, a_site, an_event
from tests.render.rendered import make_context, render_site

pytestmark = pytest.mark.browser

ROWS_BEYOND_SIX = ":is(ol, ul, tbody, .filter-group) > :nth-child(n + 7)"
"""They take most of the time, and are like the first six; the extended tests have them."""
PREFIX = "/archive/"
"""The path of `BASE_URL`, which the page for missing addresses has in its links."""
FILLED = {
    "generated": {"explore.html?q=tiangong": "[data-results] .card"},
    "coming": {
        "index.html": "main",
        "upcoming.html": "main",
        "embed.html": "ol > li",
        "my-list.html#ids=264,265,266": "[data-events] .card",
        "events/us-eva-75.html": ".event-actions",
    },
}
"""Pages that scripts fill, or that have events to come, and what is waited for on each."""
AXE = """async () => {
  const all = ["target-size", "label-content-name-mismatch", "table-fake-caption", "td-has-header",
    "focus-order-semantics"];
  const rules = Object.fromEntries(all.map(id => [id, {enabled: true}]));
  rules["color-contrast"] = {enabled: false};
  const options = {preload: false, resultTypes: ["violations"]};
  const results = [await axe.run({...options, rules})];
  const style = document.createElement("style");
  style.textContent = "*, ::before, ::after { background-image: none !important }"
    + " img, svg[aria-hidden] { visibility: hidden !important }";
  document.head.append(style);
  results.push(await axe.run({...options, runOnly: ["color-contrast"]}));
  style.remove();
  return results.flatMap(one => one.violations).flatMap(rule => rule.nodes.map(
    node => `${rule.id}: ${node.html.slice(0, 150)} (${node.failureSummary})`));
}"""
"""All rules that apply to a page, also those of WCAG 2.2 and some that are not on by default.
Contrast is that to the colour behind pictures: axe-core cannot judge a text on a picture."""

SCREENS = (("light", 1280), ("dark", 320))
OTHER_SCREENS = (("dark", 1280), ("light", 375), ("dark", 375), ("light", 320))
"""Colour schemes and widths; what differs from page to page seldom depends on both."""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with launch_browser() as browser:
        context = browser.new_context(bypass_csp=True, reduced_motion="reduce")
        yield context.new_page()
        context.close()


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site on which sixty events have moved at once, one again and again, and one has gone."""
    folder = tmp_path_factory.mktemp("changed")
    events = [
        an_event(id, f"2026-12-{id % 28 + 1:02}T10:00:00Z", name=f"Docking {id}")
        for id in range(1, 63)
    ]
    moves = [_move(id, observed=5) for id in range(1, 61)] + [_move(61, day) for day in (6, 7, 8)]
    history = a_history(*moves, withdrawn={62: date(2026, 11, 9)})
    site = a_site(*events, today="2026-11-20", history=history)
    files = render_site(site, lambda page: page.is_html) | dict(make_context(site).assets.files())
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def _move(event_id: int, observed: int) -> Change:
    before = date(2026, 12, 1) + timedelta(days=observed)
    old, new = (
        {"date": f"{before + timedelta(days=days)}T10:00:00Z", "precision": 1} for days in (0, 9)
    )
    when = f"2026-11-{observed:02}T00:00:00+00:00"
    return a_change(when, "moved", event_id, field="moment", old=old, new=new)


def _features(html: str) -> frozenset[str]:
    """Return the elements, classes and names of attributes in an HTML document."""
    tags = re.findall(r"<([a-z][a-z0-9]*)((?:\s+[^<>]*)?)>", html)
    names = {name for _, rest in tags for name in re.findall(r'\s([a-z-]+)(?==")', rest)}
    classes = {f".{name}" for one in re.findall(r'\sclass="([^"]*)"', html) for name in one.split()}
    return frozenset({tag for tag, _ in tags} | names | classes)


def _features_by_page(folder: Path) -> dict[str, frozenset[str]]:
    """Return the features of each page, but for redirects, which leave at once."""
    files = {file.relative_to(folder).as_posix(): file for file in folder.rglob("*.html")}
    pages = {path: file.read_text("utf-8") for path, file in files.items()}
    return {
        path: _features(html) for path, html in pages.items() if 'http-equiv="refresh"' not in html
    }


def _kinds(pages: dict[str, frozenset[str]], known: set[str]) -> list[str]:
    """Return pages with all features not ``known`` yet; of the first site all of its root."""
    chosen = [] if known else [path for path in pages if "/" not in path]
    known.update(*(pages[path] for path in chosen))
    while missing := frozenset().union(*pages.values()) - known:
        chosen.append(max(sorted(pages), key=lambda path: len(pages[path] & missing)))
        known |= pages[chosen[-1]]
    return chosen


@pytest.fixture(scope="module")
def sites(
    generated_run: Run, coming_run: Run, changed: Path
) -> Iterator[dict[str, tuple[Path, str]]]:
    """The folder of each site, and the URL at which it is served."""
    folders = {"generated": generated_run.output, "coming": coming_run.output, "changed": changed}
    with ExitStack() as stack:
        yield {
            name: (folder, stack.enter_context(serve_folder(folder, PREFIX)))
            for name, folder in folders.items()
        }


@pytest.fixture(scope="module")
def addresses(sites: dict[str, tuple[Path, str]]) -> dict[str, str]:
    """The URLs of pages of all kinds, and what is waited for on each."""
    known: set[str] = set()
    return {
        root + path: selector
        for name, (folder, root) in sites.items()
        for path, selector in {
            **dict.fromkeys(_kinds(_features_by_page(folder), known), "main"),
            **FILLED.get(name, {}),
        }.items()
    }


def _open(page: Page, url: str, selector: str = "main", *, is_short: bool = False) -> None:
    """Open a page afresh, with all that can be unfolded; a short one has six rows of each list."""
    page.goto("about:blank")
    page.goto(url)
    expect(page.locator(selector).first).to_be_visible()
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    if is_short:
        page.locator(ROWS_BEYOND_SIX).evaluate_all("all => all.forEach(one => one.remove())")
    page.evaluate(AXE_SCRIPT)


def _findings(page: Page, scheme: Literal["light", "dark"], width: int) -> list[str]:
    """Return what axe-core finds on the page that is open."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    return page.evaluate(AXE)


@pytest.mark.parametrize(
    "screens", [SCREENS, pytest.param(OTHER_SCREENS, marks=pytest.mark.extended)]
)
def test_no_kind_of_page_has_a_barrier(
    page: Page, addresses: dict[str, str], screens: tuple[tuple[Literal["light", "dark"], int], ...]
) -> None:
    found = {}
    for url, selector in addresses.items():
        _open(page, url, selector, is_short=screens is SCREENS)
        for screen in screens:
            found[url, *screen] = _findings(page, *screen)
    assert {where: findings for where, findings in found.items() if findings} == {}


@pytest.mark.extended
def test_no_page_with_other_features_than_those_before_has_a_barrier(
    page: Page, sites: dict[str, tuple[Path, str]]
) -> None:
    folder, root = sites["generated"]
    found = {}
    for path in {features: path for path, features in _features_by_page(folder).items()}.values():
        _open(page, root + path)
        found[path] = _findings(page, "light", 375)
    assert {path: findings for path, findings in found.items() if findings} == {}


@pytest.mark.parametrize(
    ("rule", "damage"),
    [
        ("image-alt", "document.querySelector('main img').removeAttribute('alt')"),
        ("color-contrast", "document.querySelector('.prose p').style.color = '#999'"),
        ("color-contrast", "document.querySelector('.masthead h1').style.color = '#345'"),
        (
            "target-size",
            "document.querySelectorAll('.related-events li').forEach(one => {"
            "  one.style.cssText = 'font-size: 4px; padding: 0; margin: 0; line-height: 1' })",
        ),
        ("empty-heading", "document.querySelector('main h2').textContent = ''"),
    ],
)
def test_a_barrier_is_found(
    page: Page, sites: dict[str, tuple[Path, str]], rule: str, damage: str
) -> None:
    folder, root = sites["generated"]
    wanted = {"img", ".prose", ".related-events"}
    pages = _features_by_page(folder / "events")
    _open(page, root + "events/" + min(path for path in pages if pages[path] >= wanted))
    assert _findings(page, "light", 1280) == []
    page.evaluate(damage)
    assert {finding.partition(":")[0] for finding in _findings(page, "light", 1280)} == {rule}
