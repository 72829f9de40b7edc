import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CephDirectory } from './ceph-directory.ts';
import { Daemon } from './daemon.ts';
import { listenAsRpcbind } from './rpcbind-stand-in.ts';

/** A folder on a file system with file handles (ext4, xfs, btrfs), or a directory of a CephFS. */
export type GaneshaExport = string | CephDirectory;

export interface GaneshaOptions {
  readonly exported: GaneshaExport;
  /** Folder for its configuration, log and recovery records. */
  readonly directory: string;
  readonly nfsPort: number;
  readonly mountPort: number;
  /** For NLM and rquota, which it insists on; nobody calls them. */
  readonly sparePorts: readonly [nlm: number, rquota: number];
}

export interface Ganesha {
  readonly daemon: Daemon;
  /** What MNT takes. */
  readonly exportPath: string;
  stop(): Promise<void>;
}

/**
 * NFS-Ganesha on loopback ports; needs root. It runs in a mount namespace with a /run of its own:
 * it keeps its state below /run/ganesha, and it registers with rpcbind through /run/rpcbind.sock, which is ours there.
 */
export async function startGanesha(options: GaneshaOptions): Promise<Ganesha> {
  const { directory, exported, nfsPort, mountPort } = options;
  mkdirSync(directory, { recursive: true });
  if (typeof exported === 'string') {
    mkdirSync(exported, { recursive: true });
    chmodSync(exported, 0o777);
  }
  const exportPath = '/bench';
  const configuration = join(directory, 'ganesha.conf');
  writeFileSync(configuration, configurationOf(options, exportPath));
  const run = join(directory, 'run');
  mkdirSync(join(run, 'ganesha'), { recursive: true });
  const rpcbind = await listenAsRpcbind(join(run, 'rpcbind.sock'));
  // exec, so that the pid which we started is the server's.
  const script = 'mount --bind "$0" /run && exec "$@"';
  const log = join(directory, 'ganesha.log');
  const serve = ['ganesha.nfsd', '-F', '-L', 'STDERR', '-f', configuration, '-p', '/run/ganesha/pid', '-N', 'EVENT'];
  const daemon = new Daemon({
    name: 'NFS-Ganesha',
    argv: ['unshare', '--mount', '--', 'sh', '-c', script, run, ...serve],
    log,
  });
  const stop = async () => {
    await daemon.stop();
    rpcbind.close();
  };
  try {
    await daemon.listening(nfsPort, 30);
    await daemon.listening(mountPort, 30);
  } catch (error) {
    await stop();
    throw error;
  }
  return { daemon, exportPath, stop };
}

/** The export's back end, and settings of that back end for all exports. */
function storageOf(exported: GaneshaExport): { path: string; fsal: string; more: string } {
  if (typeof exported === 'string') return { path: exported, fsal: 'Name = VFS;', more: '' };
  const { configuration, client, fileSystem, path } = exported;
  const fsal = `Name = CEPH; User_Id = "${client}"; Filesystem = "${fileSystem}";`;
  return { path, fsal, more: `CEPH { Ceph_Conf = "${configuration}"; umask = 0; }\n` };
}

function configurationOf(options: GaneshaOptions, exportPath: string): string {
  const { path, fsal, more } = storageOf(options.exported);
  const [nlmPort, rquotaPort] = options.sparePorts;
  return `NFS_CORE_PARAM {
  Protocols = 3;
  Bind_addr = 127.0.0.1;
  NFS_Port = ${options.nfsPort};
  MNT_Port = ${options.mountPort};
  NLM_Port = ${nlmPort};
  Rquota_Port = ${rquotaPort};
  Enable_UDP = false;
  Mount_Path_Pseudo = true;
}
NFSV4 { Graceless = true; RecoveryBackend = fs; }
NFS_KRB5 { Active_krb5 = false; }
EXPORT {
  Export_Id = 1;
  Path = ${path};
  Pseudo = ${exportPath};
  Protocols = 3;
  Transports = TCP;
  Access_Type = RW;
  Squash = no_root_squash;
  SecType = sys;
  FSAL { ${fsal} }
}
${more}LOG { Default_Log_Level = EVENT; }
`;
}
