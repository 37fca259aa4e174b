"""Where links lead, what a visit weighs, and what a host would not take."""

from pathlib import Path

import pytest

from events_archive.check import built_site, page_weight
from events_archive.check.built_site import BuiltSite
from events_archive.check.links import external_links
from events_archive.check.page_weight import page_weights, too_heavy, too_large

PAGE = (
    '<!doctype html><html lang="en"><head><title>T</title><link rel="stylesheet" href="a.css">'
    '<script src="a.js"></script></head><body><img src="a.webp" alt="" width="1" height="1">'
    '<img src="b.webp" alt="" width="1" height="1" loading="lazy">{}</body></html>'
)


def site_of(tmp_path: Path, base_url: str = "", **files: bytes) -> BuiltSite:
    for name, content in files.items():
        (tmp_path / name.replace("_", ".")).write_bytes(content)
    paths = ((path.name, path) for path in tmp_path.iterdir())
    return BuiltSite.read(paths, base_url=base_url, jobs=1)


@pytest.mark.parametrize(
    ("address", "link", "target"),
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
def test_a_link_leads_to_an_address_and_a_place_in_it(
    address: str, link: str, target: tuple[str, str]
) -> None:
    site = BuiltSite(base_url="https://e.org/x/", paths={}, missing=())
    assert site.target(address, link) == target


@pytest.mark.parametrize("link", ["https://other.org/", "mailto:a@b.org", "webcal://e.org/x/"])
def test_a_link_that_leaves_the_site_has_no_target_in_it(link: str) -> None:
    site = BuiltSite(base_url="https://e.org/x/", paths={}, missing=())
    assert site.target("index.html", link) is None


def test_what_is_no_address_leads_nowhere() -> None:
    site = BuiltSite(base_url="", paths={}, missing=())
    target = site.target("index.html", "http://[oops/")
    assert target is not None
    assert "not an address" in target[0]


def test_a_first_visit_loads_what_the_page_shows_at_once(tmp_path: Path) -> None:
    picture = bytes(range(256)) * 40
    site = site_of(
        tmp_path, index_html=PAGE.format("").encode(), a_css=b" " * 50_000, a_js=b"",
        a_webp=picture, b_webp=picture * 9,
    )  # fmt: skip
    weight = page_weights(site)["index.html"]
    assert len(picture) < weight < len(picture) + 1500


def test_budgets_and_the_hosts_own_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = site_of(tmp_path, index_html=PAGE.format("").encode(), a_webp=bytes(3000))
    visits = page_weights(site)
    assert list(too_heavy(site, visits, page_budget=9000, site_budget=9000)) == []
    over = too_heavy(site, visits, page_budget=1000, site_budget=1000)
    assert [finding.path for finding in over] == ["index.html", "the whole"]
    assert list(too_large(site)) == []
    monkeypatch.setattr(page_weight, "HOST_LIMIT", 1000)
    monkeypatch.setattr(page_weight, "FILE_LIMIT", 1000)
    assert [finding.path for finding in too_large(site)] == ["the whole", "a.webp"]


def test_many_pages_are_read_by_several_processes_to_the_same_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        (tmp_path / f"{number}.html").write_text(PAGE.format(f'<a href="{number}.html">x</a>'))
    files = [(path.name, path) for path in sorted(tmp_path.iterdir())]
    alone = BuiltSite.read(files, base_url="", jobs=1)
    monkeypatch.setattr(built_site, "_WORTH_WORKERS", 5)
    assert BuiltSite.read(files, base_url="", jobs=2) == alone


def test_links_to_others_are_gathered_each_with_a_page_that_names_it(tmp_path: Path) -> None:
    body = (
        '<a href="https://a.org/">a</a><a href="https://e.org/x/">us</a><a href="mailto:a@b">b</a>'
    )
    site = site_of(tmp_path, "https://e.org/x/", index_html=PAGE.format(body).encode())
    assert external_links(site) == {"https://a.org/": "index.html"}
