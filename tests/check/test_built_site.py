"""Resolving links, page weights, and the limits of the host."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from events_archive.check import built_site, pages
from events_archive.check.built_site import BuiltSite
from events_archive.check.external_links import find_external_links
from events_archive.check.pages import too_heavy, too_large
from events_archive.settings import Settings

PAGE = (
    '<!doctype html><html lang="en"><head><title>T</title><link rel="stylesheet" href="a.css">'
    '<script src="a.js"></script></head><body><img src="a.webp" alt="" width="1" height="1">'
    '<img src="b.webp" alt="" width="1" height="1" loading="lazy">{}</body></html>'
)


def site_of(tmp_path: Path, base_url: str = "", **files: bytes) -> BuiltSite:
    for name, content in files.items():
        (tmp_path / name.replace("_", ".")).write_bytes(content)
    named = ((file.name, file) for file in tmp_path.iterdir())
    return BuiltSite.read(named, Settings(base_url=base_url, jobs=1))


@pytest.mark.parametrize(
    ("page_path", "link", "target"),
    [
        ("index.html", "types/eva.html#x", ("types/eva.html", "x")),
        ("events/a.html", "../index.html", ("index.html", "")),
        ("events/a.html", "./", ("events/index.html", "")),
        ("events/a.html", "#top", ("events/a.html", "top")),
        ("events/a.html", "b%20c.html", ("events/b c.html", "")),
        ("events/a.html", "https://e.org/x/types/eva.html", ("types/eva.html", "")),
        ("events/a.html", "https://e.org/x/", ("index.html", "")),
        ("index.html", "../secret.html", ("../secret.html", "")),
        ("events/a.html", "/absolute.html", ("../absolute.html", "")),
    ],
)
def test_a_link_is_resolved_to_a_path_and_a_fragment(
    page_path: str, link: str, target: tuple[str, str]
) -> None:
    site = BuiltSite(settings=Settings(base_url="https://e.org/x/"), files={})
    assert site.resolve_link(page_path, link) == target


@pytest.mark.parametrize("link", ["https://other.org/", "mailto:a@b.org", "webcal://e.org/x/"])
def test_a_link_to_another_site_has_no_target(link: str) -> None:
    site = BuiltSite(settings=Settings(base_url="https://e.org/x/"), files={})
    assert site.resolve_link("index.html", link) is None


def test_a_malformed_url_leads_nowhere() -> None:
    site = BuiltSite(settings=Settings(), files={})
    target = site.resolve_link("index.html", "http://[oops/")
    assert target is not None
    assert "not an address" in target[0]


def test_the_weight_of_a_page_counts_what_a_browser_loads_at_once(tmp_path: Path) -> None:
    image = bytes(range(256)) * 40
    site = site_of(
        tmp_path, index_html=PAGE.format("").encode(), a_css=b" " * 50_000, a_js=b"",
        a_webp=image, b_webp=image * 9,
    )  # fmt: skip
    weight = site.page_weights["index.html"]
    assert len(image) < weight < len(image) + 1500


def test_pages_and_sites_over_their_budgets_or_the_limits_of_the_host_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = site_of(tmp_path, index_html=PAGE.format("").encode(), a_webp=bytes(3000))

    def over(budget: int) -> list[str]:
        settings = Settings(page_budget=budget, site_budget=budget)
        return [path for path, _ in too_heavy(replace(site, settings=settings))]

    assert over(9000) == []
    assert over(1000) == ["index.html", "the whole"]
    assert list(too_large(site)) == []
    monkeypatch.setattr(pages, "HOST_LIMIT", 1000)
    monkeypatch.setattr(pages, "FILE_LIMIT", 1000)
    assert [path for path, _ in too_large(site)] == ["the whole", "a.webp"]


def test_several_processes_read_the_same_pages_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        (tmp_path / f"{number}.html").write_text(PAGE.format(f'<a href="{number}.html">x</a>'))
    files = [(path.name, path) for path in sorted(tmp_path.iterdir())]
    by_one = BuiltSite.read(files, Settings(jobs=1))
    monkeypatch.setattr(built_site, "_MIN_PAGES_FOR_WORKERS", 5)
    assert BuiltSite.read(files, Settings(jobs=2)).pages == by_one.pages


def test_links_to_other_sites_are_collected_with_a_page_that_has_them(tmp_path: Path) -> None:
    body = (
        '<a href="https://a.org/">a</a><a href="https://e.org/x/">us</a><a href="mailto:a@b">b</a>'
        '<a href="https://web.archive.org/web/2021/https://a.org/">Archived copy</a>'
    )
    site = site_of(tmp_path, "https://e.org/x/", index_html=PAGE.format(body).encode())
    assert find_external_links(site) == {"https://a.org/": "index.html"}
