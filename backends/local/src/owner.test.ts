import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { openEnvironment } from './tree/environment.ts';
import { metaKeys } from './format/meta.ts';
import { encodeNumber } from './format/rows.ts';
import { Volumes } from './testing/volumes.ts';

const volumes = new Volumes();
const holder = fileURLToPath(new URL('testing/hold-volume.ts', import.meta.url));

describe('the owner of a volume', () => {
  test('open_twice_isUnavailableAndNamesTheOwner', async () => {
    const volume = await volumes.open();
    await expect(volumes.open({ directory: volume.directory })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining(`process ${process.pid}`) as string,
    });
    await volume.close();
    const next = await volumes.open({ directory: volume.directory });
    expect(next.root).toBe(1n);
  });

  test('open_whileAnotherProcessHasIt_isUnavailableUntilThatIsKilled', async () => {
    const directory = volumes.directory();
    const child = spawn(process.execPath, ['--conditions=source', '--no-warnings', holder, directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    await expect(volumes.open({ directory })).rejects.toMatchObject({ code: 'unavailable' });
    child.kill('SIGKILL');
    await once(child, 'exit');
    await volumes.open({ directory });
  });

  test('open_ofAnotherFormatVersion_isRefused', async () => {
    const volume = await volumes.open();
    await volume.close();
    const { root, tables, close } = openEnvironment(volume.directory);
    await root.transaction(() => tables.meta.put(metaKeys.format, encodeNumber(2)));
    await close();
    await expect(volumes.open({ directory: volume.directory })).rejects.toMatchObject({ code: 'notSupported' });
  });
});
