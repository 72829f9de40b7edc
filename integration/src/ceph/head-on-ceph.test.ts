import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { CephPlace } from '../head/ceph-place.ts';
import { Head } from '../head/head.ts';
import { untilHealth, volumeHealth } from './health-watch.ts';
import { LoadRun } from './load/load-run.ts';
import { whyNoCeph } from './requirement.ts';
import { TestCluster } from './test-cluster.ts';

describe.skipIf(whyNoCeph() !== undefined)('how a head reaches the cluster, as docs/backends/cephfs.md has it', () => {
  let cluster: TestCluster;
  let keyring: string;

  beforeAll(async () => {
    cluster = await TestCluster.shared();
    await cluster.healthy();
    keyring = join(cluster.configuration, '..', 'client.polynas.keyring');
    const made = await cluster.commands.ceph('fs', 'authorize', cluster.fileSystem, 'client.polynas', '/', 'rwps');
    writeFileSync(keyring, made, { mode: 0o600 });
  });

  afterAll(async () => {
    await cluster?.commands.ceph('auth', 'rm', 'client.polynas');
  });

  /** A head that ends with the test. */
  async function started(place: CephPlace): Promise<Head> {
    const head = await Head.start({ ceph: place });
    onTestFinished(() => head[Symbol.asyncDispose]());
    return head;
  }

  /** Files are kept, and status is told. */
  async function works(head: Head): Promise<void> {
    const s3 = await LoadRun.objects(head);
    await s3.put('key', Buffer.from('value'));
    expect((await s3.get('key')).toString()).toBe('value');
    await s3.delete('key');
    s3.close();
    await untilHealth(head, 'healthy');
    expect(await volumeHealth(head)).toMatchObject({ copies: { present: 3, wanted: 3 }, bytesToHeal: 0 });
  }

  test('with ceph.conf and the key of a client that may no more than it needs', async () => {
    const place = new CephPlace(cluster, { client: 'polynas', keyring });
    const head = await started(place);
    await works(head);
    expect(head.faults()).toEqual([]);
  });

  test('with monitors and a key alone', async () => {
    const { mons } = (await cluster.commands.json('mon', 'dump')) as {
      mons: { public_addrs: { addrvec: { addr: string; type: string }[] } }[];
    };
    const monitors = mons.flatMap(({ public_addrs: { addrvec } }) =>
      addrvec.map(({ addr, type }) => `${type}:${addr}`),
    );
    const keyFile = join(cluster.configuration, '..', 'client.polynas.key');
    writeFileSync(keyFile, await cluster.commands.ceph('auth', 'get-key', 'client.polynas'), { mode: 0o600 });
    const place = new CephPlace(cluster, { client: 'client.polynas', monitors, keyFile });
    const head = await started(place);
    await works(head);
    expect(head.faults()).toEqual([]);
  });

  test('a second head is refused while the first one serves the volume, and when that is gone because it knows none of its shares', async () => {
    const place = new CephPlace(cluster);
    const first = await started(place);
    await works(first);
    await expect(Head.start({ ceph: place })).rejects.toThrow(/served by somebody else: head/);
    await works(first);
    await first.stop();
    await expect(Head.start({ ceph: place })).rejects.toThrow(/registry.json is missing/);
    await first.start();
    await works(first);
  });
});
