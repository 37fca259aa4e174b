"""Run the stand-in server by hand, to try the archive without asking the real one."""

import argparse
import time

from tests.ll2_server.database import EventDatabase
from tests.ll2_server.dates import NOW
from tests.ll2_server.server import LL2Server
from tests.ll2_server.throttle import Throttle


def main() -> None:
    """Serve until Ctrl-C."""
    options = _parser().parse_args()
    database = EventDatabase.generate(options.events, images=options.pictures, seed=options.seed)
    server = LL2Server(database, port=options.port, max_image_width=options.largest_picture)
    if options.throttled:
        server.throttle = Throttle(now=time.monotonic)
    with server:
        print(f"{len(database)} events as of {NOW:%Y-%m-%d} at {server.url}events/")
        print(f"try:  python build.py --api-url {server.url}")
        _wait(server)


def _wait(server: LL2Server) -> None:
    """Tell every request as it comes."""
    told = 0
    try:
        while True:
            time.sleep(0.2)
            for asked in server.requests.all[told:]:
                print(asked.status or "...", asked.method, asked.target, flush=True)
                told += 1
    except KeyboardInterrupt:
        print(f"\n{told} requests answered")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m tests.ll2_server", description=__doc__)
    parser.add_argument("--events", type=int, default=1071, help="how many (default: 1071)")
    parser.add_argument("--pictures", type=int, default=450, help="how many they share (450)")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other events (1)")
    parser.add_argument("--port", type=int, default=8000, help="0 for any free one (8000)")
    parser.add_argument("--largest-picture", type=int, default=1920, help="width in pixels (1920)")
    parser.add_argument("--throttled", action="store_true", help="15 requests an hour, as LL2")
    return parser


if __name__ == "__main__":
    main()
