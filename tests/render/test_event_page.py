"""The page of an event."""

import re
from datetime import UTC, date, datetime

from events_archive.render.renderer import image_alt
from events_archive.site.site import Site
from tests.factories import a_history, a_launch, a_site, a_video, an_article, an_event, an_image
from tests.render.rendered import BASE_URL, render_site


def _html(site: Site) -> str:
    path = "events/event-7.html"
    return render_site(site, lambda page: page.path == path)[path].decode()


def test_a_withdrawn_event_says_so_and_is_not_waited_for() -> None:
    gone = a_history(withdrawn={7: date(2021, 6, 30)})
    html = _html(a_site(an_event(7), today="2021-07-02", history=gone))
    assert "<title>Event 7 (4 July 2021, withdrawn)" in html
    assert 'content="Withdrawn. EVA, 4 July 2021' in html
    assert "</time> · Withdrawn</p>" in html
    assert "data-countdown" not in html
    assert "Add to calendar" not in html
    assert "No, last seen on" in html
    listed = _html(a_site(an_event(7), today="2021-07-02"))
    assert "ithdrawn" not in listed
    assert "data-countdown" in listed
    assert "Add to calendar" in listed


def test_a_designator_does_not_break_at_its_hyphen() -> None:
    html = _html(a_site(an_event(7, name="<i>CRS-39</i> & Crew Dragon-28")))
    whole = '<span class="designator">{}</span>'.format
    name = f"&lt;i&gt;{whole('CRS-39')}&lt;/i&gt; &amp; Crew {whole('Dragon-28')}"
    assert f'<h1 dir="auto">{name}</h1>' in html


def test_the_permanent_link_can_be_printed() -> None:
    address = f"<br>Permanent link: {BASE_URL}id/7.html</p>"
    assert address in _html(a_site(an_event(7), base_url=BASE_URL))
    assert "Permanent link:" not in _html(a_site(an_event(7)))


def test_only_an_event_that_is_to_come_can_be_watched_and_added_to_a_calendar() -> None:
    event = an_event(7, videos=(a_video(),))
    coming, over = (_html(a_site(event, today=day)) for day in ("2021-07-04", "2021-07-05"))
    assert 'data-until="2021-07-04T06:41:00Z"' in coming
    assert "Watch<span" in coming
    assert "event-actions" not in over
    month = _html(a_site(an_event(7, "2021-07-31T00:00:00Z", precision=7), today="2021-07-04"))
    assert 'data-until="2021-08-01"' in month
    assert "Watch<span" not in month


def test_what_changes_with_every_run_is_not_on_the_page_of_an_event() -> None:
    first, later = (
        _html(
            a_site(
                an_event(7),
                today=f"2022-01-{day:02}",
                history=a_history(last_full_refresh=datetime(2022, 1, day, tzinfo=UTC)),
            )
        )
        for day in (1, 20)
    )
    assert first == later


def test_the_alternative_text_of_a_picture_is_its_name_or_that_of_its_subject() -> None:
    event = an_event(7, name="US EVA-91")
    for name, alt in {
        "US EVA Astronaut outside the ISS": "US EVA Astronaut outside the ISS",
        "[AUTO] Atlas V N22 - image": "Atlas V N22",
        "[AUTO] US EVA-91 - image": "Picture for US EVA-91 (no description)",
        "[AUTO] image": "Picture for US EVA-91 (no description)",
        "": "Picture for US EVA-91 (no description)",
    }.items():
        assert image_alt(an_image(name=name), event) == alt


def test_related_events_are_grouped_by_what_they_share() -> None:
    launch = a_launch("a", "Falcon 9 | Crew-3")
    events = [
        an_event(
            number, f"2021-07-{number:02}T12:00:00Z", launches=(launch,), slug=f"event-{number}"
        )
        for number in (7, 8, 9)
    ]
    html = _html(a_site(*events))
    assert html.count("Same launch: Falcon 9 | Crew-3") == 1


# What was written about it


def test_articles_are_links_with_site_author_and_date_and_no_picture() -> None:
    articles = (
        an_article(1, authors=("Jane Doe", "Jo"), published=datetime(2021, 7, 3, tzinfo=UTC)),
        an_article(2, kind="blog", title="", site="", authors=(), published=None),
    )
    html = _html(a_site(an_event(7), articles={7: articles}))
    section = re.search(r'<section aria-labelledby="news">.*?</section>', html, re.DOTALL)
    assert section
    first, second = re.findall(r"<li>.*?</li>", section[0], re.DOTALL)
    link = '<a href="https://news.example/1" rel="nofollow noopener noreferrer" dir="auto">'
    assert f"{link}Article 1</a>" in first
    words = [re.sub(r"<[^>]+>|\s+", " ", item).split() for item in (first, second)]
    assert " ".join(words[0]) == (
        "Article 1 3 July 2021 · Example News · Jane Doe , Jo · news.example Archived copy"
    )
    assert " ".join(words[1]) == "news.example Blog Archived copy"
    assert "<img" not in section[0]


def test_of_articles_and_webcasts_that_are_gone_it_says_so() -> None:
    urls = ("https://news.example/1", "https://video.example/1")
    event = an_event(7, videos=(a_video(url=urls[1], title="Live"),))
    html = _html(a_site(event, articles={7: (an_article(1),)}, gone_links=frozenset(urls)))
    copy = f"https://web.archive.org/web/20210704/{urls[0]}"
    assert f'<a href="{copy}" rel="nofollow noopener noreferrer" dir="auto">Article 1</a>' in html
    words = " ".join(re.sub(r"<[^>]+>", "", html).split())
    assert "news.example Archived copy. The original is no longer available." in words
    assert "video.example · no longer available" in words


def test_a_hostile_title_is_text_and_its_host_is_shown() -> None:
    title = "</a><script>alert(1)</script> nasa.gov " + "x" * 2000
    article = an_article(title=title, site="<b>NASA</b>", authors=("<i>",))
    html = _html(a_site(an_event(7), articles={7: (article,)}))
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert "&lt;b&gt;NASA&lt;/b&gt;" in html
    assert '<span class="link-host">\u00a0· news.example</span>' in html


def test_without_articles_there_is_no_section_for_them() -> None:
    assert "In the news" not in _html(a_site(an_event(7), articles={8: (an_article(),)}))
