"""Every setting of the archive; `load_settings` finds out their values.

A field of `Settings` is all that a setting consists of: its name and type, and a call of `setting`
with the default and everything else. The options of the command line, the names allowed in
``pyproject.toml``, the table in ``README.md`` (by a test) and the settings in the fingerprint of
the site come from here. To add a setting, add a field and use it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from math import inf
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from events_archive import __version__
from events_archive.setting_parsers import (
    one_of,
    parse_api_key,
    parse_bool,
    parse_byte_size,
    parse_commit,
    parse_domain,
    parse_duration,
    parse_ids,
    parse_path,
    parse_text,
    parse_timeout,
    parse_today,
    parse_url,
    whole_number,
)

DEFAULT_API_URL = "https://ll.thespacedevs.com/2.3.0/"
NEWS_API_URL = "https://api.spaceflightnewsapi.net/v4/"

_URL_CHARACTERS = "%/:@!$&'()*+,;=~[]"

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A row of the table `SETTINGS`."""

    name: str = ""
    """The field of `Settings`, and the key in ``[tool.events-archive]``."""
    default: Any = None
    """A relative path starts at the project's folder."""
    parse: Callable[[Any], Any] | None
    """Returns the value for a text or a TOML value, or raises ArgumentTypeError."""
    help: str
    option: str = ""
    """Its option on the command line, or "". That of a bool takes no value: it sets what the
    default is not."""
    short_option: str = ""
    metavar: str | None = None
    """How ``--help`` writes the value of the option."""
    in_toml: bool = False
    """Whether ``pyproject.toml`` may set it."""
    environment: str = ""
    """The environment variable that may set it, or ""."""
    affects_output: bool = False
    """Whether pages are rendered from the value, so that a change of it renders all of them again.

    What a setting changes by way of the data (events, images, the day) does not count: that is in
    the fingerprint of each page.
    """


def setting(
    default: T, parse: Callable[[Any], T] | None = None, *, in_repr: bool = True, **attributes: Any
) -> T:
    """Return a dataclass field with this default; ``attributes`` are those of its `Setting`."""
    row = Setting(parse=parse, **attributes)
    return field(default=default, repr=in_repr, metadata={"setting": row})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of a run. ``--help`` lists options in the order of these fields."""

    # fmt: off

    # Options of the command line only.
    offline: bool = setting(
        False, option="--offline", help="make no requests; use the cache as it is"
    )
    full: bool = setting(
        False, option="--full",
        help="fetch every event again, to find deletions and silent changes"
    )
    accept_withdrawals: bool = setting(
        False, option="--accept-withdrawals",
        help="accept a full refresh in which more than 5 % of the events are missing"
    )
    allow_id_change: bool = setting(
        False, option="--allow-id-change",
        help="publish even though ids in feeds or calendars have changed"
    )
    strict: bool = setting(
        False, option="--strict", help="exit with status 1 if there are warnings"
    )
    dry_run: bool = setting(
        False, option="--dry-run",
        help="print the requests and pages that a build would make; write nothing"
    )
    json: bool = setting(False, option="--json", help="print a JSON report on standard output")
    pictures: bool = setting(True, option="--no-pictures", help="download no images")

    # Options with a value, some of them for pyproject.toml too.
    api_url: str = setting(
        DEFAULT_API_URL, parse_url, option="--api-url", in_toml=True,
        help="the API's root (default: the public API)"
    )
    news_api_url: str = setting(
        "", parse_url, option="--news-api-url", in_toml=True,
        help="the news API's root (default: the public one, if the events are from the public API)"
    )
    base_url: str = setting(
        "", parse_url, option="--base-url", in_toml=True, environment="ARCHIVE_BASE_URL",
        affects_output=True, help="where the site will be published"
    )
    cache: Path = setting(
        Path("content_cache"), parse_path, option="--cache", metavar="DIR",
        help="the folder of records and images"
    )
    output: Path = setting(
        Path("output"), parse_path, option="--output", metavar="DIR",
        help="the folder that the site is written to"
    )
    max_age: timedelta = setting(
        timedelta(hours=6), parse_duration, option="--max-age", metavar="6h", in_toml=True,
        help="how old the cache may be: 30m, 6h, 2d"
    )
    timeout: float = setting(
        60.0, parse_timeout, option="--timeout", metavar="60s", in_toml=True,
        help="give up when the API sends nothing for this long"
    )
    max_requests: int = setting(
        150, whole_number(1, 100_000, "a number from 1 to 100000"), option="--max-requests",
        metavar="N", in_toml=True,
        help="requests to each API in one run, whatever it says; one has 100 events"
    )
    today: date | None = setting(
        None, parse_today, option="--today", metavar="YYYY-MM-DD",
        help="treat this UTC day as today"
    )
    """The UTC date that divides past from upcoming; None stands for that of the last refresh."""
    jobs: int = setting(
        4, whole_number(1, 64, "a number from 1 to 64"), option="--jobs", metavar="N", in_toml=True,
        help="images downloaded or resized at a time; with 1, everything runs in one process"
    )
    quiet: bool = setting(
        False, option="--quiet", short_option="-q", help="print warnings and errors only"
    )
    verbose: bool = setting(
        False, option="--verbose", short_option="-v", help="print more, and tracebacks of errors"
    )

    # For pyproject.toml only.
    title: str = setting(
        "Spaceflight Events Archive", parse_text, in_toml=True, affects_output=True,
        help="the name of the site"
    )
    source_url: str = setting(
        "", parse_url, in_toml=True, environment="ARCHIVE_SOURCE_URL", affects_output=True,
        help="where the source code of the site is, for a link at the foot of each page"
    )
    commit: str = setting(
        "", parse_commit, environment="ARCHIVE_COMMIT",
        help="the commit of the code that builds the site, which ``build.json`` names"
    )
    list_limit: int = setting(
        200, whole_number(1, inf, "a whole number above 0"), in_toml=True, affects_output=True,
        help="the most events on one list page; a longer list is split"
    )
    cname: str = setting(
        "", parse_domain, in_toml=True, affects_output=True,
        help="a domain for hosts that read it from a file ``CNAME``; sets ``base_url`` too"
    )
    offer_download: bool = setting(
        False, parse_bool, in_toml=True, environment="ARCHIVE_OFFER_DOWNLOAD", affects_output=True,
        help="whether the page “Read offline” has the site as a ZIP, which each build packs anew"
    )
    excluded_licences: tuple[int, ...] = setting(
        (), parse_ids, in_toml=True, affects_output=True,
        help="ids of licences whose images are replaced by a placeholder"
    )
    mode: str = setting(
        "detailed", one_of("detailed", "normal"), in_toml=True,
        help="LL2's level of detail: ``detailed`` (with agencies, launches, crews) or ``normal``"
    )
    full_sweep_every: timedelta = setting(
        timedelta(days=7), parse_duration, in_toml=True, help="how old the last full refresh may be"
    )
    news: bool = setting(
        True, parse_bool, in_toml=True,
        help="whether pages of events list articles about them, which a news API has"
    )
    page_budget: int = setting(
        300_000, parse_byte_size, in_toml=True,
        help="what ``check`` allows for the first visit of a page, compressed"
    )
    site_budget: int = setting(
        500_000_000, parse_byte_size, in_toml=True,
        help="what ``check`` allows for the whole site; GitHub Pages takes 1 GB"
    )

    # Neither on the command line nor in pyproject.toml.
    api_key: str | None = setting(
        None, parse_api_key, environment="LL2_API_KEY", in_repr=False,
        help="sent to the host of ``api_url`` and to no other, never written anywhere"
    )
    templates: Path = setting(Path("templates"), help="the folder of the templates")
    static: Path = setting(Path("static"), help="the folder of stylesheet, scripts and icons")

    # fmt: on

    @property
    def user_agent(self) -> str:
        """The ``User-Agent`` of all requests, with the site's URL if that is known."""
        name = f"spaceflight-events-archive/{__version__}"
        # A header takes ASCII only, and a host may have other letters.
        return f"{name} (+{quote(self.base_url, _URL_CHARACTERS)})" if self.base_url else name

    @property
    def news_root(self) -> str:
        """The root of the news API; ``""`` if none is asked.

        The public one knows the ids of The Space Devs' own servers. Another server of events is
        perhaps a test, which should not send requests to the public.
        """
        if not self.news:
            return ""
        if self.news_api_url:
            return self.news_api_url
        host = urlsplit(self.api_url).hostname or ""
        return NEWS_API_URL if host.endswith(".thespacedevs.com") else ""

    @property
    def fresh_for(self) -> timedelta:
        """How old the last contact with the API may be, unless there is a reason not to wait."""
        return min(self.max_age, self.full_sweep_every)

    def output_values(self) -> tuple[tuple[str, str], ...]:
        """Return the name and the ``repr`` of each setting that affects the output."""
        return tuple(
            (row.name, repr(getattr(self, row.name))) for row in SETTINGS if row.affects_output
        )


SETTINGS: tuple[Setting, ...] = tuple(
    replace(field.metadata["setting"], name=field.name, default=field.default)
    for field in fields(Settings)
)
"""The table of all settings, in the order of the fields."""
