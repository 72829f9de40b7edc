import { StorageError } from '@polynas/core/spi';

/** Where a volume on CephFS is, and as whom this process is known there. The head's configuration gives it (docs/configuration.md). */
export interface CephOptions {
  /** Path of a `ceph.conf`; without it and without `monitors` the library's own default places. */
  readonly conf?: string;
  readonly keyring?: string;
  /** Instead of `conf`: `10.0.0.1:6789`, `v2:10.0.0.1:3300`. */
  readonly monitors?: readonly string[];
  /** Secret of the client, base64; instead of `keyring`. */
  readonly key?: string;
  /** Without `client.`. */
  readonly client: string;
  /** The cluster's only one by default. */
  readonly fileSystem?: string;
  /** The directory of the file system that is the volume's top; made when it is missing. */
  readonly root: string;
  /** libcephfs clients that the volume's files are spread over. */
  readonly mounts?: number;
  /** `'head'`: only this process changes the volume (a second head is refused); `'shared'`: other Ceph clients do as well. */
  readonly writers: 'head' | 'shared';
  /** 32 hexadecimal digits: the same at each start of one head, another one for each head. Sessions of a killed process are taken back by it. */
  readonly clientUuid: string;
  /** Told of what goes wrong in the background: an eviction, a mount that does not come back. */
  readonly report?: (error: unknown) => void;
  /** Calls of libcephfs of this process in flight; below `UV_THREADPOOL_SIZE`. The first volume that is opened decides. */
  readonly gateSize?: number;
  /** References of inodes kept open in libcephfs, of all mounts together. */
  readonly cachedInodes?: number;
  /** Milliseconds to wait for the monitors and the metadata server when the volume is opened. */
  readonly mountTimeout?: number;
  /** Milliseconds that `close` waits for a cluster that does not answer, before it leaves it behind (`abandonedClients`). */
  readonly closeTimeout?: number;
}

export const defaults = {
  mounts: 1,
  gateSize: 24,
  cachedInodes: 16_384,
  mountTimeout: 15_000,
  closeTimeout: 10_000,
} as const;

/** What contradicts itself is refused before the cluster is asked. Throws `invalid`. */
export function checkOptions(options: CephOptions): void {
  const refuse = (message: string): never => {
    throw new StorageError('invalid', message);
  };
  if (!options.root.startsWith('/')) refuse(`the root ${options.root} is no absolute path`);
  if (options.monitors !== undefined && options.conf !== undefined) refuse('monitors are given besides a ceph.conf');
  if (options.monitors?.length === 0) refuse('the list of monitors is empty');
  if (options.key !== undefined && options.keyring !== undefined) refuse('a key is given besides a keyring');
  if (options.monitors !== undefined && options.key === undefined && options.keyring === undefined)
    refuse('monitors are given without a key or a keyring');
  if (!/^[0-9a-f]{32}$/i.test(options.clientUuid)) refuse('the client uuid is not 32 hexadecimal digits');
  if (options.client === '' || options.client.startsWith('client.')) refuse('the client is named without `client.`');
  for (const [name, low, high] of bounds) {
    const value = options[name];
    if (value !== undefined && (!Number.isInteger(value) || value < low || value > high))
      refuse(`${name} is ${value}, not a whole number from ${low} to ${high}`);
  }
}

/** What a volume's other openings may have had, whose clients the next one has to know by name. Must never be lowered. */
export const mostMounts = 16;

const bounds = [
  ['mounts', 1, mostMounts],
  ['gateSize', 2, 512],
  ['cachedInodes', 16, 10_000_000],
  ['mountTimeout', 1000, 3_600_000],
  ['closeTimeout', 0, 3_600_000],
] as const;
