"""LL2's plain text becomes paragraphs and lists, and never anything dangerous."""

import re
from html import unescape

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from events_archive.render.markdown import markdown_to_html


def test_a_plain_text_is_one_paragraph() -> None:
    assert (
        markdown_to_html("Two astronauts worked outside.")
        == "<p>Two astronauts worked outside.</p>"
    )


def test_carriage_returns_part_paragraphs_and_lines() -> None:
    assert markdown_to_html("One.\r\nTwo.\r\n\r\nThree.") == "<p>One.<br>\nTwo.</p>\n<p>Three.</p>"


@pytest.mark.parametrize("bullet", ["- ", "* ", "• ", "  - ", "\t• ", "– "])
def test_bullets_right_below_a_sentence_become_a_list(bullet: str) -> None:
    html = markdown_to_html(
        f"The crew will:\r\n{bullet}install arrays\r\n{bullet}move a bag\r\nThen rest."
    )
    assert html.count("<li>") == 2
    assert html.index("The crew will") < html.index("<ul>") < html.index("</ul>")
    assert html.index("</ul>") < html.index("Then rest.")


def test_a_bare_link_can_be_followed_and_the_full_stop_stays_outside() -> None:
    html = markdown_to_html("See https://nasa.gov/live?a=1&b=2. (Also https://esa.int/x_(y)).")
    assert '<a href="https://nasa.gov/live?a=1&amp;b=2" rel="nofollow noopener noreferrer">' in html
    assert ">https://nasa.gov/live?a=1&amp;b=2</a>." in html
    assert 'href="https://esa.int/x_(y)"' in html


def test_a_number_sign_is_not_a_heading_and_an_underline_is_no_rule() -> None:
    html = markdown_to_html("#1 booster\n\nNotes\n-----\nend")
    assert "<h" not in html
    assert "#1 booster" in html


def test_indented_text_is_not_code() -> None:
    assert "<code" not in markdown_to_html("    indented\n\n\tand *this*")


def test_markup_from_outside_is_shown_as_text() -> None:
    html = markdown_to_html("<script>alert(1)</script> & <b>bold</b> <img src=x onerror=alert(1)>")
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;" in html
    assert "&lt;b&gt;" in html


@pytest.mark.parametrize(
    "text",
    [
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "<javascript:alert(1)>",
        "[x]: javascript:alert(1)\n\n[x]",
        "![x](https://evil.example/pixel.png)",
    ],
)
def test_no_link_but_http_and_no_picture_comes_through(text: str) -> None:
    html = markdown_to_html(text)
    assert "javascript:" not in html.replace("&lt;", "<").split("href=")[-1] or "href" not in html
    assert "data:text" not in html or "href" not in html
    assert "<img" not in html


@pytest.mark.parametrize(
    "url",
    ["//evil.example/share", r"\\\\evil.example\share", "/x", "x.html", "https:evil.example",
     "https://nasa.gov@evil.example/", "http:/\\evil.example", "https://x.example/" + "a" * 2100],
)  # fmt: skip
def test_what_is_no_absolute_web_address_is_no_link(url: str) -> None:
    assert "href" not in markdown_to_html(f"[x]({url}) <{url}> {url} *y*")


def test_the_host_is_shown_where_the_words_name_another() -> None:
    html = markdown_to_html("[https://www.nasa.gov/](https://evil.example/) and more")
    assert re.sub(' rel="[^"]*"', "", html) == (
        '<p><a href="https://evil.example/">https://www.nasa.gov/</a> (evil.example) and more</p>'
    )
    for words in ("NASA.gov", "https://www.nasa.gov/live", "the *page*", "CC BY 2.0", "U.S. v1.2a"):
        assert "(" not in markdown_to_html(f"[{words}](https://nasa.gov/a)")


@pytest.mark.parametrize("text", ["a &#x202e;b*c*", "a &#2;b*c*", "`a&#x202e;` b&#65534;"])
def test_a_character_that_markdown_decodes_is_removed(text: str) -> None:
    assert set(markdown_to_html(text)).isdisjoint("\u202e\x02\ufffe")


def test_a_text_that_is_too_long_or_too_deep_has_paragraphs_only() -> None:
    for text in ("*a* " * 5000, "- " * 496 + "a"):
        assert markdown_to_html(text) == f"<p>{text.strip()}</p>"
    assert markdown_to_html("- " * 20 + "a").count("<ul>") == 20


def test_no_text_is_no_paragraph() -> None:
    assert markdown_to_html(" \r\n ") == ""


@given(st.text())
def test_whatever_comes_a_sanitiser_finds_nothing_more_to_remove(text: str) -> None:
    html = str(markdown_to_html(text))
    assert nh3.clean(html, link_rel="nofollow noopener noreferrer") == nh3.clean(
        nh3.clean(html, link_rel="nofollow noopener noreferrer"),
        link_rel="nofollow noopener noreferrer",
    )
    assert "<script" not in html


_PLAIN = st.text(st.characters(categories=("L", "N", "P", "Zs"), include_characters="\n"))


@given(_PLAIN)
def test_plain_text_reads_the_same_with_and_without_markup_beside_it(text: str) -> None:
    """Text without markup takes a short way past Markdown; nobody may see a difference."""
    alone = unescape(markdown_to_html(text))
    accompanied = unescape(markdown_to_html(text + "\n\n*aside*"))
    assert accompanied.removesuffix("<p><em>aside</em></p>").strip() == alone.strip()
