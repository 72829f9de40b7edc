import type { HostFiles } from './host/host-files.ts';
import type { Clock } from './tree/clock.ts';
import type { CommitObserver } from './tree/committer.ts';

export interface LocalVolumeOptions {
  /** Holds the whole volume; created when it does not exist. On one host file system, not a network one. */
  readonly directory: string;
  readonly clock?: Clock;
  /** Contents up to this many bytes are kept in the tree. */
  readonly inlineBytes?: number;
  /** Bound of open handles; above it `open` is rejected with `tooMany`. */
  readonly maxHandles?: number;
  /** Bound of open host files; only those in use or not yet synced may exceed it. */
  readonly maxOpenBlobs?: number;
  /** Decoded inodes kept in memory. */
  readonly cachedInodes?: number;
  /** After this long without a write, a file's unstable writes are made stable. Milliseconds. */
  readonly idleFlush?: number;
  /** Checks the whole volume before it is served, also after an orderly end. */
  readonly check?: boolean;
  /** The host's files; tests put faults here. */
  readonly host?: HostFiles;
  /** Told of commits; tests record their order. */
  readonly observer?: CommitObserver;
}

export const defaults = {
  inlineBytes: 8192,
  maxHandles: 65_536,
  maxOpenBlobs: 1024,
  cachedInodes: 65_536,
  idleFlush: 5000,
} as const;
