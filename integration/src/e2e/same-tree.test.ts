import { type Dirent, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sdk } from '../clients/aws-sdk.ts';
import { expectRun, sha256 } from '../clients/command.ts';
import { quote } from '../kernel/guest.ts';
import { Doors, noKernel } from './doors.ts';

const core = fileURLToPath(new URL('../../../core', import.meta.url));
const nodeModules = fileURLToPath(new URL('../../../node_modules', import.meta.url));
/** Some 1,100 files; all of node_modules with POLYNAS_E2E_FULL=1. */
const packages = ['commander', 'fast-xml-parser', 'yaml', 'zod'];
const full = process.env['POLYNAS_E2E_FULL'] === '1';
const source = (folder: string): string => join(nodeModules, folder);
/** Where a folder of node_modules has its copy. */
const placeOf = (folder: string): string => `modules/${folder}/tree`;
const zod = placeOf('zod');

/** Every folder but the caches of tools, which change while tests run. */
function allPackages(): string[] {
  const entries = readdirSync(nodeModules, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name);
}

/** Everything below a folder; not what symbolic links in it lead to, which `recursive` of readdir would follow. */
function below(folder: string): Dirent[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [entry, ...below(join(folder, entry.name))] : [entry],
  );
}

/** What S3 lists of a copy of a folder: files, and the folders that mkdir made. Symbolic links are no objects. */
function keysOf(folder: string, prefix: string): string[] {
  const paths = below(folder).flatMap((entry) => {
    const path = join(entry.parentPath, entry.name).slice(folder.length + 1);
    return entry.isDirectory() ? `${path}/` : entry.isFile() ? path : [];
  });
  return ['', ...paths].map((path) => prefix + path).toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/** Files below a folder of this machine, by path, with SHA-256. */
async function sumsOf(folder: string): Promise<Map<string, string>> {
  const entries = below(folder).filter((entry) => entry.isFile());
  const sums = new Map<string, string>();
  for (const { parentPath, name } of entries) {
    const file = join(parentPath, name);
    sums.set(file.slice(folder.length + 1), await sha256(file));
  }
  return sums;
}

/** A head that was built while somebody worked on its sources proves nothing: this tells whether it was. */
function builtWhen(): string {
  const newest = (folder: string): string => {
    const entries = readdirSync(join(core, folder), { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile() && /\.[jt]s$/.test(entry.name));
    return new Date(
      Math.max(...files.map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs)),
    ).toISOString();
  };
  return `core: sources of ${newest('src')}, built ${newest('dist')}`;
}

function okLines(output: string): string[] {
  return output.split('\n').filter((line) => line.startsWith('ok '));
}

/** docs/backends/cephfs.md: holes count as allocated, and the file system has a largest file, 1 TiB where nobody raised it. */
const otherwiseOnCeph = ['sparse-file', 'size-of-one-tebibyte'];

describe.skipIf(noKernel !== undefined)('same tree', () => {
  let doors: Doors;

  beforeAll(async () => {
    doors = await Doors.open({ kernel: true });
  });

  afterAll(async () => {
    await doors?.[Symbol.asyncDispose]();
  });

  /** Runs a workload of integration/kernel/workloads on the mount; each of its checks has to be well. */
  async function workload(name: string, ...args: string[]): Promise<string[]> {
    const { guest, kernel } = doors;
    const { status, output } = await guest.run(guest.workload(name, kernel.at, ...args), { timeout: 280_000 });
    expect(output.split('\n').filter((line) => line.startsWith('not ok '))).toEqual([]);
    expect(status, output.slice(-2000)).toBe(0);
    return okLines(output);
  }

  /** Keys that a listing leaves out, each with what else is known of it. */
  async function notListed(wanted: readonly string[], listed: readonly string[]): Promise<string[]> {
    const have = new Set(listed);
    const told: string[] = [];
    if (wanted.some((each) => !have.has(each))) told.push(builtWhen());
    for (const key of wanted.filter((each) => !have.has(each)).slice(0, 3)) {
      const head = await doors.sdk.etag(key).catch(String);
      const again = (await doors.sdk.keys(key)).includes(key);
      const script = `echo 3 >/proc/sys/vm/drop_caches; stat ${quote(`${doors.kernel.at}/${key}`)} 2>&1`;
      told.push(
        `${key}: HEAD ${head}, listed by its own prefix: ${again}, NFS: ${(await doors.guest.run(script)).output}`,
      );
    }
    return told;
  }

  /** Keys and common prefixes, page after page of a few. */
  async function pagesOf(prefix: string, pageSize: number, delimiter?: string): Promise<string[]> {
    const { client, bucket } = doors.sdk;
    const input = { Bucket: bucket, Prefix: prefix, ...(delimiter !== undefined && { Delimiter: delimiter }) };
    const found: string[] = [];
    for await (const page of sdk.paginateListObjectsV2({ client, pageSize }, input)) {
      found.push(...(page.Contents ?? []).map(({ Key: key = '' }) => key));
      found.push(...(page.CommonPrefixes ?? []).map(({ Prefix: key = '' }) => key));
    }
    return found;
  }

  describe('node_modules', () => {
    const folders = full ? allPackages() : packages;

    test(
      'is copied in through the mount with modes, times and links',
      { timeout: full ? 3_600_000 : 300_000 },
      async () => {
        const { guest, kernel } = doors;
        const at = await guest.share(nodeModules);
        await guest.expect(`mkdir -p ${kernel.at}/modules && chown alice:alice ${kernel.at}/modules`);
        for (const folder of folders) {
          const target = dirname(`${kernel.at}/${placeOf(folder)}`);
          await guest.expect(`mkdir -p ${target}`);
          const { status, output } = await guest.run(guest.workload('tree-copy', target, `${at}/${folder}`), {
            timeout: full ? 3_500_000 : 280_000,
          });
          expect(status, output).toBe(0);
          // The list of checksums that the workload leaves is none of the tree.
          await guest.expect(`rm ${target}/tree.sha256`);
          // It was root's: whom S3 knows has to own it.
          await guest.expect(`chown -hR alice:alice ${target}`);
        }
      },
    );

    test('is listed by S3, each file once and in order', async () => {
      for (const folder of folders) {
        const prefix = `${placeOf(folder)}/`;
        const keys = await doors.sdk.keys(prefix);
        const wanted = keysOf(source(folder), prefix);
        expect(await notListed(wanted, keys)).toEqual([]);
        expect(keys).toEqual(wanted);
      }
    });

    test('is listed by S3 the same in small pages, and folder by folder', async () => {
      const folder = 'yaml';
      const prefix = `${placeOf(folder)}/`;
      const wanted = keysOf(source(folder), prefix);
      expect(await pagesOf(prefix, 3)).toEqual(wanted);
      const folders = wanted.filter((key) => key.endsWith('/'));
      const seen = new Set<string>();
      for (const each of folders) for (const key of await pagesOf(each, 2, '/')) seen.add(key);
      expect(await notListed(wanted, [...seen])).toEqual([]);
      expect(seen.size).toBe(wanted.length);
    });

    test('is the same for rclone, bytes compared', async () => {
      for (const folder of folders) {
        const remote = doors.rclone.remote(placeOf(folder));
        // Symbolic links of the tree are no objects.
        await doors.rclone.expect(['check', '--download', '--skip-links', '--checkers', '8', source(folder), remote]);
      }
    });

    test('is the same for the AWS CLI, synchronised out and compared', async () => {
      const target = join(doors.scratch, 'out');
      mkdirSync(target);
      await doors.aws.s3(['sync', '--only-show-errors', `s3://files/${zod}/v4`, target]);
      expect(await sumsOf(target)).toEqual(await sumsOf(source('zod/v4')));
      rmSync(target, { recursive: true });
    });

    test('a folder renamed by NFS is renamed at once for S3', async () => {
      const { guest, kernel, sdk } = doors;
      const before = await sdk.keys(`${zod}/src/`);
      expect(before.length).toBeGreaterThan(100);
      const sample = before.find((key) => key.endsWith('.ts'))!;
      const etag = await sdk.etag(sample);
      await guest.expect(`mv ${kernel.at}/${zod}/src ${kernel.at}/modules/renamed`);
      const moved = (key: string): string => key.replace(`${zod}/src/`, 'modules/renamed/');
      expect(await sdk.keys(`${zod}/src/`)).toEqual([]);
      expect(await sdk.keys('modules/renamed/')).toEqual(before.map(moved));
      expect(await sdk.etag(moved(sample))).toBe(etag);
      await expect(sdk.etag(sample)).rejects.toMatchObject({ name: 'NotFound' });
    });

    test('what S3 deletes recursively is gone from NFS', async () => {
      const { guest, kernel } = doors;
      // Symbolic links are no objects: S3 neither sees nor removes them.
      await guest.expect(`find ${kernel.at}/modules -type l -delete`);
      // A mount that asks for attributes each time, as a client does that has not looked there before.
      const fresh = await doors.mount('/mnt/fresh', '/files', 'noac,lookupcache=none');
      await doors.aws.s3(['rm', '--recursive', '--only-show-errors', `s3://files/${zod}/`]);
      const left = async (): Promise<string[]> => {
        const output = await guest.expect(
          `ls ${fresh.at} | grep -qx modules && cd ${fresh.at} && find modules || true`,
        );
        return output.split('\n').filter((line) => line !== '');
      };
      expect((await left()).filter((path) => path.startsWith(`${zod}/`))).toEqual([]);
      await doors.rclone.expect(['delete', doors.rclone.remote('modules')]);
      // rclone deletes objects; the folders that mkdir made are for the AWS CLI.
      await doors.aws.s3(['rm', '--recursive', '--only-show-errors', 's3://files/modules']);
      expect(await left()).toEqual([]);
      expect(await doors.sdk.keys('modules')).toEqual([]);
    });
  });

  test('git: commits, clone, gc, fsck', async () => {
    expect(await workload('git', '40')).toHaveLength(7);
    const { sdk } = doors;
    // The repository is there for S3 as well, and rclone clones it file by file.
    expect(await sdk.keys('git/repository/.git/HEAD')).toEqual(['git/repository/.git/HEAD']);
    const target = join(doors.scratch, 'repository');
    await doors.rclone.expect(['copy', doors.rclone.remote('git/repository'), target]);
    // Git wants this folder, and rclone copies no empty ones.
    mkdirSync(join(target, '.git/refs'), { recursive: true });
    const head = await expectRun('git', ['-C', target, '-c', 'safe.directory=*', 'rev-parse', 'HEAD']);
    expect(head.toString()).toBe(await doors.guest.expect(`git -C ${doors.kernel.at}/git/repository rev-parse HEAD`));
  });

  test('SQLite in WAL mode', async () => {
    expect(await workload('sqlite-wal', '60')).toHaveLength(5);
  });

  test('fio with verification', async () => {
    expect(await workload('fio-verify', '16')).toHaveLength(3);
  });

  test('POSIX behaviour', async () => {
    const { guest, kernel, head } = doors;
    const otherwise = head.ceph ? otherwiseOnCeph : [];
    const { status, output } = await guest.run(guest.workload('posix', kernel.at), { timeout: 280_000 });
    const failed = output.split('\n').filter((line) => line.startsWith('not ok '));
    expect(failed).toEqual(otherwise.map((name) => expect.stringMatching(`^not ok ${name}:`) as string));
    expect(status, output.slice(-2000)).toBe(otherwise.length === 0 ? 0 : 1);
    expect(okLines(output).length).toBeGreaterThan(80);
  });

  test('the head saw no fault, and its volume is whole', async () => {
    expect(doors.head.faults()).toEqual([]);
    expect(await doors.head.volumeProblems()).toEqual([]);
  });
});
