import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A server that we compare with: what Debian calls it, and what must be there to start it. */
export interface PeerRequirement {
  readonly name: string;
  readonly packages: readonly string[];
  /** Programs, or absolute paths of files, all needed. */
  readonly programs: readonly string[];
}

export const GANESHA: PeerRequirement = {
  name: 'NFS-Ganesha',
  packages: ['nfs-ganesha', 'nfs-ganesha-vfs'],
  programs: ['ganesha.nfsd', 'unshare', 'setpriv'],
};

/** Debian's folder for libraries: its triplet for this machine. */
const libraries = process.arch === 'arm64' ? '/usr/lib/aarch64-linux-gnu' : '/usr/lib/x86_64-linux-gnu';

export const GANESHA_CEPH: PeerRequirement = {
  name: 'NFS-Ganesha on CephFS',
  packages: ['nfs-ganesha', 'nfs-ganesha-ceph'],
  programs: ['ganesha.nfsd', `${libraries}/ganesha/libfsalceph.so`, 'unshare', 'setpriv'],
};

/** A cluster with a file system, and the library by which the head uses it. */
export const CEPHFS: PeerRequirement = {
  name: 'Ceph',
  packages: ['ceph-mon', 'ceph-osd', 'ceph-mgr', 'ceph-mds', 'ceph-common', 'libcephfs2'],
  programs: [
    'ceph',
    'ceph-mon',
    'ceph-osd',
    'ceph-mgr',
    'ceph-mds',
    'ceph-authtool',
    'monmaptool',
    `${libraries}/libcephfs.so.2`,
    'setpriv',
  ],
};

export const RADOSGW: PeerRequirement = {
  name: 'radosgw',
  packages: ['radosgw', 'ceph-mon', 'ceph-osd', 'ceph-mgr', 'ceph-common'],
  programs: [
    'radosgw',
    'radosgw-admin',
    'ceph',
    'ceph-mon',
    'ceph-osd',
    'ceph-mgr',
    'ceph-authtool',
    'monmaptool',
    'setpriv',
  ],
};

export const SAMBA: PeerRequirement = {
  name: 'Samba',
  packages: ['samba'],
  programs: ['smbd', 'smbpasswd', 'setpriv'],
};

export const SAMBA_CEPH: PeerRequirement = {
  name: 'Samba on CephFS',
  packages: ['samba', 'samba-vfs-modules'],
  programs: [...SAMBA.programs, `${libraries}/samba/vfs/ceph.so`],
};

export const SWIFT: PeerRequirement = {
  name: 'OpenStack Swift',
  packages: ['swift-proxy', 'swift-account', 'swift-container', 'swift-object', 'memcached'],
  programs: [
    'swift-proxy-server',
    'swift-account-server',
    'swift-container-server',
    'swift-object-server',
    'swift-ring-builder',
    'memcached',
    'unshare',
    'setpriv',
  ],
};

/** Why the peer cannot be started here, in words; undefined when it can. */
export function whyUnavailable(peer: PeerRequirement): string | undefined {
  if (process.platform !== 'linux') return `needs Linux, not ${process.platform}`;
  const missing = peer.programs.filter((program) => !onPath(program));
  if (missing.length > 0) {
    return `${missing.join(', ')} missing: apt-get install --no-install-recommends ${peer.packages.join(' ')}, or --install`;
  }
  if (process.getuid?.() !== 0) return 'needs root';
  return undefined;
}

/** Installs the peer's Debian packages; throws with the end of apt-get's output when that fails. Needs root. */
export function install(peer: PeerRequirement): void {
  const run = spawnSync(
    'apt-get',
    ['--quiet', '--yes', '-o', 'DPkg::Lock::Timeout=120', 'install', '--no-install-recommends', ...peer.packages],
    { encoding: 'utf8', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, timeout: 15 * 60_000 },
  );
  if (run.status === 0) return;
  const tail = `${run.stdout}${run.stderr}`.trim().split('\n').slice(-5).join('\n');
  throw new Error(`${peer.name} could not be installed: ${run.error?.message ?? tail}`);
}

/** The installed version as dpkg names it; undefined where there is no dpkg or no such package. */
export function packageVersion(name: string): string | undefined {
  // oxlint-disable-next-line no-template-curly-in-string -- dpkg's own placeholder
  const query = spawnSync('dpkg-query', ['--show', '--showformat=${Version}', name], { encoding: 'utf8' });
  return query.status === 0 && query.stdout !== '' ? query.stdout : undefined;
}

export function onPath(program: string): boolean {
  if (program.startsWith('/')) return existsSync(program);
  const folders = (process.env['PATH'] ?? '').split(delimiter).concat('/usr/sbin', '/sbin');
  return folders.some((folder) => existsSync(join(folder, program)));
}
