"""Files get into the output folder whole, in order, and only where the build may write."""

import json
import os
from pathlib import Path

import pytest

from events_archive.errors import ArchiveError
from events_archive.output.writer import MARKER, OutputDir, WriteSummary


def _write(folder: Path, files: dict[str, str]) -> WriteSummary:
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
