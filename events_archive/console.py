"""What a run says while it works and when it is done: sentences, warnings, progress."""

import json
import sys
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Protocol, TextIO

from events_archive.settings import Settings


class Progress(Protocol):
    """Something that can be told that another step is done."""

    def advance(self, steps: int = 1) -> None:
        """Count ``steps`` more."""

    def expect(self, total: int) -> None:
        """Say how many steps there will be, once that is known."""


class _NoProgress:
    def advance(self, steps: int = 1) -> None:
        pass

    def expect(self, total: int) -> None:
        pass


class _Bar:
    """A progress bar, drawn by Rich."""

    def __init__(self, bar: object, task: object) -> None:
        self._bar, self._task = bar, task

    def advance(self, steps: int = 1) -> None:
        self._bar.advance(self._task, steps)  # type: ignore[attr-defined]

    def expect(self, total: int) -> None:
        self._bar.update(self._task, total=total)  # type: ignore[attr-defined]


class Console:
    """Collects what happened; says it on stderr, in colour and with bars only on a terminal."""

    def __init__(
        self,
        *,
        stream: TextIO | None = None,
        quiet: bool = False,
        verbose: bool = False,
        strict: bool = False,
        as_json: bool = False,
    ) -> None:
        self.stream = stream or sys.stderr
        self.quiet = quiet
        self.verbose = verbose
        self.strict = strict
        self.as_json = as_json
        self.warnings: list[str] = []
        self.errors: list[str] = []
        self.facts: dict[str, object] = {}
        self.seconds: dict[str, float] = {}
        self.summaries: list[str] = []

    @classmethod
    def from_settings(cls, settings: Settings) -> "Console":
        """The report that the settings ask for."""
        return cls(
            quiet=settings.quiet,
            verbose=settings.verbose,
            strict=settings.strict,
            as_json=settings.json,
        )

    def print(self, sentence: str) -> None:
        """One line for whoever watches."""
        if not self.quiet:
            print(sentence, file=self.stream, flush=True)

    def warn(self, sentence: str) -> None:
        """Something is not as it should be, but the build goes on. ``--strict`` counts these."""
        self.warnings.append(sentence)
        print(f"warning: {sentence}", file=self.stream, flush=True)

    def error(self, sentence: str) -> None:
        """Something was found that must not be: the run goes on to its end, and has failed."""
        self.errors.append(sentence)
        print(f"error: {sentence}", file=self.stream, flush=True)

    def fail(self, sentence: str, *, with_traceback: bool = False) -> None:
        """Why the run ended without being done."""
        if with_traceback:
            traceback.print_exc(file=self.stream)
        print(f"error: {sentence}", file=self.stream, flush=True)

    def print_lines(self, lines: Iterable[str]) -> None:
        """A result that was asked for: on standard output, unless ``--json`` wants that."""
        for line in () if self.as_json else lines:
            print(line)

    def write_stdout(self, text: str) -> None:
        """A file that was asked for: on standard output, its line ends as they are."""
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8", "replace"))
        sys.stdout.buffer.flush()

    def add_fact(self, name: str, fact: object) -> None:
        """A fact for ``--json``."""
        self.facts[name] = fact

    def add_summary(self, words: str) -> None:
        """A part of the run's one-line summary: what changed in the world, what was written."""
        self.summaries.append(words)

    @property
    def summary(self) -> str:
        """The run in one line, fit for a commit message."""
        return "; ".join(self.summaries)

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Measure a step: wall time in seconds, for ``-v`` and ``--json``."""
        start = perf_counter()
        yield
        self.seconds[step] = round(perf_counter() - start, 3)

    def finish(self) -> int:
        """End a run that was done; the exit status, 1 for what is wrong or ``--strict`` about."""
        if self.verbose:
            spent = ", ".join(f"{step} {seconds:.2f} s" for step, seconds in self.seconds.items())
            self.print(f"Time: {spent}")
        overdone = self.strict and bool(self.warnings)
        if overdone:
            self.fail(f"{len(self.warnings)} warnings, which --strict counts as failure")
        failed = overdone or bool(self.errors)
        if self.as_json:
            print(json.dumps(self._as_json(ok=not failed), ensure_ascii=False, indent=1))
        return 1 if failed else 0

    def _as_json(self, *, ok: bool) -> dict[str, object]:
        return {
            "ok": ok,
            "summary": self.summary,
            **self.facts,
            "seconds": self.seconds,
            "warnings": self.warnings,
            "errors": self.errors,
        }

    @contextmanager
    def progress(self, label: str, total: int | None = None) -> Iterator[Progress]:
        """A bar on a terminal; elsewhere nothing, since the steps say their own line."""
        if self.quiet or not self.stream.isatty():
            yield _NoProgress()
            return
        # Rich costs 60 ms to import, which a scheduled run need not pay.
        from rich.console import Console  # noqa: PLC0415
        from rich.progress import (  # noqa: PLC0415
            BarColumn,
            MofNCompleteColumn,
            TextColumn,
            TimeRemainingColumn,
        )
        from rich.progress import Progress as RichProgress  # noqa: PLC0415

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        console = Console(file=self.stream)
        with RichProgress(*columns, console=console, transient=True) as bar:
            yield _Bar(bar, bar.add_task(label, total=total))
