# For the scripts beside it, which source it: the branch that holds the archive's data.
# shellcheck shell=bash
shopt -s inherit_errexit

DATA_BRANCH=archive-data

# Runs git with the token that GITHUB_TOKEN holds, if any. A credential helper passes it: an argument
# would be visible in the list of processes.
remote_git() {
  # shellcheck disable=SC2016 # the helper expands the variable
  git -c credential.helper='!f() { echo username=x-access-token; echo "password=${GITHUB_TOKEN:-}"; }; f' "$@"
}

# Fetches the latest commit of the branch and prints it; prints nothing if there is no such branch.
fetch_data() {
  local line status=0
  line=$(remote_git ls-remote --exit-code origin "refs/heads/$DATA_BRANCH") || status=$?
  # 2 means that it does not exist, anything else that the host could not be asked.
  if ((status == 2)); then return 0; fi
  if ((status != 0)); then return "$status"; fi
  remote_git fetch --quiet --depth=1 origin "${line%%[[:space:]]*}"
  echo "${line%%[[:space:]]*}"
}
