#!/usr/bin/env bash
# Puts the data of the branch archive-data into content_cache/. As long as there is no such branch,
# the archive begins with what the branch of the code has there: ten events in a new fork, all data
# in one whose data have been on that branch. Outputs: code, the commit that is built; data, the one
# that holds the data, empty if there is none.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=.github/scripts/data_branch.sh
source .github/scripts/data_branch.sh

data=$(fetch_data)
if [[ -n $data ]]; then
  git ls-files -z -- content_cache | xargs --null --no-run-if-empty rm -f --
  git archive "$data" content_cache | tar --extract --touch
  git log -1 --format="Data of %cI from the branch $DATA_BRANCH: %s" "$data"
else
  echo "There is no branch $DATA_BRANCH: the data are those of the code's branch."
fi
code=$(git rev-parse HEAD)
{
  echo "code=$code"
  echo "data=$data"
} >>"${GITHUB_OUTPUT:-/dev/stdout}"
