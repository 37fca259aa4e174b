"""Which files a build makes again, and what it says of those that it leaves as they are."""

import io
from pathlib import Path

import pytest

from events_archive.commands.build import build_site
from events_archive.console import Console
from events_archive.render import calendars
from events_archive.settings import Settings
from tests.conftest import PROJECT, copy_seed
from tests.render.rendered import BASE_URL


@pytest.mark.parametrize("jobs", [1, 4])
def test_a_large_calendar_is_named_by_builds_that_leave_it_as_it_is_too(
    jobs: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendars, "MAX_EVENTS", 2)
    copy_seed(tmp_path / "cache")
    settings = Settings(
        cache=tmp_path / "cache", output=tmp_path / "output", offline=True, pictures=False,
        templates=PROJECT / "templates", static=PROJECT / "static", base_url=BASE_URL, jobs=jobs,
    )  # fmt: skip
    first, second = Console(stream=io.StringIO()), Console(stream=io.StringIO())
    build_site(settings, first)
    build_site(settings, second)
    assert any("anniversaries.ics holds" in warning for warning in first.warnings)
    assert second.warnings == first.warnings
    assert second.facts["written"]["unchanged"] > 0
    assert second.facts["written"]["changed"] == 0
