"""Links within the site: each leads to a file, and each page is led to."""

from collections.abc import Iterator

from events_archive.check.built_site import BuiltSite
from events_archive.check.findings import Finding
from events_archive.site import urls


def broken_links(site: BuiltSite) -> Iterator[Finding]:
    """Links of pages to files that are not there, and to places in a page that are not."""
    for page in site.pages.values():
        # From a host's root GitHub answers with it at any depth: its links are absolute paths.
        if page.path == urls.NOT_FOUND:
            continue
        for link in page.parsed.links:
            target = site.target(page.path, link)
            if target and (fault := _fault(site, *target)):
                yield Finding(rule="link", path=page.path, message=f"{link} {fault}")


def _fault(site: BuiltSite, address: str, fragment: str) -> str:
    """What is wrong with a target; "" if nothing is."""
    if address.startswith(".."):
        return "leads out of the site"
    if address not in site.paths:
        return "leads to a file that is not there"
    page = site.pages.get(address)
    if page and fragment and fragment not in page.parsed.ids:
        return "leads to a place that is not in that page"
    return ""


def orphans(site: BuiltSite) -> Iterator[Finding]:
    """Pages that cannot be reached from home; those that only lead on are meant to be so."""
    reached = {urls.HOME}
    waiting = [urls.HOME]
    while waiting:
        address = waiting.pop()
        for link in site.pages[address].parsed.links if address in site.pages else ():
            target = site.target(address, link)
            if target and target[0] not in reached:
                reached.add(target[0])
                waiting.append(target[0])
    for address, page in site.pages.items():
        if address not in reached and address != urls.NOT_FOUND and not page.parsed.redirect_target:
            yield Finding(rule="orphan", path=address, message="cannot be reached from home")


def external_links(site: BuiltSite) -> dict[str, str]:
    """Every http(s) address outside the site, each with the first page that names it."""
    found: dict[str, str] = {}
    for page in site.pages.values():
        for link in page.parsed.links:
            if link.startswith(("http://", "https://")) and site.target(page.path, link) is None:
                found.setdefault(link, page.path)
    return dict(sorted(found.items()))
