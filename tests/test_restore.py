"""``build.py restore``: a published site is enough to begin again."""

import json
import shutil
import stat
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest

from events_archive.output.former_files import Generations
from events_archive.store.checksum import add_checksum
from events_archive.store.files import read_checked, write_checked
from tests.conftest import BASE_URL, PROJECT, Run, run_build
from tests.ll2_server import EventDatabase, LL2Server
from tests.news_server import ArticleDatabase, NewsServer

SETTINGS = {"ARCHIVE_OFFER_DOWNLOAD": "true", "ARCHIVE_COMMIT": "6d521b9c0ffee"}
ZIP = "spaceflight-events-archive.zip"
CONTENT_CACHE = "data/content_cache.zip"
FORMER_ASSET = "assets/style.0000000000.css"
DATA_FILES = (
    "articles.jsonl", "contact.json", "events.jsonl", "history.jsonl", "ledger.json", "links.json",
    "publications.jsonl", "published-ids.json",
)  # fmt: skip

Contents = dict[str, bytes]


@dataclass(frozen=True)
class Published:
    """A site that has grown, and the server that its events are from."""

    run: Run
    ll2: LL2Server
    withdrawn: int


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    """The site of 150 events after changes, withdrawals and another picture."""
    folder = tmp_path_factory.mktemp("published")
    database = EventDatabase.generate(150, images=24)
    articles = ArticleDatabase.generate(90, event_ids=database.ids[::2])
    with LL2Server(database, max_image_width=700) as ll2, NewsServer(articles) as news:

        def build(*options: str) -> Run:
            return run_build(
                "--api-url", ll2.url, "--news-api-url", news.url, "--base-url", BASE_URL, *options,
                cache=folder / "cache", output=folder / "output", **SETTINGS,
            )  # fmt: skip

        former = folder / "cache/generations" / FORMER_ASSET
        former.parent.mkdir(parents=True)
        former.write_bytes(add_checksum(b"former"))
        lists = {"assets": Generations(former=(FORMER_ASSET,))}
        write_checked(folder / "cache/generations/generations.json", lists)
        build()
        first, second, third, *_ = database.ids
        pictured = [id for id in database.ids if database[id]["image"]]
        database.advance(hours=30)
        database.rename(first, "Another name")
        database.delete(second)
        database.change(third, date="2031-01-02T00:00:00Z", description="Rewritten")
        database.change(pictured[-1], image=database[pictured[-2]]["image"])
        # Observations are to the second.
        time.sleep(1.1)
        build("--full")
        write_links(folder / "cache", database[first]["info_urls"], database[first]["vid_urls"])
        run = run_build(
            "--offline", "--base-url", BASE_URL,
            cache=folder / "cache", output=folder / "output", **SETTINGS,
        )  # fmt: skip
        yield Published(run, ll2, second)


def write_links(cache: Path, *links: list[dict[str, str]]) -> None:
    """Note that the pages of some links are gone."""
    gone = {
        "first_seen": "2026-01-01T00:00:00Z", "last_tried": "2026-06-01T00:00:00Z", "last_ok": None,
        "fault": "answered 404", "failing_since": "2026-01-01T00:00:00Z",
    }  # fmt: skip
    statuses = {link["url"]: gone for some in links for link in some}
    (cache / "links.json").write_text(json.dumps(statuses))


def files(folder: Path) -> Contents:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def restore(source: Path, folder: Path, *options: str, expect: int = 0) -> Run:
    return run_build(
        "restore", str(source), *options,
        cache=folder / "cache", output=folder / "output", expect=expect, coverage=True,
    )  # fmt: skip


def build(folder: Path, *options: str) -> Contents:
    """Build with the settings of the published site."""
    run = run_build(
        *options, "--base-url", BASE_URL,
        cache=folder / "cache", output=folder / "output", **SETTINGS,
    )  # fmt: skip
    return files(run.output)


def differences(one: Contents, other: Contents) -> set[str]:
    return {path for path in one.keys() | other.keys() if one.get(path) != other.get(path)}


def test_the_published_site_has_everything_that_this_is_about(published: Published) -> None:
    cache, output = published.run.cache, published.run.output
    history = (cache / "history.jsonl").read_text("utf-8")
    assert all(f'"kind":"{kind}"' in history for kind in ("moved", "renamed", "withdrawn"))
    assert str(published.withdrawn) in json.loads((cache / "ledger.json").read_bytes())["withdrawn"]
    assert len((cache / "articles.jsonl").read_bytes().splitlines()) == 90
    listed = json.loads((output / "service-worker-files.json").read_bytes())["files"]
    gone = json.loads((cache / "links.json").read_bytes())
    report = (output / "report.html").read_text("utf-8")
    assert any(link.replace("&", "&amp;") in report for link in gone)
    assert {Path(path).suffix for path in former_files(published.run)} == {".css", ".webp"}
    assert {path for path in listed if path.startswith("pictures/")}


def former_files(run: Run) -> set[str]:
    """Return the files of the site that only former pages name."""
    known = read_checked(run.cache / "generations/generations.json", dict[str, Generations])
    assert known
    return {path for one in known.values() for path in one.former}


def test_a_build_from_what_a_folder_restores_is_the_same_site_byte_for_byte(
    published: Published, tmp_path: Path
) -> None:
    run = restore(published.run.output, tmp_path)
    assert "Restored 150 events" in run.stderr
    assert f"setting base_url = '{BASE_URL}'" in run.stderr
    assert differences(build(tmp_path, "--offline"), files(published.run.output)) == set()
    before, after = files(published.run.cache), files(tmp_path / "cache")
    assert {name: before[name] for name in DATA_FILES} == {name: after[name] for name in DATA_FILES}


def test_a_build_from_what_the_zip_restores_is_the_same_but_for_files_that_no_page_names(
    published: Published, tmp_path: Path
) -> None:
    restore(published.run.output / ZIP, tmp_path)
    built = build(tmp_path, "--offline")
    # The marker lists all files of the folder.
    assert differences(built, files(published.run.output)) == {
        ".events-archive.json", *former_files(published.run),
    }  # fmt: skip
    assert built[ZIP] == (published.run.output / ZIP).read_bytes()


def test_the_zip_that_export_makes_restores_too(published: Published, tmp_path: Path) -> None:
    cache = shutil.copytree(published.run.cache, tmp_path / "copy")
    file = tmp_path / "exported.zip"
    run_build(
        "export", "zip", "--to", str(file), "--offline", "--base-url", BASE_URL,
        cache=cache, output=tmp_path / "other", **SETTINGS,
    )  # fmt: skip
    restore(file, tmp_path)
    assert build(tmp_path, "--offline").keys() >= {"index.html", CONTENT_CACHE}


def test_a_restored_archive_goes_on_where_the_published_one_was(
    published: Published, tmp_path: Path
) -> None:
    restore(published.run.output, tmp_path)
    run = run_build(
        "--api-url", published.ll2.url, "--base-url", BASE_URL, "--full", "--json",
        cache=tmp_path / "cache", output=tmp_path / "output",
    )  # fmt: skip
    assert run.report["refresh"]["changes"] == {}
    site = files(run.output)
    # The originals are downloaded again, and give the same names.
    assert {path for path in files(published.run.output) if path.startswith("pictures/")} == {
        path for path in site if path.startswith("pictures/")
    }
    for name in ("history.jsonl", "ledger.json", "publications.jsonl", "published-ids.json"):
        assert (run.cache / name).read_bytes() == (published.run.cache / name).read_bytes()


def test_the_ten_events_of_a_clone_are_restored_as_those_of_a_clone(
    seed_run: Run, tmp_path: Path
) -> None:
    restore(seed_run.output, tmp_path)
    assert not (tmp_path / "cache/contact.json").exists()
    built = run_build(
        "--offline", "--base-url", BASE_URL, cache=tmp_path / "cache", output=tmp_path / "output"
    ).output
    assert differences(files(built), files(seed_run.output)) == set()


def test_a_dry_run_says_what_would_be_restored_and_writes_nothing(
    published: Published, tmp_path: Path
) -> None:
    run = restore(published.run.output / ZIP, tmp_path, "--dry-run", "--json")
    assert run.report["restored"]["events"] == 150
    assert "Would restore 150 events" in run.stderr
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("name", ["events.jsonl", "ledger.json", "originals/7-a.png"])
def test_a_cache_that_holds_anything_is_left_as_it_is(
    published: Published, tmp_path: Path, name: str
) -> None:
    (tmp_path / "cache" / name).parent.mkdir(parents=True)
    (tmp_path / "cache" / name).write_bytes(b"mine")
    run = restore(published.run.output, tmp_path, expect=1)
    assert "is not empty" in run.stderr
    assert "--cache" in run.stderr
    assert files(tmp_path / "cache") == {name: b"mine"}


def test_the_cache_of_a_clone_is_not_overwritten() -> None:
    """The ten events that ship with the code."""
    run = run_build("restore", "x.zip", cache=PROJECT / "content_cache", output=PROJECT, expect=1)
    assert "is not empty" in run.stderr


# What is read is not trusted


def entries_of(data: bytes) -> Contents:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zip_of(entries: Contents) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return file.getvalue()


@pytest.fixture
def site_files(published: Published) -> Contents:
    """The files in the ZIP of the site, by path below its root."""
    entries = entries_of((published.run.output / ZIP).read_bytes())
    (root,) = (name.removesuffix("build.json") for name in entries if name.endswith("/build.json"))
    return {name.removeprefix(root): content for name, content in entries.items()}


def with_data(site: Contents, edit: Callable[[Contents], None]) -> Contents:
    """Return the site with other data, of which its digests are right."""
    data = entries_of(site[CONTENT_CACHE])
    edit(data)
    packed, info = zip_of(data), json.loads(site["build.json"])
    info["content_cache_sha256"] = sha256(packed).hexdigest()
    info["events_sha256"] = sha256(data.get("content_cache/events.jsonl", b"")).hexdigest()
    return {**site, CONTENT_CACHE: packed, "build.json": json.dumps(info).encode()}


def setting(name: str, value: bytes) -> Callable[[Contents], None]:
    return lambda data: data.update({f"content_cache/{name}": value})


def replacing(name: str, old: bytes, new: bytes) -> Callable[[Contents], None]:
    def edit(data: Contents) -> None:
        assert old in data[f"content_cache/{name}"]
        data[f"content_cache/{name}"] = data[f"content_cache/{name}"].replace(old, new, 1)

    return edit


def refusal(site: bytes, folder: Path) -> str:
    """Restore from a ZIP that is refused, and return the one sentence that says why."""
    (folder / "site.zip").write_bytes(site)
    run = restore(folder / "site.zip", folder, expect=1)
    assert not (folder / "cache").exists()
    assert [path.name for path in folder.iterdir()] == ["site.zip"]
    (line,) = run.stderr.splitlines()
    return line


@pytest.mark.parametrize(
    "name", ["../evil.html", "/etc/evil", "a/../../evil", "C:/evil", ".git/hooks/evil"]
)
def test_a_name_that_leads_out_of_the_zip_is_refused(
    site_files: Contents, tmp_path: Path, name: str
) -> None:
    assert "leads out of the folder" in refusal(zip_of({**site_files, name: b"x"}), tmp_path)


def test_a_link_in_the_zip_is_refused(site_files: Contents, tmp_path: Path) -> None:
    file = BytesIO(zip_of(site_files))
    with zipfile.ZipFile(file, "a") as archive:
        link = zipfile.ZipInfo("pictures/link.webp")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    assert "is a link or a device" in refusal(file.getvalue(), tmp_path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_entries_with_one_name_are_refused(site_files: Contents, tmp_path: Path) -> None:
    file = BytesIO(zip_of(site_files))
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("build.json", b"{}")
    assert "two entries with one name" in refusal(file.getvalue(), tmp_path)


def test_a_file_that_is_too_large_is_not_unpacked(site_files: Contents, tmp_path: Path) -> None:
    bomb = zip_of({**site_files, "build.json": b" " * 300_000_000})
    assert len(bomb) < 10_000_000
    assert "has more than 1 MB" in refusal(bomb, tmp_path)


def test_a_file_that_is_no_zip_or_a_part_of_one_is_refused(
    published: Published, tmp_path: Path
) -> None:
    for data in (b"", b"<html>", (published.run.output / ZIP).read_bytes()[:-1000]):
        assert "neither the folder of a site nor a ZIP" in refusal(data, tmp_path)


def test_what_is_not_there_and_what_is_no_site_is_refused(tmp_path: Path) -> None:
    assert "there is no" in restore(tmp_path / "none.zip", tmp_path, expect=1).stderr
    (tmp_path / "folder").mkdir()
    run = restore(tmp_path / "folder", tmp_path, expect=1)
    assert " has no build.json" in run.stderr
    assert not (tmp_path / "cache").exists()


def test_a_site_without_its_data_is_refused(site_files: Contents, tmp_path: Path) -> None:
    del site_files[CONTENT_CACHE]
    assert f"has no {CONTENT_CACHE}" in refusal(zip_of(site_files), tmp_path)


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"{", b'{"day": "2026-11-30"}', b"\xff\xfe", b'{"day": "x"}']
)
def test_a_build_json_that_is_damaged_is_refused(
    site_files: Contents, tmp_path: Path, text: bytes
) -> None:
    site = zip_of({**site_files, "build.json": text})
    assert "build.json cannot be used" in refusal(site, tmp_path)


def test_data_with_another_digest_are_refused(site_files: Contents, tmp_path: Path) -> None:
    data = site_files[CONTENT_CACHE]
    other = zip_of({**site_files, CONTENT_CACHE: data[:-1] + bytes([data[-1] ^ 1])})
    assert "has not the digest that build.json states" in refusal(other, tmp_path)
    info = json.loads(site_files["build.json"]) | {"events_sha256": "0" * 64}
    other = zip_of({**site_files, "build.json": json.dumps(info).encode()})
    assert "events.jsonl has not the digest" in refusal(other, tmp_path)


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (setting("events.jsonl", b"{}\n"), "events.jsonl, line 1: no record with a usable id"),
        (setting("events.jsonl", b'{"id": 1'), "events.jsonl, line 1: not a whole JSON object"),
        (setting("articles.jsonl", b"[]\n"), "articles.jsonl, line 1"),
        (setting("history.jsonl", b"null\n"), "history.jsonl, line 1"),
        (setting("publications.jsonl", b'{"id": 309}\n'), "publications.jsonl, line 1"),
        (setting("links.json", b"[]"), "links.json is damaged"),
        (setting("ledger.json", b"<<<"), "ledger.json"),
        (setting("ledger.json", b'{"lists": {"../../etc/passwd": 1}}'), "ledger.json"),
        (
            setting("pictures.json", b'{"7-a.png": ["../7-0123456789", "1x1"]}'),
            "no name of a picture",
        ),
        (setting("pictures.json", b'{"7-a.png": ["7-0123456789", "axb"]}'), "matching regex"),
        (setting("pictures.json", b"[]"), "content_cache.zip cannot be used"),
        (setting("../evil", b"x"), "leads out of the folder"),
        (lambda data: data.pop("content_cache/ledger.json"), "no content_cache/ledger.json"),
    ],
)
def test_data_that_no_build_has_written_are_refused(
    site_files: Contents, tmp_path: Path, edit: Callable[[Contents], None], reason: str
) -> None:
    message = refusal(zip_of(with_data(site_files, edit)), tmp_path)
    assert reason in message
    assert "/tmp" not in message.replace(str(tmp_path), "")


def test_a_picture_that_is_none_or_damaged_is_refused(
    site_files: Contents, published: Published, tmp_path: Path
) -> None:
    picture = next(name for name in site_files if name.endswith(".webp"))
    site = zip_of({**site_files, picture: b"<svg onload='alert(1)'/>"})
    assert f"{picture} is no picture" in refusal(site, tmp_path)
    data = bytearray((published.run.output / ZIP).read_bytes())
    data[data.index(site_files[picture]) + 100] ^= 1
    assert "Bad CRC-32" in refusal(bytes(data), tmp_path)


def test_pictures_that_the_zip_lacks_are_counted_and_the_rest_is_restored(
    site_files: Contents, tmp_path: Path
) -> None:
    site = {name: data for name, data in site_files.items() if not name.endswith(".webp")}
    (tmp_path / "site.zip").write_bytes(zip_of(site))
    run = restore(tmp_path / "site.zip", tmp_path)
    assert ", 0 pictures" in run.stderr
    assert "are not in the site" in run.stderr
    assert not [path for path in build(tmp_path, "--offline") if path.startswith("pictures/")]


def test_a_link_in_the_folder_is_not_followed(published: Published, tmp_path: Path) -> None:
    site = shutil.copytree(published.run.output, tmp_path / "site")
    (site / "build.json").rename(tmp_path / "elsewhere.json")
    (site / "build.json").symlink_to(tmp_path / "elsewhere.json")
    run = restore(site, tmp_path, expect=1)
    assert "it is a symbolic link" in run.stderr
    assert not (tmp_path / "cache").exists()


def test_a_disk_that_is_full_leaves_an_empty_cache(published: Published, tmp_path: Path) -> None:
    """A folder in the place of a file stands for whatever a write can fail of."""
    cache = tmp_path / "cache"
    (cache / "events.jsonl/folder").mkdir(parents=True)
    run = restore(published.run.output / ZIP, tmp_path, expect=1)
    assert "events.jsonl cannot be written" in run.stderr
    assert set(files(cache)) <= {"archive.lock"}
