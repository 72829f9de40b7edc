import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { getSignedUrl, sdk, type AwsSdk } from '../clients/aws-sdk.ts';
import { KernelMount } from '../clients/kernel-mount.ts';
import { Libnfs } from '../clients/libnfs.ts';
import { mountStatus, nfsStatus, RawNfs } from '../clients/raw-nfs.ts';
import { declaredUser, openShare, users } from '../head/declared.ts';
import { Head } from '../head/head.ts';
import { KernelLab, quote, type Guest } from '../kernel/guest.ts';
import { Doors, noKernel } from './doors.ts';
import { allowed, fileModes, fileOf, folderModes, folderOf, matrix, operations, staff } from './permission-matrix.ts';
import type { MatrixCase, Operation } from './permission-matrix.ts';

const { CopyObjectCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } = sdk;
const anyone = { clients: '*', access: 'rw', squash: 'none' };
const config = {
  users: users.map((user) => declaredUser(user.name === 'bob' ? { ...user, groups: [staff] } : user)),
  shares: [
    openShare,
    {
      name: 'elsewhere',
      owner: 'alice',
      mode: '0777',
      doors: { nfs: { rules: [{ ...anyone, clients: '10.0.0.0/8' }] } },
    },
    {
      name: 'read-only',
      owner: 'alice',
      mode: '0777',
      doors: { nfs: { rules: [{ ...anyone, access: 'ro' }] }, s3: { readOnly: true } },
    },
  ],
};

let doors: Doors;

beforeAll(async () => {
  doors = await Doors.open({ kernel: true, config });
});

afterAll(async () => {
  await doors?.[Symbol.asyncDispose]();
});

const md5 = (text: string | Buffer): string => `"${createHash('md5').update(text).digest('hex')}"`;

describe('etags', () => {
  test('PUT gives the MD5, and LIST, HEAD and GET say the same', async () => {
    const { sdk: s3 } = doors;
    expect(await s3.putBytes('etag/put', 'hello')).toBe(md5('hello'));
    expect(await s3.etag('etag/put')).toBe(md5('hello'));
    const listed = await s3.client.send(new ListObjectsV2Command({ Bucket: 'files', Prefix: 'etag/put' }));
    expect(listed.Contents?.[0]?.ETag).toBe(md5('hello'));
  });

  test('a file written by NFS has the MD5 of its bytes', async () => {
    const file = join(doors.scratch, 'by-nfs');
    writeFileSync(file, 'written by NFS');
    await doors.libnfs.put(file, 'by-nfs');
    expect(await doors.sdk.etag('by-nfs')).toBe(md5('written by NFS'));
  });

  test.skipIf(noKernel !== undefined)(
    'an NFS write of the same size with the mtime set back makes another etag',
    async () => {
      const { guest, kernel, sdk: s3 } = doors;
      await s3.putBytes('etag/trick', 'old!');
      const before = await s3.client.send(new sdk.HeadObjectCommand({ Bucket: 'files', Key: 'etag/trick' }));
      const file = `${kernel.at}/etag/trick`;
      await guest.expect(`
      m=$(stat -c %y ${file})
      echo -n new! >/tmp/new && dd if=/tmp/new of=${file} conv=notrunc,fsync status=none
      touch -d "$m" ${file} && [ "$(stat -c %y ${file})" = "$m" ]`);
      const after = await s3.client.send(new sdk.HeadObjectCommand({ Bucket: 'files', Key: 'etag/trick' }));
      expect(after.LastModified).toEqual(before.LastModified);
      expect(after.ContentLength).toBe(before.ContentLength);
      expect(after.ETag).toBe(md5('new!'));
      expect((await s3.bytes('etag/trick')).toString()).toBe('new!');
    },
  );

  test.skipIf(noKernel !== undefined)('chmod, touch, rename, a link and a restart leave the etag', async () => {
    const { guest, kernel, sdk: s3, head } = doors;
    // An etag of parts cannot be computed anew from the bytes: it is kept or lost.
    const parts = await multipart(s3, 'etag/parts');
    expect(parts).toMatch(/^"[0-9a-f]{32}-2"$/);
    await s3.putBytes('etag/kept', 'kept');
    const both = async (prefix: string): Promise<string[]> =>
      Promise.all(['kept', 'parts'].map((name) => s3.etag(`${prefix}/${name}`)));
    const wanted = [md5('kept'), parts];
    await guest.expect(`cd ${kernel.at}/etag && chmod 600 kept parts && touch -d 2001-01-01 kept parts`);
    expect(await both('etag')).toEqual(wanted);
    await guest.expect(
      `cd ${kernel.at} && mkdir -m 777 moved && ln etag/kept etag/link && mv etag/kept etag/parts moved/`,
    );
    expect(await both('moved')).toEqual(wanted);
    await head.restart();
    expect(await both('moved')).toEqual(wanted);
    expect(await s3.etag('etag/link')).toBe(md5('kept'));
    // One byte appended through NFS, and it is another object.
    await guest.expect(`echo >>${kernel.at}/moved/parts`);
    expect(await s3.etag('moved/parts')).not.toBe(parts);
  });
});

async function multipart({ client, bucket: Bucket }: AwsSdk, Key: string): Promise<string> {
  const { UploadId } = await client.send(new sdk.CreateMultipartUploadCommand({ Bucket, Key }));
  const Parts = [];
  for (const PartNumber of [1, 2]) {
    const Body = Buffer.alloc(5 * 2 ** 20, PartNumber);
    const { ETag } = await client.send(new sdk.UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
    Parts.push({ ETag, PartNumber });
  }
  const input = { Bucket, Key, UploadId, MultipartUpload: { Parts } };
  return (await client.send(new sdk.CompleteMultipartUploadCommand(input))).ETag ?? '';
}

describe.skipIf(noKernel !== undefined)('who may do what: users × operations, allowed and denied', () => {
  beforeAll(async () => {
    const { guest, kernel } = doors;
    const lines = [`mkdir -m 755 ${kernel.at}/matrix && cd ${kernel.at}/matrix`];
    for (const folderMode of folderModes) {
      for (const fileMode of fileModes) {
        const files = users.flatMap((user) =>
          operations.flatMap((operation) =>
            ['nfs', 's3'].map((door) => fileOf({ user, folderMode, fileMode }, operation, door)),
          ),
        );
        const folder = folderOf({ user: users[0]!, folderMode, fileMode });
        lines.push(
          `mkdir ${folder}`,
          ...files.filter((file) => !file.includes('-create-')).map((file) => `echo -n data >${file}`),
          `chmod ${fileMode.toString(8)} ${folder}/* && chown -R 1000:${staff} ${folder} && chmod ${folderMode.toString(8)} ${folder}`,
        );
      }
    }
    await guest.expect(`set -e\n${lines.join('\n')}\nsync`);
  });

  test('through NFS, by the kernel', async () => {
    const { guest, kernel } = doors;
    const cases = matrix().map((one) => ({
      uid: one.user.uid,
      groups: one.user.name === 'bob' ? [staff] : [],
      folder: folderOf(one),
      files: Object.fromEntries(operations.map((operation) => [operation, fileOf(one, operation, 'nfs')])),
    }));
    const program = `
import json, os, sys
os.chdir(sys.argv[1])
def attempt(operation, folder, file):
    try:
        if operation == 'read': os.close(os.open(file, os.O_RDONLY))
        elif operation == 'write':
            f = os.open(file, os.O_WRONLY); os.write(f, b'more'); os.fsync(f); os.close(f)
        elif operation == 'create': os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
        elif operation == 'rename': os.rename(file, file + '.renamed')
        elif operation == 'delete': os.unlink(file)
        else: os.listdir(folder)
        return True
    except PermissionError:
        return False
results = []
for case in json.loads(sys.stdin.read()):
    out, back = os.pipe()
    if os.fork() == 0:
        os.setgroups(case['groups']); os.setgid(case['uid']); os.setuid(case['uid'])
        os.write(back, json.dumps({o: attempt(o, case['folder'], f) for o, f in case['files'].items()}).encode())
        os._exit(0)
    os.wait()
    results.append(json.loads(os.read(out, 10000)))
    os.close(out); os.close(back)
print(json.dumps(results))
`;
    const input = join(doors.scratch, 'cases.json');
    writeFileSync(input, JSON.stringify(cases));
    const output = await guest.expect(`python3 -c ${quote(program)} ${kernel.at}/matrix <${guest.put(input)}`, {
      timeout: 200_000,
    });
    const have = JSON.parse(output) as Record<Operation, boolean>[];
    expect(told(have)).toEqual(told(matrix().map(allowed)));
  });

  test('through S3', async () => {
    const clients = new Map(users.map(({ name }) => [name, doors.s3As(name)]));
    const have: Record<Operation, boolean>[] = [];
    for (const one of matrix()) {
      const s3 = clients.get(one.user.name)!;
      const results: Partial<Record<Operation, boolean>> = {};
      for (const operation of operations) results[operation] = await attempt(s3, one, operation);
      have.push(results as Record<Operation, boolean>);
    }
    for (const client of clients.values()) client.close();
    // S3 renames by a copy, which reads.
    const wanted = matrix().map((one) => {
      const may = allowed(one);
      return { ...may, rename: may.rename && may.read };
    });
    expect(told(have)).toEqual(told(wanted));
  });

  /** By case in words, so that a difference says where it is. */
  function told(results: readonly Record<Operation, boolean>[]): Record<string, string> {
    return Object.fromEntries(
      matrix().map((one, index) => [
        `${one.user.name} in ${folderOf(one)}`,
        operations.filter((operation) => results[index]?.[operation] === true).join(' '),
      ]),
    );
  }

  /** Whether S3 allows it; a refusal has to be AccessDenied with 403. */
  async function attempt({ client, bucket: Bucket }: AwsSdk, one: MatrixCase, operation: Operation): Promise<boolean> {
    const Key = `matrix/${fileOf(one, operation, 's3')}`;
    try {
      if (operation === 'read')
        await (await client.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();
      else if (operation === 'list')
        await client.send(new ListObjectsV2Command({ Bucket, Prefix: `matrix/${folderOf(one)}/` }));
      else if (operation === 'delete') await client.send(new sdk.DeleteObjectCommand({ Bucket, Key }));
      else if (operation === 'rename') {
        await client.send(new CopyObjectCommand({ Bucket, Key: `${Key}.renamed`, CopySource: `${Bucket}/${Key}` }));
        await client.send(new sdk.DeleteObjectCommand({ Bucket, Key }));
      } else await client.send(new PutObjectCommand({ Bucket, Key, Body: 'more' }));
      return true;
    } catch (error) {
      if (!(error instanceof sdk.S3ServiceException)) throw error;
      expect({ name: error.name, status: error.$metadata.httpStatusCode, Key }).toEqual({
        name: 'AccessDenied',
        status: 403,
        Key,
      });
      return false;
    }
  }
});

describe('S3 refuses as S3 does', () => {
  const request = { Bucket: 'files', Key: 'secret' };
  const refusal = (name: string, status = 403) => ({
    name,
    $metadata: expect.objectContaining({ httpStatusCode: status }) as unknown,
  });

  beforeAll(async () => {
    await doors.sdk.putBytes('secret', 'secret');
  });

  async function as(
    accessKeyId: string,
    secretAccessKey: string,
    command = new GetObjectCommand(request),
  ): Promise<unknown> {
    const client = new S3Client({
      endpoint: doors.head.endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
      maxAttempts: 1,
    });
    return client.send(command).finally(() => client.destroy());
  }

  test('a wrong secret key', async () => {
    const { accessKeyId } = doors.head.key('alice');
    await expect(as(accessKeyId, 'x'.repeat(40))).rejects.toMatchObject(refusal('SignatureDoesNotMatch'));
  });

  test('an unknown access key', async () => {
    await expect(as('NOBODYSKEY0000000001', 'x'.repeat(40))).rejects.toMatchObject(refusal('InvalidAccessKeyId'));
  });

  test('wrong keys, in the words of the AWS CLI', async ({ skip }) => {
    const { aws } = doors;
    if (aws.unavailable !== undefined) skip(aws.unavailable);
    const { AwsCli } = await import('../clients/aws-cli.ts');
    const { accessKeyId } = doors.head.key('alice');
    const wrong = new AwsCli({
      endpoint: doors.head.endpoint,
      bucket: 'files',
      accessKeyId,
      secretAccessKey: 'wrongwrong',
    });
    const ran = await wrong.api('list-objects-v2', []);
    expect(ran.status).not.toBe(0);
    expect(ran.stderr).toContain('(SignatureDoesNotMatch)');
  });

  test('no signature', async () => {
    const answer = await fetch(`${doors.head.endpoint}/files/secret`);
    expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('<Code>AccessDenied</Code>')]);
  });

  test('a presigned URL: good, expired, for another key, for another method', async () => {
    const { client } = doors.sdk;
    const sign = (age: number): Promise<string> =>
      getSignedUrl(client, new GetObjectCommand(request), {
        expiresIn: 60,
        signingDate: new Date(Date.now() - age * 1000),
      });
    const answerOf = async (url: string, method = 'GET'): Promise<[number, string]> => {
      const answer = await fetch(url, { method });
      return [answer.status, await answer.text()];
    };
    expect(await answerOf(await sign(0))).toEqual([200, 'secret']);
    expect(await answerOf(await sign(50))).toEqual([200, 'secret']);
    const [status, text] = await answerOf(await sign(70));
    expect([status, text]).toEqual([403, expect.stringContaining('<Code>AccessDenied</Code>')]);
    expect(text).toContain('<Message>Request has expired</Message>');
    const wrong = [403, expect.stringContaining('<Code>SignatureDoesNotMatch</Code>')];
    expect(await answerOf((await sign(0)).replace('/secret?', '/secre?'))).toEqual(wrong);
    expect(await answerOf(await sign(0), 'DELETE')).toEqual(wrong);
    expect((await doors.sdk.bytes('secret')).toString()).toBe('secret');
  });

  test('a bucket that is not there, and one that has no S3 door', async () => {
    for (const bucket of ['nowhere', 'elsewhere']) {
      const s3 = doors.s3As('alice', bucket);
      await expect(s3.keys()).rejects.toMatchObject(refusal('NoSuchBucket', 404));
      s3.close();
    }
  });

  test('a change of what is served read-only', async () => {
    const s3 = doors.s3As('alice', 'read-only');
    await expect(s3.putBytes('x', 'x')).rejects.toMatchObject(refusal('AccessDenied'));
    expect(await s3.keys()).toEqual([]);
    s3.close();
  });
});

describe('NFS refuses as NFS servers do', () => {
  let nfs: RawNfs;

  beforeAll(async () => {
    nfs = await RawNfs.connect(doors.head.nfsPort);
  });

  afterAll(() => nfs?.close());

  test('MOUNT of what is not exported to this address, and of what is not there', async () => {
    expect((await nfs.mount('/elsewhere')).status).toBe(mountStatus.access);
    expect((await nfs.mount('/nowhere')).status).toBe(mountStatus.noent);
    expect((await nfs.mount('/files')).status).toBe(mountStatus.ok);
    expect((await nfs.mount('/files/')).status).toBe(mountStatus.ok);
  });

  test.skipIf(noKernel !== undefined)('in the words of mount', async () => {
    await expect(doors.mount('/mnt/elsewhere', '/elsewhere')).rejects.toThrow(/access denied by server/);
    await expect(doors.mount('/mnt/nowhere', '/nowhere')).rejects.toThrow(/No such file or directory/);
  });

  test.skipIf(noKernel !== undefined)('a change of what is exported read-only', async () => {
    await doors.mount('/mnt/read-only', '/read-only');
    expect(await doors.guest.expect('touch /mnt/read-only/x 2>&1 || true')).toMatch(/Read-only file system/);
  });

  test('handles that were forged: BADHANDLE by every procedure', async () => {
    const { handle } = await nfs.mount('/files');
    const forged: Buffer[] = Array.from(handle, (byte, at) => {
      const copy = Buffer.from(handle);
      copy[at] = byte ^ (1 << (at % 8));
      return copy;
    });
    forged.push(
      handle.subarray(0, -1),
      Buffer.concat([handle, Buffer.alloc(4)]),
      Buffer.alloc(handle.length),
      Buffer.alloc(0),
    );
    for (const other of forged) expect(await nfs.getattr(other), other.toString('hex')).toBe(nfsStatus.badHandle);
    const statuses = await nfs.all(forged[10]!);
    expect([...statuses].filter(([, status]) => status !== nfsStatus.badHandle)).toEqual([]);
  });

  test('a handle of another head: BADHANDLE', async () => {
    // No `await using`: the parser of tools/check-layers.mjs does not know it.
    const other = await Head.start();
    try {
      const theirs = await RawNfs.connect(other.nfsPort);
      const { handle } = await theirs.mount('/files');
      theirs.close();
      expect(await nfs.getattr(handle)).toBe(nfsStatus.badHandle);
    } finally {
      await other[Symbol.asyncDispose]();
    }
  });

  test('a handle of what was removed, by either door: STALE', async () => {
    await doors.sdk.putBytes('stale', 'x');
    const top = await nfs.mount('/files');
    const { handle } = await nfs.lookup(top.handle, 'stale');
    expect(await nfs.getattr(handle)).toBe(nfsStatus.ok);
    await doors.sdk.remove('stale');
    expect(await nfs.getattr(handle)).toBe(nfsStatus.stale);
    expect((await nfs.read(handle, 0, 10)).status).toBe(nfsStatus.stale);
  });

  test('a handle outlives a restart', async () => {
    await doors.sdk.putBytes('outlives', 'a restart');
    const top = await nfs.mount('/files');
    const { handle } = await nfs.lookup(top.handle, 'outlives');
    await doors.head.restart();
    const again = await RawNfs.connect(doors.head.nfsPort);
    expect((await again.read(handle, 0, 100)).data.toString()).toBe('a restart');
    again.close();
    nfs = await RawNfs.connect(doors.head.nfsPort);
  });
});

describe.skipIf(noKernel !== undefined)('addresses of clients', () => {
  let lab: KernelLab;
  let head: Head;
  let guests: Guest[];

  beforeAll(async () => {
    lab = await KernelLab.open();
    guests = await Promise.all([lab.boot({ memory: 256 }), lab.boot({ memory: 256 })]);
    const [first, second] = guests.map(({ address }) => address);
    const rules = [
      { clients: first, access: 'rw', squash: 'all', anonymousUid: 1001, anonymousGid: 1001 },
      { clients: second, access: 'ro', squash: 'root' },
    ];
    const secure = [{ clients: '10.0.2.0/24', access: 'rw', squash: 'none', privilegedPort: true }];
    const share = { owner: 'alice', mode: '0777' };
    const shares = [
      { ...share, name: 'both', doors: { nfs: { rules } } },
      { ...share, name: 'one', doors: { nfs: { rules: [{ ...anyone, clients: first }] } } },
      { ...share, name: 'secure', doors: { nfs: { rules: secure } } },
    ];
    head = await Head.start({ lab, config: { shares } });
  });

  afterAll(async () => {
    await lab?.close();
    await head?.[Symbol.asyncDispose]();
  });

  function mount(guest: Guest, exported: string, options?: string): Promise<KernelMount> {
    const at = `/mnt${exported}`;
    return KernelMount.mount(guest, { port: head.nfsPort, exported, at, ...(options !== undefined && { options }) });
  }

  test('decide who mounts', async () => {
    await mount(guests[0]!, '/one');
    await expect(mount(guests[1]!, '/one')).rejects.toThrow(/access denied by server/);
  });

  test('decide who writes, and as whom', async () => {
    await mount(guests[0]!, '/both');
    await mount(guests[1]!, '/both');
    await guests[0]!.expect('echo hello >/mnt/both/file', { user: 'alice' });
    expect(await guests[0]!.expect('stat -c %u:%g /mnt/both/file')).toBe('1001:1001\n');
    expect(await guests[1]!.expect('cat /mnt/both/file; touch /mnt/both/x 2>&1 || true')).toMatch(
      /^hello\n.*Read-only file system/,
    );
  });

  test('a rule for privileged ports keeps out who has none', async () => {
    await mount(guests[0]!, '/secure');
    await guests[0]!.expect('touch /mnt/secure/file');
    await expect(mount(guests[1]!, '/secure', 'noresvport')).rejects.toThrow(/access denied|not permitted/i);
    const libnfs = new Libnfs(
      { address: head.address, nfsPort: head.nfsPort, exported: '/secure', uid: 1000, gid: 1000 },
      head.wrap,
    );
    // As root it takes a privileged port.
    if (libnfs.unavailable === undefined) expect((await libnfs.list()).stdout.toString()).toContain('file');
  });

  test('a rule that is taken away closes to who is in already', async () => {
    await guests[0]!.expect('ls /mnt/one');
    const { status, stderr } = await head.polynas(['share', 'doors', 'one', '--nfs', '10.0.2.250(rw)']);
    expect(status, stderr).toBe(0);
    const { output } = await guests[0]!.run('echo 3 >/proc/sys/vm/drop_caches; touch /mnt/one/x 2>&1');
    expect(output).toMatch(/Permission denied|Stale file handle/);
  });
});
