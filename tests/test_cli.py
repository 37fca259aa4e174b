"""The command line: what is given, what is refused, and with which status a run exits."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from events_archive import __version__, cli
from events_archive.cli import COMMANDS, parse_arguments
from events_archive.commands import Options, fetch
from events_archive.console import Console
from events_archive.errors import ArchiveError, CacheError, UsageError
from events_archive.settings import SETTINGS, Settings
from tests.conftest import PROJECT, clean_environment, copy_seed


def _settings(folder: Path, *arguments: str) -> Settings:
    return parse_arguments(arguments, {}, folder).settings


def test_without_arguments_the_site_is_built_with_the_defaults(tmp_path: Path) -> None:
    options = parse_arguments([], {}, tmp_path)
    assert options.command == "build"
    assert options.given == {}
    assert options.command_options == {}
    assert options.settings.cache == tmp_path / "content_cache"


def test_a_command_may_come_first(tmp_path: Path) -> None:
    options = parse_arguments(["fetch", "--offline"], {}, tmp_path)
    assert (options.command, options.settings.offline) == ("fetch", True)


@pytest.mark.parametrize(
    "arguments",
    [["--offline", "-v", "query", "x"], ["query", "--offline", "x", "-v"],
     ["--offline", "query", "-v", "x"]],
)  # fmt: skip
def test_options_may_come_before_the_command_and_after_it(
    tmp_path: Path, arguments: list[str]
) -> None:
    options = parse_arguments(arguments, {}, tmp_path)
    assert options.command == "query"
    assert options.given == {"offline": True, "verbose": True}
    assert options.command_options["question"] == "x"


def test_a_value_of_an_option_is_no_command(tmp_path: Path) -> None:
    options = parse_arguments(["--cache", "check", "--output=query"], {}, tmp_path)
    assert (options.command, options.settings.cache.name) == ("build", "check")


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--version"], PROJECT) == 0
    assert capsys.readouterr().out == f"events-archive {__version__}\n"


def test_an_option_outweighs_the_settings_of_the_project(tmp_path: Path) -> None:
    toml = '[tool.events-archive]\nbase_url = "https://a.example"\nmax_age = "2d"\n'
    (tmp_path / "pyproject.toml").write_text(toml, encoding="utf-8")
    settings = _settings(tmp_path, "--base-url", "https://b.example/x")
    assert settings.base_url == "https://b.example/x/"
    assert settings.max_age == timedelta(days=2)


def test_all_options_reach_the_settings(tmp_path: Path) -> None:
    arguments = {
        "--offline": True, "--full": True, "--accept-withdrawals": True,
        "--allow-id-change": True, "--strict": True, "--dry-run": True, "--json": True,
        "--no-pictures": False, "-q": True, "-v": True,
        "--api-url=http://a.example/2": "http://a.example/2/",
        "--news-api-url=http://n.example/v4": "http://n.example/v4/",
        "--base-url=https://b.example": "https://b.example/",
        f"--output={tmp_path / 'o'}": tmp_path / "o",
        "--cache=c": Path.cwd() / "c",
        "--max-age=30m": timedelta(minutes=30),
        "--timeout=5": 5.0,
        "--today=2026-09-30": date(2026, 9, 30),
        "--jobs=2": 2,
        "--max-requests=20": 20,
    }  # fmt: skip
    options = parse_arguments([*arguments], {}, tmp_path)
    expected = {
        row.name: value
        for row in SETTINGS
        for argument, value in arguments.items()
        if argument.partition("=")[0] in (row.option, row.short_option)
    }
    assert options.given == expected
    assert expected.keys() == {row.name for row in SETTINGS if row.option}
    assert all(getattr(options.settings, name) == value for name, value in expected.items())


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_a_module_and_explains_each_option(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        parse_arguments([command, "--help"], {}, tmp_path)
    assert stopped.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    assert all(row.help in text for row in SETTINGS if row.option)
    assert (PROJECT / f"events_archive/commands/{command}.py").is_file()


def test_the_help_lists_each_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        parse_arguments(["--help"], {}, tmp_path)
    assert stopped.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    assert all(f"{name} {help_text}" in text for name, help_text in COMMANDS.items())


@pytest.mark.parametrize(
    "arguments",
    [
        ["--max-age", "soon"],
        ["--max-age", "9" * 400 + "d"],
        ["--base-url", "example.org"],
        ["--base-url", "ftp://example.org/"],
        ["--base-url", "https://example.org/?x=1"],
        ["--base-url", ""],
        ["--today", "yesterday"],
        ["--jobs", "0"],
        ["--jobs", "many"],
        ["--no-such-option"],
        ["chekc"],
    ],
)
def test_an_option_without_meaning_is_wrong_usage(tmp_path: Path, arguments: list[str]) -> None:
    with pytest.raises(UsageError) as stopped:
        parse_arguments(arguments, {}, tmp_path)
    printed = str(stopped.value)
    assert arguments[0] in printed
    assert len(arguments) == 1 or repr(arguments[1]) in printed
    assert "see build.py --help" in printed


@pytest.mark.parametrize(
    ("given", "prefix"), [("/repo/", "/repo/"), ("repo", "/repo/"), ("a/b", "/a/b/"), ("/", "/")]
)
def test_a_prefix_has_slashes_at_both_ends(tmp_path: Path, given: str, prefix: str) -> None:
    options = parse_arguments(["serve", "--prefix", given, "--port", "0"], {}, tmp_path)
    assert options.command_options == {"host": "127.0.0.1", "prefix": prefix, "port": 0}


@pytest.mark.parametrize(
    "arguments",
    [["serve", "--prefix", "/../"], ["serve", "--port", "70000"], ["export", "tar"], ["export"]],
)
def test_options_of_one_command_are_checked(tmp_path: Path, arguments: list[str]) -> None:
    with pytest.raises(UsageError, match=rf"see build\.py {arguments[0]} --help"):
        parse_arguments(arguments, {}, tmp_path)


# Exit statuses


def _fails(error: BaseException) -> Callable[[Options, Console], None]:
    def run(options: Options, console: Console) -> None:
        raise error

    return run


FAILURES: list[tuple[BaseException, int, str]] = [
    (ArchiveError("the disk is full"), 1, "the disk is full"),
    (CacheError("the disk is full"), 1, "the disk is full"),
    (UsageError("the disk is full"), 2, "the disk is full"),
    (OSError(28, "No space left on device", "a.html"), 1, "a.html: No space left on device"),
    (OSError("no reason"), 1, "no reason"),
    (KeyboardInterrupt(), 130, "interrupted; nothing is lost, and the next run continues"),
    (SystemExit(143), 143, "terminated; nothing is lost, and the next run continues"),
]


@pytest.mark.parametrize(("error", "status", "sentence"), FAILURES)
def test_a_failure_is_one_sentence_and_its_class_decides_on_the_exit_status(
    error: BaseException,
    status: int,
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(fetch, "run", _fails(error))
    assert cli.main(["fetch"], tmp_path) == status
    assert capsys.readouterr() == ("", f"error: {sentence}\n")
    assert cli.main(["--json", "fetch"], tmp_path) == status
    printed = capsys.readouterr()
    report = json.loads(printed.out)
    assert (report["ok"], report["errors"]) == (False, [sentence])
    assert printed.err == f"error: {sentence}\n"


def test_wrong_usage_has_a_json_report_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.events-archive]\nnonsense = 1\n")
    for arguments in (["fetch", "--json", "--jobs", "0"], ["--json"]):
        assert cli.main(arguments, tmp_path) == 2
        report = json.loads(capsys.readouterr().out)
        assert not report["ok"]
        assert len(report["errors"]) == 1


def test_a_mistake_in_the_program_prints_a_traceback_which_is_not_in_the_json_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fetch, "run", _fails(ZeroDivisionError("by zero")))
    assert cli.main(["fetch", "--json"], tmp_path) == 1
    printed = capsys.readouterr()
    assert "Traceback" in printed.err
    (sentence,) = json.loads(printed.out)["errors"]
    assert sentence.startswith("ZeroDivisionError: by zero; ")
    assert printed.err.endswith(f"error: {sentence}\n")


def test_with_verbose_an_error_comes_with_its_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fetch, "run", _fails(ArchiveError("the disk is full")))
    assert cli.main(["fetch", "-v"], tmp_path) == 1
    assert "Traceback" in capsys.readouterr().err


def test_an_interrupted_run_has_the_status_that_shells_give(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fetch, "run", _fails(KeyboardInterrupt()))
    assert cli.main(["fetch"], tmp_path) == 130
    assert "interrupted" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_a_run_that_is_interrupted_while_it_starts_ends_in_silence(tmp_path: Path) -> None:
    shutil.copy(PROJECT / "build.py", tmp_path)
    for name, code in {
        "__init__.py": "",
        "output/__init__.py": "",
        "output/up_to_date.py": "def is_up_to_date(arguments, script): return None",
        "cli.py": "import os, signal; os.kill(os.getpid(), signal.SIGINT)",
    }.items():
        (tmp_path / "events_archive" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "events_archive" / name).write_text(code)
    done = subprocess.run(
        [sys.executable, str(tmp_path / "build.py")],
        capture_output=True,
        text=True,
        env=clean_environment(),
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")


def test_warnings_fail_a_strict_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fetch, "run", lambda options, console: console.warn("odd"))
    assert cli.main(["fetch"], tmp_path) == 0
    assert cli.main(["fetch", "--strict"], tmp_path) == 1
    assert "1 warnings" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["query", "", "--format", "json"], ["build", "--dry-run"]])
def test_a_reader_that_has_seen_enough_is_no_error(arguments: list[str], tmp_path: Path) -> None:
    copy_seed(tmp_path)
    command = [sys.executable, str(PROJECT / "build.py"), *arguments, "--offline", "--cache"]
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as closed_pipe:
        run = subprocess.run(
            [*command, str(tmp_path)],
            stdout=closed_pipe,
            stderr=subprocess.PIPE,
            text=True,
            env=clean_environment(),
            check=False,
        )
    assert run.returncode == 141
    assert "Error" not in run.stderr
