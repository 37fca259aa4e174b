"""What many records share is read once, and nothing is taken for something else."""

import pytest

from events_archive.ll2.memo import Readings


def test_one_value_is_read_once_in_each_way() -> None:
    readings, value = Readings(), ["a", "b"]
    assert readings.of(value, tuple) is readings.of(value, tuple) == ("a", "b")
    assert readings.of(value, len) == 2
    assert readings.of(["a"], len) == 1


def test_values_that_are_gone_are_not_taken_for_later_ones() -> None:
    readings = Readings()
    assert [readings.of([number], sum) for number in range(50)] == list(range(50))


def test_how_many_readings_are_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("events_archive.ll2.memo._MOST_KNOWN", 5)
    readings = Readings()
    assert [readings.of([number], sum) for number in range(50)] == list(range(50))
    assert len(readings._known) == 5
