import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { NfsClient, stableHow } from '../bench/nfs/nfs-client.ts';
import { startTime } from '../kernel/run-directory.ts';
import { freePorts } from './daemon.ts';
import { startGanesha } from './ganesha.ts';
import { GANESHA, whyUnavailable } from './peer-packages.ts';
import { ScratchDirectory } from './scratch-directory.ts';

const unavailable = whyUnavailable(GANESHA);

describe(unavailable === undefined ? 'NFS-Ganesha' : `NFS-Ganesha (${unavailable})`, () => {
  it.skipIf(unavailable !== undefined)('serves on the ports it is given and leaves nothing', async () => {
    const scratch = new ScratchDirectory(tmpdir());
    onTestFinished(() => scratch.remove());
    const [nfsPort = 0, mountPort = 0, nlm = 0, rquota = 0] = await freePorts(4);
    const ganesha = await startGanesha({
      directory: join(scratch.path, 'server'),
      exported: join(scratch.path, 'exported'),
      nfsPort,
      mountPort,
      sparePorts: [nlm, rquota],
    });
    onTestFinished(() => ganesha.stop());
    const client = await NfsClient.mount({ nfsPort, mountPort, exportPath: ganesha.exportPath, uid: 1000, gid: 1000 });
    const file = await client.create(client.root, 'file');
    await client.write(file, 0, Buffer.from('bytes'), stableHow.fileSync);
    expect((await client.read(file, 0, 100)).toString()).toBe('bytes');
    expect(await client.list(client.root)).toBe(3);
    client.close();
    const { pid } = ganesha.daemon;
    await ganesha.stop();
    expect(startTime(pid)).toBeUndefined();
  });
});
