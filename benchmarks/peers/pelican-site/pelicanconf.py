"""Pelican's settings: articles are events, categories are types, archives are years and months."""

import json
from pathlib import Path

SITENAME = "Spaceflight Events Archive"
SITEURL = "https://example.org/archive"
FEED_DOMAIN = SITEURL
TIMEZONE = "UTC"
DEFAULT_LANG = "en"
THEME = "theme"
THEME_STATIC_PATHS: list[str] = []
PATH = "content"
ARTICLE_PATHS = ["events"]
PAGE_PATHS: list[str] = []
STATIC_PATHS = ["pictures", "assets", ".nojekyll"]
LOAD_CONTENT_CACHE = False
DEFAULT_PAGINATION = False
TYPOGRIFY = False
PLUGINS: list[str] = []

ARTICLE_URL = ARTICLE_SAVE_AS = "events/{slug}.html"
CATEGORY_URL = CATEGORY_SAVE_AS = "types/{slug}.html"
YEAR_ARCHIVE_SAVE_AS = "years/{date:%Y}.html"
MONTH_ARCHIVE_SAVE_AS = "months/{date:%Y}-{date:%m}.html"
AUTHOR_SAVE_AS = TAG_SAVE_AS = ARCHIVES_SAVE_AS = ""

DIRECT_TEMPLATES = ["index", "types", "years", "404", "sitemap", "robots"]
TYPES_SAVE_AS = "types/index.html"
YEARS_SAVE_AS = "years/index.html"
SITEMAP_SAVE_AS = "sitemap.xml"
ROBOTS_SAVE_AS = "robots.txt"

FEED_MAX_ITEMS = 50
RSS_FEED_SUMMARY_ONLY = False
FEED_ALL_ATOM, FEED_ALL_RSS = "feed.atom", "feed.rss"
CATEGORY_FEED_ATOM, CATEGORY_FEED_RSS = "types/{slug}.atom", "types/{slug}.rss"
FEED_ATOM = FEED_RSS = TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None

JINJA_ENVIRONMENT = {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True}
JINJA_GLOBALS = {"data": json.loads(Path(__file__).with_name("data.json").read_bytes())}
