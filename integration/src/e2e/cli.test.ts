import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { AwsCli } from '../clients/aws-cli.ts';
import { AwsSdk, getSignedUrl, sdk } from '../clients/aws-sdk.ts';
import { expectRun } from '../clients/command.ts';
import { Libnfs } from '../clients/libnfs.ts';
import { mountStatus, RawNfs } from '../clients/raw-nfs.ts';
import { Head, type HeadOptions } from '../head/head.ts';

const { PutObjectCommand } = sdk;

let head: Head | undefined;

afterEach(async () => {
  await head?.[Symbol.asyncDispose]();
  head = undefined;
});

async function start(options: HeadOptions = {}): Promise<Head> {
  head = await Head.start(options);
  return head;
}

/** A command that has to go well; its JSON. */
async function polynas<T = Record<string, unknown>>(running: Head, ...args: string[]): Promise<T> {
  const { status, stdout, stderr } = await running.polynas([...args, '--json']);
  expect(status, `polynas ${args.join(' ')}: ${stderr}`).toBe(0);
  return JSON.parse(stdout.toString()) as T;
}

interface MadeUser {
  readonly user: { readonly name: string; readonly uid: number };
  readonly keys: readonly { readonly id: string; readonly secret: string }[];
}

function s3(running: Head, bucket: string, { id, secret }: { id: string; secret: string }): AwsSdk {
  return new AwsSdk({ endpoint: running.endpoint, bucket, accessKeyId: id, secretAccessKey: secret });
}

const mountStatusOf = async (running: Head, path: string): Promise<number> => {
  const nfs = await RawNfs.connect(running.nfsPort);
  const { status } = await nfs.mount(path);
  nfs.close();
  return status;
};

describe('a first start', () => {
  test('shows credentials once, and the commands that it shows connect', async ({ skip }) => {
    const running = await start({ bare: true });
    const banner = running.banner();
    const value = (name: string): string => new RegExp(`${name}=(\\S+)`).exec(banner)?.[1] ?? '';
    const env = {
      AWS_ACCESS_KEY_ID: value('AWS_ACCESS_KEY_ID'),
      AWS_SECRET_ACCESS_KEY: value('AWS_SECRET_ACCESS_KEY'),
      AWS_DEFAULT_REGION: value('AWS_DEFAULT_REGION'),
    };
    expect(env.AWS_SECRET_ACCESS_KEY.length).toBeGreaterThanOrEqual(30);
    const nfs = /mount -t nfs -o (\S+) (\S+):(\/share) \/mnt/.exec(banner);
    expect(nfs?.[1]).toContain(`port=${running.nfsPort}`);
    expect(running.log()).not.toContain(env.AWS_SECRET_ACCESS_KEY);

    const command = /^.*(aws --endpoint-url .*)$/m.exec(banner)?.[1];
    if (command === undefined) throw new Error(`no AWS command in\n${banner}`);
    const client = new AwsCli({ endpoint: running.endpoint, bucket: 'share', accessKeyId: '', secretAccessKey: '' });
    if (client.unavailable !== undefined) skip(client.unavailable);
    await expectRun('sh', ['-ec', command], { env });
    const file = join(running.directory, 'file');
    writeFileSync(file, 'first');
    await expectRun('sh', ['-ec', command.replace('s3 ls', `s3 cp ${file}`)], { env });
    expect((await expectRun('sh', ['-ec', command], { env })).toString()).toMatch(/5 file\n$/);

    // The same by NFS: the rules of a first start want a privileged port, and squash root to the owner.
    const libnfs = new Libnfs({ address: '127.0.0.1', nfsPort: running.nfsPort, exported: '/share', uid: 0, gid: 0 });
    if (libnfs.unavailable === undefined) expect((await libnfs.read('file')).stdout.toString()).toBe('first');

    await running.restart();
    expect(running.banner()).not.toMatch(/Password|Secret key|AWS_SECRET/);
    expect((await expectRun('sh', ['-ec', command], { env })).toString()).toMatch(/5 file\n$/);
  });
});

describe('users and shares change while the head runs', () => {
  test('a user, a key, a bucket', async () => {
    const running = await start();
    const made = await polynas<MadeUser>(running, 'user', 'add', 'dora', '--uid', '1500', '--no-password');
    await polynas(running, 'share', 'add', 'doras', '--owner', 'dora', '--s3');
    const client = s3(running, 'doras', made.keys[0]!);
    await client.putBytes('x', 'hello');

    await polynas(running, 'user', 'disable', 'dora');
    await expect(client.bytes('x')).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
    await polynas(running, 'user', 'enable', 'dora');
    expect((await client.bytes('x')).toString()).toBe('hello');

    const more = await polynas<{ id: string; secret: string }>(running, 'user', 'key', 'add', 'dora');
    const second = s3(running, 'doras', more);
    expect((await second.bytes('x')).toString()).toBe('hello');
    await polynas(running, 'user', 'key', 'remove', 'dora', made.keys[0]!.id);
    await expect(client.bytes('x')).rejects.toMatchObject({ name: 'InvalidAccessKeyId' });
    expect((await second.bytes('x')).toString()).toBe('hello');

    // Of another's share nothing is seen.
    await expect(s3(running, 'doras', keyOf(running, 'bob')).keys()).rejects.toMatchObject({ name: 'AccessDenied' });
    client.close();
    second.close();
  });

  test('doors of a share', async () => {
    const running = await start();
    await polynas(running, 'share', 'add', 'docs', '--owner', 'alice', '--s3');
    const alice = s3(running, 'docs', keyOf(running, 'alice'));
    await alice.putBytes('x', 'hello');
    const libnfs = new Libnfs({
      address: '127.0.0.1',
      nfsPort: running.nfsPort,
      exported: '/docs',
      uid: 1000,
      gid: 1000,
    });
    expect(await mountStatusOf(running, '/docs')).not.toBe(mountStatus.ok);

    await polynas(running, 'share', 'doors', 'docs', '--nfs', '127.0.0.1(rw,no_root_squash)');
    expect(await mountStatusOf(running, '/docs')).toBe(mountStatus.ok);
    if (libnfs.unavailable === undefined) expect((await libnfs.read('x')).stdout.toString()).toBe('hello');

    await polynas(running, 'share', 'doors', 'docs', '--nfs', '10.0.0.0/8(rw)');
    expect(await mountStatusOf(running, '/docs')).toBe(mountStatus.access);
    await polynas(running, 'share', 'doors', 'docs', '--no-nfs');
    expect(await mountStatusOf(running, '/docs')).not.toBe(mountStatus.ok);

    await polynas(running, 'share', 'set', 'docs', '--read-only');
    await expect(alice.putBytes('x', 'other')).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
    expect((await alice.bytes('x')).toString()).toBe('hello');
    await polynas(running, 'share', 'set', 'docs', '--read-write');
    await alice.putBytes('x', 'other');

    await polynas(running, 'share', 'doors', 'docs', '--s3', 'the-docs');
    const renamed = s3(running, 'the-docs', keyOf(running, 'alice'));
    expect((await renamed.bytes('x')).toString()).toBe('other');
    await expect(alice.bytes('x')).rejects.toMatchObject({ name: 'NoSuchBucket' });
    await polynas(running, 'share', 'doors', 'docs', '--no-s3');
    await expect(renamed.bytes('x')).rejects.toMatchObject({ name: 'NoSuchBucket' });
    alice.close();
    renamed.close();
  });

  test('a share that is not empty is removed with --force only, and is gone from the doors', async () => {
    const running = await start();
    const alice = s3(running, 'files', keyOf(running, 'alice'));
    await alice.putBytes('a/b', 'x');
    const refused = await running.polynas(['share', 'remove', 'files']);
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringMatching(/not empty/i)]);
    await polynas(running, 'share', 'remove', 'files', '--force');
    await expect(alice.keys()).rejects.toMatchObject({ name: 'NoSuchBucket' });
    expect(await mountStatusOf(running, '/files')).toBe(mountStatus.noent);
    alice.close();
  });

  test('a bucket that S3 makes is a share, and a share that S3 removes is none', async () => {
    const running = await start();
    const alice = s3(running, 'made-by-s3', keyOf(running, 'alice'));
    await alice.client.send(new sdk.CreateBucketCommand({ Bucket: 'made-by-s3' }));
    expect((await running.polynas(['share', 'list'])).stdout.toString()).toMatch(/made-by-s3 +alice/);
    await polynas(running, 'share', 'doors', 'made-by-s3', '--nfs', '127.0.0.1(rw)');
    expect(await mountStatusOf(running, '/made-by-s3')).toBe(mountStatus.ok);
    await alice.client.send(new sdk.DeleteBucketCommand({ Bucket: 'made-by-s3' }));
    expect(await mountStatusOf(running, '/made-by-s3')).toBe(mountStatus.noent);
    expect((await running.polynas(['share', 'list'])).stdout.toString()).not.toContain('made-by-s3');
    alice.close();
  });

  test('a tenant has its own names, exports and buckets', async () => {
    const running = await start();
    await polynas(running, 'tenant', 'add', 'acme');
    const made = await polynas<MadeUser>(running, 'user', 'add', 'alice', '--tenant', 'acme', '--no-password');
    await polynas(running, 'share', 'add', 'files', '--tenant', 'acme', '--owner', 'alice', '--s3', '--nfs', '*(rw)');
    const theirs = s3(running, 'files', made.keys[0]!);
    const ours = s3(running, 'files', keyOf(running, 'alice'));
    await theirs.putBytes('whose', 'theirs');
    await ours.putBytes('whose', 'ours');
    expect((await theirs.bytes('whose')).toString()).toBe('theirs');
    expect((await ours.bytes('whose')).toString()).toBe('ours');
    expect(await mountStatusOf(running, '/@acme/files')).toBe(mountStatus.ok);
    theirs.close();
    ours.close();
  });
});

function keyOf(running: Head, user: string): { id: string; secret: string } {
  const { accessKeyId, secretAccessKey } = running.key(user);
  return { id: accessKeyId, secret: secretAccessKey };
}

describe('start and stop', () => {
  test('SIGTERM: a request under way is answered, new ones are refused, exit code 0, and nothing is lost', async () => {
    const running = await start();
    const alice = s3(running, 'files', keyOf(running, 'alice'));
    await alice.putBytes('before', 'x');
    const access = { endpoint: running.endpoint, bucket: 'files', ...running.key('alice') };
    const plain = new AwsSdk(access, { requestChecksumCalculation: 'WHEN_REQUIRED' });
    const url = await getSignedUrl(plain.client, new PutObjectCommand({ Bucket: 'files', Key: 'slow' }), {
      expiresIn: 600,
    });
    // 100 Continue says that the request was let in.
    const slow = request(url, { method: 'PUT', headers: { 'content-length': 200_000, expect: '100-continue' } });
    const answer = once(slow, 'response') as Promise<[IncomingMessage]>;
    slow.flushHeaders();
    await once(slow, 'continue');
    slow.write(Buffer.alloc(100_000, 1));
    const stopped = running.stop();
    await expect.poll(() => running.log(), { timeout: 10_000 }).toContain('"msg":"stopping"');
    await expect.poll(() => refusesConnections(running.s3Port), { timeout: 10_000 }).toBe(true);
    slow.end(Buffer.alloc(100_000, 2));
    expect((await answer)[0].statusCode).toBe(200);
    slow.destroy();
    plain.close();
    expect(await stopped).toBe(0);
    expect(running.faults()).toEqual([]);
    await running.start();
    expect(await alice.keys()).toEqual(['before', 'slow']);
    expect((await alice.bytes('slow')).length).toBe(200_000);
    alice.close();
  });

  test('a second head on the same data is refused with exit code 6', async () => {
    const running = await start();
    const second = await running.polynas(['serve']);
    expect([second.status, second.stderr]).toEqual([6, expect.stringMatching(/another head|in use|has the data/i)]);
    // The first one does not mind.
    expect(await mountStatusOf(running, '/files')).toBe(mountStatus.ok);
    await running.kill9();
    await running.start();
  });

  test('commands without a head say so with exit code 3', async () => {
    const running = await start();
    await running.stop();
    expect((await running.polynas(['share', 'list'])).status).toBe(3);
  });

  test('a fault in polynas.yaml names its line', async () => {
    const running = await start();
    await running.stop();
    writeFileSync(running.file, 'doors:\n  nfs:\n    prot: 1\n');
    const refused = await running.polynas(['serve']);
    expect([refused.status, refused.stderr]).toEqual([5, expect.stringMatching(/polynas\.yaml:3:5: doors\.nfs\.prot/)]);
  });
});

function refusesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('error', () => resolve(true));
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
  });
}
