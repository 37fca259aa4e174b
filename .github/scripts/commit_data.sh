#!/usr/bin/env bash
# Commits the data of content_cache/ to BRANCH with SUMMARY as message, if the world has changed.
# That we have asked again (last_delta) is no news. GitHub stops schedules after 60 days without a
# commit, so after 50 there is one in any case.
set -euo pipefail
cd "$(dirname "$0")/../.."
: "${BRANCH:?}"

git config user.name "github-actions[bot]"
git config user.email "41898282+github-actions[bot]@users.noreply.github.com"

git add -- content_cache
news=$(git diff --cached --unified=0 -- content_cache | grep '^[+-][^+-]' | grep -cv '"last_delta"' || true)
days=$((($(date +%s) - $(git log -1 --format=%ct)) / 86400))
if ((news == 0 && days < 50)); then
  echo "Nothing new: no commit."
  exit
fi
if ((news == 0)); then SUMMARY="still here after $days days without news"; fi
git commit --quiet --allow-empty --message "Data: ${SUMMARY:-no changes}"

# The token is handed over by a helper: in an argument, others on the machine could read it.
push() {
  # shellcheck disable=SC2016 # the variable is for the helper
  git -c credential.helper='!f() { echo username=x-access-token; echo "password=$GITHUB_TOKEN"; }; f' \
    push --quiet origin "HEAD:refs/heads/$BRANCH"
}
for _ in 1 2 3; do
  if push; then
    git log -1 --format='Committed: %s'
    exit
  fi
  # Somebody else has pushed meanwhile.
  git fetch --quiet origin "$BRANCH"
  git rebase --quiet FETCH_HEAD || {
    git rebase --abort
    echo "::error::The data was changed by somebody else at the same time; the next run tries again."
    exit 1
  }
done
exit 1
