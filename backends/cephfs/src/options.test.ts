import { describe, expect, it } from 'vitest';
import { checkOptions } from './options.ts';
import type { CephOptions } from './options.ts';

const good: CephOptions = { client: 'admin', root: '/nas', writers: 'head', clientUuid: '0123456789abcdef'.repeat(2) };

describe('the options of a volume', () => {
  it('are taken as they make sense', () => {
    checkOptions(good);
    checkOptions({ ...good, monitors: ['10.0.0.1'], key: 'AQ==', mounts: 4, closeTimeout: 0 });
  });

  it.each([
    [{ root: 'nas' }, /no absolute path/],
    [{ conf: '/c', monitors: ['10.0.0.1'], key: 'AQ==' }, /besides a ceph.conf/],
    [{ monitors: [], key: 'AQ==' }, /empty/],
    [{ monitors: ['10.0.0.1'] }, /without a key/],
    [{ key: 'AQ==', keyring: '/k' }, /besides a keyring/],
    [{ clientUuid: 'x' }, /uuid/],
    [{ client: 'client.admin' }, /without `client.`/],
    [{ mounts: 0 }, /mounts is 0/],
    [{ mounts: 1.5 }, /mounts is 1.5/],
    [{ gateSize: 1 }, /gateSize/],
    [{ mountTimeout: 10 }, /mountTimeout/],
  ])('%j is refused', (wrong, message) => {
    expect(() => checkOptions({ ...good, ...wrong })).toThrow(message);
  });
});
