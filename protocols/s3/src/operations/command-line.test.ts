import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openLocalVolume } from '@polynas/backend-local';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestDoor } from '../test/open-door.ts';
import { openDoor } from '../test/open-door.ts';

const run = promisify(execFile);

let door: TestDoor;
let directory: string;
/** Names that need escaping somewhere, and one file that goes in parts. */
const files = new Map<string, Buffer>([
  ['empty', Buffer.alloc(0)],
  ['a b+é%2F.txt', randomBytes(1000)],
  ['dir/sub/#&;=?.bin', randomBytes(70_000)],
  ['dir/large', randomBytes(17_000_000)],
]);

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 's3-operations-'));
  door = await openDoor({}, await openLocalVolume({ directory: join(directory, 'volume') }));
  for (const [name, bytes] of files) {
    await mkdir(join(directory, 'from', name, '..'), { recursive: true });
    await writeFile(join(directory, 'from', name), bytes);
    // S3 has whole seconds: a file that is younger than them would be sent again.
    await utimes(join(directory, 'from', name), 1_700_000_000, 1_700_000_000);
  }
});

afterAll(async () => {
  await door.close();
  expect(door.faults).toEqual([]);
  await rm(directory, { recursive: true });
});

/** Clients that may be absent are skipped, and the report says so. */
async function present(command: string, ...args: string[]): Promise<boolean> {
  try {
    await run(command, args);
    return true;
  } catch {
    process.stderr.write(`SKIPPED: ${command} is not installed, its tests of the operations did not run\n`);
    return false;
  }
}

async function expectSameTree(at: string): Promise<void> {
  for (const [name, bytes] of files) {
    expect((await readFile(join(directory, at, name))).equals(bytes), name).toBe(true);
  }
}

describe('command-line clients', async () => {
  it.skipIf(!(await present('aws', '--version')))('aws', async () => {
    const env = {
      ...process.env,
      AWS_ACCESS_KEY_ID: door.alice.accessKeyId,
      AWS_SECRET_ACCESS_KEY: door.alice.secretAccessKey,
      AWS_MAX_ATTEMPTS: '1',
    };
    const aws = async (...args: string[]): Promise<string> => {
      const options = ['--endpoint-url', door.endpoint, '--region', 'us-east-1'];
      return (await run('aws', [...options, ...args], { env, cwd: directory })).stdout;
    };
    await aws('s3', 'mb', 's3://by-aws');
    await aws('s3', 'sync', 'from', 's3://by-aws/p', '--no-progress');
    expect(await aws('s3', 'sync', 'from', 's3://by-aws/p', '--no-progress')).toBe('');
    await aws('s3', 'cp', '--recursive', 's3://by-aws/p', 's3://by-aws/q', '--no-progress');
    await aws('s3', 'mv', 's3://by-aws/p/empty', 's3://by-aws/moved');
    await aws('s3', 'sync', 's3://by-aws/q', 'aws', '--no-progress');
    await expectSameTree('aws');
    expect(await aws('s3', 'ls', 's3://by-aws/')).toMatch(/PRE p\/\n\s+PRE q\/\n.* 0 moved/);
    await aws('s3', 'rm', '--recursive', 's3://by-aws/', '--quiet');
    await aws('s3', 'rb', 's3://by-aws');
  });

  it.skipIf(!(await present('rclone', 'version')))('rclone', async () => {
    // rclone's own transport cannot take a bundle that the environment names.
    const { AWS_CA_BUNDLE: _, ...env } = process.env;
    const { accessKeyId, secretAccessKey } = door.alice;
    const remote = `:s3,provider=Other,access_key_id=${accessKeyId},secret_access_key="${secretAccessKey}",endpoint="${door.endpoint}",region=us-east-1,upload_cutoff=6M,chunk_size=5M:by-rclone`;
    const rclone = async (...args: string[]): Promise<string> => {
      const options = ['--config', '/dev/null', '--retries', '1', '--low-level-retries', '1'];
      return (await run('rclone', [...options, ...args], { env, cwd: directory })).stdout;
    };
    await rclone('copy', 'from', `${remote}/p`);
    await rclone('check', 'from', `${remote}/p`, '--download');
    await rclone('check', 'from', `${remote}/p`);
    expect((await rclone('lsf', '-R', `${remote}/p`)).split('\n').toSorted()).toEqual(
      ['', 'dir/', 'dir/sub/', ...files.keys()].toSorted(),
    );
    await rclone('sync', `${remote}/p`, `${remote}/q`);
    await rclone('moveto', `${remote}/p/empty`, `${remote}/p/moved`);
    await rclone('sync', `${remote}/q`, 'rclone');
    await expectSameTree('rclone');
    await rclone('purge', remote);
  });

  it.skipIf(!(await present('s3cmd', '--version')))('s3cmd', async () => {
    const host = `127.0.0.1:${door.server.address.port}`;
    await writeFile(join(directory, 's3cfg'), '');
    const s3cmd = async (...args: string[]): Promise<string> => {
      const options = [`--config=s3cfg`, `--host=${host}`, `--host-bucket=${host}`, '--no-ssl', '--region=us-east-1'];
      const { accessKeyId, secretAccessKey } = door.alice;
      const keys = [`--access_key=${accessKeyId}`, `--secret_key=${secretAccessKey}`, '--no-progress'];
      return (await run('s3cmd', [...options, ...keys, '--multipart-chunk-size-mb=5', ...args], { cwd: directory }))
        .stdout;
    };
    await s3cmd('mb', 's3://by-s3cmd');
    await s3cmd('put', 'from/dir/large', 's3://by-s3cmd/large');
    await s3cmd('sync', 'from/', 's3://by-s3cmd/p/');
    await s3cmd('sync', 's3://by-s3cmd/p/', 's3cmd/');
    await expectSameTree('s3cmd');
    expect(await s3cmd('info', 's3://by-s3cmd/large')).toContain('17000000');
    await s3cmd('cp', 's3://by-s3cmd/p/empty', 's3://by-s3cmd/copy');
    await s3cmd('del', '--recursive', '--force', 's3://by-s3cmd/');
    await s3cmd('rb', 's3://by-s3cmd');
  });
});
