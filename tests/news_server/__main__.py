"""Run the stand-in server beside `python -m tests.ll2_server`."""

import argparse
import time

from tests.ll2_server import EventDatabase
from tests.news_server import ArticleDatabase, NewsServer


def main() -> None:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser("python -m tests.news_server", description=__doc__)
    parser.add_argument("--articles", type=int, default=2000, help="(default: 2000)")
    parser.add_argument("--events", type=int, default=1071, help="number of events (default: 1071)")
    parser.add_argument("--port", type=int, default=8001, help="0 for a free one (default: 8001)")
    options = parser.parse_args()
    ids = EventDatabase.generate(options.events).ids
    database = ArticleDatabase.generate(options.articles, event_ids=ids)
    with NewsServer(database, port=options.port) as server:
        print(f"{options.articles} articles at {server.url}articles/")
        print(f"try:  python build.py --news-api-url {server.url}")
        try:
            while True:
                time.sleep(1)
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
