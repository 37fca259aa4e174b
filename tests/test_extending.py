"""Changes that contributors make: each is one or two places, and complete in the next build."""

import shutil
from pathlib import Path

import pytest

from tests.conftest import PROJECT, copy_seed, run_build

COPIED = ("events_archive", "static", "templates", "build.py", "pyproject.toml")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project, to be changed."""
    folder = tmp_path / "project"
    folder.mkdir()
    for name in COPIED:
        if (PROJECT / name).is_dir():
            skip = shutil.ignore_patterns("__pycache__")
            shutil.copytree(PROJECT / name, folder / name, ignore=skip)
        else:
            shutil.copy(PROJECT / name, folder)
    return folder


def insert(file: Path, before: str, text: str) -> None:
    """Insert ``text`` before the one line of the file that begins with ``before``."""
    lines = file.read_text("utf-8").splitlines(keepends=True)
    (number,) = (n for n, line in enumerate(lines) if line.startswith(before))
    file.write_text("".join([*lines[:number], text, *lines[number:]]), "utf-8")


def test_an_option_that_changes_the_pages_is_a_setting_and_its_use(
    project: Path, tmp_path: Path
) -> None:
    insert(
        project / "events_archive/settings.py",
        "    quiet: bool",
        '    contact: str = setting("", parse_text, option="--contact", affects_output=True, '
        'in_toml=True, help="whom to write to")\n',
    )
    insert(
        project / "templates/base.html",
        "</footer>",
        "{% if site.settings.contact %}<p>Write to {{ site.settings.contact }}</p>{% endif %}\n",
    )
    copy_seed(tmp_path / "cache")

    def pages(*options: str) -> list[str]:
        run = run_build(
            "--offline", *options,
            project=project, cache=tmp_path / "cache", output=tmp_path / "output", coverage=False,
        )  # fmt: skip
        texts = (path.read_text("utf-8") for path in run.output.rglob("*.html"))
        return [text for text in texts if "</footer>" in text]

    assert not any("Write to" in page for page in pages())
    assert all("<p>Write to a&amp;b</p>" in page for page in pages("--contact", "a&b"))
    insert(project / "pyproject.toml", "# base_url", 'contact = "me"\n')
    assert all("<p>Write to me</p>" in page for page in pages())
    assert len(pages()) > 100
