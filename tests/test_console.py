"""What a run prints, and where."""

import io
import json
import os
import sys

import pytest

from events_archive.console import Console


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _progress(stream: io.StringIO, *, quiet: bool = False) -> str:
    console = Console(stream=stream, quiet=quiet)
    with console.progress("Pictures") as progress:
        progress.expect(2)
        progress.advance()
        progress.advance()
    return stream.getvalue()


def test_a_progress_bar_is_drawn_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    assert "Pictures" in _progress(_Terminal())
    assert _progress(_Terminal(), quiet=True) == ""
    assert _progress(io.StringIO()) == ""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal of POSIX")
def test_a_run_goes_on_when_its_terminal_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    screen, terminal = os.openpty()
    console = Console(stream=os.fdopen(terminal, "w"))
    with console.progress("Pictures", 2) as progress:
        progress.advance()
        os.close(screen)
        console.warn("odd")
        progress.advance()
    assert console.finish() == 0
    with pytest.raises(OSError, match="Input/output error"):
        console.stream.close()


def test_a_quiet_run_prints_warnings_and_errors_only() -> None:
    console = Console(stream=io.StringIO(), quiet=True)
    console.print("done")
    console.warn("odd")
    console.error("wrong")
    assert isinstance(console.stream, io.StringIO)
    assert console.stream.getvalue() == "warning: odd\nerror: wrong\n"


def test_the_json_report_holds_facts_times_warnings_and_errors(
    capsys: pytest.CaptureFixture[str],
) -> None:
    console = Console(stream=io.StringIO(), as_json=True)
    console.facts["events"] = 10
    console.summaries += ["1 new", "3 pages written"]
    with console.timed("fetch"):
        console.warn("odd")
    console.print_lines(["not on standard output, which has the report"])
    assert console.finish() == 0
    report = json.loads(capsys.readouterr().out)
    assert report.pop("seconds").keys() == {"fetch"}
    assert report == {
        "ok": True,
        "summary": "1 new; 3 pages written",
        "events": 10,
        "warnings": ["odd"],
        "errors": [],
    }


def test_a_run_with_errors_goes_on_and_fails_at_its_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    console = Console(stream=io.StringIO(), as_json=True)
    console.error("wrong")
    assert console.finish() == 1
    assert json.loads(capsys.readouterr().out)["ok"] is False
