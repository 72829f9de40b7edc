import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { Agent } from 'node:http';
import { createRequire, registerHooks } from 'node:module';
import type { LookupFunction } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import type * as Sdk from '@aws-sdk/client-s3';
import type * as Presigner from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EchoDoor } from '../test/echo-door.ts';
import { accessKeyId, openEchoDoor, secretAccessKey } from '../test/echo-door.ts';

const run = promisify(execFile);

// The workspace's Vitest resolves the `module` condition, whose files in the AWS SDK only bundlers can load.
registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier, { ...context, conditions: context.conditions.filter((condition) => condition !== 'module') }),
});
const load = createRequire(import.meta.url);
const {
  DeleteObjectCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} = load('@aws-sdk/client-s3') as typeof Sdk;
const { getSignedUrl } = load('@aws-sdk/s3-request-presigner') as typeof Presigner;

let door: EchoDoor;
let client: InstanceType<typeof S3Client>;
let directory: string;

function newClient(change: Sdk.S3ClientConfig = {}): InstanceType<typeof S3Client> {
  return new S3Client({
    endpoint: door.endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 1,
    ...change,
  });
}

beforeAll(async () => {
  door = await openEchoDoor();
  client = newClient();
  directory = await mkdtemp(join(tmpdir(), 's3-door-'));
});

afterAll(async () => {
  client.destroy();
  await door.server.stop(1000);
  await rm(directory, { recursive: true });
});

describe('@aws-sdk/client-s3', () => {
  it('puts and gets, with its default CRC32', async () => {
    await client.send(new PutObjectCommand({ Bucket: 'b', Key: 'k', Body: 'hello', Metadata: { a: 'x  y' } }));
    const got = await client.send(new GetObjectCommand({ Bucket: 'b', Key: 'k' }));
    expect(await got.Body!.transformToString()).toBe('hello');
    expect(got.ChecksumCRC32).toBe('NhCmhg==');
    expect(got.Metadata).toEqual({ a: 'x  y' });
    expect((await client.send(new HeadObjectCommand({ Bucket: 'b', Key: 'k' }))).ContentLength).toBe(5);
    await client.send(new DeleteObjectCommand({ Bucket: 'b', Key: 'k' }));
    await expect(client.send(new GetObjectCommand({ Bucket: 'b', Key: 'k' }))).rejects.toMatchObject({
      name: 'NoSuchKey',
    });
  });

  it.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'])('streams with a %s trailer', async (algorithm) => {
    const data = randomBytes(300_001);
    const stream = Readable.from([data.subarray(0, 100_000), data.subarray(100_000, 100_003), data.subarray(100_003)]);
    await client.send(
      new PutObjectCommand({
        Bucket: 'b',
        Key: 'streamed',
        Body: stream,
        ContentLength: data.length,
        ContentEncoding: 'gzip',
        ChecksumAlgorithm: algorithm as Sdk.ChecksumAlgorithm,
      }),
    );
    const stored = door.objects.get('b/streamed')!;
    expect(stored.bytes.equals(data)).toBe(true);
    expect(stored.headers['content-encoding']).toBe('gzip');
    expect(stored.headers[`x-amz-checksum-${algorithm.toLowerCase()}`]).toBeDefined();
  });

  it.each(['../x', 'a//b', '%2F', '+', ' ', 'é', 'e\u0301', '😀', "a'()*!~$&,;=:@", 'a/', './.', 'x?y#z', '\u0001'])(
    'key %j',
    async (key) => {
      await client.send(new PutObjectCommand({ Bucket: 'b', Key: key, Body: key }));
      expect(door.objects.get(`b/${key}`)?.bytes.toString()).toBe(key);
      const listed = await client.send(new ListObjectsV2Command({ Bucket: 'b', Prefix: key }));
      expect(listed.Contents?.map((object) => object.Key)).toContain(key);
      await client.send(new DeleteObjectCommand({ Bucket: 'b', Key: key }));
    },
  );

  it('virtual-host style', async () => {
    // No name server knows the base domain.
    const lookup: LookupFunction = (_, options, done) =>
      options.all === true ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4);
    const virtual = newClient({
      endpoint: `http://s3.localhost:${door.server.address.port}`,
      forcePathStyle: false,
      requestHandler: { httpAgent: new Agent({ lookup }) },
    });
    await virtual.send(new PutObjectCommand({ Bucket: 'bucket.with-dots', Key: '/lead', Body: 'v' }));
    expect(door.objects.get('bucket.with-dots//lead')?.bytes.toString()).toBe('v');
    virtual.destroy();
  });

  it('presigned URLs, to read and to write', async () => {
    const command = new PutObjectCommand({ Bucket: 'b', Key: 'pre signed' });
    // By default this presigner writes the CRC32 of its own empty body into the URL, and so forbids any other body.
    const pinned = await getSignedUrl(client, command, { expiresIn: 60 });
    const refused = await fetch(pinned, { method: 'PUT', body: 'data' });
    expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining('<Code>BadDigest</Code>')]);
    const free = newClient({ requestChecksumCalculation: 'WHEN_REQUIRED' });
    const put = await getSignedUrl(free, command, { expiresIn: 60 });
    expect((await fetch(put, { method: 'PUT', body: 'data' })).status).toBe(200);
    free.destroy();
    const url = await getSignedUrl(client, new GetObjectCommand({ Bucket: 'b', Key: 'pre signed' }), { expiresIn: 60 });
    const got = await fetch(url);
    expect([got.status, await got.text()]).toEqual([200, 'data']);
    expect((await fetch(url.replace('pre%20signed', 'other'))).status).toBe(403);
  });

  it('a public ACL in a presigned URL is not dropped', async () => {
    const command = new PutObjectCommand({ Bucket: 'b', Key: 'acl', ACL: 'public-read' });
    const url = await getSignedUrl(client, command, { expiresIn: 60 });
    const response = await fetch(url, { method: 'PUT', body: '' });
    expect(response.status).toBe(501);
    expect(door.objects.has('b/acl')).toBe(false);
  });

  it('refusals carry their code', async () => {
    const send = (change: Sdk.S3ClientConfig): Promise<unknown> => {
      const other = newClient(change);
      return other.send(new PutObjectCommand({ Bucket: 'b', Key: 'no', Body: 'x' })).finally(() => other.destroy());
    };
    await expect(send({ credentials: { accessKeyId, secretAccessKey: 'wrong' } })).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
    });
    await expect(send({ credentials: { accessKeyId: 'WHO', secretAccessKey } })).rejects.toMatchObject({
      name: 'InvalidAccessKeyId',
    });
    await expect(send({ credentials: { accessKeyId, secretAccessKey, sessionToken: 't' } })).rejects.toMatchObject({
      name: 'InvalidToken',
    });
    await expect(send({ region: 'eu-west-1' })).rejects.toMatchObject({ name: 'AuthorizationHeaderMalformed' });
    await expect(send({ systemClockOffset: -3_600_000 })).rejects.toMatchObject({ name: 'RequestTimeTooSkewed' });
    await expect(client.send(new GetBucketPolicyCommand({ Bucket: 'b' }))).rejects.toMatchObject({
      name: 'NotImplemented',
      $metadata: { httpStatusCode: 501 },
    });
    expect(door.objects.has('b/no')).toBe(false);
  });
});

/** Clients that may be absent are skipped, and the report says so. */
async function present(command: string, ...args: string[]): Promise<boolean> {
  try {
    await run(command, args);
    return true;
  } catch {
    process.stderr.write(`SKIPPED: ${command} is not installed, its signature tests did not run\n`);
    return false;
  }
}

const environment = { ...process.env, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
// rclone's own transport cannot take a bundle that the environment names.
const { AWS_CA_BUNDLE: _, ...withoutBundle } = process.env;
const key = 'dir/a b+é%2F.bin';

async function sameBytes(
  put: (file: string) => Promise<unknown>,
  get: (file: string) => Promise<unknown>,
): Promise<void> {
  const data = randomBytes(200_000);
  const [from, to] = [join(directory, 'from'), join(directory, 'to')];
  await writeFile(from, data);
  await put(from);
  expect(door.objects.get(`b/${key}`)?.bytes.equals(data)).toBe(true);
  await rm(to, { force: true });
  await get(to);
  expect((await readFile(to)).equals(data)).toBe(true);
  door.objects.clear();
}

describe('command-line clients', async () => {
  it.skipIf(!(await present('aws', '--version')))('aws', async () => {
    const aws = (...args: string[]): Promise<unknown> =>
      run('aws', ['--endpoint-url', door.endpoint, '--region', 'us-east-1', ...args], { env: environment });
    await sameBytes(
      (file) => aws('s3api', 'put-object', '--bucket', 'b', '--key', key, '--body', file),
      (file) => aws('s3api', 'get-object', '--bucket', 'b', '--key', key, file),
    );
    await sameBytes(
      (file) => aws('s3', 'cp', file, `s3://b/${key}`),
      (file) => aws('s3', 'cp', `s3://b/${key}`, file),
    );
  });

  it.skipIf(!(await present('s3cmd', '--version')))('s3cmd', async () => {
    const host = `127.0.0.1:${door.server.address.port}`;
    const config = join(directory, 's3cfg');
    await writeFile(config, '');
    const options = [`--config=${config}`, `--host=${host}`, `--host-bucket=${host}`, '--no-ssl', '--region=us-east-1'];
    const s3cmd = (...args: string[]): Promise<unknown> =>
      run('s3cmd', [...options, `--access_key=${accessKeyId}`, `--secret_key=${secretAccessKey}`, ...args]);
    await sameBytes(
      (file) => s3cmd('put', file, `s3://b/${key}`),
      (file) => s3cmd('get', `s3://b/${key}`, file),
    );
  });

  it.skipIf(!(await present('rclone', 'version')))('rclone', async () => {
    const remote = `:s3,provider=Other,access_key_id=${accessKeyId},secret_access_key="${secretAccessKey}",endpoint="${door.endpoint}",region=us-east-1:b/${key}`;
    const rclone = (...args: string[]): Promise<unknown> =>
      run('rclone', ['--config', '/dev/null', '--retries', '1', '--low-level-retries', '1', ...args], {
        env: withoutBundle,
      });
    await sameBytes(
      (file) => rclone('copyto', file, remote),
      (file) => rclone('copyto', remote, file),
    );
  });
});
