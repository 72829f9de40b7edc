"""posix.py FOLDER [CHECK...]: POSIX behaviours of the file system at FOLDER, each in a fresh folder of its own.

Runs as root and takes on the identity of other users where permissions are checked, so the export must not squash root
(with squashing, give the names of the checks to run). Left out because NFS clients cannot do them: rename without
replace, removing a folder whose open file was unlinked (silly rename), times before 1970 (NFSv3).
"""

import ctypes
import errno
import fcntl
import hashlib
import mmap
import os
import shutil
import socket
import stat
import sys
import time

from report import Skip, check, checks, drop_caches, end, fails, run, same

ALICE, BOB, CAROL = 1000, 1001, 1002


def write(path, data=b'data', mode='wb'):
    with open(path, mode) as file:
        file.write(data)
    return path


def read(path):
    with open(path, 'rb') as file:
        return file.read()


def opened(path, flags=os.O_RDWR, mode=0o666):
    """A file descriptor that closes itself."""
    return os.fdopen(os.open(path, flags, mode), 'rb+' if flags & os.O_RDWR else 'wb', buffering=0)


def as_user(uid, function, *args, groups=()):
    """Runs a function as another user, in a child, and brings its failure back."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        why = b''
        try:
            os.setgroups(list(groups))
            os.setgid(uid)
            os.setuid(uid)
            function(*args)
        except BaseException as error:
            why = f'as {uid}: {type(error).__name__} {error}'.encode()
        os.write(writer, why[:4000])
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, 'rb') as pipe:
        why = pipe.read()
    os.waitpid(child, 0)
    assert why == b'', why.decode()


def open_to_all(folder):
    os.chmod(folder, 0o777)
    return folder


def mode_of(path):
    return stat.S_IMODE(os.lstat(path).st_mode)


# --- names and creation


@check
def create_exclusive():
    write('a', mode='xb')
    fails(errno.EEXIST, os.open, 'a', os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    same(read('a'), b'data')


@check
def create_exclusive_on_dangling_symlink():
    os.symlink('nowhere', 'link')
    fails(errno.EEXIST, os.open, 'link', os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    fails(errno.ENOENT, os.stat, 'nowhere')


@check
def create_through_dangling_symlink():
    os.symlink('target', 'link')
    write('link')
    same(read('target'), b'data')


@check
def create_mode_and_umask():
    before = os.umask(0o027)
    os.close(os.open('file', os.O_CREAT | os.O_WRONLY, 0o666))
    os.mkdir('folder', 0o777)
    os.umask(before)
    same(oct(mode_of('file')), oct(0o640))
    same(oct(mode_of('folder')), oct(0o750))


@check
def create_read_only_and_write():
    def attempt():
        with opened('file', os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o400) as file:
            file.write(b'written')
        same(read('file'), b'written')
        fails(errno.EACCES, open, 'file', 'wb')

    open_to_all('.')
    as_user(ALICE, attempt)


@check
def open_missing():
    fails(errno.ENOENT, open, 'missing')
    fails(errno.ENOENT, os.open, 'missing/file', os.O_CREAT | os.O_WRONLY)


@check
def open_truncates_and_keeps_inode():
    write('file', b'long content')
    inode = os.stat('file').st_ino
    write('file', b'short')
    same(read('file'), b'short')
    same(os.stat('file').st_ino, inode)


@check
def folder_is_no_file():
    os.mkdir('folder')
    fails(errno.EISDIR, os.open, 'folder', os.O_WRONLY)
    with_fd = os.open('folder', os.O_RDONLY)
    fails(errno.EISDIR, os.read, with_fd, 10)
    os.close(with_fd)
    fails(errno.EISDIR, os.unlink, 'folder')


@check
def file_is_no_folder():
    write('file')
    fails(errno.ENOTDIR, os.stat, 'file/x')
    fails(errno.ENOTDIR, os.listdir, 'file')
    fails(errno.ENOTDIR, os.rmdir, 'file')
    fails(errno.ENOTDIR, os.open, 'file', os.O_RDONLY | os.O_DIRECTORY)


@check
def mkdir_existing():
    os.mkdir('folder')
    fails(errno.EEXIST, os.mkdir, 'folder')
    write('file')
    fails(errno.EEXIST, os.mkdir, 'file')


@check
def rmdir_not_empty():
    os.mkdir('folder')
    write('folder/file')
    fails(errno.ENOTEMPTY, os.rmdir, 'folder')
    os.unlink('folder/file')
    os.rmdir('folder')
    fails(errno.ENOENT, os.stat, 'folder')


@check
def name_length():
    write('n' * 255)
    same(os.listdir('.'), ['n' * 255])
    fails(errno.ENAMETOOLONG, open, 'n' * 256, 'wb')
    fails(errno.ENAMETOOLONG, os.mkdir, 'n' * 256)


@check
def names_keep_case():
    write('Name', b'upper')
    write('name', b'lower')
    same((read('Name'), read('name')), (b'upper', b'lower'))


@check
def deep_path():
    path = '/'.join(['d'] * 100)
    os.makedirs(path)
    write(path + '/file')
    drop_caches()
    same(read(path + '/file'), b'data')


# --- links


@check
def hard_link():
    write('a')
    os.link('a', 'b')
    same((os.stat('a').st_nlink, os.stat('b').st_nlink), (2, 2))
    same(os.stat('a').st_ino, os.stat('b').st_ino)
    write('b', b'changed')
    same(read('a'), b'changed')
    os.unlink('a')
    same((os.stat('b').st_nlink, read('b')), (1, b'changed'))


@check
def hard_link_errors():
    write('a')
    write('b')
    os.mkdir('folder')
    fails(errno.EEXIST, os.link, 'a', 'b')
    fails(errno.EPERM, os.link, 'folder', 'c')
    fails(errno.ENOENT, os.link, 'missing', 'c')


@check
def hard_link_moves_ctime():
    write('a')
    before = os.stat('a').st_ctime_ns
    time.sleep(0.02)
    os.link('a', 'b')
    assert os.stat('a').st_ctime_ns > before, 'ctime did not move'


@check
def hard_link_to_symlink():
    os.symlink('nowhere', 'link')
    os.link('link', 'second', follow_symlinks=False)
    same(os.readlink('second'), 'nowhere')


@check
def symlink_target_is_opaque():
    for number, target in enumerate(['a', '../x//y/.', 'caf\u00e9', 't' * 1000, '/' + 'd/' * 400]):
        os.symlink(target, f'l{number}')
    drop_caches()
    same(os.readlink('l3'), 't' * 1000)
    same(os.readlink('l1'), '../x//y/.')
    same(os.lstat('l2').st_size, 5)
    assert stat.S_ISLNK(os.lstat('l0').st_mode)


@check
def symlink_loop():
    os.symlink('b', 'a')
    os.symlink('a', 'b')
    fails(errno.ELOOP, os.stat, 'a')
    fails(errno.ELOOP, os.open, 'a', os.O_RDONLY | os.O_NOFOLLOW)


@check
def symlink_existing():
    write('a')
    fails(errno.EEXIST, os.symlink, 'x', 'a')
    fails(errno.EINVAL, os.readlink, 'a')


# --- unlink and rename


def left_at_last(names):
    """The client keeps an open file under another name, and removes that after the close without waiting for it."""
    deadline = time.monotonic() + 10
    while os.listdir('.') != names and time.monotonic() < deadline:
        time.sleep(0.01)
    same(os.listdir('.'), names)


@check
def unlink_while_open():
    write('file', b'still here')
    with opened('file') as file:
        os.unlink('file')
        fails(errno.ENOENT, os.stat, 'file')
        same(file.read(), b'still here')
        file.write(b' and more')
        same(os.fstat(file.fileno()).st_size, 19)
    left_at_last([])


@check
def unlink_then_create_is_another_file():
    write('file', b'old')
    with opened('file') as file:
        os.unlink('file')
        write('file', b'new')
        same((file.read(), read('file')), (b'old', b'new'))


@check
def rename_over():
    write('a', b'A')
    write('b', b'B')
    inode = os.stat('a').st_ino
    os.rename('a', 'b')
    same((os.listdir('.'), read('b'), os.stat('b').st_ino), (['b'], b'A', inode))


@check
def rename_over_open_file():
    write('a', b'new')
    write('b', b'old')
    with opened('b') as file:
        os.rename('a', 'b')
        same((file.read(), read('b')), (b'old', b'new'))
    left_at_last(['b'])


@check
def rename_over_drops_link_count():
    write('a')
    write('b')
    os.link('b', 'c')
    os.rename('a', 'b')
    same((os.stat('c').st_nlink, os.stat('b').st_nlink), (1, 1))


@check
def rename_of_two_links_of_one_file():
    write('a')
    os.link('a', 'b')
    os.rename('a', 'b')
    same(sorted(os.listdir('.')), ['a', 'b'])


@check
def rename_onto_itself():
    write('a')
    os.rename('a', 'a')
    same(read('a'), b'data')


@check
def rename_open_file_follows():
    os.mkdir('from')
    write('from/a', b'')
    with opened('from/a') as file:
        os.mkdir('to')
        os.rename('from/a', 'to/b')
        file.write(b'after the rename')
    os.rename('to', 'elsewhere')
    same(read('elsewhere/b'), b'after the rename')


@check
def rename_folder():
    os.makedirs('a/deep')
    write('a/deep/file')
    os.mkdir('empty')
    os.rename('a', 'empty')
    same(read('empty/deep/file'), b'data')
    same(os.stat('empty/deep/..').st_ino, os.stat('empty').st_ino)


@check
def rename_folder_to_other_parent():
    os.makedirs('a/moved')
    os.mkdir('b')
    write('a/moved/file')
    os.rename('a/moved', 'b/moved')
    drop_caches()
    same(os.stat('b/moved/..').st_ino, os.stat('b').st_ino)
    same((os.listdir('a'), read('b/moved/file')), ([], b'data'))


@check
def rename_errors():
    os.makedirs('full/child')
    os.makedirs('folder/sub')
    write('file')
    fails(errno.ENOTEMPTY, os.rename, 'folder', 'full')
    fails(errno.EISDIR, os.rename, 'file', 'folder')
    fails(errno.ENOTDIR, os.rename, 'folder', 'file')
    fails(errno.EINVAL, os.rename, 'folder', 'folder/sub/x')
    fails(errno.ENOENT, os.rename, 'missing', 'x')
    fails(errno.ENOENT, os.rename, 'file', 'missing/x')
    same(sorted(os.listdir('.')), ['file', 'folder', 'full'])


@check
def rename_is_atomic_for_readers():
    write('target', b'0' * 1000)
    child = os.fork()
    if child == 0:
        for number in range(100):
            write('temporary', b'%d' % (number % 10) * 1000)
            os.rename('temporary', 'target')
        os._exit(0)
    while os.waitpid(child, os.WNOHANG)[0] == 0:
        data = read('target')
        assert len(data) == 1000 and len(set(data)) == 1, f'half a file: {len(data)} bytes'


# --- owners and permissions


@check
def chmod_all_bits():
    write('file')
    for mode in (0o000, 0o777, 0o4755, 0o2755, 0o1644, 0o6711, 0o640):
        os.chmod('file', mode)
        same(oct(mode_of('file')), oct(mode))


@check
def chmod_needs_owner():
    open_to_all('.')
    write('file')
    os.chmod('file', 0o666)
    as_user(ALICE, lambda: fails(errno.EPERM, os.chmod, 'file', 0o777))
    os.chown('file', ALICE, ALICE)
    as_user(ALICE, lambda: os.chmod('file', 0o600))
    same(oct(mode_of('file')), oct(0o600))


@check
def chown_by_root():
    write('file')
    os.chown('file', BOB, CAROL)
    os.symlink('file', 'link')
    os.lchown('link', ALICE, ALICE)
    drop_caches()
    same((os.stat('file').st_uid, os.stat('file').st_gid), (BOB, CAROL))
    same(os.lstat('link').st_uid, ALICE)


@check
def chown_needs_root():
    open_to_all('.')
    write('file')
    os.chown('file', ALICE, ALICE)
    as_user(ALICE, lambda: fails(errno.EPERM, os.chown, 'file', BOB, -1))
    as_user(ALICE, lambda: fails(errno.EPERM, os.chown, 'file', -1, BOB))


@check
def chgrp_to_own_group():
    open_to_all('.')
    write('file')
    os.chown('file', ALICE, ALICE)
    as_user(ALICE, lambda: os.chown('file', -1, CAROL), groups=[CAROL])
    same(os.stat('file').st_gid, CAROL)


@check
def new_file_belongs_to_creator():
    open_to_all('.')

    def make():
        write('file')
        os.mkdir('folder')
        os.symlink('x', 'link')

    as_user(ALICE, make)
    for name in ('file', 'folder', 'link'):
        same((os.lstat(name).st_uid, os.lstat(name).st_gid), (ALICE, ALICE), f'owner of {name}')


@check
def setgid_folder_gives_its_group():
    os.chown('.', 0, CAROL)
    os.chmod('.', 0o2777)

    def make():
        write('file')
        os.mkdir('folder')

    as_user(ALICE, make)
    same(os.stat('file').st_gid, CAROL)
    same(os.stat('folder').st_gid, CAROL)
    assert mode_of('folder') & stat.S_ISGID, 'the new folder is not setgid'


@check
def sticky_folder():
    os.chmod('.', 0o1777)
    as_user(ALICE, lambda: write('file'))
    as_user(BOB, lambda: refused(os.unlink, 'file'))
    as_user(BOB, lambda: write('other'))
    as_user(BOB, lambda: refused(os.rename, 'other', 'file'))
    same(read('file'), b'data')
    as_user(ALICE, lambda: os.unlink('file'))


def refused(function, *args):
    """NFSv3 servers answer EACCES or EPERM to sticky violations."""
    try:
        function(*args)
    except PermissionError:
        return
    raise AssertionError(f'{function.__name__} {args} was allowed')


@check
def private_file():
    open_to_all('.')
    as_user(ALICE, lambda: os.chmod(write('file'), 0o600))
    as_user(BOB, lambda: fails(errno.EACCES, open, 'file'))
    as_user(BOB, lambda: fails(errno.EACCES, open, 'file', 'ab'))
    as_user(ALICE, lambda: same(read('file'), b'data'))


@check
def group_read():
    open_to_all('.')
    write('file')
    os.chown('file', ALICE, CAROL)
    os.chmod('file', 0o640)
    as_user(BOB, lambda: same(read('file'), b'data'), groups=[CAROL])
    as_user(BOB, lambda: fails(errno.EACCES, open, 'file', 'ab'), groups=[CAROL])
    as_user(BOB, lambda: fails(errno.EACCES, open, 'file'))


@check
def owner_class_comes_first():
    open_to_all('.')
    write('file')
    os.chown('file', ALICE, ALICE)
    os.chmod('file', 0o077)
    as_user(ALICE, lambda: fails(errno.EACCES, open, 'file'))
    as_user(BOB, lambda: same(read('file'), b'data'))


@check
def folder_permissions():
    open_to_all('.')
    os.mkdir('folder')
    write('folder/file')
    os.chmod('folder/file', 0o644)
    os.chmod('folder', 0o711)
    as_user(BOB, lambda: fails(errno.EACCES, os.listdir, 'folder'))
    as_user(BOB, lambda: same(read('folder/file'), b'data'))
    as_user(BOB, lambda: fails(errno.EACCES, open, 'folder/new', 'wb'))
    as_user(BOB, lambda: fails(errno.EACCES, os.unlink, 'folder/file'))
    os.chmod('folder', 0o744)
    as_user(BOB, lambda: same(os.listdir('folder'), ['file']))
    as_user(BOB, lambda: fails(errno.EACCES, open, 'folder/file'))


@check
def root_passes_mode_bits():
    open_to_all('.')
    as_user(ALICE, lambda: os.chmod(write('file'), 0o000))
    drop_caches()
    same(read('file'), b'data')


@check
def write_by_another_clears_setuid():
    open_to_all('.')
    write('file')
    os.chmod('file', 0o6777)
    as_user(BOB, lambda: write('file', b'more', 'ab'))
    same(oct(mode_of('file')), oct(0o777))


@check
def execute_needs_permission():
    write('script', b'#!/bin/sh\nexit 7\n')
    fails(errno.EACCES, os.execv, './script', ['script'])
    os.chmod('script', 0o755)
    same(os.waitstatus_to_exitcode(os.system('./script')), 7)


# --- times


@check
def times_in_nanoseconds():
    write('file')
    os.utime('file', ns=(1_234_567_890_123_456_789, 1_500_000_000_987_654_321))
    drop_caches()
    found = os.stat('file')
    same((found.st_atime_ns, found.st_mtime_ns), (1_234_567_890_123_456_789, 1_500_000_000_987_654_321))


@check
def times_after_2038():
    write('file')
    os.utime('file', ns=(4_000_000_000 * 10**9, 4_000_000_001 * 10**9))
    drop_caches()
    same(os.stat('file').st_mtime_ns, 4_000_000_001 * 10**9)


@check
def times_of_symlink_itself():
    write('file')
    os.symlink('file', 'link')
    os.utime('link', ns=(10**18, 10**18 + 1), follow_symlinks=False)
    same(os.lstat('link').st_mtime_ns, 10**18 + 1)
    assert os.stat('file').st_mtime_ns != 10**18 + 1, 'the target was touched'


@check
def times_need_owner():
    open_to_all('.')
    write('file')
    os.chmod('file', 0o666)
    as_user(BOB, lambda: os.utime('file'))
    as_user(BOB, lambda: fails(errno.EPERM, os.utime, 'file', (1, 1)))


@check
def write_moves_mtime():
    write('file')
    os.utime('file', (1, 1))
    write('file', b'more', 'ab')
    drop_caches()
    assert abs(os.stat('file').st_mtime - time.time()) < 60, f'mtime is {os.stat("file").st_mtime}'


@check
def chmod_moves_ctime_only():
    write('file')
    before = os.stat('file')
    time.sleep(0.02)
    os.chmod('file', 0o600)
    after = os.stat('file')
    assert after.st_ctime_ns > before.st_ctime_ns, 'ctime did not move'
    same(after.st_mtime_ns, before.st_mtime_ns, 'mtime')


@check
def folder_mtime_moves():
    os.mkdir('d')
    write('other')

    def moved(function, *args):
        os.utime('d', (1, 1))
        function(*args)
        assert os.stat('d').st_mtime > 1000, f'{function.__name__} {args} did not move it'

    moved(write, 'd/file')
    moved(os.rename, 'd/file', 'd/second')
    moved(os.link, 'd/second', 'd/third')
    moved(os.symlink, 'x', 'd/link')
    moved(os.mkdir, 'd/sub')
    moved(os.rmdir, 'd/sub')
    moved(os.unlink, 'd/third')
    moved(os.rename, 'other', 'd/other')
    moved(os.rename, 'd/other', 'other')


# --- bytes


@check
def append_from_two_descriptors():
    with opened('file', os.O_CREAT | os.O_WRONLY | os.O_APPEND) as a, opened('file', os.O_WRONLY | os.O_APPEND) as b:
        for number in range(50):
            (a if number % 2 else b).write(b'%03d\n' % number)
    same(read('file').split(), [b'%03d' % number for number in range(50)])


@check
def truncate_up_fills_with_zeros():
    write('file', b'abc')
    os.truncate('file', 10_000)
    drop_caches()
    same(read('file'), b'abc' + bytes(9_997))


@check
def truncate_down_and_up_again():
    write('file', b'x' * 10_000)
    os.truncate('file', 4_000)
    os.truncate('file', 8_000)
    drop_caches()
    same(read('file'), b'x' * 4_000 + bytes(4_000))


@check
def truncate_open_file():
    write('file', b'x' * 100)
    with opened('file') as file:
        file.read()
        os.ftruncate(file.fileno(), 10)
        file.write(b'end')
        same(os.fstat(file.fileno()).st_size, 103)
    same(read('file'), b'x' * 10 + bytes(90) + b'end')


@check
def truncate_needs_permission():
    open_to_all('.')
    write('file', b'keep')
    os.chmod('file', 0o644)
    as_user(BOB, lambda: fails(errno.EACCES, os.truncate, 'file', 0))
    same(read('file'), b'keep')
    os.mkdir('folder')
    fails(errno.EISDIR, os.truncate, 'folder', 0)


@check
def sparse_file():
    offset = 5 * 2**30 + 12_345
    with opened('file', os.O_CREAT | os.O_RDWR) as file:
        os.pwrite(file.fileno(), b'end', offset)
        os.fsync(file.fileno())
    drop_caches()
    with opened('file') as file:
        same(os.pread(file.fileno(), 10, offset), b'end')
        same(os.pread(file.fileno(), 4096, 2**32 - 2048), bytes(4096))
        found = os.fstat(file.fileno())
    same(found.st_size, offset + 3)
    assert found.st_blocks < 10_000, f'{found.st_blocks} blocks are in use'


@check
def size_of_one_tebibyte():
    write('file', b'')
    os.truncate('file', 2**40)
    drop_caches()
    same(os.stat('file').st_size, 2**40)
    os.truncate('file', 0)


@check
def overwrite_in_the_middle():
    write('file', bytes(200_000))
    with opened('file') as file:
        os.pwrite(file.fileno(), b'middle', 65_533)
        os.pwrite(file.fileno(), b'x', 131_072)
    drop_caches()
    want = bytearray(200_000)
    want[65_533:65_539] = b'middle'
    want[131_072] = ord('x')
    assert read('file') == want, 'the bytes differ'


@check
def read_past_the_end():
    write('file', b'12345')
    with opened('file') as file:
        same(os.pread(file.fileno(), 10, 3), b'45')
        same(os.pread(file.fileno(), 10, 5), b'')
        same(os.pread(file.fileno(), 10, 2**40), b'')


@check
def eight_mebibytes_cold():
    data = os.urandom(2**20) * 8
    write('file', data)
    drop_caches()
    same(hashlib.sha256(read('file')).hexdigest(), hashlib.sha256(data).hexdigest())


@check
def odd_sizes_cold():
    sizes = (0, 1, 511, 4095, 4096, 4097, 65_535, 65_537, 2**20 + 1)
    for size in sizes:
        write(f'f{size}', b'z' * size)
    drop_caches()
    for size in sizes:
        same(len(read(f'f{size}')), size)


@check
def mmap_write():
    write('file', bytes(20_000))
    with opened('file') as file, mmap.mmap(file.fileno(), 20_000) as memory:
        memory[5_000:5_006] = b'mapped'
        memory.flush()
        same(os.pread(file.fileno(), 6, 5_000), b'mapped')
    drop_caches()
    same(read('file')[4_999:5_007], b'\0mapped\0')


@check
def fsync_file_and_folder():
    with opened('file', os.O_CREAT | os.O_RDWR) as file:
        file.write(b'safe')
        os.fsync(file.fileno())
        os.fdatasync(file.fileno())
    folder = os.open('.', os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


@check
def synchronous_write():
    with opened('file', os.O_CREAT | os.O_RDWR | os.O_SYNC) as file:
        same(file.write(b'now'), 3)
    same(read('file'), b'now')


@check
def direct_write():
    with mmap.mmap(-1, 65_536) as memory, opened('file', os.O_CREAT | os.O_RDWR | os.O_DIRECT) as file:
        memory[:] = b'd' * 65_536
        same(os.pwritev(file.fileno(), [memory], 0), 65_536)
        memory[:] = bytes(65_536)
        same(os.preadv(file.fileno(), [memory], 0), 65_536)
        same(memory[:], b'd' * 65_536)


@check
def copy_file_range():
    data = os.urandom(300_000)
    write('a', data)
    with opened('a') as source, opened('b', os.O_CREAT | os.O_RDWR) as target:
        try:
            copied = os.copy_file_range(source.fileno(), target.fileno(), 300_000)
        except OSError as error:
            raise Skip(error) from None
        while copied < 300_000:
            more = os.copy_file_range(source.fileno(), target.fileno(), 300_000 - copied)
            assert more > 0, 'it stopped early'
            copied += more
    same(read('b') == data, True, 'copy is equal')


@check
def file_grows_between_readers():
    with opened('file', os.O_CREAT | os.O_WRONLY) as writer, open('file', 'rb', buffering=0) as reader:
        for number in range(20):
            writer.write(b'%02d' % number)
            same(reader.read(10), b'%02d' % number)


# --- locks (with nolock the client alone decides)


@check
def record_locks_exclude():
    write('file', bytes(100))

    def attempt(start, length, expected):
        with opened('file') as file:
            try:
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, length, start)
                have = None
            except OSError as error:
                have = error.errno
        assert (have in (errno.EAGAIN, errno.EACCES)) == expected, f'{start}+{length}: errno {have}'

    with opened('file') as file:
        fcntl.lockf(file, fcntl.LOCK_EX, 10, 20)
        as_user(0, attempt, 25, 1, True)
        as_user(0, attempt, 0, 0, True)
        as_user(0, attempt, 30, 10, False)
        fcntl.lockf(file, fcntl.LOCK_UN, 10, 20)
        as_user(0, attempt, 0, 0, False)


@check
def flock_excludes():
    write('file')

    def attempt():
        with opened('file') as file:
            fails(errno.EAGAIN, fcntl.flock, file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    with opened('file') as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        as_user(0, attempt)


# --- folders


@check
def listing_types_and_inodes():
    write('file')
    os.mkdir('folder')
    os.symlink('x', 'link')
    os.mkfifo('fifo')
    drop_caches()
    with os.scandir('.') as entries:
        found = {entry.name: (entry.is_file(follow_symlinks=False), entry.is_dir(follow_symlinks=False), entry.is_symlink()) for entry in entries}
    same(found, {'file': (True, False, False), 'folder': (False, True, False), 'link': (False, False, True), 'fifo': (False, False, False)})
    with os.scandir('.') as entries:
        for entry in entries:
            same(entry.inode(), os.lstat(entry.name).st_ino, f'inode of {entry.name}')


@check
def dot_and_dot_dot():
    os.mkdir('d')
    libc = ctypes.CDLL(None, use_errno=True)
    libc.opendir.restype = ctypes.c_void_p
    libc.readdir64.restype = ctypes.c_void_p
    stream = ctypes.c_void_p(libc.opendir(b'd'))
    names = {}
    while (entry := libc.readdir64(stream)) is not None:
        names[ctypes.string_at(entry + 19)] = ctypes.c_uint64.from_address(entry).value
    libc.closedir(stream)
    same(sorted(names), [b'.', b'..'])
    same((names[b'.'], names[b'..']), (os.stat('d').st_ino, os.stat('.').st_ino))


@check
def listing_while_deleting():
    wanted = {f'f{number:04d}' for number in range(1500)}
    for name in wanted:
        os.close(os.open(name, os.O_CREAT | os.O_WRONLY))
    drop_caches()
    seen = []
    with os.scandir('.') as entries:
        for entry in entries:
            seen.append(entry.name)
            os.unlink(entry.name)
    same(len(seen), len(set(seen)), 'distinct names seen')
    same(os.listdir('.'), [], 'what is left')
    same(set(seen), wanted)


@check
def listing_while_creating():
    wanted = {f'old{number:04d}' for number in range(600)}
    for name in wanted:
        os.close(os.open(name, os.O_CREAT | os.O_WRONLY))
    drop_caches()
    seen = []
    with os.scandir('.') as entries:
        for number, entry in enumerate(entries):
            seen.append(entry.name)
            if number % 20 == 0:
                os.close(os.open(f'new{number:04d}', os.O_CREAT | os.O_WRONLY))
    old = [name for name in seen if name.startswith('old')]
    same((len(old), set(old)), (600, wanted), 'old entries')


@check
def inodes_are_distinct():
    for number in range(50):
        write(f'f{number}')
        os.mkdir(f'd{number}')
    same(len({os.stat(name).st_ino for name in os.listdir('.')}), 100)


# --- special files and the file system


@check
def fifo():
    os.mkfifo('fifo', 0o640)
    assert stat.S_ISFIFO(os.stat('fifo').st_mode)
    child = os.fork()
    if child == 0:
        write('fifo', b'through')
        os._exit(0)
    same(read('fifo'), b'through')
    os.waitpid(child, 0)


@check
def unix_socket():
    with socket.socket(socket.AF_UNIX) as server:
        server.bind('socket')
        assert stat.S_ISSOCK(os.stat('socket').st_mode)


@check
def device_node():
    os.mknod('null', 0o600 | stat.S_IFCHR, os.makedev(1, 3))
    drop_caches()
    found = os.stat('null')
    assert stat.S_ISCHR(found.st_mode)
    same((os.major(found.st_rdev), os.minor(found.st_rdev)), (1, 3))


@check
def file_system_figures():
    found = os.statvfs('.')
    same(found.f_namemax, 255, 'longest name')
    assert found.f_blocks > 0 and found.f_bavail > 0 and found.f_files > 0, found
    assert found.f_bavail <= found.f_bfree <= found.f_blocks, found


@check
def blocks_are_counted():
    write('file', os.urandom(100_000))
    drop_caches()
    used = os.stat('file').st_blocks * 512
    assert 90_000 < used < 1_000_000, f'{used} bytes are counted for 100,000'


def main():
    base = os.path.join(sys.argv[1], 'posix')
    chosen = sys.argv[2:]
    shutil.rmtree(base, ignore_errors=True)
    os.mkdir(base)
    os.chmod(base, 0o755)
    os.umask(0o022)
    for function in checks:
        name = function.__name__.replace('_', '-')
        if chosen and name not in chosen:
            continue
        folder = os.path.join(base, name)
        os.mkdir(folder)
        os.chdir(folder)
        run(function)
    os.chdir('/')
    shutil.rmtree(base)
    end()


main()
