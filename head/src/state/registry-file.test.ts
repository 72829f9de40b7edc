import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { RegistryFile } from './registry-file.ts';

interface Kept {
  version: 1;
  value: string;
}

const writer = fileURLToPath(new URL('registry-writer-process.ts', import.meta.url));
let path: string;
beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'polynas-registry-')), 'registry.json');
});

describe('registry file', () => {
  it('is absent at first, then holds what was saved last, readable by its owner only', async () => {
    const file = new RegistryFile<Kept>(path);
    expect(await file.load()).toBeUndefined();
    await Promise.all(['a', 'b', 'c'].map((value) => file.save({ version: 1, value })));
    expect(await new RegistryFile<Kept>(path).load()).toEqual({ version: 1, value: 'c' });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(path, '..'))).toEqual(['registry.json']);
  });

  it.each([
    ['write', 'old'],
    ['sync', 'old'],
    ['rename', 'old'],
    ['syncDirectory', 'new'],
    ['never', 'new'],
  ])('holds all of the old or all of the new after a kill before %s', async (step, expected) => {
    const { signal, stdout, stderr } = spawnSync(process.execPath, [writer, path, step], { encoding: 'utf8' });
    expect(stdout, stderr).toContain('saved old');
    expect(signal).toBe(step === 'never' ? null : 'SIGKILL');
    const file = new RegistryFile<Kept>(path);
    expect(await file.load()).toEqual({ version: 1, value: expected });
    // What the dead writer left does not stand in the way of the next one.
    await file.save({ version: 1, value: 'next' });
    expect(await file.load()).toEqual({ version: 1, value: 'next' });
  });

  it('goes on after a save that failed', async () => {
    let fail = true;
    const file = new RegistryFile<Kept>(path, (step) => {
      if (fail && step === 'rename') throw new Error('no');
    });
    await expect(file.save({ version: 1, value: 'a' })).rejects.toThrow('no');
    expect(await file.load()).toBeUndefined();
    fail = false;
    await file.save({ version: 1, value: 'b' });
    expect(await file.load()).toEqual({ version: 1, value: 'b' });
  });

  it.each(['', '{', '[]', '"x"', '{"version": 1'])('says that it is damaged: %j', async (text) => {
    await writeFile(path, text);
    await expect(new RegistryFile<Kept>(path).load()).rejects.toThrow(/is damaged: restore it from a backup/);
    expect(await readFile(path, 'utf8')).toBe(text);
  });
});
