"""What a build leaves for the next one to know."""

from pathlib import Path

import pytest

from events_archive.output.manifest import FOLDER, BuildManifest, FileEntry, load_manifest, save_manifest

LEFT = BuildManifest(
    state=b"state",
    ids={"feeds": "tag:{0}"},
    files={"index.html": FileEntry(b"key", 12, "digest", (12, 34, 56))},
    warnings={"a.ics": ("large", True)},
)


def test_it_is_known_to_the_next_build_into_the_same_folder(tmp_path: Path) -> None:
    save_manifest(tmp_path, tmp_path / "out", LEFT)
    assert load_manifest(tmp_path, tmp_path / "out") == LEFT
    assert load_manifest(tmp_path, tmp_path / "elsewhere") == BuildManifest()


@pytest.mark.parametrize("damage", [b"", b"torn", b"N", b"(\x02\x00\x00\x00NN"])
def test_a_damaged_file_says_nothing(tmp_path: Path, damage: bytes) -> None:
    save_manifest(tmp_path, tmp_path / "out", LEFT)
    (file,) = (tmp_path / FOLDER).iterdir()
    file.write_bytes(damage)
    assert load_manifest(tmp_path, tmp_path / "out") == BuildManifest()


def test_where_it_cannot_be_kept_the_next_build_knows_nothing(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("a file stands in the way")
    save_manifest(tmp_path, tmp_path / "out", LEFT)
    assert load_manifest(tmp_path, tmp_path / "out") == BuildManifest()
