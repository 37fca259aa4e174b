"""Links ``[words](https://...)`` in Markdown."""

import re
from xml.etree.ElementTree import Element

from markdown.inlinepatterns import InlineProcessor

from events_archive.source.links import clean_url, host_note

LINK = (
    r"\[([^\[\]]{1,500})\]"
    r"\(\s{0,9}<?((?i:https?)://(?:[^\s()<>\"]|\([^\s()<>\"]{0,500}\)){1,2000})>?"
    r"(?:\s{1,9}\"[^\"]{0,500}\")?\s{0,9}\)"
)
"""A link with or without a title. Each repetition has an end, so that the time is linear: for each
``[``, Markdown's own processor reads the text to its end."""


class LinkProcessor(InlineProcessor):
    """Makes a link of what `clean_url` lets pass; anything else remains text.

    The host of the link follows in parentheses where the words name another.
    """

    def handleMatch(  # type: ignore[override]  # noqa: N802
        self, m: re.Match[str], data: str
    ) -> tuple[Element | None, int | None, int | None]:
        """Return the element for a match, with its start and end; None for no link."""
        url = clean_url(self.unescape(m[2]))
        if not url:
            return None, None, None
        link = Element("a", {"href": url})
        link.text = m[1]
        if note := host_note(url, self.unescape(m[1])):
            # The sanitizer leaves out the element, and keeps what is in it.
            both = Element("span")
            both.append(link)
            link.tail = note
            return both, m.start(0), m.end(0)
        return link, m.start(0), m.end(0)
