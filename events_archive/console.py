"""Messages, warnings, progress bars and the JSON report of a run.

Standard output has what was asked for, and a run that cannot write it fails. Standard error has
everything else, and where it cannot be written the run goes on. What is printed to a stream that is
closed from the start is dropped.
"""

import json
import os
import sys
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from io import TextIOWrapper
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, TextIO, cast

from events_archive.errors import FAILURE, ArchiveError
from events_archive.safe_text import safe_lines, safe_text, safe_value
from events_archive.settings import Settings

if TYPE_CHECKING:
    import rich.progress


def open_standard_streams() -> None:
    """Open the streams that are closed, and have both outputs escape what their encoding lacks.

    Otherwise a file that is opened later would get the number of a stream, and with it what
    libraries print there.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            stream = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115 - stays open
            setattr(sys, name, stream)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@contextmanager
def standard_output() -> Iterator[TextIO]:
    """Yield standard output, and flush it after the block.

    Raises `ArchiveError` if it cannot be written, BrokenPipeError if the program that reads it has
    ended.
    """
    try:
        yield sys.stdout
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise ArchiveError(
            f"standard output cannot be written: {error.strerror or error}"
        ) from error


class _LossyStream:
    """A stream that drops what it cannot write, such as to a terminal that has been closed."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class Progress:
    """A progress bar, or a stand-in that shows nothing where no bar is wanted."""

    def __init__(self, bar: "rich.progress.Progress | None" = None) -> None:
        self._bar = bar

    def advance(self) -> None:
        """Count one more step."""
        if self._bar:
            self._bar.advance(self._bar.task_ids[0])

    def expect(self, total: int) -> None:
        """Set the number of steps, once it is known."""
        if self._bar:
            self._bar.update(self._bar.task_ids[0], total=total)


@dataclass(kw_only=True)
class Console:
    """Prints to standard error, and collects what the JSON report and the summary contain.

    Results that a command was asked for go to standard output. All texts are made safe for a
    terminal, except for files that are written to a pipe.
    """

    stream: TextIO = field(default_factory=lambda: sys.stderr)
    quiet: bool = False
    verbose: bool = False
    strict: bool = False
    as_json: bool = False
    warnings: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    facts: dict[str, object] = field(default_factory=dict)
    """Values in the JSON report, by name."""
    seconds: dict[str, float] = field(default_factory=dict)
    summaries: list[str] = field(default_factory=list)
    """Parts of the run's one-line summary: what changed upstream, what was written."""

    @classmethod
    def from_settings(cls, settings: Settings) -> "Console":
        """Return a console that is as quiet, verbose or strict as the settings say."""
        return cls(
            quiet=settings.quiet,
            verbose=settings.verbose,
            strict=settings.strict,
            as_json=settings.json,
        )

    def print(self, message: str) -> None:
        """Print one line, unless the run is quiet."""
        if not self.quiet:
            self._print(message)

    def warn(self, message: str, *, with_traceback: bool = False) -> None:
        """Print a warning. With ``--strict``, a run with warnings fails at its end.

        ``with_traceback``, that of the exception that is handled comes first.
        """
        self._print_failure("warning", message, with_traceback=with_traceback)
        self.warnings.append(safe_text(message))

    def error(self, message: str, *, with_traceback: bool = False) -> None:
        """Print an error after which the run goes on; it fails at its end."""
        self._print_failure("error", message, with_traceback=with_traceback)
        self.errors.append(safe_text(message))

    def fail(self, message: str, *, with_traceback: bool = False) -> None:
        """Print why the run ends now, and the JSON report, where asked for."""
        self.error(message, with_traceback=with_traceback)
        with suppress(ArchiveError, OSError):
            self._print_report()

    def _print_failure(self, kind: str, message: str, *, with_traceback: bool) -> None:
        if with_traceback:
            self._write(safe_lines(traceback.format_exc()))
        self._print(f"{kind}: {message}")

    def _print(self, message: str) -> None:
        self._write(f"{safe_text(message)}\n")

    def _write(self, text: str) -> None:
        stream = _LossyStream(self.stream)
        stream.write(text)
        stream.flush()

    def print_lines(self, lines: Iterable[str]) -> None:
        """Print a result on standard output, unless ``--json`` prints its report there."""
        if not self.as_json:
            with standard_output() as stdout:
                stdout.write("".join(f"{safe_text(line)}\n" for line in lines))

    def write_stdout(self, text: str) -> None:
        """Write a file to standard output, in UTF-8 and with its line ends as they are."""
        with standard_output() as stdout:
            text = safe_lines(text) if stdout.isatty() else text
            stdout.buffer.write(text.encode("utf-8", "replace"))

    @property
    def summary(self) -> str:
        """The run in one line, which the workflow uses as a commit message."""
        return safe_text("; ".join(self.summaries))

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Measure the wall time of a step, for ``-v`` and ``--json``."""
        start = perf_counter()
        yield
        self.seconds[step] = round(perf_counter() - start, 3)

    def finish(self) -> int:
        """Print the times and the JSON report, where asked for, and return the exit status.

        The status is 1 after errors, or after warnings with ``--strict``; else 0.
        """
        if self.verbose:
            spent = ", ".join(f"{step} {seconds:.2f} s" for step, seconds in self.seconds.items())
            self.print(f"Time: {spent}")
        if self.strict and self.warnings:
            self.error(f"{len(self.warnings)} warnings, which --strict counts as failure")
        self._print_report()
        return FAILURE if self.errors else 0

    def _print_report(self) -> None:
        if self.as_json:
            report = {
                "ok": not self.errors,
                "summary": self.summary,
                **self.facts,
                "seconds": self.seconds,
                "warnings": self.warnings,
                "errors": self.errors,
            }
            text = json.dumps(safe_value(report), ensure_ascii=False, indent=1)
            self.write_stdout(f"{text}\n")

    @contextmanager
    def progress(self, label: str, total: int | None = None) -> Iterator[Progress]:
        """Show a progress bar on a terminal, and nothing elsewhere."""
        if self.quiet or not self.stream.isatty():
            yield Progress()
            return
        # Most runs are scheduled, and have no terminal.
        from rich import console, progress  # noqa: PLC0415

        with progress.Progress(
            "{task.description}",
            progress.BarColumn(),
            progress.MofNCompleteColumn(),
            progress.TimeRemainingColumn(),
            console=console.Console(file=cast(TextIO, _LossyStream(self.stream))),
            transient=True,
        ) as bar:
            bar.add_task(label, total=total)
            yield Progress(bar)


def quantity(number: int, noun: str) -> str:
    """Return ``1 page``, ``1,071 pages`` and the like."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
