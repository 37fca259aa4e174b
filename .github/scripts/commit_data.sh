#!/usr/bin/env bash
# Commits the data in content_cache/ to the branch archive-data, with SUMMARY in the message, if they
# differ from those in DATA, the commit that they were made from. If that branch has moved since, by
# another run or by hand, this run is out of date and commits nothing. If the branch of the code has
# moved from CODE, the commit that the site was made with, the run of the new commit publishes.
# Outputs: committed, whether the branch has the data; data, the commit that has them; current,
# whether the site may be published.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=.github/scripts/data_branch.sh
source .github/scripts/data_branch.sh

finish() {
  current=$1
  head=$(git rev-parse HEAD)
  if [[ $1 == true && $head != "$CODE" ]]; then
    echo "::notice::The code has changed since this run began: its site is not published. The run of the new commit publishes."
    current=false
  fi
  {
    echo "committed=$1"
    echo "data=${commit:-$now}"
    echo "current=$current"
  } >>"${GITHUB_OUTPUT:-/dev/stdout}"
  exit 0
}
overtaken() {
  echo "::notice::The branch $DATA_BRANCH has changed since this run began: nothing is committed and nothing published. The next run begins with what is there now."
  finish false
}

: "${CODE:?}" "${DATA=}"
now=$(fetch_data)
if [[ -z $now && -n $DATA ]]; then
  echo "::error::The branch $DATA_BRANCH was deleted while this run was going on. It holds every address that was published: restore it (git push origin $DATA:refs/heads/$DATA_BRANCH)."
  exit 1
fi

# An index of its own, so that the one of the code's branch does not matter.
GIT_INDEX_FILE=$(mktemp --dry-run)
export GIT_INDEX_FILE
if [[ -n $now ]]; then
  git read-tree "$now"
  git rm --cached --force --quiet -r --ignore-unmatch -- content_cache
fi
# With the rules for what is no data, and for merges of two clones.
git add -- .gitattributes .gitignore content_cache
tree=$(git write-tree)
if [[ -n $now ]]; then
  ours=$(git rev-parse "$tree:content_cache")
  theirs=$(git rev-parse "$now:content_cache")
  # The same data: there is no news, or an earlier attempt of this run has committed them.
  if [[ $ours == "$theirs" ]]; then
    echo "Nothing new: no commit."
    finish true
  fi
fi
if [[ $now != "$DATA" ]]; then overtaken; fi

export GIT_AUTHOR_NAME="github-actions[bot]" GIT_COMMITTER_NAME="github-actions[bot]"
export GIT_AUTHOR_EMAIL="41898282+github-actions[bot]@users.noreply.github.com"
export GIT_COMMITTER_EMAIL=$GIT_AUTHOR_EMAIL
message="Data: ${SUMMARY:-no changes}"
if [[ -n $DATA ]]; then
  commit=$(git commit-tree "$tree" -p "$DATA" -m "$message")
else
  # Without a parent: GitHub lets no workflow push a commit that changes workflows, as one that
  # follows the code and has none would.
  commit=$(git commit-tree "$tree" -m "$message" -m "Begun with content_cache/ of $CODE.")
fi
for _ in 1 2 3; do
  # The lease makes sure that the branch is still where it was.
  if answer=$(remote_git push --quiet --force-with-lease="refs/heads/$DATA_BRANCH:$DATA" \
    origin "$commit:refs/heads/$DATA_BRANCH" 2>&1); then
    git log -1 --format='Committed: %s' "$commit"
    finish true
  fi
  now=$(fetch_data)
  if [[ $now != "$DATA" ]]; then overtaken; fi
done
echo "$answer" >&2
echo "::error::GitHub refused the data. If the branch $DATA_BRANCH is protected, exempt it: Settings → Rules → Rulesets, and Settings → Branches. Otherwise Settings → Actions → General → Workflow permissions may not let workflows write. The log of this step has git's own words."
exit 1
