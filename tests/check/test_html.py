"""What counts as well-formed, and what the checks read from a page."""

import html5lib
import pytest

from events_archive.check.html import ParsedPage, parse_html

GOOD = (
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>T</title>'
    '<link rel="stylesheet" href="s.css"></head>\n<body>{}</body></html>\n'
)


def parse_body(body: str) -> ParsedPage:
    return parse_html(GOOD.format(body).encode())


@pytest.mark.parametrize(
    "body",
    [
        "<p>One &amp; two</p><ul><li>a</li></ul>",
        '<svg viewBox="0 0 1 1"><use href="#x"/></svg>',
        "<script>if (a < b && c) document.write('</p>')</script>",
        '<img src="a.webp" alt="" width="1" height="1"><br>',
        "<p>a</p><!-- <div> -->",
    ],
)
def test_html_as_the_templates_write_it_is_well_formed(body: str) -> None:
    assert parse_body(body).problems == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<b>open", "<b> is still open at </body>"),
        ("</p>", "</p> closes nothing"),
        ("<b><i>x</b></i>", "<i> is still open at </b>"),
        ("<p><div>x</div></p>", "<div> inside <p>"),
        ('<a href="x"><a href="y">z</a></a>', "a link inside a link"),
        ("<div/>", "closes itself"),
        ('<p id="a" id="b">x</p>', "an attribute twice"),
        ('<p id="a">x</p><p id="a">y</p>', 'the id "a" is given twice'),
        ("<p>&nonsense; x</p>", "&nonsense;"),
    ],
)
def test_html_that_a_browser_would_repair_is_a_problem(body: str, expected: str) -> None:
    (problem, *_) = parse_body(body).problems
    assert expected in problem
    # An independent parser reports the same errors, except that it does not compare ids.
    if "given twice" not in expected:
        strict = html5lib.HTMLParser()
        strict.parse(GOOD.format(body))
        assert strict.errors


def test_elements_whose_end_tag_is_optional_must_be_closed_too() -> None:
    assert parse_body("<ul><li>a<li>b</ul>").problems == [
        "line 3: <li> is still open at </ul>",
        "line 3: <li> is still open at </ul>",
    ]


def test_a_page_without_a_doctype_is_a_problem() -> None:
    assert "doctype" in parse_html(b"<html></html>").problems[0]


def test_links_loaded_urls_ids_and_the_redirect_are_read() -> None:
    parsed = parse_body(
        '<a id="top" href="a.html#b">a</a><img src="i.webp" srcset="i.webp 1x, j.webp 2x" alt="" '
        'width="1" height="1"><img src="k.webp" loading="lazy" alt="" width="1" height="1">'
    )
    assert set(parsed.links) == {"s.css", "a.html#b", "i.webp", "j.webp", "k.webp"}
    assert parsed.loads == ["s.css", "i.webp"]
    assert parsed.ids == {"top"}
    redirect = '<meta http-equiv="refresh" content="0; url=../events/x.html">'
    assert parse_body(redirect).redirect_target == "../events/x.html"


def test_an_image_without_alternative_text_or_size_is_a_problem() -> None:
    assert parse_body('<img src="a.webp" width="1">').image_problems == [
        "a.webp has no alt, height"
    ]
    with_widths = '<img src="a.webp" srcset="a.webp 320w, b.webp 640w" alt="" width="1" height="1">'
    assert parse_body(with_widths).image_problems == ["a.webp has no sizes"]
