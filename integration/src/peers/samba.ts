import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectRun } from '../clients/command.ts';
import type { CephDirectory } from './ceph-directory.ts';
import { Daemon } from './daemon.ts';

export interface SambaUser {
  readonly name: string;
  readonly password: string;
}

/** A folder on a file system with user xattrs, or a directory of the cluster's only CephFS. */
export type SambaShared = string | Omit<CephDirectory, 'fileSystem'>;

export interface SambaOptions {
  readonly shared: SambaShared;
  /** Folder for its configuration, databases, sockets and log. */
  readonly directory: string;
  readonly port: number;
  /** The one who may log in; works on the host as `hostUser`. */
  readonly user: SambaUser;
  /** Name of the share; `files` when not given. */
  readonly share?: string;
  /** An account of the host that can get to `shared`; `root` when not given. */
  readonly hostUser?: string;
  /** Whether clients can ask for the list of shares, which a daemon of its own answers. */
  readonly listed?: boolean;
  /** Whether every message has to be encrypted; else signed. */
  readonly encrypted?: boolean;
  /** More lines for the share's section of smb.conf. */
  readonly more?: readonly string[];
}

export interface Samba {
  readonly daemon: Daemon;
  readonly share: string;
  stop(): Promise<void>;
}

/** Samba's smbd alone, on a loopback port, with all of its state in a folder of its own; needs root. */
export async function startSamba(options: SambaOptions): Promise<Samba> {
  const { directory, shared, port, user, share = 'files', hostUser = 'root' } = options;
  if (typeof shared === 'string') {
    mkdirSync(shared, { recursive: true });
    chmodSync(shared, 0o777);
  }
  for (const name of folders) mkdirSync(join(directory, name), { recursive: true });
  // smbd wants these for itself alone.
  chmodSync(join(directory, 'private'), 0o700);
  const configuration = join(directory, 'smb.conf');
  writeFileSync(configuration, configurationOf(options, share));
  // The client's name is mapped before the password is looked up, so no account of the host needs to be made.
  writeFileSync(join(directory, 'users'), `${hostUser} = ${user.name}\n`);
  const input = `${user.password}\n${user.password}\n`;
  await expectRun('smbpasswd', ['-c', configuration, '-s', '-a', hostUser], { input });
  const calls = options.listed === true ? procedureCalls(directory, configuration) : undefined;
  const daemon = new Daemon({
    name: 'Samba',
    // It takes a process group of its own, to which it sends SIGTERM at its end.
    argv: ['smbd', '--configfile', configuration, '--foreground', '--debug-stdout'],
    log: join(directory, 'smbd.log'),
  });
  const stop = async (): Promise<void> => void (await Promise.all([daemon.stop(), calls?.stop()]));
  try {
    await daemon.listening(port, 30);
    const pipe = join(directory, 'ncalrpc', 'np', 'srvsvc');
    await calls?.until('listening', () => Promise.resolve(existsSync(pipe)), 30);
  } catch (error) {
    await stop();
    throw error;
  }
  return { daemon, share, stop };
}

/** The daemon behind the pipes of IPC$, which smbd finds by the sockets below `ncalrpc`. */
function procedureCalls(directory: string, configuration: string): Daemon {
  const options = ['--configfile', configuration, '--foreground', '--debug-stdout', '--libexec-rpcds'];
  return new Daemon({
    name: 'samba-dcerpcd',
    argv: ['/usr/libexec/samba/samba-dcerpcd', ...options],
    log: join(directory, 'dcerpcd.log'),
  });
}

/** All that smbd would else look for below /var and /run. */
const folders = ['private', 'state', 'cache', 'lock', 'pid', 'ncalrpc', 'bind-dns'] as const;

/** The share's lines on where it is. */
function storageOf(shared: SambaShared): readonly string[] {
  if (typeof shared === 'string') return [`path = ${shared}`];
  const { configuration, client, path } = shared;
  const module = ['vfs objects = ceph', `ceph:config_file = ${configuration}`, `ceph:user_id = ${client}`];
  // vfs_ceph(8): share modes of the host's kernel have to be off.
  return [`path = ${path}`, ...module, 'kernel share modes = no'];
}

function configurationOf(options: SambaOptions, share: string): string {
  const { directory, shared, port, encrypted = false, more = [] } = options;
  const at = (name: (typeof folders)[number] | 'users'): string => join(directory, name);
  return `[global]
  workgroup = POLYNAS
  netbios name = PEER
  server role = standalone server
  disable netbios = yes
  smb ports = ${port}
  interfaces = lo
  bind interfaces only = yes
  private dir = ${at('private')}
  state directory = ${at('state')}
  cache directory = ${at('cache')}
  lock directory = ${at('lock')}
  pid directory = ${at('pid')}
  ncalrpc dir = ${at('ncalrpc')}
  binddns dir = ${at('bind-dns')}
  usershare max shares = 0
  passdb backend = tdbsam:${join(at('private'), 'passdb.tdb')}
  username map = ${at('users')}
  map to guest = never
  server min protocol = SMB2_02
  server signing = mandatory
  server smb encrypt = ${encrypted ? 'required' : 'default'}
  # Else smbd starts samba-dcerpcd by itself, which outlives it.
  rpc start on demand helpers = no
  load printers = no
  disable spoolss = yes
  log level = 0
[${share}]
  ${storageOf(shared).join('\n  ')}
  read only = no
  create mask = 0777
  directory mask = 0777
${more.map((line) => `  ${line}\n`).join('')}`;
}
