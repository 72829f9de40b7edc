import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NfsClient, stableHow } from '../bench/nfs/nfs-client.ts';
import { authenticate, SwiftClient } from '../bench/swift/swift-client.ts';
import { word } from '../clients/smbclient.ts';
import { SmbclientNotify } from '../clients/smbclient-notify.ts';
import { Doors } from './doors.ts';

/** Milliseconds. Arrival is what is asserted; how long it took is printed. */
const bound = 5000;

describe('CHANGE_NOTIFY tells what any door changes', () => {
  let doors: Doors;
  let nfs: NfsClient;
  let swift: SwiftClient;
  let notify: SmbclientNotify;
  let unavailable: string | undefined;

  beforeAll(async () => {
    doors = await Doors.open();
    unavailable = doors.smbclient.unavailable;
    if (unavailable !== undefined) return;
    const { head, sdk } = doors;
    const exported = { nfsPort: head.nfsPort, mountPort: head.nfsPort, exportPath: '/files', uid: 1000, gid: 1000 };
    nfs = await NfsClient.mount(exported);
    const server = { port: head.swiftPort, ...head.swiftTarget('alice') };
    swift = await SwiftClient.connect(server, await authenticate(server));
    await doors.smbclient.expect('mkdir watched');
    let pokes = 0;
    notify = await SmbclientNotify.watch(doors.smbclient, 'watched', async () => {
      await sdk.putBytes(`watched/poke-${(pokes += 1)}`, 'x');
    });
  });

  afterAll(async () => {
    await notify?.stop();
    nfs?.close();
    swift?.close();
    await doors?.[Symbol.asyncDispose]();
  });

  /** Makes a file and then a file in a new folder, as the self-test of Nextcloud's notify does; returns when each was made. */
  const makers: Record<string, (name: string) => Promise<readonly [file: number, below: number]>> = {
    async nfs(name) {
      const watched = await nfs.lookup(nfs.root, 'watched');
      const file = await nfs.create(watched, name);
      await nfs.write(file, 0, Buffer.from('by NFS'), stableHow.fileSync);
      const first = performance.now();
      const below = await nfs.mkdir(watched, `${name}-folder`);
      await nfs.create(below, 'below');
      return [first, performance.now()];
    },
    async s3(name) {
      await doors.sdk.putBytes(`watched/${name}`, 'by S3');
      const first = performance.now();
      await doors.sdk.putBytes(`watched/${name}-folder/below`, 'by S3');
      return [first, performance.now()];
    },
    async swift(name) {
      await swift.put(`watched/${name}`, Buffer.from('by Swift'));
      const first = performance.now();
      await swift.put(`watched/${name}-folder/below`, Buffer.from('by Swift'));
      return [first, performance.now()];
    },
    async smb(name) {
      const file = join(doors.scratch, 'by-smb');
      writeFileSync(file, 'by SMB');
      await doors.smbclient.expect(`put "${file}" ${word(`watched/${name}`)}`);
      const first = performance.now();
      const folder = `watched/${name}-folder`;
      await doors.smbclient.expect(`mkdir ${word(folder)}; put "${file}" ${word(`${folder}/below`)}`);
      return [first, performance.now()];
    },
  };

  test.for(Object.keys(makers))('a file and a file in a new folder, made by %s', async (door, { skip }) => {
    if (unavailable !== undefined) skip(unavailable);
    const from = notify.seen.length;
    const made = await makers[door]!(`by-${door}`);
    const file = await notify.next('added', `by-${door}`, from);
    const folder = await notify.next('added', `by-${door}-folder`, from);
    const below = await notify.next('added', `by-${door}-folder/below`, from);
    const late = [file.at - made[0], below.at - made[1]].map((each) => Math.max(0, each));
    console.log(`notify: by ${door} ${late.map((each) => each.toFixed(1)).join(' and ')} ms after the answer`);
    for (const each of late) expect(each).toBeLessThan(bound);
    // In the order in which they were made.
    const order = [file, folder, below].map((change) => notify.seen.indexOf(change));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });

  test('renames and removals', async ({ skip }) => {
    if (unavailable !== undefined) skip(unavailable);
    await doors.sdk.putBytes('watched/to-go', 'x');
    await doors.sdk.putBytes('watched/to-move', 'x');
    const from = notify.seen.length;
    await doors.sdk.remove('watched/to-go');
    await notify.next('removed', 'to-go', from);
    await swift.put('watched/to-go-too', Buffer.from('x'));
    await swift.delete('watched/to-go-too');
    await notify.next('removed', 'to-go-too', from);
    await doors.smbclient.expect(String.raw`rename watched\to-move watched\moved`);
    const old = await notify.next('renamed from', 'to-move', from);
    const renamed = await notify.next('renamed to', 'moved', from);
    expect(notify.seen.indexOf(renamed)).toBe(notify.seen.indexOf(old) + 1);
    const watched = await nfs.lookup(nfs.root, 'watched');
    await nfs.remove(watched, 'moved');
    await notify.next('removed', 'moved', from);
  });

  test('a change of content', async ({ skip }) => {
    if (unavailable !== undefined) skip(unavailable);
    await doors.sdk.putBytes('watched/content', 'x');
    const watched = await nfs.lookup(nfs.root, 'watched');
    const file = await nfs.lookup(watched, 'content');
    const from = notify.seen.length;
    await nfs.write(file, 0, Buffer.from('y'), stableHow.fileSync);
    await notify.next('modified', 'content', from);
  });

  test('npm’s client is told as well', async () => {
    const told: string[] = [];
    await doors.npmSmb2.with(async (tree) => {
      const unwatch = await tree.watchDirectory(
        'watched',
        (response) => void told.push(JSON.stringify(response.data)),
        true,
      );
      await doors.sdk.putBytes('watched/for-npm/below', 'x');
      await expect.poll(() => told.join(' '), { timeout: bound }).toContain('below');
      await unwatch();
    });
  });

  test('the head saw no fault', () => {
    expect(doors.head.faults()).toEqual([]);
  });
});
