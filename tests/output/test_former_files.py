"""What the last build named and this one does not stays in the site, for one generation."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from events_archive.output.former_files import load_former_paths, stage_former_files
from events_archive.output.writer import OutputDir


class Archive:
    def __init__(self, folder: Path) -> None:
        self.folder, self.cache, self.builds = folder, folder / "cache", 0

    def build(
        self, *paths: str, excluded: tuple[int, ...] = (), into: str = ""
    ) -> Mapping[str, bytes]:
        """Publish files with these paths, into a new folder; return what the site has."""
        self.builds += 1
        output = OutputDir(self.folder / (into or f"output-{self.builds}"))
        for path in paths:
            picture = self.cache / "thumbnails" / Path(path).name
            if path.startswith("pictures/"):
                picture.parent.mkdir(parents=True, exist_ok=True)
                picture.write_text(path)
                output.stage_file(path, picture)
            else:
                output.stage(path, path.encode())
        stage_former_files(output, self.cache, excluded_images=excluded)
        output.commit()
        files = (path for path in output.folder.rglob("*.*") if path.name[0] != ".")
        return {path.relative_to(output.folder).as_posix(): path.read_bytes() for path in files}


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path)


@pytest.mark.parametrize("folder", ["assets", "pictures"])
def test_a_former_file_stays_until_others_are_dropped(archive: Archive, folder: str) -> None:
    one, two, three, other = (f"{folder}/{name}" for name in ("1-a", "1-b", "1-c", "2-a"))
    one, two, three, other = (f"{path}-320.webp" for path in (one, two, three, other))
    assert archive.build("index.html", one).keys() == {"index.html", one}
    for _ in range(2):
        assert archive.build("index.html", two) == {
            path: path.encode() for path in ("index.html", one, two)
        }
    # A file more drops none.
    assert archive.build(two, other).keys() == {one, two, other}
    assert load_former_paths(archive.cache) == {one}
    assert archive.build(three, other).keys() == {two, three, other}
    assert archive.build(two, other).keys() == {two, three, other}


def test_a_second_build_changes_nothing(archive: Archive) -> None:
    archive.build("assets/a.1.css", "pictures/1-a-320.webp")
    site = archive.build("assets/a.2.css", "pictures/1-b-320.webp", into="site")

    def cached() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in archive.cache.rglob("*.*") if path.is_file()}

    before = cached()
    assert archive.build("assets/a.2.css", "pictures/1-b-320.webp", into="site") == site
    assert cached() == before


def test_assets_of_generations_before_are_not_kept_in_the_cache(archive: Archive) -> None:
    for number in range(4):
        archive.build(f"assets/a.{number}.css")
    names = {path.name for path in (archive.cache / "generations/assets").iterdir()}
    assert names == {"a.2.css", "a.3.css"}


def test_a_picture_whose_licence_is_excluded_is_gone_at_once(archive: Archive) -> None:
    archive.build("pictures/1-a-320.webp", "pictures/11-a-320.webp")
    assert archive.build(excluded=(1,)).keys() == {"pictures/11-a-320.webp"}


def test_without_its_bytes_or_its_list_a_former_file_is_gone(archive: Archive) -> None:
    archive.build("assets/a.1.css", "pictures/1-a-320.webp")
    (archive.cache / "thumbnails/1-a-320.webp").unlink()
    assert archive.build("assets/a.2.css").keys() == {"assets/a.1.css", "assets/a.2.css"}
    (archive.cache / "generations/generations.json").write_text("damaged")
    assert archive.build("assets/a.3.css").keys() == {"assets/a.3.css"}


def test_a_damaged_copy_is_not_published_and_one_in_use_is_written_again(archive: Archive) -> None:
    archive.build("assets/a.1.css")
    copy = archive.cache / "generations/assets/a.1.css"
    whole = copy.read_bytes()
    copy.write_bytes(whole.replace(b"assets/a", b"assets/b"))
    archive.build("assets/a.1.css")
    assert copy.read_bytes() == whole
    for damaged in (whole.replace(b"assets/a", b"assets/b"), b"", b"assets/a.1.css"):
        copy.write_bytes(damaged)
        assert archive.build("assets/a.2.css").keys() == {"assets/a.2.css"}
    copy.unlink()
    copy.symlink_to(archive.folder / "outside")
    (archive.folder / "outside").write_bytes(whole)
    assert archive.build("assets/a.2.css").keys() == {"assets/a.2.css"}
