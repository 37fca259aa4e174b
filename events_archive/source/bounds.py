"""The bounds of a record: how much of it is used, whatever an API or an edited cache holds.

Texts, numbers and lists are bounded where `json_fields.JsonFields` reads them; size and nesting of
the whole record where it is loaded. Each crossed bound is a warning with the record's id.
"""

import re

from events_archive.model import event

MAX_ID = event.MAX_ID
"""The greatest number, above all of ids, also of related objects. Browsers' numbers end here, those
of SQLite at 2^63 - 1. A greater one counts as missing."""

MAX_RECORD_BYTES = 2**18
"""Ten times those of LL2's longest record. A longer one is refused, so that none can fill the
memory, the data files of the query page, or the git repository of the cache."""

MAX_NESTING = 64
"""Levels of lists and objects. LL2 has eight. Decoders and encoders of JSON end somewhere between
900 and 1,000, depending on who calls them; a deeper record is refused."""

MAX_LINE = 2_048
"""Characters of a name, title or any other text on one line: LL2's longest field has as many. So
every number in a name is shorter than the 4,300 digits that Python converts."""

MAX_TEXT = 40_000
"""Characters of a description or a comment: LL2's longest field has as many. The rest is cut."""

MAX_MARKDOWN = 16_384
"""Characters of a text that is rendered as Markdown, since its parser takes more than linear time
for some texts. A longer one is shown as plain paragraphs."""

MAX_MARKDOWN_NESTING = 20
"""Lists and quotations within each other in Markdown, whose parser calls itself for each of them. A
text with more is shown as plain paragraphs."""

MAX_URL = 2_048
"""Characters of a URL. LL2 allows 200, browsers and proxies about as many as this. A longer one is
left out, since a part of it would lead elsewhere."""

MAX_MEMBERS = 250
"""Members of a list: links, webcasts, updates, agencies, ... Each is a line of the event's page; no
event has had a tenth of it. The first ones are used."""

_NESTED = re.compile(
    rf"^[ \t]*(?:(?:[-*+]|\d+[.)])[ \t]+|>[ \t]*){{{MAX_MARKDOWN_NESTING + 1}}}", re.MULTILINE
)


def reason_for_plain_text(text: str) -> str:
    """Return why ``text`` must not be rendered as Markdown; "" if it can be."""
    if len(text) > MAX_MARKDOWN:
        return f"has more than {MAX_MARKDOWN:,} characters"
    return f"has more than {MAX_MARKDOWN_NESTING} nested lists" if _NESTED.search(text) else ""
