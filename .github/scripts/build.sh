#!/usr/bin/env bash
# Refreshes the cache and builds the site. FULL, NO_PICTURES and OFFLINE are "true" or anything
# else; LL2_API_KEY and ARCHIVE_BASE_URL are build.py's own. Leaves the report in build.json.
set -euo pipefail
cd "$(dirname "$0")/../.."

# A schedule is never on time: an answer of a little under six hours ago must not count as fresh.
options=(--json --max-age 3h)
if [[ ${FULL:-} == true ]]; then options+=(--full); fi
if [[ ${NO_PICTURES:-} == true ]]; then options+=(--no-pictures); fi
if [[ ${OFFLINE:-} == true ]]; then options+=(--offline); fi

python build.py "${options[@]}" >build.json

# What tells two states of the pictures apart, as the key of their cache.
folders=(content_cache/originals content_cache/sweep content_cache/thumbnails)
pictures=$(find "${folders[@]}" -type f -printf '%p %s\n' 2>/dev/null | sort | sha256sum || true)
{
  echo "summary=$(python -c 'import json; print(json.load(open("build.json"))["summary"])')"
  echo "pictures=pictures-${pictures:0:16}"
} >>"${GITHUB_OUTPUT:-/dev/stdout}"
