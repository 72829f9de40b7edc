import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { authenticate, SwiftClient } from '../bench/swift/swift-client.ts';
import { sha256 } from '../clients/command.ts';
import { Rclone } from '../clients/rclone.ts';
import { Restic } from '../clients/restic.ts';
import type { StoreClient, SwiftTarget } from '../clients/store-client.ts';
import { SwiftCli } from '../clients/swift-cli.ts';
import { startTime } from '../kernel/run-directory.ts';
import { freePorts } from './daemon.ts';
import { SWIFT, whyUnavailable } from './peer-packages.ts';
import { ScratchDirectory } from './scratch-directory.ts';
import { startSwift, type Swift } from './swift.ts';

const unavailable = whyUnavailable(SWIFT);
const user = { account: 'test', name: 'alice', key: 'the-key-of-alice' };

// Each client that the tests of our own Swift door drive has to get on with OpenStack Swift, or a failure would not be ours.
describe.skipIf(unavailable !== undefined)(`Swift${unavailable === undefined ? '' : ` (${unavailable})`}`, () => {
  let scratch: ScratchDirectory;
  let swift: Swift;
  let target: SwiftTarget;
  let file: string;
  let sum: string;
  let port: number;

  beforeAll(async () => {
    scratch = new ScratchDirectory(tmpdir());
    const [proxy = 0, account = 0, container = 0, object = 0, memcached = 0] = await freePorts(5);
    port = proxy;
    const ports = { proxy, account, container, object, memcached };
    swift = await startSwift({ directory: join(scratch.path, 'server'), ports, user });
    target = {
      authUrl: swift.authUrl,
      container: 'files',
      user: `${user.account}:${user.name}`,
      key: user.key,
    };
    file = join(scratch.path, 'file');
    writeFileSync(file, 'some bytes\n'.repeat(100_000));
    sum = await sha256(file);
  });

  afterAll(async () => {
    const pids = swift?.allPids ?? [];
    await swift?.stop();
    scratch?.remove();
    expect(pids.map(startTime)).toEqual(pids.map(() => undefined));
  });

  async function thereAndBack(client: StoreClient, path: string): Promise<void> {
    await client.put(file, path);
    expect(await client.sum(path)).toBe(sum);
  }

  test('the client of the bench', async () => {
    const server = { port, ...target };
    const client = await SwiftClient.connect(server, await authenticate(server));
    await client.createContainer();
    await client.put('bench/a', Buffer.from('bytes'));
    expect((await client.get('bench/a')).toString()).toBe('bytes');
    await client.head('bench/a');
    expect(await client.list('bench/')).toHaveLength(1);
    await client.delete('bench/a');
    expect(await client.list('bench/')).toEqual([]);
    client.close();
  });

  test('the swift client', async ({ skip }) => {
    const client = new SwiftCli(target);
    if (client.unavailable !== undefined) skip(client.unavailable);
    await thereAndBack(client, 'of swift/é file');
    expect(await client.expect(['list', 'files'])).toContain('of swift/é file\n');
    const stat = await client.expect(['stat', 'files', 'of swift/é file']);
    expect(stat).toMatch(/Content Length: 1100000/);
  });

  test('the swift client, in segments', async ({ skip }) => {
    const client = new SwiftCli(target);
    if (client.unavailable !== undefined) skip(client.unavailable);
    for (const kind of ['dlo', 'slo']) {
      const segments = ['--segment-size', '300000', '--segment-container', 'segments'];
      const slo = kind === 'slo' ? ['--use-slo'] : [];
      await client.expect(['upload', ...segments, ...slo, '--object-name', kind, 'files', file]);
      expect(await client.sum(kind)).toBe(sum);
    }
  });

  test('rclone', async ({ skip }) => {
    const client = Rclone.swift(target);
    if (client.unavailable !== undefined) skip(client.unavailable);
    await thereAndBack(client, 'of rclone/é file');
  });

  test('restic: init, backup, check, restore', async ({ skip }) => {
    const restic = new Restic(target, 'repository', join(scratch.path, 'cache'));
    if (restic.unavailable !== undefined) skip(restic.unavailable);
    const source = join(scratch.path, 'source');
    mkdirSync(source);
    writeFileSync(join(source, 'a'), 'content');
    await restic.expect(['init']);
    await restic.expect(['backup', source]);
    await restic.expect(['check', '--read-data']);
    await restic.expect(['restore', 'latest', '--target', join(scratch.path, 'restored')]);
    expect(await sha256(join(scratch.path, 'restored', source, 'a'))).toBe(await sha256(join(source, 'a')));
  });
});
