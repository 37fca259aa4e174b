"""Which feeds there are, the order of their entries, and their archives."""

from datetime import UTC, datetime, timedelta

from events_archive.pages.feed_pages import feed_pages
from events_archive.site.feeds import Feed
from tests.factories import DOCKING, a_history, a_site, an_event

REFRESHED = datetime(2026, 9, 1, 12, tzinfo=UTC)


def _feeds(site) -> dict[str, Feed]:
    return {page.path: page.context["feed"] for page in feed_pages(site)}


def _ids(feed: Feed) -> list[int]:
    return [entry.event.id for entry in feed.entries if entry.event]


def _many(count: int, **facts):
    start = datetime(2021, 1, 1, tzinfo=UTC)
    return [
        an_event(
            number,
            (start + timedelta(days=5 * number)).isoformat(),
            last_updated=start + timedelta(days=number * 37 % 400),
            **facts,
        )
        for number in range(1, count + 1)
    ]


def test_the_site_and_each_type_have_feeds_in_both_orders_and_three_formats() -> None:
    paths = set(_feeds(a_site(an_event(1), an_event(2, type=DOCKING))))
    for stem, json in (
        ("feed", ".json"), ("happened", ".json"), ("changes", ".json"), ("days", ".json"),
        ("types/eva", ".feed.json"), ("types/eva.happened", ".json"),
        ("types/docking", ".feed.json"), ("types/docking.happened", ".json"),
    ):  # fmt: skip
        assert {f"{stem}.rss", f"{stem}.atom", stem + json} <= paths
    assert len(paths) == 24


def test_news_are_ordered_by_last_change_and_past_events_by_date() -> None:
    old = an_event(1, "2021-01-01T00:00:00Z", last_updated=datetime(2025, 1, 1, tzinfo=UTC))
    new = an_event(2, "2021-06-01T00:00:00Z", last_updated=datetime(2023, 1, 1, tzinfo=UTC))
    coming = an_event(3, "2030-01-01T00:00:00Z", last_updated=datetime(2024, 1, 1, tzinfo=UTC))
    feeds = _feeds(a_site(old, new, coming, today="2026-01-01"))
    assert _ids(feeds["feed.atom"]) == [1, 3, 2]
    assert _ids(feeds["happened.atom"]) == [2, 1]


def test_no_entry_is_dated_after_the_last_refresh() -> None:
    far = an_event(3, "2030-12-31T00:00:00Z", precision=14)
    today = an_event(4, "2026-09-01T23:00:00Z")
    month = an_event(5, "2026-08-31T00:00:00Z", precision=7)
    history = a_history(
        last_full_refresh=REFRESHED, first_seen={3: REFRESHED, 4: REFRESHED, 5: REFRESHED}
    )
    site = a_site(far, today, month, today="2026-09-01", history=history)
    for feed in _feeds(site).values():
        for entry in feed.entries:
            assert entry.published <= entry.updated <= feed.updated <= REFRESHED
    assert _ids(_feeds(site)["happened.rss"]) == [5]


def test_a_feed_holds_fifty_entries_and_its_archive_holds_them_all() -> None:
    feeds = _feeds(a_site(*_many(230), today="2026-01-01"))
    for stem in ("feed", "happened", "types/eva", "types/eva.happened"):
        feed = feeds[f"{stem}.atom"]
        assert len(feed.entries) == 50
        seen, document = set(_ids(feed)), feed
        newer = ""
        while document.prev_archive:
            older = feeds[f"{document.prev_archive}.atom"]
            assert (older.main, older.next_archive) == (stem, newer)
            assert older.id == feed.id
            newer, document = older.stem, older
            seen |= set(_ids(document))
        assert seen == set(range(1, 231))


def test_a_short_feed_has_no_archive() -> None:
    feeds = _feeds(a_site(*_many(50), today="2026-01-01"))
    assert not any(feed.prev_archive or feed.main for feed in feeds.values())


def test_an_archive_has_no_json() -> None:
    archives = [
        a for a, feed in _feeds(a_site(*_many(60), today="2026-01-01")).items() if feed.main
    ]
    assert archives
    assert {path.rpartition(".")[2] for path in archives} == {"rss", "atom"}


def _archives(events, **facts) -> dict[str, Feed]:
    feeds = _feeds(a_site(*events, today="2026-01-01", **facts))
    return {path: feed for path, feed in feeds.items() if feed.main}


def test_an_archive_document_changes_only_with_its_own_events() -> None:
    events = _many(230)
    before = _archives(events)
    changed = an_event(7, "2021-02-05T00:00:00Z", name="Another name")
    newcomer = an_event(231, "2023-06-01T00:00:00Z")
    after = _archives([e for e in events if e.id != 7] + [changed, newcomer])
    differing = {
        path for path, feed in after.items() if path.endswith(".atom") and before.get(path) != feed
    }
    assert differing == {
        "feed/0-99.atom", "feed/200-299.atom",
        "happened/2021.atom", "happened/2023.atom",
        "types/eva/0-499.atom",
        "types/eva.happened/2021.atom", "types/eva.happened/2023.atom",
    }  # fmt: skip


def test_a_change_to_an_event_does_not_move_it_within_its_document() -> None:
    events = _many(60)
    last = an_event(7, "2021-02-05T00:00:00Z", last_updated=datetime(2025, 1, 1, tzinfo=UTC))
    history = a_history(first_seen={event.id: datetime(2020, 1, 1, tzinfo=UTC) for event in events})
    before = _archives(events, history=history)
    after = _archives([e for e in events if e.id != 7] + [last], history=history)
    assert {a: _ids(feed) for a, feed in before.items()} == {
        a: _ids(feed) for a, feed in after.items()
    }


def test_an_event_never_moves_to_another_document_of_news() -> None:
    events = _many(230)
    fewer = [event for event in events if event.id % 3]

    def places(archives: dict[str, Feed]) -> dict[int, str]:
        news = {a: f for a, f in archives.items() if a.startswith("feed/") and a.endswith(".rss")}
        return {event_id: path for path, feed in news.items() for event_id in _ids(feed)}

    before, after = places(_archives(events)), places(_archives(fewer))
    assert after.items() <= before.items()


def test_the_ids_of_feeds_of_a_type_have_its_id() -> None:
    feeds = _feeds(a_site(an_event(1, type=DOCKING)))
    assert feeds["types/docking.atom"].id.endswith(":type:2")
    identities = {feed.id for feed in feeds.values()}
    assert len(identities) == 6
