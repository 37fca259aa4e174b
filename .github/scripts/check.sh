#!/usr/bin/env bash
# Looks the built site over; ends with 1 where something must not be published. Leaves the report
# in check.json, and the errors in the log.
set -euo pipefail
cd "$(dirname "$0")/../.."

python build.py check --json >check.json && exit
python - <<'PYTHON'
import json

for finding in json.load(open("check.json"))["findings"]:
    print(f"{finding['severity']}: {finding['where']}: {finding['what']}")
PYTHON
exit 1
