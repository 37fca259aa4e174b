"""The responses of the preview, which are those of GitHub Pages."""

from pathlib import Path

import pytest

from events_archive.preview.static_files import respond
from events_archive.site.formats import content_type


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("index.html", "404.html", "about.html", "events/x.html", "types/index.html"):
        file = tmp_path / "site" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    (tmp_path / "site/.hidden").write_text("secret")
    (tmp_path / "outside.html").write_text("secret")
    return tmp_path / "site"


@pytest.mark.parametrize("prefix", ["/", "/repo/"])
@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        ("", 200, b"index.html"),
        ("index.html", 200, b"index.html"),
        ("about", 200, b"about.html"),
        ("about.html?q=1", 200, b"about.html"),
        ("types/", 200, b"types/index.html"),
        ("events/%78.html", 200, b"events/x.html"),
        ("events/", 404, b"404.html"),
        ("events/y.html", 404, b"404.html"),
        ("deep/er/lost", 404, b"404.html"),
        ("x" * 300, 404, b"404.html"),
        ("x" * 5000 + "/", 404, b"404.html"),
    ],
)
def test_a_path_is_answered_as_github_pages_answers_it(
    folder: Path, prefix: str, path: str, status: int, body: bytes
) -> None:
    response = respond(folder, prefix, prefix + path)
    assert (response.status, response.body) == (status, body)


def test_a_folder_without_its_final_slash_is_redirected(folder: Path) -> None:
    response = respond(folder, "/repo/", "/repo/types")
    assert (response.status, response.headers["Location"]) == (301, "/repo/types/")


def test_the_root_of_the_host_redirects_to_the_site(folder: Path) -> None:
    for path in ("/", "/repo"):
        response = respond(folder, "/repo/", path)
        assert (response.status, response.headers["Location"]) == (301, "/repo/")


def test_a_path_outside_of_the_prefix_is_not_found_with_an_explanation(folder: Path) -> None:
    response = respond(folder, "/repo/", "/about.html")
    assert response.status == 404
    assert b"outside /repo/" in response.body


@pytest.mark.parametrize(
    "path", ["/../outside.html", "/%2e%2e/outside.html", "/events/..%2f..%2foutside.html",
             "/.hidden", "/%2ehidden", "/..%5coutside.html", "/x%00.html", "//etc/passwd"],
)  # fmt: skip
def test_no_file_outside_of_the_site_is_sent(folder: Path, path: str) -> None:
    response = respond(folder, "/", path)
    assert response.status == 404
    assert b"secret" not in response.body
    assert b"root:" not in response.body


def test_without_a_404_page_the_response_is_plain_text(tmp_path: Path) -> None:
    assert respond(tmp_path, "/", "/lost").status == 404


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("calendar.ics", "text/calendar; charset=utf-8"),
        ("feed.rss", "application/rss+xml"),
        ("feed.atom", "application/atom+xml"),
        ("feed.json", "application/json"),
        ("manifest.webmanifest", "application/manifest+json"),
        ("feeds.opml", "text/x-opml"),
        ("pictures/1-a-320.webp", "image/webp"),
        ("index.html", "text/html; charset=utf-8"),
        ("archive.zip", "application/zip"),
        ("CNAME", "application/octet-stream"),
    ],
)
def test_every_format_has_its_media_type(name: str, expected: str) -> None:
    assert content_type(name) == expected


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("index.html", ""),
        ("about.html", "about"),
        ("types/index.html", "types/"),
        ("404.html", "y"),
    ],
)
def test_a_link_in_the_place_of_a_page_is_not_followed(folder: Path, name: str, path: str) -> None:
    (folder / name).unlink()
    (folder / name).symlink_to(folder.parent / "outside.html")
    response = respond(folder, "/", f"/{path}")
    assert response.status == 404
    assert response.body != b"secret"
