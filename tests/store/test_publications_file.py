"""What was last published about events, as the file has it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec.structs import replace

from events_archive.model.publication import Publication
from events_archive.store.publications_file import load_publications, save_publications

MONDAY = datetime(2026, 9, 7, 6, tzinfo=UTC)
FIRST = Publication(
    event_id=309, published=MONDAY, updated=MONDAY, modified=MONDAY, sequence=7,
    status="CONFIRMED", shown="1:abc",
)  # fmt: skip


def test_what_is_saved_is_loaded_in_the_order_of_ids_and_saved_again_without_a_change(
    tmp_path: Path,
) -> None:
    path = tmp_path / "publications.jsonl"
    assert load_publications(path) == ({}, ())
    publications = {309: FIRST, 7: replace(FIRST, event_id=7)}
    assert save_publications(path, publications)
    assert [line.partition(b",")[0] for line in path.read_bytes().splitlines()] == [
        b'{"id":7', b'{"id":309',
    ]  # fmt: skip
    assert load_publications(path) == (publications, ())
    assert not save_publications(path, publications)


def test_a_damaged_line_costs_no_other_and_of_two_the_later_revision_counts(tmp_path: Path) -> None:
    path = tmp_path / "publications.jsonl"
    earlier = replace(FIRST, sequence=8)
    later = replace(earlier, articles="abc", articles_changed=MONDAY + timedelta(days=1))
    save_publications(path, {309: later})
    lines = path.read_bytes()
    save_publications(path, {309: earlier})
    lines += path.read_bytes()
    save_publications(path, {309: FIRST, 310: replace(FIRST, event_id=310)})
    path.write_bytes(lines + b'{"id":311,"sequence"\n' + path.read_bytes())
    publications, (damaged,) = load_publications(path)
    assert publications == {309: later, 310: replace(FIRST, event_id=310)}
    assert "line 3" in damaged


def test_a_publication_without_articles_has_no_members_for_them(tmp_path: Path) -> None:
    path = tmp_path / "publications.jsonl"
    save_publications(path, {309: FIRST})
    assert b"articles" not in path.read_bytes()
