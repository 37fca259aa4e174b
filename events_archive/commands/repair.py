"""``build.py repair``: repair the files of the cache after a merge, an edit by hand or a fault."""

from events_archive.commands import Options
from events_archive.commands.fetch import cache_lock
from events_archive.console import Console, quantity
from events_archive.errors import CacheError
from events_archive.store.repair import REPAIRS, Repair, find_repair
from events_archive.store.transaction import recover


def run(options: Options, console: Console) -> None:
    """Print what is wrong with each file, and rewrite it; in a dry run only print it.

    A file that cannot be repaired makes the run fail, after all others are repaired.
    """
    settings = options.settings
    with cache_lock(settings):
        if not settings.dry_run:
            recover(settings.cache)
        repairs: list[dict[str, object]] = []
        for name in REPAIRS:
            try:
                repair = find_repair(settings.cache, name)
                if repair:
                    repairs.append(report(repair, console, is_made=not settings.dry_run))
            except CacheError as error:
                console.error(f"{error}; this file stays as it is")
    console.facts["repairs"] = repairs
    done = "would be repaired" if settings.dry_run else "repaired"
    console.print(f"{quantity(len(repairs), 'file')} {done}." if repairs else "Nothing to repair.")


def report(repair: Repair, console: Console, *, is_made: bool) -> dict[str, object]:
    """Print what is wrong with a file, make the repair, and return it for the JSON report."""
    console.print_lines(repair.faults)
    original = None
    if is_made:
        original = str(repair.make())
        console.print_lines([f"{repair.path} is repaired; the original is {original}"])
    return {"file": str(repair.path), "faults": list(repair.faults), "original": original}
