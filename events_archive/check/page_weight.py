"""Each page by itself: its form, its pictures, its weight; and the weight of the whole."""

from collections.abc import Iterator, Mapping

from events_archive.check.built_site import BuiltSite
from events_archive.check.findings import Finding

HOST_LIMIT = 1_000_000_000
"""Bytes that a site on GitHub Pages may have."""
FILE_LIMIT = 100_000_000
"""Bytes that git takes in one file."""


def malformed(site: BuiltSite) -> Iterator[Finding]:
    """Pages that a browser would have to repair."""
    for page in site.pages.values():
        for problem in page.parsed.problems:
            yield Finding(rule="html", path=page.path, message=problem)
        for picture in page.parsed.image_problems:
            yield Finding(rule="picture", path=page.path, message=picture)


def page_weights(site: BuiltSite) -> dict[str, int]:
    """By page, the bytes that travel when somebody opens it who was never here."""
    weights: dict[str, int] = {}
    for page in site.pages.values():
        targets = (site.target(page.path, link) for link in page.parsed.loads)
        parts = {target[0] for target in targets if target and target[0] in site.paths}
        for part in parts - weights.keys():
            weights[part] = site.weight(part)
        weights[page.path] = page.gzip_size + sum(weights[part] for part in parts)
    return {address: weights[address] for address in site.pages}


def too_heavy(
    site: BuiltSite, visits: Mapping[str, int], *, page_budget: int, site_budget: int
) -> Iterator[Finding]:
    """Pages, by their `first_visits`, and the whole against their budgets in bytes."""
    for address, weight in sorted(visits.items(), key=lambda item: (-item[1], item[0])):
        if weight > page_budget:
            what = f"a first visit takes {_kilobytes(weight)} of {_kilobytes(page_budget)}"
            yield Finding(rule="budget", path=address, message=what)
    size = total(site)
    if size > site_budget:
        what = f"the site has {size / 1e6:.1f} MB of {site_budget / 1e6:.1f} MB"
        yield Finding(rule="budget", path="the whole", message=what)


def too_large(site: BuiltSite) -> Iterator[Finding]:
    """What GitHub Pages would not take."""
    if (size := total(site)) > HOST_LIMIT:
        what = f"the site has {size / 1e9:.2f} GB; GitHub Pages takes 1 GB"
        yield Finding(rule="size", path="the whole", message=what)
    for address, path in site.paths.items():
        if (size := path.stat().st_size) > FILE_LIMIT:
            what = f"{size / 1e6:.0f} MB; git takes 100 MB in one file"
            yield Finding(rule="size", path=address, message=what)


def total(site: BuiltSite) -> int:
    """Bytes of all files."""
    return sum(path.stat().st_size for path in site.paths.values())


def _kilobytes(size: int) -> str:
    return f"{size / 1000:.0f} kB"
