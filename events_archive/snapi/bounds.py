"""The bounds of articles, whatever the API or an edited cache holds.

Texts, URLs and numbers have those of all records (`source.bounds`). A crossed bound is a warning.
"""

MAX_ARTICLES = 50_000
"""Articles of one kind. In 2024 the API had 22,570, of which a small part is about events. More
are not read."""

MAX_ARTICLE_BYTES = 16_384
"""Bytes of a line of the cache. URL and title have at most 2,048 characters together; a longer line
is of an article with hundreds of authors or events, and is refused."""

MAX_AUTHORS = 20
"""Authors of an article. The first ones are used."""

MAX_OF_EVENT = 250
"""Articles about an event, each of them a line of its page. The newest are used."""
