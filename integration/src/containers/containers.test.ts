import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AwsSdk } from '../clients/aws-sdk.ts';
import { Libnfs } from '../clients/libnfs.ts';
import { mountStatus, RawNfs } from '../clients/raw-nfs.ts';
import type { AccessKey } from '../head/declared.ts';
import { containerEngine } from './container-engine.ts';
import { DataVolume, HeadContainer } from './head-container.ts';
import { buildMilliseconds, headImage } from './head-image.ts';

/** Of the user in the image, and so of the administrator that the first start makes. */
const owner = 10_000;
const content = randomBytes(3_000_000);
const contentSum = createHash('sha256').update(content).digest('hex');

let unavailable: string | undefined;
let image: string;
let volume: DataVolume;
let head: HeadContainer;
let key: AccessKey;

beforeAll(async () => {
  ({ unavailable } = await containerEngine.availability());
  if (unavailable === undefined) {
    const found = await headImage();
    if (found.unavailable === undefined) image = found.name;
    else ({ unavailable } = found);
  }
  if (unavailable !== undefined) {
    process.stderr.write(`\n*** SKIPPED: the head in a container: ${unavailable} ***\n\n`);
    return;
  }
  volume = new DataVolume();
  head = await HeadContainer.start(image, volume);
  key = await head.credentials();
}, buildMilliseconds + 300_000);

afterAll(async () => {
  await head?.[Symbol.asyncDispose]();
  await volume?.[Symbol.asyncDispose]();
});

beforeEach((context) => {
  if (unavailable !== undefined) context.skip(unavailable);
});

async function withS3<T>(use: (client: AwsSdk) => Promise<T>): Promise<T> {
  const client = new AwsSdk({ endpoint: head.endpoint, bucket: 'share', ...key });
  try {
    return await use(client);
  } finally {
    client.close();
  }
}

function nfs(): Libnfs {
  return new Libnfs({ address: '127.0.0.1', nfsPort: head.nfsPort, exported: '/share', uid: owner, gid: owner });
}

async function mountAnswer(): Promise<number> {
  const client = await RawNfs.connect(head.nfsPort, owner, owner);
  try {
    return (await client.mount('/share')).status;
  } finally {
    client.close();
  }
}

describe('the head in a container', () => {
  test('runs as its own user, and its health check says that it is well', async () => {
    expect(await head.exec(['node', '--print', 'process.getuid()'])).toBe(String(owner));
    expect(await head.exec(['stat', '--format', '%u %a', '/data'])).toBe(`${owner} 700`);
    const [kind, ...check] = (await head.inspect('.Config.Healthcheck.Test')) as string[];
    expect(kind).toBe('CMD');
    expect(await head.exec(check)).toContain('Data directory /data');
  });

  test('stores an object and gives it back', async () => {
    await withS3(async (s3) => {
      await s3.putBytes('folder/object', content);
      expect(await s3.sum('folder/object')).toBe(contentSum);
    });
  });

  test('admits no NFS client until a rule does', async (context) => {
    // Not from a privileged port where the network is the host's; from another address than loopback where it is not.
    expect(await mountAnswer()).toBe(mountStatus.access);
    const rule = `*(rw,anonuid=${owner},anongid=${owner})`;
    await head.exec(['polynas', 'share', 'doors', 'share', '--nfs', rule]);
    expect(await mountAnswer()).toBe(mountStatus.ok);

    const client = nfs();
    if (client.unavailable !== undefined) context.skip(client.unavailable);
    expect(await client.sum('folder/object')).toBe(contentSum);
  });

  test('has everything after docker kill and docker start', async (context) => {
    await withS3((s3) => s3.putBytes('just before', 'the end'));
    await head.kill();
    expect(await head.inspect('.State.ExitCode')).toBe(137);
    await head.startAgain();
    await withS3(async (s3) => {
      expect((await s3.bytes('just before')).toString()).toBe('the end');
      expect(await s3.sum('folder/object')).toBe(contentSum);
    });
    expect((await head.log()).match(/Secret key/g), 'told once').toHaveLength(1);

    const client = nfs();
    if (client.unavailable !== undefined) context.skip(client.unavailable);
    expect(await client.sum('folder/object')).toBe(contentSum);
  });

  test('has everything in another container with the same volume', async () => {
    await withS3((s3) => s3.putBytes('of the first', 'container'));
    await head.kill();
    await head[Symbol.asyncDispose]();
    head = await HeadContainer.start(image, volume);
    await withS3(async (s3) => {
      expect((await s3.bytes('of the first')).toString()).toBe('container');
      expect(await s3.sum('folder/object')).toBe(contentSum);
    });
    expect(await head.log()).not.toContain('Secret key');
  });

  test('a second head is refused the volume that a first one has', async () => {
    await expect(HeadContainer.start(image, volume)).rejects.toThrow(/another|in use/);
  });

  test('stops in order at docker stop', async () => {
    expect(await head.stop()).toBe(0);
    expect(await head.log()).toContain('"msg":"stopped"');
  });
});
