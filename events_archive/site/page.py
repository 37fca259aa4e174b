"""A page: one file of the site before it exists."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternate:
    """The same list in another format, announced with ``<link rel="alternate">``."""

    address: str
    media_type: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Crumb:
    """One step of the way from home to a page."""

    label: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Where something will lie, which template makes it, and what that template is told."""

    address: str
    """Below the site's root: ``events/us-eva-76.html``. Unique in a plan, whatever its case."""
    template: str
    """Below ``templates/``; its suffix decides how text is escaped."""
    title: str = ""
    description: str = ""
    context: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    crumbs: tuple[Crumb, ...] = ()
    alternates: tuple[Alternate, ...] = ()
    modified: datetime | None = None
    """When what it tells was last changed at the source (UTC), as far as one knows."""
    indexable: bool = True
    """Whether it belongs in the sitemap and in search engines."""

    @property
    def is_html(self) -> bool:
        """Whether people open it, rather than programs."""
        return self.address.endswith(".html")


def stub(address: str, name: str, target: str) -> Page:
    """A page that only leads on to ``target``: static hosts have no redirects."""
    return Page(
        address=address,
        template="pages/stub.html",
        title=name,
        context={"name": name, "target": target},
        indexable=False,
    )
