"""The part of Jinja's language that templates use, its errors, and what is kept of the work."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from events_archive.errors import ArchiveError
from events_archive.render.templating.templates import Templates
from events_archive.render.templating.text import esc

Write = Callable[..., Templates]


@pytest.fixture
def templates(tmp_path: Path) -> Write:
    """``templates(**{"a.html": text})``: those templates and no others."""

    def write(**texts: str) -> Templates:
        for name, text in texts.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        known = {"shout": str.upper, "markup": lambda: Markup("<i>")}
        return Templates(tmp_path, known=known, filters={"twice": lambda value: value * 2})

    return write


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ x }}", "&lt;b&gt;"),
        ("{{ markup() }}{{ x|safe }}", "<i><b>"),
        ("{{ shout(x) }}", "&lt;B&gt;"),
        ("{{ 'a' ~ x ~ 1 }}", "a&lt;b&gt;1"),
        ("{{ markup() ~ x }}", "<i>&lt;b&gt;"),
        ("{{ items|length }} {{ items[1] }} {{ items[1:]|join('<') }}", "3 2 2&lt;3"),
        ("{{ (1 + 2) * 3 - 4 }} {{ 7 % 4 }} {{ -n }}", "5 3 -5"),
        ("{% if not n or n > 4 and n != 6 %}yes{% elif n %}no{% else %}never{% endif %}", "yes"),
        ("{{ 'one' if n == 1 else 'many' }}{{ 's' if n == 1 }}", "many"),
        ("{% for a, b in pairs if a != 'x' %}{{ loop.index }}{{ a }}={{ b }};{% endfor %}", None),
        ("{% for i in items if i != 1 %}{{ loop.index }}{{ i }}{{ loop.last }} {% endfor %}",
         "12False 23True "),
        ("{% for i in items %}{{ i }}{{ ', ' if not loop.last }}{% endfor %}", "1, 2, 3"),
        ("{% for i in items %}{{ loop.index }}{{ loop.index0 }}{% endfor %}", "102132"),
        ("{% set y = n + 1 %}{{ y }}{% with y = 9 %}{{ y }}{% endwith %}{{ y }}", "696"),
        ("{% set a, b = items[:2] %}{{ b }}{{ a }}", "21"),
        ("{{ {'k': 'v'}['k'] }}{{ [n, 4]|min }}{{ (1, 2)|length }}", "v42"),
        ("{{ '%02d'|format(n) }} {{ x|twice }} {{ n in items }}", "05 &lt;b&gt;&lt;b&gt; False"),
        ("{{ items|tojson }} {{ 'a b/<'|urlencode }}", "[1, 2, 3] a%20b/%3C"),
        ("{% macro m(a, b='-') %}{{ a }}{{ b }}{{ n }}{% endmacro %}{{ m(x) }}{{ m(1, b=2) }}",
         "&lt;b&gt;-5125"),
        ("a\n  {% if n %}\n  b\n  {% endif %}\nc", "a\n  b\nc"),
    ],
)  # fmt: skip
def test_the_language_means_what_it_means_in_jinja(
    templates: Write, text: str, expected: str | None
) -> None:
    from jinja2 import Environment  # noqa: PLC0415 - the measure, not what is measured

    told: dict[str, Any] = {"x": "<b>", "n": 5, "items": [1, 2, 3], "pairs": [("y", 1), ("z", 2)]}
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.globals |= {"shout": str.upper, "markup": lambda: Markup("<i>")}
    environment.filters["twice"] = lambda value: value * 2
    made = templates(**{"a.html": text}).render("a.html", told)
    assert made == environment.from_string(text).render(told)
    assert expected is None or made == expected


def test_a_page_fills_the_blocks_of_its_base_and_sees_what_both_import(templates: Write) -> None:
    made = templates(
        **{
            "base.html": "{% from 'm.html' import em, NAME %}<{% block a %}{{ em(NAME) }}"
            "{% endblock %}{% block b %}{% endblock %}>",
            "m.html": "{% set NAME = '&' %}{% macro em(x) -%}<em>{{ strong(x) }}</em>"
            "{%- endmacro %}{% macro strong(x) -%}<b>{{ x }}</b>{%- endmacro %}",
            "page.html": "{% extends 'base.html' %}{% set y = x ~ '!' %}ignored"
            "{% block b %}{{ em(y) }}{% include 'part.html' %}{% endblock %}",
            "part.html": "{% set y = 'inner' %}[{{ y }}{{ x }}]",
        }
    )
    told = {"x": "X"}
    assert made.render("base.html", told) == "<<em><b>&amp;</b></em>>"
    expected = "<<em><b>&amp;</b></em><em><b>X!</b></em>[innerX]>"
    assert made.render("page.html", told) == expected
    assert made.macro("m.html", "em")("<") == "<em><b>&lt;</b></em>"


def test_what_every_page_of_a_folder_has_is_made_once_for_it(tmp_path: Path) -> None:
    asked: list[str] = []

    def noted(name: str) -> str:
        asked.append(name)
        return f"<{name}>"

    (tmp_path / "a.html").write_text(
        "{% macro own() %}o{% endmacro %}{{ own() }}{{ root }}{{ noted('frame') }}|{{ x }}|"
        "{% for n in [1, 2] if n > 1 %}{{ root }}{{ noted(n) }}{{ loop.index }}{% endfor %}"
        "{% if x == 'y' %}{{ noted('seldom') }}{% endif %}"
        "{% if noted('if') %}{{ noted('then') }}{% else %}{{ nobody }}{% endif %}"
    )
    made = Templates(tmp_path, known={"noted": noted}, filters={})
    for root, x in [("", "1"), ("../", "2"), ("", "3"), ("../", "4")]:
        text = made.render("a.html", {"root": root, "x": x, "nobody": None})
        assert text == f"o{root}&lt;frame&gt;|{x}|{root}&lt;2&gt;1&lt;then&gt;"
    assert asked.count("frame") == asked.count(2) == 2
    assert "seldom" not in asked
    made.render("a.html", {"root": "", "x": "y", "nobody": None})
    assert asked.count("seldom") == 1


def test_what_is_no_markup_is_not_escaped(templates: Write) -> None:
    made = templates(**{"robots.txt": "{{ x }} {{ x ~ 1 }} {{ 'a&b' }}"})
    assert made.render("robots.txt", {"x": "<&>"}) == "<&> <&>1 a&b"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("fine\n{{ nobody }}", "page.html, line 1: 'nobody' is undefined"),
        ("fine\n\n{{ x.nothing }}", "page.html, line 3: 'str' object has no attribute 'nothing'"),
        ("{{ x }", "page.html, line 1: unexpected '}'"),
        ("fine\n{{ shout(4) }}", "page.html, line 2: descriptor 'upper' for 'str' objects"),
        ("\n{% if markup().gone %}{% endif %}", "line 2: 'Markup' object has no attribute 'gone'"),
        ("{% include 'gone.html' %}", "gone.html cannot be read: No such file or directory"),
        ("{{ x|unheard }}", "page.html, line 1: there is no filter 'unheard'"),
        ("{% filter upper %}{% endfilter %}", "line 1: filterblock is a part of"),
        ("{{ x is defined }}", "line 1: test is a part of"),
        ("{% for a in x recursive %}{% endfor %}", "line 1: for is a part of"),
        ("{% for a in x %}{{ loop.cycle }}{% endfor %}", "line 1: getattr is a part of"),
        ("{% from 'bad.html' import m %}{{ m() }}", "bad.html, line 2: nobody gives 'secret'"),
    ],
)
def test_a_fault_is_told_with_template_and_line(templates: Write, text: str, told: str) -> None:
    made = templates(
        **{"page.html": text, "bad.html": "{% macro m() %}\n{{ secret }}{% endmacro %}"}
    )
    with pytest.raises(ArchiveError) as caught:
        made.render("page.html", {"x": "x"})
    assert told in str(caught.value)


def test_a_fault_of_what_a_template_calls_is_not_the_templates(tmp_path: Path) -> None:
    def broken() -> None:
        raise ValueError("deep inside")

    (tmp_path / "a.html").write_text("{{ broken() }}")
    with pytest.raises(ValueError, match="deep inside"):
        Templates(tmp_path, known={"broken": broken}, filters={}).render("a.html", {})


def test_what_was_compiled_is_kept_for_the_next_run(templates: Write) -> None:
    first = templates(**{"a.html": "{{ x }}"})
    assert first.render("a.html", {"x": 1}) == "1"
    first.keep()
    second = templates()
    assert second.render("a.html", {"x": 2}) == "2"
    assert second._compiler is None
    changed = templates(**{"a.html": "{{ x }}!"})
    assert changed.render("a.html", {"x": 2}) == "2!"


@pytest.mark.parametrize("damage", [b"", b"torn", b"\xe9\x01\x00\x00\x00"])
def test_what_was_kept_may_be_damaged(templates: Write, tmp_path: Path, damage: bytes) -> None:
    first = templates(**{"a.html": "{{ x }}"})
    first.render("a.html", {"x": 1})
    first.keep()
    (kept,) = (tmp_path / "__pycache__").iterdir()
    kept.write_bytes(damage)
    assert templates().render("a.html", {"x": 2}) == "2"


def test_where_nothing_can_be_kept_nothing_is(templates: Write, tmp_path: Path) -> None:
    made = templates(**{"a.html": "{{ x }}"})
    (tmp_path / "__pycache__").write_text("a file stands in the way")
    made.render("a.html", {"x": 1})
    made.keep()
    assert made.render("a.html", {"x": 2}) == "2"


@given(st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.booleans()))
def test_escaping_is_that_of_markupsafe(value: object) -> None:
    assert esc(value) == str(escape(value))
    assert esc(Markup("<b>")) == "<b>"


def test_a_markupsafe_without_the_function_that_we_borrow_will_do() -> None:
    import subprocess  # noqa: PLC0415

    code = (
        "import markupsafe as m; inner = m._escape_inner; del m._escape_inner\n"
        "m.escape = lambda text: m.Markup(inner(text))\n"
        "from events_archive.render.templating.text import esc, plain\n"
        "print(esc('<&>'), plain('\"'), type(plain('')).__name__, esc(m.Markup('<b>')))"
    )
    said = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == "&lt;&amp;&gt; &#34; str <b>\n"


def test_a_run_that_finds_compiled_templates_does_not_need_jinja() -> None:
    import subprocess  # noqa: PLC0415

    code = "import sys, events_archive.commands.build; sys.exit('jinja2' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[3], check=False)
    assert done.returncode == 0
