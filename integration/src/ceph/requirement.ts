import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { onPath } from '../peers/peer-packages.ts';

const programs = {
  ceph: 'ceph-common',
  'ceph-authtool': 'ceph-common',
  monmaptool: 'ceph-common',
  'ceph-mon': 'ceph-mon',
  'ceph-mgr': 'ceph-mgr',
  'ceph-osd': 'ceph-osd',
  'ceph-mds': 'ceph-mds',
  setpriv: 'util-linux',
} as const;

const libraryFolders = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib'];

const said = new Set<string>();

/**
 * Why no cluster can be started here, or undefined; said aloud once. With POLYNAS_REQUIRE_CLIENTS=1 it is an error instead.
 */
export function whyNoCeph(): string | undefined {
  const reason = cephMissing();
  if (reason === undefined) return undefined;
  if (process.env['POLYNAS_REQUIRE_CLIENTS'] === '1') throw new Error(reason);
  if (!said.has(reason)) process.stderr.write(`\n*** SKIPPED: tests on CephFS: ${reason} ***\n\n`);
  said.add(reason);
  return reason;
}

let imageMissing: { readonly reason: string | undefined } | undefined;

/** Looks only: nothing is pulled. */
function whyNoImage(image: string): string | undefined {
  if (!onPath('docker')) return 'POLYNAS_CEPH_IMAGE is given, and there is no program docker';
  const { status, stderr, error } = spawnSync('docker', ['image', 'inspect', image], {
    encoding: 'utf8',
    timeout: 5000,
  });
  return status === 0 ? undefined : `POLYNAS_CEPH_IMAGE is given: ${error?.message ?? stderr.trim()}`;
}

/** The same, and nothing is said. */
export function cephMissing(): string | undefined {
  if (process.platform !== 'linux') return `needs Linux, not ${process.platform}`;
  if (!libraryFolders.some((folder) => existsSync(`${folder}/libcephfs.so.2`)))
    return 'libcephfs.so.2 is not installed (Debian package libcephfs2)';
  // A cluster that somebody else has started needs no daemons of ours.
  if (process.env['POLYNAS_CEPH_DIR'] !== undefined) return undefined;
  // Programs in containers, or installed ones.
  const image = process.env['POLYNAS_CEPH_IMAGE'];
  if (image !== undefined) return (imageMissing ??= { reason: whyNoImage(image) }).reason;
  const missing = Object.entries(programs).filter(([program]) => !onPath(program));
  if (missing.length > 0)
    return `not installed: ${missing.map(([program, debian]) => `${program} (Debian package ${debian})`).join(', ')}`;
  if (process.getuid?.() !== 0) return 'needs root';
  return undefined;
}
