"""An event's page as Markdown: all its facts, and nothing that others' texts could add."""

from datetime import date
from xml.etree.ElementTree import Element

import html5lib
from hypothesis import given
from hypothesis import strategies as st
from markdown import markdown

from events_archive.pages.event_pages import event_page, markdown_page
from events_archive.render.event_markdown import event_markdown
from tests.factories import a_history, a_link, a_site, a_video, an_event
from tests.render.rendered import make_context

HOSTILE = "# x\n\n- <script>alert(1)</script> [a](javascript:b) ![c](d) `e` *f* &lt; 1. g\n===\n"


def _text(event, **fields) -> str:
    site = a_site(event, base_url="https://example.org/", **fields)
    page = markdown_page(site, event, event_page(site, event))
    return event_markdown(make_context(site), page).decode()


def _elements(text: str) -> list[Element]:
    document = html5lib.parse(markdown(text), namespaceHTMLElements=False)
    return list(document.find("body").iter())


def test_it_has_the_facts_of_the_page_and_its_links() -> None:
    event = an_event(
        309, "2021-07-04T00:11:00Z", name="Tiangong EVA-1", location="Tiangong Space Station",
        description="Two astronauts.\n\nThey work.",
        videos=(a_video(url="https://www.youtube.com/watch?v=1", title="Live"),),
        links=(a_link(url="https://example.com/a", title="Report"),),
    )  # fmt: skip
    text = _text(event)
    assert text.startswith("# Tiangong EVA-1\n\n- Type: ")
    assert "- Date: 4 July 2021, 00:11 UTC\n- Place: Tiangong Space Station\n" in text
    assert "- Permanent link: <https://example.org/id/309.html>" in text
    assert "\n\nTwo astronauts.\n\nThey work.\n\n## Webcasts\n\n- [Live](" in text
    assert "## Further reading\n\n- [Report](<https://example.com/a>)\n" in text


def test_of_a_page_that_is_gone_it_has_the_archived_copy_first() -> None:
    page, video = "https://example.com/a", "https://video.example/1"
    event = an_event(
        1, "2021-07-04T00:11:00Z",
        links=(a_link(url=page, title="Report"),), videos=(a_video(url=video, title="Live"),),
    )  # fmt: skip
    text = _text(event, gone_links=frozenset({page, video}))
    copy = f"[Report](<https://web.archive.org/web/20210704/{page}>)"
    assert f"- {copy} (archived copy; [the original](<{page}>) is gone)\n" in text
    assert f"- [Live](<{video}>), no longer available\n" in text


def test_of_a_withdrawn_event_it_says_so_and_when_it_was_last_listed() -> None:
    history = a_history(withdrawn={1: date(2026, 11, 9)})
    assert "- Withdrawn: last listed by the source on 9 November 2026\n" in _text(
        an_event(1), history=history
    )
    assert "Withdrawn" not in _text(an_event(1))


def test_texts_of_others_add_no_heading_list_link_or_html() -> None:
    event = an_event(1, name=HOSTILE, location=HOSTILE, description=HOSTILE)
    found = [element.tag for element in _elements(_text(event))]
    assert set(found) <= {"body", "h1", "ul", "li", "p", "a"}
    plain = _elements(_text(an_event(1, name="x", location="x", description="x\n\nx")))
    assert found == [element.tag for element in plain]


@given(text=st.text(st.characters(codec="utf-8"), max_size=60))
def test_any_text_stays_a_text(text: str) -> None:
    event = an_event(1, name=f"x{text}", description=f"x{text}")
    tags = {element.tag for element in _elements(_text(event))}
    assert tags <= {"body", "h1", "ul", "li", "p", "a"}
