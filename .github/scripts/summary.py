"""Prints what changed and the size of the site, in Markdown, for the page of the run on GitHub.

Reads build.json and check.json, the reports of the two steps before. Either may be missing.
"""

import json
from pathlib import Path
from typing import Any

LIMIT = 1_000_000_000
"""Bytes that a site on GitHub Pages may have; its deployment may take 10 minutes."""
MAX_ITEMS = 30
"""Items of a list that are printed."""


def main() -> None:
    """Print the summary."""
    build, check = _report("build.json"), _report("check.json")
    print("\n".join([*changes_section(build), *site_section(check), *findings_section(check)]))


def changes_section(build: dict[str, Any]) -> list[str]:
    """Return the lines about the refresh and the build."""
    if not build.get("ok"):
        lines = ["## The build failed", "", "The log of the step says why.", ""]
        errors = build.get("errors", [])
        return [*lines, *_details(f"{len(errors)} errors", errors)]
    changes = build["refresh"]["changes"]
    title = ", ".join(f"{count} {word}" for word, count in changes.items()) or "no changes"
    seconds = sum(build["seconds"].values())
    lines = [
        f"## {title[0].upper()}{title[1:]}",
        "",
        f"{build['events']} events; source: {build['refresh']['outcome']}, "
        f"{build['requests']} requests. Built in {seconds:.0f} s: {build['summary']}.",
        "",
    ]
    warnings = build["warnings"]
    return [*lines, *_details(f"{len(warnings)} warnings", warnings)]


def site_section(check: dict[str, Any]) -> list[str]:
    """Return a table of the sizes of the site and the limits of the host."""
    if "site" not in check:
        return []
    site = check["site"]
    size, heaviest = site["size"], site["heaviest"]
    return [
        "| the site | is | GitHub Pages takes |",
        "| --- | --- | --- |",
        f"| size | {size / 1e6:.1f} MB ({size / LIMIT:.1%}) | 1 GB |",
        f"| files | {site['files']}, of which {site['pages']} pages | |",
        f"| heaviest page | `{heaviest['address']}`, {heaviest['bytes'] / 1000:.0f} kB | |",
        "| deployment | see the step Deploy | 10 minutes |",
        "",
    ]


def findings_section(check: dict[str, Any]) -> list[str]:
    """Return the lines about the findings of the check."""
    findings = [
        f"{finding['severity']}: {finding['where']}: {finding['what']}"
        for finding in check.get("findings", ())
    ]
    return _details(f"{len(findings)} findings of the check", findings)


def _details(title: str, lines: list[str]) -> list[str]:
    """Return ``lines`` as a folded list, each as code, which is safe for untrusted text."""
    if not lines:
        return []
    escaped = [line.replace("`", "'").replace("\n", " ") for line in lines[:MAX_ITEMS]]
    more = [f"- … and {len(lines) - MAX_ITEMS} more"] if len(lines) > MAX_ITEMS else []
    items = [f"- `{line}`" for line in escaped]
    return [f"<details><summary>{title}</summary>", "", *items, *more, "", "</details>", ""]


def _report(name: str) -> dict[str, Any]:
    try:
        report: dict[str, Any] = json.loads(Path(name).read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return report


if __name__ == "__main__":
    main()
