"""How findings are printed."""

from events_archive.check.checks import CHECKS, Finding, format_findings


def some(kind: str, count: int) -> list[Finding]:
    (check,) = (check for check in CHECKS if check.kind == kind)
    return [Finding(check, f"page-{n}.html", "is wrong") for n in range(count)]


def test_only_the_first_findings_of_a_check_are_printed() -> None:
    lines = list(format_findings([*some("link", 30), *some("orphan", 1)], everything=False))
    assert lines[0] == "Links that lead nowhere: 30 (errors)"
    assert lines[1] == "  page-0.html: is wrong"
    assert lines[21] == "  … and 10 more; -v shows them all"
    assert lines[22:] == [
        "Pages that no other page leads to: 1 (warning)",
        "  page-0.html: is wrong",
    ]


def test_every_finding_is_printed_when_everything_is_wanted() -> None:
    assert len(list(format_findings(some("link", 30), everything=True))) == 31


def test_the_json_of_a_finding_names_its_check_and_severity() -> None:
    for check in CHECKS:
        (finding,) = some(check.kind, 1)
        assert finding.as_json() == {
            "kind": check.kind,
            "severity": "warning" if check.kind in ("orphan", "budget") else "error",
            "where": "page-0.html",
            "what": "is wrong",
        }


def test_errors_are_found_before_warnings() -> None:
    severities = [check.severity for check in CHECKS]
    assert severities == sorted(severities)
