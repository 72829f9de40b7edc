import { randomUUID } from 'node:crypto';
import type { Volume } from '@polynas/core/spi';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { NfsClient, stableHow } from '../bench/nfs/nfs-client.ts';
import { disposition, SmbClient, type FileId } from '../bench/smb/smb-client.ts';
import { AwsSdk } from '../clients/aws-sdk.ts';
import { RawNfs, nfsStatus } from '../clients/raw-nfs.ts';
import { CephPlace } from '../head/ceph-place.ts';
import { passwordOf } from '../head/declared.ts';
import { Head } from '../head/head.ts';
import { KernelLab } from '../kernel/guest.ts';
import type { AgentFile, FileAgent, OpenFlag } from './foreign/file-agent.ts';
import type { ForeignClient } from './foreign/foreign-client.ts';
import { FuseClient } from './foreign/fuse-client.ts';
import { KernelClient } from './foreign/kernel-client.ts';
import { openVolume } from './open-volume.ts';
import { whyNoCeph } from './requirement.ts';
import { TestCluster } from './test-cluster.ts';

const noCeph = whyNoCeph();

const kinds = [
  {
    name: 'ceph-fuse',
    unavailable: noCeph ?? FuseClient.unavailable,
    mount: (cluster: TestCluster, root: string): Promise<ForeignClient> => FuseClient.mount(cluster, root),
  },
  {
    name: 'the Linux kernel',
    unavailable: noCeph ?? KernelLab.availability().unavailable,
    mount: async (cluster: TestCluster, root: string, keep: (lab: KernelLab) => void): Promise<ForeignClient> => {
      const lab = await KernelLab.open();
      keep(lab);
      return KernelClient.mount(lab, cluster, root);
    },
  },
] as const;

const call = {};

/**
 * The MDS of 16.2 writes its journal when somebody syncs, else every 5 s, and until then whoever asks for a file waits that another client has
 * just changed or let go. Between these two clients each such wait is one of the cluster's own.
 */
const journalTick = 'mds_tick_interval';

/** Where the first share of a volume is: `polynas share list --json` tells it. */
const sharePath = ({ root }: CephPlace): string => `${root}/shares/1`;

for (const { name: client, unavailable, mount } of kinds) {
  describe.skipIf(unavailable !== undefined)(`beside the CephFS client of ${client}, with writers: shared`, () => {
    let cluster: TestCluster;
    let head: Head;
    let lab: KernelLab | undefined;
    let foreign: ForeignClient;
    let theirs: FileAgent;
    let nfs: NfsClient;
    let nfsCalls: RawNfs;
    let smb: SmbClient;
    let s3: AwsSdk;

    beforeAll(async () => {
      cluster = await TestCluster.shared();
      await cluster.commands.ceph('tell', 'mds.0', 'config', 'set', journalTick, '0.25');
      const place = new CephPlace(cluster, { writers: 'shared' });
      head = await Head.start({ ceph: place });
      foreign = await mount(cluster, sharePath(place), (opened) => (lab = opened));
      theirs = foreign.files;
      const { nfsPort, smbPort: port, endpoint } = head;
      nfs = await NfsClient.mount({ nfsPort, mountPort: nfsPort, exportPath: '/files', uid: 0, gid: 0 });
      nfsCalls = await RawNfs.connect(nfsPort, 0, 0);
      const user = { name: 'alice', password: passwordOf('alice') };
      smb = await SmbClient.connect({ port, share: 'files', user }, false);
      s3 = new AwsSdk({ endpoint, bucket: 'files', ...head.key('alice') });
    });

    afterAll(async () => {
      s3?.close();
      await smb?.disconnect();
      nfsCalls?.close();
      nfs?.close();
      await foreign?.close();
      await lab?.close();
      await head?.[Symbol.asyncDispose]();
      await cluster?.commands.ceph('tell', 'mds.0', 'config', 'unset', journalTick);
    });

    /** An open of theirs that ends with the test. */
    async function opened(path: string, ...flags: readonly OpenFlag[]): Promise<AgentFile> {
      const file = await theirs.open(path, ...flags);
      onTestFinished(async () => void (await theirs.close(file)));
      return file;
    }

    /** An open by SMB that ends with the test. */
    async function openedBySmb(path: string, how: number = disposition.open): Promise<FileId> {
      const file = await smb.create(path, how);
      onTestFinished(() => smb.closeFile(file));
      return file;
    }

    const byNfs = (path: string): Promise<Buffer> => nfs.lookup(nfs.root, path);

    /** A file that it made, and gave to alice: else she could not have all rights over SMB. */
    async function put(path: string, content: string): Promise<void> {
      await theirs.put(path, content);
      await theirs.chown(path, 1000, 1000);
    }

    /** What each door reads of a file now, and its size as each tells it. */
    async function seen(path: string): Promise<unknown> {
      const handle = await byNfs(path);
      const file = await smb.create(path, disposition.open);
      try {
        const { size } = await nfsCalls.attributes(handle);
        return {
          nfs: [(await nfs.read(handle, 0, 65_536)).toString(), size],
          // A read at the end is an error there.
          smb: [size === 0 ? '' : (await smb.read(file, 0, 65_536)).toString(), await smb.stat(path)],
          s3: (await s3.bytes(path)).toString(),
        };
      } finally {
        await smb.closeFile(file);
      }
    }

    const everywhere = (content: string): unknown => ({
      nfs: [content, content.length],
      smb: [content, content.length],
      s3: content,
    });

    test('what it writes is seen by every door at once, before it has closed or synced', async () => {
      const name = randomUUID();
      const file = await opened(name, 'RDWR', 'CREAT');
      await theirs.chown(name, 1000, 1000);
      await theirs.write(file, 0, 'first words');
      expect(await seen(name)).toEqual(everywhere('first words'));
      const before = await nfsCalls.attributes(await byNfs(name));
      const etag = await s3.etag(name);

      // As long as before: nothing but times and counters tells.
      await theirs.write(file, 0, 'other');
      expect(await seen(name)).toEqual(everywhere('other words'));
      const after = await nfsCalls.attributes(await byNfs(name));
      expect(BigInt(after.modified)).toBeGreaterThan(BigInt(before.modified));
      expect(after.modified).toBe((await theirs.fstat(file)).modified);
      const etags = [etag, await s3.etag(name)];

      await theirs.write(file, 11, ', and more');
      expect(await seen(name)).toEqual(everywhere('other words, and more'));
      etags.push(await s3.etag(name));
      expect(new Set(etags).size).toBe(3);
      await theirs.sync(file);
      expect(await s3.etag(name)).toBe(etags[2]);
    });

    test('what is written through each door is seen by it, in files that it has open and in new opens', async () => {
      const name = randomUUID();
      await s3.putBytes(name, 'put by S3');
      expect(await theirs.contents(name)).toBe('put by S3');
      const file = await opened(name, 'RDONLY');
      const handle = await byNfs(name);
      await nfs.write(handle, 0, Buffer.from('NFS'), stableHow.unstable);
      expect(await theirs.read(file)).toBe('NFS by S3');
      await nfs.write(handle, 9, Buffer.from(' longer'), stableHow.unstable);
      expect([await theirs.read(file), (await theirs.stat(name)).size]).toEqual(['NFS by S3 longer', 16]);
      const open = await openedBySmb(name);
      await smb.write(open, 0, Buffer.from('SMB'));
      expect([await theirs.read(file), await theirs.contents(name)]).toEqual(['SMB by S3 longer', 'SMB by S3 longer']);
      expect((await theirs.stat(name)).modified).toBe((await nfsCalls.attributes(handle)).modified);
    });

    test('a PUT takes the file’s place: its new opens read the new one, what it has open stays what it was', async () => {
      const name = randomUUID();
      await s3.putBytes(name, 'old');
      const file = await opened(name, 'RDONLY');
      expect(await theirs.read(file)).toBe('old');
      await s3.putBytes(name, 'replaced');
      expect([await theirs.contents(name), (await theirs.stat(name)).size]).toEqual(['replaced', 8]);
      expect(await theirs.read(file)).toBe('old');
    });

    test('each writes where the other has just read, to and fro', async () => {
      const name = randomUUID();
      await put(name, 'x'.repeat(26));
      const file = await opened(name, 'RDWR');
      const handle = await byNfs(name);
      const shared = await openedBySmb(name);
      let content = 'x'.repeat(26);
      for (let at = 0; at < 26; at += 1) {
        const letter = String.fromCodePoint(97 + at);
        content = content.slice(0, at) + letter + content.slice(at + 1);
        if (at % 3 === 0) await theirs.write(file, at, letter);
        else if (at % 3 === 1) await nfs.write(handle, at, Buffer.from(letter), stableHow.unstable);
        else await smb.write(shared, at, Buffer.from(letter));
        const read = [
          await theirs.read(file),
          (await nfs.read(handle, 0, 100)).toString(),
          (await smb.read(shared, 0, 100)).toString(),
        ];
        expect(read).toEqual([content, content, content]);
      }
    });

    test('byte ranges that it has locked are refused to SMB, and those of SMB to it', async () => {
      const name = randomUUID();
      await s3.putBytes(name, '0123456789');
      const file = await theirs.open(name, 'RDWR');
      const open = await openedBySmb(name);
      expect(await theirs.lock(file, 'exclusive', 0, 5)).toBe(true);
      expect(await smb.lock(open, 'shared', 4, 2)).toBe(false);
      expect(await smb.lock(open, 'exclusive', 5, 5)).toBe(true);
      expect(await theirs.lock(file, 'shared', 9, 1)).toBe(false);
      expect(await smb.lock(open, 'unlock', 5, 5)).toBe(true);
      await expect.poll(() => theirs.lock(file, 'shared', 5, 5)).toBe(true);
      expect(await smb.lock(open, 'exclusive', 9, 1)).toBe(false);
      expect(await smb.lock(open, 'shared', 9, 1)).toBe(true);
      expect(await theirs.lock(file, 'exclusive', 9, 1)).toBe(false);
      // What it had goes with its close.
      await theirs.close(file);
      expect(await smb.lock(open, 'exclusive', 0, 5)).toBe(true);
    });

    test('locks of an SMB client that goes away are free for it', async () => {
      const name = randomUUID();
      await s3.putBytes(name, '0123456789');
      const file = await opened(name, 'RDWR');
      const user = { name: 'alice', password: passwordOf('alice') };
      const other = await SmbClient.connect({ port: head.smbPort, share: 'files', user }, false);
      expect(await other.lock(await other.create(name, disposition.open), 'exclusive', 0, 10)).toBe(true);
      expect(await theirs.lock(file, 'shared', 0, 1)).toBe(false);
      await other.disconnect();
      await expect.poll(() => theirs.lock(file, 'exclusive'), { timeout: 10_000 }).toBe(true);
    });

    test('a count that it raises under its locks, and SMB under SMB’s, misses none', async () => {
      const name = randomUUID();
      await s3.putBytes(name, '0');
      const open = await openedBySmb(name);
      const rounds = 25;
      const here = async (): Promise<void> => {
        for (let round = 0; round < rounds; round += 1) {
          while (!(await smb.lock(open, 'exclusive', 0, 100)));
          const next = Number(await smb.read(open, 0, 100)) + 1;
          await smb.write(open, 0, Buffer.from(String(next)));
          await smb.lock(open, 'unlock', 0, 100);
        }
      };
      await Promise.all([here(), theirs.count(name, rounds)]);
      expect(await seen(name)).toEqual(everywhere(String(2 * rounds)));
    });

    test('modes, owners and times that it sets are seen, and bind at once', async () => {
      const name = randomUUID();
      await s3.putBytes(name, 'content');
      const handle = await byNfs(name);
      const bob = head.key('bob');
      const bobs = new AwsSdk({ endpoint: head.endpoint, bucket: 'files', ...bob });
      onTestFinished(() => bobs.close());
      await theirs.chmod(name, 0o644);
      expect(await bobs.bytes(name)).toHaveLength(7);
      const etag = await s3.etag(name);
      await theirs.chmod(name, 0o600);
      expect((await nfsCalls.attributes(handle)).mode).toBe(0o600);
      await expect(bobs.bytes(name)).rejects.toMatchObject({ name: 'AccessDenied' });
      await theirs.utime(name, '1234000000005');
      await theirs.chown(name, 1001, 1001);
      expect(await nfsCalls.attributes(handle)).toMatchObject({ uid: 1001, gid: 1001, modified: '1234000000005' });
      expect(await bobs.bytes(name)).toHaveLength(7);
      await expect(s3.bytes(name)).rejects.toMatchObject({ name: 'AccessDenied' });
      await expect(smb.create(name, disposition.open)).rejects.toThrow(/0xc0000022|ACCESS_DENIED/i);
      // The same bytes.
      expect(await bobs.etag(name)).toBe(etag);
      expect(await nfsCalls.chmod(handle, 0o640)).toBe(nfsStatus.ok);
      expect((await theirs.stat(name)).mode).toBe(0o640);
    });

    test('a rename of its keeps the file, under its new name in every door', async () => {
      const [old, name] = [randomUUID(), randomUUID()];
      await s3.putBytes(old, 'content');
      const handle = await byNfs(old);
      const open = await openedBySmb(old);
      await theirs.rename(old, name);
      expect(await s3.keys(old)).toEqual([]);
      expect(await s3.keys(name)).toEqual([name]);
      await expect(byNfs(old)).rejects.toMatchObject({ status: nfsStatus.noent });
      await expect(smb.create(old, disposition.open)).rejects.toThrow(/0xc0000034|NOT_FOUND/i);
      expect(await seen(name)).toEqual(everywhere('content'));
      await smb.write(open, 0, Buffer.from('CON'));
      expect((await nfs.read(handle, 0, 100)).toString()).toBe('CONtent');
      expect(await theirs.contents(name)).toBe('CONtent');
      await nfs.rename(nfs.root, name, nfs.root, old);
      await expect(theirs.stat(name)).rejects.toMatchObject({ code: 'ENOENT' });
      expect(await theirs.contents(old)).toBe('CONtent');
    });

    test('a file that it moves over another one is the one that the doors find there', async () => {
      const [over, under] = [randomUUID(), randomUUID()];
      await s3.putBytes(under, 'under');
      const etag = await s3.etag(under);
      const open = await openedBySmb(under);
      await put(over, 'over it');
      expect(await seen(under)).toEqual(everywhere('under'));
      await theirs.rename(over, under);
      expect(await seen(under)).toEqual(everywhere('over it'));
      expect(await s3.etag(under)).not.toBe(etag);
      // The file without a name lives by the open of SMB.
      expect((await smb.read(open, 0, 100)).toString()).toBe('under');
    });

    test('what it removes is gone from every door, and lives on where it is open', async () => {
      const name = randomUUID();
      await s3.putBytes(name, 'content');
      const handle = await byNfs(name);
      const open = await openedBySmb(name);
      await theirs.unlink(name);
      expect(await s3.keys(name)).toEqual([]);
      await expect(s3.bytes(name)).rejects.toMatchObject({ name: 'NoSuchKey' });
      await expect(byNfs(name)).rejects.toMatchObject({ status: nfsStatus.noent });
      expect((await smb.read(open, 0, 100)).toString()).toBe('content');
      expect([nfsStatus.ok, nfsStatus.stale]).toContain(await nfsCalls.getattr(handle));
      // The name is free.
      await s3.putBytes(name, 'another');
      expect(await theirs.contents(name)).toBe('another');
      expect((await smb.read(open, 0, 100)).toString()).toBe('content');
    });

    test('what the doors remove is gone there', async () => {
      const [byS3, bySmb, byNfsCall] = [randomUUID(), randomUUID(), randomUUID()];
      const names: string[] = [byS3, bySmb, byNfsCall];
      for (const name of names) await put(name, name);
      expect((await theirs.list('.')).filter((name) => names.includes(name))).toHaveLength(3);
      const kept = await opened(byS3, 'RDONLY');
      await s3.remove(byS3);
      await smb.remove(bySmb);
      await nfs.remove(nfs.root, byNfsCall);
      for (const name of names) await expect(theirs.stat(name)).rejects.toMatchObject({ code: 'ENOENT' });
      expect((await theirs.list('.')).filter((name) => names.includes(name))).toEqual([]);
      expect(await theirs.read(kept)).toBe(byS3);
    });

    test('hard links of either are one file to both', async () => {
      const [name, second, third] = [randomUUID(), randomUUID(), randomUUID()];
      await s3.putBytes(name, 'content');
      const handle = await byNfs(name);
      await theirs.link(name, second);
      expect((await nfsCalls.attributes(handle)).links).toBe(2);
      expect(await nfsCalls.link(handle, nfs.root, third)).toBe(nfsStatus.ok);
      expect((await theirs.stat(third)).links).toBe(3);
      expect((await theirs.stat(third)).ino).toBe((await theirs.stat(name)).ino);
      for (const each of [name, second, third]) expect(await s3.keys(each)).toEqual([each]);
      const file = await opened(second, 'RDWR');
      await theirs.write(file, 0, 'CON');
      expect(await seen(third)).toEqual(everywhere('CONtent'));
      expect(await seen(name)).toEqual(everywhere('CONtent'));
      await nfs.write(await byNfs(third), 3, Buffer.from('TENT'), stableHow.unstable);
      expect(await theirs.contents(name)).toBe('CONTENT');
      await theirs.unlink(name);
      expect((await nfsCalls.attributes(handle)).links).toBe(2);
      await expect(byNfs(name)).rejects.toMatchObject({ status: nfsStatus.noent });
      expect(await seen(second)).toEqual(everywhere('CONTENT'));
      await nfs.remove(nfs.root, second);
      expect((await theirs.stat(third)).links).toBe(1);
    });

    test('a file that it cuts short while the doors have it open is short there, and the other way round', async () => {
      const name = randomUUID();
      await s3.putBytes(name, 'content of some length');
      const handle = await byNfs(name);
      const open = await openedBySmb(name);
      await nfs.write(handle, 22, Buffer.from(', unsynced'), stableHow.unstable);
      const file = await opened(name, 'RDWR');
      expect(await theirs.read(file)).toBe('content of some length, unsynced');
      await theirs.truncate(name, 7);
      expect(await seen(name)).toEqual(everywhere('content'));
      expect((await smb.read(open, 0, 100)).toString()).toBe('content');
      await smb.write(open, 9, Buffer.from('!'));
      expect(await theirs.read(file)).toBe('content\0\0!');
      expect(await nfsCalls.truncate(handle, 3)).toBe(nfsStatus.ok);
      expect([await theirs.read(file), (await theirs.stat(name)).size]).toEqual(['con', 3]);
      const again = await theirs.open(name, 'WRONLY', 'TRUNC');
      expect(await seen(name)).toEqual(everywhere(''));
      await theirs.close(again);
    });

    test('directories that either fills and empties are the same to both', async () => {
      const folder = randomUUID();
      await theirs.mkdir(folder);
      await theirs.chmod(folder, 0o777);
      const handle = await byNfs(folder);
      expect(await nfs.names(handle)).toEqual([]);
      const names = Array.from({ length: 40 }, (_, index) => `Entry-${String(index).padStart(2, '0')}`);
      for (const name of names.slice(0, 20)) await put(`${folder}/${name}`, name);
      const keys = (count: number): string[] => names.slice(0, count).map((name) => `${folder}/${name}`);
      expect(await s3.keys(`${folder}/`)).toEqual(expect.arrayContaining(keys(20)));
      for (const name of names.slice(20)) await nfs.create(handle, name);
      expect(await theirs.list(folder)).toEqual(names);
      expect(await s3.keys(`${folder}/E`)).toEqual(keys(40));
      expect((await nfs.names(handle)).toSorted()).toEqual(names);
      expect(await smb.list(folder)).toBe(42);
      // SMB finds names in whatever case.
      await put(`${folder}/Straße`, 'found');
      expect(await smb.stat(`${folder}/STRASSE`).catch(() => smb.stat(`${folder}/STRAßE`))).toBe(5);
      await theirs.unlink(`${folder}/Straße`);
      await expect(smb.stat(`${folder}/straße`)).rejects.toThrow(/0xc0000034|NOT_FOUND/i);
      for (const name of names.slice(0, 20)) await nfs.remove(handle, name);
      for (const name of names.slice(20)) await theirs.unlink(`${folder}/${name}`);
      expect(await s3.keys(`${folder}/E`)).toEqual([]);
      await nfs.rmdir(nfs.root, folder);
      await expect(theirs.stat(folder)).rejects.toMatchObject({ code: 'ENOENT' });
    });

    test('what one of the two makes exclusively the other one cannot make', async () => {
      const [name, other] = [randomUUID(), randomUUID()];
      await expect(byNfs(name)).rejects.toMatchObject({ status: nfsStatus.noent });
      await theirs.close(await theirs.open(name, 'WRONLY', 'CREAT', 'EXCL'));
      await expect(nfs.create(nfs.root, name)).rejects.toMatchObject({ status: 17 });
      await expect(smb.create(name)).rejects.toThrow(/0xc0000035|COLLISION/i);
      await expect(theirs.stat(other)).rejects.toMatchObject({ code: 'ENOENT' });
      await nfs.create(nfs.root, other);
      await expect(theirs.open(other, 'WRONLY', 'CREAT', 'EXCL')).rejects.toMatchObject({ code: 'EEXIST' });
    });

    describe('a caching lease of the backend', () => {
      let volume: Volume;

      beforeAll(async () => {
        const root = sharePath(head.ceph!);
        volume = await openVolume(cluster, { root, writers: 'shared' });
      });

      afterAll(() => volume?.close());

      test.for(['read', 'write'] as const)('for %s is recalled before it gets at the file', async (kind) => {
        const name = randomUUID();
        await s3.putBytes(name, 'content');
        const attributes = await volume.lookup(call, volume.root, Buffer.from(name));
        const { leases } = volume;
        if (leases === undefined || attributes === undefined) return expect.fail('no leases, or no file');
        const events: string[] = [];
        let lease: Awaited<ReturnType<typeof leases.acquire>>;
        const given = async (): Promise<boolean> => {
          lease = await leases.acquire(call, attributes.id, kind, () => {
            events.push('recalled');
            void lease?.release().then(() => events.push('released'));
          });
          return lease !== undefined;
        };
        await expect.poll(given, { timeout: 20_000 }).toBe(true);
        const file = await theirs.open(name, kind === 'read' ? 'RDWR' : 'RDONLY');
        if (kind === 'read') await theirs.write(file, 0, 'CON');
        else expect(await theirs.read(file)).toBe('content');
        events.push('done');
        expect(events[0]).toBe('recalled');
        expect(events).toContain('done');
        await theirs.close(file);
      });
    });

    test('the head saw no fault', () => {
      expect(head.faults()).toEqual([]);
    });
  });
}
