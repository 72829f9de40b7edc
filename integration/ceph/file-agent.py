"""Works on files for a test, by system calls of this machine: one JSON request a line, [name, arguments]; one answer a line.

    python3 file-agent.py            by standard input and output
    python3 file-agent.py HOST PORT  by a TCP connection that it makes

A path is relative to the current directory. An error of the system is answered by its name (ENOENT).
"""

import base64
import errno
import fcntl
import json
import os
import socket
import sys

KINDS = {'shared': fcntl.LOCK_SH, 'exclusive': fcntl.LOCK_EX, 'unlock': fcntl.LOCK_UN}


def shown(status):
    return {
        'size': status.st_size,
        'mode': status.st_mode & 0o7777,
        'links': status.st_nlink,
        'uid': status.st_uid,
        'gid': status.st_gid,
        'ino': str(status.st_ino),
        'modified': str(status.st_mtime_ns),
    }


def lock(file, kind, start, length):
    """A byte-range lock of fcntl(2), without waiting; length 0 is to the end, wherever that is."""
    flags = KINDS[kind] if kind == 'unlock' else KINDS[kind] | fcntl.LOCK_NB
    try:
        fcntl.lockf(file, flags, length, start)
    except BlockingIOError:
        return False
    return True


def count(path, rounds):
    """Raises the number in a file, each time under a lock of the whole file."""
    file = os.open(path, os.O_RDWR)
    for _ in range(rounds):
        fcntl.lockf(file, fcntl.LOCK_EX)
        number = int(os.pread(file, 100, 0)) + 1
        os.pwrite(file, str(number).encode(), 0)
        fcntl.lockf(file, fcntl.LOCK_UN)
    os.close(file)


calls = {
    'open': lambda path, *flags: os.open(path, sum(getattr(os, f'O_{flag}') for flag in flags), 0o644),
    'close': os.close,
    'read': lambda file, offset, size: base64.b64encode(os.pread(file, size, offset)).decode(),
    'write': lambda file, offset, data: os.pwrite(file, base64.b64decode(data), offset),
    'sync': os.fsync,
    'stat': lambda path: shown(os.stat(path)),
    'fstat': lambda file: shown(os.fstat(file)),
    'lock': lock,
    'count': count,
    'chmod': os.chmod,
    'chown': os.chown,
    'utime': lambda path, nanoseconds: os.utime(path, ns=(int(nanoseconds), int(nanoseconds))),
    'truncate': os.truncate,
    'rename': os.rename,
    'unlink': os.unlink,
    'link': os.link,
    'symlink': os.symlink,
    'mkdir': os.mkdir,
    'rmdir': os.rmdir,
    'list': lambda path: sorted(os.listdir(path)),
}


def serve(lines, answers):
    def answer(value):
        answers.write(json.dumps(value) + '\n')
        answers.flush()

    answer({'value': 'ready'})
    for line in lines:
        name, arguments = json.loads(line)
        try:
            answer({'value': calls[name](*arguments)})
        except OSError as error:
            answer({'error': errno.errorcode.get(error.errno, str(error)), 'message': str(error)})


if len(sys.argv) > 1:
    with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Two of them: one for both would drop what it has read ahead at each write.
        with connection.makefile('r') as lines, connection.makefile('w') as answers:
            serve(lines, answers)
else:
    serve(sys.stdin, sys.stdout)
