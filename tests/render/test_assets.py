"""Files of the static folder, which may hold links and what editors leave there."""

import os
from pathlib import Path

from events_archive.output.up_to_date import stat_tree
from events_archive.render.assets import read_assets
from tests.render.rendered import PROJECT


def test_what_editors_and_systems_leave_in_the_folder_is_not_published(tmp_path: Path) -> None:
    for name in (
        *("style.css", "#style.css#", "style.css~", ".style.css.swp", "style.css.swo", ".DS_Store"),
        *("Thumbs.db", "desktop.ini", "icon.svg.orig", "icon.svg.bak", "icon.svg", "tmp.js"),
    ):
        (tmp_path / name).write_text(name)
    (tmp_path / ".#style.css").symlink_to("user@host.1234:5678")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe.js")
    assert list(read_assets(tmp_path).by_name) == ["icon.svg", "style.css", "tmp.js"]


def test_a_file_may_be_a_link_and_an_edit_of_what_it_leads_to_is_noticed(tmp_path: Path) -> None:
    shared, static = tmp_path / "style.css", tmp_path / "static"
    static.mkdir()
    shared.write_text("a {}")
    (static / "style.css").symlink_to(shared)
    (static / ".#style.css").symlink_to("user@host.1234:5678")
    assert read_assets(static).by_name["style.css"].content == b"a {}"
    before = stat_tree(str(static))
    assert stat_tree(str(static)) == before
    shared.write_text("a { color: red }")
    assert stat_tree(str(static)) != before
    assert stat_tree(str(static), follow=False) == stat_tree(str(static), follow=False)


def test_a_script_is_published_without_comment_lines_and_indentation(tmp_path: Path) -> None:
    script = (
        b"// What it does.\n(function () {\n\n  // Why.\n  // Because.\n  f('//x'); // y\n})();\n"
    )
    (tmp_path / "a.js").write_bytes(script)
    (tmp_path / "a.css").write_bytes(b"  // not a comment\n")
    assets = read_assets(tmp_path).by_name
    assert assets["a.js"].content == b"(function () {\nf('//x'); // y\n})();\n"
    assert assets["a.css"].content == b"  // not a comment\n"


def test_no_script_has_text_over_several_lines() -> None:
    for script in (PROJECT / "static").glob("*.js"):
        lines = script.read_text("utf-8").splitlines()
        assert not [line for line in lines if line.count("`") % 2 or line.endswith("\\")], (
            script.name
        )
