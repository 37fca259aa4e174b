"""The manifest tells the next build what the last one made, and damage to it is no error."""

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from events_archive.output.manifest import (
    BuildManifest,
    FileEntry,
    InputSnapshot,
    load_manifest,
    save_manifest,
)
from events_archive.output.up_to_date import (
    MANIFEST_FOLDER,
    invocation,
    is_up_to_date,
    stat_files,
    stat_tree,
)
from tests.plants import PLANTS, flip_each_bit

MANIFEST = BuildManifest(
    site_fingerprint="fingerprint",
    id_patterns={"feeds": "tag:{0}"},
    size_warnings={"a.ics": "large"},
    files={"index.html": FileEntry(12, 34, 56, "fingerprint", "digest")},
)


class Project:
    """A project with a manifest that says that it is up to date."""

    def __init__(self, folder: Path) -> None:
        self.script = folder / "build.py"
        self.cache, self.output = folder / "content_cache", folder / "output"
        self.output.mkdir()
        self.script.touch()
        (self.output / "index.html").write_text("home")
        self.manifest = replace(
            MANIFEST,
            files={
                path: FileEntry(*stat, "fingerprint")
                for path, stat in stat_tree(str(self.output)).items()
            },
            snapshot=InputSnapshot(
                invocation=invocation([], str(folder)),
                output=str(self.output),
                files=stat_files([str(self.script)]),
                trees={str(self.output): stat_tree(str(self.output))},
                due=None,
                message="nothing to do\n",
            ),
        )
        save_manifest(self.cache, self.output, self.manifest)
        (self.file,) = (self.cache / MANIFEST_FOLDER).iterdir()

    @property
    def text(self) -> bytes:
        """The JSON text in the file."""
        return self.file.read_bytes().partition(b"\n")[2]

    def is_up_to_date(self) -> str | None:
        return is_up_to_date([], str(self.script))

    def load(self) -> BuildManifest:
        return load_manifest(self.cache, self.output)

    def write_with_digest(self, text: bytes) -> None:
        self.file.write_bytes(sha256(text).hexdigest().encode() + b"\n" + text)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_the_next_build_into_the_same_folder_loads_what_was_saved(project: Project) -> None:
    assert project.load() == project.manifest
    assert load_manifest(project.cache, project.output / "other") == BuildManifest()
    assert project.is_up_to_date() == "nothing to do\n"


def test_names_of_files_that_are_not_unicode_are_saved_as_well(tmp_path: Path) -> None:
    manifest = replace(MANIFEST, files={"\udcff.html": FileEntry(1, 2, 3)})
    save_manifest(tmp_path, tmp_path / "out", manifest)
    assert load_manifest(tmp_path, tmp_path / "out") == manifest


def test_no_flipped_bit_goes_unnoticed(project: Project) -> None:
    for number in flip_each_bit(project.file):
        assert project.load() == BuildManifest(), number
        assert project.is_up_to_date() is None, number
    assert project.load() == project.manifest


@pytest.mark.parametrize("plant", PLANTS)
def test_what_stands_in_the_place_of_a_manifest_is_not_read(plant: str, project: Project) -> None:
    outside = project.script.parent / "outside"
    outside.mkdir()
    project.file.rename(outside / "manifest")
    PLANTS[plant](project.file, outside)
    assert project.load() == BuildManifest()
    assert project.is_up_to_date() is None
    save_manifest(project.cache, project.output, project.manifest)
    assert project.load() == (BuildManifest() if plant == "folder" else project.manifest)


def test_no_cut_or_longer_file_is_taken_for_a_manifest(project: Project) -> None:
    whole = project.file.read_bytes()
    for damaged in (
        *(whole[:length] for length in range(0, len(whole), 7)),
        whole + b" ",
        b"\n",
        b"\0",
    ):
        project.file.write_bytes(damaged)
        assert project.load() == BuildManifest()
        assert project.is_up_to_date() is None


def _with_one_value_replaced(value: Any) -> Iterator[Any]:
    """Yield a JSON value with each value within it in turn replaced by others or left out."""
    yield from (None, True, -1, 1e400, "", "\udcff", [], [[]], {}, {"a": None})
    keys = (
        range(len(value)) if isinstance(value, list) else value if isinstance(value, dict) else ()
    )
    for key in list(keys):
        for changed in _with_one_value_replaced(value[key]):
            copy = value.copy()
            copy[key] = changed
            yield copy
        copy = value.copy()
        del copy[key]
        yield copy


def test_a_file_of_any_other_shape_is_no_manifest_and_no_error(project: Project) -> None:
    for changed in _with_one_value_replaced(json.loads(project.text)):
        project.write_with_digest(json.dumps(changed).encode())
        loaded, message = project.load(), project.is_up_to_date()
        assert isinstance(loaded.site_fingerprint, str)
        assert isinstance(loaded.files, dict)
        assert all(isinstance(entry, FileEntry) for entry in loaded.files.values())
        assert message is None or isinstance(message, str)


@pytest.mark.parametrize(
    "text", [b"", b"{", b"\xff", b"[" * 100_000, b"9" * 10_000, b'{"files": {"a": [1, 2, "3"]}}']
)
def test_text_that_is_no_manifest_is_no_error(text: bytes, project: Project) -> None:
    project.write_with_digest(text)
    assert project.load() == BuildManifest()
    assert project.is_up_to_date() is None


def test_files_of_earlier_versions_are_ignored_and_removed(project: Project) -> None:
    folder = project.file.parent
    (folder / "-srv-output.seal").write_bytes(project.text)
    (folder / "events.bin").write_bytes(project.text)
    project.file.rename(project.file.with_suffix(".bin"))
    assert project.load() == BuildManifest()
    assert project.is_up_to_date() is None
    save_manifest(project.cache, project.output, project.manifest)
    assert list(folder.iterdir()) == [project.file]


def test_a_manifest_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / MANIFEST_FOLDER).write_text("in the way")
    save_manifest(tmp_path, tmp_path / "out", MANIFEST)
    assert load_manifest(tmp_path, tmp_path / "out") == BuildManifest()
