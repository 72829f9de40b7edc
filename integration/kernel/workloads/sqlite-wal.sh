#!/bin/bash
# sqlite-wal.sh FOLDER [ROWS]: an SQLite database in WAL mode on the mount, two writers and a reader of one client.
set -eu
trap 'echo "not ok sqlite-wal: line $LINENO: $BASH_COMMAND"' ERR
work=$1/sqlite rows=${2:-150}
rm -rf "$work"
mkdir -p "$work"
cd "$work"
[ "$(sqlite3 t.db 'PRAGMA journal_mode=WAL')" = wal ]
sqlite3 t.db 'CREATE TABLE t(writer TEXT, n INTEGER, payload BLOB, PRIMARY KEY(writer, n)); CREATE INDEX by_n ON t(n)'
echo "ok wal-mode"

writer() {
  {
    echo '.timeout 60000'
    echo 'PRAGMA synchronous=FULL;'
    for ((n = 1; n <= rows; n++)); do
      echo "BEGIN IMMEDIATE; INSERT INTO t VALUES('$1', $n, randomblob(600)); COMMIT;"
    done
  } | sqlite3 -bail t.db >/dev/null
}
writer a &
first=$!
writer b &
second=$!
while kill -0 $first 2>/dev/null || kill -0 $second 2>/dev/null; do
  # Each writer counts up: a snapshot with a gap was never committed.
  gap=$(sqlite3 -cmd '.timeout 60000' t.db 'SELECT count(*) FROM (SELECT writer, max(n) m, count(*) c FROM t GROUP BY writer) WHERE m <> c')
  [ "$gap" = 0 ]
  sleep 0.5
done
wait $first
wait $second
[ "$(sqlite3 t.db 'SELECT count(*) FROM t')" = $((2 * rows)) ]
echo "ok writers $((2 * rows))"
[ "$(sqlite3 t.db 'PRAGMA integrity_check')" = ok ]
echo "ok integrity-wal"
sqlite3 t.db 'PRAGMA wal_checkpoint(TRUNCATE)' | grep -q '^0|'
[ "$(sqlite3 t.db 'PRAGMA journal_mode=DELETE')" = delete ]
[ ! -e t.db-wal ]
echo "ok checkpoint"
sync
[ ! -w /proc/sys/vm/drop_caches ] || echo 3 >/proc/sys/vm/drop_caches
[ "$(sqlite3 t.db 'PRAGMA integrity_check')" = ok ]
[ "$(sqlite3 t.db 'SELECT count(*) FROM t')" = $((2 * rows)) ]
sqlite3 t.db 'DELETE FROM t WHERE n % 2; VACUUM'
[ "$(sqlite3 t.db 'PRAGMA integrity_check')" = ok ]
echo "ok integrity-cold"
