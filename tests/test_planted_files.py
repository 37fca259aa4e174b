"""Whatever somebody puts in the place of a file or folder, a run ends with a message.

The names are those of a finished run, one of each kind. A run replaces what it can make again, and
refuses what it cannot: it follows no link, waits for no pipe, and touches nothing elsewhere.
"""

import os
import re
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from events_archive.cli import main
from tests.conftest import PROJECT, Run, run_build
from tests.ll2_server import EventDatabase, LL2Server
from tests.news_server import ArticleDatabase, NewsServer
from tests.plants import PLANTS

DEADLINE = 60
OPTIONS = ("--offline", "--jobs", "1", "--base-url", "https://example.org/")
DERIVED = ("builds", "generations", "sweep", "thumbnails")
"""Folders of the cache that change nothing that is published if they are lost."""
MADE_LATER = (
    "cache/sweep/articles-0001.json", "cache/sweep/articles.json", "cache/sweep/journal.json",
    "cache/sweep/page-0001.json", "cache/sweep/sweep.json", "output/.staging",
)  # fmt: skip
"""Names of files that a finished run has removed."""
REPLACED = tuple(name for name in PLANTS if name != "folder")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A first run with images, and a second one that has nothing to do."""
    folder = tmp_path_factory.mktemp("planted")
    folders = {"cache": folder / "cache", "output": folder / "output"}
    with LL2Server(EventDatabase.generate(12, images=2), max_image_width=320) as server:
        run_build("--api-url", server.url, **folders)
        server.database.rename(server.database.ids[0], "Another name")
        articles = ArticleDatabase.generate(9, event_ids=server.database.ids)
        with NewsServer(articles) as news:
            apis = ("--api-url", server.url, "--news-api-url", news.url)
            run_build(*apis, "--max-age", "0", **folders)
    return run_build(*OPTIONS, **folders)


@pytest.fixture
def run(
    finished: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[[], tuple[int, str]]]:
    """A function that runs ``build.py`` in copies of the folders; returns status and messages.

    Beside them is a folder ``outside``, whose content must not change.
    """

    def run() -> tuple[int, str]:
        signal.alarm(DEADLINE)
        folders = ("--cache", str(tmp_path / "cache"), "--output", str(tmp_path / "output"))
        status = main([*OPTIONS, *folders], PROJECT)
        signal.alarm(0)
        return status, capsys.readouterr().err

    for name in ("cache", "output"):
        shutil.copytree(finished.cache.parent / name, tmp_path / name)
    (tmp_path / "outside/events").mkdir(parents=True)
    (tmp_path / "outside/file").write_text("outside")
    before = _files(tmp_path / "outside")
    handler = signal.getsignal(signal.SIGTERM)
    yield run
    signal.alarm(0)
    signal.signal(signal.SIGTERM, handler)
    assert _files(tmp_path / "outside") == before


def _files(folder: Path) -> dict[str, bytes]:
    """The content of regular files below a folder, and the names of everything else."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        if path.is_file() and not path.is_symlink()
        else b""
        for path in folder.rglob("*")
        if path.name != ".events-archive.json"
    }


def _names(run: Run) -> list[str]:
    """One path of each kind, below the folder that holds cache and output."""
    root = run.cache.parent
    kinds: dict[tuple[str, ...], str] = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        kind = re.sub(r"[^/]*\d[^/.]*", "1", path.parent.as_posix())
        is_single = path.parent.name in ("cache", "output") or path.is_dir()
        kinds.setdefault((kind, path.name if is_single else path.suffix), name)
    return [*kinds.values(), *MADE_LATER]


def _is_derived(name: str) -> bool:
    return name.startswith(("output/", *(f"cache/{derived}" for derived in DERIVED)))


def _plant(plant: Callable[[Path, Path], None], path: Path, outside: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.parent.mkdir(exist_ok=True)
    plant(path, outside)


@pytest.mark.parametrize("turn", range(2))
def test_what_stands_in_the_place_of_files_that_can_be_made_again_is_replaced(
    turn: int, finished: Run, run: Callable[[], tuple[int, str]], tmp_path: Path
) -> None:
    """Each name has another plant in each turn."""
    folders = {path.relative_to(finished.cache.parent).as_posix() for path in _folders(finished)}
    names = [name for name in _names(finished) if _is_derived(name) and name not in folders]
    assert len(names) > 40
    for number, name in enumerate(names):
        plant = PLANTS[REPLACED[(number + turn) % len(REPLACED)]]
        _plant(plant, tmp_path / name, tmp_path / "outside")
    status, messages = run()
    assert (status, "Traceback" in messages) == (0, False), messages
    assert _files(tmp_path / "output") == _files(finished.output)
    assert "cannot" not in messages


def _folders(run: Run) -> list[Path]:
    return [path for path in run.cache.parent.rglob("*") if path.is_dir()]


def test_what_stands_in_the_place_of_anything_else_ends_the_run_with_a_message(
    finished: Run, run: Callable[[], tuple[int, str]], tmp_path: Path
) -> None:
    folders = {path.relative_to(finished.cache.parent).as_posix() for path in _folders(finished)}
    derived = {name for name in _names(finished) if _is_derived(name)} - folders
    names = [name for name in _names(finished) if name not in derived]
    assert len(names) > 20
    plants = list(PLANTS.values())
    for number, name in enumerate(names):
        path, aside = tmp_path / name, tmp_path / "aside"
        if path.exists():
            path.rename(aside)
        plant = plants[number % len(plants)]
        if name in folders and plant is PLANTS["folder"]:
            plant = PLANTS["named pipe"]
        _plant(plant, path, tmp_path / "outside")
        status, messages = run()
        assert "Traceback" not in messages, messages
        assert status in (0, 1), messages
        is_named = str(path) in messages or path.name in messages
        assert is_named or status == 0, (name, messages)
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
        if aside.exists():
            aside.rename(path)
    assert run()[0] == 0
    assert _files(tmp_path / "output") == _files(finished.output)


def test_files_that_cannot_be_read_end_the_run_with_a_message(
    finished: Run, run: Callable[[], tuple[int, str]], tmp_path: Path
) -> None:
    for name in _names(finished):
        path = tmp_path / name
        if path.is_file() and not name.startswith("output/"):
            mode = path.stat().st_mode
            path.chmod(0)
            if os.access(path, os.R_OK):
                pytest.skip("root may read anything")
            status, messages = run()
            assert "Traceback" not in messages, messages
            assert status == 0 or str(path) in messages, messages
            if path.exists():
                path.chmod(mode)
    assert run()[0] == 0


@pytest.mark.parametrize("place", [0.001, 0.3, 0.99])
def test_after_a_flipped_bit_in_what_is_kept_between_runs_the_site_has_the_same_bytes(
    place: float, finished: Run, tmp_path: Path
) -> None:
    for name in ("cache", "output"):
        shutil.copytree(finished.cache.parent / name, tmp_path / name)
    (tmp_path / "output/index.html").write_text("edited, so that the manifest decides")
    kept = [*(tmp_path / "cache/builds").iterdir(), tmp_path / "cache/originals/validators.json"]
    # So that thumbnails are copied.
    shutil.rmtree(tmp_path / "output/pictures")
    kept += (tmp_path / "cache/thumbnails").glob("*.webp")
    if place > 0.5:
        kept.append(tmp_path / "cache/thumbnails/manifest.jsonl")
    for path in kept:
        content = bytearray(path.read_bytes())
        content[int(place * len(content))] ^= 4
        path.write_bytes(content)
    run_build(*OPTIONS, cache=tmp_path / "cache", output=tmp_path / "output")
    assert _files(tmp_path / "output") == _files(finished.output)
