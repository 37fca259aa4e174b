"""How an event is cited, whatever is in its name."""

from datetime import UTC, datetime

import bibtexparser
import rispy
from hypothesis import given
from hypothesis import strategies as st

from events_archive.render.citations import citations
from tests.factories import a_site, an_event

UPDATED = datetime(2024, 3, 5, tzinfo=UTC)
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), min_size=1)


def test_characters_that_bibtex_gives_a_meaning_are_escaped() -> None:
    event = an_event(7, name="50% of {A} & B_c \\ $1 #2 ~x^2")
    cite = citations(a_site(event, base_url="https://example.org/"), event, UPDATED)
    assert cite is not None
    assert (
        r"title = {{50\% of \{A\} \& B\_c \textbackslash{} \$1 \#2 \textasciitilde{}x"
        r"\textasciicircum{}2}}," in cite.bibtex
    )


def test_without_a_date_it_is_cited_without_one() -> None:
    event = an_event(7)
    cite = citations(a_site(event, base_url="https://example.org/"), event, None)
    assert cite is not None
    assert "(n.d.)" in cite.apa
    assert "year" not in cite.bibtex
    assert "PY" not in cite.ris


@given(name=NAMES)
def test_any_name_gives_one_entry_that_programs_can_read(name: str) -> None:
    event = an_event(7, name=name)
    cite = citations(a_site(event, base_url="https://example.org/"), event, UPDATED)
    assert cite is not None
    assert "\n" not in cite.apa
    library = bibtexparser.parse_string(cite.bibtex)
    assert library.failed_blocks == []
    assert [entry.key for entry in library.entries] == ["ll2-event-7"]
    [record] = rispy.loads(cite.ris)
    assert record["type_of_reference"] == "DATA"
