import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectRun } from '../clients/command.ts';
import { Daemon } from './daemon.ts';

export interface SwiftPorts {
  readonly proxy: number;
  readonly account: number;
  readonly container: number;
  readonly object: number;
  /** Tokens of tempauth live there. */
  readonly memcached: number;
}

export interface SwiftOptions {
  /** Folder for rings, configuration, logs and the one device, on a file system with user xattrs. */
  readonly directory: string;
  readonly ports: SwiftPorts;
  /** None with a blank in it. */
  readonly user: { readonly account: string; readonly name: string; readonly key: string };
}

export interface Swift {
  /** Where a token is had: version 1.0 of Swift's own authentication. */
  readonly authUrl: string;
  readonly proxyPid: number;
  /** Proxy, the three storage servers and memcached. */
  readonly allPids: readonly number[];
  stop(): Promise<void>;
}

const kinds = ['account', 'container', 'object'] as const;
type Kind = (typeof kinds)[number];

/**
 * OpenStack Swift of this machine alone: a proxy with tempauth, one account, container and object server, one device, one
 * replica; needs root. The servers see a folder of ours as /etc/swift, which is the only place they look for swift.conf, and
 * /run and /var/cache of their own.
 */
export async function startSwift(options: SwiftOptions): Promise<Swift> {
  const { directory, ports } = options;
  const etc = join(directory, 'etc');
  const run = join(directory, 'run');
  const cache = join(directory, 'cache');
  for (const folder of [etc, join(run, 'swift'), cache, join(directory, 'devices', 'd1')]) {
    mkdirSync(folder, { recursive: true });
  }
  writeFileSync(join(etc, 'swift.conf'), '[swift-hash]\nswift_hash_path_prefix = a\nswift_hash_path_suffix = b\n');
  for (const kind of kinds) writeFileSync(join(etc, `${kind}-server.conf`), storageConfiguration(kind, options));
  writeFileSync(join(etc, 'proxy-server.conf'), proxyConfiguration(options));
  for (const kind of kinds) await buildRing(etc, kind, ports[kind]);

  const daemons: Daemon[] = [];
  const stop = async (): Promise<void> => void (await Promise.all(daemons.map((daemon) => daemon.stop())));
  const launch = async (name: string, port: number, argv: readonly string[]): Promise<Daemon> => {
    const daemon = new Daemon({ name: `Swift's ${name}`, argv, log: join(directory, `${name}.log`) });
    daemons.push(daemon);
    await daemon.listening(port, 60);
    return daemon;
  };
  try {
    const memory = ['memcached', '-u', 'nobody', '-l', '127.0.0.1', '-p', String(ports.memcached), '-U', '0'];
    await launch('memcached', ports.memcached, memory);
    // exec, so that the pid which we started is the server's.
    const script =
      'mount --bind "$0" /etc/swift && mount --bind "$1" /run && mount --bind "$2" /var/cache && shift 2 && exec "$@"';
    const serve = (name: Kind | 'proxy', port: number): Promise<Daemon> => {
      const program = [`swift-${name}-server`, `/etc/swift/${name}-server.conf`];
      return launch(name, port, ['unshare', '--mount', '--', 'sh', '-c', script, etc, run, cache, ...program]);
    };
    await Promise.all(kinds.map((kind) => serve(kind, ports[kind])));
    const proxy = await serve('proxy', ports.proxy);
    const allPids = daemons.map(({ pid }) => pid);
    return { authUrl: `http://127.0.0.1:${ports.proxy}/auth/v1.0`, proxyPid: proxy.pid, allPids, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** 2^4 partitions, one replica, one device. */
async function buildRing(etc: string, kind: Kind, port: number): Promise<void> {
  const build = (...args: string[]): Promise<Buffer> =>
    expectRun('swift-ring-builder', [`${kind}.builder`, ...args], { cwd: etc });
  await build('create', '4', '1', '1');
  await build('add', `r1z1-127.0.0.1:${port}/d1`, '1');
  await build('rebalance');
}

function storageConfiguration(kind: Kind, { directory, ports }: SwiftOptions): string {
  return `[DEFAULT]
bind_ip = 127.0.0.1
bind_port = ${ports[kind]}
user = root
devices = ${join(directory, 'devices')}
mount_check = false
log_level = WARNING
[pipeline:main]
pipeline = ${kind}-server
[app:${kind}-server]
use = egg:swift#${kind}
`;
}

function proxyConfiguration({ ports, user }: SwiftOptions): string {
  return `[DEFAULT]
bind_ip = 127.0.0.1
bind_port = ${ports.proxy}
user = root
log_level = WARNING
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache listing_formats bulk tempurl tempauth copy container-quotas account-quotas slo dlo versioned_writes proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:${ports.memcached}
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:bulk]
use = egg:swift#bulk
[filter:tempurl]
use = egg:swift#tempurl
[filter:tempauth]
use = egg:swift#tempauth
user_${user.account}_${user.name} = ${user.key} .admin
[filter:copy]
use = egg:swift#copy
[filter:container-quotas]
use = egg:swift#container_quotas
[filter:account-quotas]
use = egg:swift#account_quotas
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_versioned_writes = true
`;
}
