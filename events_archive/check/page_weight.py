"""Pages one by one: well-formed HTML, complete images, transfer size; and the size of the site."""

from collections.abc import Iterator, Mapping

from events_archive.check.built_site import BuiltSite
from events_archive.check.findings import Finding

HOST_LIMIT = 1_000_000_000
"""The most bytes that a site on GitHub Pages may have."""
FILE_LIMIT = 100_000_000
"""The most bytes that GitHub accepts in one file."""

WHOLE_SITE = "the whole"
"""In place of a path, for findings about all files together."""


def malformed(site: BuiltSite) -> Iterator[Finding]:
    """Yield what browsers would have to repair, and images with missing attributes."""
    for page in site.pages.values():
        for problem in page.parsed.problems:
            yield Finding(rule="html", path=page.path, message=problem)
        for problem in page.parsed.image_problems:
            yield Finding(rule="picture", path=page.path, message=problem)


def page_weights(site: BuiltSite) -> dict[str, int]:
    """Return the bytes that a first visit to each page transfers, by path."""
    sizes: dict[str, int] = {}
    weights: dict[str, int] = {}
    for page in site.pages.values():
        targets = (site.resolve_link(page.path, link) for link in page.parsed.loads)
        assets = {target[0] for target in targets if target and target[0] in site.files}
        for path in assets - sizes.keys():
            sizes[path] = site.transfer_size(path)
        weights[page.path] = page.gzip_size + sum(sizes[path] for path in assets)
    return weights


def too_heavy(
    site: BuiltSite, weights: Mapping[str, int], *, page_budget: int, site_budget: int
) -> Iterator[Finding]:
    """Yield the pages whose `page_weights` exceed ``page_budget``; and the site, ``site_budget``.

    The budgets are bytes. The heaviest page comes first.
    """
    for path, weight in sorted(weights.items(), key=lambda item: (-item[1], item[0])):
        if weight > page_budget:
            message = f"a first visit takes {_kilobytes(weight)} of {_kilobytes(page_budget)}"
            yield Finding(rule="budget", path=path, message=message)
    size = site.total_size
    if size > site_budget:
        message = f"the site has {size / 1e6:.1f} MB of {site_budget / 1e6:.1f} MB"
        yield Finding(rule="budget", path=WHOLE_SITE, message=message)


def too_large(site: BuiltSite) -> Iterator[Finding]:
    """Yield what GitHub Pages would refuse for its size."""
    if (size := site.total_size) > HOST_LIMIT:
        message = f"the site has {size / 1e9:.2f} GB; GitHub Pages takes 1 GB"
        yield Finding(rule="size", path=WHOLE_SITE, message=message)
    for path, file in site.files.items():
        if (size := file.stat().st_size) > FILE_LIMIT:
            message = f"{size / 1e6:.0f} MB; git takes 100 MB in one file"
            yield Finding(rule="size", path=path, message=message)


def _kilobytes(size: int) -> str:
    return f"{size / 1000:.0f} kB"
