"""Load articles from the lines of the cache; a record that cannot be used costs no other."""

from events_archive.console import Console
from events_archive.model.article import Article, articles_by_event
from events_archive.snapi.bounds import MAX_ARTICLE_BYTES, MAX_OF_EVENT
from events_archive.snapi.parse import parse_article
from events_archive.store.articles_file import ArticleRecords

_MAX_DETAILED_WARNINGS = 10


def load_articles(records: ArticleRecords, console: Console) -> dict[int, tuple[Article, ...]]:
    """Return the articles about each event, by its id, newest last; warn of what is left out."""
    articles: list[Article] = []
    warnings: list[str] = []
    for (kind, article_id), line in records.lines.items():
        notes: list[str] = []
        try:
            is_short = len(line.data) <= MAX_ARTICLE_BYTES
            article = parse_article(line.decode(), notes) if is_short else None
        except Exception as error:
            article, notes = None, [f"it cannot be read ({error!r})"]
        if article:
            articles.append(article)
        else:
            notes.append("it has no address, or is too long: it is left out")
        warnings += (f"{kind} {article_id}: {note}" for note in dict.fromkeys(notes))
    found = articles_by_event(articles)
    for event_id, linked in found.items():
        if len(linked) > MAX_OF_EVENT:
            found[event_id] = linked[-MAX_OF_EVENT:]
            warnings.append(
                f"event {event_id}: {len(linked):,} articles are about it: the newest "
                f"{MAX_OF_EVENT} are used"
            )
    for warning in warnings[:_MAX_DETAILED_WARNINGS]:
        console.warn(warning)
    if rest := warnings[_MAX_DETAILED_WARNINGS:]:
        console.warn(f"{len(rest)} more values of articles are beyond bounds")
    return found
