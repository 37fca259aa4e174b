#!/usr/bin/env bash
# GitHub stops the schedule of a repository whose default branch has had no commit for 60 days. The
# data are on a branch of their own, so after 50 days an empty commit is made on BRANCH.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=.github/scripts/data_branch.sh
source .github/scripts/data_branch.sh
: "${BRANCH:?}"

committed=$(git log -1 --format=%ct)
now=$(date +%s)
days=$(((now - committed) / 86400))
if ((days < 50)); then exit 0; fi
export GIT_AUTHOR_NAME="github-actions[bot]" GIT_COMMITTER_NAME="github-actions[bot]"
export GIT_AUTHOR_EMAIL="41898282+github-actions[bot]@users.noreply.github.com"
export GIT_COMMITTER_EMAIL=$GIT_AUTHOR_EMAIL
commit=$(git commit-tree "HEAD^{tree}" -p HEAD -m "Still here after $days days without a commit")
if answer=$(remote_git push --quiet origin "$commit:refs/heads/$BRANCH" 2>&1); then
  echo "Committed: still here after $days days."
else
  echo "$answer" >&2
  echo "::warning::The last commit on $BRANCH is $days days old, and $BRANCH takes none from this workflow: GitHub stops the schedule after 60 days. Commit anything, or let GitHub Actions bypass the protection of $BRANCH (Settings → Rules → Rulesets)."
fi
