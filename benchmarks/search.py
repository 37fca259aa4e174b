"""Measure the search of a built site: sizes of its data, and the time to the first result.

Chromium opens the page of a search as a file, in a profile without a cache. The time is that from
the start of the navigation to the first result in the page, as the page's own clock has it: reading
the files, parsing them, searching and showing. The limits are 120 kB (gzip) and 300 ms for 1,071
events.

    python benchmarks/search.py SITE [--rounds 7] [SEARCH ...]
"""

import argparse
import gzip
import statistics
import sys
from pathlib import Path
from urllib.parse import urlencode

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from tests.browser import launch_browser  # noqa: E402 - needs the path above

SEARCHES = ("spacewalk", "iss spacewalk 2021", "crew 10", "cygus", "dokcing pirs", "bring supplies")
LIMIT_BYTES, LIMIT_MS = 120_000, 300

_WATCH = """
new MutationObserver(() => {
  window.firstResult ??= document.querySelector('.results .card') && performance.now()
}).observe(document, {childList: true, subtree: true})
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("site", type=Path, help="the folder of a built site")
    parser.add_argument("searches", nargs="*", default=SEARCHES)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    size = sum(_packed(options.site / "data" / name) for name in ("search.js", "words-000.js"))
    print(f"{size / 1000:.1f} kB of data for searches (gzip); limit {LIMIT_BYTES / 1000:.0f} kB")
    slowest = 0.0
    with launch_browser() as browser:
        for text in options.searches:
            times = []
            for _ in range(options.rounds):
                page = browser.new_page()
                page.add_init_script(_WATCH)
                page.goto(f"{(options.site / 'explore.html').as_uri()}?{urlencode({'q': text})}")
                page.wait_for_selector(".results .card")
                times.append(page.evaluate("window.firstResult"))
                page.close()
            median = statistics.median(times)
            slowest = max(slowest, median)
            print(f"{median:6.0f} ms ({min(times):.0f} to {max(times):.0f})  {text}")
    print(f"{slowest:6.0f} ms for the slowest; limit {LIMIT_MS} ms")
    return 0


def _packed(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 9))


if __name__ == "__main__":
    raise SystemExit(main())
