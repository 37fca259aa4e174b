"""The table of settings, and what is derived from it."""

import re
import tomllib
from argparse import ArgumentTypeError
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from events_archive.errors import UsageError
from events_archive.load_settings import load_settings
from events_archive.setting_parsers import parse_today
from events_archive.settings import SETTINGS, Settings
from tests.conftest import PROJECT

IN_TOML = [row for row in SETTINGS if row.in_toml]


def _load(
    folder: Path, toml: str = "", environ: dict[str, str] | None = None, **given: Any
) -> Settings:
    if toml:
        table = f"[tool.events-archive]\n{toml}\n"
        (folder / "pyproject.toml").write_text(table, encoding="utf-8")
    return load_settings(folder, environ or {}, given)


# The table


def test_each_setting_is_explained_and_can_be_parsed_where_it_can_be_set() -> None:
    for row in SETTINGS:
        assert row.help, row.name
        is_flag = isinstance(row.default, bool) and row.option
        if row.in_toml or row.environment or (row.option and not is_flag):
            assert row.parse, row.name


def test_an_option_has_the_name_of_its_setting() -> None:
    for row in SETTINGS:
        if row.option:
            name = row.name.replace("_", "-")
            assert row.option == (f"--no-{name}" if row.default is True else f"--{name}")


def test_the_readme_lists_each_setting_of_the_project_with_its_default() -> None:
    readme = (PROJECT / "README.md").read_text("utf-8")
    table = dict(re.findall(r"^\| `(\w+)` \| `([^|]+)` \| [^|]+ \|$", readme, re.MULTILINE))
    assert table.keys() == {row.name for row in IN_TOML}
    for row in IN_TOML:
        value = tomllib.loads(f"value = {table[row.name]}")["value"]
        assert row.parse
        assert row.default == (value if value == "" else row.parse(value)), row.name


def test_pages_are_made_from_no_setting_that_is_not_in_their_fingerprint() -> None:
    packages = (PROJECT / "events_archive" / name for name in ("site", "pages", "render"))
    modules = (path for package in packages for path in package.rglob("*.py"))
    templates = (
        path for path in (PROJECT / "templates").rglob("*.*") if "__pycache__" not in path.parts
    )
    names = {row.name for row in SETTINGS}
    used = {
        name
        for path in (*modules, *templates)
        for name in re.findall(r"\bsettings\.(\w+)", path.read_text("utf-8"))
    }
    assert "title" in used
    assert used & names <= {row.name for row in SETTINGS if row.affects_output}


def test_another_title_is_another_output_and_another_timeout_is_not() -> None:
    values = Settings().output_values()
    assert Settings(title="Another").output_values() != values
    assert Settings(timeout=1.0, quiet=True, cache=Path("c")).output_values() == values


# Where values come from


def test_folders_are_those_of_the_project(tmp_path: Path) -> None:
    settings = _load(tmp_path)
    assert settings == Settings(
        cache=tmp_path / "content_cache",
        output=tmp_path / "output",
        templates=tmp_path / "templates",
        static=tmp_path / "static",
    )


def test_the_command_line_outweighs_the_project_which_outweighs_the_environment(
    tmp_path: Path,
) -> None:
    host = {"ARCHIVE_BASE_URL": "https://me.github.io/repo"}
    assert _load(tmp_path, environ=host).base_url == "https://me.github.io/repo/"
    toml = 'base_url = "https://b.example"\nmax_age = "2d"'
    assert _load(tmp_path, toml, host).base_url == "https://b.example/"
    settings = _load(tmp_path, toml, host, base_url="https://c.example/")
    assert settings.base_url == "https://c.example/"
    assert settings.max_age == timedelta(days=2)


def test_a_domain_for_the_host_is_also_where_the_site_is_published(tmp_path: Path) -> None:
    host = {"ARCHIVE_BASE_URL": "https://me.github.io/repo"}
    settings = _load(tmp_path, 'cname = "Events.Example.org"', host)
    assert (settings.cname, settings.base_url) == (
        "events.example.org",
        "https://events.example.org/",
    )
    both = 'cname = "events.example.org"\nbase_url = "https://b.example"'
    assert _load(tmp_path, both, host).base_url == "https://b.example/"


def test_an_empty_variable_of_the_environment_sets_nothing(tmp_path: Path) -> None:
    settings = _load(tmp_path, environ={"ARCHIVE_BASE_URL": "", "LL2_API_KEY": ""})
    assert (settings.base_url, settings.api_key) == ("", None)


def test_a_host_that_names_no_url_is_an_error_that_names_the_variable(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="ARCHIVE_BASE_URL in the environment"):
        _load(tmp_path, environ={"ARCHIVE_BASE_URL": "me.github.io"})


def test_the_api_key_comes_from_the_environment_and_is_never_shown(tmp_path: Path) -> None:
    settings = _load(tmp_path, environ={"LL2_API_KEY": "secret"})
    assert settings.api_key == "secret"
    assert "secret" not in repr(settings)


@pytest.mark.parametrize("around", ["%s\n", " %s", "\t%s\r\n"])
def test_an_api_key_is_used_without_the_spaces_around_it(tmp_path: Path, around: str) -> None:
    assert _load(tmp_path, environ={"LL2_API_KEY": around % "s3cret"}).api_key == "s3cret"
    assert _load(tmp_path, environ={"LL2_API_KEY": around % ""}).api_key is None


@pytest.mark.parametrize("key", ["s3cret s3cret", "s3cret\ns3cret", "s3crét", "s3cret\0"])
def test_an_api_key_that_cannot_be_sent_is_refused_by_name_and_not_repeated(
    tmp_path: Path, key: str
) -> None:
    with pytest.raises(UsageError, match=r"LL2_API_KEY in the environment: .*copy") as caught:
        _load(tmp_path, environ={"LL2_API_KEY": key})
    assert "s3cr" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://user:s3cret@a.example/", "https://s3cret@a.example", "user:s3cret@a.example",
        "https:\\\\user:s3cret@a.example", "https://user:s3cret@[a/", "https://u:p@s3cret@a.example/",
    ],
)  # fmt: skip
def test_an_address_with_a_password_is_refused_and_not_repeated(tmp_path: Path, url: str) -> None:
    for name in ("api_url", "base_url"):
        with pytest.raises(UsageError, match=f"{name}.*password") as caught:
            _load(tmp_path, f"{name} = '{url}'")
        assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["https://a.example/\x1b[31m", "https://a.example/b c", "https://a.example:99999/"]
)
def test_an_address_that_is_none_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(UsageError, match="ARCHIVE_BASE_URL"):
        _load(tmp_path, environ={"ARCHIVE_BASE_URL": url})
    address = "https://a.example/@me/"
    assert _load(tmp_path, environ={"ARCHIVE_BASE_URL": f" {address}\n"}).base_url == address


def test_all_settings_of_the_project_are_read(tmp_path: Path) -> None:
    toml = """
        api_url = "http://127.0.0.1:8000/2.3.0"
        base_url = ""
        cname = ""
        excluded_licences = [1, 5]
        full_sweep_every = "1d"
        jobs = 2
        list_limit = 50
        max_age = "90"
        max_requests = 20
        news = false
        news_api_url = "https://news.example/v4"
        mode = "normal"
        offer_download = true
        page_budget = "1.5MB"
        site_budget = "1 GB"
        timeout = "5s"
        source_url = "https://github.com/me/archive"
        title = "Mine"
    """
    settings = _load(tmp_path, toml)
    found = {row.name: getattr(settings, row.name) for row in IN_TOML}
    assert found == {
        "api_url": "http://127.0.0.1:8000/2.3.0/",
        "base_url": "",
        "cname": "",
        "excluded_licences": (1, 5),
        "full_sweep_every": timedelta(days=1),
        "jobs": 2,
        "list_limit": 50,
        "max_age": timedelta(seconds=90),
        "max_requests": 20,
        "news": False,
        "news_api_url": "https://news.example/v4/",
        "mode": "normal",
        "offer_download": True,
        "page_budget": 1_500_000,
        "site_budget": 10**9,
        "source_url": "https://github.com/me/archive/",
        "timeout": 5.0,
        "title": "Mine",
    }


@pytest.mark.parametrize(
    "toml",
    [
        'colour = "red"',
        "strict = true",
        'mode = "list"',
        'excluded_licences = "1"',
        "excluded_licences = [true]",
        "list_limit = 0",
        "list_limit = true",
        'base_url = "nowhere"',
        'api_url = ""',
        "title = 3",
        "max_age = 6",
        'max_age = "later"',
        'timeout = "0s"',
        "jobs = 0",
        "max_requests = 0",
        'cname = "no domain"',
        'cname = "https://x.org"',
        'page_budget = "much"',
        "page_budget = 300",
        'offer_download = "yes"',
    ],
)
def test_an_error_names_the_setting_that_is_unknown_or_has_no_meaning(
    tmp_path: Path, toml: str
) -> None:
    name = toml.split(maxsplit=1)[0]
    with pytest.raises(UsageError, match=rf"pyproject\.toml, \[tool\.events-archive\] {name}: "):
        _load(tmp_path, toml)


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool", encoding="utf-8")
    with pytest.raises(UsageError, match=r"pyproject\.toml"):
        _load(tmp_path)


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "3000-01-01", "9999-12-31"])
def test_today_is_in_a_year_that_an_event_may_have(day: str) -> None:
    with pytest.raises(ArgumentTypeError, match=f"{day} is not in the years 1900 to 2999"):
        parse_today(day)


def test_today_may_be_given(tmp_path: Path) -> None:
    assert _load(tmp_path).today is None
    assert _load(tmp_path, today=date(2026, 9, 30)).today == date(2026, 9, 30)


# The news API


@pytest.mark.parametrize(
    ("settings", "root"),
    [
        ({}, "https://api.spaceflightnewsapi.net/v4/"),
        ({"api_url": "https://ll.thespacedevs.com/2.4.0/"}, "https://api.spaceflightnewsapi.net/v4/"),
        ({"api_url": "https://ll.example/2.3.0/"}, ""),
        ({"api_url": "https://thespacedevs.com.example/2.3.0/"}, ""),
        ({"api_url": "https://ll.example/2.3.0/", "news_api_url": "https://n.example/"},
         "https://n.example/"),
        ({"news": False}, ""),
        ({"news": False, "news_api_url": "https://n.example/"}, ""),
    ],
)  # fmt: skip
def test_the_public_news_api_is_asked_only_for_events_of_the_public_api(
    settings: dict[str, Any], root: str
) -> None:
    assert Settings(**settings).news_root == root
