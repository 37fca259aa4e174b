"""Files get into the output folder whole, in order, and only where the build may write."""

import errno
import json
import os
from pathlib import Path

import pytest

from events_archive.errors import ArchiveError
from events_archive.output.folder import built_base_url, lock_output, site_files
from events_archive.output.manifest import MARKER, BuildManifest
from events_archive.output.write_summary import WriteSummary
from events_archive.output.writer import OutputDir
from tests.plants import PLANTS


def _write(folder: Path, files: dict[str, str]) -> WriteSummary:
    with lock_output(folder):
        output = OutputDir(folder)
        for path, text in files.items():
            output.stage(path, text.encode())
        return output.commit()


def _files(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file() and path.name != MARKER
    }


def test_staged_files_are_in_place_after_the_commit_and_not_before(tmp_path: Path) -> None:
    output = OutputDir(tmp_path / "out")
    output.stage("events/a.html", b"A")
    assert not (tmp_path / "out/events/a.html").exists()
    output.commit()
    assert _files(tmp_path / "out") == {"events/a.html": "A"}


def test_a_new_folder_may_be_in_one_that_exists(tmp_path: Path) -> None:
    _write(tmp_path / "out", {"types/eva.html": "EVA"})
    files = {"types/eva.html": "EVA", "types/docking/2021.html": "new"}
    _write(tmp_path / "out", files)
    assert _files(tmp_path / "out") == files


def test_a_second_build_writes_nothing(tmp_path: Path) -> None:
    _write(tmp_path / "out", {"index.html": "home", "events/a.html": "A"})
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*.html")}
    written = _write(tmp_path / "out", {"index.html": "home", "events/a.html": "A"})
    assert (written.added, written.changed, written.removed) == ((), (), ())
    assert written.unchanged == 2
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_a_page_that_the_site_no_longer_has_is_removed_with_its_empty_folder(
    tmp_path: Path,
) -> None:
    _write(tmp_path / "out", {"index.html": "home", "types/docking/2021.html": "old"})
    written = _write(tmp_path / "out", {"index.html": "home"})
    assert written.removed == ("types/docking/2021.html",)
    assert not (tmp_path / "out/types").exists()


def test_a_file_that_was_edited_is_written_again(tmp_path: Path) -> None:
    _write(tmp_path / "out", {"index.html": "home"})
    (tmp_path / "out/index.html").write_text("hime")
    assert _write(tmp_path / "out", {"index.html": "home"}).changed == ("index.html",)
    assert _files(tmp_path / "out") == {"index.html": "home"}


def test_a_folder_the_build_did_not_make_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(ArchiveError, match="did not make"):
        OutputDir(tmp_path)
    assert _files(tmp_path) == {"thesis.txt": "years of work"}


def test_files_that_no_build_wrote_stay(tmp_path: Path) -> None:
    _write(tmp_path / "out", {"index.html": "home"})
    (tmp_path / "out/googleverify.html").write_text("proof")
    _write(tmp_path / "out", {"index.html": "home again"})
    assert _files(tmp_path / "out")["googleverify.html"] == "proof"


@pytest.mark.parametrize(
    "path", ["../evil.html", "/etc/passwd", "events/../../evil", "a\\..\\b", "a\0b"]
)
def test_no_address_leads_out_of_the_folder(tmp_path: Path, path: str) -> None:
    output = OutputDir(tmp_path / "out")
    with pytest.raises(ArchiveError, match="outside"):
        output.stage(path, b"")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_files_staged_by_a_killed_run_are_removed(tmp_path: Path) -> None:
    output = OutputDir(tmp_path / "out")
    output.stage("events/half.html", b"half")
    _write(tmp_path / "out", {"index.html": "home"})
    assert _files(tmp_path / "out") == {"index.html": "home"}


def test_files_moved_by_a_killed_run_are_known_to_the_next(tmp_path: Path) -> None:
    """The marker names new files before the first is moved, so that none is orphaned."""
    _write(tmp_path / "out", {"index.html": "home"})
    output = OutputDir(tmp_path / "out")
    output.stage("events/new.html", b"new")
    moved: list[str] = []
    real = os.replace

    def stop_after_the_first_page(source: str | Path, target: str | Path) -> None:
        real(source, target)
        if Path(source).name != MARKER:
            moved.append(Path(target).name)
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "replace", stop_after_the_first_page)
        with pytest.raises(KeyboardInterrupt):
            output.commit()
    assert moved == ["events"]
    _write(tmp_path / "out", {"index.html": "home"})
    assert _files(tmp_path / "out") == {"index.html": "home"}


@pytest.mark.parametrize("count", [3, 120])
def test_what_is_moved_into_place_is_on_the_disk_before(
    count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: set[int] = set()
    moved: list[str] = []
    fsync, sync, replace = os.fsync, os.sync, os.replace

    def record_fsync(descriptor: int) -> None:
        flushed.add(os.fstat(descriptor).st_ino)
        fsync(descriptor)

    def record_sync() -> None:
        flushed.update(path.stat().st_ino for path in tmp_path.rglob("*"))
        sync()

    def check_and_replace(source: str, target: str) -> None:
        for path in (Path(source), *Path(source).rglob("*")):
            assert path.is_dir() or path.stat().st_ino in flushed, path
        moved.append(target)
        replace(source, target)

    monkeypatch.setattr(os, "fsync", record_fsync)
    monkeypatch.setattr(os, "sync", record_sync)
    monkeypatch.setattr(os, "replace", check_and_replace)
    _write(tmp_path / "out", {f"events/{number}.html": "old" for number in range(count)})
    files = {f"events/{number}.html": "new" for number in range(count)}
    _write(tmp_path / "out", files)
    assert _files(tmp_path / "out") == files
    assert len(moved) == 1 + 1 + 1 + count


def test_a_removal_is_on_the_disk_before_the_marker_forgets_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(tmp_path / "out", {"index.html": "home", "types/docking/2021.html": "T"})
    steps: list[object] = []
    fsync, replace = os.fsync, os.replace

    def record_fsync(descriptor: int) -> None:
        steps.append(os.fstat(descriptor).st_ino)
        fsync(descriptor)

    def record_replace(source: str, target: str) -> None:
        steps.append(Path(target).name)
        replace(source, target)

    monkeypatch.setattr(os, "fsync", record_fsync)
    monkeypatch.setattr(os, "replace", record_replace)
    _write(tmp_path / "out", {"index.html": "home"})
    first, last = (number for number, step in enumerate(steps) if step == MARKER)
    # The folders of the removed file are gone too: the nearest one that is left is flushed.
    assert (tmp_path / "out").stat().st_ino in steps[first + 2 : last]


def test_a_damaged_marker_removes_nothing_and_stops_nothing(tmp_path: Path) -> None:
    _write(tmp_path / "out", {"index.html": "home", "old.html": "old"})
    (tmp_path / "out" / MARKER).write_text("{torn")
    _write(tmp_path / "out", {"index.html": "home"})
    assert set(_files(tmp_path / "out")) == {"index.html", "old.html"}


def test_the_marker_lists_the_files_of_the_build(tmp_path: Path) -> None:
    _write(tmp_path / "out", {"b.html": "", "a.html": ""})
    marker = json.loads((tmp_path / "out" / MARKER).read_text())
    assert marker == {"files": ["a.html", "b.html"]}


def test_an_image_is_copied_once(tmp_path: Path) -> None:
    source = tmp_path / "1-abc-320.webp"
    source.write_bytes(b"webp")
    for expected in (("pictures/1-abc-320.webp",), ()):
        output = OutputDir(tmp_path / "out")
        output.stage_file("pictures/1-abc-320.webp", source)
        assert output.commit().added == expected


def test_a_folder_that_cannot_be_written_is_named_in_the_error(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file stands in the way")
    with pytest.raises(ArchiveError, match=r"cannot write .*out"):
        OutputDir(tmp_path / "out")


SITE = {"index.html": "home", "events/a.html": "A", "types/docking/2021.html": "old"}


@pytest.mark.parametrize("plant", PLANTS)
@pytest.mark.parametrize("path", [*SITE, "new.html", MARKER, ".staging", ".staging/archive.lock"])
def test_what_stands_in_the_place_of_a_file_is_replaced_or_refused_and_never_followed(
    path: str, plant: str, tmp_path: Path
) -> None:
    folder, outside = tmp_path / "out", tmp_path / "outside"
    _write(folder, SITE)
    outside.mkdir()
    (outside / "file").write_text(SITE["index.html"])
    target = folder / path
    if target.is_file():
        target.unlink()
    target.parent.mkdir(exist_ok=True)
    PLANTS[plant](target, outside)
    site = {"index.html": "home", "events/a.html": "A", "new.html": "new"}
    try:
        _write(folder, site)
    except ArchiveError as error:
        assert "it is a" in str(error) or "Is a directory" in str(error)
        assert str(target) in str(error) or path == MARKER
        assert plant == "folder" or path == ".staging/archive.lock"
    else:
        # Without a marker, nothing is known of what the site no longer has.
        assert site.items() <= _files(folder).items()
        assert plant != "folder" or path in (".staging", "types/docking/2021.html")
    assert [file.read_text() for file in outside.iterdir()] == [SITE["index.html"]]


@pytest.mark.parametrize("plant", [name for name in PLANTS if name != "folder"])
@pytest.mark.parametrize("name", ["events", "types", "types/docking"])
def test_what_stands_in_the_place_of_a_folder_is_refused(
    name: str, plant: str, tmp_path: Path
) -> None:
    folder, outside = tmp_path / "out", tmp_path / "outside"
    _write(folder, SITE)
    (folder / name).rename(outside)
    for file in outside.rglob("*.html"):
        file.write_text("outside")
    before = _files(outside)
    PLANTS[plant](folder / name, outside)
    for site in ({"index.html": "new"}, {**SITE, "index.html": "new"}):
        with pytest.raises(ArchiveError, match=rf"cannot write .*/out/{name}: it is a"):
            _write(folder, site)
        assert (folder / "index.html").read_text() == "home"
    with pytest.raises(ArchiveError, match=rf"out/{name} cannot be read: it is a"):
        site_files(folder)
    assert _files(outside) == before


def test_a_planted_marker_names_no_file_outside(tmp_path: Path) -> None:
    _write(tmp_path / "out", SITE)
    (tmp_path / "out/.git").mkdir()
    (tmp_path / "out/.git/config").write_text("mine")
    (tmp_path / "mine").write_text("mine")
    paths = ["../mine", str(tmp_path / "mine"), ".git/config", "events/../../mine", "index.html"]
    (tmp_path / "out" / MARKER).write_text(json.dumps({"files": paths}))
    assert [path for path, _ in site_files(tmp_path / "out")] == ["index.html"]
    _write(tmp_path / "out", {"new.html": "new"})
    assert (tmp_path / "mine").read_text() == (tmp_path / "out/.git/config").read_text() == "mine"
    for text in ("[" * 100_000, '{"files": [[]]}', "{}", "\ud83d", '{"files": ["\\ud83d"]}'):
        (tmp_path / "out" / MARKER).write_bytes(text.encode(errors="surrogatepass"))
        _write(tmp_path / "out", {"new.html": "new"})


def test_a_checkout_without_files_is_an_output_folder_and_its_git_is_left_alone(
    tmp_path: Path,
) -> None:
    (tmp_path / "out/.git/refs").mkdir(parents=True)
    (tmp_path / "out/.git/HEAD").write_text("ref: refs/heads/gh-pages")
    _write(tmp_path / "out", {"index.html": "home"})
    _write(tmp_path / "out", {})
    assert _files(tmp_path / "out") == {".git/HEAD": "ref: refs/heads/gh-pages"}
    assert (tmp_path / "out/.git/refs").is_dir()
    with pytest.raises(ArchiveError, match="outside"):
        OutputDir(tmp_path / "out").stage(".git/config", b"")


def test_a_folder_of_the_site_may_be_a_disk_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rename across disks fails; the last step then is one within the disk."""
    rename = os.replace

    def replace(source: str | Path, target: str | Path) -> None:
        is_elsewhere = [Path(path).parent == tmp_path / "out/pictures" for path in (source, target)]
        if len(set(is_elsewhere)) > 1:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        rename(source, target)

    (tmp_path / "out/pictures").mkdir(parents=True)
    monkeypatch.setattr(os, "replace", replace)
    with lock_output(tmp_path / "out"):
        output = OutputDir(tmp_path / "out")
        output.stage("pictures/1-abc-320.webp", b"webp", "fingerprint")
        output.commit()
    assert _files(tmp_path / "out") == {"pictures/1-abc-320.webp": "webp"}
    again = OutputDir(tmp_path / "out", BuildManifest(files=output.entries))
    assert again.reuse("pictures/1-abc-320.webp", "fingerprint")


@pytest.mark.parametrize("umask", [0o000, 0o002, 0o022, 0o077])
def test_a_web_server_may_read_the_site_whatever_the_umask(umask: int, tmp_path: Path) -> None:
    before = os.umask(umask)
    try:
        _write(tmp_path / "site/out", SITE)
        assert os.umask(umask) == umask
    finally:
        os.umask(before)
    for path in (tmp_path / "site", *(tmp_path / "site").rglob("*")):
        readable, writable = (0o555, 0o777) if path.is_dir() else (0o444, 0o666)
        assert path.stat().st_mode & 0o777 == readable | writable & ~umask & 0o222 | 0o200, path


@pytest.mark.parametrize("error", [ArchiveError, KeyboardInterrupt, OSError])
def test_whatever_ends_a_build_its_staging_folder_goes(
    error: type[BaseException], tmp_path: Path
) -> None:
    with pytest.raises(error), lock_output(tmp_path / "out"):
        OutputDir(tmp_path / "out").stage("events/half.html", b"half")
        assert (tmp_path / "out/.staging/events/half.html").exists()
        raise error
    assert list((tmp_path / "out").iterdir()) == []


def test_the_marker_knows_for_which_address_the_site_was_built(tmp_path: Path) -> None:
    assert built_base_url(tmp_path / "out") == ""
    for url in ("", "https://example.org/", "https://example.net/"):
        output = OutputDir(tmp_path / "out", base_url=url)
        output.stage("index.html", b"home")
        output.commit()
        assert built_base_url(tmp_path / "out") == url
