"""How findings are printed."""

from events_archive.check.findings import RULES, Finding, format_findings


def some(rule: str, count: int) -> list[Finding]:
    return [Finding(rule=rule, path=f"page-{n}.html", message="is wrong") for n in range(count)]


def test_errors_come_before_warnings_and_only_the_first_of_a_rule_are_printed() -> None:
    lines = list(format_findings([*some("orphan", 1), *some("link", 30)], everything=False))
    assert lines[0] == "Links that lead nowhere: 30 (errors)"
    assert lines[1] == "  page-0.html: is wrong"
    assert lines[21] == "  … and 10 more; -v shows them all"
    assert lines[22:] == [
        "Pages that no other page leads to: 1 (warning)",
        "  page-0.html: is wrong",
    ]


def test_every_finding_is_printed_when_everything_is_wanted() -> None:
    assert len(list(format_findings(some("link", 30), everything=True))) == 31


def test_the_json_of_a_finding_names_its_rule_and_severity() -> None:
    for rule in RULES:
        (finding,) = some(rule, 1)
        assert finding.as_json() == {
            "kind": rule,
            "severity": "warning" if rule in ("orphan", "budget") else "error",
            "where": "page-0.html",
            "what": "is wrong",
        }
