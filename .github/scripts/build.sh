#!/usr/bin/env bash
# Refreshes the cache and builds the site; writes the report to build.json. FULL, NO_PICTURES and
# OFFLINE are options if they are "true"; build.py reads LL2_API_KEY and ARCHIVE_BASE_URL itself.
# Outputs: summary, and images, the key for caching the images.
set -euo pipefail
cd "$(dirname "$0")/../.."

# Less than the six hours of the schedule, since scheduled runs start early or late.
options=(--json --max-age 3h)
if [[ ${FULL:-} == true ]]; then options+=(--full); fi
if [[ ${NO_PICTURES:-} == true ]]; then options+=(--no-pictures); fi
if [[ ${OFFLINE:-} == true ]]; then options+=(--offline); fi

python build.py "${options[@]}" >build.json

# The key depends on the names and sizes of all images.
folders=(content_cache/originals content_cache/sweep content_cache/thumbnails)
images=$(find "${folders[@]}" -type f -printf '%p %s\n' 2>/dev/null | sort | sha256sum || true)
{
  echo "summary=$(python -c 'import json; print(json.load(open("build.json"))["summary"])')"
  echo "images=pictures-${images:0:16}"
} >>"${GITHUB_OUTPUT:-/dev/stdout}"
