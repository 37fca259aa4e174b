"""A damaged or merged cache ends in a sentence with file and line, or in a repair that says so."""

import json
import re
import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from events_archive.check.external_links import check_external_links
from events_archive.console import Console
from events_archive.settings import Settings
from tests import damaged_files as damage
from tests.conftest import PROJECT, Run, run_build
from tests.ll2_server import EventDatabase, LL2Server
from tests.news_server import ArticleDatabase, NewsServer

LINE_FILES = ("events.jsonl", "history.jsonl", "publications.jsonl", "articles.jsonl")
FILES = (*LINE_FILES, "ledger.json", "published-ids.json", "links.json")
STOPS = ("ledger.json", "published-ids.json")
"""The files of which a build refuses one that cannot be read as a whole."""
HARMLESS = (
    damage.crlf, damage.byte_order_mark, damage.utf_16, damage.keys_out_of_order,
    damage.lines_out_of_order,
)  # fmt: skip

Damage = Callable[[bytes], bytes]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a cache after changes upstream and a check of links, and with its site."""
    folder = tmp_path_factory.mktemp("archive")
    database = EventDatabase.generate(12, images=0)
    articles = ArticleDatabase.generate(8, event_ids=database.ids)
    with LL2Server(database) as server, NewsServer(articles) as news:
        options = ("--api-url", server.url, "--news-api-url", news.url, "--no-pictures", "--full")
        folders = {"cache": folder / "cache", "output": folder / "output"}
        run_build(*options, **folders)
        database.rename(database.ids[0], "Another name")
        database.rename(database.ids[3], "A third name")
        database.delete(database.ids[1])
        time.sleep(1.1)
        run_build(*options, **folders)
        settings = Settings(cache=folder / "cache", api_url=server.url)
        links = dict.fromkeys(
            [f"{server.origin}/{name}/" for name in ("a", "b", "c")], "index.html"
        )
        check_external_links(links, settings, Console(quiet=True), now=datetime.now(UTC))
    run_build("--offline", **folders)
    return folder


class Copy:
    """A copy of the archive whose files are damaged."""

    def __init__(self, archive: Path, folder: Path) -> None:
        self.intact = archive / "cache"
        self.cache, self.output = folder / "cache", folder / "output"
        shutil.copytree(self.intact, self.cache, ignore=shutil.ignore_patterns("builds"))

    def damage(self, name: str, do: Damage) -> bytes:
        content = do((self.cache / name).read_bytes())
        (self.cache / name).write_bytes(content)
        return content

    def run(self, *arguments: str, expect: int | None = 0) -> Run:
        run = run_build(*arguments, cache=self.cache, output=self.output, expect=expect)
        assert "Traceback" not in run.stderr
        return run

    def is_intact(self, name: str) -> bool:
        return (self.cache / name).read_bytes() == (self.intact / name).read_bytes()

    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.cache.glob("*.json*")}


@pytest.fixture
def copy(archive: Path, tmp_path: Path) -> Copy:
    return Copy(archive, tmp_path)


def site(output: Path) -> dict[str, bytes]:
    paths = (path for path in output.rglob("*") if path.is_file())
    return {path.relative_to(output).as_posix(): path.read_bytes() for path in paths}


def test_an_intact_cache_is_not_touched(copy: Copy) -> None:
    before = copy.files()
    run = copy.run("repair")
    assert (run.stdout, run.stderr) == ("", "Nothing to repair.\n")
    assert copy.files() == before


@pytest.mark.parametrize("do", HARMLESS, ids=lambda do: do.__name__)
def test_what_loses_nothing_is_read_as_it_is_and_rewritten_by_repair(
    copy: Copy, archive: Path, do: Damage
) -> None:
    names = FILES if do is not damage.lines_out_of_order else LINE_FILES
    for name in names:
        copy.damage(name, do)
    assert "warning" not in copy.run("--offline").stderr
    expected = site(archive / "output")
    if do is not damage.keys_out_of_order:
        assert site(copy.output) == expected
    copy.run("repair")
    assert [name for name in names if not copy.is_intact(name)] == []
    copy.run("--offline")
    assert site(copy.output) == expected


EXPECTED: dict[tuple[Damage, str], str] = {
    (damage.conflict, "history.jsonl"): "lines 9, 11, 13: conflict markers.* both sides stay",
    (damage.conflict, ""): r"lines \d+, \d+, \d+: conflict markers, which a merge left; .* "
    "(used|published)",
    (damage.truncated_line, "history.jsonl"): "line 2: not an entry of the history; it is left out",
    (damage.truncated_line, "publications.jsonl"): "line 2: not what was published about an event",
    (
        damage.truncated_line,
        "events.jsonl",
    ): "line 2: not a whole JSON object; it is left out",
    (damage.truncated_line, "articles.jsonl"): "line 2: not a whole JSON object",
    (damage.truncated_line, ""): r"line \d+: not a whole entry",
    (damage.truncated_file, "history.jsonl"): r"line \d+: not an entry of the history",
    (damage.truncated_file, "publications.jsonl"): r"line 12: not what was published",
    (damage.truncated_file, "events.jsonl"): "line 12: not a whole JSON object",
    (damage.truncated_file, "articles.jsonl"): "line 8: not a whole JSON object",
    (damage.truncated_file, ""): r"line \d+: not a whole entry",
    (damage.cut_file, ""): r"line \d+: the file ends here, and not with a brace",
    (
        damage.duplicate,
        "events.jsonl",
    ): "line 3: events that stand in it more than once; of each the later state is used",
    (damage.duplicate, "articles.jsonl"): "line 3: articles that stand in it more than once",
    (damage.duplicate, "ledger.json"): r"\w+ \(lines \d+, \d+\) stand in it more than once; the "
    "values of all are used",
}
"""What is said about each kind of damage, by file; "" stands for any other file."""


def expected(do: Damage, name: str) -> str:
    words = EXPECTED.get((do, name)) or EXPECTED.get((do, ""), "")
    return f"{re.escape(name)}:?,? ?{words}" if words else ""


DAMAGES = (
    damage.conflict, damage.truncated_line, damage.truncated_file, damage.cut_file,
    damage.duplicate,
)  # fmt: skip
CASES = [
    pytest.param(
        do, name,
        id=f"{do.__name__}-{name}",
        marks=[pytest.mark.extended] if name in (*LINE_FILES[2:], "links.json") else [],
    )
    for name in FILES
    for do in DAMAGES
    # A file of lines without its last one is whole.
    if do is not damage.cut_file or name not in LINE_FILES
]  # fmt: skip


@pytest.mark.parametrize(("do", "name"), CASES)
def test_damage_is_named_with_its_line_by_a_build_and_mended_by_repair(
    copy: Copy, do: Damage, name: str
) -> None:
    damaged = copy.damage(name, do)
    words = expected(do, name)
    is_cut = do in (damage.truncated_line, damage.truncated_file, damage.cut_file)
    stops = (name in STOPS and is_cut) or (name, do) == ("published-ids.json", damage.conflict)
    before = copy.files()
    dry = copy.run("repair", "--dry-run")
    assert copy.files() == before
    assert re.search(words, dry.stdout)

    build = copy.run("--offline", expect=int(stops))
    assert re.search(words, build.stderr)
    assert not words or "build.py repair" in build.stderr or name == "ledger.json"
    # Whatever a build writes anew, what it was is beside it, if anything is not in the new one.
    kept = [path.read_bytes() for path in copy.cache.glob("*.damaged-*")]
    is_changed = (copy.cache / name).read_bytes() != damaged
    assert not is_changed or damaged in kept or not is_cut
    assert not (stops and is_changed)
    (copy.cache / name).write_bytes(damaged)

    run = copy.run("repair")
    assert run.stdout.startswith(dry.stdout.rpartition("\n")[0] or dry.stdout)
    [original] = set(re.findall(r"the original is (\S+)", run.stdout))
    assert Path(original).read_bytes() == damaged
    assert is_cut or copy.is_intact(name)
    assert "warning" not in copy.run("--offline").stderr
    # What is in git is the file alone.
    assert "/content_cache/*.damaged*" in (PROJECT / ".gitignore").read_text().splitlines()


def test_the_report_for_programs_has_the_repairs(copy: Copy) -> None:
    copy.damage("history.jsonl", damage.truncated_line)
    [repair] = copy.run("repair", "--dry-run", "--json").report["repairs"]
    assert repair["file"] == str(copy.cache / "history.jsonl")
    assert "line 2: not an entry" in repair["faults"][0]


@pytest.mark.parametrize("name", ["ledger.json", "publications.jsonl"])
def test_a_file_of_a_newer_version_stops_this_one_which_would_lose_what_it_does_not_know(
    copy: Copy, name: str
) -> None:
    copy.damage(name, damage.newer_version)
    before = copy.files()
    for command, words in (("build", "update the code"), ("repair", "this file stays as it is")):
        run = copy.run(command, "--offline", expect=1)
        assert re.search(rf"error: \S*{name}, line \d+: “orbits” is unknown", run.stderr)
        assert words in run.stderr
    assert copy.files() == before


@pytest.mark.parametrize("name", ["events.jsonl", "history.jsonl", "articles.jsonl", "links.json"])
def test_what_a_newer_version_adds_to_a_record_stays(copy: Copy, name: str) -> None:
    copy.damage(name, damage.newer_version)
    assert "warning" not in copy.run("--offline").stderr
    copy.run("repair")
    assert b'"orbits":' in (copy.cache / name).read_bytes()


def test_files_of_an_older_version_are_read_without_a_word_and_stay(tmp_path: Path) -> None:
    former = PROJECT / "tests/data/former_cache"
    shutil.copytree(former, tmp_path / "cache")
    folders = {"cache": tmp_path / "cache", "output": tmp_path / "output"}
    assert "warning" not in run_build("--offline", **folders).stderr
    run_build("repair", **folders)
    for name in ("events.jsonl", "history.jsonl"):
        assert (tmp_path / "cache" / name).read_bytes() == (former / name).read_bytes()


@pytest.mark.parametrize(
    "name", ["contact.json", "articles-contact.json", "generations/generations.json"]
)
@pytest.mark.parametrize("do", [damage.truncated_file, damage.crlf, damage.byte_order_mark])
def test_what_only_saves_work_counts_as_missing_once_it_is_damaged(
    copy: Copy, name: str, do: Damage
) -> None:
    copy.damage(name, do)
    assert "warning" not in copy.run("--offline").stderr
    assert copy.run("repair").stderr == "Nothing to repair.\n"


def test_of_two_events_that_own_an_address_the_one_published_first_keeps_it(copy: Copy) -> None:
    ledger = json.loads((copy.intact / "ledger.json").read_text())
    first, second = map(int, list(ledger["first_seen"])[:2])
    text = (copy.cache / "ledger.json").read_text()
    text = re.sub(rf'("{second}": "20)\d\d', r"\g<1>99", text, count=1)
    sides = (f'"contested": [{second}],', f'"contested": [{first}],')
    conflict = "<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> upstream\n".format(*sides)
    text = text.replace('"event_addresses": {\n', f'"event_addresses": {{\n{conflict}')
    text = text.replace('"2099', '"2098')
    (copy.cache / "ledger.json").write_text(text)
    run = copy.run("repair")
    low, high = sorted((first, second))
    assert f"events {low} and {high} both own the address events/contested.html" in run.stdout
    assert f"{first}, which was published first, keeps it" in run.stdout
    owners = json.loads((copy.cache / "ledger.json").read_text())["event_addresses"]
    assert owners["contested"] == [second, first]
    copy.run("--offline")
    page = (copy.output / "events/contested.html").read_text()
    target = (copy.output / f"id/{first}.html").read_text()
    assert re.search(r'url=\.\./events/([^"]+)"', target)[1] in page  # type: ignore[index]


def test_of_two_patterns_of_published_ids_that_of_the_own_side_stays(copy: Copy) -> None:
    def contradict(data: bytes) -> bytes:
        line = next(line for line in data.splitlines(keepends=True) if b'"feeds"' in line)
        other = line.replace(b"2020", b"2021")
        return data.replace(
            line, b"<<<<<<< HEAD\n" + line + b"=======\n" + other + b">>>>>>> upstream\n"
        )

    copy.damage("published-ids.json", contradict)
    assert "different patterns" in copy.run("--offline", expect=1).stderr
    run = copy.run("repair")
    assert "feeds have different patterns; that of line 6 is kept" in run.stdout
    assert copy.is_intact("published-ids.json")


def test_what_is_no_file_is_named_and_the_others_are_mended(copy: Copy) -> None:
    (copy.cache / "history.jsonl").unlink()
    (copy.cache / "history.jsonl").mkdir()
    copy.damage("publications.jsonl", damage.conflict)
    run = copy.run("repair", expect=1)
    assert "history.jsonl cannot be read: it is a folder" in run.stderr
    assert copy.is_intact("publications.jsonl")
