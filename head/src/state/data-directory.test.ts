import { mkdtemp, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { exitCode } from '../cli/exit-code.ts';
import { makeDirectories, prepareDataDirectory } from './data-directory.ts';

const base = await mkdtemp(join(tmpdir(), 'polynas-data-directory-'));

it('is made with what is missing above it, for its owner only', async () => {
  const path = join(base, 'a', 'b');
  await prepareDataDirectory(path);
  for (const made of [join(base, 'a'), path, join(path, 'state'), join(path, 'volumes')]) {
    expect((await stat(made)).mode & 0o777, made).toBe(0o700);
  }
  await prepareDataDirectory(path);
  expect(await makeDirectories(path)).toBeUndefined();
  expect(await makeDirectories(join(base, 'c', 'd'))).toBe(join(base, 'c'));
});

it.each(['/proc/polynas', '/proc/polynas/below'])('says where none can be made: %s', async (path) => {
  await expect(prepareDataDirectory(path)).rejects.toMatchObject({
    exitCode: exitCode.data,
    message: expect.stringContaining(`the data directory ${path} cannot be used`) as string,
  });
});

it('is refused where a file stands', async () => {
  const path = join(base, 'file');
  await writeFile(path, '', { mode: 0o600 });
  await expect(prepareDataDirectory(path)).rejects.toMatchObject({ exitCode: exitCode.data });
});
