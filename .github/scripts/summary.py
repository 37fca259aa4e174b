"""Prints for the run's page on GitHub what changed in the world, and the site's size.

Reads build.json and check.json, the reports of the two steps before; either may be missing.
"""

import json
from pathlib import Path
from typing import Any

LIMIT = 1_000_000_000
"""Bytes that a site on GitHub Pages may have; its deployment may take 10 minutes."""
SHOWN = 30


def main() -> None:
    """Print the summary as Markdown."""
    build, check = _report("build.json"), _report("check.json")
    print("\n".join([*about_the_world(build), *about_the_site(check), *about_findings(check)]))


def about_the_world(build: dict[str, Any]) -> list[str]:
    """What the source said."""
    if not build:
        return ["## The build failed", "", "The log of the step tells why.", ""]
    changes = build["refresh"]["changes"]
    words = ", ".join(f"{count} {word}" for word, count in changes.items()) or "no changes"
    spent = sum(build["seconds"].values())
    lines = [
        f"## {words[0].upper()}{words[1:]}",
        "",
        f"{build['events']} events; source: {build['refresh']['outcome']}, "
        f"{build['requests']} requests. Built in {spent:.0f} s: {build['summary']}.",
        "",
    ]
    warnings = build["warnings"]
    return [*lines, *_listed(f"{len(warnings)} warnings", warnings)]


def about_the_site(check: dict[str, Any]) -> list[str]:
    """The site in numbers, against the limits of its host."""
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
        "| deployment | see the job Deploy | 10 minutes |",
        "",
    ]


def about_findings(check: dict[str, Any]) -> list[str]:
    """What the check found."""
    findings = [
        f"{finding['severity']}: {finding['where']}: {finding['what']}"
        for finding in check.get("findings", ())
    ]
    return _listed(f"{len(findings)} findings of the check", findings)


def _listed(title: str, lines: list[str]) -> list[str]:
    """A list that opens on a click; nothing where there is none. What it says is shown as code."""
    if not lines:
        return []
    shown = [line.replace("`", "'").replace("\n", " ") for line in lines[:SHOWN]]
    more = [f"- … and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    items = [f"- `{line}`" for line in shown]
    return [f"<details><summary>{title}</summary>", "", *items, *more, "", "</details>", ""]


def _report(name: str) -> dict[str, Any]:
    try:
        report: dict[str, Any] = json.loads(Path(name).read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return report


if __name__ == "__main__":
    main()
