#!/usr/bin/env bash
# Commits the data in content_cache/ to BRANCH, with SUMMARY in the message, if it has changed. The
# time of the last incremental refresh (last_delta) alone is no change. GitHub stops schedules after
# 60 days without a commit, so after 50 days an empty commit is made.
set -euo pipefail
cd "$(dirname "$0")/../.."
: "${BRANCH:?}"

git config user.name "github-actions[bot]"
git config user.email "41898282+github-actions[bot]@users.noreply.github.com"

git add -- content_cache
changed_lines=$(git diff --cached --unified=0 -- content_cache | grep '^[+-][^+-]' | grep -cv '"last_delta"' || true)
days=$((($(date +%s) - $(git log -1 --format=%ct)) / 86400))
if ((changed_lines == 0 && days < 50)); then
  echo "Nothing new: no commit."
  exit
fi
if ((changed_lines == 0)); then SUMMARY="still here after $days days without news"; fi
git commit --quiet --allow-empty --message "Data: ${SUMMARY:-no changes}"

# A credential helper passes the token: an argument would be visible in the list of processes.
push() {
  # shellcheck disable=SC2016 # the helper expands the variable
  git -c credential.helper='!f() { echo username=x-access-token; echo "password=$GITHUB_TOKEN"; }; f' \
    push --quiet origin "HEAD:refs/heads/$BRANCH"
}
for _ in 1 2 3; do
  if push; then
    git log -1 --format='Committed: %s'
    exit
  fi
  # Rejected: there are new commits on the branch.
  git fetch --quiet origin "$BRANCH"
  git rebase --quiet FETCH_HEAD || {
    git rebase --abort
    echo "::error::The data was changed by another commit at the same time; the next run tries again."
    exit 1
  }
done
exit 1
