"""Reports of the workloads: one line a check, `ok name` or `not ok name: why`; any failure makes the status 1."""

import errno
import os
import sys
import traceback

checks = []
failures = 0


def check(function):
    checks.append(function)
    return function


class Skip(Exception):
    pass


def fails(code, function, *args, **kwargs):
    """The call has to fail with this errno."""
    try:
        function(*args, **kwargs)
    except OSError as error:
        assert error.errno == code, f'{errno.errorcode[code]} expected, not {error}'
        return
    raise AssertionError(f'{errno.errorcode[code]} expected, but it went well')


def same(have, want, what='value'):
    assert have == want, f'{what} is {have!r}, expected {want!r}'


def tell(name, why=None):
    global failures
    if why is None:
        print(f'ok {name}', flush=True)
    else:
        failures += 1
        print(f'not ok {name}: {why}', flush=True)


def run(function, *args):
    """Runs one check; its name is the function's."""
    name = function.__name__.replace('_', '-')
    try:
        function(*args)
    except Skip as reason:
        print(f'skip {name}: {reason}', flush=True)
    except Exception as error:
        line = traceback.extract_tb(error.__traceback__)
        own = [frame.lineno for frame in line if frame.filename == function.__code__.co_filename]
        tell(name, f'{type(error).__name__} {error} (line {own[-1] if own else "?"})')
    else:
        tell(name)


def drop_caches():
    """Makes the next reads come from the server. Only root can."""
    os.sync()
    if os.geteuid() == 0:
        with open('/proc/sys/vm/drop_caches', 'w') as file:
            file.write('3')


def end():
    sys.exit(1 if failures else 0)
