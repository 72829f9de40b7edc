#!/bin/bash
# tree-copy.sh FOLDER SOURCE: copies the tree SOURCE to FOLDER/tree with cp -a and compares names, modes, links, times and
# bytes from the server. The checksums of the copy stay in FOLDER/tree.sha256 ("sha256  ./path", sorted by bytes).
set -eu
trap 'echo "not ok tree-copy: line $LINENO: $BASH_COMMAND"' ERR
export LC_ALL=C
target=$1/tree source=$2
rm -rf "$target"
if ! cp -a "$source" "$target" 2>/tmp/copy.errors; then
  echo "not ok copy: $(wc -l </tmp/copy.errors) errors: $(head -n 3 /tmp/copy.errors | tr '\n' ';')"
  exit 1
fi
echo "ok copy"
sync
[ ! -w /proc/sys/vm/drop_caches ] || echo 3 >/proc/sys/vm/drop_caches

list() { (cd "$1" && find . -type d -printf '%y %m %U %G - %TY-%Tm-%Td %TT %p\n' -o -printf '%y %m %U %G %s %TY-%Tm-%Td %TT %p %l\n' | sort); }
list "$source" >/tmp/tree.want
list "$target" >/tmp/tree.have
if ! cmp -s /tmp/tree.want /tmp/tree.have; then
  diff /tmp/tree.want /tmp/tree.have | head -n 20
  echo "not ok attributes: the listings differ"
  exit 1
fi
echo "ok attributes $(wc -l </tmp/tree.have)"

sums() { (cd "$1" && find . -type f -print0 | sort -z | xargs -0 -r sha256sum); }
sums "$source" >/tmp/sums.want
sums "$target" >/tmp/sums.have
cmp /tmp/sums.want /tmp/sums.have
cp /tmp/sums.have "$1/tree.sha256"
echo "ok bytes $(wc -l </tmp/sums.have)"
