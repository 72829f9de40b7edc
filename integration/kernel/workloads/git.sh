#!/bin/bash
# git.sh FOLDER [COMMITS]: a repository in FOLDER/git: commits of small files, clone, gc, fsck, everything compared.
set -eu
trap 'echo "not ok git: line $LINENO: $BASH_COMMAND"' ERR
work=$1/git commits=${2:-200}
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.org
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
rm -rf "$work"
mkdir -p "$work"
cd "$work"

git -c init.defaultBranch=main init -q repository
cd repository
git config gc.auto 0
git config core.fsync all
for ((i = 1; i <= commits; i++)); do
  folder=d$((i % 10))
  [ -d $folder ] || mkdir $folder
  echo "line $i $RANDOM" >>$folder/f$((i % 37)).txt
  echo "$i" >>log.txt
  git add .
  git commit -q -m "commit $i"
done
[ "$(git rev-list --count HEAD)" = "$commits" ]
[ -z "$(git status --porcelain)" ]
echo "ok commit $commits"

git clone -q --no-local "$work/repository" "$work/clone"
[ "$(git -C "$work/clone" rev-parse HEAD^{tree})" = "$(git rev-parse HEAD^{tree})" ]
diff -r --exclude=.git "$work/repository" "$work/clone"
echo "ok clone"
git clone -q "$work/repository" "$work/linked"
[ "$(git -C "$work/linked" rev-list --count HEAD)" = "$commits" ]
echo "ok clone-hardlinks"

git checkout -q -b side HEAD~$((commits / 2))
echo side >side.txt
git add side.txt
git commit -q -m side
git checkout -q main
git merge -q -m merge side
[ -f side.txt ]
echo "ok branch-merge"

git gc -q --prune=now
[ "$(git count-objects -v | sed -n 's/^count: //p')" = 0 ]
echo "ok gc"
git fsck --full --strict --no-dangling
git -C "$work/clone" fsck --full --strict --no-dangling
echo "ok fsck"
[ "$(git rev-list --count main)" = $((commits + 2)) ]
[ -z "$(git status --porcelain)" ]
echo "ok history"
