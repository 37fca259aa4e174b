"""The environment of the templates: its language, its cached fragments, its errors."""

import os
import sys
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from jinja2.bccache import Bucket
from markupsafe import Markup

from events_archive.code_digest import digest_of_folder
from events_archive.errors import ArchiveError
from events_archive.ll2.parse import parse_event
from events_archive.pages.plan import plan_site
from events_archive.render.feeds import feed_bytes
from events_archive.render.jinja import (
    CacheExtension,
    TemplateEnvironment,
)
from events_archive.render.renderer import FILTERS, Renderer
from events_archive.site.page import Page
from events_archive.site.site import Site
from tests.factories import a_change, a_history, a_site
from tests.ll2_server import generate_records
from tests.plants import flip_each_bit
from tests.render.rendered import PROJECT, make_context, make_thumbnails

TEMPLATES = PROJECT / "templates"
GLOBALS = {"shout": str.upper, "markup": lambda: Markup("<i>")}

Write = Callable[..., TemplateEnvironment]


class UncachedExtension(CacheExtension):
    """Renders every fragment anew."""

    def fragment(self, key: Hashable, caller: Callable[[], Markup]) -> Markup:
        return caller()


def plain_jinja(folder: Path) -> Environment:
    """Jinja without the archive's code generator and without cached fragments."""
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=select_autoescape(("html", "xml")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=[UncachedExtension],
    )


@pytest.fixture
def templates(tmp_path: Path) -> Write:
    """``templates(**{"a.html": text})``: an environment with those templates and no others."""

    def write(**texts: str) -> TemplateEnvironment:
        for name, text in texts.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        filters = {"twice": lambda value: value * 2}
        return TemplateEnvironment(tmp_path, globals=GLOBALS, filters=filters)

    return write


# All templates of the archive ---------------------------------------------------------------------


@pytest.fixture(scope="module", params=["https://example.org/a&b/", ""], ids=["published", "local"])
def renderer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Renderer:
    events = [parse_event(record) for record in generate_records(60, images=8)]
    site = a_site(
        *events,
        base_url=request.param,
        list_limit=7,
        history=a_history(
            a_change("2021-07-05T00:00:00Z", event_id=events[0].id),
            a_change("2021-07-06T00:00:00Z", "renamed", events[1].id, old="<b>", new="R&D"),
        ),
    )
    copies = make_thumbnails(tmp_path_factory.mktemp("copies"), *site.catalogue.images[::2])
    return Renderer(
        context=make_context(site, copies if request.param else None),
        templates=TEMPLATES,
    )


def _pages(site: Site) -> list[Page]:
    """Up to twelve pages of each template."""
    chosen: dict[str, list[Page]] = {}
    for page in plan_site(site):
        if (TEMPLATES / page.template).is_file():
            chosen.setdefault(page.template, []).append(page)
    return [page for pages in chosen.values() for page in pages[:12]]


def test_every_page_is_what_plain_jinja_makes_of_it(renderer: Renderer) -> None:
    environment, pages = plain_jinja(TEMPLATES), _pages(renderer.context.site)
    environment.globals |= renderer.template_globals
    environment.filters |= FILTERS
    assert len({page.template for page in pages}) > 20
    for page in pages:
        template = environment.get_template(page.template)
        expected = template.render(
            {**page.context, "page": page, "root": renderer.context.root(page)}
        )
        assert renderer.content(page) == feed_bytes(expected), page.path


# The language -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ x }}", "&lt;b&gt;"),
        ("{{ markup() }}{{ x|safe }}", "<i><b>"),
        ("{{ shout(x) }}", "&lt;B&gt;"),
        ("{{ 'a' ~ x ~ 1 }}", "a&lt;b&gt;1"),
        ("{{ markup() ~ x }}", "<i>&lt;b&gt;"),
        ("{{ true }}{{ none }}{{ n }}{{ 1.5 }}{{ items }}", "TrueNone51.5[1, 2, 3]"),
        ("{{ items|length }} {{ items[1] }} {{ items[1:]|join('<') }}", "3 2 2&lt;3"),
        ("{{ (1 + 2) * 3 - 4 }} {{ 7 % 4 }} {{ -n }}", "5 3 -5"),
        ("{% if not n or n > 4 and n != 6 %}yes{% elif n %}no{% else %}never{% endif %}", "yes"),
        ("{{ 'one' if n == 1 else 'many' }}{{ 's' if n == 1 }}", "many"),
        ("{% for a, b in pairs if a != 'x' %}{{ loop.index }}{{ a }}={{ b }};{% endfor %}", None),
        ("{% for i in items if i != 1 %}{{ loop.index }}{{ i }}{{ loop.last }} {% endfor %}",
         "12False 23True "),
        ("{% for i in items %}{{ i }}{{ ', ' if not loop.last }}{% endfor %}", "1, 2, 3"),
        ("{% for i in [] %}{{ i }}{% else %}none{% endfor %}", "none"),
        ("{% set y = n + 1 %}{{ y }}{% with y = 9 %}{{ y }}{% endwith %}{{ y }}", "696"),
        ("{% set y %}<{{ x }}>{% endset %}{{ y }}", "<&lt;b&gt;>"),
        ("{% set a, b = items[:2] %}{{ b }}{{ a }}", "21"),
        ("{{ {'k': 'v'}['k'] }}{{ [n, 4]|min }}{{ (1, 2)|length }}", "v42"),
        ("{{ '%02d'|format(n) }} {{ x|twice }} {{ n in items }}", "05 &lt;b&gt;&lt;b&gt; False"),
        ("{{ '{:,}'.format(1000 * n) }} {{ pairs[0][1] }} {{ shout(*['<']) }}", "5,000 1 &lt;"),
        ("{{ items|tojson }} {{ 'a b/<'|urlencode }}", "[1, 2, 3] a%20b/%3C"),
        ("{% macro m(a, b='-') %}{{ a }}{{ b }}{{ n }}{% endmacro %}{{ m(x) }}{{ m(1, b=2) }}",
         "&lt;b&gt;-5125"),
        ("{% filter upper %}a{{ x }}{% endfilter %}", "A&LT;B&GT;"),
        ("a\n  {% if n %}\n  b\n  {% endif %}\nc", "a\n  b\nc"),
        ("{% cache n, x %}{{ x }}{% endcache %}{% cache %}{{ n }}{% endcache %}", "&lt;b&gt;5"),
    ],
)  # fmt: skip
def test_templates_mean_what_they_mean_in_jinja(
    templates: Write, tmp_path: Path, text: str, expected: str | None
) -> None:
    context: dict[str, Any] = {
        "x": "<b>",
        "n": 5,
        "items": [1, 2, 3],
        "pairs": [("y", 1), ("z", 2)],
    }
    rendered = templates(**{"a.html": text}).render("a.html", context)
    jinja = plain_jinja(tmp_path)
    jinja.globals |= GLOBALS
    jinja.filters["twice"] = lambda value: value * 2
    assert rendered == jinja.get_template("a.html").render(context)
    assert expected is None or rendered == expected


@given(st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.booleans()))
def test_values_are_escaped_as_jinja_escapes_them(value: object) -> None:
    text = "{{ value }}"
    environment = TemplateEnvironment(Path("none"), globals={}, filters={})
    environment.autoescape = True
    expected = Environment(autoescape=True).from_string(text).render(value=value)
    assert environment.from_string(text).render(value=value) == expected


def test_a_page_fills_the_blocks_of_its_base_and_sees_what_both_import(templates: Write) -> None:
    environment = templates(
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
    context = {"x": "X"}
    assert environment.render("base.html", context) == "<<em><b>&amp;</b></em>>"
    expected = "<<em><b>&amp;</b></em><em><b>X!</b></em>[innerX]>"
    assert environment.render("page.html", context) == expected
    assert environment.module("m.html").em("<") == "<em><b>&lt;</b></em>"


def test_text_is_not_escaped_in_files_without_markup(templates: Write) -> None:
    environment = templates(**{"robots.txt": "{{ x }} {{ x ~ 1 }} {{ 'a&b' }}"})
    assert environment.render("robots.txt", {"x": "<&>"}) == "<&> <&>1 a&b"


# Cached fragments ---------------------------------------------------------------------------------


def test_a_fragment_is_rendered_once_for_each_key(tmp_path: Path) -> None:
    calls: list[str] = []

    def noted(text: str) -> str:
        calls.append(text)
        return f"<{text}>"

    (tmp_path / "a.html").write_text(
        "{% cache root %}{{ root }}{{ noted('frame') }}{% endcache %}|{{ x }}|"
        "{% cache root %}{{ noted('other') }}{% endcache %}"
        "{% cache %}{{ noted('site') }}{% endcache %}"
    )
    environment = TemplateEnvironment(tmp_path, globals={"noted": noted}, filters={})
    for root, x in [("", "1"), ("../", "2"), ("", "3"), ("../", "4")]:
        text = environment.render("a.html", {"root": root, "x": x})
        assert text == f"{root}&lt;frame&gt;|{x}|&lt;other&gt;&lt;site&gt;"
    assert sorted(calls) == ["frame", "frame", "other", "other", "site"]


# Errors -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fine\n{{ missing }}", "page.html, line 2: 'missing' is undefined"),
        ("fine\n\n{{ x.y }}", "page.html, line 3: AttributeError: 'str' object has no attribute"),
        ("{{ x['y'] }}", "page.html, line 1: TypeError: string indices must be integers"),
        ("{{ missing.y }}", "page.html, line 1: 'missing' is undefined"),
        ("{% if missing %}{% endif %}", "page.html, line 1: 'missing' is undefined"),
        ("{{ x }", "page.html, line 1: unexpected '}'"),
        ("fine\n{{ shout(4) }}", "page.html, line 2: TypeError: descriptor 'upper' for 'str'"),
        ("\n{% if markup().y %}{% endif %}", "line 2: AttributeError: 'Markup' object has no"),
        ("{% include 'missing.html' %}", "page.html, line 1: 'missing.html' not found"),
        ("{{ x|missing }}", "page.html, line 1: No filter named 'missing'."),
        ("{% from 'm.html' import y %}", "page.html, line 1: AttributeError: "),
        ("{% from 'm.html' import m %}\n\n{{ m() }}", "m.html, line 2: 'y' is undefined"),
        ("{% from 'm.html' import n %}\n\n{{ n() }}", "m.html, line 4: parameter 'x' was not"),
        ("{% from 'm.html' import n %}\n\n{{ n(y=1) }}", "page.html, line 3: TypeError: "),
        ("{% cache x %}\n{{ y }}\n{% endcache %}", "page.html, line 2: 'y' is undefined"),
        ("{% cache [] %}\n{% endcache %}", "page.html, line 1: TypeError: unhashable type: 'list'"),
    ],
)
def test_an_error_names_the_template_and_the_line(
    templates: Write, text: str, message: str
) -> None:
    library = "{% macro m() %}\n{{ y }}{% endmacro %}{% macro n(x) %}\n\n{{ x }}{% endmacro %}"
    environment = templates(**{"page.html": text, "m.html": library})
    with pytest.raises(ArchiveError) as caught:
        environment.render("page.html", {"x": "x"})
    assert message in str(caught.value)


def test_a_missing_template_is_an_error(tmp_path: Path) -> None:
    environment = TemplateEnvironment(tmp_path, globals={}, filters={})
    with pytest.raises(ArchiveError, match=r"^a\.html: 'a\.html' not found in search path: "):
        environment.render("a.html", {})


def test_an_error_in_a_function_names_the_template_that_calls_it(tmp_path: Path) -> None:
    def broken() -> None:
        raise ValueError("deep inside")

    (tmp_path / "a.html").write_text("\n{{ broken() }}")
    environment = TemplateEnvironment(tmp_path, globals={"broken": broken}, filters={})
    with pytest.raises(ArchiveError, match=r"^a\.html, line 2: ValueError: deep inside$"):
        environment.render("a.html", {})


# Compiled templates -------------------------------------------------------------------------------


def _compiled(folder: Path) -> list[Path]:
    return list((folder / "__pycache__").glob("*"))


def test_compiled_templates_are_used_by_the_next_build(templates: Write, tmp_path: Path) -> None:
    assert templates(**{"a.html": "{{ x }}"}).render("a.html", {"x": 1}) == "1"
    (file,) = _compiled(tmp_path)
    before = file.read_bytes()
    second = templates()
    second.code_generator_class = None  # type: ignore[assignment]
    assert second.render("a.html", {"x": 2}) == "2"
    assert templates(**{"a.html": "{{ x }}!"}).render("a.html", {"x": 2}) == "2!"
    assert file.read_bytes() != before


def test_a_damaged_file_is_no_error_and_never_another_template(
    templates: Write, tmp_path: Path
) -> None:
    templates(**{"a.html": "{{ x }}"}).render("a.html", {"x": 1})
    (file,) = _compiled(tmp_path)
    cache, bucket = templates().bytecode_cache, Bucket(None, file.stem, "")
    for number in flip_each_bit(file):
        if number % 7 == 0:
            cache.load_bytecode(bucket)
            assert bucket.code is None, number
    file.write_bytes(file.read_bytes()[:200])
    assert templates().render("a.html", {"x": 2}) == "2"
    os.truncate(file, 0)
    assert templates().render("a.html", {"x": 2}) == "2"


def test_templates_are_rendered_where_the_folder_cannot_be_written(
    templates: Write, tmp_path: Path
) -> None:
    environment = templates(**{"a.html": "{{ x }}"})
    (tmp_path / "__pycache__").write_text("a file is in the way")
    assert environment.render("a.html", {"x": 1}) == "1"


def test_the_digest_changes_with_a_template_but_not_with_compiled_ones(
    templates: Write, tmp_path: Path
) -> None:
    templates(**{"a.html": "{{ x }}"}).render("a.html", {"x": 1})
    before = digest_of_folder(tmp_path)
    assert _compiled(tmp_path)
    for file in _compiled(tmp_path):
        file.unlink()
    assert digest_of_folder(tmp_path) == before
    (tmp_path / ".#a.html").symlink_to("editor@host.123")  # A lock of Emacs leads nowhere.
    assert digest_of_folder(tmp_path, ".html") == before
    templates(**{"b.html": ""})
    assert digest_of_folder(tmp_path) != before


def test_a_run_with_nothing_to_do_does_not_import_jinja() -> None:
    import subprocess  # noqa: PLC0415

    code = "import build, sys; sys.exit('jinja2' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=False)
    assert done.returncode == 0
