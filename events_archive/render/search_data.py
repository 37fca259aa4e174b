"""Writes the data of the site's search: the tables of ``events_archive.search``, and its index."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from events_archive.model.interval import MONTHS as MONTH_NAMES
from events_archive.render.api_mirror import to_json
from events_archive.render.context import RenderContext
from events_archive.render.query_data import script
from events_archive.search import engine, pages, parser, synonyms, words
from events_archive.search.index import TEXT, Thing, WordEntry
from events_archive.site.page import Page
from events_archive.site.search_index import build_search_index


def search_data(context: RenderContext, page: Page) -> bytes:
    """Return the tables and the index for ``static/events/search.js``.

    A list of rows or numbers has the first row, then the difference of each to the one before it.
    """
    index = build_search_index(context.site)
    kinds = list(dict.fromkeys(thing.kind for thing in index.things))
    data = {
        "rules": _rules(),
        "kinds": [(kind.folder, kind.singular, kind.where) for kind in kinds],
        "things": [_thing(thing, kinds.index(thing.kind)) for thing in index.things],
        "spans": [span and (span.start, span.end - span.start) for span in index.spans],
        "entries": [_entry(word, entry) for word, entry in index.entries.items()],
    }
    return script("search", to_json(data))


def _thing(thing: Thing, kind: int) -> tuple[object, ...]:
    return (kind, thing.name, thing.stem, thing.aliases, _differences(thing.rows))


def _entry(word: str, entry: WordEntry) -> tuple[object, ...]:
    shown = 0 if entry.shown == word else entry.shown
    return (word, shown, *map(_differences, (entry.texts, entry.names, entry.things)))


def _differences(rows: Iterable[int]) -> list[int]:
    return [row - before for before, row in pairwise((0, *rows))]


def _rules() -> dict[str, Any]:
    """Return the tables; what is looked up in them is a list of pairs."""
    letters = {**words.LETTERS, **dict.fromkeys(words.APOSTROPHES, "")}
    return {
        "maxLetters": words.MAX_LETTERS,
        "maxTokens": parser.MAX_TOKENS,
        "maxPhrase": parser.MAX_PHRASE,
        "minPrefix": parser.MIN_PREFIX,
        "maxPages": pages.MAX_PAGES,
        "years": (words.FIRST_YEAR, words.LAST_YEAR),
        "marks": words.MARKS,
        "letters": list(letters.items()),
        "irregular": list(words.IRREGULAR.items()),
        "stopWords": sorted(words.STOP_WORDS),
        "endings": words.ENDINGS,
        "phrases": [
            (key, (shown, alternatives, dates and {"unit": dates.unit, "offset": dates.offset}))
            for key, (shown, alternatives, dates) in parser.phrases().items()
        ],
        "months": list(synonyms.MONTHS.items()),
        "datePatterns": synonyms.DATE_PATTERNS,
        "monthNames": MONTH_NAMES,
        "points": engine.POINTS,
        "textPoints": dict(engine.POINTS)[TEXT],
        "datePoints": engine.DATE_POINTS,
        "beginningPoints": engine.BEGINNING_POINTS,
        "phrasePoints": engine.PHRASE_POINTS,
        "messages": engine.MESSAGES,
    }
