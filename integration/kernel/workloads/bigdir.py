"""bigdir.py FOLDER [ENTRIES] [keep]: a folder of 10,000 entries made, listed warm and cold, removed (or kept)."""

import os
import sys
import time

from report import check, checks, drop_caches, end, run, same

work = os.path.join(sys.argv[1], 'bigdir')
count = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
keep = sys.argv[3:4] == ['keep']
wanted = {f'entry-{number:06d}' for number in range(count)}


def listing():
    names = os.listdir(work)
    same(len(names), len(set(names)), 'number of distinct names')
    have = set(names)
    assert have == wanted, f'{len(wanted - have)} are missing, {len(have - wanted)} are strange'


@check
def create():
    os.mkdir(work)
    for name in wanted:
        os.close(os.open(os.path.join(work, name), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))


@check
def list_warm():
    listing()


@check
def list_cold():
    drop_caches()
    listing()


@check
def list_with_attributes():
    drop_caches()
    inodes = set()
    with os.scandir(work) as entries:
        for entry in entries:
            assert entry.is_file(follow_symlinks=False), f'{entry.name} is no file'
            same(entry.stat().st_ino, entry.inode(), f'inode of {entry.name}')
            inodes.add(entry.inode())
    same(len(inodes), count, 'number of distinct inodes')


@check
def list_twice_at_once():
    drop_caches()
    with os.scandir(work) as first, os.scandir(work) as second:
        left, right = set(), set()
        for a, b in zip(first, second):
            left.add(a.name)
            right.add(b.name)
    same(left, wanted, 'first listing') if len(left) != count else None
    same(right, wanted, 'second listing') if len(right) != count else None


@check
def remove():
    if keep:
        return
    for name in sorted(wanted):
        os.unlink(os.path.join(work, name))
    same(os.listdir(work), [], 'what is left')
    os.rmdir(work)


for step in checks:
    begun = time.monotonic()
    run(step)
    print(f'# {step.__name__}: {time.monotonic() - begun:.1f} s', flush=True)
end()
