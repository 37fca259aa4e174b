"""What counts as well-formed, and what is read from a page."""

import html5lib
import pytest

from events_archive.check.html import ParsedHtml, parse

GOOD = (
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>T</title>'
    '<link rel="stylesheet" href="s.css"></head>\n<body>{}</body></html>\n'
)


def read(body: str) -> ParsedHtml:
    return parse(GOOD.format(body))


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
def test_what_we_write_is_well_formed(body: str) -> None:
    assert read(body).problems == ()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<b>open", "<b> is still open where </body> stands"),
        ("</p>", "</p> closes nothing"),
        ("<b><i>x</b></i>", "<i> is still open where </b> stands"),
        ("<p><div>x</div></p>", "<div> inside <p>"),
        ('<a href="x"><a href="y">z</a></a>', "a link inside a link"),
        ("<div/>", "closes itself"),
        ('<p id="a" id="b">x</p>', "an attribute twice"),
        ('<p id="a">x</p><p id="a">y</p>', 'the id "a" is given twice'),
        ("<p>&nonsense; x</p>", "&nonsense;"),
    ],
)
def test_what_a_browser_would_repair_is_a_problem(body: str, words: str) -> None:
    (problem, *_) = read(body).problems
    assert words in problem
    # An independent parser takes offence at the same; but it does not look at ids.
    if "given twice" not in words:
        strict = html5lib.HTMLParser()
        strict.parse(GOOD.format(body))
        assert strict.errors


def test_what_html_would_let_us_leave_open_we_close() -> None:
    assert read("<ul><li>a<li>b</ul>").problems == (
        "line 3: <li> is still open where </ul> stands",
        "line 3: <li> is still open where </ul> stands",
    )


def test_a_page_begins_with_its_doctype() -> None:
    assert "doctype" in parse("<html></html>").problems[0]


def test_links_loads_ids_and_the_way_on_are_read() -> None:
    parsed = read(
        '<a id="top" href="a.html#b">a</a><img src="i.webp" srcset="i.webp 1x, j.webp 2x" alt="" '
        'width="1" height="1"><img src="k.webp" loading="lazy" alt="" width="1" height="1">'
    )
    assert set(parsed.links) == {"s.css", "a.html#b", "i.webp", "j.webp", "k.webp"}
    assert parsed.loads == ("s.css", "i.webp")
    assert parsed.ids == {"top"}
    leads = '<meta http-equiv="refresh" content="0; url=../events/x.html">'
    assert read(leads).redirect_target == "../events/x.html"


def test_a_picture_without_its_text_or_size_is_named() -> None:
    assert read('<img src="a.webp" width="1">').image_problems == ("a.webp has no alt, height",)
    widths = '<img src="a.webp" srcset="a.webp 320w, b.webp 640w" alt="" width="1" height="1">'
    assert read(widths).image_problems == ("a.webp has no sizes",)
