"""Run the stand-in server, to try the archive without sending requests to the real API."""

import argparse
import time

from tests.ll2_server.database import EventDatabase
from tests.ll2_server.dates import NOW
from tests.ll2_server.server import LL2Server
from tests.stand_in.throttle import Throttle


def main() -> None:
    """Serve until Ctrl-C."""
    options = _parser().parse_args()
    database = EventDatabase.generate(options.events, images=options.pictures, seed=options.seed)
    server = LL2Server(
        database,
        port=options.port,
        max_image_width=options.largest_picture,
        version=options.version,
    )
    if options.throttled:
        server.throttle = Throttle(now=time.monotonic)
    with server:
        print(f"{len(database)} events as of {NOW:%Y-%m-%d} at {server.url}events/")
        print(f"try:  python build.py --api-url {server.url}")
        _print_requests(server)


def _print_requests(server: LL2Server) -> None:
    """Print each request as it arrives, until Ctrl-C."""
    printed = 0
    try:
        while True:
            time.sleep(0.2)
            for request in server.requests.all[printed:]:
                print(request.status or "...", request.method, request.target, flush=True)
                printed += 1
    except KeyboardInterrupt:
        print(f"\n{printed} requests")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m tests.ll2_server", description=__doc__)
    parser.add_argument("--events", type=int, default=1071, help="number of events (default: 1071)")
    parser.add_argument("--pictures", type=int, default=450, help="number of images (default: 450)")
    parser.add_argument("--seed", type=int, default=1, help="random seed (default: 1)")
    parser.add_argument("--port", type=int, default=8000, help="0 for a free one (default: 8000)")
    parser.add_argument(
        "--largest-picture", type=int, default=1920, help="width in pixels (default: 1920)"
    )
    parser.add_argument("--version", choices=("2.3.0", "2.4.0"), default="2.3.0")
    parser.add_argument("--throttled", action="store_true", help="15 requests an hour, as LL2")
    return parser


if __name__ == "__main__":
    main()
