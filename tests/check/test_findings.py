"""How findings are told."""

from events_archive.check.findings import RULES, Finding, format_findings


def some(kind: str, count: int) -> list[Finding]:
    return [Finding(rule=kind, path=f"page-{n}.html", message="is wrong") for n in range(count)]


def test_errors_come_before_warnings_and_many_of_a_kind_are_cut_short() -> None:
    lines = list(format_findings([*some("orphan", 1), *some("link", 30)], everything=False))
    assert lines[0] == "Links that lead nowhere: 30 (errors)"
    assert lines[1] == "  page-0.html: is wrong"
    assert lines[21] == "  … and 10 more; -v shows them all"
    assert lines[22:] == [
        "Pages that no other page leads to: 1 (warning)",
        "  page-0.html: is wrong",
    ]


def test_whoever_asks_for_everything_gets_it() -> None:
    assert len(list(format_findings(some("link", 30), everything=True))) == 31


def test_every_kind_has_its_words_and_its_severity() -> None:
    for kind in RULES:
        (finding,) = some(kind, 1)
        assert finding.as_json() == {
            "kind": kind,
            "severity": "warning" if kind in ("orphan", "budget") else "error",
            "where": "page-0.html",
            "what": "is wrong",
        }
