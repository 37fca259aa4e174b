#!/usr/bin/env bash
# Checks the built site, also against the one that is published now, unless ACCEPT_GONE is "true";
# writes the report to check.json. If there are errors, prints the findings and exits with status 1,
# so that the site is not published.
set -euo pipefail
cd "$(dirname "$0")/../.."

options=(--json)
if [[ ${ACCEPT_GONE:-} != true ]]; then options+=(--published); fi
python build.py check "${options[@]}" >check.json && exit 0
python - <<'PYTHON'
import json

for finding in json.load(open("check.json")).get("findings", ()):
    print(f"{finding['severity']}: {finding['where']}: {finding['what']}")
PYTHON
exit 1
