"""An event whose pages cannot be made is left out with a warning, and all others are published."""

import io
import sys
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from events_archive.commands.build import build_site
from events_archive.console import Console
from events_archive.errors import ArchiveError, PageError
from events_archive.model import series
from events_archive.output.failing_events import without_failing_events
from events_archive.render import calendars, json_ld
from events_archive.settings import Settings
from events_archive.store.records import load_records
from tests.conftest import PROJECT, copy_seed
from tests.factories import a_site, an_event
from tests.ll2_server import EventDatabase, LL2Server
from tests.render.rendered import BASE_URL, no_thumbnails


def failing_for(function: Callable[..., Any], is_bad: Callable[..., bool]) -> Callable[..., Any]:
    def wrapped(*arguments: Any) -> Any:
        if is_bad(*arguments):
            raise RecursionError("what nobody has foreseen")
        return function(*arguments)

    return wrapped


def test_a_build_leaves_out_what_fails_in_any_stage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_plan = failing_for(series.memberships, lambda name, type_id: name == "Tiangong EVA-1")
    monkeypatch.setattr(series, "memberships", in_plan)
    in_calendars = failing_for(calendars.summary, lambda entry: entry.event.id == 262)
    monkeypatch.setattr(calendars, "summary", in_calendars)
    copy_seed(tmp_path / "cache")
    settings = Settings(
        cache=tmp_path / "cache", output=tmp_path / "output", offline=True, pictures=False,
        templates=PROJECT / "templates", static=PROJECT / "static", base_url=BASE_URL, strict=True,
    )  # fmt: skip
    console = Console.from_settings(settings)
    site = build_site(settings, console)
    left_out = {262, 309}
    assert len(site.catalogue.all_events) == 8
    assert {int(warning.split()[1]) for warning in console.warnings} == left_out
    assert all("what nobody has foreseen" in warning for warning in console.warnings)
    assert console.finish() == 1
    page = (tmp_path / "output/events/tiangong-eva-1.html").read_text("utf-8")
    assert "cannot be shown" in page
    assert (tmp_path / "output/id/262.html").is_file()


def test_of_an_event_that_a_refresh_has_broken_the_last_good_version_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_bad = failing_for(calendars.summary, lambda entry: entry.event.name == "Broken")
    monkeypatch.setattr(calendars, "summary", is_bad)
    database = EventDatabase.generate(8, images=0)
    first, second, *_ = database.ids
    with LL2Server(database) as server:
        settings = Settings(
            cache=tmp_path / "cache", output=tmp_path / "output", api_url=server.url, full=True,
            templates=PROJECT / "templates", static=PROJECT / "static", pictures=False,
        )  # fmt: skip
        console = Console(stream=io.StringIO())
        build_site(settings, console)
        assert console.warnings == []
        name = database[first]["name"]
        database.change(first, name="Broken", slug=database[first]["slug"])
        database.change(second, name="Changed")
        broken = database.add(name="Broken")["id"]
        site = build_site(settings, console)
    names = {event.id: event.name for event in site.catalogue.all_events}
    assert (names[first], names[second]) == (name, "Changed")
    assert broken not in names
    assert [warning.rpartition("; ")[2] for warning in console.warnings] == [
        "its last good version stays", "it is left out",
    ]  # fmt: skip
    lines = load_records(tmp_path / "cache/events.jsonl").lines
    assert lines[first].decode()["name"] == name
    page = (tmp_path / f"output/id/{first}.html").read_text("utf-8")
    assert name in unescape(page)


def test_a_fault_of_all_events_or_of_none_is_raised_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    site = a_site(
        *map(an_event, range(1, 15)), templates=PROJECT / "templates", static=PROJECT / "static",
        base_url=BASE_URL,
    )  # fmt: skip
    console = Console(stream=sys.stderr)
    errors = (PageError("first"), ArchiveError("disk full"), OSError("disk full"), ValueError("x"))
    for error in errors:
        with pytest.raises(type(error)) as caught:
            without_failing_events(site, no_thumbnails(), console, error)
        assert caught.value is error
    monkeypatch.setattr(json_ld, "place_of", failing_for(json_ld.place_of, lambda name: True))
    with pytest.raises(PageError, match="first"):
        without_failing_events(site, no_thumbnails(), console, errors[0])
    assert console.warnings == []
