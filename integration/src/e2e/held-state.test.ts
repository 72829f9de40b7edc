import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { authenticate, type SwiftAccess } from '../bench/swift/swift-client.ts';
import { sdk as aws } from '../clients/aws-sdk.ts';
import type { KernelMount } from '../clients/kernel-mount.ts';
import { SambaLibrary, smbAccess, smbDisposition, smbShare, type OpenRequest } from '../clients/samba-library.ts';
import { Doors, noKernel } from './doors.ts';

const unavailable = noKernel ?? SambaLibrary.unavailable;

/** docs/design/state-matrix.md: what an open of SMB with its deny modes does to the other doors. */
interface Denied {
  readonly read: boolean;
  readonly write: boolean;
  readonly replace: boolean;
  readonly rename: boolean;
  readonly remove: boolean;
}

const columns: readonly { readonly name: string; readonly share: number; readonly denied: Denied }[] = [
  {
    name: 'nothing denied',
    share: smbShare.all,
    denied: { read: false, write: false, replace: false, rename: false, remove: false },
  },
  {
    name: 'read denied',
    share: smbShare.write | smbShare.delete,
    denied: { read: true, write: false, replace: false, rename: false, remove: false },
  },
  {
    name: 'write denied',
    share: smbShare.read | smbShare.delete,
    denied: { read: false, write: true, replace: true, rename: false, remove: false },
  },
  {
    name: 'delete denied',
    share: smbShare.read | smbShare.write,
    denied: { read: false, write: false, replace: true, rename: true, remove: true },
  },
  {
    name: 'all denied',
    share: smbShare.none,
    denied: { read: true, write: true, replace: true, rename: true, remove: true },
  },
];

describe.skipIf(unavailable !== undefined)('what SMB holds is honoured by the other doors', () => {
  let doors: Doors;
  let samba: SambaLibrary;
  let fresh: KernelMount;
  let swift: SwiftAccess;

  beforeAll(async () => {
    doors = await Doors.open({ kernel: true });
    samba = await doors.samba();
    // Asks the server each time: a cached answer would say nothing about it.
    fresh = await doors.mount('/mnt/fresh', '/files', 'noac,lookupcache=none');
    swift = await authenticate({ port: doors.head.swiftPort, ...doors.head.swiftTarget('alice') });
  });

  afterAll(async () => {
    await samba?.close();
    await doors?.[Symbol.asyncDispose]();
  });

  /** A file of ten bytes that is open over SMB, and how to let it go. */
  async function held(path: string, request: OpenRequest): Promise<{ file: number; release: () => Promise<void> }> {
    await doors.sdk.putBytes(path, '0123456789');
    const file = await samba.open(path, request);
    return { file, release: () => samba.closeFile(file) };
  }

  /** Whether a script in the guest did its work; another error than EACCES is none that is expected. */
  async function nfs(script: string): Promise<boolean> {
    const { status, output } = await doors.guest.run(`cd ${fresh.at} && ${script}`);
    if (status === 0) return true;
    expect(output).toMatch(/Permission denied/);
    return false;
  }

  async function s3(work: Promise<unknown>): Promise<boolean> {
    try {
      await work;
      return true;
    } catch (error) {
      if (!(error instanceof aws.S3ServiceException)) throw error;
      expect([error.name, error.$metadata.httpStatusCode]).toEqual(['OperationAborted', 409]);
      return false;
    }
  }

  async function swiftDoes(method: string, path: string, body?: string): Promise<boolean> {
    const url = `http://127.0.0.1:${doors.head.swiftPort}${swift.path}/files/${path}`;
    const init = { method, headers: { 'x-auth-token': swift.token }, ...(body !== undefined && { body }) };
    const answer = await fetch(url, init);
    await answer.arrayBuffer();
    if (answer.ok) return true;
    expect(answer.status).toBe(423);
    return false;
  }

  test.for(columns)('an open with $name', async ({ name, share, denied }) => {
    const folder = name.replaceAll(' ', '-');
    await doors.sdk.putBytes(`${folder}/first`, 'first');
    const access = smbAccess.readWriteDelete;
    const have: Record<string, Denied> = {};
    // A file for each door, since an operation that is allowed changes it.
    const file = await held(`${folder}/nfs`, { access, share });
    have['nfs'] = {
      read: !(await nfs(`cat ${folder}/nfs`)),
      write: !(await nfs(`dd of=${folder}/nfs conv=notrunc,fsync status=none <<<more`)),
      replace: !(await nfs(`cp ${folder}/first ${folder}/second && mv -f ${folder}/second ${folder}/nfs`)),
      rename: denied.rename,
      remove: denied.remove,
    };
    await file.release();
    for (const operation of ['rename', 'remove'] as const) {
      const path = `${folder}/nfs-${operation}`;
      const one = await held(path, { access, share });
      const script = operation === 'rename' ? `mv ${path} ${path}.moved` : `rm -f ${path}`;
      have['nfs'] = { ...have['nfs'], [operation]: !(await nfs(script)) };
      await one.release();
    }

    const { sdk } = doors;
    const ofS3 = await held(`${folder}/s3`, { access, share });
    const Bucket = sdk.bucket;
    const copy = new aws.CopyObjectCommand({ Bucket, Key: `${folder}/copy`, CopySource: `${Bucket}/${folder}/s3` });
    // Before the replacement, which is another file where a replace is a rename.
    expect(await s3(sdk.client.send(copy))).toBe(!denied.read);
    have['s3'] = {
      read: !(await s3(sdk.bytes(`${folder}/s3`))),
      write: denied.write,
      replace: !(await s3(sdk.putBytes(`${folder}/s3`, 'replaced'))),
      rename: denied.rename,
      remove: denied.remove,
    };
    await ofS3.release();
    const gone = await held(`${folder}/s3-remove`, { access, share });
    have['s3'] = { ...have['s3'], remove: !(await s3(sdk.remove(`${folder}/s3-remove`))) };
    await gone.release();

    const ofSwift = await held(`${folder}/swift`, { access, share });
    have['swift'] = {
      read: !(await swiftDoes('GET', `${folder}/swift`)),
      write: denied.write,
      replace: !(await swiftDoes('PUT', `${folder}/swift`, 'replaced')),
      rename: denied.rename,
      remove: denied.remove,
    };
    await ofSwift.release();
    const goneToo = await held(`${folder}/swift-remove`, { access, share });
    have['swift'] = { ...have['swift'], remove: !(await swiftDoes('DELETE', `${folder}/swift-remove`)) };
    await goneToo.release();

    // A rename over the file takes it away and writes nothing.
    expect(have).toEqual({ nfs: { ...denied, replace: denied.remove }, s3: denied, swift: denied });
  });

  test('once it is closed, all goes on', async () => {
    const { file, release } = await held('closed', { access: smbAccess.readWriteDelete, share: smbShare.none });
    await samba.write(file, 0, 'by SMB');
    expect(await s3(doors.sdk.putBytes('closed', 'no'))).toBe(false);
    await release();
    expect((await doors.sdk.bytes('closed')).toString()).toBe('by SMB6789');
    expect(await s3(doors.sdk.putBytes('closed', 'yes'))).toBe(true);
    expect(await swiftDoes('PUT', 'closed', 'too')).toBe(true);
    expect(await nfs('cat closed')).toBe(true);
  });

  test('a client that goes away lets go', async () => {
    const other = await doors.samba();
    await doors.sdk.putBytes('gone-away', 'x');
    await other.open('gone-away', { access: smbAccess.readWriteDelete, share: smbShare.none });
    expect(await s3(doors.sdk.putBytes('gone-away', 'no'))).toBe(false);
    await other.close();
    await expect.poll(() => s3(doors.sdk.putBytes('gone-away', 'yes')), { timeout: 20_000 }).toBe(true);
  });

  test('a file that is to be deleted at its last close is begun with by nobody, and then gone', async () => {
    const { file, release } = await held('pending', { access: smbAccess.readWriteDelete, share: smbShare.all });
    await samba.deleteOnClose(file);
    expect((await samba.read(file, 0, 10)).toString()).toBe('0123456789');
    const read = { access: smbAccess.read, share: smbShare.all };
    await expect(samba.open('pending', read)).rejects.toMatchObject({ status: 0xc000_0056 });
    expect(await s3(doors.sdk.bytes('pending'))).toBe(false);
    expect(await s3(doors.sdk.putBytes('pending', 'no'))).toBe(false);
    expect(await swiftDoes('GET', 'pending')).toBe(false);
    expect(await nfs('cat pending')).toBe(false);
    await release();
    await expect(doors.sdk.bytes('pending')).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect((await doors.guest.run(`ls ${fresh.at}/pending`)).output).toMatch(/No such file/);
  });

  test('byte ranges locked through cifs.ko: read and written by nobody else, the rest by all', async () => {
    const { guest, sdk } = doors;
    const { at } = await doors.cifs({ dialect: '3.1.1', at: '/mnt/locking' });
    await sdk.putBytes('locked', '0123456789');
    const program = `
import fcntl, os, sys, time
f = os.open(sys.argv[1], os.O_RDWR)
fcntl.lockf(f, fcntl.LOCK_EX, 3, 2)
open('/tmp/locked', 'w').close()
while not os.path.exists('/tmp/unlock'): time.sleep(0.05)
fcntl.lockf(f, fcntl.LOCK_UN, 3, 2)
os.close(f)`;
    const running = guest.run(`python3 -c "${program}" ${at}/locked`);
    await expect.poll(async () => (await guest.run('test -e /tmp/locked')).status, { timeout: 30_000 }).toBe(0);
    const poke = (place: number): string => `dd of=locked bs=1 seek=${place} conv=notrunc,fsync status=none <<<X`;
    const peek = (place: number): string => `dd if=locked iflag=direct bs=1 skip=${place} count=1 status=none`;
    expect(await nfs(peek(7))).toBe(true);
    expect(await nfs(peek(3))).toBe(false);
    expect(await nfs(poke(3))).toBe(false);
    expect(await s3(sdk.bytes('locked'))).toBe(false);
    expect(await s3(sdk.putBytes('locked', 'replaced'))).toBe(false);
    expect(await swiftDoes('PUT', 'locked', 'replaced')).toBe(false);
    const open = await samba.open('locked', { access: smbAccess.read | smbAccess.write, share: smbShare.all });
    await expect(samba.read(open, 2, 1)).rejects.toMatchObject({ status: 0xc000_0054 });
    await samba.write(open, 8, 'Z');
    await samba.closeFile(open);
    await guest.expect('touch /tmp/unlock');
    expect((await running).status).toBe(0);
    expect((await sdk.bytes('locked')).toString()).toMatch(/^01234567Z9$/);
    expect(await nfs(poke(3))).toBe(true);
  });

  test('smbclient’s open denies removal', async ({ skip }) => {
    const { smbclient, sdk } = doors;
    if (smbclient.unavailable !== undefined) skip(smbclient.unavailable);
    await sdk.putBytes('kept', 'x');
    const open = await samba.open('kept', {
      access: smbAccess.read,
      share: smbShare.read | smbShare.write,
      disposition: smbDisposition.open,
    });
    const { stdout } = await smbclient.run('rm kept');
    expect(stdout.toString()).toContain('NT_STATUS_SHARING_VIOLATION');
    await samba.closeFile(open);
    expect((await smbclient.run('rm kept')).status).toBe(0);
  });

  test('the head saw no fault', () => {
    expect(doors.head.faults()).toEqual([]);
  });
});
