import { randomBytes, randomUUID } from 'node:crypto';
import { describeVolume } from '@polynas/backend-conformance';
import { abandonedClients, type CephOptions } from '@polynas/backend-cephfs';
import type { Volume } from '@polynas/core/spi';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect } from 'vitest';
import { openVolume } from './open-volume.ts';
import { whyNoCeph } from './requirement.ts';
import { TestCluster } from './test-cluster.ts';

const kinds: readonly (readonly [string, Pick<CephOptions, 'writers' | 'mounts'>])[] = [
  ['cephfs', { writers: 'head' }],
  ['cephfs that others write too', { writers: 'shared' }],
  // Two minutes more: not for the time that CI has.
  ...(process.env['POLYNAS_E2E_FULL'] === '1'
    ? ([['cephfs over three mounts', { writers: 'head', mounts: 3 }]] as const)
    : []),
];
const runs = Number(process.env['POLYNAS_MODEL_RUNS'] ?? 4);

/** The same head opens a volume again: it takes back the sessions of its former life. */
type Opened = Pick<CephOptions, 'root' | 'clientUuid'>;

function run(name: string, kind: Pick<CephOptions, 'writers' | 'mounts'>): void {
  const opened = new WeakMap<Volume, Opened>();
  const open = async (what: Opened): Promise<Volume> => {
    const volume = await openVolume(await TestCluster.shared(), { ...what, ...kind });
    opened.set(volume, what);
    return closingBehind(volume);
  };
  const openNew = (): Promise<Volume> =>
    open({ root: `/conformance/${randomUUID()}`, clientUuid: randomBytes(16).toString('hex') });
  describeVolume(name, {
    open: ahead(openNew),
    reopen: async (closed) => {
      await closings.get(closed);
      return await open(opened.get(closed) as Opened);
    },
    runs,
  });
}

/** Opened for tests that did not come. */
const unused = new Set<Promise<Volume>>();

/** An opening waits for the cluster most of its time: the volume for the next test is opened while one runs. */
function ahead(open: () => Promise<Volume>): () => Promise<Volume> {
  let next: Promise<Volume> | undefined;
  return () => {
    const now = next ?? open();
    unused.delete(now);
    next = open();
    unused.add(next);
    // Told to the test that takes it.
    next.catch(() => undefined);
    return now;
  };
}

const closings = new Map<Volume, Promise<void>>();

/** libcephfs lets go of its last inodes at its next tick, so that each close takes a second. Only who opens the same volume again waits for that. */
function closingBehind(volume: Volume): Volume {
  const close = volume.close.bind(volume);
  volume.close = async () => {
    const closing = closings.get(volume) ?? close();
    closings.set(volume, closing);
    await Promise.race([closing, sleep(10)]);
  };
  return volume;
}

describe.skipIf(whyNoCeph() !== undefined)('on a Ceph cluster', () => {
  for (const [name, kind] of kinds) run(name, kind);

  afterAll(async () => {
    for (const volume of await Promise.all(unused)) await volume.close();
    await Promise.all(closings.values());
    // libcephfs let go of all that the tests held: what it does not, it holds a client for that nobody can end.
    expect(abandonedClients()).toBe(0);
  });
});
