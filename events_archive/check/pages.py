"""Checks of the pages: their links, their HTML, their images and their sizes."""

from collections.abc import Iterator

from events_archive.check.built_site import BuiltSite, Problem
from events_archive.site import urls

HOST_LIMIT = 1_000_000_000
"""The most bytes that a site on GitHub Pages may have."""
FILE_LIMIT = 100_000_000
"""The most bytes that GitHub accepts in one file."""

WHOLE_SITE = "the whole"
"""In place of a path, for problems of all files together."""


def broken_links(site: BuiltSite) -> Iterator[Problem]:
    """Yield the links to files, or to parts of a page, that do not exist."""
    for path, page in site.pages.items():
        # GitHub Pages shows it at any depth, so its links are absolute paths from the host's root.
        if path == urls.NOT_FOUND:
            continue
        for link in page.links:
            target = site.resolve_link(path, link)
            if target and (problem := _link_problem(site, *target)):
                yield path, f"{link} {problem}"


def _link_problem(site: BuiltSite, path: str, fragment: str) -> str:
    """Return what is wrong with the target of a link, "" if nothing is."""
    if path.startswith(".."):
        return "leads out of the site"
    if path not in site.files:
        return "leads to a file that is not there"
    page = site.pages.get(path)
    if page and fragment and fragment not in page.ids:
        return "leads to a place that is not in that page"
    return ""


def orphans(site: BuiltSite) -> Iterator[Problem]:
    """Yield the pages that cannot be reached from the home page; redirects need not be."""
    reached = {urls.HOME}
    queue = [urls.HOME]
    while queue:
        path = queue.pop()
        for link in site.pages[path].links if path in site.pages else ():
            target = site.resolve_link(path, link)
            if target and target[0] not in reached:
                reached.add(target[0])
                queue.append(target[0])
    for path, page in site.pages.items():
        if path not in reached and path != urls.NOT_FOUND and not page.redirect_target:
            yield path, "cannot be reached from home"


def malformed_pages(site: BuiltSite) -> Iterator[Problem]:
    """Yield what browsers would have to repair."""
    return ((path, problem) for path, page in site.pages.items() for problem in page.problems)


def incomplete_images(site: BuiltSite) -> Iterator[Problem]:
    """Yield the images with missing attributes."""
    return ((path, problem) for path, page in site.pages.items() for problem in page.image_problems)


def too_heavy(site: BuiltSite) -> Iterator[Problem]:
    """Yield the pages and the site that exceed their budgets. The heaviest page comes first."""
    budget = site.settings.page_budget
    for path, weight in sorted(site.page_weights.items(), key=lambda item: (-item[1], item[0])):
        if weight > budget:
            yield path, f"a first visit takes {weight / 1e3:.0f} kB of {budget / 1e3:.0f} kB"
    size, budget = site.total_size, site.settings.site_budget
    if size > budget:
        yield WHOLE_SITE, f"the site has {size / 1e6:.1f} MB of {budget / 1e6:.1f} MB"


def too_large(site: BuiltSite) -> Iterator[Problem]:
    """Yield what GitHub Pages would refuse for its size."""
    if (size := site.total_size) > HOST_LIMIT:
        yield WHOLE_SITE, f"the site has {size / 1e9:.2f} GB; GitHub Pages takes 1 GB"
    for path, file in site.files.items():
        if (size := file.stat().st_size) > FILE_LIMIT:
            yield path, f"{size / 1e6:.0f} MB; git takes 100 MB in one file"
