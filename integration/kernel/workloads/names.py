"""names.py FOLDER: files and folders with odd names in FOLDER/names: made, listed cold, read, renamed, and left there.

Prints for each file `file HEX-OF-NAME SHA256`, so that the host can look for the same through another door.
"""

import errno
import hashlib
import os
import shutil
import sys

from report import drop_caches, end, fails, same, tell

NAMES = {
    'plain': b'plain.txt',
    'space': b'a name with spaces',
    'space-leading': b' leading',
    'space-trailing': b'trailing ',
    'composed': 'caf\u00e9'.encode(),
    'decomposed': 'cafe\u0301'.encode(),
    'emoji': '\U0001f40b\U0001f9ca'.encode(),
    'emoji-joined': '\U0001f469\u200d\U0001f4bb'.encode(),
    'right-to-left': '\u05e9\u05dc\u05d5\u05dd'.encode(),
    'wide': '\u6f22\u5b57'.encode(),
    'sharp-s': 'stra\u00dfe'.encode(),
    '255-bytes': b'x' * 255,
    '255-bytes-utf8': ('\u20ac' * 85).encode(),
    'percent': b'100%',
    'percent-escape': b'a%2Fb%00%C3%A9',
    'plus': b'a+b',
    'hash': b'a#b',
    'ampersand': b'a&b=c',
    'question': b'what?',
    'star': b'*',
    'quotes': b'"\'`',
    'backslash': b'back\\slash',
    'colon': b'c:stream:$DATA',
    'brackets': b'<|>[]{}()',
    'dollar': b'$HOME;ls',
    'tilde': b'~',
    'dash': b'-rf',
    'hidden': b'.hidden',
    'three-dots': b'...',
    'dot-trailing': b'dot.',
    'device': b'CON',
    'device-extension': b'aux.txt',
    'case-upper': b'Case',
    'case-lower': b'case',
    'newline': b'new\nline',
    'tab': b'tab\there',
    'control': b'\x01\x1f\x7f',
    'invalid-utf8': b'\xff\xfe-bad',
    'overlong-utf8': b'over\xc0\xaf',
    'surrogate-utf8': b'sur\xed\xa0\x80',
    'latin1': b'caf\xe9',
}


def attempt(name, function):
    try:
        function()
    except (OSError, AssertionError) as error:
        tell(name, f'{type(error).__name__} {error}')
        return False
    return True


def main(folder):
    work = os.path.join(os.fsencode(folder), b'names')
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)

    made = {}
    for label, name in NAMES.items():
        content = b'content of ' + name

        def make():
            with open(os.path.join(work, name), 'xb') as file:
                file.write(content)

        if attempt(f'create-{label}', make):
            made[label] = (name, content)

    drop_caches()
    listed = set(os.listdir(work))
    want = {name for name, _ in made.values()}
    missing, strange = want - listed, listed - want
    tell('listing', f'missing {missing}, strange {strange}' if missing or strange else None)

    for label, (name, content) in made.items():

        def use():
            path = os.path.join(work, name)
            with open(path, 'rb') as file:
                same(file.read(), content, 'content')
            other = os.path.join(work, b'renamed')
            os.rename(path, other)
            fails(errno.ENOENT, os.stat, path)
            os.rename(other, path)
            same(os.stat(path).st_size, len(content), 'size')

        if attempt(label, use):
            tell(label)
            print(f'file {name.hex()} {hashlib.sha256(content).hexdigest()}', flush=True)

    folders = os.path.join(work, b'folders')
    os.mkdir(folders)
    for label, (name, _) in made.items():

        def nest():
            inner = os.path.join(folders, name)
            os.mkdir(inner)
            with open(os.path.join(inner, name), 'xb') as file:
                file.write(name)
            same(os.listdir(inner), [name], 'listing')

        attempt(f'folder-{label}', nest)
    drop_caches()
    seen = set(os.listdir(folders))
    tell('folders', None if seen == want else f'missing {want - seen}, strange {seen - want}')

    for name in (b'y' * 256, '\u20ac'.encode() * 86):
        attempt('too-long', lambda: fails(errno.ENAMETOOLONG, open, os.path.join(work, name), 'xb'))
    end()


main(sys.argv[1])
