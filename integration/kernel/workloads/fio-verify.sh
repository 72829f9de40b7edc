#!/bin/bash
# fio-verify.sh FOLDER [MIB]: random writes with a checksum in each block, verified from the server after the client's
# cache was dropped; then the same unbuffered.
set -eu
trap 'echo "not ok fio-verify: line $LINENO: $BASH_COMMAND"' ERR
work=$1/fio size=${2:-32}
rm -rf "$work"
mkdir -p "$work"
job() { # NAME OPTION...
  fio --name="$1" --filename="$work/$1" --rw=randwrite --bsrange=4k-64k --bs_unaligned=0 --size="${size}M" --ioengine=psync \
    --randrepeat=1 --verify=crc32c --verify_fatal=1 --thread --output-format=terse --terse-version=3 --output="/tmp/fio.$1" "${@:2}" || {
    cat "/tmp/fio.$1"
    return 1
  }
}
cold() {
  sync
  [ ! -w /proc/sys/vm/drop_caches ] || echo 3 >/proc/sys/vm/drop_caches
}
job buffered --do_verify=0 --end_fsync=1
cold
job buffered --verify_only
echo "ok buffered ${size} MiB"
job direct --direct=1 --do_verify=0
cold
job direct --direct=1 --verify_only
echo "ok direct ${size} MiB"
job overwrite --do_verify=1 --fsync=64 --loops=2
echo "ok overwrite ${size} MiB"
rm -r "$work"
