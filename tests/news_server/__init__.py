"""A stand-in for Spaceflight News API on loopback.

    from tests.news_server import ArticleDatabase, NewsServer

    with NewsServer(ArticleDatabase.generate(40, event_ids=[2, 3, 309])) as news:
        subprocess.run([sys.executable, "build.py", "--news-api-url", news.url, ...])
        news.database.delete("articles", 7)
        news.faults.add(Fault.THROTTLED, path="blogs", wait=20)

- `news.url` is the API's root. It serves what version 4 serves: `articles/`, `blogs/`, `reports/`,
  each with `<id>/`, and `info/`.
- `news.database` holds the articles: `add`, `change`, `delete`, `clock`.
- `news.faults`, `news.throttle`, `news.requests` are those of every stand-in.
- `news.api` has three switches: `repeats` (an article of two events is listed twice, and counted
  twice), `stable_ties`, and `ignored_parameters`.

On the command line: `python -m tests.news_server --port 8001`, beside `tests.ll2_server`.
"""

from tests.news_server.database import ArticleDatabase, link_to
from tests.news_server.server import NewsServer

__all__ = ["ArticleDatabase", "NewsServer", "link_to"]
