"""Files of the static folder, which may hold links and what editors leave there."""

import os
import re
from pathlib import Path

import pytest

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


def test_the_scripts_of_a_folder_are_published_as_one(tmp_path: Path) -> None:
    (tmp_path / "page").mkdir()
    (tmp_path / "page/b.js").write_text("b('//c'); // d\n")
    (tmp_path / "page/a.js").write_text(
        "// Says a.\r\n(function () {\n\n  // Why.\n  a();\n})();\n"
    )
    (tmp_path / "page/notes.txt").write_text("no script")
    (tmp_path / "style.css").write_text("a {\n  /* b */\n}\n")
    contents = {name: asset.content for name, asset in read_assets(tmp_path).by_name.items()}
    assert contents == {
        "page.js": b"(function(){a();})();b('//c');",
        "style.css": b"a {\n  /* b */\n}\n",
    }


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


@pytest.mark.parametrize(
    ("script", "published"),
    [
        (
            b"// What it does.\n(function () {\n\n  // Why.\n  f('//x'); // y\n})();\n",
            b"(function(){f('//x');})();",
        ),
        (b"const a = { b: [1, 2], c: d => d };\n", b"const a={b:[1,2],c:d=>d};"),
        (
            b"let a = 'it\\'s = (1, 2)' + \"{ a : b }\" + `x = ${ y }`;",
            b"let a='it\\'s = (1, 2)' + \"{ a : b }\" + `x = ${ y }`;",
        ),
        (b"a.replace(/[/ ]  = \\/{2}/g, b) / c / d;", b"a.replace(/[/ ]  = \\/{2}/g,b)/ c / d;"),
        (b"a - -b + +c;\nreturn -1\n  // no more\n\n  d()\n", b"a - -b + +c;return -1\nd()"),
        (b"f(a, // don't\n  b);\r\ng(); /* c */\n", b"f(a,b);g();/* c */"),
    ],
)  # fmt: skip
def test_a_script_is_published_without_comments_and_needless_space(
    tmp_path: Path, script: bytes, published: bytes
) -> None:
    (tmp_path / "a.js").write_bytes(script)
    (tmp_path / "a.css").write_bytes(b"  // not a comment\n")
    assets = read_assets(tmp_path).by_name
    assert assets["a.js"].content == published
    assert assets["a.css"].content == b"  // not a comment\n"


def test_no_regular_expression_of_a_script_begins_with_a_space() -> None:
    for script in (PROJECT / "static").rglob("*.js"):
        assert not re.search(r"[(,=:!&|?] */ [^/*]", script.read_text("utf-8")), script.name
