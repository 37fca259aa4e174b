"""A page: one file of the site before it exists."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternate:
    """The same list in another format, announced with ``<link rel="alternate">``."""

    url: str
    media_type: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Breadcrumb:
    """One step of the way from home to a page."""

    label: str
    url: str


_NOTHING: Mapping[str, object] = MappingProxyType({})


# Not frozen, though nobody changes one: each would take three times as long to make, and a plan has
# tens of thousands.
@dataclass(slots=True, kw_only=True)
class Page:
    """Where something will lie, which template makes it, and what that template is told."""

    path: str
    """Below the site's root: ``events/us-eva-76.html``. Unique in a plan, whatever its case."""
    template: str
    """Below ``templates/``; its suffix decides how text is escaped."""
    title: str = ""
    description: str = ""
    context: Mapping[str, object] = field(default_factory=lambda: _NOTHING)
    breadcrumbs: tuple[Breadcrumb, ...] = ()
    alternates: tuple[Alternate, ...] = ()
    modified: datetime | None = None
    """When what it tells was last changed at the source (UTC), as far as one knows."""
    indexable: bool = True
    """Whether it belongs in the sitemap and in search engines."""
    cache_inputs: object = None
    """All that it is made from, where that is not just what its template is told.

    Values of the model and of the plan; `WHOLE` for a page that is about everything. An event
    stands for its record, its address, its picture, and what is remembered of it.
    """

    @property
    def is_html(self) -> bool:
        """Whether people open it, rather than programs."""
        return self.path.endswith(".html")

    @property
    def resolved(self) -> "Page":
        """The page with all that its template is told."""
        return self

    def copy_to(self, address: str) -> "Page":
        """The same page at another address."""
        return replace(self, path=address)


ALL_EVENTS = "the whole archive"
"""What a page depends on that tells of all events together."""


class LazyPage(Page):
    """A page that is put together when somebody looks at it.

    On most runs nobody does: nothing that it depends on has changed.
    """

    __slots__ = ("_make",)
    _make: Callable[[], Page]

    def __init__(
        self,
        address: str,
        template: str,
        make: Callable[[], Page],
        *,
        depends: object,
        modified: datetime | None = None,
    ) -> None:
        """``make`` gives the page itself, and ``depends`` is all that it makes it from."""
        self.path = address
        self.template = template
        self.modified = modified
        self.indexable = True
        self.cache_inputs = depends
        self._make = make

    @property
    def resolved(self) -> Page:
        """The page itself, made anew."""
        return self._make()

    def copy_to(self, address: str) -> Page:
        """The same page at another address."""
        make, depends = (lambda: self.resolved.copy_to(address)), self.cache_inputs
        return LazyPage(address, self.template, make, depends=depends, modified=self.modified)

    title = property(lambda self: self.resolved.title)
    description = property(lambda self: self.resolved.description)
    context = property(lambda self: self.resolved.context)
    breadcrumbs = property(lambda self: self.resolved.breadcrumbs)
    alternates = property(lambda self: self.resolved.alternates)


def redirect(address: str, name: str, target: str) -> Page:
    """A page that only leads on to ``target``: static hosts have no redirects."""
    return Page(
        path=address,
        template="pages/stub.html",
        title=name,
        context={"name": name, "target": target},
        indexable=False,
        cache_inputs=(name, target),
    )
