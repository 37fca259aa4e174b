"""A page of another site that is gone: what pages of events and the report say instead."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest

from events_archive.check.external_links import check_external_links
from events_archive.console import Console
from events_archive.settings import Settings
from tests.check.test_external_links import NO_PAUSE, OtherSite, other_site
from tests.conftest import BASE_URL, Run, copy_seed, edit_records, run_build
from tests.published_site import XHTML, PublishedPage
from tests.test_incremental import files

EVENT, PAGE = 309, "events/tiangong-eva-1.html"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass
class Archive:
    """An archive with an event that links to two pages of another site."""

    folder: Path
    other: OtherSite

    def build(self, name: str = "out", *, cache: str = "cache") -> Run:
        return run_build(
            "--offline", "--base-url", BASE_URL,
            cache=self.folder / cache, output=self.folder / name,
        )  # fmt: skip

    def check(self, day: int) -> None:
        """Check the links to the other site."""
        urls = [f"{self.other.root}/{name}" for name in ("gone", "there")]
        settings = Settings(cache=self.folder / "cache", api_url=f"{self.other.root}/")
        check_external_links(
            dict.fromkeys(urls, PAGE),
            settings,
            Console(quiet=True),
            now=NOW + timedelta(days=day),
            policy=NO_PAUSE,
        )

    def links(self) -> list[str]:
        """The texts of the links for further reading, each with what follows it."""
        return [_text(item) for item in self._items()]

    def addresses(self) -> list[list[str]]:
        return [[link.attrib["href"] for link in item.iter(f"{XHTML}a")] for item in self._items()]

    def _items(self) -> list[Element]:
        [found] = [ul for ul in self._page(PAGE).elements("ul") if ul.get("class") == "links"]
        return list(found)

    def pages(self) -> dict[str, bytes]:
        """The pages but that of the downloads, of which the results of the check are one."""
        site = files(self.folder / "out")
        return {p: site[p] for p in site if p.endswith(".html") and p != "data.html"}

    def report(self) -> str:
        return _text(self._page("report.html").document)

    def _page(self, path: str) -> PublishedPage:
        return PublishedPage(path, (self.folder / "out" / path).read_bytes())


def _text(element: Element) -> str:
    return " ".join(" ".join(element.itertext()).split())


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with other_site(gone=404, there=200) as other:
        copy_seed(tmp_path / "cache")
        links = [
            {"title": name.title(), "url": f"{other.root}/{name}"} for name in ("gone", "there")
        ]
        edit_records(tmp_path / "cache", {EVENT: {"info_urls": links}})
        archive = Archive(tmp_path, other)
        archive.build()
        yield archive


def test_once_a_page_is_gone_its_archived_copy_comes_first(archive: Archive) -> None:
    before = archive.pages()
    archive.check(0)
    archive.build()
    assert archive.pages() == before, "one failure may pass"
    archive.check(8)
    archive.build()
    root = archive.other.root
    host = root.removeprefix("http://").partition(":")[0]
    assert archive.links() == [
        f"Gone {host} Archived copy. The original is no longer available.",
        f"There {host} Archived copy",
    ]
    copy = "https://web.archive.org/web/20210704/"
    assert archive.addresses() == [
        [f"{copy}{root}/gone", f"{root}/gone"],
        [f"{root}/there", f"{copy}{root}/there"],
    ]
    assert "Links that no longer work 1" in archive.report()
    section = archive.report().partition("archived copies instead.")[2]
    assert section.replace("\N{NO-BREAK SPACE}", " ").startswith(f" {host} 1 Tiangong EVA")


def test_what_changes_is_what_a_clean_build_makes(archive: Archive) -> None:
    before = archive.pages()
    archive.check(0)
    archive.check(8)
    archive.build()
    after = archive.pages()
    assert {path for path in after if after[path] != before[path]} == {PAGE, "report.html"}
    archive.build("clean")
    assert files(archive.folder / "clean") == files(archive.folder / "out")
    archive.other.answers["/gone"] = 200
    archive.check(16)
    archive.build()
    assert archive.pages() == before, "the page is back"


def test_without_news_about_links_a_build_is_skipped(archive: Archive) -> None:
    archive.check(0)
    archive.build()
    ran = archive.folder / "cache/builds"
    times = {path: path.stat().st_mtime_ns for path in ran.iterdir()}
    archive.build()
    assert {path: path.stat().st_mtime_ns for path in ran.iterdir()} == times


def test_damaged_results_of_the_check_stop_no_build(archive: Archive) -> None:
    (archive.folder / "cache/links.json").write_text("{")
    run = archive.build()
    assert "links.json, line 1: the file ends here" in run.stderr
    assert "no link counts as dead; build.py repair" in run.stderr
    (archive.folder / "cache/links.json").unlink()
    (archive.folder / "cache/links.json").mkdir()
    assert "no link counts as dead" in archive.build().stderr
