import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { freePorts } from '../../peers/daemon.ts';
import { packageVersion } from '../../peers/peer-packages.ts';
import { startSamba } from '../../peers/samba.ts';
import type { BenchServer } from '../server.ts';

/** @param directory on the disk that is to be measured */
export async function sambaServer(directory: string): Promise<BenchServer> {
  const [port = 0] = await freePorts(1);
  const user = { name: 'bench', password: randomBytes(12).toString('hex') };
  const samba = await startSamba({
    directory: join(directory, 'server'),
    shared: join(directory, 'shared'),
    port,
    user,
  });
  return {
    name: 'Samba',
    version: packageVersion('samba') ?? 'unknown version',
    durability:
      'smbd over the host file system, a process for each connection. CREATE, CLOSE, WRITE and removal are answered without any ' +
      'sync: they are on disk when the host writes them out. FLUSH syncs the file before the answer.',
    cpuGroups: [{ name: 'Samba', pids: [samba.daemon.pid] }],
    endpoint: (protocol) => {
      if (protocol !== 'smb') throw new Error('Samba serves SMB only');
      return { protocol, server: { port, share: samba.share, user } };
    },
    stop: () => samba.stop(),
  };
}
