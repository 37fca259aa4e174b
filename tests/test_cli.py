"""The command line and the settings file."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from events_archive.cli import parse_arguments
from events_archive.errors import UsageError
from events_archive.settings import DEFAULT_API_URL, Settings


def _settings(tmp_path: Path, *arguments: str, lasting: str = "", **environ: str) -> Settings:
    if lasting:
        table = f"[tool.events-archive]\n{lasting}\n"
        (tmp_path / "pyproject.toml").write_text(table, encoding="utf-8")
    return parse_arguments(arguments, environ, tmp_path).settings


def test_without_a_word_the_site_is_built_with_the_defaults(tmp_path: Path) -> None:
    options = parse_arguments([], {}, tmp_path)
    assert options.command == "build"
    assert options.settings.api_url == DEFAULT_API_URL
    assert options.settings.cache == tmp_path / "content_cache"
    assert options.settings.max_age == timedelta(hours=6)
    assert options.settings.pictures


def test_a_command_may_come_first(tmp_path: Path) -> None:
    options = parse_arguments(["fetch", "--offline"], {}, tmp_path)
    assert (options.command, options.settings.offline) == ("fetch", True)


def test_an_option_wins_over_a_lasting_setting(tmp_path: Path) -> None:
    lasting = 'base_url = "https://a.example"\nmax_age = "2d"'
    settings = _settings(tmp_path, "--base-url", "https://b.example/x", lasting=lasting)
    assert settings.base_url == "https://b.example/x/"
    assert settings.max_age == timedelta(days=2)


def test_all_options_reach_the_settings(tmp_path: Path) -> None:
    settings = _settings(
        tmp_path, "--no-pictures", "--strict", "--max-age", "30m", "--jobs", "2",
        "--today", "2026-09-30", "--output", str(tmp_path / "o"), "--cache", "c", "-q", "--json",
    )  # fmt: skip
    assert not settings.pictures
    assert settings.max_age == timedelta(minutes=30)
    assert settings.today == date(2026, 9, 30)
    assert settings.output == tmp_path / "o"
    assert settings.cache == Path.cwd() / "c"
    assert settings.strict
    assert settings.quiet
    assert settings.json
    assert settings.jobs == 2


def test_the_key_comes_from_the_environment_and_is_never_shown(tmp_path: Path) -> None:
    settings = _settings(tmp_path, LL2_API_KEY="secret")
    assert settings.api_key == "secret"
    assert "secret" not in repr(settings)
    assert _settings(tmp_path, LL2_API_KEY="").api_key is None


@pytest.mark.parametrize(
    "arguments",
    [
        ["--max-age", "soon"],
        ["--max-age", "9" * 400 + "d"],
        ["--base-url", "example.org"],
        ["--base-url", "ftp://example.org/"],
        ["--base-url", "https://example.org/?x=1"],
        ["--today", "yesterday"],
        ["--jobs", "0"],
        ["--jobs", "many"],
        ["--no-such-option"],
    ],
)
def test_a_value_without_meaning_is_wrong_usage(
    tmp_path: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        parse_arguments(arguments, {}, tmp_path)
    assert stopped.value.code == 2
    assert arguments[0] in capsys.readouterr().err


@pytest.mark.parametrize(
    "lasting",
    [
        'colour = "red"',
        'mode = "list"',
        'excluded_licences = "1"',
        "excluded_licences = [true]",
        "list_limit = 0",
        'base_url = "nowhere"',
        "title = 3",
        'max_age = "later"',
        "jobs = 0",
    ],
)
def test_a_lasting_setting_without_meaning_is_named(tmp_path: Path, lasting: str) -> None:
    with pytest.raises(UsageError, match=lasting.split(maxsplit=1)[0]):
        _settings(tmp_path, lasting=lasting)


def test_settings_that_last_are_read(tmp_path: Path) -> None:
    settings = _settings(
        tmp_path,
        lasting='excluded_licences = [1, 5]\nlist_limit = 50\nmode = "normal"\nbase_url = ""',
    )
    assert settings.excluded_licences == (1, 5)
    assert settings.list_limit == 50
    assert settings.mode == "normal"
    assert settings.base_url == ""


def test_a_settings_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool", encoding="utf-8")
    with pytest.raises(UsageError, match=r"pyproject\.toml"):
        parse_arguments([], {}, tmp_path)


def test_where_the_host_will_publish_counts_less_than_what_the_project_says(
    tmp_path: Path,
) -> None:
    host = {"ARCHIVE_BASE_URL": "https://me.github.io/repo"}
    assert _settings(tmp_path, **host).base_url == "https://me.github.io/repo/"
    own = _settings(tmp_path, lasting='cname = "Events.Example.org"', **host)
    assert (own.base_url, own.cname) == ("https://events.example.org/", "events.example.org")
    both = 'cname = "events.example.org"\nbase_url = "https://b.example"'
    assert _settings(tmp_path, lasting=both, **host).base_url == "https://b.example/"
    said = _settings(tmp_path, "--base-url", "https://c.example/", lasting=both, **host)
    assert said.base_url == "https://c.example/"
    assert _settings(tmp_path / "elsewhere", ARCHIVE_BASE_URL="").base_url == ""


def test_a_host_that_names_no_address_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="ARCHIVE_BASE_URL"):
        _settings(tmp_path, ARCHIVE_BASE_URL="me.github.io")


@pytest.mark.parametrize(
    ("given", "bytes_"), [("300 kB", 300_000), ("1.5MB", 1_500_000), ("1 GB", 10**9)]
)
def test_budgets_are_weights(tmp_path: Path, given: str, bytes_: int) -> None:
    settings = _settings(tmp_path, lasting=f'page_budget = "{given}"\nsite_budget = "{given}"')
    assert settings.page_budget == settings.site_budget == bytes_


@pytest.mark.parametrize(
    "lasting",
    ['cname = "no domain"', 'cname = "https://x.org"', 'page_budget = "much"', "page_budget = 300",
     'offer_download = "yes"'],
)  # fmt: skip
def test_a_setting_for_publishing_without_meaning_is_refused(tmp_path: Path, lasting: str) -> None:
    with pytest.raises(UsageError, match=lasting.split(maxsplit=1)[0]):
        _settings(tmp_path, lasting=lasting)


@pytest.mark.parametrize(
    ("given", "prefix"), [("/repo/", "/repo/"), ("repo", "/repo/"), ("a/b", "/a/b/"), ("/", "/")]
)
def test_a_prefix_has_its_slashes(tmp_path: Path, given: str, prefix: str) -> None:
    options = parse_arguments(["serve", "--prefix", given, "--port", "0"], {}, tmp_path)
    assert options.command_options == {"prefix": prefix, "port": 0}


@pytest.mark.parametrize(
    "arguments",
    [["serve", "--prefix", "/../"], ["serve", "--port", "70000"], ["export", "tar"], ["export"]],
)
def test_options_of_one_command_are_checked(
    tmp_path: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parse_arguments(arguments, {}, tmp_path)
    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err
