"""``build.py verify``: compare a published site with what the cache would build."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import to_builtins

from events_archive.commands import Options
from events_archive.commands.fetch import read_site
from events_archive.console import Console, quantity
from events_archive.output.former_files import former_paths
from events_archive.output.stage import stage_site
from events_archive.published.archive import read_build_info
from events_archive.published.compare import Comparison, compare
from events_archive.published.files import FolderFiles
from events_archive.published.pictures import read_generations
from events_archive.published.settings import stated_differences
from events_archive.published.website import WebsiteFiles, open_website
from events_archive.settings import Settings
from events_archive.site import urls
from events_archive.site.build_info import TOOL_FILES, TOOLS, BuildInfo
from events_archive.store.lock import lock_cache

MAX_LINES = 20
"""Lines about differences of one kind that are printed without ``-v``."""

_FOR_HOSTS = frozenset({urls.NO_JEKYLL, urls.CNAME})
"""Paths of files that hosts read, and need not serve."""


def run(options: Options, console: Console) -> None:
    """Build the site in a temporary folder, with the settings that the published one states.

    Nothing is requested from the APIs, and no data in the cache change. The run fails at its end if
    a file differs. Raises `ArchiveError` where no site of the archive is published there.
    """
    settings = options.settings
    with open_published(options.command_options["site"], settings) as published:
        info = read_build_info(published)
        stated = stated_differences(info, settings, options.given)
        for name, value in stated.items():
            console.print(f"The site was built with the setting {name} = {value!r}, as here now.")
        with TemporaryDirectory() as folder:
            settings = replace(settings, **stated, commit=info.commit, output=Path(folder) / "site")
            with console.timed("build"):
                built = build(settings, console)
            with console.timed("compare"):
                comparison = compare_sites(built, published, info, console, settings.jobs)
    report(comparison, console, everything=settings.verbose)


@contextmanager
def open_published(site: Path | str, settings: Settings) -> Iterator[FolderFiles | WebsiteFiles]:
    """Yield the files of the site in a folder or at a URL."""
    if isinstance(site, str):
        with open_website(site, settings) as files:
            yield files
    else:
        yield FolderFiles(site)


def build(settings: Settings, console: Console) -> dict[str, Path]:
    """Return every file that the cache would build, by its path in the site."""
    site = read_site(settings, console)
    # Thumbnails that the cache lacks are made, as they would be by a build.
    with lock_cache(settings.cache):
        return dict(stage_site(site, replace(console, quiet=True)).output.files())


def compare_sites(
    built: dict[str, Path],
    published: FolderFiles | WebsiteFiles,
    info: BuildInfo,
    console: Console,
    threads: int,
) -> Comparison:
    """Compare the sites, and say what may differ."""
    if info.commit:
        console.print(f"It states that commit {info.commit} built it, which is not compared.")
    former: frozenset[str] = frozenset()
    if isinstance(published, WebsiteFiles):
        names = ", ".join(sorted(_FOR_HOSTS & built.keys()))
        console.print(f"Not compared, since hosts need not serve it: {names}.")
        built = {path: file for path, file in built.items() if path not in _FOR_HOSTS}
    elif former := former_paths(read_generations(published)) - built.keys():
        console.print(f"Pictures and assets that former pages named: {len(former)}; they may stay.")
    comparison = compare(
        built,
        published,
        console,
        threads=threads,
        ignored=former | _FOR_HOSTS,
        may_differ=TOOL_FILES if info.tools != TOOLS else (),
    )
    if comparison.excused:
        console.print(
            f"Built with other libraries ({_versions(info.tools)} instead of {_versions(TOOLS)}), "
            f"by which these may differ: {', '.join(comparison.excused)}."
        )
    return comparison


def _versions(tools: dict[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in sorted(tools.items()))


def report(comparison: Comparison, console: Console, *, everything: bool) -> None:
    """Print what differs; it makes the run fail."""
    console.print_lines(comparison.lines(most=None if everything else MAX_LINES))
    console.facts["comparison"] = to_builtins(comparison)
    equal = quantity(comparison.equal, "file")
    if differences := comparison.differences:
        found = ", ".join(f"{len(entries)} {kind}" for kind, entries in differences.items())
        console.error(f"the sites differ: {found}; {equal} are equal")
    else:
        console.print(f"{equal} compared: the sites are equal.")
