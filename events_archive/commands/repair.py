"""``build.py repair``: mend the files of the cache after a merge, an edit by hand or a fault."""

from msgspec import to_builtins

from events_archive.commands import Options
from events_archive.commands.fetch import cache_lock
from events_archive.console import Console, quantity
from events_archive.errors import CacheError
from events_archive.store.repair import REPAIRS, Repair, find_repair
from events_archive.store.transaction import recover


def run(options: Options, console: Console) -> None:
    """Say what is wrong with each file and write it anew; in a dry run only say it.

    A file that cannot be repaired makes the run fail, after all others are repaired.
    """
    settings = options.settings
    with cache_lock(settings):
        if not settings.dry_run:
            recover(settings.cache)
        repairs: list[Repair] = []
        for name in REPAIRS:
            try:
                repair = find_repair(settings.cache, name)
                if repair:
                    console.print_lines(repair.faults)
                    repairs.append(repair)
                if repair and not settings.dry_run:
                    original = repair.make()
                    console.print_lines([f"{repair.path} is mended; the original is {original}"])
            except CacheError as error:
                console.error(f"{error}; this file stays as it is")
    console.facts["repairs"] = [
        {"file": str(repair.path), "faults": to_builtins(repair.faults)} for repair in repairs
    ]
    files = quantity(len(repairs), "file")
    done = f"{files} would be mended" if settings.dry_run else f"{files} mended"
    console.print(f"{done[0].upper()}{done[1:]}." if repairs else "Nothing to mend.")
