"""One frozen value that says where things lie and how far we go."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from events_archive import __version__

DEFAULT_API_URL = "https://ll.thespacedevs.com/2.3.0/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a run is told: the defaults, over them ``[tool.events-archive]``, over them options."""

    api_url: str = DEFAULT_API_URL
    """The API's root, with a slash at its end."""
    api_key: str | None = field(default=None, repr=False)
    """``LL2_API_KEY``: sent to the host of `api_url` and to no other, never written anywhere."""
    mode: str = "detailed"
    """LL2's level of detail: "normal", or "detailed", the only one with relations."""
    base_url: str = ""
    """Where the site will be published, with a slash at its end; "" when not known."""
    title: str = "Spaceflight Events Archive"
    cache: Path = Path("content_cache")
    output: Path = Path("output")
    templates: Path = Path("templates")
    static: Path = Path("static")
    max_age: timedelta = timedelta(hours=6)
    """How old the cache may be before the API is asked again."""
    full_sweep_every: timedelta = timedelta(days=7)
    """How old the last full sweep may be before another is made."""
    timeout: float = 60.0
    """Seconds of silence that are borne from the API; everything else follows from it."""
    today: date | None = None
    """The UTC day that divides past from upcoming; None takes the day of the last contact."""
    offline: bool = False
    full: bool = False
    accept_withdrawals: bool = False
    """Whether a full sweep is believed in which more than 5% of the events are gone."""
    allow_id_change: bool = False
    """Whether a site is published in which the ids of feeds or calendars are not what they were."""
    pictures: bool = True
    excluded_licences: tuple[int, ...] = ()
    """Ids of image licences whose pictures are not shown; a placeholder stands in."""
    jobs: int = 4
    """How many pictures are fetched, and how many are resized, at a time.

    With more than one, two processes make the pages.
    """
    list_limit: int = 200
    """The most events on one list page; a longer list is split."""
    cname: str = ""
    """A domain of one's own, for hosts that read it from a file ``CNAME``; "" for none."""
    offer_download: bool = False
    """Whether the published site holds the whole of itself as one ZIP."""
    page_budget: int = 300_000
    """Bytes that a first visit of any page may weigh, packed as servers pack."""
    site_budget: int = 500_000_000
    """Bytes that the whole site may weigh; GitHub Pages takes 1 GB."""
    strict: bool = False
    dry_run: bool = False
    quiet: bool = False
    verbose: bool = False
    json: bool = False

    @property
    def user_agent(self) -> str:
        """How we introduce ourselves to servers, with where to find us if that is known."""
        name = f"spaceflight-events-archive/{__version__}"
        return f"{name} (+{self.base_url})" if self.base_url else name
