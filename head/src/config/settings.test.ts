import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { loadSettings } from './settings.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'polynas-settings-'));
});

const load = (
  environment: Record<string, string> = {},
  more: { data?: string; config?: string; listen?: string } = {},
) => loadSettings({ cwd: directory, environment, ...more });

describe('settings', () => {
  it('have defaults without any file', async () => {
    const settings = await load();
    expect(settings.file).toBeUndefined();
    expect(settings.dataDirectory).toBe(join(directory, 'polynas-data'));
    expect(settings.admin.socket).toBe(join(directory, 'polynas-data', 'admin.sock'));
    expect(settings.volumes).toEqual([
      { name: 'main', backend: 'local', directory: join(directory, 'polynas-data', 'volumes', 'main') },
    ]);
    expect(settings.doors.nfs.address).toBe('127.0.0.1');
  });

  it('take the data directory from option, file, environment, in this order', async () => {
    expect((await load({ POLYNAS_DATA: 'env' })).dataDirectory).toBe(join(directory, 'env'));
    await writeFile(join(directory, 'polynas.yaml'), 'data: file\n');
    expect((await load({ POLYNAS_DATA: 'env' })).dataDirectory).toBe(join(directory, 'file'));
    expect((await load({}, { data: '/option' })).dataDirectory).toBe('/option');
  });

  it('open all doors to an address given by option', async () => {
    await writeFile(join(directory, 'polynas.yaml'), 'doors: { nfs: { port: 7000 } }');
    const { doors } = await load({}, { listen: '0.0.0.0' });
    expect(doors.nfs).toMatchObject({ address: '0.0.0.0', port: 7000 });
    expect(doors.s3.address).toBe('0.0.0.0');
  });

  it('refuse a named file that is not there', async () => {
    await expect(load({}, { config: 'missing.yaml' })).rejects.toThrow(/missing.yaml cannot be read/);
    await expect(load({ POLYNAS_CONFIG: 'missing.yaml' })).rejects.toThrow(/missing.yaml cannot be read/);
  });

  it('read secrets from files and the environment', async () => {
    await writeFile(join(directory, 'pw'), 'from the file\n');
    await writeFile(
      join(directory, 'polynas.yaml'),
      'users:\n  - name: ada\n    passwordFile: pw\n    keys: [{ id: KEY1, secretEnv: ADA_SECRET }]\n  - name: bob\n    password: in the text\n',
    );
    const { users } = await load({ ADA_SECRET: 'from-the-environment' });
    expect(users[0]).toMatchObject({
      password: 'from the file',
      keys: [{ id: 'KEY1', secret: 'from-the-environment' }],
    });
    expect(users[1]).toMatchObject({ password: 'in the text' });
    await expect(load()).rejects.toThrow(
      'polynas.yaml:4:35: users[0].keys[0].secretEnv: the environment variable ADA_SECRET is not set',
    );
    await writeFile(join(directory, 'pw'), 'short\n');
    await expect(load({ ADA_SECRET: 'from-the-environment' })).rejects.toThrow(
      'polynas.yaml:3:19: users[0].passwordFile: the file holds fewer than 8 characters',
    );
  });
});
