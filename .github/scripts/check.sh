#!/usr/bin/env bash
# Checks the built site; writes the report to check.json. If there are errors, prints the findings
# and exits with status 1, so that the site is not published.
set -euo pipefail
cd "$(dirname "$0")/../.."

python build.py check --json >check.json && exit
python - <<'PYTHON'
import json

for finding in json.load(open("check.json"))["findings"]:
    print(f"{finding['severity']}: {finding['where']}: {finding['what']}")
PYTHON
exit 1
