import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectRun } from '../clients/command.ts';
import { Daemon } from './daemon.ts';

export interface SambaUser {
  readonly name: string;
  readonly password: string;
}

export interface SambaOptions {
  /** Folder that is shared, on a file system with user xattrs. */
  readonly shared: string;
  /** Folder for its configuration, databases, sockets and log. */
  readonly directory: string;
  readonly port: number;
  /** The one who may log in; works on the host as `hostUser`. */
  readonly user: SambaUser;
  /** Name of the share; `files` when not given. */
  readonly share?: string;
  /** An account of the host that can get to `shared`; `root` when not given. */
  readonly hostUser?: string;
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
  mkdirSync(shared, { recursive: true });
  chmodSync(shared, 0o777);
  for (const name of folders) mkdirSync(join(directory, name), { recursive: true });
  // smbd wants these for itself alone.
  chmodSync(join(directory, 'private'), 0o700);
  const configuration = join(directory, 'smb.conf');
  writeFileSync(configuration, configurationOf(options, share));
  // The client's name is mapped before the password is looked up, so no account of the host needs to be made.
  writeFileSync(join(directory, 'users'), `${hostUser} = ${user.name}\n`);
  const input = `${user.password}\n${user.password}\n`;
  await expectRun('smbpasswd', ['-c', configuration, '-s', '-a', hostUser], { input });
  const daemon = new Daemon({
    name: 'Samba',
    // It takes a process group of its own, to which it sends SIGTERM at its end.
    argv: ['smbd', '--configfile', configuration, '--foreground', '--debug-stdout'],
    log: join(directory, 'smbd.log'),
  });
  try {
    await daemon.listening(port, 30);
  } catch (error) {
    await daemon.stop();
    throw error;
  }
  return { daemon, share, stop: () => daemon.stop() };
}

/** All that smbd would else look for below /var and /run. */
const folders = ['private', 'state', 'cache', 'lock', 'pid', 'ncalrpc', 'bind-dns'] as const;

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
  load printers = no
  disable spoolss = yes
  log level = 0
[${share}]
  path = ${shared}
  read only = no
  create mask = 0777
  directory mask = 0777
${more.map((line) => `  ${line}\n`).join('')}`;
}
