#!/usr/bin/env bash
# Refreshes the cache and builds the site; writes the report to build.json. FULL, NO_PICTURES and
# OFFLINE are options if they are "true"; build.py reads LL2_API_KEY, ARCHIVE_BASE_URL, ARCHIVE_COMMIT,
# ARCHIVE_OFFER_DOWNLOAD and ARCHIVE_SOURCE_URL itself.
# Outputs: summary; overdue, a sentence if the API has not been reached for two weeks, else empty; and
# images, the key for caching the images.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")/../.."

# Unless the settings say how old the cache may be: less than the six hours of the schedule, since
# scheduled runs start early or late.
max_age=$(
  python - <<'PYTHON'
import tomllib

with open("pyproject.toml", "rb") as file:
    settings = tomllib.load(file).get("tool", {}).get("events-archive", {})
print(settings.get("max_age", "3h"))
PYTHON
)
options=(--json --max-age "$max_age")
if [[ ${FULL:-} == true ]]; then options+=(--full); fi
if [[ ${NO_PICTURES:-} == true ]]; then options+=(--no-pictures); fi
if [[ ${OFFLINE:-} == true ]]; then options+=(--offline); fi

python build.py "${options[@]}" >build.json

summary=$(python -c 'import json; print(json.load(open("build.json"))["summary"])')
days=$(python -c 'import json; print(json.load(open("build.json"))["refresh"]["age_days"])')
overdue=
if ((days >= 14)); then
  overdue="The data are $days days old: no refresh has succeeded since. The warnings of the build say why."
fi

# The key depends on the names and sizes of all images, and on what is noted about them: of those that
# could not be downloaded, for instance, until when they are not requested again.
folders=(content_cache/originals content_cache/sweep content_cache/thumbnails)
mkdir -p "${folders[@]}"
files=$(find "${folders[@]}" -type f -printf '%p %s\n' | sort)
notes=$(find "${folders[@]}" -type f -name '*.json*' -exec sha256sum {} + | sort)
images=$(sha256sum <<<"$files $notes")
{
  echo "summary=$summary"
  echo "overdue=$overdue"
  echo "images=pictures-${images:0:16}"
} >>"${GITHUB_OUTPUT:-/dev/stdout}"
