"""Links within the site: each must lead to a file, and each page must be linked from another."""

from collections.abc import Iterator

from events_archive.check.built_site import BuiltSite
from events_archive.check.findings import Finding
from events_archive.site import urls


def broken_links(site: BuiltSite) -> Iterator[Finding]:
    """Yield the links to files, or to parts of a page, that do not exist."""
    for page in site.pages.values():
        # GitHub Pages shows it at any depth, so its links are absolute paths from the host's root.
        if page.path == urls.NOT_FOUND:
            continue
        for link in page.parsed.links:
            target = site.resolve_link(page.path, link)
            if target and (problem := _link_problem(site, *target)):
                yield Finding(rule="link", path=page.path, message=f"{link} {problem}")


def _link_problem(site: BuiltSite, path: str, fragment: str) -> str:
    """Return what is wrong with the target of a link, "" if nothing is."""
    if path.startswith(".."):
        return "leads out of the site"
    if path not in site.files:
        return "leads to a file that is not there"
    page = site.pages.get(path)
    if page and fragment and fragment not in page.parsed.ids:
        return "leads to a place that is not in that page"
    return ""


def orphans(site: BuiltSite) -> Iterator[Finding]:
    """Yield the pages that cannot be reached from the home page; redirects need not be."""
    reached = {urls.HOME}
    queue = [urls.HOME]
    while queue:
        path = queue.pop()
        for link in site.pages[path].parsed.links if path in site.pages else ():
            target = site.resolve_link(path, link)
            if target and target[0] not in reached:
                reached.add(target[0])
                queue.append(target[0])
    for path, page in site.pages.items():
        if path not in reached and path != urls.NOT_FOUND and not page.parsed.redirect_target:
            yield Finding(rule="orphan", path=path, message="cannot be reached from home")


def external_links(site: BuiltSite) -> dict[str, str]:
    """Return the http(s) URLs of other sites, each with the path of the first page with it."""
    first_page: dict[str, str] = {}
    for page in site.pages.values():
        for link in page.parsed.links:
            is_http = link.startswith(("http://", "https://"))
            if is_http and site.resolve_link(page.path, link) is None:
                first_page.setdefault(link, page.path)
    return dict(sorted(first_page.items()))
