"""Two processes share a list of work, and what goes wrong in one is told by the other."""

import os
import signal
import time
from pathlib import Path

import pytest

from events_archive.errors import ArchiveError
from events_archive.workers import Share, can_share

pytestmark = pytest.mark.skipif(not can_share(), reason="one processor, or no fork")


@pytest.mark.parametrize("pieces", [0, 1, 2, 7, 500])
def test_each_piece_is_done_once(pieces: int, tmp_path: Path) -> None:
    mine: list[int] = []

    def do(piece: int) -> None:
        mine.append(piece)
        (tmp_path / f"{piece}").touch(exist_ok=False)

    with Share(pieces, do, lambda: list(mine)) as share:
        theirs = share.finish()
    assert sorted(mine + theirs) == list(range(pieces))
    assert mine == sorted(mine)
    assert theirs == sorted(theirs, reverse=True)
    assert len(list(tmp_path.iterdir())) == pieces


@pytest.mark.parametrize(
    ("error", "expected"),
    [(ArchiveError("no room"), ArchiveError), (ZeroDivisionError("odd"), RuntimeError)],
)
def test_what_stops_the_other_process_stops_this_one(
    error: Exception, expected: type[Exception]
) -> None:
    here = os.getpid()

    def outcome() -> None:
        if os.getpid() != here:
            raise error

    with (
        pytest.raises(expected, match=str(error)),
        Share(2, lambda piece: None, outcome) as share,
    ):
        share.finish()


def test_what_stops_this_process_stops_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    here, forked = os.getpid(), []
    fork = os.fork

    def noting() -> int:
        forked.append(fork())
        return forked[-1]

    def do(piece: int) -> None:
        if os.getpid() == here:
            raise KeyboardInterrupt
        signal.pause()

    monkeypatch.setattr(os, "fork", noting)
    with pytest.raises(KeyboardInterrupt), Share(1000, do, lambda: None) as share:
        share.finish()
    (other,) = forked
    with pytest.raises(ProcessLookupError):
        os.kill(other, 0)


def test_an_end_from_outside_is_told() -> None:
    here = os.getpid()

    def outcome() -> None:
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)

    with (
        pytest.raises(ArchiveError, match="ended from outside"),
        Share(2, lambda piece: None, outcome) as share,
    ):
        share.finish()


def test_the_other_process_has_begun_before_this_one_comes_to_it(tmp_path: Path) -> None:
    def do(piece: int) -> None:
        (tmp_path / f"{piece}").write_text(str(os.getpid()))

    with Share(3, do, os.getpid) as share:
        while len(list(tmp_path.iterdir())) < 3:
            time.sleep(0.01)
        other = share.finish()
    assert {path.read_text() for path in tmp_path.iterdir()} == {str(other)}
    assert other != os.getpid()
